"""The last sweeps, in double precision and at the target, and the certificate: eight draws side by side.

From where :mod:`detente.solve.branch` got to most draws need two or three sweeps. Where they close in slowly they are mixed (:mod:`detente.solve.mixing`).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.beside import wait_for
from detente.solve.compiled import inlined, inner, jit
from detente.solve.kernels import Numbers, Tables, take_up, take_up_row
from detente.solve.lanes import WIDTH, at, exp, fill, largest, load, put, size, stacked, store, where
from detente.solve.layout import ACTION, ACTOR, NODES, OWN, SET
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.pace import ATTRACTS, PLAIN, SLOW
from detente.solve.plan import Plan
from detente.solve.status import TOLERANCE
from detente.solve.sweep import (
    expected_payoffs,
    gain_of_second,
    in_two,
    measure,
    mix_all,
    mix_rest,
    reach_down,
    respond,
    sweep,
)

Floats = NDArray[np.float64]

SETTLED = 3e-10
"""Change of a probability in a sweep at which a draw is done; or that the second sweep to come would make, where sweeps close in steadily."""
STEADILY = 0.1, 0.5
"""Ratios of one change to the one before: at which sweeps are taken to close in at best, and at worst if steadily."""
PATIENCE = 150
"""Sweeps before a draw is given up."""
MOVED = 0.01
"""Way in probability at which it is given up as well: what it was nearly at does not attract it."""
MORE, CLOSER = 4, 0.3
"""Times that a draw may be swept on, mixed, which closed in less steadily than it seemed: whose certificate does not hold at once. Each time it must change so many times less."""

LANE = np.dtype(
    [
        ("sweeps", np.int64),
        *((name, np.float64) for name in ("before", "way", "enough")),
        *((name, np.bool_) for name in ("under_way", "settled", "slow", "mixes", "doubt", "again")),
    ],
    align=True,
)
"""What is known of a lane: its ``sweeps``, the change of the one ``before``, the ``way`` it has moved, and the change that is small ``enough``; whether it is still ``under_way`` or has ``settled``, is known to be ``slow``, ``mixes`` and is in ``doubt``; whether it must be swept ``again``."""


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
        return cls(np.zeros(WIDTH, LANE), *stacked(1, 1, 1, 1, plan.actors + 1 + most))


class Finished(NamedTuple):
    """Profiles of D draws, and how near they are to equilibrium.

    ``prob`` (A + C, D): choice probabilities, then chances. ``value`` (I, D): expected payoffs. ``residual`` (D): largest difference between a choice probability and
    the logit response to all the others. ``gain`` (I, D): largest gain of an actor from its best option over its mixture, at any one of
    its information sets. ``settled`` (D): whether sweeps did, if any were asked for; ``doubt`` (D) as in :class:`~detente.solve.branch.Followed`; ``sweeps`` (D). Of a draw swept again, ``settled`` and ``sweeps`` are of the first time.
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
    """Go on from ``logs`` (D, n), close to the equilibrium of every draw, by up to ``patience`` sweeps and one more, and certify what that comes to; where that does not hold, up to ``MORE`` times over. Those of ``slow`` (D) draws are mixed from the first.

    Without ``patience`` the unknowns stay as they are: a sweep might lead away from them.
    """
    draws, actors = len(logs), plan.actors
    found = Finished(
        np.empty((plan.tree.actions + plan.tree.chance_rows, draws)),
        np.empty((actors, draws)),
        np.empty(draws),
        np.empty((actors, draws)),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.int64),
    )
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
    draws, unknowns = len(logs), len(game.unknown_action)
    # Where no set waits for the nodes of another level, a sweep's values are those of its own choices.
    fresh = patience > 0 and len(game.late_action) == 0
    for begin in range(0, draws, WIDTH):
        if tables.stop[0] != 0:
            return
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
            one.slow, one.doubt, one.again, one.settled = slow[draw], False, True, patience == 0
            one.enough = SETTLED
        for times in range(1 + MORE):
            for i in range(WIDTH):
                _begin(i, room)
            if patience > 0:
                _settle(game, patience, tables, memory, room)
            sweep(game, tables)
            for u in range(unknowns):
                if patience > 0:
                    store(tables.logs, u, load(tables.image, u))
                else:
                    store(tables.prob, at(game.unknown_action, u), exp(load(tables.logs, u)))
            _certify(game, actors, fresh, tables, room.answer)
            if not _hand_over(game, start, many, times, patience, tables.prob, tables.value, room, found):
                break


@inlined
def _begin(i: int, room: Any) -> None:
    """A lane sets out, or stands still where it need not be swept again."""
    one = room.lane[i]
    one.sweeps, one.before, one.way, one.under_way, one.mixes = 0, 0.0, 0.0, one.again, False
    room.mixes[0, i], room.moves[0, i] = 0.0, 1.0 if one.again else 0.0


@inner
def _hand_over(
    game: Any, start: int, many: int, times: int, patience: int, prob: Floats, value: Floats, room: Any, found: Any
) -> bool:
    """The lanes that were swept into ``found``, the ``times``-th time over. Says whether one must be swept again."""
    rows, actors, again = found.prob.shape[0], len(game.worth), False
    if times == 0 and many == WIDTH:
        for r in range(rows):
            put(found.prob, r, start, load(prob, r))
    for i in range(many):
        draw, one = start + i, room.lane[i]
        if not one.again:
            continue
        if times > 0 or many < WIDTH:
            for r in range(rows):
                found.prob[r, draw] = prob[r, i]
        for a in range(actors):
            found.value[a, draw] = value[at(game.worth, a), i]
            found.gain[a, draw] = room.answer[a, i]
        residual = room.answer[actors, i]
        found.residual[draw], found.doubt[draw] = residual, one.doubt
        if times == 0:
            found.settled[draw], found.sweeps[draw] = one.settled, one.sweeps
        one.again = one.slow = patience > 0 and one.settled and residual > TOLERANCE
        one.enough *= CLOSER
        again = again or one.again
    for i in range(many, WIDTH):
        room.lane[i].again = False
    return again


@inner
def _settle(game: Any, patience: int, tables: Any, memory: Any, room: Any) -> None:
    """Sweep until every lane has settled or is given up; a lane that is done stands still."""
    unknowns, count, busy = len(game.unknown_action), 0, True
    while busy and tables.stop[0] == 0:
        sweep(game, tables)
        measure(game, tables)
        count += 1
        busy, mixing, starting = _judge(count, patience, tables.changed, room)
        moves = load(room.moves, 0)
        if mixing:
            if starting:
                forget(memory, load(room.cleared, 0))
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
            # Two more follow: the image, which is handed on, is one, and the certificate makes another.
            one.settled = change < one.enough or (steady and change * ratio * ratio < one.enough * (1.0 - ratio))
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
def _certify(game: Any, actors: int, fresh: bool, tables: Any, answer: Floats) -> None:
    """Check profiles against the equilibrium conditions: into ``answer`` each actor's largest gain, then the largest residual.

    Nothing is updated in the check: this is the profile itself, tested. Where the values of a sweep are those of its own choices (``fresh``), they are not worked out again, and a set
    of one node, or of nodes alike to its mover, where beliefs have no part, has just been answered with them.
    """
    sets, worth = len(game.sets) // SET - 1, tables.scratch
    reach_down(game, tables.logs, tables.reach)
    if not fresh:
        mix_all(game, tables.prob, tables.value)
    mix_rest(game, tables.prob, tables.value)
    for a in range(actors):
        store(answer, a, 0.0)
    off = fill(answer, 0.0)
    spare = actors + 1
    for h in range(sets):
        first, options, actor = (
            at(game.sets, h * SET + ACTION),
            at(game.sets, (h + 1) * SET + ACTION) - at(game.sets, h * SET + ACTION),
            at(game.sets, h * SET + ACTOR),
        )
        if fresh and at(game.sets, (h + 1) * SET + NODES) - at(game.sets, h * SET + NODES) == 1:
            own = at(game.sets, h * SET + OWN)
            best = load(tables.value, at(game.own_value, own))
            mean = load(tables.prob, first) * best
            for k in range(1, options):
                payoff = load(tables.value, at(game.own_value, own + k))
                best = largest(payoff, best)
                mean += load(tables.prob, first + k) * payoff
            store(answer, actor, largest(best - mean, load(answer, actor)))
            continue
        if options == 2:
            gain = gain_of_second(game, h, tables.value, tables.reach)
            one, two = load(tables.prob, first), load(tables.prob, first + 1)
            store(answer, actor, largest(size(gain) * where(gain, one, two), load(answer, actor)))
            logit_one, logit_two, _ = in_two(load(tables.lam, actor) * gain)
            off = largest(largest(size(logit_one - one), size(logit_two - two)), off)
            continue
        expected_payoffs(game, h, options, tables.value, tables.reach, worth)
        best, mean = load(worth, 0), fill(worth, 0.0)
        for k in range(options):
            best = largest(load(worth, k), best)
            mean += load(tables.prob, first + k) * load(worth, k)
        store(answer, actor, largest(best - mean, load(answer, actor)))
        respond(options, load(tables.lam, actor), worth, answer, spare)
        for k in range(options):
            off = largest(size(load(answer, spare + k) - load(tables.prob, first + k)), off)
    store(answer, actors, off)
