"""Serving a bench to the browser until it is interrupted."""

from __future__ import annotations

import contextlib
import signal
import socket
import webbrowser
from collections.abc import Callable

from detente.workbench.bench import Bench
from detente.workbench.server import application

HOST = "127.0.0.1"
LARGEST_MESSAGE = 1_000_000
"""Bytes of one message from the browser."""


def listen(port: int) -> socket.socket:
    """A socket on the loopback interface; at any free port where this one is taken or 0. Raises ``OSError``."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.bind((HOST, 0))
    bound.listen(64)  # from here on a browser that is early waits, and is not turned away
    return bound


def serve(bench: Bench, port: int, say: Callable[[str], None], *, browser: bool) -> None:
    """Serve until interrupted; ``say`` is told the address, which a browser is sent to if wished.

    After a crash the address is the one it had, so that pages still open find their way back.
    """
    import uvicorn

    bound = listen(port or bench.state.port)
    bench.state.port = bound.getsockname()[1]
    bench.state.keep()
    address = f"http://{HOST}:{bench.state.port}/{bench.state.token}/"
    config = uvicorn.Config(
        application(bench, bench.state.port), log_level="error", access_log=False, server_header=False, ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE, timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    signal.signal(
        signal.SIGINT, server.handle_exit
    )  # which it does itself once it runs: until then Ctrl-C must not be lost
    say(address)
    if browser:
        webbrowser.open(address)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[bound])
    finally:
        bench.close()
        bench.state.leave()
