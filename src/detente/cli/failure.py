"""The one place where a failure becomes a message."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from typer import Exit as Leave
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from detente.cli.codes import Exit


class RefusedError(Exception):
    """The user's request cannot be carried out; the message says why and how to mend it."""


def say(message: str) -> None:
    """One message to the user, on standard error."""
    sys.stderr.write(f"detente: {message}\n")


class Guarded(TyperGroup):
    """A group of commands out of which no traceback comes, unless ``DETENTE_DEBUG`` asks for it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (Abort, Leave, TyperException):
            raise
        except Exception as error:
            if os.environ.get("DETENTE_DEBUG"):
                raise
            raise Leave(report(error)) from None


def tell(problems: Sequence[object], end: str) -> None:
    """Mistakes one by one, then their number and what came of them."""
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    say(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found; {end}")


def report(error: Exception) -> Exit:
    """Tell the user what went wrong; return the exit code that goes with it."""
    from detente.draws.sample import DrawsError
    from detente.game.extensive import GameError
    from detente.situation.messages import SituationError
    from detente.trade.messages import TableError

    if isinstance(error, (SituationError, TableError)):
        tell(error.problems, "the file was not used" if any(p.line for p in error.problems) else "nothing was computed")
        return Exit.REFUSED
    if isinstance(error, (RefusedError, DrawsError, GameError)):
        say(str(error))
        return Exit.REFUSED
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        say(f"{place}{error.strerror or error}")
        return Exit.REFUSED
    say(
        f"this is a fault in the program, not in your file: {type(error).__name__}: {error}\n"
        "  Please report it on the project's issue tracker, with the file and with what the same command prints\n"
        "  when run with DETENTE_DEBUG=1"
    )
    return Exit.INTERNAL
