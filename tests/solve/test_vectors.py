"""Vectors of one draw, which lie in one piece, and the tables of many draws that sweeps go over."""

from __future__ import annotations

import numba as nb
import numpy as np
import pytest

from detente.solve import vectors
from detente.solve.lanes import WIDTH, table
from detente.solve.vectors import TOGETHER, rows_of


# Python cannot call these itself.
@nb.njit
def deal(unknowns, stride, points, wide):
    vectors.deal(unknowns, points, 0, stride, wide)


@nb.njit
def collect(unknowns, stride, wide, points):
    vectors.collect(unknowns, wide, points, 0, stride)


@nb.njit
def orthogonalise(rows, k, basis, column, row):
    return vectors.orthogonalise(rows, k, basis, 0, column, row)


def numbers(*shape: int) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(3)).normal(size=shape)


@pytest.mark.parametrize("unknowns", [1, WIDTH - 1, WIDTH, 5 * WIDTH + 3])
def test_what_is_dealt_is_collected(unknowns):
    rows, beyond = rows_of(unknowns), 2
    points, back, wide = table(WIDTH * rows), table(WIDTH * rows), table(unknowns + beyond)
    each = points.reshape(WIDTH, rows * WIDTH)
    each[:, :unknowns] = numbers(WIDTH, unknowns)
    wide[unknowns:] = 7.0
    deal(unknowns, rows, points, wide)
    np.testing.assert_array_equal(wide[:unknowns], each[:, :unknowns].T)
    assert (wide[unknowns:] == 7.0).all(), "what follows the unknowns is left alone"
    collect(unknowns, rows, wide, back)
    np.testing.assert_array_equal(back, points)


def test_gram_schmidt_makes_a_basis_and_tells_its_parts():
    unknowns, most = 3 * WIDTH + 2, 2 * TOGETHER + 2
    rows = rows_of(unknowns)
    basis, columns = table((most + 1) * rows), np.zeros((most, most + 1))
    each = basis.reshape(most + 1, rows * WIDTH)
    given = np.zeros((most + 1, rows * WIDTH))
    given[:, :unknowns], given[:, (rows - 1) * WIDTH] = numbers(most + 1, unknowns), 0.5
    each[0] = given[0] / np.linalg.norm(given[0])
    for k in range(most):
        each[k + 1] = given[k + 1]
        largest = orthogonalise(rows, k, basis, columns, k)
        assert largest == np.abs(each[k + 1]).max()
        np.testing.assert_allclose(columns[k, : k + 2] @ each[: k + 2], given[k + 1], atol=1e-12)
        assert not columns[k + 1 :].any()
    np.testing.assert_allclose(each @ each.T, np.eye(most + 1), atol=1e-12)
    assert not np.tril(columns.T, -2).any()
