"""``detente run``: a forecast, its summary, its brief."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.codes import USUAL_METHOD, Exit
from detente.cli.failure import RefusedError, say
from detente.cli.files import find, folder_of, whole, writable
from detente.cli.interruption import heed
from detente.cli.trust import reservations
from detente.report.findings import Findings

if TYPE_CHECKING:
    from detente.forecast.result import Forecast

PAPER = ".pdf"

Advance = Callable[[int, int], None]
"""Takes how many draws are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    target: str
    draws: int
    seed: int
    as_of: date | None
    what_if: str | None
    method: str
    others: int
    out: Path | None
    json: bool
    threads: int | None


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write; None: not that one."""

    brief: Path | None
    saved: Path | None


def run(request: Request) -> Exit:
    """Forecast, write the files, print the summary."""
    source = find(request.target)
    outputs = choose_outputs(request, source)
    for path in (outputs.brief, outputs.saved):
        if path:
            writable(path)
    if outputs.brief and outputs.brief.suffix.lower() == PAPER:
        _printable()
    forecast = _forecast(request, source)
    findings = Findings(forecast)
    _write(findings, outputs)
    _print(findings, request)
    for path, what in ((outputs.brief, "Brief"), (outputs.saved, "Forecast")):
        if path:
            print(f"{what}: {path}", file=sys.stderr if request.json else sys.stdout)
    doubts = reservations(forecast.certificate)
    for doubt in doubts:
        say(f"not to be trusted as it stands: {doubt}")
    return Exit.DOUBTFUL if doubts else Exit.OK


def choose_outputs(request: Request, source: Path) -> Outputs:
    """Which files are asked for by ``--out``; without it the brief goes to the working directory."""
    theory = None if request.method == USUAL_METHOD else request.method
    parts = [source.stem, request.what_if, request.as_of and request.as_of.isoformat(), theory]
    stem = "-".join(part for part in parts if part)
    out = request.out
    if out is None:
        return Outputs(None if request.json else Path(f"{stem}.html"), None)
    if out.is_dir() or not out.suffix:
        return Outputs(out / f"{stem}.html", out / f"{stem}.nc")
    match out.suffix.lower():
        case ".html" | ".htm" | ".pdf":
            return Outputs(out, None)
        case ".nc":
            return Outputs(None, out)
    raise RefusedError(f"--out {out}: a brief ends in .html or .pdf, a forecast in .nc; a directory gets both")


def _forecast(request: Request, source: Path) -> Forecast:
    from detente.forecast import forecast
    from detente.situation import load
    from detente.solve.beside import compile_beside

    compile_beside()
    situation = load(source, as_of=request.as_of, what_if=request.what_if)
    with progress_bars(request.draws, request.others) as (solving, searching):
        return forecast(
            situation,
            draws=request.draws,
            seed=request.seed,
            threads=request.threads,
            progress=solving,
            method=request.method,
            others=request.others,
            search_progress=searching,
        )


@contextmanager
def progress_bars(draws: int, others: int = 0) -> Iterator[tuple[Advance, Advance]]:
    """Progress bars on standard error, if a person is looking at it: for draws solved, and for draws searched. Ctrl-C is heeded in any case."""
    if not sys.stderr.isatty():
        yield heed, heed
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("draws"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        solving = bar.add_task("Solving", total=draws)
        searching = bar.add_task("Searching", total=others, visible=False)

        def solved(done: int, total: int) -> None:
            heed()
            bar.update(solving, completed=done, total=total)

        def searched(done: int, total: int) -> None:
            heed()
            bar.update(searching, completed=done, total=total, visible=True)

        yield solved, searched


def _printable() -> None:
    """Refuse what could not be printed before anything is solved for it."""
    from detente.report import pdf

    if pdf.browser() is None:
        raise RefusedError(pdf.NO_BROWSER)


def _write(findings: Findings, outputs: Outputs) -> None:
    forecast = findings.forecast
    if outputs.brief:
        from detente.report import brief, pdf

        with whole(outputs.brief) as partial:
            if outputs.brief.suffix.lower() != PAPER:
                brief.write(forecast, partial, findings=findings)
            else:
                try:
                    partial.write_bytes(pdf.printed(brief.render(forecast, findings=findings)))
                except pdf.PrintError as error:
                    raise RefusedError(str(error)) from None
    if outputs.saved:
        with folder_of(outputs.saved):
            forecast.save(outputs.saved)


def _print(findings: Findings, request: Request) -> None:
    if request.json:
        print(findings.forecast.to_json())
        return
    from rich.console import Console

    from detente.report.terminal import print_forecast

    print_forecast(findings, Console())
