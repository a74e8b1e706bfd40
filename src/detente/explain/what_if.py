"""What-ifs: a change to a situation, solved again on the same draws, and the difference it makes.

A what-if is an intervention. What the record has taught about the quantities stays (a draw keeps the weight that the base
gives it), the change is made, and each draw is solved and conditioned on the record within the changed game: abduction,
action, prediction (Pearl, "Causality", 2009, section 7.1). Only where the change touches the record itself has each
world its own weights. Every quantity that the change leaves alone has the same value in both worlds, draw by
draw, so that the difference is the change and not the luck of the draw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.draws import Draws, redrawn, sample
from detente.draws.sample import DrawsError
from detente.explain.comparison import AnswerChange, Comparison, Consequences, PayoffChange
from detente.explain.differences import compare
from detente.explain.reuse import Setup, same_play, same_record, set_up
from detente.forecast.assemble import assemble, conditional, payoffs
from detente.forecast.measures import ordered_record
from detente.forecast.result import Forecast
from detente.forecast.run import (
    LEAST_DRAWS,
    MOST_EXTRA,
    Executor,
    Progress,
    Task,
    pooled,
    prepare,
    solve_draws,
    solve_enough,
)
from detente.game import GameError
from detente.situation import Overlay, Problem, SituationError, blamed, changed
from detente.situation import what_if as overlay_of
from detente.situation.model import Situation
from detente.situation.spoken import spoken
from detente.solve import Effort, Status
from detente.solve.method import Method

Floats = NDArray[np.float64]

DRAWS, OF_FORECAST = 1000, 250
"""Draws of a situation, and of a forecast, that are compared where no number is asked for: differences over common draws need fewer than
forecasts, and a forecast's own figures are there to be read beside them."""


def what_if(
    base: Situation | Forecast,
    *changes: str | Overlay,
    draws: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    method: Method | str = Method.QUANTAL_RESPONSE,
) -> Comparison:
    """What would be otherwise under each of these changes.

    A change is the name of a what-if of the file, or words such as ``"commit path=china"`` or ``"set cost=3; hide deed:USA"``
    (:mod:`detente.situation.overlay` has the whole list); without any, all of the file's are compared. A situation is
    forecast first, from ``draws`` (default: 1000) and ``seed`` by the theory of behaviour ``method``. A forecast keeps its own seed and theory, and its first
    ``draws`` (default: 250) that fit the record are compared. The base is solved once for all changes, and nothing that a change
    cannot affect is computed again. ``progress`` is called with draws done and to do.

    Raises :class:`SituationError` for a change that cannot be understood or carried out, or that makes the record
    impossible; ``ValueError`` for fewer than 16 draws, or a forecast that was read back from a file;
    :class:`~detente.game.GameError` for a ``method`` that is not known or that the situation does not allow.
    """
    if draws is not None and draws < LEAST_DRAWS:
        raise ValueError(f"draws: found {draws}; accepted: {LEAST_DRAWS} or more")
    task, draws, seed = _task(base, draws, seed, Method.named(method))
    most = draws if isinstance(base, Forecast) else MOST_EXTRA * draws
    overlays = _overlays(task.game.situation, changes)
    drawn = sample(task.game.situation, most, seed)
    plans = [planned(task, overlay, drawn) for overlay in overlays]
    solves = not isinstance(base, Forecast) or any(plan.joins for plan in plans)
    count = _Count(progress, solves + sum(plan.solves for plan in plans))
    given = isinstance(base, Forecast)
    with pooled(executor, threads) as pool:
        base, joined = _base(base, task, plans, draws, seed, pool, count)
        before = World.of_forecast(base).until(draws if given else base.certificate.draws)
        found = [_compared(plan, base, before, joined.get(i), drawn, pool, count) for i, plan in enumerate(plans)]
    return Comparison(base, tuple(found))


# --------------------------------------------------------------------------- what is to be done


@dataclass(frozen=True)
class Planned:
    """A what-if ready to be solved, if it must be; ``same_play``: its equilibria are the base's. ``seconds`` it has taken so far."""

    overlay: Overlay
    setup: Setup
    same_play: bool
    reweighted: bool
    seconds: float

    @property
    def joins(self) -> bool:
        """Whether it only reads other figures off the base's equilibria."""
        return self.same_play and not self.setup.same_questions

    @property
    def solves(self) -> bool:
        return not self.same_play


def _task(base: Situation | Forecast, draws: int | None, seed: int, method: Method) -> tuple[Task, int, int]:
    """What is to be solved, on how many draws counted from the first, from which seed."""
    if isinstance(base, Situation):
        return prepare(base, method), draws or DRAWS, seed
    if base.task is None:
        raise ValueError("a forecast read from a file cannot be solved again; give `what_if` the situation it is of")
    compared = World.of_forecast(base).first(draws or OF_FORECAST)
    return base.task, len(compared.likelihood), base.provenance.seed


def _overlays(situation: Situation, changes: tuple[str | Overlay, ...]) -> list[Overlay]:
    if not changes and not situation.whatifs:
        problem = Problem(situation.origin, 0, 0, "whatifs", "no what-ifs in the file", "a change, in words")
        raise SituationError([problem])
    asked = changes or tuple(situation.whatifs)
    return [overlay_of(situation, change) if isinstance(change, str) else change for change in asked]


def planned(base: Task, overlay: Overlay, drawn: Draws) -> Planned:
    """A what-if made ready, by :func:`~detente.explain.reuse.set_up`, for the base's draws. Raises :class:`SituationError` where it cannot be."""
    started, situation = time.perf_counter(), base.game.situation
    with told(overlay, situation):
        setup = set_up(base, changed(situation, overlay))
        same = same_play(base, setup, drawn)
    if not setup.task.measures.observed.any():
        raise SituationError([_impossible(setup, overlay, situation)])
    reweighted = not same_record(situation, setup.situation)
    return Planned(overlay, setup, same, reweighted, time.perf_counter() - started)


@contextmanager
def told(overlay: Overlay, situation: Situation) -> Iterator[None]:
    """A mistake that a change makes is told of the change; one that is already, stays as it is."""
    try:
        yield
    except SituationError as error:
        first = error.problems[0]
        if first.file == overlay.label and (not overlay.named or first.where.startswith("whatifs.")):
            raise
        raise SituationError([blamed(replace(first, line=0), overlay, situation)]) from None
    except DrawsError as error:
        problem = Problem(situation.origin, 0, 0, "", str(error), "a change under which every draw is possible")
        raise SituationError([blamed(problem, overlay, situation)]) from None
    except GameError as error:
        found, _, others = str(error).partition("; accepted: ")
        problem = Problem(situation.origin, 0, 0, "", found, f"another change, or another theory: {others}")
        raise SituationError([blamed(problem, overlay, situation)]) from None


def _impossible(setup: Setup, overlay: Overlay, situation: Situation) -> Problem:
    """The first thing on the record that the changed game rules out."""
    paths, after = setup.task.game.paths, setup.situation
    fits = np.ones(paths.count, dtype=np.bool_)
    for step, option in ordered_record(after):
        fits = fits & (paths.steps[step.name] == [o.name for o in step.options].index(option))
        if not fits.any():
            found = f"a record that cannot be: `{step.name}` was observed as `{option}`"
            accepted = f"a change that leaves that possible, or that takes `observed.{step.name}` away too"
            return blamed(Problem(situation.origin, 0, 0, "", found, accepted), overlay, situation)
    raise AssertionError("some path fits the record")


class _Count:
    """Turns the progress of several solves into that of one."""

    def __init__(self, progress: Progress | None, solves: int) -> None:
        self.progress, self.solves, self.current = progress, solves, 0

    def __call__(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(self.current * total + done, self.solves * total)

    def next(self) -> None:
        """The present solve has ended."""
        self.current += 1


# --------------------------------------------------------------------------- worlds


@dataclass(frozen=True)
class World:
    """Figures draw by draw: ``answer`` and ``given`` (Q, D), ``payoff`` (I, D), ``likelihood`` (D).

    NaN, and likelihood 0, in a draw that was not solved.
    """

    questions: tuple[str, ...]
    actors: tuple[str, ...]
    answer: Floats
    given: Floats
    payoff: Floats
    likelihood: Floats

    @classmethod
    def of_forecast(cls, forecast: Forecast) -> World:
        data = forecast.data
        questions, actors = (tuple(str(name) for name in data[key].values) for key in ("question", "actor"))
        answer, given, payoff, likelihood = (
            np.asarray(data[key].values) for key in ("answer", "given_chance", "payoff", "likelihood")
        )
        return cls(questions, actors, answer, given, payoff, likelihood)

    @classmethod
    def of_sums(cls, task: Task, sums: Floats, payoff: Floats, status: NDArray[np.int64]) -> World:
        """``sums`` and ``payoff`` as measured by the task's measures."""
        measures = task.measures
        likelihood = np.where(status == Status.SOLVED, sums[measures.likelihood], 0.0)
        return cls(
            tuple(str(ratio.labels[0]) for ratio in measures.answers),
            task.game.tree.actors,
            conditional(sums, measures.answers),
            conditional(sums, measures.given),
            payoffs(payoff, sums[measures.likelihood]),
            likelihood,
        )

    def at(self, which: NDArray[np.intp]) -> World:
        """The same in the draws at ``which`` alone."""
        answer, given, payoff = (table[:, which] for table in (self.answer, self.given, self.payoff))
        return World(self.questions, self.actors, answer, given, payoff, self.likelihood[which])

    def first(self, draws: int) -> World:
        """The first of its draws, as many as hold ``draws`` that count."""
        counting = np.flatnonzero(self.likelihood > 0)[:draws]
        return self.until(int(counting[-1]) + 1 if len(counting) else 0)

    def until(self, stop: int) -> World:
        """Its first draws, ``stop`` of them."""
        tables = (table[..., :stop] for table in (self.answer, self.given, self.payoff, self.likelihood))
        return World(self.questions, self.actors, *tables)

    def spread(self, which: NDArray[np.intp], draws: int) -> World:
        """The same among ``draws`` draws, of which it has those at ``which``."""

        def wide(table: Floats, empty: float) -> Floats:
            out = np.full((*table.shape[:-1], draws), empty)
            out[..., which] = table
            return out

        answer, given, payoff = (wide(table, np.nan) for table in (self.answer, self.given, self.payoff))
        return World(self.questions, self.actors, answer, given, payoff, wide(self.likelihood, 0.0))


def _base(
    base: Situation | Forecast, task: Task, plans: list[Planned], draws: int, seed: int, pool: Executor, count: _Count
) -> tuple[Forecast, dict[int, World]]:
    """The base's forecast and, of the same solve, the worlds of the what-ifs that only ask or observe something else."""
    joining = {i: plan.setup.task for i, plan in enumerate(plans) if plan.joins}
    task = replace(task, also=tuple(other.measures for other in joining.values()))
    started = time.perf_counter()
    if isinstance(base, Forecast):
        if not joining:
            return base, {}
        results = solve_draws(
            without_routes(task), sample(task.game.situation, draws, seed).values, pool, lambda n: count(n, draws)
        )
    else:
        task, results = solve_enough(task, draws, seed, pool, count)
        drawn = sample(base, results.sums.shape[-1], seed)
        task = replace(task, also=())
        base = assemble(task.game, task.measures, task, results, drawn, seed, time.perf_counter() - started)
    count.next()
    worlds, row, actors = {}, 0, len(task.span)
    for i, other in joining.items():
        rows = other.measures.sums.count
        sums, payoff = results.more[row : row + rows], results.more[row + rows : row + rows + actors]
        worlds[i] = World.of_sums(other, sums, payoff, results.status)
        row += rows + actors
    return base, worlds


def without_routes(task: Task) -> Task:
    """The task without following the ways it may go on."""
    return replace(task, kept=np.full(task.game.tree.terminals, -1, dtype=np.int32))


def _compared(
    plan: Planned, base: Forecast, before: World, joined: World | None, drawn: Draws, pool: Executor, count: _Count
) -> Consequences:
    started, solved, draws = time.perf_counter() - plan.seconds, 0, len(before.likelihood)
    if joined is not None:
        after = joined
    elif plan.same_play:
        after = before
    else:
        with told(plan.overlay, base.task.game.situation if base.task else plan.setup.situation):
            after, solved = solve_changed(plan, base, before, drawn, pool, lambda n: count(n, draws))
        count.next()
    return consequences(plan, base, before, after, solved, started)


def solve_changed(
    plan: Planned,
    base: Forecast,
    before: World,
    drawn: Draws,
    pool: Executor,
    done: Callable[[int], object] = lambda _: None,
    hardest: Effort = Effort.FINE,
) -> tuple[World, int]:
    """The changed world, in the draws in which it is needed, and how many these are.

    ``drawn``: the base's draws, at least as many as ``before`` has; ``done`` and ``hardest`` as in ``solve_draws``.
    """
    draws = len(before.likelihood)
    which = np.arange(draws) if plan.reweighted else np.flatnonzero(before.likelihood > 0)
    task = without_routes(plan.setup.task)
    # What was hard in the base is most often hard again.
    sweeps, values = (
        np.asarray(base.data["sweeps"].values, np.float64)[which],
        redrawn(drawn, plan.setup.situation, which),
    )
    results = solve_draws(task, values, pool, done, hardest, sweeps)
    return World.of_sums(task, results.sums, results.payoff, results.status).spread(which, draws), len(which)


# --------------------------------------------------------------------------- differences


def consequences(
    plan: Planned, base: Forecast, before: World, after: World, solved: int, started: float
) -> Consequences:
    """The what-if compared with the base; ``solved`` draws, begun at ``started`` of the wall clock."""
    situation = plan.setup.situation
    weight = before.likelihood
    both = (weight > 0) & (after.likelihood > 0)
    if not both.any():
        found, accepted = "no draw that can be compared", "a milder change, or lower precisions"
        method = plan.setup.task.method
        if not method.logit:
            found += f" if actors behave by {method.value}"
            accepted = f"a milder change, or a theory under which actors err: {Method.QUANTAL_RESPONSE.value}"
        problem = Problem(situation.origin, 0, 0, "", found, accepted)
        raise SituationError([blamed(problem, plan.overlay, situation)])
    # An intervention leaves the draws their weights; with another record each world has its own.
    u0, u1 = (weight, after.likelihood) if plan.reweighted else (np.where(both, weight, 0.0),) * 2
    texts = {q.id: (q.text, q.given_text) for q in situation.questions}
    answers = [
        AnswerChange(name, *texts[name], compare(a0, a1, u0 * g0, u1 * g1, reach=1.0))
        for name, (a0, g0, a1, g1) in _paired(before, after).items()
    ]
    span = dict(zip(before.actors, np.asarray(base.data["span"].values), strict=True))
    changes = []
    for i, actor in enumerate(before.actors):
        if actor in after.actors:
            shares = before.payoff[i] / span[actor], after.payoff[after.actors.index(actor)] / span[actor]
            changes.append(PayoffChange(actor, situation.actors[actor].name, compare(*shares, u0, u1)))
    return Consequences(
        name=plan.overlay.name,
        text=spoken(plan.overlay, situation),
        answers=tuple(answers),
        payoffs=tuple(changes),
        draws=int(both.sum()),
        lost=int(((weight > 0) & ~both).sum()),
        solved=solved,
        same_tree=plan.setup.same_tree,
        reweighted=plan.reweighted,
        seconds=time.perf_counter() - started,
    )


def _paired(before: World, after: World) -> dict[str, tuple[Floats, Floats, Floats, Floats]]:
    """Answer and chance of its condition in both worlds, of every question of the changed file; NaN where the base has none."""
    none = np.full(len(before.likelihood), np.nan)
    pairs = {}
    for j, name in enumerate(after.questions):
        i = before.questions.index(name) if name in before.questions else None
        a0, g0 = (before.answer[i], before.given[i]) if i is not None else (none, none)
        pairs[name] = (a0, g0, after.answer[j], after.given[j])
    return pairs
