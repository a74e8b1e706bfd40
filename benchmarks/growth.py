"""How time and memory grow with nodes, draws, actors and threads.

Whole forecasts of situation files, from reading the file to the last figure: draws solved, certified, measured and
summarised, on one thread where nothing else is said. Each runs in a process of its own, which first makes a small forecast, so
that nothing is compiled in the time measured, and has a time limit. ``--page`` also writes the tables into the page and draws
the charts. Takes about six minutes on two cores.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from chart import Line, drawn
from negotiation import assembly, negotiation
from page import Watch, figure, machine, table

Found = dict[str, Any]

PRECISION = 5.0
"""Per unit of payoff span, of all actors."""
ROUNDS = ((2, 4000), (3, 4000), (4, 2000), (5, 1000), (6, 400), (7, 100), (8, 100), (9, 100))
"""Rounds of negotiation, each of which makes the game four times as large, and draws."""
DRAWS = (100, 1_000, 10_000, 100_000)
ACTORS, MOVES = (2, 3, 4, 5, 6), 11
LIMIT = 300.0
"""Seconds that one process may take."""
MOST_MEMORY = 4.0
"""GB that the largest game may take."""
SWEEP = "time (ns per node, draw and sweep)"


def one(situation: str, draws: int, threads: int, times: int) -> Found:
    """The fastest of some forecasts, and this process's peak memory."""
    from detente import forecast, loads
    from detente.forecast import run

    run.MOST_EXTRA = 1  # as many draws as asked for, however well they fit
    forecast(loads(negotiation(1)), draws=64, threads=1)
    seconds = np.inf
    for _ in range(times):
        started = time.perf_counter()
        made = forecast(loads(situation), draws=draws, threads=threads)
        seconds = min(seconds, time.perf_counter() - started)
    unit = 1 if sys.platform == "darwin" else 1024
    sure = made.certificate
    solved, sweeps = sure.draws, float(made.data["sweeps"].mean())
    return {
        "nodes": sure.nodes, "sets": sure.information_sets, "terminals": sure.terminals, "draws": solved, "threads": threads,
        "missed": sure.missed, "seconds": seconds, "per_draw": seconds / solved, "sweeps": sweeps,
        "sweep": 1e9 * seconds / (sure.nodes * solved * sweeps),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9,
    }  # fmt: skip


def apart(situation: str, draws: int, threads: int = 1, times: int = 3) -> Found | None:
    """:func:`one` in a process of its own, so that its peak memory is its own; None if it takes too long."""
    command = [sys.executable, str(Path(__file__)), "one", str(draws), str(threads), str(times)]
    try:
        done = subprocess.run(command, input=situation, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        print(f"given up after {LIMIT:g} s: {draws} draws on {threads} threads", flush=True)
        return None
    found: Found = json.loads(done.stdout)
    print(*(f"{k} {figure(v)}" for k, v in found.items()), sep="  ", flush=True)
    return found


def slope(found: Sequence[Found], x: str, y: str) -> float:
    """The power of ``x`` with which ``y`` grows, in least squares on logarithms."""
    return float(np.polyfit(np.log([run[x] for run in found]), np.log([run[y] for run in found]), 1)[0])


def points(found: Sequence[Found], x: str, y: str, unit: float = 1.0) -> list[tuple[float, float]]:
    """Pairs for a chart."""
    return [(run[x], run[y] * unit) for run in found]


def all_of(runs: Sequence[Found | None]) -> list[Found]:
    """Those that were in time."""
    return [run for run in runs if run is not None]


def nodes() -> bool:
    """Growth with nodes; says whether the largest was solved within its memory."""
    watch = Watch()
    found = all_of([apart(negotiation(n, PRECISION), draws, times=3 if n < 6 else 1) for n, draws in ROUNDS])
    rows = [
        [f"{r['nodes']:,}", f"{r['sets']:,}", f"{r['terminals']:,}", f"{r['draws']:,}", r["missed"], figure(r["seconds"]),
         figure(1e3 * r["per_draw"]), figure(r["sweeps"]), figure(r["sweep"]), figure(r["memory"])]
        for r in found
    ]  # fmt: skip
    head = ("nodes", "sets", "terminals", "draws", "missed", "time (s)", "time (ms per draw)", "sweeps per draw", SWEEP, "peak memory (GB)")  # fmt: skip
    large = [run for run in found if run["nodes"] >= 1_000]
    last = found[-1]
    size = f"{last['nodes'] / 1e6:.2g} million nodes" if last["nodes"] >= 1e6 else f"{last['nodes']:,} nodes"
    images = [
        drawn("nodes", f"From a thousand nodes on, time grows with nodes to the power {slope(large, 'nodes', 'per_draw'):.2f}",
              "nodes", "time (ms per draw)", [Line("", points(found, "nodes", "per_draw", 1e3))], "xy"),
        drawn("memory", f"{size} take {figure(last['memory'], 2)} GB", "nodes", "peak memory of the process (GB)",
              [Line("", points(found, "nodes", "memory"))], "x"),
    ]  # fmt: skip
    note = f"Three actors, precision {PRECISION:g} per unit of payoff span, one thread. {machine(watch)}"
    table("growth-nodes", head, rows, note, "\n\n".join(images))
    return bool(last["nodes"] >= 1e6 and last["missed"] == 0 and last["memory"] < MOST_MEMORY)


def draws() -> bool:
    """Growth with draws."""
    watch = Watch()
    found = all_of([apart(negotiation(3, PRECISION), count) for count in DRAWS])
    rows = [[f"{r['draws']:,}", r["missed"], figure(r["seconds"]), figure(1e6 * r["per_draw"]), figure(r["memory"])] for r in found]  # fmt: skip
    head = ("draws", "missed", "time (s)", "time (µs per draw)", "peak memory (GB)")
    large = found[1:]
    title = f"From a thousand draws on, time grows with draws to the power {slope(large, 'draws', 'seconds'):.2f}"
    image = drawn("draws", title, "draws", "time (s)", [Line("", points(found, "draws", "seconds"))], "xy")
    table("growth-draws", head, rows, f"{found[0]['nodes']} nodes, three actors, one thread. {machine(watch)}", image)
    return True


def actors() -> bool:
    """Growth with actors, in games of as many moves."""
    watch = Watch()
    found = all_of([
        run and run | {"actors": count} for count in ACTORS for run in [apart(assembly(count, MOVES, PRECISION), 2_000)]
    ])  # fmt: skip
    rows = [
        [r["actors"], f"{r['nodes']:,}", f"{r['sets']:,}", r["missed"], figure(1e3 * r["per_draw"]), figure(r["sweeps"]), figure(r["sweep"])]
        for r in found
    ]  # fmt: skip
    head = ("actors", "nodes", "sets", "missed", "time (ms per draw)", "sweeps per draw", SWEEP)
    more = found[-1]["sweep"] / found[0]["sweep"]
    title = f"With {found[-1]['actors']} actors a sweep of a node takes {figure(more, 2)} times as long as with {found[0]['actors']}"
    image = drawn("actors", title, "actors", SWEEP, [Line("", points(found, "actors", "sweep"))])
    table("growth-actors", head, rows, f"{MOVES} moves, {found[0]['draws']:,} draws, one thread. {machine(watch)}", image)  # fmt: skip
    return True


def threads() -> bool:
    """Growth with threads: 1, 2, 4 ... and all cores."""
    watch, rows, lines = Watch(), [], []
    cores = os.cpu_count() or 1
    counts = sorted({1, cores, *(2**k for k in range(cores.bit_length()) if 2**k <= cores)})
    for n, draws in ((2, 40_000), (3, 16_000), (5, 800)):
        found = all_of([apart(negotiation(n, PRECISION), draws, count) for count in counts])
        for r in found:
            r["gain"] = found[0]["seconds"] / r["seconds"]
            rows.append([
                f"{r['nodes']:,}", f"{draws:,}", r["threads"], figure(r["draws"] / r["seconds"]), figure(r["gain"]), figure(r["memory"]),
            ])  # fmt: skip
        lines.append(Line(f"{found[0]['nodes']:,} nodes", points(found, "threads", "gain"), labelled=False))
    head = ("nodes", "draws", "threads", "games forecast (1/s)", "gain over one thread", "peak memory (GB)")
    ends = [line.points[-1] for line in lines]
    low, high = min(gain for _, gain in ends), max(gain for _, gain in ends)
    title = f"{ends[0][0]} threads make a forecast {low:.2f} to {high:.2f} times as fast as one"
    image = drawn("threads", title, "threads", "speed, as a multiple of one thread's", lines, "", 3)
    table("growth-threads", head, rows, f"Three actors. {machine(watch)}", image)
    return True


PARTS: dict[str, Callable[[], bool]] = {"draws": draws, "actors": actors, "threads": threads, "nodes": nodes}


def main() -> int:
    """Measure and print all parts, or those named; returns 1 if the largest game was not solved within its memory."""
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(one(sys.stdin.read(), *map(int, sys.argv[2:]))))
        return 0
    named = [word for word in sys.argv[1:] if word in PARTS] or list(PARTS)
    return int(False in [PARTS[name]() for name in named])


if __name__ == "__main__":
    sys.exit(main())
