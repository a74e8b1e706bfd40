"""The curve of one draw: its linear equations by GMRES and directly, and steps that end on another curve."""

from __future__ import annotations

import numpy as np
import pytest
from random_games import random_game

from detente.gambit.efg import parse_efg
from detente.solve import Numbers, Plan, Status, curve
from detente.solve.attempts import follow_whole
from detente.solve.curve import Curve
from detente.solve.index import astray
from detente.solve.kernels import Tables
from detente.solve.lanes import WIDTH
from detente.solve.sweep_map import SweepMap


def numbers_of(game, precision: float) -> Numbers:
    """Of a game's draws, at a precision per span."""
    lam = precision / np.maximum(np.ptp(game.payoffs, axis=0), 1e-12)
    values = np.ascontiguousarray(game.payoffs.transpose(1, 0, 2).reshape(-1, game.payoffs.shape[-1]))
    return Numbers(values, np.ascontiguousarray(game.chances), np.ascontiguousarray(lam))


def coordination(bonus: float) -> tuple[Plan, Numbers]:
    """Two who want to do the same, and get ``bonus`` more where that is the first option; at a precision of 8 per unit."""
    game = parse_efg(
        'EFG 2 R "Coordination" { "one" "two" }\n\n'
        'p "" 1 1 "" { "a" "b" } 0\n'
        'p "" 2 1 "" { "a" "b" } 0\n'
        f't "" 1 "" {{ {1 + bonus}, {1 + bonus} }}\nt "" 2 "" {{ 0, 0 }}\n'
        'p "" 2 1 "" { "a" "b" } 0\n'
        't "" 3 "" { 0, 0 }\nt "" 4 "" { 1, 1 }\n'
    )
    plan = Plan.plain(game.tree)
    values = np.ascontiguousarray(game.payoffs[..., None].transpose(1, 0, 2).reshape(-1, 1))
    return plan, Numbers(values, np.zeros((0, 1)), np.full((2, 1), 8.0))


@pytest.fixture(params=["direct", "gmres"])
def _way(request, monkeypatch):
    monkeypatch.setattr(curve, "DIRECT", 1000 if request.param == "direct" else 0)


@pytest.mark.usefixtures("_way")
def test_at_a_symmetry_the_branch_goes_straight_on():
    """Two others cross it at a precision of 2 (a pitchfork): the game favours no option, so neither does its principal branch."""
    plan, numbers = coordination(0.0)
    logs, status, _ = follow_whole(plan, numbers, Tables.of(plan), 0.06)
    assert status[0] == Status.SOLVED
    np.testing.assert_allclose(np.exp(logs), 0.5, atol=1e-9)


@pytest.mark.usefixtures("_way")
def test_beside_a_symmetry_it_turns():
    """What is a little better is chosen: by nearly all, at this precision."""
    plan, numbers = coordination(0.003)
    logs, status, _ = follow_whole(plan, numbers, Tables.of(plan), 0.06)
    assert status[0] == Status.SOLVED
    assert not astray(plan, numbers, logs, Tables.of(plan))[0]
    assert np.exp(logs[0, 0]) > 0.99


def test_equations_by_gmres_and_directly(monkeypatch):
    """On the curve and off it, from an inverse that is exact, old and much too old."""
    game = random_game(1, 400, actors=3, draws=1, crossing=True)
    plan, numbers = Plan.plain(game.tree), numbers_of(game, 20.0)
    sweeps = SweepMap(plan, Tables.of(plan))
    uniform = sweeps.take(numbers, np.zeros(WIDTH, np.int64))[:, 0]
    rng = np.random.default_rng(0)
    monkeypatch.setattr(curve, "DIRECT", 1000)
    direct = Curve(sweeps)
    monkeypatch.setattr(curve, "DIRECT", 0)
    gmres = Curve(sweeps)
    signs = set()
    for t in np.linspace(0.0, 1.0, 12):
        point = np.append(uniform + t * rng.normal(size=plan.unknowns), t)
        plane, right = rng.normal(size=(2, plan.unknowns + 1))
        matrix = np.vstack([direct.slope(point), plane])
        for each, allowed in ((direct, 1e-9), (gmres, curve.FORCING[0])):
            z = each.newton(point, plane, right)
            assert np.linalg.norm(matrix @ z - right) <= 1.001 * allowed * np.linalg.norm(right)
        one, other = direct.tangent(point, plane), gmres.tangent(point, plane)
        assert one.sign == other.sign
        assert one.z @ other.z > 0.9999
        signs.add(one.sign)
    assert signs == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("seed", "nodes", "actors", "draw", "precision"),
    [(440267, 109, 2, 2, 60.0), (440025, 255, 3, 2, 60.0), (440128, 566, 4, 2, 200.0), (440282, 664, 2, 3, 20.0)],
)
def test_a_step_that_ended_on_another_curve_is_seen(seed, nodes, actors, draw, precision):
    """Curves that nearly touch here were confused even in the shortest steps; what was come to had the wrong index."""
    game = random_game(seed, nodes, actors, draws=4, crossing=seed % 2 == 1)
    plan, numbers = Plan.plain(game.tree), numbers_of(game, precision).take(np.array([draw]))
    ends = []
    for far in (0.06, 0.012):
        logs, status, _ = follow_whole(plan, numbers, Tables.of(plan), far)
        assert status[0] == Status.SOLVED
        assert not astray(plan, numbers, logs, Tables.of(plan))[0]
        ends.append(np.exp(logs))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-8)


def test_a_branch_that_turns_often_is_followed_to_the_end():
    """234 unknowns at a precision of 200: where it hardly moves in any probability, points were lost beside it."""
    game = random_game(330_113, 1081, actors=4, draws=2, crossing=True)
    plan, numbers = Plan.plain(game.tree), numbers_of(game, 200.0).take(np.array([1]))
    ends = [follow_whole(plan, numbers, Tables.of(plan), far) for far in (0.06, 0.03)]
    assert [int(status[0]) for _, status, _ in ends] == [Status.SOLVED] * 2
    np.testing.assert_allclose(np.exp(ends[0][0]), np.exp(ends[1][0]), atol=1e-8)
