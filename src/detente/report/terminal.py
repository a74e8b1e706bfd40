"""A forecast on the terminal: from 80 columns up, in colour or in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from detente.report import hints, words
from detente.report.findings import Alternative, Answer, Beliefs, Figure, Findings, NextStep
from detente.report.process_terminal import print_process
from detente.report.statements import headline, held, how_to_read, others_found, theory_used, trust, verdict

__all__ = ["Bar", "print_forecast", "print_process"]

ACCENT = "cyan"
WIDEST = 120
"""Columns beyond which lines grow too long to read."""

WAYS_SHOWN = 6
ALTERNATIVES_SHOWN = 8

ROOMY = 105
"""Columns from which the strongest driver has a column of its own."""


def print_forecast(findings: Findings, console: Console) -> None:
    """Print the whole summary: answers, beliefs, next moves, likeliest paths, and how far to trust them."""
    width = min(console.width, WIDEST)
    for part in _parts(findings, width):
        console.print(part, width=width, highlight=False)


def _parts(findings: Findings, width: int) -> Iterator[RenderableType]:
    provenance = findings.forecast.provenance
    yield Text()
    yield Text(provenance.title, style="bold")
    yield Text(provenance.question)
    what_if = f" · what if: {provenance.what_if}" if provenance.what_if else ""
    yield Text(f"{words.day(provenance.as_of)} → {words.day(provenance.horizon)}{what_if}", style="dim")
    theory = theory_used(findings.forecast.certificate)
    if theory:
        yield Text(theory, style="dim")
    yield from _headline(findings)
    for title, answers in (("Answers", findings.plain_answers), ("If …", findings.conditional_answers)):
        if answers:
            yield from section(title, _answers(answers, width))
    if findings.beliefs:
        yield from section("What each side believes, before and after the record", _beliefs(findings.beliefs))
    if findings.next_steps:
        yield from section("Next moves, if it comes to them", _moves(findings.next_steps))
    if findings.ways:
        yield from section("Likeliest ways it goes on", _ways(findings))
    first = headline(findings)
    if first is not None:
        yield from section("What the first answer hangs on, where it tips, what to watch", _hint(findings, first))
    told = others_found(findings)
    if told:
        yield from section("Other equilibria", Text(told))
        if findings.alternatives:
            yield _alternatives(findings.alternatives)
    yield from section("How far to trust this", _trust(findings))
    yield Text()


def section(title: str, body: RenderableType) -> Iterator[RenderableType]:
    """A part of the summary under its title."""
    yield Text()
    yield Rule(Text(title, style=f"bold {ACCENT}"), align="left", style="dim")
    yield body


def _headline(findings: Findings) -> Iterator[RenderableType]:
    answer = headline(findings)
    if answer is None:
        return
    yield Text()
    yield Text.assemble(
        answer.question, " ", (verdict(answer), f"bold {ACCENT}"), f" ({held()} {answer.figure.interval})."
    )


# --------------------------------------------------------------------------- tables


def new_table(*columns: tuple[str, dict[str, object]]) -> Table:
    """An empty table in the style of all of them; each column by its header and options."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, header_style="dim", show_edge=False)
    for header, options in columns:
        table.add_column(header, **options)  # type: ignore[arg-type]
    return table


def _scale(width: int) -> tuple[str, dict[str, object]]:
    """The column of the bars, its ends named in the header."""
    return "0 %".ljust(width - 5) + "100 %", {"width": width, "no_wrap": True}


def _answers(answers: Iterable[Answer], width: int) -> Table:
    roomy = width >= ROOMY
    columns: list[tuple[str, dict[str, object]]] = [
        ("Question", {"ratio": 5}),
        ("", {"justify": "right", "no_wrap": True}),
        (held(), {"justify": "right", "no_wrap": True}),
        _scale(20 if roomy else 15),
    ]
    if roomy:
        columns.append(("Strongest driver", {"ratio": 3}))
    table = new_table(*columns)
    for answer in answers:
        driver = _driver(answer)
        question = Text(answer.question)
        if driver and not roomy:
            question.append(f"\n  {driver}", style="dim")
        cells: list[RenderableType] = [
            question, Text(answer.figure.percent, style="bold"), Text(answer.figure.interval), Bar(answer.figure),
        ]  # fmt: skip
        table.add_row(*cells, *([Text(driver, style="dim")] if roomy else []))
    return table


def _hint(findings: Findings, answer: Answer) -> Table:
    found = hints.hint(findings, answer)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for name, sentence in (("Hangs on", found.hangs_on), ("Tips", found.tips), ("Watch", found.watch)):
        if sentence:
            table.add_row(Text(name, style="dim"), Text(sentence))
    return table


def _driver(answer: Answer) -> str:
    return f"{answer.drivers[0].arrow} {answer.drivers[0].text}" if answer.drivers else ""


def _beliefs(beliefs: Iterable[Beliefs]) -> Table:
    table = new_table(
        ("Who", {"ratio": 1}), ("probability that", {"ratio": 3}),
        ("before", {"justify": "right", "no_wrap": True}), ("", {"no_wrap": True}),
        ("now", {"justify": "right", "no_wrap": True}), (held(), {"justify": "right", "no_wrap": True}),
    )  # fmt: skip
    for belief in beliefs:
        for i, state in enumerate(belief.states):
            before, now = state.figures[0], state.figures[-1]
            sign = "→" if before.percent == now.percent else "↑" if state.change > 0 else "↓"
            table.add_row(
                Text(belief.holder if i == 0 else ""), Text(state.text), before.percent, sign,
                Text(now.percent, style="bold"), Text(now.interval, style="dim"), end_section=i + 1 == len(belief.states),
            )  # fmt: skip
    return table


def _moves(steps: Iterable[NextStep]) -> Table:
    table = new_table(
        ("", {"ratio": 1}), ("", {"justify": "right", "no_wrap": True}),
        (held(), {"justify": "right", "no_wrap": True}), _scale(15),
    )  # fmt: skip
    for step in steps:
        reached = "" if step.reached > 1 - 1e-9 else f" (comes about: {words.percent(step.reached)})"
        table.add_row(Text.assemble((step.heading, "bold"), (reached, "dim")), "", "", "")
        for i, option in enumerate(step.shown, start=1):
            table.add_row(
                Padding(Text(option.text), (0, 0, 0, 2)), Text(option.figure.percent, style="bold"),
                Text(option.figure.interval), Bar(option.figure), end_section=i == len(step.shown) and not step.more,
            )  # fmt: skip
        if step.more:
            table.add_row(Padding(Text(step.more, style="dim"), (0, 0, 0, 2)), "", "", "", end_section=True)
    return table


def _ways(findings: Findings) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for number, way in enumerate(findings.ways[:WAYS_SHOWN], start=1):
        story = ". ".join(words.capital(step.rstrip(". ")) for step in way.steps)
        table.add_row(f"{number}.", Text(way.figure.percent, style="bold"), Text(words.sentence(story)))
    return table


def _alternatives(alternatives: Iterable[Alternative]) -> Table:
    table = new_table(
        ("Question", {"ratio": 1}), ("as forecast", {"justify": "right", "no_wrap": True}),
        ("lowest to highest", {"justify": "right", "no_wrap": True}), ("furthest in a draw", {"justify": "right"}),
    )  # fmt: skip
    for row in list(alternatives)[:ALTERNATIVES_SHOWN]:
        table.add_row(
            Text(row.question), Text(row.figure.percent, style="bold"), row.figure.interval, words.percent(row.furthest)
        )
    return table


def _trust(findings: Findings) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for statement in trust(findings):
        mark, style = ("!", "bold red") if statement.bad else ("·", "dim")
        table.add_row(Text(mark, style=style), Text(f"{'Warning: ' if statement.bad else ''}{statement.text}"))
    table.add_row("", "")
    table.add_row("", Text(" ".join(how_to_read(findings)), style="dim"))
    p = findings.forecast.provenance
    table.add_row("", Text(f"detente {p.version}, seed {p.seed}, situation {p.digest[:12]}", style="dim"))
    return table


# --------------------------------------------------------------------------- the interval as a line


@dataclass(frozen=True, slots=True)
class Bar:
    """A probability and its interval on a line from 0 to 1: ``···├──●────┤···``, or in ASCII ``...[--o----]...``."""

    figure: Figure

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        ascii_only = options.ascii_only
        for character, kind in _cells(self.figure, options.max_width, ascii_only=ascii_only):
            yield Segment(character, _STYLES[kind])


_STYLES = {
    "track": Style(dim=True),
    "line": Style(color=ACCENT),
    "mean": Style(color=ACCENT, bold=True),
}


def _cells(figure: Figure, width: int, *, ascii_only: bool) -> Iterator[tuple[str, str]]:
    """One character for each column, and what it shows."""
    track, left, line, right, mean = ".[-]o" if ascii_only else "·├─┤●"
    if not figure.known:
        yield from ((track, "track") for _ in range(width))
        return
    low, middle, high = (min(width - 1, int(p * width)) for p in (figure.low, figure.mean, figure.high))
    for place in range(width):
        if place == middle:
            yield mean, "mean"
        elif low <= place <= high:
            yield (left if place == low else right if place == high else line), "line"
        else:
            yield track, "track"
