"""A picture of the process and of who sees what: time runs down, each actor has a lane.

Lanes are narrow and stand at the left like the lines of a railway map; the words stand beside them at full width, so that a
process of twenty steps reads on paper and on a phone. Where there is room, a bar under each date shows where it lies between the first
step and the horizon. Plain SVG, no script, every text escaped.

Each row is a group that carries the name of its step (``data-name``) and who does not see it (``data-blind``), each lane's head the
actor (``data-actor``), so that a page can hang more on them.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from detente.report import words
from detente.report.lettering import width_of, wrap
from detente.report.process_rows import MEANINGS, Lane, Line, Mark, ProcessRow, lanes, now_after, rows
from detente.situation.model import Situation

WIDTH = 700
ACCENT, INK, SOFT, RULE, LANE = "#0b5a8a", "#1d1d1b", "#5c5c5c", "#d9d6cf", "#b9b5ab"
FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
TITLE, BODY, SMALL = 13.0, 12.0, 10.5
LEADING = 1.32
LEGEND_COLUMN = 168
PRESENT = 30.0
"""Room for the line between the record and what lies ahead."""
TRACK_GAP = 14
LEAST_BAR = 4.0


def draw(situation: Situation, width: int = WIDTH) -> str:
    """The process as SVG text, ``width`` pixels wide (about 340 for a phone)."""
    (sheet,) = sheets(situation, width)
    return sheet


def sheets(situation: Situation, width: int = WIDTH, tall: float = math.inf) -> list[str]:
    """The same in as many drawings as it takes for none to be higher than ``tall``, to be printed on pages; no step is cut."""
    found, blank = rows(situation), _blank(situation, width)
    behind, sheet = now_after(found), blank()
    filled = [sheet]
    top = sheet.header()
    for number, row in enumerate(found):
        room = tall - (_legend_of(blank()) if number + 1 == len(found) else 0)
        if sheet.y > top and sheet.y + _height_of(row, blank(), PRESENT * (number == behind)) > room:
            sheet.lane_lines(top)
            sheet = blank()
            filled.append(sheet)
            top = sheet.header()
        if number == behind and behind:
            sheet.present(f"{words.day(situation.as_of)}: the record ends, the forecast begins")
        sheet.row(row)
    sheet.lane_lines(top)
    sheet.legend()
    name = f"The process of “{situation.title}”: {len(found)} private facts and steps in time order, who decides each and who sees it"
    parts = [f", part {i} of {len(filled)}" if len(filled) > 1 else "" for i in range(1, len(filled) + 1)]
    return [each.svg(name + part) for each, part in zip(filled, parts, strict=True)]


def _blank(situation: Situation, width: int) -> Callable[[], _Sheet]:
    """Makes empty sheets for the process."""
    starts = [row.window.start for row in rows(situation) if row.window is not None]
    span = (min(starts), situation.as_of, situation.horizon) if starts else None
    return partial(_Sheet, width, lanes(situation), span)


def _height_of(row: ProcessRow, trial: _Sheet, more: float) -> float:
    trial.row(row)
    return trial.y + more


def _legend_of(trial: _Sheet) -> float:
    trial.legend()
    return trial.y


@dataclass
class _Sheet:
    """A page being filled from the top; ``y`` is where the next thing goes. ``span``: first day, present and last day, None where nothing is dated."""

    width: int
    lanes: Sequence[Lane]
    span: tuple[date, date, date] | None = None
    y: float = 0.0
    front: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        wide = self.width >= 520
        self.gutter = 130.0 if wide else 0.0
        share = (self.width - self.gutter) * 0.4 / max(1, len(self.lanes))
        self.step = min(44.0 if wide else 27.0, share)
        self.first = self.gutter + self.step / 2
        self.card = self.gutter + self.step * len(self.lanes) + (14 if wide else 8)
        self.room = self.width - self.card - 2
        self.dated = wide

    def x(self, lane: int) -> float:
        return self.first + lane * self.step

    # ------------------------------------------------------------------ parts

    def header(self) -> float:
        """Names above the lanes: straight where they fit, slanted where they do not. Where they end."""
        shorts = [lane.short for lane in self.lanes]
        fits = all(width_of(short, SMALL, bold=True) <= self.step - 2 for short in shorts)
        tall = 0.0 if fits else min(110.0, max(width_of(short, SMALL, bold=True) for short in shorts) * 0.75)
        self.y = 16 + tall
        for i, short in enumerate(shorts):
            turn = "" if fits else f' transform="rotate(-48 {self.x(i):.1f} {self.y - 4:.1f})"'
            anchor = "middle" if fits else "start"
            self.front.append(f'<g data-actor="{_escape(self.lanes[i].id)}">')
            self._text(self.x(i), self.y - 4, short, SMALL, bold=True, anchor=anchor, extra=turn)
            self.front.append("</g>")
        if self.dated and self.span:
            first, _, last = self.span
            self._text(0, self.y - 4, f"{first:%b %Y}", SMALL, fill=SOFT)
            self._text(self.gutter - TRACK_GAP, self.y - 4, f"{last:%b %Y}", SMALL, fill=SOFT, anchor="end")
        self.y += 4
        return self.y

    def row(self, row: ProcessRow) -> None:
        """One step: its marks on the lanes, its words beside them."""
        self.back.append(_line(0, self.y, self.width, self.y, RULE))
        top, place = self.y, len(self.front)
        self.y += 8
        kicker = row.kind if self.dated or not row.on else f"{row.on} · {row.kind}"
        self._words(kicker, SMALL, fill=SOFT)
        level = self.y + TITLE * 0.66
        if self.dated:
            self._date(row, level)
        self._marks(row, level)
        self._words(row.title, TITLE, bold=True)
        if row.guard:
            self._words(f"only if {row.guard}", SMALL + 0.5, italic=True, fill=SOFT)
        for line in row.lines:
            self._option(line)
        self.y += 9
        self._group(row, place, top)

    def present(self, text: str) -> None:
        """The line between the record and what lies ahead."""
        self.y += 6
        lines = wrap(text, self.width, SMALL, bold=True)
        for line in lines:
            self.y += SMALL * LEADING
            self._text(self.width, self.y - 3, line, SMALL, bold=True, fill=ACCENT, anchor="end")
        self.y += 3
        self.back.append(_line(0, self.y, self.width, self.y, ACCENT, 2))
        self.y += 2

    def lane_lines(self, top: float) -> None:
        for i, lane in enumerate(self.lanes):
            dash = ' stroke-dasharray="2 4"' if lane.id == "" else ""
            self.back.insert(0, _line(self.x(i), top, self.x(i), self.y, LANE, 1.2, dash))
        self.back.append(_line(0, self.y, self.width, self.y, RULE))

    def legend(self) -> None:
        """What the marks and the short names mean."""
        self.y += 20
        items: list[tuple[Mark | None, str]] = [*((mark, text) for mark, text in MEANINGS.items())]
        items += [
            (None, f"{lane.short}: {lane.name}") for lane in self.lanes if lane.short.lower() != lane.name.lower()
        ]
        columns = max(1, self.width // LEGEND_COLUMN)
        for i, (mark, text) in enumerate(items):
            x = 8 + (i % columns) * (self.width / columns)
            if mark:
                self.front.append(_mark(mark, x, self.y - 4))
            label = wrap(text, self.width / columns - 22, SMALL)
            self._text(x + (12 if mark else -6), self.y, label[0] + ("…" if len(label) > 1 else ""), SMALL, fill=SOFT)
            if i % columns == columns - 1 or i + 1 == len(items):
                self.y += 17
        if self.dated and self.span:
            text = f"Bars: when it may take place, from {words.short_day(self.span[0])} to {words.short_day(self.span[2])}; tick: {words.short_day(self.span[1])}."
            self._text(2, self.y, text, SMALL, fill=SOFT)
            self.y += 17

    def svg(self, name: str) -> str:
        title = _escape(name)
        body = "\n".join(self.back + self.front)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.y:.0f}" width="{self.width}" '
            f'height="{self.y:.0f}" role="img" aria-label="{title}" font-family="{FONT}">\n<title>{title}</title>\n{body}\n</svg>\n'
        )

    # ------------------------------------------------------------------ pieces

    def _marks(self, row: ProcessRow, level: float) -> None:
        places = [(i, row.marks[lane.id]) for i, lane in enumerate(self.lanes) if lane.id in row.marks]
        if not places:
            return
        start = min((i for i, mark in places if mark in ("decides", "knows", "shown")), default=places[0][0])
        self.back.append(_line(self.x(start), level, self.card - 5, level, LANE, 1.2))
        for i, mark in places:
            self.front.append(_mark(mark, self.x(i), level))

    def _group(self, row: ProcessRow, place: int, top: float) -> None:
        """Make one group of all that was put in front since ``place``, over a ground that takes the pointer."""
        blind = " ".join(lane for lane, mark in row.marks.items() if mark == "blind")
        ground = f'<rect x="0" y="{top:.1f}" width="{self.width}" height="{self.y - top:.1f}" fill="none" pointer-events="all"/>'
        self.front.insert(place, f'<g data-name="{_escape(row.name)}" data-blind="{_escape(blind)}">{ground}')
        self.front.append("</g>")

    def _date(self, row: ProcessRow, level: float) -> None:
        """The date in words, and as a bar on a track from the first day to the last; a tick is the present."""
        lines = wrap(row.on, self.gutter - TRACK_GAP, SMALL)
        for i, line in enumerate(lines):
            self._text(0, level + 3.5 + i * SMALL * LEADING, line, SMALL, fill=SOFT)
        if row.window is None or self.span is None:
            return
        first, present, last = self.span
        room, days = self.gutter - TRACK_GAP, max(1, (last - first).days)
        y = level + 3.5 + (len(lines) - 1) * SMALL * LEADING + 9
        start, now, end = (
            room * min(1.0, max(0.0, (day - first).days / days)) for day in (row.window.start, present, row.window.end)
        )
        start = min(start, room - LEAST_BAR)
        self.front += [
            _line(0, y, room, y, RULE),
            _line(start, y, max(end, start + LEAST_BAR), y, SOFT if row.past else ACCENT, 4),
            _line(now, y - 4, now, y + 4, INK),
        ]

    def _option(self, line: Line) -> None:
        colour, sign = (ACCENT, "✓") if line.observed else (INK, "–")
        self._text(self.card, self.y + BODY, sign, BODY, bold=line.observed, fill=colour)
        self._words(line.text, BODY, bold=line.observed, fill=colour, indent=13)
        if line.guard:
            self._words(f"only if {line.guard}", SMALL, italic=True, fill=SOFT, indent=13)

    def _words(
        self, text: str, size: float, *, bold: bool = False, italic: bool = False, fill: str = INK, indent: float = 0
    ) -> None:
        for line in wrap(text, self.room - indent, size, bold=bold):
            self._text(self.card + indent, self.y + size, line, size, bold=bold, italic=italic, fill=fill)
            self.y += size * LEADING

    def _text(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, italic: bool = False, fill: str = INK,
        anchor: str = "start", extra: str = "",
    ) -> None:  # fmt: skip
        style = (' font-weight="700"' if bold else "") + (' font-style="italic"' if italic else "")
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.front.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{style}{place}{extra}>{_escape(text)}</text>'
        )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, extra: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width:g}"{extra}/>'


def _mark(mark: Mark, x: float, y: float) -> str:
    halo = 'stroke="#ffffff" stroke-width="1.5"'
    match mark:
        case "decides":
            return f'<rect x="{x - 6.5:.1f}" y="{y - 6.5:.1f}" width="13" height="13" fill="{INK}" {halo}/>'
        case "sees":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{INK}" {halo}/>'
        case "blind":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" fill="#ffffff" stroke="{INK}" stroke-width="1.4"/>'
        case "knows":
            return f'<path d="M{x:.1f},{y - 7:.1f}l7,7l-7,7l-7,-7z" fill="{INK}" {halo}/>'
        case "shown":
            return f'<path d="M{x - 6.5:.1f},{y - 5.5:.1f}h13l-6.5,11z" fill="{ACCENT}" {halo}/>'


def _escape(text: str) -> str:
    """Text for XML: markup escaped, characters that XML does not allow left out."""
    return html.escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text), quote=True)
