"""Charts of a forecast as static SVG text (Vega-Lite drawn by vl-convert): no script, nothing fetched.

Each chart is drawn for a width in pixels; the brief shows a wide or a narrow one. Colours are Okabe and Ito's, which
colour-blind readers can tell apart; shapes, dashes and labels tell the same in grey print.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from detente.report.findings import Beliefs, Curve, Figure
from detente.report.lettering import width_of, wrap

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

WIDE = 700
NARROW = 340
ACCENT = "#0b5a8a"
INK, FAINT, GRID = "#222222", "#5c5c5c", "#dcdcdc"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#8a5a00", "#CC79A7", "#000000")
"""Okabe and Ito's palette, its yellow darkened so that it reads on white."""

DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
SIZE = 12
LINE = 15
LABEL_ROOM = 92


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
    """A drawn chart for a wide page and for a narrow one; the same picture where it serves both."""

    wide: str
    narrow: str


def whiskers(rows: Sequence[Row], title: str) -> Chart:
    """Probabilities (dots) with their intervals (lines), one a row, labelled with their figures."""
    with unchecked():
        return Chart(_whiskers(rows, title, WIDE, beside=True), _whiskers(rows, title, NARROW, beside=False))


def curve(question: Curve, title: str) -> Chart:
    """The probability that it has come true by each day, with its interval as a band."""
    with unchecked():
        drawn = _curve(question, title)
    return Chart(drawn, drawn)


def beliefs(belief: Beliefs, title: str) -> Chart:
    """What one holder thought before the record and after each of its steps: one line for each state."""
    with unchecked():
        drawn = _beliefs(belief, title)
    return Chart(drawn, drawn)


def spreads(rows: Sequence[Spread], finding: str) -> Chart:
    """The forecast's figures, a question a row, among what other views say: do they agree? ``finding`` is the title."""
    with unchecked():
        return Chart(_spreads(rows, finding, WIDE, beside=True), _spreads(rows, finding, NARROW, beside=False))


def unchecked() -> AbstractContextManager[None]:
    """Without Altair's check of every part against its schema, which takes longer than all else: these charts are known to be well formed."""
    from altair.utils import schemapi

    return schemapi.debug_mode(False)


# --------------------------------------------------------------------------- dots and whiskers


def _whiskers(rows: Sequence[Row], title: str, width: int, *, beside: bool) -> str:
    """Labels stand beside the whiskers where there is room, above them where there is not."""
    import altair as alt
    import pandas as pd

    left, right = (int(width * 0.47), width - 108) if beside else (6, width - 100)
    table, height = [], 4.0
    for row in rows:
        lines = wrap(row.label, (left - 24) if beside else width - 8, SIZE)
        tall = len(lines) * LINE + (12 if beside else 32)
        middle = height + (tall / 2 if beside else tall - 16)
        table.append({
            "label": lines, "text": height + (tall - len(lines) * LINE) / 2 if beside else height + 2, "y": middle,
            "mean": row.figure.mean, "low": row.figure.low, "high": row.figure.high,
            "percent": row.figure.percent, "interval": row.figure.interval,
        })  # fmt: skip
        height += tall
    across = alt.Scale(domain=[0, 1], range=[left, right])
    down = alt.Scale(domain=[0, height], range=[0, height], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(field, title="Probability", scale=across, axis=percent_axis("top", grid=beside))

    def y(field: str) -> alt.Y:
        return alt.Y(field, scale=down, axis=None)

    base = alt.Chart(pd.DataFrame(table))
    track = base.mark_rule(strokeWidth=1, color=GRID).encode(x=alt.XValue(left), x2=alt.X2Value(right), y=y("y:Q"))
    layers = [
        *([] if beside else [track]),
        base.mark_rule(strokeWidth=2, color=ACCENT, opacity=0.75).encode(x=x("low:Q"), x2=alt.X2("high:Q"), y=y("y:Q")),
        base.mark_tick(color=ACCENT, size=9, thickness=2).encode(x=x("low:Q"), y=y("y:Q")),
        base.mark_tick(color=ACCENT, size=9, thickness=2).encode(x=x("high:Q"), y=y("y:Q")),
        base.mark_point(color=ACCENT, size=75, filled=True, opacity=1).encode(x=x("mean:Q"), y=y("y:Q")),
        base.mark_text(align="left", baseline="top", lineHeight=LINE, color=INK).encode(
            x=alt.XValue(0), y=y("text:Q"), text=alt.Text("label:N")
        ),
        base.mark_text(align="right", fontWeight="bold", color=INK).encode(
            x=alt.XValue(width - 58), y=y("y:Q"), text=alt.Text("percent:N")
        ),
        base.mark_text(align="right", color=FAINT).encode(x=alt.XValue(width), y=y("y:Q"), text=alt.Text("interval:N")),
    ]
    return finished(alt.layer(*layers).properties(width=width, height=height), title)


def percent_axis(orient: Literal["top", "bottom", "left", "right"], **options: Any) -> alt.Axis:
    """An axis of shares, in per cent."""
    import altair as alt

    return alt.Axis(
        orient=orient, format="%", values=[0, 0.25, 0.5, 0.75, 1], labelColor=FAINT, titleColor=FAINT, titleFontWeight="normal",
        domain=False, ticks=False, gridColor=GRID, labelPadding=4, titlePadding=6, **options,
    )  # fmt: skip


# --------------------------------------------------------------------------- what other views say

VIEWS = {
    "expert": ("circle", "Circles: each expert alone.", -8, INK),
    "theory": ("diamond", "Diamonds: other theories of behaviour.", 8, COLOURS[1]),
    "equilibrium": ("triangle-up", "Triangles: the lowest and highest equilibrium.", 8, COLOURS[2]),
}
"""Each kind of view: its shape, what that means, how far below the forecast it stands, and its colour."""


def _spreads(rows: Sequence[Spread], finding: str, width: int, *, beside: bool) -> str:
    """The forecast as a dot on the band of its interval, experts just above it, theories and equilibria just below."""
    import altair as alt

    left, right = (int(width * 0.47), width - 60) if beside else (6, width - 52)
    base, views, height = _placed(rows, (left - 24) if beside else width - 8, beside=beside)
    shown = [kind for kind in VIEWS if (views.kind == kind).any()]
    across = alt.Scale(domain=[0, 1], range=[left, right])
    down = alt.Scale(domain=[0, height], range=[0, height], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(field, title="Probability", scale=across, axis=percent_axis("top", grid=beside))

    def y(field: str) -> alt.Y:
        return alt.Y(field, scale=down, axis=None)

    text = base.mark_text(align="left", baseline="top", lineHeight=LINE, color=INK)
    rule = base.mark_rule(strokeWidth=1, color=GRID)
    layers = [
        rule.encode(x=alt.XValue(0), x2=alt.X2Value(width), y=y("line:Q")),
        *([] if beside else [rule.encode(x=alt.XValue(left), x2=alt.X2Value(right), y=y("y:Q"))]),
        base.mark_rule(strokeWidth=9, color=ACCENT, opacity=0.25).encode(x=x("low:Q"), x2=alt.X2("high:Q"), y=y("y:Q")),
        base.mark_point(color=ACCENT, size=75, filled=True, opacity=1).encode(x=x("mean:Q"), y=y("y:Q")),
        *(
            alt.Chart(views[views.kind == kind])
            .mark_point(shape=VIEWS[kind][0], size=48, color=VIEWS[kind][3], filled=False, strokeWidth=1.5, opacity=0.9)
            .encode(x=x("value:Q"), y=y("y:Q"))
            for kind in shown
        ),
        text.encode(x=alt.XValue(0), y=y("text:Q"), text=alt.Text("label:N")),
        text.encode(x=alt.XValue(0), y=y("below:Q"), text=alt.Text("note:N"), color=alt.ColorValue(FAINT)),
        base.mark_text(align="right", fontWeight="bold", color=INK).encode(
            x=alt.XValue(width), y=y("y:Q"), text=alt.Text("percent:N")
        ),
    ]
    legend = " ".join(["Dot: the forecast, on its interval.", *(VIEWS[kind][1] for kind in shown)])
    title = alt.Title(
        wrap(finding, width - 8, 15, bold=True), subtitle=wrap(legend, width - 8, SIZE), anchor="start", frame="group",
        font=FONT, subtitleFont=FONT, fontSize=15, subtitleFontSize=SIZE, color=INK, subtitleColor=FAINT, subtitlePadding=8, offset=12,
    )  # fmt: skip
    return finished(alt.layer(*layers).properties(width=width, height=height, title=title), finding)


def _placed(rows: Sequence[Spread], room: float, *, beside: bool) -> tuple[alt.Chart, pd.DataFrame, float]:
    """The rows of a chart of views with their places down it, the marks of the views, and the height in all."""
    import altair as alt
    import pandas as pd

    table, marks, height = [], [], 6.0
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
            marks += [{"kind": kind, "value": value, "y": middle + VIEWS[kind][2]} for value in values]
        height += tall
    return alt.Chart(pd.DataFrame(table)), pd.DataFrame(marks, columns=["kind", "value", "y"]), height


# --------------------------------------------------------------------------- over time


def _curve(question: Curve, title: str, width: int = NARROW - 104, height: int = 160) -> str:
    import altair as alt
    import pandas as pd

    data = pd.DataFrame(
        [{"day": day, "mean": f.mean, "low": f.low, "high": f.high} for day, f in question.points if f.known]
    )
    last = data.tail(1).assign(percent=question.points[-1][1].percent)
    base = alt.Chart(data)
    x = alt.X("day:T", title=None, axis=alt.Axis(
        labelExpr="timeFormat(datum.value, '%-d %b')", tickCount=4, grid=False, labelColor=FAINT,
        domainColor=FAINT, tickColor=FAINT,
    ))  # fmt: skip
    y = alt.Y("low:Q", title="Probability by that day", scale=alt.Scale(domain=[0, 1]), axis=percent_axis("left"))
    layers = [
        base.mark_area(color=ACCENT, opacity=0.18, interpolate="linear").encode(x=x, y=y, y2=alt.Y2("high:Q")),
        base.mark_line(color=ACCENT, strokeWidth=2.5).encode(x=x, y=alt.Y("mean:Q")),
        alt.Chart(last).mark_point(color=ACCENT, filled=True, size=60, opacity=1).encode(x=x, y=alt.Y("mean:Q")),
        alt.Chart(last)
        .mark_text(align="left", dx=8, fontWeight="bold", color=INK)
        .encode(x=x, y=alt.Y("mean:Q"), text=alt.Text("percent:N")),
    ]
    return finished(alt.layer(*layers).properties(width=width, height=height), title, right=12)


# --------------------------------------------------------------------------- beliefs


def _beliefs(belief: Beliefs, title: str, width: int = NARROW - 160, height: int = 180) -> str:
    """Stages left to right; each state has its own colour, dash, shape and a label at its end."""
    import altair as alt
    import pandas as pd

    stages = [step.replace("_", " ") if step else "before" for step in belief.stages]
    spread = [(i - (len(belief.states) - 1) / 2) * 0.06 for i in range(len(belief.states))]
    rows = [
        {"at": stage + spread[i], "state": state.state, "mean": f.mean, "low": f.low, "high": f.high}
        for i, state in enumerate(belief.states)
        for stage, f in enumerate(state.figures)
    ]
    names = [state.state for state in belief.states]
    ends = _ends(belief, height)
    pick = {"scale": alt.Scale(domain=names, range=list(COLOURS[: len(names)])), "legend": None}
    colour = alt.Color("state:N", **pick)  # type: ignore[arg-type]
    shape = alt.Shape("state:N", scale=alt.Scale(domain=names, range=list(SHAPES[: len(names)])), legend=None)
    dash = alt.StrokeDash("state:N", scale=alt.Scale(domain=names, range=list(DASHES[: len(names)])), legend=None)
    tilted = sum(width_of(s, 11) + 8 for s in stages) > width
    labels = " : ".join(f"datum.value == {i} ? {_quoted(s)}" for i, s in enumerate(stages)) + " : ''"
    x = alt.X(
        "at:Q", title=None, scale=alt.Scale(domain=[-0.2, len(stages) - 0.8]),
        axis=alt.Axis(
            values=list(range(len(stages))), labelExpr=labels, grid=False, domainColor=FAINT, ticks=False, labelColor=INK,
            labelPadding=6, labelAngle=-30 if tilted else 0, labelAlign="right" if tilted else "center", labelOverlap=False,
        ),
    )  # fmt: skip
    y = alt.Y("mean:Q", title="Probability", scale=alt.Scale(domain=[0, 1]), axis=percent_axis("left"))
    base = alt.Chart(pd.DataFrame(rows))
    layers = [
        base.mark_rule(strokeWidth=1.5, opacity=0.55).encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=colour),
        base.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash),
        base.mark_point(filled=True, size=65, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
        alt.Chart(ends).mark_text(align="left", dx=10, lineHeight=13).encode(
            x=alt.XValue(width), y=alt.Y("place:Q"), text=alt.Text("label:N"), color=colour
        ),
    ]  # fmt: skip
    return finished(alt.layer(*layers).properties(width=width, height=height), title, right=12)


def _ends(belief: Beliefs, height: int) -> pd.DataFrame:
    """Labels at the end of each line, moved apart where they would cover each other."""
    import pandas as pd

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
    return pd.DataFrame(
        [{"state": s.state, "place": p - over, "label": labels[s.state]} for s, p in zip(ordered, places, strict=True)]
    )


def _quoted(text: str) -> str:
    """Words as a constant of Vega's expression language: letters, digits and spaces only, so that none can end it."""
    return "'" + re.sub(r"[^\w .,-]", " ", text) + "'"


# --------------------------------------------------------------------------- from a chart to SVG text


def finished(chart: alt.LayerChart | alt.FacetChart, title: str, *, right: int = 2) -> str:
    """SVG text that scales with its column and carries its title for screen readers.

    ``right`` is room for labels at the ends of lines, where the reader's font is wider than the one drawn with.
    """
    styled = (
        chart.configure(font=FONT, background="transparent", padding={"left": 2, "right": right, "top": 2, "bottom": 2})
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, titleFontSize=11)
        .configure_text(fontSize=SIZE)
    )
    return _embedded(_drawn(styled.to_json(validate=False, indent=None)), title)


@lru_cache(maxsize=256)
def _drawn(specification: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(specification))


def _embedded(svg: str, title: str) -> str:
    """An inline image: named, out of the reading order of its parts, with ids and links of its own taken out."""
    body = svg[svg.index("<svg") :]
    match = re.match(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", body)
    if match is None:
        raise ValueError("the chart was drawn without a view box")
    inner = re.sub(r'\s(?:role|aria-[a-z]+|pointer-events|id|class)="[^"]*"', "", body[match.end() :])
    name = html.escape(title, quote=True)
    _, _, width, _ = match.group(1).split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{match.group(1)}" width="{width}" role="img" aria-label="{name}">'
        f"<title>{name}</title>{inner}"
    )
