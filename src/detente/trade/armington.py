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

Deficits are not explained by the model. :func:`solve` takes those after the change as given, in units of world income; :func:`effect` compares two worlds
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
"""Largest excess of a country's sales over its income, as a share of that income, in a draw that counts as solved."""


@dataclass(frozen=True)
class Economy:
    """A world in the base period: ``trade`` (N sellers, N buyers, K), home sales on the diagonal, nothing unknown."""

    countries: tuple[str, ...]
    commodities: tuple[str, ...]
    trade: Floats

    def __post_init__(self) -> None:
        shape = (len(self.countries), len(self.countries), len(self.commodities))
        if self.trade.shape != shape:
            raise ValueError(f"trade: found shape {self.trade.shape}; accepted: {shape}")
        if not (np.isfinite(self.trade).all() and (self.trade >= 0).all()):
            raise ValueError("trade: found a value below zero or unknown; accepted: 0 or more, home sales included")
        for name, totals in (("sells", self.income), ("buys", self.spending)):
            if (totals <= 0).any():
                raise ValueError(f"{self.countries[int(np.argmin(totals))]} {name} nothing; accepted: more than 0")

    @property
    def income(self) -> Floats:
        """(N,) what each country sells, at home and abroad."""
        return np.asarray(self.trade.sum(axis=(1, 2)))

    @property
    def spending(self) -> Floats:
        """(N,) what each country buys."""
        return np.asarray(self.trade.sum(axis=(0, 2)))

    @property
    def deficit(self) -> Floats:
        """(N,) spending less income."""
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


def economy(flows: Flows, output: Mapping[str, float]) -> Economy:
    """The world of a table of trade, with home sales from each country's ``output`` of what is traded, in millions of the table's currency.

    Where the table knows home sales they are kept, elsewhere they are ``output`` less exports, spread over commodities as the country's
    exports and imports together are (half each, so that neither a pure exporter nor a pure importer of a commodity is left without home sales).
    Gross output is meant; GDP is a lower bound of it. Raises ``ValueError`` for a flow between countries that nobody knows, or output below exports.
    """
    trade = flows.value.copy()
    for i, country in enumerate(flows.countries):
        known = ~np.isnan(trade[i, i])
        trade[i, i, ~known] = 0.0
        if known.all():
            continue
        abroad = np.delete(trade[i], i, axis=0).sum(axis=0)
        bought = np.delete(trade[:, i], i, axis=0).sum(axis=0)
        home = output[country] - abroad.sum() - trade[i, i].sum()
        if not home > 0:
            raise ValueError(f"output of {country}: found {output[country]:g}, below what it sells; accepted: more")
        weight = np.where(known, 0.0, abroad + bought)
        if not weight.sum() > 0:
            raise ValueError(f"{country} trades in nothing, so that its home sales cannot be spread over commodities")
        trade[i, i] += home * weight / weight.sum()
    if np.isnan(trade).any():
        i, j, k = np.argwhere(np.isnan(trade))[0]
        where = f"{flows.countries[i]} to {flows.countries[j]}, {flows.commodities[k]}"
        raise ValueError(f"nobody knows the flow {where}; accepted: a value, 0 if there is none")
    return Economy(flows.countries, flows.commodities, trade)


def solve(
    base: Economy, elasticity: Floats, shock: Shock, *, deficit: Floats | None = None, focus: int = 0
) -> Response:
    """The world after ``shock``, every draw solved by Newton's method.

    ``elasticity`` (K, D), above 0; ``deficit`` (N,) after the change in units of the base, those of the base where none are given; they must sum to 0.
    """
    from detente.trade import armington_kernel as kernel

    n, k, draws = len(base.countries), len(base.commodities), elasticity.shape[-1]
    if elasticity.shape != (k, draws) or shock.passing.shape[1:] != (draws,):
        raise ValueError(f"elasticity: found shape {elasticity.shape}; accepted: ({k}, draws), draws as in the shock")
    if not (elasticity > 0).all():
        raise ValueError("found a trade elasticity of 0 or below; accepted: above 0")
    after = base.deficit if deficit is None else deficit
    if abs(after.sum()) > 1e-9 * base.income.sum():
        raise ValueError("found deficits that do not sum to 0; accepted: what some owe, others are owed")
    bought = base.trade.sum(axis=0)
    alpha = bought / bought.sum(axis=1, keepdims=True)
    lam = np.divide(base.trade, bought, out=np.zeros_like(base.trade), where=bought > 0)
    wages, prices, residual = np.empty((draws, n)), np.empty((draws, n * k)), np.empty(draws)
    imports, exports = np.empty((draws, n, k)), np.empty((draws, n, k))
    rows = (np.ascontiguousarray(part.T) for part in (elasticity, shock.passing, shock.duty))
    eps, passing, duty = rows
    lam = np.ascontiguousarray(lam.reshape(n, n * k))
    kernel.solve(
        lam, alpha, base.income, after, eps, np.ascontiguousarray(shock.cells), passing, duty, focus, wages, prices, residual, imports, exports
    )  # fmt: skip
    real = _welfare(base, alpha, wages, prices, after, imports_tax=_revenue(lam, alpha, wages, eps, prices, shock))
    return Response(np.exp(wages.T), real, exports.transpose(1, 2, 0), imports.transpose(1, 2, 0), residual)


def _revenue(lam: Floats, alpha: Floats, wages: Floats, eps: Floats, prices: Floats, shock: Shock) -> Floats:
    """(D, N) share of spending that comes back as duties."""
    n, k = alpha.shape
    share = np.zeros((len(wages), n))
    for c, (i, j, good) in enumerate(shock.cells):
        if not shock.duty[c].any():
            continue
        column, e = j * k + good, eps[:, good]
        left = (
            lam[i, column] * shock.passing[c] * np.exp(e * (prices[:, column] - wages[:, i] - np.log1p(shock.duty[c])))
        )
        share[:, j] += shock.duty[c] / (1 + shock.duty[c]) * left * alpha[j, good]
    return share


def _welfare(
    base: Economy, alpha: Floats, wages: Floats, prices: Floats, deficit: Floats, *, imports_tax: Floats
) -> Floats:
    """(N, D) change in real spending; 0 where a commodity that is wanted cannot be had."""
    n, k = alpha.shape
    spending = (base.income * np.exp(wages) + deficit) / (1 - imports_tax)
    dear = np.where(alpha > 0, alpha * np.where(alpha > 0, prices.reshape(-1, n, k), 0.0), 0.0).sum(axis=2)
    return np.asarray((spending / base.spending * np.exp(-dear)).T)


def effect(base: Economy, elasticity: Floats, shock: Shock, *, focus: int = 0) -> Response:
    """The measures' own effect: the world with them as a factor on the world without, both without deficits.

    ``exports`` and ``imports`` are levels with the measures; ``residual`` the larger of the two worlds'.
    """
    none = np.zeros(len(base.countries))
    draws = elasticity.shape[-1]
    before = solve(base, elasticity, Shock.none(draws), deficit=none, focus=focus)
    after = solve(base, elasticity, shock, deficit=none, focus=focus)
    residual = np.maximum(before.residual, after.residual)
    return Response(
        after.wages / before.wages, after.welfare / before.welfare, after.exports, after.imports, residual
    )  # fmt: skip
