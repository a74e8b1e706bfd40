"""The ways through a process in two worlds side by side, and what each decision on them makes of a difference.

A *history* is what has happened so far: the states of the private facts, then the options of the steps, in the order of the process. The
histories of both worlds are matched by their names, so that an option taken away, or a step that is no longer seen, leaves
everything else comparable. They form a tree; at point ``k`` of the process each history of class ``c`` goes on to its children.

The difference in an answer is taken apart along it. With ``r`` the probabilities of paths, ``w`` and ``o`` what each counts for the answer and for its
condition, an answer is ``a = w.r / o.r`` and

    ``a1 - a0 = sum over paths of (w - a0 o)(r1 - r0) / o.r1``,

in which ``r1 - r0`` of a path is the sum over its steps of (chance of coming there in one world) times (change of the step's
own chance) times (chance of the rest in the other). What falls on one step is so its own change, weighed by what hangs on it: the performance-difference lemma of
Kakade & Langford (2002, Lemma 6.1), here for a ratio. Either world can come first; the mean of both is taken, so that to change the worlds round changes the sign
and nothing else. The sum over all steps is the difference, whatever the order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game import Game
from detente.situation.model import Situation, Step

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Point:
    """A private fact or a step; ``options`` are its states or options in either world, by name."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Histories:
    """Histories of two worlds, L whole ones among them.

    ``leaf``: the whole history of each world's paths, one array a world. ``codes`` (K, L): the option of each point, -1 where it does not take
    place. ``label[k]`` (L,): the class of each whole history before point k (``label[K]``: itself); ``first[k]``: the first child, at k + 1, of
    each class at k.
    """

    points: tuple[Point, ...]
    leaf: tuple[Indices, Indices]
    codes: NDArray[np.int64]
    label: tuple[Indices, ...]
    first: tuple[Indices, ...]

    @classmethod
    def of(cls, before: Game, after: Game) -> Histories:
        """Match the paths of two games."""
        points = _points(before.situation, after.situation)
        both = [_codes(game, points) for game in (before, after)]
        codes = np.concatenate(both, axis=1)
        label = [np.zeros(codes.shape[1], dtype=np.intp)]
        for point, row in zip(points, codes, strict=True):
            joined = label[-1] * (len(point.options) + 1) + row + 1
            label.append(np.unique(joined, return_inverse=True)[1].astype(np.intp))
        _, some = np.unique(label[-1], return_index=True)
        paths = both[0].shape[1]
        whole = tuple(each[some] for each in label)
        first = tuple(
            np.unique(whole[k][np.unique(whole[k + 1], return_index=True)[1]], return_index=True)[1].astype(np.intp)
            for k in range(len(points))
        )
        return cls(points, (label[-1][:paths], label[-1][paths:]), codes[:, some], whole, first)

    @property
    def count(self) -> int:
        """Whole histories, L."""
        return int(self.codes.shape[1])

    def spread(self, world: int, paths: NDArray[np.generic], empty: float = 0.0) -> Floats:
        """(L, ...) figures of the paths of a world; ``empty`` for histories that it does not have."""
        out = np.full((self.count, *paths.shape[1:]), empty)
        out[self.leaf[world]] = paths
        return out

    def up(self, values: Floats, k: int) -> Floats:
        """Sums over the classes before point ``k`` of what stands at the classes after it."""
        sums: Floats = np.add.reduceat(values, self.first[k], axis=0)
        return sums

    def parent(self, k: int) -> Indices:
        """The class before point ``k`` of each class after it."""
        sizes = np.diff(np.append(self.first[k], int(self.label[k + 1].max()) + 1))
        return np.repeat(np.arange(len(self.first[k])), sizes)

    def example(self, k: int) -> Indices:
        """One whole history of each class before point ``k``."""
        return np.unique(self.label[k], return_index=True)[1].astype(np.intp)


def _points(before: Situation, after: Situation) -> tuple[Point, ...]:
    """Facts, then steps, those of the changed situation after their predecessors there."""
    order: list[str] = []
    options: dict[str, list[str]] = {}
    for situation in (before, after):
        last = 0
        for name, names in _named(situation).items():
            if name in options:
                last = order.index(name) + 1
            else:
                order.insert(last if situation is after else len(order), name)
                last += 1
            options.setdefault(name, []).extend(n for n in names if n not in options.get(name, ()))
    return tuple(Point(name, tuple(options[name])) for name in order)


def _named(situation: Situation) -> Mapping[str, Sequence[str]]:
    facts: dict[str, Sequence[str]] = {fact.name: fact.states for fact in situation.facts.values()}
    steps = {s.name: [o.name for o in s.options] for s in situation.steps if isinstance(s, Step)}
    return {**facts, **steps}


def _codes(game: Game, points: Sequence[Point]) -> NDArray[np.int64]:
    """(K, T) option of each point on each path, numbered as in ``points``."""
    named = _named(game.situation)
    out = np.full((len(points), game.paths.count), -1, dtype=np.int64)
    for row, point in zip(out, points, strict=True):
        if point.name in named:
            codes = (game.paths.facts if point.name in game.paths.facts else game.paths.steps)[point.name]
            number = np.array([point.options.index(name) for name in named[point.name]] + [-1])
            row[:] = number[codes]
    return out


# --------------------------------------------------------------------------- the difference taken apart


@dataclass(frozen=True)
class Masses:
    """Probabilities of all classes in both worlds: ``at[world][k]`` (classes before k, D)."""

    histories: Histories
    at: tuple[tuple[Floats, ...], tuple[Floats, ...]]

    @classmethod
    def of(cls, histories: Histories, before: Floats, after: Floats) -> Masses:
        """``before`` and ``after`` (L, D): probability of each whole history."""
        return cls(histories, (_levels(histories, before), _levels(histories, after)))

    def whole(self, world: int) -> Floats:
        """(L, D)."""
        return self.at[world][-1]


def _levels(histories: Histories, whole: Floats) -> tuple[Floats, ...]:
    found = [whole]
    for k in range(len(histories.points) - 1, -1, -1):
        found.append(histories.up(found[-1], k) if len(histories.first[k]) < len(found[-1]) else found[-1])
    return tuple(found[::-1])


def taken_apart(masses: Masses, weight: Floats, whole: Floats) -> tuple[Floats, ...]:
    """What the chances at each class before each point contribute to ``a1 - a0``: one (classes, D) array a point.

    ``weight`` and ``whole`` (L,): what each whole history counts for the answer, and for its condition. Over all arrays the sum is ``a1 - a0`` in each draw; a class whose
    chances are the same in both worlds contributes nought.
    """
    forward = _one_way(masses, 0, 1, weight, whole)
    backward = _one_way(masses, 1, 0, weight, whole)
    return tuple((f - b) / 2 for f, b in zip(forward, backward, strict=True))


def _one_way(masses: Masses, here: int, there: int, weight: Floats, whole: Floats) -> list[Floats]:
    """From the world ``here`` to ``there``: what leads to a class is as it is there, what follows as it is here."""
    histories = masses.histories
    own, other = (masses.whole(world) for world in (here, there))
    with np.errstate(divide="ignore", invalid="ignore"):
        answer = (weight @ own) / (whole @ own)
        worth = (weight[:, None] - answer * whole[:, None]) / (whole @ other)
    sums = _levels(histories, worth * own), _levels(histories, worth * other)
    found = []
    for k in range(len(histories.points)):
        if len(histories.first[k]) == len(masses.at[here][k + 1]):
            found.append(np.zeros_like(masses.at[here][k]))
            continue
        parent = histories.parent(k)
        m, n = masses.at[here][k + 1], masses.at[there][k + 1]
        above, below = masses.at[here][k][parent], masses.at[there][k][parent]
        with np.errstate(divide="ignore", invalid="ignore"):
            # A class that one world never comes to is followed as in the other, and what does not differ contributes nought.
            ahead = np.where(m > 0, sums[0][k + 1] / m, np.where(n > 0, sums[1][k + 1] / n, 0.0))
            gained = np.where(above > 0, n - below * m / above, 0.0)
        found.append(histories.up(gained * ahead, k))
    return found
