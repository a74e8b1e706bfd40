"""Weighted summaries over draws: mean, interval, Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean and interval of one figure over draws.

    ``error`` is the Monte Carlo standard error of the mean (self-normalised importance sampling,
    Owen 2013, eq. 9.8). ``between_share`` is, for a probability, the share of the outcome's variance
    that stands between draws (what we do not know) rather than within them (what may yet be chosen):
    Var(p) / (E p (1 - E p)).
    """

    mean: float
    low: float
    median: float
    high: float
    error: float
    between_share: float


def summarise(values: NDArray[np.float64], weight: NDArray[np.float64], interval: float) -> list[Summary]:
    """Summaries of the rows of ``values`` (rows, draws) under ``weight`` (draws), NaN entries left out."""
    return [_summary(row, weight, interval) for row in values]


def _summary(row: NDArray[np.float64], weight: NDArray[np.float64], interval: float) -> Summary:
    used = np.isfinite(row) & (weight > 0)
    if not used.any():
        return Summary(*(float("nan"),) * 6)
    x, w = row[used].astype(float), weight[used] / weight[used].sum()
    mean = float(w @ x)
    variance = float(w @ (x - mean) ** 2)
    low, median, high = weighted_quantile(x, w, ((1 - interval) / 2, 0.5, (1 + interval) / 2))
    spread = mean * (1 - mean)
    share = variance / spread if spread > 0 else float("nan")
    return Summary(mean, low, median, high, float(np.sqrt(np.sum((w * (x - mean)) ** 2))), share)


def weighted_quantile(x: NDArray[np.float64], w: NDArray[np.float64], probabilities: tuple[float, ...]) -> list[float]:
    """Quantiles of a weighted sample; each point sits in the middle of its own weight."""
    order = np.argsort(x, kind="stable")
    position = np.cumsum(w[order]) - w[order] / 2
    return [float(q) for q in np.interp(probabilities, position / w.sum(), x[order])]
