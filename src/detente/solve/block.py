"""Solving some draws with a chosen effort, and certifying every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.solve import arclength, branch, dense, index
from detente.solve.arclength import Start
from detente.solve.kernels import Numbers, Tables, certify, terminal_payoffs, terminal_reach
from detente.solve.lanes import WIDTH, table
from detente.solve.plan import Plan
from detente.solve.status import Status

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest residual of a draw that counts as solved."""


class Effort(IntEnum):
    """How hard to try, from the cheapest."""

    QUICK = 0
    """Continuation in precision by sweeps, mixed where they are slow."""
    ONWARD = 1
    """From where they could follow, by arc length, which passes folds. Solves nothing that is not known to have got anywhere."""
    EARLIER = 2
    """The same from where fewer sweeps get to, which is less often astray."""
    AFRESH = 3
    """By arc length from the beginning."""
    FINE = 4
    """The same in short steps, for curves that nearly touch another."""


BUDGET, BUDGET_OF_SMALL = 200, 600
"""Sweeps a draw may take; and where unknowns are few, so that arc length is by :mod:`detente.solve.dense`, which takes many times as long as a sweep."""
FAR = {Effort.ONWARD: 0.12, Effort.EARLIER: 0.12, Effort.AFRESH: 0.12, Effort.FINE: 0.012}
"""How far from where it was heading a step by arc length may land, in probability."""
LARGEST = {
    Effort.QUICK: 129 * WIDTH,
    **dict.fromkeys((Effort.ONWARD, Effort.EARLIER, Effort.AFRESH), 8 * WIDTH),
    Effort.FINE: 4 * WIDTH,
}
"""Draws to hand over at a time: so many that lanes are seldom idle while the last ones end, few where each takes long and other cores could share."""
MORE = 4
"""Sweeps that draws may take besides, where their certificate does not hold at once."""
ROOM = 4_000_000
"""Choice probabilities that a chunk's results may hold."""


def chunk(plan: Plan, effort: Effort) -> int:
    """Draws to hand over at a time: what ``effort`` bears, and fewer where the game is large."""
    rows = plan.tree.actions + plan.tree.chance_rows
    lanes = min(LARGEST[effort], ROOM // max(rows, 1)) // WIDTH
    if lanes > 8 and lanes % 2 == 0:
        lanes -= 1  # rows an even number of cache lines apart crowd into the same few places of the cache
    return max(1, lanes) * WIDTH


@dataclass(frozen=True)
class Block:
    """Equilibria of D draws.

    ``prob`` (A + C, D): choice probabilities, then chances. ``value`` (I, D): expected payoffs at the
    root. ``residual`` (D), ``gain`` (I, D, payoff units), ``status`` (D), ``sweeps`` (D). ``starts``: where sweeps got to with draws that they gave up, by number, for ``ONWARD``.
    """

    plan: Plan
    numbers: Numbers
    prob: Floats
    value: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    starts: Mapping[int, Start] = field(default_factory=dict)

    @property
    def choice(self) -> Floats:
        """(A, D) probability of each action."""
        return self.prob[: self.plan.tree.actions]

    @cached_property
    def reach(self) -> Floats:
        """(T, D) probability of every terminal."""
        tree = self.plan.tree
        return self.reach_of(0, np.empty((tree.nodes + tree.terminals, self.prob.shape[1])))

    def reach_of(self, start: int, room: Floats) -> Floats:
        """(T, L) the same of L draws from ``start`` on, within ``room`` (N + T, L)."""
        terminal_reach(self.plan.arrays, self.prob, start, room)
        return room[self.plan.tree.nodes :]

    def payoffs_of(self, start: int, room: Floats) -> Floats:
        """(P, L) distinct terminal payoffs in L draws from ``start`` on, in the plan's order, in ``room``."""
        terminal_payoffs(self.plan.arrays, self.numbers.values, start, room)
        return room


def solve_block(plan: Plan, numbers: Numbers, effort: Effort, start: Start | None = None) -> Block:
    """The principal-branch logit equilibrium of every draw.

    Most draws need few sweeps and some need many: what a lower ``effort`` leaves unsolved is to be gathered
    and solved together with a higher one. ``start``: for ``ONWARD``, the ``starts`` of these draws that the lowest effort found.
    """
    draws = numbers.lam.shape[1]
    finite = np.logical_and.reduce([np.isfinite(numbers_).all(axis=0) for numbers_ in numbers])
    if not finite.all():
        tame = (np.where(finite, table_, other) for table_, other in zip(numbers, (0.0, 0.5, 0.0), strict=True))
        numbers = Numbers(*tame)
    numbers = Numbers(*(np.ascontiguousarray(table_, dtype=np.float64) for table_ in numbers))
    tables, starts = Tables.of(plan), dict[int, Start]()
    if plan.unknowns == 0:
        # Nobody's belief is open: the sweep of the certificate is the answer.
        logs, status, sweeps = np.empty((0, draws)), np.full(draws, Status.SOLVED, np.int64), np.ones(draws, np.int64)
        doubtful = np.zeros(draws, np.bool_)
    elif effort == Effort.QUICK:
        followed = branch.follow(plan, numbers, BUDGET_OF_SMALL if plan.unknowns <= dense.MOST_UNKNOWNS else BUDGET)
        logs, sweeps, doubtful = followed.logs, followed.sweeps, followed.doubt
        if plan.unknowns > dense.MOST_UNKNOWNS:
            got = Start.of(followed)
            starts = {int(draw): got.take(np.array([draw])) for draw in np.flatnonzero(got.usable)}
        status = np.where(followed.solved, Status.SOLVED, Status.BRANCH_LOST).astype(np.int64)
    else:
        if effort == Effort.EARLIER and plan.unknowns > dense.MOST_UNKNOWNS:
            start = arclength.reached(plan, numbers)
        elif start is None and effort < Effort.AFRESH:
            start = Start.nowhere(plan.unknowns, draws)
        logs, status, sweeps = arclength.follow_all(plan, numbers, tables, FAR[effort], start)
        doubtful = np.ones(draws, np.bool_)
    if effort < Effort.FINE:
        # A point that plain sweeps come to attracts them, and its index is that of the principal branch. Short steps are the
        # last word: at a symmetry the branch itself crosses others, and goes on with the other index.
        found = np.flatnonzero((status == Status.SOLVED) & doubtful)
        astray = index.astray(plan, numbers.take(found), logs[:, found], tables)
        status[found[astray]] = Status.BRANCH_LOST
    prob, value, residual, gain = _certified(plan, numbers, logs, effort > Effort.QUICK, tables)
    if effort == Effort.QUICK:
        _sweep_again(plan, numbers, status == Status.SOLVED, tables, (prob, value, residual, gain))
    status[(status == Status.SOLVED) & ~(residual <= TOLERANCE)] = Status.BRANCH_LOST
    status[~finite] = Status.NOT_FINITE
    return Block(plan, numbers, prob, value, residual, gain, status, sweeps, starts)


def _certified(
    plan: Plan, numbers: Numbers, logs: Floats, as_is: bool, tables: Tables
) -> tuple[Floats, Floats, Floats, Floats]:
    """``prob``, ``value``, ``residual`` and ``gain`` as in :class:`Block`, by :func:`certify`."""
    tree, draws = plan.tree, logs.shape[1]
    prob = np.empty((tree.actions + tree.chance_rows, draws))
    prob[tree.actions :] = numbers.chances
    value, residual, gain = np.empty((plan.actors, draws)), np.empty(draws), np.empty((plan.actors, draws))
    answer = table(plan.actors + 1 + int(np.diff(tree.set_action).max(initial=2)))
    certify(plan.arrays, plan.actors, numbers, logs, as_is, tables, answer, prob, value, residual, gain)
    return prob, value, residual, gain


def _sweep_again(
    plan: Plan,
    numbers: Numbers,
    settled: NDArray[np.bool_],
    tables: Tables,
    found: tuple[Floats, Floats, Floats, Floats],
) -> None:
    """A few more sweeps, in place, for draws that closed in less steadily than it seemed."""
    prob, _, residual, _ = found
    for _ in range(MORE):
        off = np.flatnonzero(settled & (residual > TOLERANCE))
        if not len(off):
            return
        with np.errstate(divide="ignore"):
            logs = np.log(prob[np.ix_(plan.arrays.unknown_action, off)])
        for old, new in zip(found, _certified(plan, numbers.take(off), logs, False, tables), strict=True):
            old[..., off] = new
