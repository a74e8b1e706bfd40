"""What stands behind each part of the picture of the process: who sees it, the file's notes, and the sources of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from detente.report import charts, process, words
from detente.report.brief import link
from detente.report.process_rows import title_of
from detente.situation.expression import Expression, names
from detente.situation.model import Fact, Provenance, Reveal, Situation, Step

Data = dict[str, Any]


def picture(situation: Situation) -> Data:
    """The process drawn for wide and narrow places as in the brief, and what is behind each step, fact and actor by name."""
    behind = {name: _fact(fact, situation) for name, fact in situation.facts.items()}
    for step in situation.steps:
        behind[step.name] = _reveal(step, situation) if isinstance(step, Reveal) else _step(step, situation)
    return {
        "wide": process.draw(situation),
        "narrow": process.draw(situation, charts.NARROW),
        "behind": behind,
        "actors": {name: _actor(name, situation) for name in situation.actors},
    }


def _item(label: str, found: Provenance, situation: Situation, text: str = "") -> Data:
    cited = [situation.sources[name] for name in found.sources if name in situation.sources]
    sources = [{"citation": source.citation, "url": link(source.url)} for source in cited]
    return {"label": label, "text": " ".join(part for part in (text, found.note) if part), "sources": sources}


def _told(items: Iterable[Data]) -> list[Data]:
    """Those that say something."""
    return [item for item in items if item["text"] or item["sources"]]


def _named(situation: Situation, actors: Iterable[str]) -> str:
    return words.joined([words.midway(situation.actors[actor].name) for actor in actors])


def _sight(situation: Situation, seers: Iterable[str], verb: str) -> str:
    """Who sees it and who does not, in one or two sentences."""
    seers = set(seers)
    seeing = [actor for actor in situation.actors if actor in seers]
    blind = [actor for actor in situation.actors if actor not in seers]
    if not blind:
        return f"{verb} all."
    shown = f"{verb} {_named(situation, seeing)}." if seeing else ""
    return f"{shown} Not {verb.split()[1]} {_named(situation, blind)}.".strip()


def _fact(fact: Fact, situation: Situation) -> Data:
    items = [_item("Private fact", fact.provenance, situation)]
    items += _numbers(fact.name, fact.chances, situation)
    return {
        "title": title_of(fact), "who": _sight(situation, fact.known_to, "Known to"), "when": "", "items": _told(items),
    }  # fmt: skip


def _step(step: Step, situation: Situation) -> Data:
    kind = situation.actors[step.actor].name if step.actor else words.capital(step.kind)
    items = [_item("Step", step.provenance, situation)]
    items += [_item(option.text or words.plain(option.name), option.provenance, situation) for option in step.options]
    for observed in situation.observed:
        if observed.step == step.name:
            option = next(o for o in step.options if o.name == observed.option)
            happened = observed.text or option.text or words.plain(option.name)
            items.append(
                _item(f"On record, {words.day(observed.on)}", observed.provenance, situation, words.sentence(happened))
            )
    used = [e for o in step.options for e in (o.chance, o.when) if e is not None]
    items += _numbers(step.name, [*used, *([step.when] if step.when is not None else [])], situation)
    return {
        "title": f"{kind}: {title_of(step)}", "who": _sight(situation, step.seen_by, "Seen by"),
        "when": words.window(step.on), "items": _told(items),
    }  # fmt: skip


def _reveal(reveal: Reveal, situation: Situation) -> Data:
    return {
        "title": title_of(reveal),
        "who": f"From here on it is seen by {_named(situation, reveal.to)}.",
        "when": words.window(reveal.on),
        "items": _told([_item("Reveal", reveal.provenance, situation)]),
    }


def _actor(name: str, situation: Situation) -> Data:
    actor = situation.actors[name]
    items = [
        _item("Who it is", Provenance(), situation, actor.text),
        _item("How reliably it picks its better option (precision)", actor.provenance, situation),
    ]
    wanted, told = [], set[str]()
    for interest in situation.payoffs.get(name, ()):
        label = f"It wants: {interest.text or words.plain(interest.name)}"
        wanted.append(_item(label, interest.provenance, situation))
        used = [q for q in situation.quantities.values() if q.name in names(interest.value).quantities - told]
        told |= {q.name for q in used}
        wanted += _told(_item(q.text or words.plain(q.name), q.provenance, situation) for q in used)
    return {"title": actor.name, "who": "", "when": "", "items": [*_told(items), *wanted]}


def _numbers(name: str, used: Iterable[Expression], situation: Situation) -> Iterator[Data]:
    """The quantities in some expressions, and those that stand within a step or fact itself."""
    found = {q for expression in used for q in names(expression).quantities}
    found |= {q for q in situation.quantities if q.startswith(f"{name}.")}
    for each in (situation.quantities[q] for q in situation.quantities if q in found):
        yield _item(each.text or words.plain(each.name.rpartition(".")[2]), each.provenance, situation)
