"""From the text of a file to a :class:`Situation`: reading, checking and resolving, in that order.

Every stage records its mistakes in the :class:`Draft` and goes on with what is sound, so that one reading
tells all that is wrong with a file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path as FilePath

from detente.situation import aims, changes, commerce, dates, lexicon, names, numbers, overlay, process, source, tree
from detente.situation.draft import Draft
from detente.situation.lexicon import Lexicon
from detente.situation.messages import Problem, SituationError
from detente.situation.model import Situation, Source, WhatIf
from detente.situation.overlay import Overlay
from detente.situation.tree import Node
from detente.situation.validation import validate


def load(path: str | FilePath, *, as_of: date | None = None, what_if: str | None = None) -> Situation:
    """The situation in a file.

    ``as_of`` goes back to an earlier day than the file's: what was not known by then is left out, and
    said in ``Situation.notes``. ``what_if`` names one of the file's ``whatifs``, which is then carried out.
    Raises :class:`SituationError` with every mistake found; never anything else.
    """
    return loads(source.read(FilePath(path)), name=str(path), as_of=as_of, what_if=what_if)


def loads(text: str, *, name: str = "<memory>", as_of: date | None = None, what_if: str | None = None) -> Situation:
    """The situation in a text; ``name`` stands for the file in messages. See :func:`load`."""
    root, problems = source.parse(text, name)
    overlays = () if what_if is None else (overlay.of_file(root, what_if, name),)
    reading = _Reading(text, name, root, as_of, overlays)
    situation, found = reading.resolved(problems)
    if not found and what_if is None:
        found += _failing_what_ifs(root, name, situation)
    if found:
        raise SituationError(found)
    return situation


def what_if(situation: Situation, words: str, label: str | None = None) -> Overlay:
    """The what-if that is meant by the name of one in the file, or said in words (:mod:`detente.situation.overlay`).

    Raises :class:`SituationError` where there is none of that name or the words cannot be understood; ``label`` says in
    messages where the words were written.
    """
    root, _ = _parsed(situation.file, situation.origin)
    if overlay.is_name(words):
        return overlay.of_file(root, words.strip(), situation.origin)
    return overlay.of_words(words, label)


def changed(situation: Situation, by: Overlay) -> Situation:
    """A situation that was loaded, with a further what-if carried out and everything in it checked again.

    Raises :class:`SituationError` with one problem, told of the what-if: the situation without it is sound.
    """
    root, problems = _parsed(situation.file, situation.origin)
    overlays = (*situation.overlays, by)
    reading = _Reading(situation.file, situation.origin, root, situation.as_of, overlays)
    result, found = reading.resolved(problems)
    if found:
        raise SituationError([_once(found, by, situation)])
    return result


def _once(found: list[Problem], by: Overlay, situation: Situation) -> Problem:
    """One problem for a what-if that cannot be carried out: in the change itself, if there is one."""
    within = [p for p in found if p.file == by.label and not p.line] if not by.named else []
    if within:
        return within[0]
    at_changes = {(change.at.line, change.at.column) for change in by.changes}
    own = [p for p in found if (p.line, p.column) in at_changes]
    return blamed((own or _first(found))[0], by, situation)


@lru_cache(maxsize=4)
def _parsed(text: str, origin: str) -> tuple[Node, list[Problem]]:
    """The tree of a file that is changed again and again; nobody alters it."""
    return source.parse(text, origin)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file, from an earlier day or under what-ifs."""

    text: str
    origin: str
    root: Node
    as_of: date | None
    overlays: tuple[Overlay, ...]

    def resolved(self, problems: list[Problem]) -> tuple[Situation, list[Problem]]:
        """The situation, sound only if there are no problems; ``problems`` are those found so far."""
        root, problems = self.root, list(problems)
        for each in self.overlays:
            root, failed = changes.apply(root, each)
            problems += failed
        draft = validate(root, self.origin)
        draft.problems += problems
        draft.changed = bool(self.overlays)
        _move_back(draft, self.as_of)
        situation = replace(
            _resolve(draft),
            digest=self.digest(),
            what_if="; ".join(each.name for each in self.overlays),
            file=self.text,
            overlays=self.overlays,
            positions={path: (at.line, at.column) for path, at in tree.positions(root)},
        )
        return situation, draft.problems

    def digest(self) -> str:
        """SHA-256 of the file and of what was changed in it, in hexadecimal."""
        digest = hashlib.sha256(self.text.encode())
        for each in self.overlays:
            said = json.dumps(each.plain(), sort_keys=True, default=str)
            digest.update(f"\nwhat if {said}".encode())
        if self.as_of is not None:
            digest.update(f"\nas of {self.as_of.isoformat()}".encode())
        return digest.hexdigest()


def _move_back(draft: Draft, as_of: date | None) -> None:
    """Takes an earlier day as ``as_of``."""
    if as_of is None or draft.as_of is None or as_of == draft.as_of:
        return
    if as_of > draft.as_of:
        draft.add(("as_of",), f"{as_of} asked for, which is later", f"a day up to the file's {draft.as_of}")
        return
    draft.hindsight = draft.as_of
    draft.file = draft.file.model_copy(update={"as_of": as_of})


def _resolve(draft: Draft) -> Situation:
    """The situation, sound only if the draft has no problems in the end."""
    file = draft.file
    names.check(draft)
    dates.check(draft)
    for name, entry in file.sources.items():
        draft.sources[name] = Source(name, entry.citation, entry.url, entry.published)
    for name, entry in file.sources.items():
        draft.provenance(entry, ("sources", name))
    draft.provenance(file, ())
    meaning = Lexicon(draft)
    process.declare(meaning)
    quantities = numbers.quantities(meaning)
    case = commerce.declare(meaning, quantities)
    lexicon.define(meaning)
    facts = process.facts(meaning, quantities)
    actors = numbers.actors(meaning, quantities)
    windows = dates.windows(draft)
    steps = process.steps(meaning, quantities, windows)
    named = aims.step_windows(draft, windows)
    return Situation(
        title=file.title,
        question=file.question,
        as_of=file.as_of,
        horizon=file.horizon,
        sources=draft.sources,
        actors=actors,
        quantities=quantities,
        correlations=numbers.correlations(draft, quantities),
        facts=facts,
        steps=steps,
        definitions=meaning.definitions,
        payoffs=aims.payoffs(meaning, named),
        discount=aims.discount(draft),
        observed=aims.observations(meaning, named),
        questions=aims.questions(meaning),
        whatifs={name: _what_if(draft, name) for name in file.whatifs},
        negotiations=process.negotiations(draft),
        text=file.text,
        case=case,
        origin=draft.origin,
        notes=tuple(draft.notes),
    )


def _what_if(draft: Draft, name: str) -> WhatIf:
    entry = draft.file.whatifs[name]
    draft.provenance(entry, ("whatifs", name))
    added = {place: option.text for place, option in entry.add.items()}
    delayed = {place: (delay.past, delay.actors) for place, delay in entry.delay.items()}
    return WhatIf(name, entry.text, entry.change, entry.remove, added, entry.hide, entry.reveal, entry.commit, delayed)


def _failing_what_ifs(root: Node, origin: str, situation: Situation) -> list[Problem]:
    """What is wrong with the file once each what-if is carried out, told at the what-if."""
    found: list[Problem] = []
    for name in situation.whatifs:
        by = overlay.of_file(root, name, origin)
        altered, problems = changes.apply(root, by)
        if not problems:
            draft = validate(altered, origin)
            draft.changed = True
            _resolve(draft)
            within = changes.inside(root, name)
            inside = [p for p in draft.problems if (p.line, p.column) in within]
            problems = [blamed(p, by, situation) for p in inside or _first(draft.problems)]
        found += problems
    return found


def _first(problems: list[Problem]) -> list[Problem]:
    """The first mistake in a changed file, at no line; the file itself being sound, it comes of the change."""
    first = min(problems, key=lambda p: (p.line, p.column), default=None)
    return [] if first is None else [replace(first, line=0)]


WITH_IT = "with this change, "


def blamed(problem: Problem, by: Overlay, situation: Situation) -> Problem:
    """A mistake in the changed file, told of the what-if that makes it; at the change, where it is not in it."""
    found = f"{WITH_IT}at `{problem.where}`: {problem.found}" if problem.where else problem.found
    if not by.named:
        return replace(problem, file=by.label, line=0, column=0, where="", found=found)
    key = next(iter(by.changes)).where.split(".")[:3] if by.changes else ["whatifs", by.name]
    _, line, column = situation.place(key)
    if problem.line:
        line, column = problem.line, problem.column
    return replace(problem, line=line, column=column, where=".".join(key), found=found)
