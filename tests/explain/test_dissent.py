"""The forecast under each expert, theory and equilibrium: against closed forms, and against the file edited by hand."""

from __future__ import annotations

import json
import math
from math import exp

import numpy as np
import pytest
import small_games

from detente import dissent, forecast, loads
from detente.draws import sample
from detente.forecast.run import solve_draws
from detente.situation.experts import experts, judged_by
from detente.solve import Status

DRAWS = 256

CHOICE = """
title: One choice
question: Does it act?
as_of: 2024-01-01
horizon: 2024-12-31
actors: {A: {name: Alpha, precision: 2}}
quantities:
  worth: {judgements: [{by: Hawk, value: 2}, {by: Dove, value: -1}, {by: Owl, value: -1}]}
  spare: {low: 0, high: 1}
steps: [{move: act, actor: A, options: {go: , stay: }}]
payoffs: {A: {worth: "worth if act == go else 0"}}
ask: {goes: {text: Does it act?, when: act == go}}
"""
"""At the median, minus one, the payoff span is one; so an option worth w is taken with the logit of 2 w."""

PRIOR = "prior: {low: 0.2, high: 0.7, mass: 1, shape: uniform}"
JUDGED = small_games.TALKS.replace(
    PRIOR,
    "prior: {pool: linear, judgements: [{by: Hawk, low: 0.1, high: 0.3, mass: 1, shape: uniform}, {by: Dove, low: 0.6, high: 0.9, mass: 1, shape: uniform}]}",
)


def logit(gap: float) -> float:
    return 1 / (1 + exp(-gap))


@pytest.fixture(scope="module")
def judged():
    return forecast(loads(JUDGED), draws=DRAWS, seed=5)


# ------------------------------------------------------------------------------- experts


def test_one_choice_as_each_expert_sees_it():
    made = forecast(loads(CHOICE), draws=DRAWS)
    found = made.dissent(draws=DRAWS)
    hawk, dove = logit(4), logit(-2)
    assert made.data["span"].values.tolist() == [1]
    assert found["Hawk"]["goes"].probability == pytest.approx(hawk, abs=1e-9)
    assert found["Dove"]["goes"].probability == pytest.approx(dove, abs=1e-9)
    share = (sample(loads(CHOICE), DRAWS, 1).values["worth"] == 2).mean()
    assert 0.2 < share < 0.5
    pool = share * hawk + (1 - share) * dove
    assert found["forecast"]["goes"].probability == pytest.approx(pool, abs=1e-9)
    assert found["Hawk"]["goes"].figure.difference == pytest.approx(hawk - pool, abs=1e-9)
    # each draw moves by all that parts the two, or not at all: a binomial error
    error = (hawk - dove) * np.sqrt(share * (1 - share) / DRAWS)
    assert found["Hawk"]["goes"].figure.error == pytest.approx(error, rel=1e-9)
    assert found["Hawk"]["goes"].clear
    assert found["Dove"].judged == ("worth",)
    assert [v.name for v in found.of("expert")] == ["Hawk", "Dove", "Owl"]


@pytest.mark.parametrize(
    ("expert", "own"), [("Hawk", "{low: 0.1, high: 0.3, mass: 1, shape: uniform}"), ("Dove", "{low: 0.6, high: 0.9, mass: 1, shape: uniform}")]
)  # fmt: skip
def test_a_view_is_the_forecast_of_the_file_edited_by_hand(judged, expert, own):
    """Weights are the expert's own: what the record says of the draws depends on the judgement. (Spans are the same here.)"""
    hand = forecast(loads(small_games.TALKS.replace(PRIOR, f"prior: {own}")), draws=DRAWS, seed=5).answers
    view = judged.dissent(draws=DRAWS)[expert]
    for row in hand.itertuples():
        opinion = view[row.question]
        figures = (opinion.probability, opinion.low, opinion.high)
        assert figures == pytest.approx((row.probability, row.low, row.high), abs=1e-9)


def test_fewer_draws_estimate_the_same(judged):
    """A quarter of the draws, taken by the forecast's weight, give each view's answers to within their error."""
    whole, part = judged.dissent(draws=DRAWS), judged.dissent(draws=64)
    assert part.draws <= 64
    assert part["Hawk"].solved == part.draws
    for expert in ("Hawk", "Dove"):
        for name in ("yields", "attacks", "serious"):
            a, b = whole[expert][name].figure, part[expert][name].figure
            assert b.base == pytest.approx(a.base, abs=1e-12)
            assert b.difference == pytest.approx(a.difference, abs=4 * b.error)
    assert part["Hawk"]["serious"].clear
    assert part["Hawk"]["serious"].figure.difference < 0 < part["Dove"]["serious"].figure.difference


def test_an_expert_who_says_what_the_pool_says_does_not_differ():
    alike = CHOICE.replace("value: 2", "value: -1")
    for view in forecast(loads(alike), draws=64).dissent().of("expert"):
        assert view["goes"].figure.difference == pytest.approx(0, abs=1e-12)
        assert not view["goes"].clear


def test_who_is_an_expert():
    text = CHOICE.replace("spare: {low: 0, high: 1}", "spare: {judgements: [{by: Alone, low: 0, high: 1}]}")
    text = text.replace("{by: Owl, value: -1}", "{by: Hawk, value: 3}")
    situation = loads(text)
    assert experts(situation) == {"Hawk": ("worth",), "Dove": ("worth",)}
    hawk = sample(judged_by(situation, "Hawk"), 64, 1).values
    assert set(hawk["worth"]) == {2, 3}, "both of his judgements stay"
    np.testing.assert_array_equal(hawk["spare"], sample(situation, 64, 1).values["spare"])


# ------------------------------------------------------------------------------- theories


def test_theories_by_hand():
    """The incumbent shares with the logit of 2; the entrant enters where it pays against that, against a coin, or always."""
    made = forecast(loads(small_games.ENTRY), draws=DRAWS)
    found = made.dissent(draws=DRAWS)
    loss = sample(loads(small_games.ENTRY), DRAWS, 1).values["loss"]
    span = dict(zip(made.data["actor"].values, made.data["span"].values, strict=True))
    shares = logit(2 / span["INC"])
    enters = np.mean([logit(3 * (2 * shares - x * (1 - shares)) / span["ENT"]) for x in loss])
    assert found["forecast"]["enters"].probability == pytest.approx(enters, abs=1e-9)
    assert found["level-k"]["enters"].probability == pytest.approx((loss < 2).mean(), abs=1e-9)
    assert found["backward-induction"]["enters"].probability == pytest.approx(1, abs=1e-9)
    assert found["level-k"]["shares"].probability == pytest.approx(1, abs=1e-9)
    assert [v.name for v in found.of("theory")] == ["limit", "backward-induction", "cognitive-hierarchy", "level-k"]
    assert found["limit"].draws == DRAWS // 4
    assert found["level-k"]["enters"].clear


def test_a_forecast_by_another_theory_is_compared_with_the_rest():
    entry = loads(small_games.ENTRY)
    found = forecast(entry, draws=DRAWS, method="level-k").dissent(draws=DRAWS)
    names = [v.name for v in found.of("theory")]
    assert "quantal-response" in names
    assert "level-k" not in names
    usual = forecast(entry, draws=DRAWS).answers.probability[0]
    assert found["quantal-response"]["enters"].probability == pytest.approx(usual, abs=1e-9)


def test_theories_that_give_no_forecast_say_why():
    hidden = small_games.ENTRY.replace("when: entry == enter, ", "").replace(
        "on: 2020-03-01}", "on: 2020-03-01, seen_by: [ENT]}"
    )
    found = forecast(loads(hidden), draws=32).dissent()
    assert [(out.name, "cannot tell what came before" in out.reason) for out in found.left_out] == [
        ("backward-induction", True)
    ]
    dear = small_games.ENTRY.replace("low: 0.5", "low: 2.5").replace("on: 2020-03-01", "on: 2020-01-10")
    dear += "observed: [{step: entry, value: enter, on: 2020-01-10, source: own}]\n"
    (out,) = forecast(loads(dear), draws=32).dissent().left_out
    assert out.name == "level-k"
    assert "on record impossible" in out.reason


def test_a_theory_weighs_the_draws_by_its_own_likelihood_of_the_record():
    """At level 1 only those that lose less than 2 enter: the record that it entered leaves no others."""
    text = small_games.ENTRY.replace("on: 2020-03-01", "on: 2020-01-10")
    text = text.replace(
        "payoffs:", "  - {move: mood, actor: INC, options: {glad: , sorry: }, on: 2020-07-01}\npayoffs:"
    )
    text = text.replace("  INC: {market:", '  INC: {mood: "1.25 - loss if mood == glad else 0", market:')
    text += "  glad: {text: Is it glad?, when: mood == glad}\n"
    text += "observed: [{step: entry, value: enter, on: 2020-01-10, source: own}]\n"
    loss = sample(loads(text), DRAWS, 1).values["loss"]
    glad = forecast(loads(text), draws=DRAWS).dissent(draws=DRAWS)["level-k"]["glad"]
    assert glad.probability == pytest.approx((loss < 1.25).sum() / (loss < 2).sum(), abs=1e-9)
    assert glad.effective == pytest.approx((loss < 2).sum(), abs=1e-6)


# ------------------------------------------------------------------------------- other equilibria


def test_other_equilibria_are_views_at_their_lowest_and_highest():
    made = forecast(loads(small_games.HUNT.replace("LOW", "1")), draws=DRAWS, others=8)
    found = made.dissent(draws=32)
    low, high = found.of("equilibrium")
    assert (low.name, high.name, low.draws) == ("lowest", "highest", made.others.searched)
    for row in made.others.answers.itertuples():
        assert low[row.question].probability == pytest.approx(row.low, abs=1e-12)
        assert high[row.question].probability == pytest.approx(row.high, abs=1e-12)
        assert low[row.question].figure.difference == pytest.approx(row.low - row.probability, abs=1e-12)
        assert not low[row.question].clear
    assert low["both"].probability < 0.01
    assert not forecast(loads(small_games.HUNT.replace("LOW", "1")), draws=DRAWS).dissent(draws=32).of("equilibrium")


# ------------------------------------------------------------------------------- as a whole


def test_draws_that_miss_their_tolerance_are_counted_and_left_out(judged, monkeypatch):
    import detente.explain.dissent as module

    def spoiled(task, values, *rest):
        results = solve_draws(task, values, *rest)
        results.status[:5] = Status.TOO_MANY_STEPS  # of the batch of experts, these are Hawk's
        if task.method == "cognitive-hierarchy":
            results.status[:] = Status.TOO_MANY_STEPS
        return results

    monkeypatch.setattr(module, "solve_draws", spoiled)
    found = judged.dissent(draws=DRAWS)
    assert (found["Hawk"].missed, found["Dove"].missed, found["limit"].missed) == (5, 0, 5)
    assert found["Hawk"]["serious"].effective < DRAWS - 5
    assert {out.name: out.reason for out in found.left_out}["cognitive-hierarchy"].startswith("none of its draws")
    assert math.isfinite(found["Hawk"]["serious"].probability)


def test_figures_do_not_depend_on_threads(judged):
    one, two = (judged.dissent(draws=64, threads=n).answers for n in (1, 2))
    assert one.equals(two)


def test_progress_runs_to_its_end(judged):
    seen = []
    found = judged.dissent(draws=64, progress=lambda done, total: seen.append((done, total)))
    assert max(seen) == (found.solved, found.solved)


def test_tables_and_plain_data(judged):
    found = dissent(judged, draws=64)
    assert len(found.answers) == len(found.views) * 3
    data = json.loads(found.to_json())
    assert data["solved"] == 4 * found.draws + found.draws // 4, (
        "two experts, two theories, and one for which a quarter is enough"
    )
    assert [v["name"] for v in data["views"]][:3] == ["forecast", "Hawk", "Dove"]
    assert "Does Alpha relent?" in repr(found)
    with pytest.raises(KeyError, match="there are forecast, Hawk"):
        found["Kestrel"]
    with pytest.raises(KeyError, match="the questions are yields"):
        found["Hawk"]["nothing"]


def test_what_cannot_be_asked(judged, tmp_path):
    with pytest.raises(ValueError, match="16 or more"):
        judged.dissent(draws=3)
    again = type(judged).load(judged.save(tmp_path / "it.nc"))
    with pytest.raises(ValueError, match="read from a file"):
        again.dissent()
