"""Dissent as a picture, as a section of a brief, and as a page of its own that opens offline like a brief."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detente.explain.views import GROUPS, Dissent
from detente.report import agreement, charts, words
from detente.report.charts import Chart, Spread
from detente.report.consequences import points
from detente.report.findings import Figure
from detente.report.statements import held
from detente.report.templates import template

if TYPE_CHECKING:
    from markupsafe import Markup


def chart(dissent: Dissent) -> Chart:
    """Every answer among what the views say instead, under a title that says whether they agree."""
    rows = []
    for place in agreement.positions(dissent):
        mine = place.forecast
        views: dict[str, list[float]] = {
            group: [p for v in dissent.of(group) if math.isfinite(p := v[mine.question].probability)]
            for group in GROUPS[1:]
        }
        rows.append(Spread(place.question, Figure(mine.probability, mine.low, mine.high), place.furthest, views))
    return charts.spreads(rows, agreement.finding(dissent))


def picture(dissent: Dissent) -> str:
    """The chart as an SVG file's text."""
    return chart(dissent).wide


def section(dissent: Dissent) -> Markup:
    """The section of a brief: sentences, the picture, and the figures of the views that are apart."""
    from markupsafe import Markup

    drawn = chart(dissent)
    text = template("dissent.html.jinja").render(
        sentences=agreement.in_words(dissent), wide=Markup(drawn.wide), narrow=Markup(drawn.narrow),  # noqa: S704 - our own drawing
        sheets=[Markup(sheet) for sheet in drawn.sheets],  # noqa: S704
        positions=agreement.positions(dissent), notes=agreement.notes(dissent), held=held(), w=words, figure=Figure,
        points=points,
    )  # fmt: skip
    return Markup(text)  # noqa: S704 - escaped by the template


def page(dissent: Dissent) -> str:
    """An HTML page of the section alone; no script, nothing fetched."""
    return template("dissent_page.html.jinja").render(
        section=section(dissent), provenance=dissent.base.provenance, w=words
    )
