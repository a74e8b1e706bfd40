"""What a partner's customs recorded, month by month: how far a case explains it, and how well it foretells what came after.

Recorded trade of a month, with ``v`` the value of trade before the measures, ``full`` the share that those in force forbid and ``stop``
the share that the partner stops (:mod:`detente.trade.accounting`)::

    R = scale / 12 sum_k v_k [(1 - full_k) + (full_k - stop_k)(1 - hidden)]

``hidden`` is the share of what is forbidden and passes that customs do not record, ``scale`` what else has changed since the table's period; a reading is
log-normal about the sum over its months, with standard deviation ``noise`` of the log. All three have wide priors. Draws of the case weighted by the likelihood of the
readings up to a day (importance sampling) foretell those after it, beside two forecasts that know nothing of measures: no change since the last reading,
and the trend of the last year (a straight line through the logs, least squares). Enforcement and ``hidden`` enter as ``(1 - e)(1 - hidden)`` alone: a record cannot tell a
partner that stops trade from one that does not write it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath

import numpy as np
from pydantic import Field

from detente.draws import sample
from detente.forecast.weights import effective_draws
from detente.situation import source
from detente.situation.forms import Entry
from detente.situation.messages import SituationError
from detente.situation.model import Provenance, Quantity, Range, Source
from detente.situation.validation import validate_as
from detente.trade import bundled, measures
from detente.trade.accounting import Barrier, Side, stopped_share
from detente.trade.case import Case
from detente.trade.drawn import Drawn, Enforcement, assembled
from detente.trade.flows import Floats
from detente.trade.measures import SourceForm

DRAWS = 20_000
PRIORS = {
    "record.scale": Range(0.5, 2.0, 0.9, "lognormal"),
    "record.noise": Range(0.1, 0.6, 0.9, "lognormal"),
    "record.hidden": Range(0.0, 1.0, 1.0, "uniform"),
}
TREND_MONTHS = 12
MIDDLE = 15
"""Day of the month on which measures must be in force to count for it."""
INTERVAL = (0.05, 0.5, 0.95)

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was recorded from the first to the last month, both included, in millions."""

    first: Month
    last: Month
    value: float
    provenance: Provenance

    @property
    def months(self) -> list[Month]:
        """Every month of it."""
        start, stop = (12 * year + month - 1 for year, month in (self.first, self.last))
        return [(m // 12, m % 12 + 1) for m in range(start, stop + 1)]

    @property
    def middle(self) -> float:
        """Its middle, in months."""
        return sum(12 * year + month for year, month in self.months) / len(self.months)


@dataclass(frozen=True)
class Record:
    """What ``partner`` recorded of its trade with ``target``: of the target's exports, or its imports."""

    title: str
    target: str
    partner: str
    side: Side
    currency: str
    readings: tuple[Reading, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Foretold:
    """A reading that was held back: what was foretold, low to high holding 90 %, and by the two that know nothing of measures."""

    reading: Reading
    low: float
    median: float
    high: float
    no_change: float
    trend: float


@dataclass(frozen=True)
class Backtest:
    """How a case that was fitted to the readings up to ``until`` foretells those after it.

    ``prior`` and ``fitted``: (0.05, 0.5, 0.95) quantiles of the partner's enforcement, of ``hidden``, ``scale`` and ``noise``, before and after. ``effective``: for how many of the
    ``draws`` the weighted ones count.
    """

    case: Case
    record: Record
    until: Month
    fitted_to: tuple[Reading, ...]
    foretold: tuple[Foretold, ...]
    prior: Mapping[str, tuple[float, ...]]
    fitted: Mapping[str, tuple[float, ...]]
    draws: int
    effective: float

    @property
    def errors(self) -> dict[str, float]:
        """Root mean square error of the log of each forecast's median: about the share by which it is off."""
        forecasts = {"case": "median", "no change": "no_change", "trend": "trend"}
        off = {
            name: [np.log(getattr(f, field) / f.reading.value) for f in self.foretold]
            for name, field in forecasts.items()
        }
        return {name: float(np.sqrt(np.mean(np.square(each)))) for name, each in off.items()}

    def to_dict(self) -> dict[str, object]:
        """Everything as plain data, for JSON."""
        return {
            "until": f"{self.until[0]}-{self.until[1]:02d}",
            "errors": self.errors,
            "covered": self.covered,
            "foretold": [
                {
                    "from": f"{f.reading.first[0]}-{f.reading.first[1]:02d}",
                    "to": f"{f.reading.last[0]}-{f.reading.last[1]:02d}",
                    "value": f.reading.value,
                    **{name: getattr(f, name) for name in ("low", "median", "high", "no_change", "trend")},
                }
                for f in self.foretold
            ],
            "prior": {name: list(each) for name, each in self.prior.items()},
            "fitted": {name: list(each) for name, each in self.fitted.items()},
            "draws": self.draws,
            "effective": self.effective,
        }

    @property
    def covered(self) -> int:
        """Readings within their 90 % interval."""
        return sum(f.low <= f.reading.value <= f.high for f in self.foretold)


# --------------------------------------------------------------------------- the file


class ReadingEntry(Entry):
    """One reading."""

    first: str = Field(alias="from", description="Its month, or the first: 2018-01.")
    last: str | None = Field(default=None, alias="to", description="Its last month; left out: one month.")
    value: float = Field(gt=0, description="What was recorded, in millions.")


class RecordFile(Entry):
    """A record of trade."""

    title: str = Field(description="Title.")
    target: str = Field(description="Whose trade it is of.")
    partner: str = Field(description="Who recorded it.")
    on: Side = Field(description="The target's `exports` or its `imports`.")
    currency: str = Field(description="Currency of the values.")
    sources: dict[str, SourceForm] = Field(default={}, description="Citations by id; a bare text is the citation.")
    rows: list[ReadingEntry] = Field(min_length=1, description="Readings that overlap nowhere.")


def read(name: str | FilePath) -> Record:
    """The record in a file, or a bundled one by its name. Raises :class:`SituationError` with every mistake found."""
    path = bundled.find(name, "records")
    return reads(source.read(path), str(path))


def reads(text: str, origin: str = "<memory>") -> Record:
    """The record in a text; see :func:`read`."""
    root, problems = source.parse(text, origin)
    file, draft = validate_as(RecordFile, root, origin)
    draft.problems += problems
    if file is None:
        raise SituationError(draft.problems)
    sources = measures.citations(draft, file.sources)
    readings: list[Reading] = []
    for i, entry in enumerate(file.rows):
        path = ("rows", i)
        first, last = _month(entry.first), _month(entry.last or entry.first)
        for key, text_, month in (("from", entry.first, first), ("to", entry.last, last)):
            if month is None and text_ is not None:
                draft.add((*path, key), f"`{text_}`", "a month such as 2018-01")
        if first is None or last is None:
            continue
        made = Reading(first, last, entry.value, draft.provenance(entry, path))
        taken = {month for other in readings for month in other.months}
        if last < first:
            draft.add((*path, "to"), f"{entry.last}, before {entry.first}", "a month that is not before `from`")
        elif taken & set(made.months):
            draft.add(path, "a month that stands above already", "each month once")
        readings.append(made)
    if draft.problems:
        raise SituationError(draft.problems)
    ordered = tuple(sorted(readings, key=lambda reading: reading.first))
    return Record(file.title, file.target, file.partner, file.on, file.currency, ordered, sources)


def _month(text: str) -> Month | None:
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    return (int(match[1]), int(match[2])) if match else None


# --------------------------------------------------------------------------- fitting and foretelling


def backtest(case: Case, record: Record, until: str, draws: int = DRAWS, seed: int = 1) -> Backtest:
    """Fit a case to the readings that end by the month ``until`` (2018-06) and foretell the others.

    Raises ``ValueError`` where the record is not of the case, leaves fewer than two readings before or one after ``until``, or has trade where the
    case lets none pass.
    """
    last = _month(until)
    if last is None:
        raise ValueError(f"until: found {until}; accepted: a month such as 2018-06")
    if (record.target, record.currency) != (case.target, case.currency) or record.partner not in case.partners:
        raise ValueError(
            f"record: found trade of {record.target} with {record.partner} in {record.currency}; accepted: of {case.target} "
            f"with one of {', '.join(case.partners)} in {case.currency}"
        )
    before = tuple(r for r in record.readings if r.last <= last)
    after = tuple(r for r in record.readings if r.first > last)
    if len(before) < 2 or not after:
        raise ValueError(
            f"until: found {until}, with {len(before)} readings up to it and {len(after)} after it; accepted: 2 and 1, at least"
        )
    wide = {name: Quantity(name, prior) for name, prior in PRIORS.items()}
    values = sample(replace(case, quantities={**case.quantities, **wide}), draws, seed).values
    expected = _recorded(case, record, values, {m for r in (*before, *after) for m in r.months})
    noise = values["record.noise"]
    log_likelihood = np.zeros(draws)
    for reading in (*before, *after):
        if not _total(expected, reading).any():
            raise _impossible(reading)
    for reading in before:
        with np.errstate(divide="ignore"):  # a draw in which nothing can be recorded has a likelihood of 0
            gap = np.log(reading.value) - np.log(_total(expected, reading))
        log_likelihood += -0.5 * (gap / noise) ** 2 - np.log(noise)
    if not np.isfinite(log_likelihood.max()):
        raise _impossible(*before)
    weight = np.exp(log_likelihood - log_likelihood.max())
    luck = np.random.default_rng([seed, 1]).normal(size=(len(after), draws))
    foretold = tuple(
        Foretold(r, *_quantiles(_total(expected, r) * np.exp(noise * z), weight), *_without_measures(before, r))
        for r, z in zip(after, luck, strict=True)
    )
    nothing = [each.reading for each in foretold if each.median <= 0]
    if nothing:
        raise _impossible(*nothing)
    told = {"enforcement": values[_enforcement_of(case, record.partner)]} | {
        name.removeprefix("record."): values[name] for name in PRIORS
    }
    return Backtest(
        case, record, last, before, foretold,
        {name: _quantiles(each, np.ones(draws)) for name, each in told.items()},
        {name: _quantiles(each, weight) for name, each in told.items()},
        draws, effective_draws(weight),
    )  # fmt: skip


def _impossible(*readings: Reading) -> ValueError:
    told = ", ".join(f"{r.value:g} in {r.first[0]}-{r.first[1]:02d}" for r in readings)
    accepted = "a case that has such trade, and enforces its measures less than to the letter"
    return ValueError(f"record: found {told}, where the case lets nothing pass; accepted: {accepted}")


def _enforcement_of(case: Case, partner: str) -> str:
    name = case.enforcement.get((partner,))
    if name is None:
        raise ValueError(f"enforcement: found none of {partner} in the case; accepted: `enforcement.{partner}`")
    return name


def _recorded(case: Case, record: Record, values: Mapping[str, Floats], months: Iterable[Month]) -> dict[Month, Floats]:
    """``R`` of each month (D,)."""
    found: dict[Month, Floats] = {}
    known: dict[tuple[str, ...], Floats] = {}
    for month in sorted(months):
        day = date(*month, MIDDLE)
        held = tuple(measure.id for measure in case.regime.on(day))
        if held not in known:
            known[held] = _open(assembled(replace(case, as_of=day), values), record, values)
        found[month] = known[held]
    return found


def _open(drawn: Drawn, record: Record, values: Mapping[str, Floats]) -> Floats:
    partner = drawn.exposure.partners.index(record.partner)
    value = drawn.exposure.side(record.side)[partner]
    fully = {b.measure.id: [np.ones(1)] * len(drawn.exposure.partners) for b in drawn.barriers if b.stops}
    total = np.zeros(value.shape[1])
    for k in range(len(value)):
        full = _stopped(drawn.barriers, fully, record.side, partner, k)
        stop = _stopped(drawn.barriers, drawn.enforcement, record.side, partner, k)
        total = total + value[k] * ((1 - full) + (full - stop) * (1 - values["record.hidden"]))
    return np.asarray(values["record.scale"] * total / 12)


def _stopped(barriers: tuple[Barrier, ...], enforcement: Enforcement, side: Side, partner: int, k: int) -> Floats:
    return stopped_share([b for b in barriers if b.stops], enforcement, side, partner, k)


def _total(expected: Mapping[Month, Floats], reading: Reading) -> Floats:
    return np.asarray(sum(expected[month] for month in reading.months))


def _without_measures(before: tuple[Reading, ...], reading: Reading) -> tuple[float, float]:
    """What no change since the last reading, and the trend of the last year, make of a later one."""
    months = len(reading.months)
    newest = before[-1]
    unchanged = months * newest.value / len(newest.months)
    recent = [r for r in before if r.middle > newest.middle - TREND_MONTHS]
    if len(recent) < 2:  # one reading has no trend
        return unchanged, unchanged
    slope, start = np.polyfit([r.middle for r in recent], [np.log(r.value / len(r.months)) for r in recent], 1)
    return unchanged, float(months * np.exp(start + slope * reading.middle))


def _quantiles(values: Floats, weight: Floats) -> tuple[float, float, float]:
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    low, middle, high = (float(values[order][np.searchsorted(share, q)]) for q in INTERVAL)
    return low, middle, high
