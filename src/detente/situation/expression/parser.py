"""From text to nodes: Python's grammar, an allow-list, and types.

Text is parsed with :mod:`ast` (never ``eval``) and checked against a :class:`Scope` that says what
each name is. Length, nesting, numbers and powers are bounded: text from a stranger is safe to read.
"""

from __future__ import annotations

import ast
import difflib
import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from detente.situation.expression.nodes import (
    Chosen,
    Expression,
    FactValue,
    Happened,
    Kind,
    Number,
    Operation,
    QuantityValue,
    StepValue,
    Truth,
    kind_of,
)

MAX_LENGTH = 2_000
MAX_BRACKETS = 40
MAX_DEPTH = 150
MAX_POWER = 64
MAX_MAGNITUDE = 1e100
MAX_SLIP = 100

_ONE_AT_A_TIME = threading.Lock()
"""What-ifs are parsed side by side, and Python's own parser loses count of its depth where threads take turns within it (CPython issue 106905)."""

FUNCTIONS: Mapping[str, tuple[int, int | None]] = {
    "min": (2, None), "max": (2, None), "abs": (1, 1), "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1),
    "clip": (3, 3), "happened": (1, 1),
}  # fmt: skip
"""Functions an expression may call, with the least and most arguments."""

RESERVED = frozenset({*FUNCTIONS, "and", "or", "not", "if", "else", "in", "is", "True", "False", "None", "rest"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for.

    ``options`` are a step's options or a fact's states; ``values`` their numbers if all have one;
    ``expression`` is the body of a definition.
    """

    what: Literal["quantity", "fact", "step", "definition"]
    options: tuple[str, ...] = ()
    values: tuple[float, ...] | None = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Names an expression may use here, and names that exist but may not be used, with the reason."""

    symbols: Mapping[str, Symbol]
    forbidden: Mapping[str, str]


class ExpressionError(ValueError):
    """One mistake in an expression. ``column`` counts characters from its start, from 0."""

    def __init__(self, found: str, accepted: str, column: int = 0, nearest: str | None = None) -> None:
        super().__init__(f"{found}; {accepted}")
        self.found, self.accepted, self.column, self.nearest = found, accepted, column, nearest


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like ``name``, or None when none is close (or where it is too long to be a slip)."""
    if len(name) > MAX_SLIP:
        return None
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return close[0] if close else None


_BINARY: Mapping[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE: Mapping[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def parse(text: str | float, scope: Scope, expects: Kind | None) -> Expression:
    """The expression in ``text``, typed as ``expects`` (None: a number or a condition).

    Raises :class:`ExpressionError` at the first mistake.
    """
    if isinstance(text, bool):
        text = str(text)
    if isinstance(text, (int, float)):
        text = repr(text)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression of {len(text):,} characters", f"at most {MAX_LENGTH:,}; split it with `define`"
        )
    source = text.strip().replace("\n", " ").replace("\r", " ").replace("\t", " ")
    shift = len(text) - len(text.lstrip())
    _check_nesting(source)
    try:
        tree = _tree(source)
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        raise ExpressionError(
            f"`{_clip(source)}` is not an expression ({error.msg})",
            "arithmetic, comparisons, `and or not`, `x if c else y`",
            column + shift,
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"`{_clip(source)}` cannot be read", "a shorter, plainer expression", shift) from None
    try:
        expression = _Parser(source, scope).visit(tree.body, 0)
        if expects is not None:
            _require(expression, expects, source, tree.body)
    except ExpressionError as error:
        # The grammar counts bytes; an editor counts characters.
        error.column = len(source.encode()[: error.column].decode(errors="ignore")) + shift
        raise
    return expression


@lru_cache(maxsize=4096)
def _tree(source: str) -> ast.Expression:
    """Python's syntax tree, which nobody alters: kept, for most expressions of a file are those of each of its what-ifs too."""
    with _ONE_AT_A_TIME:
        return ast.parse(source, mode="eval")


def _clip(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _check_nesting(source: str) -> None:
    """Refuse deep brackets before Python's own parser sees them."""
    depth = 0
    for column, character in enumerate(source):
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_BRACKETS:
            raise ExpressionError(
                "brackets nested too deep", f"at most {MAX_BRACKETS} levels; split it with `define`", column
            )


def _require(expression: Expression, kind: Kind, source: str, at: ast.expr) -> Expression:
    if kind_of(expression) != kind:
        piece = _clip(ast.get_source_segment(source, at) or source)
        if kind == "number":
            raise ExpressionError(
                f"`{piece}` is a condition", "a number here; write `1 if condition else 0`", at.col_offset
            )
        raise ExpressionError(
            f"`{piece}` is a number", "a condition here, such as `x > 0` or `step == option`", at.col_offset
        )
    return expression


class _Parser:
    """Turns one Python syntax tree into an :class:`Expression`; refuses what is not on the list."""

    def __init__(self, source: str, scope: Scope) -> None:
        self.source, self.scope = source, scope

    def fail(self, node: ast.AST, found: str, accepted: str, near: str | None = None) -> ExpressionError:
        return ExpressionError(found, accepted, getattr(node, "col_offset", 0), near)

    def piece(self, node: ast.expr) -> str:
        return _clip(ast.get_source_segment(self.source, node) or self.source)

    def number(self, node: ast.expr, depth: int) -> Expression:
        return _require(self.visit(node, depth), "number", self.source, node)

    def condition(self, node: ast.expr, depth: int) -> Expression:
        return _require(self.visit(node, depth), "condition", self.source, node)

    def visit(self, node: ast.expr, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self.fail(
                node, "an expression nested too deep", f"at most {MAX_DEPTH} levels; split it with `define`"
            )
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refused(node)
        result: Expression = method(node, depth + 1)
        return result

    def refused(self, node: ast.expr) -> ExpressionError:
        accepted = "numbers, names, arithmetic, comparisons, `and or not`, `x if c else y` and "
        found = f"`{self.piece(node)}` is not allowed in an expression"
        return self.fail(node, found, accepted + ", ".join(sorted(FUNCTIONS)))

    def _constant(self, node: ast.Constant, depth: int) -> Expression:
        if isinstance(node.value, bool):
            return Truth(node.value)
        if not isinstance(node.value, (int, float)):
            raise self.fail(
                node,
                f"the text or value `{self.piece(node)}`",
                "a number or a name (options are written without quotes)",
            )
        if abs(node.value) > MAX_MAGNITUDE or not math.isfinite(node.value):
            raise self.fail(node, f"the number `{self.piece(node)}`", "numbers up to 1e100")
        return Number(float(node.value))

    def _name(self, node: ast.Name, depth: int) -> Expression:
        symbol = self.lookup(node)
        if symbol.what == "definition":
            assert symbol.expression is not None
            return symbol.expression
        if symbol.what == "quantity":
            return QuantityValue(node.id)
        if symbol.values is None:
            first = symbol.options[0]
            raise self.fail(
                node,
                f"`{node.id}` is a {symbol.what}, not a number",
                f"a comparison, such as `{node.id} == {first}` (options: {', '.join(symbol.options)})",
            )
        return (StepValue if symbol.what == "step" else FactValue)(node.id, symbol.values)

    def _attribute(self, node: ast.Attribute, _: int) -> Expression:
        """A dotted name: a figure of the file's trade."""
        dotted = [name for name in self.scope.symbols if "." in name]
        name = self.piece(node)
        if name in self.scope.symbols:
            expression = self.scope.symbols[name].expression
            assert expression is not None
            return expression
        if name in self.scope.forbidden:
            raise self.fail(node, f"`{name}`", self.scope.forbidden[name])
        if dotted:
            raise self.fail(node, f"unknown figure `{name}`", ", ".join(dotted), nearest(name, dotted))
        raise self.refused(node)

    def lookup(self, node: ast.Name) -> Symbol:
        name = node.id
        if name in self.scope.symbols:
            return self.scope.symbols[name]
        if name in self.scope.forbidden:
            raise self.fail(node, f"`{name}`", self.scope.forbidden[name])
        owner = next((n for n, s in self.scope.symbols.items() if name in s.options), None)
        if owner is not None:
            raise self.fail(node, f"`{name}` is an option of `{owner}`", f"a comparison, such as `{owner} == {name}`")
        if name in FUNCTIONS:
            raise self.fail(node, f"`{name}` without brackets", f"a call, such as `{name}(...)`")
        near = nearest(name, self.scope.symbols)
        raise self.fail(
            node,
            f"unknown name `{name}`",
            "one of " + ", ".join(sorted(self.scope.symbols)[:12]) + (" ..." if len(self.scope.symbols) > 12 else "")
            if self.scope.symbols
            else "a number",
            near,
        )

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Expression:
        if isinstance(node.op, ast.Not):
            return Operation("not", (self.condition(node.operand, depth),), "condition")
        operand = self.number(node.operand, depth)
        if isinstance(node.op, ast.USub):
            return (
                Number(-operand.value) if isinstance(operand, Number) else Operation("negative", (operand,), "number")
            )
        if isinstance(node.op, ast.UAdd):
            return operand
        raise self.fail(node, f"`{self.piece(node)}`", "`-x` or `not c`")

    def _binop(self, node: ast.BinOp, depth: int) -> Expression:
        operator = _BINARY.get(type(node.op))
        if operator is None:
            raise self.fail(node, f"the operator in `{self.piece(node)}`", "+ - * / **")
        left, right = self.number(node.left, depth), self.number(node.right, depth)
        if operator == "**" and not (isinstance(right, Number) and abs(right.value) <= MAX_POWER):
            raise self.fail(
                node.right, f"the power `{self.piece(node.right)}`", f"a plain number from -{MAX_POWER} to {MAX_POWER}"
            )
        return Operation(operator, (left, right), "number")

    def _boolop(self, node: ast.BoolOp, depth: int) -> Expression:
        operands = [self.condition(value, depth) for value in node.values]
        result = operands[0]
        for operand in operands[1:]:
            result = Operation("and" if isinstance(node.op, ast.And) else "or", (result, operand), "condition")
        return result

    def _ifexp(self, node: ast.IfExp, depth: int) -> Expression:
        test, then = self.condition(node.test, depth), self.visit(node.body, depth)
        other = _require(self.visit(node.orelse, depth), kind_of(then), self.source, node.orelse)
        return Operation("if", (test, then, other), kind_of(then))

    def _compare(self, node: ast.Compare, depth: int) -> Expression:
        parts: list[Expression] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self.comparison(node, left, op, right, depth))
            left = right
        result = parts[0]
        for part in parts[1:]:
            result = Operation("and", (result, part), "condition")
        return result

    def comparison(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr, depth: int) -> Expression:
        chosen = self.by_name(left, op, right) or self.by_name(right, op, left)
        if chosen is not None:
            return chosen
        operator = _COMPARE.get(type(op))
        if operator is None:
            raise self.fail(node, f"`{self.piece(node)}`", "`< <= > >= == !=`, or `step in (option, option)`")
        return Operation(operator, (self.number(left, depth), self.number(right, depth)), "condition")

    def by_name(self, subject: ast.expr, op: ast.cmpop, other: ast.expr) -> Expression | None:
        """``step == option``, ``step != option``, ``step in (a, b)``, ``step not in (a, b)``; None if not of that form."""
        if not isinstance(subject, ast.Name):
            return None
        symbol = self.scope.symbols.get(subject.id)
        if symbol is None or not symbol.options or not isinstance(op, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            return None
        many = isinstance(op, (ast.In, ast.NotIn))
        items: list[ast.expr] = (
            list(other.elts) if many and isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        )
        if symbol.values is not None and not all(isinstance(i, ast.Name) and i.id in symbol.options for i in items):
            return None  # a number: compared as one
        indices = frozenset(self.option_index(subject.id, symbol, item) for item in items)
        chosen = Chosen(subject.id, indices, "step" if symbol.what == "step" else "fact")
        return Operation("not", (chosen,), "condition") if isinstance(op, (ast.NotEq, ast.NotIn)) else chosen

    def option_index(self, subject: str, symbol: Symbol, item: ast.expr) -> int:
        word = "options" if symbol.what == "step" else "states"
        if isinstance(item, ast.Name) and item.id in symbol.options:
            return symbol.options.index(item.id)
        accepted = f"one of the {word} of `{subject}`: {', '.join(symbol.options)}"
        if not isinstance(item, ast.Name):
            raise self.fail(item, f"`{self.piece(item)}`", accepted)
        owner = next((n for n, s in self.scope.symbols.items() if item.id in s.options), None)
        found = (
            f"`{item.id}`, which is an option of `{owner}`, not of `{subject}`"
            if owner
            else f"`{item.id}`, which is no option of `{subject}`"
        )
        raise self.fail(item, found, accepted, nearest(item.id, symbol.options))

    def _call(self, node: ast.Call, depth: int) -> Expression:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is None or name not in FUNCTIONS:
            raise self.fail(
                node,
                f"the call `{self.piece(node.func)}(...)`",
                "one of " + ", ".join(sorted(FUNCTIONS)),
                nearest(name or "", FUNCTIONS),
            )
        least, most = FUNCTIONS[name]
        count = len(node.args)
        if node.keywords or count < least or (most is not None and count > most):
            raise self.fail(
                node,
                f"`{self.piece(node)}`",
                f"`{name}` with {least if most == least else f'at least {least}'} argument{'s' if (most or 2) > 1 else ''}",
            )
        if name == "happened":
            return self.happened(node.args[0])
        operands = [self.number(argument, depth) for argument in node.args]
        if name not in ("min", "max"):
            return Operation(name, tuple(operands), "number")
        result = operands[0]
        for operand in operands[1:]:
            result = Operation(name, (result, operand), "number")
        return result

    def happened(self, argument: ast.expr) -> Expression:
        symbol = self.scope.symbols.get(argument.id) if isinstance(argument, ast.Name) else None
        if isinstance(argument, ast.Name) and symbol is not None and symbol.what == "step":
            return Happened(argument.id)
        if isinstance(argument, ast.Name) and argument.id in self.scope.forbidden:
            raise self.fail(argument, f"`{argument.id}`", self.scope.forbidden[argument.id])
        steps = [n for n, s in self.scope.symbols.items() if s.what == "step"]
        found = self.piece(argument)
        raise self.fail(
            argument,
            f"`happened({found})`",
            "the name of a step" + (": " + ", ".join(steps[:12]) if steps else ", and no step comes before"),
            nearest(found, steps),
        )
