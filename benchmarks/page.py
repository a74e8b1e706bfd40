"""Tables and charts: as text on the terminal, and between their markers in ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
WRITE = "--page"
"""With this word on the command line, the tables also go into the page."""

BUSY = 0.15
"""Cores that others kept busy on average, above which a table says so."""


class Watch:
    """How busy others keep the machine, from now on: all processors' time less that of this process and its children."""

    def __init__(self) -> None:
        self.wall, self.spent = time.perf_counter(), _all_processors()
        self.own = sum(os.times()[:4])

    def others(self) -> float | None:
        """Cores busy with others' work on average so far; None where the system does not tell."""
        spent = _all_processors()
        if spent is None or self.spent is None:
            return None
        own = sum(os.times()[:4]) - self.own
        return max(0.0, (spent - self.spent - own) / (time.perf_counter() - self.wall))


def _all_processors() -> float | None:
    """Seconds that all processors have worked, or were taken away by a hypervisor, since the start (Linux)."""
    information = Path("/proc/stat")
    if not information.exists():
        return None
    user, nice, system, _idle, _wait, interrupts, soft, stolen = map(
        int, information.read_text(encoding="utf-8").split()[1:9]
    )
    return (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")


def table(name: str, head: Sequence[str], rows: Sequence[Sequence[object]], note: str = "", images: str = "") -> None:
    """Print a table; with ``--page`` put it, with its ``images``, between ``<!-- table: name -->`` and ``<!-- end -->`` in the page."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    lines = []
    for row in cells:
        padded = [c.rjust(w) if k else c.ljust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append(f"| {' | '.join(padded)} |")
    lines.insert(1, "|" + "|".join("-" * (w + 1) + (":" if k else "-") for k, w in enumerate(widths)) + "|")
    text = "\n".join(lines) + (f"\n\n{note}" if note else "")
    print(text + "\n", flush=True)
    if WRITE in sys.argv:
        put(name, f"{images}\n\n{text}" if images else text)


def put(name: str, text: str) -> None:
    """Put text between a table's markers in the page."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- table: {name} -->", "<!-- end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name}: no place for {begin}")
    PAGE.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page), encoding="utf-8")


def machine(watch: Watch) -> str:
    """What this runs on, and whether others were using it meanwhile."""
    packages = []
    for package in ("detente", "numpy", "numba", "pygambit", "open_spiel"):
        try:
            packages.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    others = watch.others()
    if others is None:
        shared = "whether others were using the machine is not known"
    elif others > BUSY:
        shared = f"others kept {others:.1f} of the cores busy meanwhile, so these figures are not to be relied on"
    else:
        shared = "the machine was otherwise idle"
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {', '.join(packages)}; {shared}."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        found = re.search(r"model name\s*:\s*(.+)", information.read_text(encoding="utf-8"))
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def figure(value: float, digits: int = 3) -> str:
    """A number with so many digits that count, thousands apart."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e12:
        rounded = float(f"{value:.{digits - 1}e}")
        return f"{rounded:,.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:.{digits}g}"
    return f"{value:.{digits - 1}e}"
