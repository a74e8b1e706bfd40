"""Which uncertain quantities an answer hangs on, read off the draws at hand.

For each quantity: Spearman's rank correlation with the answer over draws, under the draws' weights (Saltelli et al.,
"Global Sensitivity Analysis. The Primer", 2008, section 1.2.5: the standard measure for monotone effects), and the mean answer
where the quantity is in its lowest, its middle and its highest third. Beside it, the share of the answer's variance
(:mod:`detente.explain.sensitivity`), which also sees a quantity that sends the answer up and then down again. No new draws are made.

With many quantities some will look important by chance. A row is given only if its correlation or its share, whichever is
the clearer (its p-value doubled for the choice), passes the false discovery rate of 5 per cent over all quantities (Benjamini &
Hochberg 1995). It has a direction only if its correlation exceeds two standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.explain.drawn import Array, Drawn, discoveries, distinct_ranks, effective, groups, ranks, usable
from detente.explain.sensitivity import REPLICATES, shares

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast.result import Forecast

STANDARD_ERRORS = 2.0

COLUMNS = (
    "quantity", "text", "unit", "correlation", "error", "direction", "low_third", "middle_third", "high_third",
    "share", "share_error",
)  # fmt: skip


def drivers(
    forecast: Forecast, question: str, replicates: int = REPLICATES, strong: Sequence[Effect] | None = None
) -> pd.DataFrame:
    """The quantities that move one answer, strongest first; empty where none stands out from noise.

    Columns: ``quantity``, ``text``, ``unit``; ``correlation`` (weighted Spearman, -1 to 1) and its standard ``error`` under no
    association, 1/sqrt(effective draws - 1); ``direction`` (``raises``, ``lowers`` or, where it is not one of these, ``turns``);
    ``low_third``, ``middle_third`` and ``high_third``, the mean answer (a fraction of one) in each third of the quantity's weighted
    draws; ``share`` of the answer's variance, with its standard ``share_error`` (bootstrap; NaN with no
    ``replicates``).
    Draws count by their weight times the chance of the question's ``given``. ``strong`` are its :func:`effects`, where they are
    at hand. Raises ``KeyError`` for an unknown question.
    """
    import pandas as pd

    drawn = Drawn.of(forecast, question)
    if strong is None:
        strong = effects(drawn.values, drawn.answer, drawn.weight, replicates)
    rows = [
        (
            drawn.names[e.index], drawn.texts[e.index], drawn.units[e.index], e.correlation, e.error, e.direction,
            *e.thirds, e.share, e.share_error,
        )
        for e in strong
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of ``values`` and what it does to the answer; ``thirds`` are mean answers in its lowest, middle, highest third."""

    index: int
    correlation: float
    error: float
    thirds: tuple[float, float, float]
    share: float
    share_error: float

    @property
    def direction(self) -> str:
        if abs(self.correlation) <= STANDARD_ERRORS * self.error:
            return "turns"
        return "raises" if self.correlation > 0 else "lowers"

    @property
    def strength(self) -> float:
        """Variance accounted for, by a monotone effect or by any."""
        return max(self.correlation**2, self.share)


def effects(values: Array, answer: Array, weight: Array, replicates: int = REPLICATES) -> list[Effect]:
    """The rows of ``values`` (rows, draws) whose effect on ``answer`` stands out from noise, strongest first."""
    draws = usable(values, answer, weight)
    if draws is None:
        return []
    x, y, w = draws
    target = ranks(y, w)
    if target is None:
        return []
    error = 1 / math.sqrt(effective(w) - 1)
    found = {i: float(np.clip(w @ (row * target), -1, 1)) for i, row in distinct_ranks(x, w).items()}
    any_effect = {s.index: s for s in shares(values, answer, weight, replicates=0)}
    names = list(found)
    chances = [2 * min(_chance(found[i], error), any_effect[i].chance if i in any_effect else 1.0) for i in names]
    chosen = [names[k] for k in discoveries(chances)]
    if replicates:
        parts = {chosen[s.index]: s for s in shares(values[chosen], answer, weight, replicates)}
    else:
        parts = {i: any_effect[i] for i in chosen if i in any_effect}
    rows = [Effect(i, found[i], error, _thirds(x[i], y, w), part.share, part.error) for i, part in parts.items()]
    return sorted(rows, key=lambda effect: -effect.strength)


def effects_on(forecast: Forecast, question: str, replicates: int = REPLICATES) -> list[Effect]:
    """:func:`effects` on the answer to a question, for several tables that would each work them out."""
    drawn = Drawn.of(forecast, question)
    return effects(drawn.values, drawn.answer, drawn.weight, replicates)


def _chance(correlation: float, error: float) -> float:
    """Of a correlation this large, or larger, where there is none."""
    return math.erfc(abs(correlation) / error / math.sqrt(2))


def _thirds(x: Array, answer: Array, w: Array) -> tuple[float, float, float]:
    """Weighted mean answer in each third of ``x``; ties share their place evenly."""
    group = groups(x)
    mass = np.bincount(group, weights=w)
    mean = np.bincount(group, weights=w * answer) / mass
    end = np.cumsum(mass)
    inside = [np.clip(np.minimum(end, (k + 1) / 3) - np.maximum(end - mass, k / 3), 0, None) for k in range(3)]
    low, middle, high = (float(part @ mean / part.sum()) for part in inside)
    return low, middle, high
