"""E6 to E9: categories, copies and returns of linked items, types not read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    CATEGORY,
    KINDS,
    OBSOLETE,
    add_item,
    categories,
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


# -- E6, E7: categories of linked and moved-out items --------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e6_removed_category_is_put_back_and_nothing_else(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        etag = record_by_id(world, kind, object_id)["etag"]
        world.graph.set_categories(ALICE, item_id, ["Zoo", "Alpha"])
        result = world.session()
        assert categories(item_by_id(world, item_id)) == ["Zoo", "Alpha", CATEGORY[kind]]
        assert record_by_id(world, kind, object_id)["etag"] == etag
        assert result.writes == {"exchange": 1, "c4c": 0}


def test_e6_category_of_another_type_is_taken_off(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(world, "contact")
        bears = ["Zoo", CATEGORY["account"], CATEGORY["contact"], "Alpha"]
        world.graph.set_categories(ALICE, item_id, bears)
        world.session()
        assert categories(item_by_id(world, item_id)) == ["Zoo", CATEGORY["contact"], "Alpha"]


def test_e6_category_removed_while_a_field_was_edited(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.edit_contact(ALICE, item_id, {"categories": ["Zoo"], "jobTitle": "Boss"})
        world.session()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"
        assert categories(item_by_id(world, item_id)) == ["Zoo", CATEGORY["contact"]]


@pytest.mark.parametrize("kind", KINDS)
def test_e7_moved_out_item_loses_its_routing_category(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.set_categories(ALICE, item_id, ["Zoo", CATEGORY[kind], "Alpha"])
        world.session()
        world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        assert status(world, kind, object_id) == OBSOLETE
        item = item_by_id(world, item_id)
        assert categories(item) == ["Zoo", "Alpha"]
        assert item["folder"] == "Contacts"


def test_e7_moved_out_alias_category_is_stripped_too(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.set_categories(
            ALICE, item_id, ["SAP Cloud for Customer", CATEGORY["contact"], "Alpha"]
        )
        world.session()
        world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        assert categories(item_by_id(world, item_id)) == ["Alpha"]
        assert status(world, "contact", object_id) == OBSOLETE


def test_e7_routed_again_by_the_user_after_it_was_stripped(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        world.graph.set_categories(ALICE, item_id, [CATEGORY["contact"]])
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert item_named(world, "contact", "Pair")["folder"] == FOLDERS["contact"]
        assert len(records_named(world, "contact", "Pair")) == 1


# -- E8: copies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_in_folder", [True, False])
def test_e8_copy_of_a_linked_item_is_not_synced(tmp_path: Path, *, is_in_folder: bool) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        folder = world.folder_id("contact") if is_in_folder else None
        copy_id = world.graph.copy_contact(ALICE, item_id, folder)
        copy = item_by_id(world, copy_id)
        assert world.session().total == 0
        assert world.issues() == ["duplicate_of_linked"]
        assert item_by_id(world, copy_id) == copy
        assert [*records_named(world, "contact", "Pair")] == [object_id]
        world.graph.delete_contact(ALICE, copy_id)
        assert world.session().total == 0
        assert world.issues() == []
        assert status(world, "contact", object_id) == ACTIVE


@pytest.mark.parametrize("is_trashed", [True, False])
def test_e8_item_whose_place_was_taken_is_a_copy_without_its_link_property_too(
    tmp_path: Path, *, is_trashed: bool
) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "Pair", world.folder_id("contact"))
        world.graph.add_fault(kind="status", operation="contacts.update", status=400)
        world.session()
        object_id = record_named(world, "contact", "Pair")["ObjectID"]
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Head"})
        if is_trashed:
            world.graph.delete_contact(ALICE, item_id)
        else:
            world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        folders = {item["id"]: item["folder"] for item in items_named(world, "contact", "Pair")}
        assert [*folders.values()].count(FOLDERS["contact"]) == 1
        assert folders.get(item_id) != FOLDERS["contact"]
        world.graph.move_contact(ALICE, item_id, world.folder_id("contact"))
        assert world.session().total == 0
        assert "duplicate_of_linked" in world.issues()
        assert [*records_named(world, "contact", "Pair")] == [object_id]


def test_e8_copy_in_the_folder_of_another_type_is_not_synced(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        folder_id = world.folder_id("contact")
        item_id = add_item(world, "contact", "Pair", folder_id, companyName="Pair Ltd")
        world.session()
        object_id = record_named(world, "contact", "Pair")["ObjectID"]
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("account"))
        assert world.session().total == 0
        assert world.issues() == ["duplicate_of_linked"]
        assert not records_named(world, "account", "Pair Ltd")
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        # The original is gone: what lies in the other folder is the pair's item, dragged there.
        assert status(world, "contact", object_id) == OBSOLETE
        record_named(world, "account", "Pair Ltd")
        assert item_by_id(world, copy_id)["folder"] == FOLDERS["account"]
        assert world.issues() == []


def test_e8_copy_left_when_the_original_goes_takes_its_place(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.session()
        assert world.issues() == ["duplicate_of_linked"]
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        # The copy still stands for the record: nothing was lost, nothing may be deleted.
        assert status(world, "contact", object_id) == ACTIVE
        assert [item["id"] for item in items_named(world, "contact", "Pair")] == [copy_id]
        assert world.issues() == []


def test_e8_copy_that_was_not_read_lately_takes_the_originals_place(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.session()
        world.session()
        # Its issue waits for the next try by now: only the deletion is read.
        world.graph.delete_contact(ALICE, item_id)
        assert world.session().total == 0
        assert status(world, "contact", object_id) == ACTIVE
        world.session()
        assert status(world, "contact", object_id) == ACTIVE
        assert [item["id"] for item in items_named(world, "contact", "Pair")] == [copy_id]
        assert world.issues() == []


def test_e8_copy_that_goes_with_its_original_saves_nobody(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.session()
        world.session()
        world.graph.delete_contact(ALICE, item_id)
        world.graph.delete_contact(ALICE, copy_id)
        world.session()
        world.session()
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_c3_record_that_is_ended_stays_so_though_a_copy_lies_there(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.session()
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]
        world.graph.edit_contact(ALICE, copy_id, {"jobTitle": "Boss"})
        assert world.session().total == 0
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == ["duplicate_of_linked"]
        # Restored by its user is another matter.
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert not item_by_id(world, item_id)["in_deleted_items"]
        assert world.issues() == ["duplicate_of_linked"]


# -- E9: restored --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e9_restored_item_sets_the_record_active_again(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert status(world, kind, object_id) == OBSOLETE
        world.graph.restore_contact(ALICE, item_id, world.folder_id(kind))
        world.settle()
        assert status(world, kind, object_id) == ACTIVE
        assert item_named(world, kind, "Pair")["id"] == item_id
        world.graph.edit_contact(ALICE, item_id, {"mobilePhone": "+49 170 1234567"})
        world.session()
        mobile = record_by_id(world, kind, object_id)["Mobile"]
        assert mobile.replace(" ", "").endswith("1701234567")


def test_e9_item_deleted_by_c4c_and_restored_by_the_user(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert item_named(world, "contact", "Pair")["id"] == item_id


def test_e9_item_edited_before_it_was_restored(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk", Email="a@x.example")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        record = record_by_id(world, "contact", object_id)
        assert (record["StatusCode"], record["JobTitle"]) == (ACTIVE, "Boss")
        assert item_named(world, "contact", "Pair")["properties"]["jobTitle"] == "Boss"


def test_e9_record_edited_while_the_item_was_away(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk", Department="Sales")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"Department": "Stock"})
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        record = record_by_id(world, "contact", object_id)
        item = item_named(world, "contact", "Pair")["properties"]
        assert (record["JobTitle"], record["Department"]) == ("Boss", "Stock")
        assert (item["jobTitle"], item["department"]) == ("Boss", "Stock")


def test_e9_record_gone_for_good_is_created_anew(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.c4c.remove(COLLECTIONS["contact"], object_id)
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert record_named(world, "contact", "Pair")["ObjectID"] != object_id
        assert item_named(world, "contact", "Pair")["id"] == item_id


def test_e9_of_a_restored_item_and_its_copy_one_is_revived(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert status(world, "contact", object_id) == OBSOLETE
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert [*records_named(world, "contact", "Pair")] == [object_id]
        assert world.issues() == ["duplicate_of_linked"]


def test_e8_copy_of_an_item_whose_conversion_waits_is_not_synced(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "Pair", world.folder_id("contact"))
        world.session()
        object_id = record_named(world, "contact", "Pair")["ObjectID"]
        copy_id = world.graph.copy_contact(ALICE, item_id, None)
        # An account without a company cannot be created: the old record waits.
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.session()
        world.graph.move_contact(ALICE, copy_id, world.folder_id("individual_customer"))
        world.settle()
        assert not records_named(world, "individual_customer", "Pair")
        assert status(world, "contact", object_id) == ACTIVE
        assert world.issues() == ["duplicate_of_linked", "missing_name"]


def test_e9_deleted_and_restored_between_two_sessions_is_no_event(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        assert world.session().total == 0
        assert status(world, "contact", object_id) == ACTIVE


def test_e9_restored_into_another_managed_folder_becomes_that_type(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.graph.restore_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        record_named(world, "individual_customer", "Pair")
        item = item_named(world, "individual_customer", "Pair")
        assert typed_categories(item) == [CATEGORY["individual_customer"]]
