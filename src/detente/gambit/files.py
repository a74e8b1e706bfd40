"""A game file's text, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from detente.game.extensive import GameError


def read(path: str | Path) -> str:
    """The text of a file; raises :class:`GameError` if it is not UTF-8, and ``OSError`` if it cannot be read."""
    content = Path(path).read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        found = f"the byte 0x{content[error.start]:02x}, which is no UTF-8"
        raise GameError(f"{path}:{line}:{column}: found {found}; accepted: text in UTF-8") from None


def write(path: str | Path, text: str) -> Path:
    """Put the text in the file's place once it is whole; returns the path."""
    path = Path(path)
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = f"a label with the character {text[error.start]!r}"
        raise GameError(f"{path}: found {found}; accepted: characters that UTF-8 has") from None
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
