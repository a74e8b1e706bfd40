"""Solving as a library: draws that cannot be solved, none at all, and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from random_games import random_game

from detente.solve import Status, solution, solve

DRAWS = 24


@pytest.fixture(scope="module")
def game():
    return random_game(11, 60, actors=3, draws=DRAWS, crossing=True)


def given(game):
    """A copy of its numbers, at a precision of 3."""
    return game.payoffs.copy(), game.chances.copy(), np.full((3, DRAWS), 3.0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("table", [0, 1, 2])
def test_a_draw_with_a_number_that_is_none_is_reported_and_spoils_no_other(game, table, wrong):
    numbers, right = given(game), solve(game.tree, *given(game))
    assert (right.status == Status.SOLVED).all()
    numbers[table].reshape(-1, DRAWS)[0, [3, 17]] = wrong
    found = solve(game.tree, *numbers)
    off = np.isin(np.arange(DRAWS), [3, 17])
    assert (found.status == np.where(off, Status.NOT_FINITE, Status.SOLVED)).all()
    np.testing.assert_array_equal(found.choice[:, ~off], right.choice[:, ~off])
    np.testing.assert_array_equal(found.value[:, ~off], right.value[:, ~off])


def test_infinities_that_would_cancel_are_found(game):
    payoffs, chances, lam = given(game)
    payoffs[0, 0, 5], payoffs[1, 0, 5] = np.inf, -np.inf
    assert solve(game.tree, payoffs, chances, lam).status[5] == Status.NOT_FINITE


@pytest.mark.parametrize("threads", [1, 3])
def test_no_draws_at_all(game, threads):
    found = solve(game.tree, *(numbers[..., :0] for numbers in given(game)), threads=threads)
    assert found.choice.shape == (game.tree.actions, 0)
    assert found.reach.shape == (game.tree.terminals, 0)
    assert found.status.shape == (0,)


@pytest.mark.parametrize("threads", [1, 3])
def test_what_goes_wrong_in_a_chunk_is_told(game, threads, monkeypatch):
    def broken(*given):
        raise MemoryError("no room")

    monkeypatch.setattr(solution, "solve_block", broken)
    with pytest.raises(MemoryError, match="no room"):
        solve(game.tree, *given(game), threads=threads)


def test_the_callers_numpy_may_raise_on_everything(game):
    """As in a thread of its own: exponentials that vanish are not an error."""
    payoffs, chances, lam = given(game)
    with np.errstate(all="raise"):
        found = solve(game.tree, payoffs, chances, 300.0 * lam)
    again = solve(game.tree, payoffs, chances, 300.0 * lam, threads=2)
    np.testing.assert_array_equal(found.choice, again.choice)
