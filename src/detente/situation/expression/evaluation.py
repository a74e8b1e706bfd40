"""Expressions on arrays: every draw, or every path, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detente.situation.expression.nodes import (
    Chosen,
    Computed,
    Expression,
    FactValue,
    Happened,
    Number,
    Operation,
    QuantityValue,
    Slot,
    StepValue,
    Truth,
    walk,
)

OPERATORS: Mapping[str, Callable[..., NDArray[np.generic]]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    "negative": np.negative, "<": np.less, "<=": np.less_equal, ">": np.greater,
    ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal, "and": np.logical_and,
    "or": np.logical_or, "not": np.logical_not, "if": np.where, "min": np.minimum,
    "max": np.maximum, "abs": np.abs, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
}  # fmt: skip
"""Each operator's meaning on arrays; ``if`` takes (condition, then, else)."""


class Values(Protocol):
    """Where evaluation finds the value of a name; arrays broadcast against each other."""

    def quantity(self, name: str) -> NDArray[np.float64]: ...

    def fact(self, name: str) -> NDArray[np.integer]:
        """Index of the state."""
        ...

    def step(self, name: str) -> NDArray[np.integer]:
        """Index of the option, -1 where the step did not happen."""
        ...

    def slot(self, index: int) -> NDArray[np.generic]: ...


def evaluate(root: Expression, values: Values) -> NDArray[np.generic]:
    """The expression on arrays: float64 for a number, bool for a condition.

    Follows IEEE arithmetic without warnings; whoever asks decides what a NaN or an infinity means.
    """
    done: dict[Expression, NDArray[np.generic]] = {}
    with np.errstate(all="ignore"):
        for node in walk(root):
            done[node] = _value(node, done, values)
    return done[root]


def _value(node: Expression, done: Mapping[Expression, NDArray[np.generic]], values: Values) -> NDArray[np.generic]:
    match node:
        case Number(value) | Truth(value):
            return np.asarray(value)
        case QuantityValue(name):
            return values.quantity(name)
        case FactValue(name, numbers):
            return np.take(np.asarray(numbers), values.fact(name))
        case StepValue(name, numbers):
            return np.take(np.asarray([*numbers, np.nan]), values.step(name))
        case Chosen(name, options, of):
            code = values.step(name) if of == "step" else values.fact(name)
            return _among(code, options)
        case Happened(name):
            return values.step(name) >= 0
        case Slot(index):
            return values.slot(index)
        case Operation(operator, operands):
            return np.asarray(OPERATORS[operator](*(done[o] for o in operands)))
        case Computed(_, function, operands):
            return np.asarray(function(*(done[o] for o in operands)))
    raise TypeError(f"not an expression node: {node!r}")


def _among(code: NDArray[np.integer], options: frozenset[int]) -> NDArray[np.bool_]:
    """Where the code is one of a few; much faster than a general search."""
    found = np.zeros(np.shape(code), dtype=np.bool_)
    for option in options:
        found |= code == option
    return found
