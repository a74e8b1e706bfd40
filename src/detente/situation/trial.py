"""Expressions tried out on a few draws: what they come to where everything is known, and whether chances add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from detente.situation import distributions
from detente.situation.expression import Expression, evaluate, names
from detente.situation.model import Fixed, Formula, Quantity, Specification

Array = NDArray[np.float64]


@dataclass(slots=True)
class Trial:
    """Values of every name in ``size`` draws: quantities at scattered quantiles, facts and steps at random.

    The first draw has every quantity at its median (a trial of one draw, none but that). ``sizes`` holds the
    number of states or options.
    """

    quantities: Mapping[str, Quantity]
    sizes: Mapping[str, int]
    size: int
    known: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, float]) -> Trial:
        """Where every quantity that is used has one number."""
        fixed = {name: Quantity(name, Fixed(number)) for name, number in numbers.items()}
        return cls(fixed, {}, 1)

    def number(self, expression: Expression) -> float:
        """What the expression comes to in the first draw."""
        return float(np.ravel(evaluate(expression, self))[0])

    def all(self, expression: Expression) -> Array:
        """What the expression comes to in each draw."""
        return np.broadcast_to(np.asarray(evaluate(expression, self), dtype=np.float64), (self.size,))

    def quantity(self, name: str) -> Array:
        if name not in self.known:
            specification = self.quantities[name].specification
            if isinstance(specification, Formula):
                self._formulas()
            else:
                self.known[name] = _scattered(specification, name, self.size)
        return self.known[name]

    def _formulas(self) -> None:
        """Computes every formula, those that others rest on first."""
        specifications = {name: each.specification for name, each in self.quantities.items()}
        formulas = {name: each.expression for name, each in specifications.items() if isinstance(each, Formula)}
        graph = {name: names(expression).quantities & formulas.keys() for name, expression in formulas.items()}
        for name in TopologicalSorter(graph).static_order():
            self.known[name] = self.all(formulas[name])

    def fact(self, name: str) -> NDArray[np.integer]:
        return _generator(name).integers(0, self.sizes[name], self.size)

    def step(self, name: str) -> NDArray[np.integer]:
        return self.fact(name)

    def slot(self, index: int) -> NDArray[np.generic]:
        raise KeyError(index)


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng(list(name.encode()))


@lru_cache(maxsize=1024)
def _scattered(specification: Specification, name: str, size: int) -> Array:
    """Scattered quantiles of a quantity, its median first: kept, for a file's what-ifs each try all that they leave as it is."""
    spread = _generator(name).uniform(0.02, 0.98, size)
    spread[0] = 0.5
    found = distributions.quantile(specification, spread)
    found.flags.writeable = False
    return found
