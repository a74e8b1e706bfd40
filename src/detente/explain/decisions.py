"""The decisions of two worlds, information set by information set: who moves there, what it knows and believes, and what it is after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.explain.differences import Difference, compare
from detente.explain.histories import Histories, Masses
from detente.forecast.functionals import sum_by_group
from detente.game import Game
from detente.game.labels import some_end
from detente.situation.expression import Numbering, names
from detente.situation.model import Formula, Situation, Step

Floats = NDArray[np.float64]

Name = tuple[str, str, tuple[tuple[str, str], ...]]
"""A step, whose decision it is, and the private facts known there with their states."""

TOLD = 0.005
"""A belief that moves by less would be printed as having stayed."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What a mover thinks of a private fact or of a step that it has not seen: ``state`` is what it holds likelier now."""

    about: str
    state: str
    figure: Difference


@dataclass(frozen=True, slots=True)
class Aim:
    """Something otherwise in an actor's own aims: an interest (``interest`` is empty for its precision).

    ``quantities`` are the numbers in it that differ, with their means before and after; none where its formula is another one.
    """

    interest: str
    quantities: tuple[tuple[str, float, float], ...]


class Places:
    """Every place at which something is decided: one a pair of information sets at a point of the process, and one a chance step.

    They are numbered; ``start[k]`` is the first at point k.
    """

    def __init__(self, games: tuple[Game, Game], histories: Histories) -> None:
        self.games, self.histories = games, histories
        sets = [_sets(game, histories, world) for world, game in enumerate(games)]
        self.set_of: list[tuple[NDArray[np.int64], ...]] = list(zip(*sets, strict=True))
        self.number: list[NDArray[np.int32]] = []
        self.start = [0]
        self.pair: list[tuple[int, int]] = []
        for first, second in self.set_of:
            pairs, inverse = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
            self.number.append((inverse.ravel() + self.start[-1]).astype(np.int32))
            self.pair += [(int(a), int(b)) for a, b in pairs.T]
            self.start.append(len(self.pair))

    def gathered(self, apart: Sequence[Floats]) -> Floats:
        """(places, D) what :func:`~detente.explain.histories.taken_apart` found, by place."""
        return np.concatenate([
            sum_by_group(np.ascontiguousarray(each), number - np.int32(first), stop - first)
            for each, number, first, stop in zip(apart, self.number, self.start[:-1], self.start[1:], strict=True)
        ])  # fmt: skip

    def point(self, place: int) -> int:
        """The point of the process it is at."""
        return int(np.searchsorted(self.start, place, side="right")) - 1

    def step(self, k: int) -> Name:
        """The step at point k, whoever moves; nothing of what is known."""
        name = self.histories.points[k].name
        steps = (s for g in self.games[::-1] for s in g.situation.steps if isinstance(s, Step))
        return name, next((s.actor or "" for s in steps if s.name == name), ""), ()

    def named(self, place: int) -> Name:
        """Its step, whose decision it is (empty: chance), and what private facts are known there."""
        k = self.point(place)
        name, actor, _ = self.step(k)
        if not actor:
            return name, "", ()
        facts = self.games[1].situation.facts
        known = [
            (fact.name, fact.options[shared[0]])
            for j, fact in enumerate(self.histories.points[:k])
            if fact.name in facts and len(facts[fact.name].states) > 1
            and len(shared := np.unique(self._codes(k, self.number[k] == place)[j])) == 1 and shared[0] >= 0
        ]  # fmt: skip
        return name, actor, tuple(known)

    def _codes(self, k: int, classes: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(k, classes) what has happened before point k."""
        return self.histories.codes[:k, self.histories.example(k)[classes]]

    def on(self, histories: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(places,) whether any of these whole histories passes there, where there is something to decide."""
        found = np.zeros(len(self.pair), dtype=np.bool_)
        for number, label in zip(self.number, self.histories.label, strict=False):
            found[number[label[histories]]] = True
        return found

    def taken(self, place: int, histories: NDArray[np.bool_]) -> int:
        """The option taken there by the first of these whole histories that passes there."""
        k = self.point(place)
        passing = histories & (self.number[k][self.histories.label[k]] == place)
        return int(self.histories.codes[k, int(np.argmax(passing))])

    def offered(self, world: int, place: int, code: int) -> bool:
        """Whether a world has the option there, however unlikely it is to be taken."""
        k, h = self.point(place), self.histories
        leaves = h.leaf[world]
        return bool(((self.number[k][h.label[k][leaves]] == place) & (h.codes[k, leaves] == code)).any())

    def chance(self, masses: Masses, world: int, place: int, code: int) -> Floats:
        """(D,) probability of an option there; NaN where it does not come to that."""
        k, h = self.point(place), self.histories
        there = self.number[k] == place
        parent, codes = h.parent(k), h.codes[k, h.example(k + 1)]
        mass = masses.at[world]
        with np.errstate(divide="ignore", invalid="ignore"):
            share: Floats = mass[k + 1][there[parent] & (codes == code)].sum(axis=0) / mass[k][there].sum(axis=0)
        return share

    def belief(self, masses: Masses, place: int, weight: tuple[Floats, Floats]) -> Belief | None:
        """What the mover thinks otherwise there, most of all; None where nothing clearly moves or the move is open in one world alone."""
        k, pair = self.point(place), self.pair[place]
        if -1 in pair:
            return None
        sets = [self.set_of[k][world] == pair[world] for world in (0, 1)]
        found = []
        for j, point in enumerate(self.histories.points[:k]):
            held = [_shares(masses.at[w][k][sets[w]], self._codes(k, sets[w])[j], len(point.options)) for w in (0, 1)]
            for state, (before, after) in enumerate(zip(*held, strict=True)):
                figure = compare(before, after, *weight, reach=1.0)
                if figure.clear and figure.difference >= TOLD:
                    found.append(Belief(point.name, point.options[state], figure))
        return max(found, key=lambda b: b.figure.difference, default=None)


def _shares(mass: Floats, codes: NDArray[np.int64], states: int) -> Floats:
    """(states, D) probability of each state, given the mass (classes, D) of classes with these states."""
    sums = np.stack([mass[codes == state].sum(axis=0) for state in range(states)])
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Floats = sums / mass.sum(axis=0)
    return shares


def _sets(game: Game, histories: Histories, world: int) -> list[NDArray[np.int64]]:
    """For each point the information set of each class before it; -1 where nobody has a choice."""
    found = [np.full(len(first), -1, dtype=np.int64) for first in histories.first]
    where = {point.name: k for k, point in enumerate(histories.points)}
    ends = some_end(game.tree)
    for held, step in enumerate(game.set_step):
        nodes = game.tree.set_nodes[game.tree.set_start[held] : game.tree.set_start[held + 1]]
        k = where[step]
        found[k][histories.label[k][histories.leaf[world][ends[nodes]]]] = held
    return found


# --------------------------------------------------------------------------- what a mover is after


def aims_moved(
    games: tuple[Game, Game], values: tuple[Mapping[str, Floats], Mapping[str, Floats]], actor: str, weight: Floats
) -> tuple[Aim, ...]:
    """What is otherwise in an actor's interests and its precision; ``weight`` (D,) is what the draws count for."""
    before, after = (game.situation for game in games)
    if actor not in before.actors or actor not in after.actors:
        return ()
    otherwise = {
        name for name in values[1] if name not in values[0] or not np.array_equal(values[0][name], values[1][name])
    }
    number, found = Numbering(), []
    old = {interest.name: interest for interest in before.payoffs.get(actor, ())}
    for interest in after.payoffs.get(actor, ()):
        used = set(_roots(after, names(interest.value).quantities)) & otherwise
        same = interest.name in old and number(old[interest.name].value) == number(interest.value)
        if used or not same:
            found.append(Aim(interest.name, tuple(_means(values, sorted(used), weight))))
    found += [Aim(name, ()) for name in old if name not in {i.name for i in after.payoffs.get(actor, ())}]
    precision = set(_roots(after, [after.actors[actor].precision])) & otherwise
    if precision:
        found.append(Aim("", tuple(_means(values, sorted(precision), weight))))
    return tuple(found)


def _roots(situation: Situation, used: Sequence[str] | frozenset[str]) -> Iterator[str]:
    """The quantities that these are computed from in the end."""
    for name in used:
        specification = situation.quantities[name].specification
        if isinstance(specification, Formula):
            yield from _roots(situation, names(specification.expression).quantities)
        else:
            yield name


def _means(
    values: tuple[Mapping[str, Floats], Mapping[str, Floats]], quantities: Sequence[str], weight: Floats
) -> Iterator[tuple[str, float, float]]:
    for name in quantities:
        if name in values[0]:
            yield name, float(weight @ values[0][name]), float(weight @ values[1][name])
