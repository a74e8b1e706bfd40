"""Which names a file declares, and whether they may be declared: form, reserved words, and no two alike."""

from __future__ import annotations

import keyword
import unicodedata
from collections import Counter
from collections.abc import Iterator

from detente.situation import words
from detente.situation.draft import NAMESPACES, Draft
from detente.situation.expression import RESERVED
from detente.situation.messages import clipped
from detente.situation.schema import EventEntry, MoveEntry, RevealEntry, SignalEntry
from detente.situation.tree import Path

Step = MoveEntry | EventEntry | SignalEntry | RevealEntry

MAX_NAME = 60

_NOT_ACTORS = frozenset({"all", "none", "analyst"})
_RULE = "a name: letters, digits and underscores, not starting with a digit"


def step_name(step: Step) -> str:
    """The name under the key that says a step's kind."""
    match step:
        case MoveEntry():
            return step.move
        case EventEntry():
            return step.event
        case SignalEntry():
            return step.signal
        case RevealEntry():
            return step.reveal


def option_names(step: Step) -> tuple[str, ...]:
    """What a step can come out as, in the order of the file; a reveal comes out as nothing."""
    match step:
        case MoveEntry(scale=None):
            return tuple(step.options or ())
        case MoveEntry():
            return tuple(f"v{i}" for i in range(step.scale.count if step.scale else 0))
        case EventEntry():
            return tuple(step.chances)
        case SignalEntry():
            return tuple(step.readings[_typical_state(step)])
        case RevealEntry():
            return ()


def scale_values(start: float, end: float, count: int) -> list[float]:
    """The numbers of evenly spaced options."""
    gap = (end - start) / (count - 1)
    return [round(start + i * gap, 12) for i in range(count - 1)] + [end]


def point_text(text: str, value: float | None) -> str:
    """The words for one point on a scale of that text: ``Share offered: 0.3``; none where it has no text."""
    return f"{text}: {value:g}" if text and value is not None else text


def _typical_state(step: SignalEntry) -> str:
    """The first of the states that most agree about what the readings are."""
    counts = Counter(frozenset(shares) for shares in step.readings.values())
    return max(step.readings, key=lambda state: counts[frozenset(step.readings[state])])


def check(draft: Draft) -> None:
    """Tells of names that cannot be used, and notes them as lost."""
    for section in ("sources", "actors", "negotiations", "ask", "whatifs"):
        for name in getattr(draft.file, section):
            if not _well_formed(draft, name, (section, name)):
                draft.lose(section, name)
    for name in draft.file.actors:
        if name in _NOT_ACTORS:
            draft.add(("actors", name), f"`{name}`, which has a meaning of its own", "another id", key=True)
            draft.lose("actors", name)
    for actor, interests in draft.file.payoffs.items():
        for name in interests:
            _well_formed(draft, name, ("payoffs", actor, name))
    first: dict[str, str] = {}
    for section, name, path in _declared(draft):
        what = {"quantities": "quantity", "private": "private fact", "steps": "step", "define": "definition"}[section]
        if not _well_formed(draft, name, path) or not _free(draft, name, path):
            draft.lose(section, name)
        elif name in first:
            found = f"`{name}`, which is already the name of a {first[name]}"
            draft.add(path, found, "quantities, private facts, steps and definitions of different names", key=True)
            draft.lose(section, name)
        else:
            first[name] = what
    for path, name in _outcomes(draft):
        _ = _well_formed(draft, name, path) and _free(draft, name, path)


def _declared(draft: Draft) -> Iterator[tuple[str, str, Path]]:
    for section in NAMESPACES:
        if section == "steps":
            for index, step in enumerate(draft.file.steps):
                kind = type(step).__name__.removesuffix("Entry").lower()
                yield section, step_name(step), (section, index, kind)
        else:
            for name in getattr(draft.file, section):
                yield section, name, (section, name)


def _outcomes(draft: Draft) -> Iterator[tuple[Path, str]]:
    """Options, outcomes, readings and states, each where it is first named."""
    for fact, entry in draft.file.private.items():
        for state in getattr(entry, "states", ()):
            yield ("private", fact, "states", state), state
    for index, step in enumerate(draft.file.steps):
        inside: Path = ("options",) if isinstance(step, MoveEntry) else ("chances",)
        if isinstance(step, SignalEntry):
            inside = ("readings", _typical_state(step))
        if not (isinstance(step, MoveEntry) and step.scale):
            for name in option_names(step):
                yield ("steps", index, *inside, name), name


def _well_formed(draft: Draft, name: str, path: Path) -> bool:
    if name.isidentifier() and unicodedata.normalize("NFKC", name) == name:
        if len(name) > MAX_NAME:
            draft.add(path, f"a name of {len(name)} characters", f"at most {MAX_NAME}; a `text` may be long", key=True)
        return len(name) <= MAX_NAME
    draft.add(path, f"the name `{clipped(name)}`", _RULE, _repaired(name), key=True)
    return False


def _repaired(name: str) -> str | None:
    """The name with underscores for what is not allowed."""
    new = "".join(c if c.isalnum() else "_" for c in unicodedata.normalize("NFKC", name)).strip("_")
    return new if new.isidentifier() and len(new) <= 40 else None


def _free(draft: Draft, name: str, path: Path) -> bool:
    if name in RESERVED or keyword.iskeyword(name):
        draft.add(path, f"`{name}`, which is a word of the expression language", "another name", f"{name}_", key=True)
        return False
    if words.canonical(name) is not None:
        draft.add(path, f"`{name}`, which is a probability in words", "another name", f"{name}_", key=True)
        return False
    return True
