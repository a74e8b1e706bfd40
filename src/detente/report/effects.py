"""Who gains, who loses and which answers move under a generated what-if, in words; only what is clear is told."""

from __future__ import annotations

from detente.explain.comparison import Consequences, PayoffChange
from detente.explain.differences import Difference
from detente.forecast.result import Forecast
from detente.report import words
from detente.report.consequences import difference, point_interval, size
from detente.situation.expression import names
from detente.situation.model import Situation, Step

SMALL = 0.005
"""Differences of answers and beliefs below half a point are not told."""


def _clear(found: Consequences) -> list[PayoffChange]:
    """Payoffs that clearly move, and by more than nothing; largest first."""
    clear = [p for p in found.payoffs if found.clear_effect(p.actor)]
    return sorted(clear, key=lambda p: -abs(p.figure.difference))


def paid(found: Consequences) -> list[str]:
    """Each clear effect on a payoff, largest first: ``North Korea +4 (+1 to +7)``, in hundredths of its span."""
    clear = _clear(found)
    return [f"{p.name} {difference(p.figure)} ({point_interval(p.figure)})" for p in clear]


def moved(found: Consequences, situation: Situation, about: str, most: int) -> list[str]:
    """Plain questions whose answers clearly move, largest first, without those that ask about ``about`` itself or that the change settles."""
    own = {q.id for q in situation.questions if about in names(q.when).steps | names(q.when).facts}
    clear = [
        a for a in found.answers if telling(a.figure) and not a.given and a.question not in own and not a.figure.settled
    ]
    clear.sort(key=lambda a: -abs(a.figure.difference))
    return [f"{a.text} {shift(a.figure)}" for a in clear[:most]]


def telling(figure: Difference) -> bool:
    """Whether a difference of probabilities is clear and large enough to be told."""
    return figure.clear and abs(figure.difference) >= SMALL


def shift(figure: Difference) -> str:
    """``43 % → 39 % (−8 to −1)``: a probability before and after, and the interval of the difference in points."""
    return f"{words.percent(figure.base)} → {words.percent(figure.changed)} ({point_interval(figure)})"


def gains_and_costs(found: Consequences, gains: str = "gains", costs: str = "costs") -> str:
    """``gains China 10 % (+5 to +17) and costs North Korea 2 % (−5 to −1) of all that is at stake for each``, with these two verbs; empty
    where nothing is clear."""
    clear = _clear(found)
    sides = {
        gains: [p for p in clear if p.figure.difference > 0],
        costs: [p for p in clear if p.figure.difference < 0],
    }
    if not clear:
        return ""
    first = gains if clear[0] in sides[gains] else costs
    told = [
        f"{verb} {words.joined([_share(p) for p in sides[verb]])}"
        for verb in (first, costs if first == gains else gains)
        if sides[verb]
    ]
    return f"{words.joined(told)} of all that is at stake for {'it' if len(clear) == 1 else 'each'}"


def _share(payoff: PayoffChange) -> str:
    figure = payoff.figure
    return f"{words.midway(payoff.name)} {size(figure)}\u00a0% ({point_interval(figure)})"


def named(situation: Situation, name: str) -> str:
    """A step or private fact in the words of the file."""
    if name in situation.facts:
        text = situation.facts[name].text
    else:
        text = next((step.text for step in situation.steps if step.name == name), "")
    return text.rstrip(". ") or words.capital(words.plain(name))


def option_named(situation: Situation, step: str, option: str) -> str:
    """An option in the words of the file."""
    found = next((s for s in situation.steps if s.name == step and isinstance(s, Step)), None)
    own = next((o for o in found.options if o.name == option), None) if found is not None else None
    if own is not None and own.text:
        return own.text.rstrip(". ")
    return f"{named(situation, step)}: {words.plain(own.wording if own is not None else option)}"


def actor_named(base: Forecast, actor: str) -> str:
    """The name of an actor's id."""
    return "The analyst" if actor == "analyst" else base.provenance.actors.get(actor, actor)
