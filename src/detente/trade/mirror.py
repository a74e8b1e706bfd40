"""Two reports of one flow, the exporter's and the importer's: the best estimate, and how uncertain it is.

Each report is taken as the true value times an error, log-normal with the same spread s (the standard deviation of its log) on both
sides; imports are first brought to the exporter's border by a cif/fob margin. With x and y so reported:

- both sides: value sqrt(x y), the mean of the logs; error max(s / sqrt 2, |ln x - ln y| / 2), the larger of the error that the
  spread makes one expect and the one that the two reports show (Birge 1932, Physical Review 40: 207-227);
- one side: its report; error s;
- where the one that could have reported did not, and the other tells of a trade: as one side;
- neither: not a number.

BACI brings imports to the exporter's border too, and weighs the two by each country's quality as a reporter (Gaulier & Zignago 2010,
CEPII Working Paper 2010-23); here they weigh the same, and their disagreement stays visible as error.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MARGIN = 1.06
"""Value at the importer's border over that at the exporter's: 6 % for carriage and insurance, the trade-weighted mean of 1995 to 2014 (OECD 2016, Statistical
Insights: New OECD database on International Transport and Insurance Costs) and what the IMF takes (Direction of Trade Statistics Yearbook 2017)."""

SPREAD = 0.3
"""Standard deviation of the log of a report, where a table has too few flows with both reports to tell: an assumption, a third either way."""

ENOUGH = 30
"""Flows with both reports from which their spread is taken."""

_TO_DEVIATION = 1.4826
"""Median of the absolute deviations of a normal distribution, to its standard deviation."""


def spread(exports: Floats, imports: Floats) -> float:
    """Standard deviation of the log of one report, from flows (P,) with both: robust, by the median; :data:`SPREAD` where they are too few.

    ``imports`` are at the exporter's border. NaN where there is no report.
    """
    both = (exports > 0) & (imports > 0)
    if int(both.sum()) < ENOUGH:
        return SPREAD
    apart = np.abs(np.log(exports[both]) - np.log(imports[both]))
    return float(np.median(apart)) * _TO_DEVIATION / math.sqrt(2)


def reconciled(exports: Floats, imports: Floats, deviation: float) -> tuple[Floats, Floats]:
    """Best estimates (P,) and their errors, of flows as both sides report them; NaN where a side does not, ``imports`` at the exporter's border.

    ``deviation`` is the standard deviation of the log of one report.
    """
    x, y = np.nan_to_num(exports, nan=0.0), np.nan_to_num(imports, nan=0.0)
    both, some = (x > 0) & (y > 0), (x > 0) | (y > 0)
    unknown = np.isnan(exports) & np.isnan(imports)
    logs = np.log(np.where(both, x, 1.0)), np.log(np.where(both, y, 1.0))
    value = np.where(both, np.exp((logs[0] + logs[1]) / 2), np.maximum(x, y))
    error = np.where(
        both, np.maximum(deviation / math.sqrt(2), np.abs(logs[0] - logs[1]) / 2), np.where(some, deviation, 0.0)
    )
    return np.where(unknown, np.nan, value), np.where(unknown, 0.0, error)


def of_sum(value: Floats, error: Floats) -> float:
    """Error of a sum of estimates whose errors are independent: sqrt(sum (v e)^2) / sum v."""
    total = float(np.nansum(value))
    return float(np.sqrt(np.nansum((value * error) ** 2))) / total if total > 0 else 0.0
