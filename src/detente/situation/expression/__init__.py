"""The expression language of situation files.

In comes text and a :class:`Scope` (what each name is); out comes a typed graph of frozen nodes that
:func:`evaluate` computes over arrays. What a graph depends on (:func:`names`) decides where it can be
computed: an expression of the path alone has one value per path in every draw. Knows nothing of files.
"""

from detente.situation.expression.evaluation import OPERATORS, Values, evaluate
from detente.situation.expression.likeness import Numbering
from detente.situation.expression.nodes import (
    Chosen,
    Computed,
    Expression,
    FactValue,
    Happened,
    Kind,
    Names,
    Number,
    Operation,
    QuantityValue,
    Slot,
    StepValue,
    Truth,
    children,
    constant,
    kind_of,
    names,
    split,
    walk,
    with_operands,
)
from detente.situation.expression.parser import FUNCTIONS, RESERVED, ExpressionError, Scope, Symbol, nearest, parse

__all__ = [
    "FUNCTIONS",
    "OPERATORS",
    "RESERVED",
    "Chosen",
    "Computed",
    "Expression",
    "ExpressionError",
    "FactValue",
    "Happened",
    "Kind",
    "Names",
    "Number",
    "Numbering",
    "Operation",
    "QuantityValue",
    "Scope",
    "Slot",
    "StepValue",
    "Symbol",
    "Truth",
    "Values",
    "children",
    "constant",
    "evaluate",
    "kind_of",
    "names",
    "nearest",
    "parse",
    "split",
    "walk",
    "with_operands",
]
