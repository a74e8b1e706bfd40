"""Strategic games in Gambit's format (``.nfg``), in both its versions.

One version lists the payoffs of every cell of the table, the other numbers outcomes and lists the outcome of every cell;
in both the first player's strategy changes fastest. Names of outcomes are read over.

Gambit's manual, "The strategic game (.nfg) file format, payoff version" and "... outcome version".
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.gambit import exact, files
from detente.gambit.tokens import Tokens, braced, quoted
from detente.game.strategic import StrategicGame

MOST_PLAYERS = 60
MOST_PAYOFFS = 50_000_000
"""Cells of the table times players."""

Floats = NDArray[np.float64]


def read_nfg(path: str | Path) -> StrategicGame:
    """The strategic game in one of Gambit's ``.nfg`` files, of either version.

    Raises :class:`GameError` with the line and column of what is wrong.
    """
    return parse_nfg(files.read(path), str(path))


def write_nfg(game: StrategicGame, path: str | Path) -> Path:
    """Write a strategic game for Gambit (``.nfg``), whole or not at all; returns the path.

    It reads back the same. Raises :class:`GameError` as :func:`nfg_text`.
    """
    return files.write(path, nfg_text(game))


def parse_nfg(text: str, file: str = "<text>") -> StrategicGame:
    """The game in a text; ``file`` is what messages call it."""
    tokens = Tokens(text, file)
    title, players = tokens.prologue("NFG", "1")
    if not 0 < len(players) <= MOST_PLAYERS:
        tokens.fail(f"{len(players)} players", f"1 to {MOST_PLAYERS}")
    at, strategies = tokens.at, _strategies(tokens, players)
    shape = tuple(map(len, strategies))
    cells = math.prod(shape)
    if cells * len(players) > MOST_PAYOFFS:
        tokens.fail(f"{cells:,} combinations of strategies", f"a table of at most {MOST_PAYOFFS:,} payoffs", at)
    tokens.comment()
    table = _outcomes(tokens, players, cells) if tokens.here == "{" else _payoffs(tokens, players, cells)
    if tokens.here:
        tokens.refuse(f"the end of the file, for the table has {cells:,} cells")
    payoffs = table.T.reshape(len(players), *shape[::-1]).transpose(0, *range(len(players), 0, -1))
    names = tuple(tuple(map(str, own)) for own in strategies)
    return StrategicGame(title, tuple(players), names, np.ascontiguousarray(payoffs))


# --------------------------------------------------------------------------- reading


def _strategies(tokens: Tokens, players: list[str]) -> list[list[str] | range]:
    """Each player's strategies, by name or by number."""
    tokens.keyword("{")
    found: list[list[str] | range] = []
    for player in range(1, len(players) + 1):
        if tokens.here == "{":
            found.append(tokens.labels(f"a strategy of player {player}", 1))
        else:
            number = tokens.integer(f"the strategies of player {player} between braces, or how many", 1, MOST_PAYOFFS)
            found.append(range(1, number + 1))
    if tokens.here != "}":
        tokens.refuse(f"}} after the strategies of {len(players)} players")
    tokens.next()
    return found


def _payoffs(tokens: Tokens, players: list[str], cells: int) -> Floats:
    """(cells, I) payoffs, in the order of the file."""
    found: list[float] = []
    for cell in range(1, cells + 1):
        for player in range(1, len(players) + 1):
            found.append(float(tokens.number(f"a payoff (player {player}, cell {cell:,} of {cells:,})")))
            tokens.comma()
    return np.array(found).reshape(cells, len(players))


def _outcomes(tokens: Tokens, players: list[str], cells: int) -> Floats:
    """(cells, I) payoffs, by way of the outcomes."""

    def outcome() -> tuple[Fraction, ...]:
        tokens.keyword("{")
        tokens.label("the outcome's name, which may be empty")
        return tokens.payoffs(players)

    table = np.array([(0,) * len(players), *tokens.many(outcome)], dtype=np.float64)
    which: list[int] = []
    for cell in range(1, cells + 1):
        which.append(tokens.integer(f"the number of an outcome (cell {cell:,} of {cells:,})", 0, len(table) - 1))
        tokens.comma()
    return np.asarray(table[which])


# --------------------------------------------------------------------------- writing


def nfg_text(game: StrategicGame) -> str:
    """The game as the text of a file.

    The payoff version, if strategies are called 1, 2, ... and need no names; otherwise the outcome version, which has them.
    Raises :class:`GameError` for payoffs that are not finite and for a label that ends in a backslash.
    """
    header = f"NFG 1 R {quoted(game.title)} {braced(game.actors)}"
    cells = game.payoffs.transpose(0, *range(len(game.actors), 0, -1)).reshape(len(game.actors), -1).T + 0.0
    if all(names == tuple(map(str, range(1, len(names) + 1))) for names in game.strategy_names):
        rows = [" ".join(map(exact.plain, cell)) for cell in cells.tolist()]
        return "\n".join([header, f"{{ {' '.join(map(str, game.strategies))} }}", '""', "", *rows]) + "\n"
    numbers, outcomes, which = count(1), {(0.0,) * len(game.actors): 0}, []
    for cell in map(tuple, cells.tolist()):
        if cell not in outcomes:
            outcomes[cell] = next(numbers)
        which.append(str(outcomes[cell]))
    shown = [f'{{ "" {", ".join(map(exact.plain, cell))} }}' for cell, number in outcomes.items() if number]
    strategies = map(braced, game.strategy_names)
    return "\n".join([header, "{", *strategies, "}", '""', "{", *shown, "}", " ".join(which)]) + "\n"
