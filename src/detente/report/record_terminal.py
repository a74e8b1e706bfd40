"""A case of trade against a record, on the terminal: what was foretold, what came, and who foretold better."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from detente.report import words
from detente.report.faucet_findings import held
from detente.report.terminal import WIDEST, new_table, section
from detente.trade.record import Backtest, Month, Reading

NUMBER: dict[str, object] = {"justify": "right", "no_wrap": True}
NAMES = {"case": "the case", "no change": "no change", "trend": "the trend"}


def print_record(found: Backtest, console: Console) -> None:
    """Print what the case makes of the record."""
    for part in _parts(found):
        console.print(part, width=min(console.width, WIDEST), highlight=False)


def _parts(found: Backtest) -> Iterator[RenderableType]:
    yield from section(f"Against the record: {found.record.title}", Text(verdict(found)))
    yield _foretold(found)
    yield Text(fitted(found), style="dim")
    yield Text()


def verdict(found: Backtest) -> str:
    """``Fitted to the readings up to June 2018, the case foretells ...``: who was off by least, and by how much."""
    order = sorted(found.errors.items(), key=lambda pair: pair[1])
    told = words.joined([f"{NAMES[name]} {_factor(error)}" for name, error in order])
    count = len(found.foretold)
    later = "the one after it lies" if count == found.covered == 1 else f"{found.covered} of the {count} after it lie"
    return (
        f"Fitted to the {len(found.fitted_to)} readings up to {month(found.until)}; {later} within the case's "
        f"90 % interval. The forecasts are off by a factor of (root mean square, best first): {told}."
    )


def _factor(log_error: float) -> str:
    return f"{math.exp(log_error):.2f}"


def fitted(found: Backtest) -> str:
    """What the record taught about enforcement, and what it cannot tell apart."""
    before, after = found.prior["enforcement"], found.fitted["enforcement"]
    hidden = found.fitted["hidden"]
    name = found.case.named(found.record.partner)
    return (
        f"Enforcement by {name}: {words.percent(before[1])} ({words.interval(before[0], before[2])}) before, {words.percent(after[1])} "
        f"({words.interval(after[0], after[2])}) after the readings; of what passes, {words.percent(hidden[1])} ({words.interval(hidden[0], hidden[2])}) is not recorded. A record cannot "
        f"tell these two apart but by what was thought before. Weighted by the readings the draws count for {words.count(round(found.effective))} of {words.count(found.draws)}."
    )


def _foretold(found: Backtest) -> Table:
    currency = f"millions of {found.record.currency}"
    table = new_table(
        (f"recorded ({currency})", {"ratio": 1}), ("came", NUMBER), ("case", NUMBER), (held(), NUMBER), ("no change", NUMBER), ("trend", NUMBER)
    )  # fmt: skip
    for each in found.foretold:
        table.add_row(
            span(each.reading), f"{each.reading.value:.0f}", f"{each.median:.0f}", f"{each.low:.0f} to {each.high:.0f}",
            f"{each.no_change:.0f}", f"{each.trend:.0f}",
        )  # fmt: skip
    return table


def span(reading: Reading) -> str:
    """``July 2018``, ``January to June 2017``."""
    if reading.first == reading.last:
        return month(reading.first)
    first = month(reading.first)
    return f"{first.split()[0] if reading.first[0] == reading.last[0] else first} to {month(reading.last)}"


def month(named: Month) -> str:
    """``July 2018``."""
    return date(*named, 1).strftime("%B %Y")
