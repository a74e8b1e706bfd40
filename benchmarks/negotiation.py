"""Negotiations to measure with: a sender of two types, a target, and a third state that enforces or leaks.

:func:`negotiation` grows by rounds (6, 26, 98 ... information sets). :func:`bargain` grows by options; at the sizes of
:data:`SIZES` it has exactly 26, 53 and 112 information sets and 64, 144 and 320 terminals. :func:`assembly` has as many
actors as asked for.
"""

from __future__ import annotations

HEAD = """\
title: Negotiation over {rounds} rounds
question: Is there a deal?
as_of: 2024-01-01
horizon: 2024-12-31
actors:
  SND: {{name: Sender{precision}}}
  TGT: {{name: Target{precision}}}
  ENF: {{name: Enforcer{precision}}}
quantities:
  damage: {{low: 0.4, high: 1.2, mass: 0.9}}
  cost: {{low: 0.1, high: 0.5, mass: 0.9}}
  trade: {{low: 0.1, high: 0.6, mass: 0.9}}
  leak: {{low: 0.2, high: 0.7, mass: 0.9}}
  zeal: {{low: 0.3, high: 0.9, mass: 0.9}}
  firm_chance: {{low: 0.2, high: 0.6, mass: 0.9}}
private:
  resolve: {{known_to: [SND], states: {{firm: firm_chance, soft: rest}}}}
steps:
"""

ROUND = """\
  - {{move: demand{n}, actor: SND, options: {{high: all, low: part}}{when}}}
  - {{move: enforce{n}, actor: ENF, options: {{strict: to the letter, loose: not}}, seen_by: [SND]{when}}}
  - {{move: reply{n}, actor: TGT, options: {{yes: agrees, no: refuses}}{when}}}
"""


def negotiation(rounds: int, precision: float | None = None) -> str:
    """The situation file with so many rounds of demand, (half-hidden) enforcement and reply.

    ``precision`` of all actors, per unit of payoff span; without it, what the language assumes.
    """
    steps: list[str] = []
    before: list[str] = []
    for n in range(1, rounds + 1):
        when = f', when: "{" and ".join(before)}"' if before else ""
        steps.append(ROUND.format(n=n, when=when))
        before.append(f"reply{n} == no")
    part = " + ".join(f"((1 if demand{n} == high else 0.5) if reply{n} == yes else 0)" for n in range(1, rounds + 1))
    pressure = " + ".join(
        f"((1 if enforce{n} == strict else 1 - leak) if reply{n} == no else 0)" for n in range(1, rounds + 1)
    )
    loose = " + ".join(f"(1 if enforce{n} == loose else 0)" for n in range(1, rounds + 1))
    return (
        HEAD.format(rounds=rounds, precision="" if precision is None else f", precision: {precision:g}")
        + "".join(steps)
        + f"""\
define:
  won: {{value: "{part}"}}
  pressure: {{value: "({pressure}) / {rounds}"}}
payoffs:
  SND: {{policy: "won", cost: "-cost * pressure", zeal: "(zeal if resolve == firm else 0) * pressure"}}
  TGT: {{policy: "-won", damage: "-damage * pressure"}}
  ENF: {{trade: "trade * ({loose}) / {rounds}", peace: "0.5 * won"}}
ask:
  deal: {{text: Is there a deal?, when: "{" or ".join(f"reply{n} == yes" for n in range(1, rounds + 1))}"}}
"""
    )


SIZES = {"2 demands": (2, 2), "3 demands": (3, 3), "5 demands": (5, 4)}
"""Demands and degrees of enforcement: 26 sets and 64 terminals, 53 and 144, 112 and 320."""

BARGAIN = """\
title: A demand, its enforcement by a third state, and pressure
question: Does the target comply?
as_of: 2024-01-01
horizon: 2024-12-31
actors: {{SND: Sender, TGT: Target, ENF: Enforcer}}
quantities:
  damage: {{low: 0.4, high: 1.2, mass: 0.9}}
  cost: {{low: 0.1, high: 0.5, mass: 0.9}}
  trade: {{low: 0.1, high: 0.6, mass: 0.9}}
  zeal: {{low: 0.3, high: 0.9, mass: 0.9}}
  firm_chance: {{low: 0.2, high: 0.6, mass: 0.9}}
private:
  resolve: {{known_to: [SND], states: {{firm: firm_chance, soft: rest}}}}
steps:
  - {{move: demand, actor: SND, options: {{{demands}}}}}
  - {{move: reply, actor: TGT, options: {{comply: complies, refuse: refuses}}, seen_by: [SND]}}
  - {{move: enforce, actor: ENF, options: {{{degrees}}}, seen_by: [SND]}}
  - {{move: press, actor: SND, options: {{hard: presses, easy: relents}}, seen_by: [TGT]}}
  - {{move: side, actor: ENF, options: {{join: joins, abstain: abstains}}}}
define:
  asked: {{value: "{asked}"}}
  strict: {{value: "{strict}"}}
  pressure: {{value: "(1 if press == hard else 0.2) * (0.4 + 0.4 * strict + (0.2 if side == join else 0))"}}
payoffs:
  SND:
    policy: "asked if reply == comply else 0.5 * asked * pressure"
    cost: "-cost * pressure"
    zeal: "zeal * pressure if resolve == firm and reply == refuse else 0"
  TGT: {{policy: "-asked if reply == comply else 0", damage: "-damage * pressure if reply == refuse else 0"}}
  ENF: {{trade: "-trade * strict", side: "0.3 * pressure - trade * asked if side == join else 0"}}
ask:
  complies: {{text: Does the target comply?, when: reply == comply}}
"""


def bargain(demands: int, degrees: int) -> str:
    """The situation file with so many demands, each of which the enforcer backs to so many degrees.

    Everybody sees the demand; the third state sees neither the reply nor the pressure, and the target not the enforcement.
    """

    def graded(step: str, options: int) -> str:
        last = str(options)
        for k in range(options - 1, 0, -1):
            last = f"{k} if {step} == o{k} else {last if k == options - 1 else f'({last})'}"
        return f"({last}) / {options}"

    def listed(options: int) -> str:
        return ", ".join(f"o{k}: degree {k} of {options}" for k in range(1, options + 1))

    return BARGAIN.format(
        demands=listed(demands),
        degrees=listed(degrees),
        asked=graded("demand", demands),
        strict=graded("enforce", degrees),
    )


def assembly(actors: int, moves: int, precision: float) -> str:
    """The situation file in which actors in turn back or block a plan, so many times together; the first has a hidden type.

    Everybody sees everything but the type. A backed plan is worth something to all, more to a keen first actor; each backing costs its actor.
    """
    names = [f"A{i + 1}" for i in range(actors)]
    steps = "".join(
        f"  - {{move: m{k + 1}, actor: {names[k % actors]}, options: {{back: backs, block: blocks}}}}\n" for k in range(moves)
    )  # fmt: skip
    backed = [f"(1 if m{k + 1} == back else 0)" for k in range(moves)]
    payoffs = ""
    for i, name in enumerate(names):
        own = " + ".join(backed[i::actors])
        keen = "(zeal if type == keen else 0.2)" if i == 0 else "worth"
        payoffs += f'  {name}: {{plan: "{keen} * backed * backed", cost: "-cost{i + 1} * ({own}) / {len(backed[i::actors])}"}}\n'
    return (
        "title: An assembly\nquestion: Is the plan backed?\nas_of: 2024-01-01\nhorizon: 2024-12-31\nactors:\n"
        + "".join(f"  {name}: {{name: Actor {name}, precision: {precision:g}}}\n" for name in names)
        + "quantities:\n  worth: {low: 0.4, high: 1.2, mass: 0.9}\n  zeal: {low: 0.6, high: 1.6, mass: 0.9}\n"
        + "  keen_chance: {low: 0.2, high: 0.6, mass: 0.9}\n"
        + "".join(f"  cost{i + 1}: {{low: 0.1, high: 0.6, mass: 0.9}}\n" for i in range(actors))
        + "private:\n  type: {known_to: [A1], states: {keen: keen_chance, cool: rest}}\nsteps:\n"
        + steps
        + f'define:\n  backed: {{value: "({" + ".join(backed)}) / {moves}"}}\npayoffs:\n{payoffs}'
        + "ask:\n  first: {text: Does the first actor back it?, when: m1 == back}\n"
    )
