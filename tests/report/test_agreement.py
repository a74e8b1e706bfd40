"""The sentences on dissent: each case has its own, and none is said that the figures do not support."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from detente.explain.differences import Difference
from detente.explain.views import Dissent, LeftOut, Opinion, View
from detente.report import dissent_page
from detente.report.agreement import finding, in_words, is_apart, notes, positions
from detente.report.dissent_terminal import print_dissent

QUESTIONS = (("war", "Is there war?", ""), ("deal", "Is there a deal?", "if there is war"))
BASE = {"war": 0.40, "deal": 0.20}


def opinion(question, probability, error=0.005, clear=True, effective=80.0):
    name, text, given = next(q for q in QUESTIONS if q[0] == question)
    base = BASE[question]
    figure = Difference(base, probability, probability - base, math.nan, math.nan, error)
    low, high = max(0.0, probability - 0.1), min(1.0, probability + 0.1)
    return Opinion(name, text, given, probability, low, high, figure, effective, clear)


def view(group, name, war=0.40, deal=0.20, **options):
    own = [
        opinion("war", war, clear=abs(war - 0.40) > 0.01, **options),
        opinion("deal", deal, clear=abs(deal - 0.20) > 0.01, **options),
    ]
    return View(group, name, name, (), tuple(own), 100, 100)


def said(*views, others=None, left_out=(), forecast=None):
    base = SimpleNamespace(
        others=others, provenance=forecast and forecast.provenance, certificate=forecast and forecast.certificate
    )
    return Dissent(base, (view("forecast", "forecast"), *views), left_out, 100, 1725, 12.3)


def test_experts_that_agree():
    found = said(view("expert", "Ann", 0.41, 0.21), view("expert", "Bob", 0.39, 0.20))
    assert in_words(found) == ["The 2 experts agree with the forecast to within 2 points throughout."]
    assert finding(found) == "The 2 experts agree with the forecast to within 2 points"
    assert in_words(said(view("expert", "Ann"))) == [
        "The one expert agrees with the forecast to within 1 point throughout."
    ]


def test_one_expert_that_differs_is_named_with_the_answer_and_by_how_much():
    found = said(view("expert", "Ann", 0.41), view("expert", "Bob", 0.40, 0.32), view("expert", "Cy", 0.39))
    (sentences,) = in_words(found)
    assert sentences == (
        "1 of the 3 experts differs from the forecast by 5 points or more, on 1 of 2 answers. Furthest, by the judgements of Bob alone: "
        "If there is war: is there a deal? From 20\u00a0% to 32\u00a0% (+12 points). The other 2 agree to within 2 points throughout."
    )
    assert finding(found) == "1 of the 3 experts differs from the forecast, by up to 12 points"


def test_theories_that_all_differ():
    found = said(view("expert", "Ann"), view("theory", "level-k", 0.10, 0.50), view("theory", "limit", 0.30))
    assert in_words(found)[1] == (
        "Both other theories of behaviour differ from the forecast by 5 points or more, on 2 of 2 answers between them. Furthest, under level-k: "
        "Is there war? From 40\u00a0% to 10\u00a0% (−30 points)."
    )
    assert finding(found) == (
        "The one expert agrees with the forecast to within 1 point; both other theories of behaviour differ from the forecast, by up to 30 points"
    )


@pytest.mark.parametrize(
    "noisy",
    [
        view("expert", "Ann", 0.46, error=0.04).opinions[0],
        opinion("war", 0.42, error=0.02, clear=False),
        opinion("war", 0.41, effective=4.0, clear=False),
    ],
)
def test_what_the_draws_cannot_tell_is_neither_agreement_nor_dissent(noisy):
    noisy = replace(noisy, clear=False)
    found = said(View("expert", "Ann", "Ann", (), (noisy, opinion("deal", 0.2)), 100, 100))
    (sentence,) = in_words(found)
    assert sentence.startswith("No difference of 5 points or more stands out among the one expert; there may be some")
    assert "agree" not in sentence + finding(found)
    assert "differ from" not in sentence + finding(found)


def test_those_who_do_not_differ_agree_only_where_that_can_be_told():
    found = said(view("expert", "Bob", 0.60), view("expert", "Cy", 0.42, error=0.03))
    assert "The other" not in in_words(found)[0]
    assert "1 of the 2 experts differs" in in_words(found)[0]


def test_a_large_difference_that_is_noise_is_not_apart():
    assert is_apart(opinion("war", 0.451))
    assert not is_apart(opinion("war", 0.449))
    assert not is_apart(opinion("war", 0.9, clear=False))


def test_nobody_to_differ():
    assert in_words(said()) == ["No quantity in the file has judgements of several experts."]
    assert finding(said()) == "There is no other view to compare the forecast with"


def test_other_equilibria_looked_for():
    none = SimpleNamespace(found=0, searched=8)
    assert in_words(said(others=none))[-1] == (
        "No other equilibrium was found in the 8 draws searched, which does not show that there is none."
    )
    some = SimpleNamespace(found=3, searched=8)
    low, high = view("equilibrium", "lowest", 0.35, 0.20), view("equilibrium", "highest", 0.40, 0.60)
    assert in_words(said(low, high, others=some))[-1] == (
        "Other equilibria were found in 3 of the 8 draws searched. What hangs on them most: If there is war: is there a deal? "
        "20\u00a0% as followed there, 20\u00a0% with the lowest answer in every draw, 60\u00a0% with the highest."
    )


def test_positions_of_one_question():
    found = said(
        view("expert", "Ann", 0.41), view("expert", "Bob", 0.50), view("theory", "level-k", 0.10), view("theory", "limit", math.nan)
    )  # fmt: skip
    war, deal = positions(found)
    assert [v.name for v, _ in war.apart] == ["level-k", "Bob"]
    assert war.furthest == "Furthest: Bob +10 and level-k −30 points"
    assert war.range == "41\u00a0%"
    assert war.silent == ("limit",)
    assert deal.furthest == "All others 20\u00a0%"


def test_notes_tell_of_views_that_are_not_there_or_rest_on_little(forecast):
    out = LeftOut("theory", "backward-induction", "backward induction", "Ann cannot tell what came before")
    lost = replace(view("expert", "Bob"), missed=7)
    told = " ".join(notes(said(lost, view("theory", "level-k", effective=3.0), left_out=(out,), forecast=forecast)))
    assert "Bob: 7 draws of 100 missed the tolerance and count for nothing." in told
    assert told.count("missed") == 1
    assert "1,725 draws solved again in 12.3 s" in told
    assert "Level-k: rests on 3 draws, too few" in told
    assert "Backward induction: no forecast, for Ann cannot tell what came before." in told


@pytest.fixture(name="shown")
def _shown(forecast):
    return said(
        view("expert", "A <b>very</b> long name of an institute & its survey of experts", 0.52), view("expert", "Bob", 0.41),
        view("theory", "level-k", 0.02, 0.99), forecast=forecast,
    )  # fmt: skip


def test_the_terminal_table_is_eighty_columns_wide(shown, capsys):
    print_dissent(shown, Console(width=80))
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"As forecast +40.% +30–50.% ", text)
    assert re.search(r"Level-k +2.% +0–12.% .* −38\*", text)
    assert re.search(r"1 other +41.%", text)
    print_dissent(shown, Console(width=80), everything=True)
    text = capsys.readouterr().out
    assert re.search(r"Bob +41.% +31–51.% .* \+1", text), text


def test_the_page_holds_the_picture_and_the_figures_and_escapes_names(shown):
    page = dissent_page.page(shown)
    assert "<b>very</b>" not in page
    assert "&lt;b&gt;very&lt;/b&gt; long name" in page
    assert "<script" not in page
    assert page.count("<svg") == 2
    assert "1 of the 2 experts differs from the forecast by 5 points or more" in page
    assert "1 other" in page


def test_the_picture_has_a_mark_for_each_view(shown):
    drawn = dissent_page.picture(shown)
    assert drawn.startswith("<svg")
    more = dissent_page.picture(replace(shown, views=(*shown.views, view("theory", "limit", 0.3))))
    marks = [text.count("#D55E00") for text in (drawn, more)]
    assert marks[1] == marks[0] + 2, "one for each question"
    assert "Diamonds: other theories of behaviour." in drawn
    assert "Triangles" not in drawn
