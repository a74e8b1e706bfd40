"""Tipping points against answers whose crossing is known, and silence where there is none."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from detente.explain.tipping import corners, crossings, monotone_zero, tipping, tipping_pairs, tipping_step


def logistic(x):
    return 1 / (1 + np.exp(-x))


def drawn(rng, rows, draws):
    """Standard normal quantities by importance: drawn half as wide again and weighted back."""
    x = 1.5 * rng.normal(size=(rows, draws))
    weight = np.exp(-(x[0] ** 2) / 2 + (x[0] / 1.5) ** 2 / 2)
    x[1:] /= 1.5
    return x, weight / weight.sum()


def test_interval_holds_the_crossing_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held, found = 0, []
    for seed in range(60):
        x, w = drawn(rng, 3, 400)
        answer = np.clip(logistic(2 * (x[0] - 0.4)) + 0.1 * rng.normal(size=400), 0, 1)
        (c,) = crossings(x, answer, w, 0.5, replicates=60, seed=seed)
        assert (c.index, c.rises) == (0, True)
        assert c.below < 0.5 < c.above
        found.append(c.value)
        held += c.low <= 0.4 <= c.high
    assert np.mean(found) == pytest.approx(0.4, abs=0.03)
    assert held >= 46  # 90 per cent of sixty trials, less three and a half standard errors


def test_the_side_is_told(synthetic) -> None:
    rng = np.random.default_rng(2)
    x, w = drawn(rng, 2, 600)
    forecast = synthetic(x, {"falls": logistic(-3 * x[0] + 0.3 * x[1]), "rare": 0.3 * logistic(x[0])}, w)
    row = next(tipping(forecast, "falls").itertuples())
    assert (row.quantity, row.unit, row.direction) == ("x1", "points", "falls")
    assert row.low <= row.value <= row.high
    assert row.value == pytest.approx(0, abs=0.08)
    assert row.mean_below > 0.5 > row.mean_above
    assert tipping(forecast, "rare").empty  # moves, but never to even odds
    with pytest.raises(KeyError, match="no question `z`"):
        tipping(forecast, "z")


def test_noise_around_even_odds_tips_nothing() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        x, w = drawn(rng, 20, 200)
        assert len(crossings(x, rng.uniform(size=200), w, 0.5, replicates=20)) <= 1
    assert not corners(x, rng.uniform(size=200), w, 0.5)


def test_a_crossing_in_the_tail_is_left_out() -> None:
    rng = np.random.default_rng(4)
    x, w = drawn(rng, 1, 1000)
    assert not crossings(x, logistic(2 * (x[0] - 2.2)), w, 0.5)  # 1.4 per cent of the draws lie beyond


def test_up_and_down_again_crosses_twice() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, size=(5, 1000))
    answer = 0.8 - x[2] ** 2 + 0.05 * rng.normal(size=1000)
    first, second = crossings(x, answer, np.ones(1000), 0.5)
    known = np.sqrt(0.3)
    assert (first.value, first.rises) == (pytest.approx(-known, abs=0.05), True)
    assert (second.value, second.rises) == (pytest.approx(known, abs=0.05), False)


def test_two_that_tip_it_only_together(synthetic) -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(4, 1500))
    answer = 0.27 + 0.15 * logistic(4 * x[0]) + 0.15 * logistic(-4 * x[1]) + 0.03 * rng.normal(size=1500)
    forecast = synthetic(x, {"q": answer, "alone": logistic(3 * x[0] + x[1])})
    assert tipping(forecast, "q").empty
    (row,) = tipping_pairs(forecast, "q").itertuples()
    assert {(row.first, row.first_third), (row.second, row.second_third)} == {("x1", "highest"), ("x2", "lowest")}
    assert row.overall < 0.5 < row.mean - 2 * row.error
    pairs = tipping_pairs(forecast, "alone")
    assert "x1" not in {*pairs["first"], *pairs["second"]}


def test_the_lead_of_an_option(synthetic) -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(3, 800))
    a = 0.9 * logistic(2 * (x[1] + 0.2))
    forecast = synthetic(x, {"q": a})
    forecast.data = forecast.data.assign(
        move=(("option", "draw"), np.stack([a, 0.9 - a, np.full(800, 0.1)])),
        reached=(("step", "draw"), np.ones((1, 800))),
    ).assign_coords(option=["s.a", "s.b", "s.c"], option_step=("option", ["s"] * 3), step=["s"])
    table = tipping_step(forecast, "s").set_index("rival")
    assert set(table.leader) == {"a"}
    assert table.value["b"] == pytest.approx(-0.2, abs=0.02)  # a equals b at logistic = 1/2
    assert table.value["c"] == pytest.approx(-0.2 - np.log(8) / 2, abs=0.05)  # and c at logistic = 1/9
    assert set(table.direction) == {"rises"}
    with pytest.raises(KeyError, match="no step `t`"):
        tipping_step(forecast, "t")


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 5) | st.sampled_from([1e-6, 1e-9])), min_size=1, max_size=40),
    st.booleans(),
)
@example([(1.0, 1.0), (-1.0, 2.0)], True)
@example([(-1.0, 1.0), (2.0, 1.0), (-0.5, 1.0), (3.0, 1.0)], True)
def test_the_zero_of_a_monotone_fit_is_that_of_the_whole_regression(points, rises) -> None:
    fit, mass = np.array(points).T
    whole = isotonic_regression(fit, weights=mass, increasing=rises).x
    if np.any(np.abs(whole) * mass.min() < 1e-12):
        return  # at nought itself a last digit decides
    at = np.flatnonzero((whole[1:] > 0) != (whole[:-1] > 0))
    found = monotone_zero(fit, mass, rises=rises)
    assert [i for i, _, _ in found] == at.tolist()
    for i, before, after in found:
        assert (before, after) == pytest.approx((whole[i], whole[i + 1]), rel=1e-9, abs=1e-11)


def test_draws_of_next_to_no_weight_move_no_tipping_point() -> None:
    """Half of the draws weigh a part in a trillion of the others, or nearly nothing: the place is that of the rest, and no warning is given."""
    rng = np.random.default_rng(4)
    x, noise = rng.random((1, 600)), 0.05 * rng.normal(size=600)
    y = np.clip(x[0] + noise, 0, 1)
    heavy = np.arange(600) % 2 == 0
    (alone,) = crossings(x[:, heavy], y[heavy], np.ones(300), 0.5)
    assert alone.value == pytest.approx(0.5, abs=0.03)
    for small in (1e-12, 1e-14, 1e-35, 1e-300):
        with np.errstate(all="raise", under="ignore"):
            (found,) = crossings(x, y, np.where(heavy, 1.0, small), 0.5)
        assert found.value == pytest.approx(alone.value, abs=0.01)
        assert found.low < found.value < found.high


def test_a_value_of_next_to_no_weight_makes_no_fit_singular() -> None:
    x = np.repeat([[0.0, 1.0, 2.0]], 200, axis=1)
    y = np.where(x[0] > 0.5, 0.9, 0.1)
    weight = np.where(x[0] == 1.0, 1e-17, 1.0)
    assert all(0 < c.value < 2 for c in crossings(x, y, weight, 0.5))
