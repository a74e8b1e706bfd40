"""The faucet curve and the trade before and after, as static SVG in the look of the brief's charts."""

from __future__ import annotations

from detente.report import faucet_findings as findings
from detente.report import words
from detente.report.charts import ACCENT, COLOURS, DASHES, FAINT, GRID, INK, LINE, SIZE, WIDE, percent_axis
from detente.report.lettering import wrap
from detente.report.vega import Spec, field, finished, layered, marks, value
from detente.trade.faucet import Faucet

LEFT, NARROW_LEFT = 190, 112
"""Room for the names of goods."""
BAR = 9
LEAST_FOR_QUARTERS = 300
"""Width at which an axis has room for five labels."""


def curve(faucet: Faucet, title: str, width: int = WIDE - 150, height: int = 250) -> str:
    """Pressure on income (line and band) and on imports (dashed), by the partner's enforcement; where it is now as a shade."""
    sides = {"Export income": faucet.curve.exports.pressure, "Imports": faucet.curve.imports.pressure}
    rows = [
        {"at": float(level), "what": name, "mean": f.mean, "low": f.low, "high": f.high}
        for name, pressure in sides.items()
        for level, f in zip(faucet.levels, map(findings.figure, pressure), strict=True)
    ]
    names = list(sides)
    partner = words.midway(faucet.case.named(faucet.case.partner))
    share = {"domain": [0, 1]}
    colour = field("what:N", scale={"domain": names, "range": list(COLOURS[:2])}, legend=None)
    dash = field("what:N", scale={"domain": names, "range": list(DASHES[:2])}, legend=None)
    marked = {} if width >= LEAST_FOR_QUARTERS else {"values": [0, 0.5, 1]}
    across = percent_axis("bottom", grid=False, **marked)
    x = field("at:Q", title=f"How far {partner} enforces the measures", scale=share, axis=across)
    y = field("mean:Q", title="Share of trade lost", scale=share, axis=percent_axis("left"))
    ends = [row for row in rows if row["at"] == 1.0]
    layers = [
        marks("area", {"opacity": 0.18}, x=x, y=field("low:Q", scale=share), y2=field("high:Q"), color=colour),
        marks("line", {"strokeWidth": 2.4}, x=x, y=y, color=colour, strokeDash=dash),
        marks("text", {"align": "left", "dx": 8, "fontWeight": "bold"}, ends, x=x, y=field("mean:Q"), text=field("what:N"), color=colour),
    ]  # fmt: skip
    if faucet.present is not None:
        now = findings.figure(faucet.present)
        shade = [{"low": now.low, "high": now.high, "mean": now.mean, "text": "now"}]
        ground = {"color": GRID, "opacity": 0.35}
        layers.insert(0, marks("rect", ground, shade, x=field("low:Q", scale=share), x2=field("high:Q")))
        word = {"baseline": "top", "color": FAINT}
        layers.append(marks("text", word, shade, x=field("mean:Q"), y=value(3), text=field("text:N")))
    return finished(layered(rows, layers, width, height), title, right=12)


def trade(faucet: Faucet, title: str, width: int = WIDE) -> str:
    """Each good before (pale) and after (full, with its interval), exports above imports."""
    table, heads, height, side = [], [], 8.0, ""
    left, figures = (LEFT, 120) if width >= WIDE else (NARROW_LEFT, 96)
    rows = findings.goods(faucet)
    most = max(max(row.before.mean, row.kept.high) for row in rows)
    for row in rows:
        if row.side != side:
            side = row.side
            heads.append({"text": f"What {words.midway(faucet.case.named(faucet.case.target))} {'sells' if side == 'exports' else 'buys'}", "y": height + LINE / 2})  # fmt: skip
            height += LINE + 8
        lines = wrap(row.name, left - 12, SIZE)
        middle = height + max(len(lines) * LINE, 2 * BAR + 4) / 2
        table.append({
            "label": lines, "text": middle - len(lines) * LINE / 2, "pale": middle - BAR / 2 - 1, "full": middle + BAR / 2 + 1,
            "before": row.before.mean, "after": max(row.kept.mean, 0), "low": row.kept.low, "high": row.kept.high, "zero": 0,
            "figure": f"{findings.money(row.before.mean)} → {findings.money(row.kept.mean)}",
        })  # fmt: skip
        height += max(len(lines) * LINE, 2 * BAR + 4) + 8
    across = {"domain": [0, most], "range": [left, width - figures], "nice": False}
    down = {"domain": [0, height], "range": [0, height], "nice": False}

    def x(name: str) -> Spec:
        return field(name, scale=across, axis=None)

    def y(name: str) -> Spec:
        return field(name, scale=down, axis=None)

    label = {"align": "left", "baseline": "top", "lineHeight": LINE, "color": INK}
    layers = [
        marks("bar", {"height": BAR, "color": "#c9c9c9"}, x=x("zero:Q"), x2=field("before:Q"), y=y("pale:Q")),
        marks("bar", {"height": BAR, "color": ACCENT}, x=x("zero:Q"), x2=field("after:Q"), y=y("full:Q")),
        marks("rule", {"strokeWidth": 1.5, "color": INK}, x=x("low:Q"), x2=field("high:Q"), y=y("full:Q")),
        marks("text", label, x=value(0), y=y("text:Q"), text=field("label:N")),
        marks("text", {"align": "right", "color": INK}, x=value(width), y=y("full:Q"), text=field("figure:N")),
        marks("text", {"align": "left", "fontWeight": "bold", "color": INK}, heads, x=value(0), y=y("y:Q"), text=field("text:N")),
    ]  # fmt: skip
    return finished(layered(table, layers, width, height), title)
