"""The columns that tables of trade come in: what they are called, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

MISSING = ("", "NA", "N/A", "NULL", "null", "NaN", "nan", "None", "..", "-")
"""What stands in a cell that holds nothing."""

TEXTS = (
    "period",
    "reporter",
    "partner",
    "flow",
    "commodity",
    "classification",
    "unit",
    "valuation",
    "quantity_unit",
    "source",
)
NUMBERS = ("value", "fob", "quantity")


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which a table is laid out.

    ``columns``: each of :data:`TEXTS` and :data:`NUMBERS` to the names it may go by, lower case, of which the first that is there and not
    empty counts. ``required``: those that must be there. ``fixed``: what is the same in every row. ``whole``: columns that split a row into
    parts (by means of transport, say), and the entries that mean all of them together.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    fixed: Mapping[str, str]
    whole: Mapping[str, tuple[str, ...]]

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a table with these columns (lower case) is laid out so."""
        return all(any(name in names for name in self.columns[meaning]) for meaning in self.required)

    def asked(self) -> str:
        """The columns that must be there, in words."""
        return f"{self.name} (" + ", ".join(" or ".join(self.columns[m]) for m in self.required) + ")"


PLAIN = Layout(
    "plain columns",
    {name: (name,) for name in (*TEXTS, *NUMBERS) if name != "fob"},
    ("reporter", "partner", "flow", "commodity", "period", "value"),
    {},
    {},
)
COMTRADE = Layout(
    "UN Comtrade",
    {
        "period": ("period", "refyear"), "reporter": ("reportercode", "reporteriso", "reporterdesc"),
        "partner": ("partnercode", "partneriso", "partnerdesc"), "flow": ("flowcode", "flowdesc"), "commodity": ("cmdcode",),
        "classification": ("classificationcode",), "value": ("primaryvalue",), "fob": ("fobvalue",),
        "quantity": ("netwgt",),
    },
    ("period", "reporter", "partner", "flow", "commodity", "value"),
    {"unit": "USD", "quantity_unit": "kg"},
    {"partner2code": ("0",), "customscode": ("C00",), "motcode": ("0",), "moscode": ("0",)},
)  # fmt: skip
COMTRADE_OLD = Layout(
    "UN Comtrade, before 2022",
    {
        "period": ("period", "year"), "reporter": ("reporter code", "reporter iso", "reporter"),
        "partner": ("partner code", "partner iso", "partner"), "flow": ("trade flow", "trade flow code"), "commodity": ("commodity code",),
        "classification": ("classification",), "value": ("trade value (us$)",), "quantity": ("netweight (kg)",),
    },
    ("period", "reporter", "partner", "flow", "commodity", "value"),
    {"unit": "USD", "quantity_unit": "kg"},
    {},
)  # fmt: skip
BACI = Layout(
    "CEPII BACI",
    {"period": ("t",), "reporter": ("i",), "partner": ("j",), "commodity": ("k",), "value": ("v",), "quantity": ("q",)},
    ("period", "reporter", "partner", "commodity", "value"),
    {"flow": "reconciled", "classification": "HS", "unit": "USD_th", "quantity_unit": "t", "valuation": "fob"},
    {},
)
LAYOUTS = (COMTRADE_OLD, COMTRADE, BACI, PLAIN)


def recognised(names: Sequence[str]) -> Layout | None:
    """The layout of a table with these columns, whatever their case; None where it is none of them."""
    lower = [name.strip().lower() for name in names]
    return next((layout for layout in LAYOUTS if layout.fits(lower)), None)


def cleaned(name: str) -> pl.Expr:
    """A column of text without the blanks around it, null where it holds nothing."""
    import polars as pl

    text = pl.col(name).str.strip_chars()
    return pl.when(text.is_in(MISSING)).then(None).otherwise(text)


def meanings(layout: Layout, names: Sequence[str]) -> dict[str, pl.Expr]:
    """Each of :data:`TEXTS` and :data:`NUMBERS` as text, and ``part``: whether the row is part of another one."""
    import polars as pl

    there = {name.strip().lower(): name for name in names}
    found: dict[str, pl.Expr] = {}
    for meaning in (*TEXTS, *NUMBERS):
        given = [there[name] for name in layout.columns.get(meaning, ()) if name in there]
        if given:
            found[meaning] = pl.coalesce(*map(cleaned, given)) if len(given) > 1 else cleaned(given[0])
        else:
            found[meaning] = pl.lit(layout.fixed.get(meaning), dtype=pl.String)
    parts = [cleaned(there[name]).is_in(all_).not_() for name, all_ in layout.whole.items() if name in there]
    found["part"] = pl.any_horizontal(*(p.fill_null(value=False) for p in parts)) if parts else pl.lit(value=False)
    return found
