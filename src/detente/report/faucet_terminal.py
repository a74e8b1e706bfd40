"""A faucet on the terminal, from 80 columns up."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from detente.report import faucet_findings as findings
from detente.report import words
from detente.report.terminal import ACCENT, WIDEST, Bar, new_table, section
from detente.trade.faucet import Faucet, estimate

NUMBER: dict[str, object] = {"justify": "right", "no_wrap": True}


def print_faucet(faucet: Faucet, console: Console) -> None:
    """Print the curve, who pays, what leaks and where goods go."""
    width = min(console.width, WIDEST)
    for part in _parts(faucet):
        console.print(part, width=width, highlight=False)


def _parts(faucet: Faucet) -> Iterator[RenderableType]:
    case = faucet.case
    yield Text()
    yield Text(case.title, style="bold")
    if case.text:
        yield Text(case.text)
    yield Text(f"as of {words.day(case.as_of)} · {words.count(faucet.draws)} draws, seed {faucet.seed}", style="dim")
    yield Text()
    yield Text(findings.headline(faucet), style=ACCENT)
    yield Text(findings.slope(faucet))
    partner, target = case.named(case.partner), case.named(case.target)
    yield from section(f"Pressure on {target}, by how far {partner} enforces", _curve(faucet))
    millions = f"millions of {case.currency} a year"
    yield from section(f"What {target} trades, before and after ({millions})", _goods(faucet))
    if case.ways:
        yield from section(f"Ways round ({millions})", _ways(faucet))
    yield from section(f"Where it goes to and comes from ({millions})", _places(faucet))
    yield from section(f"Who pays ({millions})", _senders(faucet))
    if faucet.equilibrium is not None and faucet.equilibrium.welfare.size:
        yield from section("Real income once the world has adjusted (Armington equilibrium)", _welfare(faucet))
    yield Text()
    for remark in findings.remarks(faucet):
        yield Text(remark, style="dim")
    yield Text()


def _curve(faucet: Faucet) -> Table:
    body = new_table(
        ("enforcement", NUMBER), ("income lost", NUMBER), (findings.held(), NUMBER), ("0 %" + " " * 12 + "100 %", {"width": 20, "no_wrap": True}),
        ("imports lost", NUMBER),
    )  # fmt: skip
    rows = list(zip(faucet.levels, faucet.curve.exports.pressure, faucet.curve.imports.pressure, strict=True))
    for level, exports, imports in rows[::2] if len(rows) % 2 else rows:
        f, m = findings.figure(exports), findings.figure(imports)
        body.add_row(words.percent(float(level)), Text(f.percent, style="bold"), f.interval, Bar(f), m.percent)
    f, m = findings.figure(faucet.now.exports.pressure), findings.figure(faucet.now.imports.pressure)
    level = "as it is" if faucet.present is None else f"now {findings.figure(faucet.present).interval}"
    body.add_section()
    body.add_row(Text(level, style=ACCENT), Text(f.percent, style="bold"), f.interval, Bar(f), m.percent)
    return body


def _goods(faucet: Faucet) -> Table:
    body = new_table(
        ("", {"ratio": 1}),
        ("before", NUMBER),
        ("after", NUMBER),
        (findings.held(), NUMBER),
        ("passes forbidden", NUMBER),
    )
    side = ""
    for row in findings.goods(faucet):
        if row.side != side:
            body.add_row(Text(words.capital(row.side), style="bold"), "", "", "", "")
            side = row.side
        body.add_row(
            Padding(row.name, (0, 0, 0, 2)), findings.money(row.before.mean), Text(findings.money(row.kept.mean), style="bold"),
            findings.span(row.kept), findings.money(row.leaked.mean),
        )  # fmt: skip
    return body


def _ways(faucet: Faucet) -> Table:
    body = new_table(("", {"ratio": 1}), ("sent", NUMBER), ("seized", NUMBER), ("brings", NUMBER), (findings.held(), NUMBER))  # fmt: skip
    for row in findings.ways(faucet):
        cells = (findings.money(row.sent.mean), findings.money(row.seized.mean))
        body.add_row(row.text, *cells, Text(findings.money(row.earned.mean), style="bold"), findings.span(row.earned))
    return body


def _places(faucet: Faucet) -> Table:
    body = new_table(
        ("", {"ratio": 1}), ("before", NUMBER), ("share", NUMBER), ("openly", NUMBER), ("otherwise", NUMBER),
        ("share after", NUMBER), (findings.held(), NUMBER),
    )  # fmt: skip
    side = ""
    for row in findings.places(faucet):
        if row.side != side:
            body.add_row(Text(words.capital(row.side), style="bold"), *[""] * 6)
            side = row.side
        body.add_row(
            Padding(row.name, (0, 0, 0, 2)), findings.money(row.before.mean), words.percent(row.share_before),
            findings.money(row.openly.mean), findings.money(row.otherwise.mean),
            Text(row.share_after.percent, style="bold"), row.share_after.interval,
        )  # fmt: skip
    return body


def _senders(faucet: Faucet) -> Table:
    body = new_table(
        ("", {"ratio": 1}), ("trade before", NUMBER), ("given up", NUMBER), ("costs it", NUMBER), (findings.held(), NUMBER)
    )  # fmt: skip
    for row in findings.senders(faucet):
        cells = (findings.money(row.before.mean), findings.money(row.forgone.mean))
        body.add_row(row.name, *cells, Text(findings.money(row.cost.mean), style="bold"), findings.span(row.cost))
    return body


def _welfare(faucet: Faucet) -> Table:
    assert faucet.equilibrium is not None
    body = new_table(("", {"ratio": 1}), ("change", NUMBER), (findings.held(), NUMBER))
    for name, change in zip(faucet.equilibrium.countries, faucet.equilibrium.welfare, strict=True):
        found = estimate(change)
        body.add_row(faucet.case.named(name), Text(findings.share(found.mean), style="bold"), findings.between(found))
    return body
