"""A file on its way to a situation: its models, the tree behind them, and every mistake found so far.

One mistake gets one message: what a faulty declaration would have named is kept as *lost*, and whatever
uses a lost name is passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from detente.situation import tree
from detente.situation.expression import Expression, ExpressionError, Kind, Scope, names, nearest, parse
from detente.situation.forms import Entry
from detente.situation.messages import Problem, SituationError, listing
from detente.situation.model import Provenance, Source
from detente.situation.schema import SituationFile
from detente.situation.tree import Node, Path

LOST = "\0lost"
"""Reason that a lost name is forbidden; a mistake with this reason is not reported."""


MAX_PROBLEMS = 100
"""After so many mistakes the rest of a file is not looked at."""

NAMESPACES = ("quantities", "private", "steps", "define")
"""Sections whose names share one space."""


@dataclass(slots=True)
class Draft:
    """``file`` holds what could be read of the file; ``lost`` the sections and ``(section, name)`` that could not."""

    file: SituationFile
    root: Node
    origin: str
    problems: list[Problem] = field(default_factory=list)
    lost: set[tuple[str, ...]] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    changed: bool = False
    """Whether a what-if was carried out on it: a quantity that it fixes may still be called correlated."""
    hindsight: date | None = None
    """Set where ``as_of`` was moved back from this day: what was not yet known is then left out, with a note."""

    def add(
        self,
        path: Path,
        found: str,
        accepted: str,
        near: str | None = None,
        *,
        key: bool = False,
        offset: int | None = None,
    ) -> None:
        """Records a mistake at a path; ``key`` points at the key, ``offset`` at a character of the text there.

        Raises :class:`SituationError` when there are :data:`MAX_PROBLEMS`.
        """
        at = tree.place(self.root, path, key=key, offset=offset)
        where = ".".join(tree.labels(self.root, path))
        self.problems.append(Problem(self.origin, at.line, at.column, where, found, accepted, near))
        if len(self.problems) >= MAX_PROBLEMS:
            raise SituationError(self.problems)

    @property
    def as_of(self) -> date | None:
        """None where the file gives none that can be read; nor can dates then be compared with it."""
        return None if ("as_of",) in self.lost else self.file.as_of

    @property
    def horizon(self) -> date | None:
        return None if ("horizon",) in self.lost else self.file.horizon

    def is_lost(self, section: str, name: str) -> bool:
        return (section,) in self.lost or (section, name) in self.lost

    def is_lost_name(self, name: str) -> bool:
        """Whether a name of the shared space was lost, or may have been."""
        return any(self.is_lost(section, name) for section in NAMESPACES)

    def lose(self, section: str, name: str) -> None:
        self.lost.add((section, name))

    def is_bare(self, path: Path) -> bool:
        """Whether a bare value stands there, in place of a mapping."""
        node = tree.find(self.root, path)
        return node is not None and not isinstance(node.value, dict)

    def known(self, section: str, what: str, name: str, among: Iterable[str], path: Path, *, key: bool = False) -> bool:
        """Whether ``name`` is one of ``among``; says so where it is not (and was not lost)."""
        there = [each for each in among if each]
        if name in there:
            return True
        if not self.is_lost(section, name):
            accepted = listing(there) if there else f"an id of `{section}`, which has none"
            self.add(path, f"unknown {what} `{name}`", accepted, nearest(name, there), key=key)
        return False

    def provenance(self, entry: Entry, path: Path) -> Provenance:
        """Who says so; each source must be known, and published by ``as_of``."""
        for index, name in enumerate(entry.source):
            at = (*path, "source", index)
            if not self.known("sources", "source", name, self.file.sources, at):
                continue
            published = self.sources[name].published if name in self.sources else None
            if published is None or self.as_of is None or published <= self.as_of:
                continue
            if self.hindsight is None:
                found = f"source `{name}`, published on {published}"
                self.add(at, found, f"sources known by {self.as_of} (`as_of`)")
            else:
                self.note(f"source `{name}` was published on {published}, after {self.as_of}; what cites it is kept")
        return Provenance(entry.source, entry.note)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def expression(self, text: str | float, scope: Scope, kind: Kind | None, path: Path) -> Expression | None:
        """The parsed expression, or None after a mistake in it."""
        try:
            expression = parse(text, scope, kind)
        except ExpressionError as error:
            if error.accepted != LOST:
                bare = re.fullmatch(r"`\w+`", error.found) is not None
                found = f"{error.found} cannot be used here" if bare else error.found
                self.add(path, found, error.accepted, error.nearest, offset=error.column)
            return None
        lost = {entry[1] for entry in self.lost if len(entry) == 2 and entry[0] == "quantities"}
        return None if lost and names(expression).quantities & lost else expression


class Forbidden(Mapping[str, str]):
    """Names that may not be used, with the reason (``reason(name)``, None where there is none); lost names too."""

    def __init__(self, reason: Callable[[str], str | None], draft: Draft) -> None:
        self.reason, self.draft = reason, draft

    def __getitem__(self, name: str) -> str:
        lost = self.draft.is_lost("trade", name) if "." in name else self.draft.is_lost_name(name)
        reason = LOST if lost else self.reason(name)
        if reason is None:
            raise KeyError(name)
        return reason

    def __iter__(self) -> Iterator[str]:
        return iter(())  # they are only ever asked for by name

    def __len__(self) -> int:
        return 0
