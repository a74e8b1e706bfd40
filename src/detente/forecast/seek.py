"""Looking for other equilibria in some of a forecast's draws, and measuring each like the one followed.

Which draws: those at which the weight, added up in the order of the draws, passes equal steps. A draw stands for as many steps as it
passes, so that means over those searched are means over the forecast, whatever the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.solve import Block
from detente.solve.schedule import Efforts, Parts, Schedule
from detente.solve.search import search
from detente.solve.solution import Solution
from detente.solve.theory import payoffs_at_terminals

if TYPE_CHECKING:
    from detente.forecast.run import Executor, Task

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

STARTS = 10
"""Random starts of the search in a draw; more where the indices say that some equilibrium was not found."""


@dataclass(frozen=True)
class Found:
    """The equilibria of S draws, up to E in each, the one followed first; NaN, and index 0, where there are fewer.

    ``draw`` (S) numbers of the draws; ``times`` (S) steps of the weight that each stands for. ``sums`` (functionals, S, E) as in
    :class:`~detente.forecast.run.Results`; ``index`` (S, E) and ``radius`` (S, E) as in :class:`~detente.solve.search.Others`.
    """

    draw: Index
    times: Index
    sums: Floats
    index: Index
    radius: Floats


@dataclass(frozen=True)
class Seeker:
    """Searches one draw: ``(number of the draw, its quantities)`` to sums (functionals, k), index (k) and radius (k)."""

    task: Task
    seed: int

    def __call__(self, item: tuple[int, Mapping[str, Floats]]) -> tuple[Floats, Index, Floats]:
        draw, quantities = item
        task, tree = self.task, self.task.plan.tree
        followed = self._followed(quantities)
        numbers = followed.numbers
        principal = Solution(
            tree, numbers.chances, followed.choice, followed.value, followed.residual, followed.gain, followed.status, followed.sweeps
        )  # fmt: skip
        seed = int(np.random.SeedSequence([self.seed, draw]).generate_state(1)[0])
        found = search(
            tree, payoffs_at_terminals(task.plan, numbers), numbers.chances, numbers.lam, principal, STARTS, seed
        )  # fmt: skip
        reach, index, radius = found.reach[0], found.index[0], found.radius[0]
        return task.measures.sums.apply(np.ascontiguousarray(reach.T)), index, radius

    def _followed(self, quantities: Mapping[str, Floats]) -> Block:
        def hand_over(efforts: Efforts, parts: Parts) -> Iterator[Block]:
            return (self.task.solved(quantities, efforts, starts) for _, starts in parts)

        schedule = Schedule(np.zeros(1), lambda _: 1, cores=1)
        *_, (_, _, block) = schedule.tried([np.zeros(1, np.intp)], hand_over)
        return block


def seek(
    task: Task,
    quantities: Mapping[str, Floats],
    likelihood: Floats,
    count: int,
    seed: int,
    pool: Executor,
    progress: Callable[[int, int], object] | None,
) -> Found:
    """Search ``count`` draws of those with a ``likelihood`` (D), their ``quantities`` (D) each."""
    draw, times = spread_over_weight(likelihood, count)
    items = [(int(d), {name: values[[d]] for name, values in quantities.items()}) for d in draw]
    parts = []
    if progress:
        progress(0, len(items))
    for part in pool.map(Seeker(task, seed), items):
        parts.append(part)
        if progress:
            progress(len(parts), len(items))
    most = max(len(index) for _, index, _ in parts)
    sums = np.full((len(parts[0][0]), len(parts), most), np.nan)
    index, radius = np.zeros((len(parts), most), np.int64), np.full((len(parts), most), np.nan)
    for i, (of_draw, indices, radii) in enumerate(parts):
        sums[:, i, : len(indices)], index[i, : len(indices)], radius[i, : len(indices)] = of_draw, indices, radii
    return Found(draw, times, sums, index, radius)


def spread_over_weight(likelihood: Floats, count: int) -> tuple[Index, Index]:
    """Draws (S <= count) at ``count`` equal steps of the weight, and how many steps each passes (systematic resampling, Kitagawa 1996)."""
    total = np.cumsum(likelihood)
    steps = (np.arange(count) + 0.5) / count * total[-1]
    draws, times = np.unique(np.searchsorted(total, steps, side="right"), return_counts=True)
    return draws.astype(np.int64), times.astype(np.int64)
