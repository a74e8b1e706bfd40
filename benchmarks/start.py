"""What compilation costs, and how long the founding case takes from the shell.

Each figure is of a process of its own. The first starts with an empty folder for compiled code, as after installation; the later
ones find what it left there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from page import Watch, figure, machine, table

CASE, DRAWS = "korea-2019", 4000
LIMIT = 900.0
"""Seconds that one process may take."""

STEPS = """
import json, time
times, last = {}, time.perf_counter()

def lap(name):
    global last
    now = time.perf_counter()
    times[name], last = now - last, now

import detente
lap("import detente")
situation = detente.load(detente.situations.path("CASE"))
lap("load the file")
detente.forecast(situation, draws=16, threads=1)
lap("forecast, 16 draws")
made = detente.forecast(situation, draws=DRAWS)
lap("forecast, all draws")
made = detente.forecast(situation, draws=DRAWS)
lap("the same once more")
print(json.dumps(times | {"nodes": made.certificate.nodes, "sets": made.certificate.information_sets,
                          "draws": made.certificate.draws, "missed": made.certificate.missed}))
"""


def in_process(cache: str, *words: str) -> tuple[float, str]:
    """Seconds that Python takes with these words, and what it prints; compiled code is kept in ``cache``."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words], env=os.environ | {"NUMBA_CACHE_DIR": cache}, stdout=subprocess.PIPE, text=True, timeout=LIMIT,
        check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):  # 1 is a forecast that is done, with reservations
        raise RuntimeError(f"{words[0]} {words[1]} ended with {done.returncode}")
    return time.perf_counter() - started, done.stdout


def main() -> int:
    """Measure and print."""
    watch = Watch()
    code = STEPS.replace("CASE", CASE).replace("DRAWS", str(DRAWS))
    with TemporaryDirectory() as folder:
        first, second = (json.loads(in_process(folder, "-c", code)[1]) for _ in range(2))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    laps = [name for name, value in first.items() if isinstance(value, float)]
    rows = [[name, figure(first[name]), figure(second[name]), figure(first[name] - second[name], 2)] for name in laps]
    total = [sum(run[name] for name in laps) for run in (first, second)]
    rows.append(["together", *map(figure, total), figure(total[0] - total[1], 2)])
    note = (
        f"{CASE}: {first['nodes']:,} nodes, {first['sets']:,} information sets, {first['draws']:,} draws, {second['missed']} missed. "
        f"The compiled code takes {figure(size / 1e6)} MB on disk. {machine(watch)}"
    )
    table("start", ("step", "first process (s)", "second process (s)", "difference (s)"), rows, note)

    watch = Watch()
    with TemporaryDirectory() as folder:
        brief = str(Path(folder) / "brief.html")
        run = ["-m", "detente", "run", CASE, "--draws", str(DRAWS), "--out", brief]
        seconds = [in_process(folder, *run)[0] for _ in range(3)]
    solving = min(second["forecast, all draws"], second["the same once more"])
    head = ("forecast alone (s)", "`detente run`, after installation (s)", "second time (s)", "third time (s)")
    rows = [[figure(s) for s in (solving, *seconds)]]
    table("korea", head, rows, f"`detente run {CASE} --draws {DRAWS}`, brief included. {machine(watch)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
