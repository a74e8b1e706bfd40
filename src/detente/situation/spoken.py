"""A what-if in the reader's words, made of the texts in the file."""

from __future__ import annotations

from detente.situation import tree
from detente.situation.article import midway
from detente.situation.messages import clipped
from detente.situation.model import Situation, Step
from detente.situation.overlay import Change, Overlay
from detente.situation.tree import Node

_ASIDE = ("text", "note", "source", "unit")
"""Fields that do not say how much a thing is."""


def spoken(overlay: Overlay, situation: Situation) -> str:
    """What a what-if changes in a situation: the analyst's own words, or one clause a change."""
    return overlay.text or "; ".join(_clause(change, situation) for change in overlay.changes)


def _clause(change: Change, situation: Situation) -> str:
    name, _, option = change.place.partition(".")
    match change.verb:
        case "set":
            return f"{_subject(change.place, situation)}: {_value(change.value)}"
        case "remove" if option:
            return f"never: {_option(situation, name, option)}"
        case "remove":
            return f"does not take place: {_named(situation, name)}"
        case "add":
            return f"a further option in {_named(situation, name)}: {_value(change.value) or option}"
        case "commit":
            return f"certain, and known to all: {_option(situation, name, change.names[0])}"
        case "delay":
            whom = f" by {', '.join(situation.actors[a].name for a in change.names)}" if change.names else ""
            seen = "known" if change.place in situation.facts else "seen"
            return f"{seen}{whom} only after “{_named(situation, change.past)}”: {_named(situation, change.place)}"
    whom = _whom(change.names, situation) or "all" + (" others" * (change.verb == "hide"))
    return f"{'hidden from' if change.verb == 'hide' else 'shown to'} {whom}: {_named(situation, change.place)}"


def _whom(actors: tuple[str, ...], situation: Situation) -> str:
    return ", ".join(midway(situation.actors[actor].name) for actor in actors)


def _subject(place: str, situation: Situation) -> str:
    """What stands at a dotted place: the text of a quantity, or the place itself."""
    parts = place.removeprefix("quantities.").split(".")
    quantity = situation.quantities.get(parts[0])
    if quantity is None or not quantity.text:
        return place
    return ", ".join([clipped(quantity.text, 100), *parts[1:]])


def _value(node: Node | None) -> str:
    value = tree.plain(node) if node is not None else None
    if value is None:
        return "removed"
    if isinstance(value, dict):
        said = [f"{key} {item}" for key, item in value.items() if key not in _ASIDE]
        return clipped(", ".join(said) or str(value.get("text", "")), 100)
    return clipped(str(value), 100)


def _named(situation: Situation, name: str) -> str:
    """A step or private fact in its own words."""
    if name in situation.facts:
        return situation.facts[name].text or name
    return next((step.text for step in situation.steps if step.name == name), "") or name


def _option(situation: Situation, name: str, option: str) -> str:
    step = next((s for s in situation.steps if s.name == name), None)
    options = step.options if isinstance(step, Step) else ()
    found = next((o for o in options if o.name == option), None)
    if found is not None and found.text:
        return found.text
    return f"{_named(situation, name)}: {found.wording if found is not None else option}"
