"""Negotiations to measure with: a sender of two types, a target, and a third state that enforces or leaks."""

from __future__ import annotations

HEAD = """\
title: Negotiation over {rounds} rounds
question: Is there a deal?
as_of: 2024-01-01
horizon: 2024-12-31
actors: {{SND: Sender, TGT: Target, ENF: Enforcer}}
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


def negotiation(rounds: int) -> str:
    """The situation file with so many rounds of demand, (half-hidden) enforcement and reply."""
    steps, before = [], []
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
        HEAD.format(rounds=rounds)
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
