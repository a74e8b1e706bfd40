"""A drawing made to stand alone: its title inside it, on white, so that it can be put into any document."""

from __future__ import annotations

import html
import re

from detente.report.charts import FAINT, INK
from detente.report.lettering import wrap
from detente.report.vega import FONT

TITLE, NOTE = 15, 11
"""Sizes of the title and of the line below the drawing, in its own unit."""
MARGIN = 14
SCALE = 2.0
"""Pixels of a picture for each unit of the drawing."""


class DrawingError(ValueError):
    """What was given is no drawing with a size."""


def titled(svg: str, title: str, note: str = "") -> str:
    """The drawing under its title, over a ``note`` that says where it is from. Raises :class:`DrawingError`."""
    width, height = _size(svg)
    lines = wrap(title, width, TITLE, bold=True)
    notes = wrap(note, width, NOTE) if note else []
    top = MARGIN + len(lines) * (TITLE + 5) + 6
    tall = top + height + (len(notes) * (NOTE + 4) + 8 if notes else 0) + MARGIN
    wide = width + 2 * MARGIN
    text = [_line(line, MARGIN + TITLE + i * (TITLE + 5), TITLE, INK, "bold") for i, line in enumerate(lines)]
    text += [
        _line(line, top + height + 8 + NOTE + i * (NOTE + 4), NOTE, FAINT, "normal") for i, line in enumerate(notes)
    ]
    inner = re.sub(r"^.*?<svg\b", f'<svg x="{MARGIN}" y="{top:g}"', svg, count=1, flags=re.DOTALL)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{tall:g}" viewBox="0 0 {wide:g} {tall:g}" role="img">'
        f"<title>{html.escape(title)}</title>"
        f'<rect width="{wide:g}" height="{tall:g}" fill="#ffffff"/>{"".join(text)}{_sized(inner, width, height)}</svg>\n'
    )


def _line(text: str, y: float, size: int, colour: str, weight: str) -> str:
    return (
        f'<text x="{MARGIN}" y="{y:g}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{html.escape(text)}</text>"
    )


def _size(svg: str) -> tuple[float, float]:
    root = re.search(r"<svg\b[^>]*>", svg)
    box = re.search(r'\bviewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', root.group()) if root else None
    if box is None:
        raise DrawingError("a drawing needs a viewBox")
    return float(box.group(1)), float(box.group(2))


def _sized(svg: str, width: float, height: float) -> str:
    """The drawing at its own size, whatever the page made of it."""
    root = re.search(r"<svg\b[^>]*>", svg)
    assert root is not None
    bare = re.sub(r'\s(?:width|height|style)="[^"]*"', "", root.group())
    return svg.replace(root.group(), f'{bare[:-1]} width="{width:g}" height="{height:g}">', 1)


def picture(svg: str) -> bytes:
    """The drawing as PNG, at twice its size."""
    import vl_convert

    png: bytes = vl_convert.svg_to_png(svg, scale=SCALE)
    return png
