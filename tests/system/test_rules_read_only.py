"""E1 to E9 for a read-only type: Exchange shows what C4C has, and C4C is never written (I16)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    CATEGORY,
    KINDS,
    OBSOLETE,
    RECORD_NAME,
    add_item,
    add_record,
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
from harness.world import ALICE, COLLECTIONS, FOLDERS, SessionResult, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ReadOnlyWorld(World):
    """A world whose sessions may not write to C4C."""

    def session(self) -> SessionResult:
        result = super().session()
        assert result.writes["c4c"] == 0
        return result


@contextmanager
def read_only(folder: Path, *kinds: str, **settings: str) -> Iterator[World]:
    """Give a populated world in which these types are read-only, and nothing else is written."""
    mapper = {kind: {"read_only": True, **settings} for kind in kinds}
    with populated(folder, mapper=mapper, world_class=ReadOnlyWorld) as world:
        yield world


# -- E1: new item --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_in_folder", [True, False])
def test_e1_read_only_new_item_goes_to_deleted_items(
    tmp_path: Path, kind: str, *, is_in_folder: bool
) -> None:
    with read_only(tmp_path, kind) as world:
        folder = world.folder_id(kind) if is_in_folder else None
        bears = [] if is_in_folder else [CATEGORY[kind]]
        item_id = add_item(world, kind, "Newcomer", folder, categories=bears)
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]
        assert world.issues() == ["read_only_new_item"]
        assert not records_named(world, kind, "Newcomer")


@pytest.mark.parametrize("kind", KINDS)
def test_e1_read_only_new_item_stays_where_that_is_set(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind, read_only_new_item="leave") as world:
        item_id = add_item(world, kind, "Newcomer", world.folder_id(kind))
        before = item_by_id(world, item_id)
        assert world.session().total == 0
        assert item_by_id(world, item_id) == before


def test_e1_read_only_item_without_last_name_goes_to_deleted_items_too(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        item_id = world.graph.create_contact(
            ALICE, world.folder_id("contact"), {"givenName": "Fay"}
        )
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]


def test_e1_read_only_private_item_is_left_alone(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        item_id = world.graph.create_contact(
            ALICE, world.folder_id("contact"), {"surname": "Secret"}, {"Integer 0x36": "2"}
        )
        before = item_by_id(world, item_id)
        world.session()
        assert item_by_id(world, item_id) == before


@pytest.mark.parametrize("kind", KINDS)
def test_e1_read_only_new_item_is_matched(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind) as world:
        object_id = add_record(world, kind, "Newcomer", Phone="+49 89 5551")
        item_id = add_item(
            world, kind, "Newcomer", world.folder_id(kind), mobilePhone="+49 170 1234567"
        )
        world.settle()
        item = item_named(world, kind, "Newcomer")
        assert item["id"] == item_id
        assert [*records_named(world, kind, "Newcomer")] == [object_id]
        # In a first match a blank never overwrites a value, in read-only types neither.
        assert item["properties"]["mobilePhone"] == "+49 170 1234567"
        assert item["properties"]["businessPhones"][0].replace(" ", "").endswith("895551")


# -- E2: edited ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e2_read_only_edit_is_written_over_in_the_same_session(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind) as world:
        _, item_id = link_pair(world, kind, Email="a@x.example", Mobile="+49 170 1111111")
        edit = {
            "mobilePhone": "+49 170 9999999",
            "emailAddresses": [],
            "businessPhones": ["+49 89 7"],
        }
        world.graph.edit_contact(ALICE, item_id, {**edit, "personalNotes": "kept"})
        world.session()
        item = item_by_id(world, item_id)["properties"]
        assert item["mobilePhone"].replace(" ", "").endswith("1701111111")
        assert item["emailAddresses"][0]["address"] == "a@x.example"
        assert item["businessPhones"] == []
        assert item["personalNotes"] == "kept"
        assert world.issues() == ["read_only_edit"]


def test_e2_read_only_emptied_last_name_comes_back(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        _, item_id = link_pair(world, "contact")
        world.graph.edit_contact(ALICE, item_id, {"surname": None, "givenName": None})
        world.session()
        item = item_by_id(world, item_id)["properties"]
        assert (item["givenName"], item["surname"]) == ("Fay", "Pair")


def test_e2_read_only_edits_of_one_field_on_both_sides(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact", on_conflict="exchange") as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss", "department": "Sales"})
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        world.settle()
        item = item_by_id(world, item_id)["properties"]
        assert (item["jobTitle"], item["department"]) == ("Chief", None)


# -- E3, E5, E7: deleted or moved out ------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e3_read_only_deleted_item_is_created_again_in_the_same_session(
    tmp_path: Path, kind: str
) -> None:
    with read_only(tmp_path, kind) as world:
        _, item_id = link_pair(world, kind, Mobile="+49 170 1111111")
        world.graph.delete_contact(ALICE, item_id)
        result = world.session()
        assert result.writes["exchange"] == 1
        item = item_named(world, kind, "Pair")
        assert item["folder"] == FOLDERS[kind]
        assert item["properties"]["mobilePhone"].replace(" ", "").endswith("1701111111")
        assert typed_categories(item) == [CATEGORY[kind]]


@pytest.mark.parametrize("kind", KINDS)
def test_e7_read_only_moved_out_copy_stays_and_is_stripped(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind) as world:
        _, item_id = link_pair(world, kind)
        world.graph.set_categories(ALICE, item_id, ["Zoo", CATEGORY[kind], "Alpha"])
        world.session()
        world.graph.move_contact(ALICE, item_id, None)
        world.session()
        moved = item_by_id(world, item_id)
        assert moved["folder"] == "Contacts"
        assert categories(moved) == ["Zoo", "Alpha"]
        again = [i for i in items_named(world, kind, "Pair") if i["id"] != item_id]
        assert [item["folder"] for item in again] == [FOLDERS[kind]]


def test_e7_read_only_stripped_copy_put_back_is_a_duplicate(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        _, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, None)
        world.settle()
        world.graph.move_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert world.issues() == ["duplicate_of_linked"]
        assert len(items_named(world, "contact", "Pair")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_e5_read_only_item_comes_back_with_the_edit_of_c4c(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind, delete_vs_edit="delete") as world:
        object_id, item_id = link_pair(world, kind)
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS[kind], object_id, {"Mobile": "+49 170 1111111"})
        world.session()
        item = item_named(world, kind, "Pair")
        assert item["properties"]["mobilePhone"].replace(" ", "").endswith("1701111111")


def test_e3_read_only_deleted_on_both_sides_stays_deleted(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.settle()
        assert items_named(world, "contact", "Pair") == []


def test_e3_read_only_all_items_deleted_come_back_without_approval(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"read_only": True}}) as world:
        names = [f"Person{number}" for number in range(8)]
        for name in names:
            add_record(world, "contact", name)
        world.session()
        for name in names:
            world.graph.delete_contact(ALICE, item_named(world, "contact", name)["id"])
        assert world.session().writes["c4c"] == 0
        for name in names:
            item_named(world, "contact", name)
        with world.store() as store:
            assert not store.holds.list_(("pending",))
        assert world.session().total == 0


# -- E4: dragged ---------------------------------------------------------------------------------


@pytest.mark.parametrize("read_only_kind", ["contact", "individual_customer"])
def test_e4_read_only_dragged_item_is_moved_back(tmp_path: Path, read_only_kind: str) -> None:
    with read_only(tmp_path, read_only_kind) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.session()
        item = item_named(world, "contact", "Pair")
        assert item["folder"] == FOLDERS["contact"]
        assert typed_categories(item) == [CATEGORY["contact"]]
        assert world.issues() == ["moved_back"]
        assert status(world, "contact", object_id) == ACTIVE
        assert not records_named(world, "individual_customer", "Pair")


def test_e4_read_only_dragged_and_edited_item_is_moved_back_and_restored(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        _, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.settle()
        item = item_named(world, "contact", "Pair")
        assert item["folder"] == FOLDERS["contact"]
        assert item["properties"]["jobTitle"] == "Clerk"


# -- E6, E8, E9 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_e6_read_only_removed_category_is_put_back(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind) as world:
        _, item_id = link_pair(world, kind)
        world.graph.set_categories(ALICE, item_id, ["Zoo"])
        world.session()
        assert categories(item_by_id(world, item_id)) == ["Zoo", CATEGORY[kind]]
        assert world.issues() == []


def test_e8_read_only_copy_is_not_synced_and_stays(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        _, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        before = item_by_id(world, copy_id)
        assert world.session().total == 0
        assert world.issues() == ["duplicate_of_linked"]
        assert item_by_id(world, copy_id) == before


def test_e9_read_only_restored_item_of_an_obsolete_record_goes_again(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        object_id, item_id = link_pair(world, "contact")
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.session()
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert item_by_id(world, item_id)["in_deleted_items"]
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == ["read_only_new_item"]


def test_e9_read_only_restored_item_of_a_live_record_is_joined(tmp_path: Path) -> None:
    with read_only(tmp_path, "contact") as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.session()
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        world.c4c.set_status(COLLECTIONS["contact"], object_id, ACTIVE)
        world.settle()
        item = item_named(world, "contact", "Pair")
        assert item["id"] == item_id
        assert item["properties"]["jobTitle"] == "Clerk"


# -- C4C still travels ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_read_only_edit_and_deletion_in_c4c_reach_exchange(tmp_path: Path, kind: str) -> None:
    with read_only(tmp_path, kind) as world:
        object_id, item_id = link_pair(world, kind)
        world.c4c.edit(COLLECTIONS[kind], object_id, {RECORD_NAME[kind]: "Renamed"})
        world.session()
        assert item_named(world, kind, "Renamed")["id"] == item_id
        world.c4c.set_status(COLLECTIONS[kind], object_id, OBSOLETE)
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]


def test_read_only_switched_off_uploads_from_then_on(tmp_path: Path) -> None:
    mapper = {"contact": {"read_only": True, "read_only_new_item": "leave"}}
    with populated(tmp_path, mapper=mapper) as world:
        object_id, item_id = link_pair(world, "contact")
        add_item(world, "contact", "Newcomer", world.folder_id("contact"))
        assert world.session().total == 0
        world.mapper = {}
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.settle()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"
        record_named(world, "contact", "Newcomer")


def test_read_only_switched_on_restores_only_what_is_edited_later(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.mapper = {"contact": {"read_only": True}}
        assert world.session().total == 0
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        assert world.session().writes["c4c"] == 0
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Clerk"
        assert item_by_id(world, item_id)["properties"]["jobTitle"] == "Clerk"
