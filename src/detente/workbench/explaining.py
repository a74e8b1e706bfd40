"""Who can change it, what showing and hiding and hanging together is worth, and who would say otherwise: the brief's sections, one at a time, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from detente.explain.dissent import DRAWS as DISSENT_DRAWS
from detente.explain.dissent import dissent
from detente.explain.generated import DRAWS, situation_of
from detente.explain.information import information
from detente.explain.leverage import leverage
from detente.explain.linkage import linkage
from detente.forecast.result import Forecast
from detente.report import agreement, dissent_page, explained, levers, matrix_chart, words
from detente.report.charts import Chart
from detente.report.effects import gains_and_costs
from detente.report.exhibits import Exhibit
from detente.situation.model import Situation
from detente.solve.workers import Workers
from detente.workbench.session import GENTLE, Session, stand_back
from detente.workbench.stream import Hand

Data = dict[str, Any]
Made = tuple[Data, dict[str, Exhibit]]

QUICK = 64
"""Draws on which each change is tried first: somebody waits for it."""
LEVERS = 12
"""Levers that are listed."""


def parts(situation: Situation) -> list[Data]:
    """The sections that can be asked for, with the question that each answers; linkage where the file declares negotiations."""
    asked = {name: title for name, (title, *_) in SECTIONS.items() if name != "linkage" or situation.negotiations}
    return [{"name": name, "title": title} for name, title in asked.items()]


@dataclass(frozen=True)
class Section:
    """A section as the page shows it, and its charts and tables, whole, to be taken away."""

    data: Data
    exhibits: Mapping[str, Exhibit]


class Sections:
    """The sections worked out of late under the same changes, kept for what may be taken of them."""

    def __init__(self) -> None:
        self._under: tuple[Session, tuple[str, ...]] | None = None
        self._kept: dict[str, Section] = {}

    def asked(self, session: Session, changes: tuple[str, ...], name: str, hand: Hand, *, fine: bool = False) -> Data:
        """One section, as :func:`section`."""
        found = section(session, changes, name, hand, fine=fine)
        if self._under != (session, changes):
            self._under, self._kept = (session, changes), {}
        self._kept[name] = found
        return found.data

    def exhibits(self, session: Session, changes: tuple[str, ...]) -> dict[str, Exhibit]:
        """The charts and tables of what was asked for under these changes, by name."""
        kept = self._kept if self._under == (session, changes) else {}
        return {name: exhibit for each in list(kept.values()) for name, exhibit in each.exhibits.items()}


def section(session: Session, changes: Sequence[str], name: str, hand: Hand, *, fine: bool = False) -> Section:
    """One section for the situation under these changes, worked out behind whatever a hand asks meanwhile.

    Quickly on :data:`QUICK` draws, or ``fine`` on as many as the command line tries (``finer`` of the data: how many that would be, 0 where it is no more).
    Raises ``KeyError`` for a section there is not, :class:`~detente.workbench.session.CancelledError`, and ``SituationError`` where it cannot be asked.
    """
    title, work, most = SECTIONS[name]
    finest = min(most, session.stages[-1])
    draws = finest if fine else min(QUICK, finest)
    forecast = None
    for stage in session.ask(tuple(changes), hand.withdrawn):
        forecast = stage.forecast
    if forecast is None:
        raise ValueError("there is no forecast yet")
    with Workers(1, partial(stand_back, GENTLE)) as pool:
        data, exhibits = work(forecast, draws, hand, pool)
        return Section({"name": name, "title": title, "finer": finest if draws < finest else 0, **data}, exhibits)


def _leverage(forecast: Forecast, draws: int, hand: Hand, pool: Workers) -> Made:
    found = leverage(forecast, draws=draws, executor=pool, progress=hand.progress)
    situation, names = situation_of(forecast), forecast.provenance.actors
    rows = [
        {
            "words": lever.words,
            "actor": names.get(lever.actor, lever.actor),
            "text": levers.phrase(lever, situation),
            "told": words.sentence(words.capital(gains_and_costs(lever.consequences))),
        }
        for lever in found.ranked[:LEVERS]
    ]
    matrix, told = explained.matrix(found, situation), found.in_words()
    shown = {**asdict(matrix), "actors": [words.midway(name) for name in matrix.actors]}
    data = {"told": told, "matrix": shown, "levers": rows, "how": _tried(found.draws, found.solved)}
    return data, {
        "leverage": Exhibit(lambda: (levers.finding(found), matrix_chart.draw(matrix)), lambda: found.matrix),
        "levers": Exhibit(None, lambda: found.payoffs),
    }


def _information(forecast: Forecast, draws: int, hand: Hand, pool: Workers) -> Made:
    found = information(forecast, draws=draws, executor=pool, progress=hand.progress)
    situation = situation_of(forecast)
    data = {
        "told": found.in_words(),
        "entries": [asdict(entry) for entry in explained.disclosed(found, situation)],
        "record": [asdict(row) for row in explained.taught(found, situation)],
        "how": _tried(found.draws, found.solved),
    }
    return data, {
        "information": Exhibit(None, lambda: found.payoffs),
        "record": Exhibit(None, lambda: found.record),
    }


def _linkage(forecast: Forecast, draws: int, hand: Hand, pool: Workers) -> Made:
    hand.progress(0, 1)
    found = linkage(forecast, draws=draws, executor=pool)
    entry = explained.cut_apart(found, situation_of(forecast))
    data = {"told": found.in_words(), "entries": [asdict(entry)], "how": _tried(found.draws, 1)}
    return data, {"linkage": Exhibit(None, lambda: found.payoffs)}


def _dissent(forecast: Forecast, draws: int, hand: Hand, pool: Workers) -> Made:
    found = dissent(forecast, draws, executor=pool, progress=hand.progress)
    chart = dissent_page.chart(found)
    data = {"told": agreement.in_words(found), "chart": drawn(chart), "how": " ".join(agreement.notes(found))}
    return data, {"dissent": Exhibit(lambda: ("Who would say otherwise", chart.wide), lambda: found.answers)}


def drawn(chart: Chart) -> Data:
    """A chart for wide places and for narrow ones."""
    return {"wide": chart.wide, "narrow": chart.narrow}


def _tried(draws: int, games: int) -> str:
    solved = "One changed game" if games == 1 else f"{words.count(games)} changed games, each"
    return f"{solved} on {draws} draws; only what is clear is told."


Work = Callable[[Forecast, int, Hand, Workers], Made]
SECTIONS: Mapping[str, tuple[str, Work, int]] = {
    "leverage": ("Who can change it", _leverage, DRAWS),
    "information": ("What showing and hiding is worth", _information, DRAWS),
    "linkage": ("What linkage is worth", _linkage, DRAWS),
    "dissent": ("Who would say otherwise", _dissent, DISSENT_DRAWS),
}
"""By name: title, what works it out, and on how many draws in the end."""
