"""Shares of variance against functions whose Sobol indices are known in closed form."""

import numpy as np
import pytest

from detente.explain.drivers import drivers, effects
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
