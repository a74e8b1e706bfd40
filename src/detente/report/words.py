"""How figures and dates are put in words: one place, so that terminal, brief and pictures agree.

No more digits are given than draws support: whole per cents, ``<1 %`` and ``>99 %`` at the ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from detente.situation import article
from detente.situation.model import Window

MISSING = "n/a"
midway = article.midway
"""A name within a sentence; see there."""
PER_CENT = "\u00a0%"
_TINY = 1e-12
_OPENERS = frozenset(
    [
        "are",
        "can",
        "could",
        "did",
        "do",
        "does",
        "had",
        "has",
        "have",
        "how",
        "is",
        "may",
        "might",
        "must",
        "should",
        "was",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "would",
    ]
)
_ESTIMATES = (
    (0.05, "almost certainly not"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "about as likely as not"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.01, "almost certainly"),
)


def percent(probability: float) -> str:
    """A probability as a whole per cent: ``42 %``, ``<1 %``, ``>99 %``; 0 and 100 only where they are exact."""
    number = _whole(probability)
    return number if number == MISSING else f"{number}{PER_CENT}"


def interval(low: float, high: float) -> str:
    """An interval of probabilities: ``12–48 %``, ``<1–12 %``; one figure where both ends round to the same."""
    first, last = _whole(low), _whole(high)
    if MISSING in (first, last):
        return MISSING
    if first == last:
        return f"{first}\u00a0%"
    return f"{first}–{last}\u00a0%"


def _whole(probability: float) -> str:
    if not math.isfinite(probability):
        return MISSING
    if probability <= _TINY:
        return "0"
    if probability >= 1 - _TINY:
        return "100"
    if probability < 0.005:
        return "<1"
    if probability >= 0.995:
        return ">99"
    return f"{100 * probability:.0f}"


def estimate(probability: float) -> str:
    """The word for a probability, as US analysts must use them (Intelligence Community Directive 203, 2015)."""
    if not math.isfinite(probability):
        return "cannot be said"
    if probability <= _TINY:
        return "no"
    if probability >= 1 - _TINY:
        return "yes"
    return next(word for bound, word in _ESTIMATES if probability <= bound)


def number(value: float) -> str:
    """A figure of any size at two or three significant digits, without exponents where they can be spared."""
    if not math.isfinite(value):
        return MISSING
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.1e}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 10 else f"{value:.3g}"


def count(value: float) -> str:
    """A count with thousands set apart."""
    return f"{value:,.0f}"


def seconds(value: float) -> str:
    """``12 s``; ``less than 1 s``."""
    return f"{value:.0f} s" if value >= 1 else "less than 1 s"


def day(value: str | date) -> str:
    """``11 January 2019``; text that is no date is given back as it is."""
    parsed = _date(value)
    return f"{parsed.day} {parsed:%B %Y}" if parsed else str(value)


def short_day(value: str | date, *, year: bool = True) -> str:
    """``11 Jan 2019``, for narrow places."""
    parsed = _date(value)
    return f"{parsed.day} {parsed:%b %Y}" if parsed and year else f"{parsed.day} {parsed:%b}" if parsed else str(value)


def window(on: Window | None) -> str:
    """A date or a window, short: ``4 Mar – 30 Apr 2019``; empty where there is none."""
    if on is None:
        return ""
    if on.start == on.end:
        return short_day(on.start)
    return f"{short_day(on.start, year=on.start.year != on.end.year)} – {short_day(on.end)}"


def _date(value: str | date) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def capital(text: str) -> str:
    """The text with its first letter large and the rest as it is."""
    return text[:1].upper() + text[1:]


def plain(name: str) -> str:
    """A name of the file for the reader: ``late_summit`` becomes ``late summit``."""
    return name.replace("_", " ")


def joined(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def question(text: str, given: str) -> str:
    """A question with what it takes as given in front: ``If Kim takes the offer: does Washington harden?``"""
    if not given:
        return text
    condition = given if given.lower().startswith(("if ", "when ", "once ", "after ", "given ")) else f"given {given}"
    return f"{capital(condition)}: {uncapital(text)}"


def uncapital(text: str) -> str:
    """A question that is to follow a colon: its opening verb or pronoun in small letters, a name left large."""
    first, _, _ = text.partition(" ")
    return text[:1].lower() + text[1:] if first.lower() in _OPENERS else text


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends in a mark of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else text + "."
