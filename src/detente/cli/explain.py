"""``detente explain``: who can change a forecast, and what it would be worth to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError, say
from detente.cli.files import find, whole, writable
from detente.cli.interruption import heed
from detente.cli.run import Advance, progress_bars
from detente.cli.trust import MOST_MISSED, reservations

if TYPE_CHECKING:
    from detente.explain.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. ``out``: where the brief goes; None: nowhere."""

    target: str
    draws: int
    seed: int
    as_of: date | None
    out: Path | None
    json: bool
    threads: int | None


def explain(request: Request) -> Exit:
    """Forecast, solve the generated what-ifs, print the top of each part."""
    from detente.explain.explanation import explanation
    from detente.forecast import forecast
    from detente.situation import load
    from detente.solve.beside import compile_beside

    if request.out and request.out.suffix.lower() not in (".html", ".htm"):
        raise RefusedError(f"--out {request.out}: a brief ends in .html")
    source = find(request.target)
    if request.out:
        writable(request.out)
    compile_beside()
    situation = load(source, as_of=request.as_of)
    with progress_bars(request.draws) as (solving, _):
        base = forecast(
            situation, draws=request.draws, seed=request.seed, threads=request.threads, progress=solving
        )  # fmt: skip
    with _what_ifs_bar() as advance:
        found = explanation(base, threads=request.threads, progress=advance)
    if request.json:
        print(found.to_json())
    else:
        _print(found)
    if request.out:
        from detente.report import brief

        with whole(request.out) as partial:
            brief.write(base, partial, explanation=found)
        print(f"Brief: {request.out}", file=sys.stderr if request.json else sys.stdout)
    doubts = [*reservations(base.certificate), *_lost(found)]
    for doubt in doubts:
        say(f"not to be trusted as it stands: {doubt}")
    return Exit.DOUBTFUL if doubts else Exit.OK


@contextmanager
def _what_ifs_bar() -> Iterator[Advance]:
    """A progress bar on standard error, if a person is looking at it. Ctrl-C is heeded in any case."""
    if not sys.stderr.isatty():
        yield heed
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TextColumn("what-ifs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        asking = bar.add_task("", total=None)

        def asked(done: int, total: int) -> None:
            heed()
            bar.update(asking, completed=done, total=total)

        yield asked


def _lost(found: Explanation) -> list[str]:
    """Comparisons that miss too many draws."""
    return [
        f"{words}: {c.lost} draws of {c.draws + c.lost} could not be compared"
        for words, c in found.compared.items()
        if c.lost > MOST_MISSED * (c.draws + c.lost)
    ]


def _print(found: Explanation) -> None:
    from rich.console import Console

    from detente.report.explanation_terminal import print_explanation

    print_explanation(found, Console())
