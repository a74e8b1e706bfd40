"""The difference between two worlds over the same draws, with its interval and its error.

Let a figure be ``a0`` in the base and ``a1`` in the changed world, draw by draw, and ``u0``, ``u1`` the draws' weights in each
(equal, unless the change touches the record or the figure has a condition). The two means are ``P0 = sum u0 a0`` and
``P1 = sum u1 a1``. The interval holds 90 per cent of the draws' own differences ``a1 - a0`` under the mean of both
weights; where these differ it is stretched by what the mean of those differences lacks of ``P1 - P0``, so that neither the draws nor the weights alone make a difference clear. The standard error is that of
the difference of two self-normalised means over common draws (delta method; Owen 2013, eq. 9.8 for one of them).

Where the changed world was solved in some of the draws only, the base is known better than over these, and that is put to use (regression estimator,
Owen 2013, section 8.9): ``P1`` over the draws at hand is moved by ``b`` times what their base mean falls short of the whole base's, with
``b`` the slope of the draws' parts in ``P1`` on their parts in ``P0``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.forecast.result import INTERVAL
from detente.forecast.summary import weighted_quantile

Floats = NDArray[np.float64]

STANDARD_ERRORS = 2.0
FIGURES = ("base", "changed", "difference", "low", "high", "error", "clear")
"""The columns of a difference in a table."""
NOTHING = 1e-7
"""Differences below this are the solver's: its residuals are bounded by 1e-9."""
DECIDED = 1e-6
"""An answer this close to 0 or 1 under a change is settled by it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure in the base and in a changed world; NaN where it does not exist.

    ``low`` and ``high`` bound the difference over draws; ``error`` is its Monte Carlo standard error.
    """

    base: float
    changed: float
    difference: float
    low: float
    high: float
    error: float

    @property
    def columns(self) -> dict[str, object]:
        """What a table says of it."""
        return {name: getattr(self, name) for name in FIGURES}

    @property
    def excludes_zero(self) -> bool:
        """Whether the difference and both ends of its interval are on one side of zero, by more than the solver's residuals."""
        return min(self.low, self.difference) > NOTHING or max(self.high, self.difference) < -NOTHING

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero, and the number of draws is enough to say so."""
        return self.excludes_zero and abs(self.difference) > STANDARD_ERRORS * self.error

    @property
    def settled(self) -> bool:
        """Of probabilities: whether a change makes the answer certain, as one that forbids or commits to what is asked for does."""
        return not DECIDED < self.changed < 1 - DECIDED


def compare(
    before: Floats, after: Floats, weight_before: Floats, weight_after: Floats, reach: float = math.inf
) -> Difference:
    """The difference of a figure, all arguments (D,); weights need not sum to one, and a NaN counts for nothing.

    ``reach``: how far a difference can be from nought at most, 1 for probabilities; the interval ends there.
    """
    u0, a0 = _normalised(before, weight_before)
    u1, a1 = _normalised(after, weight_after)
    p0, p1 = (float(u @ a) if u.any() else math.nan for u, a in ((u0, a0), (u1, a1)))
    difference = p1 - p0
    both = np.isfinite(before) & np.isfinite(after) & (u0 + u1 > 0)
    if math.isnan(difference) or not both.any():
        return Difference(p0, p1, difference, math.nan, math.nan, math.nan)
    own = a1[both] - a0[both]
    weight = (u0 + u1)[both] / (u0 + u1)[both].sum()
    moved = difference - float(weight @ own)
    low, high = weighted_quantile(own, weight, ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    error = float(np.sqrt(np.sum((u1 * (a1 - p1) - u0 * (a0 - p0)) ** 2)))
    if math.isclose(difference, float(weight @ own), abs_tol=1e-12):
        moved = 0.0
    low, high = low + min(moved, 0.0), high + max(moved, 0.0)
    return Difference(p0, p1, difference, max(low, -reach), min(high, reach), error)


def compare_part(
    before: Floats, weight: Floats, which: NDArray[np.intp], after: Floats, weight_before: Floats, weight_after: Floats
) -> Difference:
    """The difference of a probability from a base over D draws, ``before`` and ``weight`` (D,), of a world solved in those at ``which`` (S,).

    ``after`` and its weight are (S,); so is ``weight_before``, what the draws at ``which`` count for the base among themselves. With all
    draws at ``which`` this is :func:`compare`.
    """
    paired = compare(before[which], after, weight_before, weight_after)
    if math.isnan(paired.difference):
        return paired
    w, whole = _normalised(before, weight)
    u0, a0 = _normalised(before[which], weight_before)
    u1, a1 = _normalised(after, weight_after)
    mean = float(w @ whole)
    own, base = u1 * (a1 - paired.changed), u0 * (a0 - paired.base)
    slope = float(own @ base / (base @ base)) if base.any() else 0.0
    changed = min(1.0, max(0.0, paired.changed + slope * (mean - paired.base)))
    parts = (slope - 1) * w * (whole - mean)
    np.add.at(parts, which, own - slope * base)
    moved = changed - mean - paired.difference
    error = float(np.sqrt(np.sum(parts**2)))
    return Difference(
        mean, changed, changed - mean, max(paired.low + moved, -1.0), min(paired.high + moved, 1.0), error
    )


def _normalised(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weights that sum to one over the draws with a number (or are all nought), and the numbers, nought elsewhere."""
    used = np.where(np.isfinite(values) & np.isfinite(weight), weight, 0.0)
    total = used.sum()
    return used / total if total > 0 else used, np.where(np.isfinite(values), values, 0.0)
