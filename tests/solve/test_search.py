"""The search for other equilibria, in games all of whose equilibria are known by other means."""

from __future__ import annotations

import numpy as np
import pytest
from crawford_sobel import GAMES
from lewis_schultz import PUBLISHED, SanctionsThreat
from literature import GAMES as LITERATURE
from literature import MCKELVEY_MCLENNAN
from scipy.special import expit
from trees import SmallGame, bimatrix

from detente.solve import solve
from detente.solve.search import search

WARS = list(PUBLISHED)


def sought(part, lams, **options):
    """A game, and what is found at each precision."""
    game = SmallGame(part)
    lam = np.tile(np.asarray(lams, dtype=float), (game.payoffs.shape[1], 1))
    ones = np.ones(lam.shape[1])
    numbers = game.payoffs[:, :, None] * ones, game._arranged[2][:, None] * ones, lam
    return game, search(game.tree, *numbers, game.solve(lam), **options)


# --------------------------------------------------------------------------- Lewis & Schultz


@pytest.fixture(scope="module")
def sanctions():
    game = SanctionsThreat()
    numbers = game.numbers(WARS)
    return game, search(game.tree, *numbers, solve(game.tree, *numbers))


@pytest.mark.parametrize("war", WARS)
def test_all_published_equilibria_of_the_sanctions_threat_are_found(sanctions, war) -> None:
    game, found = sanctions
    at = sorted(game.summary(choice) for choice in found.choice[WARS.index(war)])
    assert len(at) == len(PUBLISHED[war])
    np.testing.assert_allclose(at, PUBLISHED[war], atol=0.016)
    np.testing.assert_allclose(at, game.equilibria(war), atol=1e-7)


def test_the_middle_equilibrium_repels(sanctions) -> None:
    game, found = sanctions
    for draw in (0, 1):
        resist = [game.summary(choice)[0] for choice in found.choice[draw]]
        assert found.attracting[draw][np.argsort(resist)].tolist() == [True, False, True]
        assert found.index[draw][np.argsort(resist)].tolist() == [1, -1, 1]
    assert found.several.tolist() == [True, True, False, False, False]
    assert found.draws == 2
    assert not found.incomplete.any()
    assert max(residual.max() for residual in found.residual) <= 1e-9


def test_spread_says_how_far_an_answer_moves(sanctions) -> None:
    """The chance of the status quo: one less that of a challenge."""
    game, found = sanctions
    kinds = game.kinds[0]
    low, high = found.spread(np.arange(game.tree.terminals) < kinds)
    for draw, war in enumerate(WARS):
        quo = [1 - challenge for _, challenge, _ in game.equilibria(war)]
        assert (low[draw], high[draw]) == pytest.approx((min(quo), max(quo)), abs=1e-6)


@pytest.mark.slow
def test_the_number_of_equilibria_falls_at_the_fold() -> None:
    """Near -2.747: all are found up to there."""
    game, wars = SanctionsThreat(), [-2.8, -2.77, -2.755, -2.735, -2.7]
    numbers = game.numbers(wars)
    found = search(game.tree, *numbers, solve(game.tree, *numbers))
    assert found.count.tolist() == [3, 3, 3, 1, 1]
    assert found.count.tolist() == [len(game.equilibria(war)) for war in wars]


# --------------------------------------------------------------------------- Crawford & Sobel

COUNTS = {1 / 20: 3, 1 / 40: 4, 0.24: 2}


def losses(bias, **options):
    game = GAMES[bias]
    numbers = game.numbers()
    found = search(game.tree, *numbers, solve(game.tree, *numbers), **options)
    return game, found, [game.receiver_loss(*game.split(choice)) for choice in found.choice[0]]


def partition(game, found, count):
    """Smallest distance of what any equilibrium's sender says from the published partition."""
    says = game.partition(count)[0]
    return min(np.abs(game.split(choice)[0] - says).max() for choice in found.choice[0])


@pytest.mark.parametrize("bias", [0.24, 1 / 20, pytest.param(1 / 40, marks=pytest.mark.slow)])
def test_the_published_partition_is_found_from_itself(bias) -> None:
    game = GAMES[bias]
    start = game.profile(*game.partition(COUNTS[bias]))
    game, found, _ = losses(bias, starts=0, profiles=[start])
    assert partition(game, found, COUNTS[bias]) < 0.03


def test_two_messages_come_to_mean_something_from_random_starts() -> None:
    """Both ways round: which message is for the low types is a convention."""
    game, _, costs = losses(0.24)
    says, does = game.settled(*game.partition(2))
    informative = game.receiver_loss(says, does)
    assert np.isclose(costs, informative, atol=1e-9).sum() == 2
    assert costs[0] > informative + 0.003  # the principal one, which babbles


def test_where_none_can_be_informative_none_is_found() -> None:
    _, _, costs = losses(0.26)
    assert min(costs) > costs[0] - 1e-6


# --------------------------------------------------------------------------- small games


@pytest.mark.parametrize("seed", [1, 2])
def test_all_nine_equilibria_of_the_game_made_for_it(seed) -> None:
    """McKelvey & McLennan (1997): four pure, three with one player pure, two totally mixed; indices sum to 1."""
    _, found = sought(MCKELVEY_MCLENNAN, [4.0, 10.0], seed=seed)
    assert found.count.tolist() == [9, 9]
    assert [index.sum() for index in found.index] == [1, 1]
    pure = [np.count_nonzero(np.minimum(choice, 1 - choice).max(axis=1) < 1e-3) for choice in found.choice]
    assert pure[1] == 4


def test_what_was_not_found_is_confessed() -> None:
    """At precision 40 the search misses some of nine; wherever the indices do not sum to 1 it says so."""
    _, found = sought(MCKELVEY_MCLENNAN, [40.0])
    assert 4 <= found.count[0] <= 9
    assert found.incomplete[0] == (found.index[0].sum() != 1)


def test_stag_hunt_has_as_many_as_the_scalar_fixed_point() -> None:
    lams = np.array([0.5, 1.0, 2.0, 4.0, 8.0])
    game, found = sought(bimatrix("4 0; 3 3"), lams)
    grid = np.linspace(0, 1, 20001)
    for draw, lam in enumerate(lams):
        gap = expit(lam * (4 * expit(lam * (4 * grid - 3)) - 3)) - grid
        assert found.count[draw] == np.count_nonzero(np.diff(np.sign(gap)))
    assert found.count[-1] == 3
    stag = game.choices(game.solve(lams))["player 1"]["1"]
    low, _ = found.spread(np.arange(game.tree.terminals) == 0)
    np.testing.assert_allclose(low, stag**2, atol=1e-9)


def test_draws_do_not_depend_on_those_after_them() -> None:
    both, one = (sought(MCKELVEY_MCLENNAN, lams, starts=5)[1] for lams in ([2.0, 4.0], [2.0]))
    np.testing.assert_array_equal(both.choice[0], one.choice[0])


def test_perfect_information_leaves_nothing_to_search() -> None:
    _, found = sought(LITERATURE["entry into one market (Selten 1978)"], [5.0])
    assert found.count.tolist() == [1]


def test_profiles_of_a_wrong_number_of_draws_are_refused() -> None:
    game = SmallGame(bimatrix("4 0; 3 3"))
    with pytest.raises(ValueError, match="column"):
        sought(bimatrix("4 0; 3 3"), [1.0, 2.0], profiles=[np.full((game.tree.actions, 3), 0.5)])
