"""Options of a record type that the event tables do not show: directions, and types off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    CATEGORY,
    KINDS,
    OBSOLETE,
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
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path


def _short(phone: str) -> str:
    return phone.replace(" ", "")[-7:]


# -- direction: to_exchange ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_to_exchange_uploads_nothing(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path, mapper={kind: {"direction": "to_exchange"}}) as world:
        object_id, item_id = link_pair(world, kind, Mobile="+49 170 1111111")
        new_id = add_item(world, kind, "Newcomer", world.folder_id(kind))
        newcomer = item_by_id(world, new_id)
        world.graph.edit_contact(ALICE, item_id, {"mobilePhone": "+49 170 9999999"})
        assert world.session().writes["c4c"] == 0
        assert _short(item_by_id(world, item_id)["properties"]["mobilePhone"]) == "1111111"
        assert item_by_id(world, new_id) == newcomer
        world.c4c.edit(COLLECTIONS[kind], object_id, {"Mobile": "+49 170 2222222"})
        assert world.session().writes["c4c"] == 0
        assert _short(item_by_id(world, item_id)["properties"]["mobilePhone"]) == "2222222"


def test_to_exchange_deleted_item_comes_back(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"direction": "to_exchange"}}) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        assert world.session().writes["c4c"] == 0
        assert item_named(world, "contact", "Pair")["id"] != item_id
        assert status(world, "contact", object_id) == ACTIVE


# -- direction: to_c4c ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_to_c4c_brings_nothing_down(tmp_path: Path, kind: str) -> None:
    with World(tmp_path, mapper={kind: {"direction": "to_c4c"}}) as world:
        world.session()
        add_record(world, kind, "Downstream")
        add_item(world, kind, "Newcomer", world.folder_id(kind), mobilePhone="+49 170 1111111")
        world.settle()
        assert items_named(world, kind, "Downstream") == []
        record = record_named(world, kind, "Newcomer")
        assert _short(record["Mobile"]) == "1111111"
        item = item_named(world, kind, "Newcomer")
        world.graph.edit_contact(ALICE, item["id"], {"mobilePhone": "+49 170 2222222"})
        world.settle()
        assert _short(record_by_id(world, kind, record["ObjectID"])["Mobile"]) == "2222222"


def test_to_c4c_never_changes_a_field_in_exchange(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"direction": "to_c4c"}}) as world:
        world.session()
        item_id = add_item(
            world, "contact", "Newcomer", world.folder_id("contact"), jobTitle="Clerk"
        )
        world.settle()
        object_id = record_named(world, "contact", "Newcomer")["ObjectID"]
        before = item_by_id(world, item_id)["properties"]
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        world.session()
        world.settle()
        assert item_by_id(world, item_id)["properties"] == before
        # One way only: the record follows the item, as a read-only item follows the record.
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Clerk"


# -- direction: off ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_off_freezes_a_type_and_on_again_catches_up(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        edited, edited_item = link_pair(world, kind, "Edited")
        changed, changed_item = link_pair(world, kind, "Changed")
        deleted, deleted_item = link_pair(world, kind, "Deleted")
        obsolete, obsolete_item = link_pair(world, kind, "Obsolete")
        world.mapper = {kind: {"direction": "off"}}
        assert world.session().total == 0
        world.graph.edit_contact(ALICE, edited_item, {"mobilePhone": "+49 170 1111111"})
        world.c4c.edit(COLLECTIONS[kind], changed, {"Mobile": "+49 170 2222222"})
        world.graph.delete_contact(ALICE, deleted_item)
        world.c4c.set_status(COLLECTIONS[kind], obsolete, OBSOLETE)
        add_item(world, kind, "Upward", world.folder_id(kind))
        add_item(world, kind, "Routed", categories=[CATEGORY[kind]])
        add_record(world, kind, "Downward")
        assert world.session().total == 0
        assert world.session().total == 0
        assert world.issues() == []
        world.mapper = {}
        world.settle()
        assert _short(record_by_id(world, kind, edited)["Mobile"]) == "1111111"
        assert _short(item_by_id(world, changed_item)["properties"]["mobilePhone"]) == "2222222"
        assert status(world, kind, deleted) == OBSOLETE
        assert item_by_id(world, obsolete_item)["in_deleted_items"]
        record_named(world, kind, "Upward")
        record_named(world, kind, "Routed")
        assert item_named(world, kind, "Routed")["folder"] == FOLDERS[kind]
        item_named(world, kind, "Downward")


def test_off_from_the_start_creates_neither_folder_nor_category(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"account": {"direction": "off"}}) as world:
        add_record(world, "account", "Somebody")
        add_item(world, "account", "Newcomer", categories=[CATEGORY["account"]])
        world.session()
        box = world.graph.dump()["mailboxes"][ALICE]
        assert FOLDERS["account"] not in [entry["display_name"] for entry in box["folders"]]
        assert CATEGORY["account"] not in [entry["display_name"] for entry in box["categories"]]
        assert not records_named(world, "account", "Newcomer")
        assert world.session().total == 0
        world.mapper = {}
        world.settle()
        record_named(world, "account", "Newcomer")
        item_named(world, "account", "Somebody")


def test_off_keeps_requested_work_for_later(tmp_path: Path) -> None:
    """A deletion seen just before the type was switched off is not lost."""
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.mapper = {"contact": {"direction": "off"}}
        assert world.session().total == 0
        world.mapper = {}
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE


# -- one field -----------------------------------------------------------------------------------


def test_i17_field_directions_are_kept(tmp_path: Path) -> None:
    fields = {
        "job_title": {"direction": "off"},
        "department": {"direction": "to_exchange"},
        "nick_name": {"direction": "to_c4c"},
    }
    with populated(tmp_path, mapper={"contact": {"fields": fields}}) as world:
        object_id, item_id = link_pair(
            world, "contact", JobTitle="Clerk", Department="Sales", NickName="Nick"
        )
        item = item_by_id(world, item_id)["properties"]
        assert (item["jobTitle"], item["department"], item["nickName"]) == (None, "Sales", None)
        edit = {"jobTitle": "Boss", "department": "Stock", "nickName": "Dick"}
        world.graph.edit_contact(ALICE, item_id, edit)
        world.settle()
        record = record_by_id(world, "contact", object_id)
        assert (record["JobTitle"], record["Department"]) == ("Clerk", "Sales")
        assert record["NickName"] == "Dick"
        item = item_by_id(world, item_id)["properties"]
        assert (item["jobTitle"], item["department"], item["nickName"]) == ("Boss", "Sales", "Dick")


def test_field_switched_on_later_is_synced_without_an_edit(tmp_path: Path) -> None:
    off = {"contact": {"fields": {"job_title": {"direction": "off"}}}}
    with populated(tmp_path, mapper=off) as world:
        _, item_id = link_pair(world, "contact", JobTitle="Clerk")
        object_id, other_id = link_pair(world, "contact", "Other")
        world.graph.edit_contact(ALICE, other_id, {"jobTitle": "Boss"})
        assert world.session().total == 0
        world.mapper = {}
        world.session()  # notices the change and asks the taps for everything
        world.settle()
        assert item_by_id(world, item_id)["properties"]["jobTitle"] == "Clerk"
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"


def test_custom_field_travels_both_ways(tmp_path: Path) -> None:
    custom = {"hobby": {"exchange": "profession", "c4c": "Hobby_KUT"}}
    with World(tmp_path, mapper={"contact": {"custom_fields": custom}}) as world:
        world.c4c.add_custom_field("Contact", "Hobby_KUT")
        object_id, item_id = link_pair(world, "contact", Hobby_KUT="Chess")
        assert item_by_id(world, item_id)["properties"]["profession"] == "Chess"
        world.graph.edit_contact(ALICE, item_id, {"profession": "Go"})
        world.settle()
        assert record_by_id(world, "contact", object_id)["Hobby_KUT"] == "Go"
