"""The command line: ``detente run | what-if | open | check | new | show | export | trade``.

In come the user's words and files, out go a terminal summary, files and an exit code. It only calls what the package
offers and holds no knowledge of games; everything that goes wrong ends in one message that says how to mend it.
Exit codes are those of :class:`detente.cli.codes.Exit`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from detente.cli.codes import Exit
from detente.cli.interruption import listen

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What tells NumPy's linear algebra to use one thread: read when NumPy is first imported."""


def main() -> None:
    """Entry point of the ``detente`` command."""
    for name in ONE_THREAD:
        # All cores are busy with draws, and matrices here are small: more threads wait for each other, spinning.
        os.environ.setdefault(name, "1")
    listen()
    if hasattr(signal, "SIGPIPE"):
        # `detente run ... | head` ends like any other filter, without a word. Files are whole by then: they come first.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        from detente.cli.app import app

        app(prog_name="detente")
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as leaving:
        if leaving.code == Exit.INTERRUPTED:
            _interrupted()
        if isinstance(leaving.code, int) and threading.active_count() > 1:
            # A workbench that was closed may still be compiling for nobody: it is not waited for.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(leaving.code)
        raise


def _interrupted() -> None:
    """Leave at once: files are cleaned up by now, and a second Ctrl-C must not find anything left to break."""
    sys.stderr.write("detente: interrupted; nothing was left half-written\n")
    sys.stderr.flush()
    os._exit(Exit.INTERRUPTED)
