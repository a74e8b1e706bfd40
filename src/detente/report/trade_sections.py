"""What the inspection of a table of trade says, in words and rows: the same for the terminal, the picture and the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.report import words
from detente.trade.countries import name_of
from detente.trade.inspection import Gap, Inspection, Partner, Side
from detente.trade.mirror import SPREAD

SHOWN = 8
"""Rows of a table; the others are summed up, or counted."""
NAMED = 3
"""Most commodities that are named."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title; ``notes`` stand below it. The first column is text, the others are figures unless ``texts`` names them."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    texts: tuple[int, ...] = (0,)


def amount(value: float | None) -> str:
    """Millions, to four digits at most: ``1,193``, ``138.5``, ``2.19``, ``<0.01``."""
    if value is None or math.isnan(value):
        return "–"
    if 0 < value < 0.01:
        return "<0.01"
    digits = 0 if value >= 1000 else 1 if value >= 100 else 2
    return f"{value:,.{digits}f}"


def goods(found: Inspection) -> str:
    """The commodities, in words: ``HS 27``, or how many codes of which classification."""
    if len(found.commodities) <= NAMED:
        return f"{found.classification} {', '.join(found.commodities)}"
    return f"{len(found.commodities):,} codes of {found.classification}"


def headline(found: Inspection) -> str:
    """The finding, in a sentence."""
    if found.country is None or found.exports is None or found.imports is None or found.trade is None:
        if not found.largest:
            return f"No flow is known in {found.period}"
        first = found.largest[0]
        return f"The largest flow in {found.period} goes from {name_of(first.exporter)} to {name_of(first.importer)} ({goods(found)})"
    who = name_of(found.country)
    sold, bought = (side.partners[0] if side.partners else None for side in (found.exports, found.imports))
    if sold and bought and sold.country == bought.country:
        return f"{name_of(sold.country)} took {words.percent(sold.share)} of {_possessive(who)} exports and sent {words.percent(bought.share)} of its imports in {found.period} ({goods(found)})"
    parts = []
    if sold:
        parts.append(f"{name_of(sold.country)} took {words.percent(sold.share)} of {_possessive(who)} exports")
    if bought:
        parts.append(
            f"{name_of(bought.country)} sent {words.percent(bought.share)} of {'its' if sold else _possessive(who)} imports"
        )
    return (
        f"{' and '.join(parts)} in {found.period} ({goods(found)})"
        if parts
        else f"Nothing is known of {_possessive(who)} trade in {found.period}"
    )


def others(count: int) -> str:
    """``1 other``, ``7 others``."""
    return f"{count:,} other{'s' if count != 1 else ''}"


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def sections(found: Inspection) -> Iterator[Section]:
    """All tables of an inspection, in the order they are read."""
    if found.country is None:
        yield _largest(found)
    else:
        yield _dependence(found)
        yield _reported(found)
        yield _concentration(found)
    yield _contradictions(found)
    yield _gaps(found)
    if found.repairs:
        yield Section(
            "Repairs", ("What was done", "rows"), tuple((_repair(r.text, r.line), f"{r.rows:,}") for r in found.repairs)
        )


def _repair(text: str, line: int) -> str:
    return f"{text} (from line {line:,})" if line else text


def _unit(found: Inspection) -> str:
    return f"{found.currency}\u00a0M"


def _dependence(found: Inspection) -> Section:
    sides = (found.exports, found.imports, found.trade)
    names = [p.country for p in found.trade.partners[:SHOWN]] if found.trade else []
    rows = [
        (
            name_of(name),
            *(cell for side in sides if side is not None for cell in _share(_named(side, name), side is found.trade)),
        )
        for name in names
    ]
    left = len(found.trade.partners) - len(names) if found.trade else 0
    if left:
        rows.append(
            (
                others(left),
                *(cell for side in sides if side is not None for cell in _others(side, names, side is found.trade)),
            )
        )
    head = ("Partner", f"exports ({_unit(found)})", "share", f"imports ({_unit(found)})", "share", "of both")
    totals = [amount(side.total) for side in sides if side is not None]
    rows.append(("All", totals[0], "", totals[1], "", ""))
    note = f"Best estimates at the exporter's border: what an importer reports is divided by {found.margin:g} for carriage and insurance."
    return Section("Dependence", head, tuple(rows), (note,))


def _named(side: Side, name: str) -> Partner | None:
    return next((p for p in side.partners if p.country == name), None)


def _share(partner: Partner | None, share_only: bool) -> tuple[str, ...]:
    cells = (amount(partner.value), words.percent(partner.share)) if partner else ("–", "–")
    return cells[1:] if share_only else cells


def _others(side: Side, names: Sequence[str], share_only: bool) -> tuple[str, ...]:
    value = math.fsum(p.value for p in side.partners if p.country not in names)
    cells = (amount(value), words.percent(value / side.total)) if value else ("–", "–")
    return cells[1:] if share_only else cells


def _reported(found: Inspection) -> Section:
    """What each side says, as it does."""
    who = found.country or ""
    rows = []
    names = [p.country for p in found.trade.partners[:SHOWN]] if found.trade else []
    for name in names:
        sold, bought = (_named(side, name) if side else None for side in (found.exports, found.imports))
        rows.append((
            name_of(name), amount(sold.exporter_says if sold else None), amount(sold.importer_says if sold else None),
            amount(bought.importer_says if bought else None), amount(bought.exporter_says if bought else None),
        ))  # fmt: skip
    head = ("Partner", f"exports: {who} says", "partner says", f"imports: {who} says", "partner says")
    notes = []
    if "reconciled" in found.cells:
        notes.append(
            "BACI has one figure for both sides, shown as the exporter's; it does not tell by how much they differ."
        )
    elif found.silent:
        notes.append(
            f"{name_of(who)} reports nothing in {found.period}: every figure is its partners' (mirror statistics)."
        )
    for words_, side in (("exports", found.exports), ("imports", found.imports)):
        if side is not None and side.world:
            notes.append(
                f"Partners named in {who}'s reports make up {words.percent((side.named or 0) / side.world)} of its {words_} as a whole, {amount(side.world)} {_unit(found)}."
            )
    return Section(
        f"As reported ({_unit(found)}; imports mostly with carriage and insurance)", head, tuple(rows), tuple(notes)
    )


def _concentration(found: Inspection) -> Section:
    rows = [
        (name, f"{side.concentration:.2f}", f"{1 / side.concentration:.1f}", f"{len(side.partners)}")
        for name, side in (("Exports", found.exports), ("Imports", found.imports), ("Both", found.trade))
        if side is not None and side.concentration > 0
    ]
    note = "Herfindahl-Hirschman index: the sum of squared shares, 1 with a single partner. Its inverse is the number of equal partners that gives the same."
    return Section("Concentration", ("", "index", "like equal partners", "partners"), tuple(rows), (note,))


def _largest(found: Inspection) -> Section:
    rows = [
        (
            f"{name_of(f.exporter)} → {name_of(f.importer)}",
            amount(f.exporter_says),
            amount(f.importer_says),
            amount(f.value),
            within(f.error),
        )
        for f in found.largest[:SHOWN]
    ]
    head = (f"Flow ({_unit(found)})", "exporter says", "importer says", "best estimate", "within a factor")
    note = f"Best estimates at the exporter's border: an importer's report is divided by {found.margin:g}. The factor holds 90\u00a0% of what the true value may be."
    return Section(f"Largest flows in {found.period}", head, tuple(rows), (note,))


def within(error: float) -> str:
    """The factor either way that holds nine tenths, of a log-normal error."""
    return f"{math.exp(1.645 * error):.1f}" if error else "–"


def _contradictions(found: Inspection) -> Section:
    rows = [
        (f"{name_of(c.exporter)} → {name_of(c.importer)}", c.commodity, amount(c.exporter_says), amount(c.importer_says),
         f"{c.ratio:.2f}" if math.isfinite(c.ratio) else "–", amount(c.amount))
        for c in found.contradictions[:SHOWN]
    ]  # fmt: skip
    both = found.cells.get("both sides", 0)
    if "reconciled" in found.cells:
        note = "Both sides' reports are reconciled in this table already."
    elif not both:
        note = f"None can show: each of {found.cells['one side']:,} flows in {found.period} (by commodity) is reported by one side only."
    else:
        note = f"Of {sum(found.cells.values()):,} flows in {found.period} (by commodity) both sides report {both:,}; {len(found.contradictions):,} differ once carriage and insurance are taken off imports."
    return Section(
        "Contradictions",
        ("Flow", "code", "exporter", "importer", "ratio", "apart"),
        tuple(rows),
        (note,) if "reconciled" in found.cells else (note, _spread(found)),
        (0, 1),
    )


def _spread(found: Inspection) -> str:
    """How far off a single report is taken to be, and whether that was found or assumed."""
    basis = "an assumption" if found.spread == SPREAD else "from the flows that both sides report"
    return f"A usual report is taken to be within a factor of {within(found.spread)} (90\u00a0%): {basis}."


def _gaps(found: Inspection) -> Section:
    rows = tuple((name_of(gap.country), spans(found.periods, gap), amount(gap.most)) for gap in found.gaps[:SHOWN])
    about = f" on {name_of(found.country)}" if found.country else ""
    left = f"; {len(found.gaps) - SHOWN:,} more" if len(found.gaps) > SHOWN else ""
    if "reconciled" in found.cells:
        note = "A flow that the table does not have is taken for none."
    else:
        many = (
            f"{len(found.gaps):,} reporters have"
            if len(found.gaps) > 1
            else "1 reporter has"
            if found.gaps
            else "No reporter has"
        )
        note = f"{many} periods{about} without a report between their first and last{left}. Downloads do not tell a missing report from no trade."
    return Section("Gaps", ("Reporter", "nothing in", f"largest ({_unit(found)})"), rows, (note,), (0, 1))


def spans(periods: Sequence[str], gap: Gap) -> str:
    """Periods in a row as ``1997–2003``."""
    there = [p for p in periods if len(p) == len(gap.periods[0])]
    runs: list[list[str]] = []
    for period in gap.periods:
        if runs and there.index(period) == there.index(runs[-1][-1]) + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
