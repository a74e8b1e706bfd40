"""A case with every number drawn: the arrays that accounting and the equilibrium work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.draws import DrawsError, medians, sample
from detente.trade.accounting import SIDES, Accounts, Barrier, Exposure, Route, Side, accounts
from detente.trade.case import Case, traded
from detente.trade.flows import Floats
from detente.trade.measures import Measure

Enforcement = Mapping[str, Sequence[Floats]]
MILLION = 1e6


@dataclass(frozen=True)
class Drawn:
    """``values``: every quantity (D,). ``enforcement``: id of a measure to (D,) or (1,) for each partner, as the case has it."""

    case: Case
    values: Mapping[str, Floats]
    exposure: Exposure
    barriers: tuple[Barrier, ...]
    enforcement: Enforcement
    routes: tuple[Route, ...]

    def under(self, enforcement: Enforcement, shape: tuple[int, ...] = ()) -> Accounts:
        """The accounts where measures are enforced like this; arrays may have further axes in front of the draws, and have those of ``shape``."""
        incidence, margin = self.values[self.case.incidence], self.values[self.case.margin]
        return accounts(
            self.exposure, self.barriers, enforcement, self.routes, incidence=incidence, margin=margin, shape=shape
        )

    def with_partner(self, level: Floats) -> Enforcement:
        """Enforcement as it is, but for the partner of the case, which enforces everything that binds it to ``level``."""
        place = self.exposure.partners.index(self.case.partner)
        return {
            barrier.measure.id: [
                level if j == place and barrier.measure.binds(self.case.partner) else e
                for j, e in enumerate(self.enforcement[barrier.measure.id])
            ]
            for barrier in self.barriers
        }


def draw(case: Case, draws: int, seed: int) -> Drawn:
    """``draws`` samples of the case. Raises :class:`DrawsError` for a number out of its bounds, with its name."""
    return assembled(case, sample(case, draws, seed).values)


def at_medians(case: Case) -> Drawn:
    """The case with every quantity at its median, as one draw."""
    return assembled(case, {name: np.array([value]) for name, value in medians(case).items()})


def assembled(case: Case, values: Mapping[str, Floats]) -> Drawn:
    """The case at these values of its quantities, (D,) each. Raises :class:`DrawsError` for one out of its bounds, with its name."""
    _check(case, values)
    exposure = _exposure(case, values)
    barriers = tuple(
        _barrier(case, values, exposure, measure, side)
        for measure in case.in_force
        for side in SIDES
        if measure.touches(side) and any(measure.covers(code) is not False for code in traded(case, side))
    )
    enforcement = {
        barrier.measure.id: [_enforcement(case, values, barrier.measure, partner) for partner in exposure.partners]
        for barrier in barriers
    }
    return Drawn(case, values, exposure, barriers, enforcement, _routes(case, values, exposure))


def _check(case: Case, values: Mapping[str, Floats]) -> None:
    shares = [*case.enforcement.values(), *case.coverage.values(), *case.rates.values(), case.incidence, case.margin]
    shares += [name for way in case.ways for name in (way.share, way.detection, way.discount)]
    above = [*(row.value for row in case.rows), *case.prices.values(), *(way.cost for way in case.ways)]
    positive = [*case.elasticity.values(), *case.output.values()]
    for names, low, high, words in (
        (shares, 0.0, 1.0, "a number from 0 to 1"),
        (above, 0.0, np.inf, "a number of at least 0"),
        (positive, np.nextafter(0, 1), np.inf, "a number above 0"),
    ):
        for name in names:
            wrong = np.flatnonzero(~((values[name] >= low) & (values[name] <= high)))
            if wrong.size:
                raise DrawsError(
                    f"{name} is {values[name][wrong[0]]:g} in draw {wrong[0] + 1} ({wrong.size:,} of {values[name].size:,} draws); "
                    f"accepted: {words}. Narrow its range, name another shape, or use `clip` in its formula"
                )


def _exposure(case: Case, values: Mapping[str, Floats]) -> Exposure:
    partners, goods = case.partners, case.goods
    draws = max(len(v) for v in values.values())
    sides: dict[Side, Floats] = {side: np.zeros((len(partners), len(goods), draws)) for side in SIDES}
    for row in case.rows:
        if case.target in (row.seller, row.buyer):
            side: Side = "exports" if row.seller == case.target else "imports"
            other = row.buyer if side == "exports" else row.seller
            sides[side][partners.index(other), goods.index(row.goods)] = values[row.value]
    return Exposure(case.target, partners, goods, case.currency, sides["exports"], sides["imports"])


def _barrier(case: Case, values: Mapping[str, Floats], exposure: Exposure, measure: Measure, side: Side) -> Barrier:
    """What a measure forbids of each commodity: all of it, a share told by the case, or what exceeds its cap."""
    share = np.zeros((len(exposure.commodities), exposure.exports.shape[2]))
    for k, code in enumerate(exposure.commodities):
        told = case.coverage.get((measure.id, code))
        share[k] = values[told] if told is not None else float(measure.covers(code) is True)
    if measure.cap is not None:
        cap = np.full(share.shape[1], np.inf if measure.cap.value is None else measure.cap.value)
        if measure.cap.quantity is not None and measure.id in case.prices:
            cap = np.minimum(cap, measure.cap.quantity * values[case.prices[measure.id]] / MILLION)
        bound = [measure.binds(partner) for partner in exposure.partners]
        total = (share * exposure.side(side)[bound].sum(axis=0)).sum(axis=0)
        share *= 1 - np.minimum(1.0, np.divide(cap, total, out=np.ones_like(total), where=total > 0))
    rate = values[case.rates[measure.id]] if measure.id in case.rates else np.array([measure.rate or 0.0])
    return Barrier(measure, side, share, rate)


def _enforcement(case: Case, values: Mapping[str, Floats], measure: Measure, partner: str) -> Floats:
    if not measure.binds(partner):
        return np.zeros(1)
    name = case.enforcement.get((partner, measure.id)) or case.enforcement.get((partner,))
    return np.ones(1) if name is None else values[name]


def _routes(case: Case, values: Mapping[str, Floats], exposure: Exposure) -> tuple[Route, ...]:
    return tuple(
        Route(
            way.name, way.side, None if way.through is None else exposure.partners.index(way.through),
            None if way.goods is None else frozenset(map(exposure.commodities.index, way.goods)),
            values[way.share], values[way.detection], values[way.discount], values[way.cost],
        )
        for way in case.ways
    )  # fmt: skip
