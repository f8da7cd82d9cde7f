"""Field mapping: writing to C4C, and what cannot be written there."""

from __future__ import annotations

import pytest
from contact_sync.core.fields import FieldMap, Problem
from contact_sync.core.model import Direction, FieldPolicy, RecordType
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = b"k" * 32
ACCOUNT, CONTACT = RecordType.ACCOUNT, RecordType.CONTACT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
MAPS = {record_type: FieldMap(record_type, region="DE") for record_type in RecordType}


@pytest.mark.parametrize(
    ("description", "record_type", "values", "expected"),
    [
        ("text, collapsed", CUSTOMER, {"first_name": " Ann\nB "}, {"FirstName": "Ann B"}),
        ("blank", CUSTOMER, {"nick_name": ""}, {"NickName": ""}),
        ("phone", CUSTOMER, {"phone": "0049 89 1234567"}, {"Phone": "+49 89 1234567"}),
        ("phone of the region", CUSTOMER, {"phone": "089 1234567"}, {"Phone": "+49 89 1234567"}),
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
            {"country": "USA", "state": "US|CA"},
            {"CountryCode": "US", "StateCode": "CA"},
        ),
        ("state alone, a code", ACCOUNT, {"state": "PE|15"}, {"StateCode": "15"}),
        (
            "what looks like a code is none",
            ACCOUNT,
            {"state": "CA"},
            {},
        ),
        ("state alone, a name", ACCOUNT, {"state": "California"}, {}),
        (
            "place cleared",
            ACCOUNT,
            {"country": "", "state": ""},
            {"CountryCode": "", "StateCode": ""},
        ),
        ("unknown country", ACCOUNT, {"country": "Atlantis", "state": "CA"}, {}),
        (
            "a state that the new country does not have",
            ACCOUNT,
            {"country": "US", "state": "Bayern"},
            {"CountryCode": "US", "StateCode": ""},
        ),
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
        "state": st.sampled_from(["", "Bayern", "US|CA", "Oz"]),
        "phone": st.sampled_from(["", "089 1234567", "+1 (865) 813-0643", "Zentrale"]),
    }
    values = {name: data.draw(special.get(name, texts)) for name in fields.names}
    held_back = {problem.field for problem in fields.problems(values, is_create=True)}
    in_c4c = fields.from_c4c(fields.to_c4c(values))
    wanted = fields.normalised(values)
    for name, value in fields.normalised(in_c4c).items():
        # What is read back bears the country that was written, not the one it was drawn with.
        if name != "state":
            assert value == wanted[name]
    assert set(fields.names) - set(in_c4c) <= held_back | {
        "company",
        *_address_of_contact(record_type),
    }
    # And on to Exchange, states aside, which need a list: once written, nothing is left to write.
    in_c4c.pop("state", None)
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
            [("unmapped_state", "state", False), ("unmapped_country", "country", False)],
        ),
        (
            "state without country",
            ACCOUNT,
            {"country": "", "state": "CA"},
            False,
            [("unmapped_state", "state", False)],
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
