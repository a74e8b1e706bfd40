"""Vectors of one draw, which lie in one piece, and the tables of many draws that sweeps go over."""

from __future__ import annotations

import numpy as np
import pytest

from detente.solve.lanes import WIDTH, table
from detente.solve.vectors import TOGETHER, collect, deal, orthogonalise, rows_of


def numbers(*shape: int) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(3)).normal(size=shape)


@pytest.mark.parametrize("unknowns", [1, WIDTH - 1, WIDTH, 5 * WIDTH + 3])
def test_what_is_dealt_is_collected(unknowns):
    rows, beyond = rows_of(unknowns), 2
    vectors, back, wide = table(WIDTH * rows), table(WIDTH * rows), table(unknowns + beyond)
    each = vectors.reshape(WIDTH, rows * WIDTH)
    each[:, :unknowns] = numbers(WIDTH, unknowns)
    wide[unknowns:] = 7.0
    deal(unknowns, rows, vectors, wide)
    np.testing.assert_array_equal(wide[:unknowns], each[:, :unknowns].T)
    assert (wide[unknowns:] == 7.0).all(), "what follows the unknowns is left alone"
    collect(unknowns, rows, wide, back)
    np.testing.assert_array_equal(back, vectors)


def test_gram_schmidt_makes_a_basis_and_tells_its_parts():
    unknowns, most, lane = 3 * WIDTH + 2, 2 * TOGETHER + 2, 1
    rows = rows_of(unknowns)
    basis, column = table((most + 1) * rows), np.zeros((WIDTH, most + 1))
    each = basis.reshape(most + 1, rows * WIDTH)
    given = np.zeros((most + 1, rows * WIDTH))
    given[:, :unknowns], given[:, (rows - 1) * WIDTH] = numbers(most + 1, unknowns), 0.5
    each[0] = given[0] / np.linalg.norm(given[0])
    for k in range(most):
        each[k + 1] = given[k + 1]
        largest = orthogonalise(rows, k, basis, 0, lane, column)
        assert largest == np.abs(each[k + 1]).max()
        np.testing.assert_allclose(column[lane, : k + 2] @ each[: k + 2], given[k + 1], atol=1e-12)
    np.testing.assert_allclose(each @ each.T, np.eye(most + 1), atol=1e-12)
    assert not column[:lane].any()
    assert not column[lane + 1 :].any()
