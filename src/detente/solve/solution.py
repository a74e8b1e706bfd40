"""Solving a game for many draws at once, as a library: numbers in, equilibria out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve import dense
from detente.solve.attempts import Starts
from detente.solve.beside import compile_beside
from detente.solve.block import Effort, chunk, solve_block
from detente.solve.kernels import Numbers, terminal_reach
from detente.solve.plan import Plan
from detente.solve.repeats import first_alike, unlike
from detente.solve.schedule import Efforts, Parts, Schedule, Which
from detente.solve.workers import Workers

Floats = NDArray[np.float64]


FEW = 8
"""Draws, at most, that are followed with the Jacobian in larger games."""
ROOM = 4_000_000
"""Probabilities of nodes and terminals to work out at a time."""
AT_ONCE = 2_000_000
"""Nodes and terminals, times draws tried together, up to which the least effort is soon through: on one thread it is then made in the caller's own, whose memory is at hand."""


@dataclass(frozen=True)
class Solution:
    """Equilibria of D draws of ``tree``.

    ``chances`` (C, D) as given; ``choice`` (A, D) probability of each action; ``value`` (I, D) expected payoffs; ``residual`` (D), ``gain`` (I, D), ``status`` (D),
    ``sweeps`` (D) as in :class:`~detente.solve.Block`.
    """

    tree: Tree
    chances: Floats
    choice: Floats
    value: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]

    @cached_property
    def reach(self) -> Floats:
        """(T, D) probability of each terminal: worked out when it is first asked for. No number where a chance is none."""
        tree, draws = self.tree, self.choice.shape[1]
        prob, out = np.concatenate([self.choice, self.chances]), np.empty((tree.terminals, draws))
        for some in _slices(draws, max(1, ROOM // (tree.nodes + tree.terminals))):
            room = np.empty((tree.nodes + tree.terminals, some.stop - some.start))
            terminal_reach(tree, prob, some.start, room)
            out[:, some] = room[tree.nodes :]
        return out


class _Came(NamedTuple):
    """What came of some draws, besides what is in its place."""

    status: NDArray[np.int64]
    tried: NDArray[np.int64]
    starts: Mapping[int, Starts]


def solve(tree: Tree, payoffs: Floats, chances: Floats, lam: Floats, threads: int = 1) -> Solution:
    """Principal-branch logit equilibria of ``tree`` for D draws of its numbers.

    ``payoffs`` (T, I, D); ``chances`` (C, D) probability of every chance row; ``lam`` (I, D) precision of
    each actor, in units of one over its payoff. The figures are the same on any number of ``threads``. Holds all draws at
    once: for a forecast, which streams them, see :func:`detente.forecast.forecast`. Where up to ``FEW`` draws are left by all quicker efforts, in a game of more than 200 and up to 1,000 unknowns, they are followed with the
    Jacobian, which takes a second to a minute for most. An interruption (Ctrl-C) ends it at the next sweep. McKelvey & Palfrey (1998), Turocy (2010).
    """
    compile_beside()
    draws = lam.shape[1]
    out = Solution(
        tree=tree,
        chances=np.array(chances, dtype=np.float64),
        choice=np.empty((tree.actions, draws)),
        value=np.empty((len(tree.actors), draws)),
        residual=np.empty(draws),
        gain=np.empty((len(tree.actors), draws)),
        status=np.empty(draws, np.int64),
        sweeps=np.zeros(draws, np.int64),
    )
    rows = np.ascontiguousarray(payoffs, dtype=np.float64).reshape(tree.terminals * len(tree.actors), draws)

    with Workers(threads) as pool:
        plan, held = _plan(tree, rows, threads, map if threads == 1 else pool.map)

        def solve_some(efforts: Efforts, which: Which, starts: Starts | None) -> _Came:
            some = _together(which)
            numbers = Numbers(rows[:, some][held], chances[:, some], lam[:, some])
            block = solve_block(plan, numbers, efforts.first, starts, efforts.through)
            out.choice[:, some], out.value[:, some], out.gain[:, some] = block.choice, block.value, block.gain
            out.residual[some], out.status[some] = block.residual, block.status
            out.sweeps[some] += block.sweeps
            return _Came(block.status, block.tried, block.starts)

        in_reach = dense.MOST_UNKNOWNS < plan.unknowns <= dense.MOST_FOR_FEW
        schedule = Schedule(np.zeros(draws), partial(chunk, plan), threads, few=FEW if in_reach else 0)
        easy = [np.arange(some.start, some.stop) for some in _slices(draws, chunk(plan, Effort.QUICK))]
        size = max((len(which) for which in easy), default=0) * (tree.nodes + tree.terminals)

        def hand_over(efforts: Efforts, parts: Parts) -> Iterable[_Came]:
            if threads > 1:
                return pool.map(lambda part: solve_some(efforts, *part), parts)
            at_once = efforts.through == Effort.QUICK and size <= AT_ONCE
            return _in_turn(None if at_once else pool, lambda part: solve_some(efforts, *part), parts)

        for _ in schedule.tried(easy, hand_over):
            pass  # what it comes to is in its place
    return out


def _together(which: Which) -> Any:
    """Draws as a slice where they lie side by side, which copies faster."""
    first, last = int(which[0]), int(which[-1])
    return slice(first, last + 1) if len(which) == last - first + 1 and bool((np.diff(which) == 1).all()) else which


def _in_turn(pool: Workers | None, function: Callable[[Any], _Came], items: Iterable[Any]) -> Iterable[_Came]:
    """What ``map`` does, one item after the other as each is asked for: in a thread of the pool, if there is one, while this waits."""
    for item in items:
        future = None
        with suppress(RuntimeError):  # at the end of a program no thread begins any more
            future = pool.submit(function, item) if pool else None
        if future is not None:
            yield future.result()
            continue
        # NumPy's warnings as they are by default, whatever the caller has set.
        with np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
            came = function(item)
        yield came


def _slices(draws: int, size: int) -> list[slice]:
    """All draws, in parts."""
    return [slice(start, min(start + size, draws)) for start in range(0, draws, size)]


def _plan(tree: Tree, rows: Floats, threads: int, over: Any) -> tuple[Plan, NDArray[np.int64]]:
    """The plan, and those ``rows`` (T * I, D) of the payoffs that are different."""
    draws, other = rows.shape[1], first_alike(rows)
    size = max(1, -(-draws // threads))
    parts = over(lambda some: unlike(rows, other, some.start, some.stop), _slices(draws, size))
    off = np.logical_or.reduce([np.zeros(len(rows), np.bool_), *parts])
    every, actors = np.arange(len(rows)), len(tree.actors)
    # What rows are like comes before them, and is like itself.
    like = np.where(off, every, other)
    first = like == every
    held, place = np.flatnonzero(first), (np.cumsum(first) - 1)[like]
    return Plan.of(tree, np.arange(actors), place.reshape(tree.terminals, actors).T), held
