"""What is remembered of sweeps, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from detente.solve.compiled import jit
from detente.solve.lanes import load, store, table
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember

UNKNOWNS = 5


@jit
def mix(memory, unknowns, slot, x, image, cleared, kept, out):
    """One mixed sweep, as :mod:`detente.solve.branch` makes it."""
    forget(memory, load(cleared, 0))
    remember(memory, unknowns, slot, x, image, load(kept, 0))
    combine(memory, slot)
    for u in range(unknowns):
        store(out, u, mixed(memory, unknowns, slot, u, image))


def walk(memory, first, points, single):
    """Where each of ``points`` (sweeps, n, lanes) leads, under a map that turns and shrinks, begun in slot ``first``."""
    width = points.shape[-1]
    cleared, kept, image, out, x = (table(rows, single=single) for rows in (1, 1, UNKNOWNS, UNKNOWNS, UNKNOWNS))
    cleared[0], kept[0] = 1.0, 0.0
    found = []
    for turn, point in enumerate(points):
        x[:] = point
        image[:] = 0.6 * np.roll(point, 1, axis=0) - 0.1 * point + 1.0
        mix(memory, UNKNOWNS, (first + turn) % DEPTH, x, image, cleared, kept, out)
        cleared[0], kept[0] = 0.0, 1.0
        found.append(out.copy())
    assert found[0].shape == (UNKNOWNS, width)
    return np.array(found)


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("share", [1e-37, 1e-3])
def test_nothing_is_left_of_what_was_forgotten(single, share):
    """A lane that starts to mix again goes where one with an empty memory goes, whatever it did before, products beyond all numbers included."""
    random = np.random.default_rng(3)
    width = table(1, single=single).shape[1]
    points = 1e4 * random.normal(size=(6, UNKNOWNS, width))
    size = share * float(np.finfo(np.float32 if single else np.float64).max)
    fresh, used = Memory.of(UNKNOWNS, single), Memory.of(UNKNOWNS, single)
    with np.errstate(over="ignore"):
        walk(used, 0, size * random.normal(size=(5, UNKNOWNS, width)), single)
    for first in range(DEPTH):
        np.testing.assert_array_equal(walk(used, first, points, single), walk(fresh, first, points, single))


def test_it_solves_a_linear_map_of_few_dimensions_at_once():
    """Anderson mixing of depth m finds the fixed point of a linear map in m dimensions in m + 2 steps (Walker & Ni 2011, section 2)."""
    memory, width = Memory.of(UNKNOWNS), table(1).shape[1]
    random = np.random.default_rng(4)
    matrix = np.zeros((UNKNOWNS, UNKNOWNS))
    matrix[:DEPTH, :DEPTH] = random.normal(size=(DEPTH, DEPTH))
    cleared, kept, image, out = (table(rows) for rows in (1, 1, UNKNOWNS, UNKNOWNS))
    x, shift = table(UNKNOWNS), random.normal(size=(UNKNOWNS, width))
    x[:] = shift
    cleared[0] = 1.0
    for turn in range(DEPTH + 2):
        image[:] = matrix @ x + shift
        mix(memory, UNKNOWNS, turn % DEPTH, x, image, cleared, kept, out)
        cleared[0], kept[0] = 0.0, 1.0
        x[:] = out
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(UNKNOWNS) - matrix, shift), rtol=1e-6, atol=1e-6)
