"""What is played at every node of a game, draw by draw, and how likely it comes to each: the figures behind the opened tree.

Each figure of a node stands once *as things are*, given the record, and once *by play*, before anything was on record. As things are, a draw counts
what it does in the forecast times how likely it comes to the node in it. So the mean chances along a way multiply to the mean chance of
coming to its end (the chain rule), as they do in every draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.forecast.result import INTERVAL
from detente.forecast.run import Results, Task
from detente.forecast.summary import Summary, summarise
from detente.game.labels import some_end
from detente.report import words
from detente.situation.model import Reveal, Step
from detente.solve import Status
from detente.solve.kernels import terminal_reach

Floats = NDArray[np.float64]

PLAYED = 250
"""Draws of which the whole play is kept."""
FEWEST = 16
ROOM = 20_000_000
"""Chances of coming to a node in a draw that are kept, of a large game in fewer draws."""


def draws_kept(task: Task, most: int) -> int:
    """In how many draws the play of a game is kept, of ``most`` at hand."""
    tree = task.game.tree
    return min(most, PLAYED, max(FEWEST, ROOM // (tree.nodes + tree.terminals)))


@dataclass(frozen=True)
class Played:
    """A game with what is played in D draws.

    ``play`` (A + C, D): probability of every action, then chance row. ``weight`` (D): what a draw counts in the forecast; 0 where it was not
    solved. ``quantities``: name to (D,).
    """

    task: Task
    play: Floats
    weight: Floats
    solved: NDArray[np.bool_]
    quantities: Mapping[str, Floats]

    @classmethod
    def of(cls, task: Task, results: Results, weight: Floats, quantities: Mapping[str, Floats]) -> Played:
        """From results that kept the play; ``weight`` (D) as in the forecast."""
        solved = results.status == Status.SOLVED
        return cls(task, results.play, np.where(solved, weight, 0.0), solved, quantities)

    # ------------------------------------------------------------------ chances

    @cached_property
    def by_play(self) -> Floats:
        """(N + T, D) probability of coming to every node and terminal by what is played, before anything is on record."""
        tree = self.task.game.tree
        out = np.empty((tree.nodes + tree.terminals, self.play.shape[1]))
        terminal_reach(tree, np.ascontiguousarray(self.play), 0, out)
        return out

    @cached_property
    def as_things_are(self) -> Floats:
        """(N + T, D) the same given what is on record; 0 where the record rules it out."""
        tree, out = self.task.game.tree, np.zeros_like(self.by_play)
        out[tree.nodes :] = self.by_play[tree.nodes :] * self.task.measures.observed[:, None]
        for level in range(tree.levels - 1, -1, -1):
            first, last = tree.level_node[level], tree.level_node[level + 1]
            if last > first:
                starts = tree.edge_start[first : last + 1]
                below = out[tree.edge_child[starts[0] : starts[-1]]]
                out[first:last] = np.add.reduceat(below, starts[:-1] - starts[0], axis=0)
        return out / np.where(out[0] > 0, out[0], 1.0)

    def reached(self, node: int) -> Summary:
        """How likely it comes to a node, given the record."""
        return summarise(self.as_things_are[node][None], self.weight, INTERVAL)[0]

    def possible(self, node: int) -> bool:
        """Whether the record leaves the node possible in some draw that counts."""
        return bool((self.weight * self.as_things_are[node]).any())

    def chances(self, node: int) -> list[Summary] | None:
        """Each outcome of a node, given that it comes to it and the record; None where the record rules the node out."""
        if not self.possible(node):
            return None
        here, below = self.as_things_are[node], self.as_things_are[self.children(node)]
        return summarise(_ratio(below, here), self.weight * here, INTERVAL)

    def chances_by_play(self, node: int) -> list[Summary]:
        """Each outcome of a node by what is played there, whatever is on record: draws count alike, times how likely it comes to the node."""
        return summarise(self.play[self.rows(node)], self.solved * self.by_play[node], INTERVAL)

    def beliefs(self, node: int, groups: NDArray[np.integer]) -> list[Summary]:
        """What the mover at a node thinks: the probability of each group, numbered from 0, of the nodes of its information set.

        ``groups`` in the order of :meth:`together`.
        """
        nodes = self.together(node)
        reach = self.by_play[nodes]
        parts = np.stack([reach[groups == g].sum(axis=0) for g in range(int(groups.max()) + 1)])
        weight = self.weight * self.as_things_are[nodes].sum(axis=0)
        if not weight.any():
            weight = self.solved * reach.sum(axis=0)
        return summarise(_ratio(parts, reach.sum(axis=0)), weight, INTERVAL)

    def payoffs(self, end: int) -> list[Summary]:
        """Each interest's part at a terminal, in the game's order, then each actor's payoff, in the file's units."""
        tree = self.task.game.tree
        values, actors, rows = self._payoffs
        parts = values[rows[:, end - tree.nodes]]
        totals = np.stack([parts[actors == i].sum(axis=0) for i in range(len(tree.actors))])
        weight = self.weight * self.as_things_are[end]
        if not weight.any():
            weight = self.solved * self.by_play[end]
        return summarise(np.concatenate([parts, totals]), weight, INTERVAL)

    @cached_property
    def _payoffs(self) -> tuple[Floats, NDArray[np.int32], NDArray[np.int32]]:
        return self.task.game.payoff_tables(self.quantities)

    # ------------------------------------------------------------------ where a node stands

    def children(self, node: int) -> NDArray[np.int32]:
        """Nodes and terminals that its edges lead to."""
        tree = self.task.game.tree
        return tree.edge_child[tree.edge_start[node] : tree.edge_start[node + 1]]

    def rows(self, node: int) -> NDArray[np.int32]:
        """Rows of ``play`` of its edges."""
        tree = self.task.game.tree
        rows = tree.edge_row[tree.edge_start[node] : tree.edge_start[node + 1]]
        return rows if tree.node_set[node] >= 0 else rows + np.int32(tree.actions)

    def step(self, node: int) -> str:
        """The step or private fact that is settled at a node."""
        game = self.task.game
        held = int(game.tree.node_set[node])
        if held >= 0:
            return game.set_step[held]
        row = int(game.tree.edge_row[game.tree.edge_start[node]])
        return next(chance.step for chance in reversed(game.chances) if chance.first <= row)

    def together(self, node: int) -> NDArray[np.int32]:
        """The nodes that its mover cannot tell apart; a chance move alone."""
        tree = self.task.game.tree
        held = int(tree.node_set[node])
        if held < 0:
            return np.asarray([node], dtype=np.int32)
        return tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]

    def codes(self, name: str, nodes: NDArray[np.integer]) -> NDArray[np.int16]:
        """What became of a fact or step on the way to (or at) each of some nodes: the number of its outcome, -1 where it did not take place.

        Meaningful for what lies before the nodes alone.
        """
        paths = self.task.game.paths
        codes = paths.facts[name] if name in paths.facts else paths.steps[name]
        found: NDArray[np.int16] = codes[self._some_end[nodes]]
        return found

    @cached_property
    def _some_end(self) -> NDArray[np.int64]:
        return some_end(self.task.game.tree)

    def before(self, node: int) -> tuple[str, ...]:
        """Names of the private facts and steps that come before a node's, in order; of a terminal all."""
        situation = self.task.game.situation
        names = [*situation.facts, *(s.name for s in situation.steps if not isinstance(s, Reveal))]
        return tuple(names if self.is_end(node) else names[: names.index(self.step(node))])

    def is_end(self, node: int) -> bool:
        return node >= self.task.game.tree.nodes


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where the whole is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def outcomes(played: Played, name: str) -> tuple[tuple[str, str], ...]:
    """Names and words of the outcomes of a step, or of the states of a fact."""
    situation = played.task.game.situation
    if name in situation.facts:
        fact = situation.facts[name]
        texts = fact.state_texts or ("",) * len(fact.states)
        return tuple((state, text or words.plain(state)) for state, text in zip(fact.states, texts, strict=True))
    step = next(s for s in situation.steps if isinstance(s, Step) and s.name == name)
    return tuple((option.name, option.text or words.plain(option.name)) for option in step.options)
