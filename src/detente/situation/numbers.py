"""Quantities: from the ways a file writes them to the specifications of ``model.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

import numpy as np

from detente.situation import distributions, words
from detente.situation.article import midway
from detente.situation.draft import Draft
from detente.situation.expression import names
from detente.situation.forms import (
    DiscreteQuantity,
    Entry,
    FixedQuantity,
    FormulaQuantity,
    JudgementsQuantity,
    Listed,
    Ranged,
    RangeQuantity,
    Valued,
    VerbalQuantity,
    Worded,
)
from detente.situation.lexicon import FORMULA, Lexicon
from detente.situation.messages import clipped
from detente.situation.model import (
    Actor,
    Correlation,
    Discrete,
    Fixed,
    Formula,
    Judgement,
    Judgements,
    Quantity,
    Range,
    Specification,
    Verbal,
)
from detente.situation.schema import ActorEntry
from detente.situation.tree import Path
from detente.situation.trial import Trial

DEFAULT_PRECISION = Range(3.0, 20.0, 0.9, "lognormal")
MAX_CORRELATED = 200
SUM_TOLERANCE = 1e-6
"""How far written chances may add up beside one."""

Single = Fixed | Range | Discrete | Verbal


# --------------------------------------------------------------------------- one number


def range_of(draft: Draft, entry: Ranged, path: Path) -> Range | None:
    """The range, or None after a mistake in it."""
    low, high, mass = entry.low, entry.high, entry.mass
    if low >= high:
        word = "below" if low > high else "equal to"
        accepted = "`low` below `high`" + ("" if low > high else "; a number that is known is a `value`")
        draft.add((*path, "high"), f"`high` {high:g}, {word} `low` {low:g}", accepted)
        return None
    if not 0 < mass <= 1:
        draft.add((*path, "mass"), f"a mass of {mass:g}", "a probability above 0, and at most 1")
        return None
    shape = entry.shape or distributions.default_shape(low, high, mass)
    found = f"a {shape} range from {low:g} to {high:g}"
    if mass == 1 and shape not in ("uniform", "triangular"):
        draft.add((*path, "mass"), f"a {shape} range with mass 1", "a mass below 1, or the shape uniform or triangular")
    elif shape == "lognormal" and low <= 0:
        draft.add((*path, "low"), found, "ends above 0, or another shape")
    elif shape == "logitnormal" and not (low > 0 and high < 1):
        draft.add((*path, "low" if low <= 0 else "high"), found, "ends within 0 and 1, or another shape")
    else:
        return Range(low, high, mass, shape)
    return None


def _discrete(draft: Draft, entry: Listed, path: Path) -> Discrete | None:
    rests = [value for value, share in entry.values.items() if share == "rest"]
    shares = {value: float(share) for value, share in entry.values.items() if share != "rest"}
    before = len(draft.problems)
    for value, share in shares.items():
        if not 0 <= share <= 1:
            draft.add((*path, "values", value), f"a chance of {share:g}", "a number from 0 to 1")
    if len(rests) > 1:
        draft.add((*path, "values", rests[1]), "`rest` a second time", "`rest` once")
    if len(draft.problems) > before:
        return None
    total = sum(shares.values())
    if (rests and total > 1 + SUM_TOLERANCE) or (not rests and abs(total - 1) > SUM_TOLERANCE):
        draft.add((*path, "values"), f"chances that sum to {total:.6g}", "a sum of 1; one of them may be `rest`")
        return None
    chances = {value: shares.get(value, max(1 - total, 0.0)) for value in entry.values}
    if not rests:
        chances = {value: share / total for value, share in chances.items()}
    return Discrete(tuple(map(float, chances)), tuple(chances.values()))


def verbal(draft: Draft, phrase: str, path: Path) -> Verbal | None:
    """A probability in words, or None where the words are not on the list."""
    listed = words.canonical(phrase)
    if listed is not None:
        return Verbal(listed)
    accepted = f"a probability in words: {', '.join(words.PHRASES)}"
    if path[-1] != "word":
        accepted = "a number, {formula: ...}, or " + accepted
    draft.add(path, f"`{clipped(phrase)}`", accepted, words.nearest(phrase))
    return None


def _single(draft: Draft, entry: Entry, path: Path) -> Single | None:
    match entry:
        case Valued():
            return Fixed(entry.value)
        case Ranged():
            return range_of(draft, entry, path)
        case Listed():
            return _discrete(draft, entry, path)
        case Worded():
            return verbal(draft, entry.word, (*path, "word"))
    raise TypeError(f"not a number: {entry!r}")


def _judgements(draft: Draft, entry: JudgementsQuantity, path: Path) -> Judgements | None:
    found: list[Judgement | None] = []
    for index, each in enumerate(entry.judgements):
        at = (*path, "judgements", index)
        belief = _single(draft, each, at)
        provenance = draft.provenance(each, at)
        if entry.pool == "log" and isinstance(belief, (Fixed, Discrete)):
            accepted = "a range or words, which a log pool can weigh; or `pool: linear`"
            draft.add(at, f"a judgement of {each.by} without a range, in a log pool", accepted)
            belief = None
        found.append(None if belief is None else Judgement(each.by, belief, each.weight, provenance))
    good = tuple(judgement for judgement in found if judgement is not None)
    if len(good) < len(found):
        return None
    pool = Judgements(good, entry.pool)
    if entry.pool == "log":
        try:
            distributions.median(pool)
        except ValueError:
            draft.add((*path, "judgements"), "judgements that no number fits", "ranges that overlap; or `pool: linear`")
            return None
    return pool


# --------------------------------------------------------------------------- all of them


QuantityEntry = FixedQuantity | RangeQuantity | DiscreteQuantity | VerbalQuantity | FormulaQuantity | JudgementsQuantity


def _specification(lexicon: Lexicon, entry: QuantityEntry, path: Path) -> Specification | None:
    draft = lexicon.draft
    if isinstance(entry, FormulaQuantity):
        expression = draft.expression(entry.formula, lexicon.scope(FORMULA), "number", (*path, "formula"))
        return None if expression is None else Formula(expression)
    if isinstance(entry, JudgementsQuantity):
        return _judgements(draft, entry, path)
    if isinstance(entry, VerbalQuantity) and draft.is_bare(path):
        return verbal(draft, entry.word, path)
    return _single(draft, entry, path)


def quantity(lexicon: Lexicon, name: str, entry: QuantityEntry, path: Path) -> Quantity | None:
    """A quantity under a name, or None after a mistake in it."""
    specification = _specification(lexicon, entry, path)
    provenance = lexicon.draft.provenance(entry, path)
    return None if specification is None else Quantity(name, specification, entry.unit, entry.text, provenance)


def quantities(lexicon: Lexicon) -> dict[str, Quantity]:
    """Every declared quantity; what is certain among them is noted in the lexicon."""
    draft = lexicon.draft
    found: dict[str, Quantity] = {}
    for name, entry in draft.file.quantities.items():
        made = quantity(lexicon, name, entry, ("quantities", name))
        if made is None:
            draft.lose("quantities", name)
        else:
            found[name] = made
    _circles(draft, found)
    found = {name: each for name, each in found.items() if not draft.is_lost("quantities", name)}
    lexicon.certain = _certain(draft, found)
    return found


def _uses(each: Quantity) -> frozenset[str]:
    formula = each.specification
    return names(formula.expression).quantities if isinstance(formula, Formula) else frozenset()


def _circles(draft: Draft, found: Mapping[str, Quantity]) -> None:
    """Tells of every circle of formulas; what is in one, or rests on what was lost, is lost."""
    graph = {name: set(_uses(each)) for name, each in found.items()}
    while True:
        try:
            order = list(TopologicalSorter(graph).static_order())
            break
        except CycleError as error:
            circle = list(reversed(error.args[1]))[:-1]
        first = min(circle, key=list(graph).index)
        turned = circle[circle.index(first) :] + circle[: circle.index(first)]
        shown = " -> ".join([*turned, first])
        accepted = "formulas that do not lead back to themselves"
        draft.add(("quantities", first, "formula"), f"a formula that rests on itself: {shown}", accepted)
        for name in circle:
            draft.lose("quantities", name)
            del graph[name]
        graph = {name: used - set(circle) for name, used in graph.items()}
    for name in order:
        if name in found and any(draft.is_lost("quantities", used) for used in _uses(found[name])):
            draft.lose("quantities", name)


def _certain(draft: Draft, found: Mapping[str, Quantity]) -> dict[str, float]:
    """Fixed quantities, and formulas of nothing but these, with their numbers."""
    graph = {name: _uses(each) for name, each in found.items()}
    numbers: dict[str, float] = {}
    for name in TopologicalSorter(graph).static_order():
        specification = found[name].specification
        if isinstance(specification, Fixed):
            numbers[name] = specification.value
        elif isinstance(specification, Formula) and all(used in numbers for used in graph[name]):
            known = {used: numbers[used] for used in graph[name]}
            number = Trial.of_numbers(known).number(specification.expression)
            if np.isfinite(number):
                numbers[name] = number
            else:
                draft.add(("quantities", name, "formula"), f"a formula that comes to {number}", "a finite number")
    return numbers


# --------------------------------------------------------------------------- actors' precisions


def actors(lexicon: Lexicon, found: dict[str, Quantity]) -> dict[str, Actor]:
    """The actors; a precision written in place, or left out, joins the quantities as ``precision.ID``."""
    draft = lexicon.draft
    made: dict[str, Actor] = {}
    for name, entry in draft.file.actors.items():
        path = ("actors", name)
        precision = _precision(lexicon, entry, name, found)
        made[name] = Actor(name, entry.name, precision, entry.text, draft.provenance(entry, path))
    return made


def _precision(lexicon: Lexicon, entry: ActorEntry, actor: str, found: dict[str, Quantity]) -> str:
    draft, implied, path = lexicon.draft, f"precision.{actor}", ("actors", actor, "precision")
    text = f"Precision of {midway(entry.name)}"
    if isinstance(entry.precision, str):
        if draft.known("quantities", "quantity", entry.precision, found, path):
            _check_precision(draft, found[entry.precision].specification, path)
        return entry.precision
    if entry.precision is None:
        found[implied] = Quantity(implied, DEFAULT_PRECISION, "per payoff span", text)
        return implied
    made = quantity(lexicon, implied, entry.precision, path)
    if made is not None:
        _check_precision(draft, made.specification, path)
        found[implied] = replace(made, unit=made.unit or "per payoff span", text=made.text or text)
    return implied


def _check_precision(draft: Draft, specification: Specification, path: Path) -> None:
    """A precision below zero would make an actor prefer its worst option."""
    match specification:
        case Fixed() | Discrete():
            least = float(distributions.quantile(specification, 1e-12))
        case Range(shape="normal") as normal:
            found = f"a normal range from {normal.low:g} to {normal.high:g}, some of which lies below 0"
            draft.add(path, found, "a precision above 0: ends above 0 and no `shape` make it log-normal")
            return
        case Range():
            least = float(distributions.quantile(specification, 1e-12))
        case _:
            return
    if least < 0:
        draft.add(path, f"a precision that may be {least:.3g}", "a precision of at least 0")


# --------------------------------------------------------------------------- correlations


def correlations(draft: Draft, found: Mapping[str, Quantity]) -> tuple[Correlation, ...]:
    """The rank correlations, each pair once, and all of them possible together."""
    made: list[Correlation] = []
    seen: set[frozenset[str]] = set()
    before = len(draft.problems)
    for index, entry in enumerate(draft.file.correlations):
        path: Path = ("correlations", index)
        pair = frozenset(entry.between)
        provenance = draft.provenance(entry, path)
        if len(pair) == 1:
            draft.add((*path, "between"), f"`{entry.between[0]}` with itself", "two different quantities")
        elif pair in seen:
            draft.add((*path, "between"), f"{' and '.join(entry.between)} a second time", "each pair once")
        else:
            sound = [_correlates(draft, found, name, (*path, "between", i)) for i, name in enumerate(entry.between)]
            if all(sound):
                made.append(Correlation(*entry.between, entry.rank, provenance))
        seen.add(pair)
    if len(draft.problems) == before:
        _check_together(draft, made)
    return tuple(made)


def _correlates(draft: Draft, found: Mapping[str, Quantity], name: str, path: Path) -> bool:
    if not draft.known("quantities", "quantity", name, found, path):
        return False
    kind = found[name].specification
    if isinstance(kind, Fixed) and draft.changed:
        return True
    if isinstance(kind, (Fixed, Formula)):
        what = "fixed" if isinstance(kind, Fixed) else "a formula"
        draft.add(path, f"`{name}`, which is {what}", "an uncertain quantity that is not a formula")
        return False
    return True


def _check_together(draft: Draft, made: list[Correlation]) -> None:
    """The matrix of all correlations, on normal scores, must have no negative eigenvalue."""
    involved = list(dict.fromkeys(name for each in made for name in (each.first, each.second)))
    if len(involved) > MAX_CORRELATED:
        found = f"correlations of {len(involved)} quantities"
        draft.add(("correlations",), found, f"at most {MAX_CORRELATED} quantities that are correlated", key=True)
        return
    matrix = np.eye(len(involved))
    for each in made:
        i, j = involved.index(each.first), involved.index(each.second)
        # Spearman's rank correlation of two normal numbers, solved for theirs (Pearson 1907).
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * each.rank / 6)
    if involved and np.linalg.eigvalsh(matrix)[0] < -1e-9:
        found = f"correlations of {', '.join(involved)} that no numbers can have together"
        draft.add(("correlations",), found, "a positive semi-definite matrix: move some of them towards 0", key=True)
