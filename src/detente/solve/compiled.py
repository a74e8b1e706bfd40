"""How functions are compiled."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numba as nb
from numba.core import event

from detente.solve.once import PART, WHOLE

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
