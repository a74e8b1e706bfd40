"""Ctrl-C that is not lost.

An interruption that comes while a module is imported or an object is finalised may be swallowed there. So it is remembered, and
raised again at the next sign of progress.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from types import FrameType


@dataclass
class _Asked:
    interrupted: bool = False


_asked = _Asked()


def listen() -> None:
    """From now on remember Ctrl-C, besides raising KeyboardInterrupt as ever."""
    signal.signal(signal.SIGINT, _remember)


def _remember(_number: int, _frame: FrameType | None) -> None:
    _asked.interrupted = True
    raise KeyboardInterrupt


def heed(_done: int = 0, _total: int = 0) -> None:
    """Raises KeyboardInterrupt if it was asked for and nothing has come of it; may be called with draws done and to do."""
    if _asked.interrupted:
        raise KeyboardInterrupt
