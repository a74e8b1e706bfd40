"""Whether the views of a forecast agree, in sentences: each is made of figures, and none says more than the draws support.

A view is *apart* from the forecast on a question where its difference is clear (beyond the noise of the draws) and at least ``MATERIAL``. It is
*close* where the difference is less than that even at two standard errors more. What is neither cannot be told, and no sentence claims it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from detente.explain.differences import STANDARD_ERRORS
from detente.explain.drawn import LEAST_DRAWS
from detente.explain.views import Dissent, Group, Opinion, View
from detente.report import words
from detente.report.consequences import points

MATERIAL = 0.05
"""Probabilities that differ by less are taken as agreeing: the narrowest words for a probability in use span as much (Intelligence Community Directive 203)."""

_NOUNS: dict[Group, tuple[str, str]] = {
    "expert": ("expert", "experts"),
    "theory": ("other theory of behaviour", "other theories of behaviour"),
}


@dataclass(frozen=True, slots=True)
class Stance:
    """How the views of one group stand to the forecast.

    ``apart``: every view and opinion that is apart, furthest first. ``within``: what no difference of the views that are never apart exceeds at two
    standard errors, NaN where some of theirs cannot be told from one of ``MATERIAL`` or more. ``questions`` have an answer in the forecast.
    """

    group: Group
    views: tuple[View, ...]
    apart: tuple[tuple[View, Opinion], ...]
    within: float
    questions: int

    @property
    def who(self) -> tuple[str, ...]:
        """Names of the views that are apart on some question, furthest first."""
        return tuple(dict.fromkeys(view.name for view, _ in self.apart))

    @property
    def on(self) -> int:
        """Questions on which some view is apart."""
        return len({opinion.question for _, opinion in self.apart})


def is_apart(opinion: Opinion) -> bool:
    """Whether a view clearly and materially differs from the forecast."""
    return opinion.clear and abs(opinion.figure.difference) >= MATERIAL


def bound(opinion: Opinion) -> float:
    """What its difference does not exceed at two standard errors; infinite where too few draws tell."""
    figure = opinion.figure
    if not math.isfinite(figure.difference):
        return math.inf
    spread = abs(figure.difference) + STANDARD_ERRORS * figure.error
    return spread if opinion.effective >= LEAST_DRAWS else math.inf


def stance(dissent: Dissent, group: Group) -> Stance:
    """Of the experts, or of the theories."""
    asked = [o.question for o in dissent.views[0].opinions if math.isfinite(o.probability)]
    views = dissent.of(group)
    pairs = [(view, o) for view in views for o in view.opinions if o.question in asked and is_apart(o)]
    pairs.sort(key=lambda pair: -abs(pair[1].figure.difference))
    away = {view.name for view, _ in pairs}
    rest = [bound(o) for view in views if view.name not in away for o in view.opinions if o.question in asked]
    within = max(rest, default=math.nan)
    return Stance(group, views, tuple(pairs), within if within < MATERIAL else math.nan, len(asked))


# --------------------------------------------------------------------------- sentences


def finding(dissent: Dissent) -> str:
    """What the picture shows, in a line: whether experts and theories agree with the forecast."""
    told = [_short(stance(dissent, group)) for group in _NOUNS if dissent.of(group)]
    return words.capital("; ".join(told)) if told else "There is no other view to compare the forecast with"


def in_words(dissent: Dissent) -> list[str]:
    """A sentence or two on the experts, on the theories, and on the other equilibria where they were looked for."""
    told = [_told(stance(dissent, group)) for group in _NOUNS if dissent.of(group)]
    if not dissent.of("expert"):
        told.insert(0, "No quantity in the file has judgements of several experts.")
    equilibria = _equilibria(dissent)
    return [*told, equilibria] if equilibria else told


def _short(s: Stance) -> str:
    if s.apart:
        return f"{_those(s)} from the forecast, by up to {_count(_whole(s.apart[0][1].figure.difference), 'point')}"
    if math.isfinite(s.within):
        return f"{_all(s)} with the forecast to within {_count(_ceiling(s.within), 'point')}"
    return f"no difference of {_whole(MATERIAL)} points or more stands out among {_subject(s)}"


def _told(s: Stance) -> str:
    if not s.apart:
        if math.isfinite(s.within):
            return f"{words.capital(_all(s))} with the forecast to within {_count(_ceiling(s.within), 'point')} throughout."
        largest = _furthest(o for view in s.views for o in view.opinions)
        extra = f" The largest that was found: {points(largest.figure.difference)} points." if largest else ""
        return f"No difference of {_whole(MATERIAL)} points or more stands out among {_subject(s)}; there may be some that more draws would show.{extra}"
    view, opinion = s.apart[0]
    between = " between them" if len(s.who) > 1 else ""
    where = f", on {s.on} of {s.questions} answers{between}" if s.questions > 1 else ""
    sentences = [
        f"{words.capital(_those(s))} from the forecast by {_whole(MATERIAL)} points or more{where}.",
        f"Furthest, {_by(view)}: {moved(opinion)}",
    ]
    others = len(s.views) - len(s.who)
    if others and math.isfinite(s.within):
        agree = "The other one agrees" if others == 1 else f"The other {others} agree"
        sentences.append(f"{agree} to within {_count(_ceiling(s.within), 'point')} throughout.")
    return " ".join(sentences)


def _those(s: Stance) -> str:
    """``6 of the 15 experts differ``."""
    many, all_ = len(s.who), len(s.views)
    if all_ == 1:
        return f"the one {_NOUNS[s.group][0]} differs"
    differ = "differs" if many == 1 else "differ"
    if many == all_:
        return f"{'both' if all_ == 2 else f'all {all_}'} {_NOUNS[s.group][1]} differ"
    return f"{many} of {_subject(s)} {differ}"


def _all(s: Stance) -> str:
    return f"{_subject(s)} {'agrees' if len(s.views) == 1 else 'agree'}"


def _subject(s: Stance) -> str:
    one, several = _NOUNS[s.group]
    return f"the one {one}" if len(s.views) == 1 else f"the {len(s.views)} {several}"


def _by(view: View) -> str:
    return f"by the judgements of {view.text} alone" if view.group == "expert" else f"under {view.text}"


def moved(opinion: Opinion) -> str:
    """``Is Kim serious? From 9 % to 42 % (+33 points).``"""
    f = opinion.figure
    question = words.sentence(words.question(opinion.text, opinion.given))
    return f"{question} From {words.percent(f.base)} to {words.percent(f.changed)} ({points(f.difference)} points)."


def _equilibria(dissent: Dissent) -> str:
    others = dissent.base.others
    if others is None:
        return ""
    searched = _count(others.searched, "draw")
    if not others.found:
        return f"No other equilibrium was found in the {searched} searched, which does not show that there is none."
    low, high = dissent.of("equilibrium")
    pairs = [(a, b) for a, b in zip(low.opinions, high.opinions, strict=True) if math.isfinite(a.probability)]
    a, b = max(pairs, key=lambda pair: pair[1].probability - pair[0].probability)
    return (
        f"Other equilibria were found in {others.found} of the {searched} searched. What hangs on them most: {words.question(a.text, a.given)} "
        f"{words.percent(a.figure.base)} as followed there, {words.percent(a.probability)} with the lowest answer in every draw, {words.percent(b.probability)} with the highest."
    )


def notes(dissent: Dissent) -> list[str]:
    """How the views were made, which there are none of and why, and which rest on few draws."""
    told = [
        f"Each view over {_count(dissent.draws, 'draw')} of the forecast's (seed {dissent.base.provenance.seed}), weighed by how likely it makes the record: "
        f"{words.count(dissent.solved)} draws solved again in {dissent.seconds:.1f} s."
    ]
    fewer = [view for view in dissent.of("theory") if view.draws < dissent.draws]
    told += [f"{words.capital(view.text)}: over {view.draws} of them, for a draw takes far longer." for view in fewer]
    for view in (*dissent.of("expert"), *dissent.of("theory")):
        most = max((o.effective for o in view.opinions), default=0.0)
        if most < LEAST_DRAWS:
            told.append(
                f"{words.capital(view.text)}: rests on {_count(round(most), 'draw')}, too few for its figures to be relied on."
            )
    told += [
        f"{words.capital(view.text)}: {_count(view.missed, 'draw')} of {view.draws} missed the tolerance and count for nothing."
        for view in dissent.views
        if view.missed
    ]
    told += [f"{words.capital(out.text)}: no forecast, for {out.reason}." for out in dissent.left_out]
    return told


def _furthest(opinions: Iterable[Opinion]) -> Opinion | None:
    known = [o for o in opinions if math.isfinite(o.figure.difference)]
    return max(known, key=lambda o: abs(o.figure.difference), default=None)


def _whole(share: float) -> int:
    return round(100 * abs(share))


def _ceiling(share: float) -> int:
    """Whole points that a share does not exceed; none is said to agree to within nothing."""
    return max(1, math.ceil(100 * share - 1e-9))


def _count(number: int, noun: str) -> str:
    return f"{words.count(number)} {noun}{'s' * (number != 1)}"


# --------------------------------------------------------------------------- one question


@dataclass(frozen=True, slots=True)
class Positions:
    """The views on one question: the forecast's, those apart from it, furthest first, and the lowest and highest of the rest.

    ``rest`` is the number of these; ``silent`` are the names of views without an answer, its condition being impossible under them.
    """

    forecast: Opinion
    apart: tuple[tuple[View, Opinion], ...]
    equilibria: tuple[tuple[View, Opinion], ...]
    rest: tuple[tuple[View, Opinion], ...]
    silent: tuple[str, ...]

    @property
    def question(self) -> str:
        return words.question(self.forecast.text, self.forecast.given)

    @property
    def furthest(self) -> str:
        """The expert and the theory furthest from the forecast, each with its difference; where none is apart, the range of them all."""
        first = {view.group: f"{view.text} {points(o.figure.difference)}" for view, o in reversed(self.apart)}
        told = [first[group] for group in _NOUNS if group in first]
        return f"Furthest: {words.joined(told)} points" if told else f"All others {self.range}" if self.rest else ""

    @property
    def range(self) -> str:
        """The lowest and the highest of the rest: ``40–47 %``."""
        known = [o.probability for _, o in self.rest]
        return words.interval(min(known), max(known)) if known else words.MISSING


def positions(dissent: Dissent) -> list[Positions]:
    """Of every question that the forecast answers, in the order of the file."""
    found = []
    for mine in dissent.views[0].opinions:
        if not math.isfinite(mine.probability):
            continue
        pairs = [(v, v[mine.question]) for group in _NOUNS for v in dissent.of(group)]
        known = [(v, o) for v, o in pairs if math.isfinite(o.probability)]
        apart = sorted((p for p in known if is_apart(p[1])), key=lambda p: -abs(p[1].figure.difference))
        rest = tuple(p for p in known if not is_apart(p[1]))
        silent = tuple(v.text for v, o in pairs if not math.isfinite(o.probability))
        equilibria = tuple((v, v[mine.question]) for v in dissent.of("equilibrium"))
        found.append(Positions(mine, tuple(apart), equilibria, rest, silent))
    return found
