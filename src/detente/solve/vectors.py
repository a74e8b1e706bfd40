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

from detente.solve.kernels import jit
from detente.solve.lanes import WIDTH, fill, highest, largest, load, size, store, total, turn

Floats = NDArray[np.float64]

TOGETHER = 4
"""Vectors taken together in Gram-Schmidt, so that each number of the new one is brought in once for all of them."""


def rows_of(unknowns: int) -> int:
    """Rows of a vector."""
    return -(-unknowns // WIDTH) + 1


@jit
def deal(unknowns: int, rows: int, vectors: Floats, table: Floats) -> None:
    """The unknowns of each lane's vector, every ``rows`` rows one, into that lane of ``table`` (n or more, WIDTH)."""
    whole = unknowns // WIDTH
    for r in range(whole):
        turn(vectors, r, rows, table, r * WIDTH, 1)
    for lane in range(WIDTH):
        for i in range(unknowns - whole * WIDTH):
            table[whole * WIDTH + i, lane] = vectors[lane * rows + whole, i]


@jit
def collect(unknowns: int, rows: int, table: Floats, vectors: Floats) -> None:
    """The other way round."""
    whole = unknowns // WIDTH
    for r in range(whole):
        turn(table, r * WIDTH, 1, vectors, r, rows)
    for lane in range(WIDTH):
        for i in range(unknowns - whole * WIDTH):
            vectors[lane * rows + whole, i] = table[whole * WIDTH + i, lane]


@jit
def orthogonalise(rows: int, k: int, basis: Floats, first: int, lane: int, column: Floats) -> float:
    """Vector ``k + 1`` of the basis at row ``first`` less its parts along those before, which go into ``column`` (WIDTH, k + 2), and over
    its length, which goes there last; returns its largest entry. Classical Gram-Schmidt: where little precision is asked for, its loss does not matter."""
    new = first + (k + 1) * rows
    dot(rows, k + 1, basis, first, basis, new, column, lane)
    left = add(rows, k + 1, basis, first, column, lane, -1.0, basis, new)
    column[lane, k + 1] = left
    largest_entry: float = scale(rows, basis, new, 1.0 / left if left != 0.0 else 1.0, basis, new)
    return largest_entry


@jit
def dot(rows: int, many: int, basis: Floats, first: int, vectors: Floats, row: int, out: Floats, lane: int) -> None:
    """Products of the first vectors of a basis, as ``many`` as said, with the vector at ``row`` of ``vectors``, into ``out`` (WIDTH, many)."""
    last = many - 1
    for j in range(0, many, TOGETHER):
        a, b, c, d = (
            first + j * rows,
            first + min(j + 1, last) * rows,
            first + min(j + 2, last) * rows,
            first + min(j + 3, last) * rows,
        )
        one, two, three, four = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
        for r in range(rows):
            now = load(vectors, row + r)
            one += load(basis, a + r) * now
            two += load(basis, b + r) * now
            three += load(basis, c + r) * now
            four += load(basis, d + r) * now
        out[lane, j] = total(one)
        if j < last:
            out[lane, j + 1] = total(two)
        if j + 1 < last:
            out[lane, j + 2] = total(three)
        if j + 2 < last:
            out[lane, j + 3] = total(four)


@jit
def add(
    rows: int, many: int, basis: Floats, first: int, weight: Floats, lane: int, sign: float, out: Floats, row: int
) -> float:
    """To the vector at ``row`` of ``out`` the first vectors of a basis, as ``many`` as said, times the ``weight`` (WIDTH, many) of each, times ``sign``; returns the length of what it becomes."""
    square = fill(0.0)
    for j in range(0, many, TOGETHER):
        last = many - 1
        a, b, c, d = (
            first + j * rows,
            first + min(j + 1, last) * rows,
            first + min(j + 2, last) * rows,
            first + min(j + 3, last) * rows,
        )
        one, two, three, four = sign * weight[lane, j], 0.0, 0.0, 0.0
        if j < last:
            two = sign * weight[lane, j + 1]
        if j + 1 < last:
            three = sign * weight[lane, j + 2]
        if j + 2 < last:
            four = sign * weight[lane, j + 3]
        square = fill(0.0)
        p, q, s, t = fill(one), fill(two), fill(three), fill(four)
        for r in range(rows):
            left = p * load(basis, a + r) + q * load(basis, b + r)
            right = s * load(basis, c + r) + t * load(basis, d + r)
            now = load(out, row + r) + (left + right)
            store(out, row + r, now)
            square += now * now
    return math.sqrt(total(square))


@jit
def length(rows: int, vectors: Floats, row: int) -> float:
    """Length of the vector at ``row``."""
    square = fill(0.0)
    for r in range(rows):
        square += load(vectors, row + r) * load(vectors, row + r)
    return math.sqrt(total(square))


@jit
def scale(rows: int, vectors: Floats, row: int, by: float, out: Floats, to: int) -> float:
    """The vector at ``row`` times a number into row ``to`` of ``out``; returns its largest entry."""
    factor, most = fill(by), fill(0.0)
    for r in range(rows):
        now = factor * load(vectors, row + r)
        store(out, to + r, now)
        most = largest(size(now), most)
    entry: float = highest(most)
    return entry
