"""What is taken away from the bench: the brief, every chart and table by itself, the variant as a file, or all of it at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from detente.forecast.result import Forecast
from detente.report.exhibits import Exhibit, Exhibits
from detente.report.pdf import printed
from detente.report.standalone import picture, titled
from detente.situation.model import Situation
from detente.workbench import view
from detente.workbench.bench import Bench
from detente.workbench.changes import together
from detente.workbench.session import Session
from detente.workbench.stage import Stage

ANSWERS = "answers"
"""The exhibit that is of the change itself: before beside after."""

KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
    "zip": "application/zip",
}
"""What can be taken, by the ending of its file, and what a browser is told that it is."""


@dataclass(frozen=True)
class Taken:
    """A file to take away."""

    content: bytes
    kind: str


def take(
    bench: Bench, session: Session, ending: str, name: str, changes: tuple[str, ...], more: Mapping[str, Exhibit]
) -> Taken | None:
    """The file with this ending; ``name`` says which chart or table, of the forecast's own or of ``more``. None where there is no such thing.

    Raises :class:`~detente.report.pdf.PrintError` where no browser prints the brief, and as :meth:`Session.ask`.
    """
    if ending == "yaml":
        return Taken(_variant(session, changes).encode(), KINDS[ending])
    if ending not in KINDS:
        return None
    stage = last(bench, session, changes)
    content = _content(session, stage, ending, name, changes, more)
    return None if content is None else Taken(content.encode() if isinstance(content, str) else content, KINDS[ending])


def last(bench: Bench, session: Session, changes: tuple[str, ...]) -> Stage:
    """The answer over all draws."""
    found = None
    for stage in session.ask(changes, bench.leaving):
        found = stage
    assert found is not None
    return found


def _content(
    session: Session, stage: Stage, ending: str, name: str, changes: tuple[str, ...], more: Mapping[str, Exhibit]
) -> str | bytes | None:
    exhibits = _exhibits(stage, more)
    match ending:
        case "html":
            return _brief(stage)
        case "pdf":
            return printed(_brief(stage))
        case "zip":
            return _everything(session, stage, changes, exhibits)
        case "csv":
            return view.table(stage) if name == ANSWERS else exhibits.table(name)
    drawn = _drawing(stage, exhibits, name)
    return picture(drawn) if drawn is not None and ending == "png" else drawn


def _whole(stage: Stage) -> tuple[Forecast, Situation]:
    """The forecast and its situation, changed."""
    forecast = stage.forecast
    if forecast is None or forecast.task is None:
        raise ValueError("there is no forecast yet")
    return forecast, forecast.task.game.situation


def _exhibits(stage: Stage, more: Mapping[str, Exhibit]) -> Exhibits:
    return Exhibits(*_whole(stage), stage.text, more)


def _drawing(stage: Stage, exhibits: Exhibits, name: str) -> str | None:
    if name == ANSWERS:
        return titled(view.chart(stage).wide, "How likely it is", exhibits.origin)
    return exhibits.drawing(name)


def _brief(stage: Stage) -> str:
    from detente.report import brief

    return brief.render(_whole(stage)[0])


def _variant(session: Session, changes: tuple[str, ...]) -> str:
    """The file with the changes carried out."""
    from detente.workbench.written import variant

    situation = session.situation
    if not changes:
        return situation.file
    return variant(situation.file, situation.origin, together(situation, changes))


def _everything(session: Session, stage: Stage, changes: tuple[str, ...], exhibits: Exhibits) -> bytes:
    """An archive of the brief, the variant, and every chart and table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("brief.html", _brief(stage))
        archive.writestr(f"{PurePath(session.situation.origin).stem}.yaml", _variant(session, changes))
        for name in exhibits.all:
            drawn = _drawing(stage, exhibits, name)
            table = view.table(stage) if name == ANSWERS else exhibits.table(name)
            if drawn is not None:
                archive.writestr(f"charts/{name}.svg", drawn)
                archive.writestr(f"charts/{name}.png", picture(drawn))
            if table is not None:
                archive.writestr(f"tables/{name}.csv", table)
    return out.getvalue()
