"""Dissent on the terminal: whether the views agree in words, then every question with those that do not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from detente.explain.views import Dissent, Opinion
from detente.report import words
from detente.report.agreement import MATERIAL, Positions, in_words, notes, positions
from detente.report.consequences import points
from detente.report.findings import Figure
from detente.report.statements import held, theory_used
from detente.report.terminal import WIDEST, Bar, section

BAR = 15


def print_dissent(dissent: Dissent, console: Console, *, everything: bool = False) -> None:
    """Print the sentences, then a table of all questions; the views that are not apart in a line, or each with ``everything``."""
    width = min(console.width, WIDEST)
    for part in _parts(dissent, everything):
        console.print(part, width=width, highlight=False)


def _parts(dissent: Dissent, everything: bool) -> Iterator[RenderableType]:
    provenance = dissent.base.provenance
    yield Text()
    yield Text(provenance.title, style="bold")
    yield Text(
        f"Who would say otherwise? The forecast as of {words.day(provenance.as_of)} under other views", style="dim"
    )
    theory = theory_used(dissent.base.certificate)
    if theory:
        yield Text(theory, style="dim")
    yield Text()
    for sentence in in_words(dissent):
        yield Text(sentence)
    yield from section("Answers", _scale())
    for place in positions(dissent):
        yield Text(place.question, style="bold")
        yield _rows(place, everything)
    yield Text()
    least = f"{100 * MATERIAL:.0f}"
    yield Text(
        f"* Beyond the noise of the draws. Differences from the forecast are in percentage points; views that are not beyond "
        f"noise and {least} points apart {'stand last' if everything else 'are in one line; --all shows each'}.",
        style="dim",
    )
    for note in notes(dissent):
        yield Text(note, style="dim")
    yield Text()


def _scale() -> Table:
    table = _columns()
    table.add_row(
        "",
        "",
        Text(held(), style="dim"),
        Text("0 %".ljust(BAR - 5) + "100 %", style="dim"),
        Text("points", style="dim"),
    )
    return table


def _columns() -> Table:
    """The same widths for every question, so that their rows stand below each other."""
    table = Table(box=None, show_header=False, expand=True, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True, width=5)
    table.add_column(justify="right", no_wrap=True, width=len(held()))
    table.add_column(no_wrap=True, width=BAR)
    table.add_column(justify="right", no_wrap=True, width=6)
    return table


def _rows(place: Positions, everything: bool) -> Table:
    """One question: the forecast, the views apart from it, and the rest in a line or each."""
    table = _columns()
    table.add_row(*_cells("As forecast", place.forecast, mine=True))
    for view, opinion in (*place.apart, *place.equilibria, *(place.rest if everything else ())):
        table.add_row(*_cells(words.capital(view.text), opinion))
    if place.rest and not everything:
        others = "1 other" if len(place.rest) == 1 else f"{len(place.rest)} others, lowest to highest"
        table.add_row(_indented(others, "dim"), "", Text(place.range, style="dim"), "", "")
    if place.silent:
        table.add_row(_indented(f"No answer: {words.joined(place.silent)}", "dim"), "", "", "", "")
    return table


def _cells(name: str, opinion: Opinion, *, mine: bool = False) -> tuple[RenderableType, ...]:
    figure = Figure(opinion.probability, opinion.low, opinion.high)
    if not figure.known:
        return _indented(name), words.MISSING, "", "", ""
    difference = opinion.figure.difference
    told = "" if mine or not math.isfinite(difference) else f"{points(difference)}{'*' if opinion.clear else ' '}"
    return _indented(name), Text(figure.percent, style="bold" if mine else ""), Text(figure.interval), Bar(figure), told


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, 2))
