"""Everything a forecast reports, as sums of terminal probabilities.

A probability given what was observed is one sum of terminal reach over another. The weights of such sums are the same in every draw, so
they are worked out once; each block of draws then costs one pass. Functionals that were added one after the other tell much the same
terminals apart. So they are taken in groups, and in each the terminals that none of the group tells apart are merged into *classes*
first: of the founding case's 299 functionals over 12,450 terminals, a seventh of the additions is left.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import combinations
from detente.solve.compiled import loops

Floats = NDArray[np.float64]

GROUP = 24
"""Functionals to a group: with fewer, terminals are added up more often; with more, there are more classes."""


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
        labels, classes, lengths, columns, weights = [], [0], [], [], []
        for begin in range(0, len(self.rows), GROUP):
            rows = self.rows[begin : begin + GROUP]
            label = combinations(rows, self.paths)
            many = int(label.max()) + 1
            first = np.zeros(many, dtype=np.int64)
            first[label[::-1]] = np.arange(self.paths)[::-1]
            matrix = np.stack([row[first].astype(np.float64) for row in rows])
            counts = (matrix != 0).any(axis=0)
            matrix, place = matrix[:, counts], np.where(counts, np.cumsum(counts) - 1, -1)
            labels.append(place[label].astype(np.int32))
            used = matrix != 0
            lengths.append(used.sum(axis=1))
            columns.append(classes[-1] + np.nonzero(used)[1])
            weights.append(matrix[used])
            classes.append(classes[-1] + matrix.shape[1])
        start = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
        return Sums(
            np.stack(labels), np.asarray(classes), start.astype(np.int64), np.concatenate(columns).astype(np.int32), np.concatenate(weights)
        )  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """Compiled functionals: in each group of ``GROUP`` the class of each path, ``label`` (groups, P), or -1 where all weights are nought;
    group g's classes are those from ``classes[g]`` on; and a sparse matrix of functionals over all classes, by rows."""

    label: NDArray[np.int32]
    classes: NDArray[np.int64]
    start: NDArray[np.int64]
    column: NDArray[np.int32]
    weight: Floats

    @property
    def count(self) -> int:
        """How many functionals there are."""
        return len(self.start) - 1

    def row(self, number: int) -> Floats:
        """(P,) weights of one functional over the paths."""
        group = number // GROUP
        first, last = self.classes[group : group + 2]
        dense = np.zeros(last - first + 1)  # the last is for label -1
        entries = slice(self.start[number], self.start[number + 1])
        dense[self.column[entries] - first] = self.weight[entries]
        weights: Floats = dense[self.label[group]]
        return weights

    def apply(self, reach: Floats) -> Floats:
        """(functionals, L) sums of ``reach`` (P, L)."""
        merged = np.zeros((int(self.classes[-1]), reach.shape[1]))
        for group, first in enumerate(self.classes[:-1]):
            _add_rows(reach, self.label[group], int(first), merged)
        out = np.zeros((self.count, reach.shape[1]))
        _sparse_product(self.start, self.column, self.weight, merged, out)
        return out


def sum_by_group(reach: Floats, group: NDArray[np.int32], groups: int) -> Floats:
    """(groups, L) sums of the rows of ``reach`` with the same group; group -1 is left out."""
    out = np.zeros((groups, reach.shape[1]))
    _add_rows(reach, group, 0, out)
    return out


@loops
def _add_rows(values: Floats, group: NDArray[np.int32], first: int, out: Floats) -> None:
    for i in range(len(group)):
        if group[i] >= 0:
            g = first + group[i]
            for lane in range(values.shape[1]):
                out[g, lane] += values[i, lane]


@loops
def _sparse_product(
    start: NDArray[np.int64], column: NDArray[np.int32], weight: Floats, dense: Floats, out: Floats
) -> None:
    for row in range(len(start) - 1):
        for i in range(start[row], start[row + 1]):
            w, c = weight[i], column[i]
            for lane in range(dense.shape[1]):
                out[row, lane] += w * dense[c, lane]


@loops
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
