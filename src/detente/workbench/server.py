"""The pages of the workbench: its own few files, the situation, drafts, and what is taken away.

Nothing here takes a path from the browser: what can be read and written is the one file that was opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from detente.situation import SituationError
from detente.workbench import explaining, view
from detente.workbench.bench import Bench, ConflictError
from detente.workbench.changes import together
from detente.workbench.guard import App, Guard
from detente.workbench.live import talk
from detente.workbench.session import Stage
from detente.workbench.state import MOST
from detente.workbench.stream import streamed
from detente.workbench.tree import Trees

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""


def application(bench: Bench, port: int) -> App:
    """The workbench on one file, served at this port, behind the token of the bench's state."""
    pages = _Pages(bench)
    routes = [
        Route("/", pages.static, methods=["GET"]),
        Route("/situation", pages.situation, methods=["GET"]),
        Route("/check", pages.check, methods=["POST"]),
        Route("/use", pages.use, methods=["POST"]),
        Route("/save", pages.save, methods=["POST"]),
        Route("/draft", pages.draft, methods=["PUT"]),
        Route("/explain/{what}", pages.explain, methods=["POST"]),
        Route("/tree", pages.tree, methods=["POST"]),
        Route("/take/{what}", pages.take, methods=["POST"]),
        Route("/{name}", pages.static, methods=["GET"]),
        WebSocketRoute("/live", pages.live),
    ]
    return Guard(Starlette(routes=routes, lifespan=pages.watching), bench.state.token, port)


def _static() -> dict[str, tuple[bytes, str]]:
    """The files of the page, by name; what is not among them is not served."""
    found = {}
    for file in resources.files("detente.workbench").joinpath("static").iterdir():
        ending = file.name[file.name.rfind(".") :]
        if ending in TYPES:
            found[file.name] = (file.read_bytes(), TYPES[ending])
    return found


def _told(
    handler: Callable[[_Pages, Request], Awaitable[Response]],
) -> Callable[[_Pages, Request], Awaitable[Response]]:
    """A mistake in a file, or in what was sent, is an answer and no fault."""

    @wraps(handler)
    async def guarded(self: _Pages, request: Request) -> Response:
        try:
            return await handler(self, request)
        except SituationError as error:
            return JSONResponse({"problems": [view.problem(p) for p in error.problems]}, 422)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return PlainTextResponse(f"not understood: {error}", 400)

    return guarded


class _Pages:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.files, self.trees = bench, _static(), Trees()
        self.turns, self.openings = asyncio.Lock(), asyncio.Lock()

    @contextlib.asynccontextmanager
    async def watching(self, _: Starlette) -> AsyncIterator[None]:
        """While the application runs, look at the file now and then."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await asyncio.to_thread(self.bench.look)

    async def static(self, request: Request) -> Response:
        """One of the page's own files."""
        name = request.path_params.get("name", "index.html")
        if name not in self.files:
            return PlainTextResponse("There is no such page.", 404)
        body, kind = self.files[name]
        return Response(body, media_type=kind)

    async def situation(self, _: Request) -> Response:
        """The situation with all that can be moved in it, and the draft."""
        bench = self.bench
        opened = await asyncio.to_thread(view.opened, bench.session)
        file = {
            "name": bench.path.name,
            "digest": bench.digest,
            "text": bench.on_disk,
            "writable": bench.writable,
        }
        parts = explaining.parts(bench.session.situation)
        return JSONResponse({**opened, "sections": parts, "file": file, "draft": bench.state.draft})

    @_told
    async def check(self, request: Request) -> Response:
        """Whether a text makes a situation; its problems, each at its line."""
        text = str((await _body(request))["text"])
        await asyncio.to_thread(self.bench.load, text)
        return JSONResponse({"problems": []})

    @_told
    async def use(self, request: Request) -> Response:
        """Put a text in the situation's place, at the bench only."""
        text = str((await _body(request))["text"])
        await asyncio.to_thread(self.bench.use, text)
        return JSONResponse({"problems": []})

    @_told
    async def save(self, request: Request) -> Response:
        """Write a text to the file that was opened, if nobody else has changed it."""
        body = await _body(request)
        overwrite = body.get("overwrite") is True
        try:
            await asyncio.to_thread(self.bench.save, str(body["text"]), str(body["digest"]), overwrite=overwrite)
        except ConflictError:
            return JSONResponse({"conflict": "the file has changed on disk since it was read"}, 409)
        except PermissionError:
            return JSONResponse({"refused": "this file may not be written; take the variant away instead"}, 403)
        except OSError as error:
            return JSONResponse({"refused": f"the file cannot be written: {error.strerror}"}, 403)
        return JSONResponse({"digest": self.bench.digest})

    @_told
    async def draft(self, request: Request) -> Response:
        """Keep what was done by hand, so that a crash loses nothing."""
        draft = await _body(request)
        await asyncio.to_thread(self.bench.state.keep, draft)
        return JSONResponse({})

    @_told
    async def take(self, request: Request) -> Response:
        """The brief, the table, the chart or the file, under the changes made."""
        body = await _body(request)
        changes = tuple(str(change) for change in body["changes"])
        what = request.path_params["what"]
        taken = await asyncio.get_running_loop().run_in_executor(self.bench.asking, _taken, self.bench, what, changes)
        if taken is None:
            return PlainTextResponse("There is nothing of that name to take away.", 404)
        return Response(taken[0], media_type=taken[1])

    @_told
    async def explain(self, request: Request) -> Response:
        """One section on who can change it and who would say otherwise, under the changes made: asked for by hand, as it takes a while."""
        changes, name = _changes(await _body(request)), request.path_params["what"]
        if name not in explaining.SECTIONS:
            return PlainTextResponse("There is no such section.", 404)
        session = self.bench.session
        return streamed(self.bench, self.turns, lambda hand: explaining.section(session, changes, name, hand))

    @_told
    async def tree(self, request: Request) -> Response:
        """One node of the game tree, under the changes made: the way to it is a list of ``step=outcome``."""
        body = await _body(request)
        changes, way = _changes(body), tuple(str(key) for key in body["way"])
        session = self.bench.session
        return streamed(self.bench, self.openings, lambda hand: self.trees.opened(session, changes, way, hand))

    async def live(self, socket: WebSocket) -> None:
        """The connection of one tab."""
        await talk(socket, self.bench)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent, of bounded size."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST:
            raise ValueError(f"more than {MOST:,} bytes")
        parts.append(part)
    body = json.loads(b"".join(parts))
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body


def _changes(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(change) for change in body["changes"])


# --------------------------------------------------------------------------- to take away


def _taken(bench: Bench, what: str, changes: tuple[str, ...]) -> tuple[str, str] | None:
    """The text of what is asked for, and its kind."""
    if what == "variant":
        return _variant(bench, changes), "application/yaml; charset=utf-8"
    if what not in ("brief", "table", "chart"):
        return None
    stage = _last(bench, changes)
    if what == "table":
        return view.table(stage), "text/csv; charset=utf-8"
    if what == "chart":
        return view.chart(stage).wide, "image/svg+xml"
    return _brief(stage), "text/html; charset=utf-8"


def _last(bench: Bench, changes: tuple[str, ...]) -> Stage:
    """The answer over all draws."""
    last = None
    for stage in bench.session.ask(changes, bench.leaving):
        last = stage
    assert last is not None
    return last


def _brief(stage: Stage) -> str:
    from detente.report import brief

    forecast = stage.forecast
    if forecast is None or forecast.task is None:
        raise ValueError("there is no forecast yet")
    return brief.render(forecast, forecast.task.game.situation)


def _variant(bench: Bench, changes: tuple[str, ...]) -> str:
    """The file with the changes carried out."""
    from detente.workbench.written import variant

    situation = bench.session.situation
    if not changes:
        return situation.file
    return variant(situation.file, situation.origin, together(situation, changes))
