"""Arranging the nodes of any finite game into the levels that a :class:`~detente.game.Tree` wants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Index, Tree


def arrange(
    actors: Sequence[str],
    terminals: int,
    children: Sequence[Sequence[int]],
    set_of: Sequence[int],
    rows: Sequence[Sequence[int]],
    set_actor: Sequence[int],
) -> tuple[Tree, NDArray[np.int64]]:
    """The tree of a game given node by node, and the order (H) in which it has put the sets.

    Node 0 is the root; ``children[n]`` are ids of nodes, or of terminals from ``len(children)`` on. ``set_of[n]`` is n's
    information set, or -1 for a chance move, whose edges then have the chance rows ``rows[n]``. Terminals
    keep their order, and so do the actions of a set. Every set has a node, and its nodes the same number of options.
    """
    nodes, sets = len(children), len(set_actor)
    level = _levels(children, set_of)
    set_level = np.full(sets, nodes, dtype=np.int64)
    for node, held in enumerate(set_of):
        if held >= 0:
            set_level[held] = min(set_level[held], level[node])
    set_order = np.argsort(set_level, kind="stable")
    place = np.empty(sets, dtype=np.int64)
    place[set_order] = np.arange(sets)
    held_place = np.asarray([place[h] if h >= 0 else -1 for h in set_of], dtype=np.int64)
    order = np.lexsort((np.arange(nodes), held_place, level))
    position = np.concatenate([np.empty(nodes, dtype=np.int64), np.arange(nodes, nodes + terminals)])
    position[order] = np.arange(nodes)

    options = np.zeros(sets, dtype=np.int64)
    for node, held in enumerate(held_place):
        if held >= 0:
            options[held] = len(children[node])
    set_action = np.concatenate([[0], np.cumsum(options)])
    edge_row: list[int] = []
    edge_child: list[int] = []
    for node in order.tolist():
        held = held_place[node]
        edge_row += list(rows[node]) if held < 0 else range(set_action[held], set_action[held + 1])
        edge_child += [int(position[child]) for child in children[node]]
    node_set = held_place[order]
    by_set = np.argsort(node_set, kind="stable")
    levels = int(level.max()) + 1
    tree = Tree(
        actors=tuple(actors),
        terminals=terminals,
        edge_start=_index(np.concatenate([[0], np.cumsum([len(children[n]) for n in order])])),
        edge_child=_index(np.asarray(edge_child)),
        edge_row=_index(np.asarray(edge_row)),
        node_set=_index(node_set),
        set_actor=_index(np.asarray(set_actor, dtype=np.int64)[set_order]),
        set_start=_index(np.concatenate([[0], np.cumsum(np.bincount(node_set[node_set >= 0], minlength=sets))])),
        set_nodes=_index(by_set[np.count_nonzero(node_set < 0) :]),
        set_action=_index(set_action),
        level_node=_index(np.concatenate([[0], np.cumsum(np.bincount(level, minlength=levels))])),
        level_set=_index(np.concatenate([[0], np.cumsum(np.bincount(set_level, minlength=levels))])),
        chance_rows=max((row for n, held in enumerate(set_of) if held < 0 for row in rows[n]), default=-1) + 1,
    )
    return tree, set_order


def _levels(children: Sequence[Sequence[int]], set_of: Sequence[int]) -> NDArray[np.int64]:
    """(N,) a level for each node: below its parent's, and one for all nodes of a set unless sets cross."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes = len(children)
    group = np.asarray([held if held >= 0 else -1 for held in set_of], dtype=np.int64)
    alone = group < 0
    group[alone] = group.max(initial=-1) + 1 + np.arange(alone.sum())
    parent, child = _inner_edges(children)
    count = int(group.max()) + 1
    graph = coo_array((np.ones(len(parent)), (group[parent], group[child])), shape=(count, count))
    _, component = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(component)
    knotted = (size[component] > 1)[group]
    knotted |= np.isin(group, group[parent[group[parent] == group[child]]])  # a set above itself
    group = np.where(knotted, count + np.arange(nodes), group)
    group = np.unique(group, return_inverse=True)[1]
    return _longest_paths(group, group[parent], group[child])[group]


def _inner_edges(children: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Parents and children of all edges that do not end in a terminal."""
    pairs = [(n, c) for n, below in enumerate(children) for c in below if c < len(children)]
    array = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _longest_paths(group: NDArray[np.int64], source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.int64]:
    """Length of the longest path to each group of an acyclic graph."""
    count = int(group.max()) + 1
    order = np.argsort(source, kind="stable")
    start = np.searchsorted(source[order], np.arange(count + 1))
    waiting = np.bincount(target, minlength=count)
    length = np.zeros(count, dtype=np.int64)
    ready = np.flatnonzero(waiting == 0).tolist()
    while ready:
        here = ready.pop()
        for there in target[order[start[here] : start[here + 1]]].tolist():
            length[there] = max(length[there], length[here] + 1)
            waiting[there] -= 1
            if waiting[there] == 0:
                ready.append(there)
    return length


def _index(values: NDArray[np.integer]) -> Index:
    return np.ascontiguousarray(values, dtype=np.int32)
