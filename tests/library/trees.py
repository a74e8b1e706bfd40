"""Small games written as trees, and two ways to write each down: for Détente, and as a game file that Gambit reads.

The two share nothing but the tree itself. A game is a :class:`Move`, a :class:`Chance` or, at an end, a tuple of
payoffs; moves with one name are one information set.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np

from detente.game import Tree, arrange
from detente.solve import Solution, solve


@dataclass(frozen=True)
class Move:
    """``actor`` (counted from 0) takes one of the options at the information set ``name``."""

    actor: int
    name: str
    options: Mapping[str, Part]


@dataclass(frozen=True)
class Chance:
    """What happens with which chance."""

    branches: Sequence[tuple[Fraction, Part]]


Part: TypeAlias = "Move | Chance | tuple[float, ...]"


def chance(*branches: tuple[str, Part]) -> Chance:
    """``chance(("1/3", this), ("2/3", that))``."""
    return Chance([(Fraction(share), part) for share, part in branches])


def table(payoffs: Sequence, names: Sequence[Sequence[str]] | None = None) -> Part:
    """Simultaneous moves: ``payoffs[i][j]...`` is a tuple of payoffs, the first player's option first."""
    players = 0
    here = payoffs
    while isinstance(here, list):
        players, here = players + 1, here[0]

    def grow(part: Sequence, player: int) -> Part:
        if player == players:
            return tuple(part)
        options = names[player] if names else [str(k + 1) for k in range(len(part))]
        below = {option: grow(one, player + 1) for option, one in zip(options, part, strict=True)}
        return Move(player, f"player {player + 1}", below)

    return grow(payoffs, 0)


def bimatrix(row: str, column: str | None = None) -> Part:
    """From ``"1 2; 3 4"``, a line for each option of the row player; a symmetric game if only hers are given."""
    mine = [[float(x) for x in line.split()] for line in row.split(";")]
    theirs = (
        [[float(x) for x in line.split()] for line in column.split(";")]
        if column
        else [*map(list, zip(*mine, strict=True))]
    )
    return table([[(a, b) for a, b in zip(*lines, strict=True)] for lines in zip(mine, theirs, strict=True)])


def by_rule(sizes: Sequence[int], rule: Callable[..., tuple[float, ...]]) -> Part:
    """Simultaneous moves with payoffs by a rule of everybody's option, counted from 0."""

    def grow(taken: tuple[int, ...]) -> Part:
        if len(taken) == len(sizes):
            return tuple(float(x) for x in rule(*taken))
        options = {str(k): grow((*taken, k)) for k in range(sizes[len(taken)])}
        return Move(len(taken), f"player {len(taken) + 1}", options)

    return grow(())


@dataclass(frozen=True)
class SmallGame:
    """A tree, for Détente. ``span`` (I) is what each player has at stake."""

    root: Part

    @cached_property
    def ends(self) -> list[tuple[float, ...]]:
        def walk(part: Part) -> list[tuple[float, ...]]:
            if isinstance(part, Move):
                return [end for below in part.options.values() for end in walk(below)]
            if isinstance(part, Chance):
                return [end for _, below in part.branches for end in walk(below)]
            return [part]

        return walk(self.root)

    @property
    def payoffs(self) -> np.ndarray:
        """(T, I), the ends from left to right."""
        return np.array(self.ends, dtype=float)

    @property
    def span(self) -> np.ndarray:
        return np.ptp(self.payoffs, axis=0)

    @cached_property
    def moves(self) -> dict[str, Move]:
        """The first move of each information set."""
        found: dict[str, Move] = {}

        def walk(part: Part) -> None:
            if isinstance(part, Move):
                found.setdefault(part.name, part)
            if isinstance(part, Move | Chance):
                for below in part.options.values() if isinstance(part, Move) else [b for _, b in part.branches]:
                    walk(below)

        walk(self.root)
        return found

    @cached_property
    def _arranged(self) -> tuple[Tree, np.ndarray, np.ndarray]:
        number = {name: h for h, name in enumerate(self.moves)}
        children: list[list[int]] = []
        set_of: list[int] = []
        rows: list[list[int]] = []
        chances: list[float] = []
        ends = itertools.count()

        def walk(part: Part) -> int:
            if isinstance(part, tuple):
                return -1 - next(ends)
            here = len(children)
            children.append([])
            set_of.append(number[part.name] if isinstance(part, Move) else -1)
            rows.append([])
            if isinstance(part, Move):
                below = list(part.options.values())
            else:
                rows[here] = list(range(len(chances), len(chances) + len(part.branches)))
                chances.extend(float(share) for share, _ in part.branches)
                below = [b for _, b in part.branches]
            children[here] = [walk(b) for b in below]
            return here

        walk(self.root)
        nodes = len(children)
        children = [[c if c >= 0 else nodes - 1 - c for c in below] for below in children]
        actors = [move.actor for move in self.moves.values()]
        names = [f"player {i + 1}" for i in range(self.payoffs.shape[1])]
        tree, order = arrange(names, len(self.payoffs), children, set_of, rows, actors)
        return tree, order, np.array(chances)

    @property
    def tree(self) -> Tree:
        return self._arranged[0]

    def solve(self, lams: Sequence[float] | np.ndarray) -> Solution:
        """A draw for each precision; ``lams`` (D) per unit of payoff, or (I, D)."""
        lam = np.atleast_1d(np.asarray(lams, dtype=float))
        lam = np.broadcast_to(lam, (self.payoffs.shape[1], lam.shape[-1])).copy()
        ones = np.ones(lam.shape[1])
        return solve(self.tree, self.payoffs[:, :, None] * ones, self._arranged[2][:, None] * ones, lam)

    def choices(self, solution: Solution) -> dict[str, dict[str, np.ndarray]]:
        """(D,) probability of each option, by information set."""
        tree, order, _ = self._arranged
        names = list(self.moves)
        found = {}
        for place, held in enumerate(order):
            part = solution.choice[tree.set_action[place] : tree.set_action[place + 1]]
            found[names[held]] = dict(zip(self.moves[names[held]].options, part, strict=True))
        return {name: found[name] for name in names}

    def as_efg(self, lam: np.ndarray) -> str:
        """A Gambit game file, payoffs multiplied by each player's precision; options are named ``set.option``, by number."""
        number = {name: h for h, name in enumerate(self.moves)}
        chance_moves = itertools.count(1)
        outcomes = itertools.count(1)
        lines: list[str] = []

        def walk(part: Part) -> None:
            if isinstance(part, Move):
                h = number[part.name]
                labels = " ".join(f'"{h}.{k}"' for k in range(len(part.options)))
                lines.append(f'p "" {part.actor + 1} {h + 1} "" {{ {labels} }} 0')
                for below in part.options.values():
                    walk(below)
            elif isinstance(part, Chance):
                labels = " ".join(f'"{k}" {share}' for k, (share, _) in enumerate(part.branches))
                lines.append(f'c "" {next(chance_moves)} "" {{ {labels} }} 0')
                for _, below in part.branches:
                    walk(below)
            else:
                numbers = " ".join(f"{u * x:.15f}" for u, x in zip(part, lam, strict=True))
                lines.append(f't "" {next(outcomes)} "" {{ {numbers} }}')

        walk(self.root)
        players = " ".join(f'"{i + 1}"' for i in range(len(lam)))
        return "\n".join([f'EFG 2 R "game" {{ {players} }}', *lines]) + "\n"
