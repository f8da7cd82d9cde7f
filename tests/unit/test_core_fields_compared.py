"""Field mapping: what counts as equal."""

from __future__ import annotations

import pytest
from contact_sync.core import websites
from contact_sync.core.fields import FIELDS, Field, FieldMap
from contact_sync.core.model import RecordType
from hypothesis import given, settings
from hypothesis import strategies as st

CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
MAPS = {record_type: FieldMap(record_type, region="DE") for record_type in RecordType}

EQUAL = [
    ("text", "city", " New\u00a0 York\n", "New York"),
    ("e-mail", "email", "Ann@X.org", "ann@x.ORG "),
    ("phone", "phone", "089/1234567", "+49 89 1234567"),
    ("country", "country", "Deutschland", "DE"),
    ("unknown country", "country", "Atlantis ", "atlantis"),
    ("state", "state", "ca", "CA"),
    ("website", "website", "HTTP://X.org/", "http://x.org"),
    ("website without scheme", "website", "X.org/", "x.org"),
]
NOT_EQUAL = [
    ("case of a text", "last_name", "lee", "Lee"),
    ("blank", "city", "", "-"),
    ("path of a website", "website", "http://x.org/A", "http://x.org/a"),
    ("scheme of a website", "website", "http://x.org", "https://x.org"),
    ("missing scheme", "website", "http://x.org", "x.org"),
    ("slash behind a path", "website", "http://x.org/a/", "http://x.org/a"),
    ("countries", "country", "Niger", "Nigeria"),
]


@pytest.mark.parametrize(("description", "name", "one", "other"), EQUAL)
def test_formatting_is_not_an_edit(description: str, name: str, one: str, other: str) -> None:
    fields = MAPS[CUSTOMER]
    assert fields.normalise(name, one) == fields.normalise(name, other), description


@pytest.mark.parametrize(("description", "name", "one", "other"), NOT_EQUAL)
def test_no_equality_is_invented(description: str, name: str, one: str, other: str) -> None:
    fields = MAPS[CUSTOMER]
    assert fields.normalise(name, one) != fields.normalise(name, other), description


@settings(deadline=None)  # the first look-up loads the tables
@given(st.sampled_from(FIELDS), st.text(max_size=30))
def test_normalising_twice_changes_nothing(field: Field, text: str) -> None:
    for record_type in field.c4c:
        once = MAPS[record_type].normalise(field.name, text)
        assert MAPS[record_type].normalise(field.name, once) == once


def test_a_website_in_two_lines_is_one_text() -> None:
    assert websites.normalise("X.org\n/a") == "x.org /a"
