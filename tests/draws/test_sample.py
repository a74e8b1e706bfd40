"""Draws against the specifications they come from, and what keeps runs comparable."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from detente.draws import Draws, DrawsError, copula, medians, redrawn, sample
from detente.draws.streams import uniforms
from detente.situation.distributions import median, quantile
from detente.situation.expression import Expression, Operation, QuantityValue, constant
from detente.situation.model import (
    Correlation,
    Discrete,
    Fixed,
    Formula,
    Judgement,
    Judgements,
    Quantity,
    Range,
    Situation,
    Specification,
    Verbal,
)

COUNT = 4000
CRITICAL = stats.kstwobign.ppf(0.999) / np.sqrt(COUNT)


def situation(quantities: dict[str, Specification], *correlations: tuple[str, str, float]) -> Situation:
    """A situation of quantities alone."""
    nothing: Any = {}
    return Situation(
        "t", "q", date(2020, 1, 1), date(2020, 12, 31), nothing, nothing,
        {name: Quantity(name, spec) for name, spec in quantities.items()},
        tuple(Correlation(*c) for c in correlations), nothing, (), nothing, nothing, nothing, (), (), nothing,
    )  # fmt: skip


def divide(first: str, second: str) -> Expression:
    return Operation("/", (QuantityValue(first), QuantityValue(second)), "number")


A, B, C = Range(1, 4, 0.9, "lognormal"), Range(-1, 4, 0.9, "normal"), Range(0.2, 0.8, 0.9, "logitnormal")
EVERYTHING: dict[str, Specification] = {
    "normal": B,
    "lognormal": A,
    "logitnormal": C,
    "uniform": Range(0, 1, 1, "uniform"),
    "triangular": Range(0, 1, 0.8, "triangular"),
    "word": Verbal("unlikely"),
    "logpool": Judgements((Judgement("x", A), Judgement("y", Range(2, 9, 0.9, "lognormal"))), "log"),
    "pool": Judgements((Judgement("x", B), Judgement("y", Range(5, 9, 0.9, "normal"), 2.0)), "linear"),
}


# --------------------------------------------------------------------------- the right distribution


@pytest.mark.parametrize("name", EVERYTHING)
def test_draws_follow_their_specification(name: str) -> None:
    values = np.sort(sample(situation(EVERYTHING), COUNT, 1).values[name])
    expected = quantile(EVERYTHING[name], (np.arange(20_000) + 0.5) / 20_000)
    share = np.searchsorted(expected, values) / 20_000
    assert np.abs(share - (np.arange(COUNT) + 0.5) / COUNT).max() < CRITICAL


def test_discrete_and_fixed_numbers() -> None:
    drawn = sample(situation({"d": Discrete((1.0, 2.0, 5.0), (0.2, 0.5, 0.3)), "f": Fixed(3.0)}), COUNT, 3).values
    assert (drawn["f"] == 3).all()
    counts = [int((drawn["d"] == v).sum()) for v in (1, 2, 5)]
    assert stats.chisquare(counts, [0.2 * COUNT, 0.5 * COUNT, 0.3 * COUNT]).pvalue > 1e-3


def test_pooled_draws_have_the_weights_and_means_of_their_authors() -> None:
    drawn = sample(situation(EVERYTHING), COUNT, 5)
    values, chosen = drawn.values["pool"], drawn.chosen["pool"]
    assert drawn.authors == {"pool": ("x", "y")}  # a log pool has no author a draw
    assert np.mean(chosen == 1) == pytest.approx(2 / 3, abs=4 * np.sqrt(2 / 9 / COUNT))
    for author, mean in [(0, 1.5), (1, 7.0)]:
        mine = values[chosen == author]
        assert mine.mean() == pytest.approx(mean, abs=4 * mine.std() / np.sqrt(len(mine)))
    x = stats.norm(1.5, 2.5 / stats.norm.ppf(0.95))
    assert stats.kstest(values[chosen == 0], x.cdf).pvalue > 1e-3


def test_authors_who_give_single_values_are_traced_exactly() -> None:
    spec = Judgements((Judgement("x", Fixed(1.0)), Judgement("y", Fixed(2.0)), Judgement("z", B)), "linear")
    drawn = sample(situation({"p": spec}), COUNT, 2)
    for author, value in [(0, 1.0), (1, 2.0)]:
        np.testing.assert_array_equal(drawn.chosen["p"] == author, drawn.values["p"] == value)


# --------------------------------------------------------------------------- dependence


@pytest.mark.parametrize("rank", [-1.0, -0.6, 0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("pair", [("lognormal", "normal"), ("pool", "word"), ("uniform", "logpool")])
def test_rank_correlations_are_reached(rank: float, pair: tuple[str, str]) -> None:
    drawn = sample(situation(EVERYTHING, (*pair, rank)), COUNT, 7).values
    reached = stats.spearmanr(drawn[pair[0]], drawn[pair[1]]).statistic
    assert reached == pytest.approx(rank, abs=4 * (1 - rank**2) / np.sqrt(COUNT) + 1e-3)


def test_correlating_some_leaves_margins_and_all_others_alone() -> None:
    before = sample(situation(EVERYTHING), COUNT, 1).values
    after = sample(situation(EVERYTHING, ("uniform", "normal", 0.8), ("word", "pool", -0.5)), COUNT, 1).values
    for name in ("lognormal", "logitnormal", "triangular", "logpool", "normal", "pool"):
        np.testing.assert_array_equal(before[name], after[name])
    assert not np.array_equal(before["uniform"], after["uniform"])
    assert stats.kstest(after["uniform"], "uniform").pvalue > 1e-3


def test_independent_quantities_are_independent() -> None:
    drawn = sample(situation(EVERYTHING), COUNT, 11).values
    matrix = stats.spearmanr(np.stack([drawn[name] for name in EVERYTHING], axis=1)).statistic
    assert np.abs(matrix - np.eye(len(EVERYTHING))).max() < 4.5 / np.sqrt(COUNT)


def test_correlations_that_contradict_each_other_are_refused_with_what_would_do() -> None:
    wrong = situation({"a": A, "b": B, "c": C}, ("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9))
    with pytest.raises(DrawsError, match=r"correlations: .*a, b, c cannot all hold: .* would have to be about"):
        sample(wrong, 10, 1)


def test_correlations_that_are_just_impossible_take_the_nearest_that_hold() -> None:
    # Spearman matrix singular, so the Pearson matrix of the copula is slightly indefinite.
    names, ranks = ("a", "b", "c"), [Correlation("a", "b", 0.6), Correlation("b", "c", 0.8), Correlation("a", "c", 0.0)]
    stated = np.eye(3)
    for c in ranks:
        i, j = names.index(c.first), names.index(c.second)
        stated[i, j] = stated[j, i] = 2 * np.sin(np.pi * c.rank / 6)
    assert np.linalg.eigvalsh(stated)[0] < 0
    lower = copula.mixing(names, ranks)
    reached = lower @ lower.T
    np.testing.assert_allclose(np.diag(reached), 1, atol=1e-12)
    np.testing.assert_allclose(reached, stated, atol=0.02)


def test_groups_are_the_connected_parts() -> None:
    pairs = [Correlation("b", "c", 0.1), Correlation("e", "d", 0.1), Correlation("a", "b", 0.1)]
    assert copula.groups(pairs) == [("a", "b", "c"), ("d", "e")]


# --------------------------------------------------------------------------- comparable runs


def same(first: Draws, second: Draws, names: list[str], count: int) -> None:
    for name in names:
        np.testing.assert_array_equal(first.values[name][:count], second.values[name][:count])
    for name in first.chosen:
        np.testing.assert_array_equal(first.chosen[name][:count], second.chosen[name][:count])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40), st.integers(1, 300), st.integers(1, 300))
def test_a_shorter_run_is_the_beginning_of_a_longer_one(seed: int, first: int, second: int) -> None:
    some = situation(EVERYTHING, ("uniform", "normal", 0.8), ("word", "normal", -0.3))
    same(sample(some, first, seed), sample(some, second, seed), list(EVERYTHING), min(first, second))


OTHERWISE: dict[str, Specification] = {
    "normal": Range(-2, 4, 0.9, "normal"),
    "uniform": Fixed(0.25),
    "word": Verbal("likely"),
    "logitnormal": Formula(divide("lognormal", "triangular")),
    "pool": Judgements((Judgement("x", B), Judgement("y", Range(5, 8, 0.9, "normal"), 2.0)), "linear"),
    "new": A,
}
TIES = [("uniform", "normal", 0.8), ("word", "normal", -0.3), ("lognormal", "triangular", 0.4)]


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(OTHERWISE))), st.sets(st.sampled_from(sorted(EVERYTHING)), max_size=2),
    st.sets(st.sampled_from(TIES)), st.sets(st.sampled_from([*TIES, ("uniform", "normal", 0.5)])), st.booleans(),
)  # fmt: skip
def test_only_what_changed_is_drawn_again_and_the_values_are_those_of_a_new_sample(
    changed: set[str], gone: set[str], ties: set[Any], later: set[Any], some: bool
) -> None:
    quantities = {**EVERYTHING, "ratio": Formula(divide("normal", "lognormal"))}
    drawn = sample(situation(quantities, *sorted(ties)), 60, 4)
    quantities = {
        n: q
        for n, q in {**quantities, **{n: OTHERWISE[n] for n in changed}}.items()
        if n not in gone - {"normal", "lognormal", "triangular"}
    }
    there = [tie for tie in sorted(later) if len({t for t in sorted(later) if t[:2] == tie[:2]}) == 1]
    after = situation(quantities, *there)
    which = np.array([3, 17, 58]) if some else np.arange(60)
    broken = any(
        isinstance(quantities.get(name), Formula) or name not in quantities for tie in there for name in tie[:2]
    )
    if broken:
        with pytest.raises(DrawsError) as expected_error:
            sample(after, 60, 4)
        with pytest.raises(DrawsError) as error:
            redrawn(drawn, after, which)
        assert str(error.value) == str(expected_error.value)
        return
    expected = sample(after, 60, 4).values
    found = redrawn(drawn, after, which if some else None)
    assert list(found) == list(expected)
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name][which])


def test_what_stays_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, asked = sample(situation(EVERYTHING, *TIES), 50, 1), []
    module = sys.modules["detente.draws.sample"]  # of that name the package has a function
    monkeypatch.setattr(module, "quantile", lambda spec, u: asked.append(spec) or quantile(spec, u))
    redrawn(drawn, situation({**EVERYTHING, "pool": OTHERWISE["pool"]}, *TIES))
    assert asked == [OTHERWISE["pool"]]
    asked.clear()
    redrawn(drawn, situation(EVERYTHING, *TIES[1:]))
    assert sorted(map(str, asked)) == sorted(str(EVERYTHING[name]) for name in ("uniform", "normal", "word"))


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(sorted(EVERYTHING)), min_size=1), st.randoms())
def test_removing_or_reordering_quantities_changes_no_other(kept: set[str], random: Any) -> None:
    order = sorted(kept)
    random.shuffle(order)
    part = sample(situation({name: EVERYTHING[name] for name in order}), 50, 9)
    same(part, sample(situation(EVERYTHING), 50, 9), order, 50)
    assert list(part.values) == order


def test_another_seed_gives_other_draws() -> None:
    first, second = (sample(situation(EVERYTHING), 50, seed).values for seed in (1, 2))
    assert not any(np.array_equal(first[name], second[name]) for name in EVERYTHING)


def test_streams_are_numpys_stable_bits() -> None:
    """NumPy's documentation prints ``default_rng(1).random()`` as 0.51182162: PCG64's raw bits, top 53."""
    raw = np.random.PCG64(np.random.SeedSequence(1)).random_raw(1)
    assert (int(raw[0]) >> 11) * 2.0**-53 == pytest.approx(0.51182162, abs=1e-8)
    u = uniforms(1, "a", 1000)
    assert ((u > 0) & (u < 1)).all()
    assert stats.kstest(u, "uniform").pvalue > 1e-3


# --------------------------------------------------------------------------- formulas and medians


def test_formulas_are_computed_after_what_they_use_whatever_the_order() -> None:
    quantities: dict[str, Specification] = {
        "ratio_of_ratio": Formula(divide("ratio", "b")),
        "ratio": Formula(divide("a", "b")),
        "a": A,
        "b": Range(2, 3, 0.9, "lognormal"),
        "two": Formula(constant(2)),
    }
    values = sample(situation(quantities), 100, 1).values
    np.testing.assert_array_equal(values["ratio_of_ratio"], values["a"] / values["b"] / values["b"])
    np.testing.assert_array_equal(values["two"], np.full(100, 2.0))
    assert list(values) == list(quantities)


def test_medians_are_those_of_the_parts_and_formulas_of_them() -> None:
    quantities: dict[str, Specification] = {**EVERYTHING, "ratio": Formula(divide("lognormal", "normal"))}
    found = medians(situation(quantities))
    assert found["ratio"] == pytest.approx(2.0 / 1.5)
    for name, spec in EVERYTHING.items():
        assert found[name] == median(spec)


def test_a_formula_without_a_finite_value_is_named_with_its_inputs() -> None:
    quantities: dict[str, Specification] = {
        "a": A,
        "z": Discrete((0.0, 1.0), (0.5, 0.5)),
        "f": Formula(divide("a", "z")),
    }
    values = sample(situation({"a": A, "z": quantities["z"]}), 100, 1).values
    first = int(np.flatnonzero(values["z"] == 0)[0])
    count, number = int((values["z"] == 0).sum()), f"{values['a'][first]:.6g}"
    where = f"quantities.f: .* inf in {count} of 100 draws, first in draw {first + 1}, where a = {number}, z = 0"
    with pytest.raises(DrawsError, match=where):
        sample(situation(quantities), 100, 1)


def test_what_cannot_be_pooled_or_correlated_is_named() -> None:
    pool = Judgements((Judgement("x", A), Judgement("y", Fixed(1.0))), "log")
    with pytest.raises(DrawsError, match=r"quantities\.p: the judgement of y"):
        sample(situation({"p": pool}), 10, 1)
    with pytest.raises(DrawsError, match="`f` is no quantity that is drawn"):
        sample(situation({"a": A, "f": Formula(constant(1))}, ("a", "f", 0.5)), 10, 1)
