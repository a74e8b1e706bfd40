"""The pace at which each of eight lanes follows its branch: after every sweep, whether it has settled, steps on, goes back, or is given up.

At a fraction ``t`` of the target precision a lane sweeps until it settles. Then it steps on, the further the nearer it came to where
the branch was heading. Where sweeps close in fast, as they have been seen to just before, one is enough; that is most of the way in most games. Where
sweeps fail to settle, or settle far from where the branch was heading, which may be another branch, the lane goes back and
takes a shorter step: from then on it steps with care.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import inlined, jit
from detente.solve.lanes import WIDTH, table

Floats = NDArray[np.float64]

SETTLED = 1e-10
"""Change of a probability in a sweep at which a draw is done, at its target; or that the second sweep to come would make, where sweeps close in steadily."""
STEADILY = 0.1, 0.5
"""Ratios of one change to the one before: at which sweeps are taken to close in at best, and at worst if steadily."""
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
FAR_IN_LOGS = 1.0
"""The same, in a log probability: what almost never happens may settle what others believe, and so another branch."""
FAR_OF_PLANNED = 0.8
"""With care, also the largest ratio of that distance to the one that was planned, unless it is below a sixth of ``FAR``."""
FALLS = 0.6
"""Unless it has fallen to this share of what was refused: towards a fold it would not fall with the step."""
SHORTEST = 1e-3
"""Shortest step, as a share of the target precision."""
FIRST_PRECISION = 2.0
"""Precision times payoff span at the first step of the branch."""
AIM = 0.8
"""Of the step that would land just within ``FAR``, the part that is tried."""
LONGER = 3.0
"""Largest ratio of a step to the one before."""
SLOW, SLOW_ON_THE_WAY = 0.2, 0.5
"""Sweeps whose change falls by less than to this share of the one before are mixed, at the target and on the way to it."""
PLAIN = 2
"""Sweeps at one precision before any are."""
ATTRACTS = 0.9
"""Of the change of the sweep before: where sweeps are mixed at the target and one changes more, what they come to need not attract."""
UNDER_WAY, SOLVED, GIVEN_UP, IDLE = 0, 1, 2, 3


class Pace(NamedTuple):
    """How far each lane has come, arrays (WIDTH,) but where another shape is given.

    ``draw`` and ``state``. ``t`` (1, WIDTH): fraction of the target it is at; ``step``: its last step in ``t``. ``done`` (3, WIDTH): the last fractions it settled at;
    ``slot``: where the last of those points is kept. ``inner``, ``sweeps``: at this fraction, and in all.

    Of the last sweep: ``change`` (3, WIDTH), largest change of a probability, sum of all changes, distance moved. ``before``: the change of the one before;
    ``rate``: the ratio of both over ``t``, where it was last seen. ``drift``: distance moved at this fraction.

    What the last sweep means: ``accept``, it has settled; ``leaves``, it leaves this fraction. Of mixing, (1, WIDTH) each, ones and zeros: it ``mixes``,
    starts to (``cleared``), has a last sweep to remember (``kept``). ``doubt``: as in :class:`~detente.solve.branch.Followed`.

    ``care``: it had to go back, or to mix; ``back``: its last step was back; ``refused``: the distance at which it was refused there, if that was only for care. ``rough``: its last point was taken
    after one sweep; ``again``: it has just settled there once more.
    """

    draw: NDArray[np.int64]
    state: NDArray[np.int64]
    t: Floats
    step: Floats
    done: Floats
    slot: NDArray[np.int64]
    inner: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    change: Floats
    before: Floats
    rate: Floats
    drift: Floats
    accept: NDArray[np.bool_]
    leaves: NDArray[np.bool_]
    mixes: Floats
    cleared: Floats
    kept: Floats
    doubt: NDArray[np.bool_]
    care: NDArray[np.bool_]
    back: NDArray[np.bool_]
    refused: Floats
    rough: NDArray[np.bool_]
    again: NDArray[np.bool_]

    @classmethod
    def idle(cls) -> Pace:
        def count() -> NDArray[np.int64]:
            return np.zeros(WIDTH, np.int64)

        def flag() -> NDArray[np.bool_]:
            return np.zeros(WIDTH, np.bool_)

        return cls(
            draw=count(), state=np.full(WIDTH, IDLE), t=table(1), step=np.zeros(WIDTH), done=table(3), slot=count(), inner=count(), sweeps=count(),
            change=table(3), before=np.zeros(WIDTH), rate=np.zeros(WIDTH), drift=np.zeros(WIDTH), accept=flag(), leaves=flag(),
            mixes=table(1), cleared=table(1), kept=table(1), doubt=flag(), care=flag(), back=flag(), refused=np.zeros(WIDTH), rough=flag(), again=flag(),
        )  # fmt: skip


@inlined
def begin(draw: int, lane: int, steepest: float, pace: Any) -> None:
    """Start a lane on a draw whose largest precision times payoff span is ``steepest``."""
    first = 1.0 if steepest <= FIRST_PRECISION else FIRST_PRECISION / steepest
    pace.draw[lane], pace.state[lane] = draw, UNDER_WAY
    pace.t[0, lane] = pace.step[lane] = first
    for i in range(3):
        pace.done[i, lane] = 0.0
    pace.slot[lane] = pace.inner[lane] = pace.sweeps[lane] = 0
    pace.rate[lane], pace.drift[lane], pace.refused[lane] = math.inf, 0.0, 0.0
    pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
    pace.doubt[lane] = pace.care[lane] = pace.back[lane] = pace.rough[lane] = pace.again[lane] = False


@inlined
def judge(unknowns: int, lane: int, budget: int, image: Floats, points: Any, pace: Any) -> Any:
    """After a sweep: on, back, done or given up? Says whether the lane leaves its present fraction."""
    pace.cleared[0, lane] = 0.0
    if pace.state[lane] != UNDER_WAY:
        pace.kept[0, lane] = pace.mixes[0, lane] = 0.0
        pace.leaves[lane] = False
        return False
    settled = _settled(lane, pace)
    pace.sweeps[lane] += 1
    pace.inner[lane] += 1
    pace.drift[lane] += pace.change[2, lane]
    here, inner, at_end = pace.t[0, lane], pace.inner[lane], pace.t[0, lane] >= 1.0
    accept, part = False, 0.0
    restart = inner > (LAST_PATIENCE if at_end and pace.change[0, lane] < WITH_CARE else PATIENCE)
    if not math.isfinite(pace.change[1, lane]):
        restart = True
    elif settled:
        accept, part = _near(unknowns, lane, image, points, pace)
        restart = not accept
    if accept and at_end:
        pace.state[lane] = SOLVED
    elif accept:
        _step_on(lane, part, pace)
    elif restart:
        _go_back(lane, part, pace)
    if pace.state[lane] == UNDER_WAY and pace.sweeps[lane] >= budget:
        pace.state[lane] = GIVEN_UP
    pace.accept[lane], pace.leaves[lane] = accept, accept or restart or pace.state[lane] != UNDER_WAY
    _mix(lane, here, inner, pace)
    pace.care[lane] = pace.care[lane] or restart or (pace.mixes[0, lane] > 0.0 and not at_end)
    return pace.leaves[lane]


@inlined
def _mix(lane: int, here: float, inner: int, pace: Any) -> None:
    """Whether the next sweep of a lane is mixed, after one, the ``inner``-th, at the fraction ``here``; and what is to be remembered of this one."""
    change, at_end, mixed_before = pace.change[0, lane], here >= 1.0, pace.mixes[0, lane] > 0.0
    slow = inner > PLAIN and change > (SLOW if at_end else SLOW_ON_THE_WAY) * pace.before[lane]
    mixes = not pace.leaves[lane] and (mixed_before or slow)
    if pace.leaves[lane]:
        pace.doubt[lane] = pace.doubt[lane] and pace.state[lane] == SOLVED
        pace.drift[lane] = 0.0
    elif at_end and (mixes or mixed_before) and change > ATTRACTS * pace.before[lane]:
        pace.doubt[lane] = True
    if mixes or mixed_before:
        pace.rate[lane] = math.inf
    elif inner > 1:
        pace.rate[lane] = change / (pace.before[lane] * here)
    pace.before[lane] = change
    pace.mixes[0, lane] = 1.0 if mixes else 0.0
    pace.cleared[0, lane] = 1.0 if mixes and not mixed_before else 0.0
    pace.kept[0, lane] = 1.0 if mixes and mixed_before else 0.0


@inlined
def _settled(lane: int, pace: Any) -> Any:
    """Whether the last sweep changed so little that a lane has settled, at its present fraction."""
    change = pace.change[0, lane]
    if pace.t[0, lane] < 1.0:
        if pace.care[lane] or pace.mixes[0, lane] > 0.0:
            return change < WITH_CARE
        return change * min(1.0, CAUTION * pace.rate[lane] * pace.t[0, lane]) < ON_THE_WAY
    if change < SETTLED:
        return True
    # Two more follow: the image, which is handed in, is one, and its certificate makes another.
    ratio = max(change / pace.before[lane], pace.rate[lane], STEADILY[0])
    steady = pace.inner[lane] >= PLAIN and pace.mixes[0, lane] == 0.0 and ratio < STEADILY[1]
    return steady and change * ratio * ratio < SETTLED * (1.0 - ratio)


@inlined
def _near(unknowns: int, lane: int, image: Floats, points: Any, pace: Any) -> Any:
    """Whether a lane has settled near where its branch was heading; and the ratio of the step that would have, just so, to this one."""
    drift, far = pace.drift[lane], FAR
    if pace.mixes[0, lane] > 0.0 or pace.care[lane]:
        drift, planned = distances(unknowns, lane, image, points.done, pace)
        if pace.care[lane] and pace.t[0, lane] > pace.done[0, lane] and drift > FALLS * pace.refused[lane]:
            far = min(FAR, max(FAR_OF_PLANNED * planned, FAR / 6.0))
    near = drift <= far or pace.done[0, lane] == 0.0
    part = AIM * math.sqrt((FAR if near else far) / max(drift, 1e-6))
    pace.refused[lane] = 0.0
    if not near and drift <= FAR:
        pace.refused[lane], part = drift, min(part, 0.5)
    return near, part


@inlined
def _step_on(lane: int, part: float, pace: Any) -> None:
    """On to the next fraction; after a step back no faster than that step."""
    t, inner = pace.t[0, lane], pace.inner[lane]
    pace.rough[lane] = inner == 1
    pace.again[lane] = t == pace.done[0, lane]
    if pace.again[lane]:
        pace.t[0, lane], pace.inner[lane] = min(1.0, t + pace.step[lane]), 0
        return
    longest = 1.0 if pace.back[lane] else LONGER
    pace.step[lane] *= min(part, longest if inner <= 12 else (1.2 if inner <= 30 else 0.7))
    pace.done[2, lane], pace.done[1, lane], pace.done[0, lane] = pace.done[1, lane], pace.done[0, lane], t
    pace.t[0, lane] = min(1.0, t + pace.step[lane])
    pace.inner[lane], pace.back[lane] = 0, False


@inlined
def _go_back(lane: int, part: float, pace: Any) -> None:
    """Back to the last point, and on by a shorter step."""
    step = (pace.t[0, lane] - pace.done[0, lane]) * max(part, 1.0 / 3.0)
    # What was taken after one sweep is not good enough to start from here: it is settled once more.
    pace.t[0, lane] = pace.done[0, lane] + (0.0 if pace.rough[lane] else step)
    pace.step[lane], pace.inner[lane], pace.back[lane] = step, 0, True
    if step < SHORTEST:
        pace.state[lane] = GIVEN_UP


@inlined
def heading(lane: int, pace: Any) -> tuple[float, float, float]:
    """Shares of a lane's last three points in where the branch is heading: by the parabola through them, or the secant through two."""
    t, a, b, c = pace.t[0, lane], pace.done[0, lane], pace.done[1, lane], pace.done[2, lane]
    if a > b > c:
        return (
            (t - b) * (t - c) / ((a - b) * (a - c)),
            (t - a) * (t - c) / ((b - a) * (b - c)),
            (t - a) * (t - b) / ((c - a) * (c - b)),
        )
    if a > b:
        return (t - b) / (a - b), (a - t) / (a - b), 0.0
    return 1.0, 0.0, 0.0


@jit
def distances(unknowns: int, lane: int, image: Floats, done: Floats, pace: Any) -> tuple[float, float]:
    """Largest distance of the image from where the branch was heading, in probability (a log probability's counts in proportion); and of that
    from the last point."""
    one, two, three = heading(lane, pace)
    last = pace.slot[lane]
    second, third = (last + 2) % 3, (last + 1) % 3
    drift, planned = 0.0, 0.0
    for u in range(unknowns):
        before, now = done[lane, last, u], image[u, lane]
        guess = one * before + two * done[lane, second, u] + three * done[lane, third, u]
        there = math.exp(min(guess, 0.0))
        drift = max(drift, abs(guess - now) * (FAR / FAR_IN_LOGS), abs(there - math.exp(now)))
        planned = max(planned, abs(guess - before) * (FAR / FAR_IN_LOGS), abs(there - math.exp(before)))
    return drift, planned
