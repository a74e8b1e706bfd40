"""Changes to the steps of a file: options closed or added, steps hidden, delayed or shown, moves committed to.

Names stay: an option that is removed is closed on every path (``when: False``) and not struck out, so that conditions
that speak of it are still understood, and false.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from detente.situation import tree
from detente.situation.expression import nearest
from detente.situation.messages import listing
from detente.situation.names import point_text, scale_values
from detente.situation.overlay import Change
from detente.situation.schema import STEP_KINDS
from detente.situation.tree import Key, Node, Path, Place

NEVER = "False"


@dataclass(frozen=True, slots=True)
class ChangeError(Exception):
    """A change that cannot be carried out."""

    found: str
    accepted: str
    near: str | None = None


def edit(root: Node, change: Change) -> Node:
    """A copy of the file with a change other than ``set`` carried out; raises :class:`ChangeError`."""
    match change.verb:
        case "remove":
            return _remove(root, change)
        case "add":
            return _add(root, change)
        case "commit":
            return _commit(root, change)
        case "hide":
            return _hide(root, change)
        case "delay":
            return _delay(root, change)
    return _reveal(root, change)


# --------------------------------------------------------------------------- finding


@dataclass(frozen=True, slots=True)
class _Step:
    index: int
    kind: str
    name: str
    node: Node

    def put(self, root: Node, key: Key, child: Node, at: Place) -> Node:
        """The file with another value under a key of this step."""
        return _put(root, ("steps", self.index), tree.with_child(self.node, key, child, at))


def _put(root: Node, path: Path, node: Node) -> Node:
    """The file with another node at a path that exists."""
    if not path:
        return node
    below = root.child(path[0])
    assert below is not None
    return tree.with_child(root, path[0], _put(below, path[1:], node))


def _steps(root: Node) -> dict[str, _Step]:
    steps = root.child("steps")
    found: dict[str, _Step] = {}
    for index, node in enumerate(steps.children() if steps is not None else []):
        kind = next((kind for kind in STEP_KINDS if node.child(kind) is not None), None)
        if kind is not None:
            name = tree.item_name(node, index)
            found.setdefault(name, _Step(index, kind, name, node))
    return found


def _step(root: Node, name: str, kinds: tuple[str, ...] = STEP_KINDS) -> _Step:
    """The step of that name, which must be of one of these kinds."""
    steps = _steps(root)
    fit = [step.name for step in steps.values() if step.kind in kinds]
    what = f"a {' or '.join(kinds)}" if len(kinds) < len(STEP_KINDS) else "a step"
    if name not in steps:
        found = f"`{name}`, which is {_what_else(root, name)}" if _what_else(root, name) else f"unknown step `{name}`"
        raise ChangeError(found, f"{what}: {listing(fit)}", nearest(name, fit))
    if steps[name].kind not in kinds:
        raise ChangeError(f"`{name}`, which is {_article(steps[name].kind)}", f"{what}: {listing(fit)}")
    return steps[name]


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _what_else(root: Node, name: str) -> str:
    words = {"private": "a private fact", "quantities": "a quantity", "define": "a definition", "actors": "an actor"}
    return next((word for section, word in words.items() if name in _keys(root.child(section))), "")


def _keys(node: Node | None) -> list[str]:
    return [str(key) for key in node.value] if node is not None and isinstance(node.value, dict) else []


def _options(step: _Step) -> Node:
    """The options of a move, those of a scale written out."""
    options, scale = step.node.child("options"), step.node.child("scale")
    if options is not None and isinstance(options.value, dict):
        return options
    ends = {key: child.value for key in ("from", "to", "count") if scale and (child := scale.child(key))}
    if scale is None or len(ends) < 3:
        raise ChangeError(f"no options in `{step.name}`", "a move with `options`")
    at = scale.place
    values = scale_values(float(str(ends["from"])), float(str(ends["to"])), int(str(ends["count"])))
    kept: dict[Key, Node] = {}
    for key in ("source", "note"):
        if (child := scale.child(key)) is not None:
            kept[key] = child
    written: dict[Key, Node] = {}
    text = scale.child("text")
    for i, value in enumerate(values):
        said: dict[Key, Node] = {}
        if text is not None:
            said["text"] = Node(point_text(str(text.value), value), text.place)
        written[f"v{i}"] = Node({"value": Node(value, at), **said, **kept}, at)
    return Node(written, at)


def _with_options(root: Node, step: _Step, options: Node, at: Place) -> Node:
    node = step.node
    if node.child("scale") is not None:
        node = tree.pruned(node, {("scale",)})
    return _put(root, ("steps", step.index), tree.with_child(node, "options", options, at))


def _known_option(step: _Step, option: str, options: list[str]) -> None:
    if option not in options:
        raise ChangeError(f"no `{option}` in `{step.name}`", listing(options), nearest(option, options))


def _wide(option: Node, at: Place) -> Node:
    """An option as a mapping."""
    if isinstance(option.value, dict):
        return option
    return Node({} if option.value is None else {"text": option}, at)


# --------------------------------------------------------------------------- options


def _remove(root: Node, change: Change) -> Node:
    name, _, option = change.place.partition(".")
    step = _step(root, name)
    never = Node(NEVER, change.at)
    if not option:
        return step.put(root, "when", never, change.at)
    if step.kind != "move":
        accepted = "an option of a move; `commit` makes one outcome of it certain, `set` changes its chances"
        raise ChangeError(f"`{change.place}`, which no actor chooses: `{name}` is {_article(step.kind)}", accepted)
    options = _options(step)
    _known_option(step, option, _keys(options))
    closed = tree.with_child(_wide(options.child(option) or options, change.at), "when", never, change.at)
    return _with_options(root, step, tree.with_child(options, option, closed), change.at)


def _add(root: Node, change: Change) -> Node:
    name, _, option = change.place.partition(".")
    step = _step(root, name, ("move",))
    options = _options(step)
    if option in _keys(options):
        raise ChangeError(f"`{change.place}`, which is there already", "the name of a further option")
    added = change.value or Node(None, change.at)
    return _with_options(root, step, tree.with_child(options, option, added, change.at), change.at)


def _commit(root: Node, change: Change) -> Node:
    option = change.names[0] if len(change.names) == 1 else ""
    step = _step(root, change.place, ("move", "event", "signal"))
    if not option:
        raise ChangeError(f"{len(change.names)} options for `{step.name}`", "one option")
    at = change.at
    if step.kind == "move":
        options = _options(step)
        _known_option(step, option, _keys(options))
        chosen = options.child(option)
        when = chosen.child("when") if chosen is not None else None
        for other in _keys(options):
            if other != option:
                closed = _closed_where(_wide(options.child(other) or options, at), when, at)
                options = tree.with_child(options, other, closed)
        return _with_options(root, step, options, at)
    if step.kind == "event":
        return step.put(root, "chances", _certain(step, step.node.child("chances"), option, at), at)
    readings = step.node.child("readings")
    for state in _keys(readings):
        assert readings is not None
        readings = tree.with_child(readings, state, _certain(step, readings.child(state), option, at))
    return step.put(root, "readings", readings or Node({}, at), at)


def _closed_where(option: Node, condition: Node | None, at: Place) -> Node:
    """The option closed wherever a condition holds (None: everywhere)."""
    if condition is None:
        return tree.with_child(option, "when", Node(NEVER, at), at)
    own = option.child("when")
    elsewhere = f"not ({condition.value})"
    text = elsewhere if own is None else f"({own.value}) and {elsewhere}"
    return tree.with_child(option, "when", Node(text, at), at)


def _certain(step: _Step, chances: Node | None, outcome: str, at: Place) -> Node:
    """The chances with one outcome certain; words and sources stay."""
    outcomes = _keys(chances)
    _known_option(step, outcome, outcomes)
    assert chances is not None
    for name in outcomes:
        old = chances.child(name)
        number = Node(1 if name == outcome else 0, at)
        said = isinstance(old.value, dict) if old is not None else False
        new = tree.with_child(old, "chance", number, at) if said and old is not None else number
        chances = tree.with_child(chances, name, new)
    return chances


# --------------------------------------------------------------------------- who sees what

_SEERS = {"move": "seen_by", "event": "seen_by", "signal": "seen_by", "reveal": "to"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """Something that actors see or know: where that is written, and who does; ``mover`` always does."""

    path: Path
    node: Node
    key: str
    actors: tuple[str, ...]
    everyone: tuple[str, ...]
    mover: str = ""

    def to(self, root: Node, actors: tuple[str, ...], at: Place) -> Node:
        named = [Node(name, at) for name in actors] or [Node("none", at)]
        return _put(root, self.path, tree.with_child(self.node, self.key, Node(named, at), at))


def _seen(root: Node, name: str) -> _Seen:
    """The step or private fact of that name."""
    everyone = tuple(_keys(root.child("actors")))
    private, steps = root.child("private"), _steps(root)
    fact = private.child(name) if private is not None else None
    if fact is not None:
        return _Seen(("private", name), fact, "known_to", _ids(fact.child("known_to"), everyone), everyone)
    if name not in steps:
        names = [*steps, *_keys(private)]
        other = _what_else(root, name)
        found = f"`{name}`, which is {other}" if other else f"unknown name `{name}`"
        raise ChangeError(found, f"a step or a private fact: {listing(names)}", nearest(name, names))
    step = steps[name]
    mover = str(actor.value) if (actor := step.node.child("actor")) is not None else ""
    key = _SEERS[step.kind]
    seers = _ids(step.node.child(key), everyone)
    actors = tuple(a for a in everyone if a in seers or a == mover)
    return _Seen(("steps", step.index), step.node, key, actors, everyone, mover)


def _ids(node: Node | None, everyone: tuple[str, ...]) -> tuple[str, ...]:
    listed = [node] if node is not None and isinstance(node.value, str) else node.children() if node else []
    names = tuple(str(item.value) for item in listed)
    if node is None or names == ("all",):
        return everyone
    return () if names == ("none",) else names


def _check_actors(change: Change, seen: _Seen) -> None:
    for name in change.names:
        if name not in seen.everyone:
            raise ChangeError(f"unknown actor `{name}`", listing(seen.everyone), nearest(name, seen.everyone))


def _hide(root: Node, change: Change) -> Node:
    seen = _seen(root, change.place)
    others = _others(change, seen, "hidden from", seen.actors)
    gone = [name for name in change.names or others if name in others]
    if not gone:
        whom = f"{listing(change.names)}, who" if change.names else "the others, who"
        accepted = f"actors who do: {listing(others)}" if others else "a step that others see"
        raise ChangeError(f"`{change.place}` hidden from {whom} do not see it as it is", accepted)
    return seen.to(root, tuple(name for name in seen.actors if name not in gone), change.at)


def _others(change: Change, seen: _Seen, what: str, actors: tuple[str, ...]) -> tuple[str, ...]:
    """These actors without the mover, from whom nothing can be kept."""
    _check_actors(change, seen)
    others = tuple(name for name in actors if name != seen.mover)
    if seen.mover in change.names and seen.mover:
        raise ChangeError(f"`{change.place}` {what} {seen.mover}, whose move it is", listing(others) or "no one")
    return others


def _delay(root: Node, change: Change) -> Node:
    """Those who would see or know it lose sight of it, and a reveal right after the later step shows it to them.

    A reveal is moved there itself: what it shows, and when it takes place, stays.
    """
    seen = _seen(root, change.place)
    others = _others(change, seen, "delayed for", seen.everyone if change.names else seen.actors)
    gone = tuple(name for name in others if name in (change.names or others))
    if not gone:
        accepted = f"actors who are to see it later: {listing(_others(change, seen, '', seen.everyone))}"
        raise ChangeError(f"`{change.place}` delayed for the others, who do not see it as it is", accepted)
    steps = _steps(root)
    first = steps[change.place].index + 1 if change.place in steps else 0
    after = [step.name for step in steps.values() if step.index >= first]
    if change.past not in after:
        what = "that step itself" if change.past == change.place else "an earlier step"
        found = f"`{change.past}`, which is {what}" if change.past in steps else f"unknown step `{change.past}`"
        accepted = f"a later step than `{change.place}`: {listing(after)}" if after else "a delay of something earlier"
        raise ChangeError(found, accepted, nearest(change.past, after))
    at = change.at
    moved = steps[change.place].node if change.place in steps and steps[change.place].kind == "reveal" else None
    of, when = (moved.child("of"), moved.child("when")) if moved is not None else (None, None)
    shown: dict[Key, Node] = {
        "reveal": Node(_unused(f"{change.place}_past_{change.past}", steps), at),
        "of": of or Node([Node(change.place, at)], at),
        "to": Node([Node(name, at) for name in gone], at),
    }
    if when is not None:
        shown["when"] = when
    changed = seen.to(root, tuple(name for name in seen.actors if name not in gone), at)
    listed = changed.child("steps")
    assert listed is not None
    items = listed.children()
    place = steps[change.past].index + 1
    return _put(changed, ("steps",), replace(listed, value=[*items[:place], Node(shown, at), *items[place:]]))


def _unused(name: str, taken: Collection[str]) -> str:
    """The name, lengthened until no step has it."""
    while name in taken:
        name += "_"
    return name


def _reveal(root: Node, change: Change) -> Node:
    seen = _seen(root, change.place)
    _check_actors(change, seen)
    blind = tuple(name for name in seen.everyone if name not in seen.actors)
    new = [name for name in change.names or blind if name in blind]
    if not new:
        whom = f"{listing(change.names)}, who" if change.names else "all, who"
        accepted = f"actors who do not: {listing(blind)}" if blind else "a step or a private fact that some do not see"
        raise ChangeError(f"`{change.place}` revealed to {whom} see it as it is", accepted)
    return seen.to(root, tuple(n for n in seen.everyone if n in seen.actors or n in new), change.at)
