"""``detente dissent``: the forecast under other views, and whether they agree."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError, say
from detente.cli.files import find, whole, writable
from detente.cli.run import progress_bars
from detente.cli.trust import reservations

if TYPE_CHECKING:
    from detente.explain.views import Dissent

LEAST_FORECAST = 250
"""Draws of the forecast itself, where fewer are compared: with less than 200 effective ones it would add some of its own accord."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    target: str
    draws: int
    seed: int
    as_of: date | None
    others: int
    out: Path | None
    everything: bool
    json: bool
    threads: int | None


def dissent(request: Request) -> Exit:
    """Forecast, solve again under each view, write the picture, print whether they agree."""
    source = find(request.target)
    if request.out:
        _picture(request.out)
        writable(request.out)
    found = _found(request, source)
    if request.out:
        _write(found, request.out)
    _print(found, request)
    if request.out:
        print(f"Picture: {request.out}", file=sys.stderr if request.json else sys.stdout)
    doubts = [f"the forecast: {doubt}" for doubt in reservations(found.base.certificate)]
    for doubt in doubts:
        say(f"not to be trusted as it stands: {doubt}")
    return Exit.DOUBTFUL if doubts else Exit.OK


def _picture(out: Path) -> str:
    ending = out.suffix.lower()
    if ending not in (".svg", ".html", ".htm"):
        raise RefusedError(f"--out {out}: the picture ends in .svg, a page with the figures too in .html")
    return ending


def _found(request: Request, source: Path) -> Dissent:
    from detente.forecast import forecast
    from detente.situation import load
    from detente.solve.beside import compile_beside

    compile_beside()
    situation = load(source, as_of=request.as_of)
    with progress_bars(request.draws, request.others) as (solving, searching):
        base = forecast(
            situation, draws=max(request.draws, LEAST_FORECAST), seed=request.seed, threads=request.threads,
            progress=solving, others=request.others, search_progress=searching,
        )  # fmt: skip
        return base.dissent(draws=request.draws, threads=request.threads, progress=solving)


def _write(found: Dissent, out: Path) -> None:
    from detente.report import dissent_page

    text = dissent_page.picture(found) if _picture(out) == ".svg" else dissent_page.page(found)
    with whole(out) as partial:
        partial.write_text(text, encoding="utf-8")


def _print(found: Dissent, request: Request) -> None:
    if request.json:
        print(found.to_json())
        return
    from rich.console import Console

    from detente.report.dissent_terminal import print_dissent

    print_dissent(found, Console(), everything=request.everything)
