"""Merging paths that no functional tells apart."""

from __future__ import annotations

import numpy as np
import pytest

from detente.forecast import functionals
from detente.forecast.functionals import Functionals


@pytest.mark.parametrize("most", [2**62, 1])
def test_paths_are_merged_where_no_row_tells_them_apart(monkeypatch, most):
    """Also where the combinations must be numbered anew after every row."""
    monkeypatch.setattr(functionals, "MOST_LABELS", most)
    rng = np.random.default_rng(1)
    rows = [rng.integers(0, 2, 40).astype(float) for _ in range(3)] + [rng.choice([0.0, 0.25, 1.0], 40), np.ones(40)]
    found = Functionals(40)
    for row in rows:
        found.add(row)
    sums = found.compile()
    distinct, label = np.unique(np.stack(rows).T, axis=0, return_inverse=True)
    np.testing.assert_array_equal(sums.label, label)
    assert sums.classes == len(distinct)
    reach = rng.random((40, 3))
    np.testing.assert_allclose(sums.apply(reach), np.stack(rows) @ reach)
