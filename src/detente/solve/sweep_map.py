"""The sweep as a function of a point, for what follows or seeks fixed points in Python."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import Numbers, Tables, take_up
from detente.solve.lanes import table
from detente.solve.plan import Plan
from detente.solve.sweep import sweep_once
from detente.solve.workers import heed

Floats = NDArray[np.float64]


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
        heed()
        self.tables.logs[: self.plan.unknowns] = point[:-1]
        self.tables.lam[:] = self.target * point[-1]
        sweep_once(self.plan.arrays, self.tables)
        self.sweeps += 1
        image: Floats = self.tables.image.copy()
        return image
