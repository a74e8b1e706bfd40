"""Certificates by hand arithmetic, and against the solver's on random games."""

from __future__ import annotations

import math

import numpy as np
import pytest
from random_games import random_game

from detente.game import arrange
from detente.solve import solve
from detente.solve.verify import verify


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=float)[:, None]


def signal():
    """Nature draws a strong (row 0) or weak (row 1) A; A attacks or not; B, who sees only that, resists or yields.

    Peace (1, 1); A yields to nobody; strong beats resistance.
    """
    children = [[1, 2], [3, 5], [4, 6], [7, 8], [9, 10]]
    set_of = [-1, 0, 1, 2, 2]
    tree, _ = arrange("AB", 6, children, set_of, [[0, 1], [], [], [], []], [0, 0, 1])
    # terminals: 5 peace strong, 6 peace weak, 7 strong resisted, 8 strong yielded to, 9 weak resisted, 10 weak yielded to
    payoffs = np.array([[1, 1], [1, 1], [2, -3], [3, 0], [-2, 2], [3, 0]], dtype=float)[:, :, None]
    return tree, payoffs


def test_by_hand() -> None:
    """Strong attacks with 0.8, weak with 0.4, chances 0.3 and 0.7; B resists with 0.6.

    B's belief in strong: .24 / (.24 + .28) = 6/13. Resisting is worth -3 * 6/13 + 2 * 7/13 = -4/13, yielding 0.
    Attack is worth .6 * 2 + .4 * 3 = 2.4 to strong and .6 * -2 + .4 * 3 = 0 to weak; peace 1.
    """
    tree, payoffs = signal()
    choice, chances, lam = column(0.8, 0.2, 0.4, 0.6, 0.6, 0.4), column(0.3, 0.7), column(1.0, 2.0)
    found = verify(tree, payoffs, chances, lam, choice)
    strong, weak = 1 / (1 + math.exp(1 - 2.4)), 1 / (1 + math.exp(1 - 0))
    resist = 1 / (1 + math.exp(2 * 4 / 13))
    assert found.residual[0] == pytest.approx(max(abs(0.8 - strong), abs(0.4 - weak), abs(0.6 - resist)), abs=1e-15)
    assert found.gain[0, 0] == pytest.approx(max(0.2 * 1.4, 0.4 * 1), abs=1e-15)
    assert found.gain[1, 0] == pytest.approx(0.6 * 4 / 13, abs=1e-15)
    reach = [0.3 * 0.2, 0.7 * 0.6, 0.3 * 0.8 * 0.6, 0.3 * 0.8 * 0.4, 0.7 * 0.4 * 0.6, 0.7 * 0.4 * 0.4]
    np.testing.assert_allclose(found.reach[:, 0], reach, atol=1e-15)
    np.testing.assert_allclose(found.value[:, 0], np.array(reach) @ payoffs[:, :, 0], atol=1e-15)


def test_infinite_precision_asks_for_best_responses() -> None:
    """A's attack never pays a weak A enough (0 against 1): the 0.4 is a mistake, and so is strong's 0.2 of peace."""
    tree, payoffs = signal()
    inf, chances = column(math.inf, math.inf), column(0.3, 0.7)
    mixed = verify(tree, payoffs, chances, inf, column(0.8, 0.2, 0.4, 0.6, 0.6, 0.4))
    assert mixed.residual[0] == pytest.approx(0.6)
    # Strong attacks, weak does not, and B, who knows that, yields: but then weak would attack, and gain 2.
    pure = verify(tree, payoffs, chances, inf, column(1, 0, 0, 1, 0, 1))
    assert (pure.residual[0], pure.gain[0, 0], pure.gain[1, 0]) == (1, 2, 0)
    # The equilibrium: strong attacks; weak attacks so that B is indifferent, and B resists so that weak is.
    weak = 0.3 / 0.7 * 3 / 2
    exact = verify(tree, payoffs, chances, inf, column(1, 0, weak, 1 - weak, 0.4, 0.6))
    assert exact.residual[0] == 0
    assert exact.gain.max() < 1e-15


def test_one_actor_may_be_exact_and_another_not() -> None:
    tree, payoffs = signal()
    resist = 1 / (1 + math.exp(2 * 3))  # only strong attacks: resisting is worth -3
    lam, chances = np.array([[math.inf], [2.0]]), column(0.3, 0.7)
    found = verify(tree, payoffs, chances, lam, column(1, 0, 0, 1, resist, 1 - resist))
    assert found.residual[0] == 1  # weak should attack too: B resists with 1/400
    assert found.gain[1, 0] == pytest.approx(3 * resist)


@pytest.mark.parametrize(("chance", "belief"), [((0, 1), 0), ((1, 0), 1), ((1e-200, 1), 0)])
def test_beliefs_after_what_cannot_happen(chance, belief) -> None:
    tree, payoffs = signal()
    found = verify(tree, payoffs, column(*chance), column(1.0, 1.0), np.full((6, 1), 0.5))
    resisting = belief * -3 + (1 - belief) * 2
    assert found.gain[1, 0] == pytest.approx(abs(resisting) / 2, abs=1e-15)


def test_beliefs_where_a_float_holds_no_probability() -> None:
    """At precision 2,000 both types attack with probability 0 to a float, and B's belief is the ratio of the two.

    Attack costs 5 more than peace for both types, and 0.001 more for strong: strong attacks e**-2 times as
    often as weak, whatever B does. B's belief in strong: 1 / (1 + e**2) from even chances.
    """
    tree, _ = signal()
    payoffs = np.array([[0, 0], [0, 0], [-5.001, 1], [-5.001, 0], [-5, -1], [-5, 0]])[:, :, None]
    strong = 1 / (1 + math.e**2)
    resist = 1 / (1 + math.exp(-(2 * strong - 1)))
    choice = column(0, 1, 0, 1, resist, 1 - resist)
    found = verify(tree, payoffs, column(0.5, 0.5), column(2000.0, 1.0), choice)
    assert found.residual[0] < 1e-12


def test_what_is_not_a_number_is_no_equilibrium() -> None:
    tree, payoffs = signal()
    found = verify(tree, payoffs, column(0.3, 0.7), column(1.0, 1.0), np.full((6, 1), np.nan))
    assert not found.residual[0] <= 1e-9


@pytest.mark.parametrize("crossing", [False, True])
def test_agrees_with_the_solver(crossing) -> None:
    """Whatever the profile's quality, both programs say the same of it."""
    for seed in range(40):
        game = random_game(seed, 50, 1 + seed % 4, draws=3, crossing=crossing)
        span = np.ptp(game.payoffs, axis=0)
        lam = np.random.default_rng(seed).uniform(0, 3, span.shape) / span
        tree = game.tree
        solution = solve(tree, game.payoffs, game.chances, lam)
        found = verify(tree, game.payoffs, game.chances, lam, solution.choice)
        for name in ("residual", "gain", "value", "reach"):
            np.testing.assert_allclose(getattr(found, name), getattr(solution, name), rtol=0, atol=1e-9, err_msg=name)
