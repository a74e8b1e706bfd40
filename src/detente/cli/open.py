"""``detente open``: a situation in the browser, where every assumption can be moved."""

from __future__ import annotations

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError, tell
from detente.cli.files import find


def open_(target: str, draws: int, seed: int, port: int, *, browser: bool) -> Exit:
    """Serve the workbench on a file until interrupted. A file with mistakes is told of them, and opened to be mended."""
    from detente import situations
    from detente.workbench.bench import Bench
    from detente.workbench.serving import serve

    path = find(target)
    bundled = {situations.path(name).resolve() for name in (*situations.names(), *situations.templates())}
    bench = Bench(path, writable=path.resolve() not in bundled, draws=draws, seed=seed)

    if bench.problems:
        tell(bench.problems, "the file is open to be mended")

    def say(address: str) -> None:
        print(f"{path.name} is open at\n\n  {address}\n\nfor this machine alone. Press Ctrl-C to end.", flush=True)

    try:
        serve(bench, port, say, browser=browser)
    except OSError as error:
        raise RefusedError(f"no port to listen at on 127.0.0.1: {error.strerror}") from None
    return Exit.OK
