"""The faucet curve: the pressure on a target as one partner's enforcement goes from nothing to the letter, and who pays for it.

Everything else is held as each draw has it: other partners, ways round, the trade itself. Every level is computed on the same draws, so that the
curve differs from level to level by enforcement alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.trade import armington
from detente.trade.accounting import Account, Accounts, lost_share, stopped_share
from detente.trade.case import Case
from detente.trade.drawn import Drawn, at_medians, draw
from detente.trade.flows import Floats, Flows

LEVELS: Floats = np.linspace(0.0, 1.0, 11)
INTERVAL = 0.9
"""Probability that the intervals hold: equal tails over draws."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over draws, and the interval that holds :data:`INTERVAL` of them."""

    mean: float
    low: float
    high: float


def estimate(values: Floats) -> Estimate:
    """The estimate of (D,) draws; one number stands for all of them."""
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Estimate(float(np.mean(values)), float(low), float(high))


@dataclass(frozen=True)
class Equilibrium:
    """Level 2: ``welfare`` (N, D) change in real income as a share, in the draws that were solved; ``unsolved`` of ``draws`` were not."""

    countries: tuple[str, ...]
    welfare: Floats
    draws: int

    @property
    def unsolved(self) -> int:
        """How many draws missed the tolerance and are left out."""
        return int(self.draws - self.welfare.shape[1])


@dataclass(frozen=True)
class Faucet:
    """``curve``: accounts at each of ``levels`` (R,) of the partner's enforcement, ending in (R, D); ``now``: as the case has it, ending in (D,)."""

    drawn: Drawn
    seed: int
    levels: Floats
    curve: Accounts
    now: Accounts
    equilibrium: Equilibrium | None

    @property
    def case(self) -> Case:
        return self.drawn.case

    @property
    def draws(self) -> int:
        """How many there are."""
        return int(self.drawn.exposure.exports.shape[2])

    @property
    def present(self) -> Floats | None:
        """(D,) the partner's enforcement in general, where the case gives one."""
        name = self.case.enforcement.get((self.case.partner,))
        return None if name is None else self.drawn.values[name]

    @property
    def range(self) -> Floats:
        """(D,) finite difference: pressure on income at full enforcement less that at none."""
        pressure = self.curve.exports.pressure
        return np.asarray(pressure[-1] - pressure[0])

    @property
    def regression(self) -> Floats:
        """(D,) slope of the least-squares line through the draw's curve, per unit of enforcement.

        Equal to :attr:`range` where the curve is a straight line; the two part as far as it bends (caps, measures that overlap, ways round).
        """
        centred = self.levels - self.levels.mean()
        return np.asarray(centred @ self.curve.exports.pressure / (centred @ centred))

    def ways(self) -> Iterator[tuple[str, Account, int]]:
        """Each way round: what it is called, the side it is of, and its place there."""
        places = {"exports": 0, "imports": 0}
        for way in self.case.ways:
            yield way.text, self.now.exports if way.side == "exports" else self.now.imports, places[way.side]
            places[way.side] += 1

    def to_dict(self) -> dict[str, Any]:
        """All figures, for JSON: estimates as mean, low and high; money in millions a year."""
        case, exposure = self.case, self.drawn.exposure
        sides = {"exports": self.now.exports, "imports": self.now.imports}
        return {
            "title": case.title, "target": case.target, "partner": case.partner, "as_of": case.as_of.isoformat(),
            "currency": case.currency, "draws": self.draws, "seed": self.seed, "interval": INTERVAL,
            "measures": [measure.id for measure in case.in_force],
            "now": {name: {"pressure": _data(side.pressure), "leak": _data(side.leak)} for name, side in sides.items()},
            "curve": [
                {"enforcement": float(level), "exports": _data(e), "imports": _data(m)}
                for level, e, m in zip(self.levels, self.curve.exports.pressure, self.curve.imports.pressure, strict=True)
            ],
            "slope": {"difference": _data(self.range), "regression": _data(self.regression)},
            "partners": {
                name: {"forgone": _data(self.now.forgone[j]), "cost": _data(self.now.cost[j])}
                | {side: {"before": _data(exposure.side(side)[j].sum(axis=0)), "kept": _data(sides[side].kept_by_partner[j])} for side in ("exports", "imports")}
                for j, name in enumerate(exposure.partners)
            },
            "goods": {
                name: {side: {"before": _data(exposure.side(side)[:, k].sum(axis=0)), "kept": _data(sides[side].kept_by_commodity[k]),
                              "leaked": _data(sides[side].leaked_by_commodity[k])} for side in ("exports", "imports")}
                for k, name in enumerate(exposure.commodities)
            },
            "routes": {text: {"sent": _data(side.sent[r]), "seized": _data(side.seized[r]), "earned": _data(side.earned[r]), "spent": _data(side.spent[r])} for text, side, r in self.ways()},
            "equilibrium": None if self.equilibrium is None else {
                "unsolved": self.equilibrium.unsolved,
                "welfare": {name: _data(self.equilibrium.welfare[i]) for i, name in enumerate(self.equilibrium.countries)},
            },
        }  # fmt: skip


def _data(values: Floats) -> dict[str, float] | None:
    if not values.size or not np.isfinite(values).all():
        return None
    found = estimate(values)
    return {"mean": found.mean, "low": found.low, "high": found.high}


def faucet(case: Case, draws: int = 1000, seed: int = 1) -> Faucet:
    """The curve of a case. Raises :class:`detente.draws.DrawsError` where a number leaves its bounds."""
    drawn = draw(case, draws, seed)
    curve = drawn.under(drawn.with_partner(LEVELS[:, None]), (len(LEVELS), 1))  # where nothing binds the partner, too
    now = drawn.under(drawn.enforcement)
    return Faucet(drawn, seed, LEVELS, curve, now, equilibrium(drawn) if case.elasticity else None)


# --------------------------------------------------------------------------- level 2


def equilibrium(drawn: Drawn) -> Equilibrium:
    """The Armington equilibrium under the measures as they are enforced: flows at their medians, elasticities and output drawn.

    Ways round are left out: that trade moves elsewhere is what the model is about.
    """
    case, values = drawn.case, drawn.values
    draws = drawn.exposure.exports.shape[2]
    flows = table(case)
    base = armington.economy(flows, {name: values[key] for name, key in case.output.items()})
    elasticity = np.stack([np.broadcast_to(values[case.elasticity[code]], (draws,)) for code in flows.commodities])
    target = flows.countries.index(case.target)
    shock = shocks(drawn, flows, elasticity, target)
    found = armington.effect(base, elasticity, shock, focus=target)
    return Equilibrium(flows.countries, found.welfare[:, found.solved] - 1, draws)


def table(case: Case) -> Flows:
    """The table of the case at the medians of its numbers, home sales unknown."""
    values = at_medians(case).values
    countries = tuple(dict.fromkeys(name for row in case.rows for name in (row.seller, row.buyer)))
    value = np.zeros((len(countries), len(countries), len(case.goods)))
    value[np.arange(len(countries)), np.arange(len(countries))] = np.nan
    for row in case.rows:
        place = countries.index(row.seller), countries.index(row.buyer), case.goods.index(row.goods)
        value[place] = values[row.value][0]
    return Flows(countries, case.goods, case.period, case.classification, case.currency, value, np.zeros_like(value))


def shocks(drawn: Drawn, flows: Flows, elasticity: Floats, target: int) -> armington.Shock:
    """Measures as what the equilibrium takes: shares that pass at given prices, and duties.

    Bans and caps leave ``1 - b``; a share ``f`` lost to finance and shipping is an iceberg cost ``1 / (1 - f)``, which leaves ``(1 - f)^eps``.
    """
    cells, passing, duties = [], [], []
    draws = elasticity.shape[1]
    for j, partner in enumerate(drawn.exposure.partners):
        other = flows.countries.index(partner)
        for k in range(len(flows.commodities)):
            for side, seller, buyer in (("exports", target, other), ("imports", other, target)):
                if not flows.value[seller, buyer, k] > 0:
                    continue
                stop = stopped_share(drawn.barriers, drawn.enforcement, side, j, k)  # type: ignore[arg-type]
                lost, duty = lost_share(drawn.barriers, drawn.enforcement, np.zeros(1), side, j, k)  # type: ignore[arg-type]
                cells.append((seller, buyer, k))
                passing.append(np.broadcast_to((1 - stop) * (1 - lost) ** elasticity[k], (draws,)))
                duties.append(np.broadcast_to(duty / (1 - duty), (draws,)))
    places: NDArray[np.int64] = np.array(cells, dtype=np.int64).reshape(-1, 3)
    return armington.Shock(places, np.array(passing).reshape(-1, draws), np.array(duties).reshape(-1, draws))
