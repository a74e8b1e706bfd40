"""The curve of logit equilibria of one draw near a point: how far off a point is, and linear equations with the derivatives there.

``F(x, t) = x - G(x, t)``, with ``G`` the sweep, ``x`` (n,) the log probabilities that beliefs depend on and ``t`` the fraction of the target precision, is zero on the
curve. A step of Newton's method and a tangent both ask for ``z`` (n + 1,) with ``(F', plane) z = right``: the n rows of the derivative, and a row that says in which plane.

Where unknowns are few the matrix is formed anew each time. Where they are many, that takes hundreds of sweeps, but changes little from step to step: so its inverse is kept, and serves GMRES as
preconditioner (Saad & Schultz 1986; from the right), whose products with the derivative at the point itself are differences of sweeps (Knoll & Keyes 2004). It then needs a handful of them; once it needs
more than that, the inverse is made anew.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import jit
from detente.solve.lanes import WIDTH, load, store
from detente.solve.sweep import sweep

if TYPE_CHECKING:
    from detente.solve.sweep_map import SweepMap

Floats = NDArray[np.float64]

DIRECT = 100
"""Unknowns up to which the matrix is formed for each solution: beyond, GMRES is faster."""
PROBE, SHORTEST_PROBE = 1e-5, 1e-10
"""Largest change of an unknown in a difference, and least."""
BENT = 1e-4
"""Change of its image up to which that is taken to be straight; where it changes more, as at high precisions, a shorter difference is taken."""
PRODUCT_BENT = 1e-3
"""The same for a product, to which many unknowns contribute."""
SHORTER = PROBE * np.geomspace(1.0, 1e-4, WIDTH // 2)
"""Differences that are tried for a product, all in one sweep: the longest in which the image is straight is taken."""
FORCING = 1e-2, 1e-3
"""Relative residual to which GMRES solves: for a step of Newton's method, and for a tangent."""
BASIS = 40
"""Largest Krylov basis."""
MANY = 12
"""Products that a solution takes from which on the inverse is made anew."""
TINY = 1e-300


class Solved(NamedTuple):
    """What solves the equations, ``z`` (n + 1,); and the sign of their determinant."""

    z: Floats
    sign: float


class Curve:
    """The curve of the draw that all lanes of ``sweep_map`` hold."""

    def __init__(self, sweep_map: SweepMap) -> None:
        self._map, self._inverse, self._sign, self._old = sweep_map, np.empty((0, 0)), 1.0, True
        self._direct = sweep_map.plan.unknowns <= DIRECT

    def off(self, point: Floats) -> Floats:
        """(n,) ``F`` at a point (n + 1,)."""
        image: Floats = self._map(np.repeat(point[:, None], WIDTH, axis=1))[:, 0]
        return point[:-1] - image

    def slope(self, point: Floats) -> Floats:
        """(n, n + 1) derivative of ``F``, by central differences."""
        size = len(point)
        slope = np.eye(size - 1, size)
        slope -= self._differences(point, np.arange(size), np.full(size, PROBE))
        steepest = np.abs(slope).max(axis=0, initial=0.0)
        bent = np.flatnonzero(PROBE * steepest > BENT)
        if len(bent):
            probe = np.maximum(BENT / steepest[bent], np.maximum(SHORTEST_PROBE, 8.0 * np.spacing(np.abs(point[bent]))))
            slope[:, bent] = np.eye(size - 1, size)[:, bent] - self._differences(point, bent, probe)
        return slope

    def newton(self, point: Floats, plane: Floats, right: Floats) -> Floats | None:
        """``z`` (n + 1,) with ``(F', plane) z = right`` at a point, nearly; none where it cannot be found."""
        found = self._solved(point, plane, right, FORCING[0], signed=False)
        return None if found is None else found.z

    def tangent(self, point: Floats, before: Floats, exact: bool = False) -> Solved | None:
        """The tangent at a point of the curve, one long, on the side to which ``before`` (n + 1,) points.

        The sign is that of the determinant of ``F'`` with the tangent as its last row, which stays the same along a curve but where another crosses it (Allgower & Georg 1990, ch. 8).
        ``exact``: from a matrix formed there.
        """
        right = np.zeros(len(point))
        right[-1] = 1.0
        self._old |= exact
        found = self._solved(point, before, right, FORCING[1], signed=True)
        if found is None:
            return None
        return Solved(found.z / math.sqrt(found.z @ found.z), found.sign)

    def _solved(self, point: Floats, plane: Floats, right: Floats, forcing: float, signed: bool) -> Solved | None:
        """What solves the equations, to ``forcing``; its sign zero unless it is to be ``signed``."""
        if self._direct:
            matrix = np.vstack([self.slope(point), plane])
            try:
                z = np.asarray(np.linalg.solve(matrix, right), np.float64)
            except np.linalg.LinAlgError:
                return None
            return Solved(z, float(np.linalg.slogdet(matrix)[0]) if signed else 0.0)
        new = self._old
        if new and not self._invert(point, plane):
            return None
        found = self._by_gmres(point, plane, right, forcing)
        if found is None and not new and self._invert(point, plane):
            found = self._by_gmres(point, plane, right, forcing)
        return found

    def _invert(self, point: Floats, plane: Floats) -> bool:
        """Make the inverse anew, at a point; whether there is one."""
        matrix = np.vstack([self.slope(point), plane])
        try:
            self._inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            self._old = True
            return False
        self._sign, self._old = float(np.linalg.slogdet(matrix)[0]), False
        return True

    def _by_gmres(self, point: Floats, plane: Floats, right: Floats, forcing: float) -> Solved | None:
        """The sign is of those eigenvalues of the preconditioned matrix that GMRES saw: the others are near one."""
        length = float(np.linalg.norm(right))
        if not 0.0 < length < math.inf:
            return None
        most = min(BASIS, len(point))
        basis, ways, matrix = np.empty((most + 1, len(point))), np.empty((most, len(point))), np.zeros((most + 1, most))
        basis[0] = right / length
        kernel = np.ones(1)
        for k in range(most):
            way = ways[k] = self._inverse @ basis[k]
            product = np.append(way[:-1] - self._product(point, way), plane @ way)
            for _ in range(2):  # once more for rounding
                part = basis[: k + 1] @ product
                product -= part @ basis[: k + 1]
                matrix[: k + 1, k] += part
            rest = matrix[k + 1, k] = math.sqrt(product @ product)
            seen = matrix[: k + 2, : k + 1]
            if not math.isfinite(rest):
                return None
            # What GMRES leaves of the right side, its first direction, is the part along the vector that the columns leave out.
            kernel = np.append(kernel, -(kernel @ seen[:-1, -1]) / max(rest, TINY))
            if forcing * math.sqrt(kernel @ kernel) >= 1.0:
                weight = np.linalg.lstsq(seen, np.append(length, np.zeros(k + 1)), rcond=None)[0]
                self._old = k + 1 >= MANY
                return Solved(weight @ ways[: k + 1], self._sign * float(np.linalg.slogdet(seen[:-1])[0]))
            basis[k + 1] = product / max(rest, TINY)
        self._old = True
        return None

    def _product(self, point: Floats, way: Floats) -> Floats:
        """(n,) derivative of the sweep along ``way`` (n + 1,)."""
        half, probe = WIDTH // 2, SHORTER / max(float(np.abs(way).max()), TINY)
        aside = way[:, None] * probe
        image = self._map(point[:, None] + np.concatenate([aside, -aside], axis=1))
        change = image[:, :half] - image[:, half:]
        straight = np.flatnonzero(np.abs(change).max(axis=0, initial=0.0) <= 2.0 * PRODUCT_BENT)
        chosen = int(straight[0]) if len(straight) else half - 1
        product: Floats = change[:, chosen] / (2.0 * probe[chosen])
        return product

    def _differences(self, point: Floats, which: NDArray[np.intp], probe: Floats) -> Floats:
        """(n, S) derivatives of the sweep in the coordinates ``which`` (S), by differences of ``probe`` (S) to either side."""
        plan, found = self._map.plan, np.empty((len(which), len(point) - 1))
        self._map.sweeps += _take_apart(
            plan.arrays, plan.actors, self._map.tables, self._map.target, point, which, probe, found
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
