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

from detente.solve.kernels import jit, sweep
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
    done_x, prev_x, guess = x.copy(), x.copy(), x.copy()
    last_x, last_f = np.zeros((unknowns, lanes)), np.zeros((unknowns, lanes))
    dx, df = np.zeros((DEPTH, unknowns, lanes)), np.zeros((DEPTH, unknowns, lanes))
    stored = np.zeros(lanes, np.int64)
    done_t, prev_t = np.zeros(lanes), np.zeros(lanes)
    step = first_step.copy()
    t = np.minimum(first_step, 1.0) if unknowns > 0 else np.ones(lanes)
    lam = np.empty_like(target)
    inner = np.zeros(lanes, np.int64)
    sweeps = np.zeros(lanes, np.int64)
    state = np.zeros(lanes, np.int64)  # 0 under way, 1 solved, 2 given up
    change, drift, gamma = np.empty(lanes), np.empty(lanes), np.zeros((DEPTH, lanes))
    accept, restart = np.zeros(lanes, np.bool_), np.zeros(lanes, np.bool_)
    while (state == 0).any():
        for a in range(target.shape[0]):
            for lane in range(lanes):
                lam[a, lane] = target[a, lane] * t[lane]
        for i in range(unknowns):
            logs[active[i]] = x[i]
        sweep(tree, logs, prob, lam, reach, value, new, scratch)
        for i in range(unknowns):
            image[i] = new[active[i]]
        _compare(image, x, guess, change, drift)
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
                inner[lane] = stored[lane] = 0
            elif restart[lane]:
                step[lane] = (t[lane] - done_t[lane]) / 3.0
                t[lane] = done_t[lane] + step[lane]
                inner[lane] = stored[lane] = 0
                if step[lane] < SHORTEST:
                    state[lane] = 2
            if state[lane] == 0 and sweeps[lane] >= budget:
                state[lane] = 2
        _move_on(accept, restart, state, t, done_t, prev_t, image, x, done_x, prev_x, guess)
        _accelerate(x, image, accept, restart, state, stored, last_x, last_f, dx, df, gamma)
    # Solved lanes have kept their x: one last sweep puts every action in place.
    for a in range(target.shape[0]):
        for lane in range(lanes):
            lam[a, lane] = target[a, lane] * t[lane]
    for i in range(unknowns):
        logs[active[i]] = x[i]
    sweep(tree, logs, prob, lam, reach, value, new, scratch)
    logs[:actions] = new
    return state == 1, sweeps


@jit
def _compare(new: Floats, x: Floats, guess: Floats, change: Floats, drift: Floats) -> None:
    """Largest change of a probability in the sweep (to first order), and its distance from the guess."""
    change[:] = 0.0
    drift[:] = 0.0
    for i in range(new.shape[0]):
        for lane in range(new.shape[1]):
            p = exp(new[i, lane])
            d = abs(new[i, lane] - x[i, lane]) * p
            if d > change[lane] or d != d:  # a NaN stays
                change[lane] = d
            drift[lane] = max(drift[lane], abs(p - exp(guess[i, lane])))


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
                guess[a, lane] = min(x[a, lane], 0.0)


@jit
def _accelerate(
    x: Floats,
    new: Floats,
    accept: Any,
    restart: Any,
    state: Any,
    stored: Any,
    last_x: Floats,
    last_f: Floats,
    dx: Floats,
    df: Floats,
    gamma: Floats,
) -> None:
    """Anderson mixing (type II): the combination of the last sweeps whose residual is least."""
    actions, lanes = x.shape
    gram = np.zeros((DEPTH, DEPTH, lanes))
    right = np.zeros((DEPTH, lanes))
    under_way = np.empty(lanes, np.bool_)
    slot = np.zeros(lanes, np.int64)
    for lane in range(lanes):
        under_way[lane] = state[lane] == 0 and not accept[lane] and not restart[lane]
        slot[lane] = (stored[lane] - 1) % DEPTH if stored[lane] > 0 else -1
    for a in range(actions):
        for lane in range(lanes):
            if under_way[lane]:
                f = new[a, lane] - x[a, lane]
                if slot[lane] >= 0:
                    dx[slot[lane], a, lane] = x[a, lane] - last_x[a, lane]
                    df[slot[lane], a, lane] = f - last_f[a, lane]
                last_x[a, lane], last_f[a, lane] = x[a, lane], f
    depth = 0
    for lane in range(lanes):
        if under_way[lane]:
            depth = max(depth, min(stored[lane], DEPTH))
    for i in range(depth):
        for j in range(i + 1):
            for a in range(actions):
                for lane in range(lanes):
                    gram[i, j, lane] += df[i, a, lane] * df[j, a, lane]
        for a in range(actions):
            for lane in range(lanes):
                right[i, lane] += df[i, a, lane] * last_f[a, lane]
    gamma[:] = 0.0
    for lane in range(lanes):
        if under_way[lane]:
            _solve_small(gram, right, min(stored[lane], DEPTH), lane, gamma)
            stored[lane] += 1
    for a in range(actions):
        for lane in range(lanes):
            if under_way[lane]:
                mixed = new[a, lane]
                for i in range(min(stored[lane] - 1, DEPTH)):
                    mixed -= gamma[i, lane] * (dx[i, a, lane] + df[i, a, lane])
                x[a, lane] = mixed


@jit
def _solve_small(gram: Floats, right: Floats, size: int, lane: int, gamma: Floats) -> None:
    """Normal equations of one lane by Cholesky, with a ridge of 1e-12 of the trace."""
    ridge = 0.0
    for i in range(size):
        ridge += gram[i, i, lane]
    ridge = ridge * 1e-12 + 1e-300
    low = np.zeros((DEPTH, DEPTH))
    for i in range(size):
        for j in range(i + 1):
            total = gram[i, j, lane] + (ridge if i == j else 0.0)
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i == j:
                if total <= 0.0:
                    return
                low[i, i] = math.sqrt(total)
            else:
                low[i, j] = total / low[j, j]
    y = np.zeros(DEPTH)
    for i in range(size):
        total = right[i, lane]
        for k in range(i):
            total -= low[i, k] * y[k]
        y[i] = total / low[i, i]
    for i in range(size - 1, -1, -1):
        total = y[i]
        for k in range(i + 1, size):
            total -= low[k, i] * gamma[k, lane]
        gamma[i, lane] = total / low[i, i]
