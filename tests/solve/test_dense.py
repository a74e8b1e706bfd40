"""Arc length with the Jacobian, in small games at high precision."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from detente.gambit.efg import parse_efg
from detente.solve import Numbers, Plan, Status, dense, solution, solve
from detente.solve.curve import Curve
from detente.solve.kernels import Tables
from detente.solve.schedule import Schedule
from detente.solve.sweep_map import SweepMap
from detente.solve.verify import verify


@pytest.fixture(scope="module")
def kuhn():
    """Kuhn's poker (1950): a card of three each, one bet. Worth -1/18 to the first; who opens with the lowest card does so at most a third of the times."""
    lines, ends = ['EFG 2 R "Kuhn" { "one" "two" }', ""], 0

    def end(amount: int) -> str:
        nonlocal ends
        ends += 1
        return f't "" {ends} "" {{ {amount}, {-amount} }}'

    deals = list(permutations("JQK", 2))
    lines.append('c "" 1 "" { ' + " ".join(f'"{a}{b}" 1/6' for a, b in deals) + " } 0")
    for one, two in deals:
        wins = 1 if "JQK".index(one) > "JQK".index(two) else -1
        card_one, card_two = "JQK".index(one), "JQK".index(two)
        lines += [
            f'p "" 1 {1 + card_one} "opens {one}" {{ "check" "bet" }} 0',
            f'p "" 2 {1 + card_two} "checked {two}" {{ "check" "bet" }} 0',
            end(wins),
            f'p "" 1 {4 + card_one} "faces {one}" {{ "fold" "call" }} 0',
            end(-1),
            end(2 * wins),
            f'p "" 2 {4 + card_two} "faces {two}" {{ "fold" "call" }} 0',
            end(1),
            end(2 * wins),
        ]
    return parse_efg("\n".join(lines))


@pytest.mark.parametrize("precision", [30.0, 100.0, 300.0, 500.0])
def test_kuhns_poker_at_high_precision(kuhn, precision):
    lam = np.full((2, 1), precision)
    found = solve(kuhn.tree, kuhn.payoffs[..., None], kuhn.chances[:, None], lam)
    assert found.status[0] == Status.SOLVED
    assert verify(kuhn.tree, kuhn.payoffs[..., None], kuhn.chances[:, None], lam, found.choice).residual[0] <= 1e-9
    # Who errs with this precision is within about so much of the value that Kuhn derived.
    assert found.value[0, 0] == pytest.approx(-1 / 18, abs=1.0 / precision)
    opens = {
        kuhn.set_names[h].removeprefix("opens "): found.choice[kuhn.tree.set_action[h] + 1, 0]
        for h in range(kuhn.tree.sets)
    }
    if precision == 500.0:
        assert 0.0 < opens["J"] < 1 / 3 + 0.01
        assert opens["K"] == pytest.approx(3 * opens["J"], abs=0.02)


def test_the_derivative_where_a_sweep_bends_soon(kuhn):
    """At a precision of 1000 an image changes a hundred thousand times as much as some unknowns."""
    plan = Plan.plain(kuhn.tree)
    values = np.ascontiguousarray(kuhn.payoffs[..., None].transpose(1, 0, 2).reshape(-1, 1))
    lam = np.full((2, 1), 1000.0)
    sweeps = SweepMap(plan, Tables.of(plan))
    sweeps.take(Numbers(values, np.ascontiguousarray(kuhn.chances[:, None]), lam), np.zeros(8, np.int64))
    found = solve(kuhn.tree, kuhn.payoffs[..., None], kuhn.chances[:, None], lam)
    point = np.append(np.log(found.choice[plan.arrays.unknown_action, 0]), 1.0)
    slope = Curve(sweeps).slope(point)
    assert np.abs(slope).max() > 1e4
    # To first order a short way along any direction changes ``F`` by the derivative times it.
    way = np.random.default_rng(0).standard_normal(len(point)) * 1e-6 / np.abs(slope).max(axis=0).clip(1.0)
    apart = [
        (point + sign * way)[:-1] - sweeps(np.repeat((point + sign * way)[:, None], 8, axis=1))[:, 0]
        for sign in (1, -1)
    ]
    np.testing.assert_allclose(slope @ way, (apart[0] - apart[1]) / 2, atol=2e-8)


def test_single_draws_are_followed_with_the_jacobian_where_that_is_something_new(kuhn, monkeypatch):
    """Not where all are followed so from the beginning, nor where it is too large."""
    asked = []

    def schedule(*given, few):
        asked.append(few)
        return Schedule(*given, few=few)

    monkeypatch.setattr(solution, "Schedule", schedule)
    numbers = kuhn.payoffs[..., None], kuhn.chances[:, None], np.full((2, 1), 1.0)
    solve(kuhn.tree, *numbers)
    monkeypatch.setattr(dense, "MOST_UNKNOWNS", 5)
    solve(kuhn.tree, *numbers)
    monkeypatch.setattr(dense, "MOST_FOR_FEW", 5)
    solve(kuhn.tree, *numbers)
    assert asked == [0, solution.FEW, 0]
