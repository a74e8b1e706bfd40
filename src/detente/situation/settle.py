"""Certain quantities replaced by their numbers, where an expression must hold without any draw."""

from __future__ import annotations

from collections.abc import Mapping

from detente.situation.expression import Expression, Number, Operation, QuantityValue, walk


def settled(root: Expression, numbers: Mapping[str, float]) -> Expression:
    """The expression with a number for each of these quantities; nodes stay shared."""
    new: dict[Expression, Expression] = {}
    for node in walk(root):
        if isinstance(node, QuantityValue) and node.name in numbers:
            new[node] = Number(numbers[node.name])
        elif isinstance(node, Operation) and any(new[operand] is not operand for operand in node.operands):
            new[node] = Operation(node.operator, tuple(new[operand] for operand in node.operands), node.kind)
        else:
            new[node] = node
    return new[root]
