"""What a what-if changes: an overlay on the file, made of changes in the file's own terms.

A change is written in a few words, the same on the command line, in Python and (as keys of a what-if) in a file:

=============================  ==========================================================================
``set PLACE=VALUE``            another value at a dotted place of the file; a bare name is enough for what has one
``remove STEP.OPTION``         the option is never open; ``remove STEP``: the step never takes place
``add STEP.OPTION=TEXT``       a further option of a move (or ``={text: ..., value: ..., when: ...}``)
``hide STEP:ACTOR,ACTOR``      these actors (left out: all others) do not see how the step comes out
``reveal NAME:ACTOR,ACTOR``    they (left out: all) see that step, or know that private fact from the start
``delay NAME:ACTOR past STEP`` these actors (left out: all others who do) see or know it only once STEP is past
``commit STEP=OPTION``         the option is certain wherever it is open, and everybody knows it from the start
=============================  ==========================================================================

Several changes in one what-if are joined by ``;``. This module reads them; ``changes.py`` and ``edits.py`` carry them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

from detente.situation import source, tree
from detente.situation.expression import nearest
from detente.situation.messages import Problem, SituationError, clipped, listing
from detente.situation.tree import Node, Place

Verb = Literal["set", "remove", "add", "hide", "reveal", "delay", "commit"]

VERBS: tuple[Verb, ...] = get_args(Verb)
KEYS: dict[str, Verb] = {("change" if verb == "set" else verb): verb for verb in VERBS}
"""What each verb is called in a file's ``whatifs``."""

FORMS: dict[Verb, str] = {
    "set": "`set PLACE=VALUE`, such as `set quantities.cost.high=3`",
    "remove": "`remove STEP.OPTION` or `remove STEP`",
    "add": "`add STEP.OPTION=TEXT`",
    "hide": "`hide STEP` or `hide STEP:ACTOR,ACTOR`",
    "reveal": "`reveal NAME` or `reveal NAME:ACTOR,ACTOR`",
    "delay": "`delay NAME past STEP` or `delay NAME:ACTOR,ACTOR past STEP`",
    "commit": "`commit STEP=OPTION`",
}

NOWHERE = Place(0, 0)
"""Where a change stands that is in no file."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``place`` is what it is done to, ``value`` what a ``set`` or ``add`` puts there.

    ``names`` holds the actors of a ``hide``, ``reveal`` or ``delay`` (empty: all there are), the option of a ``commit``;
    ``past`` the step that a ``delay`` waits for. ``at`` and ``where`` say where a mistake in it is to be told.
    """

    verb: Verb
    place: str
    names: tuple[str, ...] = ()
    value: Node | None = None
    at: Place = NOWHERE
    where: str = ""
    past: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A what-if: its changes, in turn.

    ``name`` is what it is called in tables; ``text`` the analyst's own words, if any; ``label`` what messages about it
    begin with: the file, or the words it was asked for in. ``named`` is set for a what-if of the file.
    """

    name: str
    changes: tuple[Change, ...]
    label: str
    text: str = ""
    named: bool = False

    def plain(self) -> list[object]:
        """The changes as data."""
        return [[c.verb, c.place, *c.names, c.past or (tree.plain(c.value) if c.value else None)] for c in self.changes]


# --------------------------------------------------------------------------- from a file


def of_file(root: Node, name: str, origin: str) -> Overlay:
    """The what-if of this name in a file; what is of the wrong form in it is left to the checks of the whole file.

    Raises :class:`SituationError` where the file has none of this name.
    """
    whatifs = root.child("whatifs")
    entry = whatifs.child(name) if whatifs is not None else None
    if entry is None or not isinstance(entry.value, dict) or not any(key in entry.value for key in KEYS):
        _unknown(root, name, origin, there=entry is not None)
    assert entry is not None
    text = entry.child("text")
    said = text.value if text is not None and isinstance(text.value, str) else ""
    changes = [change for key in KEYS for change in _of_key(root, name, key)]
    return Overlay(name, tuple(changes), origin, said, named=True)


def _unknown(root: Node, name: str, origin: str, *, there: bool) -> None:
    whatifs = root.child("whatifs")
    names = [str(key) for key in whatifs.value] if whatifs is not None and isinstance(whatifs.value, dict) else []
    accepted = listing(names) if names else "a file with `whatifs`; this one has none"
    at = tree.place(root, ("whatifs",), key=True)
    found = f"what-if `{name}` asked for" + (", which has no `change`" if there else "")
    raise SituationError([Problem(origin, at.line, at.column, "whatifs", found, accepted, nearest(name, names))])


def _of_key(root: Node, name: str, key: str) -> Iterator[Change]:
    """The changes under one key of a what-if, each at its place."""
    node = tree.find(root, ("whatifs", name, key))
    if node is None:
        return
    verb = KEYS[key]
    if isinstance(node.value, dict):
        for part, value in node.value.items():
            at = tree.place(root, ("whatifs", name, key, part), key=True)
            change = Change(verb, str(part), (), None, at, f"whatifs.{name}.{key}.{part}")
            if verb in ("set", "add"):
                yield replace(change, value=value)
            elif verb == "delay":
                yield from _delays(change, value)
            elif (names := _texts(value)) is not None and verb != "remove":
                yield replace(change, names=() if names == ("all",) else names)
    elif verb in ("remove", "hide", "reveal"):
        for item in node.value if isinstance(node.value, list) else [node]:
            if isinstance(item.value, str):
                yield Change(verb, item.value, (), None, item.place, f"whatifs.{name}.{key}")


def _delays(change: Change, value: Node) -> Iterator[Change]:
    """What ``delay`` says of one name: the step alone, or ``{past: STEP, actors: [ACTOR]}``."""
    past, actors = value.child("past") or value, value.child("actors")
    names = _texts(actors) if actors is not None else ()
    if isinstance(past.value, str) and names is not None:
        yield replace(change, past=past.value, names=() if names == ("all",) else names)


def _texts(node: Node) -> tuple[str, ...] | None:
    """A text or a list of texts; None where it is neither."""
    values = [item.value for item in node.value] if isinstance(node.value, list) else [node.value]
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == len(values) else None


# --------------------------------------------------------------------------- from words

_PART = re.compile(r'(?:[^;"]|"[^"]*")+')


def is_name(words: str) -> bool:
    """Whether the words can only be the name of a what-if."""
    return bool(words.strip(" ;")) and " " not in words.strip()


def of_words(words: str, label: str | None = None) -> Overlay:
    """The what-if that is said in words, such as ``"commit path=china; hide deed"``.

    Raises :class:`SituationError` with one problem, which begins with ``label``.
    """
    label = label or f'what if "{words}"'
    if words.count('"') % 2:
        raise _refused(label, 'a `"` without its partner', 'a second `"`')
    parts = [part.strip() for part in _PART.findall(words) if part.strip()]
    if not parts:
        raise _refused(label, "nothing", f"a change: {'; '.join(FORMS.values())}")
    return Overlay("; ".join(parts), tuple(_change(part, label) for part in parts), label)


def _refused(label: str, found: str, accepted: str, near: str | None = None) -> SituationError:
    return SituationError([Problem(label, 0, 0, "", found, accepted, near)])


def _change(words: str, label: str) -> Change:
    verb, _, rest = (part.strip() for part in words.partition(" "))
    change: Change | None = None
    match verb:
        case "set":
            place, value = _halves(rest, "=")
            change = Change(verb, place, (), _value(value, label)) if place and value else None
        case "add":
            place, text = _halves(rest, "=")
            is_option = "." in place and " " not in place
            change = (
                Change(verb, place, (), _value(text, label) if text else Node(None, NOWHERE)) if is_option else None
            )
        case "commit":
            place, option = _halves(rest, "=")
            change = Change(verb, place, (option,)) if place and option else None
        case "remove":
            change = Change(verb, rest) if rest and " " not in rest else None
        case "hide" | "reveal":
            change = _of_whom(verb, rest)
        case "delay":
            rest, _, past = (part.strip() for part in rest.partition(" past "))
            change = _of_whom(verb, rest)
            change = replace(change, past=past) if change is not None and past and " " not in past else None
        case _:
            raise _refused(label, f"`{verb}`", f"a change that begins with {listing(VERBS)}", nearest(verb, VERBS))
    if change is None:
        raise _refused(label, f"`{words}`", FORMS[verb])
    return change


def _of_whom(verb: Verb, words: str) -> Change | None:
    """A change of who sees what, said as ``NAME`` or ``NAME:ACTOR,ACTOR``."""
    place, actors = _halves(words, ":")
    names = tuple(name.strip() for name in actors.split(",") if name.strip())
    return Change(verb, place, () if names == ("all",) else names) if place and " " not in place else None


def _halves(words: str, sign: str) -> tuple[str, str]:
    """What stands before and after a sign."""
    before, _, after = words.partition(sign)
    return before.strip(), after.strip()


def _value(text: str, label: str) -> Node:
    """The value that a text stands for in YAML, at no place."""
    try:
        root, problems = source.parse(f"- {text}", label)
    except SituationError:
        accepted = "a number, a word, `{key: value}`, `[item, item]`, or text in quotes"
        raise _refused(label, f"`{clipped(text)}`, which is no value in YAML", accepted) from None
    if problems:
        raise _refused(label, problems[0].found, problems[0].accepted)
    return _placeless(root.children()[0])


def _placeless(node: Node) -> Node:
    if isinstance(node.value, dict):
        keys = dict.fromkeys(node.keys, NOWHERE)
        return Node({key: _placeless(child) for key, child in node.value.items()}, NOWHERE, keys)
    if isinstance(node.value, list):
        return Node([_placeless(child) for child in node.value], NOWHERE)
    return Node(node.value, NOWHERE)
