"""What happens on each path of a game: the option of every step, the state of every fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.situation.expression import Expression, evaluate

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Paths:
    """Codes of P paths.

    ``steps[name]`` (P,): index of the option, -1 where the step did not take place.
    ``facts[name]`` (P,): index of the state.
    ``fixed``: the quantities that have one value in every draw.
    """

    count: int
    steps: Mapping[str, Codes]
    facts: Mapping[str, Codes]
    fixed: Mapping[str, float]

    def holds(self, condition: Expression) -> NDArray[np.bool_]:
        """(P,) where a condition of the path holds."""
        return np.broadcast_to(evaluate(condition, self), (self.count,)).astype(np.bool_)

    def without(self, later: frozenset[str]) -> Paths:
        """The same paths with the steps in ``later`` not (yet) taken."""
        never = np.full(self.count, -1, dtype=np.int16)
        return Paths(self.count, {n: never if n in later else c for n, c in self.steps.items()}, self.facts, self.fixed)

    def select(self, which: NDArray[np.integer]) -> Paths:
        """The paths at these positions, in that order; a position may come several times."""
        return Paths(
            len(which),
            {n: c[which] for n, c in self.steps.items()},
            {n: c[which] for n, c in self.facts.items()},
            self.fixed,
        )

    # What :func:`detente.situation.expression.evaluate` asks for.

    def quantity(self, name: str) -> NDArray[np.float64]:
        return np.asarray(self.fixed[name])

    def fact(self, name: str) -> Codes:
        return self.facts[name]

    def step(self, name: str) -> Codes:
        return self.steps[name] if name in self.steps else np.full(self.count, -1, dtype=np.int16)

    def slot(self, index: int) -> NDArray[np.generic]:
        raise AssertionError("no slots in a condition of the path")
