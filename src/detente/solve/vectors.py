"""Each draw's own vectors, and Gram-Schmidt among them.

A sweep takes a quantity of WIDTH draws at a time (:mod:`detente.solve.lanes`). Linear algebra concerns one draw: its vectors lie in one piece,
and WIDTH of its numbers are taken at a time, so that every draw may be at another place of its own work.

A vector of n unknowns and one number more is so many rows of WIDTH: the unknowns, filled up with zeros, then a row that begins with
the other number and is zero beyond. ``row`` is where a vector starts.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inner
from detente.solve.lanes import WIDTH, fill, highest, largest, load, size, store, total, turn

Floats = NDArray[np.float64]

TOGETHER = 4
"""Vectors taken together in Gram-Schmidt, so that each number of the new one is brought in once for all of them."""


def rows_of(unknowns: int) -> int:
    """Rows of a vector."""
    return -(-unknowns // WIDTH) + 1


@inner
def deal(unknowns: int, vectors: Floats, first: int, stride: int, table: Floats) -> None:
    """The unknowns of a vector of each lane, at row ``first`` and every ``stride`` rows from there, into that lane of ``table`` (n or more, WIDTH)."""
    whole = unknowns // WIDTH
    for r in range(whole):
        turn(vectors, first + r, stride, table, r * WIDTH, 1)
    for lane in range(WIDTH):
        for i in range(unknowns - whole * WIDTH):
            table[whole * WIDTH + i, lane] = vectors[first + lane * stride + whole, i]


@inner
def collect(unknowns: int, table: Floats, vectors: Floats, first: int, stride: int) -> None:
    """The other way round."""
    whole = unknowns // WIDTH
    for r in range(whole):
        turn(table, r * WIDTH, 1, vectors, first + r, stride)
    for lane in range(WIDTH):
        for i in range(unknowns - whole * WIDTH):
            vectors[first + lane * stride + whole, i] = table[whole * WIDTH + i, lane]


@inner
def orthogonalise(rows: int, k: int, vectors: Floats, basis: int, column: Floats, row: int) -> float:
    """Vector ``k + 1`` of the basis at row ``basis`` less its parts along those before, which go into the ``row`` of ``column`` (rows, k + 2 or more),
    and over its length, which goes there last; returns its largest entry. Classical Gram-Schmidt: where little precision is asked for, its loss does not matter."""
    new = basis + (k + 1) * rows
    dot(rows, k + 1, vectors, basis, new, column, row)
    left = add(rows, k + 1, vectors, basis, column, row, -1.0, new)
    column[row, k + 1] = left
    largest_entry: float = scale(rows, vectors, new, 1.0 / left if left != 0.0 else 1.0, new)
    return largest_entry


@inner
def dot(rows: int, many: int, vectors: Floats, basis: int, other: int, out: Floats, row: int) -> None:
    """Products of the first vectors of a basis, as ``many`` as said, with the vector at row ``other``, into a ``row`` of ``out`` (rows, many)."""
    last = many - 1
    for j in range(0, many, TOGETHER):
        a, b, c, d = (
            basis + j * rows,
            basis + min(j + 1, last) * rows,
            basis + min(j + 2, last) * rows,
            basis + min(j + 3, last) * rows,
        )
        one = two = three = four = fill(vectors, 0.0)
        for r in range(rows):
            now = load(vectors, other + r)
            one += load(vectors, a + r) * now
            two += load(vectors, b + r) * now
            three += load(vectors, c + r) * now
            four += load(vectors, d + r) * now
        out[row, j] = total(one)
        if j < last:
            out[row, j + 1] = total(two)
        if j + 1 < last:
            out[row, j + 2] = total(three)
        if j + 2 < last:
            out[row, j + 3] = total(four)


@inner
def add(rows: int, many: int, vectors: Floats, basis: int, weight: Floats, row: int, sign: float, to: int) -> float:
    """To the vector at row ``to`` the first vectors of a basis, as ``many`` as said, times their weights in a ``row`` of ``weight`` (rows, many), times ``sign``;
    returns the length of what it becomes."""
    square = fill(vectors, 0.0)
    for j in range(0, many, TOGETHER):
        last = many - 1
        a, b, c, d = (
            basis + j * rows,
            basis + min(j + 1, last) * rows,
            basis + min(j + 2, last) * rows,
            basis + min(j + 3, last) * rows,
        )
        p, q, s, t = sign * weight[row, j], 0.0, 0.0, 0.0
        if j < last:
            q = sign * weight[row, j + 1]
        if j + 1 < last:
            s = sign * weight[row, j + 2]
        if j + 2 < last:
            t = sign * weight[row, j + 3]
        square = fill(vectors, 0.0)
        for r in range(rows):
            left = p * load(vectors, a + r) + q * load(vectors, b + r)
            right = s * load(vectors, c + r) + t * load(vectors, d + r)
            now = load(vectors, to + r) + (left + right)
            store(vectors, to + r, now)
            square += now * now
    return math.sqrt(total(square))


@inner
def length(rows: int, vectors: Floats, row: int) -> float:
    """Length of the vector at ``row``."""
    square = fill(vectors, 0.0)
    for r in range(rows):
        square += load(vectors, row + r) * load(vectors, row + r)
    return math.sqrt(total(square))


@inner
def scale(rows: int, vectors: Floats, row: int, by: float, to: int) -> float:
    """The vector at ``row`` times a number into row ``to``; returns its largest entry."""
    most = fill(vectors, 0.0)
    for r in range(rows):
        now = by * load(vectors, row + r)
        store(vectors, to + r, now)
        most = largest(size(now), most)
    entry: float = highest(most)
    return entry
