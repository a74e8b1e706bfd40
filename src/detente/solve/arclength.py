"""The principal branch followed by arc length, through folds, all lanes of a block side by side.

For the draws that plain continuation in precision cannot follow: where the branch folds, the precision must fall
for a while before it rises again, so it is an unknown like the others. The curve ``x = sweep(x, t)``, with ``x`` the log
probabilities of the actions that beliefs depend on and ``t`` the fraction of the target precision, is followed by a
secant predictor and a Newton corrector in the plane normal to it (Turocy 2005; Allgower & Georg 1990, ch. 10). Newton's
equations are solved by GMRES (Saad & Schultz 1986; Knoll & Keyes 2004), whose products with the Jacobian are
differences of two sweeps: few are needed, since few combinations of beliefs really matter.

A point is an array (n + 1, L): n log probabilities and ``t``, for each of L = WIDTH lanes. No number of one lane enters the
arithmetic of another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from detente.solve import branch, dense
from detente.solve.branch import FIRST_PRECISION
from detente.solve.kernels import Numbers, Tables, run_sweep, take_up
from detente.solve.lanes import WIDTH, table
from detente.solve.plan import Plan
from detente.solve.status import Status

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

MAX_STEPS = 600
"""Steps at the usual ``far``; more in proportion for shorter ones."""
FAR = 0.12
"""Largest distance, in probability, between the prediction and the curve, unless asked for less."""
SHORTEST = 1e-6
"""Smallest ratio of a step to the one before: shorter, and the lane is given up."""
FIRST_RATIO = 0.1
"""The first step, as a ratio to the last that sweeps could take."""
BUDGET = 600
"""Sweeps given to following the branch as far as they can."""
NEWTONS = 7
"""Newton iterations at one step."""
ON_THE_WAY, SETTLED = 1e-4, 1e-11
"""Change of a probability in a sweep at which a point counts as on the curve, on the way and at the target."""
BASIS = 40
"""Largest Krylov basis."""
FORCING = 3e-2
"""Relative residual to which GMRES solves Newton's equations."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
LONGEST_JUMP = 3.0
"""Largest change of a log probability in one Newton iteration."""


class SweepMap:
    """``G(z)`` of WIDTH draws: the sweep as a function of a point (n + 1, L), giving the n log probabilities' images."""

    def __init__(self, plan: Plan, tables: Tables) -> None:
        self.plan, self.tables, self.sweeps = plan, tables, 0
        self.target = table(plan.actors)

    def take(self, numbers: Numbers, draws: NDArray[np.integer]) -> Floats:
        """Put the numbers of WIDTH draws in place; returns their uniform profiles (n, L)."""
        for lane, draw in enumerate(draws):
            take_up(self.plan.arrays, self.plan.actors, numbers, draw, lane, self.tables, self.target)
        return self.tables.logs[: self.plan.unknowns].copy()

    def steepest(self) -> Floats:
        """(L,) largest precision times payoff span of the actors."""
        first, bounds = self.plan.tree.nodes * self.plan.actors, self.plan.arrays.payoff_first
        spans = [np.ptp(self.tables.value[first + i : first + j], axis=0) for i, j in pairwise(bounds)]
        largest: Floats = (self.target * np.stack(spans)).max(axis=0)
        return largest

    def __call__(self, point: Floats) -> Floats:
        self.tables.logs[: self.plan.unknowns] = point[:-1]
        self.tables.lam[:] = self.target * point[-1]
        run_sweep(self.plan.arrays, self.plan.actors, self.tables)
        self.sweeps += 1
        image: Floats = self.tables.image.copy()
        return image


def follow_all(
    plan: Plan, numbers: Numbers, tables: Tables, far: float
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Solve every draw: log probabilities of the unknowns (n, D), status (D), sweeps (D)."""
    draws = numbers.lam.shape[1]
    logs, status, sweeps = np.empty((plan.unknowns, draws)), np.empty(draws, np.int64), np.empty(draws, np.int64)
    if plan.unknowns <= dense.MOST_UNKNOWNS:
        for draw in range(draws):
            sweep_map = SweepMap(plan, tables)
            uniform = sweep_map.take(numbers, np.full(WIDTH, draw))[:, 0]
            first = min(0.5, FIRST_PRECISION / 4 / max(float(sweep_map.steepest()[0]), 1e-300))
            logs[:, draw], status[draw] = dense.follow(sweep_map, uniform, first, far)
            sweeps[draw] = sweep_map.sweeps
        return logs, status, sweeps
    left = np.arange(draws)
    if far >= FAR:
        # What sweeps could follow need not be followed again; narrow steps are for where they may have followed the wrong curve.
        reached = branch.follow(plan, numbers, BUDGET, mix=True)
        some = np.flatnonzero((reached.t_before > 0.0) & (reached.t < 1.0))
        _in_groups(plan, numbers, tables, far, some, reached, logs, status, sweeps)
        left = np.setdiff1d(left, some[status[some] == Status.SOLVED])
    _in_groups(plan, numbers, tables, far, left, None, logs, status, sweeps)
    return logs, status, sweeps


def _in_groups(
    plan: Plan,
    numbers: Numbers,
    tables: Tables,
    far: float,
    draws: NDArray[np.integer],
    reached: branch.Followed | None,
    logs: Floats,
    status: NDArray[np.int64],
    sweeps: NDArray[np.int64],
) -> None:
    """Follow ``draws``, WIDTH at a time, from what was ``reached`` or from the beginning, and write how it went into the last three."""
    for start in range(0, len(draws), WIDTH):
        which = draws[np.minimum(np.arange(start, start + WIDTH), len(draws) - 1)]
        sweep_map = SweepMap(plan, tables)
        before = np.vstack([sweep_map.take(numbers, which), np.zeros(WIDTH)])
        guess, ratio = before.copy(), np.ones(WIDTH)
        guess[-1] = np.minimum(1.0, FIRST_PRECISION / np.maximum(sweep_map.steepest(), 1e-300))
        if reached is not None:
            before = np.vstack([reached.before[:, which], reached.t_before[which]])
            guess, ratio = np.vstack([reached.logs[:, which], reached.t[which]]), np.full(WIDTH, FIRST_RATIO)
        logs[:, which], status[which], sweeps[which] = follow(sweep_map, before, guess, ratio, far)


def follow(
    sweep_map: SweepMap, before: Floats, guess: Floats, ratio: Floats, far: float = FAR
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Follow the branch of every lane from two points (n + 1, L) on it to the target precision.

    ``guess`` may be off the curve; ``ratio`` (L) is the length of the next step, in steps from ``before`` to there.
    A step goes at most ``5 far`` along the curve and lands within ``far`` of where it was heading, in probability.
    Returns (log probabilities (n, L), status (L), sweeps (L)).
    """
    n, lanes = len(before) - 1, before.shape[1]
    upright = np.zeros((n + 1, lanes))
    upright[-1] = 1.0
    plane = np.where(before[-1] > 0.0, _normal(before, guess), upright)
    here, found, _ = _correct(sweep_map, guess, plane, np.ones(lanes, bool), np.full(lanes, ON_THE_WAY))
    status = np.where(found, Status.TOO_MANY_STEPS, Status.BRANCH_LOST).astype(np.int64)
    live, sweeps = found.copy(), np.full(lanes, sweep_map.sweeps)
    end = here.copy()
    for _ in range(round(MAX_STEPS * FAR / far)):
        if not live.any():
            break
        guess, part = _predict(before, here, ratio)
        landing = part < 1.0
        plane = np.where(landing, upright, _normal(here, guess))
        tolerance = np.where(landing, SETTLED, ON_THE_WAY)
        there, found, newtons = _correct(sweep_map, guess, plane, live, tolerance)
        drift, planned = _distance(there, guess), _distance(guess, here)
        good = live & found & (planned < 5 * far) & (drift < np.minimum(far, np.maximum(0.8 * planned, far / 6)))
        sweeps[live] = sweep_map.sweeps
        arrived = good & landing
        end = np.where(arrived, there, end)
        status[arrived] = Status.SOLVED
        live &= ~arrived
        onward, short = good & live, live & ~good
        before, here = np.where(onward, here, before), np.where(onward, there, here)
        easy = (newtons <= 3) & (drift < far / 3) & (planned < 2 * far)
        pace = np.where(easy, 1.6, np.where(newtons <= 5, 1.0, 0.7))
        ratio = np.where(onward, pace, np.where(short, ratio * part / 3.0, ratio))
        lost = live & ((ratio < SHORTEST) | (here[-1] < 0.0))
        status[lost] = Status.BRANCH_LOST
        live &= ~lost
    end[-1] = 1.0
    return _polished(sweep_map, end, upright, status == Status.SOLVED)[:-1], status, sweeps


def _polished(sweep_map: SweepMap, point: Floats, plane: Floats, todo: Lanes) -> Floats:
    """The point after further Newton iterations, as long as they bring it nearer to the curve.

    Where the sweep is far from a contraction, a distance that would do elsewhere grows in one more sweep.
    """
    image = sweep_map(point)
    error = _error(point, image)
    for _ in range(3):
        off = np.vstack([image - point[:-1], np.zeros((1, point.shape[1]))])
        tried = point + _gmres(sweep_map, point, image, plane, off, todo)
        tried[-1] = 1.0
        image_there = sweep_map(tried)
        there = _error(tried, image_there)
        todo = todo & (there < error)
        if not todo.any():
            break
        point, image = np.where(todo, tried, point), np.where(todo, image_there, image)
        error = np.where(todo, there, error)
    return point


def _error(point: Floats, image: Floats) -> Floats:
    """(L,) largest change of a probability in a sweep, to first order."""
    error: Floats = (np.abs(image - point[:-1]) * np.exp(np.minimum(np.maximum(image, point[:-1]), 0.0))).max(axis=0)
    return error


def _predict(before: Floats, here: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The point ``ratio`` times the last step further on; and the part of that step taken, 1 or what reaches the target."""
    step = ratio * (here - before)
    over = here[-1] + step[-1] >= 1.0
    rise = np.where(over, step[-1], 1.0)
    part = np.where(over, np.minimum((1.0 - here[-1]) / rise, np.nextafter(1.0, 0.0)), 1.0)
    guess = here + part * step
    guess[:-1] = np.minimum(guess[:-1], 0.0)
    guess[-1] = np.where(over, 1.0, guess[-1])
    return guess, part


def _normal(here: Floats, guess: Floats) -> Floats:
    """Unit normal (n + 1, L) of the plane a corrector stays in. Lengths are those of Hellinger's distance between
    choices and of ``t``, so that what almost never happens does not count as movement."""
    normal = guess - here
    normal[:-1] *= np.exp(np.minimum(here[:-1], 0.0)) / 4.0
    unit: Floats = normal / np.sqrt((normal * normal).sum(axis=0) + 1e-300)
    return unit


def _distance(one: Floats, other: Floats) -> Floats:
    """Largest difference of a probability, (L)."""
    with np.errstate(over="ignore", invalid="ignore"):
        gap: Floats = np.abs(np.exp(one[:-1]) - np.exp(other[:-1])).max(axis=0)
    return np.where(np.isfinite(gap), gap, np.inf)


def _correct(
    sweep_map: SweepMap, guess: Floats, plane: Floats, todo: Lanes, tolerance: Floats
) -> tuple[Floats, Lanes, NDArray[np.int64]]:
    """Newton on the curve and on the plane through ``guess``: points, which of them settled, iterations."""
    point, live = guess.copy(), todo.copy()
    settled, newtons = np.zeros_like(todo), np.zeros(len(todo), np.int64)
    last = np.full(len(todo), np.inf)
    for iteration in range(NEWTONS + 1):
        image = sweep_map(point)
        off = image - point[:-1]
        error = _error(point, image)
        settled |= live & (error < tolerance)
        live &= ~settled & np.isfinite(error) & ((error < last) | (iteration < 2))
        last = np.where(live, error, last)
        if iteration == NEWTONS or not live.any():
            break
        right = np.vstack([off, -(plane * (point - guess)).sum(axis=0)])
        change = _gmres(sweep_map, point, image, plane, right, live)
        change *= np.minimum(1.0, LONGEST_JUMP / np.maximum(np.abs(change).max(axis=0), 1e-300))
        point = np.where(live, point + change, point)
        newtons += live
    return point, settled, newtons


def _gmres(sweep_map: SweepMap, point: Floats, image: Floats, plane: Floats, right: Floats, live: Lanes) -> Floats:
    """Newton's step (n + 1, L): ``(1 - dG) step = off the curve`` and ``plane . step = off the plane``."""
    lanes = point.shape[1]
    size = np.sqrt((right * right).sum(axis=0))
    basis = [np.where(live, right / np.where(size > 0, size, 1.0), 0.0)]
    triangle = np.zeros((BASIS, BASIS, lanes))
    column = np.zeros((BASIS + 1, lanes))
    cosine, sine = np.zeros((BASIS, lanes)), np.zeros((BASIS, lanes))
    target = np.zeros((BASIS + 1, lanes))
    target[0] = size
    used, active = np.zeros(lanes, np.int64), live & (size > 0)
    for k in range(min(BASIS, len(right))):
        direction = basis[k]
        probe = PROBE / np.maximum(np.abs(direction).max(axis=0), 1e-300)
        product = np.empty_like(direction)
        product[:-1] = direction[:-1] - (sweep_map(point + probe * direction) - image) / probe
        product[-1] = (plane * direction).sum(axis=0)
        product[:, ~active] = 0.0
        column[:] = 0.0
        for j in range(k + 1):
            _take_away(basis[j], product, column[j])
        length = np.sqrt((product * product).sum(axis=0))
        basis.append(product / np.where(length > 0, length, 1.0))
        for j in range(k):  # rotations that made the earlier columns triangular
            upper, lower = column[j].copy(), column[j + 1].copy()
            column[j], column[j + 1] = cosine[j] * upper + sine[j] * lower, cosine[j] * lower - sine[j] * upper
        whole = np.hypot(column[k], length)
        active &= whole > 0
        whole = np.where(whole > 0, whole, 1.0)
        cosine[k], sine[k] = column[k] / whole, length / whole
        column[k] = whole
        triangle[:, k] = column[:BASIS]
        target[k + 1], target[k] = -sine[k] * target[k], cosine[k] * target[k]
        used = np.where(active, k + 1, used)
        active &= np.isfinite(whole) & (np.abs(target[k + 1]) > FORCING * size)
        if not active.any():
            break
    step = np.zeros_like(point)
    for lane in np.flatnonzero(used):
        count = used[lane]
        weights = np.linalg.solve(triangle[:count, :count, lane], target[:count, lane])
        for vector, weight in zip(basis, weights, strict=False):
            step[:, lane] += weight * vector[:, lane]
    return np.where(np.isfinite(step), step, 0.0)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _take_away(unit: Floats, vector: Floats, component: Floats) -> Any:
    """Subtract from ``vector`` (n, L) its part along ``unit``, and add that part's length to ``component`` (L)."""
    lanes = len(component)
    along = np.zeros(lanes)
    for i in range(unit.shape[0]):
        for lane in range(lanes):
            along[lane] += unit[i, lane] * vector[i, lane]
    for i in range(unit.shape[0]):
        for lane in range(lanes):
            vector[i, lane] -= along[lane] * unit[i, lane]
    for lane in range(lanes):
        component[lane] += along[lane]
