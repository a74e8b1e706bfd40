"""Who can change it and who would say otherwise, on the terminal: leverage, information, linkage and dissent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from detente.explain.explanation import Explanation
from detente.report import words
from detente.report.explained import NOTHING_CLEAR, Cell, Entry, Holding, Matrix, Taught, sections
from detente.report.terminal import ACCENT, WIDEST, new_table, section

CELL = 16
"""Columns that an affected actor takes."""
LEAST_NAME = 20


def print_explanation(found: Explanation, console: Console) -> None:
    """Print the top of each part, and how it was computed."""
    width = min(console.width, WIDEST)
    for part in _parts(found, width):
        console.print(part, width=width, highlight=False)


def _parts(found: Explanation, width: int) -> Iterator[RenderableType]:
    shown, provenance = sections(found), found.base.provenance
    yield Text()
    yield Text(provenance.title, style="bold")
    yield Text(f"Who can change it? As of {words.day(provenance.as_of)}", style="dim")
    yield from section("Leverage: whose options could change most, for whom", _list(shown.leverage))
    yield from _matrix(shown.matrix, width)
    for holding in shown.holdings:
        yield from _holding(holding)
    yield from section("Information: what showing, hiding, delaying or blurring is worth", _list(shown.information))
    for entry in shown.disclosures:
        yield Text()
        yield from _entry(entry)
    yield from section("What each step on the record told", _record(shown.record, shown.no_record))
    if shown.linked is not None:
        yield from section("Linkage: what it is worth that negotiations hang together", _list(shown.linkage))
        yield Text()
        yield from _entry(shown.linked)
    yield from section("Dissent: who would say otherwise", _list(shown.dissent))
    yield Text()
    for told in shown.trust:
        yield Text(told, style="dim")
    yield Text()


def _list(said: Iterable[str]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for sentence in said:
        grid.add_row(Text("·", style="dim"), Text(sentence))
    return grid


def _matrix(matrix: Matrix, width: int) -> Iterator[RenderableType]:
    """A row an actor, a column whom it affects; as many columns side by side as fit."""
    fit = max(1, (width - LEAST_NAME) // (CELL + 2))
    for first in range(0, len(matrix.actors), fit):
        shown = slice(first, first + fit)
        columns = [(f"for {words.midway(name)}", {"justify": "right", "width": CELL}) for name in matrix.actors[shown]]
        table = new_table(("Options of", {"ratio": 1}), *columns)
        for name, cells in matrix.rows:
            table.add_row(Text(name), *(_cell(cell) for cell in cells[shown]))
        yield Text()
        yield table
    key = Table.grid(padding=(0, 1, 0, 0))
    for letter, what in matrix.key:
        key.add_row(Text(letter, style=f"bold {ACCENT}"), Text(what))
    yield Text()
    yield key


def _cell(cell: Cell) -> Text:
    """``+11 c`` over ``+5 to +20``."""
    if not cell.letter:
        return Text(NOTHING_CLEAR, style="dim")
    first = ((f"{cell.effect} ", "bold"), (cell.letter, f"bold {ACCENT}"))
    return Text.assemble(*first, "\n", (cell.interval, "dim"))


def _holding(holding: Holding) -> Iterator[RenderableType]:
    yield Text()
    yield Text(holding.actor, style="bold")
    if not holding.entries:
        none = "No option that is still open clearly changes anybody's payoff."
        yield Padding(Text(none, style="dim"), (0, 0, 0, 2))
    for entry in holding.entries:
        yield from _entry(entry)
    if holding.more:
        yield Padding(Text(f"and {holding.more} more with a clear effect", style="dim"), (0, 0, 0, 2))


def _entry(entry: Entry) -> Iterator[RenderableType]:
    yield Padding(Text(entry.title), (0, 0, 0, 2))
    yield Padding(Text(entry.payoffs or "no payoff clearly moves"), (0, 0, 0, 4))
    for answer in entry.answers:
        yield Padding(Text(answer, style="dim"), (0, 0, 0, 4))


def _record(rows: Sequence[Taught], none: str) -> RenderableType:
    """A row a step: what happened, and the belief that it moved most; ``none`` where there is none."""
    if not rows:
        return Text(none, style="dim")
    table = new_table(("What happened", {"ratio": 2}), ("Largest clear change of a belief", {"ratio": 3}))
    for row in rows:
        step = Text(row.step)
        if row.talk:
            step.append(" (words that bind nobody)", style="dim")
        table.add_row(step, Text(row.belief) if row.belief else Text("none", style="dim"))
    return table
