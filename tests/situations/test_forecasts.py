"""What the templates' what-ifs are there to show: each moves its answer the way the cited paper says."""

from __future__ import annotations

import pytest

from detente.forecast import forecast
from detente.situation import load
from detente.situations import path

DRAWS = 256


def probability(name: str, question: str, what_if: str | None = None) -> float:
    answers = forecast(load(path(name), what_if=what_if), draws=DRAWS, seed=1).answers
    return float(answers.set_index("question").loc[question, "probability"])


@pytest.mark.parametrize(
    ("name", "what_if", "question", "direction", "least"),
    [
        ("crisis-bargaining", "cards_on_the_table", "war", -1, 0.2),  # Fearon 1995: information ends the risk
        ("crisis-bargaining", "good_intelligence", "war", -1, 0.1),  # the less there is to learn, the less risk
        ("crisis-bargaining", "dearer_for_A", "war", -1, 0.05),  # and falls with cA
        ("sanctions-linkage", "linkage", "threat_works", 1, 0.05),  # Lacy & Niou 2004
        ("sanctions-linkage", "shield", "threat_works", -1, 0.1),
        ("sanctions-linkage", "bluffer", "threat_works", -1, 0.02),
        ("deterrence", "credible", "deterred", 1, 0.05),  # Zagare & Kilgour 2000
        ("deterrence", "content", "deterred", 1, 0.1),
        ("deterrence", "dread", "conflict", -1, 0.05),
        ("alternating-offers", "good_alternative", "half", 1, 0.3),  # Binmore, Shaked & Sutton 1989
        ("alternating-offers", "nowhere_to_go", "half", -1, 0.1),
        ("alternating-offers", "patient_buyer", "half", 1, 0.02),  # Rubinstein 1982
        ("signalling-resolve", "words_only", "challenged", 1, 0.2),  # Fearon 1997: words are free
        ("signalling-resolve", "words_only", "kept", -1, 0.2),  # tied hands make war likelier if challenged
        ("signalling-resolve", "no_audience", "challenged", 1, 0.2),
    ],
)
def test_what_ifs_move_answers_as_published(name, what_if, question, direction, least) -> None:
    change = probability(name, question, what_if) - probability(name, question)
    assert direction * change > least


def test_imposed_sanctions_succeed_less_often_than_threats() -> None:
    """Lacy & Niou (2004), Drezner (2003): selection makes sanctions look worse than their threat is."""
    answers = forecast(load(path("sanctions-linkage")), draws=DRAWS, seed=1).answers.set_index("question")
    assert answers.loc["sanctions_work", "probability"] < answers.loc["threat_works", "probability"] - 0.1


def test_a_promise_given_is_taken_as_evidence_of_resolve() -> None:
    """Fearon (1997): the analyst's and the challenger's belief rise above the 40 per cent they started from."""
    beliefs = forecast(load(path("signalling-resolve")), draws=DRAWS, seed=1).beliefs
    resolved = beliefs[(beliefs.fact == "resolve") & (beliefs.state == "resolved")]
    for holder in ("analyst", "challenger"):
        before, *_, after = resolved[resolved.holder == holder].sort_values("stage").probability
        assert before == pytest.approx(0.4, abs=1e-6)
        assert after > 0.42
