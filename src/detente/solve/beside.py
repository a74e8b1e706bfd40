"""Half of the compilation in other processes, the first time after installation.

Numba compiles on one core, and keeps what it compiled on disk. The last sweeps, the test of the index and what follows folds are needed later
than the sweeps on the way, and in this order: so another Python compiles them meanwhile, or two where there are cores for them, and this one reads them from disk. Where no process can be
started nothing is lost but time: what is not on disk when it is needed is compiled here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.solve.workers import heed

if TYPE_CHECKING:
    from detente.solve.kernels import Numbers, Tables
    from detente.solve.plan import Plan

PAUSE = 0.02
"""Seconds between two looks at whether the other process is there."""

LONGEST = 120.0
"""Seconds after which it is not waited for any longer."""

_started: list[subprocess.Popen[bytes]] = []


@cache
def compile_beside() -> None:
    """Start the other processes, unless all is on disk; returns at once. Looks only the first time."""
    cores = os.cpu_count() or 1
    if cores < 2 or all(_on_disk(kernel) for kernel in _kernels().values()):
        return
    # Where Python is part of another program, its executable may be that program.
    if getattr(sys, "frozen", False) or not Path(sys.executable or "").name.lower().startswith("python"):
        return
    first, *others = _kernels()
    for names in ((first, *others),) if cores == 2 else ((first,), others):
        _start(*names)


def _start(*names: str) -> None:
    """Start a process that compiles these kernels."""
    quiet = subprocess.DEVNULL
    # What compiling leaves behind goes with the process: nothing is collected before.
    code = f"import gc, sys; gc.disable(); sys.path[:] = {sys.path!r}; from {__name__} import compile_here; compile_here(*{names!r})"
    try:
        other = subprocess.Popen([sys.executable, "-c", code], stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - this Python
    except OSError:
        return
    _started.append(other)


def wait_for(kernel: Any) -> None:
    """Until another process, if there is one, has compiled this; not for ever."""
    begun = time.monotonic()
    while time.monotonic() < begun + LONGEST and any(p.poll() is None for p in _started) and not _on_disk(kernel):
        heed()
        time.sleep(PAUSE)


def compile_here(*names: str) -> None:
    """Call these kernels on a small game, in this order."""
    from detente.solve import attempts, finish, index

    plan, numbers, tables = _small_game()
    profile = plan.arrays.uniform[None, :]
    calls: dict[str, Callable[[], object]] = {
        "finish": lambda: finish.finish(plan, numbers, profile, np.ones(1, np.bool_), finish.PATIENCE, tables),
        "index": lambda: index.astray(plan, numbers, profile, tables),
        "arclength": lambda: attempts.follow_all(plan, numbers, tables, [attempts.Attempt(0.1, None)]),
    }
    for name in names:
        calls[name]()


def _small_game() -> tuple[Plan, Numbers, Tables]:
    """A game in which nobody sees which of its options the first actor chose."""
    from detente.game.arrange import arrange
    from detente.solve.kernels import Numbers, Tables
    from detente.solve.plan import Plan

    options = 3
    children = [list(range(1, options + 1))]
    children += [[options + 1 + 2 * n, options + 2 + 2 * n] for n in range(options)]
    tree, _ = arrange(
        ("first", "second"), 2 * options, children, [0] + [1] * options, [[]] * len(children), set_actor=[0, 1]
    )
    plan = Plan.plain(tree)
    return plan, Numbers(np.zeros((4 * options, 1)), np.zeros((0, 1)), np.ones((2, 1))), Tables.of(plan)


def _kernels() -> dict[str, Any]:
    """What is compiled elsewhere, by the module that calls it, in the order in which it is needed."""
    from detente.solve import arclength, finish, index

    return {"finish": finish.sweep_and_certify, "index": index.arnoldi, "arclength": arclength.follow}


def _on_disk(kernel: Any) -> bool:
    """Whether Numba keeps something for this function: perhaps of an older version, which is then compiled again when needed."""
    if not hasattr(kernel, "stats"):
        return True  # compilation is switched off
    function = kernel.py_func
    name = f"{function.__module__.split('.')[-1]}.{function.__qualname__}-{function.__code__.co_firstlineno}.*.nbi"
    # The index is written before what it lists.
    return any(any(index.parent.glob(f"{index.stem}.*.nbc")) for index in Path(kernel.stats.cache_path).glob(name))
