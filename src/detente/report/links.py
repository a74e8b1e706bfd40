"""Linkage in words: whom it pays that negotiations hang together."""

from __future__ import annotations

from detente.explain.generated import situation_of
from detente.explain.linkage import Linkage
from detente.report import words
from detente.report.effects import gains_and_costs, moved

NOTHING = "clearly changes nobody's payoff"


def in_words(linkage: Linkage) -> list[str]:
    """What cutting the negotiations apart would do, in a sentence, and the plain answer that clearly moves most, if one does."""
    named = words.joined([f"“{each.text.rstrip('. ') or words.plain(each.name)}”" for each in linkage.negotiations])
    effect = gains_and_costs(linkage.consequences)
    lead = f"Cut apart, so that nobody at one table can act on what happens at another ({named})"
    first = f"{lead}: that {effect}." if effect else f"{lead}: that {NOTHING}."
    answers = moved(linkage.consequences, situation_of(linkage.base), "", 1)
    return [" ".join([first, *(words.sentence(answer) for answer in answers)])]
