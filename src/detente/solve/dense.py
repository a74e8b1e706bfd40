"""The principal branch of one draw followed by arc length with the whole Jacobian: for games with few unknowns.

The curve ``F(x, t) = x - G(x, t) = 0``, with ``G`` the sweep, ``x`` the log probabilities that beliefs depend on and ``t`` the
fraction of the target precision, is followed by predictor and corrector (Allgower & Georg 1990, ch. 6; Turocy 2005):

1. the tangent is the null vector of ``(1 - dG/dx, -dG/dt)``, in the direction of the one before. At a turning point ``t`` falls along
   it; where another curve crosses, as in a game with a symmetry, it goes straight on;
2. a step along it is corrected by Newton's method in the plane through the guess;
3. it is taken if the curve was met near the guess, within ``far`` in probability, and the tangent has not swung round.

Derivatives are central differences, eight sweeps at a time, one direction a lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import jit
from detente.solve.lanes import WIDTH, load, store
from detente.solve.status import Status
from detente.solve.sweep import sweep

if TYPE_CHECKING:
    from detente.solve.sweep_map import SweepMap

Floats = NDArray[np.float64]

MAX_STEPS = 1500
"""Of 189 draws of random games that came to this and were solved, none took more than 520."""
MOST_UNKNOWNS, MOST_AT_LAST = 200, 1000
"""Larger games are left to :mod:`detente.solve.arclength`, which forms no matrix; and those that are larger still, even when that fails: a draw of a game of several hundred takes
some seconds to a minute."""
PROBE, SHORTEST_PROBE = 1e-5, 1e-10
"""Largest change of an unknown in a difference, and least."""
BENT = 1e-4
"""Change of its image up to which that is taken to be straight; where it changes more, as at high precisions, a shorter difference is taken."""
NEWTONS = 6
ON_THE_WAY, SETTLED = 1e-7, 1e-11
"""Distance from the curve, in probability, on the way and at the target."""
ROUNDED = 5e-10
"""Distance that may be left at the target where rounding lets Newton's method come no nearer."""
LONGEST = 1.0
"""Largest change of a log probability by the corrector that a step may need."""
SWING = 0.8
"""Least cosine between the tangents at both ends of a step."""
SHORTEST = 1e-9
"""A step that moves neither ``t`` nor a probability by more is the last."""


def follow(sweep_map: SweepMap, uniform: Floats, first: float, far: float) -> tuple[Floats, Status]:
    """The log probabilities (n,) at ``t = 1`` of the draw that all lanes of ``sweep_map`` hold, and how it ended.

    ``uniform`` (n,) profile; ``first`` step in ``t``; ``far`` as in the module.
    """
    here = np.append(uniform, 0.0)
    slope = _slope(sweep_map, here)
    tangent = _tangent(slope, np.eye(len(here))[-1])
    size = first / tangent[-1]
    for _ in range(MAX_STEPS):
        guess = here + size * tangent
        if guess[-1] >= 1.0:
            landing = here + (1.0 - here[-1]) / tangent[-1] * tangent
            there, met = _correct(sweep_map, landing, None, SETTLED)
            if met and _drift(there, landing) <= far:
                return _polished(sweep_map, there)[:-1], Status.SOLVED
            size *= 0.5
        else:
            there, met = _correct(sweep_map, guess, tangent, ON_THE_WAY)
            drift = max(_drift(there, guess) / far, np.abs(there - guess)[:-1].max(initial=0.0) / LONGEST)
            if met and drift <= 1.0:
                slope = _slope(sweep_map, there)
                turned = _tangent(slope, tangent)
                if _cosine(turned, tangent, there) >= SWING:
                    here, tangent = there, turned
                    size *= min(2.0, 0.8 / np.sqrt(max(drift, 1e-4)))
                    if here[-1] < 0.0:
                        return here[:-1], Status.BRANCH_LOST
                    continue
            size *= 0.5
        if size * max(abs(tangent[-1]), _rate(here, tangent)) < SHORTEST:
            return here[:-1], Status.BRANCH_LOST
    return here[:-1], Status.TOO_MANY_STEPS


def _weights(point: Floats) -> Floats:
    """(n + 1,) importance of each coordinate: its probability, and one for ``t``."""
    return np.append(np.exp(np.minimum(point[:-1], 0.0)) + 1e-3, 1.0)


def _rate(point: Floats, tangent: Floats) -> float:
    return float((np.exp(np.minimum(point[:-1], 0.0)) * np.abs(tangent[:-1])).max(initial=0.0))


def _cosine(one: Floats, other: Floats, point: Floats) -> float:
    weights = _weights(point)
    return float((weights * one * other).sum() / np.sqrt((weights * one**2).sum() * (weights * other**2).sum()))


def _drift(there: Floats, guess: Floats) -> float:
    """Largest difference of a probability."""
    with np.errstate(over="ignore"):
        gap = np.abs(np.exp(np.minimum(there[:-1], 1.0)) - np.exp(np.minimum(guess[:-1], 1.0)))
    return float(gap.max(initial=0.0))


def _slope(sweep_map: SweepMap, point: Floats) -> Floats:
    """(n, n + 1) derivative of ``F``."""
    size = len(point)
    slope = np.eye(size - 1, size)
    slope -= _differences(sweep_map, point, np.arange(size), np.full(size, PROBE))
    steepest = np.abs(slope).max(axis=0, initial=0.0)
    bent = np.flatnonzero(PROBE * steepest > BENT)
    if len(bent):
        probe = np.maximum(BENT / steepest[bent], np.maximum(SHORTEST_PROBE, 8.0 * np.spacing(np.abs(point[bent]))))
        slope[:, bent] = np.eye(size - 1, size)[:, bent] - _differences(sweep_map, point, bent, probe)
    return slope


def _differences(sweep_map: SweepMap, point: Floats, which: NDArray[np.intp], probe: Floats) -> Floats:
    """(n, S) derivatives of the sweep in the coordinates ``which`` (S), by differences of ``probe`` (S) to either side."""
    plan, found = sweep_map.plan, np.empty((len(which), len(point) - 1))
    sweep_map.sweeps += _take_apart(
        plan.arrays, plan.actors, sweep_map.tables, sweep_map.target, point, which, probe, found
    )
    return found.T


@jit
def _take_apart(
    game: Any,
    actors: int,
    tables: Any,
    target: Floats,
    point: Floats,
    which: NDArray[np.intp],
    probe: Floats,
    found: Floats,
) -> int:
    """The same into ``found`` (S, n); returns the sweeps it took. What comes to no number is left so."""
    unknowns, half, sweeps = len(game.unknown_action), WIDTH // 2, 0
    for start in range(0, len(which), half):
        many = min(half, len(which) - start)
        for u in range(unknowns):
            store(tables.logs, u, point[u])
        for a in range(actors):
            store(tables.lam, a, load(target, a) * point[unknowns])
        for i in range(many):
            k, far = which[start + i], probe[start + i]
            if k < unknowns:
                tables.logs[k, i], tables.logs[k, half + i] = point[k] + far, point[k] - far
            else:
                for a in range(actors):
                    tables.lam[a, i] = target[a, i] * (point[k] + far)
                    tables.lam[a, half + i] = target[a, half + i] * (point[k] - far)
        sweep(game, tables)
        sweeps += 1
        for i in range(many):
            k, far = which[start + i], probe[start + i]
            apart = (point[k] + far) - (point[k] - far)  # to the last digit, which twice the probe is not
            for u in range(unknowns):
                found[start + i, u] = (tables.image[u, i] - tables.image[u, half + i]) / apart
    return sweeps


def _tangent(slope: Floats, before: Floats) -> Floats:
    """The null vector of ``slope`` that goes on in the direction ``before``, one long."""
    system = np.vstack([slope, before])
    right = np.zeros(len(before))
    right[-1] = 1.0
    try:
        tangent = np.linalg.solve(system, right)
    except np.linalg.LinAlgError:
        tangent = np.linalg.svd(slope)[2][-1]
        tangent *= np.sign(tangent @ before) or 1.0
    tangent /= np.linalg.norm(tangent)
    return np.asarray(tangent)


def _correct(sweep_map: SweepMap, guess: Floats, tangent: Floats | None, tolerance: float) -> tuple[Floats, bool]:
    """Newton on the curve, in the plane through ``guess`` across ``tangent`` or, without one, at its ``t``."""
    point, last = guess.copy(), np.inf
    plane = np.zeros(len(guess))
    plane[-1] = 1.0
    if tangent is not None:
        plane = _weights(guess) * tangent
    for iteration in range(NEWTONS + 1):
        off = _off(sweep_map, point)
        error = float((np.abs(off) * np.exp(np.minimum(point[:-1], 0.0))).max(initial=0.0))
        rough = float(np.abs(off).max(initial=0.0))
        if not np.isfinite(rough) or (iteration > 1 and rough > last):
            return point, error < max(tolerance, ROUNDED) and rough < 1e-3
        if error < tolerance and rough < 1e-4:
            return point, True
        last = rough
        system = np.vstack([_slope(sweep_map, point), plane])
        try:
            point = point - np.linalg.solve(system, np.append(off, plane @ (point - guess)))
        except np.linalg.LinAlgError:
            return point, False
    return point, False


def _polished(sweep_map: SweepMap, point: Floats) -> Floats:
    """Newton at fixed ``t`` as long as it brings the point nearer to the curve."""
    off = _off(sweep_map, point)
    for _ in range(3):
        slope = _slope(sweep_map, point)[:, :-1]
        try:
            tried = np.append(point[:-1] - np.linalg.solve(slope, off), point[-1])
        except np.linalg.LinAlgError:
            break
        there = _off(sweep_map, tried)
        if not np.abs(there).max(initial=0.0) < np.abs(off).max(initial=0.0):
            break
        point, off = tried, there
    return point


def _off(sweep_map: SweepMap, point: Floats) -> Floats:
    """(n,) ``F`` at a point."""
    image: Floats = sweep_map(np.repeat(point[:, None], WIDTH, axis=1))[:, 0]
    return point[:-1] - image
