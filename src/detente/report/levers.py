"""Leverage in words: who could change most, for whom, and by what."""

from __future__ import annotations

from detente.explain.generated import situation_of
from detente.explain.leverage import Lever, Leverage
from detente.report import words
from detente.report.effects import actor_named, gains_and_costs, moved, named, option_named
from detente.situation.model import Situation

SENTENCES = 3
"""Most actors of whom a sentence is made."""

NOTHING = "No option that is still open clearly changes what anybody can expect."
OWN = "No option that is still open clearly changes what anybody but its holder can expect."


def phrase(lever: Lever, situation: Situation) -> str:
    """``“Beijing relaxes enforcement”, certain and known to all``."""
    if lever.kind == "known":
        return f"“{named(situation, lever.step)}”, seen by all"
    option = f"“{option_named(situation, lever.step, lever.option)}”"
    return f"{option}, certain and known to all" if lever.kind == "commit" else f"Without {option}"


def in_words(leverage: Leverage) -> list[str]:
    """A sentence or two each of the actors who could change most for another, largest first; one that says so where nothing is clear."""
    situation = situation_of(leverage.base)
    best = [(actor, lever) for actor in leverage.actors if (lever := _best(leverage, actor)) is not None]
    best.sort(key=lambda pair: -_on_others(pair[1], pair[0]))
    said = [_sentence(leverage, actor, lever, situation) for actor, lever in best[:SENTENCES]]
    return said or [OWN if leverage.ranked else NOTHING]


def finding(leverage: Leverage) -> str:
    """``North Korea could change most for another: “Kim signs”, certain and known to all``; that nothing is clear."""
    best = [(actor, lever) for actor in leverage.actors if (lever := _best(leverage, actor)) is not None]
    if not best:
        return OWN if leverage.ranked else NOTHING
    actor, lever = max(best, key=lambda pair: _on_others(pair[1], pair[0]))
    who = words.capital(words.midway(actor_named(leverage.base, actor)))
    return f"{who} could change most for another: {phrase(lever, situation_of(leverage.base))}"


def _on_others(lever: Lever, actor: str) -> float:
    """The size of the largest clear effect on another actor's payoff."""
    return max(
        (abs(lever.consequences.clear_effect(p.actor)) for p in lever.consequences.payoffs if p.actor != actor),
        default=0.0,
    )


def _best(leverage: Leverage, actor: str) -> Lever | None:
    """The actor's lever of the largest clear effect on another."""
    own = [lever for lever in leverage.ranked if lever.actor == actor and _on_others(lever, actor)]
    return max(own, key=lambda lever: _on_others(lever, actor), default=None)


def _sentence(leverage: Leverage, actor: str, lever: Lever, situation: Situation) -> str:
    who = words.midway(actor_named(leverage.base, actor))
    told = f"{phrase(lever, situation)}; it {gains_and_costs(lever.consequences)}."
    first = f"Of all that {who} could do, this changes most for another: {told}"
    answers = moved(lever.consequences, situation, lever.step, 1)
    return " ".join([first, *(words.sentence(answer) for answer in answers)])
