"""Solving one block of draws, with a chosen effort, and certifying every lane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve import arclength, branch, index
from detente.solve.kernels import IMPOSSIBLE, Arrays, Numbers, certify, load_payoffs, terminal_reach
from detente.solve.status import Status

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest residual of a draw that counts as solved."""
LANES = 32
"""Draws side by side."""


class Effort(IntEnum):
    """How hard to try, from the cheapest."""

    QUICK = 0
    """Continuation in precision, with few sweeps."""
    PATIENT = 1
    """The same, with many."""
    FOLDS = 2
    """Continuation by arc length, which passes folds."""
    FINE = 3
    """The same in short steps, for curves that nearly touch another."""


BUDGET = {Effort.QUICK: 120, Effort.PATIENT: 600}
"""Sweeps a draw may take."""
NARROW = arclength.FAR / 10
"""How far a short step may land from where it was heading."""
CHUNK = {Effort.QUICK: 8 * LANES, Effort.PATIENT: 2 * LANES, Effort.FOLDS: 8, Effort.FINE: 8}
"""Draws to hand over at a time: many where a lane takes up the next draw, few where each waits for the slowest."""


@dataclass(frozen=True)
class Block:
    """Equilibria of a block of L draws.

    ``prob`` (A + C, L): choice probabilities, then chances. ``value`` (I, L): expected payoffs at the
    root. ``payoffs`` (T, I, L) at the terminals. ``residual`` (L), ``gain`` (I, L, payoff units), ``status`` (L), ``sweeps`` (L).
    """

    prob: Floats
    value: Floats
    payoffs: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]

    def reach(self, tree: Tree) -> Floats:
        """Probability of every terminal, (T, L)."""
        out = np.empty((tree.nodes + tree.terminals, self.prob.shape[1]))
        terminal_reach(Arrays.of(tree), self.prob, out)
        return out[tree.nodes :]


def solve_block(tree: Tree, numbers: Numbers, effort: Effort) -> Iterator[Block]:
    """The principal-branch logit equilibrium of every draw, in blocks, in order.

    Most draws need few sweeps and some need many: what a lower ``effort`` leaves unsolved is to be gathered
    and solved together with a higher one. All blocks are of one width, lest a draw's last digit depend on how
    many there are; the last lanes of the last block repeat the last draw. Memory is that of one block, whatever the number of draws.
    """
    draws = numbers.lam.shape[1]
    tables = (numbers.values, numbers.chances, numbers.lam)
    finite = np.logical_and.reduce([np.isfinite(table).all(axis=0) for table in tables])
    values, chances = np.where(finite, numbers.values, 0.0), np.where(finite, numbers.chances, 0.5)
    numbers = Numbers(values, numbers.actor, numbers.rows, chances, np.where(finite, numbers.lam, 0.0))
    if effort <= Effort.PATIENT:
        active = np.flatnonzero(tree.belief_actions)
        logs, solved, sweeps = branch.follow(Arrays.of(tree), active, numbers, LANES, BUDGET[effort])
        for which in _blocks(draws, LANES):
            sweep_map = _sweep_map(tree, numbers.take(which))
            sweep_map.logs[: tree.actions] = logs[:, which]
            status = np.where(solved[which], Status.SOLVED, Status.BRANCH_LOST).astype(np.int64)
            yield _certified(tree, sweep_map, status, sweeps[which], finite[which])
    else:
        for which in _blocks(draws, CHUNK[effort]):
            sweep_map = _sweep_map(tree, numbers.take(which))
            span = np.ptp(sweep_map.value[tree.nodes :], axis=0)
            first = np.minimum(1.0, branch.FIRST_PRECISION / np.maximum((sweep_map.target * span).max(axis=0), 1e-300))
            status, taken = arclength.follow(sweep_map, first, NARROW if effort == Effort.FINE else arclength.FAR)
            yield _certified(tree, sweep_map, status, taken, finite[which])


def _blocks(draws: int, width: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, draws, width):
        yield np.minimum(np.arange(start, start + width), draws - 1)


def _sweep_map(tree: Tree, numbers: Numbers) -> arclength.SweepMap:
    """A block's tables, filled with its numbers."""
    actors, lanes = numbers.lam.shape
    value = np.empty((tree.nodes + tree.terminals, actors, lanes))
    load_payoffs(np.ascontiguousarray(numbers.values), numbers.actor, numbers.rows, value, tree.nodes)
    logs, prob = np.empty((2, tree.actions + tree.chance_rows, lanes))
    prob[tree.actions :] = numbers.chances
    with np.errstate(divide="ignore"):
        logs[tree.actions :] = np.maximum(np.log(numbers.chances), IMPOSSIBLE)
    reach = np.empty((tree.nodes, lanes))
    return arclength.SweepMap(tree, logs, prob, value, reach, np.ascontiguousarray(numbers.lam))


def _certified(
    tree: Tree,
    sweep_map: arclength.SweepMap,
    status: NDArray[np.int64],
    sweeps: NDArray[np.int64],
    finite: NDArray[np.bool_],
) -> Block:
    """The equilibria in ``sweep_map.logs`` after one more sweep, tested; ``status`` is that of the search."""
    actions, (actors, lanes) = tree.actions, sweep_map.target.shape
    logs, prob, lam = sweep_map.logs, sweep_map.prob, sweep_map.target
    point = np.vstack([logs[sweep_map.active], np.ones((1, lanes))])
    status[(status == Status.SOLVED) & index.strayed(sweep_map, point)] = Status.BRANCH_LOST
    sweep_map(point)
    logs[:actions] = sweep_map.new
    prob[:actions] = np.exp(logs[:actions])
    residual, gain = np.empty(lanes), np.empty((actors, lanes))
    certify(sweep_map.arrays, logs, prob, lam, sweep_map.reach, sweep_map.value, sweep_map.scratch, residual, gain)
    status[(status == Status.SOLVED) & ~(residual <= TOLERANCE)] = Status.BRANCH_LOST
    status[~finite] = Status.NOT_FINITE
    return Block(prob, sweep_map.value[0].copy(), sweep_map.value[tree.nodes :], residual, gain, status, sweeps)
