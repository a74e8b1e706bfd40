"""A table of trade, as downloaded or made by hand, and the matrix of flows made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.situation.messages import listing
from detente.trade import countries as places
from detente.trade import entries, mirror
from detente.trade.checks import loaded
from detente.trade.flows import Flows
from detente.trade.messages import Problem, Repair, TableError, nearest

if TYPE_CHECKING:
    import polars as pl

    from detente.trade.inspection import Inspection

REST = "REST"
MOST_CELLS = 40_000_000
"""Most cells of a matrix of flows: two numbers each."""


@dataclass(frozen=True, eq=False, repr=False)
class TradeTable:
    """Reports of bilateral trade, checked.

    ``rows``: one a report, with ``row`` (of the file, from 0), ``period``, ``exporter``, ``importer`` (alpha-3), ``side`` (who reports: exporter, importer, or
    both for figures reconciled already), ``commodity``, ``classification``, ``value`` in millions of ``currency``, ``cif`` (whether carriage and insurance are
    in it), ``quantity``, ``quantity_unit``, ``source``. ``totals``: the same of trade with all partners (WLD), which ``rows`` never hold. ``repairs``: what
    was done so that it can be used.
    """

    origin: str
    layout: str
    currency: str
    rows: pl.DataFrame
    totals: pl.DataFrame
    repairs: tuple[Repair, ...]

    def __repr__(self) -> str:
        span = f"{self.periods[0]} to {self.periods[-1]}" if self.periods else "no periods"
        return f"<TradeTable {self.origin}: {self.layout}, {len(self.rows):,} reports, {span}, {len(self.countries)} countries>"

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods it has, in order."""
        return tuple(sorted(self.rows["period"].cast(str).unique().to_list()))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The countries it has, reporting or reported on."""
        found = {c for side in ("exporter", "importer") for c in self.rows[side].cast(str).unique().to_list()}
        return tuple(sorted(found))

    @cached_property
    def commodities(self) -> tuple[str, ...]:
        """The codes it has, on all levels."""
        return tuple(sorted(self.rows["commodity"].cast(str).unique().to_list()))

    @cached_property
    def classification(self) -> str:
        """``HS2012`` or the like; ``HS`` or ``SITC`` where revisions are mixed."""
        found = [c for c in self.rows["classification"].cast(str).unique().to_list() if c]
        return found[0] if len(found) == 1 else entries.family(found[0]) if found else entries.OWN

    @cached_property
    def seen(self) -> frozenset[tuple[str, str]]:
        """(reporter, partner) of all periods: that a country tells of the other at all. Both ways round for reconciled figures."""
        found = set()
        for exporter, importer, side in self.rows.select("exporter", "importer", "side").unique().iter_rows():
            if side != "importer":
                found.add((exporter, importer))
            if side != "exporter":
                found.add((importer, exporter))
            if side == "both":
                found |= {(exporter, importer), (importer, exporter)}
        return frozenset(found)

    def reporters(self, period: str) -> frozenset[str]:
        """Who reports something in a period; in reconciled figures, who has a flow."""
        import polars as pl

        found: set[str] = set()
        for frame in (self.rows, self.totals):
            for side, other in (("exporter", "importer"), ("importer", "exporter")):
                mine = frame.filter((pl.col("period") == period) & (pl.col("side") != other))
                found |= set(mine[side].cast(str).unique().to_list())
        return frozenset(found - {places.WORLD})

    # ------------------------------------------------------------------ what is asked of it

    def problem(self, where: str, found: str, accepted: str, hint: str | None = None) -> TableError:
        """What was asked is not in the table."""
        return TableError([Problem(self.origin, 0, 0, where, found, accepted, hint)])

    def country(self, word: str) -> str:
        """The alpha-3 code of a country of the table, named in any way; raises :class:`TableError`."""
        found = places.place(word)
        if found is not None and found.code in self.countries:
            return found.code
        hint = nearest(word, (*self.countries, *(places.name_of(c) for c in self.countries)))
        raise self.problem("country", f"`{word}`", f"a country of the table: {listing(self.countries)}", hint)

    def period(self, word: str | int) -> str:
        """A period of the table; raises :class:`TableError`."""
        found = entries.period(str(word))
        if found in self.periods:
            return str(found)
        raise self.problem(
            "period", f"`{word}`", f"a period of the table: {listing(self.periods)}", nearest(str(word), self.periods)
        )

    def estimates(
        self,
        period: str | int,
        commodities: Sequence[str] | None = None,
        margin: float = mirror.MARGIN,
        spread: float | None = None,
    ) -> pl.DataFrame:
        """Each flow of a period that somebody reports: ``exporter``, ``importer``, ``commodity``, ``exports``, ``imports`` (as reported, in millions; null
        where a side does not), ``fob`` (imports at the exporter's border), ``value`` and ``error`` (:mod:`detente.trade.mirror`).

        ``margin``: value at the importer's border over that at the exporter's. ``spread``: standard deviation of the log of a report; None: of each
        country, by the flows of the period that both sides report, if they are enough. A commodity above others of the table (27 above 2701) is taken as reported, and where it is
        not, as the sum of those below.
        """
        import polars as pl

        when = self.period(period)
        for name, given in (("margin", margin), ("spread", spread)):
            if given is not None and not given > 0:
                raise self.problem(name, f"{given:g}", "a number above 0")
        rows = self._of(self.rows.filter(pl.col("period") == when), commodities)
        worth = pl.col("value") / pl.when("cif").then(margin).otherwise(1.0)
        side = pl.col("side")
        sums = rows.group_by("exporter", "importer", "target", maintain_order=True).agg(
            pl.col("value").filter(side != "importer").sum().alias("exports"), (side != "importer").any().alias("sold"),
            pl.col("value").filter(side == "importer").sum().alias("imports"), (side == "importer").any().alias("bought"),
            worth.filter(side == "importer").sum().alias("fob"), worth.filter(side != "importer").sum().alias("out"),
        )  # fmt: skip
        told = sums.select(
            pl.col("exporter", "importer").cast(pl.String), pl.col("target").alias("commodity"),
            pl.when("sold").then("exports").alias("exports"), pl.when("bought").then("imports").alias("imports"),
            pl.when("sold").then("out").alias("out"), pl.when("bought").then("fob").alias("fob"),
        )  # fmt: skip
        x, y = (told[name].fill_null(float("nan")).to_numpy() for name in ("out", "fob"))
        at = {country: k for k, country in enumerate(self.countries)}
        i, j = (told[name].replace_strict(at, return_dtype=pl.Int64).to_numpy() for name in ("exporter", "importer"))
        each = np.full(len(at), spread) if spread is not None else mirror.spreads(i, j, x, y, len(at))
        value, error = mirror.reconciled(x, y, each[i], each[j])
        return (
            told.drop("out")
            .with_columns(value=pl.Series(value), error=pl.Series(error))
            .sort("exporter", "importer", "commodity")
        )

    def _of(self, rows: pl.DataFrame, commodities: Sequence[str] | None) -> pl.DataFrame:
        """Rows of these commodities, no part beside its whole; ``target`` is the commodity that each counts to."""
        import polars as pl

        codes = rows["commodity"].cast(str).unique().to_list()
        tiered = entries.family(self.classification) in ("HS", "SITC")
        wanted = self._asked(codes, commodities, tiered=tiered)
        target = {code: whole for code in codes if (whole := _whole(code, wanted, tiered=tiered)) is not None}
        chosen = rows.with_columns(
            target=pl.col("commodity").cast(pl.String).replace_strict(target, default=None, return_dtype=pl.String)
        )
        chosen = chosen.filter(pl.col("target").is_not_null())
        lengths = sorted({len(code) for code in target})
        for length in lengths[:-1] if tiered else ():
            code = pl.col("commodity").cast(pl.String)
            key = ["exporter", "importer", "side"]
            wholes = chosen.filter(code.str.len_chars() == length).select(*key, code.alias("head")).unique()
            longer = chosen.with_columns(head=pl.when(code.str.len_chars() > length).then(code.str.slice(0, length)))
            chosen = longer.join(wholes, on=[*key, "head"], how="anti").drop("head")
        return chosen

    def _asked(self, codes: Sequence[str], commodities: Sequence[str] | None, *, tiered: bool) -> set[str]:
        if commodities is None:
            numbers = {c for c in codes if entries.is_code(c)} if tiered else set(codes)
            if not numbers or not tiered:
                return set(codes)
            lengths = sorted({len(c) for c in numbers})
            return {c for c in numbers if not any(c[:n] in numbers for n in lengths if n < len(c))}
        wanted = {entries.commodity(str(c), entries.family(self.classification)) for c in commodities}
        for code in sorted(wanted):
            if not any(_whole(c, {code}, tiered=tiered) for c in self.commodities):
                raise self.problem(
                    "commodities",
                    f"`{code}`",
                    f"codes of the table: {listing(self.commodities)}",
                    nearest(code, self.commodities),
                )
            above = next((c for c in wanted if c != code and tiered and code.startswith(c)), None)
            if above:
                raise self.problem(
                    "commodities", f"`{code}` beside `{above}`, which includes it", "commodities that do not overlap"
                )
        return wanted

    def flows(
        self,
        period: str | int,
        commodities: Sequence[str] | None = None,
        countries: Sequence[str] | None = None,
        *,
        rest: bool = True,
        margin: float = mirror.MARGIN,
        spread: float | None = None,
    ) -> Flows:
        """The matrix of flows of one period.

        ``commodities``: codes, none above another; None: the highest that the table has. ``countries``: in any spelling; None: all. With ``rest``, what those
        named trade with all others is summed up under ``REST``. ``margin`` and ``spread`` as in :meth:`estimates`.

        A flow that nobody reports is 0 where one side would have: it reports in that period, and in some period on that partner. Else it is NaN. Raises
        :class:`TableError` for what the table does not have.
        """
        when = self.period(period)
        estimates = self.estimates(when, commodities, margin, spread)
        names = tuple(dict.fromkeys(map(self.country, countries))) if countries is not None else self.countries
        codes = tuple(sorted(set(estimates["commodity"].to_list()) | self._codes(commodities)))
        others = rest and len(names) < len(self.countries)
        rows = (*names, REST) if others else names
        if len(rows) ** 2 * len(codes) > MOST_CELLS:
            found = f"{len(rows)} countries and {len(codes):,} commodities"
            raise self.problem("flows", found, "fewer of them: name countries, or commodities of a higher level")
        value, error = self._matrix(estimates, names, rows, codes, self._silent(when, names, rows))
        return Flows(rows, codes, when, self.classification, self.currency, value, error)

    def inspect(
        self, country: str | None = None, period: str | int | None = None, margin: float = mirror.MARGIN
    ) -> Inspection:
        """What the table says of a country, or of all, in a period (left out: the last), and what it leaves open."""
        from detente.trade.inspection import inspect

        return inspect(self, country, period, margin)

    def _codes(self, commodities: Sequence[str] | None) -> set[str]:
        family = entries.family(self.classification)
        return {entries.commodity(str(c), family) for c in commodities or ()}

    def _silent(self, period: str, names: Sequence[str], rows: Sequence[str]) -> np.ndarray:
        """Whether (N, N) a flow from one to the other would have been reported by either of them."""
        reporting = self.reporters(period)
        at = {name: i for i, name in enumerate(names)}
        last = len(rows) - 1
        told = np.zeros((len(rows), len(rows)), dtype=bool)
        for reporter, partner in self.seen:
            if reporter in reporting:
                i, j = (at.get(c, last if len(rows) > len(names) else -1) for c in (reporter, partner))
                if i >= 0 and j >= 0:
                    told[i, j] = told[j, i] = True
        np.fill_diagonal(told, val=False)
        return told

    def _matrix(
        self,
        estimates: pl.DataFrame,
        names: Sequence[str],
        rows: Sequence[str],
        codes: Sequence[str],
        silent: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Values and errors (N, N, K); sums over others with the error of a sum."""
        import polars as pl

        size, last = len(rows), len(rows) - 1
        at = {name: i for i, name in enumerate(names)}
        place = {c: at.get(c, last if size > len(names) else -1) for c in self.countries}
        index = [
            pl.col(name).replace_strict(place, return_dtype=pl.Int64).alias(name) for name in ("exporter", "importer")
        ]
        code = pl.col("commodity").replace_strict({c: k for k, c in enumerate(codes)}, return_dtype=pl.Int64)
        cells = estimates.with_columns(*index, code.alias("commodity")).filter(
            (pl.col("exporter") >= 0) & (pl.col("importer") >= 0) & (pl.col("exporter") != pl.col("importer"))
        )
        cell = tuple(cells[name].to_numpy() for name in ("exporter", "importer", "commodity"))
        given, doubt = cells["value"].to_numpy(), cells["error"].to_numpy()
        value = np.repeat(np.where(silent, 0.0, np.nan)[:, :, None], len(codes), axis=2)
        value[cell] = 0.0
        np.add.at(value, cell, given)
        square = np.zeros(value.shape)
        np.add.at(square, cell, (given * doubt) ** 2)
        return value, np.sqrt(square) / np.where(value > 0, value, 1.0)


def _whole(code: str, wanted: set[str], *, tiered: bool) -> str | None:
    """The one of the wanted codes that is this code or above it."""
    if code in wanted:
        return code
    if not tiered or not entries.is_code(code):
        return None
    return next((code[:n] for n in range(len(code) - 1, 0, -1) if code[:n] in wanted), None)


def read_trade(path: str | Path) -> TradeTable:
    """A table of bilateral trade from a CSV or Parquet file, laid out as UN Comtrade's or CEPII BACI's downloads, or in plain columns.

    The layout is recognised by the names of the columns (``docs/trade.md`` has them). Raises :class:`TableError`, which tells every mistake with its line.
    """
    import polars as pl

    loading = loaded(Path(path))
    frame = loading.frame
    world = (
        pl.any_horizontal(pl.col("exporter", "importer").cast(pl.String) == places.WORLD)
        if places.WORLD in _all_places(frame)
        else pl.lit(value=False)
    )
    table = TradeTable(
        str(path),
        loading.layout.name,
        loading.currency,
        frame.filter(~world),
        frame.filter(world),
        tuple(loading.repairs),
    )
    levels = _levels(table)
    return TradeTable(table.origin, table.layout, table.currency, table.rows, table.totals, (*table.repairs, *levels))


def _all_places(frame: pl.DataFrame) -> set[str]:
    return {str(c) for name in ("exporter", "importer") for c in frame[name].dtype.categories}  # type: ignore[attr-defined]


def _levels(table: TradeTable) -> list[Repair]:
    """That totals stand beside their parts is said: they are never summed."""
    found = []
    if entries.family(table.classification) in ("HS", "SITC"):
        numbers = {c for c in table.commodities if entries.is_code(c)}
        lengths = sorted({len(c) for c in numbers})
        above = {c[:n] for c in numbers for n in lengths if n < len(c) and c[:n] in numbers}
        names = set(table.commodities) - numbers if numbers else set()
        if above or names:
            wholes = listing(sorted(above | names))
            rows = int(table.rows["commodity"].cast(str).is_in(sorted(above | names)).sum())
            found.append(Repair(0, rows, f"totals beside their parts, never summed with them: {wholes}"))
    if len(table.totals):
        found.append(
            Repair(0, len(table.totals), "trade with the world as a whole: kept as a check, never summed with partners")
        )
    return found
