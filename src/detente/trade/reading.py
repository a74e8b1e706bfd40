"""A file of trade, CSV or Parquet, as rows of text; and the line of the file in which a row stands."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.situation.messages import clipped
from detente.trade.messages import Problem, Repair, TableError

if TYPE_CHECKING:
    import polars as pl

CHUNK = 1 << 22
SEPARATORS = ",;\t"
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Source:
    """An opened file: ``frame`` has its columns as text, and ``row``, which counts from 0."""

    path: Path
    frame: pl.LazyFrame
    names: tuple[str, ...]
    separator: str
    repairs: tuple[Repair, ...]

    @property
    def is_text(self) -> bool:
        """Whether it has lines."""
        return self.path.suffix.lower() not in PARQUET

    def lines(self, rows: Iterable[int]) -> dict[int, int]:
        """The line of each row, counted from 1: quoted text may hold line breaks, so the file is read again up to the last of them.

        Of a Parquet file, the row counted from 1.
        """
        wanted = set(rows)
        if not self.is_text or not wanted:
            return {row: row + 1 for row in wanted}
        found = {}
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=self.separator)
            next(reader)
            begins = reader.line_num + 1
            for row, _ in enumerate(itertools.islice(reader, max(wanted) + 1)):
                if row in wanted:
                    found[row] = begins
                begins = reader.line_num + 1
        return found

    def problem(self, line: int, where: str, found: str, accepted: str, nearest: str | None = None) -> Problem:
        """A mistake in a line (0: in the whole table)."""
        return Problem(str(self.path), line, 1 if line else 0, where, found, accepted, nearest)


def opened(path: Path) -> Source:
    """Open a file without reading its rows.

    Raises :class:`TableError` where it is none, is empty, or is not text.
    """
    if path.is_dir():
        raise _refused(path, "a directory", "a CSV or Parquet file")
    if not path.exists():
        raise _refused(path, "no such file", "the path of a CSV or Parquet file")
    if path.stat().st_size == 0:
        raise _refused(path, "an empty file", "a table whose first line names its columns")
    return _parquet(path) if path.suffix.lower() in PARQUET else _text(path)


def _refused(path: Path, found: str, accepted: str, line: int = 0) -> TableError:
    return TableError([Problem(str(path), line, 1 if line else 0, "", found, accepted)])


def _parquet(path: Path) -> Source:
    import polars as pl

    try:
        frame = pl.scan_parquet(path)
        names = tuple(frame.collect_schema().names())
    except pl.exceptions.PolarsError as error:
        raise _refused(path, f"a file that is not Parquet ({clipped(str(error))})", "a Parquet file") from None
    return Source(path, frame.cast(pl.String).with_row_index("row"), names, "", ())


def _text(path: Path) -> Source:
    import polars as pl

    bad = _not_utf8(path)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.readline()
    separator = max(SEPARATORS, key=head.count)
    names = tuple(next(csv.reader([head], delimiter=separator), []))
    doubled = sorted({name for name in names if names.count(name) > 1 and name})
    if doubled:
        raise _refused(path, f"the column `{doubled[0]}` a second time", "each column once", 1)
    if not any(name.strip() for name in names):
        raise _refused(path, "an empty first line", "a first line that names the columns", 1)
    # A row longer than the header is a mistake, but for the comma with which UN Comtrade ends its rows: see `_check_lengths`.
    frame = pl.scan_csv(
        path, separator=separator, infer_schema=False, row_index_name="row", truncate_ragged_lines=_check_lengths(path, separator, names),
        encoding="utf8-lossy" if bad else "utf8",
    )  # fmt: skip
    repairs: tuple[Repair, ...] = ()
    if bad:
        line, byte = bad
        text = f"the byte 0x{byte:02X} is not UTF-8, nor perhaps others: they are read as \N{REPLACEMENT CHARACTER}"
        repairs = (Repair(line, 1, text),)
    return Source(path, frame, names, separator, repairs)


def _check_lengths(path: Path, separator: str, names: tuple[str, ...]) -> bool:
    """Whether rows end in a separator that the header does not have, as those of UN Comtrade's current downloads do."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = list(itertools.islice(csv.reader(file, delimiter=separator), 1, 2))
    return bool(first) and len(first[0]) == len(names) + 1 and first[0][-1] == ""


def _not_utf8(path: Path) -> tuple[int, int] | None:
    """Line and value of the first byte that is not UTF-8; raises :class:`TableError` for UTF-16."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if lines == 1 and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise _refused(path, "a file in UTF-16", "UTF-8; save it in that encoding", 1)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n"), error.object[error.start]
            if "\0" in text:
                raise _refused(path, "a file that is not text", "a CSV file, or Parquet with the ending .parquet")
            lines += text.count("\n")
    return None
