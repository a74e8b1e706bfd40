"""Where the values of a game's nodes stand, and in what order a pass reads them.

A pass answers set after set, and then works out what the set's nodes are worth. It is fastest where it never looks for anything: what it reads of a set lies
one row number after the other, and what it writes are rows one after the other. Nodes that no set of their level has, which are chance nodes and the further nodes of late
sets, are *loose*, and come one by one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Index, Tree

Numbers = NDArray[np.int64]


def values(tree: Tree, terminal: Numbers, edge_row: NDArray[np.integer]) -> dict[str, Index]:
    """The parts of :class:`~detente.solve.plan.Arrays` that say where values are: those from ``set_own`` to ``loose_value``, and ``level_loose``.

    ``terminal`` (T, I): number of each terminal's payoff to each actor; ``edge_row`` (E): row of each edge's probability.
    """
    nodes, actors = tree.nodes, len(tree.actors)
    level = np.repeat(np.arange(tree.levels), np.diff(tree.level_node))
    held = np.append(np.repeat(np.arange(tree.levels), np.diff(tree.level_set)), -1)[tree.node_set] == level
    order = np.argsort(level * (tree.sets + 1) + np.where(held, tree.node_set, tree.sets), kind="stable")
    first = np.empty(nodes, dtype=np.int64)
    first[order] = np.arange(0, nodes * actors, actors)
    inner, leads = tree.edge_child < nodes, np.empty((len(tree.edge_child), actors), dtype=np.int64)
    leads[inner] = first[tree.edge_child[inner], None] + np.arange(actors)
    leads[~inner] = nodes * actors + terminal[tree.edge_child[~inner] - nodes]
    of = np.repeat(np.arange(nodes), np.diff(tree.edge_start))
    loose = ~held
    parts = {
        **_own(tree, of, leads),
        **_mix(tree, of, leads, held, first),
        "loose_first": first[loose],
        "loose_start": starts(np.diff(tree.edge_start)[loose]),
        "loose_row": edge_row[loose[of]],
        "loose_value": leads[loose[of]].ravel(),
        "level_loose": starts(np.bincount(level[loose], minlength=tree.levels)),
    }
    return {name: np.ascontiguousarray(part, dtype=np.int32) for name, part in parts.items()}


def _own(tree: Tree, of: Numbers, leads: Numbers) -> dict[str, Numbers]:
    """What a set's mover looks at: rows of the values to it, option by option of the first node, then of the next."""
    options = np.diff(tree.set_action)
    begin = starts(tree.set_size * options)
    place = np.empty(tree.nodes, dtype=np.int64)
    place[tree.set_nodes] = np.arange(len(tree.set_nodes)) - np.repeat(tree.set_start[:-1], tree.set_size)
    edge = np.flatnonzero(tree.node_set[of] >= 0)
    node, by = of[edge], tree.node_set[of[edge]]
    rows = np.empty(begin[-1], dtype=np.int64)
    rows[begin[by] + place[node] * options[by] + edge - tree.edge_start[node]] = leads[edge, tree.set_actor[by]]
    return {"set_own": begin[:-1], "own_value": rows}


def _mix(tree: Tree, of: Numbers, leads: Numbers, held: NDArray[np.bool_], first: Numbers) -> dict[str, Numbers]:
    """What the values of a set's nodes are means of: of their first options, node by node and actor by actor, then of their second."""
    actors = leads.shape[1]
    by = tree.node_set[held]
    many = np.bincount(by, minlength=tree.sets) * actors
    begin, lowest = starts(many * np.diff(tree.set_action)), np.full(tree.sets, tree.nodes * actors)
    np.minimum.at(lowest, by, first[held])
    edge = np.flatnonzero(held[of])
    node, by = of[edge], tree.node_set[of[edge]]
    place = begin[by] + (edge - tree.edge_start[node]) * many[by] + first[node] - lowest[by]
    rows = np.empty(begin[-1], dtype=np.int64)
    rows[place[:, None] + np.arange(actors)] = leads[edge]
    return {"set_first": lowest, "set_many": many, "set_mix": begin[:-1], "mix_value": rows}


def starts(lengths: NDArray[np.integer]) -> Numbers:
    """Where each begins of pieces of these ``lengths`` one after the other, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
