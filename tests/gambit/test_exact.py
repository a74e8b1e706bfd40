"""Chances written so that they sum to one exactly and read back as the same floats."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente import GameError
from detente.gambit import exact


def test_simple_chances_look_simple():
    assert exact.shares([1 / 3, 2 / 3]) == ["1/3", "2/3"]
    assert exact.shares([0.3, 0.7]) == ["0.3", "0.7"]
    assert exact.shares([1.0, 0.0]) == ["1", "0"]
    assert exact.shares([0.1] * 10) == ["0.1"] * 10
    assert exact.shares([1 / 7] * 7) == ["1/7"] * 7


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=40))
def test_chances_made_by_division_keep_their_floats(weights):
    """Shares of a total, each rounded once: the usual case."""
    total = sum(map(Fraction, weights))
    chances = [float(Fraction(weight) / total) for weight in weights]
    written = [Fraction(share) for share in exact.shares(chances)]
    assert sum(written) == 1
    assert [float(share) for share in written] == chances


@given(st.integers(0, 10_000), st.integers(2, 60))
def test_chances_from_anywhere_are_within_a_hair(seed, count):
    chances = np.random.default_rng(seed).dirichlet(np.full(count, 0.3)).tolist()
    written = [Fraction(share) for share in exact.shares(chances)]
    assert sum(written) == 1
    assert min(written) >= 0
    assert max(abs(share - Fraction(chance)) for share, chance in zip(written, chances, strict=True)) < 1e-15


def test_chances_off_in_sum_by_less_than_a_billionth_are_scaled():
    chances = [0.2 + 1e-10, 0.8]
    written = [Fraction(share) for share in exact.shares(chances)]
    assert sum(written) == 1
    assert [float(share) for share in written] == pytest.approx(chances, abs=1e-9)
    assert exact.shares([1.0, -1e-12]) == ["1", "0"]


@pytest.mark.parametrize("chances", [[0.5, 0.4], [1.5, -0.5], [float("nan"), 1.0], []])
def test_what_are_no_chances(chances):
    with pytest.raises(GameError, match="accepted: chances from 0 to 1 that sum to 1"):
        exact.shares(chances)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_written_as_a_number_that_reads_back(value):
    assert float(exact.number(exact.plain(value))) == value


@pytest.mark.parametrize("text", ["", "-", "e5", "1e", "1/0", "1/-2", "nan", "inf", "0x1", "1_0", "--1", "1.2.3", "1e309", "1e99999", "²"])  # fmt: skip
def test_what_is_no_number(text):
    assert exact.number(text) is None
