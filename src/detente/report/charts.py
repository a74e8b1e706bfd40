"""Charts of a forecast as static SVG text.

Each chart is drawn for a width in pixels; the brief shows a wide or a narrow one. Colours are Okabe and Ito's, which
colour-blind readers can tell apart; shapes, dashes and labels tell the same in grey print.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from detente.report.findings import Beliefs, Curve, Figure
from detente.report.lettering import width_of, wrap
from detente.report.vega import FONT, Spec, field, finished, layered, marks, value

WIDE = 700
NARROW = 340
SHEET = 900.0
"""Height of a drawing that, at full width, fits a page of A4 under a heading."""
AXIS, HEADED = 50.0, 80.0
"""Room for an axis at the top, and for a title with its legend."""
ACCENT = "#0b5a8a"
INK, FAINT, GRID = "#222222", "#5c5c5c", "#dcdcdc"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#8a5a00", "#CC79A7", "#000000")
"""Okabe and Ito's palette, its yellow darkened so that it reads on white."""

DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
SIZE = 12
LINE = 15
LABEL_ROOM = 92
DOT = {"color": ACCENT, "size": 75, "filled": True, "opacity": 1}
BOLD = {"align": "right", "fontWeight": "bold", "color": INK}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a dot-and-whisker chart."""

    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Spread:
    """One line of a chart of views: the forecast's figure, what each view says instead by its kind, and a note on them."""

    label: str
    figure: Figure
    note: str
    views: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart for a wide page and for a narrow one; the same picture where it serves both.

    ``sheets``: the wide one in parts, each of which fits a page of A4; none where it does so whole.
    """

    wide: str
    narrow: str
    sheets: tuple[str, ...] = ()


Drawn = TypeVar("Drawn", Row, Spread)


def whiskers(rows: Sequence[Row], title: str) -> Chart:
    """Probabilities (dots) with their intervals (lines), one a row, labelled with their figures."""
    pages = _pages(
        rows, [_tall(wrap(row.label, int(WIDE * 0.47) - 24, SIZE), beside=True) for row in rows], SHEET - AXIS
    )
    sheets = tuple(_whiskers(page, title, WIDE, beside=True) for page in pages) if len(pages) > 1 else ()
    return Chart(_whiskers(rows, title, WIDE, beside=True), _whiskers(rows, title, NARROW, beside=False), sheets)


def curve(question: Curve, title: str) -> Chart:
    """The probability that it has come true by each day, with its interval as a band."""
    drawn = _curve(question, title)
    return Chart(drawn, drawn)


def beliefs(belief: Beliefs, title: str) -> Chart:
    """What one holder thought before the record and after each of its steps: one line for each state."""
    drawn = _beliefs(belief, title)
    return Chart(drawn, drawn)


def spreads(rows: Sequence[Spread], finding: str) -> Chart:
    """The forecast's figures, a question a row, among what other views say: do they agree? ``finding`` is the title."""
    heights = [_placed([row], int(WIDE * 0.47) - 24, beside=True)[2] for row in rows]
    pages = _pages(rows, heights, SHEET - AXIS - HEADED)
    sheets = tuple(_spreads(page, finding, WIDE, beside=True, titled=i == 0) for i, page in enumerate(pages))
    whole = _spreads(rows, finding, WIDE, beside=True)
    return Chart(whole, _spreads(rows, finding, NARROW, beside=False), sheets if len(pages) > 1 else ())


def _pages(rows: Sequence[Drawn], heights: Sequence[float], first: float) -> list[list[Drawn]]:
    """Rows in turn on as many pages as it takes: ``first`` of room on the first, all of a page but the axis on the others."""
    pages: list[list[Drawn]] = [[]]
    left = first
    for row, height in zip(rows, heights, strict=True):
        if pages[-1] and height > left:
            pages.append([])
            left = SHEET - AXIS
        pages[-1].append(row)
        left -= height
    return pages


def _tall(label: Sequence[str], *, beside: bool) -> float:
    """Height of a row of dots and whiskers with this label."""
    return len(label) * LINE + (12 if beside else 32)


# --------------------------------------------------------------------------- dots and whiskers


def _whiskers(rows: Sequence[Row], title: str, width: int, *, beside: bool) -> str:
    """Labels stand beside the whiskers where there is room, above them where there is not."""
    left, right = (int(width * 0.47), width - 108) if beside else (6, width - 100)
    table, height = [], 4.0
    for row in rows:
        lines = wrap(row.label, (left - 24) if beside else width - 8, SIZE)
        tall = _tall(lines, beside=beside)
        middle = height + (tall / 2 if beside else tall - 16)
        table.append({
            "label": lines, "text": height + (tall - len(lines) * LINE) / 2 if beside else height + 2, "y": middle,
            "mean": row.figure.mean, "low": row.figure.low, "high": row.figure.high,
            "percent": row.figure.percent, "interval": row.figure.interval,
        })  # fmt: skip
        height += tall
    x, y = _across(left, right, grid=beside), _down(height)
    track = marks("rule", {"strokeWidth": 1, "color": GRID}, x=value(left), x2=value(right), y=y("y:Q"))
    words = {"align": "left", "baseline": "top", "lineHeight": LINE, "color": INK}
    tick = {"color": ACCENT, "size": 9, "thickness": 2}
    layers = [
        *([] if beside else [track]),
        marks("rule", {"strokeWidth": 2, "color": ACCENT, "opacity": 0.75}, x=x("low:Q"), x2=field("high:Q"), y=y("y:Q")),
        marks("tick", tick, x=x("low:Q"), y=y("y:Q")),
        marks("tick", tick, x=x("high:Q"), y=y("y:Q")),
        marks("point", DOT, x=x("mean:Q"), y=y("y:Q")),
        marks("text", words, x=value(0), y=y("text:Q"), text=field("label:N")),
        marks("text", BOLD, x=value(width - 58), y=y("y:Q"), text=field("percent:N")),
        marks("text", {"align": "right", "color": FAINT}, x=value(width), y=y("y:Q"), text=field("interval:N")),
    ]  # fmt: skip
    return finished(layered(table, layers, width, height), title)


def _across(left: float, right: float, *, grid: bool) -> Callable[[str], Spec]:
    """Columns of probability placed between two x, with their axis at the top."""
    scale = {"domain": [0, 1], "range": [left, right]}
    return partial(field, title="Probability", scale=scale, axis=percent_axis("top", grid=grid))


def _down(height: float) -> Callable[[str], Spec]:
    """Columns of places in pixels from the top."""
    return partial(field, scale={"domain": [0, height], "range": [0, height], "nice": False}, axis=None)


def percent_axis(orient: Literal["top", "bottom", "left", "right"], **options: Any) -> Spec:
    """An axis of shares, in per cent."""
    return {
        "orient": orient, "labelExpr": "round(100 * datum.value) + '\u00a0%'", "values": [0, 0.25, 0.5, 0.75, 1], "labelColor": FAINT, "titleColor": FAINT, "titleFontWeight": "normal",
        "domain": False, "ticks": False, "gridColor": GRID, "labelPadding": 4, "titlePadding": 6, **options,
    }  # fmt: skip


# --------------------------------------------------------------------------- what other views say

VIEWS = {
    "expert": ("circle", "Circles: each expert alone.", -8, INK),
    "theory": ("diamond", "Diamonds: other theories of behaviour.", 8, COLOURS[1]),
    "equilibrium": ("triangle-up", "Triangles: the lowest and highest equilibrium.", 8, COLOURS[2]),
}
"""Each kind of view: its shape, what that means, how far below the forecast it stands, and its colour."""


def _spreads(rows: Sequence[Spread], finding: str, width: int, *, beside: bool, titled: bool = True) -> str:
    """The forecast as a dot on the band of its interval, experts just above it, theories and equilibria just below."""
    left, right = (int(width * 0.47), width - 60) if beside else (6, width - 52)
    table, views, height = _placed(rows, (left - 24) if beside else width - 8, beside=beside)
    shown = [kind for kind in VIEWS if any(view["kind"] == kind for view in views)]
    x, y = _across(left, right, grid=beside), _down(height)
    words = {"align": "left", "baseline": "top", "lineHeight": LINE, "color": INK}
    rule = {"strokeWidth": 1, "color": GRID}
    layers = [
        marks("rule", rule, x=value(0), x2=value(width), y=y("line:Q")),
        *([] if beside else [marks("rule", rule, x=value(left), x2=value(right), y=y("y:Q"))]),
        marks("rule", {"strokeWidth": 9, "color": ACCENT, "opacity": 0.25}, x=x("low:Q"), x2=field("high:Q"), y=y("y:Q")),
        marks("point", DOT, x=x("mean:Q"), y=y("y:Q")),
        *(
            marks(
                "point", {"shape": VIEWS[kind][0], "size": 48, "color": VIEWS[kind][3], "filled": False, "strokeWidth": 1.5, "opacity": 0.6},
                [view for view in views if view["kind"] == kind], x=x("value:Q"), y=y("y:Q"),
            )
            for kind in shown
        ),
        marks("text", words, x=value(0), y=y("text:Q"), text=field("label:N")),
        marks("text", words, x=value(0), y=y("below:Q"), text=field("note:N"), color=value(FAINT)),
        marks("text", BOLD, x=value(width), y=y("y:Q"), text=field("percent:N")),
    ]  # fmt: skip
    legend = " ".join(["Dot: the forecast, on its interval.", *(VIEWS[kind][1] for kind in shown)])
    title = {
        "text": wrap(finding, width - 8, 15, bold=True), "subtitle": wrap(legend, width - 8, SIZE), "anchor": "start", "frame": "group",
        "font": FONT, "subtitleFont": FONT, "fontSize": 15, "subtitleFontSize": SIZE, "color": INK, "subtitleColor": FAINT,
        "subtitlePadding": 8, "offset": 12,
    }  # fmt: skip
    return finished(layered(table, layers, width, height, title if titled else None), finding)


def _placed(rows: Sequence[Spread], room: float, *, beside: bool) -> tuple[list[Spec], list[Spec], float]:
    """The rows of a chart of views with their places down it, the marks of the views, and the height in all."""
    table, views, height = [], [], 6.0
    for row in rows:
        label, note = wrap(row.label, room, SIZE), wrap(row.note, room, SIZE) if row.note else []
        lines = (len(label) + len(note)) * LINE
        tall = max(lines + 14, 40) if beside else lines + 48
        middle = height + (tall / 2 if beside else lines + 20)
        top = height + (tall - lines) / 2 if beside else height + 3
        table.append({
            "label": label, "text": top, "note": note, "below": top + len(label) * LINE, "y": middle, "mean": row.figure.mean,
            "low": row.figure.low, "high": row.figure.high, "percent": row.figure.percent, "line": height - 1,
        })  # fmt: skip
        for kind, values in row.views.items():
            views += [{"kind": kind, "value": value, "y": middle + VIEWS[kind][2]} for value in values]
        height += tall
    return table, views, height


# --------------------------------------------------------------------------- over time


def _curve(question: Curve, title: str, width: int = NARROW - 104, height: int = 160) -> str:
    rows = [{"day": day, "mean": f.mean, "low": f.low, "high": f.high} for day, f in question.points if f.known]
    last = [{**row, "percent": question.points[-1][1].percent} for row in rows[-1:]]
    x = field("day:T", title=None, axis={
        "labelExpr": "timeFormat(datum.value, '%-d %b')", "tickCount": 4, "grid": False, "labelColor": FAINT, "domainColor": FAINT, "tickColor": FAINT,
    })  # fmt: skip
    y = field("low:Q", title="Probability by that day", scale={"domain": [0, 1]}, axis=percent_axis("left"))
    layers = [
        marks("area", {"color": ACCENT, "opacity": 0.18, "interpolate": "linear"}, x=x, y=y, y2=field("high:Q")),
        marks("line", {"color": ACCENT, "strokeWidth": 2.5}, x=x, y=field("mean:Q")),
        marks("point", {**DOT, "size": 60}, last, x=x, y=field("mean:Q")),
        marks("text", {**BOLD, "align": "left", "dx": 8}, last, x=x, y=field("mean:Q"), text=field("percent:N")),
    ]
    return finished(layered(rows, layers, width, height), title, right=12)


# --------------------------------------------------------------------------- beliefs


def _beliefs(belief: Beliefs, title: str, width: int = NARROW - 160, height: int = 180) -> str:
    """Stages left to right; each state has its own colour, dash, shape and a label at its end."""
    stages = [step.replace("_", " ") if step else "before" for step in belief.stages]
    spread = [(i - (len(belief.states) - 1) / 2) * 0.06 for i in range(len(belief.states))]
    rows = [
        {"at": stage + spread[i], "state": state.state, "mean": f.mean, "low": f.low, "high": f.high}
        for i, state in enumerate(belief.states)
        for stage, f in enumerate(state.figures)
    ]
    names = [state.state for state in belief.states]

    def told_by(looks: Sequence[object]) -> Spec:
        return field("state:N", scale={"domain": names, "range": list(looks[: len(names)])}, legend=None)

    colour = told_by(COLOURS)
    tilted = sum(width_of(s, 11) + 8 for s in stages) > width
    labels = " : ".join(f"datum.value == {i} ? {_quoted(s)}" for i, s in enumerate(stages)) + " : ''"
    axis = {
        "values": list(range(len(stages))), "labelExpr": labels, "grid": False, "domainColor": FAINT, "ticks": False, "labelColor": INK,
        "labelPadding": 6, "labelAngle": -30 if tilted else 0, "labelAlign": "right" if tilted else "center", "labelOverlap": False,
    }  # fmt: skip
    x = field("at:Q", title=None, scale={"domain": [-0.2, len(stages) - 0.8]}, axis=axis)
    y = field("mean:Q", title="Probability", scale={"domain": [0, 1]}, axis=percent_axis("left"))
    end = {"align": "left", "dx": 10, "lineHeight": 13}
    layers = [
        marks("rule", {"strokeWidth": 1.5, "opacity": 0.55}, x=x, y=field("low:Q"), y2=field("high:Q"), color=colour),
        marks("line", {"strokeWidth": 2.2}, x=x, y=y, color=colour, strokeDash=told_by(DASHES)),
        marks("point", {"filled": True, "size": 65, "opacity": 1}, x=x, y=y, color=colour, shape=told_by(SHAPES)),
        marks(
            "text", end, _ends(belief, height), x=value(width), y=field("place:Q"), text=field("label:N"), color=colour
        ),
    ]
    return finished(layered(rows, layers, width, height), title, right=12)


def _ends(belief: Beliefs, height: int) -> list[Spec]:
    """Labels at the end of each line, moved apart where they would cover each other."""
    labels = {
        s.state: wrap(f"{s.state.replace('_', ' ')} {s.figures[-1].percent}", LABEL_ROOM, SIZE) for s in belief.states
    }
    ordered = sorted(belief.states, key=lambda s: s.figures[-1].mean)
    places, floor = [], 0.0
    for state in ordered:
        half = (13 * len(labels[state.state]) + 3) / 2 / height
        place = max(state.figures[-1].mean, floor + half)
        floor = place + half
        places.append(place)
    over = max(0.0, floor - 1.04)
    return [
        {"state": s.state, "place": p - over, "label": labels[s.state]} for s, p in zip(ordered, places, strict=True)
    ]


def _quoted(text: str) -> str:
    """Words as a constant of Vega's expression language: letters, digits and spaces only, so that none can end it."""
    return "'" + re.sub(r"[^\w .,-]", " ", text) + "'"
