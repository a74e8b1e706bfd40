"""Following the principal branch of logit equilibria, many draws side by side in lanes.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each draw keeps its own pace: at a fraction ``t`` of the target it iterates sweeps, accelerated
by :mod:`detente.solve.mixing` on log probabilities, until they settle; then it steps on, faster
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

from detente.solve.kernels import IMPOSSIBLE, Numbers, jit, sweep, u64
from detente.solve.lanes import exp
from detente.solve.mixing import mix, nothing_yet

Floats = NDArray[np.float64]

SETTLED = 2e-12
"""Change of a probability in a sweep at which a draw is done, at its target."""
ON_THE_WAY = 1e-5
"""The same, on the way to it."""
PATIENCE = 60
"""Sweeps at one precision before going back."""
LAST_PATIENCE = 150
"""Sweeps at the target once on-the-way accuracy is reached there."""
FAR = 0.12
"""Largest distance, in probability, between where the branch was heading and where it is."""
SHORTEST = 1e-3
"""Shortest step, as a share of the target precision."""
FIRST_PRECISION = 0.5
"""Precision times payoff span at the first step of the branch."""
UNDER_WAY, SOLVED, GIVEN_UP, IDLE = 0, 1, 2, 3


class Pace(NamedTuple):
    """How far each of L lanes has come: its draw, the fraction of the target it is at and those it was at, its next
    step, sweeps at this fraction and in all, and whether this sweep lets it step on or sends it back."""

    draw: NDArray[np.int64]
    state: NDArray[np.int64]
    t: Floats
    done_t: Floats
    prev_t: Floats
    step: Floats
    inner: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    accept: NDArray[np.bool_]
    restart: NDArray[np.bool_]


class Points(NamedTuple):
    """(n, L) unknowns, their image under the sweep, the last two points on the branch, and where it was heading."""

    x: Floats
    image: Floats
    done: Floats
    prev: Floats
    guess: Floats


class Tables(NamedTuple):
    """A block's tables, as :func:`~detente.solve.kernels.sweep` takes them, and its target precisions (I, L)."""

    logs: Floats
    prob: Floats
    target: Floats
    lam: Floats
    reach: Floats
    value: Floats
    new: Floats
    scratch: Floats


def follow(arrays: Any, active: Any, numbers: Numbers, lanes: int, budget: int) -> tuple[Floats, Any, Any]:
    """Solve every draw of ``numbers``, in ``lanes`` lanes.

    ``active`` lists the actions that beliefs depend on: the unknowns; all others follow from them in one
    sweep. A draw that needs more than ``budget`` sweeps is given up. Returns (log probabilities (A, D), solved
    (D) bool, sweeps (D)).
    """
    actions, draws = int(arrays.set_action[-1]), numbers.lam.shape[1]
    logs = np.zeros((actions, draws))
    solved, sweeps = np.zeros(draws, np.bool_), np.zeros(draws, np.int64)
    _follow(arrays, active, numbers, lanes, budget, logs, solved, sweeps)
    return logs, solved, sweeps


@jit
def _follow(
    tree: Any, active: Any, numbers: Any, lanes: int, budget: int, out: Floats, solved: Any, sweeps: Any
) -> None:
    draws, unknowns = numbers.lam.shape[1], len(active)
    pace, points, tables = _workplace(tree, numbers, unknowns, lanes)
    memory, under_way = nothing_yet(unknowns, lanes), np.zeros(lanes, np.bool_)
    change, drift = np.empty(lanes), np.empty(lanes)
    queue, rounds = 0, 0
    for lane in range(lanes):
        # Lanes without a draw of their own repeat the last one's numbers, idle.
        _take_up(tree, active, numbers, min(queue, draws - 1), lane, pace, points, tables)
        if queue >= draws:
            pace.state[lane] = IDLE
        queue += 1
    while (pace.state == UNDER_WAY).any():
        for a in range(tables.lam.shape[0]):
            for lane in range(lanes):
                tables.lam[a, lane] = tables.target[a, lane] * pace.t[lane]
        _spread(points.x, active, tables.logs)
        sweep(tree, tables.logs, tables.prob, tables.lam, tables.reach, tables.value, tables.new, tables.scratch)
        _compare(tables.new, tables.prob, active, points.x, points.guess, points.image, change, drift)
        for lane in range(lanes):
            _judge(lane, change[lane], drift[lane], budget, pace)
        _move_on(pace, points)
        for lane in range(lanes):
            under_way[lane] = pace.state[lane] == UNDER_WAY and not pace.accept[lane] and not pace.restart[lane]
        for lane in range(lanes):
            state, draw = pace.state[lane], pace.draw[lane]
            if state == SOLVED:
                for a in range(len(out)):
                    out[a, draw] = tables.new[a, lane]
            if state in (SOLVED, GIVEN_UP):
                solved[draw], sweeps[draw] = state == SOLVED, pace.sweeps[lane]
                pace.state[lane] = IDLE
                if queue < draws:
                    _take_up(tree, active, numbers, queue, lane, pace, points, tables)
                    queue += 1
        mix(rounds, points.x, points.image, under_way, memory)
        rounds += 1


@jit
def _workplace(tree: Any, numbers: Any, unknowns: int, lanes: int) -> Any:
    """Room for a block of lanes."""
    actors, actions, nodes = numbers.lam.shape[0], tree.set_action[-1], len(tree.node_set)
    rows, terminals = actions + numbers.chances.shape[0], numbers.rows.shape[1]
    options = 0
    for h in range(len(tree.set_actor)):
        options = max(options, tree.set_action[h + 1] - tree.set_action[h])
    pace = Pace(
        np.zeros(lanes, np.int64),
        np.zeros(lanes, np.int64),
        np.zeros(lanes),
        np.zeros(lanes),
        np.zeros(lanes),
        np.zeros(lanes),
        np.zeros(lanes, np.int64),
        np.zeros(lanes, np.int64),
        np.zeros(lanes, np.bool_),
        np.zeros(lanes, np.bool_),
    )
    points = Points(
        np.zeros((unknowns, lanes)),
        np.zeros((unknowns, lanes)),
        np.zeros((unknowns, lanes)),
        np.zeros((unknowns, lanes)),
        np.zeros((unknowns, lanes)),
    )
    tables = Tables(
        np.zeros((rows, lanes)),
        np.zeros((rows, lanes)),
        np.zeros((actors, lanes)),
        np.zeros((actors, lanes)),
        np.zeros((nodes, lanes)),
        np.zeros((nodes + terminals, actors, lanes)),
        np.zeros((actions, lanes)),
        np.zeros((3 + options, lanes)),
    )
    return pace, points, tables


@jit
def _take_up(tree: Any, active: Any, numbers: Any, draw: int, lane: int, pace: Any, points: Any, tables: Any) -> None:
    """Put a draw's numbers into a lane and start it at the beginning of the branch."""
    actors, nodes, actions = numbers.lam.shape[0], len(tree.node_set), tree.set_action[-1]
    row_value = numbers.values[:, draw].copy()
    tables.value[nodes:, :, lane] = 0.0
    for i in range(len(numbers.actor)):
        actor = numbers.actor[i]
        for t in range(numbers.rows.shape[1]):
            tables.value[nodes + t, actor, lane] += row_value[numbers.rows[i, t]]
    for c in range(numbers.chances.shape[0]):
        chance = numbers.chances[c, draw]
        tables.prob[actions + c, lane] = chance
        tables.logs[actions + c, lane] = max(math.log(chance), IMPOSSIBLE) if chance > 0.0 else IMPOSSIBLE
    for h in range(len(tree.set_actor)):
        start, stop = tree.set_action[h], tree.set_action[h + 1]
        tables.logs[start:stop, lane] = -math.log(stop - start)
    for i in range(len(active)):
        start = tables.logs[active[i], lane]
        points.x[i, lane] = points.done[i, lane] = points.prev[i, lane] = start
        points.guess[i, lane] = exp(start)
    steepest = 0.0
    for a in range(actors):
        low, high = tables.value[nodes, a, lane], tables.value[nodes, a, lane]
        for t in range(numbers.rows.shape[1]):
            worth = tables.value[nodes + t, a, lane]
            low, high = min(low, worth), max(high, worth)
        tables.target[a, lane] = numbers.lam[a, draw]
        steepest = max(steepest, numbers.lam[a, draw] * (high - low))
    first = 1.0 if steepest <= FIRST_PRECISION else FIRST_PRECISION / steepest
    pace.draw[lane], pace.state[lane] = draw, UNDER_WAY
    pace.t[lane] = first if len(active) > 0 else 1.0
    pace.step[lane] = first
    pace.done_t[lane] = pace.prev_t[lane] = 0.0
    pace.inner[lane] = pace.sweeps[lane] = 0


@jit
def _judge(lane: int, change: float, drift: float, budget: int, pace: Any) -> None:
    """After a sweep that changed a lane by ``change``, ``drift`` from where it was heading: on, back, done or given up."""
    pace.accept[lane] = pace.restart[lane] = False
    if pace.state[lane] != UNDER_WAY:
        return
    pace.sweeps[lane] += 1
    pace.inner[lane] += 1
    inner, at_end = pace.inner[lane], pace.t[lane] >= 1.0
    accept, restart = False, False
    if not math.isfinite(change):
        restart = True
    elif change < (SETTLED if at_end else ON_THE_WAY):
        restart = drift > FAR and pace.step[lane] > SHORTEST
        accept = not restart
    elif inner > (LAST_PATIENCE if at_end and change < ON_THE_WAY else PATIENCE):
        restart = True
    if accept and at_end:
        pace.state[lane] = SOLVED
    elif accept:
        pace.prev_t[lane], pace.done_t[lane] = pace.done_t[lane], pace.t[lane]
        easy = inner <= 12 and drift < FAR / 2
        pace.step[lane] *= 2.0 if easy else (1.2 if inner <= 30 else 0.7)
        pace.t[lane] = min(1.0, pace.t[lane] + pace.step[lane])
        pace.inner[lane] = 0
    elif restart:
        pace.step[lane] = (pace.t[lane] - pace.done_t[lane]) / 3.0
        pace.t[lane] = pace.done_t[lane] + pace.step[lane]
        pace.inner[lane] = 0
        if pace.step[lane] < SHORTEST:
            pace.state[lane] = GIVEN_UP
    if pace.state[lane] == UNDER_WAY and pace.sweeps[lane] >= budget:
        pace.state[lane] = GIVEN_UP
    pace.accept[lane], pace.restart[lane] = accept, restart


@jit
def _move_on(pace: Any, points: Any) -> None:
    """Lanes that settled keep their point; those that step on or go back start from the secant through the last two."""
    unknowns, lanes = points.x.shape
    for lane in range(lanes):
        if pace.state[lane] != UNDER_WAY or not (pace.accept[lane] or pace.restart[lane]):
            continue
        done_t, prev_t = pace.done_t[lane], pace.prev_t[lane]
        slope = 0.0 if done_t <= prev_t else (pace.t[lane] - done_t) / (done_t - prev_t)
        for a in range(unknowns):
            if pace.accept[lane]:
                points.prev[a, lane] = points.done[a, lane]
                points.done[a, lane] = points.image[a, lane]
            points.x[a, lane] = points.done[a, lane] + slope * (points.done[a, lane] - points.prev[a, lane])
            points.guess[a, lane] = exp(min(points.x[a, lane], 0.0))


@jit
def _spread(x: Floats, active: Any, logs: Floats) -> None:
    """Put the unknowns in their places among all actions."""
    width = u64(x.shape[1])
    unknown, log = x.reshape(-1), logs.reshape(-1)
    for i in range(x.shape[0]):
        here, there = u64(i) * width, u64(active[i]) * width
        for lane in range(width):
            log[there + lane] = unknown[here + lane]


@jit
def _compare(
    new: Floats, prob: Floats, active: Any, x: Floats, guess: Floats, image: Floats, change: Floats, drift: Floats
) -> None:
    """Gather the unknowns' ``image``; largest change of a probability in the sweep (to first order), and its
    distance from the guess."""
    change[:] = 0.0
    drift[:] = 0.0
    width = u64(x.shape[1])
    unknown, guessed, got = x.reshape(-1), guess.reshape(-1), image.reshape(-1)
    log, chance = new.reshape(-1), prob.reshape(-1)
    for i in range(x.shape[0]):
        here, there = u64(i) * width, u64(active[i]) * width
        for lane in range(width):
            y, p = log[there + lane], chance[there + lane]
            got[here + lane] = y
            d = abs(y - unknown[here + lane]) * p
            change[lane] = d if not d <= change[lane] else change[lane]  # a NaN stays
            drift[lane] = max(drift[lane], abs(p - guessed[here + lane]))
