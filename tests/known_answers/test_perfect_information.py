"""Games of perfect information: their logit equilibria have closed forms, their limits published solutions."""

from __future__ import annotations

import math

import numpy as np
import pytest

# --------------------------------------------------------------------------- centipede

CENTIPEDE = """
actors: {one: Player one, two: Player two}
steps:
  - {move: node1, actor: one, options: {take: , pass_: }}
  - {move: node2, actor: two, options: {take: , pass_: }, when: node1 == pass_}
  - {move: node3, actor: one, options: {take: , pass_: }, when: node2 == pass_}
  - {move: node4, actor: two, options: {take: , pass_: }, when: node3 == pass_}
payoffs:
  one:
    dollars: 0.4 if node1 == take else 0.2 if node2 == take else 1.6 if node3 == take else 0.8 if node4 == take else 6.4
  two:
    dollars: 0.1 if node1 == take else 0.8 if node2 == take else 0.4 if node3 == take else 3.2 if node4 == take else 1.6
"""
COUNTS = (20, 100, 104, 43, 14)
"""Where 281 plays of the four-move game ended (McKelvey & Palfrey 1992, table II, all sessions, low stakes)."""


def centipede(play, lams):
    """(4, draws) take probabilities at nodes 1 to 4."""
    solved = play(CENTIPEDE, lams)
    return np.concatenate([solved.choices(f"node{i}", "take") for i in (1, 2, 3, 4)])


@pytest.mark.parametrize(
    ("lam", "takes"),
    [
        (0.5, (0.373594, 0.375573, 0.385073, 0.689974)),
        (1.0, (0.296257, 0.277980, 0.464884, 0.832018)),
        (2.0, (0.236193, 0.376299, 0.761577, 0.960834)),
        (5.0, (0.492704, 0.851436, 0.981847, 0.999665)),
    ],
)
def test_centipede_agent_quantal_response(play, lam, takes) -> None:
    """McKelvey & Palfrey (1998), "Quantal response equilibria for extensive form games", Experimental Economics 1.

    By hand at the last node: take gives 3.2, pass 1.6, so the chance of take is 1 / (1 + exp(-1.6 lam)).
    """
    found = centipede(play, [lam])[:, 0]
    np.testing.assert_allclose(found, takes, atol=6e-7)
    assert found[3] == pytest.approx(1 / (1 + math.exp(-1.6 * lam)), abs=1e-12)


def test_centipede_precision_fitted_to_the_laboratory(play) -> None:
    """Maximum likelihood on the counts: lambda 1.712454, log-likelihood -424.914859 (two programs agree)."""
    lams = [1.712454 + h for h in (-0.02, 0.0, 0.02)]
    takes = centipede(play, lams)
    np.testing.assert_allclose(takes[:, 1], (0.245284, 0.318284, 0.687459, 0.939342), atol=6e-7)
    ended = np.concatenate([takes, np.ones((1, 3))]) * np.cumprod(np.concatenate([np.ones((1, 3)), 1 - takes]), axis=0)
    likelihood = np.array(COUNTS) @ np.log(ended)
    assert likelihood[1] == pytest.approx(-424.914859, abs=1e-6)
    left, middle, right = likelihood
    assert middle > max(left, right)
    top = 0.02 * (left - right) / (2 * (left - 2 * middle + right))  # vertex of the parabola through the three
    assert top == pytest.approx(0, abs=2e-4)


# --------------------------------------------------------------------------- strategic crisis

CRISIS = """
actors: {one: Challenger, two: Defender}
steps:
  - {move: first, actor: one, options: {quo: Status quo, challenge: Challenge}}
  - {move: reply, actor: two, options: {concede: Concede, resist: Resist}, when: first == challenge}
  - {move: last, actor: one, options: {fight: Fight, back_down: Back down}, when: reply == resist}
payoffs:
  one: {outcome: 0 if first == quo else 1 if reply == concede else -0.2 if last == fight else -0.5}
  two: {outcome: 0 if first == quo else -1 if reply == concede else -0.4 if last == fight else 0.5}
"""


@pytest.mark.parametrize(
    ("lam", "challenge", "resist", "fight"),
    [(1.0, 0.508462, 0.727703, 0.574443), (3.0, 0.357011, 0.929592, 0.710950)],
)
def test_strategic_crisis(play, lam, challenge, resist, fight) -> None:
    """Signorino (1999), "Strategic interaction and the statistical analysis of international conflict", APSR 93(2).

    Backwards by hand: fight has chance 1/(1 + exp(-0.3 lam)), and so on up.
    """
    solved = play(CRISIS, lam)
    assert solved.choice("first", "challenge") == pytest.approx(challenge, abs=6e-7)
    assert solved.choice("reply", "resist") == pytest.approx(resist, abs=6e-7)
    assert solved.choice("last", "fight") == pytest.approx(fight, abs=6e-7)
    f = 1 / (1 + math.exp(-0.3 * lam))
    r = 1 / (1 + math.exp(-lam * (-0.4 * f + 0.5 * (1 - f) + 1)))
    c = 1 / (1 + math.exp(-lam * ((1 - r) + r * (-0.2 * f - 0.5 * (1 - f)))))
    assert (solved.choice("first", "challenge"), solved.choice("reply", "resist")) == pytest.approx((c, r), abs=1e-12)


# --------------------------------------------------------------------------- alternating offers

EXACT = 20_000.0
"""A precision at which a difference of a thousandth of the pie decides."""
SWEETENER = 0.0005
"""What a proposer adds to make its opponent more than indifferent."""


def deadline(rounds: int, d: float) -> tuple[str, float]:
    """Finite alternating offers in which the last proposer can take all, and the first proposer's share.

    By backward induction the share of the proposer with t rounds left is x_t = 1 - d x_(t-1), x_1 = 1 (Rubinstein
    1982; Stahl 1972). Offers are what the proposer keeps: greedy, fair (that share, less a sweetener) or generous.
    """
    shares = [1.0]
    for _ in range(rounds - 1):
        shares.append(1 - d * shares[-1])
    steps, one, two = [], "", ""
    for k in range(1, rounds + 1):
        fair = shares[rounds - k] - SWEETENER
        points = {"greedy": min(fair + 0.05, 1), "fair": fair, "generous": max(fair - 0.05, 0)}
        options = ", ".join(f"{name}: {{value: {value!r}}}" for name, value in points.items())
        proposer, answerer = ("one", "two") if k % 2 else ("two", "one")
        when = f", when: answer{k - 1} == reject" if k > 1 else ""
        steps.append(f"  - {{move: offer{k}, actor: {proposer}, options: {{{options}}}{when}}}")
        steps.append(f"  - {{move: answer{k}, actor: {answerer}, options: {{accept: , reject: }}{when}}}")
        keeps, gets = f"d ** {k - 1} * offer{k}", f"d ** {k - 1} * (1 - offer{k})"
        one += f"{keeps if k % 2 else gets} if answer{k} == accept else "
        two += f"{gets if k % 2 else keeps} if answer{k} == accept else "
    text = "\n".join([
        "actors: {one: First proposer, two: Second proposer}", f"quantities: {{d: {d}}}", "steps:", *steps,
        "payoffs:", f"  one: {{share: {one}0}}", f"  two: {{share: {two}0}}",
    ])  # fmt: skip
    return text, shares[-1]


PUBLISHED = (1, 0.1, 0.91, 0.181, 0.8371, 0.24661, 0.778051, 0.299754)
"""First proposer's share by number of rounds, discount 0.9."""


@pytest.mark.parametrize("rounds", range(1, 9))
def test_deadline_bargaining(play, rounds) -> None:
    text, share = deadline(rounds, 0.9)
    assert share == pytest.approx(PUBLISHED[rounds - 1], abs=1e-6)
    solved = play(text, EXACT)
    assert solved.payoff("one") == pytest.approx(PUBLISHED[rounds - 1], abs=2 * SWEETENER)
    assert solved.payoff("two") == pytest.approx(1 - PUBLISHED[rounds - 1], abs=2 * SWEETENER)
    assert solved.chance(offer1="fair", answer1="accept") > 0.98


STATIONARY = """
actors: {{one: First proposer, two: Second proposer}}
quantities: {{d1: {d1}, d2: {d2}, outside: {outside}, afterwards: {afterwards}}}
steps:
  - {{move: offer1, actor: one, scale: {{from: 0, to: 1, count: 201}}}}
  - {{move: answer1, actor: two, options: {{accept: , reject: , quit: }}}}
  - {{move: offer2, actor: two, scale: {{from: 0, to: 1, count: 201}}, when: answer1 == reject}}
  - {{move: answer2, actor: one, options: {{accept: , reject: }}, when: answer1 == reject}}
payoffs:
  # An offer is what its proposer keeps. After two rejections the game begins again: one keeps `afterwards`.
  one:
    share: >-
      offer1 if answer1 == accept else 0 if answer1 == quit
      else d1 * (1 - offer2) if answer2 == accept else d1 ** 2 * afterwards
  two:
    share: >-
      1 - offer1 if answer1 == accept else outside if answer1 == quit
      else d2 * offer2 if answer2 == accept else d2 ** 2 * (1 - afterwards)
"""
STEP = 0.005
"""Spacing of the offers."""


def stationary(play, d1: float, d2: float, afterwards: float, outside: float = 0.0, lam: float = EXACT):
    return play(STATIONARY.format(d1=d1, d2=d2, afterwards=afterwards, outside=outside), lam)


@pytest.mark.parametrize(("d1", "d2", "share"), [(0.9, 0.9, 0.526316), (0.9, 0.8, 0.714286), (0.95, 0.5, 0.952381)])
def test_rubinstein_share_is_what_repeats_itself(play, d1, d2, share) -> None:
    """Rubinstein (1982): x = (1 - d2) / (1 - d1 d2) alone, expected after two rejections, comes out first.

    Two rounds map a later share v to 1 - d2 (1 - d1 v): a contraction by d1 d2, so anything else moves towards x.
    """
    assert share == pytest.approx((1 - d2) / (1 - d1 * d2), abs=1e-6)
    for h in (0.0, -0.2):
        found = stationary(play, d1, d2, share + h).payoff("one")
        assert found == pytest.approx(share + d1 * d2 * h, abs=2.5 * STEP)


@pytest.mark.parametrize(("outside", "responder"), [(0.3, 0.473684), (0.5, 0.5), (0.6, 0.6)])
def test_outside_option_principle(play, outside, responder) -> None:
    """Binmore, Shaked & Sutton (1989): the responder gets max(d/(1 + d), b), not half of what b leaves."""
    d = 0.9
    assert responder == pytest.approx(max(d / (1 + d), outside), abs=1e-6)
    found = stationary(play, d, d, 1 - responder, outside)
    assert found.payoff("two") == pytest.approx(responder, abs=2.5 * STEP)
    assert found.chance(answer1="quit") < 0.01


def test_a_poor_outside_option_does_nothing_exactly_but_something_to_fallible_actors(play) -> None:
    without, with_ = (stationary(play, 0.9, 0.9, 0.526316, b).payoff("two") for b in (0.0, 0.3))
    assert with_ == pytest.approx(without, abs=1e-6)
    without, with_ = (stationary(play, 0.9, 0.9, 0.526316, b, lam=10.0).payoff("two") for b in (0.0, 0.3))
    assert with_ > without + 0.005


# --------------------------------------------------------------------------- shifting power

SHIFT = """
actors: {{A: The rising state, B: The declining state}}
quantities: {{p1: 0.3, p2: {p2}, d: 0.9, cost_A: 0.1, cost_B: 0.1}}
steps:
  - {{move: demand1, actor: A, scale: {{from: 0, to: 1, count: 51}}}}
  - {{move: answer1, actor: B, options: {{accept: , fight: }}}}
  - {{move: demand2, actor: A, scale: {{from: 0.005, to: 0.995, count: 100}}, when: answer1 == accept}}
  - {{move: answer2, actor: B, options: {{accept: , fight: }}, when: answer1 == accept}}
payoffs:
  # Per period: today's division counts 1 - d, all later ones d. War decides for good and costs in every period.
  A:
    share: >-
      p1 - cost_A if answer1 == fight else (1 - d) * demand1 + d * (p2 - cost_A if answer2 == fight else demand2)
  B:
    share: >-
      1 - p1 - cost_B if answer1 == fight
      else (1 - d) * (1 - demand1) + d * (1 - p2 - cost_B if answer2 == fight else 1 - demand2)
"""


@pytest.mark.parametrize(("p2", "war"), [(0.25, False), (0.33, False), (0.37, True), (0.6, True)])
def test_shifting_power_without_commitment(play, p2, war) -> None:
    """Fearon (1995), Powell (2006): preventive war iff d p2 - p1 > cB (1 - d); here the threshold is p2 = 0.3444.

    A cannot bind itself not to demand p2 + cB later, which leaves B 1 - p2 - cB from then on; today A can offer
    at most everything, worth 1 - d. War gives B 1 - p1 - cB at once.
    """
    assert (0.9 * p2 - 0.3 > 0.1 * (1 - 0.9)) is war
    solved = play(SHIFT.format(p2=p2), EXACT)
    assert solved.chance(answer1="fight") == pytest.approx(float(war), abs=0.02)
    later = np.array([solved.choices("demand2", f"v{i}").mean() for i in range(100)])
    assert later[[0.005 + 0.01 * i > p2 for i in range(100)]].sum() > 0.98
