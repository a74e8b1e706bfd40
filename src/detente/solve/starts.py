"""Where a search for other equilibria begins: random profiles, tastes, and the play of low levels of thinking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.extensive import GameError
from detente.game.tree import Tree
from detente.solve.hierarchy import cognitive_hierarchy

Floats = NDArray[np.float64]

LEVELS = 3
"""Levels of thinking whose play, and the play of the next, is a start."""
STRENGTH = {0: 1.0, 2: 0.3}
"""Kinds of start that come from tastes, and the strength of these, as a share of the payoff span."""


def random_starts(tree: Tree, starts: int, random: np.random.Generator) -> tuple[list[Floats], list[Floats]]:
    """Starting profiles (A,), and tastes (A,) that profiles come from: what actors get for an action, in shares of their span.

    Five kinds in turn: strong tastes of one actor and weak ones of all, alike at all sets of an actor but for a part; choices that
    are near pure and alike at all sets of an actor; and choices of each set on its own, near pure (Dirichlet, concentration 0.1)
    and evenly spread (concentration 1).
    """
    options = np.diff(tree.set_action)
    place = np.arange(tree.actions) - np.repeat(tree.set_action[:-1], options)
    actor, widest = tree.set_actor[tree.action_set], int(options.max(initial=1))
    profiles, tastes = [], []
    for number in range(starts):
        kind = number % 5
        alike, apart = random.gumbel(size=(len(tree.actors), widest))[actor, place], random.random(tree.actions)
        if kind == 0:
            tastes.append(STRENGTH[kind] * (alike + apart) * (actor == random.integers(len(tree.actors))))
            continue
        if kind == 2:
            tastes.append(STRENGTH[kind] * (alike + apart))
            continue
        if kind == 1:
            log = 4.0 * alike + 0.1 * apart
        else:
            log = np.log(random.standard_gamma(0.1 if kind == 3 else 1.0, size=tree.actions) + 1e-300)
        top = np.maximum.reduceat(log, tree.set_action[:-1])
        weight = np.exp(log - np.repeat(top, options))
        profiles.append(weight / np.repeat(np.add.reduceat(weight, tree.set_action[:-1]), options))
    return profiles, tastes


def taste_along(tree: Tree, taste: Floats) -> Floats:
    """(I, T) what each actor gets on the way to each terminal for its own actions."""
    total = np.zeros((tree.nodes + tree.terminals, len(tree.actors)))
    parent = np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))
    for level in range(tree.levels):
        edges = np.arange(*tree.edge_start[tree.level_node[level : level + 2]])
        child, row, held = tree.edge_child[edges], tree.edge_row[edges], tree.node_set[parent[edges]]
        total[child] = total[parent[edges]]
        own = held >= 0
        total[child[own], tree.set_actor[held[own]]] += taste[row[own]]
    return total[tree.nodes :].T


def low_levels(tree: Tree, payoffs: Floats, chances: Floats) -> list[Floats]:
    """The play of low levels of thinking (A,), best responses to those below; nothing in games without perfect recall."""
    try:
        levels = cognitive_hierarchy(tree, payoffs, chances).levels[1 : LEVELS + 1, :, 0]
    except GameError:
        return []
    return list(levels)
