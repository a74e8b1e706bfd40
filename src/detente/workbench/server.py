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
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from detente.explain.what_if import planned
from detente.forecast.run import pooled
from detente.report.pdf import PrintError
from detente.situation import SituationError
from detente.workbench import explaining, view
from detente.workbench.bench import Bench, ConflictError
from detente.workbench.changes import together
from detente.workbench.guard import App, Guard
from detente.workbench.live import talk
from detente.workbench.session import CancelledError, Session
from detente.workbench.state import MOST
from detente.workbench.stream import Hand, streamed
from detente.workbench.takeaway import take
from detente.workbench.tree import Trees

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""
WHY_DRAWS = 100
"""Draws on which a difference is taken apart."""

Result = TypeVar("Result")


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
        Route("/why", pages.why, methods=["POST"]),
        Route("/take/{ending}", pages.take, methods=["POST"]),
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
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            return PlainTextResponse(f"not understood: {error}", 400)
        except CancelledError:
            return PlainTextResponse("the situation has been changed meanwhile; ask again", 409)

    return guarded


class _Pages:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.files = bench, _static()
        self.trees, self.sections = Trees(), explaining.Sections()
        self.turns, self.openings, self.reasons = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()

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
        """The situation with all that can be moved in it, and the draft; of a file with mistakes, these."""
        bench = self.bench
        if bench.session is None:
            opened: dict[str, Any] = {"broken": [view.problem(p) for p in bench.problems]}
        else:
            opened = await asyncio.to_thread(view.opened, bench.session)
            opened["sections"] = explaining.parts(bench.session.situation)
        file = {
            "name": bench.path.name,
            "digest": bench.digest,
            "text": bench.on_disk,
            "writable": bench.writable,
        }
        return JSONResponse({**opened, "file": file, "draft": bench.state.draft})

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
        """Keep what was done by hand, so that a crash loses nothing, and tell the other tabs."""
        draft = await _body(request)
        tab = str(draft.pop("tab", ""))
        # What cannot be sent out again, such as half an emoji, would keep every tab from opening from then on.
        json.dumps(draft, ensure_ascii=False, allow_nan=False).encode()
        await asyncio.to_thread(self.bench.state.keep, draft)
        self.bench.tell({"type": "draft", "tab": tab, "draft": draft})
        return JSONResponse({})

    @_told
    async def take(self, request: Request) -> Response:
        """The brief, a chart, a table or the file, under the changes made; which, the ending says."""
        body = await _body(request)
        changes, session = _changes(body), self.bench.open_session()
        ending, name = request.path_params["ending"], str(body.get("name", ""))
        more = self.sections.exhibits(session, changes)
        if "way" in body:
            more |= self.trees.exhibits(session, changes, _way(body))
        try:
            taken = await self._later(take, self.bench, session, ending, name, changes, more)
        except PrintError as error:
            return PlainTextResponse(str(error), 501)
        if taken is None:
            return PlainTextResponse("There is nothing of that name to take away.", 404)
        return Response(taken.content, media_type=taken.kind)

    @_told
    async def explain(self, request: Request) -> Response:
        """One section on who can change it and who would say otherwise, under the changes made: asked for by hand, as it takes a while."""
        body, name = await _body(request), request.path_params["what"]
        changes, fine = _changes(body), body.get("fine") is True
        if name not in explaining.SECTIONS:
            return PlainTextResponse("There is no such section.", 404)
        session = self.bench.open_session()
        return streamed(
            self.bench, self.turns, lambda hand: self.sections.asked(session, changes, name, hand, fine=fine)
        )

    @_told
    async def tree(self, request: Request) -> Response:
        """One node of the game tree, under the changes made: the way to it is a list of ``step=outcome``."""
        body = await _body(request)
        changes, way = _changes(body), _way(body)
        session = self.bench.open_session()
        return streamed(self.bench, self.openings, lambda hand: self.trees.opened(session, changes, way, hand))

    @_told
    async def why(self, request: Request) -> Response:
        """Why an answer changes; which, ``question`` says, or the one that moves most."""
        body = await _body(request)
        changes, session = _changes(body), self.bench.open_session()
        question = str(body["question"]) if body.get("question") else None
        return streamed(self.bench, self.reasons, lambda hand: _reasons(session, changes, question, hand))

    async def _later(self, work: Callable[..., Result], *given: Any) -> Result:
        """What a function of the bench gives, worked out beside the connection."""
        return await asyncio.get_running_loop().run_in_executor(self.bench.asking, work, *given)

    async def live(self, socket: WebSocket) -> None:
        """The connection of one tab."""
        await talk(socket, self.bench)


def _changes(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(change) for change in body["changes"])


def _way(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(key) for key in body["way"])


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


# --------------------------------------------------------------------------- what takes a while


def _reasons(session: Session, changes: tuple[str, ...], question: str | None, hand: Hand) -> dict[str, Any]:
    """Why the answers are others under these changes than in the file."""
    from detente.explain.why import explained

    base = session.base
    if base is None or not changes:
        raise ValueError("there is nothing to compare yet")
    plan = planned(base.task, together(session.situation, changes), base.drawn)
    with pooled(None, None) as pool:
        draws = min(WHY_DRAWS, base.draws)
        return view.reasons(explained(base.task, plan, base.drawn, draws, pool, question, hand.progress))
