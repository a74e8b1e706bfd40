"""What a faucet says, as rows and sentences that terminal and page both print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detente.report import words
from detente.report.findings import Figure
from detente.trade.accounting import SIDES, Side
from detente.trade.drawn import Drawn
from detente.trade.faucet import INTERVAL, Estimate, Faucet, estimate
from detente.trade.flows import Floats

SMALL = 0.5
"""Goods of less than this, in millions a year, are left out of tables."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One commodity on one side: before, kept after, and forbidden goods that pass in the open; millions a year."""

    side: Side
    name: str
    before: Estimate
    kept: Estimate
    leaked: Estimate


@dataclass(frozen=True, slots=True)
class Sender:
    """One partner: its trade with the target before, what it gives up, and what that costs it; millions a year."""

    name: str
    before: Estimate
    forgone: Estimate
    cost: Estimate


@dataclass(frozen=True, slots=True)
class Way:
    """One way round, millions a year."""

    text: str
    side: Side
    sent: Estimate
    seized: Estimate
    earned: Estimate


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side of the target's trade goes to or comes from: before, after in the open and by other ways, and shares of each total."""

    side: Side
    name: str
    before: Estimate
    openly: Estimate
    otherwise: Estimate
    share_before: float
    share_after: Figure


def figure(values: Floats) -> Figure:
    """A share with its interval."""
    found = estimate(values)
    return Figure(found.mean, found.low, found.high)


def money(value: float) -> str:
    """Millions at two significant digits, which is what draws of such quantities support."""
    if abs(value) < SMALL:
        return "<1" if value > 0 else "0" if value > -SMALL else ">−1"
    return f"{float(f'{value:.1e}'):,.0f}".replace("-", "−")


def span(found: Estimate) -> str:
    """An interval of money; one number where both ends round to it."""
    low, high = money(found.low), money(found.high)
    return low if low == high else f"{low} to {high}"


def share(value: float) -> str:
    """A change in welfare at one or two significant digits."""
    percent = 100 * value
    if abs(percent) < 0.005:
        return "about 0"
    return f"{percent:+.{1 if abs(percent) >= 0.1 else 2}f}{words.PER_CENT}".replace("-", "−")


def goods(faucet: Faucet) -> list[Goods]:
    """Goods of the table, exports first, largest first."""
    exposure, found = faucet.drawn.exposure, []
    for side in SIDES:
        account = faucet.now.exports if side == "exports" else faucet.now.imports
        rows = [
            Goods(
                side, faucet.case.named(code), estimate(exposure.side(side)[:, k].sum(axis=0)),
                estimate(account.kept_by_commodity[k]), estimate(account.leaked_by_commodity[k]),
            )
            for k, code in enumerate(exposure.commodities)
        ]  # fmt: skip
        found += sorted((row for row in rows if row.before.mean >= SMALL), key=lambda row: -row.before.mean)
    return found


def senders(faucet: Faucet) -> list[Sender]:
    """Partners, the one that pays most first."""
    exposure = faucet.drawn.exposure
    rows = [
        Sender(
            faucet.case.named(name), estimate((exposure.exports[j] + exposure.imports[j]).sum(axis=0)),
            estimate(faucet.now.forgone[j]), estimate(faucet.now.cost[j]),
        )
        for j, name in enumerate(exposure.partners)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row.cost.mean)


def ways(faucet: Faucet) -> list[Way]:
    """Ways round, the one that brings most first."""
    rows = [
        Way(text, side_of(faucet, text), estimate(a.sent[r]), estimate(a.seized[r]), estimate(a.earned[r]))
        for text, a, r in faucet.ways()
    ]
    return sorted(rows, key=lambda row: -row.earned.mean)


def places(faucet: Faucet) -> list[Place]:
    """Each partner, and transfers at sea where there are any, on each side."""
    exposure, found = faucet.drawn.exposure, []
    for side in SIDES:
        account = faucet.now.exports if side == "exports" else faucet.now.imports
        own = [(route, account.earned[r]) for r, route in enumerate(w for w in faucet.drawn.routes if w.side == side)]
        total, none = account.after, np.zeros(faucet.draws)
        rows = [(faucet.case.named(name), exposure.side(side)[j].sum(axis=0), account.kept_by_partner[j], j) for j, name in enumerate(exposure.partners)]  # fmt: skip
        rows.append(("At sea", none, none, None))  # type: ignore[arg-type]
        for name, before, openly, j in rows:
            way = sum((earned for route, earned in own if route.through == j), none)
            if before.any() or way.any():
                after = np.divide(openly + way, total, out=np.zeros_like(total), where=total > 0)
                share = float(np.mean(before / account.before))
                found.append(Place(side, name, estimate(before), estimate(openly), estimate(way), share, figure(after)))
    return found


def side_of(faucet: Faucet, text: str) -> Side:
    """Exports or imports, of a way round by its text."""
    return next(way.side for way in faucet.case.ways if way.text == text)


def between(found: Estimate) -> str:
    """An interval of changes in welfare; one figure where both ends round to it."""
    low, high = share(found.low), share(found.high)
    return low if low == high else f"{low} to {high}"


def points(found: Estimate) -> str:
    """A difference of shares in percentage points, with its interval."""
    mean, low, high = (f"{100 * share:.0f}".replace("-", "−") for share in (found.mean, found.low, found.high))
    return f"{mean} points ({low})" if low == high else f"{mean} points ({low} to {high})"


def held() -> str:
    """What every interval is called."""
    return f"{words.percent(INTERVAL)} interval"


def headline(faucet: Faucet) -> str:
    """The answer in a sentence or two."""
    case, now = faucet.case, figure(faucet.now.exports.pressure)
    closed, opened = figure(faucet.curve.exports.pressure[-1]), figure(faucet.curve.exports.pressure[0])
    target, partner = (words.midway(case.named(name)) for name in (case.target, case.partner))
    return (
        f"Measures take {now.percent} ({now.interval}) of {target}'s export income of {case.period}. With {partner} enforcing nothing it "
        f"would be {opened.percent} ({opened.interval}), with {partner} enforcing to the letter {closed.percent} ({closed.interval})."
    )


def slope(faucet: Faucet) -> str:
    """The slope, and how it was taken."""
    both = [points(estimate(values)) for values in (faucet.range, faucet.regression)]
    same = (
        "a straight line fitted to all levels says the same"
        if both[0] == both[1]
        else f"a straight line fitted to all levels rises by {both[1]}"
    )
    return f"From no enforcement to full, the share of export income lost rises by {both[0]}; {same}."


def remarks(faucet: Faucet) -> Iterator[str]:
    """What the reader must know about how this was computed."""
    case, drawn = faucet.case, faucet.drawn
    acting = {barrier.measure.id for barrier in drawn.barriers}
    yield (
        f"{len(case.in_force)} measure{'s' if len(case.in_force) != 1 else ''} in force on {words.day(case.as_of)}, {len(acting)} of which meet goods of the table. "
        "Pressure is the share of trade before the measures that is lost, in value."
    )
    idle = [
        b.measure.id
        for b in drawn.barriers
        if b.measure.rate is None and not b.stops and b.measure.id not in case.rates
    ]
    if idle:
        yield f"No cost was given for {words.joined(list(dict.fromkeys(idle)))}: counted as none (`rates`)."
    strict = [case.named(p) for p in drawn.exposure.partners if (p,) not in case.enforcement and not _free(drawn, p)]
    if strict:
        yield f"No enforcement was given for {words.joined(strict)}: taken as to the letter."
    if faucet.equilibrium is not None:
        lost = faucet.equilibrium.unsolved
        yield (
            f"Equilibrium: {lost} of {faucet.equilibrium.draws} draws were not solved and are left out."
            if lost
            else "Equilibrium: every draw was solved. Flows are taken at their medians; ways round are left out."
        )


def _free(drawn: Drawn, partner: str) -> bool:
    """Whether no measure binds a partner."""
    return not any(barrier.measure.binds(partner) for barrier in drawn.barriers)
