"""Following the principal branch of logit equilibria, sixteen draws side by side.

Precision is raised from zero, where the equilibrium is the uniform profile, to its target
(Turocy 2005, 2010). Each draw keeps its own pace (:mod:`detente.solve.pace`): at a fraction of the target it sweeps until it settles, and steps on or goes back.
Sweeps are of log probabilities, and mixed (:mod:`detente.solve.mixing`) where they are slow. A draw whose steps become too short is left to :mod:`detente.solve.arclength`.

What is on the way is thrown away, so it need not be known to the last digit: this is done in single precision, where twice as many draws fit into a row, and
:mod:`detente.solve.finish` goes on from there. A game so steep that single precision blurs it is followed in double.

A lane whose draw has ended takes up the next one: no lane waits for its slowest neighbour. No number of one lane
enters the arithmetic of another, so results do not depend on the company a draw keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.arrivals import Arrivals, fetch, in_full_rows, seat
from detente.solve.compiled import inlined, inner, jit
from detente.solve.heading import move, point
from detente.solve.kernels import Numbers, Tables
from detente.solve.lanes import WIDTH, load, store, table, where
from detente.solve.mixing import DEPTH, Memory, combine, forget, mixed, remember
from detente.solve.pace import ARRIVED, GIVEN_UP, IDLE, UNDER_WAY, Pace, begin, judge
from detente.solve.plan import Plan
from detente.solve.sweep import measure, sweep

Floats = NDArray[np.float64]


STEEPEST = 4000.0
"""Largest precision times payoff span that is followed in single precision: where rounding makes changes of a sixth of what may be left on the way."""


class Early(NamedTuple):
    """How far draws have come after so many ``sweeps``, none if it is not asked: as in :class:`Followed`, without rows if it is not."""

    sweeps: int
    logs: Floats
    before: Floats
    t: Floats
    t_before: Floats

    @classmethod
    def after(cls, sweeps: int, draws: int, unknowns: int) -> Early:
        """Room for it."""
        rows = draws if sweeps else 0
        return cls(sweeps, np.empty((rows, unknowns)), np.empty((rows, unknowns)), np.zeros(rows), np.zeros(rows))

    def take(self, draws: Any) -> Early:
        """The same for some draws."""
        return Early(self.sweeps, *(part[draws] if self.sweeps else part for part in self[1:]))


class Followed(NamedTuple):
    """How far each of D draws has come.

    ``logs`` (D, n) log probabilities of the unknowns at the last fraction settled at, ``before`` (D, n) at the one before that, where a draw was
    given up and there is one (elsewhere anything), and those fractions, ``t`` and ``t_before`` (D), zero where there is none; ``early``, the same after the first sweeps only, where it had not arrived by then; ``arrived`` (D) at the target, or nearly; ``doubt`` (D) where sweeps were mixed there and did not
    close in on it steadily, ``slow`` (D) where they were mixed in the end; ``sweeps`` (D).
    """

    logs: Floats
    before: Floats
    t: Floats
    t_before: Floats
    early: Early
    arrived: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    slow: NDArray[np.bool_]
    sweeps: NDArray[np.int64]

    def take(self, draws: Any) -> Followed:
        """The same for some draws."""
        return Followed._make(part.take(draws) if isinstance(part, Early) else part[draws] for part in self)

    def put(self, draws: Any, others: Followed) -> None:
        """Take over those of some draws."""
        early, theirs = (one.early[1:] if one.early.sweeps else () for one in (self, others))
        plain, new = ([part for part in one if not isinstance(part, Early)] for one in (self, others))
        for part, other in zip([*plain, *early], [*new, *theirs], strict=True):
            part[draws] = other


def follow(plan: Plan, numbers: Numbers, budget: int, early: int = 0) -> Followed:
    """Follow every draw of ``numbers`` to its target; one that needs more than ``budget`` sweeps is given up. ``early``: after how many to note how far it has come."""
    draws, unknowns = numbers.lam.shape[1], plan.unknowns
    found = Followed(
        np.empty((draws, unknowns)),
        np.empty((draws, unknowns)),
        np.zeros(draws),
        np.zeros(draws),
        Early.after(early, draws, unknowns),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.bool_),
        np.zeros(draws, np.int64),
    )
    if unknowns == 0:
        # Nobody's belief is open: the sweep of the certificate is the answer.
        found.arrived[:], found.sweeps[:] = True, 1
        return found
    _follow_in(plan, numbers, budget, True, found)
    steep = np.flatnonzero(found.sweeps < 0)
    if len(steep):
        again = found.take(steep)
        _follow_in(plan, numbers.take(steep), budget, False, again)
        found.put(steep, again)
    return found


def _follow_in(plan: Plan, numbers: Numbers, budget: int, single: bool, found: Followed) -> None:
    """Follow every draw in single or double precision; those too steep for single precision have less than no sweep."""
    tables, memory, pace = Tables.of(plan, single), Memory.of(plan.unknowns, single), Pace.idle(single)
    points = table(3 * plan.odds, single=single)
    steepest, rounding = STEEPEST if single else np.inf, float(np.finfo(pace.t.dtype).eps)
    waiting, numbers = Arrivals.of(plan), in_full_rows(numbers)
    game = plan.arrays
    _follow(game, plan.actors, numbers, budget, steepest, rounding, waiting, tables, points, pace, memory, found)


@jit
def _follow(
    game: Any,
    actors: int,
    numbers: Any,
    budget: int,
    steepest: float,
    rounding: float,
    waiting: Any,
    tables: Any,
    points: Any,
    pace: Any,
    memory: Any,
    found: Any,
) -> None:
    draws, unknowns, early = found.t.shape[0], len(game.unknown_action), found.early
    width = len(pace.lane)
    queue, busy, rounds = 0, 0, 0
    for lane in range(width):
        queue = _take_up(game, actors, numbers, queue, draws, lane, steepest, rounding, waiting, tables, pace, found)
        busy += pace.lane[lane].state == UNDER_WAY
    move(game, tables.logs, tables, points, pace)
    while busy > 0 and tables.stop[0] == 0:
        for a in range(actors):
            store(tables.lam, a, load(pace.t, 0))
        sweep(game, tables)
        measure(game, tables)
        moving, mixing = judge(game, budget, tables, points, pace)
        if mixing:
            starting = False
            for lane in range(width):
                starting = starting or pace.cleared[0, lane] > 0.0
            if starting:
                forget(memory, load(pace.cleared, 0))
            slot = rounds % DEPTH
            remember(memory, unknowns, slot, tables.logs, tables.image, load(pace.kept, 0))
            combine(memory, slot)
            mixes = load(pace.mixes, 0)
            for u in range(unknowns):
                image = load(tables.image, u)
                store(tables.logs, u, where(mixes, mixed(memory, unknowns, slot, u, tables.image), image))
        elif not moving:
            for u in range(unknowns):
                store(tables.logs, u, load(tables.image, u))
        for lane in range(width):
            one = pace.lane[lane]
            if one.sweeps == early.sweeps and one.state == UNDER_WAY:
                draw = one.draw
                _keep_points(game, lane, draw, True, tables.image, points, pace, early.logs, early.before)
                early.t[draw], early.t_before[draw] = one.done, one.second
        if moving:
            for lane in range(width):
                one = pace.lane[lane]
                if one.leaves and one.state != UNDER_WAY:
                    _hand_in(game, lane, tables.image, points, pace, found)
                    queue = _take_up(
                        game, actors, numbers, queue, draws, lane, steepest, rounding, waiting, tables, pace, found
                    )
                    busy -= one.state == IDLE
            move(game, tables.logs if mixing else tables.image, tables, points, pace)
        rounds += 1


@inner
def _take_up(
    game: Any,
    actors: int,
    numbers: Any,
    queue: int,
    draws: int,
    lane: int,
    steepest: float,
    rounding: float,
    waiting: Any,
    tables: Any,
    pace: Any,
    found: Any,
) -> int:
    """Start a lane on the next draw that is not too steep. Returns how many have been taken up.

    Without one, the lane is idle, with the numbers of some other draw.
    """
    pace.lane[lane].state = IDLE
    while queue < draws:
        draw, place = queue, queue % WIDTH
        if place == 0:
            fetch(game, actors, numbers, draw, waiting)
        queue += 1
        if waiting.steepest[0, place] > steepest:
            found.sweeps[draw] = -1
            continue
        seat(game, waiting, place, lane, tables)
        begin(draw, lane, waiting.steepest[0, place], rounding, pace)
        break
    return queue


@inlined
def _hand_in(game: Any, lane: int, image: Floats, points: Floats, pace: Any, found: Any) -> None:
    """A lane's draw is solved, or given up."""
    one = pace.lane[lane]
    draw = one.draw
    given_up, early = one.state == GIVEN_UP, found.early
    _keep_points(game, lane, draw, given_up, image, points, pace, found.logs, found.before)
    found.t[draw], found.t_before[draw] = one.done, one.second
    if given_up and one.sweeps <= early.sweeps:
        # It comes no further than this.
        _keep_points(game, lane, draw, True, image, points, pace, early.logs, early.before)
        early.t[draw], early.t_before[draw] = one.done, one.second
    found.arrived[draw], found.sweeps[draw] = one.state == ARRIVED, one.sweeps
    found.doubt[draw], found.slow[draw] = one.doubt, one.slow


@inlined
def _keep_points(
    game: Any,
    lane: int,
    draw: int,
    both: bool,
    image: Floats,
    points: Floats,
    pace: Any,
    last: Floats,
    before: Floats,
) -> None:
    """The last point that a lane settled at, and, if ``both``, the one before. The last is its image, if it has just settled there: its points have not been moved yet, so the one before is then their last."""
    row, here = np.uint64(draw), np.uint64(lane)
    if pace.accepts[0, lane] > 0.0:
        for u in range(np.uint64(len(game.unknown_action))):
            last[row, u] = image[u, here]
    else:
        point(game, lane, 0, points, last, draw)
    if both:
        point(game, lane, 0 if pace.shifts[0, lane] > 0.0 else 1, points, before, draw)
