"""Games of private information or simultaneous moves with published or closed-form answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

EXACT = 3_000.0

# --------------------------------------------------------------------------- Fearon 1995

ULTIMATUM = """
actors: {{A: State A, B: State B}}
quantities: {{win: {p}, cost_A: {cA}}}
private:
  cost_B: {{known_to: [{knows}], low: 0, high: {m}, mass: 1, levels: {levels}}}
steps:
  - {{move: demand, actor: A, scale: {{from: 0, to: 1, count: 101}}}}
  - {{move: answer, actor: B, options: {{accept: , refuse: }}}}
payoffs:
  A: {{share: win - cost_A if answer == refuse else demand}}
  B: {{share: 1 - win - cost_B if answer == refuse else 1 - demand}}
"""


@pytest.mark.parametrize(
    ("p", "cA", "m", "demand", "war"),
    [(0.6, 0.1, 0.5, 0.80, 0.40), (0.5, 0.2, 0.4, 0.60, 0.25), (0.6, 0.1, 0.3, 0.70, 1 / 3)],
)
def test_take_it_or_leave_it_with_a_private_cost(play, p, cA, m, demand, war) -> None:
    """Fearon (1995): cB uniform on [0, m] gives x* = p + (m - cA)/2 and P(war) = (m - cA)/(2m).

    A demand x is refused by every cB below x - p, so A maximises (1 - F) x + F (p - cA), F = (x - p)/m.
    Levels and demands are a hundredth apart, so that F is exact at every demand and x* is one of them.
    """
    assert (p + (m - cA) / 2, (m - cA) / (2 * m)) == pytest.approx((demand, war))
    solved = play(ULTIMATUM.format(p=p, cA=cA, m=m, knows="B", levels=round(100 * m)), EXACT)
    scale = np.arange(101) / 100
    chosen = np.array([solved.choice("demand", f"v{i}") for i in range(101)])
    assert scale[chosen.argmax()] == pytest.approx(demand, abs=1e-12)
    assert chosen @ scale == pytest.approx(demand, abs=1e-3)
    assert solved.chance(answer="refuse") == pytest.approx(war, abs=3e-3)
    best = (1 - war) * demand + war * (p - cA)
    assert solved.payoff("A") == pytest.approx(best, abs=5e-4)


def test_no_war_where_the_cost_is_known(play) -> None:
    """Fearon (1995): with cB known, x* = p + cB and there is no war. The levels of cB: 0.075, 0.225, 0.375."""
    solved = play(ULTIMATUM.format(p=0.6, cA=0.1, m=0.45, knows="A, B", levels=3), EXACT)
    assert solved.chance(answer="refuse") < 1e-3
    for level, cost in (("l1", 0.075), ("l2", 0.225), ("l3", 0.375)):
        chosen = np.array([solved.choice("demand", f"v{i}", cost_B=level) for i in range(101)])
        best = math.floor(100 * (0.6 + cost)) / 100
        assert chosen @ np.arange(101) / 100 == pytest.approx(best, abs=1e-3)


# --------------------------------------------------------------------------- trust

TRUST = """
actors: {{A: The one that asks itself whether to trust, B: The other}}
quantities: {{trustworthy: {belief}, cost_good: {cost_good}, cost_bad: {cost_bad}}}
private:
  kind: {{known_to: [B], states: {{good: trustworthy, bad: rest}}}}
steps:
{first}
  - {{move: mine, actor: A, options: {{cooperate: , cheat: }}, seen_by: none}}
  - {{move: theirs, actor: B, options: {{cooperate: , cheat: }}}}
payoffs:
  A:
    trust: >-
      (4 if mine == cooperate else 3) if theirs == cooperate else (0 if mine == cooperate else 1)
  B:
    # Cooperating is dominant for the good kind, cheating for the bad: what B is decides what it does.
    deed: {sunk}
    trust: >-
      ({good} if mine == cooperate else 0) + (1 if theirs == cooperate else 0) if kind == good
      else ({bad} if mine == cooperate else 0) + (1 if theirs == cheat else 0)
"""
SIGNAL = "  - {move: deed, actor: B, options: {show: , nothing: }}"


GAIN = 3.0
"""What being trusted is worth to the good kind; to the bad kind it may be another number."""


def trust(play, belief: float, lam: float, first: str = "", costs: tuple[float, float] = (0, 0), bad: float = GAIN):
    """Solve; ``costs`` are those of the deed to the good and to the bad kind."""
    sunk = "-(cost_good if kind == good else cost_bad) if deed == show else 0" if first else "0"
    good, (cost_good, cost_bad) = GAIN, costs
    text = TRUST.format(
        belief=belief, cost_good=cost_good, cost_bad=cost_bad, first=first, sunk=sunk, good=good, bad=bad
    )
    return play(text.replace("steps:\n\n", "steps:\n"), lam)


@pytest.mark.parametrize("belief", [0.1, 0.4, 0.5, 0.6, 0.9])
def test_cooperate_if_trust_is_at_least_one_half(play, belief) -> None:
    """Kydd (2005), Trust and Mistrust in International Relations: cooperation 4, cheating 3, defection 1, sucker 0.

    Cooperating pays 4t, cheating 3t + (1 - t): better iff t >= 1/2. The logit choice has the difference 2t - 1.
    """
    lam = 30.0
    found = trust(play, belief, lam).choice("mine", "cooperate")
    assert found == pytest.approx(1 / (1 + math.exp(-lam * (2 * belief - 1))), abs=1e-9)
    assert (found >= 0.5 - 1e-9) == (belief >= 0.5)


def believed(solved, message: str) -> float:
    """A's belief that B is good after a message, by Bayes' rule on what each kind does."""
    return solved.chance(kind="good", deed=message) / solved.chance(deed=message)


@pytest.mark.parametrize("lam", [1.0, 5.0, 30.0])
def test_a_free_word_open_to_both_moves_no_belief(play, lam) -> None:
    """Kydd (2005): on the principal branch cheap talk says nothing, whatever each kind gains."""
    solved = trust(play, 0.4, lam, SIGNAL, bad=2.0)
    assert believed(solved, "show") == pytest.approx(0.4, abs=1e-9)
    assert solved.choice("mine", "cooperate", deed="show") == pytest.approx(
        solved.choice("mine", "cooperate", deed="nothing"), abs=1e-9
    )


def test_a_costly_deed_moves_the_belief(play) -> None:
    """Kydd (2005): a deed that cheats cannot afford separates them; a trust of 0.4 becomes near certainty.

    Being trusted is worth 3 to either kind; giving up the means to cheat costs the good 0.5 and the bad 3.5.
    """
    solved = trust(play, 0.4, 30.0, SIGNAL, costs=(0.5, 3.5))
    assert believed(solved, "show") > 0.99
    assert believed(solved, "nothing") < 0.01
    assert solved.choice("mine", "cooperate", deed="show") > 0.99
    assert solved.choice("mine", "cooperate", deed="nothing") < 0.01
    assert trust(play, 0.4, 30.0).choice("mine", "cooperate") < 0.01  # without the deed there is no trust


def test_a_deed_that_costs_both_the_same_is_only_money_burnt_on_the_principal_branch(play) -> None:
    """Separation is an equilibrium too (gains of 3 and 1, a cost of 2), but has to be sought on another branch."""
    solved = trust(play, 0.4, 30.0, SIGNAL, costs=(2.0, 2.0), bad=1.0)
    assert believed(solved, "show") == pytest.approx(0.4, abs=1e-6)
    assert solved.chance(deed="show") < 0.01


# --------------------------------------------------------------------------- matching pennies

PENNIES = """
actors: {row: Row, column: Column}
steps:
  - {move: up, actor: row, options: {a: , b: }, seen_by: none}
  - {move: left, actor: column, options: {a: , b: }}
payoffs:
  row: {game: 1.1141 if up == a and left == a else 0.2785 if up == b and left == b else 0}
  column: {game: 1.1141 if up == a and left == b or up == b and left == a else 0}
"""


def pennies(play, lams):
    solved = play(PENNIES, lams)
    return np.concatenate([solved.choices("up", "a"), solved.choices("left", "a")])


def test_asymmetric_matching_pennies(play) -> None:
    """Ochs (1995); McKelvey & Palfrey (1995), "Quantal response equilibria for normal form games", GEB 10.

    Simultaneous moves: column does not see what row did.
    """
    expected = [[0.5867840, 0.6175219, 0.6168969], [0.4518070, 0.3719817, 0.3140164]]
    np.testing.assert_allclose(pennies(play, [1.0, 2.0, 3.0]), expected, atol=6e-8)


def test_asymmetric_matching_pennies_fitted_to_the_laboratory(play) -> None:
    """Maximum likelihood for 128 plays with shares 0.527 and 0.366: lambda 1.8456098, log-likelihood -174.764532."""
    h = 0.05
    p = pennies(play, [1.8456098 - h, 1.8456098, 1.8456098 + h])
    np.testing.assert_allclose(p[:, 1], (0.6156513, 0.3832909), atol=6e-8)
    shares = np.array([0.527, 0.366])[:, None]
    left, middle, right = 128 * (shares * np.log(p) + (1 - shares) * np.log(1 - p)).sum(axis=0)
    assert middle == pytest.approx(-174.764532, abs=6e-7)
    assert middle > max(left, right)
    assert h * (left - right) / (2 * (left - 2 * middle + right)) == pytest.approx(0, abs=5e-3)
