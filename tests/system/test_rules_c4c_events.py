"""Events seen in C4C: C1 to C4, C7 and C8. The views, C5 and C6, are in test_rules_views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Phase, Side
from harness.scenes import (
    KINDS,
    assert_quiet,
    create_record,
    edit_item,
    edit_record,
    holds,
    issue,
    item,
    item_of,
    link_of,
    linked,
    names,
    obsolete,
    populate,
    record,
    the_hold,
    values,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

# -- C1, C2 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_c1_a_new_record_is_created_in_its_folder(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, kind, "Newcomer")
        world.session()
        assert names(world, kind) == ["Newcomer"]
        (shown,) = world.items()
        assert shown["folder"] == FOLDERS[kind]
        assert any(value.endswith(f"/{kind}/{object_id}") for value in shown["extended"].values())
        assert link_of(world, object_id).phase is Phase.ACTIVE
        assert_quiet(world)


def test_c1_an_obsolete_record_is_not_created(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Former")
        obsolete(world, "contact", object_id)
        world.session()
        assert world.items() == []
        assert_quiet(world)


def test_c1_nothing_comes_down_for_a_type_that_goes_to_c4c_only(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"direction": "to_c4c"}}) as world:
        create_record(world, "contact", "Hidden")
        world.session()
        assert world.items() == []
        assert_quiet(world)


@pytest.mark.parametrize(
    ("kind", "before", "after", "shown"),
    [
        ("account", {"WebSite": "https://a.example"}, {"WebSite": "https://b.example"},
         {"businessHomePage": "https://b.example"}),
        ("contact", {"JobTitle": "Buyer"}, {"JobTitle": "Head"}, {"jobTitle": "Head"}),
        ("individual_customer", {"FirstName": "Ida"}, {"FirstName": "Ada"}, {"givenName": "Ada"}),
    ],
)  # fmt: skip
def test_c2_a_change_in_c4c_reaches_exchange_and_touches_nothing_else(
    tmp_path: Path, kind: str, before: dict[str, str], after: dict[str, str], shown: dict[str, str]
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Changed", **before)
        edit_item(world, item_id, personalNotes="mine", spouseName="Sam")
        world.session()
        edit_record(world, kind, object_id, **after)
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        expected = {**shown, "personalNotes": "mine", "spouseName": "Sam"}
        assert expected.items() <= values(world, item_id).items()
        assert_quiet(world)


def test_c2_a_change_of_an_unmapped_property_is_quiet(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, _ = linked(world, "contact", "Calm")
        edit_record(world, "contact", object_id, DepartmentCode="0001")
        assert_quiet(world)


# -- C3, C4 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_c3_a_deleted_record_takes_its_item_to_deleted_items(
    tmp_path: Path, kind: str, how: str
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Doomed")
        if how == "gone":
            world.c4c.remove(COLLECTIONS[kind], object_id)
        else:
            obsolete(world, kind, object_id)
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert [entry["id"] for entry in world.deleted_items()] == [item_id]
        assert link_of(world, object_id).phase is Phase.RETIRED
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_c4_deletion_in_c4c_wins_over_an_edit_in_exchange(
    tmp_path: Path, kind: str, how: str
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Doomed", Mobile="+49 170 1111111")
        edit_item(world, item_id, mobilePhone="+49 170 2222222")
        if how == "gone":
            world.c4c.remove(COLLECTIONS[kind], object_id)
        else:
            obsolete(world, kind, object_id)
        before = world.records(kind)
        world.session()
        assert item(world, item_id) is None
        assert world.records(kind) == before
        assert issue(world, "deletion_dropped_edit").fields == ("mobile",)
        assert_quiet(world)


def test_c3_a_record_set_active_again_brings_its_item_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, _ = linked(world, "contact", "Phoenix")
        obsolete(world, "contact", object_id)
        world.session()
        world.c4c.set_status(COLLECTIONS["contact"], object_id, "2")
        world.session()
        assert names(world) == ["Phoenix"]
        assert link_of(world, object_id).phase is Phase.ACTIVE
        assert_quiet(world)


def test_c3_a_record_that_may_no_longer_be_read_is_held_when_all_are_gone(tmp_path: Path) -> None:
    """Lost permissions look like deletions: a whole type that vanishes waits for a person."""
    with World(tmp_path) as world:
        populate(world, "contact")
        world.c4c.hide(list(world.records("contact")))
        assert world.session().total == 0
        assert the_hold(world, "contact", Side.EXCHANGE).reason == "folder_empty"
        world.c4c.unhide()
        assert_quiet(world)
        assert holds(world) == []
        assert len(world.items(FOLDERS["contact"])) == 4


# -- C7, C8 ----------------------------------------------------------------------------------------


def employee(world: World, account_id: str, name: str) -> str:
    account = record(world, "account", account_id)
    return create_record(world, "contact", name, AccountID=account["AccountID"])


def test_c7_the_company_of_contacts_follows_the_account_s_name(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        account_id = create_record(world, "account", "Acme")
        people = [employee(world, account_id, f"Employee {number}") for number in range(2)]
        stranger = create_record(world, "contact", "Stranger")
        populate(world)
        edit_record(world, "account", account_id, Name="Acme Europe", AdditionalName="SE")
        result = world.session()
        assert result.writes == {"exchange": 3, "c4c": 0}
        for object_id in (account_id, *people):
            assert values(world, item_of(world, object_id))["companyName"] == "Acme Europe SE"
        assert not values(world, item_of(world, stranger))["companyName"]
        assert world.issues() == []
        assert_quiet(world)


def test_c7_a_rename_in_exchange_reaches_the_contacts_too(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        account_id = create_record(world, "account", "Acme")
        person = employee(world, account_id, "Employee")
        populate(world)
        edit_item(world, item_of(world, account_id), companyName="Acme Renamed")
        world.session()
        assert record(world, "account", account_id)["Name"] == "Acme Renamed"
        assert values(world, item_of(world, person))["companyName"] == "Acme Renamed"
        assert world.issues() == []
        assert_quiet(world)


def test_c7_holds_for_accounts_that_are_not_synced_themselves(tmp_path: Path) -> None:
    """The accounts' view may be empty for a mailbox; the contacts' company still follows."""
    views = [{"name": "none", "record_type": "account", "filter": "Name eq 'Nobody'"}]
    with World(tmp_path, views=views) as world:
        account_id = create_record(world, "account", "Acme")
        person = employee(world, account_id, "Employee")
        populate(world, "contact")
        edit_record(world, "account", account_id, Name="Acme Renamed")
        world.session()
        assert values(world, item_of(world, person))["companyName"] == "Acme Renamed"
        assert_quiet(world)


@pytest.mark.parametrize("kind", KINDS)
def test_c8_a_blocked_record_stays(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Blocked")
        world.c4c.set_status(COLLECTIONS[kind], object_id, "3")
        assert_quiet(world)
        edit_record(world, kind, object_id, Mobile="+49 170 3333333")
        world.session()
        assert values(world, item_id)["mobilePhone"]
        assert_quiet(world)


def test_c2_the_mailbox_s_own_folder_choice_is_respected(tmp_path: Path) -> None:
    """A renamed managed folder stays the managed folder, also for what comes next."""
    with World(tmp_path) as world:
        populate(world, "contact")
        world.graph.rename_folder(ALICE, world.folder_id("contact"), "Customers")
        create_record(world, "contact", "Newcomer")
        world.session()
        shown = world.item(surname="Newcomer")
        assert shown is not None
        assert shown["folder"] == "Customers"
        assert_quiet(world)
