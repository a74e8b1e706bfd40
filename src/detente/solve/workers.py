"""Threads whose work can be stopped, also in the midst of compiled code.

Python heeds Ctrl-C in the main thread alone, and only between two of its own instructions, while compiled code may follow a branch for minutes. So what may take long is done in
threads of a pool, while whoever asked waits for them; once it waits no longer a flag is raised, which compiled code looks at before each sweep, and Python here and there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flag = NDArray[np.int64]
"""(1,): not zero once work is to stop."""

_NEVER: Flag = np.zeros(1, np.int64)
_flag: ContextVar[Flag] = ContextVar("flag", default=_NEVER)


class StoppedError(RuntimeError):
    """Work was stopped on its way: nobody waits for it any more."""


class Workers(ThreadPoolExecutor):
    """So many ``threads``, each of which calls ``begin`` first; as a context manager their work is stopped when the block is left, and where that is for an exception nobody waits until it has."""

    def __init__(self, threads: int, begin: Callable[[], object] | None = None) -> None:
        self._raised: Flag = np.zeros(1, np.int64)
        super().__init__(threads, initializer=_begin, initargs=(self._raised, begin))

    def stop(self, *, wait: bool = True) -> None:
        """End all work: what has not begun is dropped, what has ends at its next sweep, by :class:`StoppedError`. ``wait`` until it has."""
        self._raised[0] = 1
        self.shutdown(wait=wait, cancel_futures=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # A first compilation takes seconds, in which there is no sweep to stop at.
        self.stop(wait=kind is None)


class Borrowed:
    """A pool of threads that is somebody else's, who may go on with it: only what it is given here is stopped, by :meth:`stop`."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool, self._raised = pool, np.zeros(1, np.int64)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
        """As the pool's."""
        return self._pool.map(partial(_under, self._raised, function), items)

    def stop(self) -> None:
        """End all work that came from here at its next sweep."""
        self._raised[0] = 1


def _under(flag: Flag, function: Callable[[Any], Any], item: Any) -> Any:
    before = _flag.set(flag)
    try:
        heed()
        return function(item)
    finally:
        _flag.reset(before)


def _begin(flag: Flag, begin: Callable[[], object] | None) -> None:
    _flag.set(flag)
    if begin is not None:
        begin()


def flag() -> Flag:
    """The flag of the work that this thread is at; where it is not of :class:`Workers`, one that is never raised."""
    return _flag.get()


def heed() -> None:
    """Raises :class:`StoppedError` once the work that this thread is at is to stop."""
    if _flag.get()[0]:
        raise StoppedError
