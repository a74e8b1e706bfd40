"""Where an answer tips: the value of a quantity at which the likelier side, or a step's leading option, changes.

The answer is regressed on the quantity over draws, under their weights, and the fit's crossings of even odds are looked for within the
central 90 per cent of the quantity. Only quantities that stand out from noise (:func:`detente.explain.drivers.effects`)
are looked at: an answer near even odds would otherwise tip at every quantity.

- The fit is by polynomials of the rank, as for shares of variance.
- Where the effect has one direction, the fit is then projected on the functions that keep to it (isotonic regression, of which only the place where
  it changes sign is worked out; smoothing first, as in Mammen 1991, because the bootstrap does not hold for isotonic regression alone: Sen, Banerjee & Woodroofe 2010).

A crossing counts if nine in ten bootstrap replicates (random weights of draws, Rubin 1981) cross as often and the same way; its interval is where
they do. For two quantities that tip an answer only together, draws are put into thirds of both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.explain.drawn import LEAST_DRAWS, Array, Drawn, groups, places, reweighted, usable
from detente.explain.drivers import Effect, effects
from detente.explain.expansion import polynomials, terms

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast.result import Forecast

EVEN = 0.5
CENTRAL = 0.9
SUPPORT = 0.9
INTERVAL = (0.05, 0.95)
REPLICATES = 100
LEAST_MASS = 1e-12
"""Of all weight: a value that carries less is no place of its own."""
TINY = 1e-200
PAIRED = 6
"""Most quantities, strongest first, of which pairs are looked at."""
CHANCE = 0.05
THIRDS = ("lowest", "middle", "highest")
CELLS = len(THIRDS) ** 2
COLUMNS = ("quantity", "text", "unit", "value", "low", "high", "direction", "mean_below", "mean_above", "support")
STEP_COLUMNS = ("leader", "rival", *COLUMNS)
PAIR_COLUMNS = (
    "first",
    "first_text",
    "first_third",
    "second",
    "second_text",
    "second_third",
    "mean",
    "error",
    "overall",
)


@dataclass(frozen=True, slots=True)
class Crossing:
    """At ``value`` of row ``index`` the fit crosses the level, ``rises`` or falls; ``low`` to ``high`` is its interval.

    ``below`` and ``above`` are means over the draws with less and with more; ``support`` the share of replicates that agree.
    """

    index: int
    value: float
    low: float
    high: float
    rises: bool
    below: float
    above: float
    support: float


@dataclass(frozen=True, slots=True)
class Corner:
    """Where row ``first`` is in one third and row ``second`` in another, the ``mean`` lies across the level; thirds count from 0."""

    first: int
    first_third: int
    second: int
    second_third: int
    mean: float
    error: float


def tipping(
    forecast: Forecast,
    question: str,
    replicates: int = REPLICATES,
    seed: int = 1,
    strong: Sequence[Effect] | None = None,
) -> pd.DataFrame:
    """The values at which one answer crosses even odds, by strength of the quantity; empty where nothing tips it.

    Columns: ``quantity``, ``text``, ``unit``; ``value`` and its 90 per cent interval ``low`` to ``high``, in the quantity's unit; ``direction``,
    ``rises`` or ``falls`` as the quantity grows past it; ``mean_below`` and ``mean_above``, the answer over the draws on each
    side; ``support``, the share of bootstrap replicates that tip alike. ``strong`` are the effects on it that stand out, where they are at
    hand (:func:`detente.explain.drivers.effects_on`). Raises ``KeyError`` for an unknown question.
    """
    import pandas as pd

    drawn = Drawn.of(forecast, question)
    found = crossings(drawn.values, drawn.answer, drawn.weight, EVEN, replicates, seed, strong)
    return pd.DataFrame([_row(drawn, c) for c in found], columns=list(COLUMNS))


def tipping_step(forecast: Forecast, step: str, replicates: int = REPLICATES, seed: int = 1) -> pd.DataFrame:
    """The values at which a step's leading option loses its lead, given that the step takes place.

    ``leader`` is the likeliest option, ``rival`` the one that overtakes it; the other columns are those of :func:`tipping`, the means being the
    leader's probability less the rival's. Raises ``KeyError`` for an unknown step.
    """
    import pandas as pd

    data = forecast.data
    steps = [str(name) for name in data["step"].values]
    if step not in steps:
        raise KeyError(f"no step `{step}`; the steps are {', '.join(steps)}")
    rows = np.flatnonzero(data["option_step"].values == step)
    weight = np.asarray(data["weight"].values * np.nan_to_num(data["reached"].values[steps.index(step)]), dtype=float)
    move = np.asarray(data["move"].values[rows], dtype=float)
    names = [str(data["option"].values[row]).split(".", 1)[1] for row in rows]
    leader = int(np.argmax(np.nan_to_num(move) @ weight))
    found = []
    for rival in range(len(names)):
        if rival != leader:
            drawn = Drawn.behind(forecast, move[leader] - move[rival], weight)
            for c in crossings(drawn.values, drawn.answer, drawn.weight, 0.0, replicates, seed):
                found.append((names[leader], names[rival], *_row(drawn, c)))
    return pd.DataFrame(found, columns=list(STEP_COLUMNS))


def tipping_pairs(forecast: Forecast, question: str, strong: Sequence[Effect] | None = None) -> pd.DataFrame:
    """Pairs of quantities that tip one answer together although neither does alone; clearest first, and often empty.

    Columns: ``first``, ``first_text``, ``first_third`` (``lowest``, ``middle`` or ``highest``), the same for ``second``; ``mean``, the answer where both are
    there, and its standard ``error``; ``overall``, the answer over all draws, on the other side of even odds. Only quantities
    that each stand out are paired, so two that matter only through each other are not seen. ``strong`` as in :func:`tipping`.
    """
    import pandas as pd

    drawn = Drawn.of(forecast, question)
    found = corners(drawn.values, drawn.answer, drawn.weight, EVEN, strong)
    draws = usable(drawn.values, drawn.answer, drawn.weight)
    overall = float(draws[0] @ draws[1]) if draws else float("nan")
    rows = [
        (
            drawn.names[c.first], drawn.texts[c.first], THIRDS[c.first_third],
            drawn.names[c.second], drawn.texts[c.second], THIRDS[c.second_third], c.mean, c.error, overall,
        )
        for c in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def _row(drawn: Drawn, c: Crossing) -> tuple[object, ...]:
    words = (drawn.names[c.index], drawn.texts[c.index], drawn.units[c.index])
    return (*words, c.value, c.low, c.high, "rises" if c.rises else "falls", c.below, c.above, c.support)


def crossings(
    values: Array,
    y: Array,
    weight: Array,
    level: float,
    replicates: int = REPLICATES,
    seed: int = 1,
    strong: Sequence[Effect] | None = None,
) -> list[Crossing]:
    """Where the mean of ``y`` (D,) crosses ``level`` along rows of ``values`` (rows, D), for the rows that stand out, strongest first.

    ``strong`` are the effects of those rows, worked out here where they are not at hand.
    """
    draws = usable(values, y, weight)
    if draws is None:
        return []
    target, w = draws
    again = reweighted(w, replicates, seed)
    return [
        c
        for effect in (effects(values, y, weight, replicates=0) if strong is None else strong)
        for c in _crossings(values[effect.index], target - level, w, again, effect, level)
    ]


def _crossings(x: Array, y: Array, w: Array, again: Array, effect: Effect, level: float) -> list[Crossing]:
    """Of one row; ``y`` is measured from the level."""
    line = Line.of(x, w, effect.direction)
    found = line.zeros(y, w)
    if not found:
        return []
    signs = [rises for _, rises in found]
    others = [line.zeros(y, v) for v in again]
    alike = np.array([[value for value, _ in zeros] for zeros in others if [r for _, r in zeros] == signs])
    support = len(alike) / len(again)
    if support < SUPPORT:
        return []
    low, high = np.quantile(alike, INTERVAL, axis=0)
    out = []
    for i, (value, rises) in enumerate(found):
        below, above = (level + float(np.average(y[side], weights=w[side])) for side in (x <= value, x > value))
        out.append(Crossing(effect.index, value, float(low[i]), float(high[i]), rises, below, above, support))
    return out


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity made ready for fits: its ``distinct`` values (V,) in order, the ``group`` of each draw among them, the ``basis`` (K + 1, V)
    of the fit, which of them lie ``inside`` its central part, and the ``direction`` of the effect.
    """

    distinct: Array
    group: NDArray[np.intp]
    basis: Array
    inside: NDArray[np.bool_]
    direction: str

    @classmethod
    def of(cls, x: Array, w: Array, direction: str) -> Line:
        """From values and weights (D,); the same line serves all replicates."""
        group = groups(x)
        mass = np.bincount(group, weights=w)
        carries = mass > LEAST_MASS
        # A draw of next to no weight may have a value of its own: it goes with a neighbour, where it adds next to nothing.
        own = carries[group]
        place, group = (np.cumsum(mass) - mass / 2)[carries], np.maximum(np.cumsum(carries) - 1, 0)[group]
        distinct = np.empty(len(place))
        distinct[group[own]] = x[own]
        inside = (place >= (1 - CENTRAL) / 2) & (place <= (1 + CENTRAL) / 2)
        return cls(distinct, group, polynomials(place, terms(w, len(distinct))), inside, direction)

    def fit(self, y: Array, w: Array) -> tuple[Array, Array]:
        """(V,) fitted mean of ``y`` at the distinct values, and the weight of each."""
        mass = np.bincount(self.group, weights=w)
        total = np.bincount(self.group, weights=w * y)
        # The basis is near to orthogonal under the weights, so the normal equations lose nothing.
        slope = np.linalg.solve((self.basis * mass) @ self.basis.T, self.basis @ total)
        return slope @ self.basis, np.asarray(mass, dtype=float)

    def zeros(self, y: Array, w: Array) -> list[tuple[float, bool]]:
        """Where the fit changes sign in the central part, and whether it rises there."""
        fit, mass = self.fit(y, w)
        if self.direction == "turns":
            at = np.flatnonzero((fit[1:] > 0) != (fit[:-1] > 0))
            found = [(int(i), float(fit[i]), float(fit[i + 1])) for i in at]
        else:
            found = monotone_zero(fit, mass, rises=self.direction == "raises")
        x = self.distinct
        return [
            (float(x[i] + before / (before - after) * (x[i + 1] - x[i])), after > 0)
            for i, before, after in found
            if self.inside[i] and self.inside[i + 1]
        ]


def monotone_zero(fit: Array, mass: Array, *, rises: bool) -> list[tuple[int, float, float]]:
    """Where the isotonic regression of ``fit`` (V,) under weights ``mass`` (V,) changes sign: the place before, and the regression there and after; or nothing.

    1. A rising regression is at most nought exactly on the values up to the last minimum of the sum of mass times fit
       (Robertson, Wright & Dykstra 1988, section 1.4: its max-min formula).
    2. Before that place it is the largest mean of any stretch that ends there, after it the least of any that begins there (the same).
    """
    sign = 1.0 if rises else -1.0
    share = np.maximum(mass / mass.max(), TINY)
    worth = sign * share * fit
    total = np.concatenate([[0.0], np.cumsum(worth)])
    split = len(fit) - int(np.argmin(total[::-1]))
    if split in (0, len(fit)):
        return []
    # Summed outwards from the split: a difference of two sums would lose what is small.
    before = min(float(np.max(np.cumsum(worth[:split][::-1]) / np.cumsum(share[:split][::-1]))), 0.0)
    after = max(float(np.min(np.cumsum(worth[split:]) / np.cumsum(share[split:]))), TINY)
    return [(split - 1, sign * before, sign * after)]


def corners(
    values: Array, y: Array, weight: Array, level: float, strong: Sequence[Effect] | None = None
) -> list[Corner]:
    """Thirds of two rows in which the mean of ``y`` lies clearly across ``level`` from the mean of all, clearest first.

    ``strong`` as in :func:`crossings`. Rows are those that stand out and do not cross alone. Clearly: a one-sided normal test at 5 per cent over all cells looked at (Bonferroni).
    """
    draws = usable(values, y, weight)
    if draws is None:
        return []
    if strong is None:
        strong = effects(values, y, weight, replicates=0)
    target, w = draws
    rows = [e.index for e in strong[:PAIRED]]
    third = {i: np.minimum((3 * places(values[i], w)).astype(int), 2) for i in rows}
    pairs = list(combinations(rows, 2))
    found = [corner for pair in pairs for corner in _corners(pair, [third[i] for i in pair], target, w)]
    side = 1.0 if float(target @ w) > level else -1.0
    clear = {c: side * (level - c.mean) / c.error for c in found}
    passed = [c for c, z in clear.items() if 0.5 * math.erfc(z / math.sqrt(2)) < CHANCE / (CELLS * len(pairs))]
    alone = {c.index for c in crossings(values, y, weight, level, strong=strong)} if passed else set()
    return sorted((c for c in passed if not alone & {c.first, c.second}), key=lambda c: -clear[c])


def _corners(pair: tuple[int, int], third: Sequence[Array], y: Array, w: Array) -> list[Corner]:
    """The cells of a pair that enough draws fall into."""
    cell = 3 * third[0] + third[1]
    mass = np.bincount(cell, weights=w, minlength=CELLS)
    each = np.divide(w, mass[cell], out=np.zeros_like(w), where=w > 0)
    mean, square = (np.bincount(cell, weights=v, minlength=CELLS) for v in (each * y, each**2))
    error = np.sqrt(np.bincount(cell, weights=(each * (y - mean[cell])) ** 2, minlength=CELLS))
    return [
        Corner(pair[0], int(at) // 3, pair[1], int(at) % 3, float(mean[at]), float(error[at]))
        for at in np.flatnonzero((mass > 0) & (error > 0))
        if 1 / square[at] >= LEAST_DRAWS
    ]
