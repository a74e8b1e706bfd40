"""What-ifs against solutions that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import small_games
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import loads, what_if

DRAWS = 16


def payoffs(text: str, change: str) -> dict[str, tuple[float, float]]:
    """Each actor's payoff in the base and under the change, in the file's own units."""
    compared = what_if(loads(text), change, draws=DRAWS)
    span = dict(zip(compared.base.payoffs.actor, compared.base.payoffs.span, strict=True))
    return {p.actor: (p.figure.base * span[p.actor], p.figure.changed * span[p.actor]) for p in compared[0].payoffs}


def test_commitment_is_worth_the_stackelberg_value():
    """Conitzer & Sandholm (2006, fig. 1).

    Up dominates down, the follower's best reply to up is left, so the only equilibrium pays the leader 2. To a leader who is
    known to play down the follower replies right, which pays the leader 3: the Stackelberg value in pure strategies.
    """
    found = payoffs(small_games.LEADER, "commit row=down")
    assert found["A"] == (pytest.approx(2, abs=1e-6), pytest.approx(3, abs=1e-6))
    assert found["B"] == (pytest.approx(1, abs=1e-6), pytest.approx(1, abs=1e-6))


def test_a_commitment_reaches_those_who_cannot_see_the_move():
    compared = what_if(loads(small_games.LEADER), "commit row=down", "commit row=up", draws=DRAWS)
    assert compared["commit row=down"]["right"].changed == pytest.approx(1, abs=1e-6)
    assert compared["commit row=up"]["right"].changed == pytest.approx(0, abs=1e-6)


def test_every_move_may_be_settled():
    """What is left is chance, or nothing at all."""
    compared = what_if(loads(small_games.LEADER), "commit row=down; commit column=left", draws=DRAWS)
    assert compared[0]["down"].changed == 1
    assert compared[0]["right"].changed == 0
    talks = what_if(
        loads(small_games.TALKS), "commit gesture=make; commit answer=stand; commit attack=strike", draws=400
    )
    assert talks[0]["attacks"].changed == pytest.approx(1)
    assert talks[0]["serious"].error > 0


@pytest.mark.parametrize(("outside", "before", "after"), [(0.72, 0.8, 0.6), (0.32, 0.6, 0.6)])
def test_an_outside_option_matters_only_above_the_equilibrium_share(outside, before, after):
    """The outside option principle (Binmore, Shaked & Sutton 1989).

    Turning the offer down is worth 0.52, so without an outside option the lowest tenth that is accepted is 0.6. An outside
    option of 0.72 raises it to 0.8; one of 0.32 is no threat, and to lose it costs nothing.
    """
    found = payoffs(small_games.bargain(outside), "remove answer.leave")
    assert found["B"] == (pytest.approx(before, abs=1e-4), pytest.approx(after, abs=1e-4))
    assert found["A"] == (pytest.approx(1 - before, abs=1e-4), pytest.approx(1 - after, abs=1e-4))


@settings(max_examples=15, deadline=None)
@given(
    worth=st.lists(st.lists(st.integers(0, 20).map(float), min_size=3, max_size=3), min_size=2, max_size=4),
    chance=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
)
def test_information_never_harms_one_who_faces_chance_alone(worth, chance):
    """Blackwell (1953): the value of knowing the state is E max_a u - max_a E u, which is never negative.

    At the finite precision of 2000 per span an option is mistaken for another only where they are all but equal.
    """
    table, p = np.array(worth), np.array(chance) / sum(chance)
    span = np.ptp(table) or 1.0
    if np.ptp(table) == 0:
        return
    text = small_games.choice_under_risk(worth, [*p[:-1].tolist(), 1 - p[:-1].sum()])
    value = (table.max(axis=0) @ p) - (table @ p).max()
    (before, after), *_ = payoffs(text, "reveal state:D").values()
    assert after - before >= -1e-3 * span
    assert after - before == pytest.approx(value, abs=2e-3 * span)


def test_information_may_harm_in_a_game():
    """More information may hurt: Osborne, "An Introduction to Game Theory" (2004), section 9.3.1, with epsilon = 0.2.

    Player 2 does not know which of two equally likely states holds. Let player 1 play top with chance p, and
    k = 0.2 p + (1 - p). Left pays player 2 2k; middle and right pay 3k in one state and nothing in the other, 1.5k on
    average. So left is best whatever p is; to left player 1 replies bottom (2 rather than 1), and both get 2.
    If player 2 knows the state, right (state one) or middle (state two) pays 3k, more than left's 2k, whatever p is.
    Player 1, who would get 0 from bottom, plays top and gets 1, and player 2 gets 3 x 0.2 = 0.6.
    """
    found = payoffs(small_games.MORE_INFORMATION_HURTS, "reveal state:P2")
    assert found["P2"] == (pytest.approx(2, abs=1e-4), pytest.approx(0.6, abs=1e-4))
    assert found["P1"] == (pytest.approx(2, abs=1e-4), pytest.approx(1, abs=1e-4))
