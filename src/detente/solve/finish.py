"""The last sweeps, in double precision and at the target, and the certificate: eight draws side by side.

From where :mod:`detente.solve.branch` got to most draws need two or three sweeps. Where they close in slowly they are mixed (:mod:`detente.solve.mixing`).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.beside import wait_for
from detente.solve.kernels import (
    Numbers,
    Tables,
    expected_payoffs,
    inner,
    jit,
    measure,
    mix_node,
    reach_down,
    respond,
    sweep,
    take_up,
    take_up_row,
)
from detente.solve.lanes import WIDTH, at, exp, fill, largest, load, put, size, store, table, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.pace import ATTRACTS, PLAIN, SLOW
from detente.solve.plan import Plan

Floats = NDArray[np.float64]

SETTLED = 3e-10
"""Change of a probability in a sweep at which a draw is done; or that the second sweep to come would make, where sweeps close in steadily."""
SETTLED_MIXED = 1e-10
"""The same where sweeps are mixed, and what the certificate adds to it may make it larger."""
STEADILY = 0.1, 0.5
"""Ratios of one change to the one before: at which sweeps are taken to close in at best, and at worst if steadily."""
PATIENCE = 150
"""Sweeps before a draw is given up."""
MOVED = 0.01
"""Way in probability at which it is given up as well: what it was nearly at does not attract it."""

LANE = np.dtype(
    [
        ("sweeps", np.int64),
        *((name, np.float64) for name in ("before", "way")),
        *((name, np.bool_) for name in ("under_way", "settled", "slow", "mixes", "doubt")),
    ],
    align=True,
)
"""What is known of a lane: its ``sweeps``, the change of the one ``before``, and the ``way`` it has moved; whether it is still ``under_way`` or has ``settled``, is known to be ``slow``, ``mixes`` and is in ``doubt``."""


class Room(NamedTuple):
    """Working space: ``lane`` (WIDTH,) of type ``LANE``; and tables, (1) each, ones and zeros, of what a lane does: it
    ``moves``, ``mixes``, starts to (``cleared``), has a last sweep to remember (``kept``); ``answer`` (I + 1 + most options)."""

    lane: NDArray[np.void]
    moves: Floats
    mixes: Floats
    cleared: Floats
    kept: Floats
    answer: Floats

    @classmethod
    def of(cls, plan: Plan) -> Room:
        most = int(np.diff(plan.tree.set_action).max(initial=2))
        return cls(np.zeros(WIDTH, LANE), table(1), table(1), table(1), table(1), table(plan.actors + 1 + most))


class Finished(NamedTuple):
    """Profiles of D draws, and how near they are to equilibrium.

    ``prob`` (A + C, D): choice probabilities, then chances. ``value`` (I, D): expected payoffs. ``residual`` (D): largest difference between a choice probability and
    the logit response to all the others. ``gain`` (I, D): largest gain of an actor from its best option over its mixture, at any one of
    its information sets. ``settled`` (D): whether sweeps did, if any were asked for; ``doubt`` (D) as in :class:`~detente.solve.branch.Followed`; ``sweeps`` (D).
    """

    prob: Floats
    value: Floats
    residual: Floats
    gain: Floats
    settled: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    sweeps: NDArray[np.int64]


def finish(
    plan: Plan, numbers: Numbers, logs: Floats, slow: NDArray[np.bool_], patience: int, tables: Tables
) -> Finished:
    """Go on from ``logs`` (D, n), close to the equilibrium of every draw, by up to ``patience`` sweeps and one more, and certify what that comes to. Those of ``slow`` (D) draws are mixed from the first.

    Without ``patience`` the unknowns stay as they are: a sweep might lead away from them.
    """
    draws, actors, actions = len(logs), plan.actors, plan.tree.actions
    found = Finished(
        np.empty((actions + plan.tree.chance_rows, draws)),
        np.empty((actors, draws)),
        np.empty(draws),
        np.empty((actors, draws)),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.int64),
    )
    found.prob[actions:] = numbers.chances
    wait_for(sweep_and_certify)
    sweep_and_certify(
        plan.arrays, actors, numbers, logs, slow, patience, tables, Memory.of(plan.unknowns), Room.of(plan), found
    )
    return found


@jit
def sweep_and_certify(
    game: Any,
    actors: int,
    numbers: Any,
    logs: Floats,
    slow: NDArray[np.bool_],
    patience: int,
    tables: Any,
    memory: Any,
    room: Any,
    found: Any,
) -> None:
    """The same into ``found``: what :func:`finish` says."""
    draws, unknowns, actions = len(logs), len(game.unknown_action), len(game.unknown)
    for begin in range(0, draws, WIDTH):
        # The last lanes begin where they end with the draws; fewer draws than lanes are taken one by one.
        start, many = max(0, min(begin, draws - WIDTH)), min(WIDTH, draws)
        if many == WIDTH:
            take_up_row(game, actors, numbers, start, tables)
        for i in range(WIDTH):
            draw, one = min(start + i, draws - 1), room.lane[i]
            if many < WIDTH:
                take_up(game, actors, numbers, draw, i, tables, tables.lam)
            for u in range(unknowns):
                tables.logs[u, i] = logs[draw, u]
            one.sweeps, one.before, one.way = 0, 0.0, 0.0
            one.under_way, one.settled, one.slow, one.mixes, one.doubt = True, patience == 0, slow[draw], False, False
            room.mixes[0, i], room.moves[0, i] = 0.0, 1.0
        if patience > 0:
            _settle(game, actors, patience, tables, memory, room)
        sweep(game, actors, tables)
        for u in range(unknowns):
            if patience > 0:
                store(tables.logs, u, load(tables.image, u))
            else:
                store(tables.prob, at(game.unknown_action, u), exp(load(tables.logs, u)))
        _certify(game, actors, tables, room.answer)
        if many == WIDTH:
            for a in range(actions):
                put(found.prob, a, start, load(tables.prob, a))
        else:
            for a in range(actions):
                for i in range(many):
                    found.prob[a, start + i] = tables.prob[a, i]
        for i in range(many):
            draw, one = start + i, room.lane[i]
            for a in range(actors):
                found.value[a, draw] = tables.value[a, i]
                found.gain[a, draw] = room.answer[a, i]
            found.residual[draw] = room.answer[actors, i]
            found.settled[draw], found.doubt[draw], found.sweeps[draw] = one.settled, one.doubt, one.sweeps


@inner
def _settle(game: Any, actors: int, patience: int, tables: Any, memory: Any, room: Any) -> None:
    """Sweep until every lane has settled or is given up; a lane that is done stands still."""
    unknowns, count, busy = len(game.unknown_action), 0, True
    while busy:
        sweep(game, actors, tables)
        measure(game, tables)
        count += 1
        busy, mixing, starting = _judge(count, patience, tables.changed, room)
        moves = load(room.moves, 0)
        if mixing:
            if starting:
                forget(memory, unknowns, load(room.cleared, 0))
            slot, mixes = count % DEPTH, load(room.mixes, 0)
            remember(memory, unknowns, slot, tables.logs, tables.image, load(room.kept, 0))
            combine(memory, slot)
            for u in range(unknowns):
                now = where(mixes, mixed(memory, unknowns, slot, u, tables.image), load(tables.image, u))
                store(tables.logs, u, where(moves, now, load(tables.logs, u)))
        else:
            for u in range(unknowns):
                store(tables.logs, u, where(moves, load(tables.image, u), load(tables.logs, u)))
        for i in range(WIDTH):
            room.moves[0, i] = 1.0 if room.lane[i].under_way else 0.0


@inner
def _judge(count: int, patience: int, changed: Floats, room: Any) -> Any:
    """After a sweep, the ``count``-th: is a lane done or given up? Says whether any goes on, whether any mixes, and whether one starts to."""
    busy, mixing, starting = False, False, False
    for i in range(WIDTH):
        one = room.lane[i]
        change, mixed_before = changed[0, i], one.mixes
        if one.under_way:
            one.sweeps = count
            one.way += change
            ratio = max(change / one.before, STEADILY[0]) if count > 1 else 1.0
            steady = ratio < STEADILY[1] and not mixed_before
            settled = SETTLED_MIXED if mixed_before else SETTLED
            # Two more follow: the image, which is handed on, is one, and the certificate makes another.
            one.settled = change < settled or (steady and change * ratio * ratio < SETTLED * (1.0 - ratio))
            lost = not math.isfinite(changed[1, i]) or one.way > MOVED or count >= patience
            one.under_way = not (one.settled or lost)
            one.mixes = one.under_way and (mixed_before or one.slow or (count > PLAIN and change > SLOW * one.before))
            if one.mixes and mixed_before and change > ATTRACTS * one.before:
                one.doubt = True
            one.before = change
            busy = busy or one.under_way
            if one.settled and mixed_before:
                room.moves[0, i] = 0.0  # its image may be further away than it is
        else:
            one.mixes = False
        starts = one.mixes and not mixed_before
        room.mixes[0, i] = 1.0 if one.mixes else 0.0
        room.cleared[0, i] = 1.0 if starts else 0.0
        room.kept[0, i] = 1.0 if one.mixes and mixed_before else 0.0
        mixing, starting = mixing or one.mixes, starting or starts
    return busy, mixing, starting


@inner
def _certify(game: Any, actors: int, tables: Any, answer: Floats) -> None:
    """Check profiles against the equilibrium conditions: into ``answer`` each actor's largest gain, then the largest residual.

    Nothing is updated in the check: this is the profile itself, tested.
    """
    nodes, sets, worth = len(game.edge_start) - 1, len(game.set_actor), tables.scratch
    reach_down(game, tables.logs, tables.reach)
    for n in range(nodes - 1, -1, -1):
        mix_node(game, n, actors, tables.prob, tables.value)
    for a in range(actors):
        store(answer, a, 0.0)
    off = fill(answer, 0.0)
    spare = actors + 1
    for h in range(sets):
        first, options, actor = (
            at(game.set_action, h),
            at(game.set_action, h + 1) - at(game.set_action, h),
            at(game.set_actor, h),
        )
        expected_payoffs(game, h, actors, tables.value, tables.reach, worth)
        best, mean = load(worth, 0), fill(worth, 0.0)
        for k in range(options):
            best = largest(load(worth, k), best)
            mean += load(tables.prob, first + k) * load(worth, k)
        store(answer, actor, largest(best - mean, load(answer, actor)))
        respond(options, load(tables.lam, actor), worth, answer, spare)
        for k in range(options):
            off = largest(size(load(answer, spare + k) - load(tables.prob, first + k)), off)
    store(answer, actors, off)
