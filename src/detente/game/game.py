"""A situation's game: its tree, the tables of its numbers, and the record of its paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.game import labels
from detente.game.extensive import ExtensiveGame
from detente.game.paths import Paths
from detente.game.tables import Table
from detente.game.tree import Tree
from detente.situation.model import Situation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ChanceTable:
    """Chances of one step's outcomes; the table's row r, outcome k has chance row ``first + r * m + k``."""

    step: str
    first: int
    table: Table


@dataclass(frozen=True)
class InterestTable:
    """One interest of one actor over the terminals, times its discount factor."""

    actor: str
    interest: str
    factor: float
    table: Table


@dataclass(frozen=True)
class Game:
    """What unrolling a situation gives.

    ``paths`` has one path a terminal. ``set_step`` names the step of each information set.
    """

    situation: Situation
    tree: Tree
    paths: Paths
    chances: tuple[ChanceTable, ...]
    interests: tuple[InterestTable, ...]
    set_step: tuple[str, ...]

    def chance_rows(self, quantities: Mapping[str, Floats]) -> Floats:
        """Probability of every chance row, shape (chance rows, L).

        Raises :class:`SituationError` where outcomes do not have chances that sum to one.
        """
        lanes = len(next(iter(quantities.values())))
        out = np.empty((self.tree.chance_rows, lanes))
        for chance in self.chances:
            values = chance.table.compute(quantities)
            self._check_chances(chance.step, values)
            rows = values.shape[0] * values.shape[1]
            out[chance.first : chance.first + rows] = values.transpose(1, 0, 2).reshape(rows, -1)
        return out

    def _check_chances(self, step: str, values: Floats) -> None:
        from detente.situation.messages import SituationError, problem_at

        bad = ~(
            np.isfinite(values).all(axis=0) & (values >= -1e-12).all(axis=0) & (np.abs(values.sum(axis=0) - 1) < 1e-9)
        )
        if bad.any():
            row, lane = np.argwhere(bad)[0]
            found = ", ".join(f"{v:.4g}" for v in values[:, row, lane])
            kind = "private" if step in self.situation.facts else "steps"
            problem = problem_at(
                self.situation,
                (kind, step),
                f"chances {found} in one of the draws",
                "chances from 0 to 1 that sum to 1 in every draw: let one of them be `rest`, and clip(x, 0, 1) the others",
            )
            raise SituationError((problem,))

    def payoff_tables(self, quantities: Mapping[str, Floats]) -> tuple[Floats, NDArray[np.int32], NDArray[np.int32]]:
        """Payoffs in the form the kernels add them up from.

        Returns the values (rows, L), and for each interest its actor (I,) and the row of each
        terminal (I, T). An actor's payoff at a terminal is the sum over its interests.
        """
        values = []
        for interest in self.interests:
            block = interest.table.compute(quantities)[0] * interest.factor
            self._check_payoff(interest, block)
            values.append(block)
        return np.concatenate(values), *self.payoff_rows

    @cached_property
    def payoff_rows(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """For each interest its actor (I,) and the row of each terminal (I, T), whatever the quantities are."""
        actors, index, first = [], [], 0
        for interest in self.interests:
            actors.append(self.tree.actors.index(interest.actor))
            index.append(interest.table.index + np.int32(first))
            first += interest.table.rows
        return np.asarray(actors, dtype=np.int32), np.stack(index).astype(np.int32)

    def _check_payoff(self, interest: InterestTable, block: Floats) -> None:
        from detente.situation.messages import SituationError, problem_at

        bad = ~np.isfinite(block)
        if bad.any():
            row = int(np.argwhere(bad)[0][0])
            path = int(np.argmax(interest.table.index == row))
            problem = problem_at(
                self.situation,
                ("payoffs", interest.actor, interest.interest),
                f"no number on the path {self.describe(path)}",
                "a number on every path in every draw; where a step may not happen, write `... if happened(step) else 0`",
            )
            raise SituationError((problem,))

    def at(self, quantities: Mapping[str, float]) -> ExtensiveGame:
        """The game with a number for each quantity; raises :class:`SituationError` where they make no chances or payoffs."""
        numbers = {name: np.array([value], dtype=np.float64) for name, value in quantities.items()}
        values, actors, rows = self.payoff_tables(numbers)
        payoffs = np.zeros((self.tree.terminals, len(self.tree.actors)))
        for actor, row in zip(actors, rows, strict=True):
            payoffs[:, actor] += values[row, 0]
        return ExtensiveGame(
            title=self.situation.title,
            tree=self.tree,
            payoffs=payoffs,
            chances=self.chance_rows(numbers)[:, 0],
            set_names=labels.set_names(self),
            action_names=labels.action_names(self),
            chance_names=labels.chance_names(self),
            outcome_names=("",) * self.tree.terminals,
        )

    def describe(self, path: int) -> str:
        """A path as ``step=option`` pairs, for messages."""
        from detente.situation.model import Step

        pairs = [f"{n}={f.states[self.paths.facts[n][path]]}" for n, f in self.situation.facts.items()]
        for step in self.situation.steps:
            if isinstance(step, Step) and self.paths.steps[step.name][path] >= 0:
                pairs.append(f"{step.name}={step.options[self.paths.steps[step.name][path]].name}")
        return ", ".join(pairs)
