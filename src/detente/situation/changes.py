"""Carrying out a what-if on the tree of a file: which value a dotted place stands for, and what comes there."""

from __future__ import annotations

from collections.abc import Iterator

from detente.situation import tree
from detente.situation.draft import NAMESPACES
from detente.situation.edits import ChangeError, edit
from detente.situation.expression import nearest
from detente.situation.messages import Problem, described, listing
from detente.situation.overlay import KEYS, Change, Overlay
from detente.situation.schema import SituationFile
from detente.situation.tree import Key, Node, Path, Place

_SHORTHANDS = {"sources": "citation", "actors": "name", "define": "value"}
"""What a bare text stands for, by section."""

_NAMED = frozenset({
    "sources", "actors", "quantities", "private", "negotiations", "define", "payoffs", "ask", "whatifs", "options", "chances",
    "readings", "states", "values", "texts",
})  # fmt: skip
"""Mappings whose keys are the analyst's own names: a what-if may change or remove one, but not add to them."""


_SECTIONS = frozenset(SituationFile.model_fields)


def apply(root: Node, overlay: Overlay) -> tuple[Node, list[Problem]]:
    """The file with a what-if carried out, and the changes that could not be."""
    problems: list[Problem] = []
    changed = root
    for change in overlay.changes:
        try:
            changed = _carried_out(changed, change)
        except ChangeError as failure:
            at = change.at
            found = (failure.found, failure.accepted, failure.near)
            problems.append(Problem(overlay.label, at.line, at.column, change.where, *found))
    return changed, problems


def _carried_out(root: Node, change: Change) -> Node:
    if change.verb != "set":
        return edit(root, change)
    value = change.value or Node(None, change.at)
    return _put(root, root, (), change.place, value, change.at)


def inside(root: Node, name: str) -> set[tuple[int, int]]:
    """Every place within the changes of a what-if."""
    found = [tree.find(root, ("whatifs", name, key)) for key in KEYS]
    return {place for node in found if node is not None for place in _places(node)}


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
    if not path:
        section = _section_of(root, dotted)
        if section is not None:
            return section, dotted
    head, _, rest = dotted.partition(".")
    here = ".".join(tree.labels(root, path)) or "the file"
    if isinstance(node.value, dict) and not rest and not _analysts_own(path) and (path or head in _SECTIONS):
        return head, ""
    if not isinstance(node.value, (dict, list)):
        raise ChangeError(f"`{head}` within `{here}`, which is {described(node.value)}", f"`{here}` itself")
    if not path and not rest:
        declared = [name for section in NAMESPACES for name in _children(root.child(section))]
        found = f"no section and no quantity, private fact, step or definition `{head}` in the file"
        raise ChangeError(
            found, f"a dotted place, or one of these names: {listing(declared)}", nearest(head, [*_SECTIONS, *declared])
        )
    accepted = listing(names) if names else "nothing, for it is empty"
    if not rest and _analysts_own(path):
        accepted += f" (to add one, put all of `{here}` here)"
    raise ChangeError(f"no `{head}` in {here if here == 'the file' else f'`{here}`'}", accepted, nearest(head, names))


def _section_of(root: Node, dotted: str) -> str | None:
    """The section of the name that a dotted place begins with, where that is not a section itself."""
    found = ((name, section) for section in NAMESPACES for name in _children(root.child(section)))
    return next((section for name, section in found if dotted == name or dotted.startswith(name + ".")), None)


def _analysts_own(path: Path) -> bool:
    """Whether keys there are names that the analyst chose."""
    if not path:
        return False
    return path[-1] in _NAMED or (len(path) >= 2 and path[-2] in ("payoffs", "readings")) or path == ("discount",)


def _children(node: Node | None) -> dict[str, Key]:
    if node is None:
        return {}
    if isinstance(node.value, dict):
        return {str(key): key for key in node.value}
    if isinstance(node.value, list):
        return {tree.item_name(child, index): index for index, child in reversed(list(enumerate(node.value)))}
    return {}
