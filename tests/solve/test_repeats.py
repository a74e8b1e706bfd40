"""Payoffs that are equal in every draw are held once, and only those."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_games import random_game

from detente.solve import solve
from detente.solve.repeats import first_alike, unlike


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 60))
def test_rows_that_are_said_to_be_equal_are(seed: int, rows: int, draws: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2, (rows, 1)) + np.where(rng.random((rows, draws)) < 0.03, 1.0, 0.0)
    other = first_alike(values)
    off = unlike(values, other, 0, draws)
    for row, twin in enumerate(other):
        assert twin <= row
        assert off[row] == (not np.array_equal(values[row], values[twin]))


def test_a_difference_in_one_draw_is_seen() -> None:
    """Between the draws that are looked at first."""
    values = np.ones((3, 1000))
    values[1, 501] = 2.0
    values[2, 7] = np.nan
    other = first_alike(values)
    assert other.tolist() == [0, 0, 0]
    assert unlike(values, other, 0, 400).tolist() == [False, False, True]
    assert unlike(values, other, 400, 1000).tolist() == [False, True, False]


def test_the_answer_is_the_same_to_the_last_bit() -> None:
    """A game many of whose ends are worth the same, and the same with a draw in which none is."""
    game, rng = random_game(3, 60, 3), np.random.default_rng(5)
    payoffs = np.repeat(np.round(game.payoffs[..., :1]), 40, axis=-1)
    lam, chances = np.full((3, 40), 0.4), np.repeat(game.chances[:, :1], 40, axis=1)
    mixed = payoffs.copy()
    mixed[..., 20] += rng.random(mixed.shape[:2])
    one, other = solve(game.tree, payoffs, chances, lam), solve(game.tree, mixed, chances, lam)
    rest = np.arange(40) != 20
    np.testing.assert_array_equal(one.choice[:, rest], other.choice[:, rest])
    np.testing.assert_array_equal(one.value[:, rest], other.value[:, rest])
    assert (one.choice[:, 20] != other.choice[:, 20]).any()


@pytest.mark.parametrize("draws", [1, 16, 40])
def test_what_differs_in_few_bits_is_told_apart_at_once(draws) -> None:
    """Signs, powers of two and small whole numbers, as payoffs often are: each is held once, in a game of zero sum too."""
    rng = np.random.default_rng(2)
    numbers = np.array([0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 4.0, -4.0])
    constant = np.repeat(numbers[:, None], draws, axis=1)
    varying = rng.integers(1, 3, (40, draws)) * rng.random((40, 1))
    rows = np.concatenate([constant, varying, -varying, constant, -varying])
    other = first_alike(rows)
    off = unlike(rows, other, 0, draws)
    kept = np.unique(np.where(off, np.arange(len(rows)), other))
    assert len(kept) == len(np.unique(rows, axis=0))
