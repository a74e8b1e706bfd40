"""Numbering the distinct combinations of values that several columns take together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MOST_LABELS = 2**62
"""Combinations that a whole number can still tell apart."""
SPREAD = 1000
"""Whole numbers that lie no further apart are taken as their own ranks."""
TABLE = 4
"""Labels below this multiple of their number are ranked by a table with an entry for each label that there could be; others by sorting."""


def combinations(columns: Iterable[NDArray[np.generic]], rows: int) -> NDArray[np.int64]:
    """(rows,) the rank, from 0, of each row's combination among all that occur, in lexicographic order; NaN equals NaN.

    Sorting is what costs, so columns are packed into one number, and ranked once for as many as fit.
    """
    label, bound = np.zeros(rows, dtype=np.int64), 1
    for column in columns:
        code, count = _codes(column)
        if bound * count > MOST_LABELS:
            label, bound = ranks(label, bound)
        label, bound = label * count + code, bound * count
    return ranks(label, bound)[0]


def ranks(labels: NDArray[np.integer], bound: int) -> tuple[NDArray[np.int64], int]:
    """(rows,) the rank, from 0, of each label among those that occur, and how many occur; labels are from 0 up to, not including, ``bound``."""
    if bound > TABLE * len(labels) + SPREAD:
        distinct, rank = np.unique(labels, return_inverse=True)
        return rank.astype(np.int64), len(distinct)
    there = np.zeros(bound, dtype=np.bool_)
    there[labels] = True
    distinct = np.flatnonzero(there)
    table = np.empty(bound, dtype=np.int64)
    table[distinct] = np.arange(len(distinct))
    return table[labels], len(distinct)


def firsts(rank: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """(count,) the first row of each rank."""
    first = np.empty(count, dtype=np.int64)
    first[rank[::-1]] = np.arange(len(rank) - 1, -1, -1)  # of rows with one rank the last that is written stays
    return first


def _codes(column: NDArray[np.generic]) -> tuple[NDArray[np.int64], int]:
    """Whole numbers from 0 in the order of the values, and a bound above them all; masks and small numbers need no sorting."""
    if column.dtype.kind == "f" and ((column == 0) | (column == 1)).all():
        return column.astype(np.int64), 2
    if column.dtype.kind in "bi" and column.size:
        least, most = int(column.min()), int(column.max())
        if most - least < SPREAD:
            return column.astype(np.int64) - least, most - least + 1
    distinct = np.unique(column)  # NaN once, at the end
    return np.searchsorted(distinct, column).astype(np.int64), len(distinct)
