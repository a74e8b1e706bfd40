"""Two reports of a flow: the estimate is right on average, and its error is as large as it says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.trade import mirror

amounts = st.floats(1e-6, 1e9)


def one(x: float, y: float, exporter: float = 0.3, importer: float = 0.3) -> tuple[float, float]:
    value, error = mirror.reconciled(*(np.array([number]) for number in (x, y, exporter, importer)))
    return float(value[0]), float(error[0])


@given(amounts, amounts, st.floats(0.01, 2))
def test_both_sides(x, y, deviation) -> None:
    value, error = one(x, y, deviation, deviation)
    assert value == pytest.approx(math.sqrt(x * y))
    assert error == pytest.approx(max(deviation / math.sqrt(2), abs(math.log(x / y)) / 2))
    low, high = value * math.exp(-error), value * math.exp(error)
    assert low <= min(x, y) * (1 + 1e-9)
    assert high >= max(x, y) * (1 - 1e-9)


@given(amounts, amounts, st.floats(0.01, 2), st.floats(0.01, 2))
def test_the_better_reporter_counts_for_more(x, y, s, t) -> None:
    """Inverse-variance weights, and Birge's factor."""
    value, error = one(x, y, s, t)
    weights = np.array([s**-2, t**-2])
    assert math.log(value) == pytest.approx(weights @ np.log([x, y]) / weights.sum(), abs=1e-9)
    assert error == pytest.approx(weights.sum() ** -0.5 * max(1, abs(math.log(x / y)) / math.hypot(s, t)))


@given(amounts)
def test_one_side_counts_alone_whichever_it_is(x) -> None:
    assert one(x, math.nan, 0.2, 0.4) == one(x, 0.0, 0.2, 0.4) == (pytest.approx(x), 0.2)
    assert one(math.nan, x, 0.2, 0.4) == one(0.0, x, 0.2, 0.4) == (pytest.approx(x), 0.4)


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
    value, error = mirror.reconciled(x, y, np.full(20_000, 0.4), np.full(20_000, 0.4))
    within = np.abs(np.log(value / true)) <= error
    assert within[::3].mean() == pytest.approx(0.6827, abs=0.015)
    both = np.delete(within, np.s_[::3])
    assert 0.6827 < both.mean() < 0.85


def simulated(countries: int, flows: int, seed: int) -> tuple[np.ndarray, ...]:
    """Who (i, j) and what (true, x, y) of flows between countries whose spreads are 0.1, 0.3 or 0.8."""
    random = np.random.default_rng(seed)
    spreads = random.choice([0.1, 0.3, 0.8], countries)
    i = random.integers(0, countries, flows)
    j = (i + random.integers(1, countries, flows)) % countries
    true = random.lognormal(3, 2, flows)
    x, y = (true * np.exp(random.normal(0, 1, flows) * spreads[who]) for who in (i, j))
    return spreads, i, j, true, x, y


def test_good_reporters_are_told_from_bad_ones() -> None:
    spreads, i, j, *_, x, y = simulated(40, 8000, 5)
    found = mirror.spreads(i, j, x, y, 40)
    for spread in (0.3, 0.8):
        assert found[spreads == spread].mean() == pytest.approx(spread, rel=0.15)
    assert found[spreads == 0.1].max() < found[spreads == 0.3].min()


@pytest.mark.parametrize(("countries", "flows", "gain"), [(40, 8000, 0.8), (10, 60, 0.95)])
def test_weighing_them_brings_estimates_closer_to_the_truth(countries, flows, gain) -> None:
    off = []
    for seed in range(10):
        _, i, j, true, x, y = simulated(countries, flows, seed)
        found = mirror.spreads(i, j, x, y, countries)
        weighed, _ = mirror.reconciled(x, y, found[i], found[j])
        off.append([np.mean(np.log(value / true) ** 2) for value in (weighed, np.sqrt(x * y))])
    weighed, alike = np.sqrt(np.mean(off, axis=0))
    assert weighed < gain * alike


def test_one_wild_report_does_not_spoil_its_country() -> None:
    _, i, j, _, x, y = simulated(40, 8000, 8)
    before = mirror.spreads(i, j, x, y, 40)
    x[0] *= 1e6
    assert mirror.spreads(i, j, x, y, 40)[i[0]] < before[i[0]] * 1.1


def test_countries_with_few_flows_keep_the_common_spread() -> None:
    _, i, j, _, x, y = simulated(40, 8000, 7)
    found = mirror.spreads(i, j, x, y, 41)
    assert found[40] == pytest.approx(mirror.spread(x, y))
    assert (mirror.spreads(i[:20], j[:20], x[:20], y[:20], 40) == mirror.SPREAD).all()


def test_few_pairs_leave_the_assumption() -> None:
    assert mirror.spread(np.ones(29), np.full(29, 2.0)) == mirror.SPREAD
    assert mirror.spread(np.ones(30), np.full(30, 2.0)) != mirror.SPREAD


def test_error_of_a_sum_is_that_of_simulated_sums() -> None:
    random = np.random.default_rng(3)
    value, error = np.array([10.0, 20.0, 5.0]), np.array([0.1, 0.05, 0.15])
    sums = (value * np.exp(random.normal(0, error, (200_000, 3)))).sum(axis=1)
    assert mirror.of_sum(value, error) == pytest.approx(np.log(sums).std(), rel=0.02)
