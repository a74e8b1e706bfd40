"""Numbering combinations, against sorting the rows of a table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.forecast.functionals import GROUP, Functionals
from detente.game import combinations
from detente.game.combinations import combinations as numbered
from detente.game.combinations import firsts, ranks


def columns(rows: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [
        rng.integers(0, 2, rows).astype(bool), rng.integers(-1, 3, rows).astype(np.int8), rng.integers(0, 2, rows).astype(float),
        rng.choice([0.25, -3.0, 1.0], rows), rng.choice([5, 10**9], rows), np.ones(rows),
    ]  # fmt: skip


@pytest.mark.parametrize("most", [2**62, 1])
def test_rows_are_numbered_as_they_sort(monkeypatch, most):
    """Also where the combinations must be numbered anew after every column."""
    monkeypatch.setattr(combinations, "MOST_LABELS", most)
    parts = columns(60)
    _, label = np.unique(np.stack([part.astype(float) for part in parts]).T, axis=0, return_inverse=True)
    np.testing.assert_array_equal(numbered(parts, 60), label)


@given(st.lists(st.integers(0, 40), max_size=60), st.sampled_from([41, 5000, 10**12]))
def test_ranks_are_those_of_sorting_whether_by_a_table_or_not(labels, bound):
    labels = np.array(labels, dtype=np.int64)
    distinct, first, expected = np.unique(labels, return_index=True, return_inverse=True)
    rank, count = ranks(labels, bound)
    assert count == len(distinct)
    np.testing.assert_array_equal(rank, expected)
    np.testing.assert_array_equal(firsts(rank, count), first)


def test_what_is_no_number_is_one_value():
    nan = np.array([np.nan, 1.5, np.nan, 1.5])
    assert numbered([nan], 4).tolist() == [1, 0, 1, 0]
    assert numbered([], 3).tolist() == [0, 0, 0]


def test_paths_that_no_functional_of_a_group_tells_apart_are_merged():
    found, rng = Functionals(40), np.random.default_rng(2)
    rows = [part.astype(float) for part in columns(40)]
    rows += [np.where(rng.random(40) < 0.4, weight, 0.0) for weight in rng.random(2 * GROUP)]
    for row in rows:
        found.add(row)
    sums = found.compile()
    assert sums.count == len(rows) > 2 * GROUP
    for group, classes in enumerate(np.diff(sums.classes)):
        distinct = np.unique(np.stack(rows[group * GROUP : (group + 1) * GROUP]).T, axis=0)
        assert classes == distinct.any(axis=1).sum()
    reach = rng.random((40, 3))
    np.testing.assert_allclose(sums.apply(reach), np.stack(rows) @ reach)
    for number, row in enumerate(rows):
        np.testing.assert_array_equal(sums.row(number), row)
