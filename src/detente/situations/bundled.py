"""Where the bundled files are."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path


class UnknownSituationError(ValueError):
    """No bundled situation or template has this name; the message lists those there are."""


def _folder(*parts: str) -> Path:
    return Path(str(resources.files("detente.situations").joinpath(*parts)))


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))


def names() -> tuple[str, ...]:
    """Names of the bundled situations, sorted."""
    return _names(_folder())


def templates() -> tuple[str, ...]:
    """Names of the templates, sorted."""
    return _names(_folder("templates"))


def path(name: str) -> Path:
    """The file of a bundled situation or template, with or without ``.yaml``.

    Raises :class:`UnknownSituationError`.
    """
    plain = name.removesuffix(".yaml")
    if plain in names():
        return _folder(f"{plain}.yaml")
    if plain in templates():
        return _folder("templates", f"{plain}.yaml")
    known = [*names(), *templates()]
    close = difflib.get_close_matches(plain, known, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    listed = ", ".join(known)
    raise UnknownSituationError(f"no bundled situation or template is named `{name}`; there are {listed}.{hint}")


def copy_template(name: str, destination: str | Path) -> Path:
    """Copy a bundled file to ``destination`` (a file, or a folder that is there) and return where it went.

    Never overwrites: raises ``FileExistsError``. Raises :class:`UnknownSituationError` for an unknown name.
    """
    origin, target = path(name), Path(destination)
    if target.is_dir():
        target = target / origin.name
    with target.open("x", encoding="utf-8", newline="\n") as file:
        file.write(origin.read_text(encoding="utf-8"))
    return target
