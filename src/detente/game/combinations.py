"""Numbering the distinct combinations of values that several columns take together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MOST_LABELS = 2**62
"""Combinations that a whole number can still tell apart."""
SPREAD = 1000
"""Whole numbers that lie no further apart are taken as their own ranks."""


def combinations(columns: Iterable[NDArray[np.generic]], rows: int) -> NDArray[np.int64]:
    """(rows,) the rank, from 0, of each row's combination among all that occur, in lexicographic order; NaN equals NaN.

    Sorting is what costs, so columns are packed into one number, and sorted once for as many as fit.
    """
    label, bound = np.zeros(rows, dtype=np.int64), 1
    for column in columns:
        code, count = _codes(column)
        if bound * count > MOST_LABELS:
            label = np.unique(label, return_inverse=True)[1]
            bound = int(label.max(initial=0)) + 1
        label, bound = label * count + code, bound * count
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _codes(column: NDArray[np.generic]) -> tuple[NDArray[np.int64], int]:
    """Whole numbers from 0 in the order of the values, and a bound above them all; masks and small numbers need no sorting."""
    if column.dtype.kind == "f" and ((column == 0) | (column == 1)).all():
        return column.astype(np.int64), 2
    if column.dtype.kind in "bi" and column.size:
        least, most = int(column.min()), int(column.max())
        if most - least < SPREAD:
            return column.astype(np.int64) - least, most - least + 1
    distinct, code = np.unique(column, return_inverse=True, equal_nan=True)
    return code, len(distinct)
