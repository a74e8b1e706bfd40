"""From figures draw by draw to what is shown: differences from a base that is known over more draws than the change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.explain.comparison import AnswerChange, PayoffChange
from detente.explain.differences import compare, compare_part
from detente.explain.what_if import World
from detente.forecast.result import INTERVAL
from detente.forecast.summary import weighted_quantile
from detente.situation.model import Situation

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

EASY = 0.8
"""Draws that the base needed more sweeps for than this share of all are left out of the coarse answer."""
ENDS = ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2)


@dataclass(frozen=True, slots=True)
class Spread:
    """An answer's interval over draws."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """Draws of the base at ``which`` (S,), and what each counts in the base and in the changed world, (S,)."""

    which: Indices
    before: Floats
    after: Floats


def representative(base: World, sweeps: NDArray[np.int64], count: int) -> tuple[Indices, Floats]:
    """A few draws that stand for all, and how often each is taken: evenly over the weight, ordered by the first answer.

    Draws that were hard to solve are not among them: what they say comes with the full answer.
    """
    counts = np.flatnonzero(base.likelihood > 0)
    easy = counts[sweeps[counts] <= np.quantile(sweeps[counts], EASY)]
    order = easy[np.argsort(base.answer[0, easy], kind="stable")] if len(base.answer) else easy
    upto = np.cumsum(base.likelihood[order])
    places = np.searchsorted(upto, (np.arange(count) + 0.5) / count * upto[-1])
    which, times = np.unique(order[np.minimum(places, len(order) - 1)], return_counts=True)
    return which.astype(np.intp), times.astype(float)


def paired(base: World, which: Indices, after: World, share: Floats, *, reweighted: bool) -> Pairing:
    """What the draws at ``which`` count for; ``share`` (S,) is what they count for in the base.

    An intervention leaves the draws their weights; with another record each world has its own.
    """
    likelihood = base.likelihood[which]
    both = (likelihood > 0) & (after.likelihood > 0)
    before = np.where(both, share, 0.0)
    if not reweighted:
        return Pairing(which, before, before)
    return Pairing(
        which, share, np.where(both, share * after.likelihood / np.where(likelihood > 0, likelihood, 1), 0.0)
    )


def answers(base: World, after: World, pairing: Pairing, situation: Situation) -> list[tuple[AnswerChange, Spread]]:
    """Each question of the changed situation, with its interval in the changed world."""
    texts = {q.id: (q.text, q.given_text) for q in situation.questions}
    none = np.full(len(base.likelihood), np.nan)
    found = []
    for j, name in enumerate(after.questions):
        i = base.questions.index(name) if name in base.questions else None
        a0, g0 = (base.answer[i], base.given[i]) if i is not None else (none, none)
        w0, w1 = pairing.before * g0[pairing.which], pairing.after * after.given[j]
        figure = compare_part(a0, base.likelihood * g0, pairing.which, after.answer[j], w0, w1)
        found.append((AnswerChange(name, *texts[name], figure), spread(after.answer[j], w1)))
    return found


def payoffs(
    base: World, after: World, pairing: Pairing, span: dict[str, float], situation: Situation
) -> list[PayoffChange]:
    """What becomes of each actor's expected payoff, in shares of its span."""
    found = []
    for i, actor in enumerate(base.actors):
        if actor in after.actors:
            a0, a1 = base.payoff[i, pairing.which] / span[actor], after.payoff[after.actors.index(actor)] / span[actor]
            figure = compare(a0, a1, pairing.before, pairing.after)
            found.append(PayoffChange(actor, situation.actors[actor].name, figure))
    return found


def spread(values: Floats, weight: Floats) -> Spread:
    """The central interval of ``values`` under ``weight``; NaN where nothing counts."""
    used = np.isfinite(values) & np.isfinite(weight) & (weight > 0)
    if not used.any():
        return Spread(float("nan"), float("nan"))
    low, high = weighted_quantile(values[used], weight[used] / weight[used].sum(), ENDS)
    return Spread(float(low), float(high))
