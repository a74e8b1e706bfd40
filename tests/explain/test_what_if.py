"""What a what-if is: the file edited, on the same draws, under the weights of the record."""

from __future__ import annotations

import json
from dataclasses import astuple, replace

import numpy as np
import pytest
import small_games

from detente import SituationError, forecast, loads, what_if
from detente.draws import sample
from detente.explain.differences import compare, compare_part
from detente.explain.reuse import set_up
from detente.forecast.run import pooled, prepare, solve_draws
from detente.forecast.weights import effective_draws
from detente.game import GameError
from detente.situation import changed
from detente.situation import what_if as overlay

DRAWS = 250
TALKS = small_games.TALKS
NO_RECORD = TALKS[: TALKS.index("observed:")] + TALKS[TALKS.index("ask:") : TALKS.index("whatifs:")]


@pytest.fixture(scope="module")
def talks():
    return loads(TALKS)


@pytest.fixture(scope="module")
def base(talks):
    return forecast(talks, draws=DRAWS, seed=5)


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


HAND = [
    ("hide gesture", "none: }, on: 2024-02-01}", "none: }, on: 2024-02-01, seen_by: none}"),
    ("reveal intent:A", "known_to: B", "known_to: [A, B]"),
    ("set prior=0.4", "prior: {low: 0.2, high: 0.7, mass: 1, shape: uniform}", "prior: 0.4"),
    ("remove attack.strike", "{strike: Beta attacks, hold: }", "{strike: {text: Beta attacks, when: 'False'}, hold: }"),
    ("commit attack=strike", "strike: Beta attacks, hold: }", "strike: Beta attacks, hold: {when: 'False'}}"),
    ("add answer.wait=Alpha waits", "stand: Alpha stands}", "stand: Alpha stands, wait: Alpha waits}"),
    ("set steps.answer.actor=B", "move: answer, actor: A", "move: answer, actor: B"),
    ("remove gesture", "- {move: gesture,", "- {when: 'False', move: gesture,"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "old", "new"), HAND, ids=[change for change, _, _ in HAND])
def test_an_overlay_is_the_file_edited_by_hand(change, old, new):
    """To rounding, in every draw; the payoff spans, which are the unit of precision, stay those of the base."""
    situation, hand = loads(NO_RECORD), loads(edited(NO_RECORD, old, new))
    compared = what_if(situation, change, draws=DRAWS, seed=5)
    task = replace(
        prepare(hand), span=prepare(situation).span, kept=np.full(prepare(hand).game.paths.count, -1, np.int32)
    )
    with pooled(None, 1) as pool:
        results = solve_draws(task, sample(hand, DRAWS, 5).values, pool)
    answers = {q.labels[0]: results.sums[q.part] / results.sums[q.whole] for q in task.measures.answers}
    weight = compared.base.data["likelihood"].values
    for name in ("yields", "serious"):
        assert compared[0][name].changed == pytest.approx(
            compare(answers[name], answers[name], weight, weight).changed, abs=1e-12
        )
    if np.array_equal(prepare(hand).span, prepare(situation).span):
        probability = forecast(hand, draws=DRAWS, seed=5).answers.set_index("question").probability
        assert compared[0]["yields"].changed == pytest.approx(probability["yields"], abs=1e-15)


def test_the_record_keeps_what_it_has_taught(talks, base):
    """The changed answers are averaged under the base's weights, though the change makes the record say something else."""
    (found,) = base.what_if("hide gesture")
    text = edited(
        TALKS[: TALKS.index("whatifs:")], "none: }, on: 2024-02-01}", "none: }, on: 2024-02-01, seen_by: none}"
    )
    hand = forecast(loads(text), draws=DRAWS, seed=5)
    by_hand = base.data["weight"].values @ hand.data["answer"].sel(question="serious").values
    assert found["serious"].changed == pytest.approx(by_hand, abs=1e-12)
    own = hand.answers.set_index("question").probability["serious"]
    assert found["serious"].changed != pytest.approx(own, abs=1e-4), "its own weights would say something else"
    assert not found.reweighted


def test_a_change_of_the_record_weighs_each_world_by_its_own(talks, base):
    text = edited(TALKS, "value: make", "value: none")
    compared = base.what_if("set observed.gesture.value=none", "set observed=[]")
    other = forecast(loads(text), draws=DRAWS, seed=5).answers.set_index("question").probability
    assert all(w.reweighted and w.solved == 0 and w.same_tree for w in compared)
    for name in ("yields", "attacks", "serious"):
        assert compared[0][name].changed == pytest.approx(other[name], abs=1e-12)
    assert compared[0]["serious"].difference < 0 < compared[0].draws


def test_questions_are_read_off_the_same_equilibria(talks):
    change = "set ask={yields: {text: No, when: answer == stand}, new: {text: Rest?, when: attack == hold}}"
    first, none = what_if(talks, change, "set title=Another", draws=DRAWS)
    assert (first.solved, none.solved) == (0, 0)
    assert first["yields"].changed == pytest.approx(1 - first["yields"].base, abs=1e-9)
    assert np.isnan(first["new"].base)
    assert np.isnan(first["new"].difference)
    assert 0 < first["new"].changed < 1
    assert not first["new"].clear


@pytest.mark.parametrize(
    "change",
    ["set cost={low: 0.5, high: 1.5, mass: 0.9}", "set spare=7", "set steps.answer.text=Otherwise", "set payoffs.A.pride=-0.8 if answer == relent else 0 * 1"],
)  # fmt: skip
def test_a_change_that_changes_nothing_makes_no_difference(base, change):
    (found,) = base.what_if(change)
    for figure in [a.figure for a in found.answers] + [p.figure for p in found.payoffs]:
        assert (figure.difference, figure.low, figure.high, figure.error) == (0, 0, 0, 0)
        assert not figure.clear
    assert found.solved == (DRAWS if "pride" in change else 0)


def test_numbers_that_a_change_leaves_alone_stay_draw_by_draw(talks):
    """Also those that are correlated with one that it fixes."""
    before = sample(talks, DRAWS, 5).values
    after = sample(changed(talks, overlay(talks, "set cost=0.9")), DRAWS, 5).values
    assert (after["cost"] == 0.9).all()
    for name in set(before) - {"cost"}:
        np.testing.assert_array_equal(before[name], after[name])


def test_the_parts_that_a_change_leaves_alone_are_kept(talks):
    task = prepare(talks)

    def kept(change: str) -> tuple[bool, bool, bool]:
        setup = set_up(task, changed(talks, overlay(talks, change)))
        if setup.same_tree:
            assert setup.task.game.tree is task.game.tree
        assert (setup.task.plan is task.plan) == setup.same_payoffs
        assert (setup.task.measures is task.measures) == setup.same_questions
        return setup.same_tree, setup.same_payoffs, setup.same_questions

    assert kept("set cost=1") == (True, True, True)
    assert kept("set payoffs.A.pride=-1 if answer == relent else 0") == (True, False, True)
    assert kept("set ask.yields.when=answer == stand") == (True, True, False)
    assert kept("set horizon=2024-11-30") == (True, True, False)
    assert kept("hide gesture") == (False, False, False)


def test_the_error_is_that_of_other_seeds(talks):
    """Over many seeds the difference spreads as its error says, and its interval holds the difference of a large run."""
    change = "set cost=1.4"
    exact = what_if(talks, change, draws=3000, seed=100)[0]["yields"]
    found = [what_if(talks, change, draws=100, seed=seed)[0]["yields"] for seed in range(40)]
    differences = np.array([f.difference for f in found])
    assert np.std(differences) == pytest.approx(np.mean([f.error for f in found]), rel=0.35)
    assert np.mean(np.abs(differences - exact.difference) < 2 * np.array([f.error for f in found])) > 0.85
    assert all(f.low < exact.difference < f.high for f in found)


def test_the_figures_do_not_depend_on_threads_or_company(talks, base):
    alone = what_if(talks, "hide gesture", draws=DRAWS, seed=5, threads=1)
    together = what_if(talks, "commit answer=relent", "hide gesture", draws=DRAWS, seed=5, threads=2)
    after = base.what_if("hide gesture")
    for other in (together["hide gesture"], after["hide gesture"]):
        assert [a.figure for a in other.answers] == [a.figure for a in alone[0].answers]
        assert [p.figure for p in other.payoffs] == [p.figure for p in alone[0].payoffs]


def test_draws_without_weight_are_not_solved(base):
    assert (base.data["weight"].values > 0).all()
    data = base.data.copy(deep=True)
    data["likelihood"].values[:50] = 0
    (found,) = replace(base, data=data).what_if("hide gesture")
    assert (found.draws, found.solved, found.lost) == (DRAWS - 50, DRAWS - 50, 0)


def test_without_changes_the_what_ifs_of_the_file_are_compared(talks, base):
    compared = base.what_if()
    assert [w.name for w in compared] == ["dear", "bound"]
    assert compared["bound"].text == "Beta is bound to attack"
    assert compared["bound"]["attacks"].changed == pytest.approx(1)
    by_words = base.what_if("hide gesture; commit attack=strike")
    assert compared["bound"]["yields"] == by_words[0]["yields"]


def test_tables(base):
    compared = base.what_if("dear", "commit answer=relent")
    assert len(compared.answers) == 2 * 3
    assert list(compared.payoffs.actor) == ["A", "B", "A", "B"]
    data = json.loads(compared.to_json())
    assert [w["name"] for w in data["what_ifs"]] == ["dear", "commit answer=relent"]
    assert data["what_ifs"][1]["answers"][0]["changed"] == pytest.approx(1)
    assert data["what_ifs"][1]["answers"][1]["changed"] is None, "Alpha never stands"
    assert "Does Alpha relent?" in repr(compared)
    with pytest.raises(KeyError, match="there are dear"):
        compared["nothing"]
    with pytest.raises(KeyError, match="the questions are yields"):
        compared[0]["nothing"]


def test_progress_runs_to_its_end(talks):
    seen = []
    what_if(talks, "hide gesture", "set cost=1", draws=DRAWS, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (3 * DRAWS, 3 * DRAWS)


# ------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("change", "found", "accepted"),
    [
        ("commit gesture=none", "`gesture` was observed as `make`", "takes `observed.gesture` away"),
        ("remove gesture", "`gesture` was observed as `make`", "takes `observed.gesture` away"),
        ("hide answer", "depends on `answer`, which B does not see", "let it see `answer`"),
        ("set payoffs.A.peace=-1 / cost if cost > 9 else 0 / (cost - cost)", "no number on the path", "a number on every"),
        ("remove attack.strike; remove attack.hold", "no option is possible", "an option without `when`"),
        ("nothing_of_it", "what-if `nothing_of_it` asked for", "dear, bound"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_told_once(base, change, found, accepted):
    with pytest.raises(SituationError) as caught:
        base.what_if("hide gesture", change)
    (problem,) = caught.value.problems
    assert found in problem.found
    assert accepted in problem.accepted
    if " " in change:
        assert (problem.file, problem.line) == (f'what if "{change}"', 0)


def test_a_named_what_if_that_cannot_be_is_told_where_it_stands():
    text = TALKS + "  gone: {text: No gesture, remove: gesture}\n"
    with pytest.raises(SituationError, match="gesture` was observed") as caught:
        what_if(loads(text), "gone", draws=DRAWS)
    (problem,) = caught.value.problems
    assert problem.line == text.count("\n")
    assert problem.where == "whatifs.gone.remove"


def test_a_forecast_that_was_read_back_says_what_to_do(base, tmp_path):
    again = type(base).load(base.save(tmp_path / "it.nc"))
    with pytest.raises(ValueError, match="give `what_if` the situation"):
        again.what_if("dear")


def test_too_few_draws(talks):
    with pytest.raises(ValueError, match="16 or more"):
        what_if(talks, "dear", draws=3)


def test_a_file_without_what_ifs():
    text = TALKS[: TALKS.index("whatifs:")]
    with pytest.raises(SituationError, match="no what-ifs in the file"):
        what_if(loads(text), draws=DRAWS)


# ------------------------------------------------------------------------------- the difference of two means


def test_paired_differences_by_hand():
    before, after, weight = np.array([0.1, 0.4, 0.7]), np.array([0.3, 0.5, 0.7]), np.array([1.0, 2.0, 1.0])
    found = compare(before, after, weight, weight)
    assert found.base == pytest.approx(0.4)
    assert found.changed == pytest.approx(0.5)
    assert found.difference == pytest.approx(0.1)
    assert found.error == pytest.approx(np.sqrt((0.25 * 0.1) ** 2 + 0 + (0.25 * 0.1) ** 2))
    assert (found.low, found.high) == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.2))


def test_draws_without_a_number_count_for_nothing():
    found = compare(np.array([0.1, np.nan]), np.array([0.3, 0.9]), np.ones(2), np.ones(2))
    assert (found.base, found.changed) == (pytest.approx(0.1), pytest.approx(0.6))
    assert not compare(np.full(2, np.nan), np.ones(2), np.ones(2), np.ones(2)).clear


def test_a_world_known_in_some_draws_is_steadied_by_the_base():
    """Where the changed figure is a line of the base's, some draws tell as much as all; where it is constant too."""
    rng = np.random.default_rng(2)
    before, weight = rng.uniform(0.2, 0.8, 500), rng.uniform(0.5, 1.5, 500)
    which = np.arange(0, 500, 10)
    for after in (0.1 + 0.5 * before, np.full(500, 0.3)):
        whole = compare(before, after, weight, weight)
        part = compare_part(before, weight, which, after[which], weight[which], weight[which])
        assert part.changed == pytest.approx(whole.changed, abs=1e-12)
        assert part.error == pytest.approx(whole.error, rel=1e-9)
        raw = compare(before[which], after[which], weight[which], weight[which])
        assert raw.error > 2 * whole.error
    noisy = np.clip(before + rng.normal(0, 0.1, 500), 0, 1)
    everything = compare_part(before, weight, np.arange(500), noisy, weight, weight)
    assert astuple(everything) == pytest.approx(astuple(compare(before, noisy, weight, weight)), abs=1e-12)


def test_the_error_of_a_world_known_in_some_draws_is_that_of_other_draws():
    """Over many made-up bases the estimate spreads about the truth as its error says."""
    rng, found = np.random.default_rng(3), []
    for _ in range(400):
        before = rng.uniform(0, 1, 400)
        after = np.clip(0.3 * before + 0.2 + rng.normal(0, 0.1, 400), 0, 1)
        which = np.arange(0, 400, 8)
        found.append(compare_part(before, np.ones(400), which, after[which], np.ones(50), np.ones(50)))
    missed = np.array([f.difference - (0.35 - 0.5) for f in found])
    assert missed.std() == pytest.approx(np.mean([f.error for f in found]), rel=0.12)
    assert abs(missed.mean()) < 3 * missed.std() / np.sqrt(400)


def test_the_base_of_the_tests_has_draws_enough(base):
    assert effective_draws(base.data["weight"].values) > 100


# ------------------------------------------------------------------------------- other theories of behaviour


def test_what_ifs_under_another_theory_by_hand():
    """At level 1 the entrant enters where its loss is below 2, and so always once the loss is known to be 1."""
    entry = loads(small_games.ENTRY)
    (found,) = what_if(entry, "set loss=1", draws=DRAWS, method="level-k")
    below = (sample(entry, DRAWS, 1).values["loss"] < 2).mean()
    assert 0.3 < below < 0.6
    assert found["enters"].base == pytest.approx(below, abs=1e-12)
    assert found["enters"].changed == pytest.approx(1, abs=1e-12)
    (kept,) = forecast(entry, draws=DRAWS, method="level-k").what_if("set loss=1")
    assert kept["enters"] == found["enters"], "a forecast keeps its own theory"
    (usual,) = what_if(entry, "set loss=1", draws=DRAWS)
    assert usual["enters"].changed < 0.99


def test_a_change_that_a_theory_does_not_allow_is_told_of_the_change():
    text = small_games.ENTRY.replace("when: entry == enter, ", "")
    with pytest.raises(SituationError, match="backward-induction, but at the step `reply` INC cannot tell") as caught:
        what_if(loads(text), "hide entry", draws=DRAWS, method="backward-induction")
    (problem,) = caught.value.problems
    assert problem.file == 'what if "hide entry"'
    assert "another theory: quantal-response" in problem.accepted
    with pytest.raises(GameError, match="did you mean level-k"):
        what_if(loads(text), "hide entry", method="levelk")


def test_a_record_that_nobody_would_make_after_a_change_names_the_theory():
    text = small_games.ENTRY.replace("on: 2020-03-01", "on: 2020-01-10")
    text += "observed: [{step: entry, value: enter, on: 2020-01-10, source: own}]\n"
    with pytest.raises(SituationError, match="no draw that can be compared if actors behave by level-k") as caught:
        what_if(loads(text), "set loss=3", draws=DRAWS, method="level-k")
    assert "actors err: quantal-response" in caught.value.problems[0].accepted


def test_the_interval_of_a_probability_s_difference_ends_at_one():
    """Weights that differ between the worlds move the draws' own differences, here beyond a certainty."""
    before, after = np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    weights = np.array([1.0, 0.0, 0.2]), np.array([0.0, 1.0, 0.2])
    assert compare(before, after, *weights).low < -1
    found = compare(before, after, *weights, reach=1.0)
    assert (found.difference, found.low) == (pytest.approx(-1), -1)
