"""``detente faucet``: pressure on a target by how far one partner enforces."""

from __future__ import annotations

import json as to_json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError, say
from detente.cli.files import whole, writable
from detente.cli.trust import MOST_MISSED

if TYPE_CHECKING:
    from detente.trade.case import Case
    from detente.trade.faucet import Faucet
    from detente.trade.record import Backtest


LEAST_EFFECTIVE = 50
"""Draws that a fit to a record must count for, at least."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    target: str
    draws: int
    seed: int
    out: Path | None
    json: bool
    record: str | None
    until: str | None


def faucet(request: Request) -> Exit:
    """Compute the curve, write the page or picture, print the tables."""
    from detente.trade import case
    from detente.trade.faucet import faucet as computed

    out = request.out
    if (request.record is None) != (request.until is None):
        given, lacking = ("--until", "--record") if request.record is None else ("--record", "--until")
        raise RefusedError(f"{given} without {lacking}; accepted: both, such as --record dprk-customs --until 2018-06")
    if out is not None:
        if out.suffix.lower() not in (".html", ".htm", ".svg"):
            raise RefusedError(f"--out {out}: the page ends in .html, the picture of the curve in .svg")
        writable(out)
    read = case.read(request.target)
    judged = _judged(read, request) if request.record is not None else None
    found = computed(read, request.draws, request.seed)
    if out is not None:
        _write(found, out)
    if request.json:
        told = found.to_dict() | ({"record": judged.to_dict()} if judged is not None else {})
        print(to_json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False))
    else:
        from rich.console import Console

        from detente.report.faucet_terminal import print_faucet

        print_faucet(found, Console())
        if judged is not None:
            from detente.report.record_terminal import print_record

            print_record(judged, Console())
    if out is not None:
        print(
            f"{'Picture' if out.suffix.lower() == '.svg' else 'Page'}: {out}", file=sys.stderr if request.json else None
        )
    doubtful = judged is not None and judged.effective < LEAST_EFFECTIVE
    if judged is not None and doubtful:
        say(
            f"not to be trusted as it stands: weighted by the record the draws count for {judged.effective:.0f} of {judged.draws:,} "
            f"(at least {LEAST_EFFECTIVE}): the case makes the record all but impossible"
        )
    world = found.equilibrium
    if world is not None and world.unsolved > MOST_MISSED * world.draws:
        say(
            f"not to be trusted as it stands: the equilibrium was not found in {world.unsolved} of {world.draws} draws; "
            "a good that nobody is left to sell is the usual cause: give home sales, or narrow enforcement below 1"
        )
        return Exit.DOUBTFUL
    return Exit.DOUBTFUL if doubtful else Exit.OK


def _judged(read: Case, request: Request) -> Backtest:
    """The case against the record that was asked for."""
    from detente.trade import record

    assert request.record is not None
    assert request.until is not None
    kept = record.read(request.record)
    try:
        return record.backtest(read, kept, request.until, seed=request.seed)
    except ValueError as error:
        raise RefusedError(f"--record {request.record} --until {request.until}: {error}") from None


def _write(found: Faucet, out: Path) -> None:
    from detente.report import faucet_charts, faucet_findings, faucet_page

    with whole(out) as partial:
        if out.suffix.lower() == ".svg":
            partial.write_text(faucet_charts.curve(found, faucet_findings.headline(found)), encoding="utf-8")
        else:
            faucet_page.write(found, partial)
