"""Which uncertain quantities an answer hangs on, read off the draws at hand.

For each quantity: Spearman's rank correlation with the answer over draws, under the draws' weights (Saltelli et al.,
"Global Sensitivity Analysis. The Primer", 2008, section 1.2.5: the standard measure for monotone effects), and the mean answer
where the quantity is in its lowest and in its highest third. No new draws are made. A quantity that sends the
answer up and then down again is not seen by a rank correlation.

With many quantities some will look important by chance. A row is given only if its correlation exceeds two standard
errors *and* passes the false discovery rate of 5 per cent over all quantities (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from detente.forecast.result import Forecast

Array = NDArray[np.float64]

LEAST_DRAWS = 10.0
"""Effective draws below which nothing is told apart from noise."""

STANDARD_ERRORS = 2.0
FALSE_DISCOVERIES = 0.05
SAME = 1e-9
"""Rank correlation, short of one, at which a quantity is a monotone formula of another."""

COLUMNS = ("quantity", "text", "unit", "correlation", "error", "direction", "low_third", "high_third")


def drivers(forecast: Forecast, question: str) -> pd.DataFrame:
    """The quantities that move one answer, strongest first; empty where none stands out from noise.

    Columns: ``quantity``, ``text``, ``unit``; ``correlation`` (weighted Spearman, -1 to 1) and its standard ``error`` under no
    association, 1/sqrt(effective draws - 1); ``direction`` (``raises`` or ``lowers``); ``low_third`` and ``high_third``,
    the mean answer (a fraction of one) where the quantity is in the lowest or highest third of its weighted draws.
    Draws count by their weight times the chance of the question's ``given``. Raises ``KeyError`` for an unknown question.
    """
    import pandas as pd

    data = forecast.data
    questions = [str(name) for name in data["question"].values]
    if question not in questions:
        raise KeyError(f"no question `{question}`; the questions are {', '.join(questions)}")
    row = questions.index(question)
    answer = np.asarray(data["answer"].values[row], dtype=float)
    weight = np.asarray(data["weight"].values * data["given_chance"].values[row], dtype=float)
    values = np.asarray(data["quantity"].values, dtype=float)
    names, texts, units = (_words(data, c) for c in (_name(data), "quantity_text", "quantity_unit"))
    rows = [
        (
            names[effect.index], texts[effect.index], units[effect.index], effect.correlation, effect.error,
            "raises" if effect.correlation > 0 else "lowers", effect.low_third, effect.high_third,
        )
        for effect in effects(values, answer, weight)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of ``values`` and what it does to the answer."""

    index: int
    correlation: float
    error: float
    low_third: float
    high_third: float


def effects(values: Array, answer: Array, weight: Array) -> list[Effect]:
    """The rows of ``values`` (rows, draws) whose rank correlation with ``answer`` stands out from noise, strongest first."""
    used = np.isfinite(answer) & (weight > 0) & np.isfinite(values).all(axis=0)
    if not used.any():
        return []
    w = weight[used] / weight[used].sum()
    effective = 1 / float(w @ w)
    target = _ranks(answer[used], w)
    if effective < LEAST_DRAWS or target is None:
        return []
    error = 1 / math.sqrt(effective - 1)
    found = {i: float(np.clip(w @ (ranks * target), -1, 1)) for i, ranks in _distinct_ranks(values[:, used], w).items()}
    chosen = _stand_out(found, error)
    rows = (Effect(i, found[i], error, *_thirds(values[i, used], answer[used], w)) for i in chosen)
    return sorted(rows, key=lambda effect: -abs(effect.correlation))


def _distinct_ranks(values: Array, w: Array) -> dict[int, Array]:
    """Ranks of the rows that vary and are no monotone formula of one before them."""
    ranked = {i: ranks for i, row in enumerate(values) if (ranks := _ranks(row, w)) is not None}
    if not ranked:
        return {}
    table = np.stack(list(ranked.values()))
    same = np.abs((table * w) @ table.T) > 1 - SAME
    kept: list[int] = []
    for i in range(len(table)):
        if not same[i, kept].any():
            kept.append(i)
    names = list(ranked)
    return {names[i]: table[i] for i in kept}


def _ranks(x: Array, w: Array) -> Array | None:
    """Weighted mid-ranks, centred and scaled to weighted variance one; None where all are equal."""
    _, group = np.unique(x, return_inverse=True)
    mass = np.bincount(group, weights=w)
    middle = (np.cumsum(mass) - mass / 2)[group]
    centred = middle - w @ middle
    variance = float(w @ centred**2)
    return centred / math.sqrt(variance) if variance > 1e-12 else None


def _stand_out(correlations: Mapping[int, float], error: float) -> list[int]:
    """Those beyond two standard errors that also pass Benjamini and Hochberg's step-up test."""
    ordered = sorted(correlations, key=lambda i: -abs(correlations[i]))
    kept = 0
    for place, i in enumerate(ordered, start=1):
        chance = math.erfc(abs(correlations[i]) / error / math.sqrt(2))
        if chance <= FALSE_DISCOVERIES * place / len(ordered):
            kept = place
    return [i for i in ordered[:kept] if abs(correlations[i]) > STANDARD_ERRORS * error]


def _thirds(x: Array, answer: Array, w: Array) -> tuple[float, float]:
    """Weighted mean answer in the lowest and the highest third of ``x``; ties share their place evenly."""
    _, group = np.unique(x, return_inverse=True)
    mass = np.bincount(group, weights=w)
    mean = np.bincount(group, weights=w * answer) / mass
    end = np.cumsum(mass)
    start = end - mass
    low = np.clip(np.minimum(end, 1 / 3) - start, 0, None)
    high = np.clip(end - np.maximum(start, 2 / 3), 0, None)
    return float(low @ mean / low.sum()), float(high @ mean / high.sum())


def _name(data: xr.Dataset) -> str:
    """The coordinate that names the rows of ``quantity`` (a variable may not share its name with its own labels)."""
    return "quantity_name" if "quantity_name" in data.coords else str(data["quantity"].dims[0])


def _words(data: xr.Dataset, coordinate: str) -> list[str]:
    return [str(text) for text in data[coordinate].values]
