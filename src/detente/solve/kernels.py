"""Passes over a game for a block of draws: the draws (lanes) are the last, contiguous axis.

Shapes: N nodes, T terminals, A actions, C chance rows, I actors, L lanes. ``logs`` (A + C, L) holds the
logarithms of choice probabilities and then of chances; a chance of zero has a large negative number, so
that beliefs at sets it alone leads to stay defined (as the limit of a small tremble).

Reach is kept as logarithms. Within an information set the mover's own choices are a common factor
(perfect recall), so total reach gives the beliefs, and no product of small numbers can vanish.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.lanes import exp
from detente.solve.lanes import log as log_of

Floats = NDArray[np.float64]
u64 = np.uint64
"""Positions in flat arrays: unsigned, which spares every access the test for a negative one."""
jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
inlined: Any = nb.njit(inline="always", error_model="numpy", fastmath={"contract", "nsz"})
"""For the steps of a pass: to hand a tree's arrays over at a call costs more than the step."""


class Arrays(NamedTuple):
    """The arrays of a :class:`~detente.game.Tree`, as compiled code takes them."""

    edge_start: NDArray[np.int32]
    edge_child: NDArray[np.int32]
    edge_row: NDArray[np.int32]
    node_set: NDArray[np.int32]
    set_actor: NDArray[np.int32]
    set_start: NDArray[np.int32]
    set_nodes: NDArray[np.int32]
    set_action: NDArray[np.int32]
    level_node: NDArray[np.int32]
    level_set: NDArray[np.int32]

    @classmethod
    def of(cls, tree: Tree) -> Arrays:
        return cls(*(getattr(tree, name) for name in cls._fields))


IMPOSSIBLE = -1e5
"""Log of a chance of zero: beliefs it leads to are those of a vanishing tremble."""


class Numbers(NamedTuple):
    """A game's numbers for D draws.

    An actor's payoff at a terminal is a sum over parts: ``values`` (rows, D), and for each part its ``actor`` and the
    row of each terminal, ``rows`` (parts, T). ``chances`` (C, D) probabilities; ``lam`` (I, D) precisions
    per unit of payoff.
    """

    values: Floats
    actor: NDArray[np.int32]
    rows: NDArray[np.int32]
    chances: Floats
    lam: Floats

    def take(self, draws: Any) -> Numbers:
        """The same for some draws."""
        return Numbers(self.values[:, draws], self.actor, self.rows, self.chances[:, draws], self.lam[:, draws])


@jit
def load_payoffs(values: Floats, actor: Any, rows: Any, value: Floats, nodes: int) -> None:
    """Write terminal payoffs into ``value[nodes:]`` (T, I, L) from rows of interest tables."""
    lanes = values.shape[1]
    value[nodes:] = 0.0
    for i in range(len(actor)):
        a = actor[i]
        for t in range(rows.shape[1]):
            row = rows[i, t]
            for lane in range(lanes):
                value[nodes + t, a, lane] += values[row, lane]


@jit
def reach_down(tree: Any, logs: Floats, actions: int, reach: Floats) -> None:
    """Log reach probability of every node from the root, (N, L)."""
    nodes, lanes = reach.shape
    width = u64(lanes)
    reached, log = reach.reshape(-1), logs.reshape(-1)
    reach[0] = 0.0
    for n in range(nodes):
        offset = 0 if tree.node_set[n] >= 0 else actions
        here = u64(n) * width
        for e in range(tree.edge_start[n], tree.edge_start[n + 1]):
            child = tree.edge_child[e]
            if child < nodes:
                there, step = u64(child) * width, u64(tree.edge_row[e] + offset) * width
                for lane in range(width):
                    reached[there + lane] = reached[here + lane] + log[step + lane]


@inlined
def expected_payoffs(
    tree: Any,
    h: int,
    reached: Floats,
    worth: Floats,
    actors: int,
    lanes: int,
    out: Floats,
    top: Floats,
    total: Floats,
    belief: Floats,
) -> None:
    """Expected payoff to its mover of each option of set ``h``, beliefs by Bayes' rule.

    ``reached``, ``worth`` and ``out`` are reach (N, L), value (N + T, I, L) and the result (options, L), flat.
    ``top``, ``total`` and ``belief`` (L) are working space.
    """
    width = u64(lanes)
    block = u64(actors) * width
    actor = u64(tree.set_actor[h]) * width
    begin, end = tree.set_start[h], tree.set_start[h + 1]
    first = tree.set_nodes[begin]
    options = tree.set_action[h + 1] - tree.set_action[h]
    start = tree.edge_start[first]
    if end - begin == 1:
        for k in range(options):
            to, there = u64(k) * width, u64(tree.edge_child[start + k]) * block + actor
            for lane in range(width):
                out[to + lane] = worth[there + lane]
        return
    here = u64(first) * width
    for lane in range(width):
        top[lane] = reached[here + lane]
        total[lane] = 0.0
    for i in range(begin + 1, end):
        here = u64(tree.set_nodes[i]) * width
        for lane in range(width):
            top[lane] = max(top[lane], reached[here + lane])
    for i in range(begin, end):
        n = tree.set_nodes[i]
        here = u64(n) * width
        for lane in range(width):
            belief[lane] = exp(reached[here + lane] - top[lane])
            total[lane] += belief[lane]
        start = tree.edge_start[n]
        for k in range(options):
            to, there = u64(k) * width, u64(tree.edge_child[start + k]) * block + actor
            if n == first:
                for lane in range(width):
                    out[to + lane] = belief[lane] * worth[there + lane]
            else:
                for lane in range(width):
                    out[to + lane] += belief[lane] * worth[there + lane]
    for lane in range(width):
        total[lane] = 1.0 / total[lane]
    for k in range(options):
        to = u64(k) * width
        for lane in range(width):
            out[to + lane] *= total[lane]


@inlined
def respond(
    worth: Floats,
    options: int,
    actor: int,
    precision: Floats,
    lanes: int,
    first: int,
    log: Floats,
    chance: Floats,
    top: Floats,
    total: Floats,
) -> None:
    """Logit response to payoffs ``worth`` (options, L): logs and probabilities into rows ``first`` on of two tables.

    ``precision`` (I, L) and the tables ``log`` and ``chance`` (rows, L) are flat too; ``top`` and ``total`` (L) are working space.
    """
    width = u64(lanes)
    own = u64(actor) * width
    for lane in range(width):
        top[lane] = worth[lane]
        total[lane] = 0.0
    for k in range(1, options):
        at = u64(k) * width
        for lane in range(width):
            top[lane] = max(top[lane], worth[at + lane])
    for k in range(options):
        at, to = u64(k) * width, u64(first + k) * width
        for lane in range(width):
            x = precision[own + lane] * (worth[at + lane] - top[lane])
            e = exp(x)
            log[to + lane] = x
            chance[to + lane] = e
            total[lane] += e
    for lane in range(width):
        top[lane] = log_of(total[lane])
        total[lane] = 1.0 / total[lane]
    for k in range(options):
        to = u64(first + k) * width
        for lane in range(width):
            log[to + lane] -= top[lane]
            chance[to + lane] *= total[lane]


@inlined
def mix_node(tree: Any, n: int, offset: int, chance: Floats, worth: Floats, actors: int, lanes: int) -> None:
    """Value of a node to every actor: the mean of its children under ``prob``.

    ``chance`` and ``worth`` are ``prob`` (A + C, L) and ``value`` (N + T, I, L), flat. Two and three options, by far the
    commonest, are summed without going back to memory.
    """
    width = u64(lanes)
    block = u64(actors) * width
    start = tree.edge_start[n]
    options = tree.edge_start[n + 1] - start
    here = u64(n) * block
    first, second = u64(tree.edge_child[start]) * block, u64(tree.edge_child[start + min(1, options - 1)]) * block
    one = u64(tree.edge_row[start] + offset) * width
    two = u64(tree.edge_row[start + min(1, options - 1)] + offset) * width
    if options == 2:
        for a in range(actors):
            own = u64(a) * width
            for lane in range(width):
                i = own + lane
                worth[here + i] = chance[one + lane] * worth[first + i] + chance[two + lane] * worth[second + i]
    elif options == 3:
        third, three = u64(tree.edge_child[start + 2]) * block, u64(tree.edge_row[start + 2] + offset) * width
        for a in range(actors):
            own = u64(a) * width
            for lane in range(width):
                i = own + lane
                worth[here + i] = (
                    chance[one + lane] * worth[first + i]
                    + chance[two + lane] * worth[second + i]
                    + chance[three + lane] * worth[third + i]
                )
    else:
        for a in range(actors):
            own = u64(a) * width
            for lane in range(width):
                worth[here + own + lane] = chance[one + lane] * worth[first + own + lane]
            for e in range(start + 1, start + options):
                child, row = u64(tree.edge_child[e]) * block + own, u64(tree.edge_row[e] + offset) * width
                for lane in range(width):
                    worth[here + own + lane] += chance[row + lane] * worth[child + lane]


@jit
def sweep(
    tree: Any, logs: Floats, prob: Floats, lam: Floats, reach: Floats, value: Floats, new: Floats, scratch: Floats
) -> None:
    """One pass down and one up: ``new`` (A, L), the logit responses in log probabilities.

    Beliefs come from ``logs``; payoffs further down come from the new responses, which makes one
    sweep exact where no belief is open (backward induction with logit choice). ``prob`` (A + C, L) holds
    the chances below its first A rows and receives the new choice probabilities above them.
    """
    actions, actors, lanes = len(new), value.shape[1], value.shape[2]
    reached, worth, chance, log = reach.reshape(-1), value.reshape(-1), prob.reshape(-1), new.reshape(-1)
    precision, q = lam.reshape(-1), scratch[3:].reshape(-1)
    top, total, belief = scratch[0], scratch[1], scratch[2]
    reach_down(tree, logs, actions, reach)
    for level in range(len(tree.level_node) - 2, -1, -1):
        for h in range(tree.level_set[level], tree.level_set[level + 1]):
            first = tree.set_action[h]
            expected_payoffs(tree, h, reached, worth, actors, lanes, q, top, total, belief)
            respond(
                q, tree.set_action[h + 1] - first, tree.set_actor[h], precision, lanes, first, log, chance, top, total
            )
        for n in range(tree.level_node[level], tree.level_node[level + 1]):
            mix_node(tree, n, 0 if tree.node_set[n] >= 0 else actions, chance, worth, actors, lanes)


@jit
def certify(
    tree: Any,
    logs: Floats,
    prob: Floats,
    lam: Floats,
    reach: Floats,
    value: Floats,
    scratch: Floats,
    residual: Floats,
    gain: Floats,
) -> None:
    """Check fixed choice probabilities against the equilibrium conditions, lane by lane.

    ``residual`` (L): largest difference between a choice probability and the logit response to all the
    others. ``gain`` (I, L): largest gain of an actor from its best option over its mixture, at any one of
    its information sets. Nothing is updated on the way up: this is the profile itself, tested.
    """
    actors, lanes = gain.shape
    actions = tree.set_action[-1]
    reached, worth, chance = reach.reshape(-1), value.reshape(-1), prob.reshape(-1)
    precision, q = lam.reshape(-1), scratch[3:]
    top, total, belief = scratch[0], scratch[1], scratch[2]
    log, answer = np.empty_like(q), np.empty_like(q)
    residual[:] = 0.0
    gain[:] = 0.0
    reach_down(tree, logs, actions, reach)
    for n in range(len(tree.node_set) - 1, -1, -1):
        mix_node(tree, n, 0 if tree.node_set[n] >= 0 else actions, chance, worth, actors, lanes)
    flat_q, flat_log, flat_answer = q.reshape(-1), log.reshape(-1), answer.reshape(-1)
    for h in range(len(tree.set_actor)):
        start, stop, actor = tree.set_action[h], tree.set_action[h + 1], tree.set_actor[h]
        expected_payoffs(tree, h, reached, worth, actors, lanes, flat_q, top, total, belief)
        respond(flat_q, stop - start, actor, precision, lanes, 0, flat_log, flat_answer, top, total)
        for lane in range(lanes):
            best, mean = q[0, lane], 0.0
            for k in range(stop - start):
                p = prob[start + k, lane]
                best = max(best, q[k, lane])
                mean += p * q[k, lane]
                residual[lane] = max(residual[lane], abs(answer[k, lane] - p))
            gain[actor, lane] = max(gain[actor, lane], best - mean)


@jit
def terminal_reach(tree: Any, prob: Floats, reach: Floats) -> None:
    """Reach probability of every node and terminal, (N + T, L)."""
    nodes = len(tree.node_set)
    actions = tree.set_action[-1]
    lanes = prob.shape[1]
    reach[0] = 1.0
    for n in range(nodes):
        offset = 0 if tree.node_set[n] >= 0 else actions
        for e in range(tree.edge_start[n], tree.edge_start[n + 1]):
            child, row = tree.edge_child[e], tree.edge_row[e] + offset
            for lane in range(lanes):
                reach[child, lane] = reach[n, lane] * prob[row, lane]
