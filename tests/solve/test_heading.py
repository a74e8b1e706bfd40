"""Where branches are heading: the polynomial, what is kept of points, and how far an image is from there, beside NumPy."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from random_games import random_game

from detente.solve.compiled import jit
from detente.solve.heading import distances, move, point, share
from detente.solve.kernels import Numbers, Tables, take_up
from detente.solve.lanes import table
from detente.solve.layout import ODDS, SET
from detente.solve.pace import FAR, Pace
from detente.solve.plan import Plan
from detente.solve.sweep import IN_LOGS, sweep_once


@jit
def shared(t, lane, pace):
    share(t, lane, pace.lane[lane], pace.shares)


@jit
def moved(game, others, tables, points, pace):
    move(game, others, tables, points, pace)


@jit
def measured(game, tables, points, pace):
    distances(game, tables, points, pace)


@jit
def put(game, lane, back, points, logs, draw):
    point(game, lane, back, points, logs, draw)


@pytest.mark.parametrize("passed", [(), (0.1,), (0.3, 0.1), (0.45, 0.2, 0.05)])
@pytest.mark.parametrize("t", [0.5, 0.83, 1.0])
def test_what_options_are_worth_is_a_polynomial_in_one_over_knee_and_precision(passed, t):
    knee, rng = 0.12, np.random.default_rng(3)
    power = rng.normal(size=max(1, len(passed)))
    log_odds = lambda x: x * sum(c / (knee + x) ** k for k, c in enumerate(power))  # noqa: E731
    pace = Pace.idle(single=False)
    pace.lane["knee"][1] = knee
    for name, x in zip(("done", "second", "third"), passed, strict=False):
        pace.lane[name][1] = x
    shared(t, 1, pace)
    shares = pace.shares[: len(passed), 1]
    assert shares @ np.array([log_odds(x) for x in passed]) == pytest.approx(log_odds(t) if passed else 0.0)
    if passed:
        # At the last point it is heading where it is: what is settled once more starts there.
        shared(passed[0], 1, pace)
        np.testing.assert_allclose(pace.shares[:, 1], [1.0, 0.0, 0.0], atol=1e-12)
    else:
        np.testing.assert_array_equal(pace.shares[:, 1], [1.0, 0.0, 0.0])


def swept(single):
    """A game with sets of two, three and more options, some of which are no unknowns, after a sweep from the uniform profile; and its log odds, set by set."""
    game = random_game(4, 400, actors=3, draws=16, crossing=True)
    plan, rng = Plan.plain(game.tree), np.random.default_rng(5)
    values = np.ascontiguousarray(game.payoffs.transpose(1, 0, 2).reshape(-1, 16))
    numbers = Numbers(values, np.ascontiguousarray(game.chances), rng.uniform(1, 9, (3, 16)))
    tables = Tables.of(plan, single)
    for lane in range(tables.lam.shape[1]):
        take_up(plan.arrays, 3, numbers, lane, lane, tables, tables.lam)
    sweep_once(plan.arrays, tables)
    sets = []
    for h in plan.arrays.guiding:
        actions = np.arange(*game.tree.set_action[h : h + 2])
        row = int(plan.arrays.sets[h * SET + ODDS])
        sets.append(
            SimpleNamespace(
                actions=actions, rows=np.arange(row, row + len(actions) - 1), unknown=plan.arrays.unknown[actions]
            )
        )
    return plan, tables, sets


def logs_of(sets, odds, unknowns):
    """Log probabilities of the unknowns from log odds (rows, L)."""
    logs = np.empty((unknowns, odds.shape[1]))
    for one in sets:
        x = np.concatenate([np.zeros((1, odds.shape[1])), odds[one.rows]])
        x = x - np.logaddexp.reduce(x, axis=0)
        known = one.unknown >= 0
        logs[one.unknown[known]] = x[known]
    return logs


@pytest.mark.parametrize("single", [False, True])
def test_a_sweep_leaves_the_log_odds_of_its_answers(single):
    plan, tables, sets = swept(single)
    assert {len(one.actions) for one in sets} >= {2, 3}
    assert any((one.unknown < 0).any() for one in sets)
    assert plan.odds == sum(len(one.rows) for one in sets)
    for one in sets:
        prob = tables.prob[one.actions].astype(float)
        np.testing.assert_allclose(np.exp(tables.odds[one.rows]), prob[1:] / prob[:1], rtol=1e-4 if single else 1e-12)
    np.testing.assert_allclose(
        logs_of(sets, tables.odds.astype(float), plan.unknowns), tables.image, atol=1e-4 if single else 1e-12
    )


@pytest.mark.parametrize("single", [False, True])
def test_lanes_keep_points_and_start_from_where_they_head(single):
    plan, tables, sets = swept(single)
    rng, width = np.random.default_rng(7), tables.lam.shape[1]
    points = table(3 * plan.odds, single=single)
    points[:] = 6.0 * rng.normal(size=points.shape)
    before, pace = points.reshape(plan.odds, 3, width).astype(float), Pace.idle(single=single)
    for row in (pace.accepts, pace.shifts, pace.fresh, pace.heads):
        row[0] = rng.integers(0, 2, width)
    pace.shares[:] = rng.normal(size=pace.shares.shape)
    others = table(plan.unknowns, single=single)
    others[:] = rng.normal(size=others.shape)
    moved(plan.arrays, others, tables, points, pace)
    last, earlier, earliest = before.transpose(1, 0, 2)
    new = np.where(pace.fresh[0], 0.0, np.where(pace.accepts[0], tables.odds, last))
    shifts = pace.shifts[0]
    kept = np.stack([new, np.where(shifts, last, earlier), np.where(shifts, earlier, earliest)], axis=1)
    np.testing.assert_allclose(points.reshape(kept.shape), kept, rtol=1e-6)
    there = logs_of(sets, np.einsum("kl,rkl->rl", pace.shares.astype(float), kept), plan.unknowns)
    np.testing.assert_allclose(tables.logs[: plan.unknowns], np.where(pace.heads[0], there, others), atol=4e-3)
    # And the same points as a draw's log probabilities.
    logs = np.zeros((1, plan.unknowns))
    for back in range(2):
        put(plan.arrays, 3, back, points, logs, 0)
        np.testing.assert_allclose(logs[0], logs_of(sets, kept[:, back], plan.unknowns)[:, 3], rtol=1e-5, atol=1e-6)


def test_how_far_an_image_is_from_where_a_branch_was_heading():
    plan, tables, sets = swept(False)
    rng, width = np.random.default_rng(9), tables.lam.shape[1]
    points, pace = table(3 * plan.odds), Pace.idle(single=False)
    # Lane by lane further off, from a thousandth in log odds to ten.
    off = np.geomspace(1e-3, 10.0, width) * rng.uniform(-1, 1, (plan.odds, 3, width))
    points[:] = (tables.odds[:, None] + off).reshape(points.shape)
    pace.shares[:] = [[1.5], [-0.7], [0.2]]
    measured(plan.arrays, tables, points, pace)
    kept = points.reshape(plan.odds, 3, width)
    guess, last = (
        logs_of(sets, odds, plan.unknowns) for odds in (np.einsum("kl,rkl->rl", pace.shares, kept), kept[:, 0])
    )
    image = tables.image
    in_probability = lambda a, b: np.maximum(np.abs(np.exp(a) - np.exp(b)), IN_LOGS * np.abs(a - b)).max(axis=0)  # noqa: E731
    exact, planned = in_probability(guess, image), in_probability(guess, last)
    near = exact < FAR
    assert near.sum() >= 3
    np.testing.assert_allclose(pace.apart[0, near], exact[near], rtol=0.05, atol=3e-3)
    np.testing.assert_allclose(pace.apart[1, near], planned[near], rtol=0.05, atol=3e-3)
    assert (~near).sum() >= 2
    assert (pace.apart[0, ~near] > FAR).all()


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("share_of_second", [0.03, 0.3, 0.5, 0.7, 0.97])
def test_it_is_no_nearer_where_only_one_of_two_options_is_an_unknown(second, share_of_second, single):
    """Nothing but that set has moved, by up to five in log odds, either way."""
    plan, tables, sets = swept(single)
    one = next(each for each in sets if len(each.actions) == 2 and (each.unknown >= 0).sum() == 1)
    prob = np.array([1.0 - share_of_second, share_of_second])
    for each in sets:
        tables.odds[each.rows] = 0.0
        tables.prob[each.actions] = 1.0 / len(each.actions)
    tables.odds[one.rows] = np.log(prob[1] / prob[0])
    tables.prob[one.actions] = prob[:, None]
    tables.image[:] = logs_of(sets, tables.odds.astype(float), plan.unknowns)
    # Whichever of the two it is in this game: now it is this one.
    place = int(second)
    plan.arrays.unknown[one.actions] = -1
    plan.arrays.unknown[one.actions[place]] = one.unknown.max()
    tables.image[one.unknown.max()] = np.log(prob[place])
    pace, points = Pace.idle(single=single), table(3 * plan.odds, single=single)
    pace.shares[0] = 1.0
    width = tables.lam.shape[1]
    for moved_by in np.linspace(-5.0, 5.0, 8 * width).reshape(8, width):
        points.reshape(plan.odds, 3, width)[:] = tables.odds[:, None]
        points[3 * one.rows[0]] += moved_by
        measured(plan.arrays, tables, points, pace)
        x = np.log(prob[1] / prob[0]) + moved_by
        there = -np.logaddexp(0.0, x if place == 0 else -x)
        exact = np.maximum(np.abs(np.exp(there) - prob[place]), IN_LOGS * np.abs(there - np.log(prob[place])))
        sure = np.abs(exact - FAR) > 0.01
        np.testing.assert_array_equal((pace.apart[0] > FAR)[sure], (exact > FAR)[sure])
        np.testing.assert_allclose(pace.apart[0, exact < FAR], exact[exact < FAR], rtol=0.05, atol=4e-3)
