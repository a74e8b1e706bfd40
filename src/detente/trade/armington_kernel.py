"""Newton's method on the wages of an Armington economy, one draw after the other, compiled.

Symbols as in :mod:`detente.trade.armington`: ``u`` (N,) is the log of the changes in wages; ``lam``, ``share`` and ``sales`` (N sellers, N x K) hold
a market (buyer j, commodity k) in column ``j K + k``.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")

FAR = 2.0
"""Largest change of the log of a wage in one step."""
HALVINGS = 12
STEPS = 60
ENOUGH = 1e-12
"""Residual at which nothing more is to be gained in double precision."""
SOLVED, SHUT = 1e-9, 1e-12
"""Residual of a solved draw; share of a flow that is next to nothing."""
GENTLY = 0.7
"""What is left of a flow from one world to the next, on the way to measures that Newton's method does not reach at once."""
SPRING = 1e-10
"""Keeps the wage of a country that trades with nobody where it is: nothing else determines it."""


@jit
def markets(
    lam: Floats,
    alpha: Floats,
    income: Floats,
    deficit: Floats,
    eps: Floats,
    cells: Places,
    passing: Floats,
    duty: Floats,
    u: Floats,
    power: Floats,
    price: Floats,
    share: Floats,
    spending: Floats,
    sales: Floats,
) -> float:
    """Fill in what each country buys from each at the wages ``u``; the largest relative excess of sales over income, or of world income.

    ``cells`` (C, 3) are the places (i, j, k) of which a share ``passing`` (C,) is left at given prices and on which a ``duty`` (C,) is levied.
    Infinite where nobody is left to serve a market, or a country would have to spend less than nothing.
    """
    n, m = lam.shape
    count = m // n
    for i in range(n):
        for k in range(count):
            power[i, k] = np.exp(-eps[k] * u[i])
    price[:] = 0.0
    for i in range(n):
        for j in range(n):
            for k in range(count):
                share[i, j * count + k] = lam[i, j * count + k] * power[i, k]
    for c in range(len(cells)):
        i, j, k = cells[c, 0], cells[c, 1], cells[c, 2]
        share[i, j * count + k] *= passing[c] * np.exp(-eps[k] * np.log1p(duty[c]))
    for i in range(n):
        for column in range(m):
            price[column] += share[i, column]
    for j in range(n):
        for k in range(count):
            if alpha[j, k] > 0 and not price[j * count + k] > 0:
                return np.inf
    for i in range(n):
        for column in range(m):
            if price[column] > 0:
                share[i, column] /= price[column]
    taxed = np.zeros(n)
    for c in range(len(cells)):
        i, j, k = cells[c, 0], cells[c, 1], cells[c, 2]
        taxed[j] += duty[c] / (1 + duty[c]) * share[i, j * count + k] * alpha[j, k]
    for j in range(n):
        spending[j] = (income[j] * np.exp(u[j]) + deficit[j]) / (1 - taxed[j])
        if not spending[j] > 0:
            return np.inf
    for i in range(n):
        for j in range(n):
            for k in range(count):
                sales[i, j * count + k] = alpha[j, k] * spending[j] * share[i, j * count + k]
    for c in range(len(cells)):
        sales[cells[c, 0], cells[c, 1] * count + cells[c, 2]] /= 1 + duty[c]
    world = 0.0
    for i in range(n):
        world += income[i] * np.exp(u[i])
    worst = abs(world / income.sum() - 1)
    for i in range(n):
        worst = max(worst, abs(sales[i].sum() / (income[i] * np.exp(u[i])) - 1))
    return float(worst)


@jit
def refunds(
    alpha: Floats, eps: Floats, cells: Places, duty: Floats, share: Floats, sales: Floats, slope: Floats
) -> None:
    """Add to ``slope`` what wages do to spending by way of the duties that come back to buyers.

    ``d T_j / d u_l = sum_k eps_k alpha_jk share_ljk (mean_jk - rate_ljk)``, where ``rate = t / (1 + t)`` and ``mean_jk`` is its mean over sellers.
    """
    n, m = share.shape
    count = m // n
    mean, moved = np.zeros(m), np.zeros((n, n))
    for c in range(len(cells)):
        column = cells[c, 1] * count + cells[c, 2]
        mean[column] += duty[c] / (1 + duty[c]) * share[cells[c, 0], column]
    for j in range(n):
        for k in range(count):
            for seller in range(n):
                moved[j, seller] += eps[k] * alpha[j, k] * share[seller, j * count + k] * mean[j * count + k]
    for c in range(len(cells)):
        i, j, k = cells[c, 0], cells[c, 1], cells[c, 2]
        moved[j, i] -= eps[k] * alpha[j, k] * share[i, j * count + k] * duty[c] / (1 + duty[c])
    for j in range(n):
        back = 0.0
        for k in range(count):
            back += alpha[j, k] * mean[j * count + k]
        for i in range(n):
            bought = 0.0
            for k in range(count):
                bought += sales[i, j * count + k]
            for seller in range(n):
                slope[i, seller] += bought * moved[j, seller] / (1 - back)


@jit
def newton(
    alpha: Floats, income: Floats, deficit: Floats, eps: Floats, cells: Places, duty: Floats, u: Floats,
    share: Floats, sales: Floats, weighted: Floats, slope: Floats, gap: Floats,
) -> Floats:  # fmt: skip
    """The step in ``u`` that would clear all markets if they were as their derivatives here say.

    ``d ln share_ijk / d u_l = -eps_k (1[i=l] - share_ljk)`` and ``d ln spending_j / d u_l = 1[j=l] w_j Y_j / (w_j Y_j + D_j) + d T_j / d u_l / (1 - T_j)``
    with ``T_j`` the share of spending that comes back as duties. World income in place of the largest country's market fixes the level of all wages.
    """
    n, m = share.shape
    count = m // n
    for i in range(n):
        for j in range(n):
            for k in range(count):
                weighted[i, j * count + k] = sales[i, j * count + k] * eps[k]
    slope[:] = weighted @ share.T
    for i in range(n):
        own = income[i] * np.exp(u[i])
        total = sales[i].sum()
        for j in range(n):
            buyer = income[j] * np.exp(u[j])
            bought = 0.0
            for k in range(count):
                bought += sales[i, j * count + k]
            slope[i, j] += bought * buyer / (buyer + deficit[j])
        slope[i, i] -= weighted[i].sum() + total
    if duty.any():
        refunds(alpha, eps, cells, duty, share, sales, slope)
    for i in range(n):
        own = income[i] * np.exp(u[i])
        total = sales[i].sum()
        for j in range(n):
            slope[i, j] /= own
        slope[i, i] -= SPRING
        gap[i] = 1 - total / own
    largest, world = np.argmax(income), income.sum()
    gap[largest] = 1.0
    for j in range(n):
        slope[largest, j] = income[j] * np.exp(u[j]) / world
        gap[largest] -= slope[largest, j]
    return np.asarray(np.linalg.solve(slope, gap))


@jit
def clear(
    lam: Floats, alpha: Floats, income: Floats, deficit: Floats, eps: Floats, cells: Places, passing: Floats, duty: Floats,
    u: Floats, power: Floats, price: Floats, share: Floats, spending: Floats, sales: Floats, weighted: Floats, slope: Floats, gap: Floats,
) -> float:  # fmt: skip
    """Newton's method from ``u``, each step halved until it helps; the residual that is left, with all arrays as at the last ``u``."""
    trial = np.empty(len(u))
    left = markets(lam, alpha, income, deficit, eps, cells, passing, duty, u, power, price, share, spending, sales)
    for _ in range(STEPS):
        if left <= ENOUGH or not left < np.inf:
            break
        step = newton(alpha, income, deficit, eps, cells, duty, u, share, sales, weighted, slope, gap)
        far = np.abs(step).max()
        if not far < np.inf:
            break
        step *= min(1.0, FAR / far)
        before = left
        for _ in range(HALVINGS):
            trial[:] = u + step
            # World income is brought back exactly: what is left of it would hide the gaps of countries that trade little.
            trial -= np.log((income * np.exp(trial)).sum() / income.sum())
            left = markets(
                lam, alpha, income, deficit, eps, cells, passing, duty, trial, power, price, share, spending, sales
            )
            if left < before:
                u[:] = trial
                break
            step *= 0.5
        if not left < before:
            break
    return float(
        markets(lam, alpha, income, deficit, eps, cells, passing, duty, u, power, price, share, spending, sales)
    )


@jit
def shares(trade: Floats, home: Floats, lam: Floats, alpha: Floats, income: Floats, spending: Floats) -> None:
    """Fill in who buys what from whom in the base, ``trade`` (N, N K) abroad with home sales ``home`` (N, K) on the diagonal."""
    n, m = trade.shape
    count = m // n
    lam[:] = trade
    for i in range(n):
        lam[i, i * count : (i + 1) * count] = home[i]
    for i in range(n):
        income[i] = lam[i].sum()
    for j in range(n):
        spending[j] = lam[:, j * count : (j + 1) * count].sum()
        for k in range(count):
            bought = lam[:, j * count + k].sum()
            alpha[j, k] = bought / spending[j]
            if bought > 0:
                lam[:, j * count + k] /= bought


@jit
def solve(
    trade: Floats, home: Floats, closed: bool, eps: Floats, cells: Places, passing: Floats, duty: Floats, focus: int,
    wages: Floats, welfare: Floats, residual: Floats, bought: Floats, sold: Floats,
) -> None:  # fmt: skip
    """Every draw: log wages and change in real spending (D, N), residuals (D,), the trade of country ``focus`` (D, N, K) both ways.

    ``home`` (1 or D, N, K). Deficits are kept, or ``closed``. Where Newton's method fails from the base, measures are tightened
    by and by, each world the start of the next.
    """
    n, m = trade.shape
    count = m // n
    lam, alpha, income, start, deficit = np.empty((n, m)), np.empty((n, count)), np.empty(n), np.empty(n), np.zeros(n)
    power, price, share, sales = np.empty((n, count)), np.empty(m), np.empty((n, m)), np.empty((n, m))
    weighted, slope, gap, spending = np.empty((n, m)), np.empty((n, n)), np.empty(n), np.empty(n)
    mild, mild_duty = np.empty(len(cells)), np.empty(len(cells))
    for d in range(len(eps)):
        e, p, t = eps[d], passing[d], duty[d]
        if d < len(home):
            shares(trade, home[d], lam, alpha, income, start)
            if not closed:
                deficit[:] = start - income
        u = np.zeros(n)
        left = clear(
            lam, alpha, income, deficit, e, cells, p, t, u, power, price, share, spending, sales, weighted, slope, gap
        )
        if left > SOLVED and len(p) > 0:
            u[:] = 0.0
            least, reached = 1.0, False
            while least > SHUT and not reached:
                least *= GENTLY
                reached = True
                for c in range(len(p)):
                    mild_duty[c] = min(t[c], least ** (-1 / e[cells[c, 2]]) - 1)
                    mild[c] = max(p[c], least)
                    reached = reached and mild[c] == p[c] and mild_duty[c] == t[c]
                left = clear(
                    lam, alpha, income, deficit, e, cells, mild, mild_duty,
                    u, power, price, share, spending, sales, weighted, slope, gap,
                )  # fmt: skip
            left = clear(
                lam,
                alpha,
                income,
                deficit,
                e,
                cells,
                p,
                t,
                u,
                power,
                price,
                share,
                spending,
                sales,
                weighted,
                slope,
                gap,
            )
        residual[d] = left
        wages[d] = u
        for j in range(n):
            dear = 0.0
            for k in range(count):
                if alpha[j, k] > 0:
                    dear -= alpha[j, k] * np.log(price[j * count + k]) / e[k]
                sold[d, j, k] = sales[focus, j * count + k]
                bought[d, j, k] = sales[j, focus * count + k]
            welfare[d, j] = spending[j] / start[j] * np.exp(-dear) if left < np.inf else np.nan
