"""Where the bundled regimes of measures, cases of trade and records are."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

from detente.situation.expression import nearest
from detente.situation.messages import Problem, SituationError, listing

Folder = Literal["regimes", "cases", "records"]


def names(folder: Folder) -> tuple[str, ...]:
    """Names of the bundled files of a kind, sorted."""
    return tuple(sorted(file.stem for file in _folder(folder).glob("*.yaml")))


def find(name: str | Path, folder: Folder, beside: Path | None = None) -> Path:
    """The file meant by a path (seen from ``beside`` too) or by a bundled name; a file comes before a name.

    Raises :class:`SituationError` with the nearest name and the whole list.
    """
    path = Path(name)
    for place in (path, *([beside / path] if beside else [])):
        if place.is_file():
            return place
    known = names(folder)
    if str(name) in known:
        return _folder(folder) / f"{name}.yaml"
    found = "no file, and nothing bundled, of that name"
    raise SituationError(
        [Problem(str(name), 0, 0, "", found, f"a file, or {listing(known)}", nearest(str(name), known))]
    )


def _folder(folder: Folder) -> Path:
    return Path(str(resources.files("detente.trade").joinpath(folder)))
