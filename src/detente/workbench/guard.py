"""Who may talk to the workbench: a browser on this machine that was given the address, and nobody else.

The server listens on the loopback interface, but any page in the user's browser can reach that too, and a name of a stranger's can be made to point at it. So the
address holds a random token, the ``Host`` must be the loopback's (no rebinding of names), and an ``Origin``, where one is sent, must be the
workbench's own. Every answer carries a policy under which the page runs no script but its own files and fetches from nowhere else.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES = ("127.0.0.1", "localhost")


def policy(port: int) -> str:
    """The content security policy."""
    sockets = " ".join(f"ws://{name}:{port}" for name in NAMES)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {sockets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Guard:
    """The application behind its token; ``port`` is the one it is served at."""

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self.token, self.port = app, token, port
        self.hosts = {f"{name}:{port}" for name in NAMES}
        self.headers = [
            (b"content-security-policy", policy(port).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass, with the token taken off the path."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal:
            await _refuse(scope, receive, send, refusal, self.headers)
            return
        inner = {**scope, "path": scope["path"][len(self.token) + 1 :] or "/", "root_path": ""}

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            await send(message)

        await self.app(inner, receive, with_headers)

    def refusal(self, scope: Scope) -> int:
        """The status to refuse with; 0 where it may pass."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        host = headers.get(b"host", [])
        if len(host) != 1 or host[0].decode("latin-1") not in self.hosts:
            return 421
        origins = headers.get(b"origin", [])
        own = {f"http://{name}" for name in self.hosts}
        if any(origin.decode("latin-1") not in own for origin in origins):
            return 403
        if not origins and (scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")):
            return 403
        first = scope["path"].split("/")[1] if scope["path"].startswith("/") else ""
        return 0 if hmac.compare_digest(first.encode(), self.token.encode()) else 404


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    told = b"Open the whole address that `detente open` printed.\n" if status == 404 else b"Not from here.\n"
    await send({"type": "http.response.body", "body": told})
