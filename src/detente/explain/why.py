"""Why an answer changes: the way through the process that moved most, the decision on it, and the belief or aim behind that.

A what-if is solved again on a few draws, with the probability of every path kept in both worlds, and the difference in one answer is taken apart
over all decisions and chances (:mod:`detente.explain.histories`), exactly and draw by draw. Nothing here says more than that something moved
where something else did: in an equilibrium everything hangs together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.draws import Draws, redrawn, sample
from detente.explain.decisions import Aim, Belief, Name, Places, aims_moved
from detente.explain.differences import NOTHING, Difference, compare
from detente.explain.generated import DRAWS, HARDEST
from detente.explain.histories import Histories, Masses, taken_apart
from detente.explain.what_if import Planned, planned
from detente.forecast.measures import Ratio, to_come
from detente.forecast.result import Forecast
from detente.forecast.run import LEAST_DRAWS, Executor, Progress, Task, pooled, prepare, solve_draws
from detente.situation import Overlay, SituationError
from detente.situation import what_if as overlay_of
from detente.situation.messages import Problem
from detente.situation.model import Situation
from detente.situation.spoken import spoken
from detente.solve import Status

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

ROOM = 20_000_000
"""Probabilities of paths that one world's draws may hold; a very large game is looked at on fewer draws."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one decision, or one step of chance, contributes to the difference in the answer.

    ``actor`` is empty for chance; ``knows`` are the private facts that the mover knows there, with their states.
    """

    step: str
    actor: str
    knows: tuple[tuple[str, str], ...]
    figure: Difference


@dataclass(frozen=True, slots=True)
class Way:
    """How it goes on, for the answer: the options of the steps ahead, in order. ``figure``: what it adds to the answer before and after."""

    steps: tuple[tuple[str, str], ...]
    figure: Difference


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on the way that moved most: ``option`` is the one taken there, ``chance`` its probability.

    ``part`` is what the decision contributes to the way's own change; ``open`` where it is a choice in both worlds; ``offered``: whether
    ``option`` is there, before and after. ``belief`` is the one that moved most there,
    None where none clearly did; ``aims`` are what is otherwise in the mover's own payoff or precision.
    """

    step: str
    actor: str
    knows: tuple[tuple[str, str], ...]
    option: str
    chance: Difference
    part: Difference
    open: bool
    offered: tuple[bool, bool]
    belief: Belief | None
    aims: tuple[Aim, ...]


@dataclass(frozen=True)
class Why:
    """Why one answer changes under a what-if.

    ``figure`` is the answer in both worlds over ``draws`` draws; ``parts``, largest first, and ``rest`` sum to its difference. ``rest`` is what the draws
    counting otherwise and the question being another one make of it. ``steps`` are the parts put together by step. ``way`` and ``decision`` are None where nothing moves. ``chosen``: the answer is the one that moves most, and not one that was asked for.
    """

    before: Situation
    after: Situation
    change: str
    chosen: bool
    question: str
    text: str
    given: str
    figure: Difference
    draws: int
    steps: tuple[Part, ...]
    parts: tuple[Part, ...]
    rest: float
    way: Way | None
    decision: Decision | None

    def in_words(self) -> list[str]:
        """Two to four sentences."""
        from detente.report.reasons import in_words  # upward, when it is asked for

        return in_words(self)

    @property
    def table(self) -> pd.DataFrame:
        """One row a decision or chance: ``step``, ``actor``, ``knows``, its ``contribution`` with interval and ``error``, ``clear``."""
        import pandas as pd

        return pd.DataFrame([
            {
                "step": p.step, "actor": p.actor, "knows": ", ".join(f"{fact}={state}" for fact, state in p.knows),
                "contribution": p.figure.difference, "low": p.figure.low, "high": p.figure.high, "error": p.figure.error,
                "clear": p.figure.clear,
            }
            for p in self.parts
        ])  # fmt: skip


def why(
    base: Situation | Forecast,
    change: str | Overlay,
    question: str | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    threads: int | None = None,
    executor: Executor | None = None,
) -> Why:
    """Why an answer changes under a what-if: ``question``, or left out the one that moves most.

    The what-if is given as in :func:`detente.what_if`. The first ``draws`` draws are solved in both worlds; a forecast keeps its own seed. Those that only the
    greatest effort solves are left out. Raises :class:`SituationError` for a change or a question that is not there, ``ValueError`` for fewer than 16
    draws or a forecast that was read back from a file.
    """
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws: found {draws}; accepted: {LEAST_DRAWS} or more")
    if isinstance(base, Forecast):
        if base.task is None:
            raise ValueError("a forecast read from a file cannot be solved again; give `why` the situation it is of")
        task, seed, draws = base.task, base.provenance.seed, min(draws, base.certificate.draws)
    else:
        task = prepare(base)
    situation = task.game.situation
    overlay = overlay_of(situation, change) if isinstance(change, str) else change
    drawn = sample(situation, draws, seed)
    with pooled(executor, threads) as pool:
        return explained(task, planned(task, overlay, drawn), drawn, draws, pool, question)


def explained(
    base: Task, plan: Planned, drawn: Draws, draws: int, pool: Executor, question: str | None = None,
    progress: Progress | None = None,
) -> Why:  # fmt: skip
    """The same of a what-if made ready, in the first ``draws`` of the base's draws; ``progress`` is called with draws of both worlds done and to do."""
    after = plan.setup.task
    draws = max(LEAST_DRAWS, min(draws, ROOM // max(base.game.paths.count, after.game.paths.count)))
    first = np.arange(draws)
    values = redrawn(drawn, base.game.situation, first), redrawn(drawn, after.game.situation, first)
    tell = progress or (lambda *_: None)
    before = _World.solved(base, values[0], pool, lambda done: tell(done, 2 * draws))
    worlds = before, _World.solved(after, values[1], pool, lambda done: tell(draws + done, 2 * draws))
    both = _Both(worlds, plan.reweighted)
    asked = both.asked(question)
    text = spoken(plan.overlay, base.game.situation)
    return _Explained(both, asked, values).why(text, chosen=question is None)


@dataclass(frozen=True)
class _World:
    """One world: ``paths`` (T, D) their probabilities, ``sums`` as measured, and ``usable`` (D,) the draws that were solved."""

    task: Task
    paths: Floats
    sums: Floats
    usable: NDArray[np.bool_]

    @classmethod
    def solved(cls, task: Task, values: Mapping[str, Floats], pool: Executor, done: Callable[[int], object]) -> _World:
        every = replace(task, kept=np.arange(task.game.paths.count, dtype=np.int32), also=())
        results = solve_draws(every, values, pool, done, HARDEST)
        return cls(task, results.routes, results.sums, results.status == Status.SOLVED)

    def asked(self, name: str) -> Ratio | None:
        """The figure that answers a question."""
        return next((ratio for ratio in self.task.measures.answers if ratio.labels[0] == name), None)

    def counts(self, name: str) -> tuple[Floats, Floats]:
        """What each path counts for an answer and for its condition, (T,) both."""
        ratio, sums = self.asked(name), self.task.measures.sums
        assert ratio is not None
        return sums.row(ratio.part), sums.row(ratio.whole)

    @cached_property
    def likelihood(self) -> Floats:
        """(D,) probability of the record, 0 where the draw was not solved."""
        return np.where(self.usable, self.sums[self.task.measures.likelihood], 0.0)


@dataclass(frozen=True)
class _Answer:
    """An answer draw by draw in both worlds, and what the draws count for in each (D,), normalised."""

    name: str
    value: tuple[Floats, Floats]
    weight: tuple[Floats, Floats]
    figure: Difference


class _Both:
    """Two worlds over the same draws."""

    def __init__(self, worlds: tuple[_World, _World], reweighted: bool) -> None:
        self.worlds = worlds
        before, after = (world.likelihood for world in worlds)
        both = (before > 0) & (after > 0)
        self.base = np.where(both, before, 0.0), np.where(both, after if reweighted else before, 0.0)
        self.draws = int(both.sum())

    def answer(self, name: str) -> _Answer | None:
        """None where a world does not ask it, or no draw tells it."""
        values, weights = [], []
        for world, base in zip(self.worlds, self.base, strict=True):
            asked = world.asked(name)
            if asked is None:
                return None
            part, whole = world.sums[asked.part], world.sums[asked.whole]
            with np.errstate(divide="ignore", invalid="ignore"):
                values.append(part / whole)
                weights.append(base * np.where(base > 0, whole / world.likelihood, 0.0))
        usable = np.isfinite(values[0]) & np.isfinite(values[1]) & (weights[0] > 0) & (weights[1] > 0)
        if not usable.any():
            return None
        value = np.where(usable, values[0], 0.0), np.where(usable, values[1], 0.0)
        share = np.where(usable, weights[0], 0.0), np.where(usable, weights[1], 0.0)
        weight = share[0] / share[0].sum(), share[1] / share[1].sum()
        return _Answer(name, value, weight, compare(*value, *weight, reach=1.0))

    def asked(self, question: str | None) -> _Answer:
        """The answer asked for, or the one that moves most: clearly, and not settled by the change itself, if any does. Raises :class:`SituationError`."""
        situation = self.worlds[1].task.game.situation
        names = [q.id for q in situation.questions]
        if question is not None and question not in names:
            raise SituationError(
                [Problem(situation.origin, 0, 0, "ask", f"no question `{question}`", ", ".join(names))]
            )
        found = [a for name in names if question in (None, name) and (a := self.answer(name)) is not None]
        if not found:
            wrong = "no answer that can be compared"
            raise SituationError([Problem(situation.origin, 0, 0, "ask", wrong, "a question that both worlds answer")])
        return max(found, key=lambda a: (a.figure.clear, not a.figure.settled, abs(a.figure.difference)))


class _Explained:
    """One answer of two worlds taken apart."""

    def __init__(self, both: _Both, answer: _Answer, values: tuple[Mapping[str, Floats], Mapping[str, Floats]]) -> None:
        self.both, self.answer, self.values = both, answer, values
        self.games = both.worlds[0].task.game, both.worlds[1].task.game
        self.histories = Histories.of(*self.games)
        h = self.histories
        self.masses = Masses.of(h, *(h.spread(i, world.paths) for i, world in enumerate(both.worlds)))
        self.places = Places(self.games, h)
        # What a history counts for is asked of the base, and of the changed world where it is new.
        rows = [world.counts(answer.name) for world in both.worlds]
        self.weight, self.whole = (
            np.where(np.isnan(first := h.spread(0, rows[0][i], math.nan)), h.spread(1, rows[1][i]), first)
            for i in range(2)
        )

    def why(self, change: str, *, chosen: bool) -> Why:
        """The whole of it."""
        answer, situation = self.answer, self.games[1].situation
        asked = next(q for q in situation.questions if q.id == answer.name)
        apart = taken_apart(self.masses, self.weight, self.whole)
        places = self.places.gathered(apart)
        moved = abs(answer.figure.difference) > NOTHING
        way = self.way() if moved else None
        return Why(
            before=self.games[0].situation,
            after=situation,
            change=change,
            chosen=chosen,
            question=answer.name,
            text=asked.text,
            given=asked.given_text,
            figure=answer.figure,
            draws=self.both.draws,
            steps=self.parts(np.stack([each.sum(axis=0) for each in apart]), self.places.step),
            parts=self.parts(places, self.places.named),
            rest=answer.figure.difference - float(np.nan_to_num(places).sum(axis=0) @ self.mean),
            way=way[0] if way else None,
            decision=self.decision(*way) if way else None,
        )

    @property
    def mean(self) -> Floats:
        """(D,) what a draw counts for in both worlds together."""
        return (self.answer.weight[0] + self.answer.weight[1]) / 2

    def parts(self, found: Floats, named: Callable[[int], Name]) -> tuple[Part, ...]:
        """Contributions (rows, D) that are not nought, largest first."""
        some = np.flatnonzero(np.abs(found[:, self.mean > 0]).max(axis=1, initial=0.0) > NOTHING)
        parts = [Part(*named(int(i)), self._figure(found[i])) for i in some]
        return tuple(sorted(parts, key=lambda p: -abs(p.figure.difference)))

    def _figure(self, contribution: Floats) -> Difference:
        return compare(np.zeros_like(contribution), contribution, self.mean, self.mean, reach=1.0)

    def way(self) -> tuple[Way, NDArray[np.bool_]] | None:
        """The way that moved most in the answer's direction, and which whole histories are of it."""
        h, points = self.histories, [p.name for p in self.histories.points]
        ahead = {step.name: step for game in self.games for step in to_come(game.situation)}
        which = [i for i, name in enumerate(points) if name in ahead]
        codes = h.codes[which]
        label = np.unique(codes, axis=1, return_inverse=True)[1].ravel() if which else np.zeros(h.count, dtype=np.intp)
        moved = np.bincount(
            label, weights=self._share(1) @ self.answer.weight[1] - self._share(0) @ self.answer.weight[0]
        )
        sign = math.copysign(1.0, self.answer.figure.difference)
        best = int(np.argmax(sign * moved))
        if sign * moved[best] <= NOTHING:
            return None
        inside = label == best
        figure = compare(
            self._share(0)[inside].sum(axis=0), self._share(1)[inside].sum(axis=0), *self.answer.weight, reach=1.0
        )
        taken = codes[:, int(np.argmax(inside))]
        steps = [(points[i], h.points[i].options[c]) for i, c in zip(which, taken, strict=True) if c >= 0]
        return Way(tuple(steps), figure), inside

    def _share(self, world: int) -> Floats:
        """(L, D) what each whole history adds to the answer."""
        mass = self.masses.whole(world)
        with np.errstate(divide="ignore", invalid="ignore"):
            share: Floats = np.nan_to_num(self.weight[:, None] * mass / (self.whole @ mass))
        return share

    def decision(self, way: Way, inside: NDArray[np.bool_]) -> Decision | None:
        """The decision, or chance, on the way that makes most of its change."""
        apart = self.places.gathered(taken_apart(self.masses, self.weight * inside, self.whole))
        on_way = self.places.on(inside & (self.whole > 0))
        sign = math.copysign(1.0, way.figure.difference)
        made = np.where(on_way, sign * np.nan_to_num(apart) @ self.mean, -math.inf)
        best = int(np.argmax(made))
        if not made[best] > NOTHING:
            return None
        step, actor, knows = self.places.named(best)
        code = self.places.taken(best, inside & (self.whole > 0))
        weight = self.answer.weight
        before, after = (self.places.chance(self.masses, world, best, code) for world in (0, 1))
        chance = compare(before, after, *weight, reach=1.0)
        point = self.histories.points[self.places.point(best)]
        return Decision(
            step, actor, knows, point.options[code] if code >= 0 else "", chance, self._figure(apart[best]),
            -1 not in self.places.pair[best], (self.places.offered(0, best, code), self.places.offered(1, best, code)),
            self.places.belief(self.masses, best, weight) if actor else None,
            aims_moved(self.games, self.values, actor, self.mean) if actor else (),
        )  # fmt: skip
