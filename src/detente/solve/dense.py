"""The principal branch of one draw followed by arc length with the Jacobian: for games with few unknowns, and for single draws of others.

The curve of :mod:`detente.solve.curve` is followed by predictor and corrector (Allgower & Georg 1990, ch. 6; Turocy 2005):

1. the tangent is the null vector of the derivative, in the direction of the one before. At a turning point ``t`` falls along
   it; where another curve crosses, as in a game with a symmetry, it goes straight on;
2. a step along it is corrected by Newton's method in a plane through the guess;
3. it is taken if the curve was met near the guess, within ``far`` in probability, the tangent has not swung round, and the determinant of the derivative with the
   tangent has the sign that it had before. Curves that nearly touch are mostly followed in opposite directions, and there it has the other: so a step that ended on the wrong
   one is seen at once. Where a curve is crossed it changes too: there it may, if the step landed where it was heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.solve.curve import Curve, Solved
from detente.solve.status import Status

if TYPE_CHECKING:
    from detente.solve.sweep_map import SweepMap

Floats = NDArray[np.float64]

MAX_STEPS, MAX_STEPS_OF_LARGE = 1500, 12_000
"""Steps in games with few unknowns; and in others, whose branches may turn hundreds of times."""
MOST_UNKNOWNS, MOST_FOR_FEW = 200, 1000
"""Larger games are left to :mod:`detente.solve.arclength`, which forms no matrix and follows many draws side by side; those that are larger still, even where it loses a few: a draw of a game of several hundred takes
a second to a minute."""
NEWTONS = 7
ON_THE_WAY, SETTLED = 1e-7, 1e-11
"""Distance from the curve, in probability, on the way and at the target."""
ROUNDED = 5e-10
"""Distance that may be left at the target where rounding lets Newton's method come no nearer."""
EXACT = 1e-10
"""Distance from the curve, in log probabilities, that no step of Newton's method is to better."""
OF_STEP = 0.03
"""Newton's last step on the way, as a part of the step: where the curve hardly moves in any probability its points are else far from it in what moves."""
LONGEST = 1.0
"""Largest change of a log probability by the corrector that a step may need."""
FLOOR = 0.03
"""Added to the probabilities that weigh what a plane goes by: without, a curve along which only what is improbable moves lies in its plane."""
SWING = 0.8
"""Least cosine between the tangents at both ends of a step."""
CROSSING = 0.02
"""How far from where it was heading a step may land, in its length, for a change of sign to be a curve that is crossed. A branch that goes on smoothly lands the nearer the shorter the step; another that nearly
touches it is as far away as it is. Shorter steps than that asks are not taken across: right at the crossing rounding would lead onto the other curve."""
SHORTEST = 1e-9
"""A step that moves neither ``t`` nor a probability by more is the last."""


@np.errstate(over="ignore", invalid="ignore")  # points out of all reach, which are no use
def follow(sweep_map: SweepMap, uniform: Floats, first: float, far: float) -> tuple[Floats, Status]:
    """The log probabilities (n,) at ``t = 1`` of the draw that all lanes of ``sweep_map`` hold, and how it ended.

    ``uniform`` (n,) profile; ``first`` step in ``t``; ``far`` as in the module.
    """
    curve, here = Curve(sweep_map), np.append(uniform, 0.0)
    level = np.eye(len(here))[-1]
    begun = curve.tangent(here, level)
    if begun is None:
        return here[:-1], Status.BRANCH_LOST
    tangent, sign = begun
    size = first / tangent[-1]
    for _ in range(MAX_STEPS if len(uniform) <= MOST_UNKNOWNS else MAX_STEPS_OF_LARGE):
        guess = here + size * tangent
        if guess[-1] >= 1.0:
            landing = here + (1.0 - here[-1]) / tangent[-1] * tangent
            there, met = _correct(curve, landing, level, SETTLED, np.inf)
            if (
                met
                and _drift(there, landing) <= far
                and _turned(curve, there, landing, here, tangent, sign, exact=True)
            ):
                return _polished(curve, np.append(there[:-1], 1.0))[:-1], Status.SOLVED
            size = (1.0 - here[-1]) / tangent[-1]  # less than half of that falls short of the target
        else:
            plane = _weights(guess) * tangent
            there, met = _correct(curve, guess, plane, ON_THE_WAY, OF_STEP * size * np.abs(tangent).max())
            drift = max(_drift(there, guess) / far, np.abs(there - guess)[:-1].max(initial=0.0) / LONGEST)
            turned = _turned(curve, there, guess, here, tangent, sign) if met and drift <= 1.0 else None
            if turned is not None:
                here, (tangent, sign) = there, turned
                size *= min(2.0, 0.8 / np.sqrt(max(drift, 1e-4)))
                if here[-1] < 0.0:
                    return here[:-1], Status.BRANCH_LOST
                continue
        size *= 0.5
        if size * max(abs(tangent[-1]), _rate(here, tangent)) < SHORTEST:
            return here[:-1], Status.BRANCH_LOST
    return here[:-1], Status.TOO_MANY_STEPS


def _turned(
    curve: Curve, there: Floats, guess: Floats, here: Floats, tangent: Floats, sign: float, exact: bool = False
) -> Solved | None:
    """The tangent at the end of a step from ``here`` to ``guess``, corrected to ``there``, with its sign; none where the step is not to be trusted."""
    onward = _weights(there) * tangent
    turned = curve.tangent(there, onward, exact)
    if turned is not None and turned.sign != sign and not exact:
        turned = curve.tangent(there, onward, exact=True)
    if turned is None or not _cosine(turned.z, tangent, there) >= SWING:
        return None
    crosses = _drift(there, guess) <= CROSSING * _drift(there, here)
    return turned if turned.sign == sign or crosses else None


def _weights(point: Floats) -> Floats:
    """(n + 1,) importance of each coordinate: its probability and some more, and one for ``t``."""
    return np.append(np.exp(np.minimum(point[:-1], 0.0)) + FLOOR, 1.0)


def _rate(point: Floats, tangent: Floats) -> float:
    return float((np.exp(np.minimum(point[:-1], 0.0)) * np.abs(tangent[:-1])).max(initial=0.0))


def _cosine(one: Floats, other: Floats, point: Floats) -> float:
    weights = _weights(point)
    return float((weights * one * other).sum() / np.sqrt((weights * one**2).sum() * (weights * other**2).sum()))


def _drift(there: Floats, guess: Floats) -> float:
    """Largest difference of a probability."""
    gap = np.abs(np.exp(np.minimum(there[:-1], 1.0)) - np.exp(np.minimum(guess[:-1], 1.0)))
    return float(gap.max(initial=0.0))


def _correct(curve: Curve, guess: Floats, plane: Floats, tolerance: float, near: float) -> tuple[Floats, bool]:
    """Newton on the curve in the plane through ``guess`` across ``plane``, and whether it is met within ``tolerance``, by a last step that changes no unknown by more than ``near``."""
    point, last, moved = guess.copy(), np.inf, np.inf
    for iteration in range(NEWTONS + 1):
        off = curve.off(point)
        rough = float(np.abs(off).max(initial=0.0))
        if not np.isfinite(rough):
            return point, False
        error = float((np.abs(off) * np.exp(np.minimum(point[:-1], 0.0))).max(initial=0.0))
        if iteration > 1 and rough > last:
            return point, error < max(tolerance, ROUNDED) and rough < 1e-3 and moved <= near
        if error < tolerance and rough < 1e-4 and (moved <= near or rough < EXACT):
            return point, True
        last, step = rough, None
        if iteration < NEWTONS:
            step = curve.newton(point, plane, np.append(off, plane @ (point - guess)))
        if step is None:
            break
        point, moved = point - step, float(np.abs(step).max())
    return point, False


def _polished(curve: Curve, point: Floats) -> Floats:
    """Newton at fixed ``t`` as long as it brings the point nearer to the curve."""
    level, off = np.eye(len(point))[-1], curve.off(point)
    for _ in range(3):
        step = curve.newton(point, level, np.append(off, 0.0))
        if step is None:
            break
        tried = np.append((point - step)[:-1], point[-1])
        there = curve.off(tried)
        if not np.abs(there).max(initial=0.0) < np.abs(off).max(initial=0.0):
            break
        point, off = tried, there
    return point
