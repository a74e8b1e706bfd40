"""Every country of ISO 3166 is known by every code and name; UN Comtrade's own numbers are what its list says."""

import pycountry
import pytest

from detente.trade.countries import GROUPS, OWN_CODES, WORLD, name_of, place


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda c: c.alpha_3)
def test_a_country_by_its_codes_and_names(country) -> None:
    names = [
        country.name,
        getattr(country, "official_name", country.name),
        getattr(country, "common_name", country.name),
    ]
    for word in (country.alpha_2, country.alpha_3, country.alpha_3.lower(), *names):
        assert place(word).code == country.alpha_3, word
    if int(country.numeric) not in GROUPS:
        assert place(country.numeric).code == country.alpha_3


@pytest.mark.parametrize(
    ("number", "code"),
    [(842, "USA"), (251, "FRA"), (757, "CHE"), (579, "NOR"), (699, "IND"), (490, "TWN"), (381, "ITA"), (711, "ZAF"), (58, "BEL"), (408, "PRK")],
)  # fmt: skip
def test_numbers_of_comtrade_that_iso_does_not_have(number, code) -> None:
    assert place(str(number)).code == code
    assert place(str(number)).kind == "country"


@pytest.mark.parametrize("word", ["0", "W00", "World", "WLD"])
def test_the_world_is_no_country(word) -> None:
    assert (place(word).code, place(word).kind) == (WORLD, "world")


@pytest.mark.parametrize("word", ["97", "899", "_X", "S19", "837", "Areas, nes", "492"])
def test_groups_are_no_countries(word) -> None:
    assert place(word).kind == ("country" if word == "S19" else "group")


@pytest.mark.parametrize(
    ("word", "code"),
    [("North Korea", "PRK"), ("Dem. People's Rep. of Korea", "PRK"), ("Rep. of Korea", "KOR"), ("Russia", "RUS"), ("Viet Nam", "VNM"), ("USSR", None),
     ("SUN", "SUN"), ("", None), ("9999", None), ("Atlantis", None)],
)  # fmt: skip
def test_names_in_use(word, code) -> None:
    found = place(word)
    assert (found.code if found else None) == code


def test_a_number_of_its_own_is_no_iso_number_of_another_country() -> None:
    for number, (code, _) in OWN_CODES.items():
        iso = pycountry.countries.get(numeric=f"{number:03d}")
        assert iso is None or iso.alpha_3 == code


def test_names_read_well() -> None:
    assert [name_of(c) for c in ("PRK", "KOR", "USA", "IRN", "TZA", "SUN", "REST")] == [
        "North Korea", "South Korea", "United States", "Iran", "Tanzania", "USSR", "all others",
    ]  # fmt: skip
