"""From a file of trade to checked rows: every entry in one spelling, every mistake with its line, every repair told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.situation.messages import listing
from detente.trade import countries, entries
from detente.trade.layouts import NUMBERS
from detente.trade.loading import TOLD, Loading
from detente.trade.messages import TableError

if TYPE_CHECKING:
    import polars as pl

USUAL = "USD"
"""The unit of a table that names none."""
SIDES = ("exporter", "importer", "both")
KEY = ("period", "exporter", "importer", "side", "commodity")
"""What tells one report from another."""


def loaded(path: Path) -> Loading:
    """Read, check and mend a file.

    Its ``frame`` then has ``row``, ``period``, ``exporter``, ``importer``, ``side`` (of which report: exporter, importer, or both), ``commodity``,
    ``classification``, ``value`` (millions), ``cif`` (whether carriage and insurance are in it), ``quantity``, ``quantity_unit`` and ``source``; rows whose
    partner is the world have ``WLD`` there. Raises :class:`TableError` with every mistake.
    """
    loading = Loading(path)
    if not len(loading.frame):
        raise TableError([loading.source.problem(0, "", "no rows below the first line", "one row a flow")])
    _numbers(loading)
    _periods(loading)
    _units(loading)
    _directions(loading)
    _places(loading)
    _commodities(loading)
    _left(loading)
    _doubled(loading)
    return loading


def _numbers(loading: Loading) -> None:
    """Numbers are numbers, none below zero; what a row must have is there."""
    import polars as pl

    loading.refuse(
        pl.col("odd_value"), "value", "a number, such as 1192866092 or 1.2e9, without separators of thousands"
    )
    for name in ("fob", "quantity"):
        loading.refuse(pl.col(f"odd_{name}"), name, "a number, or nothing")
    for name in NUMBERS:
        loading.refuse(pl.col(name) < 0, name, "0 or more")
    for name in ("period", "reporter", "partner", "flow", "commodity"):
        loading.refuse(pl.col(name).is_null(), name, "an entry in every row")
    loading.stop()


def _periods(loading: Loading) -> None:
    accepted = "a period such as 2016, 2016-10 (or 201610), 2016-Q3 or 2016-H1"
    known = loading.understood("period", entries.period, accepted)
    loading.stop()
    loading.respell("period", {e: str(entries.period(e)) for e in known})


def _units(loading: Loading) -> None:
    """Values in millions of one currency."""
    import polars as pl

    loading.frame = loading.frame.with_columns(pl.col("unit").fill_null(USUAL))
    accepted = "a currency of ISO 4217, alone or with _th, _mn or _bn, such as USD or USD_mn"
    known = loading.understood("unit", entries.unit, accepted)
    loading.stop()
    units = {e: unit for e in known if (unit := entries.unit(e)) is not None}
    _one(
        "unit",
        loading,
        {e: currency for e, (currency, _) in units.items()},
        "one currency a table: convert the others at a rate you can cite",
    )
    if len(set(units.values())) > 1:
        loading.note(pl.col("unit").is_not_null(), f"the units {listing(known)} are all turned into millions")
    loading.currency = next(iter(units.values()))[0]
    scale = pl.col("unit").replace_strict({e: factor for e, (_, factor) in units.items()}, return_dtype=pl.Float64)
    loading.frame = loading.frame.with_columns(pl.col("value", "fob") * scale).drop("unit")


def _one(name: str, loading: Loading, kinds: Mapping[str, str], accepted: str) -> None:
    """Refuse entries of several kinds, with the first line of each."""
    import polars as pl

    different = sorted(set(kinds.values()))
    if len(different) > 1:
        lines = [
            (kind, loading.first(pl.col(name).is_in([e for e, k in kinds.items() if k == kind]))) for kind in different
        ]
        found = " and ".join(f"{kind} (first in line {line:,})" for kind, line in lines)
        loading.problems.append(loading.source.problem(min(line for _, line in lines), name, found, accepted))
        loading.stop()


def _directions(loading: Loading) -> None:
    """Which side reports, and whether carriage and insurance are in what it does."""
    import polars as pl

    words = (*entries.IMPORTS, *entries.EXPORTS, *entries.PARTS, entries.RECONCILED)
    accepted = "`import` or `export`, or UN Comtrade's codes for them"
    known = {
        e: e.lower()
        for e in loading.understood("flow", lambda e: e.lower() if e.lower() in words else None, accepted, words)
    }
    told = {
        e: e.lower()
        for e in loading.understood(
            "valuation", lambda e: e.lower() if e.lower() in ("cif", "fob") else None, "`cif` or `fob`"
        )
    }
    loading.stop()
    for part in sorted({entries.PARTS[word] for word in known.values() if word in entries.PARTS}):
        loading.leave_out(
            pl.col("flow").is_in([e for e, word in known.items() if entries.PARTS.get(word) == part]),
            f"left out: {part}",
        )
    parts = "left out: parts by means of transport, customs procedure or second partner, which other rows include"
    loading.leave_out(pl.col("part"), parts)
    sides = {
        e: "importer" if w in entries.IMPORTS else "both" if w == entries.RECONCILED else "exporter"
        for e, w in known.items()
    }
    loading.respell("flow", sides, "side", SIDES)
    mine = pl.col("side") == "importer"
    at_border = mine & (pl.col("fob") > 0).fill_null(value=False)
    valued = {
        word: pl.col("valuation").is_in([e for e, w in told.items() if w == word]).fill_null(value=False)
        for word in ("cif", "fob")
    }
    loading.frame = loading.frame.with_columns(
        value=pl.when(at_border).then("fob").otherwise("value"),
        cif=(mine & ~at_border & ~valued["fob"]) | valued["cif"],
    ).drop("fob", "valuation", "flow", "part")


def _places(loading: Loading) -> None:
    """Reporters and partners as exporters and importers."""
    import polars as pl

    words = countries.accepted_words()
    accepted = "an ISO 3166 code of two or three letters, a UN M49 number, or a country's name"
    found: dict[str, countries.Place] = {}
    for name in ("reporter", "partner"):
        known = loading.understood(name, lambda e: countries.place(e.removesuffix(".0")), accepted, words)
        found |= {e: p for e in known if (p := countries.place(e.removesuffix(".0"))) is not None}
    loading.stop()

    def either(places: Sequence[str]) -> pl.Expr:
        return pl.any_horizontal(pl.col("reporter", "partner").is_in(places))

    for group in sorted({p.code for p in found.values() if p.kind == "group"}):
        text = f"left out: {group}, which is no country; what is in it may be told under its members too"
        loading.leave_out(either([e for e, p in found.items() if p.code == group]), text)
    world = [e for e, p in found.items() if p.kind == "world"]
    loading.leave_out(pl.col("reporter").is_in(world), "left out: reports of the world as a whole")
    for told, code in sorted({(p.told, p.code) for p in found.values() if p.told}):
        loading.note(either([e for e, p in found.items() if p.told == told]), f"counted as {code}: {told}")
    for name in ("reporter", "partner"):
        loading.respell(name, {e: p.code for e, p in found.items()})
    itself = "left out: trade of a country with itself (goods that come back)"
    loading.leave_out(pl.col("reporter") == pl.col("partner"), itself)
    mine = pl.col("side") == "importer"
    loading.frame = loading.frame.with_columns(
        exporter=pl.when(mine).then("partner").otherwise("reporter"),
        importer=pl.when(mine).then("reporter").otherwise("partner"),
    ).drop("reporter", "partner")


def _commodities(loading: Loading) -> None:
    """Codes of one classification."""
    import polars as pl

    spelt = {e: entries.classification(e) for e in loading.entries("classification")}
    families = {e: entries.family(name) for e, name in spelt.items()}
    _one("classification", loading, families, "one classification a table: two would count the same goods twice")
    family = next(iter(families.values()), entries.OWN)
    if families:
        loading.note(
            pl.col("classification").is_null(), f"no classification is named: taken for {family}, as the other rows"
        )
    revisions = sorted(set(spelt.values()))
    if len(revisions) > 1:
        text = f"the revisions {listing(revisions)} are taken for one: a code means the same in each"
        loading.note(pl.col("classification").is_not_null(), text)
    loading.frame = loading.frame.with_columns(
        pl.col("classification").cast(pl.String).replace(spelt).fill_null(family).cast(pl.Categorical)
    )
    codes = {e: entries.commodity(e, family) for e in loading.entries("commodity")}
    short = [e for e, code in codes.items() if entries.is_code(code) and len(code) > len(e)]
    loading.note(pl.col("commodity").is_in(short), "HS codes of odd length: their leading nought is put back")
    loading.respell("commodity", codes)


def _left(loading: Loading) -> None:
    """What has no value goes; something must remain."""
    import polars as pl

    loading.leave_out(pl.col("value").is_null(), "left out: no value is given, so the flow is not known")
    if not len(loading.frame):
        found = "no row that can be used: " + "; ".join(map(str, loading.repairs))
        raise TableError([loading.source.problem(0, "", found, "trade of one country with another")])


def _doubled(loading: Loading) -> None:
    """A report told twice with the same value counts once; with different ones, it is a mistake."""
    import polars as pl

    frame = loading.frame
    key = pl.lit(0, dtype=pl.UInt64)
    for name in KEY:
        kinds = frame[name].dtype
        assert isinstance(kinds, pl.Enum)
        key = key * len(kinds.categories) + pl.col(name).to_physical().cast(pl.UInt64)
    keys = frame.select(key.alias("key"))["key"]
    if keys.n_unique() == len(keys):
        return
    doubled = frame.with_columns(keys).filter(keys.is_duplicated()).sort("key", "row")
    reports = doubled.group_by("key", maintain_order=True).agg(
        "row", "value", pl.col("exporter", "importer", "commodity", "period").first()
    )
    for _, rows, values, *flow in reports.sort(pl.col("row").list.first()).iter_rows():
        other = next((row for row, value in zip(rows, values, strict=True) if value != values[0]), None)
        if other is not None and len(loading.problems) < TOLD:
            lines = loading.source.lines((rows[0], other))
            found = f"{flow[0]} to {flow[1]}, {flow[2]}, {flow[3]} a second time with another value (first in line {lines[rows[0]]:,})"
            loading.problems.append(
                loading.source.problem(lines[other], "", found, "one row for each report of a flow")
            )
    loading.stop()
    again = doubled.filter(pl.col("key").is_first_distinct().not_())["row"]
    loading.leave_out(pl.col("row").is_in(again.implode()), "left out: the same row a second time")
