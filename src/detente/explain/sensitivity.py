r"""How much of an answer's variance over draws each uncertain quantity accounts for.

The share is Sobol's first-order index S = Var(E[Y | X]) / Var(Y), estimated from the draws at hand. E[Y | X] is a weighted least-squares fit
of the answer on polynomials of the quantity's rank (:mod:`detente.explain.expansion`), a regression estimate in the line of Plischke (2010)
and Strong, Oakley & Brennan (2014); it sees effects that rise and fall again. A rank takes the place of the value because E[Y | X]
is the same for any monotone scale, and ranks have no outliers.

1. Place u of each draw in (0, 1): weighted mid-rank. Polynomials up to degree K, which is between 2 and 8 by effective draws.
2. Fit under weights w: residuals r and leverages h (diagonal of the hat matrix).
3. A fit to noise explains something too: on average :math:`\sum_i w_i h_i \sigma_i^2`, taken off with :math:`\sigma_i^2 =
   r_i^2 / (1 - h_i)` (HC2, MacKinnon & White 1985), which allows for weights and for noise that varies.
4. The chance of the explained variance where the quantity does not matter: Satterthwaite's (1946) scaled chi-squared law.
5. Error: the spread of the index under random weights of draws (the Bayesian bootstrap, Rubin 1981), with the seed given.

After conditioning, quantities are correlated, so the shares need not add up to one; what two do only together counts for neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.explain.drawn import Array, Drawn, Ranked, discoveries, reweighted, usable
from detente.explain.expansion import Moments, inverse, polynomials, quadratic, terms

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast.result import Forecast

REPLICATES = 100
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
    if draws is None or is_constant(*draws):
        return []
    y, w = draws
    ranked = Ranked.of(values, w)
    chance = chances(ranked, y[None], w)[0]
    found = [share(ranked, row, y[None], w, replicates, seed) for row in range(len(ranked.index))]
    return [
        Share(index, float(part[0]), float(error[0]), float(p))
        for index, (part, error), p in zip(ranked.index, found, chance, strict=True)
    ]


def is_constant(y: Array, w: Array) -> bool:
    """Whether there is nothing to explain in an answer (D,) where it has weight (D,)."""
    return bool(np.ptp(y[w > 0]) <= 1e-12)


def share(ranked: Ranked, row: int, answers: Array, w: Array, replicates: int, seed: int = 1) -> tuple[Array, Array]:
    """(answers,) share of one of the ranked rows in the variance of each of ``answers`` (answers, D) under weights ``w`` (D,), and (answers,) its
    standard error (NaN with no ``replicates``).
    """
    degree = terms(w, ranked.distinct[row])
    table = polynomials(ranked.place[row], 2 * degree)
    centred = answers - (answers @ w)[:, None]
    (found,) = _shares(table, centred, w[None])
    if not replicates:
        return found, np.full(len(answers), np.nan)
    again = reweighted(w, replicates, seed)
    spread = [np.std(_shares(table, y[None], again)) for y in centred]
    return found, np.asarray(spread, dtype=float)


def _shares(table: Array, answers: Array, weights: Array) -> Array:
    """(W, answers) bias-corrected index of each of ``answers`` (answers, D), centred or nearly so, under each of ``weights`` (W, D).

    ``table`` (2K + 1, D) holds the polynomials.
    """
    k = len(table) // 2
    of_weights = weights @ table.T
    mean = weights @ answers.T
    means = of_weights[:, 1 : k + 1]
    weighed = weights[:, None] * answers
    of_answers = weighed @ table.T - mean[..., None] * of_weights[:, None]
    gram = inverse(Moments(of_weights, means).square)
    linear = Moments(of_answers, means[:, None]).linear
    slope = linear @ gram
    explained = np.einsum("wna,wna->wn", slope, linear)
    level = mean - np.einsum("wna,wa->wn", slope, means)
    residual = answers - slope @ table[1 : k + 1] - level[..., None]
    # The leverage of a draw is its weight, which is that of the constant, and what the polynomials add.
    added = weights * (quadratic(gram, means) @ table)
    bias = np.einsum("wnd,wd->wn", residual**2, weights * added / np.clip(1 - weights - added, 1e-6, None))
    total = np.einsum("wnd,wd->wn", (answers - mean[..., None]) ** 2, weights)
    out: Array = (explained - bias) / total * (1 - np.einsum("wd,wd->w", weights, weights))[:, None]
    return out


def chances(ranked: Ranked, answers: Array, w: Array) -> Array:
    """(answers, R) chance of so large a share if the ranked row did not matter to the answer (answers, D), under weights ``w`` (D,).

    Satterthwaite's law with the mean and variance of the explained variance in that case.
    """
    centred = answers - (answers @ w)[:, None]
    summed = np.concatenate([w[None], w * centred, (w * centred) ** 2])
    degrees = np.array([terms(w, distinct) for distinct in ranked.distinct])
    out = np.ones((len(answers), len(degrees)))
    for degree in np.unique(degrees):
        rows = np.flatnonzero(degrees == degree)
        moments = np.stack([summed @ polynomials(ranked.place[row], 2 * degree).T for row in rows])
        out[:, rows] = _chances(moments, int(degree), len(answers)).T
    return out


def _chances(moments: Array, degree: int, answers: int) -> Array:
    """(rows, answers) from ``moments`` (rows, 1 + 2 answers, 2 degree + 1) of the weights, the weighed answers and their squares."""
    from scipy.special import gammaincc

    means = moments[:, 0, 1 : degree + 1]
    gram = inverse(Moments(moments[:, 0], means).square)
    size = Moments(moments[:, 1 : answers + 1], means[:, None]).linear
    explained = np.einsum("rna,rab,rnb->rn", size, gram, size)
    spread = gram[:, None] @ Moments(moments[:, answers + 1 :], means[:, None]).square
    mean, square = np.einsum("rnaa->rn", spread), np.einsum("rnab,rnba->rn", spread, spread)
    out: Array = gammaincc(mean**2 / square / 2, explained * mean / square / 2)
    return out
