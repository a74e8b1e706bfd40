"""The session: its last word is that of the Python API, its first is near it, and a withdrawn question is left."""

from __future__ import annotations

import math
from dataclasses import astuple, fields, replace

import numpy as np
import pytest

from detente import situations, what_if
from detente.draws import redrawn, sample
from detente.explain.reuse import set_up
from detente.explain.what_if import World, without_routes
from detente.forecast.measures import measure
from detente.forecast.run import pooled, solve_draws
from detente.situation import SituationError, changed, load, loads
from detente.situation import what_if as overlay_of
from detente.solve import Effort
from detente.workbench.changes import moved
from detente.workbench.controls import sliders, switches
from detente.workbench.estimate import representative
from detente.workbench.session import CancelledError, Session
from detente.workbench.stage import Changed, stage_of

CHANGES = (
    ["set quantities.damage=0.7"],
    ["set actors.TGT.precision=5"],
    ["set private.resolve.states.firm=0.9"],
    ["set quantities.damage=0.7", "set quantities.zeal=0.2"],
    ["commit sanctions=impose"],
    ["remove sanctions.impose", "set quantities.damage=2"],
    ["reveal resolve"],
    ["mild"],
)


@pytest.mark.parametrize("words", CHANGES)
def test_the_last_stage_is_the_answer_of_the_python_api(session, words):
    stages = list(session.ask(words))
    assert [stage.final for stage in stages] == [False] * (len(stages) - 1) + [True]
    last = stages[-1]
    expected = what_if(session.base.forecast, "; ".join(words) if words != ["mild"] else "mild", draws=250)[0]
    for change in last.answers:
        theirs = expected[change.question]
        for name in ("base", "changed", "difference", "low", "high", "error"):
            ours = getattr(change.figure, name)
            assert ours == pytest.approx(getattr(theirs, name), abs=2e-8, nan_ok=True), (change.question, name)
    for ours, other in zip(last.payoffs, expected.payoffs, strict=True):
        assert ours.figure.difference == pytest.approx(other.figure.difference, abs=2e-8)


@pytest.mark.parametrize("words", CHANGES)
def test_the_first_stage_is_near_the_last(session, words):
    stages = list(session.ask(words))
    assert stages[0].draws <= 16
    for early, late in zip(stages[0].answers, stages[-1].answers, strict=True):
        assert abs(early.figure.changed - late.figure.changed) < max(0.03, 4 * early.figure.error), early.question


def test_the_forecast_of_a_change_says_what_the_last_stage_says(session):
    last = list(session.ask(["set quantities.damage=0.7"]))[-1]
    told = dict(zip(last.forecast.answers.question, last.forecast.answers.probability, strict=True))
    assert told == pytest.approx({a.question: a.figure.changed for a in last.answers}, abs=2e-8)
    summary = last.forecast.answers.set_index("question")
    for change, interval in zip(last.answers, last.after, strict=True):
        assert (interval.low, interval.high) == pytest.approx(
            tuple(summary.loc[change.question, ["low", "high"]]), abs=1e-7
        )


TREE = (
    "remove card.keep",
    "hide deed",
    "reveal intent",
    "commit faucet=hold",
    "delay deed:USA past tariffs",
    "add path.wait=It waits",
)


def test_the_first_answer_to_a_change_of_the_tree_is_that_of_a_game_measured_in_full():
    situation = load(situations.path("korea-2019"))
    asked = Session(situation, draws=32)
    base = list(asked.grow())[-1]
    which, times = representative(base.world, base.results.sweeps, 16)
    for words in TREE:
        first = next(asked.ask([words]))
        after = changed(situation, overlay_of(situation, words))
        task = set_up(base.task, after).task
        task = without_routes(replace(task, measures=measure(task.game)))
        values = {name: value[which] for name, value in sample(after, 32, 1).values.items()}
        with pooled(None, 1) as pool:
            results = solve_draws(task, values, pool, hardest=Effort.QUICK)
        world = World.of_sums(task, results.sums, results.payoff, results.status)
        expected = stage_of(base, world, which, times, False, 0.0, Changed(None, task, first.text, False, True))
        for name in ("answers", "payoffs"):
            for ours, theirs in zip(getattr(first, name), getattr(expected, name), strict=True):
                assert astuple(ours.figure) == pytest.approx(astuple(theirs.figure), abs=1e-12, nan_ok=True), words
    asked.close()


@pytest.mark.parametrize(
    "words", ["reveal resolve", "commit sanctions=impose", "set ask.concede.when=answer == resist"]
)
def test_the_forecast_of_a_change_is_of_all_that_a_forecast_measures(session, words):
    task = list(session.ask([words]))[-1].forecast.task
    whole = measure(task.game)
    assert whole.curves
    assert whole.beliefs
    for field in fields(whole):
        if field.name != "sums":
            np.testing.assert_equal(getattr(task.measures, field.name), getattr(whole, field.name))
    for field in fields(whole.sums):
        np.testing.assert_array_equal(getattr(task.measures.sums, field.name), getattr(whole.sums, field.name))


def test_no_change_is_the_base_itself(session):
    last = list(session.ask([]))[-1]
    assert last.final
    assert [a.figure.difference for a in last.answers] == [0.0, 0.0]
    assert last.forecast is session.base.forecast


def test_an_answered_question_is_answered_at_once(session):
    list(session.ask(["set quantities.damage=0.7"]))
    assert [stage.final for stage in session.ask(["set quantities.damage=0.7"])] == [True]


def test_a_withdrawn_question_is_left(session):
    withdrawn = []
    asking = session.ask(["set quantities.damage=0.71"], lambda: bool(withdrawn))
    next(asking)
    withdrawn.append(True)
    with pytest.raises(CancelledError):
        list(asking)


def test_a_question_waits_for_the_base_and_can_be_withdrawn_meanwhile(small_text):
    fresh = Session(loads(small_text), draws=64)
    with pytest.raises(CancelledError):
        next(fresh.ask(["set quantities.damage=0.7"], lambda: True))
    fresh.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["set quantities.dammage=1"], "dammage"),
        (["hide answer:SND"], "answer"),
        (["set actors.TGT.precision=-3"], "precision"),
        (["set quantities.damage=nonsense words"], "nonsense"),
        (["x" * 3000], "too long"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(session, words, told):
    with pytest.raises(SituationError, match=told):
        list(session.ask(words))


@pytest.mark.parametrize(
    "words",
    [["set quantities.damage=0.7"], ["set quantities.share.formula=log(damage - 0.8)", "reveal resolve"]],
)
def test_a_formula_that_comes_to_no_number_is_told_of_the_change(small_text, words):
    """Also where only a number moves and the file is not read again, and in the game tree."""
    risky = small_text.replace("quantities:\n", "quantities:\n  share: {formula: 1 / (damage - 0.7)}\n", 1)
    asked = Session(loads(risky), draws=64)
    list(asked.grow())
    with pytest.raises(SituationError, match=r"quantities.share: its formula gives"):
        next(asked.ask(words))
    with pytest.raises(SituationError, match=r"quantities.share"):
        asked.played(words)
    asked.close()


@pytest.mark.parametrize("name", ["korea-2019", "sanctions-linkage"])
def test_a_number_moved_without_reading_the_file_is_the_number_read(name):
    situation = load(situations.path(name))
    for slider in [s for s in sliders(situation) if s.name in situation.quantities][::9]:
        value = round(slider.least + 0.3 * (slider.most - slider.least), 6)
        short = redrawn(sample(situation, 16, 1), moved(situation, {slider.name: value}))
        read = sample(changed(situation, overlay_of(situation, f"set {slider.place}={value}")), 16, 1).values
        for other in read:
            assert np.array_equal(short[other], read[other]), (slider.name, other)
        assert slider.name not in read or (short[slider.name] == value).all()


def test_every_number_of_the_file_has_a_slider_and_every_slider_has_its_place(session):
    found = {slider.name: slider for slider in session.sliders}
    assert set(found) == {"damage", "zeal", "precision.SND", "precision.TGT", "resolve.firm"}
    damage = found["damage"]
    assert (damage.low, damage.high) == (0.5, 1.5)
    assert damage.least < damage.low < damage.median < damage.high < damage.most
    assert found["resolve.firm"].place == "private.resolve.states.firm"
    assert all(math.isfinite(s.step) and 0 < s.step < s.most - s.least for s in session.sliders)


def test_switches_are_the_steps_ahead_and_the_private_facts(session):
    found = {switch.name: switch for switch in switches(session.situation)}
    assert list(found) == ["resolve", "answer", "sanctions"]
    assert found["resolve"].can_reveal
    assert found["answer"].removable
    assert [name for name, _ in found["sanctions"].options] == ["impose", "back_down"]


def test_a_fixed_number_that_shapes_the_tree_is_read_anew(small_text):
    gated = small_text.replace("  zeal: {value", "  gate: 1\n  zeal: {value")
    gated = gated.replace('when: "answer == resist"\n', 'when: "answer == resist and gate > 0"\n')
    asked = Session(loads(gated), draws=64)
    list(asked.grow())
    first = next(asked.ask(["set quantities.gate=-1"]))
    assert next(a.figure.changed for a in first.answers if a.question == "sanctions") == 0
    asked.close()


def test_what_partners_enforce_has_a_slider_where_the_situation_computes_with_trade(session):
    assert not [s for s in session.sliders if s.place.startswith("trade.")]
    situation = load(situations.path("korea-2019"))
    found = {s.name: s for s in sliders(situation) if s.place.startswith("trade.")}
    assert next(iter(found)) == "trade.enforcement.CHN"
    china, russia = found["trade.enforcement.CHN"], found["trade.enforcement.RUS"]
    assert (china.kind, china.least, china.low, china.high, china.most) == ("case", 0, 0.75, 0.95, 1)
    assert "enforcement_relaxed if faucet == relax" in china.note, "what the file has in its place is told"
    assert (russia.kind, russia.low, russia.high) == ("range", 0.5, 0.9)
    assert all(source in situation.sources for s in found.values() for source in s.sources)
    for slider in found.values():
        assert changed(situation, overlay_of(situation, f"set {slider.place}=0.2")).title == situation.title


def test_a_slider_of_trade_moves_the_forecast_as_the_what_if_does():
    situation = load(situations.path("korea-2019"))
    asked = Session(situation, draws=32)
    for _ in asked.grow():
        pass
    last = list(asked.ask(["set trade.enforcement.CHN=0.2"]))[-1]
    expected = what_if(asked.base.forecast, "set trade.enforcement.CHN=0.2", draws=32)[0]
    moved_by = {a.question: a.figure.difference for a in last.answers}
    assert max(abs(d) for d in moved_by.values() if math.isfinite(d)) > 0.02
    for name, difference in moved_by.items():
        assert difference == pytest.approx(expected[name].difference, abs=2e-8, nan_ok=True)
    asked.close()
