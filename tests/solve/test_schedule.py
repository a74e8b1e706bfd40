"""In what order draws are tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from detente.solve import Effort, Status
from detente.solve.attempts import Start, Starts
from detente.solve.block import SIDE_BY_SIDE
from detente.solve.schedule import Schedule


@dataclass
class Came:
    """What came of some draws."""

    status: np.ndarray
    tried: np.ndarray
    starts: dict[int, Starts]


class Solver:
    """Solves draw n with effort ``needs[n]``; those of ``nowhere`` leave nothing to go on from. With ``side_by_side`` the efforts that may follow in the same call do."""

    def __init__(self, needs, nowhere=(), side_by_side=False):
        self.needs, self.nowhere, self.tried, self.calls = np.asarray(needs), set(nowhere), [], []
        self.side_by_side = side_by_side

    def __call__(self, efforts, parts):
        effort, through = efforts
        for which, start in parts:
            self.calls.append((efforts, which.tolist()))
            assert (start is not None) == (effort == Effort.ONWARD)
            if start is not None:
                np.testing.assert_array_equal(start.last.t, which / 1000)  # each goes on from its own start
                np.testing.assert_array_equal(start.early.t, which / 2000)
            more = [each for each in SIDE_BY_SIDE if effort < each <= through and self.side_by_side]
            tried = np.full(len(which), effort)
            self.tried.append((effort, which.tolist()))
            for each in more:
                left = self.needs[which] > tried
                tried[left] = each
                self.tried.append((each, which[left].tolist()))
            solved = self.needs[which] <= tried
            left = np.flatnonzero(~solved) if effort == Effort.QUICK else []
            point, zero = np.zeros((1, 1)), np.zeros(1)
            starts = {
                int(place): Starts(*(Start(point, zero, point, np.array([which[place] / by])) for by in (1000, 2000)))
                for place in left
                if int(which[place]) not in self.nowhere
            }
            yield Came(np.where(solved, Status.SOLVED, Status.BRANCH_LOST), tried, starts)


def run(solver, draws, size=16, cores=2, hardest=Effort.FINE, weight=None, few=1000):
    schedule = Schedule(np.zeros(draws) if weight is None else weight, lambda effort: size, cores, hardest, few)
    last = {}
    for _, which, came in schedule.tried(schedule.dealt(Effort.QUICK, np.arange(draws), cores), solver):
        each = zip(which.tolist(), came.tried.tolist(), came.status.tolist(), strict=True)
        last |= {draw: (Effort(tried), status) for draw, tried, status in each}
    return last


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize(("draws", "size", "cores"), [(1, 16, 1), (5, 8, 4), (100, 16, 1), (100, 16, 2), (500, 64, 8)])
def test_each_is_tried_until_it_is_solved_and_not_again(draws, size, cores, side_by_side):
    needs = np.random.default_rng(draws).choice(list(Effort), draws, p=[0.8, 0.1, 0.04, 0.02, 0.02, 0.01, 0.01])
    solver = Solver(needs, side_by_side=side_by_side)
    last = run(solver, draws, size, cores)
    assert last == {draw: (Effort(needs[draw]), Status.SOLVED) for draw in range(draws)}
    for draw in range(draws):
        efforts = [effort for effort, which in solver.tried if draw in which]
        assert efforts == list(Effort)[: needs[draw] + 1]


def test_where_sweeps_got_nowhere_nothing_is_gone_on_from():
    solver = Solver([Effort.AFRESH] * 4, nowhere=(1, 3))
    run(solver, 4)
    assert [effort for effort, which in solver.tried if 1 in which] == [Effort.QUICK, Effort.EARLIER, Effort.AFRESH]
    assert [effort for effort, which in solver.tried if 2 in which] == [
        Effort.QUICK,
        Effort.ONWARD,
        Effort.EARLIER,
        Effort.AFRESH,
    ]


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("hardest", [Effort.QUICK, Effort.EARLIER, Effort.AFRESH])
def test_no_more_than_the_hardest_effort(hardest, side_by_side):
    solver = Solver([Effort.FINE] * 3, side_by_side=side_by_side)
    last = run(solver, 3, hardest=hardest)
    assert set(last.values()) == {(hardest, Status.BRANCH_LOST)}
    assert max(through for (_, through), _ in solver.calls) == hardest


def test_the_last_that_are_left_go_through_several_efforts_in_one_call():
    """Others, of which there may be more to come, are gathered for the next effort."""
    needs = np.where(np.arange(200) < 40, Effort.AFRESH, Effort.QUICK)
    solver = Solver(needs, side_by_side=True)
    run(solver, 200, size=16, cores=1, weight=-np.arange(200.0))
    hard = [(efforts, len(which)) for efforts, which in solver.calls if efforts.first > Effort.QUICK]
    assert {many for (first, through), many in hard if first == through} == {16}, "full while there are easy ones"
    assert {through for (first, through), _ in hard if first != through} == {SIDE_BY_SIDE[-1]}


@pytest.mark.parametrize("most", [0, 3, 4])
def test_the_jacobian_is_for_a_few_draws(most):
    """Where more are left they all go on to what comes after it."""
    needs = [Effort.WHOLE, Effort.QUICK, Effort.WHOLE, Effort.FINE, Effort.WHOLE]
    solver = Solver(needs)
    last = run(solver, 5, few=most)
    assert last[3] == (Effort.FINE, Status.SOLVED)
    for draw in (0, 2, 4):
        assert last[draw] == (Effort.WHOLE if most >= 4 else Effort.FINE, Status.SOLVED)
    assert any(effort == Effort.WHOLE for effort, _ in solver.tried) == (most >= 4)


@pytest.mark.parametrize("seed", range(6))
def test_which_draws_are_the_few_hangs_on_no_number_of_cores(seed):
    """Draws come to that effort in portions that do; it is known who needs it only when all that goes before has ended."""
    rng = np.random.default_rng(seed)
    draws = int(rng.integers(50, 400))
    needs = rng.choice(list(Effort), draws, p=[0.6, 0.1, 0.08, 0.08, 0.08, 0.04, 0.02])
    ends = [run(Solver(needs, side_by_side=True), draws, cores=cores, few=8) for cores in (1, 2, 3, 4, 8)]
    assert all(end == ends[0] for end in ends)


def test_the_weightiest_are_begun_first():
    solver = Solver([Effort.QUICK] * 64)
    weight = np.random.default_rng(1).random(64)
    run(solver, 64, cores=1, weight=weight)
    firsts = [which[0] for _, which in solver.tried]
    assert firsts == np.argsort(-weight)[:4].tolist()


def test_no_draws():
    assert run(Solver([]), 0) == {}
