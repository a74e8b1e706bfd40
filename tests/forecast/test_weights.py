"""What weights say of the draws, at the ends of the number line."""

import warnings

import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detente.forecast.weights import effective_draws, pareto_k


@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e-308, 1e300])
def test_effective_draws_do_not_hang_on_how_likely_the_record_is(scale):
    likelihood = scale * np.array([1.0, 1.0, 0.5, 0.0])
    assert effective_draws(likelihood) == pytest.approx(2.5**2 / 2.25)


def test_where_nothing_fits_no_draw_counts():
    assert effective_draws(np.zeros(3)) == 0
    assert effective_draws(np.zeros(0)) == 0


def arviz_k(likelihood):
    """The other program's figure, none where it divides nought by nought on the way. What it takes is the logarithm of a likelihood that is divided by, hence the sign."""
    used = likelihood[likelihood > 0]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        k = float(array_stats.psislw(-np.log(used))[1])
    return np.nan if any("invalid value" in str(one.message) for one in said) else k


def pareto(rng, k, draws):
    """Weights with a generalised Pareto tail of shape ``k``."""
    u = rng.uniform(size=draws)
    return 1 - np.log(u) if k == 0 else 1 + (u**-k - 1) / k


@st.composite
def likelihoods(draw):
    """Of 25 to 4,000 draws: heavy and light tails, ties, noughts, at any scale."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    draws = draw(st.integers(25, 4000))
    weight = pareto(rng, draw(st.sampled_from([-1.0, -0.3, 0.0, 0.2, 0.7, 1.5])), draws)
    if draw(st.booleans()):
        weight = np.exp(draw(st.sampled_from([0.01, 1.0, 5.0])) * rng.normal(size=draws))
    digits = draw(st.sampled_from([None, 0, 1, 2]))
    if digits is not None:
        weight = np.round(weight, digits)
    weight[rng.uniform(size=draws) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = 0
    return weight / weight.max(initial=1.0) * draw(st.sampled_from([1.0, 1e-250, 1e-30, 1e250]))


@settings(max_examples=300, deadline=None)
@given(likelihoods())
@example(np.tile([1.0, 2.0], 20))
@example(np.r_[np.ones(13), np.full(7, 2.0), np.full(5, 3.0)])
@example(np.r_[np.ones(300), np.linspace(1, 2, 30)])
@example(np.repeat(np.arange(10, 21) / 20, [100] * 9 + [150, 92]))
def test_pareto_k_is_that_of_the_other_program(likelihood):
    """... where that can be told from a tail; it makes up a figure where a quarter of the tail is at its edge, and fails where the tail is one value, or two of which most are the larger."""
    used = np.sort(likelihood[likelihood > 0])
    tail = min(len(used) // 5, int(3 * np.sqrt(len(used))))
    varies = len(used) >= 25 and used[-tail:][int(tail / 4 + 0.5) - 1] > used[-tail - 1]
    found = pareto_k(likelihood)
    assert np.isnan(found) == (not varies)
    if not varies:
        return
    other = arviz_k(likelihood) if used[-tail] < used[-1] else np.nan
    if np.isnan(other):
        assert found < 0, "a tail of one value has an end"
    else:
        assert found == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("k", [-0.5, 0.0, 0.3, 0.7, 1.0])
def test_pareto_k_of_a_known_tail(k):
    """... drawn towards one half as by ten observations beside the 189 of the tail; each fit errs by about (1 + k) / sqrt(189)."""
    rng = np.random.default_rng(2)
    found = [pareto_k(pareto(rng, k, 4000)) for _ in range(100)]
    assert np.mean(found) == pytest.approx((189 * k + 5) / 199, abs=0.04)
    assert np.std(found) < 0.12 * (1 + k)


def test_a_heavy_tail_is_told_from_its_reverse():
    """Weights that now and then are near nought do no harm; weights that now and then are huge do."""
    weight = pareto(np.random.default_rng(3), 1.0, 2000)
    assert pareto_k(weight) > 0.8
    assert pareto_k(1 / weight) < 0.3


@pytest.mark.parametrize(
    "likelihood",
    [
        np.zeros(0),
        np.zeros(100),
        np.ones(100),
        np.linspace(1, 2, 24),
        np.full(50, 1e-300) * (1 + 1e-14 * np.arange(50)),
        np.repeat([1.0, 2.0], 50),  # all of the tail the same
    ],
)
def test_pareto_k_where_it_cannot_be_told(likelihood):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(pareto_k(likelihood))


@pytest.mark.parametrize("span", [20, 150, 300])
def test_pareto_k_where_one_draw_is_all_of_it(span):
    likelihood = np.logspace(-span, 0, 60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pareto_k(likelihood) > 0.7
        assert pareto_k(likelihood * 1e-5) == pytest.approx(pareto_k(likelihood), abs=1e-6)


def test_pareto_k_at_a_point_of_the_grid_where_the_tail_is_exponential():
    """A sample of five whose largest is nine fifths of its first quartile has b = 0 on the grid."""
    x = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
    likelihood = np.r_[np.full(20, 1.0), 1 + x]
    assert pareto_k(likelihood) == pytest.approx(pareto_k(np.r_[np.full(20, 1.0), 1 + x * (1 + 1e-9)]), abs=1e-6)
