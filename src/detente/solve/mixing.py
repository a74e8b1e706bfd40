"""Anderson mixing (Anderson 1965; Walker & Ni 2011) of the sweeps of all lanes of a block, side by side.

The next unknowns are that combination of the last few sweeps' images whose distances from their own unknowns
cancel best, in least squares. Each lane remembers its own sweeps.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import jit, u64

Floats = NDArray[np.float64]

DEPTH = 5
"""Sweeps looked back on."""


class Memory(NamedTuple):
    """What is remembered of n unknowns in L lanes: changes of image and of distance, and their products."""

    fresh: NDArray[np.bool_]
    last_image: Floats
    last_off: Floats
    steps: Floats
    turns: Floats
    gram: Floats
    right: Floats
    gamma: Floats


@jit
def nothing_yet(unknowns: int, lanes: int) -> Any:
    """An empty memory."""
    return Memory(
        np.ones(lanes, np.bool_),
        np.zeros((unknowns, lanes)),
        np.zeros((unknowns, lanes)),
        np.zeros((DEPTH, unknowns, lanes)),
        np.zeros((DEPTH, unknowns, lanes)),
        np.zeros((DEPTH, DEPTH, lanes)),
        np.zeros((DEPTH, lanes)),
        np.zeros((DEPTH, lanes)),
    )


@jit
def mix(slot: int, x: Floats, image: Floats, under_way: Any, memory: Any) -> None:
    """Move the unknowns ``x`` (n, L) of the lanes ``under_way``; the others forget. ``slot`` is what to overwrite."""
    _remember(
        slot % DEPTH,
        x,
        image,
        under_way,
        memory.fresh,
        memory.last_image,
        memory.last_off,
        memory.steps,
        memory.turns,
        memory.gram,
        memory.right,
    )
    for lane in range(x.shape[1]):
        memory.gamma[:, lane] = 0.0
        if under_way[lane]:
            _solve_small(memory.gram, memory.right, lane, memory.gamma)
        memory.fresh[lane] = not under_way[lane]
    _mix(x, image, under_way, memory.gamma, memory.steps)


@jit
def _remember(
    slot: int,
    x: Floats,
    image: Floats,
    under_way: Any,
    fresh: Any,
    last_image: Floats,
    last_off: Floats,
    steps: Floats,
    turns: Floats,
    gram: Floats,
    right: Floats,
) -> None:
    """Keep in ``slot`` how the image and its distance from the unknowns have changed since the last sweep.

    A lane that has just moved on remembers nothing: its ``steps`` and ``turns`` are zero, and count for nothing.
    """
    unknowns, lanes = x.shape
    for lane in range(lanes):
        if not under_way[lane]:
            for i in range(DEPTH):
                for a in range(unknowns):
                    steps[i, a, lane] = turns[i, a, lane] = 0.0
                for j in range(DEPTH):
                    gram[i, j, lane] = 0.0
    keep = np.empty(lanes)
    for lane in range(lanes):
        keep[lane] = 1.0 if under_way[lane] and not fresh[lane] else 0.0
    products = np.zeros((DEPTH, lanes))
    right[:] = 0.0
    width, layer = u64(lanes), u64(unknowns * lanes)
    unknown, got, last_got, off = x.reshape(-1), image.reshape(-1), last_image.reshape(-1), last_off.reshape(-1)
    step, turn, product, side = steps.reshape(-1), turns.reshape(-1), products.reshape(-1), right.reshape(-1)
    newest = u64(slot) * layer
    for a in range(unknowns):
        here = u64(a) * width
        there = newest + here
        for lane in range(width):
            now = got[here + lane] - unknown[here + lane]
            turn[there + lane] = keep[lane] * (now - off[here + lane])
            step[there + lane] = keep[lane] * (got[here + lane] - last_got[here + lane])
            off[here + lane] = now
            last_got[here + lane] = got[here + lane]
        for i in range(DEPTH):
            other, to = u64(i) * layer + here, u64(i) * width
            for lane in range(width):
                product[to + lane] += turn[there + lane] * turn[other + lane]
                side[to + lane] += turn[other + lane] * off[here + lane]
    for i in range(DEPTH):
        for lane in range(lanes):
            gram[i, slot, lane] = gram[slot, i, lane] = products[i, lane]


@jit
def _mix(x: Floats, image: Floats, under_way: Any, gamma: Floats, steps: Floats) -> None:
    """The combination (type II) of the last sweeps whose distance from the unknowns is least."""
    unknowns, lanes = x.shape
    width, layer = u64(lanes), u64(unknowns * lanes)
    unknown, got, step, share = x.reshape(-1), image.reshape(-1), steps.reshape(-1), gamma.reshape(-1)
    mixed = np.empty(lanes)
    for a in range(unknowns):
        here = u64(a) * width
        for lane in range(width):
            mixed[lane] = got[here + lane]
        for i in range(DEPTH):
            there, part = u64(i) * layer + here, u64(i) * width
            for lane in range(width):
                mixed[lane] -= share[part + lane] * step[there + lane]
        for lane in range(width):
            unknown[here + lane] = mixed[lane] if under_way[lane] else unknown[here + lane]


@jit
def _solve_small(gram: Floats, right: Floats, lane: int, gamma: Floats) -> None:
    """Normal equations of one lane by Cholesky, with a ridge of 1e-12 of the trace."""
    ridge = 0.0
    for i in range(DEPTH):
        ridge += gram[i, i, lane]
    ridge = ridge * 1e-12 + 1e-300
    low = np.zeros((DEPTH, DEPTH))
    for i in range(DEPTH):
        for j in range(i + 1):
            total = gram[i, j, lane] + (ridge if i == j else 0.0)
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i == j:
                if not total > 0.0:
                    return
                low[i, i] = math.sqrt(total)
            else:
                low[i, j] = total / low[j, j]
    y = np.zeros(DEPTH)
    for i in range(DEPTH):
        total = right[i, lane]
        for k in range(i):
            total -= low[i, k] * y[k]
        y[i] = total / low[i, i]
    for i in range(DEPTH - 1, -1, -1):
        total = y[i]
        for k in range(i + 1, DEPTH):
            total -= low[k, i] * gamma[k, lane]
        gamma[i, lane] = total / low[i, i]
