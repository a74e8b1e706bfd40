"""A case of trade as a file: a table, the measures, who enforces them how far, ways round, and what is uncertain in all of it.

Numbers are written as in a situation file (fixed, a range, judgements, a formula of named ``quantities`` ...); those written in place
are named after it: ``enforcement.CHN``. Nothing is computed here but the names checked; :mod:`detente.trade.drawn` draws.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath

import numpy as np
from scipy.special import ndtri

from detente.situation import numbers, source
from detente.situation.draft import Draft
from detente.situation.expression import nearest
from detente.situation.forms import Quantity as QuantityForm
from detente.situation.lexicon import Lexicon
from detente.situation.messages import SituationError, listing
from detente.situation.model import Correlation, Fixed, Provenance, Quantity, Range, Source
from detente.situation.schema import SituationFile
from detente.situation.tree import Path
from detente.situation.validation import validate_as
from detente.trade import bundled, measures
from detente.trade.accounting import SIDES, Side
from detente.trade.flows import Flows
from detente.trade.forms import CaseFile, EquilibriumEntry, RowEntry, TableEntry, WayEntry
from detente.trade.measures import ALL, Measure, Regime

MASS = 0.9
"""Probability within the ends of a range that stands for a flow with an error."""


@dataclass(frozen=True, slots=True)
class Row:
    """One flow of the table: names of countries and goods, and of the quantity that holds its value a year."""

    seller: str
    buyer: str
    goods: str
    value: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Way:
    """A way round the measures; its numbers are names of quantities. ``goods`` None for all, ``through`` None at sea."""

    name: str
    text: str
    side: Side
    through: str | None
    goods: tuple[str, ...] | None
    share: str
    detection: str
    discount: str
    cost: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case that was read and checked; every number is the name of one of ``quantities``.

    ``coverage``: (measure, goods) to the share of the goods that it covers, where codes do not tell. ``enforcement``: a partner, or (partner, measure).
    ``elasticity`` by goods and ``output`` by country are empty where the case asks for no equilibrium.
    """

    title: str
    text: str
    target: str
    partner: str
    as_of: date
    period: str
    currency: str
    classification: str
    rows: tuple[Row, ...]
    regime: Regime
    quantities: Mapping[str, Quantity]
    sources: Mapping[str, Source]
    coverage: Mapping[tuple[str, str], str]
    prices: Mapping[str, str]
    rates: Mapping[str, str]
    enforcement: Mapping[tuple[str, ...], str]
    ways: tuple[Way, ...]
    incidence: str
    margin: str
    elasticity: Mapping[str, str]
    output: Mapping[str, str]
    names: Mapping[str, str]
    correlations: tuple[Correlation, ...] = ()

    @property
    def partners(self) -> tuple[str, ...]:
        """Countries that trade with the target, in the order of the table."""
        found = dict.fromkeys(
            name for row in self.rows for name in (row.seller, row.buyer) if self.target in (row.seller, row.buyer)
        )
        return tuple(name for name in found if name != self.target)

    @property
    def goods(self) -> tuple[str, ...]:
        """Commodities of the table, in its order."""
        return tuple(dict.fromkeys(row.goods for row in self.rows))

    @property
    def in_force(self) -> tuple[Measure, ...]:
        """Measures that hold on the day of the case."""
        return self.regime.on(self.as_of)

    def named(self, code: str) -> str:
        """What the reader calls a country or commodity."""
        return self.names.get(code, code)


# --------------------------------------------------------------------------- the file


def read(name: str | FilePath) -> Case:
    """The case in a file, or a bundled one by its name. Raises :class:`SituationError` with every mistake found."""
    path = bundled.find(name, "cases")
    return reads(source.read(path), str(path), beside=path.parent)


def reads(text: str, origin: str = "<memory>", *, beside: FilePath | None = None) -> Case:
    """The case in a text; files that it names are looked for in the folder ``beside``, too. See :func:`read`."""
    root, problems = source.parse(text, origin)
    file, draft = validate_as(CaseFile, root, origin)
    draft.problems += problems
    if file is None:
        raise SituationError(draft.problems)
    try:
        place = bundled.find(file.measures, "regimes", beside)
    except SituationError as error:
        (told,) = error.problems
        draft.add(("measures",), f"`{file.measures}`: {told.found}", told.accepted, told.nearest)
        raise SituationError(draft.problems) from None
    regime = measures.read(place)
    case = _Reading(draft, file, beside or FilePath()).case(regime)
    if draft.problems:
        raise SituationError(draft.problems)
    return case


class _Reading:
    """A case on its way from its models: gathers quantities, and checks every name."""

    def __init__(self, draft: Draft, file: CaseFile, beside: FilePath) -> None:
        self.draft, self.file, self.beside = draft, file, beside
        self.classification = file.table.classification
        self.sources = measures.citations(draft, file.sources)
        draft.file = SituationFile.model_construct(sources=dict(file.sources), quantities=file.quantities, define={})
        self.lexicon = Lexicon(draft, quantities=list(file.quantities))
        self.lexicon.gather()
        self.quantities = numbers.quantities(self.lexicon)

    def number(self, entry: QuantityForm, path: Path) -> str:
        """Takes a number written in place among the quantities; its name."""
        name = ".".join(map(str, path))
        made = numbers.quantity(self.lexicon, name, entry, path)
        if made is not None:
            self.quantities[name] = made
        return name

    def numbers(
        self, section: str, entries: Mapping[str, QuantityForm], among: Iterable[str], what: str
    ) -> dict[str, str]:
        """The numbers of a section, whose keys must be ``among`` what there is."""
        there = list(among)
        for name in entries:
            self.known(name, there, what, (section, name))
        return {name: self.number(entry, (section, name)) for name, entry in entries.items()}

    def known(self, name: str, among: Iterable[str], what: str, path: Path, *, key: bool = True) -> bool:
        there = list(among)
        if name not in there:
            accepted = listing(there) if there else "none: there is nothing it could be"
            self.draft.add(path, f"unknown {what} `{name}`", accepted, nearest(name, there), key=key)
        return name in there

    def case(self, regime: Regime) -> Case:
        file = self.file
        rows = self.table(file.table)
        goods, ids = tuple(dict.fromkeys(row.goods for row in rows)), list(regime.measures)
        balance = file.equilibrium
        elasticity, output = self.equilibrium(balance, goods, rows) if balance else ({}, {})
        case = Case(
            file.title, file.text, file.target, file.partner, file.as_of, file.period, file.currency,
            self.classification, rows, regime, self.quantities, {**regime.sources, **self.sources},
            self.coverage(ids, goods),
            self.numbers("prices", file.prices, [i for i, m in regime.measures.items() if m.cap], "cap"),
            self.numbers("rates", file.rates, [i for i, m in regime.measures.items() if m.kind in ("finance", "shipping")], "restriction of finance or shipping"),
            self.enforcement(rows, ids), tuple(self.way(name, entry, goods, rows) for name, entry in file.routes.items()),
            self.number(file.incidence, ("incidence",)), self.number(file.margin, ("margin",)), elasticity, output, dict(file.names),
        )  # fmt: skip
        if not self.draft.problems:
            self.check(case)
        return case

    def table(self, entry: TableEntry) -> tuple[Row, ...]:
        """The flows: written in the case, or of the table that it names."""
        if entry.rows:
            return tuple(self.row(i, row) for i, row in enumerate(entry.rows))
        from detente.trade.messages import TableError
        from detente.trade.tables import read_trade

        place = next((p for p in (self.beside / entry.file, FilePath(entry.file)) if p.is_file()), None)
        if place is None:
            self.draft.add(("table", "file"), f"`{entry.file}`, which is no file", "a table of trade beside this file")
            raise SituationError(self.draft.problems)
        if not re.fullmatch(r"\d{4}", self.file.period):
            self.draft.add(("period",), f"`{self.file.period}`", "a year of the table: values of a case are a year's")
            raise SituationError(self.draft.problems)
        kept = tuple(dict.fromkeys([self.file.target, self.file.partner, *entry.countries]))
        try:
            flows = read_trade(place).flows(self.file.period, entry.goods, kept)
        except TableError as error:
            self.draft.add(("table", "file"), f"`{entry.file}`: {error.problems[0].found}", error.problems[0].accepted)
            raise SituationError(self.draft.problems) from None
        if flows.currency != self.file.currency:
            found = f"`{entry.file}`, whose values are in {flows.currency}"
            self.draft.add(("table", "file"), found, f"{self.file.currency}, the `currency` of the case")
        rows, quantities = rows_of(flows)
        self.quantities.update(quantities)
        self.classification = flows.classification
        return rows

    def row(self, i: int, entry: RowEntry) -> Row:
        path: Path = ("table", "rows", i)
        if len(entry.goods) != 1:
            self.draft.add((*path, "goods"), f"{len(entry.goods)} codes", "one code a row")
        if entry.seller == entry.buyer:
            self.draft.add(
                (*path, "to"), f"`{entry.buyer}`, which sells to itself", "another country; `output` gives home sales"
            )
        name = f"table.{entry.seller}.{entry.buyer}.{entry.goods[0]}"
        made = numbers.quantity(self.lexicon, name, entry.value, (*path, "value"))
        if name in self.quantities:
            self.draft.add(path, "a flow that was given above", "each flow once")
        if made is not None:
            self.quantities[name] = made
        return Row(entry.seller, entry.buyer, entry.goods[0], name, self.draft.provenance(entry, path))

    def coverage(self, ids: list[str], goods: tuple[str, ...]) -> dict[tuple[str, str], str]:
        made = {}
        for name, shares in self.file.coverage.items():
            self.known(name, ids, "measure", ("coverage", name))
            for code, entry in shares.items():
                self.known(code, goods, "goods of the table", ("coverage", name, code))
                made[name, code] = self.number(entry, ("coverage", name, code))
        return made

    def enforcement(self, rows: tuple[Row, ...], ids: list[str]) -> dict[tuple[str, ...], str]:
        countries = self.partners(rows)
        made: dict[tuple[str, ...], str] = {}
        for key, entry in self.file.enforcement.items():
            partner, _, measure = key.partition(".")
            path = ("enforcement", key)
            if self.known(partner, countries, "partner of the target", path) and measure:
                self.known(measure, ids, "measure", path)
            made[(partner, measure) if measure else (partner,)] = self.number(entry, path)
        return made

    def partners(self, rows: tuple[Row, ...]) -> list[str]:
        target = self.file.target
        trade = [row for row in rows if target in (row.seller, row.buyer)]
        return [name for name in _countries(trade) if name != target]

    def way(self, name: str, entry: WayEntry, goods: tuple[str, ...], rows: tuple[Row, ...]) -> Way:
        path = ("routes", name)
        if entry.through is not None:
            self.known(entry.through, self.partners(rows), "partner of the target", (*path, "through"), key=False)
        some = None if entry.goods == (ALL,) else entry.goods
        for code in some or ():
            self.known(code, goods, "goods of the table", (*path, "goods"), key=False)
        terms = (
            self.number(getattr(entry, term), (*path, term)) for term in ("share", "detection", "discount", "cost")
        )
        return Way(name, entry.text or name, entry.on, entry.through, some, *terms)

    def equilibrium(
        self, entry: EquilibriumEntry, goods: tuple[str, ...], rows: tuple[Row, ...]
    ) -> tuple[dict[str, str], dict[str, str]]:
        path = ("equilibrium",)
        usual = self.number(entry.elasticity, (*path, "elasticity"))
        elasticity = dict.fromkeys(goods, usual)
        for code, form in entry.by_goods.items():
            self.known(code, goods, "goods of the table", (*path, "by_goods", code))
            elasticity[code] = self.number(form, (*path, "by_goods", code))
        countries = _countries(rows)
        for name in entry.output:
            self.known(name, countries, "country of the table", (*path, "output", name))
        for name in countries:
            if name not in entry.output:
                self.draft.add(
                    (*path, "output"), f"no output of `{name}`", "the gross output of each country of the table"
                )
        return elasticity, {name: self.number(form, (*path, "output", name)) for name, form in entry.output.items()}

    def check(self, case: Case) -> None:
        """The partner is one; what codes do not tell is told; caps on a quantity have a price."""
        self.known(case.target, _countries(case.rows), "country of the table", ("target",), key=False)
        if case.regime.target != case.target:
            self.draft.add(
                ("measures",), f"measures on {case.regime.target}", f"measures on {case.target}, the `target`"
            )
        self.known(case.partner, case.partners, "partner of the target", ("partner",), key=False)
        for name in _countries(case.rows) if case.elasticity else ():
            verbs = {
                "sells": any(row.seller == name for row in case.rows),
                "buys": any(row.buyer == name for row in case.rows),
            }
            if not all(verbs.values()):
                found = f"`{name}`, which {next(verb for verb, does in verbs.items() if does)} but does not {'buy' if verbs['sells'] else 'sell'}"
                accepted = "rows both ways for every country: an equilibrium without deficits must have them"
                self.draft.add(("equilibrium",), found, accepted, key=True)
        for measure in case.in_force:
            touched = [
                code for side in SIDES if measure.touches(side)
                for code in traded(case, side) if measure.covers(code) is not False
            ]  # fmt: skip
            for code in touched:
                if measure.covers(code) is None and (measure.id, code) not in case.coverage:
                    found = f"no share for `{measure.id}`, which covers a part of `{code}`"
                    self.draft.add(
                        ("coverage",),
                        found,
                        f"`{measure.id}: {{{code!r}: ...}}`: the share it covers, 0 to 1",
                        key=True,
                    )
            cap = measure.cap
            if touched and cap and cap.value is None and measure.id not in case.prices:
                found = f"no price for `{measure.id}`, a cap in {cap.unit}s"
                self.draft.add(("prices",), found, f"`{measure.id}: ...`, {case.currency} a {cap.unit}", key=True)


def traded(case: Case, side: Side) -> tuple[str, ...]:
    """Goods that the target exports, or imports."""
    own = [row for row in case.rows if case.target == (row.seller if side == "exports" else row.buyer)]
    return tuple(dict.fromkeys(row.goods for row in own))


def rows_of(flows: Flows) -> tuple[tuple[Row, ...], dict[str, Quantity]]:
    """A table of trade as rows of a case, each with its quantity: log-normal about its value where it has an error, else fixed.

    Home sales, flows of 0 and flows that nobody knows give no row.
    """
    rows, quantities = [], {}
    for i, j, k in np.argwhere(flows.value > 0):
        if i == j:
            continue
        seller, buyer, goods = flows.countries[i], flows.countries[j], flows.commodities[k]
        value, error = float(flows.value[i, j, k]), float(flows.error[i, j, k])
        reach = math.exp(ndtri(0.5 + MASS / 2) * error)
        name = f"table.{seller}.{buyer}.{goods}"
        spread = Range(value / reach, value * reach, MASS, "lognormal") if error > 0 else Fixed(value)
        quantities[name] = Quantity(name, spread, f"millions of {flows.currency}")
        rows.append(Row(seller, buyer, goods, name, Provenance()))
    return tuple(rows), quantities


def _countries(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in (row.seller, row.buyer)))
