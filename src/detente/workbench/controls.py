"""What can be moved by hand in a situation: a slider a number, a switch an option, and who sees what."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from detente.draws import medians
from detente.explain.generated import ahead, blind, steps_of
from detente.situation.distributions import quantile
from detente.situation.model import Discrete, Fixed, Formula, Quantity, Range, Situation
from detente.workbench.enforced import PLACE, marks, partners

ENDS = (0.01, 0.99)
"""A slider runs over this part of a distribution."""
BESIDE = 0.5
"""A number without a range moves by this share of itself, either way."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that can be held at a value: from ``least`` to ``most``, with ``low``, ``median`` and ``high`` marked.

    ``sources`` are ids of the situation's. Of ``kind`` "case" are numbers that the file gives by a formula, and a case of trade by a range.

    ``place`` is where it stands in the file, ``kind`` how it is given there.
    """

    name: str
    place: str
    text: str
    unit: str
    note: str
    kind: str
    least: float
    low: float
    median: float
    high: float
    most: float
    sources: tuple[str, ...] = ()

    @property
    def step(self) -> float:
        """A hundredth of its way, as a round number."""
        return float(10.0 ** math.floor(math.log10((self.most - self.least) / 50)))


@dataclass(frozen=True, slots=True)
class Switch:
    """A step or private fact: its options (id and words), who decides, and what can be done to it."""

    name: str
    text: str
    actor: str
    options: tuple[tuple[str, str], ...]
    removable: bool
    can_hide: bool
    can_reveal: bool


def sliders(situation: Situation) -> list[Slider]:
    """Every number of the file that is no formula, in the order of the file; then what partners enforce."""
    typical = medians(situation)
    found = []
    for quantity in situation.quantities.values():
        place = place_of(situation, quantity.name)
        if place and not isinstance(quantity.specification, Formula):
            slider = _slider(quantity, place, typical[quantity.name])
            if slider is not None:
                found.append(slider)
    return [*found, *_enforcement(situation)]


def _enforcement(situation: Situation) -> Iterator[Slider]:
    for key, quantity, given in partners(situation):
        low, median, high = marks(quantity)
        place = ".".join((*PLACE, key))
        notes = [
            f"In the file: {given}" if given else "",
            f"Marked is what the case of trade says. {quantity.provenance.note}",
        ]
        cited = [s for name in quantity.provenance.sources for s in (name, f"trade.{name}") if s in situation.sources]
        yield Slider(
            place, place, quantity.text or f"Enforcement by {key}", "0 none, 1 to the letter", " ".join(filter(None, notes)), "case" if given else "range",
            0.0, low, median, high, 1.0, tuple(dict.fromkeys(cited)),
        )  # fmt: skip


def place_of(situation: Situation, name: str) -> str:
    """The dotted place of a quantity's number in the file; empty where it has none (a case of trade's, a default)."""
    owner, _, rest = name.partition(".")
    paths: list[tuple[str, ...]] = [("quantities", name)]
    if owner == "precision":
        return f"actors.{rest}.precision" if rest in situation.actors else ""
    for section, part in (("private", "states"), ("steps", "chances")):
        paths += [(section, owner, part, rest, "chance"), (section, owner, part, rest)]
    return next((".".join(path) for path in paths if path in situation.positions), "")


def _slider(quantity: Quantity, place: str, median: float) -> Slider | None:
    given = quantity.specification
    if isinstance(given, Formula):
        return None
    if isinstance(given, Fixed):
        least, most = sorted((median * (1 - BESIDE), median * (1 + BESIDE)))
        if 0 < median <= 1:
            most = min(most, 1.0)
        low, high = least, most
    else:
        low, high = (float(v) for v in quantile(given, [0.05, 0.95]))
        least, most = (float(v) for v in quantile(given, ENDS))
    if isinstance(given, Range):
        low, high = given.low, given.high
        least, most = min(least, low), max(most, high)
    if not (math.isfinite(least) and math.isfinite(most) and most > least):
        return None
    kind = type(given).__name__.lower() if not isinstance(given, Discrete) else "values"
    note = quantity.provenance.note
    return Slider(
        quantity.name, place, quantity.text, quantity.unit, note, kind, least, low, median, high, most, quantity.provenance.sources,
    )  # fmt: skip


def switches(situation: Situation) -> list[Switch]:
    """The steps that lie ahead and the private facts."""
    return [*_facts(situation), *_steps(situation)]


def _facts(situation: Situation) -> Iterator[Switch]:
    for fact in situation.facts.values():
        texts = fact.state_texts or fact.states
        options = tuple(zip(fact.states, texts, strict=True))
        yield Switch(fact.name, fact.text, "", options, False, False, bool(blind(situation, fact.name)))


def _steps(situation: Situation) -> Iterator[Switch]:
    coming = {step.name for step in ahead(situation)}
    for step in steps_of(situation):
        actor = situation.actors[step.actor].name if step.actor else ""
        options = tuple((o.name, o.wording) for o in step.options) if step.name in coming else ()
        others = [a for a in step.seen_by if a != step.actor]
        yield Switch(
            step.name, step.text, actor, options, bool(options) and step.kind == "move", bool(others),
            bool(blind(situation, step.name)),
        )  # fmt: skip
