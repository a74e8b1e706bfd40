"""Following the principal branch of logit equilibria, all lanes of a block side by side.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each lane keeps its own pace: at a fraction ``t`` of the target it iterates sweeps, accelerated
by Anderson mixing (Walker & Ni 2011) on log probabilities, until they settle; then it steps on, faster
after easy steps, and goes back and steps shorter when the sweeps fail to settle or settle far from
where the branch was heading, which may be another branch. A lane whose steps become too short is left to :mod:`detente.solve.arclength`.

No number of one lane enters the arithmetic of another, so results do not depend on the company a draw keeps.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import jit, sweep, u64
from detente.solve.lanes import exp

Floats = NDArray[np.float64]

DEPTH = 5
"""Sweeps that Anderson mixing looks back on."""
SETTLED = 2e-12
"""Change of a probability in a sweep at which a lane is done, at its target."""
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


@jit
def follow(
    tree: Any,
    active: Any,
    logs: Floats,
    prob: Floats,
    target: Floats,
    first_step: Floats,
    budget: int,
    reach: Floats,
    value: Floats,
    scratch: Floats,
) -> Any:
    """Solve every lane. ``target`` (I, L) precisions; ``first_step`` (L) the first fraction of it tried.

    ``active`` lists the actions that beliefs depend on: the unknowns; all others follow from them in one
    sweep. ``logs`` and ``prob`` (A + C, L) hold the chances below row A and receive the equilibrium above it.
    A lane that needs more than ``budget`` sweeps is given up. Returns (solved (L) bool, sweeps (L)).
    """
    lanes = target.shape[1]
    actions = tree.set_action[-1]
    unknowns = len(active)
    new = np.empty((actions, lanes))
    for h in range(len(tree.set_actor)):
        start, stop = tree.set_action[h], tree.set_action[h + 1]
        logs[start:stop] = -math.log(stop - start)
    x, image = np.empty((unknowns, lanes)), np.empty((unknowns, lanes))
    for i in range(unknowns):
        x[i] = logs[active[i]]
    done_x, prev_x, guess = x.copy(), x.copy(), np.exp(x)
    last_image, last_off = np.zeros((unknowns, lanes)), np.zeros((unknowns, lanes))
    steps, turns = np.zeros((DEPTH, unknowns, lanes)), np.zeros((DEPTH, unknowns, lanes))
    gram, right, gamma = np.zeros((DEPTH, DEPTH, lanes)), np.zeros((DEPTH, lanes)), np.zeros((DEPTH, lanes))
    fresh = np.ones(lanes, np.bool_)  # nothing to look back on
    under_way = np.ones(lanes, np.bool_)
    rounds = 0
    done_t, prev_t = np.zeros(lanes), np.zeros(lanes)
    step = first_step.copy()
    t = np.minimum(first_step, 1.0) if unknowns > 0 else np.ones(lanes)
    lam = np.empty_like(target)
    inner = np.zeros(lanes, np.int64)
    sweeps = np.zeros(lanes, np.int64)
    state = np.zeros(lanes, np.int64)  # 0 under way, 1 solved, 2 given up
    change, drift = np.empty(lanes), np.empty(lanes)
    accept, restart = np.zeros(lanes, np.bool_), np.zeros(lanes, np.bool_)
    while (state == 0).any():
        for a in range(target.shape[0]):
            for lane in range(lanes):
                lam[a, lane] = target[a, lane] * t[lane]
        _spread(x, active, logs)
        sweep(tree, logs, prob, lam, reach, value, new, scratch)
        _compare(new, prob, active, x, guess, image, change, drift)
        for lane in range(lanes):
            accept[lane] = restart[lane] = False
            if state[lane] != 0:
                continue
            sweeps[lane] += 1
            inner[lane] += 1
            at_end = t[lane] >= 1.0
            if not math.isfinite(change[lane]):
                restart[lane] = True
            elif change[lane] < (SETTLED if at_end else ON_THE_WAY):
                restart[lane] = drift[lane] > FAR and step[lane] > SHORTEST
                accept[lane] = not restart[lane]
            elif inner[lane] > (LAST_PATIENCE if at_end and change[lane] < ON_THE_WAY else PATIENCE):
                restart[lane] = True
            if accept[lane] and at_end:
                state[lane] = 1
            elif accept[lane]:
                prev_t[lane], done_t[lane] = done_t[lane], t[lane]
                easy = inner[lane] <= 12 and drift[lane] < FAR / 2
                step[lane] *= 2.0 if easy else (1.2 if inner[lane] <= 30 else 0.7)
                t[lane] = min(1.0, t[lane] + step[lane])
                inner[lane] = 0
            elif restart[lane]:
                step[lane] = (t[lane] - done_t[lane]) / 3.0
                t[lane] = done_t[lane] + step[lane]
                inner[lane] = 0
                if step[lane] < SHORTEST:
                    state[lane] = 2
            if state[lane] == 0 and sweeps[lane] >= budget:
                state[lane] = 2
        _move_on(accept, restart, state, t, done_t, prev_t, image, x, done_x, prev_x, guess)
        for lane in range(lanes):
            under_way[lane] = state[lane] == 0 and not accept[lane] and not restart[lane]
        _remember(rounds % DEPTH, x, image, under_way, fresh, last_image, last_off, steps, turns, gram, right)
        for lane in range(lanes):
            gamma[:, lane] = 0.0
            if under_way[lane]:
                _solve_small(gram, right, lane, gamma)
            fresh[lane] = not under_way[lane]
        _mix(x, image, under_way, gamma, steps)
        rounds += 1
    # Solved lanes have kept their x: one last sweep puts every action in place.
    for a in range(target.shape[0]):
        for lane in range(lanes):
            lam[a, lane] = target[a, lane] * t[lane]
    _spread(x, active, logs)
    sweep(tree, logs, prob, lam, reach, value, new, scratch)
    logs[:actions] = new
    return state == 1, sweeps


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


@jit
def _move_on(
    accept: Any,
    restart: Any,
    state: Any,
    t: Floats,
    done_t: Floats,
    prev_t: Floats,
    new: Floats,
    x: Floats,
    done_x: Floats,
    prev_x: Floats,
    guess: Floats,
) -> None:
    """Lanes that settled keep their point; those that step on or go back start from the secant through the last two."""
    actions, lanes = x.shape
    for lane in range(lanes):
        if not (accept[lane] or restart[lane]):
            continue
        solved = state[lane] == 1
        slope = 0.0 if done_t[lane] <= prev_t[lane] else (t[lane] - done_t[lane]) / (done_t[lane] - prev_t[lane])
        for a in range(actions):
            if accept[lane]:
                prev_x[a, lane] = done_x[a, lane]
                done_x[a, lane] = new[a, lane]
            if solved:
                x[a, lane] = new[a, lane]
            else:
                x[a, lane] = done_x[a, lane] + slope * (done_x[a, lane] - prev_x[a, lane])
                guess[a, lane] = exp(min(x[a, lane], 0.0))


@jit
def _remember(
    slot: int,
    x: Floats,
    image: Floats,
    under_way: Any,
    fresh: Any,
    last_image: Floats,
    last_off: Floats,
    steps: Floats,
    turns: Floats,
    gram: Floats,
    right: Floats,
) -> None:
    """Keep in ``slot`` how the image and its distance from the unknowns have changed since the last sweep.

    A lane that has just moved on remembers nothing: its ``steps`` and ``turns`` are zero, and count for nothing.
    """
    unknowns, lanes = x.shape
    for lane in range(lanes):
        if not under_way[lane]:
            for i in range(DEPTH):
                for a in range(unknowns):
                    steps[i, a, lane] = turns[i, a, lane] = 0.0
                for j in range(DEPTH):
                    gram[i, j, lane] = 0.0
    keep = np.empty(lanes)
    for lane in range(lanes):
        keep[lane] = 1.0 if under_way[lane] and not fresh[lane] else 0.0
    products = np.zeros((DEPTH, lanes))
    right[:] = 0.0
    width, layer = u64(lanes), u64(unknowns * lanes)
    unknown, got, last_got, off = x.reshape(-1), image.reshape(-1), last_image.reshape(-1), last_off.reshape(-1)
    step, turn, product, side = steps.reshape(-1), turns.reshape(-1), products.reshape(-1), right.reshape(-1)
    newest = u64(slot) * layer
    for a in range(unknowns):
        here = u64(a) * width
        there = newest + here
        for lane in range(width):
            now = got[here + lane] - unknown[here + lane]
            turn[there + lane] = keep[lane] * (now - off[here + lane])
            step[there + lane] = keep[lane] * (got[here + lane] - last_got[here + lane])
            off[here + lane] = now
            last_got[here + lane] = got[here + lane]
        for i in range(DEPTH):
            other, to = u64(i) * layer + here, u64(i) * width
            for lane in range(width):
                product[to + lane] += turn[there + lane] * turn[other + lane]
                side[to + lane] += turn[other + lane] * off[here + lane]
    for i in range(DEPTH):
        for lane in range(lanes):
            gram[i, slot, lane] = gram[slot, i, lane] = products[i, lane]


@jit
def _mix(x: Floats, image: Floats, under_way: Any, gamma: Floats, steps: Floats) -> None:
    """Anderson mixing (type II): the combination of the last sweeps whose distance from the unknowns is least."""
    unknowns, lanes = x.shape
    width, layer = u64(lanes), u64(unknowns * lanes)
    unknown, got, step, share = x.reshape(-1), image.reshape(-1), steps.reshape(-1), gamma.reshape(-1)
    mixed = np.empty(lanes)
    for a in range(unknowns):
        here = u64(a) * width
        for lane in range(width):
            mixed[lane] = got[here + lane]
        for i in range(DEPTH):
            there, part = u64(i) * layer + here, u64(i) * width
            for lane in range(width):
                mixed[lane] -= share[part + lane] * step[there + lane]
        for lane in range(width):
            unknown[here + lane] = mixed[lane] if under_way[lane] else unknown[here + lane]


@jit
def _solve_small(gram: Floats, right: Floats, lane: int, gamma: Floats) -> None:
    """Normal equations of one lane by Cholesky, with a ridge of 1e-12 of the trace."""
    ridge = 0.0
    for i in range(DEPTH):
        ridge += gram[i, i, lane]
    ridge = ridge * 1e-12 + 1e-300
    low = np.zeros((DEPTH, DEPTH))
    for i in range(DEPTH):
        for j in range(i + 1):
            total = gram[i, j, lane] + (ridge if i == j else 0.0)
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i == j:
                if not total > 0.0:
                    return
                low[i, i] = math.sqrt(total)
            else:
                low[i, j] = total / low[j, j]
    y = np.zeros(DEPTH)
    for i in range(DEPTH):
        total = right[i, lane]
        for k in range(i):
            total -= low[i, k] * y[k]
        y[i] = total / low[i, i]
    for i in range(DEPTH - 1, -1, -1):
        total = y[i]
        for k in range(i + 1, DEPTH):
            total -= low[k, i] * gamma[k, lane]
        gamma[i, lane] = total / low[i, i]
