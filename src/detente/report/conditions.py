"""Conditions of a situation in the reader's words: ``offer == partial`` as “Washington offers partial relief”."""

from __future__ import annotations

from collections.abc import Mapping

from detente.report import words
from detente.situation.expression import (
    Chosen,
    Expression,
    FactValue,
    Happened,
    Number,
    Operation,
    QuantityValue,
    StepValue,
    Truth,
)
from detente.situation.model import Fact, Situation, Step

_BINDING: Mapping[str, int] = {
    "if": 0, "or": 1, "and": 2, "not": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7, "**": 8,
}  # fmt: skip
"""How tightly operators bind, loosest first; what is not listed is written as a call."""

_SIGNS: Mapping[str, str] = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "*": "×", "-": "−"}
_TIGHTEST = 9


def condition(expression: Expression, situation: Situation) -> str:
    """The condition in words: texts of options and definitions in quotation marks, joined by and, or and not."""
    return _Words(situation).say(expression)[0]


class _Words:
    """Renders one node after the other; each result comes with how tightly its outermost operator binds."""

    def __init__(self, situation: Situation) -> None:
        self.steps = {step.name: step for step in situation.steps if isinstance(step, Step)}
        self.facts = situation.facts
        # Definitions stand in expressions by identity: the same node wherever they are used.
        self.defined = {id(d.expression): d.text or words.plain(d.name) for d in situation.definitions.values()}

    def say(self, node: Expression) -> tuple[str, int]:
        if id(node) in self.defined:
            return _quoted(self.defined[id(node)]), _TIGHTEST
        match node:
            case Number(value):
                return words.number(value), _TIGHTEST
            case Truth(value):
                return ("always" if value else "never"), _TIGHTEST
            case QuantityValue(name) | FactValue(name) | StepValue(name):
                return words.plain(name), _TIGHTEST
            case Happened(name):
                return f"it comes to {_quoted(self.steps[name].text or words.plain(name))}", _TIGHTEST
            case Chosen(name, options, of):
                return self._chosen(self.steps[name] if of == "step" else self.facts[name], options)
            case Operation(operator, operands):
                return self._operation(operator, operands)
        raise TypeError(f"not an expression node: {node!r}")

    def _chosen(self, of: Step | Fact, options: frozenset[int]) -> tuple[str, int]:
        names = _option_words(of)
        chosen = [_quoted(names[i]) for i in sorted(options)]
        return words.joined(chosen, "or"), _TIGHTEST if len(chosen) == 1 else _BINDING["or"]

    def _operation(self, operator: str, operands: tuple[Expression, ...]) -> tuple[str, int]:
        if operator not in _BINDING:
            return f"{operator}({', '.join(self.say(o)[0] for o in operands)})", _TIGHTEST
        binding = _BINDING[operator]
        if operator == "if":
            test, then, other = (self._within(o, binding + 1) for o in operands)
            return f"{then} if {test} else {other}", binding
        if operator in ("not", "negative"):
            return f"{'not ' if operator == 'not' else '−'}{self._within(operands[0], binding)}", binding
        left, right = self._within(operands[0], binding), self._within(operands[1], binding + (operator in "-/**"))
        return f"{left} {_SIGNS.get(operator, operator)} {right}", binding

    def _within(self, node: Expression, binding: int) -> str:
        text, own = self.say(node)
        return f"({text})" if own < binding else text


def _option_words(of: Step | Fact) -> list[str]:
    if isinstance(of, Step):
        return [option.text or f"{words.plain(of.name)}: {words.plain(option.wording)}" for option in of.options]
    texts = of.state_texts or ("",) * len(of.states)
    return [
        text or f"{words.plain(of.name)}: {words.plain(state)}" for text, state in zip(texts, of.states, strict=True)
    ]


def _quoted(text: str) -> str:
    return f"“{text.strip().rstrip('.')}”"
