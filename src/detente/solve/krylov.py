"""Krylov spaces of the sweep's Jacobian, WIDTH points side by side: Newton's equations and outermost eigenvalues.

A product with the Jacobian is a difference of two sweeps (Knoll & Keyes 2004). Arnoldi's process gives an orthonormal basis and the
Jacobian in it; GMRES (Saad & Schultz 1986) solves Newton's equations in that space, and the eigenvalues of the small matrix are
those of the Jacobian that lie outermost.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detente.solve.lanes import WIDTH

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]
Map = Callable[[Floats], Floats]

BASIS = 30
"""Largest basis."""
FORCING = 1e-2
"""Relative residual to which Newton's equations are solved."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""


def newton_step(sweep: Map, point: Floats, image: Floats, live: Lanes) -> Floats:
    """Newton's step (n, L): ``(1 - G') step = image - point`` by GMRES."""
    off = np.where(live, image - point, 0.0)
    size = np.sqrt((off * off).sum(axis=0))
    basis, hessenberg = arnoldi(sweep, point, image, off, size, forcing=FORCING)
    count = hessenberg.shape[2]
    reduced = -hessenberg
    reduced[:, np.arange(count), np.arange(count)] += 1.0
    right = np.zeros((WIDTH, count + 1))
    right[:, 0] = size
    step = np.zeros_like(point)
    for lane in np.flatnonzero(live & np.isfinite(reduced).all(axis=(1, 2)) & (size > 0)):
        weights = np.linalg.lstsq(reduced[lane], right[lane], rcond=1e-13)[0]
        step[:, lane] = np.tensordot(weights, basis[:count, :, lane], axes=1)
    return step


def arnoldi(
    sweep: Map, point: Floats, image: Floats, start: Floats, size: Floats, forcing: float = 0.0
) -> tuple[Floats, Floats]:
    """Arnoldi's process for the Jacobian of ``sweep``, (n, L) to (n, L), from ``start`` of length ``size`` (L).

    Returns the basis (m + 1, n, L) and Hessenberg matrices (L, m + 1, m). Ends early where GMRES with these would be within
    ``forcing`` in all lanes.
    """
    most = min(len(point), BASIS)
    basis = np.zeros((most + 1, *point.shape))
    basis[0] = start / np.where(size > 0, size, 1.0)
    hessenberg = np.zeros((WIDTH, most + 1, most))
    for k in range(most):
        direction = basis[k]
        probe = PROBE / np.maximum(np.abs(direction).max(axis=0), 1e-300)
        product = np.where(size > 0, (sweep(point + probe * direction) - image) / probe, 0.0)
        for _ in range(2):  # once more for rounding
            part = np.einsum("knl,nl->kl", basis[: k + 1], product)
            product = product - np.einsum("knl,kl->nl", basis[: k + 1], part)
            hessenberg[:, : k + 1, k] += part.T
        length = np.sqrt((product * product).sum(axis=0))
        length = np.where(length > 1e-9, length, 0.0)
        hessenberg[:, k + 1, k] = length
        basis[k + 1] = product / np.where(length > 0, length, np.inf)
        if forcing > 0 and _left(hessenberg[:, : k + 2, : k + 1]) <= forcing:
            break
    return basis[: k + 2], hessenberg[:, : k + 2, : k + 1]


def spectrum(sweep: Map, point: Floats, image: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """At each lane's point: the largest size of an eigenvalue of the Jacobian, and the index, +1 or -1, both (L).

    The index is the sign of det(1 - sweep'), -1 where an odd number of real eigenvalues exceeds one.
    """
    start = np.random.default_rng(0).standard_normal((len(point), 1)) * np.ones((1, WIDTH))
    _, hessenberg = arnoldi(sweep, point, image, start, np.sqrt((start * start).sum(axis=0)))
    radius, index = np.zeros(WIDTH), np.ones(WIDTH, np.int64)
    for lane in range(WIDTH):
        square = hessenberg[lane, : hessenberg.shape[2]]
        values = np.linalg.eigvals(square) if np.isfinite(square).all() else np.full(1, np.nan)
        radius[lane] = np.abs(values).max(initial=0.0)
        above = (np.abs(values.imag) < 1e-8) & (values.real > 1.0)
        index[lane] = -1 if np.count_nonzero(above) % 2 else 1
    return radius, index


def _left(hessenberg: Floats) -> float:
    """Largest part of the right side that GMRES with these Hessenberg matrices (L, k + 1, k) leaves."""
    count = hessenberg.shape[2]
    reduced = -hessenberg
    reduced[:, np.arange(count), np.arange(count)] += 1.0
    if not np.isfinite(reduced).all():
        return 0.0
    # The row vector that the columns leave out: its first component, over its length, is what is left.
    triangle = reduced[:, :-1].copy(), reduced[:, -1].copy()
    left = 0.0
    for upper, lower in zip(*triangle, strict=True):
        try:
            normal = np.append(-np.linalg.solve(upper.T, lower), 1.0)
        except np.linalg.LinAlgError:
            return np.inf
        left = max(left, abs(normal[0]) / float(np.linalg.norm(normal)))
    return left
