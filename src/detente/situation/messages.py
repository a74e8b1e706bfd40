"""What is told to an analyst whose file has a mistake: where, what was found, what is accepted.

Every refusal of a situation, here and further down (a game that cannot be unrolled), is a
:class:`SituationError` that holds one :class:`Problem` a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.situation.model import Situation

LISTED = 20
"""Most names put in a list of what is accepted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``line`` and ``column`` count from 1; line 0 means the file as a whole.

    ``where`` is the dotted place in the file (``steps.leak.chances``), ``found`` and ``accepted`` say what stands
    there and what may, ``nearest`` is the valid name most like the one found.
    """

    file: str
    line: int
    column: int
    where: str
    found: str
    accepted: str
    nearest: str | None = None

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        place = f"{at}: {self.where}" if self.where else at
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return " ".join(f"{place}: {self.found}; accepted: {self.accepted}{hint}".splitlines())


class SituationError(ValueError):
    """A situation that cannot be used; ``problems`` holds every mistake found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.line, p.column, p.where)))
        super().__init__("\n".join(map(str, self.problems)))


def problem_at(
    situation: Situation, where: Sequence[str], found: str, accepted: str, nearest: str | None = None
) -> Problem:
    """A problem at a place of a loaded situation, such as ``("steps", "leak", "chances", "yes")``."""
    file, line, column = situation.place(where)
    return Problem(file, line, column, ".".join(where), found, accepted, nearest)


def listing(names: Iterable[object]) -> str:
    """Names in a row, cut short where there are many."""
    shown = [f"{name}" for name in names]
    return ", ".join(shown[:LISTED]) + (" ..." if len(shown) > LISTED else "")


def clipped(text: str, width: int = 60) -> str:
    """Text on one line, cut to ``width`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."


def described(value: object) -> str:
    """What a value of a file is, in words."""
    match value:
        case None:
            return "nothing (an empty place, or `null`)"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {value!r}"
        case date():
            return f"the date {value.isoformat()}"
        case str():
            return f"the text `{clipped(value)}`" if value.strip() else "an empty text"
        case dict():
            return f"a mapping with {listing(f'`{key}`' for key in value)}" if value else "an empty mapping"
        case _:
            return "a list" if value else "an empty list"
