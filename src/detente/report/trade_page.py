"""The inspection of a table of trade as one HTML page, in the look of the brief: no scripts, nothing fetched."""

from __future__ import annotations

from detente import __version__
from detente.report import trade_chart
from detente.report.trade_sections import goods, headline, sections
from detente.report.words import capital
from detente.trade.countries import name_of
from detente.trade.inspection import Inspection


def render(found: Inspection) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("detente.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    subject = f"Trade of {name_of(found.country) if found.country else f'{found.countries} countries'}, {found.period}"
    deck = f"{capital(found.layout)}, {found.reports:,} reports, {found.periods[0]} to {found.periods[-1]}, {goods(found)}."
    picture = Markup(trade_chart.draw(found, titled=False))  # noqa: S704 - drawn here, its words escaped by the drawing
    return environment.get_template("trade.html.jinja").render(
        found=found,
        subject=subject,
        headline=headline(found),
        deck=deck,
        picture=picture,
        sections=list(sections(found)),
        version=__version__,
    )
