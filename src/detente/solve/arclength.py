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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve import newton
from detente.solve.compiled import inner, jit
from detente.solve.kernels import take_up
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, smallest, store, total, where
from detente.solve.status import Status
from detente.solve.sweep import sweep
from detente.solve.vectors import collect, deal, scale

Floats = NDArray[np.float64]

SHORTEST = 1e-6
"""Smallest ratio of a step to the one before: shorter, and the lane is given up."""
SETTLED = 1e-11
"""Change of a probability in a sweep at which a point counts as on the curve at the target, and at least on the way."""
OF_STEP = 0.003
"""Of the way that a step goes, the same where that is less: else short steps would head where points are off the curve by chance."""

BEFORE_ONE = float(np.nextafter(1.0, 0.0))
UNDER_WAY = -1
SOLVED, BRANCH_LOST, TOO_MANY_STEPS = int(Status.SOLVED), int(Status.BRANCH_LOST), int(Status.TOO_MANY_STEPS)


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
    """Follow the branch in each of the ``jobs`` (J) from its ``start`` (J, n); how it went goes into ``logs``, ``status`` and ``sweeps`` (:class:`~detente.solve.attempts.Found`).

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
                queue = _needed(queue, jobs, best)
                if queue == len(jobs.draw):
                    continue
                take_up(game, actors, numbers, jobs.draw[queue], lane, tables, target)
                _begin(unknowns, rows, first, queue, start, jobs, one, vectors)
                queue += 1
                busy += 1
            _step(rows, first, one, vectors)
        if busy == 0 or tables.stop[0] != 0:
            return
        for lane in range(WIDTH):
            time = vectors[lane * stride + ask + last, 0]
            for a in range(actors):
                tables.lam[a, lane] = target[a, lane] * time
        deal(unknowns, vectors, ask, stride, tables.logs)
        sweep(game, tables)
        collect(unknowns, tables.image, vectors, answer, stride)


@inner
def _needed(job: int, jobs: Any, best: NDArray[np.int64]) -> int:
    """The first from ``job`` on whose draw has not arrived by an attempt that goes before; or the number of jobs."""
    while job < len(jobs.draw) and jobs.rank[job] > best[jobs.draw[job]]:
        job += 1
    return job


@inner
def _begin(unknowns: int, rows: int, first: int, job: int, start: Any, jobs: Any, one: Any, vectors: Floats) -> None:
    """Put a lane where a job starts."""
    before, here, last = first + BEFORE * rows, first + HERE * rows, rows - 1
    for u in range(unknowns):
        row, i = u // WIDTH, u % WIDTH
        vectors[before + row, i], vectors[here + row, i] = start.before[job, u], start.here[job, u]
    vectors[before + last, 0], vectors[here + last, 0] = start.t_before[job], start.t[job]
    one.job, one.fresh, one.ratio, one.probe = job, True, jobs.ratio[job], newton.PROBE
    one.near, one.forcing = jobs.near[job], jobs.forcing[job]
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
