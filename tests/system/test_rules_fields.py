"""Section 9: what each field looks like on the other side, and what is never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import (
    add_item,
    add_record,
    item_by_id,
    item_named,
    link_pair,
    populated,
    record_by_id,
    record_named,
)
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World

CUSTOMER = "individual_customer"


def _properties(world: World, item_id: str) -> dict[str, Any]:
    return dict(item_by_id(world, item_id)["properties"])


# -- the whole table -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["contact", CUSTOMER])
def test_every_field_of_a_person_goes_to_exchange(tmp_path: Path, kind: str) -> None:
    extra = (
        {"JobTitle": "Clerk", "Department": "Sales"}
        if kind == "contact"
        else {"WebSite": "https://pair.example"}
    )
    with populated(tmp_path) as world:
        _, item_id = link_pair(
            world,
            kind,
            MiddleName="M.",
            NickName="Nick",
            Email="pair@x.example",
            Phone="+49 89 5551",
            Mobile="+49 170 1111111",
            BirthDate="1980-02-29T00:00:00",
            **extra,
        )
        item = _properties(world, item_id)
        shown = {name: item[name] for name in ("givenName", "middleName", "surname", "nickName")}
        assert shown == {
            "givenName": "Fay",
            "middleName": "M.",
            "surname": "Pair",
            "nickName": "Nick",
        }
        assert [entry["address"] for entry in item["emailAddresses"]] == ["pair@x.example"]
        assert item["businessPhones"][0].replace(" ", "") == "+49895551"
        assert item["mobilePhone"].replace(" ", "") == "+491701111111"
        assert item["birthday"].startswith("1980-02-29")
        if kind == "contact":
            assert (item["jobTitle"], item["department"]) == ("Clerk", "Sales")
        else:
            assert item["businessHomePage"] == "https://pair.example"


@pytest.mark.parametrize("kind", ["contact", CUSTOMER])
def test_every_field_of_a_person_goes_to_c4c(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        add_item(
            world,
            kind,
            "Newcomer",
            world.folder_id(kind),
            middleName="M.",
            nickName="Nick",
            emailAddresses=[{"name": "N", "address": "n@x.example"}],
            businessPhones=["+49 89 5551"],
            mobilePhone="+49 170 1111111",
            jobTitle="Clerk",
            department="Sales",
            businessHomePage="https://new.example",
            birthday="1980-02-29T11:59:00Z",
        )
        world.settle()
        record = record_named(world, kind, "Newcomer")
        assert (record["FirstName"], record["MiddleName"], record["NickName"]) == (
            "Fay",
            "M.",
            "Nick",
        )
        assert record["Email"] == "n@x.example"
        assert record["Phone"].replace(" ", "").endswith("895551")
        assert record["Mobile"].replace(" ", "").endswith("1701111111")
        assert "320630400000" in record["BirthDate"] or "1980-02-29" in record["BirthDate"]
        if kind == "contact":
            assert (record["JobTitle"], record["Department"]) == ("Clerk", "Sales")
        else:
            assert record["WebSite"] == "https://new.example"


def test_account_name_of_several_parts_is_one_company(tmp_path: Path) -> None:
    name = "International Society for the Advancement of Contact Synchronisation between Systems"
    with populated(tmp_path) as world:
        item_id = add_item(world, "account", name, world.folder_id("account"))
        world.settle()
        parts = ("Name", "AdditionalName", "AdditionalName2", "AdditionalName3")
        (record,) = [
            entry
            for entry in world.records("account").values()
            if entry["Name"].startswith("International")
        ]
        assert " ".join(record[part] for part in parts if record[part]) == name
        assert all(len(record[part]) <= 40 for part in parts)
        item = _properties(world, item_id)
        assert item["companyName"] == name


def test_account_renamed_in_c4c_renames_what_outlook_lists(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "account")
        world.c4c.edit(COLLECTIONS["account"], object_id, {"Name": "Renamed"})
        world.session()
        item = _properties(world, item_id)
        assert (item["companyName"], item["displayName"], item["fileAs"]) == ("Renamed",) * 3


# -- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("Zoe\u0308", "Zoë"),
        ("山田", "山田"),
        ('O\'Neil "Q" & <b>', 'O\'Neil "Q" & <b>'),
        ("Иванова", "Иванова"),
        ("Fay 🙂", "Fay 🙂"),
        ("مريم", "مريم"),
        ("  de   la  Cruz ", "de la Cruz"),
    ],
)
def test_unicode_and_spaces_survive_both_ways(tmp_path: Path, typed: str, kept: str) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", typed, world.folder_id("contact"))
        object_id = add_record(world, CUSTOMER, f"{kept}2")
        world.settle()
        assert record_named(world, "contact", kept)["FirstName"] == "Fay"
        # What differs in composition or spaces only is not written back over the user's text.
        assert _properties(world, item_id)["surname"] == typed
        down = item_named(world, CUSTOMER, f"{kept}2")
        assert record_by_id(world, CUSTOMER, object_id)["LastName"] == f"{kept}2"
        world.graph.edit_contact(ALICE, down["id"], {"nickName": typed})
        world.settle()
        assert record_by_id(world, CUSTOMER, object_id)["NickName"] == kept


def test_respelling_without_meaning_writes_nothing(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(
            world,
            CUSTOMER,
            Email="pair@x.example",
            Phone="+49 89 5551234",
            NickName="Zoë B",
            CountryCode="DE",
        )
        world.graph.edit_contact(
            ALICE,
            item_id,
            {
                "emailAddresses": [{"name": "Pair", "address": "Pair@X.Example"}],
                "businessPhones": ["+49 (89) 555-1234"],
                "nickName": " Zoe\u0308  B",
                "businessAddress": {"countryOrRegion": "Deutschland"},
            },
        )
        assert world.session().total == 0


# -- lists ---------------------------------------------------------------------------------------


def test_i19_second_and_third_entries_of_lists_are_untouched(tmp_path: Path) -> None:
    emails = [
        {"name": "One", "address": "one@x.example"},
        {"name": "Two", "address": "two@x.example"},
        {"name": "Three", "address": "three@x.example"},
    ]
    with populated(tmp_path) as world:
        item_id = add_item(
            world,
            "contact",
            "Newcomer",
            world.folder_id("contact"),
            emailAddresses=emails,
            businessPhones=["+49 89 5551", "+49 89 5552"],
        )
        world.settle()
        object_id = record_named(world, "contact", "Newcomer")["ObjectID"]
        edit = {"Email": "new@x.example", "Phone": "+49 89 7777"}
        world.c4c.edit(COLLECTIONS["contact"], object_id, edit)
        world.settle()
        item = _properties(world, item_id)
        assert [entry["address"] for entry in item["emailAddresses"]] == [
            "new@x.example",
            "two@x.example",
            "three@x.example",
        ]
        assert item["emailAddresses"][1:] == emails[1:]
        assert item["businessPhones"][0].replace(" ", "").endswith("897777")
        assert item["businessPhones"][1] == "+49 89 5552"


def test_edit_of_the_second_entries_writes_nothing(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(world, "contact", Email="one@x.example", Phone="+49 89 5551")
        item = _properties(world, item_id)
        emails = [*item["emailAddresses"], {"name": "Two", "address": "two@x.example"}]
        phones = [*item["businessPhones"], "+49 89 5552"]
        edit = {"emailAddresses": emails, "businessPhones": phones, "homePhones": ["1"]}
        world.graph.edit_contact(ALICE, item_id, edit)
        assert world.session().total == 0


def test_first_entry_emptied_in_c4c_never_shifts_the_list(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", Email="one@x.example")
        emails = [
            {"name": "One", "address": "one@x.example"},
            {"name": "Two", "address": "two@x.example"},
        ]
        world.graph.edit_contact(ALICE, item_id, {"emailAddresses": emails})
        world.session()
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"Email": ""})
        world.settle()
        shown = [entry["address"] for entry in _properties(world, item_id)["emailAddresses"]]
        assert shown[-1:] == ["two@x.example"]
        assert record_by_id(world, "contact", object_id)["Email"] != "two@x.example"


# -- phones, dates -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["089 / 555 12-34", "+49 (0)89 5551234", "0049 89 5551234", "(089) 5551234"]
)
def test_phone_reformatted_by_c4c_is_no_second_write(tmp_path: Path, typed: str) -> None:
    with populated(tmp_path, mapper={"region": "DE"}) as world:
        item_id = add_item(
            world, "contact", "Newcomer", world.folder_id("contact"), businessPhones=[typed]
        )
        world.session()
        assert world.session().total == 0
        phone = record_named(world, "contact", "Newcomer")["Phone"]
        assert phone.replace(" ", "").replace("-", "") == "+49895551234"
        assert _properties(world, item_id)["businessPhones"] == [typed]


@pytest.mark.parametrize("shift", [True, False])
def test_birthday_travels_as_a_date(tmp_path: Path, *, shift: bool) -> None:
    with populated(tmp_path) as world:
        world.graph.set_switch("birthday_midnight_shift", shift)
        object_id, item_id = link_pair(world, "contact", BirthDate="2000-01-01T00:00:00")
        assert _properties(world, item_id)["birthday"].startswith("2000-01-01")
        world.settle()
        world.graph.edit_contact(ALICE, item_id, {"birthday": "1999-12-31T11:59:00Z"})
        world.settle()
        assert _properties(world, item_id)["birthday"].startswith("1999-12-31")
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"BirthDate": "1970-06-15T00:00:00"})
        world.settle()
        assert _properties(world, item_id)["birthday"].startswith("1970-06-15")
        world.graph.edit_contact(ALICE, item_id, {"birthday": None})
        world.settle()
        assert not record_by_id(world, "contact", object_id)["BirthDate"]


# -- addresses -----------------------------------------------------------------------------------

ADDRESS = {
    "Street": "Lange Straße",
    "HouseNumber": "12a",
    "City": "Ulm",
    "StreetPostalCode": "89073",
    "StateCode": "BW",
    "CountryCode": "DE",
}


@pytest.mark.parametrize("kind", ["account", CUSTOMER])
def test_address_goes_to_exchange(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(world, kind, **ADDRESS)
        shown = _properties(world, item_id)["businessAddress"]
        assert shown["street"] == "Lange Straße 12a"
        assert (shown["city"], shown["postalCode"]) == ("Ulm", "89073")
        assert shown["countryOrRegion"] == "Germany"


@pytest.mark.parametrize("kind", ["account", CUSTOMER])
def test_unchanged_street_line_never_alters_street_or_house_number(
    tmp_path: Path, kind: str
) -> None:
    odd = {**ADDRESS, "Street": "Straße des 17. Juni 135", "HouseNumber": "Aufgang B"}
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind, **odd)
        shown = _properties(world, item_id)["businessAddress"]
        edit = {"businessAddress": {**shown, "city": "Neu-Ulm"}}
        world.graph.edit_contact(ALICE, item_id, edit)
        world.settle()
        record = record_by_id(world, kind, object_id)
        assert record["City"] == "Neu-Ulm"
        assert {name: record[name] for name in ("Street", "HouseNumber", "CountryCode")} == {
            name: odd[name] for name in ("Street", "HouseNumber", "CountryCode")
        }


def test_changed_street_line_is_split_into_what_joins_to_it(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, **ADDRESS)
        shown = _properties(world, item_id)["businessAddress"]
        edit = {"businessAddress": {**shown, "street": "Neue Gasse 7"}}
        world.graph.edit_contact(ALICE, item_id, edit)
        world.settle()
        record = record_by_id(world, CUSTOMER, object_id)
        assert (record["Street"], record["HouseNumber"]) == ("Neue Gasse", "7")
        assert _properties(world, item_id)["businessAddress"]["street"] == "Neue Gasse 7"


def test_members_of_an_address_edited_on_both_sides_all_live(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, **ADDRESS)
        shown = _properties(world, item_id)["businessAddress"]
        edit = {"businessAddress": {**shown, "street": "Neue Gasse 7"}}
        world.graph.edit_contact(ALICE, item_id, edit)
        world.c4c.edit(COLLECTIONS[CUSTOMER], object_id, {"City": "Bonn"})
        world.settle()
        record = record_by_id(world, CUSTOMER, object_id)
        assert (record["Street"], record["City"]) == ("Neue Gasse", "Bonn")
        shown = _properties(world, item_id)["businessAddress"]
        assert (shown["street"], shown["city"]) == ("Neue Gasse 7", "Bonn")


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Österreich", "AT"), ("Austria", "AT"), ("AT", "AT"), ("France", "FR"), ("", "")],
)
def test_country_in_any_common_name_becomes_a_code(tmp_path: Path, typed: str, code: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, CountryCode="DE", City="Ulm")
        shown = _properties(world, item_id)["businessAddress"]
        edit = {"businessAddress": {**shown, "countryOrRegion": typed or None}}
        world.graph.edit_contact(ALICE, item_id, edit)
        world.settle()
        assert record_by_id(world, CUSTOMER, object_id)["CountryCode"] == code
        shown = _properties(world, item_id)["businessAddress"]
        assert (shown.get("countryOrRegion") or "") == typed


def test_state_travels_as_a_code_with_its_country(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, CountryCode="US", City="Reno")
        shown = _properties(world, item_id)["businessAddress"]
        world.graph.edit_contact(ALICE, item_id, {"businessAddress": {**shown, "state": "Nevada"}})
        world.settle()
        assert record_by_id(world, CUSTOMER, object_id)["StateCode"] == "NV"
        assert _properties(world, item_id)["businessAddress"]["state"] == "Nevada"


def test_address_of_a_contact_is_shown_and_not_taken_back(tmp_path: Path) -> None:
    """Writing it might change the account's address, which other contacts share."""
    address = {f"BusinessAddress{name}": value for name, value in ADDRESS.items()}
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", **address)
        before = record_by_id(world, "contact", object_id)
        shown = _properties(world, item_id)["businessAddress"]
        assert shown["street"] == "Lange Straße 12a"
        world.graph.edit_contact(ALICE, item_id, {"businessAddress": {**shown, "city": "Bonn"}})
        world.settle()
        assert record_by_id(world, "contact", object_id) == before
        assert _properties(world, item_id)["businessAddress"]["city"] == "Ulm"
        assert world.issues() == ["read_only_edit"]


def test_emptied_address_is_emptied_in_c4c(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "account", **ADDRESS)
        world.graph.edit_contact(ALICE, item_id, {"businessAddress": {}})
        world.settle()
        record = record_by_id(world, "account", object_id)
        assert [record[name] for name in ADDRESS] == [""] * len(ADDRESS)
