"""Two reports of one flow, the exporter's and the importer's: the best estimate, and how uncertain it is.

Each report is taken as the true value times a log-normal error, whose spread s (the standard deviation of its log) is the reporter's own; imports
are first brought to the exporter's border by a cif/fob margin. With x of the exporter (spread s) and y of the importer (spread t):

- both sides: the mean of the logs, weighted by 1/s^2 and 1/t^2; error st / sqrt(s^2 + t^2), times |ln x - ln y| / sqrt(s^2 + t^2) where that is more
  than 1: the larger of the error that the spreads make one expect and the one that the two reports show (Birge 1932, Physical Review 40: 207-227);
- one side: its report; error its spread;
- where the one that could have reported did not, and the other tells of a trade: as one side;
- neither: not a number.

Two reports differ by s^2 + t^2 on average in the square of their logs, so that the spreads of countries with many flows can be told apart by least squares
(ten Cate 2007, CPB Memorandum 179, his model of unbiased reporting). BACI weighs reports by the quality of the reporter too, which it takes from the same
differences (Gaulier & Zignago 2010, CEPII Working Paper 2010-23).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MARGIN = 1.06
"""Value at the importer's border over that at the exporter's: 6 % for carriage and insurance, the trade-weighted mean of 1995 to 2014 (OECD 2016, Statistical
Insights: New OECD database on International Transport and Insurance Costs) and what the IMF takes (Direction of Trade Statistics Yearbook 2017)."""

SPREAD = 0.3
"""Standard deviation of the log of a report, where a table has too few flows with both reports to tell: an assumption, a third either way."""

ENOUGH = 30
"""Flows with both reports from which their spread is taken."""

PRIOR = 10
"""Flows that the common spread counts for in that of each country: who has few keeps close to it."""

LEAST = 1 / 3
"""No country is taken to report more exactly than this part of the common spread."""

FAR = 3.0
"""Deviations of a difference beyond which it counts no more than at them: one report in the wrong unit says little of all others."""

ROUNDS = 8
"""Of weighting the least squares by what the round before makes one expect."""

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


def spreads(exporter: Integers, importer: Integers, exports: Floats, imports: Floats, countries: int) -> Floats:
    """Standard deviation of the log of each country's reports (C,), from flows (P,) between numbered countries; NaN where there is no report.

    Weighted least squares of squared differences on who made the two reports, drawn to the common :func:`spread`; that for all where flows with both reports are few.
    """
    from scipy.optimize import nnls

    common = spread(exports, imports)
    both = (exports > 0) & (imports > 0)
    if int(both.sum()) < ENOUGH:
        return np.full(countries, common)
    i, j = exporter[both], importer[both]
    apart = np.abs(np.log(exports[both]) - np.log(imports[both]))
    variance = np.full(countries, common**2)
    for _ in range(ROUNDS):
        expected = variance[i] + variance[j]
        squares = np.minimum(apart**2, FAR**2 * expected)
        weight = (2 * common**2 / expected) ** 2
        cross = np.bincount(i * countries + j, weight, countries**2).reshape(countries, countries)
        products = cross + cross.T + np.diag(cross.sum(axis=0) + cross.sum(axis=1))
        sums = np.bincount(i, weight * squares, countries) + np.bincount(j, weight * squares, countries)
        root = np.linalg.cholesky(products + PRIOR * np.eye(countries))
        variance, _residual = nnls(root.T, np.linalg.solve(root, sums + PRIOR * common**2))
        variance = np.maximum(variance, (LEAST * common) ** 2)
    return np.asarray(np.sqrt(variance), dtype=np.float64)


def reconciled(exports: Floats, imports: Floats, exporters: Floats, importers: Floats) -> tuple[Floats, Floats]:
    """Best estimates (P,) and their errors, of flows as both sides report them; NaN where a side does not, ``imports`` at the exporter's border.

    ``exporters`` and ``importers`` (P,) are the spreads of the two sides, above 0.
    """
    x, y = np.nan_to_num(exports, nan=0.0), np.nan_to_num(imports, nan=0.0)
    both = (x > 0) & (y > 0)
    unknown = np.isnan(exports) & np.isnan(imports)
    logs = np.log(np.where(both, x, 1.0)), np.log(np.where(both, y, 1.0))
    together = np.hypot(exporters, importers)
    share = (importers / together) ** 2
    middle = np.exp(share * logs[0] + (1 - share) * logs[1])
    expected = exporters * importers / together
    error = expected * np.maximum(1.0, np.abs(logs[0] - logs[1]) / together)
    alone = np.where(x > 0, exporters, np.where(y > 0, importers, 0.0))
    value, doubt = np.where(both, middle, np.maximum(x, y)), np.where(both, error, alone)
    return np.where(unknown, np.nan, value), np.where(unknown, 0.0, doubt)


def of_sum(value: Floats, error: Floats) -> float:
    """Error of a sum of estimates whose errors are independent: sqrt(sum (v e)^2) / sum v."""
    total = float(np.nansum(value))
    return float(np.sqrt(np.nansum((value * error) ** 2))) / total if total > 0 else 0.0
