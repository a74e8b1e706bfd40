"""What is told about a table of trade: mistakes that stop it, and repairs made to it.

A mistake is a :class:`~detente.situation.messages.Problem` like those of situation files: where, what was found, what is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from detente.situation.messages import Problem

__all__ = ["Problem", "Repair", "TableError", "nearest"]


class TableError(ValueError):
    """A table of trade that cannot be used, or that does not hold what was asked of it; ``problems`` holds every mistake found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.line, p.column, p.where)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Repair:
    """Something done to a table so that it can be used: to ``rows`` rows, the first of them in ``line`` (0: no one line)."""

    line: int
    rows: int
    text: str

    def __str__(self) -> str:
        start = (
            f", from line {self.line:,}"
            if self.line and self.rows > 1
            else f", line {self.line:,}"
            if self.line
            else ""
        )
        return f"{self.text} ({self.rows:,} row{'s' if self.rows != 1 else ''}{start})"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The accepted word most like the one found, whatever its case; None where none is alike."""
    folded = {w.casefold(): w for w in words}
    found = get_close_matches(word.strip().casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
