"""The entries of a table of trade in one spelling: periods, directions of flow, classifications, commodities and units."""

from __future__ import annotations

import re
from functools import cache

IMPORTS = ("import", "imports", "m", "1")
EXPORTS = ("export", "exports", "x", "2")
RECONCILED = "reconciled"
"""A figure made of both sides' reports already, as BACI's are."""

PARTS = {
    **dict.fromkeys(("re-export", "re-exports", "rx", "3"), "re-exports, which exports include"),
    **dict.fromkeys(("re-import", "re-imports", "rm", "4"), "re-imports, which imports include"),
    "dx": "domestic exports, which exports include",
    "fm": "foreign imports, which imports include",
    **dict.fromkeys(("mip", "mop", "mif"), "imports for processing, which imports include"),
    **dict.fromkeys(("xip", "xop", "xif"), "exports after processing, which exports include"),
}
"""Flows that are part of another (United Nations 2011, International Merchandise Trade Statistics: Concepts and Definitions 2010)."""

REVISIONS = {
    "H0": "HS1992", "H1": "HS1996", "H2": "HS2002", "H3": "HS2007", "H4": "HS2012", "H5": "HS2017", "H6": "HS2022",
    "S1": "SITC1", "S2": "SITC2", "S3": "SITC3", "S4": "SITC4", "B4": "BEC4", "B5": "BEC5", "ST": "SITC",
}  # fmt: skip
"""UN Comtrade's letters for the revisions of the Harmonised System, of the SITC and of the BEC."""

OWN = "own"
"""The classification of a table that names none: its codes are names, and none is part of another."""

SCALES = {"": 1e-6, "th": 1e-3, "k": 1e-3, "mn": 1.0, "m": 1.0, "bn": 1e3}
"""What follows a currency, as in ``USD_mn``, to millions."""

_PERIOD = re.compile(r"(\d{4})(?:\.0)?|(\d{4})-?(0[1-9]|1[0-2])|(\d{4})-?([QqHh])([1-4])")


def period(text: str) -> str | None:
    """``2016``, ``2016-10``, ``2016-Q3`` or ``2016-H1``; None where it is no period."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    year, year_of_month, month, year_of_part, part, number = match.groups()
    if year:
        return str(year)
    if month:
        return f"{year_of_month}-{month}"
    return None if part in "Hh" and number > "2" else f"{year_of_part}-{part.upper()}{number}"


def classification(text: str) -> str:
    """A name of a classification with its revision, such as ``HS2012``."""
    return REVISIONS.get(text.upper(), text)


def family(name: str) -> str:
    """``HS`` or ``SITC`` for their revisions, the name itself for others."""
    return next((f for f in ("HS", "SITC") if name.upper().startswith(f)), name)


def commodity(text: str, system: str) -> str:
    """A code without full stops and blanks; an HS code of odd length gets back the nought that spreadsheets take from its beginning."""
    if system not in ("HS", "SITC"):
        return text
    code = re.sub(r"\.0$", "", text) if system == "HS" and re.fullmatch(r"\d+\.0", text) else text
    code = re.sub(r"[ .]", "", code).upper()
    return f"0{code}" if system == "HS" and code.isdecimal() and len(code) % 2 else code


def is_code(code: str) -> bool:
    """Whether it is one of a hierarchy of numbers, and not a name such as ``TOTAL``."""
    return code.isdecimal()


def unit(text: str) -> tuple[str, float] | None:
    """The currency of a unit such as ``USD`` or ``CNY_mn`` (ISO 4217), and how many millions of it one is; None where it is none."""
    currency, _, scale = text.partition("_")
    if currency.upper() not in _currencies() or scale.lower() not in SCALES:
        return None
    return currency.upper(), SCALES[scale.lower()]


@cache
def _currencies() -> frozenset[str]:
    import pycountry

    return frozenset(str(c.alpha_3) for c in pycountry.currencies)
