"""Distributions of uncertain numbers: quantiles, medians, and slices of equal probability.

Pure functions on the specifications of ``model.py``. Every draw of the program is ``quantile(spec, u)``
of a uniform ``u``, so that two runs with the same ``u`` differ only in what was changed. The distributions of one
author are in ``shapes.py`` and ``words.py``, pools of several in ``pooling.py``.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtr, ndtri

from detente.situation import pooling, shapes
from detente.situation.model import Formula, Judgements, Range, Shape, Specification

Array = NDArray[np.float64]


def default_shape(low: float, high: float, mass: float) -> Shape:
    """The shape of a range whose author named none.

    Mass 1 is uniform; bounds strictly within (0, 1) logit-normal; positive bounds log-normal; otherwise normal.
    """
    if mass >= 1:
        return "uniform"
    if low > 0 and high < 1:
        return "logitnormal"
    return "lognormal" if low > 0 else "normal"


def quantile(spec: Specification, u: ArrayLike) -> Array:
    """The number that is not exceeded with probability ``u``; same shape as ``u``, 0 < u < 1.

    Raises ``ValueError`` for judgements that cannot be pooled, ``TypeError`` for a formula.
    """
    u = np.asarray(u, dtype=np.float64)
    if isinstance(spec, Formula):
        raise TypeError("a formula has no distribution of its own; evaluate it on draws of what it uses")
    return pooling.quantile(spec, u) if isinstance(spec, Judgements) else shapes.quantile(spec, u)


def median(spec: Specification) -> float:
    """The median: the lower of two where a discrete number has two."""
    return float(quantile(spec, 0.5))


def level_means(spec: Range, count: int) -> tuple[float, ...]:
    """Mean of each of ``count`` equally likely slices, lowest first.

    Closed forms, but for the logit-normal: Gauss-Legendre on the normal scores, good to 1e-12.
    """
    edges = np.arange(count + 1) / count
    if spec.shape in ("uniform", "triangular"):
        centre, half = shapes.centre_half_width(spec)
        return tuple((centre + half * count * np.diff(_score_integral(spec.shape, edges))).tolist())
    mean, deviation = shapes.location_scale(spec)
    scores = ndtri(edges)
    if spec.shape == "normal":
        heights = np.exp(-0.5 * scores**2) / math.sqrt(2 * math.pi)
        return tuple((mean - deviation * count * np.diff(heights)).tolist())
    if spec.shape == "lognormal":
        shifted = scores - deviation
        # The lighter tail of each slice, so that the difference keeps its digits.
        upper = shifted[:-1] > 0
        share = np.where(upper, ndtr(-shifted[:-1]) - ndtr(-shifted[1:]), ndtr(shifted[1:]) - ndtr(shifted[:-1]))
        return tuple((math.exp(mean + deviation**2 / 2) * count * share).tolist())
    return tuple(_logitnormal_mean(mean, deviation, a, b) for a, b in pairwise(scores))


def _score_integral(shape: Shape, u: Array) -> Array:
    """Integral from 0 to ``u`` of the quantile on [-1, 1] of a uniform or symmetric triangular number."""
    if shape == "uniform":
        return u**2 - u
    lower = np.minimum(u, 1 - u)  # symmetric about one half
    return -lower + (2 * lower) ** 1.5 / 3


def _logitnormal_mean(mean: float, deviation: float, start: float, stop: float) -> float:
    """Mean of a logit-normal number between two normal scores."""
    start, stop = max(start, -9.0), min(stop, 9.0)  # beyond lies 1e-19 of the probability, of numbers below 1
    panels = math.ceil((stop - start) * max(4.0, 2 * deviation))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    width = (stop - start) / panels
    score = (start + width * (np.arange(panels)[:, None] + (nodes + 1) / 2)).ravel()
    weight = np.tile(weights, panels) * np.exp(-0.5 * score**2)
    return float(weight @ expit(mean + deviation * score) / weight.sum())
