"""Following the principal branch of logit equilibria, sixteen draws side by side.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each draw keeps its own pace (:mod:`detente.solve.pace`): at a fraction of the target it sweeps until it settles, and steps on or goes back.
Sweeps are of log probabilities, and mixed (:mod:`detente.solve.mixing`) where they are slow. A draw whose steps become too short is left to :mod:`detente.solve.arclength`.

What is on the way is thrown away, so it need not be known to the last digit: this is done in single precision, where twice as many draws fit into a row, and
:mod:`detente.solve.finish` goes on from there. A game so steep that single precision blurs it is followed in double.

A lane whose draw has ended takes up the next one: no lane waits for its slowest neighbour. No number of one lane
enters the arithmetic of another, so results do not depend on the company a draw keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.arrivals import Arrivals, fetch, in_full_rows, seat
from detente.solve.kernels import Numbers, Tables, inlined, inner, jit, measure, sweep
from detente.solve.lanes import WIDTH, load, store, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.pace import ARRIVED, GIVEN_UP, IDLE, UNDER_WAY, Pace, begin, heading, judge
from detente.solve.plan import Plan

Floats = NDArray[np.float64]


STEEPEST = 4000.0
"""Largest precision times payoff span that is followed in single precision: where rounding makes changes of a sixth of what may be left on the way."""


class Followed(NamedTuple):
    """How far each of D draws has come.

    ``logs`` (D, n) log probabilities of the unknowns at the last fraction settled at, ``before`` (D, n) at the one before that, kept where a draw is
    given up, and those fractions, ``t`` and ``t_before`` (D), zero where there is none; ``arrived`` (D) at the target, or nearly; ``doubt`` (D) where sweeps were mixed there and did not
    close in on it steadily, ``slow`` (D) where they were mixed in the end; ``sweeps`` (D).
    """

    logs: Floats
    before: Floats
    t: Floats
    t_before: Floats
    arrived: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    slow: NDArray[np.bool_]
    sweeps: NDArray[np.int64]


def follow(plan: Plan, numbers: Numbers, budget: int) -> Followed:
    """Follow every draw of ``numbers`` to its target; one that needs more than ``budget`` sweeps is given up."""
    draws, unknowns = numbers.lam.shape[1], plan.unknowns
    found = Followed(
        np.zeros((draws, unknowns)),
        np.zeros((draws, unknowns)),
        np.zeros(draws),
        np.zeros(draws),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.int64),
    )
    if unknowns == 0:
        # Nobody's belief is open: the sweep of the certificate is the answer.
        found.arrived[:], found.sweeps[:] = True, 1
        return found
    _follow_in(plan, numbers, budget, True, found)
    steep = np.flatnonzero(found.sweeps < 0)
    if len(steep):
        again = Followed._make(part[steep] for part in found)
        _follow_in(plan, numbers.take(steep), budget, False, again)
        for part, new in zip(found, again, strict=True):
            part[steep] = new
    return found


def _follow_in(plan: Plan, numbers: Numbers, budget: int, single: bool, found: Followed) -> None:
    """Follow every draw in single or double precision; those too steep for single precision have less than no sweep."""
    tables, memory, pace = Tables.of(plan, single), Memory.of(plan.unknowns, single), Pace.idle(single)
    # A lane moves now and then, and by itself, so its points lie one after the other.
    points = np.zeros((len(pace.lane), 3, plan.unknowns), pace.t.dtype)
    steepest, rounding = STEEPEST if single else np.inf, float(np.finfo(pace.t.dtype).eps)
    waiting, numbers = Arrivals.of(plan), in_full_rows(numbers)
    game = plan.arrays
    _follow(game, plan.actors, numbers, budget, steepest, rounding, waiting, tables, points, pace, memory, found)


@jit
def _follow(
    game: Any,
    actors: int,
    numbers: Any,
    budget: int,
    steepest: float,
    rounding: float,
    waiting: Any,
    tables: Any,
    points: Any,
    pace: Any,
    memory: Any,
    found: Any,
) -> None:
    draws, unknowns = found.t.shape[0], len(game.unknown_action)
    width = len(pace.lane)
    queue, busy, rounds = 0, 0, 0
    for lane in range(width):
        queue = _take_up(
            game, actors, numbers, queue, draws, lane, steepest, rounding, waiting, tables, points, pace, found
        )
        busy += pace.lane[lane].state == UNDER_WAY
    while busy > 0:
        for a in range(actors):
            store(tables.lam, a, load(pace.t, 0))
        sweep(game, actors, tables)
        measure(game, tables)
        moving, mixing = judge(unknowns, budget, tables.image, tables.changed, points, pace)
        if mixing:
            starting = False
            for lane in range(width):
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
            for lane in range(width):
                one = pace.lane[lane]
                if not one.leaves:
                    continue
                if one.accept:
                    _keep(unknowns, lane, tables.image, points, one)
                if one.state == UNDER_WAY:
                    _head_for(unknowns, lane, pace.t[0, lane], tables.logs, points, one)
                    continue
                _hand_in(unknowns, lane, points, one, found)
                queue = _take_up(
                    game, actors, numbers, queue, draws, lane, steepest, rounding, waiting, tables, points, pace, found
                )
                busy -= one.state == IDLE
        rounds += 1


@inner
def _take_up(
    game: Any,
    actors: int,
    numbers: Any,
    queue: int,
    draws: int,
    lane: int,
    steepest: float,
    rounding: float,
    waiting: Any,
    tables: Any,
    points: Any,
    pace: Any,
    found: Any,
) -> int:
    """Start a lane on the next draw that is not too steep, at the beginning of the branch, where all options are alike. Returns how many have been taken up.

    Without one, the lane is idle, with the numbers of some other draw.
    """
    pace.lane[lane].state = IDLE
    while queue < draws:
        draw, place = queue, queue % WIDTH
        if place == 0:
            fetch(game, actors, numbers, draw, waiting)
        queue += 1
        if waiting.steepest[0, place] > steepest:
            found.sweeps[draw] = -1
            continue
        seat(game, waiting, place, lane, tables)
        begin(draw, lane, waiting.steepest[0, place], rounding, pace)
        for u in range(len(game.uniform)):
            points[lane, 0, u] = game.uniform[u]
        break
    return queue


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
        found.logs[draw, u] = done[lane, last, u]
    if one.state == GIVEN_UP:
        for u in range(unknowns):
            found.before[draw, u] = done[lane, earlier, u]
    found.t[draw], found.t_before[draw] = one.done, one.second
    found.arrived[draw], found.sweeps[draw] = one.state == ARRIVED, one.sweeps
    found.doubt[draw], found.slow[draw] = one.doubt, one.slow
