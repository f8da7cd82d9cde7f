"""Field mapping: reading records of both sides, writing to Graph."""

from __future__ import annotations

import pytest
from contact_sync.core import birthdays
from contact_sync.core.digest import digest
from contact_sync.core.fields import FieldMap
from contact_sync.core.model import Direction, FieldPolicy, RecordType
from contact_sync.core.states import state_list
from contact_sync.core.text import collapse

KEY = b"k" * 32
ACCOUNT, CONTACT = RecordType.ACCOUNT, RecordType.CONTACT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
STATES = state_list([("US", "CA", "California"), ("DE", "11", "Berlin"), ("DE", "09", "Bayern")])
MAPS = {kind: FieldMap(kind, region="DE", states=STATES) for kind in RecordType}

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
    "state": "US|CA",
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


def test_a_digest_tells_fields_and_values_apart() -> None:
    fields = MAPS[CUSTOMER]
    digests = fields.digests(KEY, {"first_name": "Lee", "last_name": "Lee", "city": "Bonn"})
    assert digests == {
        "first_name": digest(KEY, "first_name", "Lee"),
        "last_name": digest(KEY, "last_name", "Lee"),
        "city": digest(KEY, "city", "Bonn"),
    }
    assert len(set(digests.values())) == 3


def test_a_city_that_is_called_like_a_state_stays_a_name() -> None:
    contact = {"businessAddress": {"city": "Berlin", "state": "Berlin", "countryOrRegion": "DE"}}
    read = MAPS[CUSTOMER].from_graph(contact)
    assert (read["city"], read["state"]) == ("Berlin", "DE|11")


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
        ("1980-04-30T22:00:00Z", "1980-05-01"),
        ("1980-05-01T00:30:00+02:00", "1980-05-01"),
        ("1980-05-01T00:00:00+14:00", "1980-05-01"),
        ("1980-05-01T23:30:00-02:00", "1980-05-02"),
        ("0001-01-01T00:00:00Z", ""),
        ("4501-01-01T00:00:00Z", ""),
        ("9999-12-31T00:00:00.000Z", ""),
        ("", ""),
        ("4500-12-31T23:00:00Z", ""),
        ("9999-12-31T23:59:59Z", ""),
        ("0001-01-01T00:00:00+02:00", ""),
        ("1980-02-30T00:00:00Z", None),
        ("soon", None),
    ],
)
def test_birthdays_are_the_nearest_days(timestamp: str, expected: str | None) -> None:
    assert birthdays.from_timestamp(timestamp) == expected


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
        ("country and state that mean the same", {"country": "US", "state": "US|CA"}, {}),
        (
            "country by its English name",
            {"country": "DE", "state": "DE|09"},
            {"businessAddress": ADDRESS | {"countryOrRegion": "Germany", "state": "Bayern"}},
        ),
        (
            "a code without words is left alone",
            {"country": "DE", "state": "DE|99"},
            {"businessAddress": ADDRESS | {"countryOrRegion": "Germany"}},
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


def test_an_entry_without_values_does_not_keep_the_first_one() -> None:
    live = {"emailAddresses": [{"address": "a@x.org"}, {"name": None, "address": ""}]}
    assert MAPS[CONTACT].to_graph({"email": ""}, live) == {"emailAddresses": []}


def test_a_new_person_gets_a_display_name() -> None:
    values = {"first_name": "Ann", "last_name": "Lee", "email": "a@x.org", "city": "Bonn"}
    assert MAPS[CONTACT].to_graph(values) == {
        "givenName": "Ann",
        "surname": "Lee",
        "displayName": "Ann Lee",
        "fileAs": "Lee, Ann",
        "emailAddresses": [{"address": "a@x.org"}],
        "businessAddress": {"city": "Bonn"},
    }


@pytest.mark.parametrize(
    ("shown", "is_kept"),
    [
        ("Ann Lee", False),
        ("Lee, Ann", False),
        ("Dr. Ann B. Lee", False),
        ("Ann Lee (Acme)", False),
        ("", False),
        ("Aunt Ann", True),
        ("Ann Lee-Miller", True),
    ],
)
def test_i19_a_chosen_display_name_is_sent_along(shown: str, *, is_kept: bool) -> None:
    live = {
        "title": "Dr.",
        "givenName": "Ann",
        "middleName": "B.",
        "surname": "Lee",
        "companyName": "Acme",
        "displayName": shown,
        "fileAs": "x",
    }
    kept = {"displayName": shown} if is_kept else {}
    assert MAPS[CONTACT].to_graph({"job_title": "CEO"}, live) == {"jobTitle": "CEO", **kept}
    assert MAPS[CONTACT].to_graph({"last_name": "King"}, live) == {"surname": "King", **kept}
    assert MAPS[CONTACT].to_graph({"last_name": "Lee"}, live) == {}


@pytest.mark.parametrize(
    ("values", "filed"),
    [
        ({"first_name": " Ann ", "last_name": "Lee"}, "Lee, Ann"),
        ({"last_name": "Lee"}, "Lee"),
        ({"first_name": "Ann", "last_name": ""}, "Ann"),
        ({"email": "a@x.org"}, None),
    ],
)
def test_a_new_person_is_filed(values: dict[str, str], filed: str | None) -> None:
    for kind in (CONTACT, CUSTOMER):
        assert MAPS[kind].to_graph(values).get("fileAs") == filed


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


def test_a_field_switched_off_is_neither_read_nor_written() -> None:
    off = {"email": FieldPolicy(direction=Direction.OFF)}
    fields = FieldMap(CONTACT, directions=off)
    assert "email" not in fields.names
    assert "email" not in fields.from_graph(GRAPH_PERSON)
    assert fields.to_c4c({"email": "a@x.org"}) == {}
    assert fields.to_graph({"email": "a@x.org"}) == {}


def test_texts_reach_c4c_trimmed() -> None:
    assert all(
        value == collapse(str(value))
        for value in MAPS[CUSTOMER].to_c4c(MAPS[CUSTOMER].from_graph(GRAPH_PERSON)).values()
    )
