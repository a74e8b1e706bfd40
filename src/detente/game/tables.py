"""Numbers that differ between draws, computed for a block of draws at a time.

An expression over paths and quantities is cut into the parts that depend on the path alone
(:func:`detente.situation.expression.split`). Those parts take few distinct values together, so the
expression is computed once for each distinct combination (*row*) and draw, and every path points to
its row. The founding case has some 20,000 paths and a few dozen rows per interest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import combinations, firsts
from detente.situation.expression import Expression, Values, evaluate, names, split

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Expressions over the distinct values of their path parts.

    ``expressions`` (m of them, with slots), ``parts`` one (R,) array a slot,
    ``index`` (P,) the row of each path.
    """

    expressions: tuple[Expression, ...]
    parts: tuple[NDArray[np.generic], ...]
    rows: int
    index: NDArray[np.int32]

    def compute(self, quantities: Mapping[str, Floats]) -> Floats:
        """Values of shape (m, R, L), given each quantity's L values."""
        values = _Block(quantities, self.parts)
        lanes = len(next(iter(quantities.values()))) if quantities else 1
        out = np.empty((len(self.expressions), self.rows, lanes))
        for i, expression in enumerate(self.expressions):
            out[i] = evaluate(expression, values)
        return out

    @property
    def quantities(self) -> frozenset[str]:
        """Names of the quantities the table needs."""
        return names(*self.expressions).quantities


@dataclass(frozen=True)
class _Block:
    """Quantities along the last axis, path parts along the one before."""

    quantities: Mapping[str, Floats]
    parts: tuple[NDArray[np.generic], ...]

    def quantity(self, name: str) -> Floats:
        return self.quantities[name][None, :]

    def slot(self, index: int) -> NDArray[np.generic]:
        return self.parts[index][:, None]

    def fact(self, name: str) -> NDArray[np.integer]:
        raise AssertionError("facts are inside slots")

    step = fact


def tabulate(expressions: Sequence[Expression], values: Values, paths: int) -> Table:
    """The table of ``expressions`` over ``paths`` paths, whose steps and facts ``values`` gives."""
    outer: list[Expression] = []
    parts: list[NDArray[np.generic]] = []
    for expression in expressions:
        shell, inner = split(expression)
        outer.append(_shift(shell, len(parts)))
        parts += [np.broadcast_to(evaluate(part, values), (paths,)) for part in inner]
    if not parts:
        return Table(tuple(outer), (), 1, np.zeros(paths, dtype=np.int32))
    index = combinations(parts, paths)
    first = firsts(index, int(index.max(initial=-1)) + 1)
    return Table(tuple(outer), tuple(part[first] for part in parts), len(first), index.astype(np.int32))


def _shift(expression: Expression, by: int) -> Expression:
    """The expression with its slots renumbered from ``by``."""
    from detente.situation.expression import Slot, children, walk, with_operands

    if by == 0:
        return expression
    new: dict[Expression, Expression] = {}
    for node in walk(expression):
        if isinstance(node, Slot):
            new[node] = Slot(node.index + by)
        else:
            new[node] = with_operands(node, [new[child] for child in children(node)])
    return new[expression]
