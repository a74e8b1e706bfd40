"""How a tree is laid out for the kernels, whatever its payoffs are: worked out once, and kept as long as the tree.

A pass answers set after set, and then works out what the set's nodes are worth. It is fastest where it never looks for anything: what it reads of a set lies
one row number after the other, and what it writes are rows one after the other. Nodes that no set of their level has, which are chance nodes and the further nodes of late
sets, are *loose*, and come one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Index, Tree

Places = NDArray[np.int64]

ACTOR, NODES, ACTION, OWN, FIRST, MANY, MIX, SET = range(8)
"""Columns of what is known of a set, and how many there are."""


@dataclass(frozen=True)
class Layout:
    """What the tree alone decides of :class:`~detente.solve.plan.Arrays`.

    ``fixed``: those of its parts that it decides wholly. ``leads`` (E, I): row of the value that an edge leads to for each actor, of a terminal the number of rows of nodes; ``ends`` (the edges to terminals) and
    which ``terminal`` each is. ``edge_row`` (E): row of an edge's probability, actions first, chances after them. ``own``, ``mix``, ``loose``: places in ``leads`` whose rows ``own_value``, ``mix_value`` and ``loose_value`` are.
    """

    fixed: dict[str, NDArray[Any]]
    edge_row: Index
    leads: Index
    ends: Places
    terminal: Index
    own: Index
    mix: Index
    loose: Index

    def rows(self, terminal: Places) -> dict[str, NDArray[Any]]:
        """The parts that depend on which payoffs terminals have: ``terminal`` (T, I), numbers of payoffs."""
        leads = self.leads.copy()
        leads[self.ends] += terminal[self.terminal].astype(np.int32)
        flat = leads.ravel()
        return {"own_value": flat[self.own], "mix_value": flat[self.mix], "loose_value": flat[self.loose]}


_layouts: WeakKeyDictionary[Tree, Layout] = WeakKeyDictionary()


def layout(tree: Tree) -> Layout:
    """The layout of a tree."""
    found = _layouts.get(tree)
    if found is None:
        found = _layouts[tree] = _laid_out(tree)
    return found


def _laid_out(tree: Tree) -> Layout:
    nodes, actors = tree.nodes, len(tree.actors)
    level = np.repeat(np.arange(tree.levels), np.diff(tree.level_node))
    held = np.append(np.repeat(np.arange(tree.levels), np.diff(tree.level_set)), -1)[tree.node_set] == level
    order = np.argsort(level * (tree.sets + 1) + np.where(held, tree.node_set, tree.sets), kind="stable")
    first = np.empty(nodes, dtype=np.int64)
    first[order] = np.arange(0, nodes * actors, actors)
    inner = tree.edge_child < nodes
    leads = np.full((len(tree.edge_child), actors), nodes * actors, dtype=np.int32)
    leads[inner] = first[tree.edge_child[inner], None] + np.arange(actors)
    ends = np.flatnonzero(~inner)
    of = np.repeat(np.arange(nodes), np.diff(tree.edge_start))
    edge_row = tree.edge_row + np.where(tree.node_set[of] >= 0, 0, tree.actions)
    alone, loose = ~held, np.flatnonzero(~held[of])
    sets, own, mix = _sets(tree, of, held, first)
    fixed = {
        "sets": sets,
        "loose": np.stack([np.append(first[alone], 0), _starts(np.diff(tree.edge_start)[alone])], axis=1),
        "loose_row": edge_row[loose],
        "levels": np.stack([tree.level_set, _starts(np.bincount(level[alone], minlength=tree.levels))], axis=1),
        "late_action": np.flatnonzero(tree.late[tree.action_set]),
        **_beliefs(tree, of),
    }
    uniform = -np.log(np.diff(tree.set_action)[tree.action_set[tree.belief_actions]])
    return Layout(
        {name: as_index(part.ravel()) for name, part in fixed.items()} | {"uniform": uniform},
        as_index(edge_row),
        leads,
        ends,
        tree.edge_child[ends] - nodes,
        as_index(own),
        as_index(mix),
        as_index((loose[:, None] * actors + np.arange(actors)).ravel()),
    )


def _sets(tree: Tree, of: Places, held: NDArray[np.bool_], first: Places) -> tuple[Places, Places, Places]:
    """What is known of each set, and an end (H + 1, SET); places of what its mover looks at; and of what the values of its nodes are means of."""
    actors, options = len(tree.actors), np.diff(tree.set_action)
    sets = np.zeros((tree.sets + 1, SET), dtype=np.int64)
    sets[:-1, ACTOR], sets[:, NODES], sets[:, ACTION] = tree.set_actor, tree.set_start, tree.set_action
    sets[:, OWN] = _starts(tree.set_size * options)
    position = np.empty(tree.nodes, dtype=np.int64)
    position[tree.set_nodes] = np.arange(len(tree.set_nodes)) - np.repeat(tree.set_start[:-1], tree.set_size)
    edge = np.flatnonzero(tree.node_set[of] >= 0)
    node, by = of[edge], tree.node_set[of[edge]]
    own = np.empty(sets[-1, OWN], dtype=np.int64)
    choice = edge - tree.edge_start[node]
    own[sets[by, OWN] + position[node] * options[by] + choice] = edge * actors + tree.set_actor[by]

    sets[:-1, MANY] = np.bincount(tree.node_set[held], minlength=tree.sets) * actors
    sets[:, MIX] = _starts(sets[:-1, MANY] * options)
    sets[:, FIRST] = tree.nodes * actors
    np.minimum.at(sets[:, FIRST], tree.node_set[held], first[held])
    near = held[node]
    edge, node, by, choice = edge[near], node[near], by[near], choice[near]
    begin = sets[by, MIX] + choice * sets[by, MANY] + first[node] - sets[by, FIRST]
    mix = np.empty(sets[-1, MIX], dtype=np.int64)
    mix[begin[:, None] + np.arange(actors)] = edge[:, None] * actors + np.arange(actors)
    return sets, own, mix


def _beliefs(tree: Tree, of: Places) -> dict[str, Places]:
    """The unknowns; and the nodes whose reach some belief needs, parents first: parent's row, row of the log that leads there, row of each set's nodes."""
    active = np.flatnonzero(tree.belief_actions)
    unknown = np.full(tree.actions, -1)
    unknown[active] = np.arange(len(active))
    inner = np.flatnonzero(tree.edge_child < tree.nodes)
    parent, edge = np.full(tree.nodes, -1), np.full(tree.nodes, -1)
    parent[tree.edge_child[inner]], edge[tree.edge_child[inner]] = of[inner], inner
    needed = np.zeros(tree.nodes, dtype=np.bool_)
    needed[:1] = True
    needed[tree.set_nodes[np.repeat(tree.set_size > 1, tree.set_size)]] = True
    for start, stop in zip(tree.level_node[-2:0:-1], tree.level_node[:1:-1], strict=True):
        needed[parent[start:stop][needed[start:stop]]] = True
    row = np.cumsum(needed) - 1
    row[~needed] = -1
    kept = np.flatnonzero(needed)[1:]
    action = tree.node_set[parent[kept]] >= 0
    prob_row = tree.edge_row[edge[kept]].astype(np.int64)
    log_row = np.where(action, unknown[np.where(action, prob_row, 0)], len(active) + prob_row)
    return {
        "unknown": unknown,
        "unknown_action": active,
        "set_reach": row[tree.set_nodes],
        "reach": np.concatenate([[[0, 0]], np.stack([row[parent[kept]], log_row], axis=1)]),
    }


def _starts(lengths: NDArray[np.integer]) -> Places:
    """Where each begins of pieces of these ``lengths`` one after the other, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def as_index(values: NDArray[np.integer]) -> Index:
    """Numbers as compiled code reads them."""
    return np.ascontiguousarray(values, dtype=np.int32)
