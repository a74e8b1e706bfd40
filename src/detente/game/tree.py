"""A finite extensive-form game as flat arrays, free of numbers and names of situations.

Nodes ``0 .. nodes-1`` are decisions and chance moves, ordered so that a parent precedes its children
and the nodes of one information set stand together; ids from ``nodes`` on are terminals. Nodes are
grouped in *levels* (the steps of a process): no node of an information set is an ancestor of another
node of the same level, so a backward pass may treat a level's sets one after the other.

Probabilities have one row per *action* (an option at an information set) and one per *chance row*
(an outcome of a chance distribution; nodes with the same distribution share rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]


@dataclass(frozen=True)
class Tree:
    """The structure of a game.

    Shapes: N nodes, T terminals, E edges, H information sets, A actions, K levels.

    ``edge_start`` (N+1): edges of node n are ``edge_start[n] .. edge_start[n+1]``.
    ``edge_child`` (E): node or terminal id.
    ``edge_row`` (E): action row of a decision's edge; chance row of a chance move's edge.
    ``node_set`` (N): information set, or -1 for a chance move.
    ``set_actor`` (H), ``set_node`` (H, 2: first node and the one after the last), ``set_action`` (H+1, first action).
    ``level_node`` (K+1), ``level_set`` (K+1): first node and set of each level; a chance level has no sets.
    """

    actors: tuple[str, ...]
    terminals: int
    edge_start: Index
    edge_child: Index
    edge_row: Index
    node_set: Index
    set_actor: Index
    set_node: Index
    set_action: Index
    level_node: Index
    level_set: Index
    chance_rows: int

    @property
    def nodes(self) -> int:
        return len(self.node_set)

    @property
    def sets(self) -> int:
        return len(self.set_actor)

    @property
    def actions(self) -> int:
        return int(self.set_action[-1])

    @property
    def levels(self) -> int:
        return len(self.level_node) - 1

    @property
    def set_size(self) -> Index:
        """(H,) nodes in each information set."""
        return self.set_node[:, 1] - self.set_node[:, 0]

    @cached_property
    def action_set(self) -> Index:
        """(A,) information set of each action."""
        return np.repeat(np.arange(self.sets, dtype=np.int32), np.diff(self.set_action))

    @cached_property
    def belief_actions(self) -> NDArray[np.bool_]:
        """(A,) actions that some belief depends on: those above a set of several nodes.

        Only they couple the sets in a backward pass; what stands below them follows in one pass.
        """
        below = np.zeros(self.nodes + self.terminals, dtype=np.bool_)
        sizes = self.set_size
        result = np.zeros(self.actions, dtype=np.bool_)
        for node in range(self.nodes - 1, -1, -1):
            edges = slice(self.edge_start[node], self.edge_start[node + 1])
            inside = below[self.edge_child[edges]]
            held = self.node_set[node]
            if held >= 0:
                result[self.edge_row[edges]] |= inside
            below[node] = inside.any() or (held >= 0 and sizes[held] > 1)
        return result
