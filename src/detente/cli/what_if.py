"""``detente what-if``: changes to a situation, compared side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from detente.cli.codes import Exit
from detente.cli.failure import say
from detente.cli.files import find
from detente.cli.run import progress_bars
from detente.cli.trust import MOST_MISSED, reservations

if TYPE_CHECKING:
    from detente.explain.comparison import Comparison
    from detente.situation import Overlay
    from detente.situation.model import Situation


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. ``changes``: (option, its words) in the order they are shown."""

    target: str
    names: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    draws: int
    seed: int
    as_of: date | None
    method: str
    everything: bool
    why: bool
    json: bool
    threads: int | None


def what_if(request: Request) -> Exit:
    """Solve the situation and each change to it, print the differences."""
    from detente.explain.what_if import what_if
    from detente.situation import load
    from detente.solve.beside import compile_beside

    source = find(request.target)
    compile_beside()
    situation = load(source, as_of=request.as_of)
    overlays = _overlays(request, situation)
    with progress_bars(request.draws) as (advance, _):
        comparison = what_if(
            situation, *overlays, draws=request.draws, seed=request.seed, threads=request.threads, progress=advance,
            method=request.method,
        )  # fmt: skip
    _print(comparison, request)
    doubts = [f"the base forecast: {doubt}" for doubt in reservations(comparison.base.certificate)]
    doubts += [
        f"{w.name}: {w.lost} draws of {w.draws + w.lost} could not be compared"
        for w in comparison
        if w.lost > MOST_MISSED * (w.draws + w.lost)
    ]
    for doubt in doubts:
        say(f"not to be trusted as it stands: {doubt}")
    return Exit.DOUBTFUL if doubts else Exit.OK


def _overlays(request: Request, situation: Situation) -> list[Overlay]:
    """Every mistake in what was asked for is told, not only the first."""
    from detente.situation import Problem, SituationError
    from detente.situation import what_if as overlay

    overlays: list[Overlay] = []
    problems: list[Problem] = []
    asked: list[tuple[str, str | None]] = [(name, None) for name in request.names]
    for option, text in request.changes:
        asked.append((text if option == "change" else f"{option} {text}", f'--{option} "{text}"'))
    for words, label in asked:
        try:
            overlays.append(overlay(situation, words, label))
        except SituationError as error:
            problems += error.problems
    if problems:
        raise SituationError(problems)
    return overlays


def _print(comparison: Comparison, request: Request) -> None:
    reasons = [comparison.why(i).in_words() for i in range(len(comparison))] if request.why else []
    if request.json:
        print(json.dumps(_data(comparison, reasons), indent=1, allow_nan=False, ensure_ascii=False))
        return
    from rich.console import Console

    from detente.report.comparison_terminal import print_comparison

    print_comparison(comparison, Console(), everything=request.everything, reasons=reasons)


def _data(comparison: Comparison, reasons: list[list[str]]) -> dict[str, Any]:
    from detente.report.consequences import in_words

    data = comparison.to_dict()
    for i, (entry, what_if) in enumerate(zip(data["what_ifs"], comparison, strict=True)):
        entry["words"] = in_words(what_if)
        if reasons:
            entry["why"] = reasons[i]
    return data
