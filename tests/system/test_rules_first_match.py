"""First match (section 6 of the rules): what exists on both sides is paired, never doubled."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from harness.scenes import (
    KINDS,
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    edit_record,
    issue,
    link_of,
    names,
    record,
    values,
)
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path


def prepare(world: World) -> None:
    """Let an empty session create the managed folders."""
    world.session()


def mail(address: str) -> dict[str, Any]:
    return {"emailAddresses": [{"address": address, "name": address}]}


def is_pair(world: World, object_id: str, item_id: str) -> bool:
    return link_of(world, object_id).exchange_id == item_id


# -- unique matches --------------------------------------------------------------------------------


def test_match_by_email_pairs_existing_records(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        item_id = create_item(
            world, "contact", "Abel", **mail("A.Abel@x.example"), givenName="Anna"
        )
        object_id = create_record(
            world, "contact", "Abel", FirstName="Anna", Email="a.abel@x.example"
        )
        world.session()
        assert is_pair(world, object_id, item_id)
        assert len(world.records("contact")) == len(world.items()) == 1
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("kind", ["contact", "individual_customer"])
def test_match_by_name_and_company_pairs_existing_records(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        prepare(world)
        item_id = create_item(world, kind, "Abel", givenName="Anna")
        object_id = create_record(world, kind, "Abel", FirstName="Anna")
        world.session()
        assert is_pair(world, object_id, item_id)
        assert len(world.records(kind)) == len(world.items()) == 1
        assert_quiet(world)


def test_match_by_company_tells_namesakes_apart(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        accounts = [create_record(world, "account", name) for name in ("Acme", "Globex")]
        numbers = [record(world, "account", found)["AccountID"] for found in accounts]
        people = [
            create_record(world, "contact", "Abel", FirstName="Anna", AccountID=number)
            for number in numbers
        ]
        items = [
            create_item(world, "contact", "Abel", givenName="Anna", companyName=company)
            for company in ("Acme", "Globex")
        ]
        world.session()
        assert [is_pair(world, *pair) for pair in zip(people, items, strict=True)] == [True, True]
        assert len(world.records("contact")) == 2
        assert world.issues() == []
        assert_quiet(world)


def test_match_of_accounts_is_by_exact_name(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        item_id = create_item(world, "account", "Acme GmbH")
        object_id = create_record(world, "account", "Acme GmbH")
        create_record(world, "account", "Acme GmbH & Co. KG")
        world.session()
        assert is_pair(world, object_id, item_id)
        assert names(world, "account") == ["Acme GmbH", "Acme GmbH & Co. KG"]
        assert len(world.records("account")) == 2
        assert_quiet(world)


def test_match_of_a_last_name_alone_is_none(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        create_item(world, "contact", "Abel")
        create_record(world, "contact", "Abel")
        world.session()
        assert len(world.records("contact")) == len(world.items()) == 2
        assert_quiet(world)


def test_match_of_equal_emails_is_narrowed_by_name(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        shared = "office@x.example"
        people = {
            first: create_record(world, "contact", "Abel", FirstName=first, Email=shared)
            for first in ("Anna", "Berta")
        }
        item_id = create_item(world, "contact", "Abel", givenName="Berta", **mail(shared))
        world.session()
        assert is_pair(world, people["Berta"], item_id)
        assert len(world.items()) == len(world.records("contact")) == 2
        assert_quiet(world)


def test_match_leaves_linked_records_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        create_record(world, "contact", "Abel", FirstName="Anna", Email="a@x.example")
        world.session()
        create_item(world, "contact", "Abel", givenName="A.", **mail("a@x.example"))
        world.session()
        assert len(world.records("contact")) == 2
        assert len(world.items()) == 2
        assert_quiet(world)


def test_match_leaves_obsolete_records_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        create_record(world, "contact", "Abel", FirstName="Anna", StatusCode="4")
        create_item(world, "contact", "Abel", givenName="Anna")
        world.session()
        assert sorted(found["StatusCode"] for found in world.records("contact").values()) == [
            "2", "4",
        ]  # fmt: skip
        assert len(world.items()) == 1
        assert_quiet(world)


def test_match_finds_an_item_that_is_older_than_its_record(tmp_path: Path) -> None:
    """The item was refused at first; what C4C created meanwhile is its record."""
    with World(tmp_path) as world:
        prepare(world)
        item_id = create_item(world, "contact", "", givenName="Anna", **mail("a@x.example"))
        world.session()
        assert world.issues() == ["missing_last_name"]
        object_id = create_record(world, "contact", "Abel", FirstName="Anna", Email="a@x.example")
        world.session()
        assert is_pair(world, object_id, item_id)
        assert values(world, item_id)["surname"] == "Abel"
        world.settle()
        assert len(world.items()) == len(world.records("contact")) == 1
        assert world.issues() == []


# -- values of a first match -----------------------------------------------------------------------


def test_match_fills_blanks_on_both_sides_and_overwrites_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        known = mail("a@x.example")
        item_id = create_item(world, "contact", "Abel", jobTitle="Head", **known)
        object_id = create_record(
            world, "contact", "Abel", Email="a@x.example", NickName="Annie", Mobile="+49 170 123456"
        )
        world.session()
        shown, found = values(world, item_id), record(world, "contact", object_id)
        assert (shown["jobTitle"], found["JobTitle"]) == ("Head", "Head")
        assert (shown["nickName"], found["NickName"]) == ("Annie", "Annie")
        assert shown["mobilePhone"]
        assert found["Mobile"]
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("winner", ["c4c", "exchange"])
def test_match_with_different_values_follows_on_conflict(tmp_path: Path, winner: str) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": winner}}) as world:
        prepare(world)
        item_id = create_item(world, "contact", "Abel", jobTitle="exchange", **mail("a@x.example"))
        object_id = create_record(world, "contact", "Abel", Email="a@x.example", JobTitle="c4c")
        world.session()
        assert values(world, item_id)["jobTitle"] == winner
        assert record(world, "contact", object_id)["JobTitle"] == winner
        assert issue(world, "conflict").fields == ("job_title",)
        assert_quiet(world)


# -- doubt -----------------------------------------------------------------------------------------


def test_match_of_one_item_with_two_records_is_held(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        shared = "office@x.example"
        people = [create_record(world, "contact", "Abel", Email=shared) for _ in range(2)]
        item_id = create_item(world, "contact", "Abel", **mail(shared))
        other = create_item(world, "contact", "Other")
        world.session()
        assert "ambiguous_match" in world.issues()
        assert len(world.records("contact")) == 3
        assert world.record("contact", LastName="Other")
        assert_quiet(world)
        # A person tells them apart; the rest follows by itself.
        edit_record(world, "contact", people[0], FirstName="Anna")
        edit_record(world, "contact", people[1], FirstName="Berta")
        edit_item(world, item_id, givenName="Berta")
        world.session()
        world.settle()
        assert is_pair(world, people[1], item_id)
        assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 3
        assert world.issues() == []
        assert values(world, other)["surname"] == "Other"


def test_match_of_two_items_with_one_record_is_held(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        shared = "office@x.example"
        object_id = create_record(world, "contact", "Abel", Email=shared)
        items = [create_item(world, "contact", "Abel", **mail(shared)) for _ in range(2)]
        world.session()
        assert set(world.issues()) == {"ambiguous_match"}
        assert len(world.records("contact")) == 1
        assert len(world.items(FOLDERS["contact"])) == 2
        assert_quiet(world)
        world.graph.delete_contact(ALICE, items[0])
        edit_item(world, items[1], nickName="Annie")
        world.session()
        world.settle()
        assert is_pair(world, object_id, items[1])
        assert world.issues() == []
        assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_i25_match_does_not_depend_on_the_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    with World(tmp_path) as world:
        prepare(world)
        firsts = ("Anna", "Berta", "Carla")
        people, items = {}, {}
        for number in order:
            people[number] = create_record(
                world, "contact", "Abel", FirstName=firsts[number], Email="office@x.example"
            )
        for number in reversed(order):
            items[number] = create_item(
                world, "contact", "Abel", givenName=firsts[number], **mail("office@x.example")
            )
        world.session()
        assert all(is_pair(world, people[number], items[number]) for number in order)
        assert world.issues() == []
        assert_quiet(world)


def test_match_existing_off_creates_on_both_sides(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"match_existing": False}}) as world:
        prepare(world)
        create_item(world, "contact", "Abel", **mail("a@x.example"))
        create_record(world, "contact", "Abel", Email="a@x.example")
        world.session()
        assert len(world.records("contact")) == len(world.items()) == 2
        assert_quiet(world)


# -- large first match -----------------------------------------------------------------------------


def test_i38_a_first_session_over_two_full_systems_creates_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepare(world)
        for kind in KINDS:
            for number in range(12):
                name = f"Person {number}"
                first = {} if kind == "account" else {"givenName": f"First {number}"}
                create_item(world, kind, name, **first)
                vendor = {} if kind == "account" else {"FirstName": f"First {number}"}
                create_record(world, kind, name, **vendor)
        before = {kind: world.records(kind) for kind in KINDS}
        result = world.session()
        # Only category and link property are put on the items.
        assert result.writes == {"exchange": 36, "c4c": 0}
        assert {kind: world.records(kind) for kind in KINDS} == before
        assert [len(world.items(FOLDERS[kind])) for kind in KINDS] == [12, 12, 12]
        assert world.issues() == []
        assert_quiet(world)
