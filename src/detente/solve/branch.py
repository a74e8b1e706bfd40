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

from detente.solve.kernels import Numbers, Tables, inlined, jit, sweep, take_up
from detente.solve.lanes import WIDTH, at, fill, largest, load, size, smallest, store, table, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.plan import Plan

Floats = NDArray[np.float64]

SETTLED = 1e-10
"""Change of a probability in a sweep at which a draw is done, at its target."""
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

    Its draw and state; the fraction of the target it is at (``t``, a table of one row) and the last three it settled at; its next step; sweeps at this fraction and
    in all. Then tables of one row that say with ones and zeros what the last sweep means for it: it has settled and steps on,
    it goes back, it starts afresh; it goes on mixing; its last sweep is one to remember. ``doubt``: as in :class:`Followed`.
    """

    draw: NDArray[np.int64]
    state: NDArray[np.int64]
    t: Floats
    done: Floats
    step: Floats
    inner: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    change: Floats
    before: Floats
    mixes: Floats
    accept: Floats
    moved: Floats
    cleared: Floats
    kept: Floats
    coefficients: Floats
    doubt: NDArray[np.bool_]

    @classmethod
    def idle(cls) -> Pace:
        return cls(
            draw=np.zeros(WIDTH, np.int64),
            state=np.full(WIDTH, IDLE),
            t=table(1),
            done=table(3),
            step=np.zeros(WIDTH),
            inner=np.zeros(WIDTH, np.int64),
            sweeps=np.zeros(WIDTH, np.int64),
            change=table(3),
            before=np.zeros(WIDTH),
            mixes=table(1),
            accept=table(1),
            moved=table(1),
            cleared=table(1),
            kept=table(1),
            coefficients=table(3),
            doubt=np.zeros(WIDTH, np.bool_),
        )


class Points(NamedTuple):
    """The last three points on the branch, (3 * n), where it was heading (n), and the target precisions (I)."""

    done: Floats
    guess: Floats
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
    points = Points(table(3 * unknowns), table(unknowns), table(plan.actors))
    tables, memory = Tables.of(plan), Memory.of(unknowns)
    _follow(plan.arrays, plan.actors, numbers, budget, tables, points, Pace.idle(), memory, found)
    return found


@jit
def _follow(
    game: Any,
    actors: int,
    numbers: Any,
    budget: int,
    tables: Any,
    points: Any,
    pace: Any,
    memory: Any,
    found: Any,
) -> None:
    draws, unknowns = numbers.lam.shape[1], len(game.unknown_action)
    queue = np.int64(0)  # a literal nought would have ``take_up`` compiled twice
    busy, rounds = 0, 0
    for lane in range(WIDTH):
        # Lanes without a draw of their own hold the last one's numbers, idle.
        take_up(game, actors, numbers, min(queue, draws - 1), lane, tables, points.target)
        _begin(game, tables, lane, points, pace)
        pace.draw[lane], pace.state[lane] = queue, UNDER_WAY
        if queue >= draws:
            pace.state[lane] = IDLE
        else:
            busy += 1
        queue += 1
    while busy > 0:
        time = load(pace.t, 0)
        for a in range(actors):
            store(tables.lam, a, load(points.target, a) * time)
        sweep(game, actors, tables)
        _measure(game, tables, pace)
        settling = False
        for lane in range(WIDTH):
            settling = pace.change[0, lane] < _goal(lane, pace) or settling
        if settling:
            _drift(game, tables, points, pace)
        moving = False
        for lane in range(WIDTH):
            moving = _judge(lane, budget, pace) or moving
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
            _move_on(unknowns, tables, points, pace)
            for lane in range(WIDTH):
                state, draw = pace.state[lane], pace.draw[lane]
                if state in (SOLVED, GIVEN_UP):
                    for u in range(unknowns):
                        found.logs[u, draw] = points.done[u, lane]
                    if state == GIVEN_UP:
                        for u in range(unknowns):
                            found.before[u, draw] = points.done[unknowns + u, lane]
                    found.t[draw], found.t_before[draw] = pace.done[0, lane], pace.done[1, lane]
                    found.solved[draw], found.sweeps[draw] = state == SOLVED, pace.sweeps[lane]
                    found.doubt[draw] = pace.doubt[lane]
                    pace.state[lane] = IDLE
                    busy -= 1
                    if queue < draws:
                        take_up(game, actors, numbers, queue, lane, tables, points.target)
                        _begin(game, tables, lane, points, pace)
                        pace.draw[lane], pace.state[lane] = queue, UNDER_WAY
                        queue += 1
                        busy += 1
        rounds += 1


@jit
def _begin(game: Any, tables: Any, lane: int, points: Any, pace: Any) -> None:
    """Start a lane at the beginning of the branch."""
    unknowns, actors = len(game.unknown_action), len(game.payoff_first) - 1
    first_payoff = tables.value.shape[0] - (len(game.payoff_start) - 1)
    for u in range(unknowns):
        points.done[u, lane] = tables.logs[u, lane]
        points.guess[u, lane] = tables.logs[u, lane]
    steepest = 0.0
    for a in range(actors):
        low, high = math.inf, -math.inf
        for p in range(game.payoff_first[a], game.payoff_first[a + 1]):
            worth = tables.value[first_payoff + p, lane]
            low, high = min(low, worth), max(high, worth)
        steepest = max(steepest, points.target[a, lane] * (high - low))
    first = 1.0 if steepest <= FIRST_PRECISION or unknowns == 0 else FIRST_PRECISION / steepest
    pace.t[0, lane] = pace.step[lane] = first
    for i in range(3):
        pace.done[i, lane] = 0.0
    pace.inner[lane] = pace.sweeps[lane] = 0
    pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
    pace.doubt[lane] = False


@inlined
def _goal(lane: int, pace: Any) -> float:
    """Change of a probability in a sweep at which a lane has settled."""
    if pace.t[0, lane] >= 1.0:
        return SETTLED
    return WITH_CARE if pace.mixes[0, lane] > 0.0 else ON_THE_WAY


@inlined
def _measure(game: Any, tables: Any, pace: Any) -> None:
    """Largest change of a probability in the sweep, to first order; and its sum, which shows what is no number."""
    change, total = fill(0.0), fill(0.0)
    for u in range(len(game.unknown_action)):
        d = size(load(tables.image, u) - load(tables.logs, u)) * load(tables.prob, at(game.unknown_action, u))
        change = largest(d, change)
        total += d
    store(pace.change, 0, change)
    store(pace.change, 1, total)


@inlined
def _drift(game: Any, tables: Any, points: Any, pace: Any) -> None:
    """Largest distance from where the branch was heading, in probability; a log probability's counts in proportion."""
    drift = fill(0.0)
    for u in range(len(game.unknown_action)):
        guess, image = load(points.guess, u), load(tables.image, u)
        drift = largest(size(guess - image) * fill(FAR / FAR_IN_LOGS), drift)
        # exp(d) - 1 by its series, good to a hundredth where the log probability has not gone too far by itself
        d = smallest(guess, fill(0.0)) - image
        part = d * (fill(1.0) + d * (fill(1.0 / 2.0) + d * (fill(1.0 / 6.0) + d * fill(1.0 / 24.0))))
        drift = largest(size(part) * load(tables.prob, at(game.unknown_action, u)), drift)
    store(pace.change, 2, drift)


@inlined
def _judge(lane: int, budget: int, pace: Any) -> bool:
    """After a sweep: on, back, done or given up? Says whether the lane leaves its present fraction."""
    pace.accept[0, lane] = pace.moved[0, lane] = pace.cleared[0, lane] = 0.0
    if pace.state[lane] != UNDER_WAY:
        pace.moved[0, lane] = 1.0
        pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
        return False
    pace.sweeps[lane] += 1
    pace.inner[lane] += 1
    change, drift, t, step = pace.change[0, lane], pace.change[2, lane], pace.t[0, lane], pace.step[lane]
    inner, at_end, mixed_before = pace.inner[lane], t >= 1.0, pace.mixes[0, lane] > 0.0
    accept, restart, settled = False, False, False
    if not math.isfinite(pace.change[1, lane]):
        restart = True
    elif change < _goal(lane, pace):
        settled = True
        restart = drift > FAR and pace.done[0, lane] > 0.0
        accept = not restart
    elif inner > (LAST_PATIENCE if at_end and change < WITH_CARE else PATIENCE):
        restart = True
    if accept and at_end:
        pace.state[lane] = SOLVED
    elif accept:
        aimed = AIM * math.sqrt(FAR / max(drift, 1e-6))
        step *= min(aimed, LONGER if inner <= 12 else (1.2 if inner <= 30 else 0.7))
        pace.done[2, lane], pace.done[1, lane], pace.done[0, lane] = pace.done[1, lane], pace.done[0, lane], t
        t = min(1.0, t + step)
        pace.inner[lane] = 0
    elif restart:
        aimed = AIM * math.sqrt(FAR / drift) if settled else 0.0
        step = (t - pace.done[0, lane]) * max(aimed, 1.0 / 3.0)
        t = pace.done[0, lane] + step
        pace.inner[lane] = 0
        if step < SHORTEST:
            pace.state[lane] = GIVEN_UP
    pace.t[0, lane], pace.step[lane] = t, step
    slow = inner > PLAIN and change > (SLOW if at_end else SLOW_ON_THE_WAY) * pace.before[lane]
    if pace.state[lane] == UNDER_WAY and pace.sweeps[lane] >= budget:
        pace.state[lane] = GIVEN_UP
    gone = pace.state[lane] != UNDER_WAY
    leaves = accept or restart or gone
    pace.accept[0, lane] = 1.0 if accept else 0.0
    pace.moved[0, lane] = 1.0 if leaves else 0.0
    mixes = not leaves and (mixed_before or slow)
    if accept or restart:
        pace.doubt[lane] = pace.doubt[lane] and pace.state[lane] == SOLVED
    elif at_end and (mixes or mixed_before) and change > ATTRACTS * pace.before[lane]:
        pace.doubt[lane] = True
    pace.mixes[0, lane] = 1.0 if mixes else 0.0
    pace.cleared[0, lane] = 1.0 if mixes and not mixed_before else 0.0
    pace.kept[0, lane] = 1.0 if mixes and mixed_before else 0.0
    pace.before[lane] = change
    return leaves


@inlined
def _move_on(unknowns: int, tables: Any, points: Any, pace: Any) -> None:
    """Lanes that settled keep their point; those that have moved start from the parabola through their last three points, or the
    secant through two."""
    for lane in range(WIDTH):
        t, a, b, c = pace.t[0, lane], pace.done[0, lane], pace.done[1, lane], pace.done[2, lane]
        one, two, three = 1.0, 0.0, 0.0
        if a > b > c:
            one = (t - b) * (t - c) / ((a - b) * (a - c))
            two = (t - a) * (t - c) / ((b - a) * (b - c))
            three = (t - a) * (t - b) / ((c - a) * (c - b))
        elif a > b:
            one = (t - b) / (a - b)
            two = 1.0 - one
        pace.coefficients[0, lane], pace.coefficients[1, lane], pace.coefficients[2, lane] = one, two, three
    accept, moved = load(pace.accept, 0), load(pace.moved, 0)
    one, two, three = load(pace.coefficients, 0), load(pace.coefficients, 1), load(pace.coefficients, 2)
    for u in range(unknowns):
        last, second, third = (
            load(points.done, u),
            load(points.done, unknowns + u),
            load(points.done, 2 * unknowns + u),
        )
        third = where(accept, second, third)
        second = where(accept, last, second)
        last = where(accept, load(tables.image, u), last)
        store(points.done, u, last)
        store(points.done, unknowns + u, second)
        store(points.done, 2 * unknowns + u, third)
        ahead = one * last + two * second + three * third
        store(tables.logs, u, where(moved, ahead, load(tables.logs, u)))
        store(points.guess, u, where(moved, ahead, load(points.guess, u)))
