"""A variant as a file: the changes carried out in the text, its comments, quotes and order kept."""

from __future__ import annotations

import io
import re
from typing import Any

from detente.situation import Overlay, SituationError, loads, source
from detente.situation.changes import apply
from detente.situation.tree import Node, plain

ASIDE = ("text", "unit", "source", "note")
"""Fields of a number that stay when it is set to a value."""
WIDTH = 10_000
"""Lines are never broken anew."""


def variant(text: str, origin: str, overlay: Overlay) -> str:
    """The file with a what-if carried out for good, checked, so that it can be opened again.

    What no longer makes sense goes: correlations of a number that is now held, and what-ifs of the file that cannot be made any more, which are named in a
    comment. Raises :class:`SituationError` where the what-if cannot be carried out.
    """
    root, problems = source.parse(text, origin)
    changed, failed = apply(root, overlay)
    if problems or failed:
        raise SituationError([*problems, *failed])
    yaml = _round_trip(text)
    document = yaml.load(text)
    _transfer(document, root, changed, ())
    _uncorrelate(document, _held(root, changed))
    written = _dumped(yaml, document)
    lost = _impossible(written, origin)
    for name in lost:
        del document["whatifs"][name]
    if lost:
        if not document["whatifs"]:
            del document["whatifs"]
        told = f"# Left out, for they cannot be made in this variant: the what-ifs {', '.join(lost)}\n"
        written = told + _dumped(yaml, document)
        loads(written, name=origin)
    return written


def _dumped(yaml: Any, document: Any) -> str:
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _held(before: Node, after: Node) -> set[str]:
    """Quantities that are uncertain before and a number after."""
    old, new = before.child("quantities"), after.child("quantities")
    numbers = {str(key) for key in (new.value if new and isinstance(new.value, dict) else {}) if _number(new, key)}
    return {name for name in numbers if old is not None and not _number(old, name)}


def _number(quantities: Node | None, name: Any) -> bool:
    node = quantities.child(name) if quantities is not None else None
    value = node.child("value") if node is not None and isinstance(node.value, dict) else node
    return value is not None and isinstance(value.value, (int, float)) and not isinstance(value.value, bool)


def _uncorrelate(document: Any, held: set[str]) -> None:
    """Take out the correlations of these."""
    pairs = document.get("correlations") or []
    for i in reversed(range(len(pairs))):
        if held & set(pairs[i]["between"]):
            del pairs[i]
    if "correlations" in document and not pairs:
        del document["correlations"]


def _impossible(text: str, origin: str) -> list[str]:
    """The what-ifs of the file that cannot be made any more. Raises :class:`SituationError` for anything else that is wrong."""
    try:
        loads(text, name=origin)
    except SituationError as error:
        names = [p.where.split(".")[1] for p in error.problems if p.where.startswith("whatifs.")]
        if len(names) < len(error.problems):
            raise
        return list(dict.fromkeys(names))
    return []


def _round_trip(text: str) -> Any:
    """A reader and writer of YAML that indents as the text does."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    if re.search(r"^[a-z_]+:\n(?:\s*#.*\n|\s*\n)*  - ", text, re.MULTILINE):
        yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _transfer(document: Any, before: Node, after: Node, path: tuple[Any, ...]) -> None:
    """Make in ``document`` what is at ``before`` into ``after``, touching nothing that is the same."""
    if isinstance(before.value, list) and isinstance(after.value, list) and len(before.value) > len(after.value):
        gone = [i for i, child in enumerate(before.value) if not any(child is kept for kept in after.value)]
        if len(gone) == len(before.value) - len(after.value):
            for i in reversed(gone):
                del document[i]
            before = Node([child for i, child in enumerate(before.value) if i not in gone], before.place)
    pairs = _pairs(after)
    for key, child in pairs:
        old = before.child(key)
        if old is None:
            document[key] = _new(child)
        elif plain(old) != plain(child) or type(old.value) is not type(child.value):
            if _alike(old, child):
                _transfer(document[key], old, child, (*path, key))
            else:
                document[key] = _value(document[key], child, (*path, key))
    if isinstance(before.value, dict) and isinstance(after.value, dict):
        for key in [key for key in before.value if key not in after.value]:
            del document[key]


def _pairs(node: Node) -> list[tuple[Any, Node]]:
    return list(node.value.items()) if isinstance(node.value, dict) else list(enumerate(node.children()))


def _alike(before: Node, after: Node) -> bool:
    """Whether one can be turned into the other part by part."""
    if isinstance(before.value, dict) and isinstance(after.value, dict):
        return True
    return isinstance(before.value, list) and isinstance(after.value, list) and len(before.value) >= len(after.value)


def _value(old: Any, after: Node, path: tuple[Any, ...]) -> Any:
    """What comes in the place of something else: a number keeps the words and sources of the one before."""
    number = isinstance(after.value, (int, float)) and not isinstance(after.value, bool)
    if number and isinstance(old, dict) and len(path) in (2, 3) and path[0] in ("quantities", "actors"):
        kept: Any = old
        for key in [key for key in kept if key not in ASIDE]:
            del kept[key]
        kept.insert(0, "value", after.value)
        return kept
    return _new(after)


def _new(node: Node) -> Any:
    """A value as it is written anew: on one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    value = plain(node)
    if isinstance(value, dict | list):
        value = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
        value.fa.set_flow_style()
    return value
