"""The process of a situation as rows: what happens when, who decides it and who sees it.

In comes a :class:`~detente.situation.model.Situation`, out come frozen rows in time order, private facts first, which
the picture and the terminal table both draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from detente.report import words
from detente.report.conditions import condition
from detente.situation.expression import Expression, Happened
from detente.situation.model import Fact, Reveal, Situation, Step, Window

Mark = Literal["decides", "sees", "blind", "knows", "shown"]
LINES_SHOWN = 12
"""Most options listed of a step, what was observed apart."""
CHANCE = ""
"""Lane of events and signals, which no actor controls."""

MEANINGS: Mapping[Mark, str] = {
    "decides": "decides (or chance does)",
    "sees": "sees how it comes out",
    "blind": "does not see it",
    "knows": "knows the private fact",
    "shown": "is shown it from here on",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One option, reading or state; ``guard`` is the condition under which it is there."""

    text: str
    guard: str = ""
    observed: bool = False


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One step, reveal or private fact. ``marks`` is by lane (actor id, or :data:`CHANCE`)."""

    name: str
    title: str
    kind: str
    on: str
    marks: Mapping[str, Mark]
    lines: tuple[Line, ...]
    guard: str = ""
    past: bool = False
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A column: ``short`` fits above it, ``name`` explains it."""

    id: str
    short: str
    name: str


def lanes(situation: Situation) -> tuple[Lane, ...]:
    """One lane an actor in the file's order, and one for chance if it has a part."""
    found = [Lane(a.id, words.plain(a.id), a.name) for a in situation.actors.values()]
    if any(isinstance(step, Step) and step.actor is None for step in situation.steps):
        found.append(Lane(CHANCE, "chance", "Chance"))
    return tuple(found)


def rows(situation: Situation) -> tuple[ProcessRow, ...]:
    """Private facts, then the steps and reveals in time order."""
    observed = {o.step: o.option for o in situation.observed}
    titles = {f.name: title_of(f) for f in situation.facts.values()} | {s.name: title_of(s) for s in situation.steps}
    found = [_fact(fact, situation) for fact in situation.facts.values()]
    for step in situation.steps:
        found.append(
            _reveal(step, situation, titles)
            if isinstance(step, Reveal)
            else _step(step, situation, observed.get(step.name))
        )
    return tuple(found)


def finding(situation: Situation) -> str:
    """Who decides how much of what lies ahead, and how much of it all somebody does not see, in a sentence or two."""
    found, names = rows(situation), {lane.id: lane.name for lane in lanes(situation) if lane.id}
    deciders = [a for row in found if not row.past for a, mark in row.marks.items() if mark == "decides" and a in names]
    shown = [row for row in found if row.kind != "reveal"]
    hidden = sum("blind" in row.marks.values() for row in shown)
    return f"{_ahead(deciders, names)} {_hidden(hidden, len(shown))}"


def _ahead(deciders: list[str], names: Mapping[str, str]) -> str:
    """Whose decisions lie ahead, those first who have most."""
    counts = {a: deciders.count(a) for a in sorted(dict.fromkeys(deciders), key=lambda a: -deciders.count(a))}
    each = [f"{number} of {words.midway(names[a])}" for a, number in counts.items()]
    match len(deciders):
        case 0:
            return "No decision lies ahead."
        case 1:
            return f"One decision lies ahead, {each[0].removeprefix('1 ')}."
    return f"{len(deciders)} decisions lie ahead: {words.joined(each)}."


def _hidden(number: int, of: int) -> str:
    if not number:
        return "Everybody sees how everything comes out."
    return f"Of the {of} private facts and steps, {number} {'is' if number == 1 else 'are'} hidden from somebody."


def title_of(item: Fact | Step | Reveal) -> str:
    """What a fact, step or reveal is called for the reader."""
    return item.text or words.capital(words.plain(item.name))


def _fact(fact: Fact, situation: Situation) -> ProcessRow:
    marks: dict[str, Mark] = {a: "knows" if a in fact.known_to else "blind" for a in situation.actors}
    texts = fact.state_texts or ("",) * len(fact.states)
    if fact.values is not None:
        lines: tuple[Line, ...] = (
            Line(
                f"a number: {len(fact.values)} levels from {words.number(fact.values[0])} to {words.number(fact.values[-1])}"
            ),
        )
    else:
        lines = _few(tuple(Line(text or words.plain(state)) for text, state in zip(texts, fact.states, strict=True)))
    return ProcessRow(fact.name, title_of(fact), "private fact", "", marks, lines, past=True)


def _step(step: Step, situation: Situation, observed: str | None) -> ProcessRow:
    marks: dict[str, Mark] = {a: "sees" if a in step.seen_by else "blind" for a in situation.actors}
    marks[step.actor or CHANCE] = "decides"
    lines = tuple(
        Line(option.text or words.plain(option.wording), _guard((option.when,), situation), option.name == observed)
        for option in step.options
    )
    past = observed is not None or (step.on is not None and step.on.end <= situation.as_of)
    return ProcessRow(
        step.name, title_of(step), _kind(step, situation), words.window(step.on), marks, _scale(step, lines),
        "" if _own_subject(step) else _guard((step.when,), situation), past, step.on,
    )  # fmt: skip


def _own_subject(step: Step) -> bool:
    """Whether the guard says no more than that a signal needs the step it is of."""
    return step.kind == "signal" and isinstance(step.when, Happened) and step.when.name == step.of


def _kind(step: Step, situation: Situation) -> str:
    """Who acts, or what kind of chance it is."""
    if step.actor is not None:
        return situation.actors[step.actor].name
    return f"signal of {words.plain(step.of)}" if step.kind == "signal" and step.of else step.kind


def _scale(step: Step, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A long scale of values without words is one line, and a second one where a point of it was observed."""
    values = [option.value for option in step.options]
    bare = all(not option.text and option.value is not None and option.when is None for option in step.options)
    if not bare or len(lines) < 5 or values[0] is None or values[-1] is None:
        return _few(lines)
    whole = Line(
        f"a point on a scale from {words.number(values[0])} to {words.number(values[-1])}, {len(lines)} of them"
    )
    seen = (
        Line(words.number(v), observed=True)
        for v, line in zip(values, lines, strict=True)
        if line.observed and v is not None
    )
    return (whole, *seen)


def _few(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The first of very many lines and those observed, and how many more there are."""
    if len(lines) <= LINES_SHOWN:
        return lines
    kept = (*lines[:LINES_SHOWN], *(line for line in lines[LINES_SHOWN:] if line.observed))
    left = len(lines) - len(kept)
    return (*kept, Line(f"and {words.count(left)} more")) if left else kept


def _reveal(reveal: Reveal, situation: Situation, titles: Mapping[str, str]) -> ProcessRow:
    seen = {s.name: s.seen_by for s in situation.steps if isinstance(s, Step)}
    seen |= {f.name: f.known_to for f in situation.facts.values()}
    marks: dict[str, Mark] = {a: "sees" if all(a in seen[name] for name in reveal.of) else "shown" for a in reveal.to}
    lines = tuple(Line(f"shows: {titles[name]}") for name in reveal.of)
    past = reveal.on is not None and reveal.on.end <= situation.as_of
    return ProcessRow(
        reveal.name,
        title_of(reveal),
        "reveal",
        words.window(reveal.on),
        marks,
        lines,
        _guard((reveal.when,), situation),
        past,
        reveal.on,
    )


def _guard(conditions: Iterable[Expression | None], situation: Situation) -> str:
    return " and ".join(condition(c, situation) for c in conditions if c is not None)


def now_after(found: tuple[ProcessRow, ...]) -> int:
    """Number of rows that lie behind: the line of the present is drawn below them."""
    return max((i + 1 for i, row in enumerate(found) if row.past and row.kind != "private fact"), default=0)
