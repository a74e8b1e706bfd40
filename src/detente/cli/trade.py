"""``detente trade``: what a table of trade says of a country, or of all, and what it leaves open."""

from __future__ import annotations

import json as json_format
from pathlib import Path

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError
from detente.cli.files import whole, writable

ENDINGS = (".html", ".svg")


def trade(path: Path, country: str | None, period: str | None, out: Path | None, *, json: bool) -> Exit:
    """Inspect a table; print it, and write a page or a picture where one is asked for."""
    from detente.trade.tables import read_trade

    if out is not None:
        if out.suffix.lower() not in ENDINGS:
            raise RefusedError(f"--out {out}: name a file that ends in .html (a page) or .svg (the chart)")
        writable(out)
    found = read_trade(path).inspect(country, period)
    if out is not None:
        from detente.report import trade_chart, trade_page

        text = trade_page.render(found) if out.suffix.lower() == ".html" else trade_chart.draw(found)
        with whole(out) as partial:
            partial.write_text(text, encoding="utf-8")
    if json:
        print(json_format.dumps(found.to_dict(), indent=1, allow_nan=False, ensure_ascii=False))
        return Exit.OK
    from rich.console import Console

    from detente.report.trade_terminal import print_inspection

    print_inspection(found, Console())
    if out is not None:
        print(f"{'Page' if out.suffix.lower() == '.html' else 'Chart'}: {out}")
    return Exit.OK
