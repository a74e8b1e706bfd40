"""Which file the user means, and writing one whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path

from detente.cli.failure import RefusedError


def find(target: str) -> Path:
    """The situation file meant by a path or by the name of a bundled situation or template.

    A file comes before a name. Raises :class:`RefusedError` with the nearest name and the whole list.
    """
    from detente import situations

    path = Path(target)
    if path.exists() and not path.is_dir():
        return path
    bundled = [*situations.names(), *situations.templates()]
    if target in bundled:
        return situations.path(target)
    if path.is_dir():
        raise RefusedError(f"{target} is a directory; name one situation file in it")
    if path.suffix or len(path.parts) > 1:
        beside = [str(p) for p in sorted(path.parent.glob("*.y*ml"))] if path.parent.is_dir() else []
        raise RefusedError(f"there is no file {target}{_nearest(target, [*beside, *bundled])}")
    raise RefusedError(
        f"there is no file and no bundled situation called {target!r}{_nearest(target, bundled)}\n"
        f"  bundled situations: {', '.join(situations.names())}\n"
        f"  templates: {', '.join(situations.templates())}"
    )


def _nearest(word: str, words: list[str]) -> str:
    found = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def writable(path: Path) -> None:
    """Raise :class:`RefusedError` now if ``path`` could not be written later; leaves nothing behind."""
    if path.is_dir():
        raise RefusedError(f"{path} is a directory; name a file")
    try:
        with folder_of(path):
            probe = _partial(path)
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise RefusedError(f"cannot write {path}: {error.strerror}") from None


@contextmanager
def folder_of(path: Path) -> Iterator[None]:
    """The folder of ``path`` is there while it is written; what of it was made for that goes again if nothing is left in it."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write to that becomes ``path`` at the end, or leaves no trace if interrupted."""
    partial = _partial(path)
    with folder_of(path):
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
