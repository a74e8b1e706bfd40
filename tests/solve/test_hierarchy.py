"""Cognitive hierarchy and level-k: published games by hand, the textbook recursion, and enumeration of all levels."""

from __future__ import annotations

import csv
import itertools
import math

import numpy as np
import pytest
from random_games import random_game

from detente.game import GameError, arrange
from detente.solve.hierarchy import cognitive_hierarchy, level_k

NONE = np.zeros((0, 1))
TAU = 1.5
F0, F1 = math.exp(-TAU), TAU * math.exp(-TAU)


def simultaneous(*matrices: np.ndarray) -> tuple:
    """A game in which all move at once; one payoff array (options of A, of B, ...) for each actor."""
    shape = matrices[0].shape
    count = np.cumprod([1, *shape])
    first = np.cumsum([0, *count[:-1]])  # the first node of each actor's only set
    children = [
        [int(first[i + 1] + shape[i] * n + k) if i + 1 < len(shape) else int(count[:-1].sum() + shape[i] * n + k)
         for k in range(shape[i])]
        for i in range(len(shape)) for n in range(count[i])
    ]  # fmt: skip
    set_of = [i for i in range(len(shape)) for _ in range(count[i])]
    actors = "ABCD"[: len(shape)]
    tree, _ = arrange(actors, int(count[-1]), children, set_of, [[]] * len(children), list(range(len(shape))))
    return tree, np.stack([np.asarray(m, dtype=float).ravel() for m in matrices], axis=1)[:, :, None]


def textbook(row: np.ndarray, column: np.ndarray, tau: float, levels: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """The recursion of Camerer, Ho & Chong (2004, section II) on a matrix game."""
    share = [math.exp(-tau) * tau**k / math.factorial(k) for k in range(levels)]
    played = [(np.full(len(row), 1 / len(row)), np.full(row.shape[1], 1 / row.shape[1]))]
    for k in range(1, levels):
        believed = [sum(share[j] * played[j][who] for j in range(k)) / sum(share[:k]) for who in (0, 1)]
        worth = (row @ believed[1], believed[0] @ column)
        best = [w >= w.max() - 1e-10 * np.ptp(m) for w, m in zip(worth, (row, column), strict=True)]
        played.append((best[0] / best[0].sum(), best[1] / best[1].sum()))
    one, two = (sum(share[k] * played[k][who] for k in range(levels)) / sum(share) for who in (0, 1))
    return one, two


# --------------------------------------------------------------------------- published games


def money_request() -> tuple:
    ask = np.arange(11, 21)
    row = ask[:, None] + 20.0 * (ask[:, None] == ask[None, :] - 1)
    return simultaneous(row, row.T)


@pytest.mark.parametrize(("level", "asks"), [(1, 19), (2, 18), (3, 17), (4, 16), (9, 11), (10, 20), (11, 19)])
def test_level_k_in_the_11_20_money_request_game(level, asks) -> None:
    """Arad & Rubinstein (2012), American Economic Review 102, 3561-3573.

    Against a uniform request asking x < 20 is worth x + 2 and asking 20 worth 20: level 1 asks 19, and each level
    undercuts the one below by one, until nothing is left to undercut.
    """
    tree, payoffs = money_request()
    found = level_k(tree, payoffs, NONE, shares=[0] * level + [1])
    expected = np.eye(10)[asks - 11]
    np.testing.assert_array_equal(found.choice[:, 0], np.tile(expected, 2))
    np.testing.assert_array_equal(found.levels[1, :10, 0], np.eye(10)[8])


def test_a_dominated_choice_is_made_by_level_zero_alone() -> None:
    """Prisoners' dilemma: cooperation is half of level 0, exp(-tau)/2, for each tau (each a draw)."""
    row = np.array([[3, 0], [5, 1]])
    tree, payoffs = simultaneous(row, row.T)
    tau = np.array([0, 0.5, 1.5, 4])
    found = cognitive_hierarchy(tree, np.repeat(payoffs, 4, axis=2), np.zeros((0, 4)), tau)
    np.testing.assert_allclose(found.choice[0], np.exp(-tau) / 2, atol=1e-8)
    np.testing.assert_allclose(found.shares.sum(axis=0), 1, atol=1e-15)


@pytest.mark.parametrize(("actors", "safe", "stag"), [(2, 0.4, True), (2, 0.6, False), (3, 0.2, True), (3, 0.3, False)])
def test_larger_groups_hunt_the_stag_less(actors, safe, stag) -> None:
    """Stag hunt of Camerer, Ho & Chong (2004): 1 if all hunt the stag, 0 to who hunts it without the rest, else ``safe``.

    Level 1 expects all the others at the stag with chance 1/2 or, in a group of three, 1/4; higher levels follow it.
    """
    shape = (2,) * actors
    worth = []
    for i in range(actors):
        mine = np.indices(shape)[i]
        worth.append(np.where(mine == 1, safe, np.indices(shape).sum(axis=0) == 0))
    tree, payoffs = simultaneous(*worth)
    found = cognitive_hierarchy(tree, payoffs, NONE)
    np.testing.assert_allclose(found.choice[::2, 0], 1 - F0 / 2 if stag else F0 / 2, atol=1e-8)


def number(text: str) -> float:
    return float(text.strip())


def matrices(row: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    one = np.array([[number(x) for x in line.split()] for line in row["matrixrow"].split(";")])
    two = (
        np.array([[number(x) for x in line.split()] for line in row["matrixcol"].split(";")])
        if row["matrixcol"]
        else one.T
    )
    return one, two


def test_laboratory_games_by_the_textbook_recursion(shared_data) -> None:
    """140 matrix games from published experiments: the same figures as the recursion on matrices."""
    text = (
        shared_data("laboratory_games/games.csv").read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    )
    compared = 0
    for entry in csv.DictReader(text.splitlines()):
        one, two = matrices(entry)
        if one.shape != two.shape:
            continue  # column payoffs given the other way round, or misprinted
        tree, payoffs = simultaneous(one, two)
        found = cognitive_hierarchy(tree, payoffs, NONE)
        expected = np.concatenate(textbook(one, two, TAU))
        np.testing.assert_allclose(found.choice[:, 0], expected, atol=1e-8, err_msg=str(entry))
        compared += 1
    assert compared >= 120


# --------------------------------------------------------------------------- in extensive form, by hand


def signal(peace: float = 1) -> tuple:
    """Nature draws a strong (3 in 10) or weak A; A attacks or not; B, who sees only that, resists or yields."""
    children = [[1, 2], [3, 5], [4, 6], [7, 8], [9, 10]]
    tree, _ = arrange("AB", 6, children, [-1, 0, 1, 2, 2], [[0, 1], [], [], [], []], [0, 0, 1])
    payoffs = np.array([[peace, 1], [peace, 1], [2, -3], [3, 0], [-2, 2], [3, 0]], dtype=float)[:, :, None]
    return tree, payoffs, np.array([[0.3], [0.7]])


def test_levels_of_a_signalling_game_by_hand() -> None:
    """Level 1: B resists a uniform attacker (-3 * .3 + 2 * .7 > 0); against a uniform B strong attacks (2.5 > 1), weak not.

    Level 2: B knows an attacker is strong, and yields; A still faces resistance. Level 3: against a B who yields both
    types attack. Level 4: so B resists again.
    """
    tree, payoffs, chances = signal()
    found = level_k(tree, payoffs, chances, shares=[1] * 5)
    attack = found.levels[:, [0, 2], 0].tolist()
    assert attack == [[0.5, 0.5], [1, 0], [1, 0], [1, 1], [1, 1]]
    assert found.levels[:, 4, 0].tolist() == [0.5, 1, 0, 0, 1]


def test_poisson_mixture_of_a_signalling_game_by_hand() -> None:
    """With mean 1.5: weak never attacks above level 0, for B resists with (f0/2 + f1) / (f0 + ...) or more, at the least
    .446, and -2 * .446 + 3 * .554 < 1; and B yields from level 2 on, where an attacker is strong with 12/19 or more."""
    tree, payoffs, chances = signal()
    found = cognitive_hierarchy(tree, payoffs, chances)
    np.testing.assert_allclose(found.choice[[0, 2, 4], 0], [1 - F0 / 2, F0 / 2, F0 / 2 + F1], atol=1e-8)
    attack, resist = np.array([1 - F0 / 2, F0 / 2]), F0 / 2 + F1
    a = [s * (2 * resist + 3 * (1 - resist)) + (1 - s) for s in attack[:1]]
    a += [s * (-2 * resist + 3 * (1 - resist)) + (1 - s) for s in attack[1:]]
    assert found.value[0, 0] == pytest.approx(0.3 * a[0] + 0.7 * a[1], abs=1e-8)


def test_beliefs_where_the_level_below_never_leads() -> None:
    """Peace is worth 10 and nobody attacks on purpose: of types that only err to attack, B's belief is the chance."""
    tree, payoffs, chances = signal(peace=10)
    found = level_k(tree, payoffs, chances, shares=[0, 0, 1])
    assert found.choice[[0, 2, 4], 0].tolist() == [0, 0, 1]
    payoffs[2:, 1] *= np.array([2, 1, 1, 1])[:, None]  # now -6 * .3 + 2 * .7 < 0
    assert level_k(tree, payoffs, chances, shares=[0, 0, 1]).choice[4, 0] == 0


def test_a_second_choice_tells_of_the_first() -> None:
    """One actor: in or out (0), then good (1) or bad (-1). Those who went in are less often of level 0.

    In: f0/2 + (1 - f0). Good, having gone in: (f0/4 + 1 - f0) / (f0/2 + 1 - f0).
    """
    tree, _ = arrange("A", 3, [[1, 2], [3, 4]], [0, 1], [[], []], [0, 0])
    payoffs = np.array([0, 1, -1], dtype=float)[:, None, None]
    found = cognitive_hierarchy(tree, payoffs, NONE)
    within = (F0 / 4 + 1 - F0) / (F0 / 2 + 1 - F0)
    np.testing.assert_allclose(found.choice[[0, 2], 0], [1 - F0 / 2, within], atol=1e-8)
    assert found.value[0, 0] == pytest.approx((1 - F0 / 2) * (2 * within - 1), abs=1e-8)


# --------------------------------------------------------------------------- by enumeration of all levels


def walk(tree, choice, chances):
    """Reach (N + T,) of every node by the choices of each actor and by chance, (I + 1, N + T)."""
    reach = np.ones((len(tree.actors) + 1, tree.nodes + tree.terminals))
    for node in range(tree.nodes):
        held = tree.node_set[node]
        for edge in range(tree.edge_start[node], tree.edge_start[node + 1]):
            child, row = tree.edge_child[edge], tree.edge_row[edge]
            reach[:, child] = reach[:, node]
            who = tree.set_actor[held] if held >= 0 else -1
            reach[who, child] *= choice[who][row] if held >= 0 else chances[row]
    return reach


def worth(tree, choice, chances, payoffs):
    value = np.concatenate([np.zeros(tree.nodes), payoffs])
    for node in range(tree.nodes - 1, -1, -1):
        held = tree.node_set[node]
        for edge in range(tree.edge_start[node], tree.edge_start[node + 1]):
            row = tree.edge_row[edge]
            chance = choice[tree.set_actor[held]][row] if held >= 0 else chances[row]
            value[node] += chance * value[tree.edge_child[edge]]
    return value


@pytest.mark.parametrize("seed", range(24))
def test_each_level_is_a_best_response_to_those_below(seed) -> None:
    """Every combination of others' levels, one by one, with Bayes' rule on levels and nodes together."""
    actors = 1 + seed % 3
    game = random_game(seed, 25, actors, crossing=seed % 2 == 0)
    tree, payoffs, chances = game.tree, game.payoffs[:, :, 0], game.chances[:, 0]
    found = cognitive_hierarchy(tree, game.payoffs, game.chances, 0.8)
    share, levels, top = found.shares[:, 0], found.levels[:, :, 0], 4
    for level in range(1, top):
        for actor in range(actors):
            expected = np.zeros(tree.actions)
            for below in itertools.product(range(level), repeat=actors - 1):
                order = [*below[:actor], level, *below[actor:]]
                choice = [levels[k] for k in order]
                reach = walk(tree, choice, chances)
                others = np.delete(reach, actor, axis=0).prod(axis=0) * np.prod([share[k] for k in below])
                value = worth(tree, choice, chances, payoffs[:, actor])
                for node in range(tree.nodes):
                    if tree.node_set[node] >= 0 and tree.set_actor[tree.node_set[node]] == actor:
                        edges = slice(tree.edge_start[node], tree.edge_start[node + 1])
                        expected[tree.edge_row[edges]] += others[node] * value[tree.edge_child[edges]]
            for held in np.flatnonzero(tree.set_actor == actor):
                actions = slice(tree.set_action[held], tree.set_action[held + 1])
                best = expected[actions].max() - 1e-12 <= expected[actions]
                np.testing.assert_allclose(levels[level, actions], best / best.sum(), atol=1e-15)


@pytest.mark.parametrize("seed", range(12))
def test_population_is_the_mixture_of_its_levels(seed) -> None:
    """p(a | h) = sum f r s / sum f r, and payoffs expected over all combinations of levels."""
    actors = 1 + seed % 3
    game = random_game(seed, 25, actors, crossing=seed % 2 == 0)
    tree, chances = game.tree, game.chances[:, 0]
    shares = [0.2, 0.3, 0.5]
    found = level_k(tree, game.payoffs, game.chances, shares)
    levels = found.levels[:, :, 0]
    reach = [walk(tree, [s] * actors, chances) for s in levels]
    for held in range(tree.sets):
        actor, node = tree.set_actor[held], tree.set_nodes[tree.set_start[held]]
        actions = slice(tree.set_action[held], tree.set_action[held + 1])
        weight = np.array([f * r[actor, node] for f, r in zip(shares, reach, strict=True)])
        np.testing.assert_allclose(found.choice[actions, 0], weight @ levels[:, actions] / weight.sum(), atol=1e-12)
    value = np.zeros(actors)
    for profile in itertools.product(range(3), repeat=actors):
        end = walk(tree, [levels[k] for k in profile], chances)[:, tree.nodes :].prod(axis=0)
        value += np.prod([shares[k] for k in profile]) * (end @ game.payoffs[:, :, 0])
    np.testing.assert_allclose(found.value[:, 0], value, atol=1e-12)


def test_draws_do_not_touch_each_other() -> None:
    game = random_game(3, 200, 3, draws=5, crossing=True)
    together = cognitive_hierarchy(game.tree, game.payoffs, game.chances)
    for d in range(5):
        alone = cognitive_hierarchy(game.tree, game.payoffs[:, :, [d]], game.chances[:, [d]])
        np.testing.assert_allclose(alone.choice[:, 0], together.choice[:, d], rtol=0, atol=1e-12)


# --------------------------------------------------------------------------- what is refused


def test_a_forgotten_move_is_refused() -> None:
    tree, _ = arrange("A", 4, [[1, 2], [3, 4], [5, 6]], [0, 1, 1], [[]] * 3, [0, 0])
    with pytest.raises(GameError, match=r"information set 1, of A.*perfect recall"):
        cognitive_hierarchy(tree, np.zeros((4, 1, 1)), NONE)


def test_shares_and_means_are_checked() -> None:
    tree, payoffs = money_request()
    with pytest.raises(ValueError, match="shares of levels"):
        level_k(tree, payoffs, NONE, shares=[0, 0])
    with pytest.raises(ValueError, match="tau"):
        cognitive_hierarchy(tree, payoffs, NONE, tau=-1)
