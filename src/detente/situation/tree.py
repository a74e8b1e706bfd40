"""A YAML file as a tree that remembers where each part of it stands.

Places go with the nodes, so that a part moved elsewhere (the value of a what-if) still points at the
line it was written on. Paths name list items by their index; :func:`labels` turns those into the words a
reader uses (``steps.leak.chances``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

Key = str | int | float
Path = tuple[Key, ...]
Scalar = str | int | float | bool | date | None

ITEM_NAMES = ("move", "event", "signal", "reveal", "step", "by")
"""Keys whose value names an item of a list; an item without one goes by its number, from 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands.

    ``keys`` holds the places of a mapping's keys; ``text_column`` the column at which the text of a scalar
    begins, None where columns within it cannot be told (several lines, escapes).
    """

    value: Scalar | dict[Key, Node] | list[Node]
    place: Place
    keys: Mapping[Key, Place] = field(default_factory=dict)
    text_column: int | None = None

    def child(self, key: Key) -> Node | None:
        """The value under a key or index, None where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def children(self) -> list[Node]:
        """What a mapping or list holds."""
        if isinstance(self.value, dict):
            return list(self.value.values())
        return self.value if isinstance(self.value, list) else []


def plain(node: Node) -> object:
    """The data alone: mappings, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def place(root: Node, path: Path, *, key: bool = False, offset: int | None = None) -> Place:
    """Where ``path`` stands, or the longest part of it that exists.

    A shorthand has the place of what it stands for. ``key`` asks for the key rather than its value;
    ``offset`` for a character of a text.
    """
    node, at = root, root.place
    for part in path:
        below = node.child(part)
        if below is None:
            break
        at = node.keys.get(part, below.place)
        node = below
    if offset is not None and node.text_column is not None:
        return Place(node.place.line, node.text_column + offset)
    below_its_key = isinstance(node.value, (dict, list)) and node.place.line > at.line
    return at if key or below_its_key else node.place


def find(root: Node, path: Path) -> Node | None:
    """What stands at exactly this path."""
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def item_name(node: Node, index: int) -> str:
    """What an item of a list is called."""
    for name in ITEM_NAMES:
        child = node.child(name)
        if child is not None and isinstance(child.value, str):
            return child.value
    return str(index + 1)


def labels(root: Node, path: Path) -> tuple[str, ...]:
    """The path in words, as far as it exists: list items by their name."""
    words: list[str] = []
    node = root
    for part in path:
        below = node.child(part)
        if below is None:
            break
        if isinstance(node.value, dict):
            # 1 and 1.0 are one key, and `.nan` equals nothing, not even itself
            words.append(next(str(key) for key in node.value if key is part or key == part))
        else:
            words.append(item_name(below, int(part)))
        node = below
    return tuple(words)


def positions(root: Node, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Place]]:
    """The place of every part of the file, by its path in words."""
    if isinstance(root.value, dict):
        for key, child in root.value.items():
            yield (*prefix, str(key)), root.keys.get(key, child.place)
            yield from positions(child, (*prefix, str(key)))
    elif isinstance(root.value, list):
        for index, child in enumerate(root.value):
            name = item_name(child, index)
            yield (*prefix, name), child.place
            yield from positions(child, (*prefix, name))


def with_child(node: Node, key: Key, child: Node, at: Place | None = None) -> Node:
    """A copy in which ``child`` stands under ``key`` (its key at ``at``, where it is new)."""
    if isinstance(node.value, list):
        return replace(node, value=[child if i == key else other for i, other in enumerate(node.value)])
    old = node.value if isinstance(node.value, dict) else {}
    keys = node.keys if at is None else {**node.keys, key: at}
    return replace(node, value={**old, key: child}, keys=keys)


def pruned(node: Node, paths: Collection[Path], at: Path = ()) -> Node:
    """A copy from which what stands at these paths is gone."""
    if isinstance(node.value, dict):
        kept = {key: pruned(child, paths, (*at, key)) for key, child in node.value.items() if (*at, key) not in paths}
        return replace(node, value=kept)
    if isinstance(node.value, list):
        items = enumerate(node.value)
        return replace(node, value=[pruned(child, paths, (*at, i)) for i, child in items if (*at, i) not in paths])
    return node
