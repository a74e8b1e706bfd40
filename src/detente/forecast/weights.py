"""How well importance-weighted draws stand for the posterior."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST = 25
"""Draws below which a tail, a fifth of them, is too short to be fitted."""
FINEST = 1e-290
"""Parts of the largest weight below which the tail's first quartile is taken to be this, so that it can be divided by."""


def effective_draws(likelihood: Floats) -> float:
    """Effective sample size (sum w)^2 / sum w^2 (Kong 1992); 0 where no draw fits."""
    largest = float(likelihood.max(initial=0.0))
    if largest <= 0:
        return 0.0
    share = _scaled(likelihood, largest)
    return float(share.sum()) ** 2 / float((share**2).sum())


def pareto_k(likelihood: Floats) -> float:
    """Shape of the generalised Pareto tail of the weights (Vehtari et al. 2024); below 0.7 is good.

    The tail is the largest min(S/5, 3 sqrt(S)) of the S weights that are not nought, less the largest below them. NaN where the weights do not vary, where
    there are too few of them to tell, or where a quarter of the tail has no excess, as with a likelihood of a few values.
    """
    used = likelihood[likelihood > 0]
    largest = float(used.max(initial=0.0))
    if len(used) < FEWEST or float(used.max() - used.min()) <= 1e-12 * largest:
        return float("nan")
    weight = np.sort(_scaled(used, largest))
    tail = min(len(used) // 5, int(3 * math.sqrt(len(used))))
    excess: Floats = weight[-tail:] - weight[-tail - 1]
    return _generalised_pareto(excess)


def _scaled(likelihood: Floats, largest: float) -> Floats:
    """Weights of at most one: the square of a very small likelihood would be nought. A power of two changes no digit."""
    scaled: Floats = np.ldexp(likelihood, -int(np.frexp(largest)[1]))
    return scaled


def _generalised_pareto(x: Floats) -> float:
    """The shape k of a generalised Pareto law from a sample in rising order, none below zero; NaN where its first quartile is nought.

    1. Likelihood of b = -k / scale on a grid, with the k that fits each b best (Zhang & Stephens 2009).
    2. The mean of b under that likelihood, and the k of this mean.
    3. Drawn towards one half as by ten further observations (Vehtari et al. 2024, appendix C).
    """
    n = len(x)
    quartile = float(x[int(n / 4 + 0.5) - 1])
    if quartile <= 0:
        return float("nan")
    points = 30 + int(math.sqrt(n))
    b = 1 / x[-1] + (1 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))) / (3 * max(quartile, FINEST))
    k = np.log1p(-b[:, None] * x).mean(axis=1)
    scale = np.divide(-k, b, out=np.full(points, x.mean()), where=b != 0)
    likelihood = -n * (np.log(scale) + k + 1)
    share = np.exp(likelihood - likelihood.max())
    mean = float(b @ share / share.sum())
    return (n * float(np.log1p(-mean * x).mean()) + 10 * 0.5) / (n + 10)
