"""Shares of variance against functions whose Sobol indices are known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincc

from detente.explain.drawn import groups, places
from detente.explain.drivers import drivers, effects, effects_on_each
from detente.explain.sensitivity import sensitivity, shares

ISHIGAMI = (0.3139, 0.4424, 0.0)  # Ishigami & Homma 1990, a = 7, b = 0.1


def ishigami(x):
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def uniform(rng, rows, draws):
    """Uniform on (-pi, pi), equal weights."""
    return rng.uniform(-np.pi, np.pi, size=(rows, draws)), np.full(draws, 1 / draws)


def reweighted(rng, rows, draws):
    """The same law by importance: drawn denser to the right, weighted back."""
    u = (np.sqrt(1 + 8 * rng.uniform(size=(rows, draws))) - 1) / 2  # density 1/2 + u on (0, 1)
    weight = np.prod(1 / (0.5 + u), axis=0)
    return np.pi * (2 * u - 1), weight / weight.sum()


@pytest.mark.parametrize("law", [uniform, reweighted])
def test_ishigami(law) -> None:
    x, w = law(np.random.default_rng(3), 4, 3000)
    found = shares(x, ishigami(x), w, replicates=40)
    for share, known in zip(found, (*ISHIGAMI, 0.0), strict=True):
        assert share.share == pytest.approx(known, abs=3 * share.error)
        assert share.error < 0.04


@pytest.mark.parametrize("law", [uniform, reweighted])
def test_linear_and_additive(law) -> None:
    slopes = np.array([3.0, 2.0, 1.0, 0.0])
    x, w = law(np.random.default_rng(4), 4, 2000)
    found = shares(x, slopes @ x, w)
    for share, known in zip(found, slopes**2 / (slopes @ slopes), strict=True):
        assert share.share == pytest.approx(known, abs=3 * share.error)
        assert share.error < 0.05


@pytest.mark.parametrize("law", [uniform, reweighted])
@pytest.mark.parametrize("draws", [100, 400])
def test_no_bias_and_honest_chances_for_an_unrelated_quantity(law, draws) -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        x, w = law(rng, 2, draws)
        found.append(shares(x[1:], x[0] ** 3, w, replicates=0)[0])
    values = np.array([s.share for s in found])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(len(values)) + 0.002
    rejected = np.mean([s.chance < 0.05 for s in found])
    assert 0.01 < rejected < 0.11


def test_the_error_is_the_spread_over_repetitions() -> None:
    rng = np.random.default_rng(6)
    found = []
    for _ in range(60):
        x, w = reweighted(rng, 2, 400)
        found.append(shares(x[:1], x[0] + x[1], w, replicates=40)[0])
    spread = np.std([s.share for s in found])
    assert np.mean([s.error for s in found]) == pytest.approx(spread, rel=0.3)


def test_discrete_quantity_has_its_exact_share() -> None:
    rng = np.random.default_rng(7)
    switch = rng.integers(0, 2, size=3000).astype(float)
    answer = 0.4 * switch + rng.uniform(0, 0.4, size=3000)
    known = 0.04 / (0.04 + 0.16 / 12)
    (share,) = shares(switch[None], answer, np.ones(3000))
    assert share.share == pytest.approx(known, abs=3 * share.error)


def test_the_table_marks_what_stands_out_and_repeats_itself(synthetic) -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(12, 500))
    x[5] = np.exp(x[0])  # a formula of the first
    forecast = synthetic(x, {"q": 1 / (1 + np.exp(-x[0])), "flat": np.full(500, 0.5)})
    table = sensitivity(forecast, "q")
    assert list(table[table.stands_out].quantity) == ["x1"]
    assert "x6" not in set(table.quantity)
    assert table.share[0] > 0.98
    assert table.equals(sensitivity(forecast, "q"))
    assert sensitivity(forecast, "flat").empty
    with pytest.raises(KeyError, match="no question `z`"):
        sensitivity(forecast, "z")


def test_given_counts(synthetic) -> None:
    """Where a condition all but excludes half of the draws, what moves the answer there only does not count."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(3, 1000))
    inside = x[2] > 0
    answer = np.where(inside, x[0], 5 * x[1])
    table = sensitivity(synthetic(x, {"q": answer}, given=np.where(inside, 1.0, 1e-9)[None]), "q")
    assert list(table[table.stands_out].quantity) == ["x1"]


def test_drivers_see_an_effect_that_turns() -> None:
    rng = np.random.default_rng(10)
    x = rng.uniform(-1, 1, size=(20, 400))
    answer = 0.8 - 0.6 * x[3] ** 2 + 0.1 * x[4] + 0.03 * rng.normal(size=400)
    first, second, *rest = effects(x, answer, np.ones(400))
    assert (first.index, first.direction) == (3, "turns")
    assert first.thirds[1] > max(first.thirds[0], first.thirds[2]) + 0.2
    assert (second.index, second.direction) == (4, "raises")
    assert second.share < 0.3 < first.share
    assert not rest


def test_drivers_are_silent_on_noise(synthetic) -> None:
    rng = np.random.default_rng(11)
    empty = 0
    for _ in range(40):
        forecast = synthetic(rng.normal(size=(30, 200)), {"q": rng.uniform(size=200)}, rng.gamma(2.0, size=200))
        empty += drivers(forecast, "q").empty
    assert empty >= 34  # 95 per cent, less three standard errors


def hat(place, y, w, degree):
    """Share and chance from the hat matrix of Legendre polynomials, written out; one quantity, weights that sum to one."""
    root = np.sqrt(w)
    q, _ = np.linalg.qr(root[:, None] * np.polynomial.legendre.legvander(2 * place - 1, degree))
    centred = y - w @ y
    coefficients = q.T @ (root * centred)
    leverage = (q**2).sum(axis=1)
    noise = (centred - q @ coefficients / root) ** 2 / np.clip(1 - leverage, 1e-6, None)
    share = (coefficients @ coefficients - w @ ((leverage - w) * noise)) / (w @ centred**2 / (1 - w @ w))
    inner = q - np.outer(root, root @ q)
    spread = inner.T @ (inner * (w * centred**2)[:, None])
    mean, square = np.trace(spread), (spread**2).sum()
    return share, gammaincc(mean**2 / square / 2, coefficients @ coefficients * mean / square / 2)


def degree(x, w):
    return min(max(2, min(8, int(1 / (w @ w) / 25))), len(np.unique(x)) - 1)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    draws=st.integers(60, 600),
    values=st.sampled_from([2, 3, 5, 10**6]),
    level=st.sampled_from([0.0, 1.0, 1e4]),
)
def test_moments_give_what_the_hat_matrix_gives(seed, draws, values, level) -> None:
    rng = np.random.default_rng(seed)
    x = np.floor(values * rng.uniform(size=draws))
    x[: min(values, draws)] = np.arange(min(values, draws))
    w = rng.gamma(2.0, size=draws)
    w /= w.sum()
    y = level + np.sin(3 * x / values) + rng.normal(size=draws) * (1 + x / values)
    (found,) = shares(x[None], y, w, replicates=0)
    share, chance = hat(places(x, w), y, w, degree(x, w))
    assert found.share == pytest.approx(share, rel=1e-10, abs=1e-11)
    assert found.chance == pytest.approx(chance, rel=1e-9, abs=1e-14)


def test_replicates_are_fits_under_random_weights() -> None:
    rng = np.random.default_rng(12)
    x, w = rng.normal(size=300), rng.gamma(3.0, size=300)
    y = x**2 + rng.normal(size=300)
    w /= w.sum()
    again = w * np.random.default_rng(5).standard_exponential((30, 300))
    spread = [hat(places(x, w), y, v / v.sum(), degree(x, w))[0] for v in again]
    (found,) = shares(x[None], y, w, replicates=30, seed=5)
    assert found.error == pytest.approx(np.std(spread), rel=1e-10)


def test_draws_that_do_not_count_are_as_good_as_absent() -> None:
    """Of no weight, without an answer, or without a value."""
    rng = np.random.default_rng(13)
    x, w = rng.normal(size=(6, 500)), rng.gamma(2.0, size=500)
    x[5] = np.round(x[5])
    y = x[0] + x[5] + rng.normal(size=500)
    w[:40], y[40:80], x[1, 80:120] = 0.0, np.nan, np.nan
    x[5, :5] = 77.0  # a value that no draw with weight has
    for replicates in (0, 20):
        found, known = shares(x, y, w, replicates), shares(x[:, 120:], y[120:], w[120:], replicates)
        assert [s.index for s in found] == [s.index for s in known] == list(range(6))
        for name in ("share", "chance") + (("error",) if replicates else ()):
            few = [getattr(s, name) for s in known]
            assert [getattr(s, name) for s in found] == pytest.approx(few, rel=1e-10, abs=1e-12)


def test_effects_on_many_answers_are_those_on_each() -> None:
    """Some under the same weights, some under others, one that is constant and one that is hardly known."""
    rng = np.random.default_rng(14)
    x = rng.normal(size=(8, 400))
    answers = x[:5] + 0.5 * x[1:6] ** 2 + rng.normal(size=(5, 400))
    weights = np.ones((5, 400))
    weights[2] = rng.gamma(1.0, size=400)
    answers[3] = 0.25
    answers[4, 5:] = np.nan
    together = effects_on_each(x, answers, weights, replicates=0)
    assert [bool(strong) for strong in together] == [True, True, True, False, False]
    for strong, answer, weight in zip(together, answers, weights, strict=True):
        alone = effects(x, answer, weight, replicates=0)
        assert [e.index for e in strong] == [e.index for e in alone]
        for name in ("correlation", "error", "share", "thirds"):
            for one, other in zip(strong, alone, strict=True):
                assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)


@pytest.mark.parametrize("mass", [1e-3, 1e-9, 1e-17, 1e-300])
def test_a_value_that_hardly_ever_counts_does_no_harm(mass) -> None:
    rng = np.random.default_rng(15)
    x = rng.integers(0, 3, size=400).astype(float)
    y = x + rng.uniform(size=400)
    w = np.where(x == 2, mass, 1.0)
    (found,) = shares(x[None], y, w, 20)
    (known,) = shares(x[None, x < 2], y[x < 2], w[x < 2], 20)
    assert found.share == pytest.approx(known.share, abs=0.01)
    assert found.error == pytest.approx(known.error, abs=0.01)


@given(st.lists(st.sampled_from([-2.5, 0.0, -0.0, 1.0, 3.0]) | st.floats(-5, 5), max_size=30))
def test_groups_are_the_places_among_the_distinct_values(values) -> None:
    x = np.array(values, dtype=float)
    assert groups(x).tolist() == np.unique(x, return_inverse=True)[1].tolist()


def test_thirds_share_ties_evenly() -> None:
    """Two thirds of the weight at one value: it makes up the middle third and half of each of the others."""
    x = np.repeat([0.0, 1.0, 2.0], [100, 400, 100])
    answer = np.repeat([0.0, 0.5, 1.0], [100, 400, 100]) + 1e-3 * np.random.default_rng(1).normal(size=600)
    (effect,) = effects(x[None], answer, np.ones(600), replicates=0)
    assert effect.thirds == pytest.approx((0.25, 0.5, 0.75), abs=1e-3)
