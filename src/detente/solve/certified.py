"""Equilibria found in one draw: each certified, none twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.solve.krylov import spectrum
from detente.solve.lanes import WIDTH
from detente.solve.response import Response, apart, in_lanes
from detente.solve.status import TOLERANCE
from detente.solve.verify import verify

Floats = NDArray[np.float64]

SAME = 1e-6
"""Two equilibria are the same if no terminal's probability differs by more."""


class Certified:
    """The distinct equilibria of a ``response`` noted so far, k of them.

    ``points`` their logs (n,); ``choice`` (k, A), ``reach`` (k, T), ``value`` (k, I), ``residual`` (k) as in
    :class:`~detente.solve.search.Others`.
    """

    def __init__(self, response: Response) -> None:
        tree = response.plan.tree
        self.response, self.points = response, list[Floats]()
        self.choice, self.reach = np.empty((0, tree.actions)), np.empty((0, tree.terminals))
        self.value, self.residual = np.empty((0, len(tree.actors))), np.empty(0)

    def note(self, point: Floats) -> None:
        """Keep a point (n,) of the full precision if its certificate holds and it is new.

        The certificate is of the profile itself, by :mod:`~detente.solve.verify`: where sweeps repel, one more would spoil it.
        """
        response, plan, tree = self.response, self.response.plan, self.response.plan.tree
        if any(apart(point, known).max(initial=0.0) <= SAME / 100 for known in self.points):
            return
        response.image(np.repeat(point[:, None], WIDTH, axis=1))
        choice = response.tables.prob[: tree.actions, :1].copy()
        choice[plan.arrays.unknown_action, 0] = np.exp(np.minimum(point, 0.0))
        payoffs = response.numbers.values.reshape(plan.actors, tree.terminals, 1).transpose(1, 0, 2)
        found = verify(tree, payoffs, response.numbers.chances, response.numbers.lam, choice)
        if not found.residual[0] <= TOLERANCE:
            return
        ends = found.reach[:, 0]
        if len(self.reach) and (np.abs(self.reach - ends).max(axis=1) <= SAME).any():
            return
        self.points.append(point)
        self.choice = np.vstack([self.choice, choice.T])
        self.reach = np.vstack([self.reach, ends])
        self.value = np.vstack([self.value, found.value.T])
        self.residual = np.append(self.residual, found.residual)

    def spectra(self) -> tuple[Floats, NDArray[np.int64]]:
        """(k,) largest size of an eigenvalue of the sweep, and (k,) the index."""
        radius, index = np.zeros(len(self.points)), np.ones(len(self.points), np.int64)
        if self.response.plan.unknowns == 0:
            return radius, index
        for group, points in enumerate(in_lanes(self.points)):
            begin, sweep = group * WIDTH, self.response.image
            here = slice(begin, min(begin + WIDTH, len(self.points)))
            at = spectrum(sweep, points, sweep(points))
            radius[here], index[here] = (values[: here.stop - begin] for values in at)
        return radius, index
