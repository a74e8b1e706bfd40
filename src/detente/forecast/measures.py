"""What a forecast measures on a game: the functionals behind each reported figure, with their labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.forecast.functionals import Functionals, Sums
from detente.forecast.timeline import Timeline, curve_days
from detente.game import Game
from detente.game.combinations import firsts, ranks
from detente.situation.expression import names
from detente.situation.model import Question, Reveal, Situation, Step

Mask = NDArray[np.bool_]
ANALYST = "analyst"


@dataclass(frozen=True)
class Ratio:
    """A conditional probability: functional ``part`` over functional ``whole``, with its labels."""

    part: int
    whole: int
    labels: tuple[object, ...]


@dataclass(frozen=True)
class Measures:
    """All figures of a forecast.

    ``answers`` one per question; ``given`` likewise, the probability of its condition; ``curves`` labelled
    (question, day); ``options`` (step, option index); ``reached`` (step,); ``beliefs`` (holder, fact, state
    index, stage, observed step); ``seen`` (question, step, option index), the probability that the question's condition
    holds *and* the step takes the option, for what may yet be seen before the answer is. ``observed`` masks the paths that fit the record; ``route`` (T,) is the
    group of each path by how it goes on, -1 where it does not fit the record; ``route_path`` one path of each.
    """

    sums: Sums
    likelihood: int
    answers: tuple[Ratio, ...]
    given: tuple[Ratio, ...]
    curves: tuple[Ratio, ...]
    options: tuple[Ratio, ...]
    reached: tuple[Ratio, ...]
    beliefs: tuple[Ratio, ...]
    seen: tuple[Ratio, ...]
    observed: Mask
    route: NDArray[np.int32]
    route_path: NDArray[np.int64]
    days: tuple[str, ...]


def measure(game: Game) -> Measures:
    """The measures that a game's situation asks for."""
    situation, paths = game.situation, game.paths
    functionals = Functionals(paths.count)
    observed = _fits(game, len(situation.observed), None)
    everything = functionals.add(observed)
    timeline = Timeline.of(situation)
    days = curve_days(situation, timeline)
    answers, given = _answered(game, functionals, timeline, observed, everything)
    curves = []
    for question, whole in zip(situation.questions, (ratio.part for ratio in given), strict=True):
        if question.by is not None:
            base = observed & paths.holds(question.given) if question.given is not None else observed
            for day in days:
                part = functionals.add(base * timeline.holds_by(question.when, paths, day))
                curves.append(Ratio(part, whole, (question.id, day.isoformat())))
    options, reached = [], []
    for step in _steps(situation):
        codes = paths.steps[step.name]
        whole = functionals.add(observed & (codes >= 0))
        reached.append(Ratio(whole, everything, (step.name,)))
        for i in range(len(step.options)):
            options.append(Ratio(functionals.add(observed & (codes == i)), whole, (step.name, i)))
    beliefs = _beliefs(game, functionals)
    seen = _seen(game, functionals, timeline, observed, everything)
    route, route_path = _routes(game, observed)
    return Measures(
        functionals.compile(), everything, tuple(answers), tuple(given), tuple(curves), tuple(options), tuple(reached),
        tuple(beliefs), tuple(seen), observed, route, route_path, tuple(day.isoformat() for day in days),
    )  # fmt: skip


def measure_answers(game: Game) -> Measures:
    """The answers alone, with their conditions: all that a comparison reads of a changed game, in a fraction of the time."""
    functionals = Functionals(game.paths.count)
    observed = _fits(game, len(game.situation.observed), None)
    everything = functionals.add(observed)
    answers, given = _answered(game, functionals, Timeline.of(game.situation), observed, everything)
    no_route = np.full(game.paths.count, -1, dtype=np.int32)
    return Measures(
        functionals.compile(), everything, tuple(answers), tuple(given), (), (), (), (), (), observed,
        no_route, np.empty(0, dtype=np.int64), (),
    )  # fmt: skip


def _answered(
    game: Game, functionals: Functionals, timeline: Timeline, observed: Mask, everything: int
) -> tuple[list[Ratio], list[Ratio]]:
    """Each question's answer, and the probability of its condition."""
    answers, given = [], []
    for question in game.situation.questions:
        base = observed & game.paths.holds(question.given) if question.given is not None else observed
        whole = functionals.add(base)
        given.append(Ratio(whole, everything, (question.id,)))
        answers.append(Ratio(functionals.add(base * _answer(question, game, timeline)), whole, (question.id,)))
    return answers, given


def _answer(question: Question, game: Game, timeline: Timeline) -> NDArray[np.generic]:
    if question.by is None:
        return game.paths.holds(question.when)
    return timeline.holds_by(question.when, game.paths, question.by)


def _steps(situation: Situation) -> list[Step]:
    return [step for step in situation.steps if isinstance(step, Step)]


def ordered_record(situation: Situation) -> list[tuple[Step, str]]:
    """Observed steps with the option observed, in the order of the process."""
    seen = {o.step: o.option for o in situation.observed}
    return [(step, seen[step.name]) for step in _steps(situation) if step.name in seen]


def _fits(game: Game, stages: int, holder: str | None) -> Mask:
    """Paths that agree with the first ``stages`` observed steps, or with those of them ``holder`` sees."""
    fits = np.ones(game.paths.count, dtype=np.bool_)
    for step, option in ordered_record(game.situation)[:stages]:
        if holder is None or _sees(game.situation, holder, step):
            index = [o.name for o in step.options].index(option)
            fits &= game.paths.steps[step.name] == index
    return fits


def _sees(situation: Situation, actor: str, step: Step) -> bool:
    """Whether an actor has seen a step: as it happened, or by a reveal that always takes place."""
    if actor in step.seen_by:
        return True
    reveals = [r for r in situation.steps if isinstance(r, Reveal) and r.when is None]
    return any(step.name in r.of and actor in r.to for r in reveals)


def _beliefs(game: Game, functionals: Functionals) -> list[Ratio]:
    situation, paths = game.situation, game.paths
    record = ordered_record(situation)
    ratios = []
    for fact in situation.facts.values():
        holders = [a for a in situation.actors if a not in fact.known_to] + [ANALYST]
        for holder in holders:
            for stage in range(len(record) + 1):
                fits = _fits(game, stage, None if holder == ANALYST else holder)
                whole = functionals.add(fits)
                after = record[stage - 1][0].name if stage else ""
                for i in range(len(fact.states)):
                    part = functionals.add(fits & (paths.facts[fact.name] == i))
                    ratios.append(Ratio(part, whole, (holder, fact.name, i, stage, after)))
    return ratios


def _routes(game: Game, observed: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Group paths by what is still to come: unobserved moves and events dated after ``as_of`` or undated."""
    label, count = np.zeros(game.paths.count, dtype=np.int64), 1
    for step in to_come(game.situation):
        codes = game.paths.steps[step.name].astype(np.int64) + 1
        several = len(step.options) + 1
        label, count = ranks(label * several + codes, count * several)
    route = np.full(len(label), -1, dtype=np.int32)
    which, count = ranks(label[observed], count)
    route[observed] = which
    return route, np.flatnonzero(observed)[firsts(which, count)]


def to_come(situation: Situation) -> list[Step]:
    """Moves and events that are not on the record and not dated before ``as_of``."""
    return [step for step in _ahead(situation) if step.kind != "signal"]


def _ahead(situation: Situation) -> list[Step]:
    """Steps, signals too, that are not on the record and not dated before ``as_of``."""
    seen = {o.step for o in situation.observed}
    return [
        step
        for step in _steps(situation)
        if step.name not in seen and (step.on is None or step.on.end > situation.as_of)
    ]


def is_public(situation: Situation, step: Step) -> bool:
    """Whether every actor sees how a step comes out, as it happens."""
    return set(step.seen_by) >= set(situation.actors)


def _seen(game: Game, functionals: Functionals, timeline: Timeline, observed: Mask, everything: int) -> list[Ratio]:
    """For each question without ``given``: its condition together with each option of what may be seen before it is answered."""
    ratios = []
    for question in game.situation.questions:
        if question.given is None:
            holds = observed * _answer(question, game, timeline)
            for step in _before_answer(question, game.situation, timeline):
                for i in range(len(step.options)):
                    part = functionals.add(holds * (game.paths.steps[step.name] == i))
                    ratios.append(Ratio(part, everything, (question.id, step.name, i)))
    return ratios


def _before_answer(question: Question, situation: Situation, timeline: Timeline) -> list[Step]:
    """Steps ahead that are not after the last on which the answer rests.

    An answer that rests on a private fact or on a step not everybody sees is never known; all steps may tell of it.
    """
    steps, used = _steps(situation), names(question.when)
    named = [i for i, step in enumerate(steps) if step.name in used.steps]
    if used.facts or not named or not all(is_public(situation, steps[i]) for i in named):
        return _ahead(situation)
    ahead = [step for step in _ahead(situation) if steps.index(step) <= named[-1]]
    return [s for s in ahead if question.by is None or timeline.windows[s.name].start <= question.by]
