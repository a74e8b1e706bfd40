"""The verbal probabilities against the data their figures come from."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from detente.situation import words

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "probability_words" / "probly.csv"
PHRASES = sorted(words.PHRASES)


@pytest.mark.skipif(not DATA.exists(), reason="the readers' answers (shared data) are not here")
def test_figures_are_the_quantiles_of_the_readers() -> None:
    with DATA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 46
    assert {name.lower() for name in rows[0]} == set(words.PHRASES)
    for name in rows[0]:
        answers = [float(row[name]) for row in rows]
        np.testing.assert_allclose(words.PHRASES[name.lower()], np.quantile(answers, words.POINTS), atol=1e-9)


@pytest.mark.parametrize(("phrase", "per_cent"), [("unlikely", 20), ("likely", 70), ("highly likely", 90)])
def test_published_medians(phrase: str, per_cent: float) -> None:
    assert words.quantile(phrase, np.array(0.5)) == pytest.approx(per_cent / 100, abs=1e-12)


@pytest.mark.parametrize("phrase", PHRASES)
def test_distribution_passes_through_its_figures(phrase: str) -> None:
    reached = 100 * words.quantile(phrase, np.array(words.POINTS))
    assert reached[3] == pytest.approx(words.PHRASES[phrase][3], abs=1e-9)
    np.testing.assert_allclose(reached, words.PHRASES[phrase], atol=3)  # ties are drawn apart
    untied = np.array(words.PHRASES["improbable"])
    np.testing.assert_allclose(100 * words.quantile("improbable", np.array(words.POINTS)), untied, atol=1e-9)


@pytest.mark.parametrize("phrase", PHRASES)
def test_density_is_that_of_the_quantiles(phrase: str) -> None:
    x = words.quantile(phrase, np.linspace(0.01, 0.99, 99))
    np.testing.assert_allclose(words.cumulative(phrase, x), np.linspace(0.01, 0.99, 99), atol=1e-12)
    edges = words.quantile(phrase, np.array([1e-12, *words.POINTS, 1 - 1e-9]))
    pieces = [
        integrate.quad(lambda p: float(np.exp(words.log_density(phrase, np.array(p)))), a, b, limit=400)[0]
        for a, b in pairwise(edges)
    ]
    np.testing.assert_allclose(pieces, np.diff([0, *words.POINTS, 1]), atol=1e-6)


@given(st.sampled_from(PHRASES), st.floats(1e-12, 1 - 1e-12), st.floats(1e-12, 1 - 1e-12))
def test_quantiles_rise_within_zero_and_one(phrase: str, first: float, second: float) -> None:
    low, high = words.quantile(phrase, np.array(sorted((first, second))))
    assert 0 < low <= high < 1


def test_phrases_are_found_whatever_their_case_and_spacing() -> None:
    assert words.canonical("  Highly   LIKELY ") == "highly likely"
    assert words.canonical("highly_likely") == "highly likely"
    assert words.canonical("very likely indeed") is None
    assert words.nearest("Higly likly") == "highly likely"
    assert words.nearest("xyzzy") is None


def test_an_unknown_phrase_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="`perchance` is not one of"):
        words.quantile("perchance", np.array(0.5))
