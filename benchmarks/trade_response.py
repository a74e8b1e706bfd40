"""The Armington equilibrium of a target under measures: 30 countries, 20 commodities, 4,000 draws.

Tables are random and look like trade: sizes of countries are log-normal, flows follow gravity with log-normal errors, a quarter of the flows is
missing, and countries spend about three quarters of their money at home. Measures stop a drawn share of everything that one middling country trades.
Elasticities, enforcement and the target's output are drawn. Every draw must end with a residual of at most 1e-9. Takes about half a minute.
"""

from __future__ import annotations

import sys

import numpy as np
from common import fastest
from page import Watch, figure, machine, table

from detente.trade.armington import TOLERANCE, Economy, Shock, effect, solve

COUNTRIES, COMMODITIES, DRAWS = 30, 20, 4_000
HOME = 3.0
"""Home sales as a multiple of what is bought abroad, on average."""


def world(seed: int, draws: int) -> tuple[Economy, int]:
    """A random world, and the country of median size in it."""
    rng = np.random.default_rng(seed)
    n, k = COUNTRIES, COMMODITIES
    size = np.exp(rng.normal(0, 1.5, n))
    goods = rng.dirichlet(np.full(k, 2.0))
    trade = size[:, None, None] * size[None, :, None] / size.sum() * goods * np.exp(rng.normal(0, 1.5, (n, n, k)))
    trade[rng.random((n, n, k)) < 0.25] = 0.0
    trade[np.arange(n), np.arange(n)] = 0.0
    abroad = trade.sum(axis=0) + trade.sum(axis=1)
    home = np.repeat((HOME / 2 * abroad)[..., None], draws, axis=2)
    target = int(np.argsort(size)[n // 2])
    home[target] *= np.exp(rng.normal(0, 0.3, draws))
    return Economy(tuple(f"C{i}" for i in range(n)), tuple(map(str, range(k))), trade, home), target


def measures(base: Economy, target: int, draws: int, seed: int) -> tuple[Shock, np.ndarray]:
    """What is left of the target's flows, and trade elasticities (K, D) around 5."""
    rng = np.random.default_rng(seed)
    flows = [cell for cell in np.argwhere(base.trade > 0) if (cell[0] == target) != (cell[1] == target)]
    cells = np.array(flows, dtype=np.int64)
    enforced = rng.beta(8, 2, (COUNTRIES, draws))
    partner = np.where(cells[:, 0] == target, cells[:, 1], cells[:, 0])
    elasticity = np.exp(rng.normal(np.log(5), 0.3, (COMMODITIES, draws)))
    return Shock(cells, 1 - enforced[partner], np.zeros((len(cells), draws))), elasticity


def main() -> int:
    """Measure and print; returns 1 if a draw was not solved."""
    base, target = world(1, DRAWS)
    shock, elasticity = measures(base, target, DRAWS, 2)
    few = Economy(base.countries, base.commodities, base.trade, base.home[..., :2])
    solve(few, elasticity[:, :2], Shock.none(2))  # compiled before the time is taken
    watch, rows, sound = Watch(), [], True
    for what, work in (
        ("one world", lambda: solve(base, elasticity, shock)),
        ("with measures beside without, no deficits", lambda: effect(base, elasticity, shock, focus=target)),
    ):
        seconds, found = fastest(work, 2)
        missed = int((~found.solved).sum())
        sound = sound and missed == 0
        low, high = np.quantile(found.welfare[target], [0.05, 0.95])
        rows.append([
            what, f"{DRAWS:,}", figure(seconds), figure(1e3 * seconds / DRAWS), missed, figure(float(found.residual.max()), 2),
            f"{100 * (low - 1):.1f} to {100 * (high - 1):.1f} %",
        ])  # fmt: skip
    head = ("solved", "draws", "time (s)", "time (ms per draw)", f"residual above {TOLERANCE:g}", "largest residual", "target's real income, 90 % of draws")  # fmt: skip
    table(
        "trade-response",
        head,
        rows,
        f"{COUNTRIES} countries, {COMMODITIES} commodities, one thread but for BLAS. {machine(watch)}",
    )
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
