"""How a game is laid out for the kernels: worked out once for a tree and for which of its payoffs are equal.

A pass answers set after set, and then works out what the set's nodes are worth. It is fastest where it never looks for anything: what it reads of a set lies
one row number after the other, and what it writes are rows one after the other. Only the different values that it needs have rows (:mod:`detente.solve.worth`). Values of nodes that no set of their level has, which are
chance nodes and the further nodes of late sets, are *loose*, and come one by one. So do, after all others, those that only the worth of the whole game needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Index, Tree
from detente.solve.worth import ALWAYS, IN_THE_END, Worth, worth

Places = NDArray[np.int64]

ACTOR, NODES, ACTION, OWN, FIRST, MANY, MIX, ODDS, SET = range(9)
"""Columns of what is known of a set, and how many there are."""


def layout(tree: Tree, terminal: Places, payoffs: int) -> dict[str, NDArray[Any]]:
    """The parts of :class:`~detente.solve.plan.Arrays` that the tree decides, and ``terminal`` (T, I): the number of each payoff, of so many ``payoffs``."""
    values = worth(tree, terminal, payoffs)
    set_level = np.append(np.repeat(np.arange(tree.levels), np.diff(tree.level_set)), -1)
    holder = tree.node_set[values.node]
    held = set_level[holder] == values.level
    # In each pass: level by level, sets in order, then what is loose. After it: from the deepest level up, as values are numbered.
    always, last = np.flatnonzero(values.need == ALWAYS), np.flatnonzero(values.need == IN_THE_END)
    inside = np.where(held, holder, tree.sets)[always]
    always = always[np.argsort(values.level[always] * (tree.sets + 1) + inside, kind="stable")]
    row = np.full(payoffs + len(values.node), -1)
    row[:payoffs] = len(always) + len(last) + np.arange(payoffs)
    row[payoffs + always] = np.arange(len(always))
    row[payoffs + last] = len(always) + np.arange(len(last))

    loose = np.concatenate([always[~held[always]], last])
    edges, start = _edges(values, loose)
    on_level = np.bincount(values.level[always[~held[always]]], minlength=tree.levels)
    sets, mix = _mixes(tree, values, always[held[always]], row[payoffs:])
    counts = _choices(tree, values)
    begin = starts(counts)
    sets[:, NODES], sets[:, OWN] = starts(np.where(values.open, tree.set_size, 1)), begin
    sets[-1, FIRST] = len(always) + len(last)
    # Of a set whose nodes are alike to its mover only the first is looked at.
    whole = starts(tree.set_size * np.diff(tree.set_action))
    own = values.own[np.arange(begin[-1]) + np.repeat(whole[:-1] - begin[:-1], counts)]
    parts = {
        "own_value": row[own],
        "mix_value": row[values.leads[mix]],
        "loose": np.stack([np.append(row[payoffs + loose], 0), start], axis=1),
        "loose_row": tree.probability_row[values.edge[edges]],
        "loose_value": row[values.leads[edges]],
        "levels": np.stack([tree.level_set, starts(on_level)], axis=1),
        "worth": row[values.at[0]],
        "late_action": np.flatnonzero(tree.late[tree.action_set]),
        **_beliefs(tree, values.open),
    }
    by, options = tree.action_set[parts["unknown_action"]], np.diff(tree.set_action)
    guiding = np.unique(by)
    odds = starts(options[guiding] - 1)
    sets[:, ODDS] = -1
    sets[guiding, ODDS], sets[-1, ODDS] = odds[:-1], odds[-1]
    parts |= {"sets": sets, "guiding": guiding}
    uniform = -np.log(options[by])
    return {name: as_index(part.ravel()) for name, part in parts.items()} | {"uniform": uniform}


def _choices(tree: Tree, values: Worth) -> Places:
    """(H,) how many numbers of what options are worth a set has."""
    return (np.where(values.open, tree.set_size, 1) * np.diff(tree.set_action)).astype(np.int64)


def _mixes(tree: Tree, values: Worth, held: Places, row: Places) -> tuple[Places, Places]:
    """What is known of each set, and an end (H + 1, SET), but for what its mover looks at (of a set without values of its own, ``FIRST`` means nothing); and the places in ``leads`` of what the values of its nodes are means of: of all ``held``, in order, set by set
    first what their first options lead to, then their second."""
    of = tree.node_set[values.node[held]]
    sets, options = np.zeros((tree.sets + 1, SET), dtype=np.int64), np.diff(tree.set_action)
    sets[:-1, ACTOR], sets[:, ACTION] = tree.set_actor, tree.set_action
    sets[:-1, MANY] = np.bincount(of, minlength=tree.sets)
    sets[:, MIX] = starts(sets[:-1, MANY] * options)
    start = np.full(tree.sets + 1, len(row), dtype=np.int64)
    np.minimum.at(start, of, row[held])
    sets[:, FIRST] = start
    edges, begin = _edges(values, held)
    by = np.repeat(of, np.diff(begin))
    choice = np.arange(len(edges)) - np.repeat(begin[:-1], np.diff(begin))
    place = sets[by, MIX] + choice * sets[by, MANY] + np.repeat(row[held], np.diff(begin)) - sets[by, FIRST]
    mix = np.empty(len(edges), dtype=np.int64)
    mix[place] = edges
    return sets, mix


def _edges(values: Worth, some: Places) -> tuple[Places, Places]:
    """Places in ``leads`` of ``some`` values one after the other, and where each value's begin."""
    many = np.diff(values.start)[some]
    begin = starts(many)
    return np.arange(begin[-1]) + np.repeat(values.start[some] - begin[:-1], many), begin


def _beliefs(tree: Tree, wide: NDArray[np.bool_]) -> dict[str, Places]:
    """The unknowns; and the nodes whose reach the belief at some ``wide`` (H) set needs, parents first: parent's row, row of the log that leads there, row of each set's nodes."""
    of = np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))
    active = np.flatnonzero(tree.belief_actions(wide))
    unknown = np.full(tree.actions, -1)
    unknown[active] = np.arange(len(active))
    inner = np.flatnonzero(tree.edge_child < tree.nodes)
    parent, edge = np.full(tree.nodes, -1), np.full(tree.nodes, -1)
    parent[tree.edge_child[inner]], edge[tree.edge_child[inner]] = of[inner], inner
    needed = np.zeros(tree.nodes, dtype=np.bool_)
    needed[:1] = True
    needed[tree.set_nodes[np.repeat(wide, tree.set_size)]] = True
    for start, stop in zip(tree.level_node[-2:0:-1], tree.level_node[:1:-1], strict=True):
        needed[parent[start:stop][needed[start:stop]]] = True
    row = np.cumsum(needed) - 1
    row[~needed] = -1
    kept = np.flatnonzero(needed)[1:]
    action = tree.node_set[parent[kept]] >= 0
    prob_row = tree.edge_row[edge[kept]].astype(np.int64)
    log_row = np.where(action, unknown[np.where(action, prob_row, 0)], len(active) + prob_row)
    looked_at = np.repeat(wide, tree.set_size)
    looked_at[tree.set_start[:-1]] = True
    return {
        "unknown": unknown,
        "unknown_action": active,
        "set_reach": row[tree.set_nodes[looked_at]],
        "reach": np.concatenate([[[0, 0]], np.stack([row[parent[kept]], log_row], axis=1)]),
    }


def starts(lengths: NDArray[np.integer]) -> Places:
    """Where each begins of pieces of these ``lengths`` one after the other, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def as_index(values: NDArray[np.integer]) -> Index:
    """Numbers as compiled code reads them."""
    return np.ascontiguousarray(values, dtype=np.int32)
