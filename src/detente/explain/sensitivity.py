r"""How much of an answer's variance over draws each uncertain quantity accounts for.

The share is Sobol's first-order index S = Var(E[Y | X]) / Var(Y), estimated from the draws at hand. E[Y | X] is a weighted least-squares fit
of the answer on Legendre polynomials of the quantity's rank, a regression estimate in the line of Plischke (2010)
and Strong, Oakley & Brennan (2014); it sees effects that rise and fall again. A rank takes the place of the value because E[Y | X]
is the same for any monotone scale, and ranks have no outliers.

1. Place u of each draw in (0, 1): weighted mid-rank. Basis P_0(2u-1), ..., P_K(2u-1), with K between 2 and 8 by effective draws.
2. Fit under weights w: residuals r and leverages h (diagonal of the hat matrix).
3. A fit to noise explains something too: on average :math:`\sum_i w_i h_i \sigma_i^2`, taken off with :math:`\sigma_i^2 =
   r_i^2 / (1 - h_i)` (HC2, MacKinnon & White 1985), which allows for weights and for noise that varies.
4. The chance of the explained variance where the quantity does not matter: Satterthwaite's (1946) scaled chi-squared law.
5. Error: the spread of the index under random weights of draws (the Bayesian bootstrap, Rubin 1981), with the seed given.

After conditioning, quantities are correlated, so the shares need not add up to one; what two do only together counts for neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detente.explain.drawn import Array, Drawn, discoveries, distinct_ranks, effective, groups, places, usable

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast.result import Forecast

REPLICATES = 100
MOST_TERMS = 8
DRAWS_PER_TERM = 25.0
COLUMNS = ("quantity", "text", "unit", "share", "error", "chance", "stands_out")


@dataclass(frozen=True, slots=True)
class Share:
    """What row ``index`` accounts for: ``share`` of the variance (slightly below zero by noise where it is nothing), its
    standard ``error`` (NaN if none was asked for), and the ``chance`` of so large a share if the row did not matter.
    """

    index: int
    share: float
    error: float
    chance: float


def sensitivity(forecast: Forecast, question: str, replicates: int = REPLICATES, seed: int = 1) -> pd.DataFrame:
    """The share of one answer's variance that each uncertain quantity accounts for, largest first.

    Columns: ``quantity``, ``text``, ``unit``; ``share`` (a fraction of the variance between draws) and its standard ``error``;
    ``chance`` (p-value of no effect) and ``stands_out`` (passes a false discovery rate of 5 per cent over all quantities). Constants
    and monotone formulas of a quantity before them have no row; empty with fewer than ten effective draws.
    Raises ``KeyError`` for an unknown question.
    """
    import pandas as pd

    drawn = Drawn.of(forecast, question)
    found = shares(drawn.values, drawn.answer, drawn.weight, replicates, seed)
    passed = set(discoveries([s.chance for s in found]))
    rows = [
        (drawn.names[s.index], drawn.texts[s.index], drawn.units[s.index], s.share, s.error, s.chance, i in passed)
        for i, s in enumerate(found)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def shares(values: Array, answer: Array, weight: Array, replicates: int = REPLICATES, seed: int = 1) -> list[Share]:
    """The :class:`Share` of each distinct row of ``values`` (rows, D) in the variance of ``answer`` (D,); none where it is constant."""
    draws = usable(values, answer, weight)
    if draws is None:
        return []
    x, y, w = draws
    if np.ptp(y) <= 1e-12:
        return []
    rng = np.random.default_rng(seed)
    again = [_normalised(w * rng.standard_exponential(len(w))) for _ in range(replicates)]
    found = []
    for i in distinct_ranks(x, w):
        basis, q = _kept(x[i].tobytes(), w.tobytes())
        spread = [_share(_orthonormal(basis, v), y, v) for v in again]
        error = float(np.std(spread)) if spread else float("nan")
        found.append(Share(i, _share(q, y, w), error, _chance(q, y, w)))
    return found


def _normalised(w: Array) -> Array:
    out: Array = w / w.sum()
    return out


def polynomials(x: Array, w: Array) -> Array:
    """(D, K + 1) Legendre polynomials of the place of each draw; never more than the distinct values allow."""
    terms = int(np.clip(effective(w) / DRAWS_PER_TERM, 2, MOST_TERMS))
    terms = min(terms, int(groups(x).max(initial=-1)))
    return np.asarray(np.polynomial.legendre.legvander(2 * places(x, w) - 1, terms), dtype=float)


@lru_cache(maxsize=256)
def _kept(x: bytes, weights: bytes) -> tuple[Array, Array]:
    """Polynomials of one quantity and their orthonormal rows, kept for the next question: most are asked of the same draws and weights."""
    w = np.frombuffer(weights)
    basis = polynomials(np.frombuffer(x), w)
    return basis, _orthonormal(basis, w)


def _orthonormal(basis: Array, w: Array) -> Array:
    """Orthonormal rows (D, K + 1) that span the weighted basis."""
    weighted = np.sqrt(w)[:, None] * basis
    root = np.linalg.cholesky(weighted.T @ weighted)
    q: Array = weighted @ np.linalg.inv(root).T
    return q


def _coefficients(q: Array, y: Array, w: Array) -> Array:
    """(K + 1,) of centred ``y`` on the rows."""
    out: Array = q.T @ (np.sqrt(w) * (y - w @ y))
    return out


def _share(q: Array, y: Array, w: Array) -> float:
    """The bias-corrected index."""
    coefficients = _coefficients(q, y, w)
    centred = y - w @ y
    leverage = np.einsum("ij,ij->i", q, q)
    noise = (centred - (q @ coefficients) / np.sqrt(w)) ** 2 / np.clip(1 - leverage, 1e-6, None)
    bias = w @ ((leverage - w) * noise)  # w is the leverage of the constant, which explains nothing
    total = w @ centred**2 / (1 - w @ w)
    return float((coefficients @ coefficients - bias) / total)


def _chance(q: Array, y: Array, w: Array) -> float:
    """Of explaining so much where there is no effect: Satterthwaite's law with the mean and variance of that case."""
    from scipy.special import gammaincc

    coefficients = _coefficients(q, y, w)
    root = np.sqrt(w)
    inner = q - np.outer(root, root @ q)  # without the constant
    spread = (inner * (w * (y - w @ y) ** 2)[:, None]).T @ inner
    mean, square = float(np.trace(spread)), float(np.sum(spread**2))
    return float(gammaincc(mean**2 / square / 2, coefficients @ coefficients * mean / square / 2))
