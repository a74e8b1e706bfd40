"""Exit codes, and what the options default to."""

from __future__ import annotations

from enum import IntEnum

USUAL_METHOD = "quantal-response"
"""The theory of behaviour of a run that names none: a :class:`detente.Method`."""


class Exit(IntEnum):
    """What the ``detente`` command returns to the shell."""

    OK = 0
    DOUBTFUL = 1
    """the command did its work, but the forecast is not to be trusted as it stands"""
    REFUSED = 2
    """bad usage, a bad situation, or a file that cannot be read or written"""
    INTERNAL = 70
    """a fault in this program"""
    INTERRUPTED = 130
    """what shells expect of a command that was ended by Ctrl-C"""
