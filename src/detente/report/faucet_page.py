"""The faucet as one HTML file that opens offline: no script, nothing fetched, all text of the case escaped."""

from __future__ import annotations

from pathlib import Path

from detente.report import faucet_charts, words
from detente.report import faucet_findings as findings
from detente.report.brief import link
from detente.trade.faucet import Faucet, estimate


def write(faucet: Faucet, path: Path) -> None:
    """Write the page."""
    path.write_text(render(faucet), encoding="utf-8")


def render(faucet: Faucet) -> str:
    """The page as HTML text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("detente.report", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    headline, slope = findings.headline(faucet), findings.slope(faucet)
    world = faucet.equilibrium
    return environment.get_template("faucet.html.jinja").render(
        f=findings, w=words, case=faucet.case, faucet=faucet, headline=headline, slope=slope, link=link,
        now=findings.figure(faucet.now.exports.pressure), goods=findings.goods(faucet), ways=findings.ways(faucet), places=findings.places(faucet),
        senders=findings.senders(faucet), remarks=list(findings.remarks(faucet)),
        world=[] if world is None else [
            (faucet.case.named(name), estimate(change))
            for name, change in zip(world.countries, world.welfare, strict=True) if change.size
        ],
        curve=Markup(faucet_charts.curve(faucet, headline)),  # noqa: S704 - our own drawings, their text escaped
        trade=Markup(faucet_charts.trade(faucet, "Trade before and after")),  # noqa: S704
    )  # fmt: skip
