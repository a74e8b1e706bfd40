"""Two reports of a flow: the estimate is right on average, and its error is as large as it says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.trade import mirror

amounts = st.floats(1e-6, 1e9)


def one(x: float, y: float, deviation: float = 0.3) -> tuple[float, float]:
    value, error = mirror.reconciled(np.array([x]), np.array([y]), deviation)
    return float(value[0]), float(error[0])


@given(amounts, amounts, st.floats(0.01, 2))
def test_both_sides(x, y, deviation) -> None:
    value, error = one(x, y, deviation)
    assert value == pytest.approx(math.sqrt(x * y))
    assert error == pytest.approx(max(deviation / math.sqrt(2), abs(math.log(x / y)) / 2))
    low, high = value * math.exp(-error), value * math.exp(error)
    assert low <= min(x, y) * (1 + 1e-9)
    assert high >= max(x, y) * (1 - 1e-9)


@given(amounts)
def test_one_side_counts_alone_whichever_it_is(x) -> None:
    assert one(x, math.nan) == one(math.nan, x) == one(x, 0.0) == one(0.0, x) == (pytest.approx(x), 0.3)


def test_neither() -> None:
    assert math.isnan(one(math.nan, math.nan)[0])
    assert one(0.0, math.nan) == one(0.0, 0.0) == (0.0, 0.0)


@pytest.mark.parametrize("deviation", [0.1, 0.5])
def test_spread_is_found_again_even_with_wild_reports(deviation) -> None:
    random = np.random.default_rng(1)
    true = random.lognormal(3, 2, 4000)
    x, y = (true * np.exp(random.normal(0, deviation, 4000)) for _ in range(2))
    assert mirror.spread(x, y) == pytest.approx(deviation, rel=0.05)
    wild = random.choice(4000, 200, replace=False)
    x[wild] *= 1000
    assert mirror.spread(x, y) == pytest.approx(deviation, rel=0.12)


def test_errors_are_as_large_as_they_say() -> None:
    """The larger of two errors covers at least as often as it says: 68 % of true values within one."""
    random = np.random.default_rng(2)
    true = random.lognormal(3, 2, 20_000)
    x, y = (true * np.exp(random.normal(0, 0.4, 20_000)) for _ in range(2))
    y[::3] = np.nan
    value, error = mirror.reconciled(x, y, 0.4)
    within = np.abs(np.log(value / true)) <= error
    assert within[::3].mean() == pytest.approx(0.6827, abs=0.015)
    both = np.delete(within, np.s_[::3])
    assert 0.6827 < both.mean() < 0.85


def test_few_pairs_leave_the_assumption() -> None:
    assert mirror.spread(np.ones(29), np.full(29, 2.0)) == mirror.SPREAD
    assert mirror.spread(np.ones(30), np.full(30, 2.0)) != mirror.SPREAD


def test_error_of_a_sum_is_that_of_simulated_sums() -> None:
    random = np.random.default_rng(3)
    value, error = np.array([10.0, 20.0, 5.0]), np.array([0.1, 0.05, 0.15])
    sums = (value * np.exp(random.normal(0, error, (200_000, 3)))).sum(axis=1)
    assert mirror.of_sum(value, error) == pytest.approx(np.log(sums).std(), rel=0.02)
