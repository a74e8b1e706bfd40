"""Fixed points of the logit response in one draw, from WIDTH starting profiles side by side.

Plain sweeps come to the fixed points that attract them. Newton's method comes to the others as well; what is known already is taken
out by deflation, so that a start leads to something new or to nothing (Brown & Gearhart 1971; Farrell, Birkisson & Funke
2015). A point (n, L) is the n log probabilities of the actions that beliefs depend on, for each of L = WIDTH lanes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import Numbers, Tables
from detente.solve.krylov import newton_step
from detente.solve.lanes import WIDTH
from detente.solve.plan import Plan
from detente.solve.sweep_map import SweepMap

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

SWEEPS = 80
"""Plain sweeps from a start."""
NEWTONS = 30
"""Newton iterations from a start."""
LONGEST_JUMP = 3.0
"""Largest change of the log of a probability near one in a Newton iteration."""
HALVINGS, SETBACKS = 4, 4
"""Times that a step may be halved; iterations that may bring no progress."""
SETTLED = 1e-12
"""Change of a probability in a sweep at which a point counts as fixed; ``NEARLY`` if no nearer one can be had."""
NEARLY = 1e-9


class Response:
    """The response of one draw, whose ``numbers`` have one column, at the share ``t`` of its precision."""

    def __init__(self, plan: Plan, numbers: Numbers) -> None:
        self.plan, self.numbers, self.t = plan, numbers, 1.0
        self.tables = Tables.of(plan)
        self.map = SweepMap(plan, self.tables)
        self.sets = len(np.unique(plan.tree.action_set[plan.arrays.unknown_action]))
        self.reset()

    def reset(self) -> None:
        """The draw's own numbers in all lanes."""
        self.map.take(self.numbers, np.zeros(WIDTH, np.int64))

    def logs(self, profile: Floats) -> Floats:
        """(n,) log probabilities of the unknowns in a profile (A,)."""
        return np.asarray(np.log(np.maximum(profile[self.plan.arrays.unknown_action], 1e-300)))

    def image(self, point: Floats) -> Floats:
        return self.map(np.vstack([point, np.full((1, WIDTH), self.t)]))

    def sweeps(self, point: Floats) -> tuple[Floats, Lanes]:
        """Plain sweeps: the nearest to a fixed point that each lane came, and whether that is one."""
        best, least = point, np.full(WIDTH, np.inf)
        for _ in range(SWEEPS):
            image = self.image(point)
            error = change_in_sweep(point, image)
            best, least = np.where(error < least, image, best), np.fmin(error, least)
            if (least < SETTLED).all():
                break
            point = image
        return best, least < SETTLED

    def newton(self, point: Floats, live: Lanes, known: Sequence[Floats] = ()) -> tuple[Floats, Lanes]:
        """Newton's method, each step halved until it brings a lane nearer: points, and which of them are fixed.

        ``known`` points (n,) are taken out by deflation.
        """
        roots = np.exp(np.array(known).T / 2) if len(known) else np.empty((len(point), 0))
        live, setbacks = live.copy(), np.zeros(WIDTH, np.int64)
        image = self.image(point)
        error, (factor, slope) = change_in_sweep(point, image), self.deflation(point, roots)
        for _ in range(NEWTONS):
            live &= np.isfinite(error) & (error >= SETTLED) & (setbacks <= SETBACKS)
            if not live.any():
                break
            step = newton_step(self.image, point, image, live)
            # Newton's step of the deflated equations is a multiple of the plain one (Sherman-Morrison).
            along = 1.0 - (slope * step).sum(axis=0)
            step = step / np.where(np.abs(along) > 0.1, along, np.copysign(0.1, along))
            weight = np.exp(np.maximum(point, np.minimum(point + step, 0.0)) / 4)
            step = step * np.minimum(1.0, LONGEST_JUMP / np.maximum((np.abs(step) * weight).max(axis=0), 1e-300))
            waiting, share = live.copy(), 1.0
            for _ in range(HALVINGS + 1):
                tried = np.minimum(point + share * step, 1.0)
                image_there = self.image(tried)
                error_there, (factor_there, slope_there) = (
                    change_in_sweep(tried, image_there),
                    self.deflation(tried, roots),
                )
                with np.errstate(divide="ignore", invalid="ignore"):
                    nearer = np.log(error_there / error) + factor_there - factor < np.log(1.0 - 0.1 * share)
                last = share <= 0.5**HALVINGS
                setbacks += waiting & ~nearer & last
                # At the limit of arithmetic there is no going nearer.
                stuck = waiting & ~nearer & last & (error < NEARLY)
                live &= ~stuck
                moved = waiting & (nearer | last) & ~stuck
                point, image = np.where(moved, tried, point), np.where(moved, image_there, image)
                error, factor = np.where(moved, error_there, error), np.where(moved, factor_there, factor)
                slope = np.where(moved, slope_there, slope)
                waiting &= ~nearer
                share /= 2
                if not waiting.any():
                    break
        return point, np.isfinite(error) & (error < NEARLY)

    def deflation(self, point: Floats, roots: Floats) -> tuple[Floats, Floats]:
        """Log of what Newton's equations are multiplied by, (L), large near what is known, ``roots`` (n, k) of probabilities; and
        its slope (n, L). Distances are Hellinger's, squared, the mean over information sets."""
        factor, slope = np.zeros(WIDTH), np.zeros_like(point)
        root = np.exp(np.minimum(point, 0.0) / 2)
        sets = self.sets
        for one in roots.T:
            off = root - one[:, None]
            square = (off * off).sum(axis=0) / sets + 1e-300
            factor = factor + np.log1p(1.0 / square)
            slope -= off * root / sets / (square * (1.0 + square))
        return factor, slope


def in_lanes(points: list[Floats]) -> list[Floats]:
    """(n, WIDTH) arrays of points (n,), the last one repeated."""
    groups = [points[i : i + WIDTH] for i in range(0, len(points), WIDTH)]
    return [np.stack(group + [group[-1]] * (WIDTH - len(group)), axis=1) for group in groups]


def apart(one: Floats, other: Floats) -> Floats:
    """Differences of probabilities."""
    gap: Floats = np.abs(np.exp(np.minimum(one, 0.0)) - np.exp(np.minimum(other, 0.0)))
    return gap


def change_in_sweep(point: Floats, image: Floats) -> Floats:
    """(L,) largest change of a probability in a sweep, to first order where it is small."""
    change = np.minimum(np.abs(image - point), LONGEST_JUMP)
    error: Floats = (change * np.exp(np.minimum(np.maximum(image, point), 0.0))).max(axis=0)
    return np.where(np.isfinite(image).all(axis=0), error, np.inf)
