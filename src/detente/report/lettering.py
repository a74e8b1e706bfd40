"""How wide words are and where to break them, for pictures whose text does not flow by itself."""

from __future__ import annotations

from collections.abc import Mapping

_REGULAR: Mapping[int, str] = {
    280: "'ijlîï", 300: "IJ", 320: " ,.\u00a0’‘·", 340: "/:;\\|", 360: "f", 370: "-", 400: "()[]t", 410: "!", 420: "r", 460: '"', 500: "*_`–",
    520: "“”", 530: "sz", 540: "?", 550: "cç", 560: "L", 580: "Fk", 600: "vxy", 610: "P", 620: "TYaeoéèêëöäâôå", 630: "ß",
    640: "$0123456789ESbdghnpqu{}üñ", 660: "K", 690: "ABVXZÅ", 700: "CR", 740: "U", 750: "N", 760: "H", 780: "&DG", 790: "OQØ", 820: "w",
    840: "#+<=>^~→←✓−±×", 870: "M", 960: "%", 980: "m", 990: "W", 1000: "@—…", 1030: "œ",
}  # fmt: skip
_BOLD: Mapping[int, str] = {
    310: "'", 350: " ijl\u00a0îï", 370: "/\\|", 380: ",.IJ’‘·", 400: ":;", 420: "-", 440: "f", 460: "!()[]", 480: "t", 500: "_`r–", 530: '"*',
    590: "?z", 600: "csç", 640: "L", 650: "x", 660: "vy“”", 670: "k", 680: "aeéèêëäâå", 690: "EFToöô", 700: "$0123456789",
    720: "bdghnpqu{}üñß", 730: "SYZ", 740: "CP", 770: "B", 780: "AKRVXÅ", 820: "U", 830: "G", 840: "#+<=>DHN^~→←✓−±×", 860: "OQØ", 880: "&",
    930: "w", 1000: "@M—…", 1010: "%", 1050: "m", 1100: "œ", 1110: "W",
}  # fmt: skip
"""Letters by their advance width in DejaVu Sans (2.37), in thousandths of its size and rounded up: the font that most Linux systems put in
Helvetica's place, and the widest of those that do. A line that fits in it fits in Helvetica, Arial and Liberation Sans."""

_WIDTHS = {bold: {c: wide for wide, letters in table.items() for c in letters} for bold, table in ((False, _REGULAR), (True, _BOLD))}  # fmt: skip
_OTHER, _OTHER_BOLD = 700, 780
"""Letters of other alphabets; from 0x2E80 on, where Chinese and Japanese begin, a letter is as wide as it is high."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in the unit of ``size``."""
    widths, other = _WIDTHS[bold], _OTHER_BOLD if bold else _OTHER
    return sum(widths.get(c, 1000 if ord(c) > 0x2E80 else other) for c in text) / 1000 * size


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width``; a word that is too long by itself is cut. No-break spaces hold."""
    lines = [""]
    for word in text.replace("\n", " ").split(" "):
        for piece in _pieces(word, width, size, bold=bold):
            longer = f"{lines[-1]} {piece}".strip()
            if lines[-1] and width_of(longer, size, bold=bold) > width:
                lines.append(piece)
            else:
                lines[-1] = longer
    return lines


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    if width_of(word, size, bold=bold) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
