"""Draws that wait for a lane: their numbers are worked out eight side by side, in double precision, before lanes take them up one by one.

A lane takes up the next draw whenever its own has ended, at no particular time. Worked out then, payoffs would be added up for that draw alone.

What matters to a response is what an actor stands to gain, times its precision. A lane is given payoffs in that unit, above the actor's least: so nothing is lost
in single precision of small differences between large payoffs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner
from detente.solve.kernels import Numbers, log_chance
from detente.solve.lanes import WIDTH, at, fill, largest, load, neighbours, smallest, stacked, store, turn
from detente.solve.plan import Plan

Floats = NDArray[np.float64]


class Arrivals(NamedTuple):
    """Tables of the numbers of WIDTH draws: ``value`` (P, and more to make it a multiple of WIDTH) payoffs above the actor's least, times its precision; ``prob`` (C) chances and their ``logs``; and
    ``steepest`` (1), the largest of these payoffs. ``turned``, as a table, or ``of_draw`` (WIDTH, P or more): the same payoffs draw by draw.
    """

    value: Floats
    prob: Floats
    logs: Floats
    steepest: Floats
    turned: Floats
    of_draw: Floats

    @classmethod
    def of(cls, plan: Plan) -> Arrivals:
        chances, rows = plan.tree.chance_rows, -(-plan.payoffs // WIDTH) * WIDTH
        value, prob, logs, steepest, turned = stacked(rows, chances, chances, 1, rows)
        return cls(value, prob, logs, steepest, turned, turned.reshape(WIDTH, rows))


def in_full_rows(numbers: Numbers) -> Numbers:
    """The same, the last draw repeated until their number is a multiple of WIDTH."""
    draws = numbers.lam.shape[1]
    full = -(-draws // WIDTH) * WIDTH
    return numbers if full == draws else numbers.take(np.minimum(np.arange(full), draws - 1))


@inner
def fetch(game: Any, actors: int, numbers: Any, first: int, waiting: Any) -> None:
    """The numbers of WIDTH draws from ``first`` on, all of which there must be, into ``waiting``."""
    for p in range(len(game.payoff_start) - 1):
        total = fill(waiting.value, 0.0)
        for i in range(at(game.payoff_start, p), at(game.payoff_start, p + 1)):
            total += neighbours(numbers.values, at(game.payoff_part, i), first)
        store(waiting.value, p, total)
    for c in range(numbers.chances.shape[0]):
        chance = neighbours(numbers.chances, c, first)
        store(waiting.prob, c, chance)
        store(waiting.logs, c, log_chance(chance))
    steepest = fill(waiting.value, 0.0)
    for a in range(actors):
        lam, low = neighbours(numbers.lam, a, first), fill(waiting.value, math.inf)
        begin, end = at(game.payoff_first, a), at(game.payoff_first, a + 1)
        for p in range(begin, end):
            low = smallest(load(waiting.value, p), low)
        for p in range(begin, end):
            worth = lam * (load(waiting.value, p) - low)
            store(waiting.value, p, worth)
            steepest = largest(worth, steepest)
    store(waiting.steepest, 0, steepest)
    rows = waiting.value.shape[0] // WIDTH
    for r in range(rows):
        turn(waiting.value, r * WIDTH, 1, waiting.turned, r, rows)


@inlined
def seat(game: Any, waiting: Any, place: int, lane: int, tables: Any) -> None:
    """Put the numbers of the draw at a place into a lane."""
    # Places without a sign are not asked whether they count from the end.
    payoffs, here, there = len(game.payoff_start) - 1, np.uint64(place), np.uint64(lane)
    base = np.uint64(tables.value.shape[0] - payoffs)
    for p in range(np.uint64(payoffs)):
        tables.value[base + p, there] = waiting.of_draw[here, p]
    actions, unknowns = len(game.unknown), len(game.unknown_action)
    for c in range(waiting.prob.shape[0]):
        tables.prob[actions + c, lane] = waiting.prob[c, place]
        tables.logs[unknowns + c, lane] = waiting.logs[c, place]
