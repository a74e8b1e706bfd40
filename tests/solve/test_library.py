"""One game solved by every theory through the public interface; what does not fit is refused in one message."""

import re

import numpy as np
import pytest
from random_games import random_game

import detente
from detente.game import arrange


def centipede():
    """McKelvey & Palfrey (1992), four moves."""
    children = [[4, 1], [5, 2], [6, 3], [7, 8]]
    tree, _ = arrange(["A", "B"], 5, children, [0, 1, 2, 3], [[]] * 4, [0, 1, 0, 1])
    payoffs = np.array([[0.4, 0.1], [0.2, 0.8], [1.6, 0.4], [0.8, 3.2], [6.4, 1.6]])
    names = ("first", "second", "third", "fourth")
    return detente.ExtensiveGame("Centipede", tree, payoffs, np.empty(0), names, ("take", "pass") * 4, (), ("",) * 5)


def forgetful():
    """An actor that moves twice and has forgotten its first move."""
    tree, _ = arrange(["A"], 4, [[1, 2], [3, 4], [5, 6]], [0, 1, 1], [[]] * 3, [0, 0])
    return detente.ExtensiveGame(
        "Lapse", tree, np.eye(4)[:, :1], np.empty(0), ("now", "later"), ("l", "r") * 2, (), ("",) * 4
    )


def test_quantal_response_is_the_published_one() -> None:
    """McKelvey & Palfrey (1998), lambda 1: take-probabilities of the four nodes."""
    found = detente.solve_game(centipede(), 1.0)
    takes = found.table.query("option == 'take'").probability
    np.testing.assert_allclose(takes, [0.296257, 0.277980, 0.464884, 0.832018], atol=5e-7)
    assert found.verify().residual.max() < 1e-9


@pytest.mark.parametrize("method", ["backward-induction", "limit"])
def test_the_first_takes_at_once(method) -> None:
    found = detente.solve_game(centipede(), 5.0, method)
    assert found.solved.all()
    assert found.choice[0, 0] == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(found.value[:, 0], [0.4, 0.1], atol=1e-5)


def test_level_one_passes_until_the_last_node() -> None:
    """Against coin tosses it pays to pass at the first three nodes: 1.45 against .4, 1.6 against .8, 3.6 against 1.6."""
    found = detente.solve_game(centipede(), method=detente.Method.LEVEL_K)
    np.testing.assert_allclose(found.choice[::2, 0], [0, 0, 0, 1])


def test_a_hierarchy_stands_between_tossing_coins_and_induction() -> None:
    found = detente.solve_game(centipede(), method="cognitive-hierarchy", tau=1.5)
    assert 0.05 < found.choice[0, 0] < 0.95
    assert found.verify().gain.max() > 0.01  # it is no equilibrium, and does not claim to be one


def test_draws_of_payoffs_are_solved_together() -> None:
    game = centipede()
    payoffs = game.payoffs[:, :, None] * np.linspace(0.5, 2.0, 5)
    together = detente.solve_game(game, 1.0, payoffs=payoffs)
    apart = [detente.solve_game(game, scale).choice[:, 0] for scale in np.linspace(0.5, 2.0, 5)]
    np.testing.assert_allclose(together.choice.T, apart, atol=1e-9)
    for method in ("quantal-response", "limit"):
        one, two = (detente.solve_game(game, 1.0, method, payoffs=payoffs, threads=threads) for threads in (1, 2))
        np.testing.assert_array_equal(one.choice, two.choice)


def test_the_table_of_several_draws_has_their_range_without_those_unsolved() -> None:
    game = centipede()
    payoffs = game.payoffs[:, :, None] * np.linspace(0.5, 2.0, 41)
    payoffs[0, 0, 7] = np.nan
    found = detente.solve_game(game, 1.0, payoffs=payoffs)
    table, good = found.table, np.delete(found.choice, 7, axis=1)
    np.testing.assert_allclose(table["probability"], good.mean(axis=1))
    np.testing.assert_allclose(table[["low", "high"]].T, np.quantile(good, [0.05, 0.95], axis=1))
    assert list(found.unsolved) == [7]
    assert "not finite" in found.unsolved[7]
    assert "40 of 41" in repr(found)


def test_a_table_of_nothing_solved_has_no_number() -> None:
    game = centipede()
    found = detente.solve_game(game, 1.0, payoffs=np.full((*game.payoffs.shape, 1), np.nan))
    assert list(found.table.columns) == ["actor", "set", "option", "probability"]
    assert found.table["probability"].isna().all()


def test_a_limit_that_does_not_settle_says_so() -> None:
    """At infinity the first takes at once; from here precision is not raised far enough to see it."""
    found = detente.solve_game(centipede(), 1e-14, "limit")
    assert not found.solved.any()
    assert found.unsolved == {0: "not settled at 1.1e+12 times the precision asked for, the highest that was tried"}
    assert found.table["probability"].between(0.0, 1.0).all()


def test_a_limit_short_of_where_the_branch_is_lost_says_so() -> None:
    game = random_game(17, 30, actors=2, draws=1, crossing=True)
    named = detente.ExtensiveGame(
        "Hidden", game.tree, game.payoffs[..., 0], game.chances[:, 0],
        ("",) * game.tree.sets, ("",) * game.tree.actions, ("",) * game.tree.chance_rows, ("",) * game.tree.terminals,
    )  # fmt: skip
    found = detente.solve_game(named, 5.0, "limit", per_span=True)
    assert re.fullmatch(
        r"not settled at \d+ times .*, beyond which the branch could not be followed", found.unsolved[0]
    )
    np.testing.assert_array_equal(found.table["probability"], found.choice[:, 0])


def test_results_are_told_in_a_line() -> None:
    found = detente.solve_game(centipede(), 1.0)
    assert re.fullmatch(
        r"<Verification of 1 draws: residual at most \S+e-\d\d, gain at most \S+>", repr(found.verify())
    )
    assert repr(found.others()) == "<Others: more than one equilibrium in 0 of 1 draws, up to 1; incomplete in 0>"


def test_a_set_without_a_name_is_told_by_its_number() -> None:
    tree, _ = arrange(["A", "B"], 4, [[1, 2], [3, 4], [5, 6]], [0, 1, 1], [[]] * 3, [0, 1])
    game = detente.ExtensiveGame("Matrix", tree, np.eye(4)[:, :2], np.empty(0), ("", ""), ("l", "r") * 2, (), ("",) * 4)
    with pytest.raises(detente.GameError, match="at set 2 B cannot tell what came before"):
        detente.solve_game(game, method="backward-induction")


def test_precision_per_span() -> None:
    game = centipede()
    span = np.ptp(game.payoffs, axis=0)
    np.testing.assert_array_equal(
        detente.solve_game(game, 3.0, per_span=True).choice, detente.solve_game(game, 3.0 / span).choice
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "minimax"}, "method: found 'minimax'; accepted: quantal-response"),
        ({"precision": -1.0}, "precision: found -1.0"),
        ({"precision": [1.0, 2.0, 3.0]}, r"precision: found an array of shape \(3, 1\)"),
        ({"threads": 0}, "threads: found 0; accepted: 1 or more"),
        ({"payoffs": np.zeros((2, 2, 1))}, r"payoffs: found an array of shape \(2, 2, 1\); accepted: \(5, 2, 1\)"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message) -> None:
    with pytest.raises(detente.GameError, match=message):
        detente.solve_game(centipede(), **arguments)


def test_a_forgetful_actor_is_refused() -> None:
    with pytest.raises(detente.GameError, match="information set later of A, at which it has forgotten"):
        detente.solve_game(forgetful())
