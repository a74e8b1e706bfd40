"""The matrix of leverage as a picture: whose options could change most, for whom."""

from __future__ import annotations

import html

from detente.report import words
from detente.report.charts import FAINT, GRID, INK
from detente.report.explained import NOTHING_CLEAR, Cell, Matrix
from detente.report.lettering import wrap
from detente.report.vega import FONT

NAMES, CELL, LEAST = 150.0, 110.0, 700.0
"""Width of the names at the left, of a cell at the least, and of the whole."""
HEIGHT, LINE = 46.0, 15.0
SIZE, SMALL = 12, 11
GAIN, COST = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)
"""Okabe and Ito's blue and vermilion, which colour-blind readers can tell apart; the signs tell the same in grey print."""
STRONGEST = 0.45
"""How much of its colour the largest effect has, so that black words stand out on it."""
HOW = (
    "The largest clear effect on each one's payoff if an open option is certain and known, or lost; in hundredths of all that is at stake for the one "
    "affected, with its interval."
)


def draw(matrix: Matrix) -> str:
    """SVG text: a row for each actor whose options they are, a column for each one affected, and what has each effect below."""
    wide = max(CELL, (LEAST - NAMES) / max(1, len(matrix.actors)))
    width = NAMES + wide * len(matrix.actors)
    heads = [wrap(f"for {words.midway(name)}", wide - 12, SMALL, bold=True) for name in matrix.actors]
    top = 10 + LINE * max((len(head) for head in heads), default=1)
    parts = [
        _lines(NAMES + wide * j + 6, top - LINE * len(head), head, SMALL, bold=True) for j, head in enumerate(heads)
    ]
    parts.append(_lines(0, top - LINE, ["Options of"], SMALL, bold=True))
    y = top + 6
    for name, cells in matrix.rows:
        label = wrap(name, NAMES - 10, SIZE)
        tall = max(HEIGHT, LINE * len(label) + 10)
        parts.append(_lines(0, y + 6, label, SIZE))
        parts += [_cell(cell, NAMES + wide * j, y, wide, tall) for j, cell in enumerate(cells)]
        y += tall
        parts.append(f'<line x1="0" y1="{y:g}" x2="{width:g}" y2="{y:g}" stroke="{GRID}"/>')
    y += 8
    for text in (HOW, *(f"{letter}  {what}" for letter, what in matrix.key)):
        lines = wrap(text, width, SMALL)
        parts.append(_lines(0, y, lines, SMALL, fill=FAINT))
        y += LINE * len(lines)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {y + 6:g}" width="{width:g}" role="img" font-family="{FONT}">\n'
        f"<title>Who over whom</title>\n{body}\n</svg>\n"
    )


def _cell(cell: Cell, x: float, y: float, wide: float, tall: float) -> str:
    """The effect with its letter over its interval, on its tint."""
    if not cell.letter:
        return _lines(x + 6, y + 6, [NOTHING_CLEAR], SMALL, fill=FAINT)
    ground = f'<rect x="{x + 1:g}" y="{y + 1:g}" width="{wide - 2:g}" height="{tall - 2:g}" fill="{_tint(cell.tint)}"/>'
    effect = _lines(x + 6, y + 6, [f"{cell.effect} {cell.letter}"], SIZE, bold=True)
    return ground + effect + _lines(x + 6, y + 6 + LINE, [cell.interval], SMALL)


def _tint(tint: float) -> str:
    share = STRONGEST * abs(tint)
    mixed = (round(255 + (part - 255) * share) for part in (GAIN if tint > 0 else COST))
    return f"#{''.join(f'{part:02x}' for part in mixed)}"


def _lines(x: float, y: float, lines: list[str], size: int, *, bold: bool = False, fill: str = INK) -> str:
    """Lines of text, the first of which begins at the top ``y``."""
    weight = ' font-weight="700"' if bold else ""
    return "".join(
        f'<text x="{x:g}" y="{y + size + LINE * i:g}" font-size="{size}"{weight} fill="{fill}">{html.escape(line)}</text>'
        for i, line in enumerate(lines)
    )
