"""What actors want, what has been observed, and what is asked."""

from __future__ import annotations

from datetime import date

from detente.situation import dates
from detente.situation.draft import Draft
from detente.situation.expression import Expression, nearest
from detente.situation.lexicon import PATH, QUESTION, Lexicon
from detente.situation.messages import listing
from detente.situation.model import Interest, Observation, Question, Window
from detente.situation.names import step_name
from detente.situation.schema import RevealEntry
from detente.situation.settle import settled
from detente.situation.tree import Path

Windows = dict[str, Window | None]
"""The window of each step by its name, None for an undated one."""


def step_windows(draft: Draft, windows: list[Window | None]) -> Windows:
    """The windows by the names of the steps."""
    return {step_name(step): window for step, window in zip(draft.file.steps, windows, strict=True)}


# --------------------------------------------------------------------------- payoffs


def payoffs(lexicon: Lexicon, windows: Windows) -> dict[str, tuple[Interest, ...]]:
    """Each actor's interests, in the order of the actors."""
    draft = lexicon.draft
    file = draft.file
    scope = lexicon.scope(PATH)
    made: dict[str, tuple[Interest, ...]] = {}
    for actor, interests in file.payoffs.items():
        if not draft.known("actors", "actor", actor, file.actors, ("payoffs", actor), key=True):
            continue
        found = []
        for name, entry in interests.items():
            path: Path = ("payoffs", actor, name)
            value = draft.expression(entry.value, scope, "number", (*path, "value"))
            at = _day(draft, entry.at, windows, (*path, "at"))
            provenance = draft.provenance(entry, path)
            if value is not None:
                found.append(Interest(name, value, at, entry.text, provenance))
        made[actor] = tuple(found)
    for actor in file.actors:
        if not file.payoffs.get(actor) and not draft.is_lost("payoffs", actor) and not draft.is_lost("actors", actor):
            accepted = f"`payoffs.{actor}` with at least one interest"
            draft.add(("actors", actor), f"no payoffs of `{actor}`", accepted, key=True)
    return {actor: made.get(actor, ()) for actor in file.actors}


def _day(draft: Draft, at: date | str | None, windows: Windows, path: Path) -> date | None:
    """The day an interest is enjoyed: a date, or the end of a step's window."""
    if not isinstance(at, str):
        return at
    dated = [name for name, window in windows.items() if window is not None]
    window = windows.get(at)
    if window is not None:
        return window.end
    accepted = "a date, or a dated step" + (f": {listing(dated)}" if dated else " (no step is dated)")
    if at in windows:
        draft.add(path, f"`{at}`, which is a step without a date", accepted)
    elif not draft.is_lost("steps", at):
        draft.add(path, f"unknown step `{at}`", accepted, nearest(at, dated))
    return None


def discount(draft: Draft) -> dict[str, float]:
    """Each actor's factor per year, 1 where none is given."""
    given = draft.file.discount
    if not isinstance(given, dict):
        return dict.fromkeys(draft.file.actors, given)
    for actor in given:
        draft.known("actors", "actor", actor, draft.file.actors, ("discount", actor), key=True)
    return {actor: given.get(actor, 1.0) for actor in draft.file.actors}


# --------------------------------------------------------------------------- observations


def observations(lexicon: Lexicon, windows: Windows) -> tuple[Observation, ...]:
    """What had been observed by ``as_of``."""
    draft = lexicon.draft
    made: list[Observation] = []
    seen: set[str] = set()
    for index, entry in enumerate(draft.file.observed):
        path: Path = ("observed", index)
        if _is_hindsight(draft, entry.on, entry.step, path):
            continue
        provenance = draft.provenance(entry, path)
        if not _step_exists(lexicon, entry.step, (*path, "step")):
            continue
        if entry.step in seen:
            draft.add((*path, "step"), f"`{entry.step}` a second time", "one observation of a step")
            continue
        seen.add(entry.step)
        options = lexicon.steps[entry.step].options
        if entry.value not in options:
            accepted = f"one of the options of `{entry.step}`: {listing(options)}"
            draft.add((*path, "value"), f"`{entry.value}`", accepted, nearest(entry.value, options))
            continue
        window = windows.get(entry.step)
        if window is not None and not window.start <= entry.on <= window.end:
            accepted = f"a day within the step's dates, {dates.spoken(window)}"
            draft.add((*path, "on"), f"`{entry.step}` observed on {entry.on}", accepted)
            continue
        made.append(Observation(entry.step, entry.value, entry.on, entry.text, provenance))
    return tuple(made)


def _is_hindsight(draft: Draft, on: date, step: str, path: Path) -> bool:
    """Whether an observation is later than ``as_of``: an error, unless ``as_of`` was moved back."""
    if draft.as_of is None or on <= draft.as_of:
        return False
    if draft.hindsight is None:
        draft.add((*path, "on"), f"{on}, after `as_of`", f"a day no later than {draft.as_of}")
    else:
        draft.note(f"observation of `{step}` on {on} left out: it is later than {draft.as_of}")
    return True


def _step_exists(lexicon: Lexicon, name: str, path: Path) -> bool:
    draft = lexicon.draft
    if any(isinstance(step, RevealEntry) and step.reveal == name for step in draft.file.steps):
        draft.add(path, f"`{name}`, which is a reveal and comes out one way only", f"a step: {listing(lexicon.steps)}")
        return False
    return draft.known("steps", "step", name, lexicon.steps, path) and not draft.is_lost("steps", name)


# --------------------------------------------------------------------------- questions


def questions(lexicon: Lexicon) -> tuple[Question, ...]:
    """The questions; what is certain in a condition stands as a number."""
    draft = lexicon.draft
    scope = lexicon.scope(QUESTION)

    def condition(text: str | float, path: Path) -> Expression | None:
        expression = draft.expression(text, scope, "condition", path)
        return None if expression is None else settled(expression, lexicon.certain)

    made: list[Question] = []
    for name, entry in draft.file.ask.items():
        path: Path = ("ask", name)
        when = condition(entry.when, (*path, "when"))
        given = None if entry.given is None else condition(entry.given, (*path, "given"))
        _check_by(draft, entry.by, (*path, "by"))
        provenance = draft.provenance(entry, path)
        if when is not None:
            made.append(Question(name, entry.text, when, entry.by, given, entry.given_text, provenance))
    return tuple(made)


def _check_by(draft: Draft, by: date | None, path: Path) -> None:
    if by is not None and draft.horizon is not None and by > draft.horizon:
        draft.add(path, f"{by}, after `horizon`", f"a day no later than {draft.horizon}")
    elif by is not None and draft.as_of is not None and by < draft.as_of:
        draft.add(path, f"{by}, before `as_of`", f"a day no earlier than {draft.as_of}")
