"""Reads a YAML 1.2 file from a stranger: bounded, positioned, and nothing but data.

Scalars follow the core schema of YAML 1.2 (``yes``, ``no``, ``on`` and ``off`` are text), and a plain
``2019-01-11`` is a date. Aliases, tags and several documents are refused: a situation has no use for them, and
a file of a few lines can unfold into gigabytes. The parser's events are taken one at a time, so that depth and
size are bounded before anything is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from detente.situation import syntax
from detente.situation.messages import Problem, SituationError, clipped, described
from detente.situation.tree import Key, Node, Place, Scalar

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
MAX_VALUES = 30_000

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]{1,15}|0x[0-9a-fA-F]{1,15}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def read(path: FilePath) -> str:
    """The text of a file of at most :data:`MAX_BYTES` bytes of UTF-8.

    Raises :class:`SituationError` with one problem.
    """
    origin = str(path)
    try:
        size = path.stat().st_size if path.is_file() else 0
        data = b"" if size > MAX_BYTES else _first_bytes(path)
    except FileNotFoundError:
        raise _whole(origin, "no such file", "the path of a situation file") from None
    except IsADirectoryError:
        raise _whole(origin, "a directory", "the path of a situation file") from None
    except PermissionError:
        raise _whole(origin, "a file that may not be read", "a file you have permission to read") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole(origin, f"a file that cannot be read ({reason})", "the path of a situation file") from None
    if size > MAX_BYTES:
        raise _whole(origin, f"a file of {size:,} bytes", f"at most {MAX_BYTES:,}")
    if len(data) > MAX_BYTES:
        raise _whole(origin, f"more than {MAX_BYTES:,} bytes", f"at most {MAX_BYTES:,}")
    return decode(data, origin)


def _first_bytes(path: FilePath) -> bytes:
    """No more than it takes to see that there are too many."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _whole(origin: str, found: str, accepted: str) -> SituationError:
    return SituationError([Problem(origin, 0, 0, "", found, accepted)])


def decode(data: bytes, origin: str) -> str:
    """The bytes as UTF-8 text; raises :class:`SituationError` with the place of the first bad byte."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise SituationError([Problem(origin, 1, 1, "", "a file in UTF-16", "UTF-8; save it in that encoding")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind a byte order mark; the body is what analysts see as line 1.
        body = data.removeprefix(b"\xef\xbb\xbf")
        before = body[: error.start].decode("utf-8", errors="replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        found = f"the byte 0x{body[error.start]:02X}, which is not UTF-8"
        raise SituationError([Problem(origin, line, column, "", found, "UTF-8; save it in that encoding")]) from None


def parse(text: str, origin: str) -> tuple[Node, list[Problem]]:
    """The file as a tree, and the keys that are doubled or cannot be keys.

    Raises :class:`SituationError` with one problem where the text is not YAML or goes beyond the bounds.
    """
    syntax.check_characters(text, origin)
    builder = _Builder(origin)
    try:
        builder.build(YAML(typ="safe", pure=True).parse(text))
    except YAMLError as error:
        raise SituationError([syntax.translate(error, text, origin)]) from None
    if builder.root is None or builder.root.value is None:
        accepted = "a situation, which begins with `title:`"
        raise SituationError([Problem(origin, 1, 1, "", "an empty file", accepted)])
    return builder.root, builder.problems


def scalar(text: str) -> Scalar:
    """What a plain scalar stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 16 else float(text)
    if _OCTAL_OR_HEX.fullmatch(text):
        return int(text, 0)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; ``key`` waits for its value."""

    place: Place
    mapping: dict[Key, Node] | None
    items: list[Node] = field(default_factory=list)
    keys: dict[Key, Place] = field(default_factory=dict)
    key: Node | None = None

    def close(self) -> Node:
        return Node(self.items if self.mapping is None else self.mapping, self.place, self.keys)


class _Builder:
    """Builds the tree from the parser's events, without recursion."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.values = 0
        self.documents = 0

    def build(self, events: Iterable[Any]) -> None:
        for event in events:
            at = Place(event.start_mark.line + 1, event.start_mark.column + 1)
            self.refuse(event, at)
            match event:
                case MappingStartEvent() | SequenceStartEvent():
                    self.open(at, mapping=isinstance(event, MappingStartEvent))
                case MappingEndEvent() | SequenceEndEvent():
                    self.add(self.stack.pop().close())
                case ScalarEvent():
                    self.add(_scalar_node(event, at))

    def fail(self, at: Place, found: str, accepted: str) -> SituationError:
        return SituationError([Problem(self.origin, at.line, at.column, "", found, accepted)])

    def refuse(self, event: Any, at: Place) -> None:
        """Stops at what a situation may not hold."""
        if isinstance(event, AliasEvent):
            raise self.fail(at, f"the alias `*{event.anchor}`", "the value itself, written out")
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.fail(at, "a second document (after `---`)", "one situation a file")
            if event.version is not None and tuple(event.version) != (1, 2):
                version = ".".join(map(str, event.version))
                raise self.fail(at, f"YAML {version}", "YAML 1.2; leave the `%YAML` line out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            raise self.fail(at, f"the tag `{clipped(short)}`", "plain values; put quotes around what is text")

    def open(self, at: Place, *, mapping: bool) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.fail(at, "mappings and lists nested too deep", f"at most {MAX_DEPTH} levels")
        if self.stack and self.stack[-1].mapping is not None and self.stack[-1].key is None:
            found = "a mapping or a list in place of a key (text in `{ }` or `[ ]` before a `:`)"
            raise self.fail(at, found, "a name, or quotes around text that begins with a bracket")
        self.stack.append(_Open(at, {} if mapping else None))

    def add(self, node: Node) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.fail(node.place, f"more than {MAX_VALUES:,} values", "a smaller file")
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.mapping is None:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            key, top.key = top.key, None
            self.enter(top, key, node)

    def enter(self, top: _Open, key: Node, node: Node) -> None:
        """Puts a value under its key, unless the key is no key or is taken."""
        taken = top.mapping if top.mapping is not None else {}
        name, at = key.value, key.place
        if isinstance(name, bool) or not isinstance(name, (str, int, float)):
            found = f"{described(name)} as a key" if name is not None else "`null` as a key, which means no value"
            self.problems.append(Problem(self.origin, at.line, at.column, "", found, "a name; quotes make it one"))
        elif name in taken:
            first = top.keys[name].line
            found = f"`{clipped(str(name))}` a second time (first in line {first})"
            self.problems.append(Problem(self.origin, at.line, at.column, "", found, "each key once in a mapping"))
        else:
            taken[name] = node
            top.keys[name] = at


def _scalar_node(event: ScalarEvent, at: Place) -> Node:
    is_plain = event.implicit[0]
    quotes = 0 if is_plain else 1
    end = event.end_mark
    one_line = event.style not in ("|", ">") and end.line + 1 == at.line
    # With escapes in it the text is shorter than what is written, and columns cannot be told.
    straight = one_line and end.column + 1 - at.column == len(event.value) + 2 * quotes
    value = scalar(event.value) if is_plain else event.value
    return Node(value, at, text_column=at.column + quotes if straight else None)
