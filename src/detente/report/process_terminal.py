"""The process of a situation as a table on the terminal: lanes of marks, and the steps beside them."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from detente.report import words
from detente.report.process_rows import MEANINGS, Lane, Mark, ProcessRow, lanes, now_after, rows
from detente.situation.model import Situation

WIDEST = 120
DATES = 100
"""Columns from which dates have a column of their own; below it they stand over the step."""

SIGNS: Mapping[Mark, str] = {"decides": "■", "sees": "●", "blind": "○", "knows": "◆", "shown": "▼"}
PLAIN: Mapping[Mark, str] = {"decides": "#", "sees": "x", "blind": "o", "knows": "k", "shown": "v"}
"""The same for terminals without Unicode."""


def print_process(situation: Situation, console: Console) -> None:
    """Print who decides each step and who sees it, in time order."""
    width = min(console.width, WIDEST)
    signs = PLAIN if console.options.ascii_only else SIGNS
    columns = lanes(situation)
    table = _table(columns, dated=width >= DATES)
    found = rows(situation)
    behind = now_after(found)
    for number, row in enumerate(found):
        if number == behind and behind:
            _present(table, columns, situation, dated=width >= DATES)
        _row(table, columns, row, signs, dated=width >= DATES)
    console.print()
    console.print(Text(situation.title, style="bold"), width=width)
    console.print(Text(situation.question), width=width)
    console.print()
    console.print(table, width=width, highlight=False)
    legend = "   ".join(f"{signs[mark]} {meaning}" for mark, meaning in MEANINGS.items())
    console.print(Text(f"\n{legend}", style="dim"), width=width)
    names = "   ".join(f"{lane.short}: {lane.name}" for lane in columns if lane.short.lower() != lane.name.lower())
    console.print(Text(names, style="dim"), width=width)


def _table(columns: tuple[Lane, ...], *, dated: bool) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", show_edge=False, expand=True
    )
    if dated:
        table.add_column("When", min_width=20, max_width=22)
    for lane in columns:
        table.add_column(lane.short[:6], justify="center", no_wrap=True)
    table.add_column("Step", ratio=1)
    return table


def _row(table: Table, columns: tuple[Lane, ...], row: ProcessRow, signs: Mapping[Mark, str], *, dated: bool) -> None:
    marks = [signs[row.marks[lane.id]] if lane.id in row.marks else "" for lane in columns]
    kicker = row.kind if dated or not row.on else f"{row.on} · {row.kind}"
    head = Text.assemble((f"{kicker}\n", "dim"), (row.title, "bold"))
    if row.guard:
        head.append(f"\nonly if {row.guard}", style="dim italic")
    options = Table.grid(padding=(0, 1, 0, 0))
    for line in row.lines:
        text = Text(line.text, style="bold cyan" if line.observed else "")
        if line.guard:
            text.append(f"\nonly if {line.guard}", style="dim italic")
        options.add_row("✓" if line.observed else "-", text)
    when = [Text(f"\n{row.on}", style="dim")] if dated else []
    table.add_row(*when, *(Text(f"\n{mark}") for mark in marks), Group(head, options), end_section=True)


def _present(table: Table, columns: tuple[Lane, ...], situation: Situation, *, dated: bool) -> None:
    line = Text(f"{words.day(situation.as_of)}: the record ends, the forecast begins", style="bold cyan")
    blank = [Text("┄", style="cyan") for _ in columns]
    table.add_row(*([Text()] if dated else []), *blank, line, end_section=True)
