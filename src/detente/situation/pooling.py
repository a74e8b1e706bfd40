"""Several people's judgements of one number, pooled.

Linear: the mixture of the authors' distributions by weight; disagreement widens it, and each draw can be
traced to an author. Log: the weighted geometric mean of their densities, normalised numerically; it
takes what all of them hold possible (Genest & Zidek 1986, "Combining probability distributions",
Statistical Science 1). A single value has no density, so fixed and discrete judgements cannot be log-pooled.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detente.situation import shapes, words
from detente.situation.model import Discrete, Fixed, Judgements, Range, Verbal
from detente.situation.shapes import Single

Array = NDArray[np.float64]

_SCORES = np.linspace(-30, 30, 12_001)
"""Normal scores at which a log pool samples each author's density (far out: authors may disagree)."""

_BISECTIONS = 80


def weights(spec: Judgements) -> Array:
    """The authors' weights, summing to one."""
    given = np.array([judgement.weight for judgement in spec.judgements], dtype=np.float64)
    return np.asarray(given / given.sum())


def quantile(spec: Judgements, u: Array) -> Array:
    """Quantile of the pool at ``u`` (0 < u < 1), same shape.

    Raises ``ValueError`` where a log pool mixes in a judgement without a density, or where its authors
    leave nothing that all hold possible.
    """
    if spec.pool == "linear":
        return _linear_quantile(spec, u.tobytes()).reshape(u.shape).copy()
    x, share = _log_pool(spec)
    return np.asarray(np.interp(u, share, x))


# --------------------------------------------------------------------------- linear


def _atoms(belief: Single, x: Array) -> Array:
    """Probability that the author puts on exactly ``x``."""
    if isinstance(belief, Fixed):
        return np.asarray(x == belief.value, dtype=np.float64)
    if isinstance(belief, Discrete):
        total = sum(belief.chances)
        pairs = zip(belief.values, belief.chances, strict=True)
        return np.asarray(np.sum([(x == value) * (chance / total) for value, chance in pairs], axis=0))
    return np.zeros(x.shape)


def _cumulative(spec: Judgements, x: Array) -> Array:
    shares = zip(weights(spec), spec.judgements, strict=True)
    return np.asarray(np.sum([w * shapes.cumulative(j.belief, x) for w, j in shares], axis=0))


@lru_cache(maxsize=256)
def _linear_quantile(spec: Judgements, shares: bytes) -> Array:
    """Smallest x whose mixed cumulative share reaches each of ``shares``: bisection between the authors' own quantiles.

    Kept, for what-ifs draw all that they leave as it is again.
    """
    u = np.frombuffer(shares)
    each = np.stack([shapes.quantile(judgement.belief, u) for judgement in spec.judgements])
    low, high = each.min(axis=0), each.max(axis=0)
    for _ in range(_BISECTIONS):
        middle = low + (high - low) / 2
        enough = _cumulative(spec, middle) >= u
        before = (low, high)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            break  # no number lies between any more
    for value in _values(spec):  # where the share jumps past u, the answer is that very value
        upto = _cumulative(spec, np.array(value))
        mass = sum(w * _atoms(j.belief, np.array(value)) for w, j in zip(weights(spec), spec.judgements, strict=True))
        high = np.where((u > upto - mass + 1e-12) & (u <= upto + 1e-12), value, high)
    return np.asarray(high)


def _values(spec: Judgements) -> list[float]:
    """Numbers on which some author puts a chance of its own."""
    found: set[float] = set()
    for judgement in spec.judgements:
        if isinstance(judgement.belief, Fixed):
            found.add(judgement.belief.value)
        elif isinstance(judgement.belief, Discrete):
            found.update(judgement.belief.values)
    return sorted(found)


def author_shares(spec: Judgements, x: Array) -> Array:
    """Probability that a draw ``x`` of a linear pool came from each author: (authors, *x.shape).

    Bayes' rule on the weights; where some author puts a chance on exactly ``x``, only such chances count.
    """
    shares = weights(spec).reshape(-1, *([1] * x.ndim))
    mass = np.stack([_atoms(judgement.belief, x) for judgement in spec.judgements])
    density = np.stack([_density(judgement.belief, x) for judgement in spec.judgements])
    evidence = shares * np.where(mass.sum(axis=0) > 0, mass, density)
    total = evidence.sum(axis=0)
    return np.where(total > 0, evidence / np.where(total > 0, total, 1), shares)


def _density(belief: Single, x: Array) -> Array:
    if isinstance(belief, (Fixed, Discrete)):
        return np.zeros(x.shape)
    return np.asarray(np.exp(shapes.log_density(belief, x)))


# --------------------------------------------------------------------------- log


def _grid(belief: Range | Verbal) -> Array:
    """Points close together wherever the author's density moves, and on both sides of where it jumps."""
    points = shapes.from_score(belief, _SCORES)
    return np.concatenate([points, words.jumps(belief.phrase)]) if isinstance(belief, Verbal) else points


@lru_cache(maxsize=64)
def _log_pool(spec: Judgements) -> tuple[Array, Array]:
    """Points and cumulative shares of a log pool, good to about 1e-6 of a share.

    The grid joins each author's own quantiles at even normal scores; between its points the pooled
    density is taken as a straight line.
    """
    beliefs = [judgement.belief for judgement in spec.judgements if isinstance(judgement.belief, (Range, Verbal))]
    if len(beliefs) < len(spec.judgements):
        by = next(j.by for j in spec.judgements if isinstance(j.belief, (Fixed, Discrete)))
        raise ValueError(
            f"the judgement of {by} is a single value or a list of values, which has no density; "
            "a log pool takes ranges and words only: give a range, or use `pool: linear`"
        )
    with np.errstate(over="ignore"):
        points = np.unique(np.concatenate([_grid(belief) for belief in beliefs]))
    points = points[np.isfinite(points)]
    log_density = sum(w * shapes.log_density(b, points) for w, b in zip(weights(spec), beliefs, strict=True))
    possible = np.isfinite(log_density)
    if possible.sum() < 2:
        names = ", ".join(judgement.by for judgement in spec.judgements)
        raise ValueError(f"no number is possible in the judgements of all of {names}; widen one, or use `pool: linear`")
    points, log_density = points[possible], np.asarray(log_density)[possible]
    density = np.exp(log_density - log_density.max())
    share = np.concatenate([[0.0], np.cumsum(np.diff(points) * (density[1:] + density[:-1]) / 2)])
    keep = np.concatenate([[True], np.diff(share) > 0])
    return points[keep], share[keep] / share[-1]
