"""Who can change it, what showing and hiding and hanging together is worth, and who would say otherwise: the brief's sections, one at a time, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from detente.explain.dissent import dissent
from detente.explain.generated import situation_of
from detente.explain.information import information
from detente.explain.leverage import leverage
from detente.explain.linkage import linkage
from detente.forecast.result import Forecast
from detente.report import agreement, dissent_page, explained, levers, words
from detente.report.charts import Chart
from detente.report.effects import gains_and_costs
from detente.situation.model import Situation
from detente.workbench.session import GENTLE, Session, stand_back
from detente.workbench.stream import Hand

Data = dict[str, Any]

DRAWS = 64
"""Draws on which each change is tried: the work is in the background of a hand that goes on."""
LEVERS = 12
"""Levers that are listed."""


def parts(situation: Situation) -> list[Data]:
    """The sections that can be asked for, with the question that each answers; linkage where the file declares negotiations."""
    asked = {name: title for name, (title, _) in SECTIONS.items() if name != "linkage" or situation.negotiations}
    return [{"name": name, "title": title} for name, title in asked.items()]


def section(session: Session, changes: Sequence[str], name: str, hand: Hand) -> Data:
    """One section for the situation under these changes, worked out behind whatever a hand asks meanwhile.

    Raises ``KeyError`` for a section there is not, :class:`~detente.workbench.session.CancelledError`, and ``SituationError`` where it cannot be asked.
    """
    title, work = SECTIONS[name]
    forecast = None
    for stage in session.ask(tuple(changes), hand.withdrawn):
        forecast = stage.forecast
    if forecast is None:
        raise ValueError("there is no forecast yet")
    with _gently() as pool:
        return {"name": name, "title": title, **work(forecast, hand, pool)}


@contextmanager
def _gently() -> Iterator[ThreadPoolExecutor]:
    """One thread that stands back for the others; what it has yet to begin is dropped in the end."""
    pool = ThreadPoolExecutor(1, initializer=stand_back, initargs=(GENTLE,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _leverage(forecast: Forecast, hand: Hand, pool: ThreadPoolExecutor) -> Data:
    found = leverage(forecast, draws=DRAWS, executor=pool, progress=hand.progress)
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
    matrix = asdict(explained.matrix(found, situation))
    return {"told": found.in_words(), "matrix": matrix, "levers": rows, "how": _tried(found.draws, found.solved)}


def _information(forecast: Forecast, hand: Hand, pool: ThreadPoolExecutor) -> Data:
    found = information(forecast, draws=DRAWS, executor=pool, progress=hand.progress)
    situation = situation_of(forecast)
    return {
        "told": found.in_words(),
        "entries": [asdict(entry) for entry in explained.disclosed(found, situation)],
        "record": [asdict(row) for row in explained.taught(found, situation)],
        "how": _tried(found.draws, found.solved),
    }


def _linkage(forecast: Forecast, hand: Hand, pool: ThreadPoolExecutor) -> Data:
    hand.progress(0, 1)
    found = linkage(forecast, draws=DRAWS, executor=pool)
    entry = explained.cut_apart(found, situation_of(forecast))
    return {"told": found.in_words(), "entries": [asdict(entry)], "how": _tried(found.draws, 1)}


def _dissent(forecast: Forecast, hand: Hand, pool: ThreadPoolExecutor) -> Data:
    found = dissent(forecast, DRAWS, executor=pool, progress=hand.progress)
    return {
        "told": agreement.in_words(found),
        "chart": drawn(dissent_page.chart(found)),
        "how": " ".join(agreement.notes(found)),
    }


def drawn(chart: Chart) -> Data:
    """A chart for wide places and for narrow ones."""
    return {"wide": chart.wide, "narrow": chart.narrow}


def _tried(draws: int, games: int) -> str:
    solved = "One changed game" if games == 1 else f"{words.count(games)} changed games, each"
    return f"{solved} on {draws} draws; only what is clear is told."


Work = Callable[[Forecast, Hand, ThreadPoolExecutor], Data]
SECTIONS: Mapping[str, tuple[str, Work]] = {
    "leverage": ("Who can change it", _leverage),
    "information": ("What showing and hiding is worth", _information),
    "linkage": ("What linkage is worth", _linkage),
    "dissent": ("Who would say otherwise", _dissent),
}
