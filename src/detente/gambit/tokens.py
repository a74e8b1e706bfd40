"""The words, numbers and labels of a game file, one after the other, each with its place.

Whitespace means nothing but between quotes. In a label a backslash stands for itself unless a quote follows, which it
then makes part of the label; so Gambit has it, and so no label can end in a backslash. Tokens are taken from the text as they are
asked for: a file that is no game is refused at its first word, however long it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NoReturn, TypeVar

from detente.gambit.exact import number
from detente.game.extensive import GameError
from detente.situation.messages import clipped

T = TypeVar("T")

_TOKEN = re.compile(r'\s*+(?P<token>"(?P<inner>.*?)(?<!\\)"|[{},"]|[^\s{}",]++|\Z)', re.DOTALL)
LONGEST = 400
"""Characters of a number."""


class Tokens:
    """A file being read: ``here`` is the next token, '' at the end; a label comes with its quotes."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text.removeprefix("\ufeff")
        self.file = file
        self.at = self.stop = 0
        self.here = ""
        self.inner: str | None = None
        self.next()

    def next(self) -> str:
        """Take the next token, and return it."""
        taken = self.here
        match = _TOKEN.match(self.text, self.stop)
        assert match is not None
        self.at, self.stop = match.span("token")
        self.here, self.inner = match["token"], match["inner"]
        if self.here == '"':
            self.fail("a label without its closing quote", 'a " after it (\\" is a quote within a label)')
        return taken

    # ------------------------------------------------------------------ what is accepted here

    def keyword(self, *accepted: str) -> str:
        """One of these words."""
        if self.here not in accepted:
            self.refuse(" or ".join(accepted))
        return self.next()

    def label(self, what: str) -> str:
        """A text between quotes."""
        if self.inner is None:
            self.refuse(f"{what}, between quotes")
        found = self.inner.replace('\\"', '"')
        self.next()
        return found

    def integer(self, what: str, least: int | None = None, most: int | None = None) -> int:
        """A whole number within these bounds."""
        found = int(self.here) if re.fullmatch(r"[+-]?[0-9]{1,18}", self.here) else None
        if found is None or (least is not None and found < least) or (most is not None and found > most):
            bounds = "" if least is None else f" of {least} or more" if most is None else f" from {least} to {most}"
            self.refuse(f"{what}, a whole number{bounds}")
        self.next()
        return found

    def number(self, what: str) -> Fraction:
        """An integer, decimal or fraction, exactly; it has a nearest float."""
        found = number(self.here) if len(self.here) <= LONGEST else None
        if found is None:
            self.refuse(f"{what}, as in -2, 0.5, 1/3 or 1e-3 (1e308 at most)")
        self.next()
        return found

    def many(self, item: Callable[[], T], least: int = 0) -> list[T]:
        """Items between braces, with or without commas after them."""
        self.keyword("{")
        found: list[T] = []
        while self.here != "}" or len(found) < least:
            found.append(item())
            self.comma()
        self.next()
        return found

    def comma(self) -> None:
        """A comma, or none."""
        if self.here == ",":
            self.next()

    def labels(self, what: str, least: int = 0) -> list[str]:
        """Labels between braces."""
        return self.many(lambda: self.label(what), least)

    def payoffs(self, players: Sequence[str]) -> tuple[Fraction, ...]:
        """A payoff for each player, up to the closing brace."""
        found = []
        for player in range(1, len(players) + 1):
            found.append(self.number(f"the payoff of player {player} (of {len(players)})"))
            self.comma()
        if self.here != "}":
            self.refuse(f"}} after the payoffs of {len(players)} players")
        self.next()
        return tuple(found)

    def prologue(self, kind: str, version: str) -> tuple[str, list[str]]:
        """What both formats begin with: the title and the players."""
        self.keyword(kind)
        self.keyword(version)
        self.keyword("R", "D")
        return self.label("the title"), self.labels("a player's name")

    def comment(self) -> None:
        """The optional text at the end of a header."""
        if self.inner is not None:
            self.next()

    # ------------------------------------------------------------------ what is not

    def refuse(self, accepted: str) -> NoReturn:
        """The next token is not what may stand here."""
        self.fail(f"`{clipped(self.here[:200], 40)}`" if self.here else "the end of the file", accepted)

    def fail(self, found: str, accepted: str, at: int | None = None) -> NoReturn:
        """Raise :class:`GameError` for the next token, or for the one that began at ``at``."""
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        raise GameError(f"{self.file}:{line}:{column}: found {found}; accepted: {accepted}")


def quoted(label: str) -> str:
    """A label as a file has it. Raises :class:`GameError` for one that ends in a backslash."""
    if label.endswith("\\"):
        raise GameError(
            f"found the label `{clipped(label)}`; accepted: in Gambit's files, one that ends in no backslash"
        )
    return '"' + label.replace('"', '\\"') + '"'


def braced(labels: Sequence[str]) -> str:
    """Labels in a row, between braces."""
    return f"{{ {' '.join(map(quoted, labels))} }}" if labels else "{ }"
