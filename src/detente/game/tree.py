"""A finite extensive-form game as flat arrays, free of numbers and names of situations.

Nodes ``0 .. nodes-1`` are decisions and chance moves, ordered so that a parent precedes its children; ids
from ``nodes`` on are terminals. Nodes are grouped in *levels* (the steps of a process): no node is an ancestor of
another of the same level, and a set belongs to the first level that has a node of it, so a backward pass may treat a
level's sets one after the other, each with its nodes, or all and then the nodes. In the game of a situation a set's nodes all stand in its level. Where
two sets cross (each has a node above one of the other, as when two actors do not know who moves first) that
cannot be; such sets are *late*: their other nodes come up in the pass before the set does.

Probabilities have one row per *action* (an option at an information set) and one per *chance row*
(an outcome of a chance distribution; nodes with the same distribution share rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """The structure of a game.

    Shapes: N nodes, T terminals, E edges, H information sets, A actions, K levels.

    ``edge_start`` (N+1): edges of node n are ``edge_start[n] .. edge_start[n+1]``.
    ``edge_child`` (E): node or terminal id.
    ``edge_row`` (E): action row of a decision's edge; chance row of a chance move's edge.
    ``node_set`` (N): information set, or -1 for a chance move.
    ``set_actor`` (H); ``set_start`` (H+1): nodes of set h are ``set_nodes[set_start[h] : set_start[h+1]]``, in
    rising order; ``set_action`` (H+1, first action).
    ``level_node`` (K+1), ``level_set`` (K+1): first node and set of each level; a chance level has no sets.
    """

    actors: tuple[str, ...]
    terminals: int
    edge_start: Index
    edge_child: Index
    edge_row: Index
    node_set: Index
    set_actor: Index
    set_start: Index
    set_nodes: Index
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
        return np.diff(self.set_start)

    @cached_property
    def action_set(self) -> Index:
        """(A,) information set of each action."""
        return np.repeat(np.arange(self.sets, dtype=np.int32), np.diff(self.set_action))

    @cached_property
    def late(self) -> NDArray[np.bool_]:
        """(H,) sets with a node beyond their level; their choices are unknowns of a backward pass."""
        stop = self.level_node[1:][np.repeat(np.arange(self.levels), np.diff(self.level_set))]
        last = self.set_nodes[self.set_start[1:] - 1] if self.sets else np.empty(0, np.int32)
        return np.asarray(last >= stop)

    @cached_property
    def probability_row(self) -> Index:
        """(E,) row of each edge's probability where chances stand after actions."""
        chance = np.repeat(self.node_set < 0, np.diff(self.edge_start))
        return self.edge_row + np.where(chance, self.actions, 0).astype(np.int32)

    def belief_actions(self, open_sets: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(A,) actions that the belief at one of ``open_sets`` (H,) depends on: those above it; and those of late sets.

        Only they couple the sets in a backward pass; what stands below them follows in one pass.
        """
        below = np.zeros(self.nodes + self.terminals, dtype=np.bool_)
        result = np.zeros(self.actions, dtype=np.bool_)
        wide = np.append(open_sets, False)[self.node_set]
        for start, stop in zip(self.level_node[-2::-1], self.level_node[:0:-1], strict=True):
            if start == stop:  # a closed option may leave a level without nodes
                continue
            first = self.edge_start[start:stop]
            edges = slice(self.edge_start[start], self.edge_start[stop])
            inside = below[self.edge_child[edges]]
            decided = np.repeat(self.node_set[start:stop] >= 0, np.diff(self.edge_start[start : stop + 1]))
            result[self.edge_row[edges][decided & inside]] = True
            below[start:stop] = np.logical_or.reduceat(inside, first - first[0]) | wide[start:stop]
        return result | self.late[self.action_set]
