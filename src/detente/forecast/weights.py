"""How well importance-weighted draws stand for the posterior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def effective_draws(likelihood: Floats) -> float:
    """Effective sample size (sum w)^2 / sum w^2 (Kong 1992); 0 where no draw fits."""
    largest = float(likelihood.max(initial=0.0))
    if largest <= 0:
        return 0.0
    # The square of a very small likelihood would be nought. A power of two changes no digit.
    share = np.ldexp(likelihood, -int(np.frexp(largest)[1]))
    return float(share.sum()) ** 2 / float((share**2).sum())


def pareto_k(likelihood: Floats) -> float:
    """Shape of the generalised Pareto tail of the weights (Vehtari et al. 2024); below 0.7 is good.

    NaN where the weights do not vary, or there are too few of them to tell.
    """
    used = likelihood[likelihood > 0]
    if len(used) < 25 or float(used.max() - used.min()) <= 1e-12 * float(used.max()):
        return float("nan")
    from arviz_stats.base import array_stats

    return float(array_stats.psislw(np.log(used))[1])
