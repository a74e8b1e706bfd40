"""Which draws' eigenvalues are worked out at all, beside the eigenvalues; and which draws have numbers that are none."""

from __future__ import annotations

import numpy as np

from detente.solve import Numbers
from detente.solve.block import _finite
from detente.solve.index import _reaches_one


def test_no_matrix_with_a_real_eigenvalue_of_one_or_more_is_left_out():
    """Nor is one kept for what overshoots, with eigenvalues far below or off the line."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, [[0.2], [1.0], [3.0]] * 100, (300, 8))
    vectors = rng.normal(size=(300, 8, 8))
    matrices = vectors @ (values[:, :, None] * np.linalg.inv(vectors))
    reaches = (values >= 1.0).any(axis=1)
    assert reaches.sum() > 50
    assert _reaches_one(matrices)[reaches].all()
    turning = np.zeros((1, 4, 4))
    turning[0, :2, :2], turning[0, 2, 2] = [[0.0, -1.5], [1.5, 0.0]], -3.0
    assert np.abs(np.linalg.eigvals(turning)).max() > 1
    assert not _reaches_one(turning).any()
    assert not _reaches_one(np.zeros((1, 4, 4))).any()


def test_large_numbers_are_numbers_and_infinities_that_cancel_are_none():
    values = np.array([[1.0, 1e308, np.inf, np.nan], [1.0, 1e308, -np.inf, 0.0]])
    assert _finite(Numbers(values, np.zeros((0, 4)), np.ones((1, 4)))).tolist() == [True, True, False, False]
