"""Lewis & Schultz (2003): several equilibria at published payoffs. Whoever reports one at -2.9 reports an accident.

The published figures, the continuous game (SciPy) and the finite game's own fixed points are three checks on one another; then comes
the solver.
"""

from __future__ import annotations

import numpy as np
import pytest
from lewis_schultz import PUBLISHED, SanctionsThreat, continuous_equilibria, fold

from detente.solve import Status, solve

WARS = list(PUBLISHED)
NEAR = 0.016
"""How far the finite game's equilibria are from those of the continuous one, which it approximates."""


@pytest.fixture(scope="module")
def game():
    return SanctionsThreat()


@pytest.fixture(scope="module")
def solved(game):
    """One draw for each war payoff of B."""
    return solve(game.tree, *game.numbers(WARS))


@pytest.mark.parametrize("war", WARS)
def test_published_figures_are_all_the_equilibria_of_the_continuous_game(war) -> None:
    """To the five digits printed, by code that knows nothing of Détente."""
    found = continuous_equilibria(war)
    assert len(found) == len(PUBLISHED[war])
    np.testing.assert_allclose(found, PUBLISHED[war], atol=6e-6)


def test_two_equilibria_of_the_continuous_game_vanish_in_a_fold() -> None:
    """Computed here only, so a check of the finite game and no more: near WB = -2.747, between the published -2.8 and -2.7."""
    assert fold(lambda war: len(continuous_equilibria(war)), -2.8, -2.7, 1e-3) == pytest.approx(-2.747, abs=1e-3)


@pytest.mark.parametrize("war", WARS)
def test_the_finite_game_has_the_published_equilibria_and_no_others(game, war) -> None:
    found = game.equilibria(war)
    assert len(found) == len(PUBLISHED[war])
    np.testing.assert_allclose(found, PUBLISHED[war], atol=NEAR)


def test_the_finite_game_folds_where_the_continuous_one_does(game) -> None:
    assert fold(lambda war: len(game.equilibria(war)), -2.8, -2.7, 1e-4) == pytest.approx(-2.747, abs=0.004)


def test_a_profile_says_what_it_was_made_from(game) -> None:
    """The two ways between a fixed point and a profile of the tree agree, so starting points are what they claim."""
    for war in WARS:
        for equilibrium in game.equilibria(war):
            assert game.summary(game.profile(equilibrium[0], war)) == pytest.approx(equilibrium, abs=1e-10)


def test_every_war_payoff_is_solved(solved) -> None:
    assert (solved.status == Status.SOLVED).all()
    assert solved.residual.max() <= 1e-9


@pytest.mark.parametrize("war", WARS)
def test_the_principal_branch_ends_where_it_must(game, solved, war) -> None:
    """Every choice probability: what the solver found in 7,201 nodes is where a curve in the plane ends.

    At -2.9 and -2.8 that is one equilibrium of three: the one in which all but the weakest challenge and few are resisted.
    """
    expected = game.principal(war)
    assert expected == pytest.approx(PUBLISHED[war][0][0], abs=NEAR)
    np.testing.assert_allclose(solved.choice[:, WARS.index(war)], game.profile(expected, war), atol=1e-6)


@pytest.mark.parametrize("war", [war for war in WARS if len(PUBLISHED[war]) == 1])
def test_a_single_equilibrium_is_the_published_one(game, solved, war) -> None:
    found = game.summary(solved.choice[:, WARS.index(war)])
    np.testing.assert_allclose(found, PUBLISHED[war][0], atol=NEAR)


def test_the_principal_branch_leaves_an_equilibrium_before_it_vanishes(game) -> None:
    """A tipping point of B's war payoff: resistance is rare at -2.77 and common at -2.76, though all three equilibria are still there.

    The branch that from the centre used to lead to the first of them now leads to the last: by following the curve in the
    plane, with other code.
    """
    wars, ends = [-2.77, -2.76], (0.32, 0.88)
    solved = solve(game.tree, *game.numbers(wars))
    for draw, (war, end) in enumerate(zip(wars, ends, strict=True)):
        assert len(game.equilibria(war)) == 3
        assert game.principal(war) == pytest.approx(end, abs=0.01)
        assert game.summary(solved.choice[:, draw])[0] == pytest.approx(game.principal(war), abs=1e-7)
