"""What to watch: how much each step ahead would tell about an answer, and which way.

The worth of seeing an observable O is its mutual information with the event Y that a question asks about (Lindley 1956; Cover
& Thomas 2006, chapter 2): I(O; Y) = H(Y) - H(Y | O), in bits, at most the H(Y) that is not known now. Both are taken under
the whole forecast, the mixture of all draws: seeing a move tells of what is uncertain between draws as well.

Probabilities within a draw are exact, so the only error is that of the draws, by random weights (Bayesian bootstrap, Rubin 1981).
Seeing is not doing: these are the odds after a step is *observed*, and a step that is made to happen may mean something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.explain.drawn import Array, reweighted, row_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from detente.forecast.result import Forecast

REPLICATES = 100
CERTAIN = 0.005
"""An answer this close to 0 or 1 is decided."""
COLUMNS = (
    "step", "option", "actor", "text", "earliest", "latest", "public", "chance", "if_seen", "if_not", "gain", "error",
    "step_gain", "decides",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observable:
    """One step: its options' rows in ``move``, their probabilities ``chance`` (options, D), and ``both`` (options, D), with the event."""

    rows: list[int]
    chance: Array
    both: Array


def watch(forecast: Forecast, question: str, replicates: int = REPLICATES, seed: int = 1) -> pd.DataFrame:
    """What may yet be seen, by how much it would tell about one answer; most first.

    One row an option of a step ahead that is not after the answer itself. Columns: ``step``, ``option``, ``actor`` (id, empty
    for chance), ``text``; ``earliest`` and ``latest`` day; ``public`` (every actor sees it); ``chance`` that it is
    seen; ``if_seen`` and ``if_not``, the answer then (NaN where that cannot be); ``gain``, the information in seeing whether it
    happens, in bits, with its standard ``error``; ``step_gain``, that in how the step comes out; ``decides``, whether the
    answer is then certain on one side, as where the question asks about this very step.

    Empty for a question with a ``given``, for which this is not worked out, and where nothing lies ahead.
    Raises ``KeyError`` for an unknown question, ``ValueError`` for a forecast saved by a version that did not measure this.
    """
    import pandas as pd

    data = forecast.data
    row = row_of(data, question)
    if "answer_seen" not in data:
        raise ValueError("this forecast was made by an earlier version; forecast again to see what to watch")
    weight = np.asarray(data["weight"].values, dtype=float)
    used = weight > 0
    answer = np.asarray(data["answer"].values[row], dtype=float)[used]
    w = weight[used] / weight[used].sum()
    again = reweighted(w, replicates, seed)
    words = _words(data)
    rows = []
    for observable in _observables(data, question, used):
        gains = _option_gains(observable, answer, w[None])[:, 0]
        errors = _option_gains(observable, answer, again).std(axis=1)
        whole = step_gain(observable.chance @ w, observable.both @ w, float(answer @ w))
        for i, option in enumerate(observable.rows):
            p, both = float(observable.chance[i] @ w), float(observable.both[i] @ w)
            seen, unseen = _ratio(both, p), _ratio(float(answer @ w) - both, 1 - p)
            told = (float(gains[i]), float(errors[i]), whole, _certain(seen) or _certain(unseen))
            rows.append((*words[option], p, seen, unseen, *told))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("gain", ascending=False, kind="stable", ignore_index=True, key=lambda g: g.round(12))


def step_gain(chance: Array, both: Array, answer: float) -> float:
    """Bits that the outcome of a step tells of an event of probability ``answer``.

    ``chance`` (options,) the probability of each option, ``both`` (options,) that of option and event; what is left is the
    outcome that the step does not take place.
    """
    p = np.append(chance, 1 - chance.sum())
    joint = np.append(both, answer - both.sum())
    return float(_bits(np.stack([joint, p - joint]), np.outer([answer, 1 - answer], p)))


def _option_gains(observable: Observable, answer: Array, weights: Array) -> Array:
    """(options, W) bits that seeing whether each option is taken tells, under each of ``weights`` (W, D)."""
    p, both, mean = observable.chance @ weights.T, observable.both @ weights.T, answer @ weights.T
    table = np.stack([np.stack([both, mean - both]), np.stack([p - both, 1 - p - (mean - both)])])
    return _bits(table, np.stack([mean, 1 - mean])[:, None, None] * np.stack([p, 1 - p]))


def _bits(table: Array, apart: Array) -> Array:
    """What two things tell of each other: their joint probabilities ``table`` (2, outcomes, ...) beside those ``apart``, if neither told anything."""
    inside = (table > 0) & (apart > 0)
    each = np.where(inside, table, 0) * np.log2(np.where(inside, table, 1) / np.where(inside, apart, 1))
    bits: Array = np.maximum(0.0, each.sum(axis=(0, 1)))
    return bits


def _observables(data: xr.Dataset, question: str, used: NDArray[np.bool_]) -> list[Observable]:
    options = [str(name) for name in data["option"].values]
    steps = [str(name) for name in data["option_step"].values]
    reached = dict(zip((str(s) for s in data["step"].values), data["reached"].values, strict=True))
    found: dict[str, list[tuple[int, int]]] = {}
    for k, (asked, name) in enumerate(zip(data["seen_question"].values, data["seen_option"].values, strict=True)):
        if str(asked) == question:
            row = options.index(str(name))
            found.setdefault(steps[row], []).append((row, k))
    out = []
    for step, pairs in found.items():
        rows, places = [r for r, _ in pairs], [k for _, k in pairs]
        chance = np.nan_to_num(data["move"].values[rows] * reached[step])[:, used]
        out.append(Observable(rows, chance, np.asarray(data["answer_seen"].values[places], dtype=float)[:, used]))
    return out


def _words(data: xr.Dataset) -> list[tuple[str, str, str, str, str, str, bool]]:
    """Of each option: its step and name, who takes it, its text, from and until when, and whether all see it."""
    days = {
        str(step): (str(start), str(end), bool(public))
        for step, start, end, public in zip(
            *(data[name].values for name in ("step", "step_from", "step_until", "step_public")), strict=True
        )
    }
    options = zip(*(data[name].values for name in ("option", "option_actor", "option_text")), strict=True)
    named = [(*str(option).split(".", 1), str(actor), str(text)) for option, actor, text in options]
    return [(step, name, actor, text, *days[step]) for step, name, actor, text in named]


def _ratio(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > 1e-9 else float("nan")


def _certain(answer: float) -> bool:
    return not CERTAIN < answer < 1 - CERTAIN
