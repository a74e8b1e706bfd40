"""Variants as files: what was changed is changed, and all else is as it was."""

from __future__ import annotations

import difflib
from dataclasses import replace

import numpy as np
import pytest

from detente import situations
from detente.draws import sample
from detente.explain.reuse import set_up
from detente.forecast.run import prepare
from detente.situation import changed, load, loads
from detente.workbench.changes import together
from detente.workbench.written import variant

KOREA = (
    ["set quantities.worth_deterrent=50"],
    ["set quantities.serious_chance=0.2", "set actors.DPRK.precision=9"],
    ["remove path.china"],
    ["commit card=help"],
    ["hide card:DPRK"],
    ["reveal resolve"],
)


@pytest.fixture(scope="module")
def korea():
    situation = load(situations.path("korea-2019"))
    return situation, prepare(situation)


@pytest.mark.parametrize("words", KOREA)
def test_the_variant_of_the_founding_case_means_what_the_change_means(korea, words):
    situation, task = korea
    overlay = together(situation, words)
    text = variant(situation.file, situation.origin, overlay)
    read, meant = loads(text, name=situation.origin), changed(situation, overlay)
    same = set_up(replace(task, game=replace(task.game, situation=meant)), read)
    assert same.same_tree
    assert same.same_payoffs
    assert same.same_questions
    mine, other = sample(read, 16, 1).values, sample(meant, 16, 1).values
    uncorrelated = {c.first for c in situation.correlations} | {c.second for c in situation.correlations}
    assert all(np.array_equal(mine[name], other[name]) for name in set(other) - uncorrelated)
    _little_is_touched(situation.file, text, 10 * len(words))


def _little_is_touched(old, new, most):
    before, after = old.splitlines(), new.splitlines()
    comments = [line for line in before if line.lstrip().startswith("#")]
    assert [line for line in after if line.lstrip().startswith("#") and "Left out" not in line] == comments
    touched = [
        line
        for line in difflib.unified_diff(before, after, n=0, lineterm="")
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert len(touched) <= most, "\n".join(touched)


def test_a_number_keeps_its_words_and_sources(small_text):
    situation = loads(small_text)
    text = variant(small_text, "small.yaml", together(situation, ["set quantities.damage=0.7"]))
    assert "damage: {value: 0.7, unit: points, text: What sanctions cost the target, source: own}" in text
    assert "# in points" in text
    assert " ".join(text.replace("value: 0.7", "low: 0.5, high: 1.5, mass: 0.9").split()) == " ".join(
        small_text.split()
    )


def test_a_what_if_that_cannot_be_made_any_more_is_left_out_and_named(small_text):
    shown = small_text + "  known: {text: All know how firm the sender is, reveal: {resolve: all}}\n"
    text = variant(shown, "small.yaml", together(loads(shown), ["reveal resolve"]))
    assert text.startswith("# Left out, for they cannot be made in this variant: the what-ifs known\n")
    assert list(loads(text).whatifs) == ["mild"]
