"""E10: what is deleted in Outlook and made again is no new contact, and no second one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from harness.scenes import (
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    edit_record,
    holds,
    issue,
    item_of,
    obsolete,
    record,
    the_hold,
    values,
)
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

MANY = 12


def people(world: World, count: int = 1, kind: str = "contact") -> dict[str, str]:
    """Sync some people; return ObjectID -> item id."""
    ids = [
        create_record(
            world,
            kind,
            f"Abel {number}",
            FirstName="Anna",
            Email=f"a{number}@x.example",
            Mobile=f"+49 170 123456{number}",
        )
        for number in range(count)
    ]
    for number in range(4):
        create_record(world, kind, f"Bystander {number}")
    world.session()
    return {object_id: item_of(world, object_id) for object_id in ids}


def type_again(world: World, item_id: str, kind: str = "contact", **others: Any) -> str:
    """Make an item anew, by what a person reads on it; a mobile phone is not typed in again."""
    return type_in(world, values(world, item_id), kind, **others)


def type_in(world: World, shown: dict[str, Any], kind: str = "contact", **others: Any) -> str:
    """Make an item of what was once read."""
    known = {name: shown[name] for name in ("givenName", "emailAddresses", "companyName")}
    return create_item(world, kind, shown["surname"], **{**known, **others})


def state(world: World, kind: str = "contact") -> tuple[int, set[str]]:
    """Return how many records of a type there are, and their states."""
    records = world.records(kind).values()
    return len(records), {
        str(found["StatusCode" if kind == "contact" else "LifeCycleStatusCode"])
        for found in records
    }


@pytest.mark.parametrize("is_first_made", [True, False])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"exchange_delete": "hide"},
        {"exchange_delete": "ignore"},
        {"read_only": True},
        {"direction": "to_exchange"},
        {"direction": "to_c4c"},
        {"match_existing": False},
    ],
    ids=lambda settings: " ".join(f"{value}" for value in settings.values()) or "default",
)
def test_i48_who_is_deleted_and_typed_again_is_the_same_pair(
    tmp_path: Path, settings: dict[str, Any], *, is_first_made: bool
) -> None:
    kind = "contact" if is_first_made else "individual_customer"
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world, kind=kind).items()
        world.mapper = {kind: dict(settings)}
        world.session()
        before = state(world, kind), len(world.items(FOLDERS[kind]))
        shown = values(world, item_id)
        again = type_in(world, shown, kind) if is_first_made else ""
        world.graph.delete_contact(ALICE, item_id)
        again = again or type_in(world, shown, kind)
        world.session()
        assert item_of(world, object_id) == again
        assert (state(world, kind), len(world.items(FOLDERS[kind]))) == before
        assert holds(world) == []
        world.settle()
        assert (state(world, kind), len(world.items(FOLDERS[kind]))) == before
        assert world.issues() == []
        # What was not typed in again comes from C4C; a blank takes nothing away.
        assert record(world, kind, object_id)["Mobile"]
        if settings.get("direction") != "to_c4c":
            assert values(world, again)["mobilePhone"]
        assert_quiet(world)


def test_i48_many_who_are_imported_again_are_the_same_pairs(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        pairs = people(world, MANY)
        again = {}
        for object_id, item_id in pairs.items():
            again[object_id] = type_again(world, item_id)
            world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert holds(world) == []
        assert {object_id: item_of(world, object_id) for object_id in pairs} == again
        world.settle()
        assert state(world) == (MANY + 4, {"2"})
        assert len(world.items(FOLDERS["contact"])) == MANY + 4
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("decision", [None, "approve", "reject"])
def test_i48_a_hold_dissolves_when_they_are_imported_again(
    tmp_path: Path, decision: str | None
) -> None:
    with World(tmp_path) as world:
        pairs = people(world, MANY)
        kept = {object_id: values(world, item_id) for object_id, item_id in pairs.items()}
        for item_id in pairs.values():
            world.graph.delete_contact(ALICE, item_id)
        world.session()
        hold = the_hold(world, "contact", Side.C4C)
        if decision is not None:
            with world.store() as store:
                getattr(store.holds, decision)(hold.hold_id)
        again = {object_id: type_in(world, shown) for object_id, shown in kept.items()}
        world.session()
        assert {object_id: item_of(world, object_id) for object_id in pairs} == again
        assert [
            found for name in ("pending", "approved", "rejected") for found in holds(world, name)
        ] == []
        world.settle()
        assert state(world) == (MANY + 4, {"2"})
        assert len(world.items(FOLDERS["contact"])) == MANY + 4
        assert world.issues() == []
        assert_quiet(world)


def test_i48_a_second_item_of_a_linked_person_is_told_of_and_left_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        second = type_again(world, item_id)
        assert world.session().total == 0
        assert issue(world, "duplicate_of_linked").exchange_id == second
        assert issue(world, "duplicate_of_linked").c4c_id == object_id
        assert_quiet(world)
        # It is somebody else by now, and no copy any more.
        edit_item(world, second, givenName="Berta", emailAddresses=[])
        world.settle()
        assert world.issues() == []
        assert state(world) == (6, {"2"})


def test_i48_a_second_item_takes_the_place_of_the_first_when_that_goes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        second = type_again(world, item_id)
        world.session()
        world.session()
        world.graph.delete_contact(ALICE, item_id)
        # The other was not read lately: both are looked at before anything is decided.
        assert world.session().total == 0
        world.settle()
        assert item_of(world, object_id) == second
        assert state(world) == (5, {"2"})
        assert world.issues() == []
        assert_quiet(world)


def test_i06_a_second_item_brings_nobody_back_whom_c4c_has_ended(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        second = type_again(world, item_id)
        world.session()
        obsolete(world, "contact", object_id)
        world.settle()
        edit_item(world, second, jobTitle="Head")
        world.settle()
        assert len(world.records("contact")) == 5
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        assert world.issues() == ["duplicate_of_linked"]


def test_i48_what_is_typed_in_anew_is_an_edit(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        again = type_again(world, item_id, jobTitle="Head", mobilePhone="+49 171 7654321")
        world.graph.delete_contact(ALICE, item_id)
        edit_record(world, "contact", object_id, NickName="Annie")
        world.settle()
        found, shown = record(world, "contact", object_id), values(world, again)
        assert (found["JobTitle"], shown["nickName"]) == ("Head", "Annie")
        assert "654321" in found["Mobile"]
        assert world.issues() == []


def test_i47_who_shares_only_the_address_is_new(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        other = type_again(world, item_id, givenName="Berta", surname="Cole")
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        assert record(world, "contact", object_id)["FirstName"] == "Anna"
        assert values(world, other)["givenName"] == "Berta"
        assert len(world.records("contact")) == 6


def test_i48_an_account_is_known_by_its_name(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "account", "Acme", Phone="+49 30 123456")
        for number in range(4):
            create_record(world, "account", f"Bystander {number}")
        world.session()
        item_id = item_of(world, object_id)
        again = create_item(world, "account", "Acme")
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert item_of(world, object_id) == again
        assert values(world, again)["businessPhones"]
        assert state(world, "account") == (5, {"2"})
        assert_quiet(world)


def test_i48_without_an_address_name_and_company_tell(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        account = create_record(world, "account", "Acme")
        number = record(world, "account", account)["AccountID"]
        object_id = create_record(world, "contact", "Abel", FirstName="Anna", AccountID=number)
        for name in ("contact", "account"):
            for count in range(4):
                create_record(world, name, f"Bystander {count}")
        world.session()
        item_id = item_of(world, object_id)
        again = type_again(world, item_id)
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert item_of(world, object_id) == again
        assert state(world) == (5, {"2"})
        assert_quiet(world)


def test_i48_who_is_typed_again_as_another_type_is_converted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ((object_id, item_id),) = people(world).items()
        again = type_again(world, item_id, "individual_customer")
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        (customer,) = world.records("individual_customer")
        assert item_of(world, customer) == again
        assert world.issues() == []
        assert_quiet(world)
