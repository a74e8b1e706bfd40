"""What a table of trade says of a country, or of all, and what it leaves open: dependence, concentration, gaps, contradictions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.trade import mirror
from detente.trade.messages import Repair

if TYPE_CHECKING:
    import polars as pl

    from detente.trade.tables import TradeTable

LARGEST = 50
"""Flows that an inspection of a whole table lists."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner in a country's exports, imports, or both: best estimate in millions, the standard deviation of its log, its share (0 to 1),
    and what each side reported, as it did (imports with carriage and insurance, mostly); None where it did not."""

    country: str
    value: float
    error: float
    share: float
    exporter_says: float | None
    importer_says: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """A country's exports, imports, or both, in one period, by partner, the largest first.

    ``concentration``: the Herfindahl-Hirschman index, the sum of squared shares (1: a single partner). ``world``: what the country reports as its trade with
    the world, None where it does not; ``named``: what it reports of it by partner.
    """

    total: float
    concentration: float
    partners: tuple[Partner, ...]
    world: float | None = None
    named: float | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """The best estimate of one flow, all commodities together."""

    exporter: str
    importer: str
    value: float
    error: float
    exporter_says: float | None
    importer_says: float | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One flow of one commodity that both sides report. ``importer_says`` is brought to the exporter's border; ``ratio`` is it over ``exporter_says``,
    infinite where the exporter reports none; ``amount`` is what lies between them."""

    period: str
    exporter: str
    importer: str
    commodity: str
    exporter_says: float
    importer_says: float
    ratio: float
    amount: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A country that reports before and after these periods of the table, and not in them; ``most`` is the largest sum that it reports in a period."""

    country: str
    periods: tuple[str, ...]
    most: float


@dataclass(frozen=True)
class Inspection:
    """What :func:`inspect` found.

    With a ``country``: its ``exports``, ``imports`` and ``trade``; without: None, and ``largest`` flows in their place. ``cells`` counts the flows (by
    commodity) of the period that both sides report, one, or BACI for both. ``silent``: the country itself reports nothing in the period.
    """

    origin: str
    layout: str
    classification: str
    currency: str
    period: str
    periods: tuple[str, ...]
    commodities: tuple[str, ...]
    reports: int
    countries: int
    country: str | None
    silent: bool
    exports: Side | None
    imports: Side | None
    trade: Side | None
    largest: tuple[Flow, ...]
    cells: dict[str, int]
    spread: float
    margin: float
    gaps: tuple[Gap, ...]
    contradictions: tuple[Contradiction, ...]
    repairs: tuple[Repair, ...]

    def to_dict(self) -> dict[str, Any]:
        """All of it as data that JSON takes; an infinite ratio is None."""
        data = asdict(self)
        for found in data["contradictions"]:
            found["ratio"] = found["ratio"] if math.isfinite(found["ratio"]) else None
        return data


def inspect(
    table: TradeTable, country: str | None = None, period: str | int | None = None, margin: float = mirror.MARGIN
) -> Inspection:
    """Look into a table: for one country or all, in one period (left out: the last).

    Raises :class:`~detente.trade.messages.TableError` for what the table does not have.
    """
    import polars as pl

    when = table.period(period) if period is not None else _last(table, country)
    who = table.country(country) if country is not None else None
    cells = table.estimates(when, None, margin)
    x, y = (cells[name].fill_null(math.nan).to_numpy() for name in ("exports", "fob"))
    spread = mirror.spread(x, y)
    mine = cells if who is None else cells.filter((pl.col("exporter") == who) | (pl.col("importer") == who))
    flows = _summed(mine)
    exports = imports = trade = None
    if who is not None:
        exports, imports = (_side(table, who, when, flows, own) for own in ("exporter", "importer"))
        trade = _both(exports, imports)
    reconciled = bool((table.rows["side"] == "both").any())
    both = int(mine.select((pl.col("exports").is_not_null() & pl.col("imports").is_not_null()).sum()).item())
    counted = {"reconciled": len(mine)} if reconciled else {"both sides": both, "one side": len(mine) - both}
    return Inspection(
        table.origin, table.layout, table.classification, table.currency, when, table.periods, table.commodities, len(table.rows),
        len(table.countries), who, who is not None and who not in table.reporters(when), exports, imports, trade,
        () if who is not None else tuple(sorted(flows, key=lambda f: -f.value)[:LARGEST]), counted, spread, margin,
        () if reconciled else _gaps(table, who), _contradictions(mine, when), table.repairs,
    )  # fmt: skip


def _last(table: TradeTable, country: str | None) -> str:
    """The last period in which the table has the country, or anything."""
    import polars as pl

    if country is None:
        return table.periods[-1]
    who = table.country(country)
    rows = table.rows.filter(pl.any_horizontal(pl.col("exporter", "importer").cast(pl.String) == who))
    return str(max(rows["period"].cast(str).unique().to_list()))


def _summed(cells: pl.DataFrame) -> list[Flow]:
    """Flows of all commodities together."""
    import polars as pl

    square = (pl.col("value") * pl.col("error")) ** 2
    sums = cells.group_by("exporter", "importer", maintain_order=True).agg(
        pl.col("value").sum(), (square.sum().sqrt() / pl.col("value").sum()).fill_nan(0.0).alias("error"),
        *(pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in ("exports", "imports")),
    )  # fmt: skip
    return [
        Flow(*row) for row in sums.select("exporter", "importer", "value", "error", "exports", "imports").iter_rows()
    ]


def _side(table: TradeTable, who: str, period: str, flows: Sequence[Flow], own: str) -> Side:
    mine = sorted((f for f in flows if getattr(f, own) == who and f.value > 0), key=lambda f: -f.value)
    total = math.fsum(f.value for f in mine)
    partners = tuple(
        Partner(
            f.importer if own == "exporter" else f.exporter,
            f.value,
            f.error,
            f.value / total,
            f.exporter_says,
            f.importer_says,
        )
        for f in mine
    )
    world, named = _world(table, who, period, own)
    return Side(total, math.fsum(p.share**2 for p in partners), partners, world, named)


def _world(table: TradeTable, who: str, period: str, own: str) -> tuple[float | None, float | None]:
    """What a country reports as its trade with the world, and of it by partner, in the same commodities."""
    import polars as pl

    if not len(table.totals):
        return None, None
    told = (pl.col("period") == period) & (pl.col("side") == own) & (pl.col(own).cast(pl.String) == who)
    whole = table.totals.filter(told).group_by(pl.col("commodity").cast(pl.String)).agg(pl.col("value").sum())
    parts = (
        table.rows.filter(told).group_by(pl.col("commodity").cast(pl.String)).agg(pl.col("value").sum().alias("named"))
    )
    heads = whole.filter(pl.col("commodity").str.len_chars() == pl.col("commodity").str.len_chars().min()).join(
        parts, on="commodity", how="left"
    )
    return (float(heads["value"].sum()), float(heads["named"].sum())) if len(heads) else (None, None)


def _both(exports: Side, imports: Side) -> Side:
    """Exports and imports together, by partner."""
    total = exports.total + imports.total
    by_partner: dict[str, list[Partner]] = {}
    for partner in (*exports.partners, *imports.partners):
        by_partner.setdefault(partner.country, []).append(partner)
    partners = []
    for country, found in by_partner.items():
        values, errors = (np.array([getattr(p, name) for p in found]) for name in ("value", "error"))
        value = float(values.sum())
        partners.append(Partner(country, value, mirror.of_sum(values, errors), value / total, None, None))
    partners.sort(key=lambda p: -p.value)
    return Side(total, math.fsum(p.share**2 for p in partners), tuple(partners))


def _gaps(table: TradeTable, who: str | None) -> tuple[Gap, ...]:
    """Reporters (on the country, where there is one) with periods missing between their first and their last, the largest first."""
    import polars as pl

    rows = table.rows
    if who is not None:
        rows = rows.filter(pl.any_horizontal(pl.col("exporter", "importer").cast(pl.String) == who))
    reporter = (
        pl.when(pl.col("side") == "importer")
        .then(pl.col("importer").cast(pl.String))
        .otherwise(pl.col("exporter").cast(pl.String))
    )
    told = rows.group_by(reporter.alias("reporter"), pl.col("period").cast(pl.String)).agg(pl.col("value").sum())
    found = []
    for country, periods, most in told.group_by("reporter").agg("period", pl.col("value").max()).iter_rows():
        first, last = min(periods), max(periods)
        length = len(first)
        missing = tuple(p for p in table.periods if first < p < last and len(p) == length and p not in periods)
        if missing:
            found.append(Gap(country, missing, most))
    return tuple(sorted(found, key=lambda gap: (-gap.most, gap.country)))


def _contradictions(cells: pl.DataFrame, period: str) -> tuple[Contradiction, ...]:
    """What both sides report, the largest difference first."""
    import polars as pl

    both = cells.filter(pl.col("exports").is_not_null() & pl.col("imports").is_not_null())
    found = [
        Contradiction(period, i, j, k, x, y, y / x if x > 0 else math.inf, abs(y - x))
        for i, j, k, x, y in both.select("exporter", "importer", "commodity", "exports", "fob").iter_rows()
        if not math.isclose(x, y)
    ]
    return tuple(sorted(found, key=lambda c: -c.amount))
