"""Backward induction: published games, ties, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from random_games import random_game

from detente.game import GameError, arrange
from detente.solve.backward import backward_induction
from detente.solve.verify import verify

NONE = np.zeros((0, 1))


def chain(payoffs: list[tuple[float, float]]) -> tuple:
    """Two actors in turn take (the first option) or pass; payoffs of the ends in order, passed to the last."""
    moves = len(payoffs) - 1
    children = [[moves + k, k + 1 if k + 1 < moves else 2 * moves] for k in range(moves)]
    tree, _ = arrange("AB", len(payoffs), children, list(range(moves)), [[]] * moves, [k % 2 for k in range(moves)])
    return tree, np.array(payoffs, dtype=float)[:, :, None]


def test_centipede_is_taken_at_once() -> None:
    """Rosenthal (1981); payoffs of McKelvey & Palfrey (1992)."""
    tree, payoffs = chain([(0.4, 0.1), (0.2, 0.8), (1.6, 0.4), (0.8, 3.2), (6.4, 1.6)])
    found = backward_induction(tree, payoffs, NONE)
    np.testing.assert_array_equal(found.choice[:, 0], [1, 0] * 4)
    np.testing.assert_array_equal(found.value[:, 0], [0.4, 0.1])
    assert not found.ties.any()


def test_ties_are_split_and_reported() -> None:
    """B is indifferent at the end, so that A expects (1 + 4) / 2 from passing: more than 2, less than 3."""
    tree, payoffs = chain([(2, 0), (1, 1), (4, 1)])
    found = backward_induction(tree, payoffs, NONE)
    np.testing.assert_array_equal(found.choice[:, 0], [0, 1, 0.5, 0.5])
    np.testing.assert_array_equal(found.ties[:, 0], [False, True])
    np.testing.assert_array_equal(found.value[:, 0], [2.5, 1])
    payoffs[0, 0] = 3
    assert backward_induction(tree, payoffs, NONE).choice[0, 0] == 1


@pytest.mark.parametrize(("difference", "tied"), [(1e-13, True), (1e-11, False)])
def test_the_tolerance_is_a_share_of_the_span(difference, tied) -> None:
    """Spans are 1000 for A and 500 for B."""
    tree, payoffs = chain([(1000, 500), (0, 0), (0, 500 * difference)])
    assert backward_induction(tree, payoffs, NONE).ties[1, 0] == tied
    assert backward_induction(tree, payoffs, NONE, tolerance=1e-10).ties[1, 0]


def test_each_draw_has_its_own_play_and_chances() -> None:
    """A safe payoff or a gamble, at three chances of winning."""
    tree, _ = arrange("A", 3, [[2, 1], [3, 4]], [0, -1], [[], [0, 1]], [0])
    payoffs = np.repeat(np.array([0.5, 1, 0])[:, None, None], 3, axis=2)
    win = np.array([0.4, 0.5, 0.6])
    found = backward_induction(tree, payoffs, np.array([win, 1 - win]))
    np.testing.assert_array_equal(found.choice[0], [1, 0.5, 0])
    np.testing.assert_array_equal(found.value[0], [0.5, 0.5, 0.6])
    np.testing.assert_array_equal(found.ties[0], [False, True, False])


def test_hidden_moves_are_refused() -> None:
    tree, _ = arrange("AB", 4, [[1, 2], [3, 4], [5, 6]], [0, 1, 1], [[]] * 3, [0, 1])
    with pytest.raises(ValueError, match=r"information set 1, of B, has 2 nodes") as caught:
        backward_induction(tree, np.zeros((4, 2, 1)), NONE)
    assert isinstance(caught.value, GameError)


def test_is_a_best_response_everywhere() -> None:
    """On random games in which every node is made a set of its own."""
    from dataclasses import replace

    for seed in range(30):
        game = random_game(seed, 60, 1 + seed % 4, draws=4)
        deciding = [n for n, held in enumerate(game.set_of) if held >= 0]
        game = replace(
            game,
            set_of=[deciding.index(n) if held >= 0 else -1 for n, held in enumerate(game.set_of)],
            set_actor=[game.set_actor[game.set_of[n]] for n in deciding],
        )
        tree = game.tree
        found = backward_induction(tree, game.payoffs, game.chances)
        exact = np.full(game.payoffs.shape[1:], np.inf)
        certificate = verify(tree, game.payoffs, game.chances, exact, found.choice)
        assert not certificate.residual.any()
        assert certificate.gain.max() < 1e-14
        np.testing.assert_allclose(certificate.value, found.value, atol=1e-13)
        assert not found.ties.any()
