"""Section 1: items marked private are never uploaded, whenever they were marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    CATEGORY,
    add_item,
    item_by_id,
    item_named,
    populated,
    record_named,
    records_named,
)
from harness.world import ALICE, FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

SENSITIVITY = "Integer 0x36"


@pytest.mark.parametrize("sensitivity", ["2", "3"])
@pytest.mark.parametrize("is_in_folder", [True, False])
def test_private_item_is_never_uploaded(
    tmp_path: Path, sensitivity: str, *, is_in_folder: bool
) -> None:
    with populated(tmp_path) as world:
        item_id = world.graph.create_contact(
            ALICE,
            world.folder_id("contact") if is_in_folder else None,
            {"givenName": "Fay", "surname": "Secret", "categories": [CATEGORY["contact"]]},
            {SENSITIVITY: sensitivity},
        )
        before = item_by_id(world, item_id)
        assert world.session().total == 0
        assert item_by_id(world, item_id) == before
        assert not records_named(world, "contact", "Secret")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Spy"}, {SENSITIVITY: "0"})
        world.session()
        assert record_named(world, "contact", "Secret")["JobTitle"] == "Spy"


@pytest.mark.parametrize("sensitivity", ["2", "3"])
def test_private_linked_item_keeps_its_edits_to_itself(tmp_path: Path, sensitivity: str) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "Secret", world.folder_id("contact"))
        world.session()
        record_id = record_named(world, "contact", "Secret")["ObjectID"]
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Spy"}, {SENSITIVITY: sensitivity})
        assert world.session().total == 0
        world.c4c.edit("ContactCollection", record_id, {"Department": "Sales"})
        assert world.session().writes == {"exchange": 1, "c4c": 0}
        assert item_by_id(world, item_id)["properties"]["department"] == "Sales"
        assert world.session().total == 0
        assert not record_named(world, "contact", "Secret")["JobTitle"]
        world.graph.edit_contact(ALICE, item_id, {}, {SENSITIVITY: "0"})
        world.session()
        assert record_named(world, "contact", "Secret")["JobTitle"] == "Spy"
        assert world.session().total == 0


def test_private_linked_item_is_not_converted_and_not_revived(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        company = {"companyName": "Secret Ltd"}
        item_id = add_item(world, "contact", "Secret", world.folder_id("contact"), **company)
        world.session()
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Spy"}, {SENSITIVITY: "2"})
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.settle()
        assert not records_named(world, "account", "Secret Ltd")
        moved = item_named(world, "contact", "Secret")
        assert moved["folder"] == FOLDERS["contact"]
        world.graph.delete_contact(ALICE, moved["id"])
        world.session()
        world.graph.restore_contact(ALICE, moved["id"], world.folder_id("contact"))
        assert world.session().total == 0
        assert not record_named(world, "contact", "Secret")["JobTitle"]


def test_private_item_waiting_for_its_record_is_let_go(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = world.graph.create_contact(
            ALICE, world.folder_id("contact"), {"givenName": "Fay"}
        )
        world.session()
        assert world.issues() == ["missing_last_name"]
        world.graph.edit_contact(ALICE, item_id, {"surname": "Secret"}, {SENSITIVITY: "2"})
        assert world.session().total == 0
        assert not records_named(world, "contact", "Secret")
        assert world.issues() == []
