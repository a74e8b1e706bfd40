"""Passes over a game, several draws side by side, in the tables of :mod:`detente.solve.kernels`.

Reach is kept as logarithms. Within an information set the mover's own choices are a common factor
(perfect recall), so total reach gives the beliefs, and no product of small numbers can vanish. A chance of zero has a large negative
logarithm, so that beliefs at sets it alone leads to stay defined (as the limit of a small tremble).

Most of a pass used to be spent on finding out where things are. So what a pass reads lies in the order in which it is read (:mod:`detente.solve.layout`), and sets of
two options, which most are, have code of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner, jit
from detente.solve.lanes import at, exp, fill, largest, load, log, size, smallest, store, where
from detente.solve.layout import ACTION, ACTOR, FIRST, MANY, MIX, NODES, ODDS, OWN, SET

Floats = NDArray[np.float64]

IN_LOGS = 0.12
"""What a change of a log probability counts for in a change of a probability: what almost never happens may settle what others believe."""


@inlined
def reach_down(game: Any, logs: Floats, reach: Floats) -> None:
    """Log reach probability of every node that a belief needs."""
    store(reach, 0, 0.0)
    for r in range(1, len(game.reach) // 2):
        store(reach, r, load(reach, at(game.reach, 2 * r)) + load(logs, at(game.reach, 2 * r + 1)))


@inlined
def expected_payoffs(game: Any, h: int, options: int, value: Floats, reach: Floats, out: Floats) -> None:
    """Expected payoff to its mover of each of the ``options`` of set ``h``, into ``out``, beliefs by Bayes' rule."""
    begin, end, own = at(game.sets, h * SET + NODES), at(game.sets, (h + 1) * SET + NODES), at(game.sets, h * SET + OWN)
    if end - begin == 1:
        for k in range(options):
            store(out, k, load(value, at(game.own_value, own + k)))
    elif end - begin == 2:
        # Two nodes are commonest, and the belief in the second is logistic.
        one, two, _ = in_two(load(reach, at(game.set_reach, begin + 1)) - load(reach, at(game.set_reach, begin)))
        for k in range(options):
            left, right = load(value, at(game.own_value, own + k)), load(value, at(game.own_value, own + options + k))
            store(out, k, one * left + two * right)
    else:
        top = most_reached(game, begin, end, reach)
        total = fill(out, 0.0)
        for k in range(options):
            store(out, k, total)
        for m in range(begin, end):
            belief = exp(load(reach, at(game.set_reach, m)) - top)
            total += belief
            for k in range(options):
                store(out, k, load(out, k) + belief * load(value, at(game.own_value, own + k)))
            own += options
        total = 1.0 / total
        for k in range(options):
            store(out, k, load(out, k) * total)


@inlined
def in_two(x: Any) -> Any:
    """Shares of the first and of the second where the second's exponent is ``x`` above the first's; and the sum of exponentials, of which the larger is one."""
    odds = exp(0.0 - size(x))
    total = 1.0 + odds
    likelier = 1.0 / total
    less = odds * likelier
    return where(x, less, likelier), where(x, likelier, less), total


@inlined
def most_reached(game: Any, begin: int, end: int, reach: Floats) -> Any:
    """Log reach of a set's node that is reached most."""
    top = load(reach, at(game.set_reach, begin))
    for m in range(begin + 1, end):
        top = largest(load(reach, at(game.set_reach, m)), top)
    return top


@inlined
def gain_of_second(game: Any, h: int, value: Floats, reach: Floats) -> Any:
    """What the second of two options of set ``h`` is expected to be worth to its mover above the first."""
    begin, end, own = at(game.sets, h * SET + NODES), at(game.sets, (h + 1) * SET + NODES), at(game.sets, h * SET + OWN)
    if end - begin == 1:
        return load(value, at(game.own_value, own + 1)) - load(value, at(game.own_value, own))
    if end - begin == 2:
        one, two, _ = in_two(load(reach, at(game.set_reach, begin + 1)) - load(reach, at(game.set_reach, begin)))
        left = load(value, at(game.own_value, own + 1)) - load(value, at(game.own_value, own))
        right = load(value, at(game.own_value, own + 3)) - load(value, at(game.own_value, own + 2))
        return one * left + two * right
    top = most_reached(game, begin, end, reach)
    total = gain = fill(value, 0.0)
    for m in range(begin, end):
        belief = exp(load(reach, at(game.set_reach, m)) - top)
        total += belief
        gain += belief * (load(value, at(game.own_value, own + 1)) - load(value, at(game.own_value, own)))
        own += 2
    return gain / total


@inlined
def respond(options: int, lam: Any, worth: Floats, prob: Floats, first: int) -> Any:
    """Logit response to the payoffs in ``worth`` into rows ``first`` on of ``prob``; returns the sum of exponentials,
    and leaves the exponents in ``worth``."""
    top = load(worth, 0)
    for k in range(1, options):
        top = largest(load(worth, k), top)
    total = fill(worth, 0.0)
    for k in range(options):
        x = lam * (load(worth, k) - top)
        e = exp(x)
        store(worth, k, x)
        store(prob, first + k, e)
        total += e
    inverse = 1.0 / total
    for k in range(options):
        store(prob, first + k, load(prob, first + k) * inverse)
    return total


@inlined
def answer_of_two(game: Any, h: int, tables: Any) -> None:
    """The logit response at a set of two options, and the values of its nodes."""
    value, prob, image, first = tables.value, tables.prob, tables.image, at(game.sets, h * SET + ACTION)
    x = load(tables.lam, at(game.sets, h * SET + ACTOR)) * gain_of_second(game, h, value, tables.reach)
    one, two, total = in_two(x)
    store(prob, first, one)
    store(prob, first + 1, two)
    odds = at(game.sets, h * SET + ODDS)
    if odds >= 0:
        store(tables.odds, odds, x)
        total = log(total)
        u, v = at(game.unknown, first), at(game.unknown, first + 1)
        if u >= 0:
            store(image, u, smallest(0.0 - x, 0.0) - total)
        if v >= 0:
            store(image, v, smallest(x, 0.0) - total)
    begin, many, mix = at(game.sets, h * SET + FIRST), at(game.sets, h * SET + MANY), at(game.sets, h * SET + MIX)
    for i in range(many):
        left, right = load(value, at(game.mix_value, mix + i)), load(value, at(game.mix_value, mix + many + i))
        store(value, begin + i, one * left + two * right)


@inlined
def answer_of_many(game: Any, h: int, options: int, tables: Any) -> None:
    """The same at a set of more options."""
    value, image, worth, first = tables.value, tables.image, tables.scratch, at(game.sets, h * SET + ACTION)
    expected_payoffs(game, h, options, value, tables.reach, worth)
    total = respond(options, load(tables.lam, at(game.sets, h * SET + ACTOR)), worth, tables.prob, first)
    odds = at(game.sets, h * SET + ODDS)
    if odds >= 0:
        for k in range(1, options):
            store(tables.odds, odds + k - 1, load(worth, k) - load(worth, 0))
        total = log(total)
        for k in range(options):
            u = at(game.unknown, first + k)
            if u >= 0:
                store(image, u, load(worth, k) - total)
    mix_set(game, h, options, tables.prob, value)


@inlined
def mix_set(game: Any, h: int, options: int, prob: Floats, value: Floats) -> None:
    """Values of a set's nodes to every actor: the means of their children under ``prob``."""
    first, begin, many, mix = (
        at(game.sets, h * SET + ACTION),
        at(game.sets, h * SET + FIRST),
        at(game.sets, h * SET + MANY),
        at(game.sets, h * SET + MIX),
    )
    for i in range(many):
        total = fill(value, 0.0)
        for k in range(options):
            total += load(prob, first + k) * load(value, at(game.mix_value, mix + k * many + i))
        store(value, begin + i, total)


@inlined
def mix_loose(game: Any, begin: int, end: int, prob: Floats, value: Floats) -> None:
    """The same of values that stand by themselves, from ``begin`` up to ``end``."""
    for i in range(begin, end):
        total = fill(value, 0.0)
        for e in range(at(game.loose, 2 * i + 1), at(game.loose, 2 * i + 3)):
            total += load(prob, at(game.loose_row, e)) * load(value, at(game.loose_value, e))
        store(value, at(game.loose, 2 * i), total)


@inlined
def mix_rest(game: Any, prob: Floats, value: Floats) -> None:
    """Those that no pass needs, but the worth of the game."""
    mix_loose(game, at(game.levels, len(game.levels) - 1), len(game.loose) // 2 - 1, prob, value)


@inlined
def mix_all(game: Any, prob: Floats, value: Floats) -> None:
    """All values that a pass needs."""
    for level in range(len(game.levels) // 2 - 2, -1, -1):
        mix_loose(game, at(game.levels, 2 * level + 1), at(game.levels, 2 * level + 3), prob, value)
        for h in range(at(game.levels, 2 * level), at(game.levels, 2 * level + 2)):
            mix_set(game, h, at(game.sets, (h + 1) * SET + ACTION) - at(game.sets, h * SET + ACTION), prob, value)


@inner
def sweep(game: Any, tables: Any) -> None:
    """One pass down and one up: ``image``, the logit responses to ``logs`` in log probabilities.

    Beliefs come from ``logs``; payoffs further down come from the new responses in ``prob``, which makes one
    sweep exact where no belief is open (backward induction with logit choice).
    """
    reach_down(game, tables.logs, tables.reach)
    for i in range(len(game.late_action)):
        a = at(game.late_action, i)
        store(tables.prob, a, exp(load(tables.logs, at(game.unknown, a))))
    for level in range(len(game.levels) // 2 - 2, -1, -1):
        # Nodes of late sets that stand further down than their set are worth what its old answer makes of them.
        mix_loose(game, at(game.levels, 2 * level + 1), at(game.levels, 2 * level + 3), tables.prob, tables.value)
        for h in range(at(game.levels, 2 * level), at(game.levels, 2 * level + 2)):
            options = at(game.sets, (h + 1) * SET + ACTION) - at(game.sets, h * SET + ACTION)
            if options == 2:
                answer_of_two(game, h, tables)
            else:
                answer_of_many(game, h, options, tables)


@jit
def sweep_once(game: Any, tables: Any) -> None:
    """The same, for Python to call."""
    sweep(game, tables)


@inlined
def measure(game: Any, tables: Any) -> None:
    """How far the last sweep's ``image`` is from ``logs``, into ``changed``."""
    change = total = distance = fill(tables.image, 0.0)
    for u in range(len(game.unknown_action)):
        d = size(load(tables.image, u) - load(tables.logs, u))
        prob = load(tables.prob, at(game.unknown_action, u))
        change = largest(d * prob, change)
        total += d
        # exp(d) - 1 by its series: what it was before may have been the larger
        distance = largest(d * largest(prob * (1.0 + d * (0.5 + d * (1.0 / 6.0))), IN_LOGS), distance)
    store(tables.changed, 0, change)
    store(tables.changed, 1, total)
    store(tables.changed, 2, distance)
