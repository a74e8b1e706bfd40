"""Extensive games in Gambit's format (``.efg``).

A file lists the nodes in prefix order: a node, then all that is below its first action, and so on. Information sets and
outcomes have numbers and are described where they are first met; later the number is enough, and what is said again must
be the same. An outcome at an inner node adds its payoffs to all that end below it.

Information sets and chance distributions keep the order of their numbers, as far as :func:`~detente.game.arrange` lets
them, and terminals that of the file: a game that has been read is written and read again the same in every array. Names
of nodes and of chance's information sets are read over, for a game here has no place for them.

Gambit's manual, "The extensive game (.efg) file format".
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, count
from pathlib import Path

from detente.gambit import exact, files
from detente.gambit.efg_reader import Reader
from detente.gambit.tokens import Tokens, braced, quoted
from detente.game.extensive import ExtensiveGame


def read_efg(path: str | Path) -> ExtensiveGame:
    """The extensive game in one of Gambit's ``.efg`` files.

    Payoffs at inner nodes are added up along each path. Raises :class:`GameError` with the line and column of what is wrong.
    """
    return parse_efg(files.read(path), str(path))


def write_efg(game: ExtensiveGame, path: str | Path) -> Path:
    """Write an extensive game for Gambit (``.efg``), whole or not at all; returns the path.

    It reads back the same. Raises :class:`GameError` as :func:`efg_text`.
    """
    return files.write(path, efg_text(game))


def parse_efg(text: str, file: str = "<text>") -> ExtensiveGame:
    """The game in a text; ``file`` is what messages call it."""
    tokens = Tokens(text, file)
    title, players = tokens.prologue("EFG", "2")
    tokens.comment()
    reader = Reader(tokens, players)
    reader.read()
    return reader.game(title)


def efg_text(game: ExtensiveGame) -> str:
    """The game as the text of a file, one node a line.

    Numbers read back as the same floats, and chances sum to one exactly. Terminals with the same name and payoffs share
    an outcome; those without a name whose payoffs are zero have none. Raises :class:`GameError` for what a file cannot
    hold: payoffs that are not finite, chances that do not sum to one, a label that ends in a backslash.

    Gambit 17 reads all such files in which each actor's information sets have different names, or none.
    """
    tree = game.tree
    lines = [f"EFG 2 R {quoted(game.title)} {braced(game.actors)}", '""', ""]
    moves = _Moves(game)
    outcomes: dict[tuple[str, bytes], str] = {}
    numbers = count(1)
    stack = [0]
    while stack:
        node = stack.pop()
        if node < tree.nodes:
            lines.append(moves.line(node))
            stack += tree.edge_child[tree.edge_start[node] : tree.edge_start[node + 1]][::-1].tolist()
            continue
        name, payoffs = game.outcome_names[node - tree.nodes], game.payoffs[node - tree.nodes] + 0.0
        key = (name, payoffs.tobytes())
        if key not in outcomes:
            shown = f"{quoted(name)} {{ {', '.join(map(exact.plain, payoffs.tolist()))} }}"
            outcomes[key] = f"{next(numbers)} {shown}" if name or payoffs.any() else "0"
        lines.append(f't "" {outcomes[key]}')
    return "\n".join(lines) + "\n"


class _Moves:
    """The lines of nodes that are no terminals, in the order they are asked for.

    Nodes of one information set are alike. Each chance move has a number of its own, for Gambit holds chance to have
    forgotten what led to two nodes of one number; numbers rise with the rows, so that those keep their order.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game, tree = game, game.tree
        starts, rows = tree.edge_start.tolist(), tree.edge_row.tolist()
        self.rows = {n: tuple(rows[starts[n] : starts[n + 1]]) for n, h in enumerate(tree.node_set.tolist()) if h < 0}
        nodes = sorted(Counter(self.rows.values()).items())
        first = accumulate((n for _, n in nodes), initial=1)
        self.numbers = {row: count(start) for (row, _), start in zip(nodes, first, strict=False)}
        self.known: dict[int | tuple[int, ...], str] = {}

    def line(self, node: int) -> str:
        held = int(self.game.tree.node_set[node])
        key = held if held >= 0 else self.rows[node]
        if key not in self.known:
            self.known[key] = self.of_set(held) if held >= 0 else self.of_chance(self.rows[node])
        return self.known[key] if held >= 0 else f'c "" {next(self.numbers[self.rows[node]])} {self.known[key]}'

    def of_set(self, held: int) -> str:
        game = self.game
        labels = [game.action_names[a] for a in game.actions_of(held)]
        player = int(game.tree.set_actor[held]) + 1
        return f'p "" {player} {held + 1} {quoted(game.set_names[held])} {braced(labels)} 0'

    def of_chance(self, rows: tuple[int, ...]) -> str:
        shares = exact.shares([float(self.game.chances[row]) for row in rows])
        pairs = (f"{quoted(self.game.chance_names[row])} {share}" for row, share in zip(rows, shares, strict=True))
        return f'"" {{ {" ".join(pairs)} }} 0'
