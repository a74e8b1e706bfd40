"""Answers that take a while: asked for by a button, told as they go, given up when the page goes away.

An answer is a stream of lines of JSON: ``{"done": 3, "of": 51}`` as it goes, and in the end ``{"found": ...}``, ``{"refused": "..."}`` or
``{"problems": [...]}``. Empty lines say that the server is still there. To close the connection is to cancel.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from concurrent import futures
from typing import Any

from starlette.responses import StreamingResponse

from detente.situation import SituationError
from detente.workbench import view
from detente.workbench.bench import Bench
from detente.workbench.session import CancelledError

Data = dict[str, Any]
STILL_THERE = 1.0
"""Seconds between two signs of life: a connection that is gone is noticed when it is written to."""


class Hand:
    """What a long piece of work is given: whom to tell how far it is, and whether it is still wanted."""

    def __init__(self, bench: Bench, tell: Callable[[Data], object]) -> None:
        self._bench, self._tell, self._withdrawn = bench, tell, threading.Event()

    def withdraw(self) -> None:
        """Nobody wants it any more."""
        self._withdrawn.set()

    def withdrawn(self) -> bool:
        return self._withdrawn.is_set() or self._bench.leaving()

    def progress(self, done: int, of: int) -> None:
        """Tell how far it is. Raises :class:`CancelledError` where it is no longer wanted."""
        if self.withdrawn():
            raise CancelledError
        self._tell({"done": done, "of": of})


def streamed(bench: Bench, turns: asyncio.Lock, work: Callable[[Hand], Data]) -> StreamingResponse:
    """The stream of one answer; works with the same ``turns`` come one after the other."""
    return StreamingResponse(_lines(bench, turns, work), media_type="application/x-ndjson")


async def _lines(bench: Bench, turns: asyncio.Lock, work: Callable[[Hand], Data]) -> AsyncIterator[str]:
    loop, told = asyncio.get_running_loop(), asyncio.Queue[Data]()
    hand = Hand(bench, lambda line: loop.call_soon_threadsafe(told.put_nowait, line))
    task = asyncio.create_task(_work(bench, turns, work, hand, told))
    try:
        line: Data = {}
        while not line.keys() & {"found", "refused", "problems"}:
            try:
                line = await asyncio.wait_for(told.get(), STILL_THERE)
                yield json.dumps(line, allow_nan=False) + "\n"
            except TimeoutError:
                if task.done() and told.empty():  # it failed: nobody is to wait for ever
                    line = {"refused": "it went wrong; the terminal says how"}
                    yield json.dumps(line) + "\n"
                else:
                    yield "\n"
    finally:
        hand.withdraw()
        task.cancel()


async def _work(
    bench: Bench, turns: asyncio.Lock, work: Callable[[Hand], Data], hand: Hand, told: asyncio.Queue[Data]
) -> None:
    """Do the work when its turn has come, and tell what came of it."""
    async with turns:
        if hand.withdrawn():
            return
        try:
            found = await asyncio.get_running_loop().run_in_executor(bench.asking, work, hand)
            told.put_nowait({"found": found})
        except (CancelledError, futures.CancelledError):
            told.put_nowait({"refused": "it was cancelled"})
        except SituationError as error:
            told.put_nowait({"problems": [view.problem(p) for p in error.problems]})
        except ValueError as error:
            told.put_nowait({"refused": str(error)})
