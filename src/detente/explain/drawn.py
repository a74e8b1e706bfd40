"""One answer beside the quantities it was computed from, draw by draw: what every table of this package reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

    from detente.forecast.result import Forecast

Array = NDArray[np.float64]

LEAST_DRAWS = 10.0
"""Effective draws below which nothing is told apart from noise."""
FALSE_DISCOVERIES = 0.05
SAME = 1e-9
"""Rank correlation, short of one, at which a quantity is a monotone formula of another."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An ``answer`` (D,), the ``values`` (rows, D) behind it with their words, and what each draw counts (D,)."""

    names: list[str]
    texts: list[str]
    units: list[str]
    values: Array
    answer: Array
    weight: Array

    @classmethod
    def of(cls, forecast: Forecast, question: str) -> Drawn:
        """Draws count by their weight times the chance of the question's ``given`` (Bayes' rule).

        Raises ``KeyError`` for an unknown question.
        """
        data = forecast.data
        row = row_of(data, question)
        weight = np.asarray(data["weight"].values * data["given_chance"].values[row], dtype=float)
        return cls.behind(forecast, np.asarray(data["answer"].values[row], dtype=float), weight)

    @classmethod
    def behind(cls, forecast: Forecast, answer: Array, weight: Array) -> Drawn:
        """Any figure ``answer`` (D,) beside the forecast's quantities, its draws counting ``weight`` (D,)."""
        data = forecast.data
        return cls(
            names=_words(data, _name(data)),
            texts=_words(data, "quantity_text"),
            units=_words(data, "quantity_unit"),
            values=np.asarray(data["quantity"].values, dtype=float),
            answer=answer,
            weight=weight,
        )


def row_of(data: xr.Dataset, question: str) -> int:
    """The place of a question; ``KeyError`` with those there are if there is none of this name."""
    questions = [str(name) for name in data["question"].values]
    if question not in questions:
        raise KeyError(f"no question `{question}`; the questions are {', '.join(questions)}")
    return questions.index(question)


def usable(values: Array, answer: Array, weight: Array) -> tuple[Array, Array] | None:
    """Answer and weights of the draws (D,), ready for sums over all of them; None where too few count to tell anything from noise.

    Weights sum to one. A draw of no weight, or with an answer or a row of ``values`` (rows, D) that is not known, weighs nought and answers nought.
    """
    used = np.isfinite(answer) & (weight > 0) & np.isfinite(values).all(axis=0)
    if not used.any():
        return None
    w = np.where(used, weight, 0.0)
    w /= w[used].sum()
    return (np.where(used, answer, 0.0), w) if effective(w) >= LEAST_DRAWS else None


def effective(w: Array) -> float:
    """Kish's effective number of draws of weights that sum to one."""
    return 1 / float(w @ w)


def places(x: Array, w: Array) -> Array:
    """(D,) weighted mid-ranks in (0, 1): the share of the weight below, with half of that at the same value."""
    group = groups(x)
    mass = np.bincount(group, weights=w)
    middle: Array = (np.cumsum(mass) - mass / 2)[group]
    return middle


def groups(x: Array) -> NDArray[np.intp]:
    """(D,) which of the distinct values, counted from the smallest, each is: kept, as one quantity is looked at for many questions."""
    return _groups(x.tobytes())


@lru_cache(maxsize=512)
def _groups(x: bytes) -> NDArray[np.intp]:
    values = np.frombuffer(x)
    order = np.argsort(values)
    rising = values[order]
    found = np.empty(len(values), dtype=np.intp)
    found[order[:1]] = 0
    found[order[1:]] = np.cumsum(rising[1:] != rising[:-1])
    return found


def standardised(place: Array, w: Array) -> Array | None:
    """:func:`places` centred and scaled to weighted variance one; None where all values are equal."""
    centred = place - w @ place
    variance = float(w @ centred**2)
    return centred / math.sqrt(variance) if variance > 1e-12 else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rows of ``values`` that vary and are no monotone formula of one before them, R of them: the ``index`` of each, the ``place`` (R, D) of its draws,
    its standardised ``rank`` (R, D) times the root of each draw's weight, and how many ``distinct`` values carry weight.
    """

    index: list[int]
    place: Array
    rank: Array
    distinct: list[int]

    @classmethod
    def of(cls, values: Array, w: Array) -> Ranked:
        """From ``values`` (rows, D) under weights (D,)."""
        place, rank, root = np.empty(values.shape), np.empty(values.shape), np.sqrt(w)
        index: list[int] = []
        for i in np.flatnonzero(np.ptp(values, axis=1) != 0).tolist():
            at = len(index)
            place[at] = places(values[i], w)
            found = standardised(place[at], w)
            if found is not None:
                np.multiply(found, root, out=rank[at])
                index.append(i)
        same = np.abs(rank[: len(index)] @ rank[: len(index)].T) > 1 - SAME
        kept: list[int] = []
        for i in range(len(index)):
            if not same[i, kept].any():
                place[len(kept)], rank[len(kept)] = place[i], rank[i]
                kept.append(i)
        rows = [index[i] for i in kept]
        distinct = [int(np.count_nonzero(np.bincount(groups(values[i]), weights=w))) for i in rows]
        return cls(rows, place[: len(rows)], rank[: len(rows)], distinct)


def reweighted(w: Array, replicates: int, seed: int) -> Array:
    """(replicates, D) random weights around ``w`` (D,), each row summing to one (the Bayesian bootstrap, Rubin 1981); a draw of no weight gets none."""
    return _reweighted(w.tobytes(), replicates, seed)


@lru_cache(maxsize=2)
def _reweighted(weights: bytes, replicates: int, seed: int) -> Array:
    """Kept for the next question: most are asked under the same weights."""
    w = np.frombuffer(weights)
    used = w > 0
    again = np.zeros((replicates, len(w)))
    again[:, used] = w[used] * np.random.default_rng(seed).standard_exponential((replicates, int(used.sum())))
    again /= again.sum(axis=1, keepdims=True)
    again.flags.writeable = False
    return again


def discoveries(chances: Sequence[float] | Array) -> list[int]:
    """Places of the p-values that pass Benjamini and Hochberg's step-up test (1995), smallest first."""
    chance = np.asarray(chances, dtype=float)
    order = np.argsort(chance, kind="stable")
    passes = np.flatnonzero(chance[order] <= FALSE_DISCOVERIES * np.arange(1, len(order) + 1) / len(order))
    return [int(i) for i in order[: passes[-1] + 1]] if len(passes) else []


def _name(data: xr.Dataset) -> str:
    """The coordinate that names the rows of ``quantity`` (a variable may not share its name with its own labels)."""
    return "quantity_name" if "quantity_name" in data.coords else str(data["quantity"].dims[0])


def _words(data: xr.Dataset, coordinate: str) -> list[str]:
    return [str(text) for text in data[coordinate].values]
