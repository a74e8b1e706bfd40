"""The principal branch followed by arc length, through folds, all lanes of a block side by side.

For the draws that plain continuation in precision cannot follow: where the branch folds, the precision must fall
for a while before it rises again, so it is an unknown like the others. The curve ``x = sweep(x, t)``, with ``x`` the log
probabilities of the actions that beliefs depend on and ``t`` the fraction of the target precision, is followed by a
secant predictor and a Newton corrector (:mod:`detente.solve.newton`) in the plane normal to it (Turocy 2005; Allgower & Georg
1990, ch. 10). Few products with the Jacobian are needed, since few combinations of beliefs really matter.

A sweep serves all lanes; after it each goes on by itself, within its step, to its next step, or, where its draw has ended, to the next draw. No
number of one lane enters the arithmetic of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve import branch, dense, newton
from detente.solve.beside import wait_for
from detente.solve.kernels import Numbers, Tables, jit, sweep, take_up
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, smallest, store, table, total, where
from detente.solve.pace import FIRST_PRECISION
from detente.solve.plan import Plan
from detente.solve.status import Status
from detente.solve.vectors import collect, deal, rows_of, scale

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

MAX_STEPS, MAX_STEPS_ON = 600, 150
"""Steps from the beginning, and from where sweeps got to. Most of what is not lost arrives in a few dozen; of two thousand draws of random games two needed more than 300."""
SHORTEST = 1e-6
"""Smallest ratio of a step to the one before: shorter, and the lane is given up."""
FIRST_RATIO = 0.1
"""The first step, as a ratio to the last that sweeps could take."""
BUDGET = 60
"""Sweeps given to following the branch before arc length takes over: well before the place where they fail, from which it often goes astray."""
ON_THE_WAY, SETTLED = 1e-4, 1e-11
"""Change of a probability in a sweep at which a point counts as on the curve, on the way and at the target."""

BEFORE_ONE = float(np.nextafter(1.0, 0.0))
UNDER_WAY = -1
SOLVED, BRANCH_LOST, TOO_MANY_STEPS = int(Status.SOLVED), int(Status.BRANCH_LOST), int(Status.TOO_MANY_STEPS)


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
    plan: Plan, numbers: Numbers, tables: Tables, far: float, start: Start | None
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Solve every draw: log probabilities of the unknowns (n, D), status (D), sweeps (D).

    No step lands further than ``far``, in probability, from where it was heading. ``start``: where sweeps got to, if not from the branch's
    beginning; in small games this is no help, and no draw is solved so.
    """
    draws = numbers.lam.shape[1]
    logs, status, sweeps = (
        np.zeros((plan.unknowns, draws)),
        np.full(draws, Status.BRANCH_LOST, np.int64),
        np.zeros(draws, np.int64),
    )
    if plan.unknowns <= dense.MOST_UNKNOWNS:
        if start is not None:
            return logs, status, sweeps
        for draw in range(draws):
            sweep_map = SweepMap(plan, tables)
            uniform = sweep_map.take(numbers, np.full(WIDTH, draw))[:, 0]
            first = min(0.5, FIRST_PRECISION / 4 / max(float(sweep_map.steepest()[0]), 1e-300))
            logs[:, draw], status[draw] = dense.follow(sweep_map, uniform, first, far)
            sweeps[draw] = sweep_map.sweeps
        return logs, status, sweeps
    if start is not None:
        which, begin, ratio, most = np.flatnonzero(start.usable), start, FIRST_RATIO, MAX_STEPS_ON
    else:
        which, begin, ratio, most = np.arange(draws), _beginning(plan, numbers, tables), 1.0, MAX_STEPS
    if len(which):
        wait_for(follow)
        target, walk, space = table(plan.actors), Walk.of(plan.unknowns), newton.Space.of(plan.unknowns)
        follow(
            plan.arrays, plan.actors, numbers, which, begin, ratio, most, far, tables, target, walk, space, logs, status, sweeps
        )  # fmt: skip
    return logs, status, sweeps


def reached(plan: Plan, numbers: Numbers) -> Start:
    """Where a few sweeps get to."""
    return Start.of(branch.follow(plan, numbers, BUDGET))


class Start(NamedTuple):
    """Two points at which D draws start: log probabilities ``before`` and ``here`` (n, D) and their ``t_before`` and ``t`` (D)."""

    before: Floats
    t_before: Floats
    here: Floats
    t: Floats

    @classmethod
    def of(cls, followed: branch.Followed) -> Start:
        """Where sweeps got to: at the target, in those that they solved."""
        return cls(followed.before, followed.t_before, followed.logs, np.where(followed.solved, 1.0, followed.t))

    @classmethod
    def nowhere(cls, unknowns: int, draws: int) -> Start:
        """For draws of which nothing is known."""
        return cls(np.zeros((unknowns, draws)), np.zeros(draws), np.zeros((unknowns, draws)), np.zeros(draws))

    @classmethod
    def join(cls, parts: Sequence[Start]) -> Start:
        """Those of several draws."""
        return cls(*(np.ascontiguousarray(np.concatenate(part, axis=-1)) for part in zip(*parts, strict=True)))

    def take(self, draws: NDArray[np.integer]) -> Start:
        """The same for some draws."""
        return Start(*(np.ascontiguousarray(part[..., draws]) for part in self))

    @property
    def usable(self) -> Lanes:
        """(D,) whether there are two points, short of the target."""
        return (self.t_before > 0.0) & (self.t < 1.0)


def _beginning(plan: Plan, numbers: Numbers, tables: Tables) -> Start:
    """The uniform profile, which is on the curve at precision zero, and is kept for the first step."""
    draws, sweep_map = numbers.lam.shape[1], SweepMap(plan, tables)
    first = np.empty(draws)
    for begin in range(0, draws, WIDTH):
        which = np.minimum(np.arange(begin, begin + WIDTH), draws - 1)
        sweep_map.take(numbers, which)
        first[which] = np.minimum(1.0, FIRST_PRECISION / np.maximum(sweep_map.steepest(), 1e-300))
    uniform = np.repeat(plan.arrays.uniform[:, None], draws, axis=1)
    return Start(uniform, np.zeros(draws), uniform, first)


class Walk(NamedTuple):
    """How far each lane has come.

    Its last two points on the curve, ``before`` and ``here``, vectors of :mod:`detente.solve.vectors`. Arrays (WIDTH,): its ``draw``, -1 where none is
    left; ``ratio``, the next step's length in last steps, and the ``part`` of it that reaches the target, 1 where all is short of it; ``steps`` and ``sweeps`` so far;
    ``fresh`` where ``here`` is only near the curve, and is to be corrected first; ``landing`` where this step ends at the target.
    """

    before: Floats
    here: Floats
    draw: NDArray[np.int64]
    ratio: Floats
    part: Floats
    steps: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    fresh: Lanes
    landing: Lanes

    @classmethod
    def of(cls, unknowns: int) -> Walk:
        """Before the first draw."""
        rows = WIDTH * rows_of(unknowns)
        return cls(
            before=table(rows),
            here=table(rows),
            draw=np.full(WIDTH, -1),
            ratio=np.ones(WIDTH),
            part=np.ones(WIDTH),
            steps=np.zeros(WIDTH, np.int64),
            sweeps=np.zeros(WIDTH, np.int64),
            fresh=np.zeros(WIDTH, np.bool_),
            landing=np.zeros(WIDTH, np.bool_),
        )


@jit
def follow(
    game: Any,
    actors: int,
    numbers: Any,
    which: NDArray[np.int64],
    start: Any,
    ratio: float,
    most: int,
    far: float,
    tables: Any,
    target: Floats,
    walk: Any,
    space: Any,
    logs: Floats,
    status: NDArray[np.int64],
    sweeps: NDArray[np.int64],
) -> None:
    """Follow the branch of the draws ``which`` from where they ``start``; how it went goes into ``logs`` (n, D), ``status`` (D) and ``sweeps`` (D).

    The first step is ``ratio`` times the way between the two points there, and there are at ``most`` so many. A step goes at most ``5 far`` along the curve and lands within ``far`` of where it was heading, in probability.
    """
    unknowns, rows = len(game.unknown_action), walk.here.shape[0] // WIDTH
    queue, busy = np.int64(0), 0
    for lane in range(WIDTH):
        # Lanes without a draw of their own hold the last one's numbers, idle.
        draw = which[queue if queue < len(which) else -1]
        take_up(game, actors, numbers, draw, lane, tables, target)
        _begin(unknowns, draw, start, ratio, lane, walk)
        _step(lane, walk, space)
        if queue < len(which):
            busy += 1
        else:
            walk.draw[lane] = -1
        queue += 1
    while busy > 0:
        for lane in range(WIDTH):
            time = space.ask[lane * rows + rows - 1, 0]
            for a in range(actors):
                tables.lam[a, lane] = target[a, lane] * time
        deal(unknowns, rows, space.ask, tables.logs)
        sweep(game, actors, tables)
        collect(unknowns, rows, tables.image, space.answer)
        for lane in range(WIDTH):
            draw = walk.draw[lane]
            if draw < 0:
                continue
            walk.sweeps[lane] += 1
            if space.vector[lane] >= 0:
                if not newton.extend(lane, space):
                    newton.move(lane, space)
                continue
            met = newton.judge(lane, space)
            if met == newton.UNDER_WAY:
                continue
            how = _end_step(lane, met == newton.MET, most, far, walk, space)
            if how != UNDER_WAY:
                status[draw], sweeps[draw] = how, walk.sweeps[lane]
                for u in range(unknowns):
                    logs[u, draw] = space.point[lane * rows + u // WIDTH, u % WIDTH]
                walk.draw[lane] = -1
                busy -= 1
                if queue >= len(which):
                    continue
                draw = which[queue]
                take_up(game, actors, numbers, draw, lane, tables, target)
                _begin(unknowns, draw, start, ratio, lane, walk)
                queue += 1
                busy += 1
            _step(lane, walk, space)


@jit
def _begin(unknowns: int, draw: int, start: Any, ratio: float, lane: int, walk: Any) -> None:
    """Put a lane where its draw starts."""
    rows = walk.here.shape[0] // WIDTH
    first, last = lane * rows, lane * rows + rows - 1
    for u in range(unknowns):
        row, i = first + u // WIDTH, u % WIDTH
        walk.before[row, i], walk.here[row, i] = start.before[u, draw], start.here[u, draw]
    walk.before[last, 0], walk.here[last, 0] = start.t_before[draw], start.t[draw]
    walk.draw[lane], walk.fresh[lane], walk.ratio[lane] = draw, True, ratio
    walk.steps[lane] = walk.sweeps[lane] = 0


@jit
def _step(lane: int, walk: Any, space: Any) -> None:
    """Where a lane's next step heads, and the plane in which the curve is sought: a secant of the curve, and the plane normal to it."""
    rows = walk.here.shape[0] // WIDTH
    first, last = lane * rows, lane * rows + rows - 1
    fresh, ratio = walk.fresh[lane], walk.ratio[lane]
    t, rise = walk.here[last, 0], ratio * (walk.here[last, 0] - walk.before[last, 0])
    over = not fresh and t + rise >= 1.0
    part = min((1.0 - t) / rise, BEFORE_ONE) if over else 1.0
    walk.part[lane], walk.landing[lane] = part, over
    upright = over or (fresh and walk.before[last, 0] <= 0.0)
    onward = fill(0.0 if fresh else ratio * part)
    square, from_before = fill(0.0), fill(1.0 if fresh else 0.0)
    for r in range(first, last + 1):
        before, here = load(walk.before, r), load(walk.here, r)
        guess = here + onward * (here - before)
        if r < last:
            guess = smallest(guess, fill(0.0))
        start = where(from_before, before, here)
        normal = guess - start
        if r < last:
            normal = fill(0.25) * normal * exp(smallest(start, fill(0.0)))
        store(space.guess, r, guess)
        store(space.plane, r, normal)
        square += normal * normal
    if over:
        space.guess[last, 0] = 1.0
    if upright:
        for r in range(first, last + 1):
            store(space.plane, r, fill(0.0))
        space.plane[last, 0] = 1.0
    else:
        scale(rows, space.plane, first, 1.0 / math.sqrt(total(square) + 1e-300), space.plane, first)
    tolerance = SETTLED if over or space.guess[last, 0] >= 1.0 else ON_THE_WAY
    newton.begin(lane, tolerance, space)


@jit
def _end_step(lane: int, met: bool, most: int, far: float, walk: Any, space: Any) -> int:
    """Take the step that has met the curve near enough, or go back and try a shorter one. Returns the draw's status, ``UNDER_WAY`` if it is to go on."""
    rows = walk.here.shape[0] // WIDTH
    first, last = lane * rows, lane * rows + rows - 1
    fresh, part, newtons = walk.fresh[lane], walk.part[lane], space.iteration[lane]
    drift = planned = 0.0
    good = met
    if met and not fresh:
        drift, planned = (
            _distance(rows, first, space.point, space.guess),
            _distance(rows, first, space.guess, walk.here),
        )
        good = planned < 5 * far and drift < min(far, max(0.8 * planned, far / 6))
    walk.steps[lane] += 1
    if good and (walk.landing[lane] or (fresh and space.point[last, 0] >= 1.0)):
        return SOLVED
    if good:
        for r in range(first, last + 1):
            if not fresh:
                store(walk.before, r, load(walk.here, r))
            store(walk.here, r, load(space.point, r))
        if not fresh:
            easy = newtons <= 3 and drift < far / 3 and planned < 2 * far
            walk.ratio[lane] = 1.6 if easy else 1.0 if newtons <= 5 else 0.7
        walk.fresh[lane] = False
        if walk.here[last, 0] < 0.0:
            return BRANCH_LOST
    else:
        walk.ratio[lane] *= part / 3.0
        if fresh or walk.ratio[lane] < SHORTEST:
            return BRANCH_LOST
    return TOO_MANY_STEPS if walk.steps[lane] >= most else UNDER_WAY


@jit
def _distance(rows: int, first: int, one: Floats, other: Floats) -> float:
    """Largest difference of a probability between two points, no number where one of them is none."""
    gap, gaps = fill(0.0), fill(0.0)
    for r in range(first, first + rows - 1):
        d = exp(load(one, r)) - exp(load(other, r))
        gap = largest(size(d), gap)
        gaps += load(one, r) - load(one, r) + load(other, r) - load(other, r)
    most: float = highest(gap) + total(gaps)
    return most
