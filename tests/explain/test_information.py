"""What showing, hiding and blurring is worth against solutions worked out by hand; words and deeds."""

from __future__ import annotations

import re

import numpy as np
import pytest
import small_games
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import forecast, loads, situations
from detente.explain.information import asked, talks
from detente.report import disclosures

DRAWS = 16


def informed(text: str, draws: int = DRAWS, seed: int = 1):
    return forecast(loads(text), draws=draws, seed=seed).information(draws=draws)


def effect(found, of: str, kind: str, affected: str):
    return found.payoffs.set_index(["of", "kind", "affected"]).loc[(of, kind, affected)]


# ------------------------------------------------------------------------------- closed forms


@settings(max_examples=10, deadline=None)
@given(
    worth=st.lists(st.lists(st.integers(0, 20).map(float), min_size=3, max_size=3), min_size=2, max_size=4),
    chance=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
)
def test_information_is_never_negative_to_one_who_faces_chance_alone(worth, chance):
    """Blackwell (1953): it is worth E max_a u - max_a E u."""
    table, p = np.array(worth), np.array(chance) / sum(chance)
    span = np.ptp(table)
    if span == 0:
        return
    found = informed(small_games.choice_under_risk(worth, [*p[:-1].tolist(), 1 - p[:-1].sum()]))
    value = ((table.max(axis=0) @ p) - (table @ p).max()) / span
    shown = effect(found, "state", "reveal", "D")
    assert shown.difference >= -1e-3
    assert shown.difference == pytest.approx(value, abs=2e-3)


def test_to_be_known_to_know_may_harm():
    """Osborne (2004), section 9.3.1, with epsilon 0.2: player 2 falls from 2 to 0.6 of a span of 3, player 1 from 2 to 1 of a span of 2."""
    found = informed(small_games.MORE_INFORMATION_HURTS)
    assert effect(found, "state", "reveal", "P2").difference == pytest.approx(-1.4 / 3, abs=1e-4)
    assert effect(found, "state", "reveal", "P1").difference == pytest.approx(-1 / 2, abs=1e-4)
    assert found.in_words()[0].startswith("Known to all, “State” would cost Player 1 50\u00a0%")


@pytest.mark.parametrize("accuracy", [0.8, 0.6])
def test_a_signal_is_worth_its_accuracy_beyond_a_guess(accuracy):
    """Who sees the signal is right with its accuracy, who does not or sees one that tells nothing is right half the time."""
    found = informed(small_games.weather_glass(accuracy))
    for kind in ("hide", "blur"):
        assert effect(found, "glass", kind, "D").difference == pytest.approx(0.5 - accuracy, abs=1e-3)
    assert effect(found, "state", "reveal", "D").difference == pytest.approx(1 - accuracy, abs=1e-3)


def test_words_tell_nothing_and_deeds_do():
    """Spence (1973): a degree costs the able 0.1 and others five times that or more; to say that one is able costs nobody anything."""
    text = small_games.spence()
    assert talks(loads(text)) == {"claim"}
    found = informed(text, draws=100)
    record = found.record[(found.record.holder == "E") & (found.record.state == "able")].set_index("step")
    words, deed = record.loc["claim"], record.loc["study"]
    assert (bool(words.talk), bool(deed.talk)) == (True, False)
    assert words.base == pytest.approx(0.4, abs=1e-9)
    assert words.difference == pytest.approx(0, abs=1e-6)
    assert not words.clear
    assert deed.clear
    assert deed.low > 0.1
    assert found.in_words()[-1].startswith(
        "Of all steps on the record, “The worker takes a degree” moved a belief most: Employer: “The worker is able” 40\u00a0% →"
    )


def test_saying_nothing_tells_as_little():
    record = informed(small_games.spence("silent"), draws=50).record
    assert (record[record.step == "claim"].difference.abs() < 1e-6).all()


def test_the_belief_after_a_deed_is_bayes_rule():
    """In each draw: the prior times the chance that an able worker takes a degree, over that of any; the lessons are means of those."""
    base = forecast(loads(small_games.spence()), draws=50)
    lessons = [each for each in base.information(draws=50).lessons if (each.holder, each.state) == ("E", "able")]
    assert [each.step for each in lessons] == ["claim", "study"]
    stages = (
        base.beliefs[(base.beliefs.holder == "E") & (base.beliefs.state == "able")].sort_values("stage").probability
    )
    assert [lessons[0].figure.base, lessons[0].figure.changed, lessons[1].figure.changed] == pytest.approx(list(stages))


# ------------------------------------------------------------------------------- what is asked


def test_what_may_be_shown_hidden_and_blurred():
    words = [words for *_, words in asked(loads(small_games.spence()))]
    assert words == ["reveal ability", "hide hire"], "what is on the record can no longer be hidden"
    glass = [words for *_, words in asked(loads(small_games.weather_glass(0.8)))]
    even = "set steps.glass.readings={wet: {low: 0.5, high: rest}, dry: {low: 0.5, high: rest}}"
    assert glass == ["reveal state", "reveal glass", "hide glass", "hide act", even]


@pytest.mark.parametrize(
    ("name", "offers"), [("alternating-offers", ("first_offer", "second_offer", "last_offer")), ("crisis-bargaining", ("demand",))]
)  # fmt: skip
def test_no_answer_is_asked_for_to_an_offer_that_is_not_seen(name, offers):
    whole = situations.path(name).read_text(encoding="utf-8")
    asked_of = {of for of, kind, *_ in asked(loads(whole)) if kind in ("hide", "delay")}
    assert asked_of.isdisjoint(offers)
    without = re.sub(r"\n    when: happened\(\w+\)[^\n]*", "", whole) if name == "crisis-bargaining" else whole.replace(
        "    when: happened(first_offer)\n", ""
    )  # fmt: skip
    assert "hide " + offers[0] in [words for *_, words in asked(loads(without))], (
        "nothing says that it is an answer to it"
    )


def test_a_move_shown_by_a_later_reveal_is_not_hidden():
    reveal = "\n  - {reveal: leak, of: [hire], to: [W]}\n"
    text = small_games.spence().replace("no: }, on: 2024-04-10}", "no: }, on: 2024-04-10, seen_by: none}")
    assert "reveal hire" in [words for *_, words in asked(loads(text))]
    shown = text.replace("seen_by: none}\n", "seen_by: none}" + reveal)
    assert "reveal hire" not in [words for *_, words in asked(loads(shown))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-1) if hire == yes else 0", "-1) if hire == yes else (0.1 if claim == able else 0)"),
        ("no: }, on: 2024-04-10", "no: {when: claim == silent}}, on: 2024-04-10"),
        ("{move: hire, ", "{move: hire, when: claim == able, "),
    ],
)
def test_words_on_which_something_depends_are_no_talk(old, new):
    text = small_games.spence()
    assert text.count(old) == 1
    assert talks(loads(text.replace(old, new))) == frozenset()


# ------------------------------------------------------------------------------- in words


def test_vagueness_is_told_only_where_it_is_clear():
    """The receiver of a gift that may be worth more or less than nothing; nothing is private, so nothing is kept."""
    found = informed(small_games.gift(-1, 1.2), draws=100)
    assert found.in_words() == [disclosures.NOTHING, disclosures.NO_RECORD]
    assert found.record.empty


def test_the_worth_of_vagueness_to_its_holder():
    """In the game of the weather glass turned round: who knows the state wants the other to guess wrong.

    The guesser is right half the time, and always once the state is known to all; that costs the one who knew it half of all there is.
    """
    right = "(act == coat and state == wet) or (act == hat and state == dry)"
    text = small_games.weather_glass(0.5).replace("N: {none: 0}", f'N: {{all: "0 if {right} else 1"}}')
    found = informed(text)
    assert effect(found, "state", "reveal", "N").difference == pytest.approx(-0.5, abs=1e-3)
    assert disclosures.vagueness(found, loads(text)) == [
        "Not to show “State” is worth to Bystander 50\u00a0% of all that is at stake for it (its payoff if shown: −50 points)."
    ]
    eager = text.replace(f"0 if {right} else 1", f"1 if {right} else 0")
    assert disclosures.vagueness(informed(eager), loads(eager))[0].startswith("Not to show “State” costs Bystander 50")


def test_why_the_record_told_nothing():
    text = small_games.spence()
    assert disclosures.no_lesson(loads(text)) == disclosures.NO_LESSON
    quiet = small_games.gift(-1, 1.2) + "observed: [{step: gift, value: give, on: 2024-01-01}]\n"
    quiet = quiet.replace("on: 2024-02-01}", "on: 2024-01-01}")
    assert disclosures.no_lesson(loads(quiet)) == disclosures.NOTHING_PRIVATE
    assert disclosures.no_lesson(loads(small_games.gift(-1, 1.2))) == disclosures.NO_RECORD
