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
from detente.solve.kernels import Numbers, Tables, inlined, inner, jit, sweep
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
        # Lanes without a draw of their own hold the last one's numbers, idle.
        _take_up(game, queue, lane, waiting, tables, points, pace)
        if queue >= draws:
            pace.lane[lane].state = IDLE
        queue += 1
    while busy > 0:
        time = load(pace.t, 0)
        for a in range(actors):
            store(tables.lam, a, load(points.target, a) * time)
        sweep(game, actors, tables)
        _measure(game, tables, pace)
        moving, mixing = judge(unknowns, budget, tables.image, points.done, pace)
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
                one = pace.lane[lane]
                if not one.leaves:
                    continue
                if one.accept:
                    _keep(unknowns, lane, tables.image, points.done, one)
                if one.state == UNDER_WAY:
                    _head_for(unknowns, lane, pace.t[0, lane], tables.logs, points.done, one)
                    continue
                _hand_in(unknowns, lane, points.done, one, found)
                one.state = IDLE
                busy -= 1
                if queue < draws:
                    if queue % WIDTH == 0:
                        fetch(game, actors, numbers, queue, waiting)
                    _take_up(game, queue, lane, waiting, tables, points, pace)
                    queue += 1
                    busy += 1
        rounds += 1


@inner
def _take_up(game: Any, draw: int, lane: int, waiting: Any, tables: Any, points: Any, pace: Any) -> None:
    """Start a lane on a draw, at the beginning of the branch, where all options are alike."""
    place = draw % WIDTH
    seat(game, waiting, place, lane, tables, points.target)
    begin(draw, lane, waiting.steepest[0, place], pace)
    for u in range(len(game.uniform)):
        points.done[lane, 0, u] = game.uniform[u]


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
def _keep(unknowns: int, lane: int, image: Floats, done: Floats, one: Any) -> None:
    """A lane that has settled keeps its point, in place of the oldest, or of that which it has settled at again."""
    slot = one.slot if one.again else (one.slot + 1) % 3
    one.slot = slot
    for u in range(unknowns):
        done[lane, slot, u] = image[u, lane]


@inlined
def _head_for(unknowns: int, lane: int, t: float, logs: Floats, done: Floats, one: Any) -> None:
    """Start from where the branch is heading."""
    first, second, third = heading(t, one)
    last = one.slot
    earlier, earliest = (last + 2) % 3, (last + 1) % 3
    for u in range(unknowns):
        logs[u, lane] = first * done[lane, last, u] + second * done[lane, earlier, u] + third * done[lane, earliest, u]


@inlined
def _hand_in(unknowns: int, lane: int, done: Floats, one: Any, found: Any) -> None:
    """A lane's draw is solved, or given up."""
    draw, last = one.draw, one.slot
    earlier = (last + 2) % 3
    for u in range(unknowns):
        found.logs[u, draw] = done[lane, last, u]
    if one.state == GIVEN_UP:
        for u in range(unknowns):
            found.before[u, draw] = done[lane, earlier, u]
    found.t[draw], found.t_before[draw] = one.done, one.second
    found.solved[draw], found.sweeps[draw], found.doubt[draw] = one.state == SOLVED, one.sweeps, one.doubt
