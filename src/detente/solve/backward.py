"""Backward induction: exact play of games of perfect information, for many draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.extensive import GameError
from detente.game.tree import Tree

Floats = NDArray[np.float64]

TIE = 1e-12
"""Difference of two options, as a share of the actor's payoff span, up to which they tie: rounding, no more."""


@dataclass(frozen=True)
class Backward:
    """Subgame-perfect play of D draws.

    ``choice`` (A, D) probability of each action: 1, 0, or equal shares where options tie. ``value`` (I, D) payoffs
    expected at the root. ``ties`` (H, D) where more than one option is best. Where nothing ties the equilibrium is
    unique; where something does there are others, and they may differ in what everybody else gets.
    """

    choice: Floats
    value: Floats
    ties: NDArray[np.bool_]


def backward_induction(tree: Tree, payoffs: Floats, chances: Floats, tolerance: float = TIE) -> Backward:
    """Best options from the last moves to the first; those that tie are taken equally often.

    ``payoffs`` (T, I, D) in any unit; ``chances`` (C, D). Options tie whose payoffs to the mover differ by at most
    ``tolerance`` times the span of its terminal payoffs in that draw. Every information set must be one node;
    otherwise a :class:`~detente.game.GameError`, which is a ``ValueError``. Zermelo (1913); Kuhn (1953).
    """
    _check_perfect_information(tree)
    actors, draws = payoffs.shape[1], payoffs.shape[2]
    slack = tolerance * np.ptp(payoffs, axis=0)
    prob = np.concatenate([np.zeros((tree.actions, draws)), chances])
    ties = np.zeros((tree.sets, draws), dtype=np.bool_)
    value = np.concatenate([np.empty((tree.nodes, actors, draws)), payoffs])
    row = tree.edge_row + tree.actions * np.repeat(tree.node_set < 0, np.diff(tree.edge_start))
    for level in range(tree.levels - 1, -1, -1):
        nodes = np.arange(tree.level_node[level], tree.level_node[level + 1])
        deciding = nodes[tree.node_set[nodes] >= 0]
        if len(deciding):
            sets = tree.node_set[deciding]
            edges, start = _edges(tree, deciding)
            options = np.diff([*start, len(edges)])
            mover = tree.set_actor[sets]
            worth = value[tree.edge_child[edges], np.repeat(mover, options)]
            enough = np.maximum.reduceat(worth, start) - slack[mover]
            best = worth >= np.repeat(enough, options, axis=0)
            count = np.add.reduceat(best.astype(np.int64), start)
            ties[sets] = count > 1
            prob[tree.edge_row[edges]] = best / np.repeat(count, options, axis=0)
        edges, start = _edges(tree, nodes)
        value[nodes] = np.add.reduceat(prob[row[edges], None] * value[tree.edge_child[edges]], start)
    return Backward(choice=prob[: tree.actions], value=value[0], ties=ties)


def _edges(tree: Tree, nodes: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The edges of some nodes, one node after the other, and where each node's begin among them."""
    count = np.diff(tree.edge_start)[nodes].astype(np.int64)
    start = np.cumsum(count) - count
    return np.arange(int(count.sum())) + np.repeat(tree.edge_start[nodes] - start, count), start


def _check_perfect_information(tree: Tree) -> None:
    wide = np.flatnonzero(tree.set_size > 1)
    if len(wide):
        first = int(wide[0])
        raise GameError(
            f"information set {first}, of {tree.actors[tree.set_actor[first]]}, has {tree.set_size[first]} nodes between "
            f"which its actor cannot tell ({len(wide)} of {tree.sets} sets are so): backward induction needs perfect "
            "information. Use quantal response or a cognitive hierarchy, or let the actor see what it does not"
        )
