"""From a file of trade to checked rows: every entry in one spelling, every mistake with its line, every repair told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from detente.situation.messages import clipped, listing
from detente.trade import countries, entries
from detente.trade.layouts import LAYOUTS, NUMBERS, TEXTS, Layout, meanings, recognised
from detente.trade.messages import Problem, Repair, TableError, nearest
from detente.trade.reading import Source, opened

if TYPE_CHECKING:
    import polars as pl

SIDES = ("exporter", "importer", "both")
TOLD = 20
"""Most mistakes told of one kind."""


class Loading:
    """One file on its way to rows. ``frame`` changes with every step; ``repairs`` says what was done."""

    def __init__(self, path: Path) -> None:
        self.source = opened(path)
        self.layout = self._layout()
        self.repairs: list[Repair] = list(self.source.repairs)
        self.problems: list[Problem] = []
        self.frame = self._typed()
        self.currency = "USD"
        """Set once the units are known."""

    def _layout(self) -> Layout:
        layout = recognised(self.source.names)
        if layout is None:
            wanted = {name for known in LAYOUTS for names in known.columns.values() for name in names}
            odd = next((n for n in self.source.names if n.strip().lower() not in wanted and nearest(n, wanted)), None)
            hint = nearest(odd, wanted) if odd and len(odd) > 2 else None
            found = f"the columns {listing(f'`{name}`' for name in self.source.names)}"
            raise TableError([self.source.problem(1, "", found, "; ".join(known.asked() for known in LAYOUTS), hint)])
        return layout

    def _typed(self) -> pl.DataFrame:
        """Texts as categories, numbers as numbers; ``odd`` where text stands for a number."""
        import polars as pl

        found = meanings(self.layout, self.source.names)
        there = [n for n in (*TEXTS, *NUMBERS) if n in self.layout.columns or n in self.layout.fixed]
        texts = [found[n].cast(pl.Categorical).alias(n) for n in TEXTS]
        numbers = [found[n].cast(pl.Float64, strict=False).alias(n) for n in NUMBERS]
        odd = [
            found[n].is_not_null() & found[n].cast(pl.Float64, strict=False).is_finite().fill_null(value=False).not_()
            for n in NUMBERS
            if n in there
        ]
        lazy = self.source.frame.select("row", *texts, *numbers, found["part"].alias("part"), pl.any_horizontal(*odd).alias("odd"))
        blank = pl.all_horizontal(pl.col("reporter", "partner", "commodity", "value").is_null())
        try:
            return lazy.filter(blank.not_()).collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            raise TableError([self._unreadable(str(error))]) from None

    def _unreadable(self, reason: str) -> Problem:
        """What stopped the reader, with the line where a row has more entries than the first line."""
        import csv

        columns = len(self.source.names)
        if self.source.is_text:
            with self.source.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                reader = csv.reader(file, delimiter=self.source.separator)
                for row in reader:
                    if len(row) > columns:
                        return self.source.problem(reader.line_num, "", f"{len(row)} entries", f"{columns}, as in the first line")
        return self.source.problem(0, "", f"a table that cannot be read ({clipped(reason)})", "a CSV or Parquet file")

    # ------------------------------------------------------------------ mistakes and repairs

    def refuse(self, which: pl.Expr, where: str, accepted: str, *, column: str | None = None) -> None:
        """A problem for each of the first rows in which ``which`` holds."""
        rows = self.frame.filter(which)["row"].head(TOLD).to_list()
        self.tell({row: where for row in rows}, accepted, column)

    def tell(self, rows: Mapping[int, str], accepted: str, column: str | None = None) -> None:
        """A problem for each row, with what stands there in the file."""
        import polars as pl

        if not rows:
            return
        lines = self.source.lines(rows)
        found = meanings(self.layout, self.source.names)
        name = column or next(iter(rows.values()))
        raw = self.source.frame.filter(pl.col("row").is_in(list(rows))).select("row", found[name].alias("text")).collect()
        for row, text in raw.iter_rows():
            said = f"`{clipped(text)}`" if text is not None else "nothing"
            self.problems.append(self.source.problem(lines[row], rows[row], said, accepted))

    def leave_out(self, which: pl.Expr, text: str) -> None:
        """Take rows away, and say so."""
        self.note(which, text)
        self.frame = self.frame.filter(which.fill_null(value=False).not_())

    def note(self, which: pl.Expr, text: str) -> None:
        """Say what was done to the rows in which ``which`` holds, if there are any."""
        rows = self.frame.filter(which)["row"]
        if len(rows):
            first = int(rows.min())  # type: ignore[arg-type]
            self.repairs.append(Repair(self.source.lines([first])[first], len(rows), text))

    def stop(self) -> None:
        """Raise what was found so far, if anything was."""
        if self.problems:
            raise TableError(self.problems)

    def entries(self, name: str) -> list[str]:
        """The different entries of a column of text."""
        return sorted(e for e in self.frame[name].cast(str).unique().to_list() if e is not None)

    def respell(self, name: str, spelt: Mapping[str, str], into: str | None = None, kinds: Iterable[str] | None = None) -> None:
        """Each entry by another, as an enumeration of them (or of ``kinds``)."""
        import polars as pl

        kinds = pl.Enum(sorted(set(spelt.values())) if kinds is None else kinds)
        changed = pl.col(name).replace_strict(dict(spelt), default=None, return_dtype=kinds)
        self.frame = self.frame.with_columns(changed.alias(into or name))

    def understood(
        self, name: str, understand: Callable[[str], object], accepted: str, words: Iterable[str] = ()
    ) -> dict[str, str]:
        """Each entry that is understood, to itself; the first row with one that is not becomes a problem."""
        import polars as pl

        known = {}
        for entry in self.entries(name):
            if understand(entry) is not None:
                known[entry] = entry
            elif len(self.problems) < TOLD:
                row = int(self.frame.filter(pl.col(name) == entry)["row"].min())  # type: ignore[arg-type]
                line = self.source.lines([row])[row]
                hint = nearest(entry, words)
                self.problems.append(self.source.problem(line, name, f"`{clipped(entry)}`", accepted, hint))
        return known


def loaded(path: Path) -> Loading:
    """Read, check and mend a file.

    Its ``frame`` then has ``row``, ``period``, ``exporter``, ``importer``, ``side`` (of which report: exporter, importer, or both), ``commodity``,
    ``classification``, ``value`` (millions, NaN nowhere), ``cif`` (whether carriage and insurance are in it), ``quantity``, ``quantity_unit`` and ``source``;
    rows whose partner is the world have ``WLD`` there. Raises :class:`TableError` with every mistake.
    """
    import polars as pl

    loading = Loading(path)
    if not len(loading.frame):
        raise TableError([loading.source.problem(0, "", "no rows below the first line", "one row a flow")])
    loading.refuse(pl.col("odd") & (pl.col("value").is_finite().not_().fill_null(value=False) | pl.col("value").is_null()), "value", "a number, such as 1192866092 or 1.2e9")
    loading.refuse(pl.col("odd") & pl.col("quantity").is_null() & pl.col("value").is_not_null(), "quantity", "a number, or nothing")
    loading.refuse(pl.col("value") < 0, "value", "0 or more")
    loading.refuse(pl.col("fob") < 0, "fob", "0 or more")
    loading.refuse(pl.col("quantity") < 0, "quantity", "0 or more, or nothing")
    for name in ("period", "reporter", "partner", "flow", "commodity"):
        loading.refuse(pl.col(name).is_null(), name, "an entry in every row")
    loading.stop()
    _periods_and_flows(loading)
    _places(loading)
    _commodities(loading)
    _values(loading)
    loading.stop()
    return loading


def _periods_and_flows(loading: Loading) -> None:
    import polars as pl

    known = loading.understood("period", entries.period, "a period such as 2016, 2016-10 (or 201610), 2016-Q3 or 2016-H1")
    loading.respell("period", {e: str(entries.period(e)) for e in known})
    words = (*entries.IMPORTS, *entries.EXPORTS, *entries.PARTS, entries.RECONCILED)
    spelt = {word: word for word in words}
    known = loading.understood("flow", lambda e: spelt.get(e.lower()), "`import` or `export` (or UN Comtrade's codes for them)", words)
    loading.stop()
    for part in sorted({entries.PARTS[e.lower()] for e in known if e.lower() in entries.PARTS}):
        these = [e for e in known if entries.PARTS.get(e.lower()) == part]
        loading.leave_out(pl.col("flow").is_in(these), f"left out: {part}")
    loading.leave_out(pl.col("part"), "left out: parts by means of transport, customs procedure or second partner, which other rows include")
    sides = {e: "importer" if e.lower() in entries.IMPORTS else "both" if e.lower() == entries.RECONCILED else "exporter" for e in known}
    loading.respell("flow", sides, "side", SIDES)


def _places(loading: Loading) -> None:
    """Reporters and partners as exporters and importers."""
    import polars as pl

    words = countries.accepted_words()
    accepted = "an ISO 3166 code of two or three letters, a UN M49 number, or a country's name"
    found: dict[str, countries.Place] = {}
    for name in ("reporter", "partner"):
        known = loading.understood(name, lambda e: countries.place(e.removesuffix(".0")), accepted, words)
        places = {e: countries.place(e.removesuffix(".0")) for e in known}
        found |= {e: p for e, p in places.items() if p is not None}
    loading.stop()
    either = lambda these: pl.col("reporter").is_in(these) | pl.col("partner").is_in(these)  # noqa: E731
    groups = {p.code for p in found.values() if p.kind == "group"}
    for group in sorted(groups):
        these = [e for e, p in found.items() if p.code == group]
        loading.leave_out(either(these), f"left out: {group}, which is no country; what is in it may be told under its members too")
    loading.leave_out(pl.col("reporter").is_in([e for e, p in found.items() if p.kind == "world"]), "left out: reports of the world as a whole")
    for told, code in sorted({(p.told, p.code) for p in found.values() if p.told}):
        these = [e for e, p in found.items() if p.told == told]
        loading.note(either(these), f"counted as {code}: {told}")
    for name in ("reporter", "partner"):
        loading.respell(name, {e: p.code for e, p in found.items()})
    loading.leave_out(pl.col("reporter") == pl.col("partner"), "left out: trade of a country with itself (goods that come back)")
    mine = pl.col("side") == "importer"
    loading.frame = loading.frame.with_columns(
        exporter=pl.when(mine).then("partner").otherwise("reporter"), importer=pl.when(mine).then("reporter").otherwise("partner")
    ).drop("reporter", "partner", "flow", "part", "odd")


def _commodities(loading: Loading) -> None:
    import polars as pl

    systems = loading.entries("classification")
    spelt = {e: entries.classification(e) for e in systems}
    families = sorted({entries.family(s) for s in spelt.values()})
    if len(families) > 1:
        rows = {f: int(loading.frame.filter(pl.col("classification").is_in([e for e in systems if entries.family(spelt[e]) == f]))["row"].min()) for f in families}  # type: ignore[arg-type]
        lines = loading.source.lines(rows.values())
        found = " and ".join(f"{f} (line {lines[r]:,})" for f, r in rows.items())
        loading.problems.append(loading.source.problem(0, "classification", found, "one classification a table: they count the same goods twice"))
        loading.stop()
    family = families[0] if families else entries.OWN
    revisions = sorted(set(spelt.values()))
    if len(revisions) > 1:
        loading.note(pl.col("classification").is_not_null(), f"the revisions {listing(revisions)} are taken for one: a code means the same in each")
    loading.frame = loading.frame.with_columns(pl.col("classification").cast(pl.String).replace(spelt).fill_null(family).cast(pl.Categorical))
    codes = {e: entries.commodity(e, family) for e in loading.entries("commodity")}
    short = [e for e, code in codes.items() if len(code) > len(e)]
    loading.note(pl.col("commodity").is_in(short), "HS codes of odd length: their leading nought is put back")
    loading.respell("commodity", codes)


def _values(loading: Loading) -> None:
    """Values in millions of one currency; duplicates."""
    import polars as pl

    accepted = "a currency of ISO 4217, alone or with _th, _mn or _bn, such as USD or USD_mn"
    known = loading.understood("unit", entries.unit, accepted)
    loading.stop()
    units = {e: entries.unit(e) or ("USD", 1e-6) for e in known}
    currencies = sorted({currency for currency, _ in units.values()})
    if len(currencies) > 1:
        rows = {c: int(loading.frame.filter(pl.col("unit").is_in([e for e in known if units[e][0] == c]))["row"].min()) for c in currencies}  # type: ignore[arg-type]
        lines = loading.source.lines(rows.values())
        found = " and ".join(f"{c} (line {lines[r]:,})" for c, r in rows.items())
        loading.problems.append(loading.source.problem(0, "unit", found, "one currency a table: convert the others at a rate you can cite"))
        loading.stop()
    if len(set(units.values())) > 1:
        loading.note(pl.col("unit").is_not_null(), f"the units {listing(known)} are all turned into millions")
    scale = pl.col("unit").replace_strict({e: factor for e, (_, factor) in units.items()}, default=1e-6, return_dtype=pl.Float64)
    valuations = {"cif": "cif", "fob": "fob"}
    told = loading.understood("valuation", lambda e: valuations.get(e.lower()), "`cif` or `fob`", valuations)
    loading.stop()
    fob = pl.col("valuation").is_in([e for e in told if e.lower() == "fob"]).fill_null(value=False)
    cif = pl.col("valuation").is_in([e for e in told if e.lower() == "cif"]).fill_null(value=False)
    mine = pl.col("side") == "importer"
    given_fob = mine & pl.col("fob").is_not_null() & (pl.col("fob") > 0)
    loading.frame = loading.frame.with_columns(
        value=pl.when(given_fob).then("fob").otherwise("value") * scale,
        cif=(mine & given_fob.not_() & fob.not_()) | cif,
    ).drop("fob", "unit", "valuation")
    loading.leave_out(pl.col("value").is_null(), "left out: no value is given, so the flow is not known")
    loading.currency = currencies[0] if currencies else loading.currency
    _doubled(loading)


KEY = ("period", "exporter", "importer", "side", "commodity")


def _doubled(loading: Loading) -> None:
    """A flow told twice in the same words counts once; told twice in different ones, it is a mistake."""
    import polars as pl

    frame = loading.frame
    key = pl.lit(0, dtype=pl.UInt64)
    for name in KEY:
        kinds = frame[name].dtype
        size = len(kinds.categories)  # type: ignore[attr-defined]
        key = key * max(size, 1) + pl.col(name).to_physical().cast(pl.UInt64)
    keys = frame.select(key.alias("key"))["key"]
    if keys.n_unique() == len(keys):
        return
    doubled = frame.with_columns(keys).filter(keys.is_duplicated()).sort("key", "row")
    first = doubled.group_by("key", maintain_order=True).agg(
        pl.col("row").first().alias("first"), pl.col("value").n_unique().alias("values"), pl.col("row").alias("rows"),
        pl.col("value").alias("told"), pl.col(*KEY[:3], "commodity").first(),
    )  # fmt: skip
    for entry in first.filter(pl.col("values") > 1).sort("first").head(TOLD).iter_rows(named=True):
        lines = loading.source.lines(entry["rows"])
        other = next(r for r, v in zip(entry["rows"], entry["told"], strict=True) if v != entry["told"][0])
        flow = f"{entry['exporter']} to {entry['importer']}, {entry['commodity']}, {entry['period']}"
        found = f"{flow} a second time with another value (first in line {lines[entry['first']]:,})"
        loading.problems.append(loading.source.problem(lines[other], "", found, "one row for each report of a flow"))
    loading.stop()
    again = doubled.join(first.select("first"), left_on="row", right_on="first", how="anti")["row"]
    loading.leave_out(pl.col("row").is_in(again.implode()), "left out: the same row a second time")
