"""The principal branch followed by arc length, through folds, all lanes of a block side by side.

For the draws that plain continuation in precision cannot follow: where the branch folds, the precision must fall
for a while before it rises again, so it is an unknown like the others. The curve ``x = sweep(x, t)``, with ``x`` the log
probabilities of the actions that beliefs depend on and ``t`` the fraction of the target precision, is followed by a
secant predictor and a Newton corrector (:mod:`detente.solve.newton`) in the plane normal to it (Turocy 2005; Allgower & Georg
1990, ch. 10). Few products with the Jacobian are needed, since few combinations of beliefs really matter.

A lane whose draw has ended takes up the next one.

A point is an array (n + 1, L): n log probabilities and ``t``, for each of L = WIDTH lanes. No number of one lane enters the
arithmetic of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detente.solve import branch, dense, newton
from detente.solve.beside import wait_for
from detente.solve.kernels import Numbers, Tables, sweep, take_up
from detente.solve.lanes import WIDTH, table
from detente.solve.pace import FIRST_PRECISION
from detente.solve.plan import Plan
from detente.solve.status import Status

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

MAX_STEPS, MAX_STEPS_ON = 300, 150
"""Steps from the beginning, and from where sweeps got to. What is not lost arrives in a third of them."""
SHORTEST = 1e-6
"""Smallest ratio of a step to the one before: shorter, and the lane is given up."""
FIRST_RATIO = 0.1
"""The first step, as a ratio to the last that sweeps could take."""
BUDGET = 60
"""Sweeps given to following the branch before arc length takes over: well before the place where they fail, from which it often goes astray."""
ON_THE_WAY, SETTLED = 1e-4, 1e-11
"""Change of a probability in a sweep at which a point counts as on the curve, on the way and at the target."""


class SweepMap:
    """``G(z)`` of WIDTH draws: the sweep as a function of a point (n + 1, L), giving the n log probabilities' images."""

    def __init__(self, plan: Plan, tables: Tables, target: Floats | None = None) -> None:
        self.plan, self.tables, self.sweeps = plan, tables, 0
        self.target = table(plan.actors) if target is None else target

    def take(self, numbers: Numbers, draws: NDArray[np.integer]) -> Floats:
        """Put the numbers of WIDTH draws in place; returns their uniform profiles (n, L)."""
        for lane, draw in enumerate(draws):
            take_up(self.plan.arrays, self.plan.actors, numbers, draw, lane, self.tables, self.target)
        return self.tables.logs[: self.plan.unknowns].copy()

    def steepest(self) -> Floats:
        """(L,) largest precision times payoff span of the actors."""
        first, bounds = self.plan.tree.nodes * self.plan.actors, self.plan.arrays.payoff_first
        spans = [np.ptp(self.tables.value[first + i : first + j], axis=0) for i, j in pairwise(bounds)]
        largest: Floats = (self.target * np.stack(spans)).max(axis=0)
        return largest

    def __call__(self, point: Floats) -> Floats:
        self.tables.logs[: self.plan.unknowns] = point[:-1]
        self.tables.lam[:] = self.target * point[-1]
        sweep(self.plan.arrays, self.plan.actors, self.tables)
        self.sweeps += 1
        image: Floats = self.tables.image.copy()
        return image


def follow_all(
    plan: Plan, numbers: Numbers, tables: Tables, far: float, onward: bool
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Solve every draw: log probabilities of the unknowns (n, D), status (D), sweeps (D).

    No step lands further than ``far``, in probability, from where it was heading. ``onward``: from where sweeps can follow the branch, not
    from its beginning; in small games this is no help, and no draw is solved so.
    """
    draws = numbers.lam.shape[1]
    logs, status, sweeps = (
        np.zeros((plan.unknowns, draws)),
        np.full(draws, Status.BRANCH_LOST, np.int64),
        np.zeros(draws, np.int64),
    )
    if plan.unknowns <= dense.MOST_UNKNOWNS:
        if onward:
            return logs, status, sweeps
        for draw in range(draws):
            sweep_map = SweepMap(plan, tables)
            uniform = sweep_map.take(numbers, np.full(WIDTH, draw))[:, 0]
            first = min(0.5, FIRST_PRECISION / 4 / max(float(sweep_map.steepest()[0]), 1e-300))
            logs[:, draw], status[draw] = dense.follow(sweep_map, uniform, first, far)
            sweeps[draw] = sweep_map.sweeps
        return logs, status, sweeps
    which, reached = np.arange(draws), None
    if onward:
        reached = branch.follow(plan, numbers, BUDGET)
        which = np.flatnonzero(~reached.solved & (reached.t_before > 0.0) & (reached.t < 1.0))
    _Pursuit(plan, numbers, tables, far, which, reached, logs, status, sweeps).run()
    return logs, status, sweeps


@dataclass
class _Pursuit:
    """Following the branch of each of ``draws``, from what was ``reached`` or from the beginning; how it went goes into ``logs`` (n, D),
    ``status`` (D) and ``sweeps`` (D).

    A step goes at most ``5 far`` along the curve and lands within ``far`` of where it was heading, in probability.
    The lanes' points are tables (n + 1, WIDTH): the last two on the curve, and where the next is sought; ``fresh`` lanes have one only, the
    rest of whose first step may be off the curve. ``draw`` is -1 where none is left. ``ratio``: the next step's length, in last steps.
    """

    plan: Plan
    numbers: Numbers
    tables: Tables
    far: float
    draws: NDArray[np.integer]
    reached: branch.Followed | None
    logs: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    taken: int = 0
    draw: NDArray[np.int64] = field(default_factory=lambda: np.full(WIDTH, -1))
    fresh: Lanes = field(default_factory=lambda: np.zeros(WIDTH, np.bool_))
    ratio: Floats = field(default_factory=lambda: np.ones(WIDTH))
    steps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(WIDTH, np.int64))
    since: Floats = field(default_factory=lambda: np.zeros(WIDTH))

    def __post_init__(self) -> None:
        rows = self.plan.unknowns + 1
        self.before, self.here, self.guess, self.there = (table(rows) for _ in range(4))
        self.plane, self.upright = table(rows), table(rows)
        self.upright[-1] = 1.0
        self.target, self.space = table(self.plan.actors), newton.Space.of(self.plan.unknowns)
        self.sweep_map = SweepMap(self.plan, self.tables, self.target)

    def run(self) -> None:
        if not len(self.draws):
            return
        wait_for(newton.distance)
        for lane in range(WIDTH):
            self._take_up(lane)
        while (self.draw >= 0).any():
            self._step()

    def _take_up(self, lane: int) -> None:
        """The next draw; idle lanes hold the last one's numbers."""
        idle = self.taken >= len(self.draws)
        draw = self.draws[min(self.taken, len(self.draws) - 1)]
        take_up(self.plan.arrays, self.plan.actors, self.numbers, draw, lane, self.tables, self.target)
        self.before[:-1, lane], self.before[-1, lane] = self.tables.logs[: self.plan.unknowns, lane], 0.0
        first = FIRST_PRECISION / max(float(self.sweep_map.steepest()[lane]), 1e-300)
        self.here[:-1, lane], self.here[-1, lane] = self.before[:-1, lane], min(1.0, first)
        self.ratio[lane] = 1.0
        if self.reached is not None:
            self.before[:-1, lane], self.before[-1, lane] = self.reached.before[:, draw], self.reached.t_before[draw]
            self.here[:-1, lane], self.here[-1, lane] = self.reached.logs[:, draw], self.reached.t[draw]
            self.ratio[lane] = FIRST_RATIO
        self.draw[lane], self.fresh[lane], self.steps[lane] = -1 if idle else draw, not idle, 0
        self.since[lane] = self.space.sweeps[0, lane]
        self.taken += 1

    def _step(self) -> None:
        """Every lane one step on, or back where it failed."""
        far, fresh, live = self.far, self.fresh.copy(), self.draw >= 0
        ahead, part = _predict(self.before, self.here, self.ratio)
        landing = live & ~fresh & (part < 1.0)
        self.guess[:] = np.where(fresh, self.here, ahead)
        flat = landing | (fresh & (self.before[-1] <= 0.0))
        start = np.where(fresh, self.before, self.here)
        self.plane[:] = np.where(flat, self.upright, _normal(start, self.guess))
        found, newtons, drift, planned = self._correct(
            live, np.where(landing | (self.guess[-1] >= 1.0), SETTLED, ON_THE_WAY)
        )
        near = (planned < 5 * far) & (drift < np.minimum(far, np.maximum(0.8 * planned, far / 6)))
        good = found & (fresh | near)
        arrived = good & landing | good & fresh & (self.there[-1] >= 1.0)
        onward, short = good & ~arrived, live & ~good
        self.before[:] = np.where(onward & ~fresh, self.here, self.before)
        self.here[:] = np.where(onward, self.there, self.here)
        easy = (newtons <= 3) & (drift < far / 3) & (planned < 2 * far)
        pace = np.where(easy, 1.6, np.where(newtons <= 5, 1.0, 0.7))
        self.ratio = np.where(onward & ~fresh, pace, np.where(short, self.ratio * part / 3.0, self.ratio))
        self.fresh &= ~onward
        self.steps += 1
        lost = short & (fresh | (self.ratio < SHORTEST)) | onward & (self.here[-1] < 0.0)
        most = MAX_STEPS if self.reached is None else MAX_STEPS_ON
        late = live & (self.steps >= most)
        for lane in np.flatnonzero(arrived | lost | late):
            how = Status.SOLVED if arrived[lane] else Status.BRANCH_LOST if lost[lane] else Status.TOO_MANY_STEPS
            self._end(int(lane), how)

    def _correct(self, live: Lanes, tolerance: Floats) -> tuple[Lanes, Floats, Floats, Floats]:
        """Lanes that met the curve; Newton iterations; how far from the guess, and the guess from here, in probability."""
        row, close, settled, newtons, gaps = table(1), table(1), table(1), table(1), table(2)
        row[0], close[0] = live, tolerance
        plan, there = self.plan, self.there
        newton.correct(
            plan.arrays, plan.actors, self.tables, self.target, self.guess, self.plane, close, there, row, settled, newtons, self.space
        )  # fmt: skip
        newton.distance(there, self.guess, gaps, 0)
        newton.distance(self.guess, self.here, gaps, 1)
        return settled[0] > 0.0, newtons[0], gaps[0], gaps[1]

    def _end(self, lane: int, how: Status) -> None:
        draw = self.draw[lane]
        self.logs[:, draw] = self.there[:-1, lane]
        self.status[draw], self.sweeps[draw] = how, self.space.sweeps[0, lane] - self.since[lane]
        self._take_up(lane)


def _predict(before: Floats, here: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The point ``ratio`` times the last step further on; and the part of that step taken, 1 or what reaches the target."""
    step = ratio * (here - before)
    over = here[-1] + step[-1] >= 1.0
    rise = np.where(over, step[-1], 1.0)
    part = np.where(over, np.minimum((1.0 - here[-1]) / rise, np.nextafter(1.0, 0.0)), 1.0)
    guess = here + part * step
    guess[:-1] = np.minimum(guess[:-1], 0.0)
    guess[-1] = np.where(over, 1.0, guess[-1])
    return guess, part


def _normal(here: Floats, guess: Floats) -> Floats:
    """Unit normal (n + 1, L) of the plane a corrector stays in. Lengths are those of Hellinger's distance between
    choices and of ``t``, so that what almost never happens does not count as movement."""
    normal = guess - here
    normal[:-1] *= np.exp(np.minimum(here[:-1], 0.0)) / 4.0
    unit: Floats = normal / np.sqrt((normal * normal).sum(axis=0) + 1e-300)
    return unit
