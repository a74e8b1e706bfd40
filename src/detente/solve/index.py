"""The index of an equilibrium: a test for having strayed from the principal branch.

Where a curve of logit equilibria rises in precision for the first time, the fixed point of the sweep has index +1: an
even number of real eigenvalues of the sweep's Jacobian exceed one (Turocy 2005; McKelvey & Palfrey 1995). A solver that was
thrown across a near-bifurcation comes to rest on a piece where the curve runs the other way, with index -1. The
eigenvalues above one are the outermost ones on the right, which Arnoldi's method finds first.

Arnoldi starts from the curve's own direction (the sweep's derivative in precision). In a game with a symmetry, such as one
with meaningless messages, the principal branch runs on through a bifurcation at which asymmetric branches leave it;
the eigenvalue that passes one there belongs to a direction that the start, and so the Krylov space, has no part in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.solve.arclength import SweepMap
from detente.solve.kernels import Numbers, Tables
from detente.solve.lanes import WIDTH
from detente.solve.plan import Plan

Floats = NDArray[np.float64]

BASIS = 10
"""Largest Krylov basis."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
NOTHING = 1e-6
"""A direction shorter than this is rounding."""
SURE = 0.5
"""A Ritz value counts as above one if its error is at most this share of its excess."""


def astray(plan: Plan, numbers: Numbers, logs: Floats, tables: Tables) -> NDArray[np.bool_]:
    """(D,) draws whose fixed point, log probabilities ``logs`` (n, D), has index -1."""
    draws = logs.shape[1]
    found = np.zeros(draws, dtype=np.bool_)
    for start in range(0, draws, WIDTH):
        which = np.minimum(np.arange(start, start + WIDTH), draws - 1)
        sweep_map = SweepMap(plan, tables)
        sweep_map.take(numbers, which)
        found[which] = strayed(sweep_map, np.vstack([logs[:, which], np.ones((1, WIDTH))]))
    return found


def strayed(sweep_map: SweepMap, point: Floats) -> NDArray[np.bool_]:
    """(L,) lanes whose fixed point ``point`` (n + 1, L) of the sweep has index -1."""
    unknowns, lanes = point.shape[0] - 1, point.shape[1]
    size = min(unknowns, BASIS)
    if size == 0:
        return np.zeros(lanes, dtype=np.bool_)
    # What almost never happens moves nothing: directions are scaled by the root of the probability.
    weight = np.exp(0.5 * np.maximum(point[:-1], -40.0))
    image = sweep_map(point)
    later = point.copy()
    later[-1] += PROBE
    start = (sweep_map(later) - image) / PROBE * weight
    length = np.sqrt((start * start).sum(axis=0))
    basis = [start / np.where(length > NOTHING, length, np.inf)]
    hessenberg = np.zeros((lanes, size + 1, size))
    done = np.where(length > NOTHING, size, 0)
    for k in range(size):
        direction = np.zeros_like(point)
        direction[:-1] = basis[k] / weight
        probe = PROBE / np.maximum(np.abs(direction).max(axis=0), 1e-300)
        product = (sweep_map(point + probe * direction) - image) / probe * weight
        for j in range(k + 1):
            part = (basis[j] * product).sum(axis=0)
            hessenberg[:, j, k] = part
            product -= part * basis[j]
        length = np.sqrt((product * product).sum(axis=0))
        hessenberg[:, k + 1, k] = length
        done = np.where((length <= NOTHING) & (done == size), k + 1, done)
        basis.append(product / np.where(length > NOTHING, length, np.inf))
    odd = np.zeros(lanes, dtype=np.bool_)
    sound = np.isfinite(hessenberg).all(axis=(1, 2))
    for count in np.unique(done[sound & (done > 0)]):
        which = np.flatnonzero(sound & (done == count))
        odd[which] = _odd(hessenberg[which], int(count))
    return odd


def _odd(hessenberg: Floats, size: int) -> NDArray[np.bool_]:
    """(L,) whether an odd number of eigenvalues of the leading ``size`` rows and columns are surely real and above one."""
    values, vectors = np.linalg.eig(hessenberg[:, :size, :size])
    off = np.abs(hessenberg[:, size, size - 1, None] * vectors[:, -1])
    above = (np.abs(values.imag) < 1e-8) & (values.real - 1.0 > 1e-9) & (off <= SURE * (values.real - 1.0))
    odd: NDArray[np.bool_] = above.sum(axis=1) % 2 == 1
    return odd
