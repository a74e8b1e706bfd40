"""A file of trade on its way to checked rows, with the mistakes found in it and the repairs made to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.situation.messages import clipped, listing
from detente.trade.layouts import LAYOUTS, NUMBERS, TEXTS, Layout, meanings, recognised
from detente.trade.messages import Problem, Repair, TableError, nearest
from detente.trade.reading import opened

if TYPE_CHECKING:
    import polars as pl

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
        """Texts as categories, numbers as numbers; ``odd_value`` and so on where other text stands for a number."""
        import polars as pl

        found = meanings(self.layout, self.source.names)
        texts = [found[n].cast(pl.Categorical).alias(n) for n in TEXTS]
        numbers = [found[n].cast(pl.Float64, strict=False).alias(n) for n in NUMBERS]
        odd = [
            (
                found[n].is_not_null() & pl.coalesce(found[n].cast(pl.Float64, strict=False).is_finite(), False).not_()
            ).alias(f"odd_{n}")
            for n in NUMBERS
        ]
        lazy = self.source.frame.select("row", *texts, *numbers, *odd, found["part"].alias("part"))
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
                        return self.source.problem(
                            reader.line_num, "", f"{len(row)} entries", f"{columns}, as in the first line"
                        )
        return self.source.problem(0, "", f"a table that cannot be read ({clipped(reason)})", "a CSV or Parquet file")

    # ------------------------------------------------------------------ mistakes and repairs

    def refuse(self, which: pl.Expr, where: str, accepted: str) -> None:
        """A problem for each of the first rows in which ``which`` holds."""
        rows = self.frame.filter(which)["row"].head(TOLD).to_list()
        self.tell(rows, where, accepted)

    def tell(self, rows: Sequence[int], name: str, accepted: str) -> None:
        """A problem for each row, with what stands there in the file."""
        import polars as pl

        if not rows:
            return
        lines = self.source.lines(rows)
        text = meanings(self.layout, self.source.names)[name].alias("text")
        for row, found in (
            self.source.frame.filter(pl.col("row").is_in(list(rows))).select("row", text).collect().iter_rows()
        ):
            said = f"`{clipped(found)}`" if found is not None else "nothing"
            self.problems.append(self.source.problem(lines[row], name, said, accepted))

    def first(self, which: pl.Expr) -> int:
        """The line of the first row in which ``which`` holds."""
        row = self.frame.filter(which)["row"].head(1).item()
        return self.source.lines([row])[row]

    def leave_out(self, which: pl.Expr, text: str) -> None:
        """Take rows away, and say so."""
        self.note(which, text)
        self.frame = self.frame.filter(which.fill_null(value=False).not_())

    def note(self, which: pl.Expr, text: str) -> None:
        """Say what was done to the rows in which ``which`` holds, if there are any."""
        rows = int(self.frame.select(which.sum()).item() or 0)
        if rows:
            self.repairs.append(Repair(self.first(which), rows, text))

    def stop(self) -> None:
        """Raise what was found so far, if anything was."""
        if self.problems:
            raise TableError(self.problems)

    def entries(self, name: str) -> list[str]:
        """The different entries of a column of text."""
        return sorted(e for e in self.frame[name].cast(str).unique().to_list() if e is not None)

    def respell(
        self, name: str, spelt: Mapping[str, str], into: str | None = None, kinds: Iterable[str] | None = None
    ) -> None:
        """Each entry by another, as an enumeration of them (or of ``kinds``)."""
        import polars as pl

        enumeration = pl.Enum(sorted(set(spelt.values())) if kinds is None else kinds)
        changed = pl.col(name).replace_strict(dict(spelt), default=None, return_dtype=enumeration)
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
                line = self.first(pl.col(name) == entry)
                hint = nearest(entry, words)
                self.problems.append(self.source.problem(line, name, f"`{clipped(entry)}`", accepted, hint))
        return known
