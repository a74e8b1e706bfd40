"""Which values of a game are the same whatever is played, and which of them a pass needs.

A game has a value for each node and actor. Many are the same at all profiles: what a hidden type is worth to its holder alone makes no difference to others; what is left of
a game once an offer is accepted may make none to anybody. And an actor's value of a node above which it never chooses guides no choice. Both are seen from the
tree and from which terminal payoffs are equal, and leave half of the values in games with private information.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import MOST_LABELS, firsts, ranks
from detente.game.tree import Tree

Places = NDArray[np.int64]

UNUSED, IN_THE_END, ALWAYS = range(3)
"""How far a value is needed: not at all; only for what the whole game is worth to each actor; in each pass."""


@dataclass(frozen=True)
class Worth:
    """The different values of a game: P payoffs, then V of decisions and chance moves, deepest level first.

    ``at`` (N + T, I): number of the value of each node and terminal to each actor. ``node``, ``actor`` and ``level`` (V): one place where it is had, and the level of
    all such nodes. ``edge`` and ``start`` (V + 1): the edges of that node, each value's from its start. ``leads`` (as ``edge``): the values that it is a mean of. ``need`` (V).
    ``own``: what the options of each set's nodes are worth to its mover, in the order of sets, nodes and options; ``open`` (H): sets whose nodes differ in that, so that beliefs
    have a part.
    """

    at: Places
    node: Places
    actor: Places
    level: Places
    edge: Places
    start: Places
    leads: Places
    need: NDArray[np.int8]
    own: Places
    open: NDArray[np.bool_]


def worth(tree: Tree, terminal: Places, payoffs: int) -> Worth:
    """What can be told apart by ``terminal`` (T, I), the number of each payoff, from 0 up to, not including, ``payoffs``; those of different actors differ."""
    actors = len(tree.actors)
    at = np.empty((tree.nodes + tree.terminals, actors), dtype=np.int64)
    at[tree.nodes :] = terminal
    known, places = payoffs, [np.empty(0, dtype=np.int64)] * tree.levels
    for k in range(tree.levels - 1, -1, -1):
        begin, end = int(tree.level_node[k]), int(tree.level_node[k + 1])
        if begin < end:
            places[k] = _told_apart(tree, begin, end, at, known)
            known += len(places[k])
    place = np.concatenate([np.empty(0, dtype=np.int64), *places[::-1]])
    level = np.repeat(np.arange(tree.levels - 1, -1, -1), np.array([len(part) for part in places[::-1]], dtype=np.intp))
    node, actor = place // actors, place % actors
    edge, start = _edges_of(tree, node)
    leads = at[tree.edge_child[edge], np.repeat(actor, np.diff(start))]
    own, open_sets = _own(tree, at)
    need = np.zeros(known, dtype=np.int8)
    need[at[0]] = IN_THE_END
    need[own] = ALWAYS
    stop = known
    for part in places:  # from the root down, which is from the last value to the first
        rows = np.arange(stop - len(part), stop) - payoffs
        for degree in (IN_THE_END, ALWAYS):
            some = rows[need[rows + payoffs] == degree]
            led = leads[_ranges(start[some], start[some + 1])]
            need[led] = np.maximum(need[led], degree)
        stop -= len(part)
    return Worth(at, node, actor, level, edge, start, leads, need[payoffs:], own, open_sets)


def _told_apart(tree: Tree, begin: int, end: int, at: Places, known: int) -> Places:
    """Number the values of a level's nodes, ``begin`` to ``end``, from ``known`` on; the first place, ``node * I + actor``, of each new one.

    The mean of what is the same is the same again (chances add up to one). Otherwise values are the same where the same probabilities meet the same values.
    """
    start = tree.edge_start[begin : end + 1].astype(np.int64)
    edges = slice(int(start[0]), int(start[-1]))
    start -= start[0]
    leads, row = at[tree.edge_child[edges]], tree.probability_row[edges]
    options, first = np.diff(start), start[:-1]
    same = np.minimum.reduceat(leads, first) == np.maximum.reduceat(leads, first)
    at[begin:end][same] = leads[first][same]
    node, actor = np.nonzero(~same)
    label, bound = row[first[node]].astype(np.int64), int(row.max()) + 1
    moved_by_chance = bool((tree.node_set[begin:end] < 0).any())
    for k in range(int(options.max())):
        edge = np.minimum(first[node] + k, len(row) - 1)
        there = k < options[node]
        columns = [(np.where(there, leads[edge, actor] + 1, 0), known + 1)]
        if moved_by_chance:  # a set's options have probabilities of their own, told by the first
            columns.append((np.where(there, row[edge] + 1, 0), int(row.max()) + 2))
        for column, count in columns:
            if bound * count > MOST_LABELS:
                label, bound = ranks(label, bound)
            label, bound = label * count + column, bound * count
    rank, many = ranks(label, bound)
    at[begin + node, actor] = known + rank
    example = firsts(rank, many)
    places: Places = (begin + node[example]) * at.shape[1] + actor[example]
    return places


def _own(tree: Tree, at: Places) -> tuple[Places, NDArray[np.bool_]]:
    """What the options of sets' nodes are worth to their movers, and which sets' nodes differ."""
    options = np.diff(tree.set_action)
    edge, _ = _edges_of(tree, tree.set_nodes)
    held = np.repeat(np.arange(tree.sets), tree.set_size * options)
    own = at[tree.edge_child[edge], tree.set_actor[held]]
    begin = np.concatenate([[0], np.cumsum(tree.set_size * options)])
    choice = (np.arange(len(own)) - begin[held]) % options[held]
    differs = own != own[begin[held] + choice]
    return own, np.bincount(held[differs], minlength=tree.sets) > 0


def _edges_of(tree: Tree, node: NDArray[np.integer]) -> tuple[Places, Places]:
    """The edges of some nodes one after the other, and where each node's begin."""
    begin, end = tree.edge_start[node].astype(np.int64), tree.edge_start[node + 1].astype(np.int64)
    return _ranges(begin, end), np.concatenate([[0], np.cumsum(end - begin)])


def _ranges(begin: Places, end: Places) -> Places:
    """The whole numbers from each ``begin`` up to, not including, its ``end``, one after the other."""
    many = end - begin
    places: Places = np.arange(int(many.sum())) + np.repeat(begin - np.cumsum(many) + many, many)
    return places
