"""The distributions of one author: fixed, discrete, in words, or a range of some shape.

The interval ``[low, high]`` of a :class:`Range` is central: its ends are the quantiles at ``(1 - mass)/2``
and ``(1 + mass)/2``. The normal is normal in the number, the log-normal in its logarithm, the logit-normal
in its log-odds; the uniform and the (symmetric) triangular reach as far beyond the ends as ``mass`` asks.
"""

from __future__ import annotations

import math
from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from detente.situation import words
from detente.situation.model import Discrete, Fixed, Range, Verbal

Array = NDArray[np.float64]
Single = Fixed | Range | Discrete | Verbal

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)


def quantile(spec: Single, u: Array) -> Array:
    """The number that is not exceeded with probability ``u`` (0 < u < 1), same shape."""
    match spec:
        case Fixed(value):
            return np.full(u.shape, value)
        case Discrete():
            values, upto = _steps(spec)
            return np.asarray(values[np.minimum(np.searchsorted(upto, u, side="left"), len(values) - 1)])
        case Range() | Verbal():
            return from_score(spec, ndtri(u))
    assert_never(spec)


def _steps(spec: Discrete) -> tuple[Array, Array]:
    """Values in rising order and the cumulative chance of each, ending at one."""
    order = np.argsort(spec.values, kind="stable")
    upto = np.cumsum(np.asarray(spec.chances, dtype=np.float64)[order])
    # Chances such as 0.1 add up to 0.30000000000000004; a median must not hang on that.
    return np.asarray(spec.values, dtype=np.float64)[order], np.round(upto / upto[-1], 14)


def location_scale(spec: Range) -> tuple[float, float]:
    """Mean and standard deviation on the scale where the shape is normal."""
    ends = np.array([spec.low, spec.high])
    low, high = {"lognormal": np.log, "logitnormal": logit}.get(spec.shape, lambda x: x)(ends)
    return float((low + high) / 2), float((high - low) / (2 * ndtri(0.5 + spec.mass / 2)))


def centre_half_width(spec: Range) -> tuple[float, float]:
    """Centre and half width of the whole support of a uniform or triangular range."""
    reach = spec.mass if spec.shape == "uniform" else 1 - math.sqrt(1 - spec.mass)
    return (spec.low + spec.high) / 2, (spec.high - spec.low) / 2 / reach


def from_score(spec: Range | Verbal, score: Array) -> Array:
    """The quantile at a normal score: ``from_score(spec, z) == quantile(spec, Phi(z))``, exact in both tails."""
    if isinstance(spec, Verbal):
        return words.from_score(spec.phrase, score)
    if spec.shape in ("uniform", "triangular"):
        centre, half = centre_half_width(spec)
        lower, upper = ndtr(score), ndtr(-score)
        if spec.shape == "uniform":
            return np.asarray(centre + half * (lower - upper))
        tail = 1 - np.sqrt(2 * np.minimum(lower, upper))
        return np.asarray(centre + half * np.copysign(tail, score))
    mean, deviation = location_scale(spec)
    with np.errstate(over="ignore"):
        x = mean + deviation * score
        return np.asarray({"lognormal": np.exp, "logitnormal": expit}.get(spec.shape, np.asarray)(x))


def cumulative(spec: Single, x: Array) -> Array:
    """Probability of a number at most ``x``."""
    x = np.asarray(x, dtype=np.float64)
    match spec:
        case Fixed(value):
            return (x >= value).astype(np.float64)
        case Discrete():
            values, upto = _steps(spec)
            return np.concatenate([[0.0], upto])[np.searchsorted(values, x, side="right")]
        case Verbal(phrase):
            return words.cumulative(phrase, x)
        case Range(shape="uniform" | "triangular"):
            centre, half = centre_half_width(spec)
            position = np.clip((x - centre) / half, -1, 1)
            if spec.shape == "uniform":
                return np.asarray((1 + position) / 2)
            tail = (1 - np.abs(position)) ** 2 / 2
            return np.where(position < 0, tail, 1 - tail)
        case Range():
            mean, deviation = location_scale(spec)
            with np.errstate(divide="ignore"):
                return np.asarray(ndtr((_to_normal(spec, x) - mean) / deviation))
    assert_never(spec)


def _to_normal(spec: Range, x: Array) -> Array:
    """``x`` on the scale where the shape is normal; the ends of the support map to infinities."""
    if spec.shape == "lognormal":
        return np.asarray(np.log(np.maximum(x, 0)))
    return np.asarray(logit(np.clip(x, 0, 1))) if spec.shape == "logitnormal" else x


def log_density(spec: Range | Verbal, x: Array) -> Array:
    """Log density at ``x``; minus infinity outside the support."""
    x = np.asarray(x, dtype=np.float64)
    if isinstance(spec, Verbal):
        return words.log_density(spec.phrase, x)
    if spec.shape in ("uniform", "triangular"):
        centre, half = centre_half_width(spec)
        position = np.abs(x - centre) / half
        with np.errstate(divide="ignore"):
            inside = np.log(1 - np.minimum(position, 1)) if spec.shape == "triangular" else math.log(0.5)
        return np.where(position <= 1, inside - math.log(half), -np.inf)
    mean, deviation = location_scale(spec)
    with np.errstate(divide="ignore", invalid="ignore"):
        jacobian = {"lognormal": np.log(x), "logitnormal": np.log(x) + np.log1p(-x)}.get(spec.shape, np.zeros_like(x))
        score = (_to_normal(spec, x) - mean) / deviation
        density = -0.5 * score**2 - _LOG_ROOT_TWO_PI - math.log(deviation) - jacobian
    return np.where(np.isfinite(density), density, -np.inf)
