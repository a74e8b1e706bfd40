"""The principal branch of one draw, followed by arc length through folds.

For the draws that plain continuation in precision cannot follow. The unknowns are the log
probabilities of the actions that beliefs depend on, and the fraction ``t`` of the target precision; the
curve ``x = sweep(x, t)`` is followed by predictor and Newton corrector in both (Turocy 2005; Allgower &
Georg 1990, ch. 10), so that ``t`` may turn back on the way. The Jacobian comes from sweeps of a block
whose lanes are the perturbed directions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.kernels import Arrays, sweep

Floats = NDArray[np.float64]

MAX_UNKNOWNS = 4_000
"""Beyond this a dense Jacobian costs more than a forecast is worth; such a draw is reported."""
MAX_STEPS = 3_000
PROBE = 1e-6
"""Perturbation of a log probability for the Jacobian."""
CLOSE = 1e-10
LONGEST, SHORTEST = 8.0, 1e-7
DIRECTIONS = 16
"""Lanes of a block of perturbed directions."""


class SweepMap:
    """``G(x, t)`` of one draw: the sweep as a function of the belief actions' log probabilities."""

    def __init__(self, tree: Tree, chances: Floats, log_chances: Floats, payoffs: Floats, target: Floats) -> None:
        self.tree, self.arrays = tree, Arrays.of(tree)
        self.active = np.flatnonzero(tree.belief_actions)
        self.target = target
        lanes, actions = DIRECTIONS, tree.actions
        sizes = np.diff(tree.set_action)
        self.uniform: Floats = -np.log(np.repeat(sizes, sizes).astype(np.float64))
        self.logs = np.empty((actions + tree.chance_rows, lanes))
        self.prob = np.empty_like(self.logs)
        self.logs[actions:], self.prob[actions:] = log_chances[:, None], chances[:, None]
        self.value = np.empty((tree.nodes + tree.terminals, len(tree.actors), lanes))
        self.value[tree.nodes :] = payoffs[:, :, None]
        self.reach = np.empty((tree.nodes, lanes))
        self.new = np.empty((actions, lanes))
        self.scratch = np.empty((3 + int(sizes.max()), lanes))

    def many(self, x: Floats, t: Floats) -> Floats:
        """All responses (A, directions) for columns ``x`` (active, directions) and ``t`` (directions)."""
        actions = self.tree.actions
        width = x.shape[1]
        self.logs[:actions] = self.uniform[:, None]
        self.logs[self.active, :width] = x
        lam = np.zeros((len(self.target), DIRECTIONS))
        lam[:, :width] = self.target[:, None] * t
        sweep(self.arrays, self.logs, self.prob, lam, self.reach, self.value, self.new, self.scratch)
        return self.new[:, :width]

    def __call__(self, x: Floats, t: float) -> Floats:
        """Responses of the active actions."""
        image: Floats = self.many(x[:, None], np.full(1, t))[self.active, 0]
        return image

    def full(self, x: Floats, t: float) -> Floats:
        """Responses of all actions."""
        return self.many(x[:, None], np.full(1, t))[:, 0].copy()

    def jacobian(self, x: Floats, t: float) -> Floats:
        """d(x - G)/d(x, t) by central differences, shape (n, n + 1)."""
        n = len(x)
        out = np.zeros((n, n + 1))
        out[:, :n] = np.eye(n)
        half = DIRECTIONS // 2
        for start in range(0, n + 1, half):
            columns = np.arange(start, min(start + half, n + 1))
            width = len(columns)
            points = np.repeat(x[:, None], 2 * width, axis=1)
            times = np.full(2 * width, t)
            for j, column in enumerate(columns):
                if column < n:
                    points[column, j] += PROBE
                    points[column, width + j] -= PROBE
                else:
                    times[j] += PROBE
                    times[width + j] -= PROBE
            images = self.many(points, times)[self.active]
            out[:, columns] -= (images[:, :width] - images[:, width:]) / (2 * PROBE)
        return out


def follow(sweep_map: SweepMap) -> tuple[Floats | None, int]:
    """Log probabilities (A) of the equilibrium at the target, or None; and the steps taken."""
    n = len(sweep_map.active)
    x, t = sweep_map.uniform[sweep_map.active].copy(), 0.0
    jacobian = sweep_map.jacobian(x, t)
    tangent = _tangent(jacobian, np.append(np.zeros(n), 1.0))
    length = min(0.1, 1.0)
    for steps in range(MAX_STEPS):
        if tangent[-1] > 0 and t + length * tangent[-1] >= 1.0:
            final = _at_target(sweep_map, x + tangent[:-1] * (1.0 - t) / tangent[-1])
            if final is not None and np.abs(np.exp(final) - np.exp(x)).max() < 0.3:
                return sweep_map.full(final, 1.0), steps
        guess = np.append(x, t) + length * tangent
        found = _correct(sweep_map, guess, tangent)
        if found is not None:
            point, rate, moved = found
            new_jacobian = sweep_map.jacobian(point[:-1], point[-1])
            new_tangent = _tangent(new_jacobian, tangent)
            turn = float(new_tangent @ tangent)
            if turn > 0.8 and moved < 0.5 * max(length, 1e-3) + 1e-6:
                x, t, tangent = point[:-1], float(point[-1]), new_tangent
                length = min(length * (2.0 if rate < 4 and turn > 0.97 else 1.0), LONGEST)
                continue
        length /= 2
        if length < SHORTEST:
            break
    return None, MAX_STEPS


def _tangent(jacobian: Floats, along: Floats) -> Floats:
    """Unit null vector of an (n, n+1) Jacobian, pointing the same way as ``along``."""
    bordered = np.vstack([jacobian, along])
    right = np.zeros(len(along))
    right[-1] = 1.0
    try:
        vector = np.linalg.solve(bordered, right)
    except np.linalg.LinAlgError:
        vector = np.linalg.lstsq(bordered, right, rcond=None)[0]
    return vector / np.linalg.norm(vector)


def _correct(sweep_map: SweepMap, guess: Floats, tangent: Floats) -> tuple[Floats, int, float] | None:
    """Newton on the curve and the plane through ``guess`` normal to ``tangent``."""
    point = guess.copy()
    last = np.inf
    matrix: Any = None
    for iteration in range(12):
        residual = point[:-1] - sweep_map(point[:-1], float(point[-1]))
        error = float(np.abs(residual).max())
        if not np.isfinite(error) or (iteration > 2 and error > last):
            return None
        if error < 1e-8:
            return point, iteration, float(np.linalg.norm(point - guess))
        if matrix is None or error > 0.1 * last:
            matrix = np.vstack([sweep_map.jacobian(point[:-1], float(point[-1])), tangent])
        try:
            point = point - np.linalg.solve(matrix, np.append(residual, tangent @ (point - guess)))
        except np.linalg.LinAlgError:
            return None
        last = error
    return None


def _at_target(sweep_map: SweepMap, x: Floats) -> Floats | None:
    """Newton at t = 1 from a point near the branch."""
    for _ in range(20):
        residual = x - sweep_map(x, 1.0)
        error = float(np.abs(residual).max())
        if not np.isfinite(error):
            return None
        if error < CLOSE:
            return x
        try:
            x = x - np.linalg.solve(sweep_map.jacobian(x, 1.0)[:, :-1], residual)
        except np.linalg.LinAlgError:
            return None
    return None
