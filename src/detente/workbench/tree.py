"""The game tree opened node by node, as plain data: who moves, what the mover knows and believes, what may come of it, what an end pays.

A node is named by the way to it, one ``step=outcome`` for each node on it, so that a way is still good where numbers have moved and the
game has been solved anew. What takes place without a choice or chance is no node and is told among what has come about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.forecast.summary import Summary
from detente.report import words
from detente.report.exhibits import Exhibit, drawn_step
from detente.report.findings import Figure, NextStep, OptionChance
from detente.report.process_rows import title_of
from detente.situation.model import Reveal, Situation, Step
from detente.workbench.played import Played, outcomes
from detente.workbench.session import Session
from detente.workbench.stream import Hand

if TYPE_CHECKING:
    import pandas as pd

Data = dict[str, Any]
STATES = 8
"""Outcomes of one unseen thing that are listed, likeliest first."""
SAME = 1e-6
"""Chances that differ by less are shown once."""
NOTHING = ("", "it does not come to it")


class Trees:
    """The play last asked for, kept while its tree is being opened; it is the same for every tab."""

    def __init__(self) -> None:
        self._kept: tuple[Session, tuple[str, ...], Played] | None = None

    def opened(self, session: Session, changes: tuple[str, ...], way: Sequence[str], hand: Hand) -> Data:
        """A node of the game under these changes. Errors as :meth:`~detente.workbench.session.Session.ask`'s."""
        kept = self._kept
        if kept is None or kept[0] is not session or kept[1] != changes:
            kept = self._kept = (session, changes, session.played(changes, hand.withdrawn, hand.progress))
        return opened(kept[2], way) | {"of": session.stages[-1]}

    def exhibits(self, session: Session, changes: tuple[str, ...], way: Sequence[str]) -> dict[str, Exhibit]:
        """The node at the end of a way, to be taken away as ``tree``; nothing where the tree is not open under these changes."""
        kept = self._kept
        if kept is None or kept[0] is not session or kept[1] != changes:
            return {}
        return {"tree": exhibit(opened(kept[2], way))}


def opened(played: Played, way: Sequence[str]) -> Data:
    """The node at the end of a way from the root, as far as it can be followed."""
    node, crumbs = 0, [_crumb("", "The beginning", "", 0, played)]
    for key in way:
        found = next((child for name, _, child in _edges(played, node) if name == key), None)
        if found is None:
            break
        step, text = _key_words(played, node, key)
        node = found
        crumbs.append(_crumb(key, text, step, node, played))
    situation = played.task.game.situation
    return {
        "way": [crumb["key"] for crumb in crumbs[1:]],
        "crumbs": crumbs,
        "draws": int((played.weight > 0).sum()),
        "nodes": played.task.game.tree.nodes,
        "possible": played.possible(node),
        "reached": _figure(played.reached(node)),
        "come": _come(played, node),
        **(_end(played, node, situation) if played.is_end(node) else _inner(played, node, situation)),
    }


def _crumb(key: str, text: str, step: str, node: int, played: Played) -> Data:
    return {"key": key, "text": text, "step": step, "reached": _figure(played.reached(node))["percent"]}


def _edges(played: Played, node: int) -> list[tuple[str, int, int]]:
    """Key, number of the outcome, and child of each edge of a node."""
    if played.is_end(node):
        return []
    name, children = played.step(node), played.children(node)
    names = [outcome for outcome, _ in outcomes(played, name)]
    codes = played.codes(name, children)
    return [(f"{name}={names[code]}", int(code), int(child)) for code, child in zip(codes, children, strict=True)]


def _key_words(played: Played, node: int, key: str) -> tuple[str, str]:
    name = played.step(node)
    return _title(played.task.game.situation, name), dict(outcomes(played, name))[key.partition("=")[2]]


def _title(situation: Situation, name: str) -> str:
    return title_of(situation.facts[name] if name in situation.facts else _step(situation, name))


def _who(situation: Situation, name: str) -> str:
    """Whose move it is."""
    if name in situation.facts:
        return "Private fact"
    actor = _step(situation, name).actor
    return situation.actors[actor].name if actor else "Chance"


def _step(situation: Situation, name: str) -> Step:
    return next(s for s in situation.steps if not isinstance(s, Reveal) and s.name == name)


def _figure(found: Summary) -> Data:
    figure = Figure(found.mean, found.low, found.high)
    if not figure.known:
        return {"mean": None, "low": None, "high": None, "percent": words.MISSING, "interval": ""}
    return {
        "mean": figure.mean, "low": figure.low, "high": figure.high, "percent": figure.percent, "interval": figure.interval,
    }  # fmt: skip


# --------------------------------------------------------------------------- a node


def _inner(played: Played, node: int, situation: Situation) -> Data:
    name = played.step(node)
    fact = name in situation.facts
    step = None if fact else _step(situation, name)
    record = {observed.step: observed.option for observed in situation.observed}
    actor = step.actor if step is not None else None
    knows, unseen = _information(played, node) if actor else ([], [])
    return {
        "kind": "fact" if fact else "move" if actor else "chance",
        "step": name,
        "title": _title(situation, name),
        "who": _who(situation, name),
        "on": words.window(step.on) if step is not None else "",
        "options": _options(played, node, record.get(name, "")),
        "knows": knows,
        "unseen": unseen,
        "alike": len(played.together(node)),
    }


def _options(played: Played, node: int, happened: str) -> list[Data]:
    """What a node may come to; by play too where the record makes a difference."""
    given, by_play = played.chances(node), played.chances_by_play(node)
    texts = dict(outcomes(played, played.step(node)))
    rows = []
    for i, (key, _, child) in enumerate(_edges(played, node)):
        outcome = key.partition("=")[2]
        before = None
        if given is not None and not abs(given[i].mean - by_play[i].mean) < SAME:
            before = _figure(by_play[i])
        rows.append({
            "key": key, "text": texts[outcome], "figure": _figure((given or by_play)[i]), "before": before,
            "happened": outcome == happened, "possible": played.possible(child), "next": _next(played, child),
        })  # fmt: skip
    return rows


def _next(played: Played, child: int) -> str:
    """What comes after, in a word or two."""
    if played.is_end(child):
        return "the end"
    situation = played.task.game.situation
    name = played.step(child)
    return f"{_who(situation, name)}: {_title(situation, name)}"


def _information(played: Played, node: int) -> tuple[list[Data], list[Data]]:
    """What the mover at a node knows or can tell, and what it thinks of the rest."""
    situation = played.task.game.situation
    nodes = played.together(node)
    knows, unseen = [], []
    for name in played.before(node):
        codes = played.codes(name, nodes)
        texts = [NOTHING, *outcomes(played, name)]
        if (codes == codes[0]).all():
            if codes[0] >= 0:
                knows.append({"title": _title(situation, name), "text": texts[int(codes[0]) + 1][1]})
            continue
        present, groups = np.unique(codes, return_inverse=True)
        thought = sorted(zip(present, played.beliefs(node, groups), strict=True), key=lambda pair: -pair[1].mean)
        states = [{"text": texts[int(code) + 1][1], "figure": _figure(found)} for code, found in thought]
        unseen.append(
            {"title": _title(situation, name), "states": states[:STATES], "more": max(0, len(states) - STATES)}
        )
    return knows, unseen


def _come(played: Played, node: int) -> list[Data]:
    """What has come about before a node, chosen or not."""
    situation = played.task.game.situation
    record = {observed.step: observed.option for observed in situation.observed}
    rows = []
    for name in played.before(node):
        code = int(played.codes(name, np.asarray([node]))[0])
        if code >= 0:
            outcome, text = outcomes(played, name)[code]
            rows.append({"title": _title(situation, name), "text": text, "recorded": record.get(name) == outcome})
    return rows


# --------------------------------------------------------------------------- to take away


def exhibit(found: Data) -> Exhibit:
    """A node as a chart of what may come of it and a table; of an end, what it pays as a table alone."""
    way = "; ".join(crumb["text"] for crumb in found["crumbs"][1:])
    if found["kind"] == "end":
        return Exhibit(None, lambda: _paid(found))
    options = tuple(OptionChance(each["text"], _as_figure(each["figure"])) for each in found["options"])
    step = NextStep(found["step"], found["title"], found["who"], found["reached"]["mean"] or 0.0, options)
    note = (
        f"Over {words.count(found['draws'])} draws. The way there: {way}."
        if way
        else f"Over {words.count(found['draws'])} draws."
    )
    return Exhibit(lambda: drawn_step(step), lambda: _listed(found), note)


def _as_figure(found: Data) -> Figure:
    return Figure(*(math.nan if found[name] is None else found[name] for name in ("mean", "low", "high")))


def _listed(found: Data) -> pd.DataFrame:
    """What may come of a node, by play too, and what its mover thinks of what it cannot tell."""
    import pandas as pd

    rows = [
        ("option", found["title"], each["text"], each["figure"], each["before"] or each["figure"]) for each in found["options"]
    ] + [
        ("belief", thing["title"], state["text"], state["figure"], {}) for thing in found["unseen"] for state in thing["states"]
    ]  # fmt: skip
    names = ("mean", "low", "high")
    columns = ("kind", "of", "outcome", "probability", "low", "high", "by_play", "by_play_low", "by_play_high")
    table = [(*row[:3], *(row[3][n] for n in names), *(row[4].get(n) for n in names)) for row in rows]
    return pd.DataFrame(table, columns=list(columns))


def _paid(found: Data) -> pd.DataFrame:
    """What an end pays, interest by interest."""
    import pandas as pd

    return pd.DataFrame(
        [
            (actor["name"], part["text"], part["value"])
            for actor in found["payoffs"]
            for part in ({"text": "all", "value": actor["value"]}, *actor["parts"])
        ],
        columns=["actor", "interest", "payoff"],
    )


# --------------------------------------------------------------------------- an end


def _end(played: Played, node: int, situation: Situation) -> Data:
    """What an end pays each actor, with the parts of it."""
    interests = played.task.game.interests
    found = played.payoffs(node)
    parts, totals = found[: len(interests)], found[len(interests) :]
    texts = {(a, i.name): i.text for a, own in situation.payoffs.items() for i in own}
    rows = []
    for actor, total in zip(played.task.game.tree.actors, totals, strict=True):
        own = [
            {
                "text": texts[actor, table.interest] or words.capital(words.plain(table.interest)),
                "value": _units(part),
            }
            for table, part in zip(interests, parts, strict=True)
            if table.actor == actor and (part.low, part.mean, part.high) != (0, 0, 0)
        ]
        rows.append({"name": situation.actors[actor].name, "value": _units(total), "mean": total.mean, "parts": own})
    return {"kind": "end", "step": "", "title": "The end", "who": "", "on": "", "options": [], "payoffs": rows}


def _units(found: Summary) -> str:
    """A payoff in the file's units, with its interval where it has one."""
    mean, low, high = (_number(value) for value in (found.mean, found.low, found.high))
    return mean if low == high else f"{mean} ({low} to {high})"


def _number(value: float) -> str:
    return words.number(value + 0.0 if abs(value) > 1e-12 else 0.0).replace("-", "−")
