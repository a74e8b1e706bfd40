"""Chances: numbers, expressions, words and ``rest``, made into expressions that sum to one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from detente.situation import words
from detente.situation.draft import Draft
from detente.situation.expression import (
    Chosen,
    Expression,
    Names,
    Number,
    Operation,
    QuantityValue,
    Scope,
    constant,
    names,
)
from detente.situation.forms import ChanceEntry
from detente.situation.lexicon import Lexicon
from detente.situation.messages import clipped
from detente.situation.model import Quantity, Verbal
from detente.situation.numbers import SUM_TOLERANCE
from detente.situation.tree import Path
from detente.situation.trial import Trial

_ONLY_WORDS = re.compile(r"[^\W\d_]+( +[^\W\d_]+)*")


TRIALS = 33
"""Draws on which chances that are not plain numbers are added up."""


def read(
    lexicon: Lexicon,
    entries: Mapping[str, ChanceEntry],
    path: Path,
    owner: str,
    scope: Scope,
    quantities: dict[str, Quantity],
) -> tuple[Expression, ...] | None:
    """An expression for each entry, in their order; None after a mistake in one of them.

    A chance in words joins ``quantities`` as ``owner.name``.
    """
    draft = lexicon.draft
    parts: dict[str, Expression | None] = {}
    given = {name: entry.chance for name, entry in entries.items()}
    rests = [name for name, share in given.items() if isinstance(share, str) and share.strip() == "rest"]
    for name in rests[1:]:
        draft.add((*path, name), "`rest` a second time", "`rest` once")
    for name, share in given.items():
        if name not in rests:
            parts[name] = _one(draft, share, (*path, name, "chance"), f"{owner}.{name}", scope, quantities)
    if len(rests) > 1 or any(part is None for part in parts.values()):
        return None
    sound = {name: part for name, part in parts.items() if part is not None}
    typical = lexicon.trial(quantities, 1)
    if not _each_possible(lexicon, sound, path, typical):
        return None
    if rests and not _room_for_rest(lexicon, sound, path, typical):
        return None
    if not rests and not _sum_to_one(draft, sound, path, lexicon.trial(quantities, TRIALS)):
        return None
    if rests:
        sound[rests[0]] = _remainder(list(sound.values()))
    elif all(isinstance(part, Number) for part in sound.values()):
        total = sum(part.value for part in sound.values() if isinstance(part, Number))
        sound = {name: constant(part.value / total) for name, part in sound.items() if isinstance(part, Number)}
    return tuple(sound[name] for name in entries)


def _one(
    draft: Draft, entry: str | float, path: Path, implied: str, scope: Scope, quantities: dict[str, Quantity]
) -> Expression | None:
    if isinstance(entry, str):
        phrase = words.canonical(entry)
        if phrase is not None:
            quantities[implied] = Quantity(implied, Verbal(phrase), text=f"Chance of {implied.replace('.', ': ')}")
            return QuantityValue(implied)
        # Two or more bare words, or one like a verbal probability and like no name, are meant as such.
        bare = _ONLY_WORDS.fullmatch(entry.strip()) is not None and entry.strip() not in scope.symbols
        if bare and not set(entry.split()) & {"if", "and", "or", "not", "in"}:
            near = words.nearest(entry)
            if " " in entry.strip() or (near is not None and entry.strip() not in scope.forbidden):
                accepted = "a number, an expression, `rest`, or a probability in words: " + ", ".join(words.PHRASES)
                draft.add(path, f"`{clipped(entry)}`", accepted, near)
                return None
    return draft.expression(entry, scope, "number", path)


def _each_possible(lexicon: Lexicon, parts: Mapping[str, Expression], path: Path, trial: Trial) -> bool:
    """Tells of chances outside 0 to 1 (with every quantity at its median), as far as the path does not matter."""
    good = True
    for name, part in parts.items():
        used = names(part)
        if used.facts or used.steps:
            continue
        number = trial.number(part)
        if not -1e-12 <= number <= 1 + 1e-12:
            typical = _typical(lexicon, used)
            lexicon.draft.add((*path, name), f"a chance of {number:.4g}{typical}", "a number from 0 to 1")
            good = False
    return good


def _room_for_rest(lexicon: Lexicon, parts: Mapping[str, Expression], path: Path, trial: Trial) -> bool:
    """Tells of chances that leave less than nothing for the rest, as far as the path does not matter."""
    used = names(*parts.values())
    if used.facts or used.steps:
        return True
    total = sum(trial.number(part) for part in parts.values())
    if total <= 1 + SUM_TOLERANCE:
        return True
    found = f"chances that sum to {total:.6g} before `rest`{_typical(lexicon, used)}"
    lexicon.draft.add(path, found, "a sum of at most 1", key=True)
    return False


def _typical(lexicon: Lexicon, used: Names) -> str:
    return " when the quantities are at their medians" if used.quantities - lexicon.certain.keys() else ""


def _sum_to_one(draft: Draft, parts: Mapping[str, Expression], path: Path, trial: Trial) -> bool:
    """Tells of chances that do not sum to one in some draw."""
    totals = np.sum([trial.all(part) for part in parts.values()], axis=0)
    totals = totals[np.isfinite(totals)]  # a step's number is none on paths where it does not happen
    if np.all(np.abs(totals - 1) <= SUM_TOLERANCE):
        return True
    if all(isinstance(part, Number) for part in parts.values()):
        draft.add(path, f"chances that sum to {totals[0]:.6g}", "a sum of 1; one of them may be `rest`", key=True)
    else:
        worst = totals[np.argmax(np.abs(totals - 1))]
        found = f"chances that do not always sum to 1 (but to {worst:.4g}, for instance)"
        draft.add(path, found, "a sum of 1 whatever the quantities and the path; make one of them `rest`", key=True)
    return False


def _remainder(parts: list[Expression]) -> Expression:
    """One less these."""
    if not parts or all(isinstance(part, Number) for part in parts):
        return constant(max(1 - sum(part.value for part in parts if isinstance(part, Number)), 0.0))
    total = parts[0]
    for part in parts[1:]:
        total = Operation("+", (total, part), "number")
    return Operation("-", (constant(1), total), "number")


def given_state(of: str, kind: str, by_state: list[Expression]) -> Expression:
    """The chance of a reading: one expression a state, chosen by the true one."""
    result = by_state[-1]
    for index in range(len(by_state) - 2, -1, -1):
        test = Chosen(of, frozenset({index}), "fact" if kind == "fact" else "step")
        result = Operation("if", (test, by_state[index], result), "number")
    return result
