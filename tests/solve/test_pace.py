"""The leap from the first fraction to a near target: when it is taken, given up, and what it comes to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from random_games import random_game

from detente.solve import Effort, Numbers, Plan, Status, branch, solve_block
from detente.solve.compiled import jit
from detente.solve.pace import (
    AIM,
    FAR,
    FAR_IN_LEAP,
    FIRST_STEP,
    LEAP,
    PATIENCE_IN_LEAP,
    SURELY,
    UNDER_WAY,
    Pace,
    _go_back,
    _longer,
    _missed,
    _step_on,
)


@jit
def step_on(pace, here, part):
    return _step_on(pace.lane[0], here, part)


@jit
def go_back(pace, here, part):
    return _go_back(pace.lane[0], here, part)


@jit
def longer(far, drift):
    return _longer(far, drift)


@jit
def missed(pace):
    return bool(_missed(pace.lane[0]))


def first_point(here, **known):
    """A lane that has just settled at its first fraction."""
    pace = Pace.idle(single=True)
    one = pace.lane[0]
    one["state"], one["inner"], one["step"], one["closing"] = UNDER_WAY, 2, here, SURELY / 2
    for name, value in known.items():
        one[name] = value
    return pace


def test_a_near_target_is_gone_to_at_once_and_a_leap_back_goes_on_as_without_it():
    pace = first_point(1.1 / LEAP)
    assert step_on(pace, 1.1 / LEAP, 0.5) == 1.0
    assert pace.lane["leapt"][0]
    assert go_back(pace, 1.0, 0.0) == pytest.approx(1.1 / LEAP * (1.0 + FIRST_STEP))
    assert not pace.lane["leapt"][0]
    assert pace.lane["refused"][0] == 0.0
    assert step_on(pace, 1.1 / LEAP * 1.5, 0.1) < 1.0  # only once
    far = first_point(1.0, leapt=True, done=0.4, step=0.3)
    assert go_back(far, 1.0, 0.25) == pytest.approx(0.55)  # it landed so far off
    near = first_point(1.0, leapt=True, done=0.4, step=0.3)
    assert go_back(near, 1.0, 0.9) == pytest.approx(0.7)


def test_the_step_after_the_first_is_the_same_however_far_that_went_and_others_are_not():
    for part in (0.1, 2.0):
        assert step_on(first_point(0.1), 0.1, part) == pytest.approx(0.1 * (1.0 + FIRST_STEP))
        assert step_on(first_point(0.1, done=0.05), 0.1, part) == pytest.approx(0.1 * (1.0 + part))
    assert longer(FAR, FAR) == pytest.approx(AIM)
    assert longer(FAR, FAR / 2 ** (8 / 3)) == pytest.approx(2.0 * AIM)


@pytest.mark.parametrize(
    ("here", "known"),
    [(0.9 / LEAP, {}), (1.1 / LEAP, {"closing": 1.1 * SURELY}), (1.1 / LEAP, {"closing": math.inf}), (1.1 / LEAP, {"care": True}), (1.1 / LEAP, {"done": 0.1})],
)  # fmt: skip
def test_no_leap_to_a_far_target_nor_where_sweeps_do_not_close_in_nor_with_care(here, known):
    pace = first_point(here, **known)
    assert step_on(pace, here, 0.5) < 1.0
    assert not pace.lane["leapt"][0]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, False),
        ({"drift": 0.9 * FAR_IN_LEAP}, False),
        ({"drift": 1.1 * FAR_IN_LEAP}, True),
        ({"drift": 1.1 * FAR, "closing": 1.1 * SURELY}, True),
        ({"drift": 1.1 * FAR, "closing": math.inf, "inner": 1}, False),  # not known yet
        ({"drift": 0.9 * FAR, "closing": 1.1 * SURELY}, False),  # as any step
        ({"drift": 1.1 * FAR, "inner": PATIENCE_IN_LEAP + 1}, True),
    ],
)
def test_a_leap_has_missed(known, expected):
    assert missed(first_point(1.0, leapt=True, **known)) == expected


def test_leaps_save_sweeps_and_come_to_the_same():
    """A quarter of the draws take four sweeps in all; and the branch is the one of short steps."""
    few = np.zeros(0, np.int64)
    for seed in range(4):
        game = random_game(seed + 200, 120, actors=2 + seed % 2, draws=16)
        span = np.maximum(np.ptp(game.payoffs, axis=0), 1e-12)
        plan = Plan.plain(game.tree)
        if not plan.unknowns:
            continue
        values = np.ascontiguousarray(game.payoffs.transpose(1, 0, 2).reshape(-1, 16))
        numbers = Numbers(values, np.ascontiguousarray(game.chances), 6.0 / span)
        few = np.append(few, branch.follow(plan, numbers, 600).sweeps)
        quick, fine = (solve_block(plan, numbers, effort) for effort in (Effort.QUICK, Effort.FINE))
        good = (quick.status == Status.SOLVED) & (fine.status == Status.SOLVED)
        assert good.mean() > 0.8
        np.testing.assert_allclose(quick.choice[:, good], fine.choice[:, good], atol=1e-6)
    assert len(few) >= 32
    assert (few <= 4).mean() > 0.2  # without leaps an eighth
