"""From the tree to the models, every mistake of form told in one go.

Pydantic's errors are put in the words of ``messages.py``. What is faulty is then cut out of the tree, entry
by entry, and the rest is validated again, so that the checks of ``build.py`` can go on with it.
"""

from __future__ import annotations

import types
from datetime import date
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, Tag, ValidationError

from detente.situation import tree
from detente.situation.draft import Draft
from detente.situation.expression import nearest
from detente.situation.forms import REFUSED, Day
from detente.situation.messages import described, listing
from detente.situation.schema import Actor, Interest, SituationFile, Step
from detente.situation.tree import Key, Node, Path

_ENTRIES = frozenset(
    {
        "sources",
        "actors",
        "quantities",
        "correlations",
        "private",
        "steps",
        "negotiations",
        "define",
        "observed",
        "ask",
        "whatifs",
    }
)
"""Sections made of entries that stand or fall alone."""

Form = TypeVar("Form", bound=BaseModel)
Error = Any  # pydantic_core.ErrorDetails, a TypedDict whose ``ctx`` is untyped


def validate(root: Node, origin: str) -> Draft:
    """The draft of a file: models of all that is well-formed, and the mistakes in the rest."""
    data = tree.plain(root)
    try:
        return Draft(SituationFile.model_validate(data), root, origin)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    draft = Draft(_Partial(), root, origin)
    if not isinstance(root.value, dict):
        draft.add((), described(data), "a mapping that begins with `title:`")
        return draft
    for each in _one_each(errors):
        _tell(draft, each)
    _salvage(draft, errors)
    return draft


def validate_as(form: type[Form], root: Node, origin: str) -> tuple[Form | None, Draft]:
    """A file of another kind than a situation, with mistakes told in the same words; None after any.

    The draft knows of no section yet: what the checks that follow need of them, its ``file`` must be given.
    """
    draft = Draft(_Partial(), root, origin)
    draft.lost |= {("as_of",), ("horizon",)}
    data = tree.plain(root)
    try:
        return form.model_validate(data), draft
    except ValidationError as error:
        errors = error.errors(include_url=False)
    if isinstance(root.value, dict):
        for each in _one_each(errors):
            _tell(draft, each, form)
    else:
        first = next(name for name, field in form.model_fields.items() if field.is_required())
        draft.add((), described(data), f"a mapping that begins with `{first}:`")
    return None, draft


# --------------------------------------------------------------------------- telling


def _one_each(errors: list[Error]) -> list[Error]:
    """Without the missing fields that are there, misspelt."""
    extra: dict[tuple[Key, ...], list[str]] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            extra.setdefault(error["loc"][:-1], []).append(str(error["loc"][-1]))
    return [
        error
        for error in errors
        if not (error["type"] == "missing" and nearest(error["loc"][-1], extra.get(error["loc"][:-1], ())))
    ]


def _path(root: Node, loc: tuple[Key, ...]) -> Path:
    """The place in the file of an error's location, which also holds the names of forms and a missing field."""
    path: list[Key] = []
    node = root
    for part in loc:
        keys = node.value if isinstance(node.value, dict) else {}
        key = part if node.child(part) is not None else next((k for k in keys if str(k) == part), part)
        below = node.child(key)
        if below is not None:
            path.append(key)
            node = below
    return tuple(path)


def _tell(draft: Draft, error: Error, form: type[BaseModel] = SituationFile) -> None:
    kind, loc, context = error["type"], error["loc"], error.get("ctx", {})
    path = _path(draft.root, loc)
    value = error["input"]
    if kind == "extra_forbidden":
        fields = _fields(_annotation(loc[:-1], form))
        near = nearest(str(loc[-1]), fields)
        comma = "; or quotes around text that holds a comma" if value is None else ""
        draft.add(path, f"unknown key `{loc[-1]}`", listing(fields) + comma, near, key=True)
    elif kind == "missing":
        description = _description(_annotation(loc[:-1], form), str(loc[-1]))
        draft.add(path, f"no `{loc[-1]}`", f"`{loc[-1]}`: {description}", key=True)
    elif loc[-1] == "[key]":
        accepted = "a number" if kind == "float_type" else "a name: letters, digits and underscores"
        draft.add(path, f"{described(value)} as a name", accepted, key=True)
    elif kind == "literal_error":
        names = [name.strip(" '") for name in context["expected"].replace(" or ", ",").split(",")]
        near = nearest(value, names) if isinstance(value, str) else None
        draft.add(path, described(value), listing(names), near)
    elif kind == REFUSED:
        found = context["found"] or described(value)
        draft.add(path, found, context["accepted"], _hint(value, context["accepted"]))
    else:
        draft.add(path, described(value), _accepted(kind, context, value, _annotation(loc, form)))


def _hint(value: object, accepted: str) -> str | None:
    """The key most like one of a mapping's, among those that a message names in backquotes."""
    names = accepted.split("`")[1::2]
    keys = [str(key) for key in value] if isinstance(value, dict) else []
    return next((near for key in keys if key not in names and (near := nearest(key, names))), None)


def _accepted(kind: str, context: dict[str, Any], value: object, annotation: Any) -> str:
    """What would be accepted in place of a value of the wrong type or size."""
    match kind:
        case "string_type":
            return "text" if isinstance(value, (dict, list)) or value is None else "text; put quotes around it"
        case "float_type":
            return "a number"
        case "int_type" | "int_from_float":
            return "a whole number"
        case "finite_number":
            return "a finite number"
        case "list_type":
            return "a list: items on lines that begin with `- `"
        case "dict_type":
            return "a mapping: `name: value`"
        case "model_type":
            return f"{_shorthands(annotation)}a mapping with {listing(f'`{name}`' for name in _fields(annotation))}"
        case "greater_than" | "greater_than_equal":
            return f"a number {'above' if kind == 'greater_than' else 'of at least'} {next(iter(context.values())):g}"
        case "less_than_equal":
            return f"a number of at most {context['le']:g}"
        case "too_short":
            return "at least one entry"
        case "too_long":
            return f"at most {context['max_length']} entries"
    return "what the file format describes"


# --------------------------------------------------------------------------- the model at a location


def _annotation(loc: tuple[Key, ...], form: type[BaseModel]) -> Any:
    """The type that the models give a location."""
    annotation: Any = form
    for part in loc:
        annotation = _below(annotation, part)
    return annotation


def _below(annotation: Any, part: Key) -> Any:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        named = {info.alias or name: info.annotation for name, info in annotation.model_fields.items()}
        return named.get(str(part))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        for argument in arguments:
            if any(isinstance(mark, Tag) and mark.tag == part for mark in getattr(argument, "__metadata__", ())):
                return argument
        return _below(next((a for a in arguments if a is not types.NoneType), None), part)
    if origin is dict:
        return arguments[1]
    return arguments[0] if origin in (list, tuple) else annotation


def _bare(annotation: Any) -> Any:
    """Without ``Annotated``, and without the None of an optional field."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        some = [a for a in get_args(annotation) if a is not types.NoneType]
        if len(some) == 1:
            return _bare(some[0])
    return annotation


def _fields(annotation: Any) -> list[str]:
    """Keys that a mapping may have, its own before those that every mapping has."""
    model = _bare(annotation)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    order = {
        name: i for i, kind in enumerate(model.__mro__) for name in reversed(vars(kind).get("__annotations__", {}))
    }
    fields = sorted(model.model_fields.items(), key=lambda item: order[item[0]])
    return [info.alias or name for name, info in fields]


def _shorthands(annotation: Any) -> str:
    """What may stand for the mapping: ``"text, or "``."""
    inputs = [getattr(mark, "json_schema_input_type", None) for mark in getattr(annotation, "__metadata__", ())]
    names = {str: "text", float: "a number"}
    return "".join(f"{word}, or " for kind, word in names.items() if any(kind in get_args(i) for i in inputs))


def _description(annotation: Any, name: str) -> str:
    model = _bare(annotation)
    fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
    texts = {info.alias or field: info.description or "" for field, info in fields.items()}
    text = texts.get(name, "")
    return text[:1].lower() + text[1:].rstrip(".")


# --------------------------------------------------------------------------- going on without


class _Partial(SituationFile):
    """A file in which anything may be missing; what is, is noted as lost."""

    title: str = ""
    as_of: Day = date.min
    horizon: Day = date.max
    actors: dict[str, Actor] = Field(default={})
    steps: list[Step] = Field(default=[])
    payoffs: dict[str, dict[str, Interest]] = Field(default={})


def _salvage(draft: Draft, errors: list[Error]) -> None:
    """Puts into the draft what is well-formed, and notes as lost what is not."""
    _note_misspelt_sections(draft)
    while errors:
        draft.root = tree.pruned(draft.root, {cut for error in errors if (cut := _cut(draft, error))})
        try:
            draft.file = _Partial.model_validate(tree.plain(draft.root))
            return
        except ValidationError as error:
            errors = error.errors(include_url=False)


def _note_misspelt_sections(draft: Draft) -> None:
    sections = set(SituationFile.model_fields)
    present = set(draft.root.value) if isinstance(draft.root.value, dict) else set()
    for key in present - sections:
        near = nearest(str(key), sections - present)
        if near is not None:
            draft.lost.add((near,))


def _cut(draft: Draft, error: Error) -> Path:
    """The smallest entry to leave out on account of an error; its names are noted as lost."""
    path = _path(draft.root, error["loc"])
    if not path:
        draft.lost.add((str(error["loc"][0]),))
        return ()
    if error["type"] == "extra_forbidden":
        return path
    section = str(path[0])
    entry = path[: 3 if section == "payoffs" else 2 if section in _ENTRIES else 1]
    if len(entry) == 1:
        draft.lost.add((section,))
    else:
        node = draft.root.child(path[0])
        child = node.child(path[1]) if node is not None else None
        draft.lose(section, tree.labels(draft.root, entry)[1])
        if section == "steps":
            draft.lose(section, _first_value(child))
    return entry


def _first_value(node: Node | None) -> str:
    """The text under a mapping's first key: the name of a step whose kind is misspelt."""
    values = list(node.value.values()) if node is not None and isinstance(node.value, dict) else []
    return str(values[0].value) if values else ""
