"""The plan of a game: whose reach is worked out, and from whom; and where values stand."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
import small_games
from random_games import random_game

from detente import load, loads, situations
from detente.forecast.run import prepare
from detente.game import Tree
from detente.game.arrange import arrange
from detente.solve import Plan, solve
from detente.solve.layout import ACTION, ACTOR, FIRST, MANY, MIX, NODES, OWN, SET


@pytest.mark.parametrize("name", ["korea-2019", "crisis-bargaining", "signalling-resolve", "talks"])
def test_reach_is_worked_out_of_nodes_in_wide_sets_and_of_all_above_them(name):
    task = prepare(loads(small_games.TALKS) if name == "talks" else load(situations.path(name)))
    tree, arrays = task.plan.tree, task.plan.arrays
    above = np.full(tree.nodes, -1)
    for node in range(tree.nodes):
        for child in tree.edge_child[tree.edge_start[node] : tree.edge_start[node + 1]]:
            if child < tree.nodes:
                above[child] = node
    needed = {0}
    wide = np.diff(arrays.sets.reshape(-1, SET)[:, NODES]) > 1
    assert (wide <= (tree.set_size > 1)).all()
    for held in np.flatnonzero(wide):
        for member in tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]:
            node = int(member)
            while node not in needed:
                needed.add(node)
                node = int(above[node])
    nodes = sorted(needed)
    rows = {node: row for row, node in enumerate(nodes)}
    assert arrays.reach[::2].tolist() == [0, *(rows[int(above[node])] for node in nodes[1:])]
    members = np.split(tree.set_nodes, tree.set_start[1:-1])
    looked_at = [node for some, open_ in zip(members, wide, strict=True) for node in (some if open_ else some[:1])]
    assert arrays.set_reach.tolist() == [rows.get(int(node), -1) for node in looked_at]


@pytest.mark.parametrize(("seed", "crossing"), [(s, False) for s in range(8)] + [(s, True) for s in (1, 2, 3, 5)])
@pytest.mark.parametrize("few", [1, 3, 1000])
def test_values_are_those_of_the_tree(seed, crossing, few):
    """With any numbers, what each set's mover looks at, and what the game is worth, is what the tree says, node by node: with all payoffs different, with few different ones, with one."""
    game = random_game(seed, 200, actors=1 + seed % 4, draws=1, crossing=crossing)
    tree, actors, random = game.tree, len(game.tree.actors), np.random.default_rng(seed)
    assert tree.late.any() == crossing
    rows = np.array([few * a + random.integers(few, size=tree.terminals) for a in range(actors)])
    plan = Plan.of(tree, np.arange(actors), rows)
    numbers, prob = random.normal(size=few * actors), _random_choices(tree, random)
    worth = _worth(tree, numbers[rows].T, prob)
    value = _passed(plan, numbers, prob)
    arrays, sets = plan.arrays, plan.arrays.sets.reshape(-1, SET)
    np.testing.assert_allclose(value[arrays.worth], worth[0], atol=1e-12)
    assert sets[:, ACTION].tolist() == tree.set_action.tolist()
    assert sets[:-1, ACTOR].tolist() == tree.set_actor.tolist()
    for held in range(tree.sets):
        members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
        own = np.array([worth[_children(tree, node), tree.set_actor[held]] for node in members])
        looked_at = value[arrays.own_value[sets[held, OWN] : sets[held + 1, OWN]]].reshape(-1, own.shape[1])
        assert len(looked_at) == sets[held + 1, NODES] - sets[held, NODES] in (1, len(members))
        np.testing.assert_allclose(np.broadcast_to(looked_at, own.shape), own, atol=1e-12)
    if few == 1:
        assert plan.values == 0
        assert not plan.unknowns or crossing  # a late set's own choices stay unknowns
    if few == 1000:
        assert (np.diff(sets[:, NODES]) == tree.set_size).mean() > 0.9


def test_chance_moves_are_told_apart_by_all_their_rows():
    """Three with the same payoffs and rows that are partly the same: no two of them are worth the same."""
    children, chances = [[1, 2, 3], [4, 5], [6, 7], [8, 9]], [[], [0, 1], [0, 2], [1, 0]]
    tree, _ = arrange(("A",), 6, children, [0, -1, -1, -1], chances, set_actor=[0])
    plan = Plan.of(tree, np.zeros(1, np.int64), np.array([[0, 1, 0, 1, 0, 1]]))
    sets = plan.arrays.sets.reshape(-1, SET)
    assert len(set(plan.arrays.own_value[sets[0, OWN] : sets[1, OWN]])) == 3
    same, _ = arrange(("A",), 6, children, [0, -1, -1, -1], [[], [0, 1], [0, 1], [0, 1]], set_actor=[0])
    plan = Plan.of(same, np.zeros(1, np.int64), np.array([[0, 1, 0, 1, 0, 1]]))
    assert len(set(plan.arrays.own_value)) == 1


def test_a_game_without_a_move():
    tree = Tree(("A", "B"), 1, *(np.zeros(n, np.int32) for n in (1, 0, 0, 0, 0, 1, 0, 1, 1, 1)), 0)
    found = solve(tree, np.array([[[3.0], [-1.0]]]), np.zeros((0, 1)), np.ones((2, 1)))
    assert found.value.tolist() == [[3.0], [-1.0]]


def _children(tree, node):
    return tree.edge_child[tree.edge_start[node] : tree.edge_start[node + 1]]


def _random_choices(tree, random):
    """(A + C,) probabilities; those of a chance row as the nodes with its distribution have them."""
    prob = np.ones(tree.actions + tree.chance_rows)
    for held in range(tree.sets):
        prob[tree.set_action[held] : tree.set_action[held + 1]] = random.dirichlet(
            np.ones(np.diff(tree.set_action)[held])
        )
    for node in np.flatnonzero(tree.node_set < 0):
        row = tree.actions + tree.edge_row[tree.edge_start[node] : tree.edge_start[node + 1]]
        if (prob[row] == 1.0).all():
            prob[row] = random.dirichlet(np.ones(len(row)))
    return prob


def _worth(tree, payoffs, prob):
    """(N + T, I) of each node, by going up the tree."""
    worth = np.vstack([np.zeros((tree.nodes, payoffs.shape[1])), payoffs])
    for node in range(tree.nodes - 1, -1, -1):
        row = tree.edge_row[tree.edge_start[node] : tree.edge_start[node + 1]]
        worth[node] = prob[row + (0 if tree.node_set[node] >= 0 else tree.actions)] @ worth[_children(tree, node)]
    return worth


def _passed(plan, numbers, prob):
    """What a pass makes of the table of values, at given choices."""
    arrays, sets, loose = plan.arrays, plan.arrays.sets.reshape(-1, SET), plan.arrays.loose.reshape(-1, 2)
    payoffs = [numbers[arrays.payoff_part[i:j]].sum() for i, j in pairwise(arrays.payoff_start)]
    value = np.concatenate([np.full(plan.values, np.nan), payoffs])
    levels = arrays.levels.reshape(-1, 2)

    def mix_loose(begin, end):
        for i in range(begin, end):
            edges = slice(loose[i, 1], loose[i + 1, 1])
            value[loose[i, 0]] = prob[arrays.loose_row[edges]] @ value[arrays.loose_value[edges]]

    for level in range(len(levels) - 2, -1, -1):
        mix_loose(levels[level, 1], levels[level + 1, 1])
        for held in range(levels[level, 0], levels[level + 1, 0]):
            many, choices = sets[held, MANY], prob[sets[held, ACTION] : sets[held + 1, ACTION]]
            means = choices @ value[arrays.mix_value[sets[held, MIX] : sets[held + 1, MIX]].reshape(len(choices), many)]
            value[sets[held, FIRST] : sets[held, FIRST] + many] = means
    mix_loose(levels[-1, 1], len(loose) - 1)
    assert not np.isnan(value).any()
    return value


def test_the_last_plan_of_a_tree_is_kept_for_the_same_payoffs_only():
    """Whatever was asked before, a plan is the one that would be made anew."""
    tree, again = (random_game(4, 60, actors=2, draws=1, crossing=False).tree for _ in range(2))
    rows = np.arange(2 * tree.terminals).reshape(2, -1)
    alike = np.where(
        rows == rows[0, -1], rows[0, 0], rows
    )  # the first actor's last end is worth to it what its first is
    actor = np.arange(2)
    first, same, other = Plan.of(tree, actor, rows), Plan.of(tree, actor, rows.copy()), Plan.of(tree, actor, alike)
    assert same.arrays is first.arrays
    assert other.payoffs == first.payoffs - 1
    for plan, anew in ((other, Plan.of(again, actor, alike)), (Plan.of(tree, actor, rows), first)):
        for one, two in zip(plan.arrays, anew.arrays, strict=True):
            np.testing.assert_array_equal(one, two)
    swapped = Plan.of(tree, actor[::-1], rows)
    assert (swapped.arrays.payoff_part != first.arrays.payoff_part).any()


def test_what_is_asked_with_may_change_afterwards():
    tree = random_game(4, 60, actors=2, draws=1, crossing=False).tree
    rows = np.arange(2 * tree.terminals).reshape(2, -1)
    Plan.of(tree, np.arange(2), rows)
    rows[:] = 0
    assert Plan.of(tree, np.arange(2), rows).payoffs == 2


def test_a_tree_is_not_kept_alive_by_its_plan():
    tree = random_game(4, 60, actors=2, draws=1, crossing=False).tree
    Plan.plain(tree)
    gone = weakref.ref(tree)
    del tree
    gc.collect()
    assert gone() is None
