"""Level 2: what measures do once wages and prices have adjusted everywhere, in exact hat algebra.

Goods of each commodity are distinguished by where they come from (Armington 1969), labour is the one factor, competition is perfect. With
``x'`` after and ``x`` before, ``x_hat = x'/x``; i sells, j buys, k is the commodity; ``lam_ijk`` the share of seller i in what j spends on k, ``alpha_jk``
the share of k in what j spends (Cobb-Douglas), ``eps_k`` the trade elasticity, ``s_ijk`` the share of a flow that a measure leaves at given prices,
``t_ijk`` a new duty, ``Y`` income, ``D`` deficit, ``E`` spending (Dekle, Eaton & Kortum 2007, 2008; Arkolakis, Costinot &
Rodriguez-Clare 2012; Costinot & Rodriguez-Clare 2014)::

    lam'_ijk = lam_ijk s_ijk (w_hat_i (1 + t_ijk))^-eps_k / P_jk     P_jk = sum_l lam_ljk s_ljk (w_hat_l (1 + t_ljk))^-eps_k
    E'_j = w_hat_j Y_j + D'_j + sum_ik t_ijk / (1 + t_ijk) lam'_ijk alpha_jk E'_j
    w_hat_i Y_i = sum_jk lam'_ijk alpha_jk E'_j / (1 + t_ijk)        sum_i w_hat_i Y_i = sum_i Y_i
    W_hat_j = (E'_j / E_j) prod_k P_jk^(alpha_jk / eps_k)

A ban enforced at e has ``s = 1 - e``: the iceberg cost ``tau_hat = (1 - e)^(-1/eps)`` under which just that share of the flow is left before wages and
other prices move. At e = 1 nothing is left, with no infinite number in it. What a measure costs is lost (as iceberg costs are), not earned by anyone.

Deficits are not explained by the model. :func:`solve` keeps them as they are, in units of world income, or closes them; :func:`effect` compares two worlds
without deficits, with and without the measures, so that what closing the deficits does is not taken for an effect of the measures
(as Costinot & Rodriguez-Clare 2014 do).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.trade.flows import Floats, Flows

TOLERANCE = 1e-9
"""Largest excess of a country's sales over its income, or of world income over the base, as a share of it, in a draw that counts as solved."""


@dataclass(frozen=True)
class Economy:
    """A world in the base period: ``trade`` (N sellers, N buyers, K) between countries, and ``home`` (N, K, 1 or D) what each sells to itself.

    The diagonal of ``trade`` is not read.
    """

    countries: tuple[str, ...]
    commodities: tuple[str, ...]
    trade: Floats
    home: Floats

    def __post_init__(self) -> None:
        n, k = len(self.countries), len(self.commodities)
        if self.trade.shape != (n, n, k) or self.home.ndim != 3 or self.home.shape[:2] != (n, k):
            raise ValueError(
                f"found trade {self.trade.shape} and home sales {self.home.shape}; accepted: {(n, n, k)} and {(n, k)}, draws"
            )
        abroad = self._abroad
        for values in (abroad, self.home):
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise ValueError("trade: found a value below zero or unknown; accepted: 0 or more")
        for name, totals in (("sells", self.income), ("buys", self.spending)):
            if (totals <= 0).any():
                raise ValueError(f"{self.countries[int(np.argmin(totals.min(axis=1)))]} {name} nothing; accepted: more")

    @classmethod
    def of(cls, countries: tuple[str, ...], commodities: tuple[str, ...], trade: Floats) -> Economy:
        """A world whose home sales are on the diagonal of ``trade``, the same in every draw."""
        places = np.arange(len(countries))
        return cls(countries, commodities, trade, trade[places, places][..., None])

    @property
    def _abroad(self) -> Floats:
        trade = self.trade.copy()
        places = np.arange(len(self.countries))
        trade[places, places] = 0.0
        return trade

    @property
    def income(self) -> Floats:
        """(N, 1 or D) what each country sells, at home and abroad."""
        return np.asarray(self._abroad.sum(axis=(1, 2))[:, None] + self.home.sum(axis=1))

    @property
    def spending(self) -> Floats:
        """(N, 1 or D) what each country buys."""
        return np.asarray(self._abroad.sum(axis=(0, 2))[:, None] + self.home.sum(axis=1))

    @property
    def deficit(self) -> Floats:
        """(N, 1 or D) spending less income."""
        return self.spending - self.income


@dataclass(frozen=True)
class Shock:
    """Measures on C flows in D draws: ``cells`` (C, 3) places (seller, buyer, commodity), ``passing`` and ``duty`` (C, D)."""

    cells: NDArray[np.int64]
    passing: Floats
    duty: Floats

    def __post_init__(self) -> None:
        if self.cells.shape != (len(self.passing), 3) or self.passing.shape != self.duty.shape:
            raise ValueError("found cells, passing and duties that do not match; accepted: (C, 3), (C, D), (C, D)")
        if len({tuple(cell) for cell in self.cells.tolist()}) < len(self.cells):
            raise ValueError("found a flow twice; accepted: each flow once")
        if (self.passing < 0).any() or (self.duty < 0).any():
            raise ValueError("found a share that passes, or a duty, below 0; accepted: 0 or more")

    @classmethod
    def none(cls, draws: int) -> Shock:
        """No measure at all."""
        return cls(np.empty((0, 3), dtype=np.int64), np.empty((0, draws)), np.empty((0, draws)))


@dataclass(frozen=True)
class Response:
    """A world after a change, in D draws.

    ``wages`` and ``welfare`` (N, D) are factors on the base (1: as before); ``exports`` and ``imports`` (N partners, K, D) the trade of the country in
    focus at sellers' prices; ``residual`` (D,) see :data:`TOLERANCE`.
    """

    wages: Floats
    welfare: Floats
    exports: Floats
    imports: Floats
    residual: Floats

    @property
    def solved(self) -> NDArray[np.bool_]:
        """(D,) draws to be used; the others must be reported."""
        return np.asarray(self.residual <= TOLERANCE)


def gains_from_trade(home_share: Floats | float, elasticity: Floats | float) -> Floats:
    """Share of real income that autarky would take, ``1 - lam_jj^(1/eps)``, one commodity (Arkolakis, Costinot & Rodriguez-Clare 2012)."""
    return np.asarray(1 - np.power(home_share, 1 / np.asarray(elasticity)))


def economy(flows: Flows, output: Mapping[str, Floats | float]) -> Economy:
    """The world of a table of trade, with home sales from each country's ``output`` of what is traded, (D,) or a number, in millions of its currency.

    Where the table knows home sales they are kept, elsewhere they are ``output`` less exports, spread over commodities as the country's
    exports and imports together are (so that neither a pure exporter nor a pure importer of a commodity is left without home sales).
    Gross output is meant; GDP is a lower bound of it. Raises ``ValueError`` for a flow between countries that nobody knows, or output below exports.
    """
    trade = flows.value.copy()
    places = np.arange(len(flows.countries))
    own, trade[places, places] = flows.value[places, places], 0.0
    if np.isnan(trade).any():
        i, j, k = np.argwhere(np.isnan(trade))[0]
        where = f"{flows.countries[i]} to {flows.countries[j]}, {flows.commodities[k]}"
        raise ValueError(f"nobody knows the flow {where}; accepted: a value, 0 if there is none")
    rows = []
    for i, country in enumerate(flows.countries):
        known = ~np.isnan(own[i])
        sales = np.where(known, own[i], 0.0)[:, None]
        if not known.all():
            made = np.atleast_1d(np.asarray(output[country], dtype=np.float64))
            left = made - trade[i].sum() - sales.sum()
            if not (left > 0).all():
                raise ValueError(f"output of {country}: found {made.min():g}, below what it sells; accepted: more")
            weight = np.where(known, 0.0, trade[i].sum(axis=0) + trade[:, i].sum(axis=0))
            if not weight.sum() > 0:
                raise ValueError(
                    f"{country} trades in nothing, so that its home sales cannot be spread over commodities"
                )
            sales = sales + (weight / weight.sum())[:, None] * left
        rows.append(sales)
    draws = max(row.shape[1] for row in rows)
    home = np.stack([np.broadcast_to(row, (row.shape[0], draws)) for row in rows])
    return Economy(flows.countries, flows.commodities, trade, home)


def solve(base: Economy, elasticity: Floats, shock: Shock, *, closed: bool = False, focus: int = 0) -> Response:
    """The world after ``shock``, every draw solved by Newton's method.

    ``elasticity`` (K, D), above 0. Deficits stay as they are in units of world income, or are ``closed``.
    """
    from detente.trade import armington_kernel as kernel

    n, k, draws = len(base.countries), len(base.commodities), elasticity.shape[-1]
    if elasticity.shape != (k, draws) or shock.passing.shape[1:] != (draws,) or base.home.shape[2] not in (1, draws):
        raise ValueError(
            f"elasticity: found shape {elasticity.shape}; accepted: ({k}, draws), draws as in shock and home sales"
        )
    if not (elasticity > 0).all():
        raise ValueError("found a trade elasticity of 0 or below; accepted: above 0")
    wages, welfare, residual = np.empty((draws, n)), np.empty((draws, n)), np.empty(draws)
    imports, exports = np.empty((draws, n, k)), np.empty((draws, n, k))
    eps, passing, duty = (np.ascontiguousarray(part.T) for part in (elasticity, shock.passing, shock.duty))
    home, trade = np.ascontiguousarray(base.home.transpose(2, 0, 1)), np.ascontiguousarray(base.trade.reshape(n, n * k))
    kernel.solve(
        trade, home, closed, eps, np.ascontiguousarray(shock.cells), passing, duty, focus, wages, welfare, residual, imports, exports
    )  # fmt: skip
    return Response(np.exp(wages.T), welfare.T, exports.transpose(1, 2, 0), imports.transpose(1, 2, 0), residual)


def effect(base: Economy, elasticity: Floats, shock: Shock, *, focus: int = 0) -> Response:
    """The measures' own effect: the world with them as a factor on the world without, both without deficits.

    ``exports`` and ``imports`` are levels with the measures; ``residual`` the larger of the two worlds'.
    """
    before = solve(base, elasticity, Shock.none(elasticity.shape[-1]), closed=True, focus=focus)
    after = solve(base, elasticity, shock, closed=True, focus=focus)
    residual = np.maximum(before.residual, after.residual)
    return Response(
        after.wages / before.wages, after.welfare / before.welfare, after.exports, after.imports, residual
    )  # fmt: skip
