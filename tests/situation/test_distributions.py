"""Quantiles, slices and pools against closed forms and scipy's own distributions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from detente.situation import pooling, shapes
from detente.situation.distributions import default_shape, level_means, median, quantile
from detente.situation.expression import constant
from detente.situation.model import Discrete, Fixed, Formula, Judgement, Judgements, Range, Shape, Verbal

U = np.linspace(0.001, 0.999, 999)
RANGES = [
    Range(-2, 5, 0.9, "normal"),
    Range(1, 40, 0.8, "lognormal"),
    Range(0.1, 0.7, 0.9, "logitnormal"),
    Range(0.02, 0.97, 0.5, "logitnormal"),
    Range(-1, 3, 0.6, "uniform"),
    Range(-1, 3, 1, "uniform"),
    Range(0, 10, 0.9, "triangular"),
    Range(0, 10, 1, "triangular"),
]


@pytest.mark.parametrize("spec", RANGES)
def test_bounds_hold_the_mass(spec: Range) -> None:
    ends = quantile(spec, [max((1 - spec.mass) / 2, 1e-15), min((1 + spec.mass) / 2, 1 - 1e-15)])
    np.testing.assert_allclose(ends, [spec.low, spec.high], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("spec", RANGES)
def test_cumulative_and_density_agree_with_the_quantiles(spec: Range) -> None:
    x = quantile(spec, U)
    np.testing.assert_allclose(shapes.cumulative(spec, x), U, atol=1e-9)
    edges = quantile(spec, np.array([0.01, 0.25, 0.5, 0.9]))
    mass = [
        integrate.quad(lambda p: float(np.exp(shapes.log_density(spec, np.array(p)))), a, b)[0]
        for a, b in pairwise(edges)
    ]
    np.testing.assert_allclose(mass, [0.24, 0.25, 0.4], atol=1e-7)


def test_against_scipy() -> None:
    z = stats.norm.ppf(0.95)
    np.testing.assert_allclose(quantile(Range(-2, 5, 0.9, "normal"), U), stats.norm(1.5, 3.5 / z).ppf(U), atol=1e-12)
    scale = stats.lognorm(math.log(10) / z, scale=10)
    np.testing.assert_allclose(quantile(Range(1, 100, 0.9, "lognormal"), U), scale.ppf(U), rtol=1e-10)
    np.testing.assert_allclose(quantile(Range(0, 10, 1, "triangular"), U), stats.triang(0.5, 0, 10).ppf(U), atol=1e-10)
    np.testing.assert_allclose(quantile(Range(1, 2, 0.5, "uniform"), U), stats.uniform(0.5, 2).ppf(U), atol=1e-10)


@pytest.mark.parametrize(
    ("low", "high", "mass", "shape"),
    [
        (0.0, 1.0, 1.0, "uniform"),
        (0.2, 0.8, 0.9, "logitnormal"),
        (0.2, 1.0, 0.9, "lognormal"),
        (0.0, 0.5, 0.9, "normal"),
        (3, 20, 0.9, "lognormal"),
        (-1, 1, 0.5, "normal"),
    ],
)
def test_default_shape(low: float, high: float, mass: float, shape: Shape) -> None:
    assert default_shape(low, high, mass) == shape


def test_discrete_numbers_come_out_with_their_chances() -> None:
    spec = Discrete((3.0, 1.0, 2.0), (0.5, 0.2, 0.3))
    np.testing.assert_array_equal(quantile(spec, [0.1, 0.2, 0.21, 0.5, 0.51, 0.999]), [1, 1, 2, 2, 3, 3])
    assert median(Discrete((0.0, 1.0, 2.0), (0.1, 0.2, 0.7))) == 2
    assert median(Discrete(tuple(range(10)), (0.1,) * 10)) == 4
    np.testing.assert_array_equal(shapes.cumulative(spec, np.array([0.9, 1, 2.5, 3])), [0, 0.2, 0.5, 1])


def test_a_fixed_number_is_itself_and_a_formula_has_no_quantile() -> None:
    np.testing.assert_array_equal(quantile(Fixed(7.0), U), np.full(U.shape, 7.0))
    with pytest.raises(TypeError, match="formula"):
        quantile(Formula(constant(1)), 0.5)


# --------------------------------------------------------------------------- slices


@pytest.mark.parametrize("spec", RANGES)
@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_level_means_by_brute_force(spec: Range, count: int) -> None:
    expected = []
    for i in range(count):
        edges = stats.norm.ppf([i / count, (i + 0.5) / count, (i + 1) / count]).clip(-12, 12)
        total = sum(
            integrate.quad(
                lambda z: float(shapes.from_score(spec, np.array(z))) * stats.norm.pdf(z),
                a,
                b,
                epsabs=1e-13,
                epsrel=1e-12,
                limit=400,
            )[0]
            for a, b in pairwise(edges)
        )
        expected.append(total * count)
    np.testing.assert_allclose(level_means(spec, count), expected, rtol=1e-9, atol=1e-10)


def test_level_means_in_closed_form() -> None:
    np.testing.assert_allclose(level_means(Range(0, 1, 1, "uniform"), 5), [0.1, 0.3, 0.5, 0.7, 0.9], atol=1e-15)
    half = math.sqrt(2 / math.pi) / stats.norm.ppf(0.95)
    np.testing.assert_allclose(level_means(Range(-1, 1, 0.9, "normal"), 2), [-half, half], atol=1e-14)
    np.testing.assert_allclose(level_means(Range(0, 1, 1, "triangular"), 2), [1 / 3, 2 / 3], atol=1e-14)


def test_level_means_of_very_wide_log_odds_still_average_to_one_half() -> None:
    means = level_means(Range(2.0**-30, 1 - 2.0**-30, 0.5, "logitnormal"), 6)
    assert np.mean(means) == pytest.approx(0.5, abs=1e-12)
    assert sorted(means) == list(means)


# --------------------------------------------------------------------------- pools


def pool(
    kind: str, *beliefs: Range | Fixed | Discrete | Verbal, weights: tuple[float, ...] | None = None
) -> Judgements:
    weights = weights or (1.0,) * len(beliefs)
    judgements = tuple(Judgement(f"author {i}", b, w) for i, (b, w) in enumerate(zip(beliefs, weights, strict=True)))
    return Judgements(judgements, kind)  # type: ignore[arg-type]


def normal(mean: float, deviation: float) -> Range:
    z = stats.norm.ppf(0.95)
    return Range(mean - z * deviation, mean + z * deviation, 0.9, "normal")


@pytest.mark.parametrize(("mean", "deviation"), [(1.0, 2.0), (4.0, 0.5), (15.0, 0.7)])
def test_log_pool_of_normals_is_the_normal_of_weighted_precisions(mean: float, deviation: float) -> None:
    spec = pool("log", normal(0, 1), normal(mean, deviation), weights=(1, 3))
    precision = 0.25 + 0.75 / deviation**2
    expected = stats.norm(0.75 * mean / deviation**2 / precision, precision**-0.5)
    np.testing.assert_allclose(quantile(spec, U), expected.ppf(U), atol=2e-5)


def test_log_pool_of_uniforms_is_where_they_overlap() -> None:
    spec = pool("log", Range(0, 2, 1, "uniform"), Range(1, 4, 1, "uniform"))
    np.testing.assert_allclose(quantile(spec, U), 1 + U, atol=1e-6)


def test_log_pool_of_one_author_is_that_author() -> None:
    beliefs: list[Range | Verbal] = [*RANGES, Verbal("unlikely"), Verbal("about even")]
    for belief in beliefs:
        np.testing.assert_allclose(quantile(pool("log", belief), U), quantile(belief, U), rtol=1e-4, atol=2e-5)


def test_log_pool_of_words_lies_between_them() -> None:
    spec = pool("log", Verbal("unlikely"), Verbal("likely"))
    assert median(Verbal("unlikely")) < median(spec) < median(Verbal("likely"))


def test_log_pool_refuses_what_has_no_density_or_no_overlap() -> None:
    beliefs: list[Fixed | Discrete] = [Fixed(0.5), Discrete((0.1, 0.2), (0.5, 0.5))]
    for belief in beliefs:
        with pytest.raises(ValueError, match=r"author 1 is a single value.*pool: linear"):
            quantile(pool("log", Range(0, 1, 1, "uniform"), belief), 0.5)
    with pytest.raises(ValueError, match="no number is possible"):
        quantile(pool("log", Range(0, 1, 1, "uniform"), Range(2, 3, 1, "uniform")), 0.5)


def test_linear_pool_is_the_mixture() -> None:
    spec = pool("linear", normal(0, 1), normal(10, 2), weights=(1, 3))
    x = quantile(spec, U)
    np.testing.assert_allclose(0.25 * stats.norm.cdf(x) + 0.75 * stats.norm(10, 2).cdf(x), U, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=6), st.floats(-3, 3), st.floats(0.1, 4))
def test_linear_pool_gives_a_few_shares_what_it_gives_them_among_many(u: list[float], mean: float, wide: float) -> None:
    spec = pool("linear", normal(0, 1), normal(mean, wide), Fixed(1.0), weights=(1, 2, 0.5))
    many = quantile(spec, np.concatenate([u, U]))
    for _ in range(2):  # and the second time
        np.testing.assert_array_equal(quantile(spec, np.array(u)), many[: len(u)])
    assert quantile(spec, u[0]).shape == ()
    assert median(spec) == quantile(spec, np.concatenate([[0.5], U]))[0]


def test_linear_pool_with_single_values_keeps_them_exactly() -> None:
    spec = pool("linear", Range(0, 1, 1, "uniform"), Fixed(0.5), Discrete((0.1, 0.9), (0.25, 0.75)))
    x = quantile(spec, (np.arange(30_000) + 0.5) / 30_000)
    for value, chance in [(0.5, 1 / 3), (0.1, 1 / 12), (0.9, 1 / 4)]:
        assert np.mean(x == value) == pytest.approx(chance, abs=1e-4)
    assert np.mean(x) == pytest.approx((0.5 + 0.5 + 0.7) / 3, abs=1e-4)


def test_authors_of_draws_by_bayes_rule() -> None:
    spec = pool("linear", Range(0, 1, 1, "uniform"), Range(0, 2, 1, "uniform"), Fixed(0.5), weights=(1, 2, 1))
    shares = pooling.author_shares(spec, np.array([0.2, 1.5, 0.5, 5.0]))
    expected = np.array([[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1], [0.25, 0.5, 0.25]])
    np.testing.assert_allclose(shares.T, expected, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-5, 5), st.floats(0.01, 10), st.floats(0.05, 0.99), st.sampled_from(["normal", "uniform", "triangular"])
)
def test_quantiles_rise_and_meet_their_median(low: float, width: float, mass: float, shape: Shape) -> None:
    spec = Range(low, low + width, mass, shape)
    x = quantile(spec, U)
    assert (np.diff(x) >= 0).all()
    assert median(spec) == pytest.approx(low + width / 2, abs=1e-9)
