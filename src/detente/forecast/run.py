"""One forecast: draws in blocks, each solved, conditioned and measured, then put together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.draws import medians, sample
from detente.forecast.assemble import assemble
from detente.forecast.functionals import expected_payoff, sum_by_group
from detente.forecast.measures import Measures, measure
from detente.forecast.result import Forecast
from detente.forecast.seek import seek
from detente.forecast.weights import effective_draws, pareto_k
from detente.game import Game, GameError, unroll
from detente.situation.model import Situation
from detente.solve import Block, Effort, Numbers, Plan, Status
from detente.solve.attempts import Starts
from detente.solve.beside import compile_beside
from detente.solve.lanes import WIDTH
from detente.solve.method import Method
from detente.solve.schedule import LEAST, Efforts, Parts, Schedule, Which
from detente.solve.theory import check_information, chunk, solve_by
from detente.solve.workers import Borrowed, Workers, heed

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

LEAST_DRAWS = 16
"""Fewer draws give no interval worth printing."""
PATHS_KEPT = 200
"""Ways it may go on that are followed draw by draw: the likeliest of the first block."""
MOST_EXTRA = 4
"""Draws are added, up to this multiple of those asked for, while too few of them fit the record."""
CORES = os.cpu_count() or 1
MEASURED = 4 * WIDTH
"""Draws measured at a time: few enough for the probabilities of all ends to stay in the processor's cache."""
KEPT = 512
"""Draws of which the numbers are kept: a what-if has fewer. Where there are more, each part is worked out on its own core, and memory does not grow with them."""
ENOUGH_DRAWS = 200
GOOD_PARETO_K = 0.7


class Executor(Protocol):
    """Anything with an ordered ``map``: a pool of threads or processes, a distributed client."""

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]: ...


@dataclass(frozen=True)
class Results:
    """Measured figures of D draws, in arrays whose last axis is the draw."""

    sums: Floats
    routes: Floats
    payoff: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    more: Floats
    """for each of the task's ``also``: its sums, then payoffs"""
    play: Floats
    """(A + C, D) probability of every action, then of every chance row; no rows unless the task keeps them"""

    def likelihood(self, measures: Measures) -> Floats:
        """(D,) probability of what was observed; 0 where the draw was not solved."""
        return np.where(self.status == Status.SOLVED, self.sums[measures.likelihood], 0.0)

    @classmethod
    def room_for(cls, part: Results, draws: int) -> Results:
        """Of the shapes and types of ``part``, for so many draws, not filled."""
        parts = (getattr(part, name) for name in cls.__dataclass_fields__)
        return cls(*(np.empty((*table.shape[:-1], draws), table.dtype) for table in parts))

    def put(self, which: NDArray[np.intp], part: Results) -> None:
        """Take over the figures of the draws ``which``."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[..., which] = getattr(part, name)

    @classmethod
    def join(cls, parts: list[Results]) -> Results:
        return cls(*(np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in cls.__dataclass_fields__))


@dataclass(frozen=True)
class Solved:
    """Some draws solved and measured; and where the next effort is to start with some of them, by their place among these."""

    results: Results
    tried: NDArray[np.int64]
    starts: Mapping[int, Starts]

    @property
    def status(self) -> NDArray[np.int64]:
        """(S,) how each ended."""
        return self.results.status


@dataclass(frozen=True)
class Task:
    """What every block needs to know. ``kept``: routes followed draw by draw; ``also``: further measures of the same game; ``keeps_play``: whether
    results hold what is played, which takes memory of the order of game times draws."""

    game: Game
    plan: Plan
    measures: Measures
    span: Floats
    kept: NDArray[np.int32]
    method: Method = Method.QUANTAL_RESPONSE
    efforts: Efforts = LEAST
    also: tuple[Measures, ...] = ()
    keeps_play: bool = False

    def __call__(self, quantities: Mapping[str, Floats]) -> Results:
        """Solve and measure some draws."""
        return self._measured(self.solved(quantities, self.efforts))

    def onward(self, given: tuple[Mapping[str, Floats] | Numbers, Starts | None]) -> Solved:
        """Solve and measure some draws, given their quantities, or the numbers of the game already, and where to start."""
        numbers = given[0] if isinstance(given[0], Numbers) else self.numbers(given[0])
        solved = solve_by(self.method, self.plan, numbers, self.efforts.first, given[1], self.efforts.through)
        return Solved(self._measured(solved), solved.tried, solved.starts)

    def solved(self, quantities: Mapping[str, Floats], efforts: Efforts, starts: Starts | None = None) -> Block:
        """Some draws under the theory."""
        return solve_by(self.method, self.plan, self.numbers(quantities), efforts.first, starts, efforts.through)

    def numbers(self, quantities: Mapping[str, Floats]) -> Numbers:
        """The game's numbers in some draws."""
        lam = self.precision(quantities) / self.span[:, None]
        return Numbers(self.game.payoff_tables(quantities)[0], self.game.chance_rows(quantities), lam)

    def precision(self, quantities: Mapping[str, Floats]) -> Floats:
        """(I, D) every actor's precision, per payoff span."""
        return np.stack([quantities[actor.precision] for actor in self.game.situation.actors.values()])

    def _measured(self, solved: Block) -> Results:
        tree, draws, routes = self.plan.tree, len(solved.status), int(self.kept.max(initial=-1)) + 1
        ends, worth = np.empty((tree.nodes + tree.terminals, MEASURED)), np.empty((self.plan.payoffs, MEASURED))
        figures: list[tuple[Floats, ...]] = []
        for start in range(0, draws, MEASURED):
            heed()
            if start + MEASURED > draws:
                ends, worth = np.empty((len(ends), draws - start)), np.empty((len(worth), draws - start))
            reach, payoffs = solved.reach_of(start, ends), solved.payoffs_of(start, worth)
            sums, payoff = self._figures(self.measures, reach, payoffs)
            more = [table for measures in self.also for table in self._figures(measures, reach, payoffs)]
            besides = np.concatenate(more) if more else np.empty((0, reach.shape[1]))
            figures.append((sums, sum_by_group(reach, self.kept, routes), payoff, besides))
        sums, kept, payoff, besides = (np.concatenate(part, axis=-1) for part in zip(*figures, strict=True))
        return Results(
            sums=sums,
            routes=kept,
            payoff=payoff,
            residual=solved.residual,
            gain=solved.gain / self.span[:, None],
            status=solved.status,
            sweeps=solved.sweeps,
            more=besides,
            play=solved.prob if self.keeps_play else np.empty((0, len(solved.status))),
        )

    def _figures(self, measures: Measures, reach: Floats, payoffs: Floats) -> tuple[Floats, Floats]:
        """Sums of the functionals, and every actor's expected payoff where the record holds, (I, L)."""
        payoff = np.empty((len(self.span), reach.shape[1]))
        expected_payoff(reach, payoffs, self.plan.terminal_payoff, measures.observed, payoff)
        return measures.sums.apply(reach), payoff


def forecast(
    situation: Situation,
    draws: int = 4000,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    method: Method | str = Method.QUANTAL_RESPONSE,
    others: int = 0,
    search_progress: Progress | None = None,
) -> Forecast:
    """Forecast a situation.

    ``draws`` samples of everything uncertain are solved (more, up to four times, while too few fit what was
    observed); the same file, ``seed`` and version give the same figures on any number of ``threads``
    (default: all cores) or with any ``executor``. ``progress`` is called with draws done and to do. ``method``: the theory of how
    actors behave. ``others``: in how many draws to look for other equilibria at the same precisions (:attr:`Forecast.others`); of a game of
    thousands of nodes each takes seconds, and ``search_progress`` is called with draws searched and to search.

    Raises :class:`SituationError` if the situation makes no game or the record is impossible, ``ValueError`` for fewer than 16 draws
    or a negative number to search, :class:`~detente.game.GameError` for a ``method`` that is not known, that the game does not allow or
    that has no equilibria to search for.
    """
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws: found {draws}; accepted: {LEAST_DRAWS} or more")
    started = time.perf_counter()
    theory = Method.named(method)
    _check_search(others, theory)
    with pooled(executor, threads) as pool:
        task, results = solve_enough(prepare(situation, theory), draws, seed, pool, progress)
        drawn = sample(situation, results.sums.shape[-1], seed)
        likelihood = results.likelihood(task.measures)
        found = None
        if others and likelihood.any():
            found = seek(task, drawn.values, likelihood, others, seed, pool, search_progress)
    return assemble(task.game, task.measures, task, results, drawn, seed, time.perf_counter() - started, found)


def _check_search(others: int, method: Method) -> None:
    if others < 0:
        raise ValueError(f"others: found {others}; accepted: a number of draws to search, 0 or more")
    if others and not method.logit:
        raise GameError(
            f"others: found a search for other equilibria under {method.value}, which leaves no choice between any; accepted: it with "
            f"{Method.QUANTAL_RESPONSE.value} or {Method.LIMIT.value}"
        )


def prepare(situation: Situation, method: Method = Method.QUANTAL_RESPONSE) -> Task:
    """All that is worked out once for a situation: its game, what is to be measured, and the solver's plan."""
    compile_beside()
    game = unroll(situation)
    check_information(method, game.tree, tuple(f"the step `{step}`" for step in game.set_step))
    typical = medians(situation)
    kept = np.empty(0, dtype=np.int32)
    return Task(game, plan(game), measure(game), payoff_span(game, typical), kept, method)


def plan(game: Game) -> Plan:
    """The solver's plan for a game, the same at any numbers."""
    return Plan.of(game.tree, *game.payoff_rows)


def solve_enough(
    task: Task, draws: int, seed: int, pool: Executor, progress: Progress | None = None
) -> tuple[Task, Results]:
    """Solve ``draws`` draws and, while too few of them fit the record, more; the task with its routes chosen."""
    situation = task.game.situation
    task = replace(task, kept=likeliest_routes(task, sample(situation, LEAST_DRAWS, seed).values))
    results, total = _solve(task, situation, 0, draws, seed, pool, progress), draws
    while total < MOST_EXTRA * draws and not _fits_well(results, task.measures):
        more = _solve(task, situation, total, min(2 * total, MOST_EXTRA * draws), seed, pool, progress)
        results = Results.join([results, more])
        total = results.sums.shape[-1]
    return task, results


def payoff_span(game: Game, quantities: Mapping[str, float]) -> Floats:
    """(I,) largest less smallest terminal payoff at these quantities; 1 where all are equal."""
    span: Floats = np.ptp(game.at(quantities).payoffs, axis=0)
    return np.where(span > 0, span, 1.0)


@contextmanager
def pooled(executor: Executor | None, threads: int | None) -> Iterator[Executor]:
    """The executor given, or one of so many threads (None: all cores) that ends with the block."""
    if isinstance(executor, ThreadPoolExecutor) and not isinstance(executor, Workers):
        borrowed = Borrowed(executor)
        try:
            yield borrowed
        finally:
            borrowed.stop()
        return
    if executor is not None:
        yield executor
        return
    with Workers(threads or CORES) as pool:
        yield pool


def likeliest_routes(task: Task, first: Mapping[str, Floats]) -> NDArray[np.int32]:
    """(T,) number of each path's route among those kept, or -1.

    There may be thousands of routes; which to follow is settled by the first block of draws.
    """
    routes = len(task.measures.route_path)
    chances = replace(task, kept=task.measures.route, also=())(first).routes.sum(axis=1)
    kept = np.sort(np.argsort(-chances, kind="stable")[:PATHS_KEPT])
    number = np.full(routes + 1, -1, dtype=np.int32)  # the last entry is for route -1
    number[kept] = np.arange(len(kept))
    return number[task.measures.route]


def _solve(
    task: Task, situation: Situation, start: int, stop: int, seed: int, pool: Executor, progress: Progress | None
) -> Results:
    """Solve draws ``start`` to ``stop``."""
    drawn = {name: values[start:stop] for name, values in sample(situation, stop, seed).values.items()}
    return solve_draws(task, drawn, pool, lambda done: progress and progress(start + done, stop))


def solve_draws(
    task: Task,
    drawn: Mapping[str, Floats],
    pool: Executor,
    done: Callable[[int], object] = lambda _: None,
    hardest: Effort = Effort.FINE,
    weight: Floats | None = None,
) -> Results:
    """Solve the game for these values of its quantities, name to (D,): all with the least effort, and what it leaves with more, up to ``hardest``.

    ``weight`` (D,): those with the largest are begun first; left out, the steepest. ``done`` is called after each chunk with the number of draws that the least effort has been through; what it raises ends the work.
    """
    weight = task.precision(drawn).max(axis=0) if weight is None else weight
    schedule = Schedule(weight, lambda effort: chunk(task.method, task.plan, effort), CORES, hardest)
    draws, been = len(schedule.weight), 0
    results: Results | None = None
    # The numbers of few draws are kept while some are tried again: to work them out takes as long for one as for a hundred.
    once = task.numbers(drawn) if draws <= KEPT else None

    def given(which: Which) -> Mapping[str, Floats] | Numbers:
        return once.take(which) if once else {name: values[which] for name, values in drawn.items()}

    def hand_over(efforts: Efforts, parts: Parts) -> Iterable[Solved]:
        return pool.map(replace(task, efforts=efforts).onward, [(given(which), start) for which, start in parts])

    easy = schedule.dealt(Effort.QUICK, np.arange(draws), CORES)
    for effort, which, solved in schedule.tried(easy, hand_over):
        results = results or Results.room_for(solved.results, draws)
        part = solved.results
        if effort > Effort.QUICK:
            part = replace(part, sweeps=part.sweeps + results.sweeps[which])
        results.put(which, part)
        been += len(which) if effort == Effort.QUICK else 0
        done(been)
    assert results is not None
    return results


def _fits_well(results: Results, measures: Measures) -> bool:
    likelihood = results.likelihood(measures)
    if not likelihood.any():
        return False
    k = pareto_k(likelihood)
    enough = ENOUGH_DRAWS * (1 - 1e-9)  # equal weights may sum to a little less
    return effective_draws(likelihood) >= enough and not k > GOOD_PARETO_K
