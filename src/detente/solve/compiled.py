"""How functions are compiled."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numba as nb
from numba.core import event

OLDEST, TOO_NEW = (0, 65), (0, 69)
"""Versions of Numba with which functions are compiled once (:mod:`detente.solve.once`): from the one to before the other."""


def tried() -> bool:
    """Whether that has been tried with the installed version of Numba."""
    version = nb.version_info.short
    return None not in version and bool(OLDEST <= version < TOO_NEW)


WHOLE: dict[str, Any] = {"cache": True}
"""Options of ``numba.njit`` for what is run."""
PART: dict[str, Any] = {"cache": True}
"""Options for parts, which are kept on disk only within what is run where they are compiled there."""
if tried():
    # What Numba looks like inside elsewhere is not known: not even whether this can be imported.
    from detente.solve.once import PartCompiler, WholeCompiler

    WHOLE["pipeline_class"], PART = WholeCompiler, {"pipeline_class": PartCompiler}

_options: dict[str, Any] = {
    "error_model": "numpy",
    "fastmath": {"contract", "nsz"},
    "_nrt": False,
    "no_cfunc_wrapper": True,
}
jit: Any = nb.njit(nogil=True, **WHOLE, **_options)
"""For what Python calls, written in lanes."""
loops: Any = nb.njit(cache=True, nogil=True, **_options)
"""For what Python calls, with loops over a last axis that the compiler makes into vectors."""
inner: Any = nb.njit(no_cpython_wrapper=True, **PART, **_options)
"""For what only compiled code calls: to take apart what Python hands over may take as long to compile as the rest. Python that calls such a function crashes."""
inlined: Any = nb.njit(forceinline=True, no_cpython_wrapper=True, **{**PART, "cache": False}, **_options)
"""The same for the steps of a pass: to hand a game's arrays over at a call costs more than the step."""


class _Uncollected(event.Listener):  # type: ignore[misc]
    """Python looks for garbage again and again in the millions of small things that compiling makes, and finds little: a tenth of the time. Until it is done, it does not look.

    So it is with all that Numba compiles in this process.
    """

    def __init__(self) -> None:
        self.lock, self.depth, self.resumes = threading.RLock(), 0, False

    def on_start(self, event: Any) -> None:  # noqa: ARG002
        """A function begins to be compiled, perhaps for the sake of another."""
        with self.lock:
            self.depth += 1
            if self.depth == 1:
                self.resumes = gc.isenabled()
                gc.disable()

    def on_end(self, event: Any) -> None:  # noqa: ARG002
        """It is compiled, or cannot be."""
        with self.lock:
            # What was interrupted as it began may end without having begun.
            self.depth = max(0, self.depth - 1)
            if self.depth == 0 and self.resumes:
                gc.enable()


event.register("numba:compile", _Uncollected())
