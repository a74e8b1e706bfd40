"""What a what-if of the founding case costs beside its forecast, and how long the whole explanation takes.

Each what-if is asked of a finished forecast, as ``Forecast.what_if`` does it: on its first draws, without rebuilding or drawing again
what the change leaves alone. Processor time is compared, which does not depend on how many cores share the work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from page import Watch, figure, machine, table

import detente

CASE, DRAWS = "korea-2019", 4000
CHANGES = (
    ("a payoff number, held", "set quantities.worth_goal=20"),
    ("a payoff number, held", "set quantities.dependence=10"),
    ("a payoff number, another range", "set quantities.breach={low: 15, high: 30, mass: 0.9}"),
    ("a payoff number, a range of harder games", "set quantities.crisis_usa={low: 30, high: 50, mass: 0.9}"),
    ("a chance", "set quantities.flexible_chance=0.7"),
    ("a commitment", "commit path=china"),
    ("an option closed", "remove path.china"),
    ("a move hidden", "hide deed:USA"),
)
TIMES = 3
LIMIT = 900.0
"""Seconds that the explanation may take."""


def best(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Least processor seconds and least seconds of some runs, and what the last returned."""
    spent, took, result = float("inf"), float("inf"), None
    for _ in range(TIMES):
        processor, wall = time.process_time(), time.perf_counter()
        result = work()
        spent, took = min(spent, time.process_time() - processor), min(took, time.perf_counter() - wall)
    return spent, took, result


def explained() -> tuple[float, int]:
    """Seconds that ``detente explain`` takes, and how many changed games it solved."""
    started = time.perf_counter()
    words = [sys.executable, "-m", "detente", "explain", CASE, "--draws", str(DRAWS), "--json"]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False, env=os.environ)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"detente explain ended with {done.returncode}")
    found = json.loads(done.stdout)
    return time.perf_counter() - started, int(found["solved"])


def main() -> int:
    """Measure and print."""
    watch = Watch()
    situation = detente.load(detente.situations.path(CASE))
    detente.forecast(situation, draws=64)
    whole, wall, made = best(lambda: detente.forecast(situation, draws=DRAWS))
    rows = [["the forecast itself", "", f"{made.certificate.draws:,}", "", figure(whole), figure(wall), ""]]
    for kind, change in CHANGES:
        spent, took, found = best(partial(made.what_if, change))
        told = found.what_ifs[0]
        rows.append([kind, f"`{change}`", told.draws, told.lost, figure(spent), figure(took), f"{spent / whole:.3f}"])
    head = ("what", "change", "draws", "of them lost", "processor (s)", "seconds", "of the forecast's processor time")
    table("what-if", head, rows, f"{CASE}. {machine(watch)}")

    watch = Watch()
    seconds, games = explained()
    rows = [[figure(seconds), str(games)]]
    table(
        "explain", ("`detente explain` (s)", "changed games solved"), rows, f"{CASE}, {DRAWS:,} draws. {machine(watch)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
