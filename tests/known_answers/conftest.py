"""The whole pipeline on a situation written in a test: text, situation, game, draws, equilibrium.

``play(text, lam)`` solves at precisions per unit of payoff as printed in the literature, unscaled, and gives a
:class:`Played` to look things up in. Lookups walk the game's arrays on their own, sharing no code
with what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from detente.draws import medians, sample
from detente.game import Game, unroll
from detente.situation import loads
from detente.solve import Solution, Status, solve

HEAD = """
title: A game from the literature
question: What happens?
as_of: 2020-01-01
horizon: 2020-12-31
"""


@dataclass(frozen=True)
class Played:
    """A solved game. Arrays have the draws last."""

    game: Game
    payoffs: np.ndarray
    chances: np.ndarray
    lam: np.ndarray
    solution: Solution

    @cached_property
    def _below(self) -> np.ndarray:
        """A terminal below each node (and each terminal itself)."""
        tree = self.game.tree
        below = np.arange(tree.nodes + tree.terminals)
        for node in range(tree.nodes - 1, -1, -1):
            below[node] = below[tree.edge_child[tree.edge_start[node]]]
        return below - tree.nodes

    def _code(self, name: str, word: str) -> int:
        if name in self.game.situation.facts:
            return self.game.situation.facts[name].states.index(word)
        step = next(s for s in self.game.situation.steps if s.name == name)
        return [option.name for option in step.options].index(word)

    def _came_out(self, name: str, terminal: int) -> int:
        paths = self.game.paths
        return int((paths.facts if name in paths.facts else paths.steps)[name][terminal])

    def choices(self, step: str, option: str, **where: str) -> np.ndarray:
        """(sets, D) probability of an option at each information set of a step, one of whose nodes is at ``where``."""
        tree, rows, wanted = self.game.tree, [], self._code(step, option)
        for h in range(tree.sets):
            if self.game.set_step[h] != step:
                continue
            for node in tree.set_nodes[tree.set_start[h] : tree.set_start[h + 1]]:
                at = self._below[node]
                if all(self._came_out(name, at) == self._code(name, word) for name, word in where.items()):
                    edges = range(tree.edge_start[node], tree.edge_start[node + 1])
                    rows += [
                        tree.edge_row[e]
                        for e in edges
                        if self._came_out(step, self._below[tree.edge_child[e]]) == wanted
                    ]
                    break
        assert rows, f"no information set of {step} at {where}"
        return self.solution.choice[rows]

    def choice(self, step: str, option: str, **where: str) -> float:
        """The same in the first draw, where it is one number."""
        found = self.choices(step, option, **where)[:, 0]
        assert np.ptp(found) < 1e-9, f"{step} differs between information sets: {found}"
        return float(found[0])

    def chance(self, **where: str | Sequence[str]) -> float:
        """Probability, in the first draw, that facts and steps come out so (one of several words)."""
        return float(self._reach[self._at(where)].sum())

    def payoff(self, actor: str, **where: str | Sequence[str]) -> float:
        """Expected payoff in the first draw, given ``where``."""
        at = self._at(where)
        i = self.game.tree.actors.index(actor)
        return float(self._reach[at] @ self.payoffs[at, i, 0] / self._reach[at].sum())

    def _at(self, where: Mapping[str, str | Sequence[str]]) -> np.ndarray:
        at = np.ones(self.game.tree.terminals, dtype=bool)
        for name, words in where.items():
            codes = [self._code(name, word) for word in ([words] if isinstance(words, str) else words)]
            paths = self.game.paths
            at &= np.isin((paths.facts if name in paths.facts else paths.steps)[name], codes)
        return at

    @cached_property
    def _reach(self) -> np.ndarray:
        tree = self.game.tree
        reach = np.zeros(tree.nodes + tree.terminals)
        reach[0] = 1
        for node in range(tree.nodes):
            table = self.solution.choice if tree.node_set[node] >= 0 else self.chances
            for e in range(tree.edge_start[node], tree.edge_start[node + 1]):
                reach[tree.edge_child[e]] = reach[node] * table[tree.edge_row[e], 0]
        return reach[tree.nodes :]


def numbers(game: Game, quantities: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Payoffs (T, I, D) and chance rows (C, D) of a game in these draws."""
    values, actors, index = game.payoff_tables(quantities)
    payoffs = np.zeros((game.tree.terminals, len(game.tree.actors), values.shape[1]))
    for actor, rows in zip(actors, index, strict=True):
        payoffs[:, actor] += values[rows]
    return payoffs, game.chance_rows(quantities)


def played(text: str, lam: float | Mapping[str, float] | Sequence[float] | None, draws: int) -> Played:
    """Solve a situation; see :func:`play`."""
    situation = loads(text if "title:" in text else HEAD + text)
    game = unroll(situation)
    if draws:
        quantities = dict(sample(situation, draws, 1).values)
    else:
        count = len(lam) if isinstance(lam, Sequence) else 1
        quantities = {name: np.full(count, value) for name, value in medians(situation).items()}
    payoffs, chances = numbers(game, quantities)
    count = payoffs.shape[2]
    actors = game.tree.actors
    if lam is None:
        at_median = numbers(game, {name: np.array([value]) for name, value in medians(situation).items()})[0][:, :, 0]
        span = np.ptp(at_median, axis=0)
        lams = np.stack([quantities[situation.actors[a].precision] / span[i] for i, a in enumerate(actors)])
    elif isinstance(lam, Mapping):
        lams = np.stack([np.full(count, float(lam[a])) for a in actors])
    else:
        lams = np.broadcast_to(np.asarray(lam, dtype=float), (len(actors), count)).copy()
    solution = solve(game.tree, payoffs, chances, lams)
    assert (solution.status == Status.SOLVED).all(), [Status(int(s)).message for s in solution.status]
    return Played(game, payoffs, chances, lams, solution)


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """``play(text, lam, draws=0)``: solve a situation.

    ``lam``: one precision per unit of payoff, one for each actor (a mapping), a list (each a draw of
    its own), or None for the file's own precisions per span. Quantities are at their medians, or, with
    ``draws``, sampled.
    """

    def solve_text(
        text: str, lam: float | Mapping[str, float] | Sequence[float] | None = None, draws: int = 0
    ) -> Played:
        return played(text, lam, draws)

    return solve_text
