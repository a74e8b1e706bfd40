"""What-ifs side by side on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from detente.explain.comparison import AnswerChange, Comparison, Consequences
from detente.explain.differences import Difference
from detente.report import words
from detente.report.consequences import difference, in_words, point_interval, trust
from detente.report.statements import held, theory_used
from detente.report.terminal import ACCENT, WIDEST, new_table, section

SMALL = 0.005
"""Differences below half a point are left out of the table unless all are asked for."""
CELL = 15
"""Columns that a what-if takes."""
LEAST_QUESTION = 30
OWN_BASE = "Each what-if is compared with the base over the draws in which both could be solved, which are not the same for all of them."


def print_comparison(
    comparison: Comparison, console: Console, *, everything: bool = False, reasons: Sequence[Sequence[str]] = ()
) -> None:
    """Print the what-ifs in words, then answers and payoffs side by side; small differences only with ``everything``.

    ``reasons``: sentences on why each what-if's answers change, one list a what-if.
    """
    width = min(console.width, WIDEST)
    for part in _parts(comparison, width, everything, reasons):
        console.print(part, width=width, highlight=False)


def _parts(
    comparison: Comparison, width: int, everything: bool, reasons: Sequence[Sequence[str]]
) -> Iterator[RenderableType]:
    provenance = comparison.base.provenance
    yield Text()
    yield Text(provenance.title, style="bold")
    yield Text(f"What if? Compared with the forecast as of {words.day(provenance.as_of)}", style="dim")
    theory = theory_used(comparison.base.certificate)
    if theory:
        yield Text(theory, style="dim")
    for number, what_if in enumerate(comparison, start=1):
        yield Text()
        yield Text.assemble((f"{number}  ", f"bold {ACCENT}"), (words.capital(what_if.text), "bold"))
        if what_if.name != what_if.text:
            yield Text(f"   {what_if.name}", style="dim")
        yield _indented(" ".join(in_words(what_if)))
        if reasons:
            yield _indented("Why: " + " ".join(reasons[number - 1]))
    fit = max(1, (width - LEAST_QUESTION - 9) // (CELL + 2))
    chosen, left = _rows(comparison, everything)
    numbered = list(enumerate(comparison, start=1))
    tables = math.ceil(len(numbered) / fit)
    each = math.ceil(len(numbered) / tables)
    for first in range(0, len(numbered), each):
        shown = numbered[first : first + each]
        if chosen:
            yield from section("Answers", _answers(shown, chosen))
        yield from section("Payoffs, in hundredths of all that is at stake for each", _payoffs(shown))
    yield Text()
    if not one_base(numbered):
        yield Text(OWN_BASE, style="dim")
    if left:
        told = f"{left} answers move" if left > 1 else "1 answer moves"
        yield Text(f"{told} by less than half a point; --all shows {'them' if left > 1 else 'it'}.", style="dim")
    excludes = f"* The {held()} of the difference over draws excludes zero. Differences are in percentage points."
    for told in (excludes, *trust(comparison)):
        yield Text(told, style="dim")
    yield Text()


def _indented(text: str) -> Table:
    grid = Table.grid(padding=0)
    grid.add_column(width=3)
    grid.add_column()
    grid.add_row("", Text(text))
    return grid


def _rows(comparison: Comparison, everything: bool) -> tuple[list[str], int]:
    """The questions to show, in the order of the file, and how many are left out."""
    names = list(dict.fromkeys(a.question for w in comparison for a in w.answers))
    if everything:
        return names, 0
    large = {
        a.question for w in comparison for a in w.answers if not abs(a.figure.difference) < SMALL  # NaN is shown
    }  # fmt: skip
    chosen = [name for name in names if name in large]
    return chosen, len(names) - len(chosen)


def _columns(shown: Sequence[tuple[int, Consequences]], *first: tuple[str, dict[str, object]]) -> Table:
    return new_table(
        *first,
        *((str(number), {"justify": "right", "width": CELL}) for number, _ in shown),
    )  # fmt: skip


def _answers(shown: Sequence[tuple[int, Consequences]], chosen: Sequence[str]) -> Table:
    rows = {name: [next((a for a in w.answers if a.question == name), None) for _, w in shown] for name in chosen}
    common = one_base(shown)
    first: list[tuple[str, dict[str, object]]] = [("Question", {"ratio": 1})]
    if common:
        first.append(("base", {"justify": "right", "no_wrap": True}))
    body = _columns(shown, *first)
    for found in rows.values():
        some = next((a for a in found if a is not None), None)
        if some is not None:
            cells = [_cell(a.figure if a else None, with_base=not common) for a in found]
            base = [words.percent(_base(found))] if common else []
            body.add_row(Text(words.question(some.text, some.given)), *base, *cells)
    return body


def one_base(shown: Sequence[tuple[int, Consequences]]) -> bool:
    """Whether every answer has the same base in all of these what-ifs, as it is printed. Draws that cannot be compared are others in each."""
    bases: dict[str, set[str]] = {}
    for _, what_if in shown:
        for a in what_if.answers:
            if math.isfinite(a.figure.base):
                bases.setdefault(a.question, set()).add(words.percent(a.figure.base))
    return all(len(said) == 1 for said in bases.values())


def _base(found: Sequence[AnswerChange | None]) -> float:
    values = [a.figure.base for a in found if a is not None and math.isfinite(a.figure.base)]
    return values[0] if values else math.nan


def _cell(figure: Difference | None, *, with_base: bool) -> Text:
    """``53 %  +12*`` over ``+3 to +21``; with the base ``41 → 53 % +12*``."""
    if figure is None:
        return Text(words.MISSING, style="dim")
    if not math.isfinite(figure.difference):
        return Text(words.percent(figure.changed) if math.isfinite(figure.changed) else words.MISSING, style="dim")
    style = "bold" if figure.clear else ""
    mark = "*" if figure.clear else " "
    led = f"{words.percent(figure.base).removesuffix(words.PER_CENT)} → " if with_base else ""
    first = f"{led}{words.percent(figure.changed)} {difference(figure):>{3 if with_base else 5}}{mark}"
    return Text.assemble((first, style), "\n", (f"{point_interval(figure)} ", "dim"))


def _payoffs(shown: Sequence[tuple[int, Consequences]]) -> Table:
    body = _columns(shown, ("Actor", {"ratio": 1}))
    for i, payoff in enumerate(shown[0][1].payoffs):
        cells = []
        for _, what_if in shown:
            figure = what_if.payoffs[i].figure
            text, style = difference(figure) + ("*" if figure.clear else " "), "bold" if figure.clear else ""
            cells.append(Text.assemble((text, style), "\n", (f"{point_interval(figure)} ", "dim")))
        body.add_row(Text(payoff.name), *cells)
    return body
