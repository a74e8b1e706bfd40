"""What-ifs: named changes to the file, in the file's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.situation import tree
from detente.situation.expression import nearest
from detente.situation.messages import Problem, SituationError, described, listing
from detente.situation.tree import Key, Node, Path, Place

_SHORTHANDS = {"sources": "citation", "actors": "name", "define": "value"}
"""What a bare text stands for, by section."""

_NAMED = frozenset({
    "sources", "actors", "quantities", "private", "define", "payoffs", "ask", "whatifs", "options", "chances",
    "readings", "states", "values", "texts",
})  # fmt: skip
"""Mappings whose keys are the analyst's own names: a what-if may change or remove one, but not add to them."""


@dataclass(frozen=True, slots=True)
class _ChangeError(Exception):
    found: str
    accepted: str
    near: str | None = None


def apply(root: Node, name: str, origin: str) -> tuple[Node, list[Problem]]:
    """The file with the what-if of this name carried out, and the changes that could not be."""
    where: Path = ("whatifs", name, "change")
    changes = tree.find(root, where)
    entries = changes.value if changes is not None and isinstance(changes.value, dict) else {}
    problems: list[Problem] = []
    changed = root
    for key, value in entries.items():
        at = tree.place(root, (*where, key), key=True)
        try:
            changed = _put(changed, changed, (), str(key), value, at)
        except _ChangeError as failure:
            label = f"whatifs.{name}.change.{key}"
            problems.append(Problem(origin, at.line, at.column, label, failure.found, failure.accepted, failure.near))
    return changed, problems


def check_name(root: Node, name: str, origin: str) -> None:
    """Raises :class:`SituationError` where the file has no what-if of this name."""
    whatifs = root.child("whatifs")
    names = [str(key) for key in whatifs.value] if whatifs is not None and isinstance(whatifs.value, dict) else []
    change = tree.find(root, ("whatifs", name, "change"))
    if change is not None and isinstance(change.value, dict):
        return
    accepted = listing(names) if names else "a file with `whatifs`; this one has none"
    at = tree.place(root, ("whatifs",), key=True)
    found = f"what-if `{name}` asked for" + (", which has no `change`" if name in names else "")
    raise SituationError([Problem(origin, at.line, at.column, "whatifs", found, accepted, nearest(name, names))])


def inside(root: Node, name: str) -> set[tuple[int, int]]:
    """Every place within the changes of a what-if."""
    change = tree.find(root, ("whatifs", name, "change"))
    return set() if change is None else set(_places(change))


def _places(node: Node) -> Iterator[tuple[int, int]]:
    yield node.place.line, node.place.column
    for key in node.keys.values():
        yield key.line, key.column
    for child in node.children():
        yield from _places(child)


# --------------------------------------------------------------------------- carrying out


def _put(root: Node, node: Node, path: Path, dotted: str, value: Node, at: Place) -> Node:
    """A copy of ``node``, which stands at ``path``, with ``value`` at a dotted place within it."""
    node = _widened(node, path)
    key, rest = _next(root, node, path, dotted)
    below = node.child(key)
    if rest and below is not None:
        return tree.with_child(node, key, _put(root, below, (*path, key), rest, value, at))
    if value.value is None:
        return tree.pruned(node, {(key,)})
    return tree.with_child(node, key, value, at)


def _widened(node: Node, path: Path) -> Node:
    """The mapping that a shorthand stands for."""
    if isinstance(node.value, (dict, list)) or node.value is None:
        return node
    field = _SHORTHANDS.get(str(path[0])) if len(path) == 2 else None
    if len(path) == 2 and path[0] == "quantities":
        field = "word" if isinstance(node.value, str) else "value"
    elif len(path) == 3 and path[0] == "payoffs":
        field = "value"
    elif len(path) == 4 and path[0] == "steps" and path[2] == "options":
        field = "text"
    elif len(path) == 3 and path[0] == "actors" and path[2] == "precision":
        field = "value"
    return node if field is None else Node({field: node}, node.place, {field: node.place})


def _next(root: Node, node: Node, path: Path, dotted: str) -> tuple[Key, str]:
    """The key or index that a dotted place goes on with, and what follows. Names may hold dots: the longest wins."""
    names = _children(node)
    for name in sorted(names, key=len, reverse=True):
        if dotted == name or dotted.startswith(name + "."):
            return names[name], dotted[len(name) + 1 :]
    head, _, rest = dotted.partition(".")
    here = ".".join(tree.labels(root, path)) or "the file"
    if isinstance(node.value, dict) and not rest and not _analysts_own(path):
        return head, ""
    if not isinstance(node.value, (dict, list)):
        raise _ChangeError(f"`{head}` within `{here}`, which is {described(node.value)}", f"`{here}` itself")
    accepted = listing(names) if names else "nothing, for it is empty"
    if not rest and _analysts_own(path):
        accepted += f" (to add one, put all of `{here}` here)"
    raise _ChangeError(f"no `{head}` in {here if here == 'the file' else f'`{here}`'}", accepted, nearest(head, names))


def _analysts_own(path: Path) -> bool:
    """Whether keys there are names that the analyst chose."""
    if not path:
        return False
    return path[-1] in _NAMED or (len(path) >= 2 and path[-2] in ("payoffs", "readings")) or path == ("discount",)


def _children(node: Node) -> dict[str, Key]:
    if isinstance(node.value, dict):
        return {str(key): key for key in node.value}
    if isinstance(node.value, list):
        return {tree.item_name(child, index): index for index, child in reversed(list(enumerate(node.value)))}
    return {}
