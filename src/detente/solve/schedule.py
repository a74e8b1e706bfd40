"""In what order draws are tried, and how hard: all with the least effort, and what that leaves with more.

Most draws are easy and some take a hundred times as long. Hard ones are handed over before the rest of the easy ones, and the hardest at once: no core is to wait for them at
the end. The order changes no figure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from detente.solve.attempts import Starts
from detente.solve.block import SIDE_BY_SIDE, Effort
from detente.solve.lanes import WIDTH
from detente.solve.status import UNFINISHED

Which = NDArray[np.intp]
"""Numbers of draws that are tried together."""


class Efforts(NamedTuple):
    """The effort to make, and the last to go on with where lanes are idle."""

    first: Effort
    through: Effort


LEAST = Efforts(Effort.QUICK, Effort.QUICK)
Parts = Sequence[tuple[Which, Starts | None]]
"""Draws that are to be tried together, and where from, if not from the beginning; of several such."""


class Outcome(Protocol):
    """What came of some draws: their ``status`` (S,), and the last effort ``tried`` (S,); and where the next effort is to start with some of them, by their place among these."""

    @property
    def status(self) -> NDArray[np.int64]: ...

    @property
    def tried(self) -> NDArray[np.int64]: ...

    @property
    def starts(self) -> Mapping[int, Starts]: ...


T = TypeVar("T", bound=Outcome)


@dataclass(frozen=True)
class Schedule:
    """How D draws are to be tried, on so many ``cores``, with up to the ``hardest`` effort.

    ``size``: how many together with an effort. ``weight`` (D,): those with the largest, which as a rule take longest, are begun first: begun last, they would leave lanes idle.
    ``few``: up to so many are tried with ``WHOLE``, for which each draw takes seconds; where more are left for it, they go on to what comes after it.
    """

    weight: NDArray[np.float64]
    size: Callable[[Effort], int]
    cores: int
    hardest: Effort = Effort.FINE
    few: int = 0

    def tried(
        self, easy: Sequence[Which], hand_over: Callable[[Efforts, Parts], Iterable[T]]
    ) -> Iterator[tuple[Effort, Which, T]]:
        """What came of trying draws with an effort or more, as it comes: the last of a draw is what holds. All are tried with the least effort, in the parts ``easy``.

        ``hand_over`` begins to try some draws, each part together, and gives what comes of each in turn. The last draws that are left with an effort go through all up to
        ``SIDE_BY_SIDE``: nothing else is left to do.
        """
        lead = max(len(easy) // 2, 2 * self.cores)
        left: dict[Effort, list[int]] = {effort: [] for effort in Effort}
        starts = dict[int, Starts]()
        handed = deque[tuple[Efforts, Which, Iterator[T]]]()

        def hand(effort: Effort, parts: list[Which], last: bool = False) -> None:
            goes_on = effort == Effort.ONWARD
            starting = [Starts.join([starts.pop(int(draw)) for draw in which]) if goes_on else None for which in parts]
            efforts = Efforts(effort, max(effort, min(self.hardest, SIDE_BY_SIDE[-1])) if last else effort)
            found = iter(hand_over(efforts, list(zip(parts, starting, strict=True))))
            handed.extend((efforts, which, found) for which in parts)

        hand(Effort.QUICK, list(easy[:lead]))
        waiting = deque(easy[lead:])
        while handed:
            (effort, _), which, found = handed.popleft()
            outcome = next(found)
            yield effort, which, outcome
            if effort < self.hardest and outcome.status.any():
                starts |= {int(which[place]): start for place, start in outcome.starts.items()}
                for place in np.flatnonzero(np.isin(outcome.status, UNFINISHED)):
                    # Sweeps that got nowhere leave nothing to go on from.
                    draw, tried = int(which[place]), Effort(outcome.tried[place])
                    nowhere = tried == Effort.QUICK and draw not in starts
                    harder = Effort.EARLIER if nowhere else Effort(min(tried + 1, Effort.FINE))
                    if tried < harder <= self.hardest:
                        left[harder].append(draw)
            for harder in list(Effort)[1:]:
                # What goes through this effort itself leaves nothing for it, but for the few whose index or residual does not hold, which then go on by themselves.
                last = not waiting and not any(through < harder for (_, through), *_ in handed)
                ready, size = len(left[harder]), self.size(harder)
                if harder in (Effort.ONWARD, Effort.EARLIER) and not last:
                    ready = size if ready >= size else 0
                if harder == Effort.WHOLE and ready > self.few and (last or self.few == 0):
                    left[Effort.FINE] += left[harder]
                    left[harder], ready = [], 0
                elif harder == Effort.WHOLE and not last:
                    ready = 0
                if ready:
                    now, left[harder] = np.array(left[harder][:ready], dtype=np.intp), left[harder][ready:]
                    hand(harder, self.dealt(harder, now, self.cores if last else 1), last)
            if waiting:
                hand(Effort.QUICK, [waiting.popleft()])

    def dealt(self, effort: Effort, which: Which, parts: int) -> list[Which]:
        """Draws dealt out in parts to hand over: at least so many, where lanes then still take up another draw when theirs has ended."""
        which = which[np.argsort(-self.weight[which], kind="stable")]
        parts = max(1, min(parts, len(which) // (2 * WIDTH)))
        size = min(self.size(effort), -(-len(which) // (parts * WIDTH)) * WIDTH)
        several = -(-len(which) // size) if size else 0
        return [which[first::several] for first in range(several)]
