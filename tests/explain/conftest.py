"""Forecasts of nothing but quantities and answers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr


def synthetic(values, answers, weight=None, given=None, names=None):
    """What the tables of :mod:`detente.explain` read of a forecast: ``values`` (rows, D), ``answers`` a name to an answer (D,)."""
    values = np.asarray(values, dtype=float)
    draws = values.shape[1]
    weight = np.full(draws, 1 / draws) if weight is None else weight / weight.sum()
    names = names or [f"x{i + 1}" for i in range(len(values))]
    answer = np.stack(list(answers.values()))
    given = np.ones_like(answer) if given is None else given
    data = xr.Dataset(
        {
            "answer": (("question", "draw"), answer), "given_chance": (("question", "draw"), given),
            "quantity": (("quantity_row", "draw"), values), "weight": ("draw", weight),
        },
        coords={
            "question": list(answers), "question_text": ("question", [f"Does {name} happen?" for name in answers]),
            "question_given": ("question", [""] * len(answers)), "quantity_name": ("quantity_row", names),
            "quantity_text": ("quantity_row", [f"Size of {name}" for name in names]),
            "quantity_unit": ("quantity_row", ["points"] * len(names)),
        },
    )  # fmt: skip
    return SimpleNamespace(data=data)


@pytest.fixture(name="synthetic")
def _synthetic():
    return synthetic
