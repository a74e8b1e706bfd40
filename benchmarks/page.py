"""Tables as text, on the terminal and between their markers in ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
WRITE = "--page"
"""With this word on the command line, the tables also go into the page."""

BUSY = 0.3
"""Load average, in cores beyond the measurement's own, above which a table says that others were using the machine."""


def table(name: str, head: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print a table; with ``--page`` put it between ``<!-- table: name -->`` and ``<!-- end -->`` in the page."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    lines = [
        "| " + " | ".join(c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True))) + " |"
        for row in cells
    ]  # fmt: skip
    lines.insert(1, "|" + "|".join("-" * (w + 1) + ("-" if k == 0 else ":") for k, w in enumerate(widths)) + "|")
    text = "\n".join(lines) + (f"\n\n{note}" if note else "")
    print(text + "\n", flush=True)
    if WRITE in sys.argv:
        put(name, text)


def put(name: str, text: str) -> None:
    """Put text between a table's markers in the page."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- table: {name} -->", "<!-- end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name}: no place for {begin}")
    PAGE.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page), encoding="utf-8")


def machine(load_before: float) -> str:
    """What this runs on, and whether others were using it as the measurement began."""
    packages = []
    for package in ("detente", "numpy", "numba", "pygambit", "open_spiel"):
        try:
            packages.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    shared = f"others were using the machine as this began (load {load_before:.1f})" if load_before > BUSY else "the machine was otherwise idle as this began"  # fmt: skip
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {', '.join(packages)}; {shared}."
    )


def load() -> float:
    """Mean number of busy cores in the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


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
