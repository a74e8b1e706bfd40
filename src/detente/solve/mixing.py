"""Anderson mixing (Anderson 1965; Walker & Ni 2011) of the sweeps of draws side by side.

The next unknowns are that combination of the last few sweeps' images whose distances from their own unknowns
cancel best, in least squares. Each lane remembers its own sweeps, from where its mixing began at its present precision.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner
from detente.solve.lanes import fill, largest, load, root, stacked, store, where

Floats = NDArray[np.float64]

DEPTH = 3
"""Sweeps looked back on."""
RIDGE, RIDGE_OF_SINGLE = 1e-12, 1e-6
"""What is added to the diagonal of the least squares, as a share of the trace, in double precision and in single."""
LEAST = 1e-36
"""A product of changes so small that nothing is made of it."""
UNKNOWN = -math.inf
"""In place of the square of a turn of which nothing is known."""


class Memory(NamedTuple):
    """What is remembered of n unknowns.

    ``off`` (n) last distance of image from unknowns, ``image`` (n) last image; ``turns``, ``steps`` (DEPTH * n) their
    changes in the last sweeps; ``gram`` (DEPTH * DEPTH) products of turns, ``side`` (DEPTH) of turns and distance;
    ``share`` (DEPTH) the combination; ``lower`` (DEPTH * DEPTH) working space. ``ridge``: what is added to the diagonal of the products, as a share of the trace.
    """

    off: Floats
    image: Floats
    turns: Floats
    steps: Floats
    gram: Floats
    side: Floats
    share: Floats
    lower: Floats
    ridge: float

    @classmethod
    def of(cls, unknowns: int, single: bool = False) -> Memory:
        """An empty memory."""
        many, square = DEPTH * unknowns, DEPTH * DEPTH
        rows = unknowns, unknowns, many, many, square, DEPTH, DEPTH, square
        off, image, turns, steps, gram, side, share, lower = stacked(*rows, single=single)
        ridge = RIDGE_OF_SINGLE if single else RIDGE
        return cls(off, image, turns, steps, gram, side, share, lower, ridge)


@inlined
def aged(slot: int, age: int) -> int:
    """Where the sweep ``age`` sweeps before the one in ``slot`` is."""
    return (slot + DEPTH - age) % DEPTH


@inlined
def forget(memory: Any, gone: Any) -> None:
    """Empty the memory of the lanes where ``gone`` is above zero: what their turns come to is ``UNKNOWN``, so that nothing is made of them."""
    for i in range(DEPTH):
        diagonal = i * DEPTH + i
        store(memory.gram, diagonal, where(gone, UNKNOWN, load(memory.gram, diagonal)))


@inner
def remember(memory: Any, unknowns: int, slot: int, x: Floats, image: Floats, keep: Any) -> None:
    """Put into ``slot`` how the image and its distance from the unknowns have changed since the last sweep, in the lanes
    where ``keep`` is above zero; the others, which have just moved, put nothing there."""
    # Written out for the three of DEPTH, so that every number is brought in once.
    one, two = aged(slot, 1), aged(slot, 2)
    new, last, second = slot * unknowns, one * unknowns, two * unknowns
    square = along = across = ahead = back = further = fill(image, 0.0)
    for u in range(unknowns):
        here = load(image, u)
        now = here - load(x, u)
        turn = where(keep, now - load(memory.off, u), 0.0)
        store(memory.turns, new + u, turn)
        store(memory.steps, new + u, where(keep, here - load(memory.image, u), 0.0))
        store(memory.off, u, now)
        store(memory.image, u, here)
        before, earlier = load(memory.turns, last + u), load(memory.turns, second + u)
        square += turn * turn
        along += turn * before
        across += turn * earlier
        ahead += turn * now
        back += before * now
        further += earlier * now
    store(memory.gram, slot * DEPTH + slot, square)
    for place, product in ((one, along), (two, across)):
        store(memory.gram, place * DEPTH + slot, product)
        store(memory.gram, slot * DEPTH + place, product)
    store(memory.side, slot, ahead)
    store(memory.side, one, back)
    store(memory.side, two, further)


@inner
def combine(memory: Any, slot: int) -> None:
    """``share``: the least squares solution by Cholesky, with a ridge; what depends on others gets nothing.

    The newest sweep, in ``slot``, comes first: the order, and so the last digit, does not depend on when a lane began.
    """
    gram, low, share = memory.gram, memory.lower, memory.share
    ridge = fill(gram, 0.0)
    for i in range(DEPTH):
        ridge += largest(load(gram, aged(slot, i) * DEPTH + aged(slot, i)), 0.0)
    ridge = ridge * memory.ridge + LEAST
    for i in range(DEPTH):
        for j in range(i + 1):
            total = load(gram, aged(slot, i) * DEPTH + aged(slot, j))
            if i == j:
                total += ridge
            for k in range(j):
                total -= load(low, i * DEPTH + k) * load(low, j * DEPTH + k)
            if i == j:
                # the inverse of the diagonal is kept
                usable = where(total - ridge * 0.5, total, 1.0)
                inverse = where(total - ridge * 0.5, 1.0 / root(usable), 0.0)
                store(low, i * DEPTH + i, inverse)
                for k in range(i):
                    # a product with what is left of sweeps forgotten may be no number
                    store(low, i * DEPTH + k, where(inverse, load(low, i * DEPTH + k), 0.0))
            else:
                store(low, i * DEPTH + j, _times(total, load(low, j * DEPTH + j)))
    for i in range(DEPTH):
        total = load(memory.side, aged(slot, i))
        for k in range(i):
            total -= load(low, i * DEPTH + k) * load(share, k)
        store(share, i, _times(total, load(low, i * DEPTH + i)))
    for j in range(DEPTH):
        i = DEPTH - 1 - j
        total = load(share, i)
        for k in range(i + 1, DEPTH):
            total -= load(low, k * DEPTH + i) * load(share, k)
        store(share, i, _times(total, load(low, i * DEPTH + i)))


@inlined
def _times(value: Any, inverse: Any) -> Any:
    """``value`` by an entry of the inverse diagonal: nothing where that is zero, whatever is left there of sweeps forgotten."""
    return where(inverse, value * inverse, 0.0)


@inlined
def mixed(memory: Any, unknowns: int, slot: int, u: int, image: Floats) -> Any:
    """Unknown ``u`` of the combination (type II) whose distance from the unknowns is least."""
    # Written out for the three of DEPTH.
    one, two, three = slot * unknowns + u, aged(slot, 1) * unknowns + u, aged(slot, 2) * unknowns + u
    total = load(image, u) - load(memory.share, 0) * load(memory.steps, one)
    total -= load(memory.share, 1) * load(memory.steps, two)
    return total - load(memory.share, 2) * load(memory.steps, three)
