"""The faucet curve and the trade before and after, as static SVG in the look of the brief's charts."""

from __future__ import annotations

from detente.report import faucet_findings as findings
from detente.report.charts import (
    ACCENT,
    COLOURS,
    DASHES,
    FAINT,
    GRID,
    INK,
    LINE,
    SIZE,
    WIDE,
    finished,
    percent_axis,
    unchecked,
)
from detente.report.lettering import wrap
from detente.trade.faucet import Faucet

LEFT = 190
BAR = 9


def curve(faucet: Faucet, title: str, width: int = WIDE - 150, height: int = 250) -> str:
    """Pressure on income (line and band) and on imports (dashed), by the partner's enforcement; where it is now as a shade."""
    import altair as alt
    import pandas as pd

    sides = {"Export income": faucet.curve.exports.pressure, "Imports": faucet.curve.imports.pressure}
    rows = [
        {"at": float(level), "what": name, "mean": f.mean, "low": f.low, "high": f.high}
        for name, pressure in sides.items()
        for level, f in zip(faucet.levels, map(findings.figure, pressure), strict=True)
    ]
    names = list(sides)
    partner = faucet.case.named(faucet.case.partner)
    colour = alt.Color("what:N", scale=alt.Scale(domain=names, range=list(COLOURS[:2])), legend=None)
    dash = alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=list(DASHES[:2])), legend=None)
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("at:Q", title=f"How far {partner} enforces", scale=scale, axis=percent_axis("bottom", grid=False))
    y = alt.Y("mean:Q", title="Share of trade lost", scale=scale, axis=percent_axis("left"))
    base = alt.Chart(pd.DataFrame(rows))
    layers = [
        base.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q", scale=scale), y2=alt.Y2("high:Q"), color=colour),
        base.mark_line(strokeWidth=2.4).encode(x=x, y=y, color=colour, strokeDash=dash),
        alt.Chart(pd.DataFrame([row for row in rows if row["at"] == 1.0]))
        .mark_text(align="left", dx=8, fontWeight="bold")
        .encode(x=x, y=alt.Y("mean:Q"), text=alt.Text("what:N"), color=colour),
    ]
    if faucet.present is not None:
        now = findings.figure(faucet.present)
        shade = pd.DataFrame([{"low": now.low, "high": now.high, "mean": now.mean, "text": "now"}])
        layers.insert(
            0,
            alt.Chart(shade)
            .mark_rect(color=GRID, opacity=0.35)
            .encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q")),
        )
        layers.append(
            alt.Chart(shade)
            .mark_text(baseline="top", color=FAINT)
            .encode(x=alt.X("mean:Q"), y=alt.YValue(3), text=alt.Text("text:N"))
        )
    with unchecked():
        return finished(alt.layer(*layers).properties(width=width, height=height), title, right=12)


def trade(faucet: Faucet, title: str, width: int = WIDE) -> str:
    """Each good before (pale) and after (full, with its interval), exports above imports."""
    import altair as alt
    import pandas as pd

    table, heads, height, side = [], [], 8.0, ""
    rows = findings.goods(faucet)
    most = max(max(row.before.mean, row.kept.high) for row in rows)
    for row in rows:
        if row.side != side:
            side = row.side
            heads.append({"text": f"What {faucet.case.named(faucet.case.target)} {'sells' if side == 'exports' else 'buys'}", "y": height + LINE / 2})  # fmt: skip
            height += LINE + 8
        lines = wrap(row.name, LEFT - 20, SIZE)
        middle = height + max(len(lines) * LINE, 2 * BAR + 4) / 2
        table.append({
            "label": lines, "text": middle - len(lines) * LINE / 2, "pale": middle - BAR / 2 - 1, "full": middle + BAR / 2 + 1,
            "before": row.before.mean, "after": max(row.kept.mean, 0), "low": row.kept.low, "high": row.kept.high, "zero": 0,
            "figure": f"{findings.money(row.before.mean)} → {findings.money(row.kept.mean)}",
        })  # fmt: skip
        height += max(len(lines) * LINE, 2 * BAR + 4) + 8
    across = alt.Scale(domain=[0, most], range=[LEFT, width - 120], nice=False)
    down = alt.Scale(domain=[0, height], range=[0, height], nice=False)
    base = alt.Chart(pd.DataFrame(table))

    def x(field: str) -> alt.X:
        return alt.X(field, scale=across, axis=None)

    def y(field: str) -> alt.Y:
        return alt.Y(field, scale=down, axis=None)

    layers = [
        base.mark_bar(height=BAR, color="#c9c9c9").encode(x=x("zero:Q"), x2=alt.X2("before:Q"), y=y("pale:Q")),
        base.mark_bar(height=BAR, color=ACCENT).encode(x=x("zero:Q"), x2=alt.X2("after:Q"), y=y("full:Q")),
        base.mark_rule(strokeWidth=1.5, color=INK).encode(x=x("low:Q"), x2=alt.X2("high:Q"), y=y("full:Q")),
        base.mark_text(align="left", baseline="top", lineHeight=LINE, color=INK).encode(x=alt.XValue(0), y=y("text:Q"), text=alt.Text("label:N")),
        base.mark_text(align="right", color=INK).encode(x=alt.XValue(width), y=y("full:Q"), text=alt.Text("figure:N")),
        alt.Chart(pd.DataFrame(heads)).mark_text(align="left", fontWeight="bold", color=INK).encode(x=alt.XValue(0), y=y("y:Q"), text=alt.Text("text:N")),
    ]  # fmt: skip
    with unchecked():
        return finished(alt.layer(*layers).properties(width=width, height=height), title)
