"""When things happen on a path: which steps have been taken by a given day.

A step with a window falls anywhere in it with equal chance. One common position ``u`` in [0, 1] says how
early or late all windowed steps fall, so steps keep their order; a step has been taken by day D exactly
when ``u <= f(D)``, with f rising from 0 to 1 over its window. The days on which steps' f differ cut [0, 1]
into a few intervals with a constant set of steps each, over which a condition is averaged exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from detente.game import Paths
from detente.situation.expression import Expression
from detente.situation.model import Situation, Step, Window


@dataclass(frozen=True)
class Timeline:
    """The window of every step, given what is known at ``as_of``."""

    windows: Mapping[str, Window]

    @classmethod
    def of(cls, situation: Situation) -> Timeline:
        """Observed steps fall on their day; undated ones with the last dated step before them.

        A step that might have been taken but was not seen to be has what is left of its window.
        """
        observed = {o.step: o.on for o in situation.observed}
        windows: dict[str, Window] = {}
        last = Window(situation.as_of, situation.as_of)
        tomorrow = situation.as_of + timedelta(days=1)
        for step in situation.steps:
            window = step.on or last
            if step.name in observed:
                window = Window(observed[step.name], observed[step.name])
            elif step.on is not None and step.on.end > situation.as_of:
                window = Window(max(step.on.start, tomorrow), step.on.end)
            if step.on is not None:
                last = window
            if isinstance(step, Step):
                windows[step.name] = window
        return cls(windows)

    def taken_by(self, step: str, day: date) -> float:
        """Probability that the step, if taken at all, has been taken by the end of ``day``."""
        window = self.windows[step]
        share = ((day - window.start).days + 1) / ((window.end - window.start).days + 1)
        return min(1.0, max(0.0, share))

    def holds_by(self, condition: Expression, paths: Paths, day: date) -> NDArray[np.float64]:
        """(P,) chance that ``condition`` holds with the steps taken by the end of ``day``."""
        taken = {step: self.taken_by(step, day) for step in self.windows}
        out = np.zeros(paths.count)
        below = 0.0
        for above in sorted({1.0, *taken.values()} - {0.0}):
            later = frozenset(step for step, share in taken.items() if share < above)
            out += (above - below) * paths.without(later).holds(condition)
            below = above
        return out


def curve_days(situation: Situation, timeline: Timeline) -> list[date]:
    """Days at which curves are computed: between them nothing bends but at month ends."""
    start, end = situation.as_of, situation.horizon
    days = {start, end}
    for window in timeline.windows.values():
        days |= {window.start - timedelta(days=1), window.start, window.end}
    days |= {question.by for question in situation.questions if question.by is not None}
    days |= {date(year, month, 1) for year in range(start.year, end.year + 1) for month in range(1, 13)}
    return sorted(day for day in days if start <= day <= end)
