"""Each template reproduces the result of the paper it is named after, at a precision where mistakes are rare."""

from __future__ import annotations

import io
import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from ruamel.yaml import YAML

from detente.situations import path, templates

EXACT = 20_000.0


def template(name: str, **changes: object) -> str:
    """The text of a template; ``quantities__x=1`` puts 1 at ``quantities.x``."""
    yaml = YAML()
    yaml.version = (1, 2)
    file = yaml.load(path(name).read_text(encoding="utf-8"))
    del file["whatifs"]  # they may not fit the changed file
    for place, value in changes.items():
        *parents, last = place.split("__")
        at = file
        for parent in parents:
            at = at[parent]
        at[last] = value
    out = io.StringIO()
    yaml.dump(file, out)
    return out.getvalue()


@pytest.mark.parametrize("name", templates())
def test_every_draw_of_a_template_is_solved(play, name) -> None:
    """``play`` asserts that each draw was solved to tolerance."""
    solved = play(template(name), None, draws=64)
    np.testing.assert_allclose(solved.solution.reach.sum(axis=0), 1, atol=1e-9)


# --------------------------------------------------------------------------- crisis bargaining


def test_crisis_bargaining_trades_risk_for_return(play) -> None:
    """Fearon (1995): A demands p + (m - cA)/2 = 0.8 and is refused by the (m - cA)/(2m) = 40 per cent below it.

    On the template's grid: ten levels, of which the four below 0.8 - 0.6 = 0.2 refuse.
    """
    solved = play(template("crisis-bargaining", quantities__win=0.6, quantities__cost_A=0.1), 3_000.0)
    assert solved.choice("demand", "v16") > 0.99
    assert solved.chance(answer="refuse") == pytest.approx(0.4, abs=0.01)


def test_crisis_bargaining_has_no_war_with_cards_on_the_table(play) -> None:
    text = template(
        "crisis-bargaining", quantities__win=0.6, quantities__cost_A=0.1, private__cost_B__known_to=["A", "B"]
    )
    assert play(text, 3_000.0).chance(answer="refuse") < 0.01


# --------------------------------------------------------------------------- sanctions


@pytest.mark.parametrize("lam", [0.3, 1.0, 3.0])
def test_threats_work_more_often_than_the_sanctions_that_follow(play, lam) -> None:
    """Lacy & Niou (2004), Drezner (2003): those whom sanctions would move have moved at the threat."""
    solved = play(template("sanctions-linkage"), lam)
    threat = solved.chance(threat="sanctions", answer="comply") / solved.chance(threat="sanctions")
    imposed = solved.chance(threat="sanctions", endurance="give_way") / solved.chance(
        threat="sanctions", imposition="impose"
    )
    assert threat > imposed


@pytest.mark.parametrize("lam", [0.3, 1.0, 3.0])
def test_linkage_makes_the_target_give_way_more_often(play, lam) -> None:
    """Lacy & Niou (2004): an issue worth more to the target than to the sender makes compliance cheaper."""
    solved = play(template("sanctions-linkage"), lam)
    linked, alone = (
        solved.chance(threat=threat, answer="comply") / solved.chance(threat=threat)
        for threat in ("linked", "sanctions")
    )
    assert linked > alone


def test_a_target_under_sanctions_weighs_the_policy_against_the_rest_of_the_course(play) -> None:
    """One decision under no uncertainty: giving way saves 0.7 of the course and loses ten points of policy."""
    lam, pain = 0.8, {"exposed": 15.0, "shielded": 4.0}
    solved = play(template("sanctions-linkage", quantities__pain_exposed=15, quantities__pain_shielded=4), lam)
    for state, cost in pain.items():
        found = solved.choices("endurance", "give_way", dependence=state)
        np.testing.assert_allclose(found, 1 / (1 + math.exp(-lam * (0.7 * cost - 10))), atol=1e-9)


# --------------------------------------------------------------------------- deterrence

STATUS_QUO, HARD, SOFT, GIVING_IN = 0.55, 0.4, 0.05, 0.2


def deterrence(play, credibility: float):
    text = template(
        "deterrence", quantities__defender_hard=credibility, quantities__challenger_hard=0.5,
        quantities__status_quo=STATUS_QUO, quantities__conflict_hard=HARD, quantities__conflict_soft=SOFT,
    )  # fmt: skip
    return play(text, 150.0)


def test_credibility_deters(play) -> None:
    """Zagare & Kilgour (1993, 2000): above a threshold of credibility nobody challenges (certain deterrence).

    A soft defender concedes to a challenger known to be hard, so that a hard challenger that demands gets
    1 - q + q conflict_hard, q the defender's credibility: worth it iff q < (1 - 0.55)/(1 - 0.4) = 0.75.
    """
    threshold = (1 - STATUS_QUO) / (1 - HARD)
    assert threshold == pytest.approx(0.75)
    assert deterrence(play, threshold + 0.1).chance(challenge="wait") > 0.99


def test_middling_credibility_separates_the_challengers(play) -> None:
    """Zagare & Kilgour (1993, 2000): between the thresholds of the two kinds only the hard one challenges.

    A soft challenger would back down when defied and needs q < (1 - 0.55)/(1 - 0.2) = 0.5625.
    """
    soft, hard = (1 - STATUS_QUO) / (1 - GIVING_IN), (1 - STATUS_QUO) / (1 - HARD)
    credibility = (soft + hard) / 2
    solved = deterrence(play, credibility)
    assert solved.choice("challenge", "demand", challenger_type="hard") > 0.99
    assert solved.choice("challenge", "demand", challenger_type="soft") < 0.01
    assert solved.choice("reply", "defy", defender_type="hard") > 0.99
    assert solved.choice("reply", "defy", defender_type="soft") < 0.01
    assert solved.chance(follow_up="press") == pytest.approx(0.5 * credibility, abs=0.01)


# --------------------------------------------------------------------------- alternating offers


def split(elsewhere: float, discount: dict[str, float]) -> tuple[float, float]:
    """The supplier's and the buyer's payoff by backward induction on the template's grid, done by hand."""
    grid = [k / 10 for k in range(1, 10)]
    answers = [date(2026, 4, 1), date(2027, 4, 1), date(2028, 4, 1)]
    years = [(day - date(2026, 1, 5)).days / 365.25 for day in answers]
    (s1, s2, s3), (b1, b2, b3) = ([discount[who] ** t for t in years] for who in ("supplier", "buyer"))
    ends = [((1 - x) * s3, x * b3) if x > elsewhere else (0.0, elsewhere * b3) for x in grid]
    later = max(ends)
    ends = [((1 - x) * s2, x * b2) if (1 - x) * s2 > later[0] else later for x in grid]
    later = max(ends, key=lambda end: end[1])
    refusal = max((*later[::-1], "later"), (elsewhere * b1, 0.0, "leave"))
    ends = [((1 - x) * s1, x * b1) if x * b1 > refusal[0] else (refusal[1], refusal[0]) for x in grid]
    return max(ends)


@pytest.mark.parametrize("elsewhere", [0.03, 0.25, 0.37, 0.61])
@pytest.mark.parametrize("discount", [{"supplier": 0.9, "buyer": 0.8}, {"supplier": 0.85, "buyer": 0.98}])
def test_alternating_offers_by_backward_induction(play, elsewhere, discount) -> None:
    """Rubinstein (1982), Binmore, Rubinstein & Wolinsky (1986), on three dated rounds with an outside option."""
    solved = play(template("alternating-offers", quantities__elsewhere=elsewhere, discount=discount), EXACT)
    assert (solved.payoff("supplier"), solved.payoff("buyer")) == pytest.approx(split(elsewhere, discount), abs=1e-6)


def test_a_better_alternative_never_hurts_the_buyer(play) -> None:
    """Binmore, Shaked & Sutton (1989): flat while the option is not credible, rising once it is."""
    payoffs = [
        play(template("alternating-offers", quantities__elsewhere=b), EXACT).payoff("buyer")
        for b in (0.02, 0.06, 0.45, 0.55, 0.65)
    ]
    assert payoffs[0] == pytest.approx(payoffs[1], abs=1e-6)
    assert all(second >= first - 1e-9 for first, second in pairwise(payoffs))
    assert payoffs[4] > payoffs[3] > payoffs[0]


# --------------------------------------------------------------------------- signals


@pytest.mark.parametrize("lam", [0.2, 0.6])
def test_tied_hands_change_what_happens_later_and_sunk_costs_do_not(play, lam) -> None:
    """Fearon (1997): sunk costs leave the choice between war and retreat as it was; audience costs do not."""
    text = template(
        "signalling-resolve", quantities__audience=5, quantities__war_resolved=3, quantities__war_unresolved=-5
    )
    solved = play(text, lam)
    for kind, war in (("resolved", 3.0), ("unresolved", -5.0)):
        found = {p: solved.choices("stand", "fight", posture=p, resolve=kind) for p in ("words", "troops", "promise")}
        np.testing.assert_allclose(found["words"], 1 / (1 + math.exp(-lam * war)), atol=1e-9)
        np.testing.assert_allclose(found["troops"], found["words"], atol=1e-12)
        np.testing.assert_allclose(found["promise"], 1 / (1 + math.exp(-lam * (war + 5))), atol=1e-9)


def test_a_promise_is_believed_more_than_words(play) -> None:
    """Fearon (1994, 1997): those who would break it make it less often."""
    solved = play(template("signalling-resolve"), 0.6)
    belief = {
        p: solved.chance(posture=p, resolve="resolved") / solved.chance(posture=p)
        for p in ("words", "troops", "promise")
    }
    assert belief["promise"] > 0.4 > belief["words"]
