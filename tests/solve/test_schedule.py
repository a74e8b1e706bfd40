"""In what order draws are tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from detente.solve import Effort, Status
from detente.solve.arclength import Start
from detente.solve.schedule import Schedule


@dataclass
class Came:
    """What came of some draws."""

    status: np.ndarray
    starts: dict[int, Start]


class Solver:
    """Solves draw n with effort ``needs[n]``; those of ``nowhere`` leave nothing to go on from."""

    def __init__(self, needs, nowhere=()):
        self.needs, self.nowhere, self.tried = np.asarray(needs), set(nowhere), []

    def __call__(self, effort, parts):
        for which, start in parts:
            self.tried.append((effort, which.tolist()))
            assert (start is not None) == (effort == Effort.ONWARD)
            if start is not None:
                np.testing.assert_array_equal(start.t, which / 1000)  # each goes on from its own start
            solved = self.needs[which] <= effort
            left = np.flatnonzero(~solved) if effort == Effort.QUICK else []
            point = np.zeros((1, 1))
            starts = {
                int(place): Start(point, np.zeros(1), point, np.array([which[place] / 1000]))
                for place in left
                if int(which[place]) not in self.nowhere
            }
            yield Came(np.where(solved, Status.SOLVED, Status.BRANCH_LOST), starts)


def run(solver, draws, size=16, cores=2, hardest=Effort.WHOLE, weight=None, few=1000):
    schedule = Schedule(np.zeros(draws) if weight is None else weight, lambda effort: size, cores, hardest, few)
    last = {}
    for effort, which, came in schedule.tried(schedule.dealt(Effort.QUICK, np.arange(draws), cores), solver):
        last |= {int(draw): (effort, int(status)) for draw, status in zip(which, came.status, strict=True)}
    return last


@pytest.mark.parametrize(("draws", "size", "cores"), [(1, 16, 1), (5, 8, 4), (100, 16, 1), (100, 16, 2), (500, 64, 8)])
def test_each_is_tried_until_it_is_solved_and_not_again(draws, size, cores):
    needs = np.random.default_rng(draws).choice(list(Effort), draws, p=[0.8, 0.1, 0.04, 0.02, 0.02, 0.01, 0.01])
    solver = Solver(needs)
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


def test_no_more_than_the_hardest_effort():
    last = run(Solver([Effort.FINE] * 3), 3, hardest=Effort.AFRESH)
    assert set(last.values()) == {(Effort.AFRESH, Status.BRANCH_LOST)}


@pytest.mark.parametrize("most", [2, 3, 4])
def test_the_longest_effort_is_for_a_few_draws(most):
    needs = [Effort.WHOLE, Effort.QUICK, Effort.WHOLE, Effort.FINE, Effort.WHOLE]
    last = run(Solver(needs), 5, few=most)
    assert last[3] == (Effort.FINE, Status.SOLVED)
    for draw in (0, 2, 4):
        assert last[draw] == ((Effort.WHOLE, Status.SOLVED) if most >= 3 else (Effort.FINE, Status.BRANCH_LOST))


def test_the_weightiest_are_begun_first():
    solver = Solver([Effort.QUICK] * 64)
    weight = np.random.default_rng(1).random(64)
    run(solver, 64, cores=1, weight=weight)
    firsts = [which[0] for _, which in solver.tried]
    assert firsts == np.argsort(-weight)[:4].tolist()


def test_no_draws():
    assert run(Solver([]), 0) == {}
