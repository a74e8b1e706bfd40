"""Countries as tables of trade write them, to ISO 3166 alpha-3; and what in their place is no country.

ISO codes and names are pycountry's. UN Comtrade and BACI number countries by UN M49, but for the codes below, of which some are of
customs areas wider than the country of that name (842 is the United States with Puerto Rico and the Virgin Islands) and some of
countries that are no more. From the list of reporters and partners of UN Comtrade
(comtradeapi.un.org/files/v1/app/reference/partnerAreas.json) and the country codes that come with BACI.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

WORLD = "WLD"
"""What stands for all countries together in a table, as the World Bank writes it."""

OWN_CODES = {
    58: ("BEL", "Belgium-Luxembourg, to 1998"), 230: ("ETH", "Ethiopia with Eritrea, to 1992"), 249: ("FRA", ""), 251: ("FRA", ""),
    280: ("DEU", "Federal Republic of Germany, to 1990"), 356: ("IND", ""), 381: ("ITA", ""), 412: ("XKX", ""),
    490: ("TWN", "Other Asia, not elsewhere specified, which is nearly all Taiwan"), 530: ("ANT", ""), 532: ("ANT", ""),
    579: ("NOR", ""), 588: ("PAK", "East and West Pakistan, to 1971"), 590: ("PAN", ""), 658: ("KNA", ""), 699: ("IND", ""),
    711: ("ZAF", "Southern African Customs Union, to 1999"), 720: ("YMD", ""), 736: ("SDN", "Sudan with South Sudan, to 2011"),
    757: ("CHE", ""), 810: ("SUN", ""), 841: ("USA", ""), 842: ("USA", ""), 886: ("YEM", "Arab Republic of Yemen, to 1990"),
    890: ("YUG", ""), 891: ("SCG", ""), 200: ("CSK", ""), 278: ("DDR", ""),
}  # fmt: skip
"""UN Comtrade's and BACI's number to alpha-3, where it is not the ISO number; and what else it stands for, to be told."""

GROUPS = {
    0: "World", 97: "European Union", 129: "Caribbean, nes", 221: "Eastern Europe, nes", 290: "Northern Africa, nes",
    471: "CACM, nes", 472: "Africa CAMEU region, nes", 473: "LAIA, nes", 492: "Europe EU, nes", 527: "Oceania, nes",
    536: "Neutral Zone", 568: "Other Europe, nes", 577: "Other Africa, nes", 636: "Rest of America, nes",
    637: "North America and Central America, nes", 697: "Europe EFTA, nes", 837: "Bunkers", 838: "Free Zones",
    839: "Special Categories", 879: "Western Asia, nes", 899: "Areas, nes",
}  # fmt: skip
"""Numbers that stand for no country: all of them together, groups, and trade whose partner is not told."""

GROUP_LETTERS = {
    "W00": 0, "WLD": 0, "WORLD": 0, "ALL": 0, "EUR": 97, "EU2": 97, "EU28": 97, "EU-28": 97, "EU27": 97, "A49": 129, "E29": 221,
    "F49": 290, "R91": 471, "_AC": 472, "R4": 473, "O19": 527, "NTZ": 536, "E19": 568, "F19": 577, "A79": 636, "A59": 637,
    "R20": 697, "X1": 837, "X2": 838, "XX": 839, "F97": 879, "_X": 899, "AREAS NES": 899,
}  # fmt: skip
"""What UN Comtrade writes in the place of ISO letters for them."""

OWN_LETTERS = {"S19": 490, "ZA1": 711, "_KS": 412, "XKX": 412, "XK": 412, "ROM": 642, "ZAR": 180, "TMP": 626}

COMMON = {
    "China, Hong Kong SAR": "HKG", "China, Macao SAR": "MAC", "Dem. People's Rep. of Korea": "PRK", "DPRK": "PRK", "Rep. of Korea": "KOR",
    "South Korea": "KOR", "North Korea": "PRK", "Russia": "RUS", "USA": "USA", "United States of America": "USA", "UK": "GBR",
    "Great Britain": "GBR", "Iran": "IRN", "Syria": "SYR", "Taiwan": "TWN", "Other Asia, nes": "TWN", "Vietnam": "VNM", "Laos": "LAO",
    "Turkey": "TUR", "Venezuela": "VEN", "Bolivia": "BOL", "Tanzania": "TZA", "Moldova": "MDA", "Ivory Coast": "CIV", "Burma": "MMR",
    "Palestine": "PSE", "Brunei": "BRN", "Kosovo": "XKX",
}  # fmt: skip
"""Names in use that ISO 3166 does not have."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a code or a name stands for: ``code`` is alpha-3 of a country, WLD for all, or the name of a group; ``told`` if it needs saying."""

    code: str
    kind: Literal["country", "world", "group"]
    told: str = ""


@lru_cache(maxsize=4096)
def place(word: str) -> Place | None:
    """What a UN or ISO number, an ISO code of two or three letters, or a name stands for; None where nothing does."""
    text = word.strip()
    letters = text.upper()
    if text.isdecimal():
        return _numbered(int(text))
    if letters in GROUP_LETTERS:
        return _numbered(GROUP_LETTERS[letters])
    if letters in OWN_LETTERS:
        return _numbered(OWN_LETTERS[letters])
    if letters in _by_letters():
        return Place(_by_letters()[letters], "country")
    named = _by_name().get(text.casefold())
    if named is not None:
        return Place(named, "country")
    groups = {name.casefold(): number for number, name in GROUPS.items()}
    return _numbered(groups[text.casefold()]) if text.casefold() in groups else None


def _numbered(number: int) -> Place | None:
    if number in GROUPS:
        return Place(WORLD, "world") if number == 0 else Place(GROUPS[number], "group")
    if number in OWN_CODES:
        code, told = OWN_CODES[number]
        return Place(code, "country", told)
    import pycountry

    found = pycountry.countries.get(numeric=f"{number:03d}")
    return Place(found.alpha_3, "country") if found is not None else None


def name_of(code: str) -> str:
    """The name of a country in common use, of ``WLD`` and of ``REST``; the code itself where there is none."""
    import pycountry

    own = {
        WORLD: "the world",
        "REST": "all others",
        "XKX": "Kosovo",
        "KOR": "South Korea",
        "RUS": "Russia",
        "HKG": "Hong Kong",
        "USA": "United States",
    }
    if code in own:
        return own[code]
    found = pycountry.countries.get(alpha_3=code) or pycountry.historic_countries.get(alpha_3=code)
    if found is None:
        return code
    return str(getattr(found, "common_name", found.name)).partition(",")[0]


def accepted_words() -> list[str]:
    """Every code of letters and every name that :func:`place` knows, for the nearest to one that it does not."""
    return [*_by_letters(), *_names(), *GROUPS.values()]


@cache
def _by_letters() -> dict[str, str]:
    """Alpha-3 and alpha-2 codes, of countries that are no more too (by three letters only: two have been given again)."""
    import pycountry

    former = {c.alpha_3: c.alpha_3 for c in pycountry.historic_countries}
    return former | {letters: c.alpha_3 for c in pycountry.countries for letters in (c.alpha_2, c.alpha_3)}


@cache
def _names() -> dict[str, str]:
    import pycountry

    return COMMON | {
        str(value): c.alpha_3
        for c in pycountry.countries
        for value in (c.name, getattr(c, "official_name", None), getattr(c, "common_name", None))
        if value
    }


@cache
def _by_name() -> dict[str, str]:
    return {name.casefold(): code for name, code in _names().items()}
