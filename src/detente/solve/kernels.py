"""Passes over a game, several draws at a time.

Tables have a row for each quantity and a column for each of eight draws, or of sixteen in single precision (:mod:`detente.solve.lanes`). Shapes as in
:class:`~detente.solve.plan.Arrays`: ``logs`` (n + C) holds the log probabilities of the unknown actions, then of the chances; ``prob``
(A + C) choice probabilities, then chances; ``value`` (N * I + P) values of nodes, then terminal payoffs; ``reach`` (R).

Reach is kept as logarithms. Within an information set the mover's own choices are a common factor
(perfect recall), so total reach gives the beliefs, and no product of small numbers can vanish. A chance of zero has a large negative
logarithm, so that beliefs at sets it alone leads to stay defined (as the limit of a small tremble).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner, jit
from detente.solve.lanes import (
    at,
    exp,
    fill,
    largest,
    load,
    log,
    neighbours,
    size,
    smallest,
    stacked,
    store,
    where,
)
from detente.solve.plan import Plan

Floats = NDArray[np.float64]

IN_LOGS = 0.12
"""What a change of a log probability counts for in a change of a probability: what almost never happens may settle what others believe."""
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
    change of a probability, to first order; the sum of changes, which shows what is no number; and the distance, in probability (a log probability's counts in proportion: ``IN_LOGS``). ``scratch`` (most options)."""

    logs: Floats
    prob: Floats
    value: Floats
    reach: Floats
    lam: Floats
    image: Floats
    changed: Floats
    scratch: Floats

    @classmethod
    def of(cls, plan: Plan, single: bool = False) -> Tables:
        tree, unknowns = plan.tree, plan.unknowns
        actors, most = len(tree.actors), int(np.diff(tree.set_action).max(initial=2))
        payoffs, reach = tree.nodes * actors + plan.payoffs, len(plan.arrays.reach_parent)
        rows = unknowns + tree.chance_rows, tree.actions + tree.chance_rows, payoffs, reach, actors, unknowns, 3, most
        return cls(*stacked(*rows, single=single))


@inlined
def reach_down(game: Any, logs: Floats, reach: Floats) -> None:
    """Log reach probability of every node that a belief needs."""
    store(reach, 0, 0.0)
    for r in range(1, len(game.reach_parent)):
        store(reach, r, load(reach, at(game.reach_parent, r)) + load(logs, at(game.reach_log, r)))


@inlined
def expected_payoffs(game: Any, h: int, actors: int, value: Floats, reach: Floats, out: Floats) -> None:
    """Expected payoff to its mover of each option of set ``h``, into ``out``, beliefs by Bayes' rule."""
    actor, options = at(game.set_actor, h), at(game.set_action, h + 1) - at(game.set_action, h)
    begin, end = at(game.set_start, h), at(game.set_start, h + 1)
    if end - begin == 1:
        edge = at(game.edge_start, at(game.set_nodes, begin))
        for k in range(options):
            store(out, k, load(value, at(game.edge_value, (edge + k) * actors + actor)))
    else:
        top = load(reach, at(game.set_reach, begin))
        if end - begin == 2:
            # Two nodes, the commonest case: the belief in the first is logistic.
            gap = load(reach, at(game.set_reach, begin + 1)) - top
            odds = exp(0.0 - size(gap))
            likelier = 1.0 / (1.0 + odds)
            less = odds * likelier
            one, two = where(gap, less, likelier), where(gap, likelier, less)
            edge, other = (
                at(game.edge_start, at(game.set_nodes, begin)),
                at(game.edge_start, at(game.set_nodes, begin + 1)),
            )
            for k in range(options):
                left = load(value, at(game.edge_value, (edge + k) * actors + actor))
                right = load(value, at(game.edge_value, (other + k) * actors + actor))
                store(out, k, one * left + two * right)
            return
        for m in range(begin + 1, end):
            top = largest(load(reach, at(game.set_reach, m)), top)
        total = fill(out, 0.0)
        for k in range(options):
            store(out, k, total)
        for m in range(begin, end):
            belief = exp(load(reach, at(game.set_reach, m)) - top)
            total += belief
            edge = at(game.edge_start, at(game.set_nodes, m))
            for k in range(options):
                store(out, k, load(out, k) + belief * load(value, at(game.edge_value, (edge + k) * actors + actor)))
        total = 1.0 / total
        for k in range(options):
            store(out, k, load(out, k) * total)


@inlined
def respond(options: int, lam: Any, worth: Floats, prob: Floats, first: int) -> Any:
    """Logit response to the payoffs in ``worth`` into rows ``first`` on of ``prob``; returns the log of the sum of exponentials,
    and leaves the exponents in ``worth``."""
    top = load(worth, 0)
    if options == 2:
        x = lam * (load(worth, 1) - top)
        odds = exp(0.0 - size(x))
        total = 1.0 + odds
        likelier = 1.0 / total
        less = odds * likelier
        store(prob, first, where(x, less, likelier))
        store(prob, first + 1, where(x, likelier, less))
        store(worth, 0, smallest(0.0 - x, 0.0))
        store(worth, 1, smallest(x, 0.0))
        return total
    for k in range(1, options):
        top = largest(load(worth, k), top)
    total = fill(worth, 0.0)
    for k in range(options):
        x = lam * (load(worth, k) - top)
        e = exp(x)
        store(worth, k, x)
        store(prob, first + k, e)
        total += e
    inverse = 1.0 / total
    for k in range(options):
        store(prob, first + k, load(prob, first + k) * inverse)
    return total


@inlined
def mix_node(game: Any, n: int, actors: int, prob: Floats, value: Floats) -> None:
    """Value of a node to every actor: the mean of its children under ``prob``."""
    start, stop = at(game.edge_start, n), at(game.edge_start, n + 1)
    if stop - start == 2:
        one, two = load(prob, at(game.edge_row, start)), load(prob, at(game.edge_row, start + 1))
        here, after = start * actors, start * actors + actors
        for a in range(actors):
            left, right = load(value, at(game.edge_value, here + a)), load(value, at(game.edge_value, after + a))
            store(value, n * actors + a, one * left + two * right)
    else:
        for a in range(actors):
            total = fill(value, 0.0)
            for e in range(start, stop):
                total += load(prob, at(game.edge_row, e)) * load(value, at(game.edge_value, e * actors + a))
            store(value, n * actors + a, total)


@jit
def sweep(game: Any, actors: int, tables: Any) -> None:
    """One pass down and one up: ``image``, the logit responses to ``logs`` in log probabilities.

    Beliefs come from ``logs``; payoffs further down come from the new responses in ``prob``, which makes one
    sweep exact where no belief is open (backward induction with logit choice).
    """
    logs, prob, value, reach, image, worth = (
        tables.logs,
        tables.prob,
        tables.value,
        tables.reach,
        tables.image,
        tables.scratch,
    )
    reach_down(game, logs, reach)
    for i in range(len(game.late_action)):
        a = at(game.late_action, i)
        store(prob, a, exp(load(logs, at(game.unknown, a))))
    for level in range(len(game.level_node) - 2, -1, -1):
        for h in range(at(game.level_set, level), at(game.level_set, level + 1)):
            first, options = at(game.set_action, h), at(game.set_action, h + 1) - at(game.set_action, h)
            expected_payoffs(game, h, actors, value, reach, worth)
            total = respond(options, load(tables.lam, at(game.set_actor, h)), worth, prob, first)
            known = False
            for k in range(options):
                known = known or at(game.unknown, first + k) >= 0
            if known:
                total = log(total)
                for k in range(options):
                    u = at(game.unknown, first + k)
                    if u >= 0:
                        store(image, u, load(worth, k) - total)
        for n in range(at(game.level_node, level), at(game.level_node, level + 1)):
            mix_node(game, n, actors, prob, value)


@inlined
def measure(game: Any, tables: Any) -> None:
    """How far the last sweep's ``image`` is from ``logs``, into ``changed``."""
    change = total = distance = fill(tables.image, 0.0)
    for u in range(len(game.unknown_action)):
        d = size(load(tables.image, u) - load(tables.logs, u))
        prob = load(tables.prob, at(game.unknown_action, u))
        change = largest(d * prob, change)
        total += d
        # exp(d) - 1 by its series: what it was before may have been the larger
        distance = largest(d * largest(prob * (1.0 + d * (0.5 + d * (1.0 / 6.0))), IN_LOGS), distance)
    store(tables.changed, 0, change)
    store(tables.changed, 1, total)
    store(tables.changed, 2, distance)


@inlined
def log_chance(chance: Any) -> Any:
    """Log of a chance, held at ``IMPOSSIBLE``."""
    return where(chance, largest(log(where(chance, chance, 1.0)), IMPOSSIBLE), IMPOSSIBLE)


@jit
def take_up(game: Any, actors: int, numbers: Any, draw: int, lane: int, tables: Any, target: Floats) -> None:
    """Put a draw's numbers into a lane, with the uniform profile; its precisions go into ``target``."""
    base, actions, unknowns = (len(game.edge_start) - 1) * actors, len(game.unknown), len(game.unknown_action)
    for p in range(len(game.payoff_start) - 1):
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
    base, actions, unknowns = (len(game.edge_start) - 1) * actors, len(game.unknown), len(game.unknown_action)
    for p in range(len(game.payoff_start) - 1):
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


@jit
def terminal_reach(tree: Any, prob: Floats, first: int, reach: Floats) -> None:
    """Reach probability of every node and terminal, (N + T, L), in L draws from ``first`` on; ``prob`` (A + C, D)."""
    lanes = reach.shape[1]
    reach[0] = 1.0
    for n in range(len(tree.edge_start) - 1):
        for e in range(tree.edge_start[n], tree.edge_start[n + 1]):
            child, row = tree.edge_child[e], tree.edge_row[e]
            for lane in range(lanes):
                reach[child, lane] = reach[n, lane] * prob[row, first + lane]


@jit
def terminal_payoffs(game: Any, values: Floats, first: int, out: Floats) -> None:
    """Payoffs (P, L) of L draws from ``first`` on, from the parts' ``values`` (rows, D)."""
    out[:] = 0.0
    for p in range(len(game.payoff_start) - 1):
        for i in range(game.payoff_start[p], game.payoff_start[p + 1]):
            for lane in range(out.shape[1]):
                out[p, lane] += values[game.payoff_part[i], first + lane]
