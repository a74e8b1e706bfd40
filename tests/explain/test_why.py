"""Why an answer changes: the parts sum to the change, and fall where the change was made."""

from __future__ import annotations

import re

import numpy as np
import pytest
import small_games
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import Forecast, SituationError, forecast, loads
from detente.explain.differences import Difference
from detente.explain.histories import Histories, Masses, taken_apart
from detente.explain.why import why
from detente.forecast.run import prepare
from detente.situation import changed
from detente.situation import what_if as overlay

DRAWS = 64
TALKS = small_games.TALKS
CHANGES = [
    "hide gesture", "reveal intent:A", "set prior=0.4", "remove attack.strike", "commit attack=strike", "add answer.wait=Alpha waits",
    "set steps.answer.actor=B", "set observed=[]", "set actors.A.precision=2",
]  # fmt: skip

TWO = """\
title: Two decide apart
question: Does either act?
as_of: 2024-01-01
horizon: 2024-12-31
actors: {A: {name: Alpha, precision: 3}, B: {name: Beta, precision: 3}}
quantities: {gain: {low: 0.2, high: 0.6, mass: 0.9, text: What acting brings}, other: {low: 0.1, high: 0.5, mass: 0.9}}
steps:
  - {move: first, actor: A, text: What Alpha does, options: {act: Alpha acts, idle: Alpha rests}, seen_by: none}
  - {move: second, actor: B, text: What Beta does, options: {act: Beta acts, idle: Beta rests}}
payoffs:
  A: {gain: {value: "gain if first == act else 0", text: What acting brings Alpha}, scale: "1 if first == idle else 0.5"}
  B: {other: "other if second == act else 0", scale: "1 if second == idle else 0.5"}
ask:
  both: {text: Do both act?, when: "first == act and second == act"}
"""


@pytest.fixture(scope="module")
def talks():
    return loads(TALKS)


@pytest.fixture(scope="module")
def base(talks):
    return forecast(talks, draws=DRAWS, seed=5)


def total(found):
    return sum(part.figure.difference for part in found.parts) + found.rest


@pytest.mark.parametrize("change", CHANGES)
def test_the_parts_sum_to_the_difference_that_a_what_if_gives(talks, base, change):
    compared = base.what_if(change, draws=DRAWS)[0]
    for question in (q.id for q in talks.questions):
        if not np.isfinite(compared[question].difference):
            continue
        found = why(base, change, question, draws=DRAWS)
        assert found.figure.difference == pytest.approx(compared[question].difference, abs=1e-9)
        assert total(found) == pytest.approx(found.figure.difference, abs=1e-12)
        by_step = sum(part.figure.difference for part in found.steps) + found.rest
        assert by_step == pytest.approx(found.figure.difference, abs=1e-12)


def test_where_the_draws_count_the_same_nothing_is_left_over(base, talks):
    plain = [q.id for q in talks.questions if q.given is None]
    for question in plain:
        assert why(base, "commit attack=strike", question, draws=DRAWS).rest == pytest.approx(0, abs=1e-12)


def test_a_change_of_one_payoff_falls_on_the_one_decision_it_bears_on():
    found = why(loads(TWO), "set gain=0.9", draws=DRAWS)
    assert [(part.step, part.actor) for part in found.parts] == [("first", "A")]
    assert found.parts[0].figure.difference == pytest.approx(found.figure.difference, abs=1e-12)
    decision = found.decision
    assert (decision.step, decision.actor, decision.option, decision.belief) == ("first", "A", "act", None)
    assert [aim.interest for aim in decision.aims] == ["gain"]
    ((name, before, after),) = decision.aims[0].quantities
    assert name == "gain"
    assert after == pytest.approx(0.9, abs=1e-12)
    assert 0.2 < before < 0.6
    # What that decision contributes is its own change times the chance of the other, draw by draw: the other acts less than half the time.
    assert decision.part.difference < decision.chance.difference / 2


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_taken_apart_sums_exactly_at_any_chances_and_changes_sign_with_the_worlds(seed):
    """Whatever the probabilities of paths, those of the record among them, and where one world has paths that the other lacks."""
    situation = loads(TALKS)
    games = prepare(situation).game, prepare(changed(situation, overlay(situation, "remove attack.strike"))).game
    rng = np.random.default_rng(seed)
    histories = Histories.of(*games)
    reach = [histories.spread(i, rng.dirichlet(np.full(g.paths.count, 0.3), size=3).T) for i, g in enumerate(games)]
    whole = (rng.random(histories.count) < 0.7).astype(float)
    weight = whole * rng.random(histories.count)
    answers = [weight @ r / (whole @ r) for r in reach]
    there = taken_apart(Masses.of(histories, *reach), weight, whole)
    back = taken_apart(Masses.of(histories, *reach[::-1]), weight, whole)
    np.testing.assert_allclose(sum(each.sum(axis=0) for each in there), answers[1] - answers[0], atol=1e-10)
    for one, other in zip(there, back, strict=True):
        np.testing.assert_allclose(one, -other, atol=1e-10)


def test_a_product_is_shared_as_the_mean_of_both_orders():
    situation = loads(TWO)
    game = prepare(situation).game
    histories = Histories.of(game, game)
    p, q = (0.2, 0.7), (0.5, 0.9)
    first, second = (game.paths.steps[name] for name in ("first", "second"))
    reach = [
        histories.spread(i, (np.where(first == 0, p[i], 1 - p[i]) * np.where(second == 0, q[i], 1 - q[i]))[:, None])
        for i in (0, 1)
    ]
    weight = histories.spread(0, ((first == 0) & (second == 0)).astype(float))
    apart = [each.sum() for each in taken_apart(Masses.of(histories, *reach), weight, np.ones(histories.count))]
    assert apart == pytest.approx([(0.7 - 0.2) * (0.5 + 0.9) / 2, (0.9 - 0.5) * (0.2 + 0.7) / 2])


def test_a_belief_that_moves_is_named_and_one_that_does_not_is_not(talks):
    found = why(talks, "set prior=0.9", draws=DRAWS)
    moved = [part for part in found.parts if part.actor]
    assert moved, "decisions answer the changed prior"
    shown = why(talks, "reveal intent:A", draws=DRAWS)
    assert shown.decision.actor == "A"
    assert shown.decision.belief.about == "intent"
    assert shown.decision.belief.figure.changed == pytest.approx(1)
    assert "believes otherwise there" in shown.in_words()[-1]


@pytest.mark.parametrize("change", CHANGES)
def test_sentences_say_only_what_the_figures_say(talks, change):
    found = why(talks, change, draws=DRAWS)
    said = " ".join(found.in_words())
    if not found.figure.clear:
        assert "no answer moves" in said
        assert "falls on" not in said
        return
    sign = "−" if found.figure.difference < 0 else r"\+"
    assert re.search(rf": {sign}[\d.]+ points", said)
    assert (" gains most" in said) == (found.way is not None and found.way.figure.difference > 0)
    assert ("believes otherwise" in said) == (
        found.decision is not None
        and found.decision.belief is not None
        and found.decision.open
        and all(found.decision.offered)
    )
    if found.decision is not None and found.decision.belief is not None:
        assert found.decision.belief.figure.clear
    for part in found.steps:
        if not part.figure.clear:
            assert f"({part.actor}" not in said.split("The way that")[0] or any(
                other.figure.clear and other.actor == part.actor for other in found.steps
            )


def test_no_change_is_said_to_be_none(talks):
    found = why(talks, "set actors.A.name=Somebody", draws=DRAWS)
    assert (found.parts, found.way, found.decision) == ((), None, None)
    assert "no answer moves" in found.in_words()[0]
    asked = why(talks, "set actors.A.name=Somebody", "yields", draws=DRAWS).in_words()[0]
    assert "this answer does not move" in asked


def test_a_comparison_says_why(base):
    compared = base.what_if("commit attack=strike", "hide gesture", draws=DRAWS)
    found = compared.why("hide gesture", draws=DRAWS)
    assert found.change.startswith("hidden from")
    assert total(found) == pytest.approx(found.figure.difference, abs=1e-12)
    assert list(found.table.columns) == ["step", "actor", "knows", "contribution", "low", "high", "error", "clear"]
    assert isinstance(found.figure, Difference)


def test_what_cannot_be_asked_is_refused(talks, base, tmp_path):
    with pytest.raises(SituationError, match="no question `nonsense`"):
        why(talks, "hide gesture", "nonsense", draws=DRAWS)
    with pytest.raises(ValueError, match="16 or more"):
        why(talks, "hide gesture", draws=3)
    base.save(tmp_path / "f.nc")
    with pytest.raises(ValueError, match="read from a file"):
        why(Forecast.load(tmp_path / "f.nc"), "hide gesture")


@pytest.mark.parametrize(("option", "change"), [("bend", "remove answer.bend"), ("stand", "remove answer.stand")])
def test_an_option_taken_away_is_not_said_to_be_an_answer_to_anything(option, change):
    """Two others are left, so that it is still a choice: of that option the change itself disposes."""
    three = loads(TALKS.replace("stand: Alpha stands}", "stand: Alpha stands, bend: Alpha bends}").replace(
        "serious: {text: Is Beta serious?", "bends: {text: Does Alpha bend?, when: answer == bend}\n  stands: {text: Does Alpha stand?, when: answer == stand}\n  serious: {text: Is Beta serious?"
    ))  # fmt: skip
    found = why(three, change, f"{option}s", draws=DRAWS)
    assert (found.decision.step, found.decision.option) == ("answer", option)
    assert (found.decision.open, found.decision.offered) == (True, (True, False))
    assert found.in_words()[-1] == "The change itself takes that option away, whatever is believed."


def test_an_option_that_is_added_is_said_to_be_made_possible():
    added = "add answer.bend={text: Alpha bends}; set ask.yields.when=answer == bend"
    found = why(loads(TALKS), added, "yields", draws=DRAWS)
    assert (found.decision.step, found.decision.option, found.decision.offered) == ("answer", "bend", (False, True))
    assert found.in_words()[-1] == "The change itself makes that option possible."
