"""Measures: who forbids, limits or taxes which trade of a target, from when to when.

A *regime* is a file of them. Codes of goods are those of the Harmonized System (chapter, heading or subheading) or names that a table of trade uses too;
``all`` means every good. Where a resolution names goods and not codes, the codes are somebody's reading of it, and a note says whose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from detente.situation import source
from detente.situation.draft import Draft
from detente.situation.forms import Day, Entry, Names, refuse, short_for
from detente.situation.messages import SituationError
from detente.situation.model import Provenance, Source
from detente.situation.schema import SituationFile, SourceEntry
from detente.situation.validation import validate_as
from detente.trade import bundled

Kind = Literal["ban", "cap", "tariff", "finance", "shipping"]
Direction = Literal["exports", "imports", "both"]

EVERYONE = "UNSC"
"""Imposer of what binds every country: the Security Council under Chapter VII."""
ALL = "all"
"""Code of goods that covers every good."""


@dataclass(frozen=True, slots=True)
class Cap:
    """What may still be traded a year, by all partners together: millions of the table's currency, a quantity of a unit, or the lower of both."""

    value: float | None
    quantity: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``on``: the target's exports, its imports, or both; ``end`` is the first day on which it no longer holds.

    ``rate`` of a tariff is its ad-valorem rate; of a restriction of finance or shipping, the share of a cargo's value that getting round it costs.
    """

    id: str
    kind: Kind
    by: tuple[str, ...]
    on: Direction
    goods: tuple[str, ...]
    start: date
    end: date | None
    cap: Cap | None
    rate: float | None
    text: str
    paragraph: str
    provenance: Provenance

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.start <= day and (self.end is None or day < self.end)

    def binds(self, country: str) -> bool:
        """Whether that partner of the target is under a duty to apply it."""
        return EVERYONE in self.by or country in self.by

    def touches(self, direction: Literal["exports", "imports"]) -> bool:
        """Whether it applies to the target's exports, or imports."""
        return self.on in (direction, "both")

    def covers(self, code: str) -> bool | None:
        """Whether it covers all of a good; None where it covers part of it only (a heading of a chapter), how much being unknown here."""
        for own in self.goods:
            if own in (ALL, code) or (own.isdigit() and code.isdigit() and code.startswith(own)):
                return True
        part = code.isdigit() and any(own.isdigit() and own.startswith(code) for own in self.goods)
        return None if part else False


@dataclass(frozen=True, slots=True)
class Regime:
    """All measures on one target, with their sources."""

    title: str
    target: str
    measures: Mapping[str, Measure]
    sources: Mapping[str, Source]

    def on(self, day: date) -> tuple[Measure, ...]:
        """Those in force on that day, in the order of the file."""
        return tuple(measure for measure in self.measures.values() if measure.in_force(day))


# --------------------------------------------------------------------------- the file


def code_list(value: object) -> object:
    """Codes of goods as a tuple; a bare code is a list of one."""
    if isinstance(value, list) and any(isinstance(item, (int, float)) for item in value):
        raise refuse('codes in quotes, such as ["03", "2701"]: a plain 03 is the number 3', "a code that is a number")
    if isinstance(value, (int, float)):
        raise refuse('a code in quotes, such as "2701"')
    items = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
    if not items or not all(isinstance(item, str) and re.fullmatch(r"\w+", item) for item in items):
        raise refuse('codes of the Harmonized System ("27", "2701", "270112"), names of goods, or `all`')
    return items


Codes = Annotated[tuple[str, ...], BeforeValidator(code_list, json_schema_input_type=str | list[str])]
SourceForm = Annotated[SourceEntry, BeforeValidator(short_for("citation", str))]


class CapEntry(Entry):
    """What may still be traded in a year."""

    value: float | None = Field(default=None, ge=0, description="Millions of the currency of trade.")
    quantity: float | None = Field(default=None, ge=0, description="A quantity of `unit`.")
    unit: str = Field(default="", description="Unit of `quantity`.")


class MeasureEntry(Entry):
    """A ban, a cap, a tariff, or a restriction of finance or shipping."""

    kind: Kind = Field(description="ban, cap, tariff, finance or shipping.")
    by: Names = Field(description=f"Who imposes it: codes of countries, or `{EVERYONE}` for what binds all.")
    on: Direction = Field(description="The target's `exports`, its `imports`, or `both`.")
    goods: Codes = Field(description="Codes of goods in quotes, or `all`.")
    start: Day = Field(alias="from", description="First day on which it holds.")
    until: Day | None = Field(default=None, description="First day on which it no longer holds.")
    cap: CapEntry | None = Field(default=None, description="What may still be traded a year.")
    rate: float | None = Field(default=None, ge=0, description="Rate of a tariff, or cost of getting round it.")
    paragraph: str = Field(default="", description="Where in its source.")


class RegimeFile(Entry):
    """Measures on one target."""

    title: str = Field(description="Title.")
    target: str = Field(description="Whose trade they restrict: a code such as PRK.")
    sources: dict[str, SourceForm] = Field(default={}, description="Citations by id; a bare text is the citation.")
    measures: dict[str, MeasureEntry] = Field(min_length=1, description="Measures by id.")


def read(name: str | FilePath) -> Regime:
    """The regime in a file, or a bundled one by its name. Raises :class:`SituationError` with every mistake found."""
    path = bundled.find(name, "regimes")
    return reads(source.read(path), str(path))


def reads(text: str, origin: str = "<memory>") -> Regime:
    """The regime in a text; see :func:`read`."""
    root, problems = source.parse(text, origin)
    file, draft = validate_as(RegimeFile, root, origin)
    draft.problems += problems
    if file is None:
        raise SituationError(draft.problems)
    made = citations(draft, file.sources)
    measures = {name: _measure(draft, name, entry) for name, entry in file.measures.items()}
    if draft.problems:
        raise SituationError(draft.problems)
    return Regime(file.title, file.target, measures, made)


def citations(draft: Draft, entries: Mapping[str, SourceEntry]) -> dict[str, Source]:
    """The sources, made known to the draft, so that what cites them can be checked."""
    made = {name: Source(name, entry.citation, entry.url, entry.published) for name, entry in entries.items()}
    draft.sources = made
    draft.file = SituationFile.model_construct(sources=dict(entries), quantities={}, define={})
    return made


def _measure(draft: Draft, name: str, entry: MeasureEntry) -> Measure:
    path = ("measures", name)
    if entry.until is not None and entry.until <= entry.start:
        draft.add((*path, "until"), f"`until` {entry.until}, not after `from` {entry.start}", "a later day")
    cap = entry.cap
    if (cap is not None) != (entry.kind == "cap"):
        found = f"a {entry.kind} with a `cap`" if cap else "a cap without its `cap`"
        draft.add((*path, "cap" if cap else "kind"), found, "`kind: cap` with `cap: {value: ...}` or `{quantity: ...}`")
    if cap is not None and cap.value is None and cap.quantity is None:
        draft.add((*path, "cap"), "neither a `value` nor a `quantity`", "one of them, or both: the lower one holds")
    if cap is not None and cap.quantity is not None and not cap.unit:
        draft.add((*path, "cap", "quantity"), "a quantity without its `unit`", "a unit, such as `unit: barrel`")
    if entry.kind in ("ban", "cap") and entry.rate is not None:
        draft.add((*path, "rate"), f"a {entry.kind} with a `rate`", "a rate of a tariff, or of finance or shipping")
    if entry.kind == "tariff" and entry.rate is None:
        draft.add((*path, "kind"), "a tariff without its `rate`", "`rate: 0.25` for 25 %")
    return Measure(
        name, entry.kind, entry.by, entry.on, entry.goods, entry.start, entry.until,
        None if cap is None else Cap(cap.value, cap.quantity, cap.unit), entry.rate, entry.text, entry.paragraph,
        draft.provenance(entry, path),
    )  # fmt: skip
