"""Forecasts under each theory of behaviour, against play worked out by hand."""

from __future__ import annotations

import json
from math import exp, factorial

import numpy as np
import pytest
import small_games

from detente.forecast import forecast
from detente.forecast.result import Forecast
from detente.game import GameError
from detente.report.findings import Findings
from detente.report.statements import theory_used, trust
from detente.situation import SituationError, loads
from detente.solve.hierarchy import TAU
from detente.solve.method import NEAR_PERFECT, Method

ENTRY = small_games.ENTRY
ON = "on: 2020-03-01"
"""When it enters, or does not."""
DRAWS = 256


def entry(observed: str = "", precisions: float = 1.0) -> object:
    text = ENTRY.replace(ON, "on: 2020-01-10") if observed else ENTRY
    text = text.replace("precision: 3", f"precision: {3 * precisions}").replace(
        "precision: 2", f"precision: {2 * precisions}"
    )
    return loads(text + observed)


ENTERED = "observed: [{step: entry, value: enter, on: 2020-01-10, source: own}]\n"


def answers(made: Forecast) -> dict[str, np.ndarray]:
    return dict(zip(made.data["question"].values, made.data["answer"].values, strict=True))


def losses(made: Forecast) -> np.ndarray:
    return made.data["quantity"].values[list(made.data["quantity_name"].values).index("loss")]


def test_level_one_enters_where_it_pays_against_a_coin() -> None:
    """Half the time fought: 1 - loss / 2 is positive up to a loss of 2. The incumbent at level 1 shares."""
    made = forecast(entry(), draws=DRAWS, method="level-k")
    np.testing.assert_array_equal(answers(made)["enters"], losses(made) < 2)
    assert set(losses(made) < 2) == {True, False}
    np.testing.assert_array_equal(answers(made)["shares"][losses(made) < 2], 1)
    assert np.isnan(answers(made)["shares"][losses(made) > 2]).all()


def test_a_cognitive_hierarchy_is_a_poisson_mixture_of_levels() -> None:
    """Level k enters if it pays against incumbents of whom those of level 0 below it fight half the time."""
    made = forecast(entry(), draws=DRAWS, method=Method.COGNITIVE_HIERARCHY)
    share = [exp(-TAU) * TAU**k / factorial(k) for k in range(25)]
    enters = np.full(DRAWS, share[0] / 2)
    for k in range(1, 25):
        fought = share[0] / sum(share[:k]) / 2
        enters += share[k] * (2 * (1 - fought) - losses(made) * fought > 0)
    np.testing.assert_allclose(answers(made)["enters"], enters, atol=1e-8)
    np.testing.assert_allclose(answers(made)["shares"], 1 - share[0] / 2, atol=1e-8)
    assert np.ptp(enters) > 0.1


def test_backward_induction_always_enters() -> None:
    made = forecast(entry(), draws=DRAWS, method="backward-induction")
    np.testing.assert_array_equal(answers(made)["enters"], 1)
    assert made.certificate.largest_residual == 0
    assert max(made.certificate.largest_gain.values()) == 0


def test_the_limit_is_quantal_response_at_higher_precisions() -> None:
    near = forecast(entry(), draws=DRAWS, method="limit")
    raised = forecast(entry(precisions=NEAR_PERFECT), draws=DRAWS)
    np.testing.assert_allclose(answers(near)["enters"], answers(raised)["enters"], atol=1e-12)
    assert answers(near)["enters"].mean() > answers(forecast(entry(), draws=DRAWS))["enters"].mean() + 0.02


def test_conduct_that_a_theory_excludes_in_a_draw_takes_its_weight() -> None:
    made = forecast(entry(ENTERED), draws=DRAWS, method="level-k")
    np.testing.assert_array_equal(made.data["weight"].values > 0, losses(made) < 2)
    assert made.answers.set_index("question").loc["shares", "probability"] == 1


def test_a_record_that_no_draw_allows_under_the_theory_is_an_error_that_names_it() -> None:
    dear = ENTRY.replace("low: 0.5", "low: 2.5").replace(ON, "on: 2020-01-10")
    with pytest.raises(SituationError) as caught:
        forecast(loads(dear + ENTERED), draws=16, method="level-k")
    assert "nobody would have made in any draw if they behaved by level-k" in str(caught.value)
    assert "quantal-response" in str(caught.value)


def test_backward_induction_is_refused_where_something_is_hidden() -> None:
    hidden = ENTRY.replace(ON, f"{ON}, seen_by: [ENT]").replace("when: entry == enter, ", "")
    with pytest.raises(GameError) as caught:
        forecast(loads(hidden), draws=16, method="backward-induction")
    assert "at the step `reply` INC cannot tell what came before (1 of 2 information sets are so)" in str(caught.value)
    assert "accepted: quantal-response, limit, cognitive-hierarchy, level-k" in str(caught.value)


def test_an_unknown_theory_is_refused_with_the_nearest() -> None:
    with pytest.raises(GameError, match=r"found 'levelk'; accepted: quantal-response, .*; did you mean level-k"):
        forecast(entry(), draws=16, method="levelk")


@pytest.mark.parametrize(
    ("method", "cited", "words"),
    [
        ("quantal-response", "McKelvey", ""),
        ("limit", "Turocy", "near-perfect rationality"),
        ("cognitive-hierarchy", "Camerer", "Poisson cognitive hierarchy, mean level 1.5"),
        ("level-k", "Nagel", "best responses to coin tosses"),
        ("backward-induction", "Zermelo", "backward induction"),
    ],
)
def test_a_forecast_says_by_what_theory_it_was_made(method, cited, words, tmp_path) -> None:
    made = forecast(entry(), draws=16, method=method)
    assert made.certificate.theory == method
    assert any(cited in paper for paper in made.provenance.citations)
    assert any("McKelvey" in paper for paper in made.provenance.citations) == (method in {"quantal-response", "limit"})
    said = theory_used(made.certificate)
    assert words in said
    assert bool(said) == (method != "quantal-response")
    assert Forecast.load(made.save(tmp_path / "made.nc")).certificate.theory == method


def test_levels_of_thinking_claim_no_residual() -> None:
    made = forecast(entry(), draws=16, method="level-k")
    assert np.isnan(made.certificate.largest_residual)
    assert json.loads(made.to_json())["certificate"]["largest_residual"] is None
    told = " ".join(statement.text for statement in trust(Findings(made)))
    assert "no equation is solved" in told
    assert "largest error" not in told


@pytest.mark.parametrize("method", ["cognitive-hierarchy", "backward-induction"])
def test_figures_do_not_depend_on_chunks_or_threads(method, monkeypatch) -> None:
    from detente.solve import theory

    whole = forecast(entry(), draws=64, method=method)
    monkeypatch.setattr(theory, "ROOM", 1)
    apart = forecast(entry(), draws=64, method=method, threads=3)
    np.testing.assert_array_equal(whole.data["answer"].values, apart.data["answer"].values)
