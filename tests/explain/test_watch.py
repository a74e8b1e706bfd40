"""What to watch: against closed forms, and against questions that ask for the same odds with ``given``."""

import math

import numpy as np
import pytest
import small_games
import xarray as xr

from detente.explain.watch import step_gain, watch
from detente.forecast import forecast
from detente.forecast.result import Forecast
from detente.situation import loads


@pytest.fixture(scope="module", name="found")
def _found() -> Forecast:
    return forecast(loads(small_games.RELIEF), draws=64, seed=3)


def entropy(p: float) -> float:
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def test_gain_of_what_is_independent_or_the_same_or_a_noisy_copy() -> None:
    assert step_gain(np.array([0.3, 0.2]), np.array([0.12, 0.08]), 0.4) == pytest.approx(0, abs=1e-12)
    assert step_gain(np.array([0.3]), np.array([0.3]), 0.3) == pytest.approx(entropy(0.3))
    # a symmetric channel that errs one time in ten tells 1 - H(0.1) bits of a fair coin
    assert step_gain(np.array([0.5, 0.5]), np.array([0.45, 0.05]), 0.5) == pytest.approx(1 - entropy(0.1))


def test_odds_are_those_of_conditional_questions(found) -> None:
    answers = found.answers.set_index("question").probability
    for question, option in (("praise", "answer.relief"), ("serious", "conduct.comply")):
        table = watch(found, question)
        row = table[table.step + "." + table.option == option].iloc[0]
        assert row.if_seen == pytest.approx(answers[f"{question}_if"], abs=1e-9)
        assert row.if_not == pytest.approx(answers[f"{question}_else"], abs=1e-9)
        assert row.chance * row.if_seen + (1 - row.chance) * row.if_not == pytest.approx(answers[question], abs=1e-9)
        told = row.chance * entropy(row.if_seen) + (1 - row.chance) * entropy(row.if_not)
        assert row.gain == pytest.approx(entropy(answers[question]) - told, abs=1e-9)
        assert row.gain <= row.step_gain + 1e-12
        assert 0 < row.error < 0.1


def test_a_step_that_is_the_answer_tells_all_and_says_so(found) -> None:
    table = watch(found, "relief")
    assert set(table.step) == {"answer"}  # nothing after it can tell of it in time
    assert table.decides.all()
    assert table.gain[0] == pytest.approx(entropy(found.answers.set_index("question").probability["relief"]))


def test_dates_and_eyes(found) -> None:
    table = watch(found, "serious").set_index("step")
    assert set(table.index) == {
        "answer",
        "conduct",
        "verdict",
    }  # a private fact is never known; the record is seen already
    assert not table.public["conduct"].any()
    assert table.public["verdict"].all()
    assert set(table.earliest["answer"]) == {"2020-03-01"}
    assert set(watch(found, "praise_soon").step) == {"answer"}  # the verdict starts after the day asked about
    assert table.gain["conduct"].max() > table.gain["verdict"].max()  # all the verdict knows is the answer


def test_a_condition_has_no_table_and_an_old_file_says_why(found) -> None:
    assert watch(found, "praise_if").empty
    old = Forecast(found.data.drop_vars("answer_seen"), found.certificate, found.provenance)
    with pytest.raises(ValueError, match="forecast again"):
        watch(old, "relief")
    with pytest.raises(KeyError, match="no question"):
        watch(found, "nothing")


def test_what_differs_between_draws_is_learned_too(found) -> None:
    """Within each draw step and event are independent; between draws they go together, which is worth nearly a bit."""
    shape = {"option": ["s.a", "s.b"], "option_step": ("option", ["s", "s"]), "option_actor": ("option", ["", ""])}
    words = {"option_text": ("option", ["A", "B"]), "step": ["s"], "step_public": ("step", [True])}
    days = {"step_from": ("step", ["2020-01-01"]), "step_until": ("step", ["2020-01-02"]), "question": ["q"]}
    seen = {"seen_question": ("seen_row", ["q", "q"]), "seen_option": ("seen_row", ["s.a", "s.b"])}
    p = np.array([0.99, 0.01, 0.5])
    data = xr.Dataset(
        {
            "answer": (("question", "draw"), p[None]), "weight": ("draw", np.array([0.5, 0.5, 0.0])),
            "move": (("option", "draw"), np.stack([p, 1 - p])), "reached": (("step", "draw"), np.ones((1, 3))),
            "answer_seen": (("seen_row", "draw"), np.stack([p * p, p * (1 - p)])),
        },
        coords={**shape, **words, **days, **seen},
    )  # fmt: skip
    table = watch(Forecast(data, found.certificate, found.provenance), "q")
    both = (0.99**2 + 0.01**2) / 2
    assert table.set_index("option").if_seen["a"] == pytest.approx(2 * both)
    assert table.gain[0] == pytest.approx(1 - entropy(2 * both))
