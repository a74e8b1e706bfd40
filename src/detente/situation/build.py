"""From the text of a file to a :class:`Situation`: reading, checking and resolving, in that order.

Every stage records its mistakes in the :class:`Draft` and goes on with what is sound, so that one reading
tells all that is wrong with a file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path as FilePath

from detente.situation import aims, changes, dates, lexicon, names, numbers, process, source, tree
from detente.situation.draft import Draft
from detente.situation.lexicon import Lexicon
from detente.situation.messages import Problem, SituationError
from detente.situation.model import Situation, Source, WhatIf
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
    if what_if is not None:
        changes.check_name(root, what_if, name)
        root, failed = changes.apply(root, what_if, name)
        problems += failed
    draft = validate(root, name)
    draft.problems += problems
    _move_back(draft, as_of)
    positions = {path: (at.line, at.column) for path, at in tree.positions(root)}
    digest = _digest(text, root, as_of, what_if)
    situation = replace(_resolve(draft), digest=digest, what_if=what_if or "", positions=positions)
    if not draft.problems and what_if is None:
        draft.problems += _failing_what_ifs(root, name, situation)
    if draft.problems:
        raise SituationError(draft.problems)
    return situation


def _digest(text: str, root: Node, as_of: date | None, what_if: str | None) -> str:
    """SHA-256 of the file and of what was changed in it, in hexadecimal."""
    digest = hashlib.sha256(text.encode())
    if what_if is not None:
        change = tree.find(root, ("whatifs", what_if, "change"))
        said = json.dumps(tree.plain(change) if change else None, sort_keys=True, default=str)
        digest.update(f"\nwhat if {said}".encode())
    if as_of is not None:
        digest.update(f"\nas of {as_of.isoformat()}".encode())
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
        text=file.text,
        origin=draft.origin,
        notes=tuple(draft.notes),
    )


def _what_if(draft: Draft, name: str) -> WhatIf:
    entry = draft.file.whatifs[name]
    draft.provenance(entry, ("whatifs", name))
    return WhatIf(name, entry.text, entry.change)


def _failing_what_ifs(root: Node, origin: str, situation: Situation) -> list[Problem]:
    """What is wrong with the file once each what-if is carried out.

    The file itself being sound, a mistake at a place outside the change comes of the change; of these the
    first is told, at the what-if.
    """
    found: list[Problem] = []
    for name in situation.whatifs:
        changed, problems = changes.apply(root, name, origin)
        if not problems:
            draft = validate(changed, origin)
            _resolve(draft)
            places = changes.inside(root, name)
            within = [p for p in draft.problems if (p.line, p.column) in places]
            first = min(draft.problems, key=lambda p: (p.line, p.column), default=None)
            elsewhere = [replace(first, line=0)] if first is not None else []
            problems = [_blamed(p, name, situation) for p in within or elsewhere]
        found += problems
    return found


def _blamed(problem: Problem, name: str, situation: Situation) -> Problem:
    """A mistake in the changed file, told of the what-if that makes it; at the change, where it is not in it."""
    _, line, column = situation.place(("whatifs", name, "change"))
    if problem.line:
        line, column = problem.line, problem.column
    found = f"with this change, `{problem.where}` has {problem.found}" if problem.where else problem.found
    return replace(problem, line=line, column=column, where=f"whatifs.{name}.change", found=found)
