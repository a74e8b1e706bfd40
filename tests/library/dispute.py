"""A situation small enough to be solved while one waits: two actors, a private fact, an uncertain quantity, a what-if."""

from __future__ import annotations

DISPUTE = """\
title: A dispute
question: Does it end in a concession?
as_of: 2024-03-01
horizon: 2024-12-31
sources: {own: Our own judgement}
actors: {SND: The sender, TGT: The target}
quantities:
  damage: {low: 0.5, high: 1.5, mass: 0.9, source: own}
private:
  resolve: {known_to: [SND], states: {firm: about even, soft: rest}}
steps:
  - {move: answer, actor: TGT, options: {concede: It concedes, resist: It resists}, on: 2024-04-01}
  - move: sanctions
    actor: SND
    options: {impose: It imposes sanctions, back_down: It backs down}
    when: "answer == resist"
    on: {from: 2024-05-01, to: 2024-06-30}
payoffs:
  SND:
    policy: "1 if answer == concede else 0"
    zeal: "(0.5 if resolve == firm else -0.5) if sanctions == impose else 0"
  TGT: {policy: "-1 if answer == concede else 0", damage: "-damage if sanctions == impose else 0"}
ask:
  concede: {text: Does the target concede?, when: "answer == concede", by: 2024-04-30}
whatifs:
  mild: {text: Sanctions hurt little, change: {quantities.damage: 0.1}}
"""

_WORDED = {
    "title:": "# A comment at the top, which must survive.\ntitle:",
    "actors: {SND: The sender, TGT: The target}": """\
actors:
  SND: The sender
  TGT: {name: The target, precision: {low: 4, high: 12, mass: 0.9}}""",
    "  damage: {low: 0.5, high: 1.5, mass: 0.9, source: own}": """\
  # What it costs.
  damage: {low: 0.5, high: 1.5, mass: 0.9, unit: points, text: What sanctions cost the target, source: own}  # in points
  zeal: {value: 0.5, text: How much a firm sender likes them}""",
    "resolve: {": "resolve: {text: How firm the sender is, ",
    "actor: TGT, ": "actor: TGT, text: The target's answer, ",
    "    actor: SND": "    actor: SND\n    text: What the sender does",
    "(0.5 if resolve == firm else -0.5)": "(zeal if resolve == firm else -zeal)",
    "whatifs:": """  sanctions: {text: Are there sanctions?, when: "sanctions == impose"}\nwhatifs:""",
}


def worded() -> str:
    """The same with comments, words for all that has a text, another quantity and another question."""
    text = DISPUTE
    for old, new in _WORDED.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
