"""Passes over a game for a block of draws: the draws (lanes) are the last, contiguous axis.

Shapes: N nodes, T terminals, A actions, C chance rows, I actors, L lanes. ``logs`` (A + C, L) holds the
logarithms of choice probabilities and then of chances; a chance of zero has a large negative number, so
that beliefs at sets it alone leads to stay defined (as the limit of a small tremble).

Reach is kept as logarithms. Within an information set the mover's own choices are a common factor
(perfect recall), so total reach gives the beliefs, and no product of small numbers can vanish.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.lanes import exp

Floats = NDArray[np.float64]
jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})


class Arrays(NamedTuple):
    """The arrays of a :class:`~detente.game.Tree`, as compiled code takes them."""

    edge_start: NDArray[np.int32]
    edge_child: NDArray[np.int32]
    edge_row: NDArray[np.int32]
    node_set: NDArray[np.int32]
    set_actor: NDArray[np.int32]
    set_node: NDArray[np.int32]
    set_action: NDArray[np.int32]
    level_node: NDArray[np.int32]
    level_set: NDArray[np.int32]

    @classmethod
    def of(cls, tree: Tree) -> Arrays:
        return cls(*(getattr(tree, name) for name in cls._fields))


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
    nodes = len(tree.node_set)
    lanes = logs.shape[1]
    reach[0] = 0.0
    for n in range(nodes):
        offset = 0 if tree.node_set[n] >= 0 else actions
        for e in range(tree.edge_start[n], tree.edge_start[n + 1]):
            child = tree.edge_child[e]
            if child < nodes:
                row = tree.edge_row[e] + offset
                for lane in range(lanes):
                    reach[child, lane] = reach[n, lane] + logs[row, lane]


@jit
def expected_payoffs(tree: Any, h: int, reach: Floats, value: Floats, q: Floats, scratch: Floats) -> None:
    """Expected payoff to its mover of each option of set ``h``, (options, L), beliefs by Bayes' rule."""
    lanes = q.shape[1]
    actor = tree.set_actor[h]
    first, last = tree.set_node[h, 0], tree.set_node[h, 1]
    options = tree.set_action[h + 1] - tree.set_action[h]
    if last - first == 1:
        start = tree.edge_start[first]
        for k in range(options):
            child = tree.edge_child[start + k]
            for lane in range(lanes):
                q[k, lane] = value[child, actor, lane]
        return
    top, total, belief = scratch[0], scratch[1], scratch[2]
    for lane in range(lanes):
        top[lane] = reach[first, lane]
        total[lane] = 0.0
    for n in range(first + 1, last):
        for lane in range(lanes):
            top[lane] = max(top[lane], reach[n, lane])
    q[:options] = 0.0
    for n in range(first, last):
        for lane in range(lanes):
            belief[lane] = exp(reach[n, lane] - top[lane])
            total[lane] += belief[lane]
        start = tree.edge_start[n]
        for k in range(options):
            child = tree.edge_child[start + k]
            for lane in range(lanes):
                q[k, lane] += belief[lane] * value[child, actor, lane]
    for k in range(options):
        for lane in range(lanes):
            q[k, lane] /= total[lane]


@jit
def respond(q: Floats, options: int, lam: Floats, out: Floats, scratch: Floats) -> None:
    """Logit response: log probabilities of the options, ``out`` (options, L), from their payoffs ``q``."""
    lanes = q.shape[1]
    top, total = scratch[0], scratch[1]
    for lane in range(lanes):
        top[lane] = q[0, lane]
        total[lane] = 0.0
    for k in range(1, options):
        for lane in range(lanes):
            top[lane] = max(top[lane], q[k, lane])
    for k in range(options):
        for lane in range(lanes):
            out[k, lane] = lam[lane] * (q[k, lane] - top[lane])
            total[lane] += exp(out[k, lane])
    for lane in range(lanes):
        total[lane] = math.log(total[lane])
    for k in range(options):
        for lane in range(lanes):
            out[k, lane] -= total[lane]


@jit
def mix_node(tree: Any, n: int, offset: int, prob: Floats, value: Floats) -> None:
    """Value of a node to every actor: the mean of its children under ``prob``."""
    actors, lanes = value.shape[1], value.shape[2]
    start, stop = tree.edge_start[n], tree.edge_start[n + 1]
    for a in range(actors):
        child, row = tree.edge_child[start], tree.edge_row[start] + offset
        for lane in range(lanes):
            value[n, a, lane] = prob[row, lane] * value[child, a, lane]
        for e in range(start + 1, stop):
            child, row = tree.edge_child[e], tree.edge_row[e] + offset
            for lane in range(lanes):
                value[n, a, lane] += prob[row, lane] * value[child, a, lane]


@jit
def sweep(
    tree: Any, logs: Floats, prob: Floats, lam: Floats, reach: Floats, value: Floats, new: Floats, scratch: Floats
) -> None:
    """One pass down and one up: ``new`` (A, L), the logit responses in log probabilities.

    Beliefs come from ``logs``; payoffs further down come from the new responses, which makes one
    sweep exact where no belief is open (backward induction with logit choice). ``prob`` (A + C, L) holds
    the chances below its first A rows and receives the new choice probabilities above them.
    """
    actions, lanes = new.shape
    reach_down(tree, logs, actions, reach)
    for level in range(len(tree.level_node) - 2, -1, -1):
        for h in range(tree.level_set[level], tree.level_set[level + 1]):
            start, stop = tree.set_action[h], tree.set_action[h + 1]
            q = scratch[3:]
            expected_payoffs(tree, h, reach, value, q, scratch)
            respond(q, stop - start, lam[tree.set_actor[h]], new[start:stop], scratch)
            for a in range(start, stop):
                for lane in range(lanes):
                    prob[a, lane] = exp(new[a, lane])
        for n in range(tree.level_node[level], tree.level_node[level + 1]):
            mix_node(tree, n, 0 if tree.node_set[n] >= 0 else actions, prob, value)


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
    lanes = gain.shape[1]
    actions = tree.set_action[-1]
    residual[:] = 0.0
    gain[:] = 0.0
    reach_down(tree, logs, actions, reach)
    for n in range(len(tree.node_set) - 1, -1, -1):
        mix_node(tree, n, 0 if tree.node_set[n] >= 0 else actions, prob, value)
    out = np.empty_like(scratch)
    for h in range(len(tree.set_actor)):
        start, stop, actor = tree.set_action[h], tree.set_action[h + 1], tree.set_actor[h]
        q = scratch[3:]
        expected_payoffs(tree, h, reach, value, q, scratch)
        respond(q, stop - start, lam[actor], out, scratch)
        for lane in range(lanes):
            best, mean = q[0, lane], 0.0
            for k in range(stop - start):
                p = prob[start + k, lane]
                best = max(best, q[k, lane])
                mean += p * q[k, lane]
                residual[lane] = max(residual[lane], abs(exp(out[k, lane]) - p))
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
