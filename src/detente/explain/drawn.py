"""One answer beside the quantities it was computed from, draw by draw: what every table of this package reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
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


def usable(values: Array, answer: Array, weight: Array) -> tuple[Array, Array, Array] | None:
    """The draws that count, their weights summing to one; None where they are too few to tell anything from noise."""
    used = np.isfinite(answer) & (weight > 0) & np.isfinite(values).all(axis=0)
    if not used.any():
        return None
    w = weight[used] / weight[used].sum()
    return (values[:, used], answer[used], w) if effective(w) >= LEAST_DRAWS else None


def effective(w: Array) -> float:
    """Kish's effective number of draws of weights that sum to one."""
    return 1 / float(w @ w)


def places(x: Array, w: Array) -> Array:
    """(D,) weighted mid-ranks in (0, 1): the share of the weight below, with half of that at the same value."""
    group = groups(x)
    mass = np.bincount(group, weights=w)
    middle: Array = (np.cumsum(mass) - mass / 2)[group]
    return middle


def groups(x: Array) -> NDArray[np.int32]:
    """(D,) which of the distinct values, counted from the smallest, each is: kept, as one quantity is looked at for many questions."""
    return _groups(x.tobytes())


@lru_cache(maxsize=512)
def _groups(x: bytes) -> NDArray[np.int32]:
    return np.unique(np.frombuffer(x), return_inverse=True)[1].astype(np.int32)


def ranks(x: Array, w: Array) -> Array | None:
    """:func:`places` centred and scaled to weighted variance one; None where all values are equal."""
    middle = places(x, w)
    centred = middle - w @ middle
    variance = float(w @ centred**2)
    return centred / math.sqrt(variance) if variance > 1e-12 else None


def distinct_ranks(values: Array, w: Array) -> Mapping[int, Array]:
    """Ranks of the rows that vary and are no monotone formula of one before them."""
    return _distinct_ranks(values.tobytes(), values.shape, w.tobytes())


@lru_cache(maxsize=16)
def _distinct_ranks(values: bytes, shape: tuple[int, int], weights: bytes) -> Mapping[int, Array]:
    """Kept for the next question: most are asked of the same draws with the same weights."""
    w = np.frombuffer(weights)
    rows = np.frombuffer(values).reshape(shape)
    ranked = {i: found for i, row in enumerate(rows) if (found := ranks(row, w)) is not None}
    if not ranked:
        return {}
    table = np.stack(list(ranked.values()))
    same = np.abs((table * w) @ table.T) > 1 - SAME
    kept: list[int] = []
    for i in range(len(table)):
        if not same[i, kept].any():
            kept.append(i)
    names = list(ranked)
    return MappingProxyType({names[i]: table[i] for i in kept})


def discoveries(chances: Sequence[float]) -> list[int]:
    """Places of the p-values that pass Benjamini and Hochberg's step-up test (1995), smallest first."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    kept = 0
    for place, i in enumerate(order, start=1):
        if chances[i] <= FALSE_DISCOVERIES * place / len(order):
            kept = place
    return order[:kept]


def _name(data: xr.Dataset) -> str:
    """The coordinate that names the rows of ``quantity`` (a variable may not share its name with its own labels)."""
    return "quantity_name" if "quantity_name" in data.coords else str(data["quantity"].dims[0])


def _words(data: xr.Dataset, coordinate: str) -> list[str]:
    return [str(text) for text in data[coordinate].values]
