"""Following the principal branch of logit equilibria, eight draws side by side.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each draw keeps its own pace (:mod:`detente.solve.pace`): at a fraction of the target it sweeps until it settles, and steps on or goes back.
Sweeps are of log probabilities, and mixed (:mod:`detente.solve.mixing`) where they are slow. A draw whose steps become too short is left to :mod:`detente.solve.arclength`.

A lane whose draw has ended takes up the next one: no lane waits for its slowest neighbour. No number of one lane
enters the arithmetic of another, so results do not depend on the company a draw keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.arrivals import Arrivals, fetch, in_full_rows, seat
from detente.solve.kernels import Numbers, Tables, inlined, jit, sweep
from detente.solve.lanes import WIDTH, at, fill, largest, load, size, store, table, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.pace import FAR, FAR_IN_LOGS, GIVEN_UP, IDLE, SOLVED, UNDER_WAY, Pace, begin, heading, judge
from detente.solve.plan import Plan

Floats = NDArray[np.float64]


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
        begin(queue, lane, waiting.steepest[0, lane], pace)
        _start(lane, game.uniform, points)
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
            moving = judge(unknowns, lane, budget, tables.image, points, pace) or moving
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
                    begin(queue, lane, waiting.steepest[0, place], pace)
                    _start(lane, game.uniform, points)
                    queue += 1
                    busy += 1
        rounds += 1


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
def _start(lane: int, uniform: Floats, points: Any) -> None:
    """The branch begins where all options are alike."""
    for u in range(len(uniform)):
        points.done[lane, 0, u] = uniform[u]


@inlined
def _keep(unknowns: int, lane: int, image: Floats, points: Any, pace: Any) -> None:
    """A lane that has settled keeps its point, in place of the oldest, or of that which it has settled at again."""
    slot = pace.slot[lane] if pace.again[lane] else (pace.slot[lane] + 1) % 3
    pace.slot[lane] = slot
    for u in range(unknowns):
        points.done[lane, slot, u] = image[u, lane]


@inlined
def _head_for(unknowns: int, lane: int, logs: Floats, points: Any, pace: Any) -> None:
    """Start from where the branch is heading."""
    one, two, three = heading(lane, pace)
    last = pace.slot[lane]
    second, third = (last + 2) % 3, (last + 1) % 3
    for u in range(unknowns):
        logs[u, lane] = (
            one * points.done[lane, last, u] + two * points.done[lane, second, u] + three * points.done[lane, third, u]
        )


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
