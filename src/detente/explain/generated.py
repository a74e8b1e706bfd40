"""What-ifs that the program makes up itself: many changes to one forecast, solved side by side on a few of its draws.

A difference over common draws needs far fewer of them than a forecast does, because what the draws have in common drops out. So these
what-ifs are solved on the first draws of the forecast that fit the record at all, with the weights that the record gives
them (:mod:`detente.explain.what_if`), and each difference states its interval and its Monte Carlo error. Of a changed game
only the answers and payoffs are measured. A change that cannot be made is left out, and the reason kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.draws import Draws, sample
from detente.explain.comparison import Consequences
from detente.explain.what_if import World, consequences, planned, solve_changed
from detente.forecast.result import Forecast
from detente.forecast.run import LEAST_DRAWS, Executor, Progress, Task, pooled
from detente.game import GameError
from detente.situation import SituationError, what_if
from detente.situation.build import WITH_IT
from detente.situation.model import Reveal, Situation, Step
from detente.solve import Effort

Floats = NDArray[np.float64]

DRAWS = 200
"""Draws on which each generated what-if is solved."""
HARDEST = Effort.AFRESH
"""The few draws that need still more work may take longer than all others together; they are left out, and counted as lost."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A what-if that could not be carried out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Trials:
    """What came of the what-ifs asked for, by their words.

    ``draws`` of the forecast were compared; ``solved`` games were solved, ``seconds`` of wall clock.
    """

    base: Forecast
    found: Mapping[str, Consequences]
    skipped: tuple[Skipped, ...]
    draws: int
    solved: int
    seconds: float

    def without(self, names: Iterable[str]) -> tuple[Skipped, ...]:
        """Those of the what-ifs so named that were left out."""
        asked = set(names)
        return tuple(each for each in self.skipped if each.name in asked)

    def solved_among(self, names: Iterable[str]) -> int:
        """How many of the what-ifs so named were solved."""
        return sum(1 for name in set(names) if name in self.found and self.found[name].solved)


def try_all(
    base: Forecast,
    changes: Sequence[str],
    *,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Trials:
    """Each of these what-ifs on the first ``draws`` draws of a forecast that fit its record; the same words are solved once.

    ``progress`` is called with what-ifs done and to do. Raises ``ValueError`` for fewer than 16 draws and for a forecast that was
    read back from a file.
    """
    started = time.perf_counter()
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws: found {draws}; accepted: {LEAST_DRAWS} or more")
    if base.task is None:
        raise ValueError("a forecast read from a file cannot be solved again; forecast its situation anew")
    names = list(dict.fromkeys(changes))
    before = World.of_forecast(base).first(draws)
    drawn = sample(base.task.game.situation, len(before.likelihood), base.provenance.seed)
    trial = _Trial(replace(base, task=None), base.task, before, drawn)
    found: dict[str, Consequences] = {}
    skipped = []
    with pooled(executor, threads) as pool:
        for i, (name, result) in enumerate(zip(names, pool.map(trial, names), strict=True)):
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                found[name] = result
            if progress is not None:
                progress(i + 1, len(names))
    solved = sum(1 for result in found.values() if result.solved)
    compared = int((before.likelihood > 0).sum())
    return Trials(base, found, tuple(skipped), compared, solved, time.perf_counter() - started)


@dataclass(frozen=True)
class _InTurn:
    """An executor that does one thing after another: the what-ifs themselves run side by side."""

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
        return map(function, items)


@dataclass(frozen=True)
class _Trial:
    """Solves one what-if, given in words."""

    base: Forecast
    task: Task
    before: World
    drawn: Draws

    def __call__(self, words: str) -> Consequences | Skipped:
        started = time.perf_counter()
        try:
            overlay = what_if(self.task.game.situation, words)
            plan = planned(self.task, overlay, self.drawn)
            after, solved = self.before, 0
            if plan.solves:
                after, solved = solve_changed(plan, self.base, self.before, self.drawn, _InTurn(), hardest=HARDEST)
            return consequences(plan, self.base, self.before, after, solved, started)
        except SituationError as error:
            problem = error.problems[0]
            return Skipped(words, problem.found.removeprefix(WITH_IT))
        except GameError as error:
            return Skipped(words, str(error))


# --------------------------------------------------------------------------- what a situation holds


def situation_of(base: Forecast) -> Situation:
    """The situation that a forecast is of; raises ``ValueError`` where it was read back from a file."""
    if base.task is None:
        raise ValueError("a forecast read from a file cannot be solved again; forecast its situation anew")
    return base.task.game.situation


def steps_of(situation: Situation) -> list[Step]:
    """Moves, signals and events, in time order."""
    return [step for step in situation.steps if isinstance(step, Step)]


def ahead(situation: Situation) -> list[Step]:
    """Steps that are neither on the record nor over by ``as_of``; a step without a date is over once a later one is on the record."""
    recorded = {observation.step for observation in situation.observed}
    steps = steps_of(situation)
    last = max((i for i, step in enumerate(steps) if step.name in recorded), default=-1)
    return [
        step
        for i, step in enumerate(steps)
        if step.name not in recorded and (step.on.end > situation.as_of if step.on is not None else i > last)
    ]


def blind(situation: Situation, name: str) -> tuple[str, ...]:
    """Actors who never come to see how a step comes out, or who do not know a private fact: not by a reveal without a condition either."""
    fact = situation.facts.get(name)
    step = next((s for s in steps_of(situation) if s.name == name), None)
    seers = set(fact.known_to if fact is not None else step.seen_by if step is not None else ())
    for later in situation.steps:
        if isinstance(later, Reveal) and later.when is None and name in later.of:
            seers |= set(later.to)
    return tuple(actor for actor in situation.actors if actor not in seers)
