"""Probabilities put in words, as the distribution that readers give them.

The figures are the 5, 10, 25, 50, 75, 90 and 95 per cent points of the answers of 46 readers who put a
number on each of 17 phrases. Data: zonination, "Perceptions of Probability and Numbers" (2015,
https://github.com/zonination/perceptions, MIT licence), which repeats Sherman Kent's survey of officers
("Words of Estimative Probability", Studies in Intelligence 8, 1964). The figures are facts computed from
those data, which are not in this package; a test computes them again where the data are at hand.

Between the points the distribution is linear from normal scores to log-odds, and so beyond the outer
ones. Hence it stays within (0, 1), and one reader in 46 who misread a phrase does not make its tail.
Readers answer in round figures, so that neighbouring points coincide; they are drawn apart (from the
median outwards) by a slope of :data:`LEAST_SLOPE`, which moves none by as much as 3 percentage points and
gives every phrase a density.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

Array = NDArray[np.float64]

POINTS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""Cumulative probabilities of the figures in :data:`PHRASES`."""

PHRASES: Mapping[str, tuple[float, ...]] = {
    "almost certainly": (81.25, 85, 90, 95, 97.75, 98.5, 99),
    "highly likely": (71.25, 80, 84.25, 90, 95, 95.5, 96.75),
    "very good chance": (70, 72, 75, 80, 85, 90, 90),
    "probable": (51, 60, 65, 70, 78.75, 85, 88.75),
    "likely": (60, 60, 65, 70, 75, 85.5, 90),
    "probably": (52, 57.5, 65, 75, 80, 85, 88.75),
    "we believe": (50, 50, 60, 70, 80, 85, 90),
    "better than even": (51, 51, 55, 60, 60, 66, 77.25),
    "about even": (45.75, 49, 50, 50, 50, 50, 50),
    "we doubt": (5, 8.5, 15, 25, 33, 42.5, 60),
    "improbable": (1, 3, 7, 15, 28, 37.5, 49),
    "unlikely": (5, 9, 10, 20, 28.75, 35, 35),
    "probably not": (10, 15, 20, 26.5, 38.75, 40, 48),
    "little chance": (5, 5, 10, 15, 20, 22.5, 25),
    "almost no chance": (1, 1, 1, 2, 5, 8.5, 10),
    "highly unlikely": (3, 3, 5, 5, 10, 17.5, 23.75),
    "chances are slight": (5, 5, 10, 10, 15, 30, 30),
}
"""Per cent readers put on each phrase, at :data:`POINTS`."""

LEAST_SLOPE = 0.05
"""Least log-odds per normal score between two points."""


def canonical(phrase: str) -> str | None:
    """The phrase as listed in :data:`PHRASES`, whatever its case and spacing; None if it is not one."""
    plain = " ".join(phrase.replace("_", " ").replace("-", " ").lower().split())
    return plain if plain in PHRASES else None


def nearest(phrase: str) -> str | None:
    """The listed phrase most like this one, or None when none is close."""
    plain = " ".join(phrase.replace("_", " ").replace("-", " ").lower().split())
    close = difflib.get_close_matches(plain, list(PHRASES), n=1, cutoff=0.6)
    return close[0] if close else None


@lru_cache(maxsize=len(PHRASES))
def _knots(phrase: str) -> tuple[Array, Array]:
    """Normal scores and log-odds of the points, strictly increasing, the median kept as it is."""
    found = canonical(phrase)
    if found is None:
        raise ValueError(f"`{phrase}` is not one of the verbal probabilities: {', '.join(PHRASES)}")
    scores = ndtri(np.array(POINTS))
    odds = logit(np.array(PHRASES[found]) / 100.0)
    middle = POINTS.index(0.50)
    for i in range(middle + 1, len(POINTS)):
        odds[i] = max(odds[i], odds[i - 1] + LEAST_SLOPE * (scores[i] - scores[i - 1]))
    for i in range(middle - 1, -1, -1):
        odds[i] = min(odds[i], odds[i + 1] - LEAST_SLOPE * (scores[i + 1] - scores[i]))
    return scores, odds


def _piecewise(x: Array, knots: Array, values: Array) -> tuple[Array, Array]:
    """Linear interpolation continued beyond both ends, and its slope at ``x``."""
    piece = np.clip(np.searchsorted(knots, x) - 1, 0, len(knots) - 2)
    slope = np.diff(values) / np.diff(knots)
    return values[piece] + slope[piece] * (x - knots[piece]), slope[piece]


def from_score(phrase: str, score: Array) -> Array:
    """The probability meant at a normal score (0 is the median reader). Raises ``ValueError`` for no phrase."""
    scores, odds = _knots(phrase)
    return np.asarray(expit(_piecewise(np.asarray(score, dtype=np.float64), scores, odds)[0]))


def quantile(phrase: str, u: Array) -> Array:
    """The probability that a share ``u`` of readers would not exceed, in (0, 1)."""
    return from_score(phrase, ndtri(np.asarray(u, dtype=np.float64)))


def cumulative(phrase: str, x: Array) -> Array:
    """Share of readers who put no more than ``x`` on the phrase."""
    scores, odds = _knots(phrase)
    inner = np.clip(np.asarray(x, dtype=np.float64), 0.0, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(_piecewise(logit(inner), odds, scores)[0]))


def jumps(phrase: str) -> Array:
    """Where the density jumps: just below and just above the probability at each of :data:`POINTS`."""
    scores, _ = _knots(phrase)
    return from_score(phrase, np.concatenate([scores - 1e-12, scores + 1e-12]))


def log_density(phrase: str, x: Array) -> Array:
    """Log density at ``x``; minus infinity outside (0, 1)."""
    scores, odds = _knots(phrase)
    x = np.asarray(x, dtype=np.float64)
    inside = (x > 0) & (x < 1)
    p = np.where(inside, x, 0.5)
    score, slope = _piecewise(logit(p), odds, scores)
    density = -0.5 * score**2 - 0.5 * np.log(2 * np.pi) + np.log(slope) - np.log(p) - np.log1p(-p)
    return np.where(inside, density, -np.inf)
