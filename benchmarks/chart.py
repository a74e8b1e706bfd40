"""Charts for the page, in the look of the brief's: one finding each, said in the title, readable in grey."""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert
from page import PAGE, WRITE, figure

from detente.report.charts import COLOURS, DASHES, FAINT, GRID, INK, SHAPES
from detente.report.vega import FONT, Spec, field, layered, marks, value

IMAGES = PAGE.parent / "images"
WIDTH, HEIGHT = 430, 220
LETTERS, LETTER = 52, 14
"""Letters in a title's line; height of a line of a name, in pixels."""


@dataclass(frozen=True)
class Line:
    """Points (x, y) joined in order, and the name at their end. ``labelled``: each with its figure."""

    name: str
    points: Sequence[tuple[float, float]]
    labelled: bool = True


def drawn(name: str, title: str, x: str, y: str, lines: Sequence[Line], log: str = "", digits: int = 2) -> str:
    """Write ``docs/images/performance-NAME.svg`` if the page is asked for; returns the Markdown that shows it.

    ``x``, ``y``: titles of the axes, with units; ``log``: those that are logarithmic. On the others every point has its tick
    (x) and the axis starts at zero (y).
    """
    path = IMAGES / f"performance-{name}.svg"
    if WRITE in sys.argv:
        IMAGES.mkdir(exist_ok=True)
        path.write_text(_svg(title, x, y, lines, log, digits) + "\n", encoding="utf-8")
    seen = "; ".join(
        f"{line.name + ': ' if line.name else ''}{', '.join(f'{figure(b, digits)} at {figure(a)}' for a, b in line.points)}"
        for line in lines
    )
    return f"![{title}. {y} by {x}: {seen}.](images/{path.name})"


def _svg(title: str, x: str, y: str, lines: Sequence[Line], log: str, digits: int) -> str:
    rows = [
        {"line": line.name, "x": a, "y": b, "text": figure(b, digits) if line.labelled else ""} for line in lines for a, b in line.points
    ]  # fmt: skip
    xs, ys = [a for line in lines for a, _ in line.points], [b for line in lines for _, b in line.points]
    names = [line.name for line in lines]
    look: dict[str, Any] = {"labelColor": FAINT, "titleColor": FAINT, "titleFontWeight": "normal", "gridColor": GRID, "domainColor": FAINT}  # fmt: skip
    ticks: dict[str, Any] = {} if "x" in log else {"values": sorted(set(xs))}
    decades: dict[str, Any] = {"values": [10.0**k for k in range(-9, 10)]} if "y" in log else {"tickCount": 5}
    right = 3.0 if len(lines) == 1 else 8.0
    across = field("x:Q", title=x, scale=_scale(xs, "x" in log, 2.0, right, 0.1), axis={"grid": False, "format": "~s", "tickCount": 6, **ticks, **look})  # fmt: skip
    up = field("y:Q", title=y, scale=_scale(ys, "y" in log, 2.0, 3.0, 0.25), axis={"format": "~g" if max(ys) < 1e4 else "~s", **decades, **look})  # fmt: skip

    def told_by(looks: Sequence[object]) -> Spec:
        return field("line:N", legend=None, scale={"domain": names, "range": list(looks[: len(names)])})

    colour = told_by(COLOURS)
    ends = [
        {"line": line.name, "name": line.name, "x": line.points[-1][0], "y": place}
        for line, place in zip(lines, _apart([line.points[-1][1] for line in lines], up["scale"]), strict=True)
    ]
    layers = [
        marks("line", {"strokeWidth": 2}, x=across, y=up, color=colour, strokeDash=told_by(DASHES)),
        marks("point", {"filled": True, "size": 60, "opacity": 1}, x=across, y=up, color=colour, shape=told_by(SHAPES)),
        marks("text", {"dy": -12, "fontSize": 11}, x=across, y=up, text=field("text:N"), color=value(INK)),
        marks("text", {"align": "left", "dx": 9, "fontSize": 11}, ends, x=across, y=up, text=field("name:N"), color=colour),
    ]  # fmt: skip
    heading = {"text": textwrap.wrap(title, LETTERS), "anchor": "start", "color": INK, "fontSize": 13}
    config = {"font": FONT, "background": "white", "padding": 8, "view": {"stroke": None}}
    return str(vl_convert.vegalite_to_svg({**layered(rows, layers, WIDTH, HEIGHT, heading), "config": config}))


def _apart(ends: Sequence[float], scale: Spec) -> list[float]:
    """Where the lines' names stand: at their ends, from the lowest on moved up as far as it takes to read them."""
    log = scale.get("type") == "log"
    low, high = (math.log(edge) if log else edge for edge in scale["domain"])
    gap, below, places = (high - low) * LETTER / HEIGHT, -math.inf, dict[int, float]()
    for i in sorted(range(len(ends)), key=lambda i: ends[i]):
        below = max(math.log(ends[i]) if log else ends[i], below + gap)
        places[i] = math.exp(below) if log else below
    return [places[i] for i in range(len(ends))]


def _scale(values: Sequence[float], log: bool, below: float, above: float, beyond: float) -> Spec:
    """Room around the points: factors on a logarithmic axis, a share ``beyond`` the largest on one that starts at zero."""
    if log:
        return {"type": "log", "domain": [min(values) / below, max(values) * above], "nice": False}
    return {"domain": [0, max(values) * (1 + beyond)], "nice": False}
