"""The tables of a row of draws, and putting a draw's numbers into them.

Tables have a row for each quantity and a column for each of eight draws, or of sixteen in single precision (:mod:`detente.solve.lanes`). Shapes as in
:class:`~detente.solve.plan.Arrays`: ``logs`` (n + C) holds the log probabilities of the unknown actions, then of the chances; ``prob``
(A + C) choice probabilities, then chances; ``value`` (V + P) different values of nodes, then terminal payoffs; ``reach`` (R).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.compiled import inlined, inner, jit, loops
from detente.solve.lanes import (
    at,
    fill,
    largest,
    load,
    log,
    neighbours,
    stacked,
    store,
    where,
)
from detente.solve.plan import Plan
from detente.solve.workers import Flag, flag

Floats = NDArray[np.float64]

IMPOSSIBLE = -1e5
"""Log of a chance of zero: beliefs it leads to are those of a vanishing tremble."""


class Numbers(NamedTuple):
    """A game's numbers for D draws.

    ``values`` (rows, D): what payoffs are sums of (:meth:`~detente.solve.plan.Plan.of`). ``chances`` (C, D) probabilities; ``lam`` (I, D) precisions
    per unit of payoff.
    """

    values: Floats
    chances: Floats
    lam: Floats

    def take(self, draws: Any) -> Numbers:
        """The same for some draws."""
        return Numbers(*(np.ascontiguousarray(numbers[:, draws]) for numbers in self))


class Tables(NamedTuple):
    """The tables of a row of draws: see the module. ``lam`` (I), ``image`` (n) the responses to ``logs``; ``changed`` (3) how far they are from them: the largest
    change of a probability, to first order; the sum of changes, which shows what is no number; and the distance, in probability (a log probability's counts in proportion: :mod:`detente.solve.sweep`). ``odds`` the log odds of the options of sets with unknowns, above their first; ``scratch`` (twice the most options).

    ``stop``: the :func:`~detente.solve.workers.flag` that is looked at before each sweep."""

    logs: Floats
    prob: Floats
    value: Floats
    reach: Floats
    lam: Floats
    image: Floats
    changed: Floats
    odds: Floats
    scratch: Floats
    stop: Flag

    @classmethod
    def of(cls, plan: Plan, single: bool = False) -> Tables:
        tree, unknowns = plan.tree, plan.unknowns
        actors, most = len(tree.actors), int(np.diff(tree.set_action).max(initial=2))
        values, reach = plan.values + plan.payoffs, len(plan.arrays.reach) // 2
        chances = tree.chance_rows
        rows = unknowns + chances, tree.actions + chances, values, reach, actors, unknowns, 3, plan.odds, 2 * most
        return cls._make([*stacked(*rows, single=single), flag()])


@inlined
def log_chance(chance: Any) -> Any:
    """Log of a chance, held at ``IMPOSSIBLE``."""
    return where(chance, largest(log(where(chance, chance, 1.0)), IMPOSSIBLE), IMPOSSIBLE)


@jit
def take_up(game: Any, actors: int, numbers: Any, draw: int, lane: int, tables: Any, target: Floats) -> None:
    """Put a draw's numbers into a lane, with the uniform profile; its precisions go into ``target``."""
    payoffs, actions, unknowns = len(game.payoff_start) - 1, len(game.unknown), len(game.unknown_action)
    base = tables.value.shape[0] - payoffs
    for p in range(payoffs):
        total = 0.0
        for i in range(at(game.payoff_start, p), at(game.payoff_start, p + 1)):
            total += numbers.values[at(game.payoff_part, i), draw]
        tables.value[base + p, lane] = total
    for c in range(numbers.chances.shape[0]):
        tables.prob[actions + c, lane] = numbers.chances[c, draw]
        store(tables.logs, unknowns + c, log_chance(load(tables.prob, actions + c)))
    for a in range(actors):
        target[a, lane] = numbers.lam[a, draw]
    for u in range(unknowns):
        tables.logs[u, lane] = game.uniform[u]


@inner
def take_up_row(game: Any, actors: int, numbers: Any, first: int, tables: Any) -> None:
    """Put the numbers of WIDTH draws from ``first`` on into the lanes, with their own precisions."""
    payoffs, actions, unknowns = len(game.payoff_start) - 1, len(game.unknown), len(game.unknown_action)
    base = tables.value.shape[0] - payoffs
    for p in range(payoffs):
        total = fill(tables.value, 0.0)
        for i in range(at(game.payoff_start, p), at(game.payoff_start, p + 1)):
            total += neighbours(numbers.values, at(game.payoff_part, i), first)
        store(tables.value, base + p, total)
    for c in range(numbers.chances.shape[0]):
        chance = neighbours(numbers.chances, c, first)
        store(tables.prob, actions + c, chance)
        store(tables.logs, unknowns + c, log_chance(chance))
    for a in range(actors):
        store(tables.lam, a, neighbours(numbers.lam, a, first))


def terminal_reach(tree: Tree, prob: Floats, first: int, reach: Floats) -> None:
    """Reach probability of every node and terminal, (N + T, L), in L draws from ``first`` on; ``prob`` (A + C, D)."""
    _terminal_reach(tree.edge_start, tree.edge_child, tree.probability_row, prob, first, reach)


@loops
def _terminal_reach(edge_start: Any, edge_child: Any, edge_row: Any, prob: Floats, first: int, reach: Floats) -> None:
    lanes = reach.shape[1]
    reach[0] = 1.0
    for n in range(len(edge_start) - 1):
        for e in range(edge_start[n], edge_start[n + 1]):
            child, row = edge_child[e], edge_row[e]
            for lane in range(lanes):
                reach[child, lane] = reach[n, lane] * prob[row, first + lane]


@loops
def terminal_payoffs(game: Any, values: Floats, first: int, out: Floats) -> None:
    """Payoffs (P, L) of L draws from ``first`` on, from the parts' ``values`` (rows, D)."""
    out[:] = 0.0
    for p in range(len(game.payoff_start) - 1):
        for i in range(game.payoff_start[p], game.payoff_start[p + 1]):
            for lane in range(out.shape[1]):
                out[p, lane] += values[game.payoff_part[i], first + lane]
