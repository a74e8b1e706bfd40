"""Solving some draws with a chosen effort, and certifying every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.solve import attempts, branch, dense, index
from detente.solve.attempts import Attempt, Start, Starts
from detente.solve.finish import PATIENCE, finish
from detente.solve.kernels import Numbers, Tables, terminal_payoffs, terminal_reach
from detente.solve.lanes import WIDTH
from detente.solve.plan import Plan
from detente.solve.status import TOLERANCE, Status
from detente.solve.workers import heed

Floats = NDArray[np.float64]


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
    SHORTER = 4
    """The same in shorter steps: what steps of one length miss where curves nearly touch, those of another may not."""
    WHOLE = 5
    """The same with the Jacobian, which tells at every step whether it is still on the right curve: it takes seconds, seldom fails, and is meant for a few draws of games that are not too large."""
    FINE = 6
    """Again without, in the shortest steps, close to the curve: for where another nearly touches it."""


BUDGET, BUDGET_OF_SMALL = 200, 600
"""Sweeps a draw may take; and where unknowns are few, so that arc length is by :mod:`detente.solve.dense`, which takes many times as long as a sweep."""
FAR = {
    Effort.ONWARD: 0.12,
    Effort.EARLIER: 0.12,
    Effort.AFRESH: 0.06,
    Effort.SHORTER: 0.04,
    Effort.WHOLE: 0.06,
    Effort.FINE: 0.012,
}
"""How far from where it was heading a step by arc length may land, in probability."""
SIDE_BY_SIDE = (Effort.EARLIER, Effort.AFRESH, Effort.SHORTER)
"""Efforts that may follow another in the same call, in the lanes that it leaves idle while its last draws end."""
LARGEST = {
    Effort.QUICK: 129 * WIDTH,
    **dict.fromkeys((Effort.ONWARD, Effort.EARLIER, Effort.AFRESH, Effort.SHORTER), 8 * WIDTH),
    Effort.FINE: 4 * WIDTH,
}
"""Draws to hand over at a time: so many that lanes are seldom idle while the last ones end, few where each takes long and other cores could share."""
ROOM = 4_000_000
"""Choice probabilities that a chunk's results may hold."""


def chunk(plan: Plan, effort: Effort) -> int:
    """Draws to hand over at a time: what ``effort`` bears, and fewer where the game is large."""
    if effort == Effort.WHOLE:
        return 1
    rows = plan.tree.actions + plan.tree.chance_rows
    lanes = min(LARGEST[effort], ROOM // max(rows, 1)) // WIDTH
    if lanes > 8 and lanes % 2 == 0:
        lanes -= 1  # rows an even number of cache lines apart crowd into the same few places of the cache
    return max(1, lanes) * WIDTH


@dataclass(frozen=True)
class Block:
    """Equilibria of D draws.

    ``prob`` (A + C, D): choice probabilities, then chances. ``value`` (I, D): expected payoffs at the
    root. ``residual`` (D), ``gain`` (I, D, payoff units), ``status`` (D), ``sweeps`` (D); ``tried`` (D), the last effort made. ``starts``: where sweeps got to with draws that they gave up, by number, for ``ONWARD`` and ``EARLIER``.
    """

    plan: Plan
    numbers: Numbers
    prob: Floats
    value: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    tried: NDArray[np.int64]
    starts: Mapping[int, Starts] = field(default_factory=dict)

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
        terminal_reach(self.plan.tree, self.prob, start, room)
        return room[self.plan.tree.nodes :]

    def payoffs_of(self, start: int, room: Floats) -> Floats:
        """(P, L) distinct terminal payoffs in L draws from ``start`` on, in the plan's order, in ``room``."""
        terminal_payoffs(self.plan.arrays, self.numbers.values, start, room)
        return room


def solve_block(
    plan: Plan, numbers: Numbers, effort: Effort, starts: Starts | None = None, through: Effort | None = None
) -> Block:
    """The principal-branch logit equilibrium of every draw.

    Most draws need few sweeps and some need many: what a lower ``effort`` leaves unsolved is to be gathered
    and solved together with a higher one. ``starts``: for ``ONWARD``, those of these draws that the lowest effort found. ``through``: the last effort to go on with in this call, where each takes up lanes that the
    one before leaves idle (:data:`SIDE_BY_SIDE`); by default only the one. Raises :class:`~detente.solve.workers.StoppedError` where it is stopped on its way.
    """
    draws = numbers.lam.shape[1]
    finite = _finite(numbers)
    if not finite.all():
        tame = (np.where(finite, table_, other) for table_, other in zip(numbers, (0.0, 0.5, 0.0), strict=True))
        numbers = Numbers(*tame)
    numbers = Numbers(*(np.ascontiguousarray(table_, dtype=np.float64) for table_ in numbers))
    tables, left, small = Tables.of(plan), dict[int, Starts](), plan.unknowns <= dense.MOST_UNKNOWNS
    if effort == Effort.QUICK:
        early = 0 if small else attempts.BUDGET
        followed = branch.follow(plan, numbers, BUDGET_OF_SMALL if small else BUDGET, early)
        heed()
        if not small:
            got = Starts(Start.of(followed), Start.after_few(followed.early))
            left = {int(draw): got.take(np.array([draw])) for draw in np.flatnonzero(got.last.usable)}
        found = finish(plan, numbers, followed.logs, followed.slow, PATIENCE if plan.unknowns else 0, tables)
        good = followed.arrived & found.settled
        status = np.where(good, Status.SOLVED, Status.BRANCH_LOST).astype(np.int64)
        doubtful, sweeps = found.doubt | followed.doubt, found.sweeps + followed.sweeps
        tried = np.full(draws, effort)
    else:
        logs, status, sweeps, tried = _by_arc_length(plan, numbers, tables, effort, starts, through or effort)
        heed()
        found = finish(plan, numbers, logs, np.zeros(draws, np.bool_), 0, tables)
        doubtful = np.ones(draws, np.bool_)
    heed()
    if effort == Effort.QUICK or (effort < Effort.FINE and not _with_jacobian(plan, effort)):
        # A point that plain sweeps come to attracts them, and its index is that of the principal branch. Short steps are the
        # last word: at a symmetry the branch itself crosses others, and goes on with the other index. With the Jacobian that has been seen to.
        which = np.flatnonzero((status == Status.SOLVED) & doubtful)
        if len(which):
            astray = index.astray(plan, numbers.take(which), _logs(plan, found.prob, which), tables)
            heed()
            status[which[astray]] = Status.BRANCH_LOST
    status[(status == Status.SOLVED) & ~(found.residual <= TOLERANCE)] = Status.BRANCH_LOST
    status[~finite] = Status.NOT_FINITE
    return Block(plan, numbers, *found[:4], status, sweeps, tried, left)


def _by_arc_length(
    plan: Plan, numbers: Numbers, tables: Tables, effort: Effort, starts: Starts | None, through: Effort
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Log probabilities of the unknowns (D, n), status (D), sweeps (D), and the last effort that was made (D).

    In small games all that begins at the beginning is with the Jacobian, and to go on from elsewhere is no help.
    """
    draws, small, only = (
        numbers.lam.shape[1],
        plan.unknowns <= dense.MOST_UNKNOWNS,
        np.full(numbers.lam.shape[1], effort),
    )
    if small and effort < Effort.AFRESH:
        lost = np.full(draws, Status.BRANCH_LOST, np.int64)
        return np.zeros((draws, plan.unknowns)), lost, np.zeros(draws, np.int64), only
    if _with_jacobian(plan, effort):
        return *attempts.follow_whole(plan, numbers, tables, FAR[effort]), only
    begun = {Effort.ONWARD: starts.last, Effort.EARLIER: starts.early} if starts else {}
    if effort == Effort.EARLIER and not starts:
        begun[effort] = attempts.reached(plan, numbers)
    elif effort == Effort.ONWARD and not starts:
        begun[effort] = Start.nowhere(plan.unknowns, draws)
    efforts = [each for each in SIDE_BY_SIDE if effort < each <= through and (each in begun or each >= Effort.AFRESH)]
    efforts = [effort, *efforts]
    made = [Attempt(FAR[each], begun.get(each), close=each == Effort.FINE) for each in efforts]
    found = attempts.follow_all(plan, numbers, tables, made)
    # The first that arrived, or the last: an attempt that another made needless comes after it.
    arrived = found.status == Status.SOLVED
    rank = np.where(arrived.any(axis=0), arrived.argmax(axis=0), len(efforts) - 1)
    every = np.arange(draws)
    sweeps = np.where(np.arange(len(efforts))[:, None] <= rank, found.sweeps, 0).sum(axis=0)
    return found.logs[rank, every], found.status[rank, every], sweeps, np.asarray(efforts)[rank]


def _with_jacobian(plan: Plan, effort: Effort) -> bool:
    """Whether arc length is by :mod:`detente.solve.dense` with this effort."""
    return plan.unknowns <= dense.MOST_UNKNOWNS or effort == Effort.WHOLE


def _finite(numbers: Numbers) -> NDArray[np.bool_]:
    """(D,) draws all whose numbers are."""
    with np.errstate(over="ignore", invalid="ignore"):
        # What is no number makes none of a sum; so may a sum of numbers too large for it, so that what it says is asked again.
        finite: NDArray[np.bool_] = np.isfinite(sum(part.sum(axis=0) for part in numbers))
    if not finite.all():
        finite = np.logical_and.reduce([np.isfinite(part).all(axis=0) for part in numbers])
    return finite


def _logs(plan: Plan, prob: Floats, draws: NDArray[np.integer]) -> Floats:
    """(L, n) log probabilities of the unknowns in some draws."""
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(np.ascontiguousarray(prob[np.ix_(plan.arrays.unknown_action, draws)].T))
    return logs
