"""Attempts to follow draws by arc length: from where, how closely, and in what order lanes take them up.

What follows them is :mod:`detente.solve.arclength`, for many side by side, or :mod:`detente.solve.dense`, one after the other with the Jacobian.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve import arclength, branch, dense, newton
from detente.solve.beside import wait_for
from detente.solve.kernels import Numbers, Tables
from detente.solve.lanes import WIDTH, table
from detente.solve.pace import FIRST_PRECISION
from detente.solve.plan import Plan
from detente.solve.status import Status
from detente.solve.sweep_map import SweepMap

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

MAX_STEPS, MAX_STEPS_ON, MAX_STEPS_CLOSE = 600, 150, 3000
"""Steps from the beginning, from where sweeps got to, and close to the curve. Most of what is not lost arrives in a few dozen; of two thousand draws of random games two needed more than 300."""
FIRST_RATIO = 0.1
"""The first step, as a ratio to the last that sweeps could take."""
BUDGET = 60
"""Sweeps given to following the branch before arc length takes over: well before the place where they fail, from which it often goes astray."""
ON_THE_WAY, CLOSE = 1e-4, 1e-7
"""Change of a probability in a sweep at which a point counts as on the curve, on the way to the target; and close to it."""
UNTRIED = -1


class Attempt(NamedTuple):
    """A way to follow draws: no step lands further than ``far``, in probability, from where it was heading; ``start``: where to begin, if not at the branch's beginning; ``close``: points are closer to the
    curve, for where another nearly touches it, and there may be more steps. It takes twice the sweeps."""

    far: float
    start: Start | None
    close: bool = False


class Jobs(NamedTuple):
    """J draws that are to be followed, in the order in which lanes take them up: the ``draw``, the ``rank`` of the attempt, and its numbers as :func:`~detente.solve.arclength.follow` needs them."""

    draw: NDArray[np.int64]
    rank: NDArray[np.int64]
    ratio: Floats
    most: NDArray[np.int64]
    far: Floats
    near: Floats
    forcing: Floats


class Found(NamedTuple):
    """Of R attempts at D draws: log probabilities ``logs`` of the unknowns (R, D, n), ``status`` (R, D), ``UNTRIED`` where a lower attempt arrived before, and ``sweeps`` (R, D)."""

    logs: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]


def follow_all(plan: Plan, numbers: Numbers, tables: Tables, attempts: Sequence[Attempt]) -> Found:
    """Follow every draw, by the first of some attempts that arrives.

    The others are for lanes that would be idle while the last draws end: there the next attempt at a draw begins before it is known to be needed, and is given up if it is not.
    """
    draws, ranks = numbers.lam.shape[1], len(attempts)
    found = Found(
        np.zeros((ranks, draws, plan.unknowns)),
        np.full((ranks, draws), Status.BRANCH_LOST, np.int64),
        np.zeros((ranks, draws), np.int64),
    )
    jobs, starts = [], []
    for rank, (far, given, close) in enumerate(attempts):
        start = _beginning(plan, numbers, tables) if given is None else given
        which = np.arange(draws) if given is None else np.flatnonzero(given.usable)
        ratio, most = (1.0, MAX_STEPS_CLOSE if close else MAX_STEPS) if given is None else (FIRST_RATIO, MAX_STEPS_ON)
        near, forcing = (CLOSE, newton.FORCING_CLOSE) if close else (ON_THE_WAY, newton.FORCING)
        same = (np.full(len(which), each) for each in (rank, ratio, most, far, near, forcing))
        jobs.append((which, *same))
        starts.append(start.take(which))
        found.status[rank, which] = UNTRIED
    all_jobs = Jobs(*(np.concatenate(part) for part in zip(*jobs, strict=True)))
    if len(all_jobs.draw):
        wait_for(arclength.follow)
        lanes, target, (vectors, small) = (
            np.zeros(WIDTH, arclength.LANE),
            table(plan.actors),
            newton.room(plan.unknowns),
        )
        best = np.full(draws, ranks)
        arclength.follow(
            plan.arrays, plan.actors, numbers, all_jobs, Start.join(starts), best, tables, target, lanes, vectors, small, *found
        )  # fmt: skip
    return found


def follow_whole(
    plan: Plan, numbers: Numbers, tables: Tables, far: float
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """The same from the beginning by :mod:`detente.solve.dense`, one draw after the other."""
    draws = numbers.lam.shape[1]
    logs, status, sweeps = np.zeros((draws, plan.unknowns)), np.zeros(draws, np.int64), np.zeros(draws, np.int64)
    for draw in range(draws):
        sweep_map = SweepMap(plan, tables)
        uniform = sweep_map.take(numbers, np.full(WIDTH, draw))[:, 0]
        first = min(0.5, FIRST_PRECISION / 4 / max(float(sweep_map.steepest()[0]), 1e-300))
        logs[draw], status[draw] = dense.follow(sweep_map, uniform, first, far)
        sweeps[draw] = sweep_map.sweeps
    return logs, status, sweeps


def reached(plan: Plan, numbers: Numbers) -> Start:
    """Where a few sweeps get to."""
    return Start.of(branch.follow(plan, numbers, BUDGET))


class Start(NamedTuple):
    """Two points at which D draws start: log probabilities ``before`` and ``here`` (D, n) and their ``t_before`` and ``t`` (D)."""

    before: Floats
    t_before: Floats
    here: Floats
    t: Floats

    @classmethod
    def of(cls, followed: branch.Followed) -> Start:
        """Where sweeps got to: at the target, in those that arrived there."""
        return cls(followed.before, followed.t_before, followed.logs, np.where(followed.arrived, 1.0, followed.t))

    @classmethod
    def after_few(cls, early: branch.Early) -> Start:
        """Where the first sweeps got to."""
        return cls(early.before, early.t_before, early.logs, early.t)

    @classmethod
    def nowhere(cls, unknowns: int, draws: int) -> Start:
        """For draws of which nothing is known."""
        return cls(np.zeros((draws, unknowns)), np.zeros(draws), np.zeros((draws, unknowns)), np.zeros(draws))

    @classmethod
    def join(cls, parts: Sequence[Start]) -> Start:
        """Those of several draws."""
        return cls(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def take(self, draws: NDArray[np.integer]) -> Start:
        """The same for some draws."""
        return Start(*(part[draws] for part in self))

    @property
    def usable(self) -> Lanes:
        """(D,) whether there are two points, short of the target."""
        return (self.t_before > 0.0) & (self.t < 1.0)


class Starts(NamedTuple):
    """Where draws that sweeps gave up can be gone on with: from where all sweeps got to, and from where the first few did."""

    last: Start
    early: Start

    @classmethod
    def join(cls, parts: Sequence[Starts]) -> Starts:
        """Those of several draws."""
        return cls(*(Start.join(part) for part in zip(*parts, strict=True)))

    def take(self, draws: NDArray[np.integer]) -> Starts:
        """The same for some draws."""
        return Starts(*(part.take(draws) for part in self))


def _beginning(plan: Plan, numbers: Numbers, tables: Tables) -> Start:
    """The uniform profile, which is on the curve at precision zero, and is kept for the first step."""
    draws, sweep_map = numbers.lam.shape[1], SweepMap(plan, tables)
    first = np.empty(draws)
    for begin in range(0, draws, WIDTH):
        which = np.minimum(np.arange(begin, begin + WIDTH), draws - 1)
        sweep_map.take(numbers, which)
        first[which] = np.minimum(1.0, FIRST_PRECISION / np.maximum(sweep_map.steepest(), 1e-300))
    uniform = np.repeat(plan.arrays.uniform[None, :], draws, axis=0)
    return Start(uniform, np.zeros(draws), uniform, first)
