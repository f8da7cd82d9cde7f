"""R1 to R5: which Outlook contact is which record type, and what stays private."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import (
    CATEGORY,
    KINDS,
    add_item,
    bystander,
    categories,
    item_by_id,
    item_named,
    items_named,
    populated,
    record_named,
    records_named,
    typed_categories,
)
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

PHOTO = base64.b64encode(b"\xff\xd8\xff\xe0 a photo").decode()
HOBBIES = "String 0x3A43"


def _everything(world: World) -> dict[str, Any]:
    return {item["id"]: item for item in world.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_r1_item_created_in_a_managed_folder_has_its_type(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, kind, "Newcomer", world.folder_id(kind))
        result = world.session()
        record_named(world, kind, "Newcomer")
        item = item_named(world, kind, "Newcomer")
        assert item["id"] == item_id
        assert typed_categories(item) == [CATEGORY[kind]]
        assert result.writes == {"exchange": 1, "c4c": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_r1_item_put_into_a_managed_folder_has_its_type(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, kind, "Newcomer", categories=["Golf"])
        assert world.session().total == 0
        world.graph.move_contact(ALICE, item_id, world.folder_id(kind))
        world.session()
        record_named(world, kind, "Newcomer")
        assert categories(item_named(world, kind, "Newcomer")) == ["Golf", CATEGORY[kind]]


def test_r1_folder_beats_category(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        bears = ["Golf", CATEGORY["individual_customer"], "Tennis"]
        add_item(world, "contact", "Newcomer", world.folder_id("contact"), categories=bears)
        world.session()
        record_named(world, "contact", "Newcomer")
        assert not records_named(world, "individual_customer", "Newcomer")
        item = item_named(world, "contact", "Newcomer")
        assert categories(item) == ["Golf", "Tennis", CATEGORY["contact"]]


def test_r1_alias_folder_alone_is_the_managed_folder(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        alias = world.graph.create_folder(ALICE, "sap contacts")
        item_id = add_item(world, "contact", "Newcomer", alias)
        world.session()
        assert item_by_id(world, item_id)["folder"] == "sap contacts"
        assert items_named(world, "contact", "Newcomer")
        record_named(world, "contact", "Newcomer")
        folders = world.graph.dump()["mailboxes"][ALICE]["folders"]
        assert FOLDERS["contact"] not in [folder["display_name"] for folder in folders]
        assert world.session().total == 0


def test_r1_item_of_an_alias_folder_moves_into_the_managed_one(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        alias = world.graph.create_folder(ALICE, "SAP Contacts")
        add_item(world, "contact", "Newcomer", alias)
        world.session()
        record_named(world, "contact", "Newcomer")
        assert item_named(world, "contact", "Newcomer")["folder"] == FOLDERS["contact"]


def test_r1_folder_renamed_in_outlook_keeps_its_type(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        folder_id = world.folder_id("contact")
        world.graph.rename_folder(ALICE, folder_id, "Customers of mine")
        assert world.session().total == 0
        add_item(world, "contact", "Newcomer", folder_id)
        world.session()
        world.graph.edit_contact(
            ALICE, item_named(world, "contact", "Newcomer")["id"], {"jobTitle": "Boss"}
        )
        world.session()
        assert record_named(world, "contact", "Newcomer")["JobTitle"] == "Boss"
        folders = world.graph.dump()["mailboxes"][ALICE]["folders"]
        assert FOLDERS["contact"] not in [folder["display_name"] for folder in folders]


@pytest.mark.parametrize("kind", KINDS)
def test_r2_item_with_a_routing_category_is_moved_and_synced(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        bears = ["Golf", CATEGORY[kind].upper(), "Tennis"]
        add_item(world, kind, "Newcomer", categories=bears)
        world.session()
        record_named(world, kind, "Newcomer")
        item = item_named(world, kind, "Newcomer")
        assert item["folder"] == FOLDERS[kind]
        assert categories(item) == bears


def test_r2_category_alias_routes_and_is_never_written(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        add_item(world, "contact", "Newcomer", categories=["SAP Cloud for Customer"])
        world.session()
        record_named(world, "contact", "Newcomer")
        item = item_named(world, "contact", "Newcomer")
        assert item["folder"] == FOLDERS["contact"]
        assert categories(item) == ["SAP Cloud for Customer", CATEGORY["contact"]]


def test_r2_category_given_later_routes_on_the_next_session(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "individual_customer", "Newcomer", categories=["Golf"])
        assert world.session().total == 0
        world.graph.set_categories(ALICE, item_id, ["Golf", CATEGORY["individual_customer"]])
        world.session()
        record_named(world, "individual_customer", "Newcomer")
        item = item_named(world, "individual_customer", "Newcomer")
        assert item["folder"] == FOLDERS["individual_customer"]


def test_i19_move_keeps_photo_unmapped_properties_and_extended_properties(tmp_path: Path) -> None:
    unmapped = {
        "personalNotes": "likes tea\nand cake",
        "homePhones": ["+49 30 1", "+49 30 2"],
        "imAddresses": ["im@x.example"],
        "children": ["Kim", "Kit"],
        "spouseName": "Sam",
        "manager": "Max",
        "homeAddress": {"street": "Home 1", "city": "Ulm"},
        "officeLocation": "B 12",
        "categories": ["Zoo", CATEGORY["contact"], "Alpha"],
        "emailAddresses": [
            {"name": "One", "address": "one@x.example"},
            {"name": "Two", "address": "two@x.example"},
            {"name": "Three", "address": "three@x.example"},
        ],
        "businessPhones": ["+49 89 1", "+49 89 2"],
    }
    with populated(tmp_path) as world:
        item_id = world.graph.create_contact(
            ALICE,
            None,
            {"givenName": "Fay", "surname": "Newcomer", **unmapped},
            {HOBBIES: "kept"},
            PHOTO,
        )
        before = item_by_id(world, item_id)
        world.session()
        after = item_named(world, "contact", "Newcomer")
        assert after["folder"] == FOLDERS["contact"]
        assert after["photo_sha256"] == before["photo_sha256"]
        assert HOBBIES.lower() in {name.lower() for name in after["extended"]}
        skipped = ("categories",)
        assert {k: v for k, v in after["properties"].items() if k not in skipped} == {
            k: v for k, v in before["properties"].items() if k not in skipped
        }
        assert categories(after) == ["Zoo", CATEGORY["contact"], "Alpha"]
        assert [item["id"] for item in world.deleted_items()] == [item_id]


def test_r3_two_types_are_an_issue_that_closes_itself(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        both = [CATEGORY["contact"], CATEGORY["individual_customer"]]
        item_id = add_item(world, "contact", "Newcomer", categories=both)
        before = item_by_id(world, item_id)
        assert world.session().total == 0
        assert world.issues() == ["ambiguous_category"]
        assert item_by_id(world, item_id) == before
        world.graph.set_categories(ALICE, item_id, both[:1])
        world.session()
        assert world.issues() == []
        record_named(world, "contact", "Newcomer")


def test_r3_issue_closes_when_no_routing_category_is_left(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        both = [CATEGORY["contact"], CATEGORY["account"]]
        item_id = add_item(world, "contact", "Newcomer", categories=both)
        world.session()
        assert world.issues() == ["ambiguous_category"]
        world.graph.set_categories(ALICE, item_id, ["Golf"])
        assert world.session().total == 0
        assert world.issues() == []
        assert not records_named(world, "contact", "Newcomer")


def test_r3_category_and_alias_of_one_type_are_not_ambiguous(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        bears = [CATEGORY["contact"], "SAP Cloud for Customer"]
        add_item(world, "contact", "Newcomer", categories=bears)
        world.session()
        record_named(world, "contact", "Newcomer")
        assert world.issues() == []


def test_r4_personal_contact_never_leaves_the_tap(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        add_item(
            world,
            "contact",
            "Xanadupersonal",
            categories=["Golf"],
            emailAddresses=[{"name": "X", "address": "xanadupersonal@x.example"}],
        )
        result = world.session()
        assert result.total == 0
        assert all("xanadupersonal" not in text.lower() for text in result.output.values())
        with world.store() as store:
            assert item_named(world, "contact", "Xanadupersonal")["id"] not in (
                store.links.linked_items(ALICE)
            )


def test_i18_personal_items_stay_bit_identical(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        sub = world.graph.create_folder(ALICE, "Family")
        ids = [
            add_item(world, "contact", "Mother", sub, categories=["Visit"]),
            add_item(world, "contact", "Brother", categories=["Family"]),
            add_item(world, "account", "Corner shop", jobTitle="none"),
            world.graph.create_contact(ALICE, sub, {"surname": "Photo"}, {HOBBIES: "x"}, PHOTO),
        ]
        before = [item_by_id(world, item_id) for item_id in ids]
        add_item(world, "contact", "Newcomer", categories=[CATEGORY["contact"]])
        world.session()
        world.graph.expire_delta_tokens()
        world.session()
        assert [item_by_id(world, item_id) for item_id in ids] == before


@pytest.mark.parametrize("name", ["Error in SAP Cloud for Customer SSI", "Visit", "VISIT"])
def test_r5_calendar_categories_route_nothing(tmp_path: Path, name: str) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "Newcomer", categories=[name])
        before = item_by_id(world, item_id)
        assert world.session().total == 0
        assert item_by_id(world, item_id) == before


def test_r5_other_categories_on_the_same_item_still_count(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        bears = ["Visit", CATEGORY["contact"], "Error in SAP Cloud for Customer SSI"]
        add_item(world, "contact", "Newcomer", categories=bears)
        world.session()
        record_named(world, "contact", "Newcomer")
        assert categories(item_named(world, "contact", "Newcomer")) == bears


def test_category_equal_to_the_own_folder_name_does_not_route(tmp_path: Path) -> None:
    """Exchange adds folder names to the categories by itself."""
    with populated(tmp_path) as world:
        world.graph.set_switch("folder_name_category", "all")
        folder = world.graph.create_folder(ALICE, "Account")
        item_id = add_item(world, "account", "Newcomer", folder)
        assert "Account" in item_by_id(world, item_id)["properties"]["categories"]
        assert world.session().total == 0
        assert not records_named(world, "account", "Newcomer")


def test_managed_folder_named_like_its_category_comes_to_rest(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"folder": "SAP Cloud for Customer SSI"}}) as world:
        world.graph.set_switch("folder_name_category", "all")
        add_item(world, "contact", "Newcomer", categories=["Golf", CATEGORY["contact"]])
        world.session()
        record_named(world, "contact", "Newcomer")
        item = item_named(world, "contact", "Newcomer")
        assert item["folder"] == "SAP Cloud for Customer SSI"
        assert item["properties"]["categories"].count(CATEGORY["contact"]) == 1
        assert world.session().total == 0


@pytest.mark.parametrize("late", [False, True])
def test_folder_name_category_added_by_exchange_is_no_edit(tmp_path: Path, *, late: bool) -> None:
    with World(tmp_path) as world:
        world.graph.set_switch("folder_name_category", "all")
        world.graph.set_switch("folder_name_category_late", late)
        add_item(world, "contact", "Newcomer", categories=["Golf", CATEGORY["contact"], "Tea"])
        world.session()
        item = item_named(world, "contact", "Newcomer")
        assert FOLDERS["contact"] in item["properties"]["categories"]
        assert categories(item) == ["Golf", CATEGORY["contact"], "Tea"]
        assert world.session().total == 0


def test_mark_with_category_off_leaves_categories_alone(tmp_path: Path) -> None:
    with populated(tmp_path, mapper={"contact": {"mark_with_category": False}}) as world:
        assert categories(item_named(world, "contact", bystander("contact"))) == []
        item_id = add_item(world, "contact", "Newcomer", world.folder_id("contact"))
        world.session()
        assert categories(item_by_id(world, item_id)) == []
        master = world.graph.dump()["mailboxes"][ALICE]["categories"]
        assert CATEGORY["contact"] not in [entry["display_name"] for entry in master]


def test_first_session_creates_missing_folders_and_categories_only(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.graph.create_folder(ALICE, FOLDERS["account"])
        world.session()
        box = world.graph.dump()["mailboxes"][ALICE]
        names = [folder["display_name"] for folder in box["folders"]]
        assert sorted(name for name in names if name in FOLDERS.values()) == sorted(
            FOLDERS.values()
        )
        master = [entry["display_name"] for entry in box["categories"]]
        assert sorted(name for name in master if name in CATEGORY.values()) == sorted(
            CATEGORY.values()
        )
        assert world.session().total == 0


def test_cloud_without_master_categories_syncs_all_the_same(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.graph.set_switch("master_categories", "absent")
        add_item(world, "contact", "Newcomer", categories=[CATEGORY["contact"]])
        world.session()
        record_named(world, "contact", "Newcomer")
        assert world.session().total == 0


def test_r1_item_sorted_into_a_subfolder_stays_in_the_sync(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "Sorted", world.folder_id("contact"))
        world.session()
        record_id = record_named(world, "contact", "Sorted")["ObjectID"]
        below = world.graph.create_folder(ALICE, "A to M", world.folder_id("contact"))
        deeper = world.graph.create_folder(ALICE, "S", below)
        world.graph.move_contact(ALICE, item_id, below)
        add_item(world, "contact", "Fresh", deeper)
        world.settle()
        assert record_named(world, "contact", "Sorted")["ObjectID"] == record_id
        assert record_named(world, "contact", "Sorted")["StatusCode"] == "2"
        record_named(world, "contact", "Fresh")
        for name in ("Sorted", "Fresh"):
            assert item_named(world, "contact", name)["folder"] == FOLDERS["contact"]
