"""Following the principal branch of logit equilibria, eight draws side by side.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each draw keeps its own pace: at a fraction ``t`` of the target it iterates sweeps, accelerated
by :mod:`detente.solve.mixing` on log probabilities where they are slow, until they settle; then it steps on, faster
after easy steps, and goes back and steps shorter when the sweeps fail to settle or settle far from
where the branch was heading, which may be another branch. A draw whose steps become too short is left to :mod:`detente.solve.arclength`.

A lane whose draw has ended takes up the next one: no lane waits for its slowest neighbour. No number of one lane
enters the arithmetic of another, so results do not depend on the company a draw keeps.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.arrivals import Arrivals, fetch, in_full_rows, seat
from detente.solve.kernels import Numbers, Tables, inlined, jit, sweep
from detente.solve.lanes import WIDTH, at, fill, largest, load, size, store, table, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.plan import Plan

Floats = NDArray[np.float64]

SETTLED = 1e-10
"""Change of a probability in a sweep at which a draw is done, at its target; or that the second sweep to come would make, where sweeps close in steadily."""
CAUTION = 2.0
"""How much less a sweep may do than the last that was compared, for its change to be taken for nearly all."""
STEADY = 0.5
"""Largest ratio of one change to the one before at which sweeps close in steadily."""
ON_THE_WAY, WITH_CARE = 3e-3, 1e-3
"""The same, on the way to it; and there where sweeps are mixed, which happens where branches come close."""
PATIENCE = 60
"""Sweeps at one precision before going back."""
LAST_PATIENCE = 150
"""Sweeps at the target once on-the-way accuracy is reached there."""
FAR = 0.12
"""Largest distance, in probability, between where the branch was heading and where it is."""
FAR_IN_LOGS = 1.0
"""The same, in a log probability: what almost never happens may settle what others believe, and so another branch."""
SHORTEST = 1e-3
"""Shortest step, as a share of the target precision."""
FIRST_PRECISION = 2.0
"""Precision times payoff span at the first step of the branch."""
AIM = 0.8
"""Of the step that would land just within ``FAR``, the part that is tried."""
LONGER = 3.0
"""Largest ratio of a step to the one before."""
SLOW, SLOW_ON_THE_WAY = 0.2, 0.5
"""Sweeps whose change falls by less than to this share of the one before are mixed, at the target and on the way to it."""
PLAIN = 2
"""Sweeps at one precision before any are."""
ATTRACTS = 0.9
"""Of the change of the sweep before: where sweeps are mixed at the target and one changes more, what they come to need not attract."""
UNDER_WAY, SOLVED, GIVEN_UP, IDLE = 0, 1, 2, 3


class Pace(NamedTuple):
    """How far each lane has come, arrays (WIDTH,).

    Its draw and state; the fraction of the target it is at (``t``, a table of one row), the last three it settled at and where the last of
    those points is kept (``slot``); its next step; sweeps at this fraction and in all. ``change`` (3): largest change in the last sweep, sum, distance;
    the largest change ``before``, and its ratio to the one before that over ``t`` where that was last seen; ``drift``, how far it has moved at this fraction. Then tables of one row that say with ones and zeros what the last sweep means for it:
    it starts mixing; it goes on mixing; its last sweep is one to remember. ``leaves``: its present fraction, for another or for good; ``accept``: having settled. ``doubt``: as in :class:`Followed`.
    """

    draw: NDArray[np.int64]
    state: NDArray[np.int64]
    t: Floats
    done: Floats
    slot: NDArray[np.int64]
    step: Floats
    inner: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    change: Floats
    before: Floats
    rate: Floats
    drift: Floats
    mixes: Floats
    cleared: Floats
    kept: Floats
    leaves: NDArray[np.bool_]
    accept: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    care: NDArray[np.bool_]
    back: NDArray[np.bool_]

    @classmethod
    def idle(cls) -> Pace:
        return cls(
            draw=np.zeros(WIDTH, np.int64),
            state=np.full(WIDTH, IDLE),
            t=table(1),
            done=np.zeros((3, WIDTH)),
            slot=np.zeros(WIDTH, np.int64),
            step=np.zeros(WIDTH),
            inner=np.zeros(WIDTH, np.int64),
            sweeps=np.zeros(WIDTH, np.int64),
            change=table(3),
            before=np.zeros(WIDTH),
            rate=np.zeros(WIDTH),
            drift=np.zeros(WIDTH),
            mixes=table(1),
            cleared=table(1),
            kept=table(1),
            leaves=np.zeros(WIDTH, np.bool_),
            accept=np.zeros(WIDTH, np.bool_),
            doubt=np.zeros(WIDTH, np.bool_),
            care=np.zeros(WIDTH, np.bool_),
            back=np.zeros(WIDTH, np.bool_),
        )


class Points(NamedTuple):
    """The last three points on the branch of each lane, (WIDTH, 3, n), in turn, and a table of the target precisions (I).

    A lane moves now and then, and by itself, so its points lie one after the other.
    """

    done: Floats
    target: Floats


class Followed(NamedTuple):
    """How far each of D draws has come.

    ``logs`` (n, D) log probabilities of the unknowns at the last fraction settled at, ``before`` (n, D) at the one before that, kept where a draw is
    given up, and those fractions, ``t`` and ``t_before`` (D), zero where there is none; ``solved`` (D); ``doubt`` (D) where sweeps were mixed at the target and did not
    close in on it steadily; ``sweeps`` (D).
    """

    logs: Floats
    before: Floats
    t: Floats
    t_before: Floats
    solved: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    sweeps: NDArray[np.int64]


def follow(plan: Plan, numbers: Numbers, budget: int) -> Followed:
    """Solve every draw of ``numbers``; one that needs more than ``budget`` sweeps is given up."""
    draws, unknowns = numbers.lam.shape[1], plan.unknowns
    found = Followed(
        np.zeros((unknowns, draws)),
        np.zeros((unknowns, draws)),
        np.zeros(draws),
        np.zeros(draws),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.int64),
    )
    points = Points(np.zeros((WIDTH, 3, unknowns)), table(plan.actors))
    tables, memory = Tables.of(plan), Memory.of(unknowns)
    waiting, numbers = Arrivals.of(plan), in_full_rows(numbers)
    _follow(plan.arrays, plan.actors, numbers, budget, waiting, tables, points, Pace.idle(), memory, found)
    return found


@jit
def _follow(
    game: Any,
    actors: int,
    numbers: Any,
    budget: int,
    waiting: Any,
    tables: Any,
    points: Any,
    pace: Any,
    memory: Any,
    found: Any,
) -> None:
    draws, unknowns = found.t.shape[0], len(game.unknown_action)
    fetch(game, actors, numbers, 0, waiting)
    queue, busy, rounds = 0, min(draws, WIDTH), 0
    for lane in range(WIDTH):
        seat(game, waiting, lane, lane, tables, points.target)
        _begin(queue, lane, waiting.steepest[0, lane], game.uniform, points, pace)
        if queue >= draws:
            pace.state[lane] = IDLE
        queue += 1
    while busy > 0:
        time = load(pace.t, 0)
        for a in range(actors):
            store(tables.lam, a, load(points.target, a) * time)
        sweep(game, actors, tables)
        _measure(game, tables, pace)
        moving = False
        for lane in range(WIDTH):
            moving = _judge(unknowns, lane, budget, tables.image, points, pace) or moving
        mixing = False
        for lane in range(WIDTH):
            mixing = mixing or pace.mixes[0, lane] > 0.0
        if mixing:
            starting = False
            for lane in range(WIDTH):
                starting = starting or pace.cleared[0, lane] > 0.0
            if starting:
                forget(memory, unknowns, load(pace.cleared, 0))
            slot = rounds % DEPTH
            remember(memory, unknowns, slot, tables.logs, tables.image, load(pace.kept, 0))
            combine(memory, slot)
            mixes = load(pace.mixes, 0)
            for u in range(unknowns):
                image = load(tables.image, u)
                store(tables.logs, u, where(mixes, mixed(memory, unknowns, slot, u, tables.image), image))
        else:
            for u in range(unknowns):
                store(tables.logs, u, load(tables.image, u))
        if moving:
            for lane in range(WIDTH):
                if not pace.leaves[lane]:
                    continue
                if pace.accept[lane]:
                    _keep(unknowns, lane, tables.image, points, pace)
                if pace.state[lane] == UNDER_WAY:
                    _head_for(unknowns, lane, tables.logs, points, pace)
                    continue
                _hand_in(unknowns, lane, points, pace, found)
                pace.state[lane] = IDLE
                busy -= 1
                if queue < draws:
                    place = queue % WIDTH
                    if place == 0:
                        fetch(game, actors, numbers, queue, waiting)
                    seat(game, waiting, place, lane, tables, points.target)
                    _begin(queue, lane, waiting.steepest[0, place], game.uniform, points, pace)
                    queue += 1
                    busy += 1
        rounds += 1


@inlined
def _begin(draw: int, lane: int, steepest: float, uniform: Floats, points: Any, pace: Any) -> None:
    """Start a lane on a draw, at the beginning of the branch."""
    unknowns = len(uniform)
    for u in range(unknowns):
        points.done[lane, 0, u] = uniform[u]
    first = 1.0 if steepest <= FIRST_PRECISION or unknowns == 0 else FIRST_PRECISION / steepest
    pace.draw[lane], pace.state[lane] = draw, UNDER_WAY
    pace.t[0, lane] = pace.step[lane] = first
    for i in range(3):
        pace.done[i, lane] = 0.0
    pace.slot[lane] = pace.inner[lane] = pace.sweeps[lane] = 0
    pace.rate[lane], pace.drift[lane] = math.inf, 0.0
    pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
    pace.doubt[lane] = pace.care[lane] = pace.back[lane] = False


@inlined
def _settled(lane: int, pace: Any) -> bool:
    """Whether the last sweep changed so little that a lane has settled, at its present fraction."""
    change = pace.change[0, lane]
    if pace.t[0, lane] < 1.0:
        if pace.care[lane] or pace.mixes[0, lane] > 0.0:
            return change < WITH_CARE
        return change * min(1.0, CAUTION * pace.rate[lane] * pace.t[0, lane]) < ON_THE_WAY
    if change < SETTLED:
        return True
    # Two more follow: the image, which is handed in, is one, and its certificate makes another.
    ratio = max(change / pace.before[lane], pace.rate[lane])
    steady = pace.inner[lane] >= PLAIN and pace.mixes[0, lane] == 0.0 and ratio < STEADY
    return steady and change * ratio * ratio < SETTLED * (1.0 - ratio)


@inlined
def _measure(game: Any, tables: Any, pace: Any) -> None:
    """Largest change of a probability in the sweep, to first order; the sum of changes, which shows what is no number; and the distance
    that the lane has moved, in probability: a log probability's counts in proportion."""
    change, total, distance = fill(0.0), fill(0.0), fill(0.0)
    for u in range(len(game.unknown_action)):
        d = size(load(tables.image, u) - load(tables.logs, u))
        prob = load(tables.prob, at(game.unknown_action, u))
        change = largest(d * prob, change)
        total += d
        # exp(d) - 1 by its series: what it was before may have been the larger
        distance = largest(
            d * largest(prob * (fill(1.0) + d * (fill(1.0 / 2.0) + d * fill(1.0 / 6.0))), fill(FAR / FAR_IN_LOGS)),
            distance,
        )
    store(pace.change, 0, change)
    store(pace.change, 1, total)
    store(pace.change, 2, distance)


@inlined
def _judge(unknowns: int, lane: int, budget: int, image: Floats, points: Any, pace: Any) -> bool:
    """After a sweep: on, back, done or given up? Says whether the lane leaves its present fraction."""
    pace.cleared[0, lane] = 0.0
    if pace.state[lane] != UNDER_WAY:
        pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
        pace.leaves[lane] = False
        return False
    settles = _settled(lane, pace)
    pace.sweeps[lane] += 1
    pace.inner[lane] += 1
    pace.drift[lane] += pace.change[2, lane]
    change, drift, t, step = pace.change[0, lane], pace.drift[lane], pace.t[0, lane], pace.step[lane]
    inner, here, at_end, mixed_before = pace.inner[lane], t, t >= 1.0, pace.mixes[0, lane] > 0.0
    accept, restart, settled, far = False, False, False, FAR
    if not math.isfinite(pace.change[1, lane]):
        restart = True
    elif settles:
        settled = True
        if mixed_before or pace.care[lane]:
            drift, planned = _distance(unknowns, lane, image, points, pace)
            if pace.care[lane]:
                far = min(FAR, max(0.8 * planned, FAR / 6.0))
        restart = drift > far and pace.done[0, lane] > 0.0
        accept = not restart
    elif inner > (LAST_PATIENCE if at_end and change < WITH_CARE else PATIENCE):
        restart = True
    if accept and at_end:
        pace.state[lane] = SOLVED
    elif accept:
        aimed = AIM * math.sqrt(FAR / max(drift, 1e-6))
        longer = 1.0 if pace.back[lane] else LONGER
        step *= min(aimed, longer if inner <= 12 else (1.2 if inner <= 30 else 0.7))
        pace.back[lane] = False
        pace.done[2, lane], pace.done[1, lane], pace.done[0, lane] = pace.done[1, lane], pace.done[0, lane], t
        t = min(1.0, t + step)
        pace.inner[lane] = 0
    elif restart:
        aimed = AIM * math.sqrt(far / drift) if settled else 0.0
        step = (t - pace.done[0, lane]) * max(aimed, 1.0 / 3.0)
        t = pace.done[0, lane] + step
        pace.care[lane] = pace.back[lane] = True
        pace.inner[lane] = 0
        if step < SHORTEST:
            pace.state[lane] = GIVEN_UP
    pace.t[0, lane], pace.step[lane] = t, step
    slow = inner > PLAIN and change > (SLOW if at_end else SLOW_ON_THE_WAY) * pace.before[lane]
    if pace.state[lane] == UNDER_WAY and pace.sweeps[lane] >= budget:
        pace.state[lane] = GIVEN_UP
    gone = pace.state[lane] != UNDER_WAY
    leaves = accept or restart or gone
    pace.accept[lane], pace.leaves[lane] = accept, leaves
    mixes = not leaves and (mixed_before or slow)
    pace.care[lane] = pace.care[lane] or (mixes and not at_end)
    if accept or restart:
        pace.doubt[lane] = pace.doubt[lane] and pace.state[lane] == SOLVED
    elif at_end and (mixes or mixed_before) and change > ATTRACTS * pace.before[lane]:
        pace.doubt[lane] = True
    pace.mixes[0, lane] = 1.0 if mixes else 0.0
    pace.cleared[0, lane] = 1.0 if mixes and not mixed_before else 0.0
    pace.kept[0, lane] = 1.0 if mixes and mixed_before else 0.0
    if mixes or mixed_before:
        pace.rate[lane] = math.inf
    elif inner > 1:
        pace.rate[lane] = change / (pace.before[lane] * here)
    if leaves:
        pace.drift[lane] = 0.0
    pace.before[lane] = change
    return leaves


@inlined
def _keep(unknowns: int, lane: int, image: Floats, points: Any, pace: Any) -> None:
    """A lane that has settled keeps its point, in place of the oldest."""
    slot = (pace.slot[lane] + 1) % 3
    pace.slot[lane] = slot
    for u in range(unknowns):
        points.done[lane, slot, u] = image[u, lane]


@inlined
def _heading(lane: int, pace: Any) -> tuple[float, float, float]:
    """Shares of a lane's last three points in where the branch is heading: by the parabola through them, or the secant through two."""
    t, a, b, c = pace.t[0, lane], pace.done[0, lane], pace.done[1, lane], pace.done[2, lane]
    if a > b > c:
        return (
            (t - b) * (t - c) / ((a - b) * (a - c)),
            (t - a) * (t - c) / ((b - a) * (b - c)),
            (t - a) * (t - b) / ((c - a) * (c - b)),
        )
    if a > b:
        return (t - b) / (a - b), (a - t) / (a - b), 0.0
    return 1.0, 0.0, 0.0


@inlined
def _head_for(unknowns: int, lane: int, logs: Floats, points: Any, pace: Any) -> None:
    """Start from where the branch is heading."""
    one, two, three = _heading(lane, pace)
    last = pace.slot[lane]
    second, third = (last + 2) % 3, (last + 1) % 3
    for u in range(unknowns):
        logs[u, lane] = (
            one * points.done[lane, last, u] + two * points.done[lane, second, u] + three * points.done[lane, third, u]
        )


@jit
def _distance(unknowns: int, lane: int, image: Floats, points: Any, pace: Any) -> tuple[float, float]:
    """Largest distance of the image from where the branch was heading, in probability (a log probability's counts in proportion); and how far that was from the last point."""
    one, two, three = _heading(lane, pace)
    last = pace.slot[lane]
    second, third = (last + 2) % 3, (last + 1) % 3
    drift, planned = 0.0, 0.0
    for u in range(unknowns):
        before = points.done[lane, last, u]
        guess = one * before + two * points.done[lane, second, u] + three * points.done[lane, third, u]
        there = math.exp(min(guess, 0.0))
        drift = max(drift, abs(guess - image[u, lane]) * (FAR / FAR_IN_LOGS), abs(there - math.exp(image[u, lane])))
        planned = max(planned, abs(guess - before) * (FAR / FAR_IN_LOGS), abs(there - math.exp(before)))
    return drift, planned


@inlined
def _hand_in(unknowns: int, lane: int, points: Any, pace: Any, found: Any) -> None:
    """A lane's draw is solved, or given up."""
    draw, last = pace.draw[lane], pace.slot[lane]
    second = (last + 2) % 3
    for u in range(unknowns):
        found.logs[u, draw] = points.done[lane, last, u]
    if pace.state[lane] == GIVEN_UP:
        for u in range(unknowns):
            found.before[u, draw] = points.done[lane, second, u]
    found.t[draw], found.t_before[draw] = pace.done[0, lane], pace.done[1, lane]
    found.solved[draw], found.sweeps[draw] = pace.state[lane] == SOLVED, pace.sweeps[lane]
    found.doubt[draw] = pace.doubt[lane]
