"""How wide words are and where to break them, for pictures whose text does not flow by itself."""

from __future__ import annotations

from collections.abc import Mapping

_WIDTHS: Mapping[str, int] = {
    **dict.fromkeys("ijl'|", 222), **dict.fromkeys("ftI .,:;!/[]\\()r-\u00a0", 290), **dict.fromkeys("ckxyszJvâ", 500),
    **dict.fromkeys("abdeghnopquLéö?", 556), **dict.fromkeys("0123456789", 556), **dict.fromkeys("ABEFKPSTVXYZ&", 680),
    **dict.fromkeys("CDHNRUw", 722), **dict.fromkeys("GOQ", 778), **dict.fromkeys("mM", 833), **dict.fromkeys("W%—", 944),
}  # fmt: skip
"""Advance widths of Helvetica in thousandths of its size (Adobe Font Metrics); letters not listed count as wide ones."""

_OTHER = 600
_MARGIN = 1.14
"""Fonts that stand in for Helvetica run up to this much wider (DejaVu Sans, the usual one on Linux)."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in the unit of ``size``."""
    thousandths = sum(_WIDTHS.get(c, 1000 if ord(c) > 0x2E80 else _OTHER) for c in text)
    return thousandths / 1000 * size * _MARGIN * (1.06 if bold else 1.0)


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
