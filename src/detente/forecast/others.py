"""What a search for other equilibria in a forecast's draws found: read off its arrays."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OtherEquilibria:
    """How far answers hang on which equilibrium is followed.

    ``searched`` draws were searched, from ``starts`` random profiles and others; in ``found`` of them there is another equilibrium at the same precisions, and
    ``most`` in the draw that has most. In ``incomplete`` of them the indices of those found do not sum to one, so that there are more. That none was found
    does not show that there is none. ``answers`` has a row for each question: ``probability`` as forecast, over the draws searched; ``low`` and
    ``high``, the same if in every draw the equilibrium with the lowest or the highest answer were played; ``furthest``, the largest
    distance from the one followed in any draw.
    """

    searched: int
    starts: int
    found: int
    most: int
    incomplete: int
    answers: pd.DataFrame

    @classmethod
    def of(cls, data: xr.Dataset) -> OtherEquilibria | None:
        """From the arrays of a forecast; None if nothing was searched."""
        import pandas as pd

        if "other_answer" not in data:
            return None
        index = data["other_index"].values
        several = np.isfinite(data["other_likelihood"].values).sum(axis=1)
        return cls(
            searched=len(several),
            starts=int(data["other_starts"]),
            found=int((several > 1).sum()),
            most=int(several.max()) - 1,
            incomplete=int((index.sum(axis=1) != 1).sum()),
            answers=pd.DataFrame([_row(data, i) for i in range(len(data["question"]))]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines."""
        plain = {name: getattr(self, name) for name in ("searched", "starts", "found", "most", "incomplete")}
        return {**plain, "answers": self.answers.to_dict("records")}


def _row(data: xr.Dataset, i: int) -> dict[str, Any]:
    answer = data["other_answer"].values[i]
    weight = data["searched_times"].values * data["other_given"].values[i, :, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where the condition is impossible there is nothing to compare
        low, high = np.nanmin(answer, axis=1), np.nanmax(answer, axis=1)
        furthest = np.nanmax(np.abs(answer - answer[:, :1]))
    return {
        "question": str(data["question"].values[i]), "text": str(data["question_text"].values[i]),
        "given": str(data["question_given"].values[i]), "probability": _mean(answer[:, 0], weight),
        "low": _mean(low, weight), "high": _mean(high, weight), "furthest": float(furthest),
    }  # fmt: skip


def _mean(values: Floats, weight: Floats) -> float:
    used = np.isfinite(values) & (weight > 0)
    return float(weight[used] @ values[used] / weight[used].sum()) if used.any() else float("nan")
