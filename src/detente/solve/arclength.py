"""The principal branch followed by arc length, through folds, all lanes of a block side by side.

For the draws that plain continuation in precision cannot follow: where the branch folds, the precision must fall
for a while before it rises again, so it is an unknown like the others. The curve ``x = sweep(x, t)``, with ``x`` the log
probabilities of the actions that beliefs depend on and ``t`` the fraction of the target precision, is followed by a
secant predictor and a Newton corrector (:mod:`detente.solve.newton`) in the plane normal to it (Turocy 2005; Allgower & Georg
1990, ch. 10). Few products with the Jacobian are needed, since few combinations of beliefs really matter.

A sweep serves all lanes; after it each goes on by itself, within its step, to its next step, or, where its draw has ended, to the next draw. No
number of one lane enters the arithmetic of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve import branch, dense, newton
from detente.solve.beside import wait_for
from detente.solve.compiled import inner, jit
from detente.solve.kernels import Numbers, Tables, take_up
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, smallest, store, table, total, where
from detente.solve.pace import FIRST_PRECISION
from detente.solve.plan import Plan
from detente.solve.status import Status
from detente.solve.sweep import sweep, sweep_once
from detente.solve.vectors import collect, deal, scale

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

MAX_STEPS, MAX_STEPS_ON, MAX_STEPS_CLOSE = 600, 150, 3000
"""Steps from the beginning, from where sweeps got to, and close to the curve. Most of what is not lost arrives in a few dozen; of two thousand draws of random games two needed more than 300."""
SHORTEST = 1e-6
"""Smallest ratio of a step to the one before: shorter, and the lane is given up."""
FIRST_RATIO = 0.1
"""The first step, as a ratio to the last that sweeps could take."""
BUDGET = 60
"""Sweeps given to following the branch before arc length takes over: well before the place where they fail, from which it often goes astray."""
ON_THE_WAY, CLOSE, SETTLED = 1e-4, 1e-7, 1e-11
"""Change of a probability in a sweep at which a point counts as on the curve: on the way, close to it and at the target."""
OF_STEP = 0.003
"""Of the way that a step goes, the same where that is less: else short steps would head where points are off the curve by chance."""

BEFORE_ONE = float(np.nextafter(1.0, 0.0))
UNDER_WAY = UNTRIED = -1
SOLVED, BRANCH_LOST, TOO_MANY_STEPS = int(Status.SOLVED), int(Status.BRANCH_LOST), int(Status.TOO_MANY_STEPS)


class SweepMap:
    """``G(z)`` of WIDTH draws: the sweep as a function of a point (n + 1, L), giving the n log probabilities' images."""

    def __init__(self, plan: Plan, tables: Tables, target: Floats | None = None) -> None:
        self.plan, self.tables, self.sweeps = plan, tables, 0
        self.target = table(plan.actors) if target is None else target

    def take(self, numbers: Numbers, draws: NDArray[np.integer]) -> Floats:
        """Put the numbers of WIDTH draws in place; returns their uniform profiles (n, L)."""
        for lane, draw in enumerate(draws):
            take_up(self.plan.arrays, self.plan.actors, numbers, draw, lane, self.tables, self.target)
        return self.tables.logs[: self.plan.unknowns].copy()

    def steepest(self) -> Floats:
        """(L,) largest precision times payoff span of the actors."""
        first, bounds = self.plan.values, self.plan.arrays.payoff_first
        spans = [np.ptp(self.tables.value[first + i : first + j], axis=0) for i, j in pairwise(bounds)]
        largest: Floats = (self.target * np.stack(spans)).max(axis=0)
        return largest

    def __call__(self, point: Floats) -> Floats:
        self.tables.logs[: self.plan.unknowns] = point[:-1]
        self.tables.lam[:] = self.target * point[-1]
        sweep_once(self.plan.arrays, self.tables)
        self.sweeps += 1
        image: Floats = self.tables.image.copy()
        return image


class Attempt(NamedTuple):
    """A way to follow draws: no step lands further than ``far``, in probability, from where it was heading; ``start``: where to begin, if not at the branch's beginning; ``close``: points are closer to the
    curve, for where another nearly touches it, and there may be more steps. It takes twice the sweeps."""

    far: float
    start: Start | None
    close: bool = False


class Jobs(NamedTuple):
    """J draws that are to be followed, in the order in which lanes take them up: the ``draw``, the ``rank`` of the attempt, and its numbers as :func:`follow` needs them."""

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
        wait_for(follow)
        lanes, target, (vectors, small) = np.zeros(WIDTH, LANE), table(plan.actors), newton.room(plan.unknowns)
        best = np.full(draws, ranks)
        follow(
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


LANE = np.dtype(
    [
        *newton.LANE,
        *((name, np.int64) for name in ("job", "steps", "sweeps")),
        *((name, np.float64) for name in ("ratio", "part", "moved", "near")),
        *((name, np.bool_) for name in ("fresh", "landing")),
    ],
    align=True,
)
"""What is known of a lane, besides what Newton's method knows.

Its ``job``, -1 where none is left; ``steps`` and ``sweeps`` so far; ``ratio``, the next step's length in last steps, and the ``part`` of it that reaches the
target, 1 where all is short of it; ``moved``, how far the last step went, in probability; ``near``, how near to the curve points are to be at least; ``fresh`` where its last point is only near the curve, and is to be corrected first; ``landing`` where this step ends at the target.
"""

BEFORE, HERE = newton.OTHERS, newton.OTHERS + 1
"""A lane's last two points on the curve, among the vectors of Newton's method."""


@jit
def follow(
    game: Any,
    actors: int,
    numbers: Any,
    jobs: Any,
    start: Any,
    best: NDArray[np.int64],
    tables: Any,
    target: Floats,
    lanes: NDArray[np.void],
    vectors: Floats,
    small: Floats,
    logs: Floats,
    status: NDArray[np.int64],
    sweeps: NDArray[np.int64],
) -> None:
    """Follow the branch in each of the ``jobs`` (J) from its ``start`` (J, n); how it went goes into ``logs``, ``status`` and ``sweeps`` (:class:`Found`).

    A job's first step is its ``ratio`` times the way between the two points at its start, and there are at ``most`` so many. A step goes at most ``5 far`` along the curve and lands within ``far`` of where it was heading, in probability,
    and as ``near`` to the curve as its ``forcing`` of Newton's method can make it.
    ``best`` (D): the lowest rank that has arrived, above which nothing is begun or gone on with.
    """
    unknowns, stride, places = len(game.unknown_action), vectors.shape[0] // WIDTH, small.shape[0] // WIDTH
    rows = (unknowns + WIDTH - 1) // WIDTH + 1
    ask, answer, last = newton.ASK * rows, newton.ANSWER * rows, rows - 1
    for lane in range(WIDTH):
        # A lane that never has a job holds the last one's numbers, idle.
        take_up(game, actors, numbers, jobs.draw[len(jobs.draw) - 1], lane, tables, target)
        lanes[lane].job = -1
    queue, busy = 0, 0
    while True:
        for lane in range(WIDTH):
            one, first, own = lanes[lane], lane * stride, lane * places
            if one.job >= 0 and jobs.rank[one.job] > best[jobs.draw[one.job]]:
                one.job = -1
                busy -= 1
            if one.job >= 0:
                one.sweeps += 1
                if one.vector >= 0:
                    if not newton.extend(rows, first, own, one, vectors, small):
                        newton.move(rows, first, own, one, vectors, small)
                    continue
                met = newton.judge(rows, first, own, one, vectors, small)
                if met == newton.UNDER_WAY:
                    continue
                job = one.job
                how = _end_step(rows, first, met == newton.MET, jobs.most[job], jobs.far[job], one, vectors)
                if how != UNDER_WAY:
                    draw, rank = jobs.draw[job], jobs.rank[job]
                    status[rank, draw], sweeps[rank, draw] = how, one.sweeps
                    for u in range(unknowns):
                        logs[rank, draw, u] = vectors[first + newton.POINT * rows + u // WIDTH, u % WIDTH]
                    if how == SOLVED:
                        best[draw] = min(best[draw], rank)
                    one.job = -1
                    busy -= 1
            if one.job < 0:
                while queue < len(jobs.draw) and jobs.rank[queue] > best[jobs.draw[queue]]:
                    queue += 1
                if queue == len(jobs.draw):
                    continue
                take_up(game, actors, numbers, jobs.draw[queue], lane, tables, target)
                _begin(unknowns, rows, first, queue, start, jobs.ratio[queue], one, vectors)
                one.near, one.forcing = jobs.near[queue], jobs.forcing[queue]
                queue += 1
                busy += 1
            _step(rows, first, one, vectors)
        if busy == 0:
            return
        for lane in range(WIDTH):
            time = vectors[lane * stride + ask + last, 0]
            for a in range(actors):
                tables.lam[a, lane] = target[a, lane] * time
        deal(unknowns, vectors, ask, stride, tables.logs)
        sweep(game, tables)
        collect(unknowns, tables.image, vectors, answer, stride)


@inner
def _begin(unknowns: int, rows: int, first: int, job: int, start: Any, ratio: float, one: Any, vectors: Floats) -> None:
    """Put a lane where a job starts."""
    before, here, last = first + BEFORE * rows, first + HERE * rows, rows - 1
    for u in range(unknowns):
        row, i = u // WIDTH, u % WIDTH
        vectors[before + row, i], vectors[here + row, i] = start.before[job, u], start.here[job, u]
    vectors[before + last, 0], vectors[here + last, 0] = start.t_before[job], start.t[job]
    one.job, one.fresh, one.ratio, one.probe = job, True, ratio, newton.PROBE
    one.moved = math.inf
    one.steps = one.sweeps = 0


@inner
def _step(rows: int, first: int, one: Any, vectors: Floats) -> None:
    """Where a lane's next step heads, and the plane in which the curve is sought: a secant of the curve, and the plane normal to it."""
    before, here, guess, plane, last = (
        first + BEFORE * rows,
        first + HERE * rows,
        first + newton.GUESS * rows,
        first + newton.PLANE * rows,
        rows - 1,
    )
    fresh, ratio = one.fresh, one.ratio
    t, t_before = vectors[here + last, 0], vectors[before + last, 0]
    rise = ratio * (t - t_before)
    over = not fresh and t + rise >= 1.0
    part = min((1.0 - t) / rise, BEFORE_ONE) if over else 1.0
    one.part, one.landing = part, over
    onward = 0.0 if fresh else ratio * part
    square, from_before = fill(vectors, 0.0), fill(vectors, 1.0 if fresh else 0.0)
    for r in range(rows):
        was, now = load(vectors, before + r), load(vectors, here + r)
        to = now + onward * (now - was)
        if r < last:
            to = smallest(to, 0.0)
        start = where(from_before, was, now)
        normal = to - start
        if r < last:
            normal = 0.25 * normal * exp(smallest(start, 0.0))
        store(vectors, guess + r, to)
        store(vectors, plane + r, normal)
        square += normal * normal
    if over:
        vectors[guess + last, 0] = 1.0
    if over or (fresh and t_before <= 0.0):
        for r in range(rows):
            store(vectors, plane + r, 0.0)
        vectors[plane + last, 0] = 1.0
    else:
        scale(rows, vectors, plane, 1.0 / math.sqrt(total(square) + 1e-300), plane)
    # Where nearly all is decided a step may move no probability at all, and rounding is all there is to correct.
    tolerance = max(SETTLED, min(one.near, OF_STEP * ratio * one.moved))
    if over or vectors[guess + last, 0] >= 1.0:
        tolerance = SETTLED
    newton.begin(rows, first, tolerance, one, vectors)


@inner
def _end_step(rows: int, first: int, met: bool, most: int, far: float, one: Any, vectors: Floats) -> int:
    """Take the step that has met the curve near enough, or go back and try a shorter one. Returns the draw's status, ``UNDER_WAY`` if it is to go on."""
    before, here, point, guess, last = (
        first + BEFORE * rows,
        first + HERE * rows,
        first + newton.POINT * rows,
        first + newton.GUESS * rows,
        rows - 1,
    )
    fresh = one.fresh
    drift = planned = 0.0
    good = met
    if met and not fresh:
        drift, planned = _distance(rows, vectors, point, guess), _distance(rows, vectors, guess, here)
        good = planned < 5 * far and drift < min(far, max(0.8 * planned, far / 6))
    one.steps += 1
    if good and (one.landing or (fresh and vectors[point + last, 0] >= 1.0)):
        return SOLVED
    if good:
        one.moved = math.inf if fresh else _distance(rows, vectors, point, here)
        for r in range(rows):
            if not fresh:
                store(vectors, before + r, load(vectors, here + r))
            store(vectors, here + r, load(vectors, point + r))
        if not fresh:
            easy = one.iteration <= 3 and drift < far / 3 and planned < 2 * far
            one.ratio = 1.6 if easy else 1.0 if one.iteration <= 5 else 0.7
        one.fresh = False
        if vectors[here + last, 0] < 0.0:
            return BRANCH_LOST
    else:
        one.ratio *= one.part / 3.0
        if fresh or one.ratio < SHORTEST:
            return BRANCH_LOST
    return TOO_MANY_STEPS if one.steps >= most else UNDER_WAY


@inner
def _distance(rows: int, vectors: Floats, point: int, other: int) -> float:
    """Largest difference of a probability between two points, no number where one of them is none."""
    gap, gaps = fill(vectors, 0.0), fill(vectors, 0.0)
    for r in range(rows - 1):
        here, there = load(vectors, point + r), load(vectors, other + r)
        gap = largest(size(exp(here) - exp(there)), gap)
        gaps += here - here + there - there
    most: float = highest(gap) + total(gaps)
    return most
