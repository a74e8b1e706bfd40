"""Private facts and the steps of the process, in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detente.situation import chances, distributions, numbers
from detente.situation.draft import Draft
from detente.situation.expression import Expression, Happened, Operation, Scope, Symbol, constant, nearest
from detente.situation.lexicon import Lexicon, chance, guard, state_chance
from detente.situation.messages import listing
from detente.situation.model import Fact, Negotiation, Option, Quantity, Reveal, Step, Window
from detente.situation.names import option_names, point_text, scale_values, step_name
from detente.situation.schema import EventEntry, MoveEntry, PrivateNumberEntry, RevealEntry, SignalEntry
from detente.situation.settle import settled
from detente.situation.tree import Path

StepEntry = MoveEntry | EventEntry | SignalEntry | RevealEntry


# --------------------------------------------------------------------------- what the names mean


def declare(lexicon: Lexicon) -> None:
    """Enters the names of quantities, and private facts and steps with what they can come out as."""
    draft = lexicon.draft
    lexicon.quantities = list(draft.file.quantities)
    for name, entry in draft.file.private.items():
        if not isinstance(entry, PrivateNumberEntry):
            lexicon.facts[name] = Symbol("fact", tuple(entry.states))
            continue
        span = numbers.range_of(draft, entry, ("private", name))
        if span is None:
            draft.lose("private", name)
        else:
            means = distributions.level_means(span, entry.levels)
            lexicon.facts[name] = Symbol("fact", tuple(f"l{i + 1}" for i in range(entry.levels)), means)
    for index, step in enumerate(draft.file.steps):
        name = step_name(step)
        lexicon.order.setdefault(name, index)
        if isinstance(step, RevealEntry) or name in lexicon.steps:
            continue
        options = option_names(step)
        values = [value for value in _values(step) if value is not None]
        lexicon.steps[name] = Symbol("step", options, tuple(values) if len(values) == len(options) else None)
    lexicon.gather()


def _values(step: StepEntry) -> Sequence[float | None]:
    if isinstance(step, MoveEntry):
        if step.scale is not None:
            return scale_values(step.scale.start, step.scale.end, step.scale.count)
        return [option.value for option in (step.options or {}).values()]
    return []


# --------------------------------------------------------------------------- private facts


def facts(lexicon: Lexicon, quantities: dict[str, Quantity]) -> dict[str, Fact]:
    """The private facts; chances in words join the quantities."""
    draft = lexicon.draft
    made: dict[str, Fact] = {}
    for index, (name, entry) in enumerate(draft.file.private.items()):
        path: Path = ("private", name)
        known_to = _actors(draft, entry.known_to, (*path, "known_to"))
        provenance = draft.provenance(entry, path)
        symbol = lexicon.facts.get(name)
        if symbol is None:
            continue
        count = len(symbol.options)
        texts: tuple[str, ...] = ()
        if isinstance(entry, PrivateNumberEntry):
            level = constant(1 / count)
            shares: tuple[Expression, ...] | None = (level,) * count
        else:
            scope = lexicon.scope(state_chance(index))
            shares = chances.read(lexicon, entry.states, (*path, "states"), name, scope, quantities)
            for state, share in entry.states.items():
                draft.provenance(share, (*path, "states", state))
            _check_texts(draft, entry.texts, symbol.options, path)
            texts = tuple(entry.texts.get(state, share.text) for state, share in entry.states.items())
        if shares is not None:
            made[name] = Fact(name, known_to, symbol.options, shares, symbol.values, entry.text, texts, provenance)
    return made


def _actors(draft: Draft, ids: tuple[str, ...], path: Path) -> tuple[str, ...]:
    """The ids that are actors, in the order of the file; ``all`` and ``none`` stand for everyone and no one."""
    everyone = tuple(draft.file.actors)
    if ids == ("all",):
        return everyone
    if ids == ("none",):
        return ()
    known = [name for i, name in enumerate(ids) if draft.known("actors", "actor", name, everyone, (*path, i))]
    return tuple(name for name in everyone if name in known)


def _check_texts(draft: Draft, texts: dict[str, str], options: tuple[str, ...], path: Path) -> None:
    for name in texts:
        if name not in options:
            at = (*path, "texts", name)
            draft.add(at, f"a text for `{name}`", listing(options), nearest(name, options), key=True)


# --------------------------------------------------------------------------- steps


@dataclass(slots=True)
class _Frame:
    """What all kinds of steps share, resolved; ``guards`` and ``chances`` are what conditions and chances may use."""

    guards: Scope
    chances: Scope
    when: Expression | None
    on: Window | None


def steps(lexicon: Lexicon, quantities: dict[str, Quantity], windows: list[Window | None]) -> tuple[Step | Reveal, ...]:
    """The steps; chances in words join the quantities."""
    made: list[Step | Reveal] = []
    for index, entry in enumerate(lexicon.draft.file.steps):
        guards = lexicon.scope(guard(index))
        when = _guard(lexicon, entry.when, guards, ("steps", index, "when"))
        frame = _Frame(guards, lexicon.scope(chance(index)), when, windows[index])
        match entry:
            case MoveEntry():
                step: Step | Reveal | None = _move(lexicon, entry, index, frame)
            case EventEntry():
                step = _event(lexicon, entry, index, frame, quantities)
            case SignalEntry():
                step = _signal(lexicon, entry, index, frame, quantities)
            case RevealEntry():
                step = _reveal(lexicon, entry, index, frame)
        if step is not None:
            made.append(step)
    return tuple(made)


def _guard(lexicon: Lexicon, text: str | float | None, scope: Scope, path: Path) -> Expression | None:
    """A condition that shapes the game; what is certain in it stands as a number."""
    if text is None:
        return None
    expression = lexicon.draft.expression(text, scope, "condition", path)
    return None if expression is None else settled(expression, lexicon.certain)


def _seen_by(draft: Draft, entry: MoveEntry | EventEntry | SignalEntry, index: int, mover: str = "") -> tuple[str, ...]:
    seen = set(_actors(draft, entry.seen_by, ("steps", index, "seen_by"))) | {mover}
    return tuple(name for name in draft.file.actors if name in seen)


def _move(lexicon: Lexicon, entry: MoveEntry, index: int, frame: _Frame) -> Step:
    draft, path = lexicon.draft, ("steps", index)
    draft.known("actors", "actor", entry.actor, draft.file.actors, (*path, "actor"))
    options: list[Option] = []
    if entry.scale is not None:
        draft.provenance(entry.scale, (*path, "scale"))
        if entry.scale.start == entry.scale.end:
            draft.add((*path, "scale", "to"), "a scale that ends where it begins", "a `to` unlike `from`")
        numbered = zip(option_names(entry), _values(entry), strict=True)
        options = [Option(name, point_text(entry.scale.text, value), value) for name, value in numbered]
    for name, option in (entry.options or {}).items():
        at: Path = (*path, "options", name)
        when = _guard(lexicon, option.when, frame.guards, (*at, "when"))
        options.append(Option(name, option.text, option.value, when, provenance=draft.provenance(option, at)))
    seen = _seen_by(draft, entry, index, entry.actor)
    provenance = draft.provenance(entry, path)
    name, actor, text = entry.move, entry.actor, entry.text
    return Step(name, "move", tuple(options), seen, actor, None, frame.when, frame.on, text, provenance)


def _event(
    lexicon: Lexicon, entry: EventEntry, index: int, frame: _Frame, quantities: dict[str, Quantity]
) -> Step | None:
    draft, path = lexicon.draft, ("steps", index)
    name = entry.event
    shares = chances.read(lexicon, entry.chances, (*path, "chances"), name, frame.chances, quantities)
    _check_texts(draft, entry.texts, tuple(entry.chances), path)
    seen, provenance = _seen_by(draft, entry, index), draft.provenance(entry, path)
    origins = [draft.provenance(said, (*path, "chances", outcome)) for outcome, said in entry.chances.items()]
    if shares is None:
        return None
    options = tuple(
        Option(outcome, entry.texts.get(outcome, said.text), chance=share, provenance=origin)
        for (outcome, said), share, origin in zip(entry.chances.items(), shares, origins, strict=True)
    )
    return Step(name, "event", options, seen, None, None, frame.when, frame.on, entry.text, provenance)


def _signal(
    lexicon: Lexicon, entry: SignalEntry, index: int, frame: _Frame, quantities: dict[str, Quantity]
) -> Step | None:
    draft, path = lexicon.draft, ("steps", index)
    readings = option_names(entry)
    _check_texts(draft, entry.texts, readings, path)
    seen, provenance = _seen_by(draft, entry, index), draft.provenance(entry, path)
    what = _known_before(lexicon, entry.of, index, (*path, "of"))
    if what is None:
        return None
    if not _readings_complete(draft, entry, what, path):
        return None
    by_state: list[tuple[Expression, ...]] = []
    for state in what.options:
        shares = chances.read(
            lexicon,
            {reading: entry.readings[state][reading] for reading in readings},
            (*path, "readings", state),
            f"{entry.signal}.{state}",
            frame.chances,
            quantities,
        )
        for reading in readings:
            draft.provenance(entry.readings[state][reading], (*path, "readings", state, reading))
        if shares is not None:
            by_state.append(shares)
    if len(by_state) < len(what.options):
        return None
    options = tuple(
        Option(
            reading,
            entry.texts.get(reading, ""),
            chance=chances.given_state(entry.of, what.what, [shares[i] for shares in by_state]),
        )
        for i, reading in enumerate(readings)
    )
    when = frame.when
    if what.what == "step":
        happened = Happened(entry.of)
        when = happened if when is None else Operation("and", (happened, when), "condition")
    return Step(entry.signal, "signal", options, seen, None, entry.of, when, frame.on, entry.text, provenance)


def _readings_complete(draft: Draft, entry: SignalEntry, what: Symbol, path: Path) -> bool:
    """Tells of states and readings that are unknown or missing, a misspelt one once."""
    word = "states" if what.what == "fact" else "options"
    good = _same_names(draft, entry.readings, what.options, (*path, "readings"), f"{word} of `{entry.of}`")
    readings = option_names(entry)
    for state, shares in entry.readings.items():
        if state in what.options:
            good &= _same_names(draft, shares, readings, (*path, "readings", state), "readings")
    return good


def _same_names(draft: Draft, given: object, wanted: tuple[str, ...], path: Path, what: str) -> bool:
    names = [str(name) for name in given] if isinstance(given, dict) else []
    missing = [name for name in wanted if name not in names]
    unknown = [name for name in names if name not in wanted]
    for name in unknown:
        near = nearest(name, missing or wanted)
        missing = [each for each in missing if each != near]
        draft.add((*path, name), f"`{name}`", f"the {what}: {listing(wanted)}", near, key=True)
    if missing:
        found = f"no {listing(f'`{name}`' for name in missing)}"
        draft.add(path, found, f"each of the {what}: {listing(wanted)}", key=True)
    return not (missing or unknown)


def _reveal(lexicon: Lexicon, entry: RevealEntry, index: int, frame: _Frame) -> Reveal:
    draft, path = lexicon.draft, ("steps", index)
    of = tuple(
        name for i, name in enumerate(entry.of) if _known_before(lexicon, name, index, (*path, "of", i)) is not None
    )
    to = _actors(draft, entry.to, (*path, "to"))
    provenance = draft.provenance(entry, path)
    return Reveal(entry.reveal, of, to, frame.when, frame.on, entry.text, provenance)


def _known_before(lexicon: Lexicon, name: str, index: int, path: Path) -> Symbol | None:
    """The private fact, or the step before position ``index``, of that name; says so where there is none."""
    draft = lexicon.draft
    if name in lexicon.facts:
        return lexicon.facts[name]
    earlier = {step: symbol for step, symbol in lexicon.steps.items() if lexicon.order[step] < index}
    if name in earlier:
        return earlier[name]
    if draft.is_lost_name(name):
        return None
    names = [*lexicon.facts, *earlier]
    accepted = "a private fact or an earlier step" + (f": {listing(names)}" if names else ", and there is none")
    if name in lexicon.order:
        what = "this step itself" if lexicon.order[name] == index else "a later step"
        found = f"`{name}`, which is {'a reveal' if name not in lexicon.steps else what}"
        draft.add(path, found, accepted)
    elif name in lexicon.quantities or name in lexicon.definitions:
        kind = "quantity" if name in lexicon.quantities else "definition"
        draft.add(path, f"`{name}`, which is a {kind}", accepted)
    else:
        draft.add(path, f"unknown name `{name}`", accepted, nearest(name, names))
    return None


# --------------------------------------------------------------------------- negotiations


def negotiations(draft: Draft) -> dict[str, Negotiation]:
    """The negotiations that go on side by side; a step belongs to one of them at most."""
    made: dict[str, Negotiation] = {}
    owner: dict[str, str] = {}
    known = [step_name(step) for step in draft.file.steps]
    for name, entry in draft.file.negotiations.items():
        kept = []
        for index, step in enumerate(entry.steps):
            path: Path = ("negotiations", name, "steps", index)
            if not draft.known("steps", "step", step, known, path):
                continue
            if step in owner:
                draft.add(path, f"`{step}`, which belongs to `{owner[step]}`", "each step in one negotiation, once")
                continue
            owner[step] = name
            kept.append(step)
        made[name] = Negotiation(name, tuple(kept), entry.text, draft.provenance(entry, ("negotiations", name)))
    if len(made) == 1 and ("negotiations",) not in draft.lost:
        draft.add(("negotiations",), "one negotiation", "two or more that go on side by side, or none", key=True)
    return made
