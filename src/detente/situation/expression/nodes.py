"""Nodes of an expression, and what an expression uses.

A node is either a *number* or a *condition*. Nodes are shared (definitions are substituted), so an
expression is a directed acyclic graph and everything here visits a node once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["number", "condition"]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A node of an expression; compared and hashed by identity, because nodes are shared."""


@dataclass(frozen=True, slots=True, eq=False)
class Number(Expression):
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Truth(Expression):
    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class QuantityValue(Expression):
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class FactValue(Expression):
    """The number a private number's level stands for; ``values`` by state."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StepValue(Expression):
    """The number of the option that was taken; ``values`` by option. Not a number if it did not happen."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen(Expression):
    """True where step or fact ``name`` came out as one of ``options`` (their indices)."""

    name: str
    options: frozenset[int]
    of: Literal["step", "fact"]


@dataclass(frozen=True, slots=True, eq=False)
class Happened(Expression):
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Expression):
    """``operator`` applied to ``operands``; see :data:`OPERATORS`."""

    operator: str
    operands: tuple[Expression, ...]
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Computed(Expression):
    """A number that ``function`` works out from the arrays of its ``operands``, which broadcast against each other; ``key`` says which number, for comparison."""

    key: tuple[object, ...]
    function: Callable[..., Any]
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Slot(Expression):
    """Place of a path-only part that was cut out by :func:`split`."""

    index: int


def kind_of(expression: Expression) -> Kind:
    """Whether an expression is a number or a condition."""
    if isinstance(expression, Operation):
        return expression.kind
    return "condition" if isinstance(expression, (Chosen, Happened, Truth)) else "number"


def constant(value: float) -> Expression:
    """The expression that is this number."""
    return Number(float(value))


def children(expression: Expression) -> tuple[Expression, ...]:
    """What a node is worked out from."""
    return expression.operands if isinstance(expression, (Operation, Computed)) else ()


def with_operands(node: Expression, operands: Sequence[Expression]) -> Expression:
    """The node on other operands; itself where they are its own, or it has none."""
    if not isinstance(node, (Operation, Computed)) or all(a is b for a, b in zip(node.operands, operands, strict=True)):
        return node
    return replace(node, operands=tuple(operands))


def walk(*roots: Expression) -> list[Expression]:
    """Every node once, operands before what uses them."""
    done: dict[Expression, None] = {}
    stack: list[tuple[Expression, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        below = () if ready else children(node)
        if below:
            stack.append((node, True))
            stack += [(child, False) for child in reversed(below)]
        else:
            done[node] = None
    return list(done)


@dataclass(frozen=True, slots=True)
class Names:
    """The names an expression uses, by what they are."""

    quantities: frozenset[str]
    facts: frozenset[str]
    steps: frozenset[str]


def names(*roots: Expression) -> Names:
    """Quantities, facts and steps that these expressions use."""
    quantities, facts, steps = set(), set(), set()
    for node in walk(*roots):
        if isinstance(node, QuantityValue):
            quantities.add(node.name)
        elif isinstance(node, FactValue) or (isinstance(node, Chosen) and node.of == "fact"):
            facts.add(node.name)
        elif isinstance(node, (StepValue, Happened, Chosen)):
            steps.add(node.name)
    return Names(frozenset(quantities), frozenset(facts), frozenset(steps))


def split(root: Expression) -> tuple[Expression, tuple[Expression, ...]]:
    """Cut out the largest parts that depend on the path alone.

    Returns the expression with a :class:`Slot` in each part's place, and the parts. An interest then
    needs computing only for the distinct values its parts take together, not for every path.
    """
    fixed: dict[Expression, bool] = {}
    for node in walk(root):
        fixed[node] = not isinstance(node, QuantityValue) and all(fixed[c] for c in children(node))
    parts: dict[Expression, Slot] = {}
    new: dict[Expression, Expression] = {}
    for node in walk(root):
        if fixed[node]:
            new[node] = node
            continue
        operands: list[Expression] = []
        for child in children(node):
            if fixed[child] and not isinstance(child, (Number, Truth)):
                operands.append(parts.setdefault(child, Slot(len(parts))))
            else:
                operands.append(new[child])
        new[node] = with_operands(node, operands)
    if fixed[root] and not isinstance(root, (Number, Truth)):
        return Slot(0), (root,)
    return new[root], tuple(parts)
