"""Rank correlations between quantities, by a Gaussian copula.

Iman & Conover (1982) made rank correlations the currency of risk analysis; the normal copula that has
Spearman correlation rho has Pearson correlation 2 sin(pi rho / 6) (Pearson 1907).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.situation.model import Correlation

Array = NDArray[np.float64]

TOLERANCE = 0.02
"""How far a stated rank correlation may be moved to make all of them possible together."""


def groups(correlations: Sequence[Correlation]) -> list[tuple[str, ...]]:
    """Names that hang together, each group sorted, so that groups do not disturb each other."""
    found: list[set[str]] = []
    for correlation in correlations:
        joined = {correlation.first, correlation.second}
        apart = []
        for group in found:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        found = [*apart, joined]
    return sorted(tuple(sorted(group)) for group in found)


def mixing(names: Sequence[str], correlations: Sequence[Correlation]) -> Array:
    """Lower triangular matrix that gives independent normal scores the stated rank correlations.

    Where the stated ones cannot all hold, the nearest that can are taken (negative eigenvalues set to
    zero, diagonal restored), provided none moves by more than :data:`TOLERANCE`; ``ValueError`` otherwise.
    """
    place = {name: i for i, name in enumerate(names)}
    stated = np.eye(len(names))
    for c in correlations:
        if c.first in place:
            i, j = place[c.first], place[c.second]
            stated[i, j] = stated[j, i] = 2 * np.sin(np.pi * c.rank / 6)
    values, vectors = np.linalg.eigh(stated)
    root = vectors * np.sqrt(np.maximum(values, 0))
    root /= np.linalg.norm(root, axis=1, keepdims=True)
    possible = 6 / np.pi * np.arcsin(np.clip(root @ root.T, -1, 1) / 2)
    _check(names, correlations, place, possible)
    lower = np.asarray(np.linalg.qr(root.T, mode="r")).T
    return np.asarray(lower * np.where(np.diag(lower) < 0, -1.0, 1.0))


def _check(names: Sequence[str], correlations: Sequence[Correlation], place: dict[str, int], possible: Array) -> None:
    within = [c for c in correlations if c.first in place]
    off = [abs(possible[place[c.first], place[c.second]] - c.rank) for c in within]
    if off and max(off) > TOLERANCE:
        worst = within[int(np.argmax(off))]
        nearest = possible[place[worst.first], place[worst.second]]
        raise ValueError(
            f"the rank correlations among {', '.join(names)} cannot all hold: {worst.rank:g} between "
            f"{worst.first} and {worst.second} would have to be about {nearest:.2f}; "
            "lower the largest of them, or state those that are left out (unstated means 0)"
        )
