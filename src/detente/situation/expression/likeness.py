"""Whether two expressions are the same, though written apart."""

from __future__ import annotations

from detente.situation.expression.nodes import Computed, Expression, Operation, walk


class Numbering:
    """Gives expressions of the same form the same number, whatever file they were read from.

    Nodes are shared within an expression, so a comparison by structure would go over them again and again; here each is
    looked at once.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}

    def __call__(self, root: Expression | None) -> int:
        """The number of an expression; -1 for none."""
        if root is None:
            return -1
        found: dict[Expression, int] = {}
        for node in walk(root):
            if isinstance(node, Operation):
                key: tuple[object, ...] = (node.operator, node.kind, *(found[operand] for operand in node.operands))
            elif isinstance(node, Computed):
                key = (*node.key, *(found[operand] for operand in node.operands))
            else:
                key = (type(node), *(getattr(node, name) for name in type(node).__dataclass_fields__))
            found[node] = self._numbers.setdefault(key, len(self._numbers))
        return found[root]
