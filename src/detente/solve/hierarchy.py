"""Cognitive hierarchy and level-k: behaviour of actors who think a limited number of steps ahead of others.

Level 0 takes each option equally often. A higher level plays a best response to what it believes of the levels
below; nobody's belief need be right, so nothing has to be solved for: levels follow one from another.

An actor's population is a mixture of levels. With perfect recall a mixture of strategies is one behaviour strategy
(Kuhn 1953), which is most easily written in *realisation plans* (von Stengel 1996): with ``r(a)`` the probability
that an actor's own choices allow action ``a``, the plan of the mixture is the mixture of the plans, and
``p(a | h) = r(a) / r(before h)``. That is ``sum_k f_k r_k(h) s_k(a | h) / sum_k f_k r_k(h)``: what one
should think of the actor's level after what it has done is in it (Lin & Palfrey 2024).

Plans are kept as logarithms, where a choice never made counts ``TREMBLE``: the beliefs it alone leads to are those after the
fewest mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.extensive import GameError
from detente.game.tree import Tree

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

TAU = 1.5
"""Mean number of steps of thinking: the value that fits most of the games of Camerer, Ho & Chong (2004)."""
TAIL = 1e-9
"""Share of the population above the highest level kept."""
TIE = 1e-10
"""Difference of two options, as a share of the actor's payoff span, up to which they tie: rounding of long sums."""
TREMBLE = -1e5
"""Log of a probability of zero."""


@dataclass(frozen=True)
class Hierarchy:
    """The play of a population of levels, in D draws.

    ``shares`` (K, D) of levels 0 to K - 1; ``choice`` (A, D) the population's behaviour strategy; ``value`` (I, D)
    expected payoffs; ``levels`` (K, A, D) the play of each level.
    """

    shares: Floats
    choice: Floats
    value: Floats
    levels: Floats


def cognitive_hierarchy(
    tree: Tree, payoffs: Floats, chances: Floats, tau: float | Floats = TAU, tolerance: float = TIE
) -> Hierarchy:
    """Poisson cognitive hierarchy; ``tau`` one mean level, or one for each draw (D).

    ``payoffs`` (T, I, D) in any unit; ``chances`` (C, D). Level k believes that each other actor is, independently, of a
    level below k with the true relative shares. Options within ``tolerance`` of the payoff span of the best
    are taken equally often. The game must have perfect recall. Camerer, Ho & Chong (2004), Quarterly Journal of Economics 119, 861-898.
    """
    shares = _poisson(np.broadcast_to(np.asarray(tau, dtype=np.float64), payoffs.shape[2:]))
    return _hierarchy(_Plans(tree, payoffs, chances, tolerance), shares, all_below=True)


def level_k(
    tree: Tree, payoffs: Floats, chances: Floats, shares: Sequence[float] = (0.0, 1.0), tolerance: float = TIE
) -> Hierarchy:
    """Level-k: each level believes everybody else is of the level just below; ``shares`` of levels 0, 1, 2 and so on.

    Otherwise as :func:`cognitive_hierarchy`. Stahl & Wilson (1994), Journal of Economic Behavior & Organization 25,
    309-327; Nagel (1995), American Economic Review 85, 1313-1326.
    """
    weight = np.asarray(shares, dtype=np.float64)
    if not (len(weight) and (weight >= 0).all() and weight.sum() > 0):
        raise ValueError(f"shares of levels {tuple(shares)}: give one share, zero or more, for each level from 0 up")
    each = np.repeat((weight / weight.sum())[:, None], payoffs.shape[2], axis=1)
    return _hierarchy(_Plans(tree, payoffs, chances, tolerance), each, all_below=False)


def _poisson(tau: Floats) -> Floats:
    """(K, D) Poisson shares, as many levels as leave less than ``TAIL`` above them in every draw; they sum to 1."""
    if not ((tau >= 0) & np.isfinite(tau)).all():
        raise ValueError("tau, the mean level, must be finite and at least 0")
    share, found = np.exp(-tau), list[Floats]()
    while not found or (1 - np.sum(found, axis=0) > TAIL).any():
        found.append(share)
        share = share * tau / len(found)
    result: Floats = np.asarray(found) / np.sum(found, axis=0)
    return result


def _hierarchy(game: _Plans, shares: Floats, all_below: bool) -> Hierarchy:
    with np.errstate(divide="ignore"):
        log_shares = np.log(shares)  # a level that nobody is of has no part in the mixture, trembles included
    levels = [game.uniform()]
    plan = game.plan(levels[0])
    mixture = plan + log_shares[0]
    for k in range(1, len(shares)):
        levels.append(game.best_response(mixture - _log(shares[:k].sum(axis=0)) if all_below else plan))
        plan = game.plan(levels[k])
        mixture = np.logaddexp(mixture, plan + log_shares[k])
    choice = game.behaviour(mixture)
    return Hierarchy(shares, choice, game.value(mixture), np.asarray(levels))


class _Plans:
    """A game as a set of own histories: what an actor has done is all that links its information sets.

    Rows of a plan (A + 1, D) are the log probability with which an actor's own choices allow an action; the last row is
    that of having done nothing yet.
    """

    def __init__(self, tree: Tree, payoffs: Floats, chances: Floats, tolerance: float) -> None:
        self.tree, self.payoffs = tree, payoffs
        self.done, self.by_chance = _histories(tree, chances)
        first = tree.set_nodes[tree.set_start[:-1]]
        self.before = self.done[first, tree.set_actor]  # (H,) action that leads to each set, or -1
        _check_recall(tree, self.done, self.before)
        self.tolerance = tolerance * np.ptp(payoffs, axis=0)
        self.depth = _depths(tree, self.before)

    def uniform(self) -> Floats:
        """(A, D) each option as likely as any other."""
        options = np.diff(self.tree.set_action)
        return np.repeat(1.0 / np.repeat(options, options)[:, None], self.payoffs.shape[2], axis=1)

    def plan(self, choice: Floats) -> Floats:
        """The plan of a behaviour strategy."""
        plan = np.concatenate([_log(choice), np.zeros((1, choice.shape[1]))])
        for sets in self.depth:
            actions, count = self._actions(sets)
            plan[actions] += np.repeat(plan[self.before[sets]], count, axis=0)
        return plan

    def behaviour(self, plan: Floats) -> Floats:
        """(A, D) the behaviour strategy of a plan."""
        tree = self.tree
        options = np.diff(tree.set_action)
        top = np.maximum.reduceat(plan[:-1], tree.set_action[:-1])
        weight = np.exp(plan[:-1] - np.repeat(top, options, axis=0))
        result: Floats = weight / np.repeat(np.add.reduceat(weight, tree.set_action[:-1]), options, axis=0)
        return result

    def value(self, plan: Floats) -> Floats:
        """(I, D) expected payoffs if everybody follows the plan."""
        ends = self.done[self.tree.nodes :]
        logs = self.by_chance[self.tree.nodes :] + sum(plan[ends[:, i]] for i in range(ends.shape[1]))
        result: Floats = np.einsum("td,tid->id", np.exp(logs), self.payoffs)
        return result

    def best_response(self, plan: Floats) -> Floats:
        """(A, D) each actor's best response to everybody else following the plan; ties are split equally.

        From the last sets of an actor to its first: an action is worth what comes of the terminals it leads to without
        a further choice of the actor, and of its next sets, each weighted by others' part in reaching it.
        """
        tree = self.tree
        choice = np.empty((tree.actions, plan.shape[1]))
        worth, belief = np.empty_like(choice), np.empty((tree.sets, plan.shape[1]))
        for actor in range(len(tree.actors)):
            self._weigh(actor, plan, worth, belief)
        for sets in reversed(self.depth):
            actions, count = self._actions(sets)
            start = np.cumsum(count) - count
            top = np.maximum.reduceat(worth[actions], start)
            best = worth[actions] >= np.repeat(top - self.tolerance[tree.set_actor[sets]], count, axis=0)
            choice[actions] = best / np.repeat(np.add.reduceat(best.astype(np.int64), start), count, axis=0)
            inner = self.before[sets] >= 0
            above = self.before[sets[inner]]
            share = np.exp(belief[sets[inner]] - belief[tree.action_set[above]])
            np.add.at(worth, above, share * top[inner])
        return choice

    def _weigh(self, actor: int, plan: Floats, worth: Floats, belief: Floats) -> None:
        """For an actor's sets: log probability that others lead there (``belief``), and of its actions, what comes of the
        terminals that follow with no further choice of its own, given that they do (``worth``)."""
        tree = self.tree
        sets = np.flatnonzero(tree.set_actor == actor)
        if not len(sets):
            return
        others = [i for i in range(len(tree.actors)) if i != actor]
        size = tree.set_size[sets]
        start = np.cumsum(size) - size
        nodes = tree.set_nodes[np.arange(size.sum()) + np.repeat(tree.set_start[sets] - start, size)]
        logs = self.by_chance[nodes] + sum(plan[self.done[nodes, i]] for i in others)
        top = np.maximum.reduceat(logs, start)
        belief[sets] = top + np.log(np.add.reduceat(np.exp(logs - np.repeat(top, size, axis=0)), start))

        actions = self._actions(sets)[0]
        worth[actions] = 0.0
        last = self.done[tree.nodes :, actor]
        ends = np.argsort(last, kind="stable")[np.count_nonzero(last < 0) :]
        after, begin = np.unique(last[ends], return_index=True)
        logs = self.by_chance[tree.nodes + ends] + sum(plan[self.done[tree.nodes + ends, i]] for i in others)
        logs -= belief[tree.action_set[last[ends]]]
        worth[after] = np.add.reduceat(np.exp(logs) * self.payoffs[ends, actor], begin)

    def _actions(self, sets: Index) -> tuple[Index, Index]:
        """The actions of some sets, one set after the other, and how many each has."""
        first = self.tree.set_action[sets]
        count = (self.tree.set_action[sets + 1] - first).astype(np.int64)
        start = np.cumsum(count) - count
        return np.arange(int(count.sum())) + np.repeat(first - start, count), count


def _log(probability: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        result: Floats = np.maximum(np.log(probability), TREMBLE)
    return result


def _histories(tree: Tree, chances: Floats) -> tuple[Index, Floats]:
    """(N + T, I) each actor's last action before a node or terminal, or -1; (N + T, D) log probability by chance alone."""
    done = np.full((tree.nodes + tree.terminals, len(tree.actors)), -1, dtype=np.int64)
    by_chance = np.zeros((len(done), chances.shape[1]))
    logs = _log(chances)
    parent = np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))
    for level in range(tree.levels):
        edges = np.arange(*tree.edge_start[tree.level_node[level : level + 2]])
        child, row, held = tree.edge_child[edges], tree.edge_row[edges], tree.node_set[parent[edges]]
        done[child], by_chance[child] = done[parent[edges]], by_chance[parent[edges]]
        own, drawn = held >= 0, held < 0
        done[child[own], tree.set_actor[held[own]]] = row[own]
        by_chance[child[drawn]] += logs[row[drawn]]
    return done, by_chance


def _check_recall(tree: Tree, done: Index, before: Index) -> None:
    held = np.repeat(np.arange(tree.sets), tree.set_size)
    forgot = np.flatnonzero(done[tree.set_nodes, tree.set_actor[held]] != before[held])
    if len(forgot):
        first = int(held[forgot[0]])
        raise GameError(
            f"information set {first}, of {tree.actors[tree.set_actor[first]]}, has nodes that follow different "
            "choices of its own: levels of thinking need perfect recall. Divide the set by what the actor has done"
        )


def _depths(tree: Tree, before: Index) -> list[Index]:
    """Sets by the number of own choices that precede them, none first."""
    depth = np.zeros(tree.sets, dtype=np.int64)
    for held in np.flatnonzero(before >= 0).tolist():
        depth[held] = depth[tree.action_set[before[held]]] + 1  # a set stands after those before it
    return [np.flatnonzero(depth == d) for d in range(int(depth.max(initial=-1)) + 1)]
