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

from detente.explain.drawn import (
    Array,
    Drawn,
    Ranked,
    discoveries,
    effective,
    groups,
    places,
    standardised,
    usable,
)
from detente.explain.sensitivity import REPLICATES, chances, is_constant, share

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
    return effects_on_each(values, answer[None], weight[None], replicates)[0]


def effects_on_each(values: Array, answers: Array, weights: Array, replicates: int = REPLICATES) -> list[list[Effect]]:
    """:func:`effects` on each of ``answers`` (answers, draws) under its own of ``weights`` (answers, draws); what hangs on the weights only is worked out
    once for all answers that share them.
    """
    alike: dict[bytes, dict[int, tuple[Array, Array]]] = {}
    for i, (answer, weight) in enumerate(zip(answers, weights, strict=True)):
        draws = usable(values, answer, weight)
        if draws is not None and not is_constant(*draws):
            y, w = draws
            target = standardised(places(y, w), w)
            if target is not None:
                alike.setdefault(w.tobytes(), {})[i] = y, target
    found: list[list[Effect]] = [[] for _ in answers]
    for shared, group in alike.items():
        y, target = (np.stack(each) for each in zip(*group.values(), strict=True))
        for i, strong in zip(group, _effects(values, y, target, np.frombuffer(shared), replicates), strict=True):
            found[i] = strong
    return found


def effects_on(forecast: Forecast) -> dict[str, list[Effect]]:
    """:func:`effects` on the answer to each question, without errors, for several tables that would each work them out."""
    asked = [str(name) for name in forecast.data["question"].values]
    drawn = [Drawn.of(forecast, question) for question in asked]
    if not drawn:
        return {}
    answers, weights = np.stack([d.answer for d in drawn]), np.stack([d.weight for d in drawn])
    return dict(zip(asked, effects_on_each(drawn[0].values, answers, weights, replicates=0), strict=True))


def _effects(values: Array, answers: Array, target: Array, w: Array, replicates: int) -> list[list[Effect]]:
    """Of answers (answers, D), none of them constant, and their standardised ranks ``target``, under weights (D,) that sum to one."""
    from scipy.special import erfc

    ranked = Ranked.of(values, w)
    error = 1 / math.sqrt(effective(w) - 1)
    correlations = np.clip((np.sqrt(w) * target) @ ranked.rank.T, -1, 1)
    either = np.minimum(erfc(np.abs(correlations) / error / math.sqrt(2)), chances(ranked, answers, w))
    chosen = [discoveries(2 * chance) for chance in either]
    out: list[list[Effect]] = [[] for _ in answers]
    for row in sorted(set().union(*chosen)):
        asked = [i for i, rows in enumerate(chosen) if row in rows]
        thirds = _thirds(values[ranked.index[row]], answers[asked], w)
        part, spread = share(ranked, row, answers[asked], w, replicates)
        for k, i in enumerate(asked):
            low, middle, high = thirds[k].tolist()
            found = (float(correlations[i, row]), error, (low, middle, high), float(part[k]), float(spread[k]))
            out[i].append(Effect(ranked.index[row], *found))
    return [sorted(effects, key=lambda effect: -effect.strength) for effects in out]


def _thirds(x: Array, answers: Array, w: Array) -> Array:
    """(answers, 3) weighted mean of each of ``answers`` (answers, D) in each third of ``x``; ties share their place evenly."""
    group = groups(x)
    mass = np.bincount(group, weights=w)
    end = np.cumsum(mass)
    below = np.stack([np.minimum(end, 1 / 3), np.minimum(end, 2 / 3), end])  # so much of the weight up to each value
    inside = np.diff(np.diff(below, prepend=0.0, axis=1), prepend=0.0, axis=0)
    part = w * np.divide(inside, mass, out=np.zeros_like(inside), where=mass > 0)[:, group]
    mean: Array = answers @ part.T / part.sum(axis=1)
    return mean
