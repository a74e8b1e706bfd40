"""Crawford & Sobel (1982): how much vagueness there must be between parties whose interests differ, exactly.

The principal branch babbles: at precision zero all messages are alike, and nothing on the branch ever tells them apart. The
informative equilibria of the finite games are on other branches; here they are only shown to be there.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from crawford_sobel import GAMES, CheapTalk, cuts, loss, most_messages

from detente.solve import Status, solve

PUBLISHED = [
    (1 / 20, 3, (2 / 15, 7 / 15), 0.01592593),
    (1 / 40, 4, (0.1, 0.3, 0.6), 0.00833333),
    (0.24, 2, (0.02,), 1 / 48 + 0.24**2),
    (0.26, 1, (), 1 / 12),
]
"""Bias, messages, cuts, receiver's loss: by their formulas."""
NAMES = [f"bias {bias:.3g}" for bias, *_ in PUBLISHED]
published = pytest.mark.parametrize(("bias", "count", "between", "cost"), PUBLISHED, ids=NAMES)


@published
def test_formulas(bias, count, between, cost) -> None:
    """A type at a cut is indifferent between the actions on both sides of it, a bias away: what the formulas solve."""
    assert most_messages(bias) == count
    at = cuts(bias, count)
    assert at[1:-1] == pytest.approx(between, abs=1e-12)
    assert loss(bias, count) == pytest.approx(cost, abs=5e-9)
    middles = [(low + high) / 2 for low, high in pairwise(at)]
    for cut, (low, high) in zip(at[1:-1], pairwise(middles), strict=True):
        assert (low + high) / 2 == pytest.approx(cut + bias, abs=1e-12)
    residual = sum((high - low) ** 3 / 12 for low, high in pairwise(at))
    assert residual == pytest.approx(cost, abs=5e-9)


@published
def test_the_published_partition_is_an_equilibrium_of_the_finite_game(bias, count, between, cost) -> None:
    """Exactly one in pure strategies, and at a high precision a logit equilibrium is next to it."""
    game = GAMES[bias]
    says, does = game.partition(count)
    assert game.receiver_loss(says, does) == pytest.approx(loss(bias, count) - game.grain, abs=1e-12)
    mine, theirs = game.losses
    means = np.flatnonzero(says.sum(axis=0))
    assert (mine @ does.T)[says == 1] == pytest.approx((mine @ does.T).min(axis=1), abs=1e-12)
    expected = (says[:, means] / says[:, means].sum(axis=0)).T @ theirs
    assert expected[does[means] == 1] == pytest.approx(expected.min(axis=1), abs=1e-12)
    if count == 1:  # babbling; every message will do
        return
    says, does = game.settled(says, does)
    np.testing.assert_allclose(says, game.partition(count)[0], atol=0.03)
    assert game.receiver_loss(says, does) == pytest.approx(cost - game.grain, abs=1 / game.precision)
    again = game.split(game.profile(says, does))
    np.testing.assert_array_equal(again[0], says)
    np.testing.assert_array_equal(again[1], does)


@pytest.fixture(scope="module", params=list(GAMES), ids=NAMES)
def babble(request) -> tuple[CheapTalk, np.ndarray, np.ndarray]:
    """A game, and what its sender says and its receiver does on the principal branch."""
    game = GAMES[request.param]
    solved = solve(game.tree, *game.numbers())
    assert Status(int(solved.status[0])) == Status.SOLVED
    return game, *game.split(solved.choice[:, 0])


def test_the_principal_branch_babbles(babble) -> None:
    """Every type sends every message as often, and the receiver answers all alike: softmax of -lambda ((a - 1/2)^2 + variance)."""
    game, says, does = babble
    np.testing.assert_allclose(says, 1 / game.messages, atol=1e-9)
    weight = np.exp(-game.precision * (game.action_at - 0.5) ** 2)
    np.testing.assert_allclose(does, np.tile(weight / weight.sum(), (game.messages, 1)), atol=1e-9)


def test_babbling_costs_the_receiver_a_twelfth(babble) -> None:
    """The variance of t: less what the grain of the types takes away, and with what the receiver's noise adds."""
    game, says, does = babble
    noise = does[0] @ (game.action_at - 0.5) ** 2
    found = game.receiver_loss(says, does)
    assert found == pytest.approx(1 / 12 - game.grain + noise, abs=1e-9)
    assert found == pytest.approx(1 / 12, abs=1 / game.precision + game.grain)
