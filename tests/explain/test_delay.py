"""What it is worth that a thing is seen later, against solutions worked out by hand."""

from __future__ import annotations

import pytest
import small_games
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import forecast, loads
from detente.explain.information import asked
from detente.report import disclosures

DRAWS = 16


def of(text: str):
    return forecast(loads(text), draws=DRAWS, seed=1)


def payoff(compared, words: str, actor: str):
    return next(p.figure for p in compared[words].payoffs if p.actor == actor)


@settings(max_examples=10, deadline=None)
@given(wet=st.integers(2, 18), first=st.integers(1, 9), second=st.integers(1, 9))
def test_what_is_learnt_after_a_decision_is_worth_to_it_what_is_never_learnt(wet, first, second):
    """Blind, D is right with the larger chance. To know costs nothing and is worth all of the rest to each decision that it precedes."""
    p, span = max(wet, 20 - wet) / 20, first + second
    if p == 0.5:
        return
    found = of(small_games.two_decisions(wet / 20, first, second)).information(draws=DRAWS)
    rows = found.payoffs[(found.payoffs.affected == "D") & (found.payoffs["of"] == "weather")]
    effects = rows.set_index("kind").difference
    assert effects["delay"] == pytest.approx(-first * (1 - p) / span, abs=2e-3)
    assert effects["hide"] == pytest.approx(-(1 - p), abs=2e-3)


@pytest.mark.parametrize("wet", [0.5, 0.7])
def test_to_delay_past_the_last_decision_is_to_hide(wet):
    """And past an earlier one that is another's: nothing, to D. All exactly, at every draw's own precision."""
    base = of(small_games.two_decisions(wet, 2, 3).replace("precision: 2000", "precision: {low: 1, high: 9}"))
    never, late = "hide weather", "delay weather past evening"
    compared = base.what_if(never, late, "delay weather past morning", "delay weather past bet", draws=DRAWS)
    for question in ("coat", "right"):
        assert compared[late][question].changed == pytest.approx(compared[never][question].changed, abs=1e-9)
        assert compared["delay weather past morning"][question].changed == pytest.approx(
            compared["delay weather past bet"][question].changed, abs=1e-9
        )
    first = "delay weather past morning"
    assert compared[first]["coat"].changed == pytest.approx(compared[never]["coat"].changed, abs=1e-9)
    for actor in ("D", "N"):
        assert payoff(compared, late, actor).changed == pytest.approx(payoff(compared, never, actor).changed, abs=1e-9)
    assert payoff(compared, never, "D").difference < payoff(compared, "delay weather past morning", "D").difference < 0


def test_shown_late_is_worth_what_is_left_to_decide():
    """What D never sees, shown to it past the morning, is worth the evening's share."""
    base = of(small_games.two_decisions(0.6, 2, 3, seen="none"))
    found = base.information(draws=DRAWS)
    effects = found.payoffs[(found.payoffs.affected == "D") & (found.payoffs["of"] == "weather")].set_index("kind")
    assert effects.loc["reveal", "difference"] == pytest.approx(0.4, abs=2e-3)
    assert effects.loc["late", "difference"] == pytest.approx(0.4 * 3 / 5, abs=2e-3)
    assert effects.loc["late", "past"] == "morning"


def test_a_private_fact_may_be_delayed_for_its_holder():
    """A number of chance known from the start, or only past the first decision: the same as of an event."""
    text = small_games.two_decisions(0.7, 2, 3).replace(
        "  - {event: weather, text: The weather, chances: {wet: 0.7, dry: rest}, seen_by: [D]}\n", ""
    )
    text = text.replace("steps:", "private: {weather: {known_to: D, states: {wet: 0.7, dry: rest}}}\nsteps:")
    compared = of(text).what_if("delay weather:D past morning", "delay weather past evening", draws=DRAWS)
    assert payoff(compared, "delay weather:D past morning", "D").difference == pytest.approx(-0.3 * 2 / 5, abs=2e-3)
    assert payoff(compared, "delay weather past evening", "D").difference == pytest.approx(-0.3, abs=2e-3)


def test_a_reveal_may_be_delayed():
    text = small_games.two_decisions(0.7, 2, 3, seen="none").replace(
        "  - {move: morning", "  - {reveal: forecast, of: [weather], to: [D]}\n  - {move: morning"
    )
    found = of(text).information(draws=DRAWS)
    row = found.payoffs[(found.payoffs.affected == "D") & (found.payoffs["of"] == "forecast")].iloc[0]
    assert (row.kind, row.past, row.what_if) == ("delay", "morning", "delay forecast past morning")
    assert row.difference == pytest.approx(-0.3 * 2 / 5, abs=2e-3)


# ------------------------------------------------------------------------------- what is asked


def delays(text: str) -> list[str]:
    return [words for _, kind, *_, words in asked(loads(text)) if kind in ("delay", "late")]


def test_delays_are_asked_only_where_time_can_matter():
    text = small_games.two_decisions(0.7, 2, 3)
    assert delays(text) == ["delay weather past morning"]
    once = text.replace("  - {move: evening, actor: D, options: {coat: , hat: }}\n", "").replace(
        text[text.index(', evening: "') : text.index('"}\n  N:') + 1], ""
    )
    assert delays(once) == [], "D decides once, and to delay is to hide"
    opened = text.replace("{move: evening, ", '{move: evening, when: "weather == wet", ')
    assert delays(opened) == [], "in the evening D would know it all the same"


def test_a_delay_in_words():
    found = of(small_games.two_decisions(0.7, 2, 3)).information(draws=DRAWS)
    (late,) = [each for each in found.disclosures if each.kind == "delay"]
    situation = loads(small_games.two_decisions(0.7, 2, 3))
    assert disclosures.phrase(late, situation) == (
        "Seen by the others only after “What D says in the morning”: “The weather”"
    )
