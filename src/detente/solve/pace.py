"""The pace at which each lane follows its branch: after every sweep, whether it has settled, steps on, goes back, or is given up.

At a fraction ``t`` of the target precision a lane sweeps until it settles. Then it steps on, the further the nearer it came to where
the branch was heading. Where sweeps close in fast, as they have been seen to just before, one is enough; that is most of the way in most games. Where
sweeps fail to settle, or settle far from where the branch was heading, which may be another branch, the lane goes back and
takes a shorter step: from then on it steps with care. A near target is reached in one leap from the first fraction, where sweeps close in at once.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inlined, inner
from detente.solve.heading import distances, share
from detente.solve.lanes import stacked

Floats = NDArray[np.float64]

NEAR_ENOUGH = 1e-7
"""Change of a probability in a sweep at which a draw is left to :mod:`detente.solve.finish`, at its target."""
STEADY = 0.5
"""Ratio of one change to the one before, up to which sweeps close in steadily."""
FINER = 0.1
"""Share of the same that the next sweep may still make where they do, or one more is taken: it costs less than half of one of the last."""
ON_THE_WAY, WITH_CARE = 3e-3, 1e-3
"""Change that may be left on the way to the target; and where care is taken, which is where branches come close."""
CAUTION = 2.0
"""How many times less sweeps may close in than they were seen to."""
PATIENCE = 60
"""Sweeps at one precision before going back."""
LAST_PATIENCE = 150
"""Sweeps at the target once ``WITH_CARE`` is reached there."""
FAR = 0.12
"""Largest distance, in probability, between where the branch was heading and where it is."""
FAR_OF_PLANNED = 0.8
"""With care, also the largest ratio of that distance to the one that was planned, unless it is below a sixth of ``FAR``."""
FALLS = 0.6
"""Unless it has fallen to this share of what was refused: towards a fold it would not fall with the step."""
SHORTEST = 1e-3
"""Shortest step, as a share of the target precision."""
FIRST_PRECISION = 2.0
"""Precision times payoff span at the first step of the branch."""
AIM = 0.6
"""Of the step that would land just within ``FAR``, the part that is tried."""
FIRST_STEP, LONGER = 0.8, 3.0
"""Ratio of the step that follows the first to that, and the largest of any other to the one before."""
LEAP, SURELY, FAR_IN_LEAP = 3.0, 0.3, 0.4
"""A target up to so many times as steep as the first fraction is gone to in one leap, where the second sweep changes so much less than the first: there, and
at the target, if that is further than ``FAR`` from where the branch was heading, which may be so far."""
PATIENCE_IN_LEAP = 12
"""Sweeps there, then."""
SLOW, SLOW_ON_THE_WAY = 0.2, 0.5
"""Sweeps whose change falls by less than to this share of the one before are mixed, at the target and on the way to it."""
PLAIN = 2
"""Sweeps at one precision before any are."""
ATTRACTS = 0.9
"""Of the change of the sweep before: where sweeps are mixed at the target and one changes more, what they come to need not attract."""
ROUNDINGS, STUCK = 10.0, 10.0
"""Roundings of the largest number, which a sweep may take for a change; and how many times that a change may be that does not fall any more, as in deep games, where
they add up."""
UNDER_WAY, ARRIVED, GIVEN_UP, IDLE = 0, 1, 2, 3


LANE = np.dtype(
    [
        *((name, np.int64) for name in ("draw", "state", "inner", "sweeps")),
        *(
            (name, np.float64)
            for name in (
                "step",
                "done",
                "second",
                "third",
                "before",
                "rate",
                "drift",
                "refused",
                "enough",
                "closing",
                "knee",
            )
        ),
        *(
            (name, np.bool_)
            for name in ("settled", "leaves", "doubt", "slow", "care", "back", "rough", "again", "nearly", "leapt")
        ),
    ],
    align=True,
)
"""What is known of a lane.

``draw`` and ``state``. ``done``, ``second``, ``third``: the last fractions of the target that it settled at. ``step``: its last in ``t``.
``inner``, ``sweeps``: at this fraction, and in all. ``before``: the change of the sweep before the last; ``rate``: the ratio of both over ``t``, where it was last seen. ``knee``: ``FIRST_PRECISION`` as a fraction. ``drift``: distance moved at this fraction. ``enough``: change at which it has settled at the target. ``closing``: ratio of the second change at this fraction to the first.

What the last sweep means: the lane has ``settled``; it ``leaves`` this fraction. ``doubt``, ``slow``: as in :class:`~detente.solve.branch.Followed`.

``care``: it had to go back, or to mix; ``back``: its last step was back; ``refused``: the distance at which it was refused there, if that was only for care. ``rough``: its last point was taken
after one sweep; ``again``: it has just settled there once more. ``leapt``: to the target. ``nearly``: at the target, it would have settled but for one more sweep, which makes it closer, unless by rounding.
"""


class Pace(NamedTuple):
    """How far each lane has come: ``lane`` of type ``LANE``, then tables that sweeps read.

    ``t`` (1): fraction of the target it is at. Of mixing, (1) each, ones and zeros: it ``mixes``,
    starts to (``cleared``), has a last sweep to remember (``kept``). Of its last three points, likewise: the image is now the last (``accepts``), and those before
    are each one further back (``shifts``); or it begins (``fresh``); it goes on from where the branch is heading (``heads``), by the ``shares`` (3) of those points. ``apart`` (2): how far the image is from there,
    and that from the last point (:func:`~detente.solve.heading.distances`).
    """

    lane: NDArray[np.void]
    t: Floats
    mixes: Floats
    cleared: Floats
    kept: Floats
    accepts: Floats
    shifts: Floats
    fresh: Floats
    heads: Floats
    shares: Floats
    apart: Floats

    @classmethod
    def idle(cls, single: bool) -> Pace:
        parts = stacked(1, 1, 1, 1, 1, 1, 1, 1, 3, 2, single=single)
        lane = np.zeros(parts[0].shape[1], LANE)
        lane["state"] = IDLE
        return cls(lane, *parts)


@inlined
def begin(draw: int, lane: int, steepest: float, rounding: float, pace: Any) -> None:
    """Start a lane on a draw whose largest precision times payoff span is ``steepest``; ``rounding``: what numbers of size 1 are rounded to."""
    one = pace.lane[lane]
    one.draw, one.state = draw, UNDER_WAY
    one.enough = max(NEAR_ENOUGH, ROUNDINGS * rounding * steepest)
    one.inner = one.sweeps = 0
    one.knee = FIRST_PRECISION / max(steepest, 1e-300)
    one.step = min(1.0, one.knee)
    one.done = one.second = one.third = one.drift = one.refused = 0.0
    one.rate = math.inf
    one.doubt = one.slow = one.care = one.back = one.rough = one.again = one.nearly = one.leapt = False
    pace.t[0, lane] = one.step
    pace.kept[0, lane] = pace.mixes[0, lane] = pace.accepts[0, lane] = pace.shifts[0, lane] = 0.0
    pace.fresh[0, lane] = pace.heads[0, lane] = 1.0
    share(one.step, lane, one, pace.shares)


@inner
def judge(game: Any, budget: int, tables: Any, points: Floats, pace: Any) -> Any:
    """After a sweep: does each lane go on, back, is it done or given up? Says whether any leaves its present fraction, and whether any mixes."""
    changed = tables.changed
    _look(game, tables, points, pace)
    leaving, mixing = False, False
    for lane in range(len(pace.lane)):
        one = pace.lane[lane]
        pace.cleared[0, lane] = pace.accepts[0, lane] = pace.shifts[0, lane] = 0.0
        pace.fresh[0, lane] = pace.heads[0, lane] = 0.0
        if one.state != UNDER_WAY:
            pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
            one.leaves = False
            continue
        here, change, mixed = pace.t[0, lane], changed[0, lane], pace.mixes[0, lane] > 0.0
        one.sweeps += 1
        one.inner += 1
        one.drift += changed[2, lane]
        inner, leapt = one.inner, one.leapt
        one.closing = math.inf if inner == 1 else (change / one.before if inner == 2 else one.closing)
        accept, restart = _decide(budget, lane, here, change, math.isfinite(changed[1, lane]), mixed, pace)
        one.leaves = accept or restart or one.state != UNDER_WAY
        if one.leaves:
            pace.accepts[0, lane] = 1.0 if accept else 0.0
            pace.shifts[0, lane] = 1.0 if accept and not one.again else 0.0
            pace.heads[0, lane] = 1.0
            share(pace.t[0, lane], lane, one, pace.shares)
        mixes = _mixes(one, here, change, inner, mixed)
        one.care = one.care or (restart and not leapt) or (mixes and here < 1.0)
        pace.mixes[0, lane] = 1.0 if mixes else 0.0
        pace.cleared[0, lane] = 1.0 if mixes and not mixed else 0.0
        pace.kept[0, lane] = 1.0 if mixes and mixed else 0.0
        leaving, mixing = leaving or one.leaves, mixing or mixes
    return leaving, mixing


@inlined
def _look(game: Any, tables: Any, points: Floats, pace: Any) -> None:
    """Which lanes have settled; and, where it matters exactly, how far from where their branch was heading."""
    asking = False
    for lane in range(len(pace.lane)):
        one = pace.lane[lane]
        if one.state == UNDER_WAY:
            mixed = pace.mixes[0, lane] > 0.0
            one.settled = _settled(one, pace.t[0, lane], tables.changed[0, lane], mixed)
            asking = asking or (one.settled and (mixed or one.care))
    if asking:
        distances(game, tables, points, pace)


@inlined
def _decide(budget: int, lane: int, here: float, change: float, sound: bool, mixed: bool, pace: Any) -> Any:
    """Whether a lane accepts its image as a point of the branch, and whether it must go back; it is moved to where it goes on, or ends. ``sound``: all its numbers are numbers."""
    one, at_end = pace.lane[lane], here >= 1.0
    accept, part = False, 0.0
    restart = one.inner > (LAST_PATIENCE if at_end and change < WITH_CARE else PATIENCE)
    if not sound:
        restart = True
    elif one.leapt and _missed(one):
        restart, part = True, _longer(FAR, one.drift)
    elif one.settled:
        accept, part = _near(lane, here, mixed, pace.apart, one)
        restart = not accept
    if accept and at_end:
        one.state, one.slow, one.doubt = ARRIVED, mixed, one.doubt or (mixed and change > ATTRACTS * one.before)
    elif accept:
        pace.t[0, lane] = _step_on(one, here, part)
    elif restart:
        pace.t[0, lane] = _go_back(one, here, part)
    if one.state == UNDER_WAY and one.sweeps >= budget:
        one.state = GIVEN_UP
    return accept, restart


@inlined
def _missed(one: Any) -> Any:
    """Whether a leap has come down too far from where the branch was heading, or where sweeps do not close in at once."""
    return one.drift > FAR and (
        one.drift > FAR_IN_LEAP or (one.inner > 1 and one.closing > SURELY) or one.inner > PATIENCE_IN_LEAP
    )


@inlined
def _settled(one: Any, here: float, change: float, mixed: bool) -> Any:
    """Whether the last sweep changed so little that a lane has settled, at its present fraction."""
    if here < 1.0:
        if one.care or mixed:
            return change < WITH_CARE
        return change * min(1.0, CAUTION * one.rate * here) < ON_THE_WAY
    if one.inner > PLAIN and one.before <= change < STUCK * one.enough:
        return True
    # One more follows: the image, which is handed in.
    steady = one.inner >= PLAIN and not mixed and change < STEADY * one.before
    if steady:
        before, one.nearly = one.nearly, change * change < one.enough * one.before
        return one.nearly and (before or change * change < FINER * one.enough * one.before)
    one.nearly = one.nearly and change < STUCK * one.enough
    return change < one.enough or one.nearly


@inlined
def _near(lane: int, here: float, mixed: bool, apart: Floats, one: Any) -> Any:
    """Whether a lane has settled near where its branch was heading; and the ratio of the step that would have, just so, to this one."""
    drift, far = one.drift, FAR
    if mixed or one.care:
        drift, planned = apart[0, lane], apart[1, lane]
        if one.care and here > one.done and drift > FALLS * one.refused:
            far = min(FAR, max(FAR_OF_PLANNED * planned, FAR / 6.0))
    elif one.leapt and one.closing <= SURELY:
        far = FAR_IN_LEAP
    near = drift <= far or one.done == 0.0
    part = _longer(FAR if near else far, drift)
    one.refused = 0.0
    if not near and drift <= FAR:
        one.refused, part = drift, min(part, 0.5)
    return near, part


@inlined
def _longer(far: float, drift: float) -> Any:
    """By how much a step that landed ``drift`` off may be longer, or must be shorter: distances grow with the second to fourth power of a step, as one to three points are gone by; this is for 8/3."""
    ratio = math.sqrt(math.sqrt(far / max(drift, 1e-6)))
    return AIM * ratio * math.sqrt(ratio)


@inlined
def _step_on(one: Any, here: float, part: float) -> Any:
    """On to the next fraction; after a step back no faster than that step."""
    inner, longest = one.inner, 1.0 if one.back else LONGER
    one.inner, one.rough, one.again = 0, inner == 1, here == one.done
    if not one.again:
        part = FIRST_STEP if one.done == 0.0 else part
        one.step *= min(part, longest if inner <= 12 else (1.2 if inner <= 30 else 0.7))
        one.third, one.second, one.done = one.second, one.done, here
        one.back = False
        if one.second == 0.0 and not one.care and one.closing <= SURELY and here + one.step < 1.0 <= LEAP * here:
            one.leapt = True
            return 1.0
    return min(1.0, here + one.step)


@inlined
def _go_back(one: Any, here: float, part: float) -> Any:
    """Back to the last point, and on by a shorter step; after a leap, by the one that would have been taken, or less if it landed that far off."""
    if one.leapt:
        one.leapt, one.inner, one.refused = False, 0, 0.0
        shorter = (here - one.done) * part
        one.step = shorter if 0.0 < shorter < one.step else one.step
        return one.done + one.step
    one.step = (here - one.done) * max(part, 1.0 / 3.0)
    one.inner, one.back = 0, True
    if one.step < SHORTEST:
        one.state = GIVEN_UP
    # What was taken after one sweep is not good enough to start from here: it is settled once more.
    return one.done + (0.0 if one.rough else one.step)


@inlined
def _mixes(one: Any, here: float, change: float, inner: int, mixed: bool) -> Any:
    """Whether the next sweep of a lane is to be mixed, after one, the ``inner``-th, at the fraction ``here``; and what that one tells of those to come."""
    slow = inner > PLAIN and not one.nearly and change > (SLOW if here >= 1.0 else SLOW_ON_THE_WAY) * one.before
    mixes = not one.leaves and (mixed or slow)
    if one.leaves:
        one.doubt = one.doubt and one.state == ARRIVED
        one.drift, one.nearly = 0.0, False
    elif here >= 1.0 and (mixes or mixed) and change > ATTRACTS * one.before:
        one.doubt = True
    if mixes or mixed:
        one.rate = math.inf
    elif inner > 1:
        one.rate = change / (one.before * here)
    one.before = change
    return mixes
