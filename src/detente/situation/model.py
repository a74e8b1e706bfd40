"""The situation as the rest of the program sees it: checked, resolved and frozen.

Nothing here knows of YAML or of pydantic. A :class:`Situation` exists only if every name in it
resolves, every expression is typed and every date is in order; what builds one is ``build.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from detente.situation.expression import Expression

if TYPE_CHECKING:
    from detente.situation.overlay import Overlay

# --------------------------------------------------------------------------- where things come from


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who says so: ids of ``sources`` and a free note. Both may be empty."""

    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A citation. ``published`` is the day it became known, None where unknown."""

    id: str
    citation: str
    url: str = ""
    published: date | None = None


# --------------------------------------------------------------------------- uncertain numbers

Shape = Literal["normal", "lognormal", "logitnormal", "uniform", "triangular"]


@dataclass(frozen=True, slots=True)
class Fixed:
    value: float


@dataclass(frozen=True, slots=True)
class Range:
    """A central interval ``[low, high]`` that holds probability ``mass`` (equal tails outside it)."""

    low: float
    high: float
    mass: float
    shape: Shape


@dataclass(frozen=True, slots=True)
class Discrete:
    values: tuple[float, ...]
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verbal:
    """A probability put in words, e.g. ``"unlikely"``: the distribution readers give it."""

    phrase: str


@dataclass(frozen=True, slots=True)
class Formula:
    expression: Expression


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one named author says of a number."""

    by: str
    belief: Fixed | Range | Verbal | Discrete
    weight: float = 1.0
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Judgements:
    judgements: tuple[Judgement, ...]
    pool: Literal["linear", "log"]


Specification = Fixed | Range | Discrete | Verbal | Formula | Judgements


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named number. ``unit`` is for the reader."""

    name: str
    specification: Specification
    unit: str = ""
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman rank correlation between two quantities."""

    first: str
    second: str
    rank: float
    provenance: Provenance = Provenance()


# --------------------------------------------------------------------------- actors and facts


@dataclass(frozen=True, slots=True)
class Actor:
    """``precision`` names the quantity (declared or implied) that holds it, per unit of payoff span."""

    id: str
    name: str
    precision: str
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Fact:
    """A private fact: ``known_to`` see its state at the start, the others hold ``chances``.

    ``values`` is set for a private number: the mean of each of its equally likely levels.
    """

    name: str
    known_to: tuple[str, ...]
    states: tuple[str, ...]
    chances: tuple[Expression, ...]
    values: tuple[float, ...] | None = None
    text: str = ""
    state_texts: tuple[str, ...] = ()
    provenance: Provenance = Provenance()


# --------------------------------------------------------------------------- the process


@dataclass(frozen=True, slots=True)
class Window:
    """Both days included; ``start == end`` for a date."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a step can come to. ``value`` is its number on the step's scale, if it has one."""

    name: str
    text: str = ""
    value: float | None = None
    when: Expression | None = None
    chance: Expression | None = None
    provenance: Provenance = Provenance()

    @property
    def wording(self) -> str:
        """Its text; where it has none, the number of a point on a scale (which is named ``v3``), or its name."""
        if self.text or self.value is None or not re.fullmatch(r"v\d+", self.name):
            return self.text or self.name
        return f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Step:
    """A move (``actor`` set), or a chance step: a signal or an event (``actor`` None).

    ``seen_by`` lists the ids of all actors that see how it came out; the mover is among them.
    """

    name: str
    kind: Literal["move", "signal", "event"]
    options: tuple[Option, ...]
    seen_by: tuple[str, ...]
    actor: str | None = None
    of: str | None = None
    when: Expression | None = None
    on: Window | None = None
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Reveal:
    """From here on, ``to`` see the steps and facts in ``of`` (where ``when`` holds)."""

    name: str
    of: tuple[str, ...]
    to: tuple[str, ...]
    when: Expression | None = None
    on: Window | None = None
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Negotiation:
    """One of several negotiations that go on side by side; ``steps`` are names of steps and reveals, each in one negotiation only."""

    name: str
    steps: tuple[str, ...]
    text: str = ""
    provenance: Provenance = Provenance()


# --------------------------------------------------------------------------- aims, record, questions


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    expression: Expression
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Interest:
    """One part of an actor's payoff; ``at`` is the day it is enjoyed (for discounting), or None."""

    name: str
    value: Expression
    at: date | None = None
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Observation:
    step: str
    option: str
    on: date
    text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    when: Expression
    by: date | None = None
    given: Expression | None = None
    given_text: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``changes`` maps a dotted place in the file (``quantities.relief.low``) to its new value.

    ``remove`` lists options (``path.china``) and steps, ``add`` maps further options to their texts, ``hide`` and ``reveal``
    map steps and facts to actors (or ``all``), ``commit`` maps steps to options, ``delay`` steps and facts to the step that they are
    seen past and the actors (or ``all``).
    """

    id: str
    text: str
    changes: Mapping[str, object]
    remove: tuple[str, ...] = ()
    add: Mapping[str, str] = field(default_factory=dict)
    hide: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reveal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    commit: Mapping[str, str] = field(default_factory=dict)
    delay: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """A whole situation. ``discount`` is each actor's factor per year (1.0: none)."""

    title: str
    question: str
    as_of: date
    horizon: date
    sources: Mapping[str, Source]
    actors: Mapping[str, Actor]
    quantities: Mapping[str, Quantity]
    correlations: tuple[Correlation, ...]
    facts: Mapping[str, Fact]
    steps: tuple[Step | Reveal, ...]
    definitions: Mapping[str, Definition]
    payoffs: Mapping[str, tuple[Interest, ...]]
    discount: Mapping[str, float]
    observed: tuple[Observation, ...]
    questions: tuple[Question, ...]
    whatifs: Mapping[str, WhatIf]
    negotiations: Mapping[str, Negotiation] = field(default_factory=dict)
    text: str = ""
    case: str = ""
    """The file of the case of trade whose figures it uses."""
    origin: str = "<memory>"
    digest: str = ""
    what_if: str = ""
    """What was changed in it: the id of a what-if of the file, or the words of one."""
    file: str = field(default="", repr=False, compare=False)
    """The text of the file."""
    overlays: tuple[Overlay, ...] = field(default=(), repr=False, compare=False)
    """The what-ifs that were carried out on the file, in turn."""
    notes: tuple[str, ...] = field(default=())
    positions: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)
    """Line and column (from 1) of each part of the file by its path, list items by their name."""

    def place(self, where: Sequence[str]) -> tuple[str, int, int]:
        """File, line and column of ``("steps", "leak", "chances", "yes")``, or of the longest part of it there is."""
        path = tuple(where)
        while path and path not in self.positions:
            path = path[:-1]
        return (self.origin, *self.positions.get(path, (1, 1)))
