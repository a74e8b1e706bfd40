"""The plan of a game: whose reach is worked out, and from whom; and where values stand."""

from __future__ import annotations

import numpy as np
import pytest
import small_games
from random_games import random_game

from detente import load, loads, situations
from detente.forecast.run import prepare
from detente.solve import Plan
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
    for held in np.flatnonzero(tree.set_size > 1):
        for member in tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]:
            node = int(member)
            while node not in needed:
                needed.add(node)
                node = int(above[node])
    nodes = sorted(needed)
    rows = {node: row for row, node in enumerate(nodes)}
    assert arrays.reach[::2].tolist() == [0, *(rows[int(above[node])] for node in nodes[1:])]
    assert arrays.set_reach.tolist() == [rows.get(int(node), -1) for node in tree.set_nodes]


@pytest.mark.parametrize(("seed", "crossing"), [(4, False), (5, False), (1, True), (2, True), (3, True), (5, True)])
def test_values_are_read_from_where_the_tree_leads(seed, crossing):
    """Every node's value is a row of its own, the root's the first; and rows of children are those of the tree's edges, whatever their order."""
    game = random_game(seed, 200, actors=1 + seed % 4, draws=1, crossing=crossing)
    tree, actors = game.tree, len(game.tree.actors)
    assert tree.late.any() == crossing
    arrays = Plan.plain(tree).arrays
    sets = arrays.sets.reshape(-1, SET)
    assert sets[:, ACTION].tolist() == tree.set_action.tolist()
    assert sets[:, NODES].tolist() == tree.set_start.tolist()
    assert sets[:-1, ACTOR].tolist() == tree.set_actor.tolist()
    first = _first_rows(tree, arrays, actors)
    assert first[0] == 0
    assert sorted(first) == list(range(0, tree.nodes * actors, actors))
    owed = [
        tree.nodes * actors + a * tree.terminals + (child - tree.nodes) if child >= tree.nodes else first[child] + a
        for child in tree.edge_child.tolist()
        for a in range(actors)
    ]
    rows = np.array(owed).reshape(-1, actors)
    seen = np.zeros(len(rows), dtype=int)
    for held in range(tree.sets):
        members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
        options = int(np.diff(tree.set_action)[held])
        own = sets[held, OWN] + np.arange(len(members) * options)
        edges = np.concatenate([np.arange(tree.edge_start[n], tree.edge_start[n + 1]) for n in members])
        assert arrays.own_value[own].tolist() == rows[edges, tree.set_actor[held]].tolist()
        many = sets[held, MANY]
        for k in range(options):
            begin = sets[held, MIX] + k * many
            near = members[: many // actors]  # a late set's others stand further down
            assert arrays.mix_value[begin : begin + many].tolist() == rows[tree.edge_start[near] + k].ravel().tolist()
            seen[tree.edge_start[near] + k] += 1
    loose = np.flatnonzero(seen == 0)
    assert seen.max(initial=0) <= 1
    assert arrays.loose_value.tolist() == rows[loose].ravel().tolist()
    chance = tree.node_set[np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))[loose]] < 0
    assert arrays.loose_row.tolist() == (tree.edge_row[loose] + np.where(chance, tree.actions, 0)).tolist()


def _first_rows(tree, arrays, actors):
    """The row of each node's value to the first actor: of sets' nodes in their order, and of the others."""
    first, sets = np.full(tree.nodes, -1), arrays.sets.reshape(-1, SET)
    for held in range(tree.sets):
        members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
        near = members[: sets[held, MANY] // actors]
        first[near] = sets[held, FIRST] + actors * np.arange(len(near))
    first[first < 0] = arrays.loose[:-2:2]
    return first.tolist()
