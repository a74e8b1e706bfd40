"""Payoffs that are equal in every draw, found in a table of them.

In most games many ends are worth the same to an actor, whatever is drawn. Held once, their payoffs are read, summed and
looked up once, and more of the game stays in the processor's cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import loops

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
    _, first, which = np.unique(_mixed(some.view(np.uint64)), return_index=True, return_inverse=True)
    return first[which].astype(np.int64)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(R,) a number for each row of ``bits`` (R, k), the same for the same bits and hardly ever for others: faster to sort than the rows. Rows of one number that are not
    alike are found out afterwards. Bits are shifted into each other and multiplied first (Steele, Lea & Flood 2014), since payoffs differ in few of them: in the sign, say."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    odd = np.arange(1, bits.shape[1] + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1)
    mixed: NDArray[np.uint64] = ((bits ^ (bits >> np.uint64(31))) * odd).sum(axis=1)
    return mixed


def unlike(values: Floats, other: Index, start: int, stop: int) -> NDArray[np.bool_]:
    """(R,) rows of ``values`` (R, D), which must be contiguous, that are not their ``other`` (R) in all draws from ``start`` to ``stop``."""
    out = np.zeros(len(other), np.bool_)
    _compare(values.view(np.int64), other, start, stop, out)
    return out


@loops
def _compare(bits: Index, other: Index, start: int, stop: int, out: NDArray[np.bool_]) -> None:
    for row in range(len(other)):
        twin, off = other[row], 0
        if twin != row:
            # Places without a sign are not asked whether they count from the end, so that the loop runs eight draws at a time.
            one, two = np.uint64(row), np.uint64(twin)
            for draw in range(np.uint64(start), np.uint64(stop)):
                off |= bits[one, draw] ^ bits[two, draw]
            out[row] = off != 0
