"""The inspection of a table of trade on the terminal, from 80 columns up."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from detente.report.terminal import ACCENT, WIDEST, new_table, section
from detente.report.trade_sections import Section, goods, headline, sections
from detente.trade.countries import name_of
from detente.trade.inspection import Inspection

LEAST = 22
"""Columns, at least, of what a row is about."""
MOST = 15
"""Columns, at most, of a figure; a longer heading is broken."""


def print_inspection(found: Inspection, console: Console) -> None:
    """Print what the table says and what it leaves open."""
    width = min(console.width, WIDEST)
    for part in _parts(found):
        console.print(part, width=width, highlight=False)


def _parts(found: Inspection) -> Iterator[RenderableType]:
    subject = name_of(found.country) if found.country else f"{found.countries} countries"
    yield Text()
    yield Text(f"Trade of {subject}, {found.period}", style="bold")
    span = f"{found.periods[0]} to {found.periods[-1]}" if len(found.periods) > 1 else found.period
    yield Text(f"{found.origin}: {found.layout}, {found.reports:,} reports, {span}, {goods(found)}", style="dim")
    yield Text()
    yield Text(f"{headline(found)}.", style=f"bold {ACCENT}")
    for part in sections(found):
        yield from _section(part)
    yield Text()


def _section(part: Section) -> Iterator[RenderableType]:
    if part.rows:
        columns: list[tuple[str, dict[str, object]]] = [
            (
                head,
                {"ratio": 1, "min_width": LEAST}
                if k == 0
                else {"justify": "left"}
                if k in part.texts
                else {"justify": "right", "max_width": MOST},
            )
            for k, head in enumerate(part.head)
        ]
        body = new_table(*columns)
        for row in part.rows:
            body.add_row(*map(Text, row))
        yield from section(part.title, body)
        notes = part.notes
    else:
        yield from section(part.title, Text(part.notes[0] if part.notes else "None."))
        notes = part.notes[1:]
    for note in notes:
        yield Text(note, style="dim")
