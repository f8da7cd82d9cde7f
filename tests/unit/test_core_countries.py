"""Countries and states: text in Exchange, codes in C4C."""

from __future__ import annotations

import pycountry
import pytest
from contact_sync.core import countries
from hypothesis import given, settings
from hypothesis import strategies as st

COUNTRIES = [
    ("code", "DE", "DE"),
    ("code in another case", " de ", "DE"),
    ("code of three letters", "DEU", "DE"),
    ("English", "Germany", "DE"),
    ("local", "Deutschland", "DE"),
    ("local, other alphabet", "中国", "CN"),
    ("another language", "Allemagne", "DE"),
    ("accents left out", "Osterreich", "AT"),
    ("typographic apostrophe", "Côte d\u2019Ivoire", "CI"),
    ("plain apostrophe", "Cote d'Ivoire", "CI"),
    ("typographic apostrophe in an official name", "Lao People\u2019s Democratic Republic", "LA"),
    ("name of the standard", "Iran, Islamic Republic of", "IR"),
    ("abbreviation with full stops", "U.S.A.", "US"),
    ("usual abbreviation", "UK", "GB"),
    ("part that C4C has no code for", "England", "GB"),
    ("leading article", "The Netherlands", "NL"),
    ("former name", "Czech Republic", "CZ"),
    ("official name", "Federal Republic of Germany", "DE"),
    ("ampersand", "Bosnia & Herzegovina", "BA"),
    ("country without ISO code", "Kosovo", "XK"),
    ("English wins over other languages", "Niger", "NE"),
    ("unknown", "Atlantis", None),
    ("region, no country", "Europe", None),
    ("unassigned code", "ZZ", None),
    ("blank", "", None),
]

STATES = [
    ("name", "USA", "California", "CA"),
    ("code", "US", "ca", "CA"),
    ("full code", "US", "US-CA", "CA"),
    ("Canadian, with accent", "Canada", "Québec", "QC"),
    ("Australian", "AU", "New South Wales", "NSW"),
    ("German", "Deutschland", "Bayern", "BY"),
    ("two local names", "Spain", "Cataluña", "CT"),
    ("code of another country", "DE", "CA", None),
    ("no country", "", "CA", None),
    ("unknown country", "Atlantis", "CA", None),
    ("unknown state", "US", "Bavaria", None),
    ("blank", "US", "", None),
]


@pytest.mark.parametrize(("description", "text", "expected"), COUNTRIES)
def test_country_code(description: str, text: str, expected: str | None) -> None:
    assert countries.country_code(text) == expected, description


@pytest.mark.parametrize(("description", "country", "text", "expected"), STATES)
def test_state_code(description: str, country: str, text: str, expected: str | None) -> None:
    assert countries.state_code(country, text) == expected, description


@pytest.mark.parametrize("code", [country.alpha_2 for country in pycountry.countries])
def test_every_country_survives_the_way_to_exchange_and_back(code: str) -> None:
    assert countries.country_code(countries.country_name(code)) == code


@pytest.mark.parametrize(
    ("code", "name"), [("DE", "Germany"), ("us", "United States"), ("Q1", "Q1")]
)
def test_country_name(code: str, name: str) -> None:
    assert countries.country_name(code) == name


@settings(deadline=None)  # the first look-up loads the tables
@given(st.text(max_size=20))
def test_any_text_is_looked_up_without_error(text: str) -> None:
    code = countries.country_code(text)
    assert code is None or countries.country_code(code) == code


@pytest.mark.parametrize("country", ["US", "CA", "AU", "DE", "GB", "FR", "ES", "IT", "JP", "BR"])
def test_every_state_code_fits_c4c_and_means_itself(country: str) -> None:
    for state in pycountry.subdivisions:
        if state.country_code == country:
            code = state.code.partition("-")[2]
            assert countries.state_code(country, code) == code
            assert len(code) <= 6
