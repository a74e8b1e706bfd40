"""The changes made by hand, as one what-if; where only numbers move, nothing of the file is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from detente.situation import Overlay, SituationError, what_if
from detente.situation.messages import Problem
from detente.situation.model import Fixed, Situation
from detente.situation.overlay import Change

MOST = 200
"""Changes in one what-if; beyond, somebody is playing with the connection."""
LONGEST = 2000
"""Characters of one change."""


def together(situation: Situation, words: Sequence[str]) -> Overlay:
    """One what-if of several changes, each in words or the name of a what-if of the file.

    Raises :class:`SituationError` for words that cannot be understood.
    """
    if len(words) > MOST or any(len(each) > LONGEST for each in words):
        accepted = f"at most {MOST} changes of at most {LONGEST} characters"
        raise SituationError([Problem("changes", 0, 0, "", "too many changes, or too long ones", accepted)])
    parts = [what_if(situation, each, each) for each in words]
    if len(parts) == 1:
        return parts[0]
    changes = tuple(change for part in parts for change in part.changes)
    return Overlay("; ".join(part.name for part in parts), changes, "; ".join(words))


def numbers(overlay: Overlay, names: Mapping[str, str]) -> dict[str, float] | None:
    """The quantities held at a number, where the what-if does nothing else; ``names`` are the quantities by their place."""
    held: dict[str, float] = {}
    for change in overlay.changes:
        name, value = names.get(change.place), _number(change)
        if change.verb != "set" or name is None or value is None:
            return None
        held[name] = value
    return held


def _number(change: Change) -> float | None:
    value = change.value.value if change.value is not None else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def moved(situation: Situation, held: Mapping[str, float]) -> Situation:
    """The situation with some quantities held at a number, not checked again."""
    fixed = {name: replace(situation.quantities[name], specification=Fixed(value)) for name, value in held.items()}
    return replace(situation, quantities={**situation.quantities, **fixed})
