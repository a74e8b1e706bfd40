"""A variant as a file: the changes carried out in the text, its comments, quotes and order kept."""

from __future__ import annotations

import io
import re
from typing import Any

from detente.situation import Overlay, SituationError, source
from detente.situation.changes import apply
from detente.situation.tree import Node, plain

ASIDE = ("text", "unit", "source", "note")
"""Fields of a number that stay when it is set to a value."""
WIDTH = 10_000
"""Lines are never broken anew."""


def variant(text: str, origin: str, overlay: Overlay) -> str:
    """The file with a what-if carried out for good. Raises :class:`SituationError` where it cannot be."""
    root, problems = source.parse(text, origin)
    changed, failed = apply(root, overlay)
    if problems or failed:
        raise SituationError([*problems, *failed])
    yaml = _round_trip(text)
    document = yaml.load(text)
    _transfer(document, root, changed, ())
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


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
            document[key] = plain(child)
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
    return plain(after)
