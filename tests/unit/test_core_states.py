"""States: the tenant's own codes, found by words, never by another list's codes."""

from __future__ import annotations

import itertools

import pycountry
import pytest
from contact_sync.core import states
from contact_sync.core.states import state_list
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = [
    *[("DE", "01", "Schleswig-Holstein"), ("DE", "05", "Nordrhein-Westfalen")],
    *[("DE", "08", "Baden-Württemberg"), ("DE", "09", "Bayern"), ("DE", "14", "Sachsen")],
    *[("US", "CA", "California"), ("US", "DC", "District of Columbia"), ("US", "WA", "Washington")],
    *[("PE", "15", "Pasco"), ("MA", "04", "Oriental"), ("MA", "09", "Rabat-Salé-Zemmour-Zaer")],
    *[("CH", "ZH", "Kanton Zürich"), ("XX", "1", "Same"), ("FR", "1", "Nord"), ("FR", "2", "Nord")],
]
LIST = state_list(ROWS)

FOUND = [
    ("description", "Germany", "Bayern", "DE|09"),
    ("without case and accents", "Deutschland", "BADEN-WURTTEMBERG", "DE|08"),
    ("digraph", "DE", "Baden-Wuerttemberg", "DE|08"),
    ("English", "Germany", "Bavaria", "DE|09"),
    ("English", "Deutschland", "Saxony", "DE|14"),
    ("abbreviation", "DE", "NRW", "DE|05"),
    ("official form", "DE", "Freistaat Bayern", "DE|09"),
    ("form in the description", "Schweiz", "Zurich", "CH|ZH"),
    ("ISO's abbreviation leads to words, not to a code", "DE", "BY", "DE|09"),
    ("usual abbreviation", "USA", "Calif.", "US|CA"),
    ("postal abbreviation", "USA", "ca", "US|CA"),
    ("Microsoft's name", "USA", "Washington DC", "US|DC"),
    ("Microsoft's name, with comma", "USA", "Washington, D.C.", "US|DC"),
    ("the state of that name", "USA", "Washington", "US|WA"),
    ("SAP's own code", "Peru", "Pasco", "PE|15"),
    ("a region of today is none of before", "Morocco", "Rabat-Salé-Kénitra", None),
    ("digits are no name", "Peru", "15", None),
    ("digits of another list", "Morocco", "04", None),
    ("another country's", "France", "Bayern", None),
    ("no country", "", "Bayern", None),
    ("unknown country", "Atlantis", "Bayern", None),
    ("country without a list", "Japan", "Tokyo", None),
    ("words of two codes", "France", "Nord", None),
    ("what looks like a canonical value", "DE", "DE|09", None),
    ("blank", "DE", "", None),
]


@pytest.mark.parametrize(("description", "country", "text", "expected"), FOUND)
def test_a_text_is_found_in_its_countrys_list(
    description: str, country: str, text: str, expected: str | None
) -> None:
    assert LIST.value_of(country, text) == expected, description


def test_every_description_means_its_own_code() -> None:
    for country, code, words in ROWS:
        if country not in ("XX", "FR"):
            value = states.canonical(country, code)
            assert LIST.value_of(country, words) == value
            assert LIST.description(value) == words
            assert states.code_of(value) == code


@pytest.mark.parametrize(
    "country", ["US", "CA", "AU", "DE", "AT", "CH", "BR", "MX", "PE", "MA", "IN"]
)
def test_i03_a_code_of_iso_is_never_written(country: str) -> None:
    """The tenant's codes are ISO's, dealt out anew: every name finds the code of its own words."""
    found = [entry for entry in pycountry.subdivisions if entry.country_code == country]
    codes = [entry.code.partition("-")[2] for entry in found]
    turned = [*codes[1:], codes[0]]
    tenant = state_list(
        (country, code, entry.name) for code, entry in zip(turned, found, strict=True)
    )
    for code, entry in zip(turned, found, strict=True):
        assert tenant.value_of(country, entry.name) in (f"{country}|{code}", None)
        assert tenant.value_of(country, entry.code) in (f"{country}|{code}", None)
    hits = sum(tenant.value_of(country, entry.name) is not None for entry in found)
    assert hits > len(found) * 0.9


def test_i03_a_list_without_the_region_gives_none() -> None:
    tenant = state_list([("MA", "04", "Oriental"), ("MA", "07", "Marrakech")])
    for entry, form in itertools.product(pycountry.subdivisions, ("name", "code")):
        if entry.country_code == "MA" and not entry.name.endswith(("Oriental", "Marrakech")):
            assert tenant.value_of("MA", getattr(entry, form)) is None


@settings(deadline=None)  # the first look-up loads the tables
@given(st.sampled_from(["DE", "USA", "Peru", "", "Atlantis"]), st.text(max_size=12))
def test_i03_any_text_is_a_code_of_the_list_or_none(country: str, text: str) -> None:
    value = LIST.value_of(country, text)
    assert value is None or LIST.description(value) is not None
    assert states.code_of(states.typed(text)) is None
