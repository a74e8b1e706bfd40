"""Certificates that an outsider can recompute: a profile tested against the definition of equilibrium.

Plain NumPy on the arrays of a :class:`~detente.game.Tree`; nothing here is shared with the code that solves. Three steps:

1. what each node is worth if everybody plays as stated, from the terminals up;
2. how likely each node is, from the root down, as a logarithm, and with it the beliefs at each information set;
3. at each set, what each option is worth to the actor, and what it should do about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree

Floats = NDArray[np.float64]

TREMBLE = -1e5
"""Log of a chance or choice of zero: beliefs it alone leads to are those of a vanishing tremble."""
TINY = 1e-300
"""Probabilities below are too small for a float to be trusted with."""
WORSE = 1e-9
"""Share of the payoff span by which an option must fall short of the best to count as a mistake of a best responder."""


@dataclass(frozen=True, eq=False)
class Verification:
    """How far the profiles of D draws are from equilibrium, and what they imply.

    ``residual`` (D) largest difference between a choice probability and the logit response to everyone else's play.
    At infinite precision: the largest probability that an information set gives to options worse than the best.
    ``gain`` (I, D) largest gain of an actor, in units of its payoff, from its best option over its mixture, at any one
    of its information sets. ``value`` (I, D) expected payoffs; ``reach`` (T, D) probability of each terminal.
    """

    residual: Floats
    gain: Floats
    value: Floats
    reach: Floats

    def __repr__(self) -> str:
        residual, gain = (part.max(initial=0.0) for part in (self.residual, self.gain))
        return f"<Verification of {len(self.residual)} draws: residual at most {residual:.1e}, gain at most {gain:.3g}>"


def verify(tree: Tree, payoffs: Floats, chances: Floats, lam: Floats, choice: Floats) -> Verification:
    """Test the profile ``choice`` (A, D) at precisions ``lam`` (I, D), each 0 to infinity per unit of payoff.

    ``payoffs`` (T, I, D); ``chances`` (C, D). Beliefs are by Bayes' rule; deviations are of one information set at a
    time, which is the definition of agent quantal response (McKelvey & Palfrey 1998), and for sequential
    equilibria enough (Hendon, Jacobsen & Sloth 1996).
    """
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(np.concatenate([choice, chances])), TREMBLE)
    row = tree.edge_row + tree.actions * np.repeat(tree.node_set < 0, np.diff(tree.edge_start))
    worth = _worth(tree, payoffs, np.concatenate([choice, chances]), row)
    reach = np.zeros((tree.nodes + tree.terminals, choice.shape[1]))
    span = np.ptp(payoffs, axis=0)
    residual, gain = np.zeros(choice.shape[1]), np.zeros((len(tree.actors), choice.shape[1]))

    def test(held: int) -> None:
        actor, actions = tree.set_actor[held], slice(tree.set_action[held], tree.set_action[held + 1])
        expected = _expected(tree, held, reach, worth[:, actor])
        short = expected.max(axis=0) - expected
        stated, response = choice[actions], _log_response(short, lam[actor])
        mistake = np.where(short > WORSE * span[actor], stated, 0).sum(axis=0)
        wrong = np.where(
            np.isinf(lam[actor]),
            np.maximum(mistake, abs(stated.sum(axis=0) - 1)),
            abs(stated - np.exp(response)).max(axis=0),
        )
        residual[:] = np.maximum(residual, wrong)
        gain[actor] = np.maximum(gain[actor], (stated * short).sum(axis=0))
        # Where a float cannot hold a choice, its equilibrium value can still say which of two such is likelier.
        lost = (stated < TINY) & np.isfinite(lam[actor])
        logs[actions] = np.where(lost, np.maximum(response, TREMBLE), logs[actions])

    for level in range(tree.levels):
        for held in range(tree.level_set[level], tree.level_set[level + 1]):
            if not tree.late[held]:
                test(held)
        edges = _edges_of_level(tree, level)
        parent = np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))[edges]
        reach[tree.edge_child[edges]] = reach[parent] + logs[row[edges]]
    for held in np.flatnonzero(tree.late).tolist():  # only now are all their nodes reached
        test(held)
    return Verification(residual, gain, worth[0], np.exp(reach[tree.nodes :]))


def _worth(tree: Tree, payoffs: Floats, prob: Floats, row: NDArray[np.integer]) -> Floats:
    """(N + T, I, D) expected payoffs at every node and terminal if all play as stated."""
    worth = np.concatenate([np.empty((tree.nodes, *payoffs.shape[1:])), payoffs])
    for level in range(tree.levels - 1, -1, -1):
        nodes, edges = slice(tree.level_node[level], tree.level_node[level + 1]), _edges_of_level(tree, level)
        shares = prob[row[edges], None] * worth[tree.edge_child[edges]]
        worth[nodes] = np.add.reduceat(shares, tree.edge_start[nodes] - edges.start, axis=0)
    return worth


def _expected(tree: Tree, held: int, reach: Floats, worth: Floats) -> Floats:
    """(options, D) what each option of a set is worth to its actor under its belief."""
    nodes = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
    weight = np.exp(reach[nodes] - reach[nodes].max(axis=0))
    belief = weight / weight.sum(axis=0)
    options = tree.set_action[held + 1] - tree.set_action[held]
    child = tree.edge_child[tree.edge_start[nodes][:, None] + np.arange(options)]
    result: Floats = np.einsum("nd,nkd->kd", belief, worth[child])
    return result


def _log_response(short: Floats, lam: Floats) -> Floats:
    """(options, D) log of the logit response to options that fall ``short`` of the best by so much."""
    with np.errstate(invalid="ignore"):
        x = np.where(short > 0, -lam * short, 0.0)
    result: Floats = x - np.log(np.exp(x).sum(axis=0))
    return result


def _edges_of_level(tree: Tree, level: int) -> slice:
    return slice(*(int(tree.edge_start[node]) for node in tree.level_node[level : level + 2]))
