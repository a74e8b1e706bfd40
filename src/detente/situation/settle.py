"""Certain quantities replaced by their numbers, where an expression must hold without any draw."""

from __future__ import annotations

from collections.abc import Mapping

from detente.situation.expression import Expression, Number, QuantityValue, children, walk, with_operands


def settled(root: Expression, numbers: Mapping[str, float]) -> Expression:
    """The expression with a number for each of these quantities; nodes stay shared."""
    new: dict[Expression, Expression] = {}
    for node in walk(root):
        if isinstance(node, QuantityValue) and node.name in numbers:
            new[node] = Number(numbers[node.name])
        else:
            new[node] = with_operands(node, [new[child] for child in children(node)])
    return new[root]
