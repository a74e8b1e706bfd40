"""The connection of one tab: questions come in, stages go out; a newer question takes the place of the older one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.situation import SituationError
from detente.workbench import view
from detente.workbench.bench import Bench
from detente.workbench.session import CancelledError
from detente.workbench.stage import Stage

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

CHANNELS = 12
"""Questions that a tab may have open at a time: what is under the hand, and the variants beside it."""
HAND = "hand"
PAUSE = 0.2
"""Seconds that a hand must have rested before its question is refined: refining takes the processor from the next first answer."""


@dataclass
class Ask:
    """A question; ``withdrawn`` once a newer one has come."""

    number: int
    changes: tuple[str, ...]
    withdrawn: bool = False


class Channel:
    """Questions of which only the newest counts."""

    def __init__(self, name: str, bench: Bench, send: Callable[[dict[str, Any]], None], queue: asyncio.Lock) -> None:
        self.name, self.bench, self.send, self.queue = name, bench, send, queue
        self.newest: Ask | None = None
        self.waiting = asyncio.Event()
        self.task = asyncio.create_task(self._serve())
        self.refining: set[asyncio.Task[None]] = set()

    def ask(self, number: int, changes: tuple[str, ...]) -> None:
        """Put a question in the place of the one before."""
        if self.newest is not None:
            self.newest.withdrawn = True
        self.newest = Ask(number, changes)
        self.waiting.set()

    def close(self) -> None:
        """Withdraw what is open."""
        if self.newest is not None:
            self.newest.withdrawn = True
        self.task.cancel()

    async def _serve(self) -> None:
        """Answer coarsely one question after the other; refine beside that."""
        while True:
            await self.waiting.wait()
            self.waiting.clear()
            ask, session = self.newest, self.bench.session
            if ask is None or session is None:
                continue
            stages = session.ask(ask.changes, lambda ask=ask: ask.withdrawn or self.bench.leaving())  # type: ignore[misc]
            first = await self._next(stages, ask)
            if first is not None and not ask.withdrawn:
                task = asyncio.create_task(self._go_on(stages, first, ask))
                self.refining.add(task)
                task.add_done_callback(self.refining.discard)

    async def _go_on(self, stages: Iterator[Stage], stage: Stage, ask: Ask) -> None:
        """Refine to the end, or until a newer question comes. Variants beside the hand take turns."""
        if not stage.final:
            await asyncio.sleep(PAUSE)
            if ask.withdrawn:
                return
        async with contextlib.AsyncExitStack() as turn:
            if self.name != HAND:
                await turn.enter_async_context(self.queue)
            while not stage.final:
                further = await self._next(stages, ask)
                if further is None or ask.withdrawn:
                    return
                stage = further
        if stage.forecast is not None and self.name == HAND and not ask.withdrawn:
            loop = asyncio.get_running_loop()
            more = await loop.run_in_executor(self.bench.asking, view.details, stage.forecast)
            self._tell({"type": "details", **more}, ask)

    async def _next(self, stages: Iterator[Stage], ask: Ask) -> Stage | None:
        """Send the next stage; None where there is none."""
        try:
            stage = await asyncio.get_running_loop().run_in_executor(self.bench.asking, next, stages, None)
        except (CancelledError, futures.CancelledError):
            return None
        except SituationError as error:
            self._tell({"type": "refused", "problems": [view.problem(p) for p in error.problems]}, ask)
            return None
        if stage is not None:
            self._tell({"type": "stage", "of": self.bench.draws, **view.shown(stage)}, ask)
        return stage

    def _tell(self, message: dict[str, Any], ask: Ask) -> None:
        self.send({**message, "channel": self.name, "ask": ask.number})


async def talk(socket: WebSocket, bench: Bench) -> None:
    """Serve one tab until it leaves."""
    await socket.accept()
    loop = asyncio.get_running_loop()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    channels: dict[str, Channel] = {}
    turns = asyncio.Lock()

    def tell(message: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(outbox.put_nowait, message)

    bench.listeners.add(tell)
    sender = asyncio.create_task(_send(socket, outbox))
    if bench.session is not None and bench.session.base is not None:
        tell({"type": "base", "draws": bench.session.base.draws, "of": bench.draws})
    try:
        async for message in socket.iter_json():
            found = _question(message)
            if found is None:
                continue
            name, number, changes = found
            if name not in channels and len(channels) < CHANNELS:
                channels[name] = Channel(name, bench, outbox.put_nowait, turns)
            if name in channels:
                channels[name].ask(number, changes)
    except ValueError:
        await socket.close(1003)
    finally:
        bench.listeners.discard(tell)
        sender.cancel()
        for channel in channels.values():
            channel.close()


async def _send(socket: WebSocket, outbox: asyncio.Queue[dict[str, Any]]) -> None:
    from starlette.websockets import WebSocketDisconnect

    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the tab has gone; who listens to it will notice
        while True:
            await socket.send_json(await outbox.get())


def _question(message: Any) -> tuple[str, int, tuple[str, ...]] | None:
    """Channel, number and changes of a question; None for what is none."""
    match message:
        case {"channel": str(name), "ask": int(number), "changes": list(changes)} if all(
            isinstance(change, str) for change in changes
        ):
            return name[:100], number, tuple(changes)
    return None
