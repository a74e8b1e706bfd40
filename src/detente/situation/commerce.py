"""The section ``trade``: figures of sanctions and trade that expressions may use, worked out from a case.

The case's numbers join the quantities, as ``trade.NAME``, so that they are drawn, explained and doubted like all others. Its figures
become names with dots (``pressure.DPRK``), each computed from these and from what the partners enforce, which a step may decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.situation import tree
from detente.situation.draft import Draft
from detente.situation.expression import Computed, Expression, QuantityValue, children, names, walk, with_operands
from detente.situation.lexicon import PATH, Lexicon
from detente.situation.messages import Problem, SituationError
from detente.situation.model import Formula, Quantity
from detente.situation.schema import TradeEntry
from detente.situation.tree import Path

if TYPE_CHECKING:
    from detente.trade.case import Case

PREFIX = "trade."
"""Of the names of quantities and sources that come from the case."""


def declare(lexicon: Lexicon, quantities: dict[str, Quantity]) -> str:
    """Enters the figures of the file's trade, and what they are computed from among ``quantities``; the file of the case.

    After a mistake the section is lost, and with it all figures.
    """
    draft, entry = lexicon.draft, lexicon.draft.file.trade
    if entry is None:
        return ""
    place = _place(draft, entry)
    case = _case(draft, place) if place else None
    enforced = _enforced(lexicon, entry, case) if case and _actors_known(draft, entry, case) else None
    if place is None or case is None or enforced is None:
        draft.lost.add(("trade",))
        return ""
    from detente.trade.figures import figures  # upward, where a file asks for it

    books = figures(replace(case, as_of=draft.file.as_of), entry.actors, tuple(enforced))
    _join(draft, case, books.needed, quantities)
    operands = (*enforced.values(), *(QuantityValue(PREFIX + name) for name in books.direct))
    for name, function in books.named.items():
        figure = Computed(("trade", draft.origin, entry.case, name, *enforced), function, operands)
        lexicon.figures[name], lexicon.used[name] = figure, names(figure)
    lexicon.gather()
    return str(place)


def _place(draft: Draft, entry: TradeEntry) -> FilePath | None:
    from detente.trade.bundled import find

    try:
        return find(entry.case, "cases", FilePath(draft.origin).parent)
    except SituationError as error:
        (told,) = error.problems
        draft.add(("trade", "case"), f"`{entry.case}`: {told.found}", told.accepted, told.nearest)
    return None


@lru_cache(maxsize=4)
def _read(place: FilePath, stamp: int) -> Case:
    """Kept, for a file's what-ifs each read it again, until a file of its folder has changed since ``stamp``."""
    from detente.trade import case  # upward, where a file asks for it

    del stamp
    return case.read(place)


def _case(draft: Draft, place: FilePath) -> Case | None:
    """The case, or None where it cannot be read: its first mistake is told at ``case``."""
    folder = place.parent
    stamp = max((file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()), default=0)
    try:
        return _read(place, stamp)
    except SituationError as error:
        first = error.problems[0]
        where = f"{first.file}:{first.line}: " if first.line else ""
        draft.add(("trade", "case"), f"{where}{first.found}", first.accepted, first.nearest)
    return None


def _actors_known(draft: Draft, entry: TradeEntry, case: Case) -> bool:
    """Whether each actor is one, and its country one of the case, the target among them."""
    before, countries = len(draft.problems), [case.target, *case.partners]
    for actor, country in entry.actors.items():
        path = ("trade", "actors", actor)
        draft.known("actors", "actor", actor, draft.file.actors, path, key=True)
        draft.known("trade", "country", country, countries, path)
    if case.target not in entry.actors.values():
        found = f"no actor that is {case.target}, the target of the case"
        draft.add(("trade", "actors"), found, f"`ACTOR: {case.target}`", key=True)
    late = [s.id for s in case.sources.values() if s.published is not None and s.published > draft.file.as_of]
    if late and draft.hindsight is not None:
        draft.note(f"the case of trade rests on `{late[0]}`, published after {draft.file.as_of}; its numbers are kept")
    elif late:
        found = f"a case that rests on `{late[0]}`, published after {draft.file.as_of}"
        draft.add(("trade", "case"), found, "a case of what was known by then")
    return len(draft.problems) == before


def _enforced(lexicon: Lexicon, entry: TradeEntry, case: Case) -> dict[str, Expression] | None:
    """What the file says of enforcement, by partner or partner.measure; None after a mistake."""
    draft, made = lexicon.draft, dict[str, Expression]()
    before = len(draft.problems)
    for key, text in entry.enforcement.items():
        path = ("trade", "enforcement", key)
        partner, _, measure = key.partition(".")
        draft.known("trade", "partner of the target", partner, case.partners, path, key=True)
        if measure:
            draft.known("trade", "measure", measure, case.regime.measures, path, key=True)
        expression = draft.expression(text, lexicon.scope(PATH), "number", path)
        if expression is not None:
            made[key] = Computed(
                ("enforcement", draft.origin, key), partial(_share, _problem(draft, path)), (expression,)
            )
    return made if len(draft.problems) == before else None


def _problem(draft: Draft, path: Path) -> Problem:
    """A share out of its bounds, but for what it is."""
    at = tree.place(draft.root, path)
    accepted = "a number from 0 to 1 on every path in every draw, such as `clip(..., 0, 1)`"
    return Problem(draft.origin, at.line, at.column, ".".join(tree.labels(draft.root, path)), "", accepted)


def _share(problem: Problem, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, none of which may be below 0 or above 1. What is not a number is so only on paths where nobody may ask for it."""
    wrong = values[(values < 0) | (values > 1)]
    if wrong.size:
        raise SituationError([replace(problem, found=f"an enforcement of {wrong.flat[0]:g}")])
    return values


def _join(draft: Draft, case: Case, needed: frozenset[str], quantities: dict[str, Quantity]) -> None:
    """Puts the case's quantities and sources among the file's."""
    ids = _cited(draft, case)
    for name in case.quantities:
        if name in needed:
            quantities[PREFIX + name] = _renamed(case.quantities[name], ids)


def _cited(draft: Draft, case: Case) -> dict[str, str]:
    """Ids of the case's sources in the file, which may cite the same one itself."""
    ids = {}
    for source in case.sources.values():
        same = [
            own.id
            for own in draft.sources.values()
            if own.url == source.url and (source.url or own.citation == source.citation)
        ]
        ids[source.id] = same[0] if same else PREFIX + source.id
        draft.sources.setdefault(ids[source.id], replace(source, id=ids[source.id]))
    return ids


def _renamed(quantity: Quantity, ids: Mapping[str, str]) -> Quantity:
    """A quantity of the case under its name in the situation."""
    cited = replace(quantity.provenance, sources=tuple(ids[source] for source in quantity.provenance.sources))
    made = quantity.specification
    if isinstance(made, Formula):
        new: dict[Expression, Expression] = {}
        for node in walk(made.expression):
            if isinstance(node, QuantityValue):
                new[node] = QuantityValue(PREFIX + node.name)
            else:
                new[node] = with_operands(node, [new[child] for child in children(node)])
        made = Formula(new[made.expression])
    return replace(quantity, name=PREFIX + quantity.name, specification=made, provenance=cited)
