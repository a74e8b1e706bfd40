"""Where each lane's branch is heading: from the points it has passed to where the next sweep begins.

At precision ``t lam`` the log odds of an option are ``t`` times what it is expected to be worth above another, in units of ``1 / lam``. That worth changes slowly along the
branch, most at its beginning, and settles where precision is high: so it, not the log odds or the log probability, is taken for a polynomial, in ``1 / (knee + t)``,
through up to three points. In games with hidden types that lands five times as near as a parabola through log probabilities (docs/decisions.md).

Points are kept as log odds of a set's options above its first, in the rows of ``odds`` in :class:`~detente.solve.kernels.Tables`, three for each: the last, the one before, and the one before that.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner
from detente.solve.lanes import at, fill, largest, load, log, size, smallest, store, where
from detente.solve.layout import ACTION, ODDS, SET
from detente.solve.sweep import IN_LOGS

Floats = NDArray[np.float64]


@inlined
def share(t: float, lane: int, one: Any, shares: Floats) -> None:
    """Multiples (3) of the log odds of a lane's last three points, at ``done``, ``second`` and ``third``, that make those it is heading to at ``t``: Lagrange's polynomials. Those at zero, where all play is uniform, say nothing of what options are worth, and are left out; where there are no others, it is there that the lane starts."""
    a, b, c, knee = one.done, one.second, one.third, one.knee
    first, second, third = 1.0, 0.0, 0.0
    if a > 0.0:
        first = t / a
        if b > 0.0:
            first *= (knee + a) * (t - b) / ((knee + t) * (a - b))
            second = t * (knee + b) * (a - t) / (b * (knee + t) * (a - b))
        if c > 0.0:
            first *= (knee + a) * (t - c) / ((knee + t) * (a - c))
            second *= (knee + b) * (t - c) / ((knee + t) * (b - c))
            third = t * (knee + c) * (knee + c) * (t - a) * (t - b) / (c * (knee + t) * (knee + t) * (c - a) * (c - b))
    shares[0, lane], shares[1, lane], shares[2, lane] = first, second, third


@inner
def move(game: Any, others: Floats, tables: Any, points: Floats, pace: Any) -> None:
    """Lanes that have settled keep the log odds they came to, the last of three points; those that leave their fraction start from where the branch is heading, ``others`` go on.

    All lanes at once: most of the way most lanes move after every sweep."""
    logs, odds, scratch, heads = tables.logs, tables.odds, tables.scratch, load(pace.heads, 0)
    for g in range(len(game.guiding)):
        h = at(game.guiding, g)
        action, row = at(game.sets, h * SET + ACTION), at(game.sets, h * SET + ODDS)
        options = at(game.sets, (h + 1) * SET + ACTION) - action
        if options == 2:
            one, two = _logs_of_two(_keep(row, odds, points, pace))
            _start(at(game.unknown, action), one, others, logs, heads)
            _start(at(game.unknown, action + 1), two, others, logs, heads)
        else:
            store(scratch, 0, 0.0)
            for k in range(1, options):
                store(scratch, k, _keep(row + k - 1, odds, points, pace))
            common = _common(0, options, scratch)
            for k in range(options):
                _start(at(game.unknown, action + k), load(scratch, k) - common, others, logs, heads)


@inlined
def _keep(row: int, odds: Floats, points: Floats, pace: Any) -> Any:
    """Of the last three points of a row those that are kept, with ``odds`` where a lane has settled; returns where they head."""
    last, earlier, earliest = load(points, 3 * row), load(points, 3 * row + 1), load(points, 3 * row + 2)
    shifts = load(pace.shifts, 0)
    earliest = where(shifts, earlier, earliest)
    earlier = where(shifts, last, earlier)
    last = where(load(pace.fresh, 0), 0.0, where(load(pace.accepts, 0), load(odds, row), last))
    store(points, 3 * row, last)
    store(points, 3 * row + 1, earlier)
    store(points, 3 * row + 2, earliest)
    return _ahead(last, earlier, earliest, pace.shares)


@inlined
def _ahead(last: Any, earlier: Any, earliest: Any, shares: Floats) -> Any:
    """Where three points head."""
    return load(shares, 0) * last + load(shares, 1) * earlier + load(shares, 2) * earliest


@inlined
def _start(u: int, there: Any, others: Floats, logs: Floats, heads: Any) -> None:
    """Lanes that leave their fraction start from ``there``, if this is an unknown."""
    if u >= 0:
        store(logs, u, where(heads, there, load(others, u)))


@inlined
def _logs_of_two(x: Any) -> Any:
    """Log probabilities of two options from the log odds of the second, to within a thousandth, which is closer than branches are foreseen: by Abramowitz & Stegun (1964), 4.1.43."""
    e = _fallen(size(x))
    total = e * (0.99949556 + e * (e * (0.28947478 + e * (e * 0.03215845 - 0.13606275)) - 0.49190896))
    return smallest(0.0 - x, 0.0) - total, smallest(x, 0.0) - total


@inlined
def _common(begin: int, options: int, odds: Floats) -> Any:
    """What log odds above the first option, in rows from ``begin`` on, are above log probabilities, to within a thousandth for each."""
    top = fill(odds, 0.0)
    for k in range(begin + 1, begin + options):
        top = largest(load(odds, k), top)
    total = _fallen(top)
    for k in range(begin + 1, begin + options):
        total += _fallen(top - load(odds, k))
    return top + log(total)


@inlined
def _fallen(x: Any) -> Any:
    """The exponential of ``-x``, for x above zero, to within a thousandth: a series, to the sixteenth power."""
    h = smallest(x, 16.0) * (1.0 / 16.0)
    e = 1.0 + h * (h * 0.5 - 1.0)
    e = e * e
    e = e * e
    e = e * e
    return e * e


@inner
def distances(game: Any, tables: Any, points: Floats, pace: Any) -> None:
    """Largest distance of the image from where the branch was heading, in probability (a log probability's counts in proportion); and of that
    from the last point: into ``apart``, to within some thousandths."""
    scratch, shares = tables.scratch, pace.shares
    drift = planned = fill(scratch, 0.0)
    for g in range(len(game.guiding)):
        h = at(game.guiding, g)
        action, row = at(game.sets, h * SET + ACTION), at(game.sets, h * SET + ODDS)
        options = at(game.sets, (h + 1) * SET + ACTION) - action
        if options == 2:
            last = load(points, 3 * row)
            one, two = _logs_of_two(_ahead(last, load(points, 3 * row + 1), load(points, 3 * row + 2), shares))
            before, then = _logs_of_two(last)
            drift, planned = _further(game, action, one, before, tables, drift, planned)
            drift, planned = _further(game, action + 1, two, then, tables, drift, planned)
        else:
            store(scratch, 0, 0.0)
            store(scratch, options, 0.0)
            for k in range(1, options):
                r = 3 * (row + k - 1)
                last = load(points, r)
                store(scratch, k, _ahead(last, load(points, r + 1), load(points, r + 2), shares))
                store(scratch, options + k, last)
            above, over = _common(0, options, scratch), _common(options, options, scratch)
            for k in range(options):
                guess, before = load(scratch, k) - above, load(scratch, options + k) - over
                drift, planned = _further(game, action + k, guess, before, tables, drift, planned)
    store(pace.apart, 0, drift)
    store(pace.apart, 1, planned)


@inlined
def _further(game: Any, action: int, guess: Any, before: Any, tables: Any, drift: Any, planned: Any) -> Any:
    """The largest distances so far and those of an action, if it is an unknown, from the log probabilities where it was heading and was before."""
    u = at(game.unknown, action)
    if u >= 0:
        now, here = load(tables.image, u), load(tables.prob, action)
        there, back = _grown(guess - now), _grown(before - now)
        drift = largest(largest(size(guess - now) * IN_LOGS, size(there) * here), drift)
        planned = largest(largest(size(guess - before) * IN_LOGS, size(there - back) * here), planned)
    return drift, planned


@inlined
def _grown(x: Any) -> Any:
    """The exponential less one, by its series: within a tenth from -1 to 1, and what is further than that is too far anyway, as log probabilities count (``IN_LOGS`` is no less than ``FAR``)."""
    return x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0))))


@inner
def point(game: Any, lane: int, back: int, points: Floats, logs: Floats, draw: int) -> None:
    """Log probabilities of the unknowns at a lane's last point, or as many ``back``, into a row of ``logs`` (D, n)."""
    for g in range(len(game.guiding)):
        h = at(game.guiding, g)
        action, row = at(game.sets, h * SET + ACTION), at(game.sets, h * SET + ODDS)
        options = at(game.sets, (h + 1) * SET + ACTION) - action
        top, total = 0.0, 0.0
        for k in range(1, options):
            top = max(top, points[3 * (row + k - 1) + back, lane])
        for k in range(options):
            total += math.exp((points[3 * (row + k - 1) + back, lane] if k > 0 else 0.0) - top)
        top += math.log(total)
        for k in range(options):
            u = at(game.unknown, action + k)
            if u >= 0:
                logs[draw, u] = (points[3 * (row + k - 1) + back, lane] if k > 0 else 0.0) - top
