"""One draw of a game for pygambit, and its answer in the order of our arrays."""

from __future__ import annotations

import io
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pygambit

if TYPE_CHECKING:
    from detente.game.tree import Tree


def text(tree: Tree, payoffs: np.ndarray, chances: np.ndarray) -> str:
    """The game in Gambit's file format; each action's label is its row in our arrays.

    ``payoffs`` (T, I) already multiplied by each actor's precision, so that Gambit's one lambda is 1 for all;
    ``chances`` (C,).
    """
    names = " ".join(f'"{actor}"' for actor in tree.actors)
    lines, stack = [f'EFG 2 R "game" {{ {names} }}'], [0]
    while stack:
        node = stack.pop()
        if node >= tree.nodes:
            numbers = " ".join(f"{p:.15f}" for p in payoffs[node - tree.nodes])
            lines.append(f't "" {node - tree.nodes + 1} "" {{ {numbers} }}')
            continue
        edges = range(tree.edge_start[node], tree.edge_start[node + 1])
        held = tree.node_set[node]
        if held >= 0:
            labels = " ".join(f'"{tree.edge_row[e]}"' for e in edges)
            lines.append(f'p "" {tree.set_actor[held] + 1} {held + 1} "" {{ {labels} }} 0')
        else:
            shares = [Fraction(round(float(chances[tree.edge_row[e]]) * 10**15), 10**15) for e in edges]
            shares[-1] = Fraction(1 - sum(shares[:-1]))
            labels = " ".join(f'"c{k}" {share}' for k, share in enumerate(shares))
            lines.append(f'c "" {node + 1} "" {{ {labels} }} 0')
        stack += [int(tree.edge_child[e]) for e in reversed(edges)]
    return "\n".join(lines) + "\n"


def read(game: str) -> Any:
    """The game as pygambit holds it."""
    return pygambit.read_efg(io.StringIO(game))


def solve(game: Any) -> Any:
    """The profile on the principal branch at lambda 1."""
    return pygambit.qre.logit_solve_lambda(game, lam=1.0)[0].profile


def choices(game: Any, profile: Any, actions: int) -> np.ndarray:
    """(A,) probability of each action, by its row in our arrays."""
    found = np.full(actions, np.nan)
    for player in game.players:
        for history in game.get_infosets(player):
            at = pygambit.H.path(*history.actions)
            for label in game.get_actions(at):
                found[int(label)] = float(profile[at][label])
    return found


def loop(tree: Tree, payoffs: np.ndarray, chances: np.ndarray, seconds: float) -> tuple[list[np.ndarray | None], float]:
    """Solve one draw of ``payoffs`` (T, I, D) and ``chances`` (C, D) after the other until time is up, one at least.

    Returns choices (A,) of each, or None, and seconds of solving: writing and reading the game are not counted.
    """
    found: list[np.ndarray | None] = []
    spent = 0.0
    for draw in range(payoffs.shape[2]):
        game = read(text(tree, payoffs[..., draw], chances[:, draw]))
        started = time.perf_counter()
        try:
            profile = solve(game)
        except (RuntimeError, IndexError, ValueError):
            profile = None
        spent += time.perf_counter() - started
        found.append(None if profile is None else choices(game, profile, tree.actions))
        if spent >= seconds:
            break
    return found, spent
