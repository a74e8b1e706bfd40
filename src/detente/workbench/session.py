"""A situation that is asked again and again: coarse answers at once, refined ones after, over common random numbers.

The base, the situation as its file has it, is solved in stages and kept. A change is first solved in sixteen of the base's draws, chosen to stand for
all; as the base is known over more, what these say is steadied by a regression estimator (:func:`detente.explain.differences.compare_part`). Then
the base's own draws are gone through from the first, and at the end the figures are those of :func:`detente.what_if`: an intervention, in which
every draw keeps the weight that the record gives it. Nothing here knows of the web. A question is cancelled by a function that says so, and is left at the next block
of draws.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detente.draws import redrawn, sample
from detente.explain.reuse import set_up
from detente.explain.what_if import World, planned, told, without_routes
from detente.forecast.assemble import assemble
from detente.forecast.measures import measure
from detente.forecast.run import Progress, Results, Task, likeliest_routes, prepare, solve_draws
from detente.situation import Overlay
from detente.situation.model import Fixed, Situation
from detente.situation.spoken import spoken
from detente.solve import UNFINISHED, Effort
from detente.solve.workers import Workers
from detente.workbench.changes import moved, numbers, together
from detente.workbench.controls import sliders
from detente.workbench.estimate import representative
from detente.workbench.played import Played, draws_kept
from detente.workbench.stage import Base, Changed, Stage, reweighed, stage_of

Floats = NDArray[np.float64]
Cancelled = Callable[[], bool]

COARSE = 16
"""Draws of the first answer to a change."""
STAGES = (64, 250, 1000)
"""Draws after which a figure is shown again."""
BLOCK = 32
"""Draws between two looks at whether the question still stands."""
KEPT = 24
"""Answered questions that are kept, so that undoing costs nothing."""
GENTLE = 10
"""How far the threads that refine stand back for those that answer a hand (Unix niceness)."""


class CancelledError(Exception):
    """The question was withdrawn."""


class Session:
    """One situation at the workbench; questions may come from several threads.

    ``draws`` in the end, in stages up to there; ``seed`` as in :func:`detente.forecast`. Nothing is solved before :meth:`grow` is called.
    """

    def __init__(
        self, situation: Situation, draws: int = STAGES[-1], seed: int = 1, threads: int | None = None
    ) -> None:
        self.situation, self.seed = situation, seed
        self.stages = (*(stage for stage in STAGES if stage < draws), draws)
        self.task = prepare(situation)
        self.sliders = sliders(situation)
        # A number that is fixed in the file may shape the tree; one that is not cannot.
        known = {s: situation.quantities[s.name].specification for s in self.sliders if s.name in situation.quantities}
        free = [s for s, given in known.items() if s.place.split(".")[0] != "trade" and not isinstance(given, Fixed)]
        self._free = {name: s.name for s in free for name in (s.place, s.name)}
        count = threads or os.cpu_count() or 1
        self._at_once = Workers(count)
        self._gently = Workers(count, partial(stand_back, GENTLE))
        # The hardest draws take seconds each, in which a newer question must not wait.
        self._at_last = Workers(count, partial(stand_back, 2 * GENTLE - 1))
        self._grown = threading.Condition()
        self._base: Base | None = None
        self._closed = False
        self._kept: OrderedDict[tuple[str, ...], Stage] = OrderedDict()

    def close(self) -> None:
        """End its threads; what is running is left at the next sweep, by :class:`CancelledError`."""
        self._closed = True
        for pool in (self._at_once, self._gently, self._at_last):
            pool.stop(wait=False)

    # ------------------------------------------------------------------ the base

    @property
    def base(self) -> Base | None:
        """The base as far as it is solved."""
        return self._base

    def grow(self, cancelled: Cancelled = lambda: False) -> Iterator[Base]:
        """Solve the base, stage by stage. Raises :class:`CancelledError`, and :class:`SituationError` where the record is impossible."""
        started = time.perf_counter()
        drawn = sample(self.situation, self.stages[-1], self.seed)
        task = replace(self.task, kept=likeliest_routes(self.task, _first(drawn.values, COARSE)))
        results: Results | None = None
        for stage in (COARSE, *self.stages):
            results = self._further(task, drawn.values, results, stage, cancelled)
            if stage == self.stages[-1]:
                self._finish(task, drawn.values, results, cancelled)
            world = World.of_sums(task, results.sums, results.payoff, results.status)
            now = sample(self.situation, stage, self.seed)
            base = Base(task, results, now, world, time.perf_counter() - started)
            with self._grown:
                self._base = base
                self._grown.notify_all()
            yield base

    def _until(self, draws: int, cancelled: Cancelled) -> Base:
        """The base, once it has been solved so far."""
        with self._grown:
            while self._base is None or self._base.draws < draws:
                if cancelled() or self._closed:
                    raise CancelledError
                self._grown.wait(0.1)
            return self._base

    def _further(
        self, task: Task, values: Mapping[str, Floats], results: Results | None, stop: int, cancelled: Cancelled
    ) -> Results:
        """Results up to draw ``stop``; draws that need great effort are left unfinished."""
        parts = [] if results is None else [results]
        for start in range(0 if results is None else len(results.status), stop, BLOCK):
            if cancelled():
                raise CancelledError
            block = {name: value[start : min(start + BLOCK, stop)] for name, value in values.items()}
            parts.append(self._solve(task, block, self._gently, Effort.QUICK))
        return Results.join(parts)

    def _finish(self, task: Task, values: Mapping[str, Floats], results: Results, cancelled: Cancelled) -> None:
        """Solve what was left, in place."""
        left = np.flatnonzero(np.isin(results.status, UNFINISHED))
        for which in np.split(left, range(8, len(left), 8)):
            if cancelled():
                raise CancelledError
            if len(which):
                again = self._solve(task, {name: value[which] for name, value in values.items()}, self._at_last)
                for name in Results.__dataclass_fields__:
                    getattr(results, name)[..., which] = getattr(again, name)

    def _solve(self, task: Task, values: Mapping[str, Floats], pool: Workers, hardest: Effort = Effort.FINE) -> Results:
        """Solve these draws; a pool that has been closed meanwhile cancels the question."""
        try:
            return solve_draws(task, values, pool, hardest=hardest)
        except (RuntimeError, futures.CancelledError):
            if self._closed:
                raise CancelledError from None
            raise

    # ------------------------------------------------------------------ questions

    def warm(self) -> None:
        """Do once what only the first question waits for: read the file as a tree, start the threads."""
        base = self._base
        if base is not None and self._free:
            place, name = next(iter(self._free.items()))
            value = float(np.median(base.drawn.values[name]))
            overlay = together(self.situation, (f"set {place}={value!r}",))
            self._coarse(base, self._changed(base, overlay), time.perf_counter())

    def ask(self, changes: Sequence[str], cancelled: Cancelled = lambda: False) -> Iterator[Stage]:
        """What becomes of the answers under these changes (words as in :func:`detente.what_if`), coarse first.

        Raises :class:`SituationError` where the changes cannot be understood or made, and :class:`CancelledError`.
        """
        key = tuple(changes)
        known = self._kept.get(key)
        if known is not None:
            yield known
            return
        if not key:
            yield from self._as_it_is(cancelled)
            return
        started = time.perf_counter()
        base = self._until(COARSE, cancelled)
        overlay = together(self.situation, key)
        with told(overlay, self.situation):
            changed = self._changed(base, overlay)
            if cancelled():
                raise CancelledError
            yield self._coarse(base, changed, started)
            for stage in self._refined(base, self._in_full(base, changed), started, cancelled):
                if stage.final:
                    self._keep(key, stage)
                yield stage

    def _as_it_is(self, cancelled: Cancelled) -> Iterator[Stage]:
        """The base, as it grows."""
        for draws in (COARSE, *self.stages):
            base = self._until(draws, cancelled)
            if base.draws > draws and draws < self.stages[-1]:
                continue
            which = np.arange(base.draws)
            final = base.draws == self.stages[-1]
            yield stage_of(base, base.world, which, base.world.likelihood, final, base.seconds)

    def played(
        self, changes: Sequence[str], cancelled: Cancelled = lambda: False, progress: Progress = lambda *_: None
    ) -> Played:
        """What is played at every node under these changes, in the base's first draws; solved anew, with the play kept. Errors as :meth:`ask`'s."""
        count = draws_kept(self.task, self.stages[-1])
        base = self._until(count, cancelled)
        overlay = together(self.situation, changes)
        with told(overlay, self.situation):
            changed = self._planned(base, overlay) if changes else None
            task = replace(without_routes(base.task) if changed is None else changed.task, keeps_play=True)
            values = redrawn(base.drawn, task.game.situation, np.arange(count))
            results: Results | None = None
            for stop in (*range(BLOCK, count, BLOCK), count):
                results = self._further(task, values, results, stop, cancelled)
                progress(stop, count)
            assert results is not None
            self._finish(task, values, results, cancelled)
        own = changed is not None and changed.reweighted
        weight = results.likelihood(task.measures) if own else base.world.likelihood[:count]
        return Played.of(task, results, weight, values)

    def _changed(self, base: Base, overlay: Overlay) -> Changed:
        """The changed situation: without reading the file again where only numbers move."""
        held_at = numbers(overlay, self._free)
        if held_at is None:
            return self._planned(base, overlay)
        task = set_up(base.task, moved(self.situation, held_at)).task
        return Changed(overlay, without_routes(task), spoken(overlay, self.situation), reweighted=False, checked=False)

    def _planned(self, base: Base, overlay: Overlay) -> Changed:
        plan = planned(base.task, overlay, base.drawn)
        text = spoken(overlay, self.situation)
        return Changed(overlay, without_routes(plan.setup.task), text, plan.reweighted, checked=True)

    def _in_full(self, base: Base, changed: Changed) -> Changed:
        """The same with everything in the changed situation checked, and with all that a forecast measures."""
        if not changed.checked:
            changed = self._planned(base, changed.overlay)
        task = changed.task
        if task.measures is base.task.measures:
            return changed
        return replace(changed, task=replace(task, measures=measure(task.game)))

    def _coarse(self, base: Base, changed: Changed, started: float) -> Stage:
        which, times = representative(base.world, base.results.sweeps, COARSE)
        values = redrawn(base.drawn, changed.task.game.situation, which)
        results = self._solve(changed.task, values, self._at_once, Effort.QUICK)
        after = World.of_sums(changed.task, results.sums, results.payoff, results.status)
        return stage_of(base, after, which, times, False, time.perf_counter() - started, changed)

    def _refined(self, base: Base, changed: Changed, started: float, cancelled: Cancelled) -> Iterator[Stage]:
        drawn = sample(changed.task.game.situation, self.stages[-1], self.seed)
        same = changed.task.game.tree is base.task.game.tree
        kept = base.task.kept if same else likeliest_routes(changed.task, _first(drawn.values, COARSE))
        task = replace(changed.task, kept=kept)
        results: Results | None = None
        for count in self.stages:
            results = self._further(task, drawn.values, results, count, cancelled)
            final = count == self.stages[-1]
            if final:
                self._finish(task, drawn.values, results, cancelled)
            base = self._until(count, cancelled)
            after = World.of_sums(task, results.sums, results.payoff, results.status)
            which = np.arange(count)
            seconds = time.perf_counter() - started
            stage = stage_of(base, after, which, base.world.likelihood[:count], final, seconds, changed)
            if final:
                made = assemble(task.game, task.measures, task, results, drawn, self.seed, seconds)
                stage = replace(stage, forecast=made if changed.reweighted else reweighed(made, base.world.likelihood))
            yield stage

    def _keep(self, key: tuple[str, ...], stage: Stage) -> None:
        self._kept[key] = stage
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _first(values: Mapping[str, Floats], count: int) -> dict[str, Floats]:
    return {name: value[:count] for name, value in values.items()}


def stand_back(niceness: int) -> None:
    """Lower the priority of this thread alone, where the system keeps one for each (Linux)."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
