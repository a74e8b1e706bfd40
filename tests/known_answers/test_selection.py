"""Which equilibrium the principal branch leads to, in games with several or with a single mixed one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from literature import MCKELVEY_MCLENNAN, SELTENS_HORSE, STRIPPED_DOWN_POKER
from scipy.special import expit
from trees import SmallGame, bimatrix

from detente.solve import Status


def solved(part, lams):
    """A game, its choices by set and option (D), and the solution."""
    game = SmallGame(part)
    solution = game.solve(lams)
    assert (solution.status == Status.SOLVED).all(), [Status(int(s)).message for s in solution.status]
    return game, game.choices(solution), solution


# --------------------------------------------------------------------------- stripped-down poker


def test_stripped_down_poker_tends_to_its_only_equilibrium() -> None:
    """Reiley, Urbancic & Walker (2008), "Stripped-down poker", Journal of Economic Education 39(4): 323-341.

    The high card always bets. The caller is indifferent if a bet is a bluff one time in four: low bets 1/3. Low is
    indifferent between -1 and a bet worth 1 - 3c, called with chance c: c = 2/3. Value 1/2 (2c + 1 - c) + 1/2 (-1) = 1/3.
    """
    lams = np.array([10.0, 50.0, 200.0, 500.0])
    _, choices, solution = solved(STRIPPED_DOWN_POKER, lams)
    found = np.array([choices["high"]["bet"], choices["low"]["bet"], choices["answer"]["call"], solution.value[0]])
    expected = np.array([1, 1 / 3, 2 / 3, 1 / 3])[:, None]
    error = np.abs(found - expected)
    assert (error < 1 / lams).all()  # a mixture over two options is off by log odds / lambda
    assert (error[:, -1] < 1e-3).all()
    np.testing.assert_allclose(solution.value.sum(axis=0), 0, atol=1e-12)


# --------------------------------------------------------------------------- Selten's horse


def test_selten_s_horse_leads_to_the_perfect_equilibrium() -> None:
    """Selten (1975), IJGT 4: (down, across, left), with (3, 3, 2), rests on a threat of the second that it would not carry out.

    The limit is a sequential equilibrium (McKelvey & Palfrey 1998): nobody goes down, payoffs (1, 1, 1).
    """
    lams = np.array([5.0, 10.0, 30.0, 100.0, 500.0])
    _, choices, solution = solved(SELTENS_HORSE, lams)
    np.testing.assert_allclose(solution.value[:, -1], 1, atol=1e-9)
    assert (np.diff(np.abs(solution.value - 1).max(axis=0)) <= 1e-12).all()
    assert choices["one"]["across"][-1] > 0.99
    assert choices["two"]["across"][-1] > 0.99
    assert choices["three"]["right"][-1] > 3 / 4  # else the second would go down


# --------------------------------------------------------------------------- nine equilibria

CROSSING = 0.597


def straight(lam):
    """Player 3's first option on the branch straight through the crossing; see the test."""
    return expit(0.5 * lam)


def slope(lam: float) -> float:
    """Product of the slopes of the first two players' logit answers to each other at (1/2, 1/2); the branch is crossed at 1."""
    p3 = straight(lam)
    return (lam / 4) ** 2 * (18 * p3 - 6 * (1 - p3)) * (16 * p3 - 8 * (1 - p3))


def test_the_branch_of_the_nine_equilibria_by_hand() -> None:
    """McKelvey & McLennan (1997), "The maximal number of regular totally mixed Nash equilibria", JET 72(2): 411-425.

    If player 2 plays 1/2, both options of player 1 are worth the same, and the other way round; player 3 then
    gets 3.5 and 3. So (1/2, 1/2, 1 / (1 + exp(-lam/2))) is an equilibrium at every precision, and the curve from the centre.
    """
    lams = [0.1, 0.3, 0.5, 0.59]
    _, choices, _ = solved(MCKELVEY_MCLENNAN, lams)
    for player in ("player 1", "player 2"):
        np.testing.assert_allclose(choices[player]["1"], 0.5, atol=1e-9)
    np.testing.assert_allclose(choices["player 3"]["1"], straight(np.array(lams)), atol=1e-9)


def test_the_branch_of_the_nine_equilibria_is_crossed_at_the_published_precision() -> None:
    """Where the first two players' answers to each other turn from damping to amplifying: lambda 0.597."""
    assert slope(CROSSING - 5e-4) < 1 < slope(CROSSING + 5e-4)


def test_beyond_the_crossing_there_is_still_an_equilibrium_of_the_same_game() -> None:
    """The curve goes straight on; which way a program leaves a crossing is convention, that it stays an equilibrium is not."""
    lams = np.array([0.7, 1.0, 2.0])
    _, choices, solution = solved(MCKELVEY_MCLENNAN, lams)
    p, q, r = (choices[f"player {i}"]["1"] for i in (1, 2, 3))
    answers = (
        9 * r * (2 * q - 1) + 3 * (1 - r) * (1 - 2 * q),
        8 * r * (2 * p - 1) + 4 * (1 - r) * (1 - 2 * p),
        12 * p * q + 2 * (1 - p) * (1 - q) - 6 * (p * (1 - q) + (1 - p) * q),
    )
    np.testing.assert_allclose([p, q, r], [expit(lams * gain) for gain in answers], atol=1e-9)
    assert solution.residual.max() <= 1e-9
    np.testing.assert_allclose([p, q, r], [[0.5] * 3, [0.5] * 3, straight(lams)], atol=1e-9)


def test_nine_equilibria_agree_with_gambit_before_the_crossing() -> None:
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra `test`)")
    game, choices, _ = solved(MCKELVEY_MCLENNAN, [0.55])
    read = gambit.read_efg(io.StringIO(game.as_efg(np.full(3, 0.55))))
    profile = gambit.qre.logit_solve_lambda(read, lam=1.0)[0].profile
    for player in read.players:
        (history,) = read.get_infosets(player)
        at = gambit.H.path(*history.actions)
        held = int(read.get_actions(at)[0].split(".")[0])
        theirs = [float(profile[at][f"{held}.{k}"]) for k in (0, 1)]
        np.testing.assert_allclose([p[0] for p in list(choices.values())[held].values()], theirs, atol=1e-6)


# --------------------------------------------------------------------------- stag hunt


def test_stag_hunt_falls_away_from_the_payoff_dominant_equilibrium() -> None:
    """Payoffs 4, 3 / 0, 3: from the centre hare is better (3 against 2), and the branch goes to the risk-dominant equilibrium.

    p = 1 / (1 + exp(-lam (4p - 3))) on the way: lambda 0.5 gives 0.281511, lambda 1 0.059387, tending to 0. At lambda
    8 there are three solutions, and the branch is at the lowest.
    """
    lams = np.array([0.5, 1.0, 8.0])
    _, choices, _ = solved(bimatrix("4 0; 3 3"), lams)
    stag = choices["player 1"]["1"]
    np.testing.assert_allclose(stag[:2], (0.281511, 0.059387), atol=6e-7)
    np.testing.assert_allclose(choices["player 2"]["1"], stag, atol=1e-9)
    np.testing.assert_allclose(stag, expit(lams * (4 * stag - 3)), atol=1e-9)
    grid = np.linspace(0, 1, 2001)
    gap = expit(8 * (4 * grid - 3)) - grid
    assert np.count_nonzero(np.diff(np.sign(gap))) == 3
    assert stag[2] < 1e-9
