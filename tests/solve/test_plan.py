"""The plan of a game: whose reach is worked out, and from whom."""

from __future__ import annotations

import numpy as np
import pytest
import small_games

from detente import load, loads, situations
from detente.forecast.run import prepare


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
    assert len(arrays.reach_parent) == len(nodes)
    assert arrays.reach_parent.tolist() == [0, *(rows[int(above[node])] for node in nodes[1:])]
    assert arrays.set_reach.tolist() == [rows.get(int(node), -1) for node in tree.set_nodes]
