"""E1 to E5: what happens in C4C when a user works in Outlook, types not read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    KINDS,
    OBSOLETE,
    RECORD_NAME,
    add_item,
    add_record,
    item_by_id,
    item_named,
    items_named,
    link_pair,
    populated,
    record_by_id,
    record_named,
    records_named,
    status,
    typed_categories,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS

if TYPE_CHECKING:
    from pathlib import Path


# -- E1: new item -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e1_new_item_creates_an_active_record(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        add_item(world, kind, "Newcomer", world.folder_id(kind), mobilePhone="+49 170 1234567")
        world.session()
        record = record_named(world, kind, "Newcomer")
        assert status(world, kind, record["ObjectID"]) == ACTIVE
        assert record["Mobile"].replace(" ", "").endswith("1701234567")
        assert record.get("RoleCode", "CRM000") == "CRM000"
        assert world.issues() == []


@pytest.mark.parametrize("kind", KINDS)
def test_e1_new_item_is_matched_with_an_existing_record(tmp_path: Path, kind: str) -> None:
    """The record is out of the mailbox's view, so that only the first match can find it."""
    views = [{"record_type": kind, "name": "some", "filter": f"{RECORD_NAME[kind]} ne 'Newcomer'"}]
    with populated(tmp_path, views=views) as world:
        object_id = add_record(world, kind, "Newcomer", Phone="+49 89 5551")
        assert world.session().total == 0
        add_item(world, kind, "Newcomer", world.folder_id(kind), mobilePhone="+49 170 1234567")
        world.session()
        record = record_named(world, kind, "Newcomer")
        assert record["ObjectID"] == object_id
        assert record["Mobile"].replace(" ", "").endswith("1701234567")
        world.settle()
        phones = item_named(world, kind, "Newcomer")["properties"]["businessPhones"]
        assert [phone.replace(" ", "")[-4:] for phone in phones] == ["5551"]


# -- E2: edited ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e2_edited_field_goes_to_c4c_and_nothing_else(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind, Phone="+49 89 5551", Email="a@x.example")
        before = record_by_id(world, kind, object_id)
        world.graph.edit_contact(ALICE, item_id, {"mobilePhone": "+49 170 1234567"})
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        after = record_by_id(world, kind, object_id)
        assert after["Mobile"].replace(" ", "").endswith("1701234567")
        assert (after["Phone"], after["Email"]) == (before["Phone"], before["Email"])


@pytest.mark.parametrize("kind", KINDS)
def test_e2_renamed_item_renames_the_record(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        name = "companyName" if kind == "account" else "surname"
        world.graph.edit_contact(ALICE, item_id, {name: "Renamed"})
        world.session()
        assert record_named(world, kind, "Renamed")["ObjectID"] == object_id


def test_e2_emptied_field_is_emptied_in_c4c(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Boss", Email="a@x.example")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": None, "emailAddresses": []})
        world.session()
        record = record_by_id(world, "contact", object_id)
        assert (record["JobTitle"], record["Email"]) == ("", "")


def test_e2_edit_of_an_unmapped_property_writes_nothing(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(world, "contact")
        world.graph.edit_contact(ALICE, item_id, {"personalNotes": "likes tea"})
        assert world.session().total == 0


# -- E3: deleted or moved out --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("purges", [False, True])
def test_e3_deleted_item_retires_the_record(tmp_path: Path, kind: str, *, purges: bool) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.delete_contact(ALICE, item_id)
        if purges:
            world.graph.purge(ALICE)
        result = world.session()
        assert status(world, kind, object_id) == OBSOLETE
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert items_named(world, kind, "Pair") == []


@pytest.mark.parametrize("kind", KINDS)
def test_e3_item_moved_out_of_its_folder_retires_the_record(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.move_contact(ALICE, item_id, None)
        world.session()
        assert status(world, kind, object_id) == OBSOLETE
        item = item_named(world, kind, "Pair")
        assert (item["id"], item["folder"]) == (item_id, "Contacts")


@pytest.mark.parametrize("kind", KINDS)
def test_e3_delete_hidden_only_this_mailbox_stops_showing_it(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path, mapper={kind: {"exchange_delete": "hide"}}) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.delete_contact(ALICE, item_id)
        assert world.session().total == 0
        world.c4c.edit(COLLECTIONS[kind], object_id, {"Mobile": "+49 170 1234567"})
        assert world.session().total == 0
        assert status(world, kind, object_id) == ACTIVE
        assert items_named(world, kind, "Pair") == []


def test_e3_hidden_item_restored_by_the_user_is_synced_again(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"exchange_delete": "hide"}}) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.settle()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"
        assert len(records_named(world, "contact", "Pair")) == 1


def test_e3_delete_ignored_leaves_the_record(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"exchange_delete": "ignore"}}) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert world.session().total == 0
        assert status(world, "contact", object_id) == ACTIVE


def test_e3_moved_out_with_hide_leaves_the_item_to_the_user(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"exchange_delete": "hide"}}) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        item = item_named(world, "contact", "Pair")
        assert (item["id"], item["folder"]) == (item_id, "Contacts")


# -- E5: deleted in Exchange, edited in C4C ------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e5_edit_in_c4c_beats_the_deletion_in_exchange(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS[kind], object_id, {"Mobile": "+49 170 1234567"})
        world.session()
        assert status(world, kind, object_id) == ACTIVE
        item = item_named(world, kind, "Pair")
        assert item["id"] != item_id
        assert item["folder"] == FOLDERS[kind]
        assert item["properties"]["mobilePhone"].replace(" ", "").endswith("1701234567")
        assert world.issues() == ["delete_vs_edit"]


def test_e5_edit_in_c4c_beats_moving_out(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, None)
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Boss"})
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        folders = {item["folder"] for item in items_named(world, "contact", "Pair")}
        assert folders == {"Contacts", FOLDERS["contact"]}
        assert typed_categories(item_by_id(world, item_id)) == []
        assert world.issues() == ["delete_vs_edit"]


def test_e5_delete_wins_where_that_is_set(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"delete_vs_edit": "delete"}}) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Boss"})
        world.session()
        assert status(world, "contact", object_id) == OBSOLETE
        assert items_named(world, "contact", "Pair") == []
        # The edit that was dropped is on record (I3).
        assert world.issues() == ["conflict"]


def test_e5_item_deleted_again_after_it_came_back_retires_the_record(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Boss"})
        world.session()
        world.graph.delete_contact(ALICE, item_named(world, "contact", "Pair")["id"])
        world.session()
        assert status(world, "contact", object_id) == OBSOLETE
        assert items_named(world, "contact", "Pair") == []
        assert world.issues() == []


def test_deleted_on_both_sides_comes_to_rest(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        assert world.session().total == 0
        assert status(world, "contact", object_id) == OBSOLETE


@pytest.mark.parametrize("winner", ["c4c", "exchange", "newest"])
def test_i04_what_c4c_cannot_hold_is_no_conflict_when_its_item_is_restored(
    tmp_path: Path, winner: str
) -> None:
    with populated(tmp_path) as world:
        world.mapper = {"contact": {"on_conflict": winner}}
        _, item_id = link_pair(world, "contact", JobTitle="Clerk")
        title = "Head of everything that is much too long for C4C"
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": title})
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle(4)
        assert world.issues() == ["value_too_long"]
        assert item_by_id(world, item_id)["properties"]["jobTitle"] == title
