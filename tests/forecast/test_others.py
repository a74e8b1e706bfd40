"""Other equilibria in a forecast, in a stag hunt whose equilibria are the roots of one equation."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from small_games import HUNT
from small_games import HUNT_PRECISION as PRECISION

from detente.forecast import forecast
from detente.forecast.result import Forecast
from detente.forecast.seek import spread_over_weight
from detente.game import GameError
from detente.report.findings import Findings
from detente.report.statements import others_found
from detente.situation import loads

RECORD = "observed: [{step: first, value: stag, on: 2020-01-10, source: own}]\n"
DRAWS, SEARCHED = 256, 24


def equilibria(hare: float) -> list[tuple[float, float]]:
    """(chance that A hunts the stag, that B does): roots of p = f(f(p)), f the logit response at a payoff span of 4."""
    respond = lambda p: expit(PRECISION / 4 * (4 * p - hare))  # noqa: E731
    gap = lambda p: respond(respond(p)) - p  # noqa: E731
    grid = np.linspace(0, 1, 4001)
    turns = np.flatnonzero(np.diff(np.sign(gap(grid))))
    roots = [brentq(gap, grid[i], grid[i + 1], xtol=1e-14) for i in turns]
    return [(p, float(respond(p))) for p in roots]


@pytest.fixture(scope="module")
def hunted() -> Forecast:
    return forecast(loads(HUNT.replace("LOW", "1") + RECORD), draws=DRAWS, others=SEARCHED)


def hares(made: Forecast) -> np.ndarray:
    return made.data["quantity"].values[list(made.data["quantity_name"].values).index("hare")]


def test_every_equilibrium_of_every_draw_searched_is_measured(hunted) -> None:
    """Given that A hunts, the answer is B's chance, and the record's likelihood is A's."""
    data = hunted.data
    for i, draw in enumerate(data["searched_draw"].values):
        known = equilibria(hares(hunted)[draw])
        likelihood, answer = data["other_likelihood"].values[i], data["other_answer"].values[:, i]
        found = np.isfinite(likelihood)
        assert found.sum() == len(known) == 3
        np.testing.assert_allclose(np.sort(likelihood[found]), sorted(p for p, _ in known), atol=1e-7)
        np.testing.assert_allclose(np.sort(answer[0][found]), sorted(q for _, q in known), atol=1e-7)
        assert data["other_index"].values[i].sum() == 1
        np.testing.assert_allclose(answer[:, 0], data["answer"].values[:, draw], atol=1e-9)
        assert likelihood[0] == pytest.approx(float(data["likelihood"][draw]), abs=1e-9)


def test_the_spread_is_the_mean_of_what_is_lowest_and_highest(hunted) -> None:
    others, data = hunted.others, hunted.data
    assert (others.searched, others.found, others.most, others.incomplete) == (
        len(data["searched_draw"]),
        others.searched,
        2,
        0,
    )
    times, at = data["searched_times"].values, data["searched_draw"].values
    ends = np.array([[f(q for _, q in equilibria(hares(hunted)[d])) for f in (min, max)] for d in at])
    row = others.answers.set_index("question").loc["both"]
    np.testing.assert_allclose([row.low, row.high], times @ ends / times.sum(), atol=1e-7)
    assert row.probability == pytest.approx(float(times @ data["answer"].values[0, at] / times.sum()), abs=1e-9)
    assert row.low < 0.1
    assert row.high > 0.9
    assert row.furthest > 0.8


def test_draws_searched_stand_for_the_forecast(hunted) -> None:
    """With the record the draws' weights differ by orders of magnitude; the mean over those searched is that over all."""
    assert np.ptp(np.log(hunted.data["likelihood"].values)) > 3
    row = hunted.others.answers.set_index("question").loc["both"]
    whole = hunted.answers.set_index("question").loc["both", "probability"]
    assert row.probability == pytest.approx(whole, abs=0.05)


def test_where_there_is_one_equilibrium_none_is_found() -> None:
    text = HUNT.replace("LOW", "2").replace(f"precision: {PRECISION}", "precision: 2")
    made = forecast(loads(text), draws=64, others=4)
    assert (made.others.searched, made.others.found, made.others.most) == (4, 0, 0)
    assert "None was found, which does not show that there is none" in others_found(Findings(made))
    assert not Findings(made).alternatives


def test_what_was_found_is_saved_and_told(hunted, tmp_path) -> None:
    again = Forecast.load(hunted.save(tmp_path / "hunt.nc"))
    assert again.others.answers.equals(hunted.others.answers)
    plain = json.loads(hunted.to_json())["others"]
    assert plain["found"] == hunted.others.found
    assert plain["answers"][0]["furthest"] > 0.8
    told = others_found(Findings(again))
    assert f"In {again.others.found} of them there are others, up to 2" in told


def test_without_a_search_nothing_is_said() -> None:
    made = forecast(loads(HUNT.replace("LOW", "1")), draws=16)
    assert made.others is None
    assert json.loads(made.to_json())["others"] is None
    assert others_found(Findings(made)) == ""


def test_the_search_does_not_change_the_forecast_and_does_not_depend_on_threads(hunted) -> None:
    situation = loads(HUNT.replace("LOW", "1") + RECORD)
    plain = forecast(situation, draws=DRAWS)
    np.testing.assert_array_equal(plain.data["answer"].values, hunted.data["answer"].values)
    apart = forecast(situation, draws=DRAWS, others=SEARCHED, threads=3)
    np.testing.assert_array_equal(apart.data["other_answer"].values, hunted.data["other_answer"].values)


def test_progress_of_the_search_is_told() -> None:
    told: list[tuple[int, int]] = []
    forecast(loads(HUNT.replace("LOW", "1")), draws=16, others=3, search_progress=lambda *at: told.append(at))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("method", ["level-k", "cognitive-hierarchy"])
def test_levels_of_thinking_have_no_equilibria_to_search(method) -> None:
    with pytest.raises(GameError, match="accepted: it with quantal-response or limit"):
        forecast(loads(HUNT.replace("LOW", "1")), draws=16, method=method, others=1)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="others: found -1"):
        forecast(loads(HUNT.replace("LOW", "1")), draws=16, others=-1)


# --------------------------------------------------------------------------- which draws


def test_equal_weights_are_searched_at_equal_steps() -> None:
    draws, times = spread_over_weight(np.ones(100), 10)
    assert draws.tolist() == list(range(5, 100, 10))
    assert times.tolist() == [1] * 10


def test_a_draw_stands_for_its_share_of_the_weight() -> None:
    draws, times = spread_over_weight(np.array([0, 1, 0, 8, 1, 0.0]), 10)
    assert draws.tolist() == [1, 3, 4]
    assert times.tolist() == [1, 8, 1]
