"""What each name of a situation stands for, and which names may be used where.

A guard shapes the game, so it may use what is known when it applies; a chance may use uncertain
quantities too; a payoff may use everything. :class:`Reach` says which, and :meth:`Lexicon.scope` makes the
scope that the expression parser needs, with a reason for every name that is out of reach.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from detente.situation.draft import NAMESPACES, Draft, Forbidden
from detente.situation.expression import Expression, Names, Scope, Symbol, children, names
from detente.situation.model import Definition, Quantity
from detente.situation.schema import DefinitionEntry
from detente.situation.trial import Trial


@dataclass(frozen=True, slots=True)
class Reach:
    """What an expression may use: the first ``steps`` steps and the first ``facts`` private facts (None: all)."""

    accepted: str
    steps: int | None = None
    facts: int | None = None
    quantities: Literal["all", "certain", "none"] = "all"


def guard(steps: int) -> Reach:
    """A condition on the step at this position in the file."""
    return Reach("private facts, earlier steps and definitions of these", steps=steps, quantities="certain")


def chance(steps: int) -> Reach:
    """A chance of the step at this position."""
    return Reach("quantities, private facts, earlier steps and definitions of these", steps=steps)


def state_chance(facts: int) -> Reach:
    """A chance of a state of the private fact at this position."""
    return Reach("quantities, and private facts declared above", steps=0, facts=facts)


FORMULA = Reach("other quantities", steps=0, facts=0)
PATH = Reach("quantities, private facts, steps and definitions")
QUESTION = Reach("private facts, steps and definitions of these", quantities="certain")


@dataclass(slots=True)
class Lexicon:
    """Declared names in the order of the file. ``certain`` holds the quantities that are the same in every draw.

    ``figures`` are dotted names of numbers that are worked out elsewhere (``pressure.DPRK``). ``steps`` holds moves, events and signals; ``order`` the positions of these and of the reveals.
    """

    draft: Draft
    quantities: list[str] = field(default_factory=list)
    certain: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Symbol] = field(default_factory=dict)
    steps: dict[str, Symbol] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    figures: dict[str, Expression] = field(default_factory=dict)
    used: dict[str, Names] = field(default_factory=dict)

    symbols: dict[str, Symbol] = field(default_factory=dict)
    tried: dict[int, Trial] = field(default_factory=dict)

    def trial(self, quantities: Mapping[str, Quantity], size: int) -> Trial:
        """Draws to try chances on; the same throughout, since a pool of judgements is slow to sample."""
        if size not in self.tried:
            sizes = {name: len(symbol.options) for name, symbol in (self.facts | self.steps).items()}
            self.tried[size] = Trial(quantities, sizes, size)
        return self.tried[size]

    def gather(self) -> None:
        """Puts together the names that have a meaning so far, and one only.

        A quantity that was lost is a number all the same, so that expressions can be checked around it.
        """
        found = {
            **{name: Symbol("quantity") for name in self.quantities},
            **self.facts,
            **self.steps,
            **{name: Symbol("definition", expression=d.expression) for name, d in self.definitions.items()},
            **{name: Symbol("definition", expression=figure) for name, figure in self.figures.items()},
        }
        lost = {entry[1]: entry[0] for entry in self.draft.lost if len(entry) == 2 and entry[0] in NAMESPACES}
        elsewhere = {*self.facts, *self.steps, *self.draft.file.define}
        numbers = {name for name, section in lost.items() if section == "quantities" and name not in elsewhere}
        kept = {name: symbol for name, symbol in found.items() if name not in lost}
        self.symbols = {**kept, **{name: Symbol("quantity") for name in numbers}}

    def scope(self, reach: Reach) -> Scope:
        """The names within reach, and the others with the reason why they are not."""

        def reason(name: str) -> str | None:
            if name in self.order and name not in self.steps:
                return f"facts and steps that come out one way or another (`{name}` is a reveal)"
            why = self.objection(name, reach) if name in self.symbols else None
            return None if why is None else f"{reach.accepted} ({why})"

        return Scope(_Within(self, reach), Forbidden(reason, self.draft))

    def objection(self, name: str, reach: Reach) -> str | None:
        """Why a name is out of reach, None where it is within."""
        if name in self.used:
            used = self.used[name]
            for other in sorted(used.quantities | used.facts | used.steps):
                why = self.objection(other, reach)
                if why is not None:
                    return f"`{name}` uses `{other}`; {why}"
            return None
        if name in self.steps:
            position = self.order[name]
            if reach.steps == 0:
                return f"`{name}` is a step"
            if reach.steps is not None and position >= reach.steps:
                return f"`{name}` {'is this step' if position == reach.steps else 'comes later'}"
        elif name in self.facts:
            if reach.facts == 0:
                return f"`{name}` is a private fact"
            if reach.facts is not None and list(self.facts).index(name) >= reach.facts:
                return f"`{name}` is not declared above"
        elif reach.quantities == "certain" and not (name in self.certain or self.draft.is_lost("quantities", name)):
            return f"`{name}` is uncertain"
        return None


class _Within(Mapping[str, Symbol]):
    """The names within a reach, told as they are asked for: a file may have thousands of names, and of scopes."""

    def __init__(self, lexicon: Lexicon, reach: Reach) -> None:
        self.lexicon, self.reach = lexicon, reach

    def __getitem__(self, name: str) -> Symbol:
        symbol = self.lexicon.symbols[name]
        if self.lexicon.objection(name, self.reach) is not None:
            raise KeyError(name)
        return symbol

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.lexicon.symbols if self.lexicon.objection(name, self.reach) is None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


# --------------------------------------------------------------------------- definitions


class _NeededError(Exception):
    """A definition is used that has not been parsed yet."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Pending(Mapping[str, Symbol]):
    """Names with a meaning, and definitions that have none yet; to look one of these up is an error."""

    def __init__(self, ready: Mapping[str, Symbol], pending: Mapping[str, object]) -> None:
        self.ready, self.pending = ready, pending

    def __getitem__(self, name: str) -> Symbol:
        if name in self.pending:
            raise _NeededError(name)
        return self.ready[name]

    def __contains__(self, name: object) -> bool:
        return name in self.ready or name in self.pending

    def __iter__(self) -> Iterator[str]:
        return iter([*self.ready, *self.pending])

    def __len__(self) -> int:
        return len(self.ready) + len(self.pending)

    def items(self) -> ItemsView[str, Symbol]:
        return self.ready.items()


def define(lexicon: Lexicon) -> None:
    """Gives every definition its meaning, whatever their order; tells of circles.

    A definition that turns out to need another is put aside until that one is done, on a stack of our own.
    """
    draft = lexicon.draft
    pending = {name: entry for name, entry in draft.file.define.items() if ("define", name) not in draft.lost}
    symbols = lexicon.symbols
    scope = Scope(_Pending(symbols, pending), lexicon.scope(PATH).forbidden)
    known: dict[Expression, Names] = {}
    while pending:
        stack = [next(iter(pending))]
        while stack:
            name = stack[-1]
            entry, path = pending[name], ("define", name, "value")
            try:
                expression = draft.expression(entry.value, scope, None, path)
            except _NeededError as needed:
                if needed.name not in stack:
                    stack.append(needed.name)
                    continue
                _circle(draft, stack[stack.index(needed.name) :], pending)
                break
            del pending[stack.pop()]
            if expression is None:
                draft.lose("define", name)
                continue
            symbols[name] = Symbol("definition", expression=expression)
            lexicon.used[name] = known[expression] = _names(expression, known)
            provenance = draft.provenance(entry, path[:2])
            lexicon.definitions[name] = Definition(name, expression, entry.text, provenance)
    lexicon.gather()


def _names(root: Expression, known: Mapping[Expression, Names]) -> Names:
    """The names in an expression, stopping at those already known: definitions may rest on thousands of others."""
    found: list[Names] = []
    seen: set[Expression] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in known:
            found.append(known[node])
        elif below := children(node):
            stack.extend(below)
        else:
            found.append(names(node))
    return Names(
        frozenset().union(*(each.quantities for each in found)),
        frozenset().union(*(each.facts for each in found)),
        frozenset().union(*(each.steps for each in found)),
    )


def _circle(draft: Draft, circle: list[str], pending: dict[str, DefinitionEntry]) -> None:
    first = min(circle, key=list(draft.file.define).index)
    turned = circle[circle.index(first) :] + circle[: circle.index(first)]
    found = "a definition that rests on itself: " + " -> ".join([*turned, first])
    draft.add(("define", first, "value"), found, "definitions that do not lead back to themselves")
    for name in circle:
        del pending[name]
        draft.lose("define", name)
