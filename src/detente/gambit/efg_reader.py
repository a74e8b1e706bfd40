"""Reading an extensive game in Gambit's format, node by node."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.gambit import exact
from detente.gambit.tokens import Tokens
from detente.game.arrange import arrange
from detente.game.extensive import ExtensiveGame
from detente.situation.messages import clipped

MOST_NODES = 3_000_000
"""Nodes and terminals of a game that is read."""
MOST_PAYOFFS = 50_000_000
"""Terminals times players."""

Exact = tuple[Fraction, ...]


class _Set(NamedTuple):
    """An information set; or a distribution of chance, which has ``chances``."""

    name: str
    labels: list[str]
    chances: Exact


class _Outcome(NamedTuple):
    name: str
    payoffs: Exact


class _Open(NamedTuple):
    """A node not all of whose branches have been read, and the payoffs on the way there (empty: none)."""

    children: list[int]
    branches: int
    payoffs: Exact


class Reader:
    """The game as far as it has been read.

    Sets are keyed by their number and player, from 1; player 0 is chance. A terminal t is the child ``~t``.
    """

    def __init__(self, tokens: Tokens, players: list[str]) -> None:
        self.tokens = tokens
        self.players = players
        self.sets: dict[tuple[int, int], _Set] = {}
        self.outcomes: dict[int, _Outcome] = {}
        self.held: list[tuple[int, int]] = []
        self.children: list[list[int]] = []
        self.ends: list[_Outcome] = []

    def read(self) -> None:
        """Every node. The nodes above the next one are on a stack, so a deep game is no different from a flat one."""
        tokens, way = self.tokens, [_Open([], 1, ())]
        while way:
            above = way[-1]
            if len(above.children) == above.branches:
                way.pop()
                continue
            if len(self.children) + len(self.ends) >= MOST_NODES:
                tokens.fail("one more node", f"at most {MOST_NODES:,} of them")
            if tokens.here not in {"c", "p", "t"}:
                missing = sum(each.branches - len(each.children) for each in way)
                tokens.refuse(f"c, p or t, which begins a node; {missing} more at least")
            at, kind = tokens.at, tokens.next()
            tokens.label("the node's name, which may be empty")
            if kind == "t":
                above.children.append(~len(self.ends))
                self.ends.append(self.sum(above.payoffs, self.outcome(), at))
                continue
            above.children.append(len(self.children))
            branches = len(self.set(kind).labels)
            way.append(_Open([], branches, self.sum(above.payoffs, self.outcome(), at).payoffs))
            self.children.append(way[-1].children)
        if tokens.here:
            tokens.refuse("the end of the file, for every action has its node")
        if not self.children:
            tokens.fail("a game that ends where it begins", "a game with a move")
        if len(self.ends) * len(self.players) > MOST_PAYOFFS:
            tokens.fail(f"{len(self.ends):,} terminals of {len(self.players):,} players", f"{MOST_PAYOFFS:,} payoffs")

    # ------------------------------------------------------------------ information sets

    def set(self, kind: str) -> _Set:
        """The information set of the next node, which is new, known, or described again."""
        tokens = self.tokens
        player = 0
        if kind == "p":
            player = tokens.integer("the number of the player that moves", 1, len(self.players))
        at, number = tokens.at, tokens.integer("the number of the information set")
        key, what = (number, player), f"information set {number} of {f'player {player}' if player else 'chance'}"
        known = self.sets.get(key)
        self.held.append(key)
        if tokens.inner is None:
            if known is None:
                tokens.fail(
                    f"{what}, not described before", "its name and actions after the number, at its first node", at
                )
            return known
        again = self.description(what, bool(player))
        if known is None:
            self.sets[key] = known = again
        elif again != known:
            tokens.fail(
                f"{what}, described otherwise before, as {_short(known)}",
                "the same name, actions and chances at all its nodes, or the number only", at,
            )  # fmt: skip
        return known

    def description(self, what: str, personal: bool) -> _Set:
        tokens = self.tokens
        name, at = tokens.label("its name"), tokens.at
        if personal:
            return _Set(name, tokens.labels(f"an action of {what}", 1), ())
        pairs = tokens.many(lambda: (tokens.label(f"an action of {what}"), tokens.number("its probability")), 1)
        chances = tuple(chance for _, chance in pairs)
        if min(chances) < 0 or not exact.sum_to_one(chances):
            found = ", ".join(map(str, chances[:10])) + (" ..." if len(chances) > 10 else "")
            tokens.fail(
                f"the probabilities {clipped(found)}", "none below 0, and a sum of exactly 1 (1/3, not 0.333)", at
            )
        return _Set(name, [label for label, _ in pairs], chances)

    # ------------------------------------------------------------------ outcomes

    def outcome(self) -> _Outcome:
        """The outcome of the next node; 0 is none."""
        tokens = self.tokens
        at, number = tokens.at, tokens.integer("the number of the outcome, or 0 for none")
        known = self.outcomes.get(number)
        if number == 0:
            if tokens.inner is not None:
                tokens.refuse("nothing about the outcome 0, which is none")
            return _Outcome("", ())
        if tokens.inner is None:
            if known is None:
                tokens.fail(
                    f"outcome {number}, not described before",
                    "its name and payoffs after the number, at its first node",
                    at,
                )
            return known
        name = tokens.label("its name")
        tokens.keyword("{")
        again = _Outcome(name, tokens.payoffs(self.players))
        if known is None:
            self.outcomes[number] = known = again
        elif again != known:
            tokens.fail(
                f"outcome {number}, described otherwise before, as {_short(known)}",
                "the same name and payoffs at all its nodes, or the number only", at,
            )  # fmt: skip
        return known

    def sum(self, above: Exact, outcome: _Outcome, at: int) -> _Outcome:
        """The outcome with the payoffs on the way to it."""
        if not above:
            return outcome
        if not outcome.payoffs:
            return _Outcome(outcome.name, above)
        payoffs = exact.add(above, outcome.payoffs)
        if any(map(exact.too_large, payoffs)):
            self.tokens.fail("payoffs that add up to more than a number can hold here", "smaller ones", at)
        return _Outcome(outcome.name, payoffs)

    # ------------------------------------------------------------------ the game

    def game(self, title: str) -> ExtensiveGame:
        """What has been read, as arrays. Chance moves with the same actions and chances share rows."""
        personal = sorted(key for key in self.sets if key[1])
        place = {key: k for k, key in enumerate(personal)}
        chances: list[float] = []
        labels: list[str] = []
        row: dict[tuple[int, int], range] = {}
        shared: dict[tuple[tuple[str, ...], Exact], range] = {}
        for key in sorted(key for key in self.sets if not key[1]):
            known = self.sets[key]
            alike = (tuple(known.labels), known.chances)
            if alike not in shared:
                shared[alike] = range(len(labels), len(labels) + len(known.labels))
                labels += known.labels
                chances += map(float, known.chances)
            row[key] = shared[alike]
        nodes = len(self.children)
        tree, order = arrange(
            self.players,
            len(self.ends),
            [[child if child >= 0 else nodes + ~child for child in below] for below in self.children],
            [place.get(key, -1) for key in self.held],
            [row.get(key, ()) for key in self.held],
            [player - 1 for _, player in personal],
        )
        ordered = [self.sets[personal[k]] for k in order]
        return ExtensiveGame(
            title=title,
            tree=tree,
            payoffs=self.payoffs(),
            chances=np.array(chances, dtype=np.float64),
            set_names=tuple(known.name for known in ordered),
            action_names=tuple(label for known in ordered for label in known.labels),
            chance_names=tuple(labels),
            outcome_names=tuple(end.name for end in self.ends),
        )

    def payoffs(self) -> NDArray[np.float64]:
        """(T, I); an outcome is turned into floats once, wherever it stands."""
        floats: dict[int, list[float]] = {}
        table = np.zeros((len(self.ends), len(self.players)))
        for terminal, end in enumerate(self.ends):
            if end.payoffs:
                if id(end.payoffs) not in floats:
                    floats[id(end.payoffs)] = [float(payoff) for payoff in end.payoffs]
                table[terminal] = floats[id(end.payoffs)]
        return table


def _short(known: _Set | _Outcome) -> str:
    """A description in a few words."""
    if isinstance(known, _Outcome):
        return f"`{clipped(known.name, 30)}` with {clipped(', '.join(map(str, known.payoffs[:9])), 40)}"
    return f"`{clipped(known.name, 30)}` with {len(known.labels)} actions: {clipped(', '.join(known.labels[:9]), 40)}"
