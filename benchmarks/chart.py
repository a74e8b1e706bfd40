"""Charts for the page, in the look of the brief's: one finding each, said in the title, readable in grey."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from page import PAGE, WRITE, figure

from detente.report.charts import COLOURS, DASHES, FAINT, GRID, INK, SHAPES
from detente.report.vega import FONT

IMAGES = PAGE.parent / "images"
WIDTH, HEIGHT = 430, 220
LETTERS = 52
"""Of a title's line."""


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
    rows = pd.DataFrame([
        {"line": line.name, "x": a, "y": b, "text": figure(b, digits) if line.labelled else ""} for line in lines for a, b in line.points
    ])  # fmt: skip
    names = [line.name for line in lines]
    look: dict[str, Any] = {"labelColor": FAINT, "titleColor": FAINT, "titleFontWeight": "normal", "gridColor": GRID, "domainColor": FAINT}  # fmt: skip
    ticks: dict[str, Any] = {} if "x" in log else {"values": sorted(set(rows.x))}
    decades: dict[str, Any] = {"values": [10.0**k for k in range(-9, 10)]} if "y" in log else {"tickCount": 5}
    right = 3.0 if len(lines) == 1 else 8.0
    across = alt.X("x:Q", title=x, scale=_scale(rows.x, "x" in log, 2.0, right, 0.1), axis=alt.Axis(grid=False, format="~s", tickCount=6, **ticks, **look))  # fmt: skip
    up = alt.Y("y:Q", title=y, scale=_scale(rows.y, "y" in log, 2.0, 3.0, 0.25), axis=alt.Axis(format="~g" if rows.y.max() < 1e4 else "~s", **decades, **look))  # fmt: skip
    base = alt.Chart(rows).encode(
        x=across, y=up,
        color=alt.Color("line:N", legend=None, scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)]))),
    )  # fmt: skip
    dashes = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=names, range=list(DASHES[: len(names)])))
    shapes = alt.Shape("line:N", legend=None, scale=alt.Scale(domain=names, range=list(SHAPES[: len(names)])))
    ends = pd.DataFrame(
        [
            {"line": line.name, "name": name, "x": line.points[-1][0], "y": line.points[-1][1]}
            for line, name in _named(lines, digits)
        ]
    )
    layers = [
        base.mark_line(strokeWidth=2).encode(strokeDash=dashes),
        base.mark_point(filled=True, size=60, opacity=1).encode(shape=shapes),
        base.mark_text(dy=-12, fontSize=11).encode(text="text:N", color=alt.value(INK)),
        alt.Chart(ends).mark_text(align="left", dx=9, fontSize=11).encode(x=across, y=up, text="name:N", color=alt.Color("line:N", legend=None)),
    ]  # fmt: skip
    heading = alt.Title(textwrap.wrap(title, LETTERS), anchor="start", color=INK, fontSize=13)
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=heading)
    styled = chart.configure(font=FONT, background="white", padding=8).configure_view(stroke=None)
    return str(vl_convert.vegalite_to_svg(styled.to_json(indent=None)))


def _named(lines: Sequence[Line], digits: int) -> list[tuple[Line, str]]:
    """Each line with the name at its end; lines that end in the same figure share one name, at the first of them."""
    ends: dict[str, list[Line]] = {}
    for line in lines:
        ends.setdefault(figure(line.points[-1][1], digits), []).append(line)
    return [
        (line, ", ".join(each.name for each in those) if line is those[0] else "")
        for those in ends.values()
        for line in those
    ]


def _scale(values: pd.Series[float], log: bool, below: float, above: float, beyond: float) -> alt.Scale:
    """Room around the points: factors on a logarithmic axis, a share ``beyond`` the largest on one that starts at zero."""
    if log:
        return alt.Scale(type="log", domain=[values.min() / below, values.max() * above], nice=False)
    return alt.Scale(domain=[0, values.max() * (1 + beyond)], nice=False)
