"""A case of trade as pydantic models: what may stand where in its file. Names and numbers are checked in ``case.py``."""

from __future__ import annotations

from pydantic import Field, model_validator

from detente.situation.forms import Day, Entry, FixedQuantity, Names, refuse
from detente.situation.forms import Quantity as QuantityForm
from detente.trade.accounting import Side
from detente.trade.measures import ALL, Codes, SourceForm


class RowEntry(Entry):
    """One flow."""

    seller: str = Field(alias="from", description="Code of the country that sells.")
    buyer: str = Field(alias="to", description="Code of the country that buys.")
    goods: Codes = Field(description="Code of the goods in quotes, or a name of one's own.")
    value: QuantityForm = Field(description="Value a year before the measures, in millions.")


class TableEntry(Entry):
    """Trade before the measures: flows written here, or those of a table's file."""

    classification: str = Field(default="", description="What the codes of goods are: HS2012, or a name of one's own.")
    rows: list[RowEntry] = Field(default=[], description="The flows.")
    file: str = Field(
        default="", description="In place of `rows`: a table as `detente trade` reads it, beside this file."
    )
    countries: Names = Field(default=(), description="Countries of that table to keep apart; all others are REST.")
    goods: Codes | None = Field(default=None, description="Goods of that table; left out: its highest level.")

    @model_validator(mode="after")
    def _one(self) -> TableEntry:
        if bool(self.rows) == bool(self.file):
            raise refuse("one of `rows` and `file`", "both" if self.rows else "neither")
        return self


class WayEntry(Entry):
    """A way round the measures."""

    on: Side = Field(description="The target's `exports` or its `imports`.")
    through: str | None = Field(default=None, description="Country that it runs through; left out: at sea.")
    goods: Codes = Field(default=(ALL,), description="Goods that can go this way.")
    share: QuantityForm = Field(description="Share of what is stopped that goes this way, where nobody stands in it.")
    detection: QuantityForm = Field(description="Share of that which is detected and seized.")
    discount: QuantityForm = Field(description="Discount at which it sells, or mark-up at which it is bought.")
    cost: QuantityForm = Field(description="Cost of evasion, as a share of the value sent.")


class EquilibriumEntry(Entry):
    """What the Armington equilibrium needs."""

    elasticity: QuantityForm = Field(description="Trade elasticity, of all goods but those of `by_goods`.")
    by_goods: dict[str, QuantityForm] = Field(default={}, description="Trade elasticity of some goods.")
    output: dict[str, QuantityForm] = Field(description="Gross output of what can be traded, in millions, by country.")


class CaseFile(Entry):
    """A case of trade under measures."""

    title: str = Field(description="Title.")
    target: str = Field(description="Whose trade the measures restrict.")
    partner: str = Field(description="The partner whose enforcement the curve varies.")
    as_of: Day = Field(description="Measures in force on this day count.")
    period: str = Field(description="Period of the table.")
    currency: str = Field(description="Currency of the table.")
    names: dict[str, str] = Field(default={}, description="What countries and goods are called.")
    sources: dict[str, SourceForm] = Field(default={}, description="Citations by id; a bare text is the citation.")
    quantities: dict[str, QuantityForm] = Field(default={}, description="Named numbers, known or uncertain.")
    table: TableEntry = Field(description="Trade before the measures.")
    measures: str = Field(description="A file of measures, or the name of a bundled one.")
    coverage: dict[str, dict[str, QuantityForm]] = Field(
        default={}, description="Measure to goods to the share of these that it covers, where codes do not tell."
    )
    prices: dict[str, QuantityForm] = Field(default={}, description="Price of a unit, for caps on a quantity.")
    rates: dict[str, QuantityForm] = Field(default={}, description="Burden of restrictions of finance and shipping.")
    enforcement: dict[str, QuantityForm] = Field(
        default={}, description="Partner, or partner.measure, to enforcement from 0 to 1. Left out: 1."
    )
    routes: dict[str, WayEntry] = Field(default={}, description="Ways round the measures.")
    incidence: QuantityForm = Field(default=FixedQuantity(value=1.0), description="Share of duties the target bears.")
    margin: QuantityForm = Field(description="What a partner earns on a unit of trade with the target.")
    equilibrium: EquilibriumEntry | None = Field(default=None, description="Asks for the Armington equilibrium too.")
