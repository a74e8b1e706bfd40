"""Payoffs that are equal in every draw, found in a table of them.

In most games many ends are worth the same to an actor, whatever is drawn. Held once, their payoffs are read, summed and
looked up once, and more of the game stays in the processor's cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import jit

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


LOOKED_AT = 16
"""Draws by which rows are taken for equal, until all draws have been compared."""


def first_alike(values: Floats) -> Index:
    """(R,) for each row of ``values`` (R, D) the first that is equal in some draws spread over all: perhaps the row itself."""
    draws = values.shape[1]
    if not draws:
        return np.arange(len(values))
    some = np.ascontiguousarray(values[:, np.linspace(0, draws - 1, min(draws, LOOKED_AT)).astype(np.intp)])
    # A sum of their bits, each times another odd number, is faster to sort than the numbers themselves. Rows of one sum that are not alike are found out afterwards.
    odd = np.arange(1, some.shape[1] + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1)
    _, first, which = np.unique((some.view(np.uint64) * odd).sum(axis=1), return_index=True, return_inverse=True)
    return first[which].astype(np.int64)


def unlike(values: Floats, other: Index, start: int, stop: int) -> NDArray[np.bool_]:
    """(R,) rows of ``values`` (R, D), which must be contiguous, that are not their ``other`` (R) in all draws from ``start`` to ``stop``."""
    out = np.zeros(len(other), np.bool_)
    _compare(values.view(np.int64), other, start, stop, out)
    return out


@jit
def _compare(bits: Index, other: Index, start: int, stop: int, out: NDArray[np.bool_]) -> None:
    for row in range(len(other)):
        twin, off = other[row], 0
        if twin != row:
            # Places without a sign are not asked whether they count from the end, so that the loop runs eight draws at a time.
            one, two = np.uint64(row), np.uint64(twin)
            for draw in range(np.uint64(start), np.uint64(stop)):
                off |= bits[one, draw] ^ bits[two, draw]
            out[row] = off != 0
