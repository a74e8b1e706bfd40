"""What the parts of a situation's game are called: its steps, facts and options."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.situation.model import Step

if TYPE_CHECKING:
    from detente.game.game import Game
    from detente.game.tree import Tree


def set_names(game: Game) -> tuple[str, ...]:
    """(H) the step of each information set, numbered where it has several."""
    many, met, names = Counter(game.set_step), Counter[str](), []
    for step in game.set_step:
        met[step] += 1
        names.append(f"{step} {met[step]}" if many[step] > 1 else step)
    return tuple(names)


def action_names(game: Game) -> tuple[str, ...]:
    """(A) the option that each action is."""
    tree, options = game.tree, _options(game)
    edges = np.empty(tree.actions, dtype=np.int64)
    decided = np.repeat(tree.node_set >= 0, np.diff(tree.edge_start))
    edges[tree.edge_row[decided]] = np.flatnonzero(decided)
    ends = some_end(tree)[tree.edge_child[edges]]
    steps = [game.set_step[held] for held in tree.action_set]
    return tuple(options[step][game.paths.steps[step][end]] for step, end in zip(steps, ends, strict=True))


def chance_names(game: Game) -> tuple[str, ...]:
    """(C) the state, reading or event that each chance row is."""
    options = _options(game)
    return tuple(name for chance in game.chances for name in options[chance.step] * chance.table.rows)


def _options(game: Game) -> dict[str, tuple[str, ...]]:
    situation = game.situation
    steps = {s.name: tuple(o.name for o in s.options) for s in situation.steps if isinstance(s, Step)}
    return steps | {fact.name: fact.states for fact in situation.facts.values()}


def some_end(tree: Tree) -> NDArray[np.int64]:
    """(N + T) a terminal, counted from 0, below each node."""
    end = np.concatenate([np.empty(tree.nodes, dtype=np.int64), np.arange(tree.terminals)])
    for level in range(tree.levels - 1, -1, -1):
        nodes = np.arange(tree.level_node[level], tree.level_node[level + 1])
        end[nodes] = end[tree.edge_child[tree.edge_start[nodes]]]
    return end
