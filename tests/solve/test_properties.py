"""What may not change the answer, on random games with private information, hidden moves and crossing sets.

Precisions are low enough, times payoff span at most 3, for the equilibrium to be one and easily found: what is tested is
that the answer belongs to the game and not to the way it is written.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_games import random_game, relabelled, split_chances, with_impossible_branch

from detente.solve import Status, solve

DRAWS = 3
CLOSE = {"rtol": 0, "atol": 1e-8}
shapes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "nodes": st.integers(1, 60),
        "actors": st.integers(1, 4),
        "draws": st.just(DRAWS),
        "crossing": st.booleans(),
    }
)
few = settings(max_examples=60, deadline=None)


def precision(game, rng) -> np.ndarray:
    """(I, D) from nothing to three per span."""
    span = np.ptp(game.payoffs, axis=0)
    return rng.uniform(0, 3, span.shape) / span


def solved(game, lam):
    solution = solve(game.tree, game.payoffs, game.chances, lam)
    assert (solution.status == Status.SOLVED).all()
    return solution


def same(game, one, other) -> None:
    """Two answers about one game."""
    np.testing.assert_allclose(one.choice, other.choice, **CLOSE)
    np.testing.assert_allclose(one.reach, other.reach, **CLOSE)


def same_by_set(game, one, changed, other) -> None:
    """Answers about a game and one that has the same sets, in another order of the tree."""
    for a, b in zip(game.by_set(one.choice), changed.by_set(other.choice), strict=True):
        np.testing.assert_allclose(a, b, **CLOSE)
    np.testing.assert_allclose(one.value, other.value, **CLOSE)


@few
@given(shapes)
def test_names_and_order_do_not_matter(shape) -> None:
    """Nodes, terminals, sets, options, actors and chance rows all get other numbers."""
    game, rng = random_game(**shape), np.random.default_rng(shape["seed"])
    lam = precision(game, rng)
    changed, to = relabelled(game, rng)
    lam_changed = np.empty_like(lam)
    lam_changed[to["actor"]] = lam
    one, other = solved(game, lam), solved(changed, lam_changed)
    np.testing.assert_allclose(one.reach, other.reach[to["terminal"]], **CLOSE)
    np.testing.assert_allclose(one.value, other.value[to["actor"]], **CLOSE)
    np.testing.assert_allclose(one.gain, other.gain[to["actor"]], **CLOSE)
    mine, theirs = game.by_set(one.choice), changed.by_set(other.choice)
    for held, choice in enumerate(mine):
        np.testing.assert_allclose(choice, theirs[to["set"][held]][to["option"][held]], **CLOSE)


@few
@given(shapes)
def test_a_constant_added_to_an_actors_payoffs_does_not_matter(shape) -> None:
    game, rng = random_game(**shape), np.random.default_rng(shape["seed"])
    lam, constant = precision(game, rng), rng.normal(scale=10, size=game.payoffs.shape[1:])
    one, other = solved(game, lam), solve(game.tree, game.payoffs + constant, game.chances, lam)
    same(game, one, other)
    np.testing.assert_allclose(one.value + constant, other.value, **CLOSE)


@few
@given(shapes)
def test_the_unit_of_a_payoff_does_not_matter(shape) -> None:
    """Precision is per unit of payoff: twice the payoffs at half the precision is the same game."""
    game, rng = random_game(**shape), np.random.default_rng(shape["seed"])
    lam, unit = precision(game, rng), rng.uniform(0.01, 100, game.payoffs.shape[1:])
    one, other = solved(game, lam), solve(game.tree, game.payoffs * unit, game.chances, lam / unit)
    same(game, one, other)
    np.testing.assert_allclose(one.gain, other.gain / unit, **CLOSE)


@few
@given(shapes)
def test_a_chance_move_in_two_steps_does_not_matter(shape) -> None:
    game, rng = random_game(**shape), np.random.default_rng(shape["seed"])
    lam, changed = precision(game, rng), split_chances(game)
    one, other = solved(game, lam), solved(changed, lam)
    same_by_set(game, one, changed, other)
    np.testing.assert_allclose(one.reach, other.reach, **CLOSE)


@few
@given(shapes)
def test_what_cannot_happen_does_not_matter(shape) -> None:
    """A node that chance never leads to, in a set that is also reached otherwise."""
    game, rng = random_game(**shape), np.random.default_rng(shape["seed"])
    lam, changed = precision(game, rng), with_impossible_branch(game, rng)
    one, other = solved(game, lam), solved(changed, lam)
    same_by_set(game, one, changed, other)
    terminals = len(game.payoffs)
    np.testing.assert_allclose(one.reach, other.reach[:terminals], **CLOSE)
    assert not other.reach[terminals:].any()


@few
@given(shapes)
def test_draws_do_not_touch_each_other(shape) -> None:
    """A draw alone has, to the last bit, the answer that it has in company, of fewer or of more draws than go side by side."""
    game, rng = random_game(**{**shape, "draws": 11}), np.random.default_rng(shape["seed"])
    lam = precision(game, rng)
    together = solved(game, lam)
    for d in (0, 7, 8, 10):
        alone = solve(game.tree, game.payoffs[:, :, [d]], game.chances[:, [d]], lam[:, [d]])
        np.testing.assert_array_equal(alone.choice[:, 0], together.choice[:, d])


@few
@given(shapes)
def test_at_precision_zero_every_option_is_as_likely(shape) -> None:
    game = random_game(**shape)
    solution = solved(game, np.zeros((shape["actors"], DRAWS)))
    for choice in game.by_set(solution.choice):
        np.testing.assert_allclose(choice, 1 / len(choice), rtol=0, atol=1e-15)


@pytest.mark.parametrize("crossing", [False, True])
def test_the_random_games_are_what_they_should_be(crossing) -> None:
    """Perfect recall in all; private information and crossing sets in many; the same again from the same seed."""
    from detente.game.extensive import forgetful_set

    trees = [random_game(seed, 60, 1 + seed % 4, crossing=crossing).tree for seed in range(40)]
    assert all(forgetful_set(tree) is None for tree in trees)
    assert sum((tree.set_size > 1).any() for tree in trees) > 25
    assert (sum(tree.late.any() for tree in trees) > 3) == crossing
    again = random_game(7, 60, 3, crossing=crossing)
    np.testing.assert_array_equal(again.payoffs, random_game(7, 60, 3, crossing=crossing).payoffs)
