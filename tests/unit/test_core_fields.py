"""Field mapping: reading, comparing, writing."""

from __future__ import annotations

from pathlib import Path

import pytest
from contact_sync.core import birthdays, websites
from contact_sync.core.fields import (
    CUSTOM_GRAPH_PROPERTIES,
    FIELDS,
    Field,
    FieldMap,
    Problem,
    canonical_names,
)
from contact_sync.core.mapping_page import table
from contact_sync.core.model import Direction, FieldPolicy, RecordType
from contact_sync.core.text import collapse
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = b"k" * 32
ACCOUNT, CONTACT = RecordType.ACCOUNT, RecordType.CONTACT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
MAPS = {record_type: FieldMap(record_type, region="DE") for record_type in RecordType}

ADDRESS: dict[str, object] = {
    "street": "Hauptstr. 12a",
    "city": "Berlin",
    "state": "California",
    "postalCode": "10115",
    "countryOrRegion": "USA",
}

GRAPH_PERSON: dict[str, object] = {
    "givenName": "Ann",
    "middleName": None,
    "surname": " Lee ",
    "nickName": "",
    "companyName": "Acme",
    "emailAddresses": [
        {"name": "Ann", "address": "Ann@x.org"},
        {"name": "home", "address": "ann@home.org"},
    ],
    "businessPhones": ["089 1234567", "089 7654321"],
    "mobilePhone": None,
    "jobTitle": "Buyer",
    "department": None,
    "businessHomePage": "http://x.org",
    "birthday": "1980-05-01T11:59:00Z",
    "businessAddress": ADDRESS,
}

PERSON_VALUES = {
    "first_name": "Ann",
    "middle_name": "",
    "last_name": "Lee",
    "nick_name": "",
    "email": "Ann@x.org",
    "phone": "089 1234567",
    "mobile": "",
    "website": "http://x.org",
    "birthday": "1980-05-01",
    "street": "Hauptstr. 12a",
    "city": "Berlin",
    "state": "CA",
    "postal_code": "10115",
    "country": "USA",
}

C4C_CUSTOMER = {
    "FirstName": "Ann",
    "MiddleName": "",
    "LastName": "Lee",
    "NickName": None,
    "Email": "Ann@x.org",
    "Phone": "+49 89 1234567",
    "Mobile": "",
    "WebSite": "http://x.org",
    "BirthDate": "1980-05-01T00:00:00.000Z",
    "Street": "Hauptstr.",
    "HouseNumber": "12a",
    "City": "Berlin",
    "StateCode": "CA",
    "StreetPostalCode": "10115",
    "CountryCode": "US",
}


# Reading


def test_a_graph_contact_is_read_as_canonical_values() -> None:
    assert MAPS[CUSTOMER].from_graph(GRAPH_PERSON) == PERSON_VALUES


def test_a_c4c_record_is_read_as_canonical_values() -> None:
    expected = PERSON_VALUES | {"phone": "+49 89 1234567", "country": "US"}
    assert MAPS[CUSTOMER].from_c4c(C4C_CUSTOMER) == expected


def test_both_sides_of_an_agreeing_pair_have_the_same_digests() -> None:
    fields = MAPS[CUSTOMER]
    exchange = fields.digests(KEY, fields.from_graph(GRAPH_PERSON))
    assert exchange == fields.digests(KEY, fields.from_c4c(C4C_CUSTOMER))
    assert set(exchange) == set(fields.names)


def test_an_empty_contact_is_blank() -> None:
    contact = dict.fromkeys(GRAPH_PERSON) | {
        "emailAddresses": [],
        "businessPhones": [],
        "businessAddress": {},
    }
    for fields in MAPS.values():
        assert fields.from_graph(contact) == dict.fromkeys(fields.names, "")


def test_what_a_record_does_not_carry_is_unknown_not_blank() -> None:
    assert MAPS[CONTACT].from_graph({"givenName": ""}) == {"first_name": ""}
    assert MAPS[CONTACT].from_c4c({"LastName": "Lee", "ObjectID": "1"}) == {"last_name": "Lee"}


@pytest.mark.parametrize(
    ("description", "contact", "expected"),
    [
        ("blank slot", {"emailAddresses": [{"name": "x"}]}, {"email": ""}),
        ("no slot", {"emailAddresses": None}, {"email": ""}),
        ("null slot", {"emailAddresses": [None]}, {"email": ""}),
        (
            "no address",
            {"businessAddress": None},
            dict.fromkeys(("street", "city", "state", "postal_code", "country"), ""),
        ),
        ("unreadable birthday", {"birthday": "in May"}, {}),
    ],
)
def test_odd_shapes_in_graph(
    description: str, contact: dict[str, object], expected: dict[str, str]
) -> None:
    assert MAPS[CONTACT].from_graph(contact) == expected, description


def test_a_contact_reads_its_own_address_and_company() -> None:
    record = {
        "AccountFormattedName": "Acme Germany",
        "BusinessAddressStreet": "Weg",
        "BusinessAddressHouseNumber": "1",
        "BusinessAddressCity": "Bonn",
        "Street": "other",
    }
    expected = {"company": "Acme Germany", "street": "Weg 1", "city": "Bonn"}
    assert MAPS[CONTACT].from_c4c(record) == expected


def test_an_account_name_is_joined() -> None:
    record = {"Name": "Acme", "AdditionalName": "Germany", "AdditionalName2": None}
    assert MAPS[ACCOUNT].from_c4c(record) == {"name": "Acme Germany"}


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("1980-05-01T11:59:00Z", "1980-05-01"),
        ("1980-05-01T00:00:00.0000000Z", "1980-05-01"),
        ("1980-05-01T00:00:00", "1980-05-01"),
        ("1980-05-01", "1980-05-01"),
        ("1980-05-01T00:30:00+02:00", "1980-04-30"),
        ("1980-05-01T23:30:00-02:00", "1980-05-02"),
        ("0001-01-01T00:00:00Z", ""),
        ("4501-01-01T00:00:00Z", ""),
        ("9999-12-31T00:00:00.000Z", ""),
        ("", ""),
        ("0001-01-01T00:00:00+02:00", None),
        ("1980-02-30T00:00:00Z", None),
        ("soon", None),
    ],
)
def test_birthdays_are_utc_dates(timestamp: str, expected: str | None) -> None:
    assert birthdays.from_timestamp(timestamp) == expected


# Comparing

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


# Writing to Graph


@pytest.mark.parametrize(
    ("description", "values", "expected"),
    [
        ("scalar", {"first_name": "Bea"}, {"givenName": "Bea"}),
        ("blank scalar", {"job_title": ""}, {"jobTitle": None}),
        ("same value", {"first_name": "Ann"}, {}),
        ("same value in another spelling", {"email": "ann@X.ORG", "phone": "+49891234567"}, {}),
        ("blank stays blank", {"department": "", "mobile": ""}, {}),
        ("birthday", {"birthday": "1981-06-02"}, {"birthday": "1981-06-02T11:59:00Z"}),
        ("birthday cleared", {"birthday": ""}, {"birthday": None}),
        (
            "first e-mail; the second is kept",
            {"email": "new@x.org"},
            {
                "emailAddresses": [
                    {"address": "new@x.org"},
                    {"name": "home", "address": "ann@home.org"},
                ]
            },
        ),
        (
            "first phone; the second is kept",
            {"phone": "030 111222"},
            {"businessPhones": ["030 111222", "089 7654321"]},
        ),
        ("a removal must not move the second up", {"email": "", "phone": ""}, {}),
        (
            "one member of the address; the others are kept",
            {"city": "Bonn"},
            {"businessAddress": ADDRESS | {"city": "Bonn"}},
        ),
        (
            "two members, one cleared",
            {"city": "", "street": "Weg 1"},
            {"businessAddress": ADDRESS | {"city": None, "street": "Weg 1"}},
        ),
        ("country and state that mean the same", {"country": "US", "state": "CA"}, {}),
        (
            "country by its English name",
            {"country": "DE", "state": "BY"},
            {"businessAddress": ADDRESS | {"countryOrRegion": "Germany", "state": "BY"}},
        ),
        (
            "the whole address cleared",
            dict.fromkeys(("street", "city", "state", "postal_code", "country"), ""),
            {"businessAddress": {}},
        ),
        ("fields of other types are ignored", {"name": "x", "unknown": "y"}, {}),
    ],
)
def test_to_graph_over_a_live_contact(
    description: str, values: dict[str, str], expected: dict[str, object]
) -> None:
    assert MAPS[CONTACT].to_graph(values, GRAPH_PERSON) == expected, description


def test_the_last_list_entry_is_removed() -> None:
    live = {"emailAddresses": [{"address": "a@x.org"}], "businessPhones": ["1", ""]}
    expected: dict[str, object] = {"emailAddresses": [], "businessPhones": []}
    assert MAPS[CONTACT].to_graph({"email": "", "phone": ""}, live) == expected


def test_a_new_person_gets_a_display_name() -> None:
    values = {"first_name": "Ann", "last_name": "Lee", "email": "a@x.org", "city": "Bonn"}
    assert MAPS[CONTACT].to_graph(values) == {
        "givenName": "Ann",
        "surname": "Lee",
        "displayName": "Ann Lee",
        "emailAddresses": [{"address": "a@x.org"}],
        "businessAddress": {"city": "Bonn"},
    }


def test_blank_values_of_a_new_contact() -> None:
    values = {"department": "", "email": "", "city": "", "birthday": ""}
    assert (
        MAPS[CONTACT].to_graph(values | {"birthday": ""})
        == {
            "department": None,
            "emailAddresses": [],
            "businessAddress": {},
            "birthday": None,
        }
        | {}
    )


def test_display_name_and_file_as_follow_the_account_name() -> None:
    expected = {"companyName": "New", "displayName": "New", "fileAs": "New"}
    assert MAPS[ACCOUNT].to_graph({"name": "New"}, {"companyName": "Old"}) == expected
    assert MAPS[ACCOUNT].to_graph({"name": "Old"}, {"companyName": "Old"}) == {}


def test_to_graph_changes_nothing_it_was_given() -> None:
    live: dict[str, object] = {"emailAddresses": [{"address": "a@x.org"}], "businessAddress": {}}
    MAPS[CONTACT].to_graph({"email": "b@x.org", "city": "Bonn"}, live)
    assert live == {"emailAddresses": [{"address": "a@x.org"}], "businessAddress": {}}


# Writing to C4C


@pytest.mark.parametrize(
    ("description", "record_type", "values", "expected"),
    [
        ("text, collapsed", CUSTOMER, {"first_name": " Ann\nB "}, {"FirstName": "Ann B"}),
        ("blank", CUSTOMER, {"nick_name": ""}, {"NickName": ""}),
        ("phone", CUSTOMER, {"phone": "0049 89 1234567"}, {"Phone": "+49 89 1234567"}),
        ("birthday", CUSTOMER, {"birthday": "1980-05-01"}, {"BirthDate": "1980-05-01T00:00:00"}),
        ("birthday cleared", CUSTOMER, {"birthday": ""}, {"BirthDate": None}),
        ("street", ACCOUNT, {"street": "Weg 1"}, {"Street": "Weg", "HouseNumber": "1"}),
        ("street cleared", ACCOUNT, {"street": ""}, {"Street": "", "HouseNumber": ""}),
        (
            "no house number: the old one is cleared",
            ACCOUNT,
            {"street": "12 Main St"},
            {"Street": "12 Main St", "HouseNumber": ""},
        ),
        (
            "a contact's address",
            CONTACT,
            {"street": "Weg 1", "postal_code": "53111"},
            {
                "BusinessAddressStreet": "Weg",
                "BusinessAddressHouseNumber": "1",
                "BusinessAddressStreetPostalCode": "53111",
            },
        ),
        ("country", ACCOUNT, {"country": "Deutschland"}, {"CountryCode": "DE"}),
        (
            "state with country",
            ACCOUNT,
            {"country": "USA", "state": "California"},
            {"CountryCode": "US", "StateCode": "CA"},
        ),
        ("state alone, a code", ACCOUNT, {"state": "CA"}, {"StateCode": "CA"}),
        ("state alone, a name", ACCOUNT, {"state": "California"}, {}),
        (
            "place cleared",
            ACCOUNT,
            {"country": "", "state": ""},
            {"CountryCode": "", "StateCode": ""},
        ),
        ("unknown country", ACCOUNT, {"country": "Atlantis", "state": "CA"}, {}),
        ("company is never written", CONTACT, {"company": "Acme"}, {}),
        ("too long", CUSTOMER, {"first_name": "A" * 41, "last_name": "Lee"}, {"LastName": "Lee"}),
        (
            "account name",
            ACCOUNT,
            {"name": "A" * 41},
            {"Name": "A" * 40, "AdditionalName": "A", "AdditionalName2": "", "AdditionalName3": ""},
        ),
        ("fields of other types are ignored", ACCOUNT, {"birthday": "1980-05-01"}, {}),
    ],
)
def test_to_c4c(
    description: str,
    record_type: RecordType,
    values: dict[str, str],
    expected: dict[str, object],
) -> None:
    assert MAPS[record_type].to_c4c(values) == expected, description


texts = st.text(alphabet="aÄ 1-./\n", max_size=70)


@settings(deadline=None)  # the first look-up loads the tables
@given(st.sampled_from(list(RecordType)), st.data())
def test_i01_what_was_written_reads_back_equal(
    record_type: RecordType, data: st.DataObject
) -> None:
    fields = FieldMap(record_type, region="DE")
    special = {
        "birthday": st.sampled_from(["", "1980-05-01"]),
        "country": st.sampled_from(["", "DE", "USA", "Atlantis"]),
        "state": st.sampled_from(["", "Bayern", "CA", "Oz"]),
        "phone": st.sampled_from(["", "089 1234567", "+1 (865) 813-0643", "Zentrale"]),
    }
    values = {name: data.draw(special.get(name, texts)) for name in fields.names}
    held_back = {problem.field for problem in fields.problems(values, is_create=True)}
    in_c4c = fields.from_c4c(fields.to_c4c(values))
    wanted = fields.normalised(values)
    for name, value in fields.normalised(in_c4c).items():
        # "Bayern" alone is a name, in Germany it is the code that C4C reads back.
        if name != "state":
            assert value == wanted[name]
    assert set(fields.names) - set(in_c4c) <= held_back | {
        "company",
        *_address_of_contact(record_type),
    }
    # And on to Exchange: once written there, nothing is left to write.
    live = fields.to_graph(in_c4c)
    assert fields.to_graph(in_c4c, live) == {}
    in_exchange = fields.normalised(fields.from_graph(live))
    assert {name: in_exchange[name] for name in in_c4c} == fields.normalised(in_c4c)


def _address_of_contact(record_type: RecordType) -> set[str]:
    return (
        {"country", "state", "street", "city", "postal_code"} if record_type is CONTACT else set()
    )


@given(st.text(alphabet="ab 1.\n", max_size=60))
def test_i40_an_unchanged_street_line_is_no_edit(line: str) -> None:
    fields = MAPS[ACCOUNT]
    written = fields.to_c4c({"street": line})
    if written:
        read = fields.from_c4c(written)
        assert fields.digests(KEY, read) == fields.digests(KEY, {"street": line})


# Problems


@pytest.mark.parametrize(
    ("description", "record_type", "values", "is_create", "expected"),
    [
        ("fine", CUSTOMER, {"last_name": "Lee"}, True, []),
        (
            "no last name",
            CONTACT,
            {"first_name": "Ann"},
            True,
            [("missing_last_name", "last_name", True)],
        ),
        (
            "blank last name",
            CONTACT,
            {"last_name": " "},
            True,
            [("missing_last_name", "last_name", True)],
        ),
        ("emptied", CONTACT, {"last_name": ""}, False, [("missing_last_name", "last_name", True)]),
        ("not among the edits", CONTACT, {"first_name": "Ann"}, False, []),
        ("no account name", ACCOUNT, {}, True, [("missing_name", "name", True)]),
        ("too long", ACCOUNT, {"city": "A" * 41}, False, [("value_too_long", "city", False)]),
        (
            "too long and required",
            CONTACT,
            {"last_name": "A" * 41},
            True,
            [("value_too_long", "last_name", True)],
        ),
        (
            "required, but there already",
            ACCOUNT,
            {"name": "A" * 161},
            False,
            [("value_too_long", "name", False)],
        ),
        ("just fits", ACCOUNT, {"name": "A" * 160, "street": "A" * 60}, True, []),
        ("fits after collapsing", ACCOUNT, {"city": " " * 50 + "Bonn"}, False, []),
        ("street", ACCOUNT, {"street": "A" * 61}, False, [("value_too_long", "street", False)]),
        ("house number makes room", ACCOUNT, {"street": "A" * 60 + " 12"}, False, []),
        (
            "country and its state",
            ACCOUNT,
            {"country": "Atlantis", "state": "X"},
            False,
            [("unmapped_country", "state", False), ("unmapped_country", "country", False)],
        ),
        (
            "state without country",
            ACCOUNT,
            {"country": "", "state": "CA"},
            False,
            [("unmapped_country", "state", False)],
        ),
        ("the company is not sent", CONTACT, {"company": "A" * 500}, False, []),
        ("nor a contact's address", CONTACT, {"country": "Atlantis"}, False, []),
    ],
)
def test_problems(
    description: str,
    record_type: RecordType,
    values: dict[str, str],
    is_create: bool,  # noqa: FBT001 - a column of the table
    expected: list[tuple[str, str, bool]],
) -> None:
    found = MAPS[record_type].problems(values, is_create=is_create)
    assert found == [
        Problem(code=code, field=name, is_blocking=blocking) for code, name, blocking in expected
    ], description


def test_a_contacts_address_has_problems_once_it_travels() -> None:
    both = {"country": FieldPolicy(direction=Direction.BOTH)}
    fields = FieldMap(CONTACT, directions=both)
    assert [problem.field for problem in fields.problems({"country": "Oz"}, is_create=False)] == [
        "country"
    ]


# Table, directions, custom fields


def test_default_directions() -> None:
    one_way = {"company", "street", "city", "state", "postal_code", "country"}
    for record_type, fields in MAPS.items():
        for name in fields.names:
            is_one_way = record_type is CONTACT and name in one_way
            expected = Direction.TO_EXCHANGE if is_one_way else Direction.BOTH
            assert fields.default_direction(name) is expected
            assert fields.direction(name) is expected


def test_a_field_switched_off_is_neither_read_nor_written() -> None:
    off = {"email": FieldPolicy(direction=Direction.OFF)}
    fields = FieldMap(CONTACT, directions=off)
    assert "email" not in fields.names
    assert "email" not in fields.from_graph(GRAPH_PERSON)
    assert fields.to_c4c({"email": "a@x.org"}) == {}
    assert fields.to_graph({"email": "a@x.org"}) == {}


def test_settings_change_a_direction() -> None:
    fields = FieldMap(CONTACT, directions={"city": FieldPolicy(direction=Direction.BOTH)})
    assert fields.direction("city") is Direction.BOTH
    assert fields.default_direction("city") is Direction.TO_EXCHANGE


def test_names_are_in_table_order() -> None:
    for record_type, fields in MAPS.items():
        assert fields.names == canonical_names(record_type)
    assert canonical_names(ACCOUNT)[0] == "name"
    assert "company" not in canonical_names(CUSTOMER)


def test_custom_fields_are_texts() -> None:
    fields = FieldMap(CONTACT, custom={"room": ("officeLocation", "Room_KUT")})
    assert fields.names[-1] == "room"
    assert fields.from_graph({"officeLocation": "1.01"}) == {"room": "1.01"}
    assert fields.from_c4c({"Room_KUT": 101}) == {"room": "101"}
    assert fields.to_c4c({"room": " 1.02 "}) == {"Room_KUT": "1.02"}
    assert fields.to_graph({"room": "1.02"}, {"officeLocation": "1.01"}) == {
        "officeLocation": "1.02"
    }
    assert fields.default_direction("room") is Direction.BOTH
    assert fields.problems({"room": "A" * 5000}, is_create=False) == []


@pytest.mark.parametrize(
    ("description", "custom"),
    [
        ("a name of the table", {"email": ("officeLocation", "X_KUT")}),
        ("a Graph property in use", {"x": ("jobTitle", "X_KUT")}),
        ("a C4C property in use", {"x": ("officeLocation", "LastName")}),
        ("not a text property", {"x": ("categories", "X_KUT")}),
        ("two custom fields on one", {"x": ("manager", "X_KUT"), "y": ("manager", "Y_KUT")}),
    ],
)
def test_custom_fields_may_not_collide(
    description: str, custom: dict[str, tuple[str, str]]
) -> None:
    with pytest.raises(ValueError, match="Custom field"):
        FieldMap(CONTACT, custom=custom)
    assert description


def test_a_property_may_serve_another_record_type() -> None:
    assert "jobTitle" in CUSTOM_GRAPH_PROPERTIES
    assert "role" in FieldMap(ACCOUNT, custom={"role": ("jobTitle", "Role_KUT")}).names


def test_the_mapping_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "mapping.md"
    assert table() in page.read_text(encoding="utf-8"), "see contact_sync/core/mapping_page.py"


def test_texts_reach_c4c_trimmed() -> None:
    assert all(
        value == collapse(str(value))
        for value in MAPS[CUSTOMER].to_c4c(MAPS[CUSTOMER].from_graph(GRAPH_PERSON)).values()
    )
