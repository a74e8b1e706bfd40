"""Charts as Vega-Lite specifications, and those as static SVG text by vl-convert: no script, nothing fetched.

A specification is a dictionary (https://vega.github.io/vega-lite/docs/spec.html). A row's values are whatever JSON knows; a number that is none is left out.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Rows = Iterable[Mapping[str, Any]]
Spec = dict[str, Any]

FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
TYPES = {"Q": "quantitative", "N": "nominal", "T": "temporal"}


def field(name: str, **options: Any) -> Spec:
    """A channel that shows a column, ``"mean:Q"``: its name and whether it is a quantity, a name or a time."""
    column, kind = name.split(":")
    return {"field": column, "type": TYPES[kind], **options}


def value(number: float | str) -> Spec:
    """A channel that is the same for all rows."""
    return {"value": number}


def marks(kind: str, style: Mapping[str, Any], rows: Rows | None = None, **channels: Spec) -> Spec:
    """A layer of marks of one ``kind``; of the chart's own rows, unless it has ``rows`` of its own."""
    own = {} if rows is None else {"data": {"values": [_plain(row) for row in rows]}}
    return {**own, "mark": {"type": kind, **style}, "encoding": channels}


def layered(rows: Rows, layers: Iterable[Spec], width: float, height: float, title: str | Spec | None = None) -> Spec:
    """A chart of layers, of which the first lies lowest."""
    headed = {} if title is None else {"title": title}
    data = {"values": [_plain(row) for row in rows]}
    return {"data": data, "layer": list(layers), "width": width, "height": height, **headed}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


def finished(chart: Spec, title: str, *, right: int = 2, letters: int = 12) -> str:
    """SVG text that scales with its column and carries its ``title`` for screen readers.

    ``right`` is room for labels at the ends of lines, where the reader's font is wider than the one drawn with; ``letters`` the size of
    the chart's own words.
    """
    config = {
        "font": FONT,
        "background": "transparent",
        "padding": {"left": 2, "right": right, "top": 2, "bottom": 2},
        "view": {"stroke": None},
        "axis": {"labelFontSize": 11, "titleFontSize": 11},
        "text": {"fontSize": letters},
    }
    return _embedded(_drawn(json.dumps({**chart, "config": config})), title)


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
