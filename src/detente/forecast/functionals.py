"""Everything a forecast reports, as sums of terminal probabilities.

A probability given what was observed is one sum of terminal reach over another. The weights of such sums
are the same in every draw, so they are worked out once; each block of draws then costs one pass.
Terminals that no functional tells apart are merged into *classes* first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import combinations
from detente.solve.kernels import jit

Floats = NDArray[np.float64]


class Functionals:
    """Collects rows of weights over P paths; equal rows are kept once, those of noughts and ones as masks."""

    def __init__(self, paths: int) -> None:
        self.paths = paths
        self.rows: list[NDArray[np.generic]] = []
        self.known: dict[bytes, int] = {}

    def add(self, weights: NDArray[np.generic]) -> int:
        """The number of the functional with these weights."""
        row: NDArray[np.generic] = np.ascontiguousarray(np.broadcast_to(weights, (self.paths,)))
        if row.dtype != np.bool_:
            row = row.astype(np.float64)
            if ((row == 0) | (row == 1)).all():
                row = row.astype(np.bool_)
        key = hashlib.blake2b(row.data, key=row.dtype.char.encode()).digest()
        if key not in self.known:
            self.known[key] = len(self.rows)
            self.rows.append(row)
        return self.known[key]

    def compile(self) -> Sums:
        """The functionals in the form that is applied to blocks."""
        label = combinations(self.rows, self.paths)
        classes = int(label.max()) + 1
        first = np.zeros(classes, dtype=np.int64)
        first[label[::-1]] = np.arange(self.paths)[::-1]
        matrix = np.stack([row[first].astype(np.float64) for row in self.rows])
        used = matrix != 0
        start = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
        return Sums(
            label.astype(np.int32), classes, start.astype(np.int64), np.nonzero(used)[1].astype(np.int32), matrix[used]
        )


@dataclass(frozen=True)
class Sums:
    """Compiled functionals: class of each path, and a sparse matrix over classes by rows."""

    label: NDArray[np.int32]
    classes: int
    start: NDArray[np.int64]
    column: NDArray[np.int32]
    weight: Floats

    def apply(self, reach: Floats) -> Floats:
        """(functionals, L) sums of ``reach`` (P, L)."""
        merged = sum_by_group(reach, self.label, self.classes)
        out = np.zeros((len(self.start) - 1, reach.shape[1]))
        _sparse_product(self.start, self.column, self.weight, merged, out)
        return out


def sum_by_group(reach: Floats, group: NDArray[np.int32], groups: int) -> Floats:
    """(groups, L) sums of the rows of ``reach`` with the same group; group -1 is left out."""
    out = np.zeros((groups, reach.shape[1]))
    _add_rows(reach, group, out)
    return out


@jit
def _add_rows(values: Floats, group: NDArray[np.int32], out: Floats) -> None:
    for i in range(len(group)):
        g = group[i]
        if g >= 0:
            for lane in range(values.shape[1]):
                out[g, lane] += values[i, lane]


@jit
def _sparse_product(
    start: NDArray[np.int64], column: NDArray[np.int32], weight: Floats, dense: Floats, out: Floats
) -> None:
    for row in range(len(start) - 1):
        for i in range(start[row], start[row + 1]):
            w, c = weight[i], column[i]
            for lane in range(dense.shape[1]):
                out[row, lane] += w * dense[c, lane]


@jit
def expected_payoff(reach: Floats, payoffs: Floats, terminal: Any, mask: NDArray[np.bool_], out: Floats) -> None:
    """Sum over masked terminals of reach (T, L) times payoff, ``out`` (I, L); ``payoffs`` (P, L), ``terminal`` (T * I) their rows."""
    out[:] = 0.0
    actors = out.shape[0]
    for t in range(len(mask)):
        if mask[t]:
            for a in range(actors):
                row = terminal[t * actors + a]
                for lane in range(reach.shape[1]):
                    out[a, lane] += reach[t, lane] * payoffs[row, lane]
