"""A finite game in extensive form with its numbers and labels, from a situation or from anywhere else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ExtensiveGame:
    """One game: structure, payoffs and chances, and what things are called.

    Shapes as in :class:`~detente.game.Tree`. ``payoffs`` (T, I); ``chances`` (C,) probability of each chance row.
    ``set_names`` (H), ``action_names`` (A), ``chance_names`` (C) and ``outcome_names`` (T) may be empty strings.
    """

    title: str
    tree: Tree
    payoffs: Floats
    chances: Floats
    set_names: tuple[str, ...]
    action_names: tuple[str, ...]
    chance_names: tuple[str, ...]
    outcome_names: tuple[str, ...]

    @property
    def actors(self) -> tuple[str, ...]:
        return self.tree.actors

    def actions_of(self, information_set: int) -> range:
        """The actions (rows of a :class:`~detente.solve.Solution`'s ``choice``) at an information set."""
        return range(int(self.tree.set_action[information_set]), int(self.tree.set_action[information_set + 1]))

    def __repr__(self) -> str:
        tree = self.tree
        return (
            f"<ExtensiveGame {self.title!r}: {', '.join(self.actors)}; {tree.nodes:,} nodes, "
            f"{tree.sets:,} information sets, {tree.terminals:,} terminals>"
        )


class GameError(ValueError):
    """A game that cannot be played as it stands; the message says where, what was found and what is accepted."""


def forgetful_set(tree: Tree) -> int | None:
    """The first information set at which its actor has forgotten an own move, or None.

    All nodes of a set must follow the same last action of their actor (Kuhn 1953).
    """
    last = np.full((tree.nodes + tree.terminals, len(tree.actors)), -1, dtype=np.int64)
    for node in range(tree.nodes):
        held = tree.node_set[node]
        for edge in range(tree.edge_start[node], tree.edge_start[node + 1]):
            child = tree.edge_child[edge]
            last[child] = last[node]
            if held >= 0:
                last[child, tree.set_actor[held]] = tree.edge_row[edge]
    for held in range(tree.sets):
        members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
        if np.ptp(last[members, tree.set_actor[held]]):
            return held
    return None
