"""Ctrl-C that is not lost.

An interruption that comes while a module is imported, an object is finalised or C calls Python back may be swallowed there. So it
is remembered, and raised again: at the next sign of progress, and where Python says that it swallowed one, a moment later.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN = 0.01
"""Seconds after which a swallowed interruption is raised again: by then the callback that swallowed it is left."""


@dataclass
class _Asked:
    interrupted: bool = False


_asked = _Asked()


def listen() -> None:
    """From now on remember Ctrl-C, besides raising KeyboardInterrupt as ever."""
    signal.signal(signal.SIGINT, _remember)
    sys.unraisablehook = _ask_again


def _remember(_number: int, _frame: FrameType | None) -> None:
    _asked.interrupted = True
    raise KeyboardInterrupt


def _ask_again(unraisable: UnraisableHookArgs) -> None:
    """An interruption where none can be raised, as in a callback of the compiler, is not written out but raised later."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    again = threading.Timer(AGAIN, _interrupt)
    again.daemon = True
    again.start()


def _interrupt() -> None:
    if hasattr(signal, "pthread_kill"):
        # A true signal also ends the main thread's waiting for others.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def heed(_done: int = 0, _total: int = 0) -> None:
    """Raises KeyboardInterrupt if it was asked for and nothing has come of it; may be called with draws done and to do."""
    if _asked.interrupted:
        raise KeyboardInterrupt
