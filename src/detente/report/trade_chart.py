"""The picture of a table of trade: who a country trades with, or the largest flows; bars with their figures, in the look of the other charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from detente.report import words
from detente.report.charts import ACCENT, FAINT, GRID, INK, LINE, SIZE, WIDE
from detente.report.lettering import wrap
from detente.report.trade_sections import amount, goods, headline
from detente.report.trade_sections import others as counted
from detente.report.vega import Spec, field, finished, layered, marks
from detente.trade.countries import name_of
from detente.trade.inspection import Inspection, Side

ROWS = 6
"""Bars of a panel; those further down are summed up."""
ROW, BAR, GAP = 26, 15, 28
TITLE = 15
"""Size of its letters."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its length from 0 to 1, the words before and behind it, and the amount at the right edge; ``faint`` if it is a sum of others."""

    label: str
    length: float
    figure: str
    amount: str = ""
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars under a heading."""

    heading: str
    bars: tuple[Bar, ...]


def draw(found: Inspection, *, titled: bool = True) -> str:
    """The picture as SVG text; its title says the finding, and stands above it unless the page around it has it."""
    title = headline(found)
    return _drawn(_panels(found), title if titled else "", title, _below(found))


def _below(found: Inspection) -> str:
    return f"{goods(found)}, millions of {found.currency} at the exporter's border. {words.capital(found.layout)}."


def _panels(found: Inspection) -> list[Panel]:
    if found.exports is None or found.imports is None:
        top = found.largest[: 2 * ROWS]
        most = max((f.value for f in top), default=1.0) or 1.0
        bars = tuple(
            Bar(f"{name_of(f.exporter)} → {name_of(f.importer)}", f.value / most, amount(f.value)) for f in top
        )
        return [Panel(f"Largest flows in {found.period}", bars)]
    return [_panel(name, side) for name, side in (("Exports to", found.exports), ("Imports from", found.imports))]


def _panel(name: str, side: Side) -> Panel:
    bars = [Bar(name_of(p.country), p.share, words.percent(p.share), amount(p.value)) for p in side.partners[:ROWS]]
    others = side.partners[ROWS:]
    if others:
        share, value = sum(p.share for p in others), sum(p.value for p in others)
        bars.append(Bar(counted(len(others)), share, words.percent(share), amount(value), faint=True))
    return Panel(f"{name} ({amount(side.total)} in all)", tuple(bars))


def _drawn(panels: Sequence[Panel], title: str, name: str, below: str) -> str:
    """Panels side by side, under a title and over a note."""
    lines = wrap(title, WIDE, TITLE, bold=True) if title else []
    top = len(lines) * (TITLE + 4) + (8 if lines else 0)
    bars, texts = _placed(panels, top)
    bottom = top + 40 + ROW * max((len(p.bars) for p in panels), default=0) + 8
    texts += [{"x": 0.0, "y": k * (TITLE + 4), "text": line, "kind": "title"} for k, line in enumerate(lines)]
    texts.append({"x": 0.0, "y": bottom, "text": below, "kind": "below"})
    return finished(layered(bars, _layers(texts, bottom + LINE), WIDE, bottom + LINE), name)


def _placed(panels: Sequence[Panel], top: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bars and words with their places in pixels, worked out here because they share the width."""
    each = (WIDE - GAP * (len(panels) - 1)) / len(panels)
    room = 128 if len(panels) > 1 else 250
    longest = each - room - 100
    bars, texts = [], []
    for k, panel in enumerate(panels):
        left = k * (each + GAP)
        start = left + room
        texts.append({"x": left, "y": top + 8, "text": panel.heading, "kind": "heading"})
        for row, bar in enumerate(panel.bars):
            middle = top + 40 + row * ROW
            end = start + max(1.0, bar.length * longest)
            bars.append({
                "x": start, "x2": end, "full": start + longest, "y": middle - BAR / 2, "y2": middle + BAR / 2, "faint": bar.faint,
            })  # fmt: skip
            texts += [
                {"x": left, "y": middle, "text": wrap(bar.label, room - 8, SIZE)[0], "kind": "label"},
                {"x": end + 6, "y": middle, "text": bar.figure, "kind": "figure"},
                {"x": left + each, "y": middle, "text": bar.amount, "kind": "amount"},
            ]
    return bars, texts


STYLES: dict[str, dict[str, Any]] = {
    "title": {"fontSize": TITLE, "fontWeight": "bold", "color": INK, "baseline": "top"},
    "heading": {"fontWeight": "bold", "color": INK, "baseline": "top"},
    "label": {"color": INK, "baseline": "middle"},
    "figure": {"color": INK, "baseline": "middle", "fontWeight": "bold"},
    "amount": {"color": FAINT, "baseline": "middle", "align": "right"},
    "below": {"color": FAINT, "fontSize": 11, "baseline": "top"},
}


def _layers(texts: list[dict[str, Any]], height: float) -> list[Spec]:
    across = {"domain": [0, WIDE], "range": [0, WIDE], "nice": False}
    down = {"domain": [0, height], "range": [0, height], "nice": False}

    def x(name: str) -> Spec:
        return field(name, scale=across, axis=None)

    def y(name: str) -> Spec:
        return field(name, scale=down, axis=None)

    colour = {"condition": {"test": "datum.faint", "value": FAINT}, "value": ACCENT}
    layers = [
        marks("rule", {"color": GRID, "strokeWidth": 1}, x=x("x:Q"), x2=field("full:Q"), y=y("y2:Q")),
        marks("rect", {}, x=x("x:Q"), x2=field("x2:Q"), y=y("y:Q"), y2=field("y2:Q"), color=colour),
    ]
    for kind, style in STYLES.items():
        rows = [text for text in texts if text["kind"] == kind]
        layers.append(marks("text", {"align": "left"} | style, rows, x=x("x:Q"), y=y("y:Q"), text=field("text:N")))
    return layers
