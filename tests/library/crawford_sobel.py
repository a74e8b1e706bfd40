"""Cheap talk: Crawford & Sobel (1982), "Strategic information transmission", Econometrica 50(6): 1431-1451.

A sender knows t, uniform on [0, 1], and sends one of n messages; the receiver takes an action a. Losses (a - t)^2 to the
receiver, (a - t - b)^2 to the sender, whose bias is b. The formulas are theirs (section 4); the finite game puts types at
the middles of equal cells, and actions on a grid, both chosen so that the published cuts fall between cells and
the published actions on the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import softmax

from detente.game import Tree, arrange


def most_messages(bias: float) -> int:
    """N, the largest number of messages that can mean something."""
    return math.ceil(-0.5 + math.sqrt(1 + 2 / bias) / 2)


def cuts(bias: float, count: int) -> list[float]:
    """a_0 = 0 to a_N = 1, between which a type sends the same message."""
    first = (1 - 2 * count * (count - 1) * bias) / count
    return [i * first + 2 * i * (i - 1) * bias for i in range(count + 1)]


def loss(bias: float, count: int) -> float:
    """The receiver's, where ``count`` messages mean something."""
    return 1 / (12 * count**2) + bias**2 * (count**2 - 1) / 3


@dataclass(frozen=True)
class CheapTalk:
    """The finite game: ``types`` equally likely, ``messages``, and actions 0, 1/``grid``, ..., 1."""

    bias: float
    types: int
    messages: int
    grid: int
    precision: float

    @property
    def type_at(self) -> np.ndarray:
        return (np.arange(self.types) + 0.5) / self.types

    @property
    def action_at(self) -> np.ndarray:
        return np.arange(self.grid + 1) / self.grid

    @property
    def grain(self) -> float:
        """How much less the finite types vary than the continuum: each cell of width 1/m has lost a variance of 1/(12 m^2)."""
        return 1 / (12 * self.types**2)

    @cached_property
    def _arranged(self) -> tuple[Tree, np.ndarray]:
        """Sets: the sender's by type, then the receiver's by message. Terminals: type, message, action, the last fastest."""
        m, n, k = self.types, self.messages, self.grid + 1
        reply = 1 + m + np.arange(m * n).reshape(m, n)
        ends = 1 + m + m * n + np.arange(m * n * k).reshape(m * n, k)
        children = [list(range(1, m + 1)), *reply.tolist(), *ends.tolist()]
        set_of = [-1, *range(m), *(m + np.tile(np.arange(n), m)).tolist()]
        rows: list[list[int]] = [list(range(m))] + [[]] * (m + m * n)
        return arrange(("sender", "receiver"), m * n * k, children, set_of, rows, [0] * m + [1] * n)

    @property
    def tree(self) -> Tree:
        return self._arranged[0]

    @property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        """(types, actions) to the sender and to the receiver."""
        gap = self.action_at - self.type_at[:, None]
        return (gap - self.bias) ** 2, gap**2

    def numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What :func:`detente.solve.solve` takes, for one draw."""
        each = [-np.repeat(loss, self.messages, axis=0).ravel() for loss in self.losses]
        return (
            np.stack(each, axis=1)[:, :, None],
            np.full((self.types, 1), 1 / self.types),
            np.full((2, 1), self.precision),
        )

    # ---- profiles: says (types, messages) and does (messages, actions)

    def partition(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The published equilibrium with ``count`` meaningful messages: a starting point for a search.

        Messages are used in the order of the intervals; any that are left are never sent, and answered like the first.
        """
        at = np.array(cuts(self.bias, count))
        says = np.zeros((self.types, self.messages))
        says[np.arange(self.types), np.searchsorted(at, self.type_at) - 1] = 1
        middle = np.append((at[1:] + at[:-1]) / 2, np.full(self.messages - count, at[1] / 2))
        does = np.zeros((self.messages, self.grid + 1))
        does[np.arange(self.messages), np.round(middle * self.grid).astype(int)] = 1
        return says, does

    def answers(self, says: np.ndarray, does: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The logit answers to a profile: its fixed points are the equilibria. None of Détente's."""
        mine, theirs = self.losses
        belief = says / says.sum(axis=0)
        return softmax(-self.precision * mine @ does.T, axis=1), softmax(-self.precision * belief.T @ theirs, axis=1)

    def settled(self, says: np.ndarray, does: np.ndarray, sweeps: int = 2000) -> tuple[np.ndarray, np.ndarray]:
        """The equilibrium that a profile settles at when each side answers the other in turn: what a search must find."""
        for _ in range(sweeps):
            _, does = self.answers(np.maximum(says, 1e-12), does)
            before, (says, _) = says, self.answers(np.maximum(says, 1e-12), does)
            if np.abs(says - before).max() < 1e-14:
                return says, does
        raise ArithmeticError("the answers to one another did not settle")

    def receiver_loss(self, says: np.ndarray, does: np.ndarray) -> float:
        return float(np.sum(says @ does * self.losses[1]) / self.types)

    def profile(self, says: np.ndarray, does: np.ndarray) -> np.ndarray:
        """(A,) as the tree orders its actions."""
        parts = [*says, *does]
        return np.concatenate([parts[held] for held in self._arranged[1]])

    def split(self, choice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Back from (A,)."""
        tree, order = self._arranged
        parts = np.split(choice, tree.set_action[1:-1])
        by_set = {int(held): part for held, part in zip(order, parts, strict=True)}
        says = np.array([by_set[i] for i in range(self.types)])
        return says, np.array([by_set[self.types + i] for i in range(self.messages)])


GAMES = {
    1 / 20: CheapTalk(1 / 20, types=15, messages=3, grid=30, precision=2000),
    1 / 40: CheapTalk(1 / 40, types=20, messages=4, grid=20, precision=2000),
    0.24: CheapTalk(0.24, types=50, messages=2, grid=100, precision=4000),
    0.26: CheapTalk(0.26, types=10, messages=2, grid=20, precision=2000),
}
"""By bias. Cuts 2/15, 7/15 are multiples of 1/15; 0.1, 0.3, 0.6 of 1/20; 0.02 of 1/50."""
