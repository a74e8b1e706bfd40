"""Random games of any shape with perfect recall, and transformations that may not change their answer.

A game is grown step by step along all paths at once. Each actor carries on every path a label of all that it has seen, which is
only ever refined: two nodes of one step where the mover's labels are equal are one information set. Steps are
moves, seen by some; chance moves, with a distribution of their own at each node or one for all; and pairs of
moves whose order neither mover knows, so that the two actors' sets cross.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np

from detente.game import Tree, arrange


@dataclass(frozen=True)
class RandomGame:
    """A game node by node, as :func:`detente.game.arrange` takes it; ids from ``len(children)`` on are terminals.

    ``payoffs`` (T, I, D), ``chances`` (C, D).
    """

    actors: tuple[str, ...]
    children: list[list[int]]
    set_of: list[int]
    rows: list[list[int]]
    set_actor: list[int]
    payoffs: np.ndarray
    chances: np.ndarray

    def arranged(self) -> tuple[Tree, np.ndarray]:
        return arrange(self.actors, len(self.payoffs), self.children, self.set_of, self.rows, self.set_actor)

    @property
    def tree(self) -> Tree:
        return self.arranged()[0]

    def by_set(self, choice: np.ndarray) -> list[np.ndarray]:
        """(options, D) what ``choice`` (A, D), in the order of the arranged tree, says at each set of ours."""
        tree, order = self.arranged()
        parts = np.split(choice, tree.set_action[1:-1])
        result: list[np.ndarray] = [np.empty(0)] * len(parts)
        for place, held in enumerate(order):
            result[held] = parts[place]
        return result


@dataclass
class _Path:
    """An open end: the node and option it hangs on, and what each actor has seen."""

    parent: int
    slot: int
    seen: list[int]


@dataclass
class _Growth:
    rng: np.random.Generator
    actors: int
    nodes: int
    draws: int
    children: list[list[int]] = field(default_factory=list)
    set_of: list[int] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    set_actor: list[int] = field(default_factory=list)
    chances: list[np.ndarray] = field(default_factory=list)
    sets: dict[Hashable, int] = field(default_factory=dict)
    labels: dict[Hashable, int] = field(default_factory=dict)
    step: int = 0

    @property
    def room(self) -> int:
        return self.nodes - len(self.children)

    def node(self, path: _Path, held: int, options: int, rows: list[int]) -> list[_Path]:
        here = len(self.children)
        if path.parent >= 0:
            self.children[path.parent][path.slot] = here
        self.children.append([-1] * options)
        self.set_of.append(held)
        self.rows.append(rows)
        return [_Path(here, k, list(path.seen)) for k in range(options)]

    def refine(self, path: _Path, actor: int, what: Hashable) -> None:
        key = (actor, path.seen[actor], self.step, what)
        path.seen[actor] = self.labels.setdefault(key, len(self.labels) + 1)

    def watchers(self, chance: float) -> list[int]:
        return [i for i in range(self.actors) if self.rng.random() < chance]

    def options(self, key: Hashable) -> int:
        """How many options there are where ``key``, which is what the mover knows, is so."""
        return 2 + int(np.random.default_rng(abs(hash((self.step, key)))).choice(3, p=(0.6, 0.3, 0.1)))

    def outcomes(self, count: int) -> list[int]:
        start = len(self.chances)
        self.chances += list(self.rng.dirichlet(np.full(count, 2.0), self.draws).T)
        return list(range(start, start + count))

    def decide(self, path: _Path, actor: int) -> list[_Path]:
        known = (actor, path.seen[actor])
        held = self.sets.setdefault((self.step, *known), len(self.set_actor))
        if held == len(self.set_actor):
            self.set_actor.append(actor)
        return self.node(path, held, self.options(known), [])

    def move(self, paths: list[_Path]) -> list[_Path]:
        """One actor moves where its label is one of some."""
        actor, seen_by = int(self.rng.integers(self.actors)), self.watchers(0.5)
        acting, room = set(), self.room
        labels, counts = np.unique([path.seen[actor] for path in paths], return_counts=True)
        for k in self.rng.permutation(len(labels)):
            if counts[k] <= room and (not acting or self.rng.random() < 0.9):
                acting.add(int(labels[k]))
                room -= counts[k]
        grown = []
        for path in paths:
            after = self.decide(path, actor) if path.seen[actor] in acting else [path]
            for k, new in enumerate(after):
                for i in {actor, *seen_by}:
                    self.refine(new, i, k if len(after) > 1 else -1)
            grown += after
        return grown

    def chance(self, paths: list[_Path]) -> list[_Path]:
        """Something happens, on some of the paths."""
        seen_by, own, count = self.watchers(0.4), self.rng.random() < 0.5, int(self.rng.integers(2, 5))
        shared: list[int] = []
        grown = []
        for path in paths:
            happens = self.room > 0 and (not self.children or self.rng.random() < 0.8)
            rows = (shared or self.outcomes(count)) if happens else []
            shared = [] if own else rows or shared
            after = self.node(path, -1, count, rows) if happens else [path]
            for k, new in enumerate(after):
                for i in seen_by:
                    self.refine(new, i, k if happens else -1)
            grown += after
        return grown

    def crossing(self, paths: list[_Path]) -> list[_Path]:
        """Two actors move, neither knowing which of them is first nor what the other did; then some learn all."""
        pair = [int(i) for i in self.rng.choice(self.actors, 2, replace=False)]
        seen_by = self.watchers(0.4)
        coin = self.outcomes(2)
        grown = []
        for path in paths:
            for first, start in enumerate(self.node(path, -1, 2, coin)):
                for a, middle in enumerate(self.decide(start, pair[first])):
                    for b, new in enumerate(self.decide(middle, pair[1 - first])):
                        took = {pair[first]: a, pair[1 - first]: b}
                        for i in pair:
                            self.refine(new, i, took[i])
                        for i in seen_by:
                            self.refine(new, i, (first, a, b))
                        grown.append(new)
        return grown


def random_game(seed: int, nodes: int, actors: int = 2, draws: int = 1, crossing: bool = False) -> RandomGame:
    """A game of at most, and about, so many nodes; with ``crossing``, sometimes with sets that cross.

    Payoffs are normal; each actor's span is that of its terminals, about 4 to 6.
    """
    rng = np.random.default_rng(seed)
    growth = _Growth(rng, actors, nodes, draws)
    paths = [_Path(-1, 0, [0] * actors)]
    for growth.step in range(40):
        kind = rng.random()
        if crossing and actors > 1 and kind < 0.3 and growth.room > 15 * len(paths):
            paths = growth.crossing(paths)
        elif kind < 0.6 or growth.step == 0 or growth.room < len(paths):
            paths = growth.move(paths) if growth.step or kind > 0.5 else growth.chance(paths)
        else:
            paths = growth.chance(paths)
        if growth.room <= 0:
            break
    while not growth.set_actor:  # a game has a move
        growth.step, growth.nodes = growth.step + 1, growth.nodes + len(paths)
        paths = growth.move(paths)
    for k, path in enumerate(paths):
        growth.children[path.parent][path.slot] = len(growth.children) + k
    return RandomGame(
        actors=tuple("ABCDEFGH"[:actors]),
        children=growth.children,
        set_of=growth.set_of,
        rows=growth.rows,
        set_actor=growth.set_actor,
        payoffs=rng.normal(size=(len(paths), actors, draws)),
        chances=np.array(growth.chances).reshape(-1, draws),
    )


# --------------------------------------------------------------------------- changes of form, not of substance


def relabelled(game: RandomGame, rng: np.random.Generator) -> tuple[RandomGame, dict[str, np.ndarray | list]]:
    """Everything that has a number gets another: nodes but the root, terminals, sets, options, actors, chance rows.

    Also what became of each: ``terminal`` (T), ``set`` (H), ``actor`` (I) new numbers, ``option`` for each set.
    """
    nodes, terminals = len(game.children), len(game.payoffs)
    node = np.concatenate([[0], 1 + rng.permutation(nodes - 1)])
    terminal, held = rng.permutation(terminals), rng.permutation(len(game.set_actor))
    actor, row = rng.permutation(len(game.actors)), rng.permutation(len(game.chances))
    size = {h: len(below) for h, below in zip(game.set_of, game.children, strict=True)}
    option = [rng.permutation(size[h]) for h in range(len(game.set_actor))]  # new place of each option
    to = np.concatenate([node, nodes + terminal])
    children: list[list[int]] = [[]] * nodes
    rows: list[list[int]] = [[]] * nodes
    set_of = [-1] * nodes
    for n, below in enumerate(game.children):
        h = game.set_of[n]
        place = np.argsort(option[h] if h >= 0 else rng.permutation(len(below)))
        if h < 0:
            rows[node[n]] = [int(row[game.rows[n][k]]) for k in place]
        else:
            set_of[node[n]] = int(held[h])
        children[node[n]] = [int(to[below[k]]) for k in place]
    set_actor = np.empty(len(held), dtype=int)
    set_actor[held] = actor[game.set_actor]
    payoffs, chances = np.empty_like(game.payoffs), np.empty_like(game.chances)
    payoffs[np.ix_(terminal, actor)] = game.payoffs
    chances[row] = game.chances
    new = replace(
        game,
        children=children,
        set_of=set_of,
        rows=rows,
        set_actor=set_actor.tolist(),
        payoffs=payoffs,
        chances=chances,
    )
    return new, {"terminal": terminal, "set": held, "actor": actor, "option": option}


def split_chances(game: RandomGame) -> RandomGame:
    """Each chance move of three or more outcomes becomes two in sequence: the first outcome or another; then which."""
    children, set_of, rows = [list(c) for c in game.children], list(game.set_of), [list(r) for r in game.rows]
    chances, nodes = list(game.chances), len(game.children)
    wide = [n for n in range(nodes) if set_of[n] < 0 and len(children[n]) > 2]
    for n in wide:
        first, *others = rows[n]
        rest = sum(chances[r] for r in others)
        begin = len(chances)
        chances += [rest, *(chances[r] / rest for r in others)]
        children.append(children[n][1:])
        set_of.append(-1)
        rows.append(list(range(begin + 1, len(chances))))
        children[n] = [children[n][0], -len(children)]  # the new node, marked: terminals are about to move
        rows[n] = [first, begin]
    children = [[c + len(wide) if c >= nodes else -c - 1 if c < 0 else c for c in below] for below in children]
    return replace(
        game, children=children, set_of=set_of, rows=rows, chances=np.array(chances).reshape(-1, game.payoffs.shape[2])
    )


def with_impossible_branch(game: RandomGame, rng: np.random.Generator) -> RandomGame:
    """A chance move before everything: with certainty the game; with chance zero a node of one of its sets.

    Only a set whose actor has made no move before may have a node there: a new terminal follows each option.
    """
    nodes, draws = len(game.children), game.payoffs.shape[2]
    held = int(rng.choice([h for h in range(len(game.set_actor)) if _is_first(game, h)]))
    options = len(game.children[game.set_of.index(held)])
    terminals = len(game.payoffs)

    def moved(child: int) -> int:
        return child + 1 if child < nodes else child + 2

    last = nodes + 1
    children = [[1, last], *([moved(c) for c in below] for below in game.children)]
    children.append([last + 1 + terminals + k for k in range(options)])
    certain = len(game.chances)
    return replace(
        game,
        children=children,
        set_of=[-1, *game.set_of, held],
        rows=[[certain, certain + 1], *game.rows, []],
        payoffs=np.concatenate([game.payoffs, rng.normal(size=(options, len(game.actors), draws))]),
        chances=np.concatenate([game.chances, np.ones((1, draws)), np.zeros((1, draws))]),
    )


def _is_first(game: RandomGame, held: int) -> bool:
    """Whether the actor of a set has made no move before it."""
    above = {child: n for n, below in enumerate(game.children) for child in below}
    node = game.set_of.index(held)
    while node in above:
        node = above[node]
        if game.set_of[node] >= 0 and game.set_actor[game.set_of[node]] == game.set_actor[held]:
            return False
    return True
