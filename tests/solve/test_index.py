"""Which draws' eigenvalues are worked out at all, beside the eigenvalues; and which draws have numbers that are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from random_games import random_game

from detente.solve import Effort, Numbers, Plan, Status, solve, solve_block
from detente.solve.block import _finite
from detente.solve.curve import Curve
from detente.solve.index import BASIS, _hessenberg, _odd, _reaches_one, astray
from detente.solve.kernels import Tables
from detente.solve.lanes import WIDTH
from detente.solve.search import search
from detente.solve.sweep_map import SweepMap


def test_no_matrix_with_a_real_eigenvalue_of_one_or_more_is_left_out():
    """Nor is one kept for what overshoots, with eigenvalues far below or off the line."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, [[0.2], [1.0], [3.0]] * 100, (300, 8))
    vectors = rng.normal(size=(300, 8, 8))
    matrices = vectors @ (values[:, :, None] * np.linalg.inv(vectors))
    reaches = (values >= 1.0).any(axis=1)
    assert reaches.sum() > 50
    assert _reaches_one(matrices)[reaches].all()
    turning = np.zeros((1, 4, 4))
    turning[0, :2, :2], turning[0, 2, 2] = [[0.0, -1.5], [1.5, 0.0]], -3.0
    assert np.abs(np.linalg.eigvals(turning)).max() > 1
    assert not _reaches_one(turning).any()
    assert not _reaches_one(np.zeros((1, 4, 4))).any()


def test_large_numbers_are_numbers_and_infinities_that_cancel_are_none():
    values = np.array([[1.0, 1e308, np.inf, np.nan], [1.0, 1e308, -np.inf, 0.0]])
    assert _finite(Numbers(values, np.zeros((0, 4)), np.ones((1, 4)))).tolist() == [True, True, False, False]


def numbers_of(game, times=1) -> Numbers:
    """Of a game of one draw, the same so many times, at a precision of 60 per span."""
    values = game.payoffs.transpose(1, 0, 2).reshape(-1, 1)
    lam = 60.0 / np.ptp(game.payoffs, axis=0)
    return Numbers(*(np.ascontiguousarray(np.repeat(each, times, axis=1)) for each in (values, game.chances, lam)))


def eigenvalues_above_one(plan: Plan, numbers: Numbers, logs: np.ndarray) -> int:
    """Of the sweep at log probabilities (n,), from the whole Jacobian."""
    sweeps = SweepMap(plan, Tables.of(plan))
    sweeps.take(numbers, np.zeros(WIDTH, np.int64))
    values = np.linalg.eigvals(np.eye(plan.unknowns) - Curve(sweeps).slope(np.append(logs, 1.0))[:, :-1])
    return int(np.count_nonzero((np.abs(values.imag) < 1e-9) & (values.real > 1.0)))


def test_the_right_answer_with_two_eigenvalues_above_one_is_not_refused():
    """Of which ten vectors show one."""
    game = random_game(330_067, 1079, actors=3, draws=2, crossing=True)
    game = replace(game, payoffs=game.payoffs[..., 1:], chances=game.chances[:, 1:])
    plan, numbers = Plan.plain(game.tree), numbers_of(game)
    found = solve_block(plan, numbers, Effort.AFRESH)
    logs = np.log(found.choice[plan.arrays.unknown_action].T)
    assert eigenvalues_above_one(plan, numbers, logs[0]) == 2
    assert _odd(_hessenberg(plan, numbers, logs, Tables.of(plan), BASIS))[0]
    assert not astray(plan, numbers, logs, Tables.of(plan))[0]
    assert found.status[0] == Status.SOLVED


def test_of_all_equilibria_those_with_an_odd_number_are_astray():
    game = random_game(5007, 190, actors=3, draws=1, crossing=True)
    plan, numbers = Plan.plain(game.tree), numbers_of(game)
    one = game.payoffs, game.chances, numbers.lam
    choice = search(game.tree, *one, solve(game.tree, *one), starts=30, seed=1).choice[0]
    logs = np.log(np.maximum(choice[:, plan.arrays.unknown_action], 1e-300))
    assert plan.unknowns > BASIS
    odd = np.array([eigenvalues_above_one(plan, numbers, each) % 2 == 1 for each in logs])
    assert odd.sum() == 1
    assert not odd[0], "the principal one, which comes first"
    np.testing.assert_array_equal(astray(plan, numbers_of(game, len(logs)), logs, Tables.of(plan)), odd)


def test_without_unknowns_or_draws_there_is_nothing_to_look_at():
    game = random_game(3, 30, actors=1, draws=1)
    plan = Plan.plain(game.tree)
    assert plan.unknowns == 0
    assert astray(plan, numbers_of(game), np.zeros((1, 0)), Tables.of(plan)).tolist() == [False]
    game = random_game(5007, 190, actors=3, draws=1, crossing=True)
    plan = Plan.plain(game.tree)
    none = numbers_of(game).take(np.zeros(0, np.int64))
    assert astray(plan, none, np.zeros((0, plan.unknowns)), Tables.of(plan)).shape == (0,)
