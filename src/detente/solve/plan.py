"""A game laid out for the kernels: every address a pass needs, worked out once.

Values stand in one table of rows: the different ones that are needed, in the order in which a pass comes to them (:mod:`detente.solve.layout`); the distinct terminal payoffs follow. A
payoff is a sum over *parts* (the interests of an actor), each of which takes few distinct values, so that a
game of thousands of terminals has far fewer distinct payoffs, and they stay in cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import firsts, ranks
from detente.game.tree import Index, Tree
from detente.solve.layout import FIRST, ODDS, SET, as_index, layout


class Arrays(NamedTuple):
    """What compiled code reads.

    Shapes: N nodes, E edges, H sets, A actions, C chance rows, I actors, n unknowns, R nodes whose reach is needed, P payoffs.

    ``sets`` ((H + 1) * SET): of each set its ``ACTOR``, where its ``NODES`` and its ``ACTION`` s begin as in :class:`~detente.game.Tree`, and where its own values (``OWN``) and those of its nodes' children (``MIX``)
    do; of the different values of its nodes that stand in its level, which are rows one after the other, the ``FIRST`` and how ``MANY``; and where its log ``ODDS`` begin, one fewer than its options, or -1 where none of them is an unknown. Last comes an end. Of nodes that are alike to their mover only the first counts.
    ``set_reach`` the reach row of each of a set's nodes.
    ``own_value``: rows of the values to its mover that a set's nodes lead to, for the first node's options in order, then for the next one's.
    ``mix_value``: of a set's values, the rows of what the first option leads to, in their order, then of the second.
    ``loose`` ((L + 1) * 2), ``loose_row``, ``loose_value``: other values, one by one: of chance nodes, and of those of late sets further down; then those that only the ``worth`` needs. Row, and where options begin; row of each probability; rows of what they lead to.
    ``worth`` (I): row of what the game is worth to each actor.
    ``unknown`` (A): number of the unknown that an action is, or -1. ``unknown_action`` (n); ``uniform`` (n) its log probability where all options are alike.
    ``guiding`` (G): sets with unknowns.
    ``late_action``: actions whose old probability is needed in a pass.
    ``reach`` (R * 2): row of the parent, and row of the log probability that leads from there; row 0 is the root.
    ``levels`` ((K + 1) * 2): where a level's sets and loose values begin.
    ``payoff_start`` (P+1), ``payoff_part``: rows of the numbers that a payoff is the sum of.
    ``payoff_first`` (I + 1): first payoff of each actor.
    """

    sets: Index
    set_reach: Index
    own_value: Index
    mix_value: Index
    loose: Index
    loose_row: Index
    loose_value: Index
    worth: Index
    unknown: Index
    unknown_action: Index
    uniform: NDArray[np.float64]
    guiding: Index
    late_action: Index
    reach: Index
    levels: Index
    payoff_start: Index
    payoff_part: Index
    payoff_first: Index


class _Kept(NamedTuple):
    """Of the last plan of a tree: what it was made of, and what was worked out. Not the plan, which would keep its tree alive."""

    actor: NDArray[np.integer]
    rows: NDArray[np.integer]
    arrays: Arrays
    terminal_payoff: Index


_kept: WeakKeyDictionary[Tree, _Kept] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Plan:
    """A tree, and how its payoffs are made up: for the kernels and those that call them. ``terminal_payoff`` (T * I): number of each terminal's payoff to each actor."""

    tree: Tree
    arrays: Arrays
    terminal_payoff: Index

    @property
    def actors(self) -> int:
        return len(self.tree.actors)

    @property
    def unknowns(self) -> int:
        return len(self.arrays.unknown_action)

    @property
    def odds(self) -> int:
        """Rows of log odds."""
        return int(self.arrays.sets[-SET + ODDS])

    @property
    def payoffs(self) -> int:
        """Distinct terminal payoffs."""
        return len(self.arrays.payoff_start) - 1

    @property
    def values(self) -> int:
        """Rows of values before those of payoffs."""
        return int(self.arrays.sets[-SET + FIRST])

    @classmethod
    def of(cls, tree: Tree, actor: NDArray[np.integer], rows: NDArray[np.integer]) -> Plan:
        """The plan of a game whose payoffs are sums over parts: the ``actor`` of each part, and the row of
        :attr:`Numbers.values` that it takes at each terminal, ``rows`` (parts, T). The last of each tree is kept."""
        kept = _kept.get(tree)
        if kept is None or not (np.array_equal(kept.rows, rows) and np.array_equal(kept.actor, actor)):
            kept = _kept[tree] = _made(tree, np.array(actor), np.array(rows))
        return cls(tree, kept.arrays, kept.terminal_payoff)

    @classmethod
    def plain(cls, tree: Tree) -> Plan:
        """The plan of a game with a payoff of its own at each terminal: rows ``i * T + t`` of the values."""
        actors = len(tree.actors)
        return cls.of(tree, np.arange(actors), np.arange(actors * tree.terminals).reshape(actors, -1))


def _made(tree: Tree, actor: NDArray[np.integer], rows: NDArray[np.integer]) -> _Kept:
    start, part, first, terminal = _payoffs(tree, actor, rows)
    arrays = Arrays(
        **layout(tree, terminal, len(start) - 1),
        payoff_start=start,
        payoff_part=part,
        payoff_first=first,
    )
    return _Kept(actor, rows, arrays, as_index(terminal.ravel()))


def _payoffs(
    tree: Tree, actor: NDArray[np.integer], rows: NDArray[np.integer]
) -> tuple[Index, Index, Index, NDArray[np.int64]]:
    """Distinct sums: their parts (CSR), the first of each actor, and the number of each terminal's (T, I)."""
    parts: list[NDArray[np.int64]] = []
    lengths: list[NDArray[np.int64]] = []
    first, terminal = [0], np.zeros((tree.terminals, len(tree.actors)), dtype=np.int64)
    for i in range(len(tree.actors)):
        of_actor = rows[actor == i]
        label, count = np.zeros(tree.terminals, dtype=np.int64), 1
        for row in of_actor:
            least, several = int(row.min()), int(np.ptp(row)) + 1
            label, count = ranks(label * several + (row - least), count * several)
        example = firsts(label, count)
        terminal[:, i] = label + first[-1]
        parts.append(of_actor[:, example].T.ravel())
        lengths.append(np.full(len(example), len(of_actor)))
        first.append(first[-1] + len(example))
    start = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return as_index(start), as_index(np.concatenate(parts)), as_index(np.asarray(first)), terminal
