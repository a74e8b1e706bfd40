"""The principal branch where it folds or nearly touches another curve: random bimatrix games at high precision.

Plain continuation is thrown onto another branch in about one of these games in a hundred. pygambit follows the curve with
code of its own.
"""

import io
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from random_games import random_game

from detente import situations
from detente.draws import medians, sample
from detente.forecast.run import payoff_span, prepare
from detente.game import unroll
from detente.game.arrange import arrange
from detente.situation import load, loads
from detente.solve import TOLERANCE, Effort, Numbers, Plan, Status, attempts, branch, dense, solve, solve_block
from detente.solve.finish import PATIENCE, finish
from detente.solve.kernels import Tables
from detente.solve.verify import verify

SIZE, DRAWS, PRECISION = 3, 120, 30.0


@pytest.fixture(scope="module")
def tree():
    options = ", ".join(f"o{i}: " for i in range(SIZE))
    text = f"""
title: A bimatrix game
question: What do they choose?
as_of: 2020-01-01
horizon: 2020-12-31
actors: {{A: Alpha, B: Beta}}
steps:
  - {{move: m, actor: A, options: {{{options}}}, seen_by: none}}
  - {{move: n, actor: B, options: {{{options}}}}}
payoffs: {{A: {{v: "1 if m == o0 else 0"}}, B: {{v: "1 if n == o0 else 0"}}}}
"""
    return unroll(loads(text)).tree


@pytest.fixture(scope="module")
def payoffs(tree):
    return np.round(np.random.Generator(np.random.PCG64(9)).random((tree.terminals, 2, DRAWS)), 2)


@pytest.fixture(scope="module")
def solved(tree, payoffs):
    return solve(tree, payoffs, np.zeros((0, DRAWS)), np.full((2, DRAWS), PRECISION))


def test_every_game_is_solved(solved):
    assert (solved.status == Status.SOLVED).all()
    assert solved.residual.max() <= 1e-9


def test_threads_change_nothing(tree, payoffs):
    many = np.tile(payoffs, 6)
    given = tree, many, np.zeros((0, many.shape[2])), np.full((2, many.shape[2]), PRECISION / 6)
    one, several = solve(*given), solve(*given, threads=3)
    for name in ("choice", "value", "reach", "residual", "gain", "status", "sweeps"):
        np.testing.assert_array_equal(getattr(one, name), getattr(several, name))


def test_every_game_is_solved_on_the_principal_branch(solved, payoffs):
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra `test`)")
    for draw in range(DRAWS):
        lines = ['EFG 2 R "g" { "A" "B" }', 'p "" 1 1 "" { "a" "b" "c" } 0']
        for i in range(SIZE):
            lines.append('p "" 2 1 "" { "a" "b" "c" } 0')
            for j in range(SIZE):
                k = SIZE * i + j
                a, b = payoffs[k, :, draw] * PRECISION
                lines.append(f't "" {k + 1} "" {{ {a:.12f} {b:.12f} }}')
        game = gambit.read_efg(io.StringIO("\n".join(lines) + "\n"))
        profile = gambit.qre.logit_solve_lambda(game, lam=1.0, first_step=0.001, max_accel=1.02)[0].profile
        theirs = [float(number) for number in re.findall(r": ([0-9][0-9.e+-]*)", str(profile))]
        np.testing.assert_allclose(solved.choice[:, draw], theirs, atol=1e-6, err_msg=f"game {draw}")


def test_sweeps_and_arc_length_find_the_same_point(tree, payoffs):
    """Where both end on the principal branch; a draw that either has lost says so."""

    plan = Plan.plain(tree)
    values = payoffs[:, :, :32].transpose(1, 0, 2).reshape(-1, 32)
    numbers = Numbers(values, np.zeros((0, 32)), np.full((2, 32), PRECISION))

    def block(effort):
        found = solve_block(plan, numbers, effort)
        return found.status, found.prob

    sweeps, arc, fine = block(Effort.QUICK), block(Effort.AFRESH), block(Effort.FINE)
    for one, other in ((sweeps, arc), (arc, fine)):
        both = (one[0] == Status.SOLVED) & (other[0] == Status.SOLVED)
        assert both.sum() >= 29
        np.testing.assert_allclose(one[1][:, both], other[1][:, both], atol=1e-8)


def test_sweeps_that_land_elsewhere_after_the_shortest_step_are_given_up():
    """A random game whose branch sweeps lose near precision 33: however short the step, they settle far from where it was heading."""
    game = random_game(1270, 103, actors=3, draws=2, crossing=False)
    precisions = np.arange(40.0, 51.0, 0.5)
    draws, plan = len(precisions), Plan.plain(game.tree)
    payoffs = np.repeat(game.payoffs[..., 1:], draws, axis=2)
    values, chances = payoffs.transpose(1, 0, 2).reshape(-1, draws), np.repeat(game.chances[:, 1:], draws, axis=1)
    lam = precisions / np.ptp(game.payoffs[..., 1:], axis=0)
    numbers = Numbers(*(np.ascontiguousarray(each) for each in (values, chances, lam)))
    exact = solve_block(plan, numbers, Effort.FINE)
    assert (exact.status == Status.SOLVED).all()
    assert np.abs(np.diff(exact.choice, axis=1)).max() < 0.01, "the branch is smooth there"
    followed = branch.follow(plan, numbers, 600)
    theirs = exact.choice[plan.arrays.unknown_action]
    arrived = followed.arrived
    np.testing.assert_allclose(np.exp(followed.logs)[arrived], theirs.T[arrived], atol=1e-3)
    np.testing.assert_allclose(solve(game.tree, payoffs, chances, lam).choice, exact.choice, atol=1e-6)


def test_arc_length_goes_on_only_where_sweeps_gave_up(tree, payoffs):
    """A draw that sweeps take to the target keeps no point before its last: there is nothing to go on from, and it is left to be followed afresh."""
    plan = Plan.plain(tree)
    values = payoffs[:, :, :32].transpose(1, 0, 2).reshape(-1, 32)
    numbers = Numbers(values, np.zeros((0, 32)), np.full((2, 32), PRECISION))
    reached = branch.follow(plan, numbers, attempts.BUDGET)
    assert 5 < reached.arrived.sum() < 32
    attempt = attempts.Attempt(0.12, attempts.Start.of(reached))
    (logs,), (status,), (sweeps,) = attempts.follow_all(plan, numbers, Tables.of(plan), [attempt])
    assert (status[reached.arrived] == Status.BRANCH_LOST).all()
    assert not sweeps[reached.arrived].any()
    assert sweeps[~reached.arrived].any()
    assert np.isfinite(logs).all()


@pytest.mark.parametrize("onward", [False, True])
def test_arc_length_finds_the_same_in_any_company(tree, payoffs, onward):
    """Every lane goes its own way: other neighbours, another order and idle lanes change no digit."""
    plan, draws = Plan.plain(tree), 21
    values = payoffs[:, :, :draws].transpose(1, 0, 2).reshape(-1, draws)
    numbers = Numbers(values, np.zeros((0, draws)), np.full((2, draws), PRECISION))

    reached = attempts.reached(plan, numbers)

    def follow(which):
        attempt = attempts.Attempt(0.12, reached.take(which) if onward else None)
        found = attempts.follow_all(plan, numbers.take(which), Tables.of(plan), [attempt])
        return [part[0, np.argsort(which)] for part in found]

    together = follow(np.arange(draws))
    assert (together[1] == Status.SOLVED).sum() > (3 if onward else 15)
    for one, other in zip(together, follow(np.arange(draws)[::-1]), strict=True):
        np.testing.assert_array_equal(one, other)
    alone = [follow(np.array([draw])) for draw in range(draws)]
    for part, one in enumerate(together):
        np.testing.assert_array_equal(one, np.concatenate([each[part] for each in alone]))


def test_what_sweeps_come_to_early_is_noted_on_the_way(tree, payoffs):
    """To the last digit what they come to if they are stopped there."""
    plan = Plan.plain(tree)
    values = payoffs[:, :, :64].transpose(1, 0, 2).reshape(-1, 64)
    numbers = Numbers(values, np.zeros((0, 64)), np.full((2, 64), PRECISION))
    steep = numbers._replace(lam=numbers.lam * 30.0)
    last = branch.follow(plan, steep, 600)
    assert (last.sweeps[~last.arrived] < 60).any(), "given up before"
    for early, given in ((7, numbers), (20, numbers), (60, steep)):
        whole, stopped = branch.follow(plan, given, 600, early), branch.follow(plan, given, early)
        under_way = ~stopped.arrived
        assert under_way.sum() > 5
        for name in ("logs", "t", "t_before"):
            noted, met = getattr(whole.early, name)[under_way], getattr(stopped, name)[under_way]
            np.testing.assert_array_equal(noted, met)
        two = under_way & (stopped.t_before > 0.0)
        np.testing.assert_array_equal(whole.early.before[two], stopped.before[two])


def test_attempts_side_by_side_come_to_what_they_come_to_one_after_the_other(tree, payoffs):
    """The first that arrives is what holds, whatever lanes were idle; and what it made needless does not count."""
    plan = Plan.plain(tree)
    values = payoffs[:, :, :29].transpose(1, 0, 2).reshape(-1, 29)
    numbers, tables = Numbers(values, np.zeros((0, 29)), np.full((2, 29), PRECISION)), Tables.of(plan)
    made = [
        attempts.Attempt(0.12, attempts.reached(plan, numbers)),
        attempts.Attempt(0.3, None),
        attempts.Attempt(0.06, None),
    ]
    together = attempts.follow_all(plan, numbers, tables, made)
    alone = [attempts.follow_all(plan, numbers, tables, [attempt]) for attempt in made]
    first = {0: 0, 1: 0, 2: 0, None: 0}
    for draw in range(29):
        arrived = [rank for rank, one in enumerate(alone) if one.status[0, draw] == Status.SOLVED]
        best = arrived[0] if arrived else None
        first[best] += 1
        for rank, one in enumerate(alone):
            if best is None or rank <= best:
                assert together.status[rank, draw] == one.status[0, draw]
                assert together.sweeps[rank, draw] == one.sweeps[0, draw]
                np.testing.assert_array_equal(together.logs[rank, draw], one.logs[0, draw])
            else:
                assert together.status[rank, draw] in (attempts.UNTRIED, one.status[0, draw])
    assert first[0] > 3
    assert first[1] > 3


def test_short_steps_head_along_the_curve():
    """A draw of korea-2019 whose branch turns sharply where another passes. Steps became so short there that a point's distance from the curve decided where the next one headed, until there was
    none: it arrived or not by a matter of rounding."""
    situation = load(situations.path("korea-2019"))
    task = prepare(situation)
    quantities = {name: values[[3603]] for name, values in sample(situation, 3604, 1).values.items()}
    numbers = task.numbers(quantities)
    nearly = 1.0 + np.concatenate([[0.0], np.logspace(-12, -4, 7)])
    numbers = Numbers(*(np.repeat(part, len(nearly), axis=1) for part in numbers[:2]), numbers.lam * nearly)
    shorter, fine = (solve_block(task.plan, numbers, effort) for effort in (Effort.SHORTER, Effort.FINE))
    for found in (shorter, fine):
        assert (found.status == Status.SOLVED).all()
        assert np.ptp(found.choice, axis=1).max() < 1e-4
    np.testing.assert_allclose(shorter.choice, fine.choice, atol=1e-7)


@pytest.mark.parametrize("precision", [300.0, 2000.0, 20_000.0])
@pytest.mark.parametrize("close", [False, True])
def test_arc_length_goes_on_where_nearly_all_is_decided(precision, close):
    """A stag hunt of three options each: from a precision of a hundred on no step moves a probability by more than rounding does."""
    tree, _ = arrange(
        ("A", "B"), 9, [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]], [0, 1, 1, 1], [[]] * 4, set_actor=[0, 1]
    )
    own = np.array([[4.0, 0.0, 0.0], [3.0, 3.0, 0.0], [2.0, 2.0, 2.0]])
    numbers = Numbers(
        np.concatenate([own.ravel(), own.T.ravel()])[:, None], np.zeros((0, 1)), np.full((2, 1), precision)
    )
    plan = Plan.plain(tree)
    (logs,), (status,), _ = attempts.follow_all(plan, numbers, Tables.of(plan), [attempts.Attempt(0.06, None, close)])
    assert status[0] == Status.SOLVED
    assert np.exp(logs[0]).max() > 1.0 - 1e-9


@pytest.mark.parametrize(("seed", "nodes", "precision", "draw"), [(220_101, 637, 50.0, 0), (220_071, 1327, 200.0, 1)])
def test_close_to_the_curve_where_others_nearly_touch_it(seed, nodes, precision, draw):
    """Games of several hundred unknowns, of four actors and moves that cross: points less near to the curve lie between it and another."""
    game = random_game(seed, nodes, actors=4, draws=2, crossing=True)
    plan, payoffs = Plan.plain(game.tree), game.payoffs[..., [draw]]
    lam, chances = precision / np.ptp(payoffs, axis=0), np.ascontiguousarray(game.chances[:, [draw]])
    assert plan.unknowns > dense.MOST_UNKNOWNS
    found = solve_block(
        plan, Numbers(np.ascontiguousarray(payoffs[..., 0].T.reshape(-1, 1)), chances, lam), Effort.FINE
    )
    assert found.status[0] == Status.SOLVED
    assert verify(game.tree, payoffs, chances, lam, found.choice).residual[0] <= TOLERANCE


def test_sweeps_follow_a_branch_that_nearly_folds():
    """A bimatrix game whose branch rises steeply between precisions 5 and 6 per span. Another passes within 0.12 of where it was heading:
    sweeps that only asked how near they settled were on that one from 7 on."""
    rows, columns = 2, 2
    children = [[1, 2], [3, 4], [5, 6]]
    tree, _ = arrange(("A", "B"), rows * columns, children, [0, 1, 1], [[]] * 3, set_actor=[0, 1])
    worth = np.random.default_rng(2241).random((2, rows * columns))
    precisions = np.linspace(4.0, 40.0, 37)
    numbers = Numbers(
        np.repeat(worth.reshape(-1, 1), len(precisions), axis=1),
        np.zeros((0, len(precisions))),
        precisions / np.ptp(worth, axis=1)[:, None],
    )
    quick, fine = (solve_block(Plan.plain(tree), numbers, effort) for effort in (Effort.QUICK, Effort.FINE))
    assert (fine.status == Status.SOLVED).all()
    assert fine.choice[0, 2] - fine.choice[0, 1] > 0.15, "it rises steeply"
    assert (quick.status == Status.SOLVED).all()
    np.testing.assert_allclose(quick.choice, fine.choice, atol=1e-6)


def test_what_closes_in_less_steadily_than_it_seemed_gets_more_sweeps(tree, payoffs):
    """One draw in ten or so here: sweeps change little, and the certificate, whose responses are all to the same profile, does not hold yet."""
    plan = Plan.plain(tree)
    values = payoffs.transpose(1, 0, 2).reshape(-1, DRAWS)
    numbers = Numbers(values, np.zeros((0, DRAWS)), np.full((2, DRAWS), PRECISION))
    followed = branch.follow(plan, numbers, 600)
    found = finish(plan, numbers, followed.logs, followed.slow, PATIENCE, Tables.of(plan))
    settled = followed.arrived & found.settled
    assert settled.sum() > 0.9 * DRAWS
    assert found.residual[settled].max() <= TOLERANCE
    alone = [
        finish(plan, numbers.take([d]), followed.logs[[d]], followed.slow[[d]], PATIENCE, Tables.of(plan))
        for d in range(DRAWS)
    ]
    for name in ("prob", "value", "residual", "gain", "settled", "doubt", "sweeps"):
        np.testing.assert_array_equal(
            getattr(found, name), np.concatenate([getattr(one, name) for one in alone], axis=-1)
        )


def test_where_plain_sweeps_lead_away_the_last_ones_are_mixed(tree, payoffs):
    plan = Plan.plain(tree)
    values = payoffs.transpose(1, 0, 2).reshape(-1, DRAWS)
    numbers = Numbers(values, np.zeros((0, DRAWS)), np.full((2, DRAWS), PRECISION))
    followed = branch.follow(plan, numbers, 600)
    slow = followed.arrived & followed.slow
    assert slow.sum() > 10
    given = plan, numbers, followed.logs
    mixed = finish(*given, followed.slow, PATIENCE, Tables.of(plan))
    settled = slow & mixed.settled
    assert settled.sum() > 0.95 * slow.sum()
    assert mixed.residual[settled].max() <= TOLERANCE
    plain = finish(*given, np.zeros(DRAWS, np.bool_), PATIENCE, Tables.of(plan))
    assert plain.settled[slow].sum() < 0.9 * slow.sum()


@pytest.mark.parametrize("precision", [3.0, PRECISION])
def test_sweeps_find_the_same_in_any_company(tree, payoffs, precision):
    """Of sixteen lanes on the way and eight in the end: neighbours, order and idle lanes change no digit."""
    plan, draws = Plan.plain(tree), 43
    values = payoffs[:, :, :draws].transpose(1, 0, 2).reshape(-1, draws)
    numbers = Numbers(values, np.zeros((0, draws)), np.full((2, draws), precision))

    def of(which):
        found = solve_block(plan, numbers.take(which), Effort.QUICK)
        return [part[..., np.argsort(which)] for part in (found.prob, found.residual, found.status, found.sweeps)]

    together = of(np.arange(draws))
    assert (together[2] == Status.SOLVED).sum() > draws / 2
    for one, other in zip(together, of(np.arange(draws)[::-1]), strict=True):
        np.testing.assert_array_equal(one, other)
    alone = [of(np.array([draw])) for draw in range(draws)]
    for part, one in enumerate(together):
        np.testing.assert_array_equal(one, np.concatenate([each[part] for each in alone], axis=-1))


def test_so_they_do_where_only_some_options_of_a_set_are_unknowns():
    """Among draws that step with care, are given up, and take up lanes of others."""
    game, draws = random_game(4, 400, actors=3, draws=43, crossing=True), 43
    plan, span = Plan.plain(game.tree), np.ptp(game.payoffs, axis=0)
    known = np.add.reduceat(plan.arrays.unknown >= 0, game.tree.set_action[:-1])
    assert ((known > 0) & (known < np.diff(game.tree.set_action))).any()
    values = np.ascontiguousarray(game.payoffs.transpose(1, 0, 2).reshape(-1, draws))
    numbers = Numbers(values, np.ascontiguousarray(game.chances), np.geomspace(3.0, 300.0, draws) / span)

    def of(which):
        found = branch.follow(plan, numbers.take(which), 100, early=20)
        parts = found.logs, found.before, found.t, found.t_before, found.sweeps, found.arrived, found.early.t
        told = found.t_before > 0.0  # else anything
        return [np.where(told[:, None], part, 0.0) if part.ndim > 1 else part for part in parts], found.arrived

    together, arrived = of(np.arange(draws))
    assert 5 < arrived.sum() < draws - 2
    order = np.random.default_rng(2).permutation(draws)
    others, _ = of(order)
    for part, (one, other) in enumerate(zip(together, others, strict=True)):
        keep = ~arrived if part == 1 else np.ones(draws, np.bool_)  # only those given up have one before
        np.testing.assert_array_equal(one[keep], other[np.argsort(order)][keep])


def test_single_precision_leads_where_double_does():
    """A game of private information, its payoffs from tiny to huge and far from zero, and so steep that some draws are followed in double precision."""
    game = random_game(11, 60, actors=2, draws=1, crossing=False)
    plan, steep = Plan.plain(game.tree), np.array([2.0, 10.0, 40.0, 0.9 * branch.STEEPEST, 1.1 * branch.STEEPEST, 1e5])
    draws, span = len(steep), np.ptp(game.payoffs[..., 0], axis=0)
    assert plan.unknowns
    values = np.repeat(game.payoffs[..., 0].T.reshape(-1, 1), draws, axis=1)
    lam, chances = steep / span[:, None], np.repeat(game.chances, draws, axis=1)
    plain = branch.follow(plan, Numbers(values, chances, lam), 600)
    assert (plain.sweeps > 0).all()
    shapes = (part if isinstance(part, branch.Early) else np.zeros_like(part) for part in plain)
    doubled = branch.Followed(*shapes)
    branch._follow_in(plan, Numbers(values, chances, lam), 600, False, doubled)
    np.testing.assert_array_equal(plain.arrived, doubled.arrived)
    assert plain.arrived[:3].all()
    # Ten roundings of numbers of size 40 are 5e-5.
    np.testing.assert_allclose(np.exp(plain.logs[:3]), np.exp(doubled.logs[:3]), atol=1e-4)
    np.testing.assert_array_equal(plain.logs[4:], doubled.logs[4:])
    exact = solve_block(plan, Numbers(values, chances, lam), Effort.QUICK)
    for scale, shift in ((1e-30, 0.0), (1e30, 0.0), (1.0, 1e6)):
        moved = Numbers(scale * values + shift, chances, lam / scale)
        found = solve_block(plan, moved, Effort.QUICK)
        np.testing.assert_array_equal(found.status, exact.status)
        solved = found.status == Status.SOLVED
        # A millionth and a million leave ten digits of what is between.
        np.testing.assert_allclose(found.choice[:, solved], exact.choice[:, solved], atol=1e-6)


def test_rounding_in_a_deep_game_is_not_taken_for_movement():
    """In 300,000 nodes, 24 moves deep, roundings of single precision add up: what a sweep still changes then is no reason to go on, to mix, or to doubt."""
    benchmarks = Path(__file__).parents[2] / "benchmarks"
    game = unroll(loads(runpy.run_path(str(benchmarks / "negotiation.py"))["negotiation"](8)))
    tree, draws = game.tree, 16
    quantities = sample(game.situation, draws, seed=1).values
    values, actor, rows = game.payoff_tables(quantities)
    plan = Plan.of(tree, actor, rows)
    span = payoff_span(game, medians(game.situation))
    numbers = Numbers(values, game.chance_rows(quantities), np.repeat(5.0 / span[:, None], draws, axis=1))
    followed = branch.follow(plan, numbers, 60)
    assert followed.arrived.all()
    assert followed.sweeps.max() <= 10
    assert not followed.slow.any()
    assert not followed.doubt.any()
    found = finish(plan, numbers, followed.logs, followed.slow, PATIENCE, Tables.of(plan))
    assert found.sweeps.max() <= 4
    assert found.residual.max() <= TOLERANCE
