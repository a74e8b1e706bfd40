"""Situations of a few lines whose solution is known in closed form."""

from __future__ import annotations

HEAD = """
title: A small game
as_of: 2024-01-01
horizon: 2024-12-31
"""

SHARP = 200
"""A precision at which choices are all but best replies."""

LEADER = (
    HEAD
    + f"""
actors: {{A: {{name: Leader, precision: {SHARP}}}, B: {{name: Follower, precision: {SHARP}}}}}
steps:
  - {{move: row, actor: A, options: {{up: , down: }}, seen_by: none}}
  - {{move: column, actor: B, options: {{left: , right: }}}}
payoffs:
  A: {{all: "(2 if column == left else 4) if row == up else (1 if column == left else 3)"}}
  B: {{all: "1 if row == up and column == left or row == down and column == right else 0"}}
ask:
  right: {{text: Right?, when: column == right}}
  down: {{text: Down?, when: row == down}}
"""
)
"""The game of Conitzer & Sandholm (2006, figure 1): up dominates, and yet to be known to play down is better."""


def bargain(outside: float) -> str:
    """A offers a share in tenths; B accepts, turns it down for 0.52, or leaves for ``outside``."""
    return (
        HEAD
        + f"""
actors: {{A: {{name: Proposer, precision: {SHARP}}}, B: {{name: Responder, precision: {SHARP}}}}}
steps:
  - {{move: share, actor: A, scale: {{from: 0, to: 1, count: 11}}}}
  - {{move: answer, actor: B, options: {{accept: , counter: , leave: }}}}
payoffs:
  A: {{pie: "1 - share if answer == accept else 0"}}
  B: {{pie: "share if answer == accept else (0.52 if answer == counter else {outside})"}}
ask:
  accepts: {{text: Accepted?, when: answer == accept}}
"""
    )


def choice_under_risk(worth: list[list[float]], chances: list[float]) -> str:
    """One decision maker with an option a row of ``worth`` and a state a column, which only a bystander knows."""
    states = ", ".join(f"s{i}: {c}" for i, c in enumerate(chances))
    options = ", ".join(f"o{i}: " for i in range(len(worth)))
    cases = "0"
    for i, row in enumerate(worth):
        for j, value in enumerate(row):
            cases = f"({value} if act == o{i} and state == s{j} else {cases})"
    return (
        HEAD
        + f"""
actors: {{D: {{name: Decision maker, precision: 2000}}, N: Bystander}}
private: {{state: {{known_to: N, states: {{{states}}}}}}}
steps:
  - {{move: act, actor: D, options: {{{options}}}}}
payoffs: {{D: {{worth: "{cases}"}}, N: {{none: 0}}}}
"""
    )


MORE_INFORMATION_HURTS = (
    HEAD
    + f"""
actors: {{P1: {{name: Player 1, precision: {SHARP}}}, P2: {{name: Player 2, precision: {SHARP}}}, N: Nature}}
private: {{state: {{known_to: N, states: {{one: 0.5, two: 0.5}}}}}}
steps:
  - {{move: row, actor: P1, options: {{top: , bottom: }}, seen_by: none}}
  - {{move: column, actor: P2, options: {{left: , middle: , right: }}}}
payoffs:
  P1: {{all: "1 if row == top else (2 if column == left else 0)"}}
  P2:
    all: >-
      (0.2 if row == top else 1) * (2 if column == left else
      (3 if (column == right and state == one) or (column == middle and state == two) else 0))
  N: {{none: 0}}
"""
)
"""Osborne (2004), section 9.3.1, with epsilon 0.2."""

TALKS = (
    HEAD.replace("2024-01-01", "2024-03-01")
    + """
actors: {A: {name: Alpha, precision: 6}, B: {name: Beta, precision: {low: 3, high: 9, mass: 0.9}}}
quantities:
  prior: {low: 0.2, high: 0.7, mass: 1, shape: uniform}
  cost: {low: 0.5, high: 1.5, mass: 0.9}
  gain: {low: 0.5, high: 2, mass: 0.9}
  spare: {low: 1, high: 2}
correlations:
  - {between: [cost, gain], rank: 0.6}
private: {intent: {known_to: B, states: {serious: prior, bluffing: rest}}}
steps:
  - {move: gesture, actor: B, options: {make: Beta makes a gesture, none: }, on: 2024-02-01}
  - {move: answer, actor: A, text: What Alpha answers, options: {relent: Alpha relents, stand: Alpha stands}, on: 2024-04-01}
  - {move: attack, actor: B, options: {strike: Beta attacks, hold: }, when: answer == stand, on: 2024-05-01}
payoffs:
  A: {peace: "-gain if attack == strike else 0", pride: "-0.8 if answer == relent else 0"}
  B:
    prize: "1 if answer == relent else 0"
    war: "(0.6 if intent == serious else -cost) if attack == strike else 0"
    gesture: "-(0.1 if intent == serious else 0.4) if gesture == make else 0"
observed:
  - {step: gesture, value: make, on: 2024-02-01}
ask:
  yields: {text: Does Alpha relent?, when: answer == relent}
  attacks: {text: Does Beta attack?, when: attack == strike, given: answer == stand, given_text: if Alpha stands}
  serious: {text: Is Beta serious?, when: intent == serious}
whatifs:
  dear: {text: War is dear, change: {quantities.cost: 1.5}}
  bound: {text: Beta is bound to attack, commit: {attack: strike}, hide: gesture}
"""
)
"""Two actors, a secret, a record, correlated quantities: small enough to be solved in a moment."""

RELIEF = """
title: A gesture after a satellite image
question: Is there relief?
as_of: 2020-02-01
horizon: 2020-12-31
sources: {own: Our own judgement}
actors:
  USA: {name: United States, precision: 3}
  DPRK: {name: North Korea, precision: 2}
  CHN: {name: China, precision: 4}
quantities:
  prior: {low: 0.2, high: 0.7, mass: 1, shape: uniform, source: own}
  cost: {low: 0.5, high: 2, mass: 1, shape: uniform, source: own}
private:
  intent: {known_to: DPRK, states: {serious: prior, hedging: rest}}
steps:
  - signal: image
    of: intent
    readings: {serious: {quiet: 0.8, active: rest}, hedging: {quiet: 0.3, active: rest}}
    on: 2020-01-10
    seen_by: [USA]
  - {move: gesture, actor: DPRK, options: {yes: , no: }, on: 2020-01-20}
  - {move: answer, actor: USA, options: {relief: , none: }, on: {from: 2020-03-01, to: 2020-04-30}}
  - {move: conduct, actor: DPRK, options: {comply: , cheat: }, when: answer == relief, on: 2020-06-01, seen_by: [DPRK, USA]}
  - {move: verdict, actor: CHN, options: {praise: , silence: }, on: 2020-08-01}
payoffs:
  USA: {security: "(1 if conduct == comply else -1) if answer == relief else 0"}
  DPRK:
    relief: "1 if answer == relief else 0"
    gesture: "(-0.2 if intent == serious else -cost) if gesture == yes else 0"
    conduct: "(0.5 if intent == serious else -cost) if conduct == comply else 0"
  CHN: {order: "(1 if answer == relief else -1) if verdict == praise else 0"}
observed:
  - {step: image, value: active, on: 2020-01-10, source: own}
  - {step: gesture, value: yes, on: 2020-01-20, source: own}
ask:
  relief: {text: Is there relief?, when: answer == relief}
  relief_soon: {text: Relief by the end of March?, when: answer == relief, by: 2020-03-31}
  comply: {text: Does it comply?, when: conduct == comply, given: answer == relief}
  praise: {text: Does Beijing praise it?, when: verdict == praise}
  praise_if: {text: Does Beijing praise it?, when: verdict == praise, given: answer == relief}
  praise_else: {text: Does Beijing praise it?, when: verdict == praise, given: answer == none}
  praise_soon: {text: Praise by May?, when: verdict == praise, by: 2020-05-31}
  serious: {text: Is it serious?, when: intent == serious}
  serious_if: {text: Is it serious?, when: intent == serious, given: conduct == comply}
  serious_else: {text: Is it serious?, when: intent == serious, given: not (conduct == comply)}
"""
"""Evidence and conduct on the record; relief, compliance that Beijing does not see, and its verdict still to come."""

ENTRY = """
title: Entry
question: Does it enter?
as_of: 2020-02-01
horizon: 2020-12-31
sources: {own: Our own judgement}
actors:
  ENT: {name: Entrant, precision: 3}
  INC: {name: Incumbent, precision: 2}
quantities:
  loss: {low: 0.5, high: 4, mass: 1, shape: uniform, source: own}
steps:
  - {move: entry, actor: ENT, options: {enter: , out: }, on: 2020-03-01}
  - {move: reply, actor: INC, options: {fight: , share: }, when: entry == enter, on: 2020-06-01}
payoffs:
  ENT: {market: "(2 if reply == share else -loss) if entry == enter else 0"}
  INC: {market: "(1 if reply == share else 0) if entry == enter else 2"}
ask:
  enters: {text: Does it enter?, when: entry == enter}
  shares: {text: Is the market shared?, when: reply == share, given: entry == enter}
"""
"""The entrant loses between 0.5 and 4 if it is fought; sharing is better for the incumbent once it has entered."""

HUNT_PRECISION = 24
HUNT = f"""
title: A hunt
question: Do both hunt the stag?
as_of: 2020-02-01
horizon: 2020-12-31
sources: {{own: Our own judgement}}
actors:
  A: {{name: Anna, precision: {HUNT_PRECISION}}}
  B: {{name: Ben, precision: {HUNT_PRECISION}}}
quantities:
  hare: {{low: LOW, high: 3, mass: 1, shape: uniform, source: own}}
steps:
  - {{move: first, actor: A, options: {{stag: , hare_: }}, on: 2020-01-10, seen_by: [A]}}
  - {{move: second, actor: B, options: {{stag: , hare_: }}, on: 2020-03-01}}
payoffs:
  A: {{food: "(4 if second == stag else 0) if first == stag else hare"}}
  B: {{food: "(4 if first == stag else 0) if second == stag else hare"}}
ask:
  both: {{text: Do both hunt the stag?, when: first == stag and second == stag}}
  second: {{text: Does Ben?, when: second == stag, given: first == stag}}
"""
"""A stag hunt in which neither sees the other move; a hare is worth between LOW and 3, half a stag 4."""


def spence(claims: str = "able") -> str:
    """A worker who is able or not may say so, which is free, and may study, which costs the able less; then it is hired or not."""
    return (
        HEAD.replace("2024-01-01", "2024-03-01")
        + f"""
actors: {{W: {{name: Worker, precision: 8}}, E: {{name: Employer, precision: 8}}}}
quantities: {{cost: {{low: 0.5, high: 0.9, mass: 0.9}}}}
private: {{ability: {{known_to: W, text: Whether the worker is able, states: {{able: {{chance: 0.4, text: The worker is able}}, unable: rest}}}}}}
steps:
  - {{move: claim, actor: W, options: {{able: The worker says it is able, silent: The worker says nothing}}, on: 2024-01-10}}
  - {{move: study, actor: W, options: {{degree: The worker takes a degree, none: }}, on: 2024-02-10}}
  - {{move: hire, actor: E, options: {{yes: The employer hires, no: }}, on: 2024-04-10}}
payoffs:
  W: {{wage: "1 if hire == yes else 0", effort: "-(0.1 if ability == able else cost) if study == degree else 0"}}
  E: {{work: "(1 if ability == able else -1) if hire == yes else 0"}}
observed:
  - {{step: claim, value: {claims}, on: 2024-01-10}}
  - {{step: study, value: degree, on: 2024-02-10}}
ask:
  hired: {{text: Is the worker hired?, when: hire == yes}}
"""
    )


def weather_glass(accuracy: float) -> str:
    """One decision maker who sees a reading of two equally likely states, and is paid for naming the state."""
    return (
        HEAD
        + f"""
actors: {{D: {{name: Decision maker, precision: {10 * SHARP}}}, N: Bystander}}
private: {{state: {{known_to: N, states: {{wet: 0.5, dry: 0.5}}}}}}
steps:
  - {{signal: glass, of: state, readings: {{wet: {{low: {accuracy}, high: rest}}, dry: {{low: {1 - accuracy}, high: rest}}}}, seen_by: [D]}}
  - {{move: act, actor: D, options: {{coat: , hat: }}}}
payoffs:
  D: {{all: "1 if (act == coat and state == wet) or (act == hat and state == dry) else 0"}}
  N: {{none: 0}}
"""
    )


def two_decisions(wet: float, first: float, second: float, *, seen: str = "[D]") -> str:
    """The weather, seen as it comes by ``seen``; D then names it twice and is paid ``first`` and ``second`` for being right; N bets on D's first word."""
    right = "(1 if ({0} == coat and weather == wet) or ({0} == hat and weather == dry) else 0)"
    return (
        HEAD
        + f"""
actors: {{D: {{name: Decision maker, precision: {10 * SHARP}}}, N: {{name: Better, precision: {10 * SHARP}}}}}
steps:
  - {{event: weather, text: The weather, chances: {{wet: {wet}, dry: rest}}, seen_by: {seen}}}
  - {{move: morning, actor: D, text: What D says in the morning, options: {{coat: , hat: }}, seen_by: none}}
  - {{move: bet, actor: N, options: {{coat: , hat: }}, seen_by: none}}
  - {{move: evening, actor: D, options: {{coat: , hat: }}}}
payoffs:
  D: {{morning: "{first} * {right.format("morning")}", evening: "{second} * {right.format("evening")}"}}
  N: {{bet: "1 if (bet == coat and morning == coat) or (bet == hat and morning == hat) else 0"}}
ask:
  coat: {{text: Does D say coat in the morning?, when: morning == coat}}
  right: {{text: Does the better win?, when: "(bet == coat and morning == coat) or (bet == hat and morning == hat)"}}
"""
    )


def gift(low: float, high: float) -> str:
    """A moves, at no gain or loss to itself; to B the one option is worth anything from ``low`` to ``high`` more than the other."""
    return (
        HEAD
        + f"""
actors: {{A: Giver, B: Receiver}}
quantities: {{worth: {{low: {low}, high: {high}, mass: 1, shape: uniform}}}}
steps:
  - {{move: gift, actor: A, text: Whether A gives, options: {{give: A gives, keep: A keeps}}, on: 2024-02-01}}
payoffs:
  A: {{none: 0}}
  B: {{gift: "worth if gift == give else 0"}}
ask:
  given: {{text: Does A give?, when: gift == give}}
"""
    )


RECIPROCITY = (
    HEAD
    + f"""
actors: {{A: {{name: Helper, precision: {SHARP}}}, B: {{name: Rewarder, precision: {SHARP}}}}}
steps:
  - {{move: help, actor: A, options: {{give: A helps, keep: }}}}
  - {{move: thanks, actor: B, options: {{say: , omit: }}}}
  - {{move: reward, actor: B, options: {{pay: B rewards, refuse: }}}}
payoffs:
  A: {{cost: "-0.4 if help == give else 0", prize: "1 if reward == pay else 0"}}
  B: {{justice: "1 if (help == give) == 1 else 0"}}
negotiations:
  talks: {{text: The talks on help, steps: [help, thanks]}}
  trade: {{text: The trade talks, steps: reward}}
ask:
  helps: {{text: Does A help?, when: help == give}}
  pays: {{text: Is it rewarded?, when: reward == pay}}
"""
).replace(
    '"1 if (help == give) == 1 else 0"',
    '"1 if (help == give and reward == pay) or (help == keep and reward == refuse) else 0"',
)
"""A may help at one table, and B, who would rather be just, may reward it at another."""
