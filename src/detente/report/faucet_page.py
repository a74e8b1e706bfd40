"""The faucet as one HTML file that opens offline: no script, nothing fetched, all text of the case escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from detente.report import charts, faucet_charts, words
from detente.report import faucet_findings as findings
from detente.report.brief import link
from detente.report.charts import Chart
from detente.report.templates import template
from detente.trade import case
from detente.trade.faucet import Faucet, estimate
from detente.trade.faucet import faucet as computed


def write(faucet: Faucet, path: Path) -> None:
    """Write the page."""
    path.write_text(render(faucet), encoding="utf-8")


DRAWS = 1000
"""Of a case that stands in a brief."""


def section(path: str, as_of: date) -> str:
    """The section of a brief: the curve of a case of trade under the measures in force on a day, who pays, and how it is known; safe HTML."""
    from markupsafe import Markup

    read = replace(case.read(path), as_of=as_of, elasticity={}, output={})
    found = computed(read, DRAWS, 1)
    headline = findings.headline(found)
    text = template("faucet_section.html.jinja").render(
        f=findings, w=words, case=read, faucet=found, headline=headline, slope=findings.slope(found), senders=findings.senders(found),
        curve=_curve(found, headline),
    )  # fmt: skip
    return Markup(text)  # noqa: S704 - escaped by the template


def render(faucet: Faucet) -> str:
    """The page as HTML text."""
    headline, slope = findings.headline(faucet), findings.slope(faucet)
    world = faucet.equilibrium
    return template("faucet.html.jinja").render(
        f=findings, w=words, case=faucet.case, faucet=faucet, headline=headline, slope=slope, link=link,
        now=findings.figure(faucet.now.exports.pressure), goods=findings.goods(faucet), ways=findings.ways(faucet), places=findings.places(faucet),
        senders=findings.senders(faucet), remarks=list(findings.remarks(faucet)),
        world=[] if world is None else [
            (faucet.case.named(name), estimate(change))
            for name, change in zip(world.countries, world.welfare, strict=True) if change.size
        ],
        curve=_curve(faucet, headline), trade=_both(*(faucet_charts.trade(faucet, "Trade before and after", width) for width in (charts.WIDE, charts.NARROW))),
    )  # fmt: skip


def _curve(faucet: Faucet, title: str) -> Chart:
    """The curve for a wide page and for a narrow one."""
    return _both(
        faucet_charts.curve(faucet, title), faucet_charts.curve(faucet, title, width=charts.NARROW - 150, height=190)
    )


def _both(wide: str, narrow: str) -> Chart:
    from markupsafe import Markup

    return Chart(Markup(wide), Markup(narrow))  # noqa: S704 - our own drawings, their text escaped
