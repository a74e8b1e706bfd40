"""Leverage against solutions that are worked out by hand, and what is said of it."""

from __future__ import annotations

import pytest
import small_games

from detente import forecast, loads
from detente.explain.comparison import Consequences, PayoffChange
from detente.explain.differences import Difference
from detente.explain.leverage import asked
from detente.report import effects, levers

DRAWS = 16


def levers_of(text: str, draws: int = DRAWS):
    return forecast(loads(text), draws=draws).leverage(draws=draws)


def effect(found, actor: str, step: str, option: str, kind: str, affected: str):
    rows = found.payoffs.set_index(["actor", "step", "option", "kind", "affected"])
    return rows.loc[(actor, step, option, kind, affected)]


# ------------------------------------------------------------------------------- closed forms


def test_commitment_is_worth_the_stackelberg_value():
    """Conitzer & Sandholm (2006, fig. 1): the leader has 2 in equilibrium and 3 if bound to play down; its span is 3."""
    found = levers_of(small_games.LEADER)
    assert effect(found, "A", "row", "down", "commit", "A").difference == pytest.approx(1 / 3, abs=1e-6)
    assert effect(found, "A", "row", "up", "commit", "A").difference == pytest.approx(0, abs=1e-6)
    assert effect(found, "A", "row", "down", "commit", "B").difference == pytest.approx(0, abs=1e-6)
    best = found.matrix.set_index(["actor", "affected"]).loc[("A", "A")]
    assert best.effect == pytest.approx(1 / 3, abs=1e-6)
    assert (best.step, best.option, best.what_if) == ("row", "down", "commit row=down")


def test_to_be_seen_is_worth_the_same_to_the_leader():
    """Seen to play down the leader has the follower's reply to it; von Stackelberg's leader is one who moves first."""
    found = levers_of(small_games.LEADER)
    seen = effect(found, "A", "row", "", "known", "A")
    assert seen.what_if == "reveal row"
    assert seen.difference == pytest.approx(1 / 3, abs=1e-6)


def test_where_the_lead_is_the_equilibrium_a_commitment_to_the_other_option_costs():
    """Bound to reply left, the follower has the 1 that it has in equilibrium; bound to right, up pays the leader 4 and the follower 0."""
    found = levers_of(small_games.LEADER)
    right = {who: effect(found, "B", "column", "right", "commit", who).difference for who in "AB"}
    assert right == {"A": pytest.approx(2 / 3, abs=1e-6), "B": pytest.approx(-1, abs=1e-6)}


@pytest.mark.parametrize(("outside", "worth"), [(0.72, 0.2), (0.32, 0.0)])
def test_an_outside_option_below_the_equilibrium_share_is_worth_nothing(outside, worth):
    """The outside option principle (Binmore, Shaked & Sutton 1989); the game is that of test_closed_forms."""
    found = levers_of(small_games.bargain(outside))
    lost = effect(found, "B", "answer", "leave", "lose", "B")
    assert lost.difference == pytest.approx(-worth, abs=1e-4)
    assert effect(found, "B", "answer", "leave", "lose", "A").difference == pytest.approx(worth, abs=1e-4)
    assert bool(lost.clear) == bool(worth)


# ------------------------------------------------------------------------------- what is asked, and how


def test_only_what_is_still_open_is_asked():
    found = asked(loads(small_games.TALKS))
    assert {step.name for step, *_ in found} == {"answer", "attack"}, "the gesture is on the record"


def test_a_move_that_is_over_is_not_open_though_nobody_recorded_it():
    text = small_games.gift(1, 2).replace("2024-02-01", "2023-12-01")
    assert asked(loads(text)) == []
    undated = small_games.spence().replace(", on: 2024-01-10}\n  - {move: study", "}\n  - {move: study")
    undated = undated.replace("  - {step: claim, value: able, on: 2024-01-10}\n", "")
    assert {step.name for step, *_ in asked(loads(undated))} == {"hire"}


def test_what_cannot_be_is_left_out_with_the_reason():
    text = small_games.gift(1, 2).replace("keep: A keeps", "keep: {text: A keeps, when: worth_it}")
    text = text.replace("steps:\n", "steps:\n  - {event: luck, chances: {good: 0.5, bad: rest}}\n")
    text = text.replace("payoffs:", "define: {worth_it: {value: luck == good}}\npayoffs:")
    text = text.replace("on: 2024-02-01}", "on: 2024-02-01}\n  - {move: thanks, actor: B, options: {say: B thanks}}")
    found = levers_of(text)
    reasons = {each.name: each.reason for each in found.skipped}
    assert set(reasons) == {"remove gift.give", "commit thanks=say"}
    assert "no option is possible" in reasons["remove gift.give"]
    assert reasons["commit thanks=say"] == "it is the only option"
    assert "commit gift=keep" in set(found.payoffs.what_if), "where it is open"


def test_the_same_game_is_solved_once():
    found = levers_of(small_games.gift(1, 2))
    assert len(found.levers) == 4
    assert found.solved == 2
    lost, bound = (effect(found, "A", "gift", *kind, "B") for kind in (("keep", "lose"), ("give", "commit")))
    assert lost.difference == bound.difference > 0


def test_a_lever_is_the_what_if_of_its_words():
    """On all draws of the forecast to the solver's accuracy; on fewer, on the first that count."""
    base = forecast(loads(small_games.TALKS), draws=100, seed=5)
    whole, part = base.leverage(draws=base.certificate.draws), base.leverage(draws=30, threads=1)
    for lever in whole.levers:
        (alone,) = base.what_if(lever.words, draws=base.certificate.draws)
        for mine, theirs in zip(lever.consequences.payoffs, alone.payoffs, strict=True):
            assert mine.figure.difference == pytest.approx(theirs.figure.difference, abs=1e-9)
            assert mine.figure.error == pytest.approx(theirs.figure.error, abs=1e-9)
        for mine, theirs in zip(lever.consequences.answers, alone.answers, strict=True):
            assert mine.figure.difference == pytest.approx(theirs.figure.difference, abs=1e-9, nan_ok=True)
    assert {(lever.consequences.draws, lever.consequences.solved) for lever in part.levers} == {(30, 30)}
    again = base.leverage(draws=30, threads=2)
    assert again.payoffs.equals(part.payoffs)


def test_a_forecast_read_back_and_too_few_draws_are_refused(tmp_path):
    base = forecast(loads(small_games.gift(1, 2)), draws=DRAWS)
    with pytest.raises(ValueError, match="16 or more"):
        base.leverage(draws=3)
    with pytest.raises(ValueError, match="forecast its situation anew"):
        type(base).load(base.save(tmp_path / "it.nc")).leverage()


# ------------------------------------------------------------------------------- in words


def test_what_is_not_clear_is_not_spoken_of():
    """What the gift is worth may be of either sign: its mean effect is no finding."""
    either = levers_of(small_games.gift(-1, 1.2), draws=200)
    assert effect(either, "A", "gift", "give", "commit", "B").difference != 0
    assert either.ranked == ()
    assert either.in_words() == [levers.NOTHING]
    assert (either.matrix.effect == 0).all()


def test_what_is_clear_is_said_with_its_figures():
    """Half of all gifts are made anyway: a commitment is worth half of the 1 to 2 that a gift is worth, of a span of 1.5."""
    found = levers_of(small_games.gift(1, 2), draws=200)
    figure = effect(found, "A", "gift", "give", "commit", "B")
    assert figure.difference == pytest.approx(0.5, abs=0.03)
    assert (figure.low, figure.high) == (pytest.approx(0.55 / 1.5, abs=0.03), pytest.approx(0.95 / 1.5, abs=0.03))
    (sentence,) = found.in_words()
    share, low, high = (f"{100 * x:.0f}" for x in (figure.difference, figure.low, figure.high))
    assert sentence == (
        "Of all that Giver could do, this changes most for another: “A gives”, certain and known to all; "
        f"it gains Receiver {share}\u00a0% (+{low} to +{high}) of all that is at stake for it."
    ), "and no answer, for the only question is about the gift itself"
    assert sentence in repr(found)


def figure(difference: float, low: float, high: float) -> Difference:
    return Difference(0.5, 0.5 + difference, difference, low, high, 0.001)


def test_gains_and_costs_name_nobody_whose_difference_is_not_clear():
    pays = (
        PayoffChange("a", "Alpha", figure(0.1, 0.05, 0.2)),
        PayoffChange("b", "Beta", figure(-0.3, -0.4, -0.2)),
        PayoffChange("c", "Gamma", figure(0.4, -0.1, 0.9)),
        PayoffChange("d", "Delta", figure(0.2, 0.1, 0.3)),
    )
    found = Consequences("x", "x", (), pays, 100, 0, 100, False, False, 0.0)
    assert effects.paid(found) == ["Beta −30 (−40 to −20)", "Delta +20 (+10 to +30)", "Alpha +10 (+5 to +20)"]
    assert effects.gains_and_costs(found) == (
        "costs Beta 30\u00a0% (−40 to −20) and gains Delta 20\u00a0% (+10 to +30) and Alpha 10\u00a0% (+5 to +20) "
        "of all that is at stake for each"
    )
    unclear = Consequences("x", "x", (), pays[2:3], 100, 0, 100, False, False, 0.0)
    assert (effects.paid(unclear), effects.gains_and_costs(unclear)) == ([], "")


def test_what_would_be_printed_as_nought_is_not_told():
    tiny, small = (PayoffChange(who, who, figure(size, size, size)) for who, size in (("a", 0.0004), ("b", 0.006)))
    found = Consequences("x", "x", (), (tiny, small), 100, 0, 100, False, False, 0.0)
    assert tiny.figure.difference != 0 == found.clear_effect("a")
    assert effects.paid(found) == ["b +0.6 (+0.6)"]


def test_what_moves_nobody_else_is_said_to_be_the_holder_s_own():
    found = levers_of("""
title: Alone
as_of: 2026-01-01
horizon: 2026-12-31
actors: {A: The actor}
steps: [{move: act, actor: A, options: {well: , badly: }, on: 2026-02-01}]
payoffs: {A: {all: "1 if act == well else 0"}}
""")
    assert found.ranked
    assert found.in_words() == [levers.OWN]


def test_tables_have_their_columns_where_nothing_is_open():
    base = forecast(
        loads("""
title: Over
as_of: 2026-03-01
horizon: 2026-12-31
actors: {A: The actor}
steps: [{move: act, actor: A, options: {well: , badly: }, on: 2026-02-01}]
payoffs: {A: {all: "1 if act == well else 0"}}
observed: [{step: act, value: well, on: 2026-02-01}]
"""),
        draws=DRAWS,
    )
    found, told = base.leverage(draws=DRAWS), base.information(draws=DRAWS)
    assert found.in_words() == [levers.NOTHING]
    assert list(found.payoffs.columns[:6]) == ["actor", "step", "option", "kind", "what_if", "affected"]
    assert list(told.answers.columns[:6]) == ["of", "kind", "past", "holders", "what_if", "question"]
    for table in (found.payoffs, found.answers, told.payoffs, told.answers, told.record):
        assert len(table) == 0
        assert {"difference", "low", "high", "error", "clear"} < set(table.columns)
