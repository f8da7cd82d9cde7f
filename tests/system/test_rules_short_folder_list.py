"""A listing that lacks a managed folder proves nothing: it is asked for by its id (I7, I9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.rule_scenes import add_record, item_named, record_named
from harness.world import ALICE, World

if TYPE_CHECKING:
    from pathlib import Path


def test_i09_a_renamed_folder_that_a_short_listing_lacks_is_known_by_its_id(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        for number in range(3):
            add_record(world, "contact", f"Known{number}")
        world.settle()
        folder = world.folder_id("contact")
        folders = len(world.graph.dump()["mailboxes"][ALICE]["folders"])
        world.graph.rename_folder(ALICE, folder, "My customers")
        world.graph.add_fault(
            kind="truncate", operation="folders.list", options={"keep": 0}, count=0
        )
        edited = item_named(world, "contact", "Known1")
        world.graph.edit_contact(ALICE, edited["id"], {"jobTitle": "Boss"})
        for _ in range(2):
            world.session()
        assert world.graph.unused_faults() == []
        assert record_named(world, "contact", "Known1")["JobTitle"] == "Boss"
        with world.store() as store:
            assert store.holds.list_() == []
            assert folder in store.folders.get(ALICE).values()
        assert world.issues() == []
        world.graph.clear_faults()
        world.settle()
        assert len(world.graph.dump()["mailboxes"][ALICE]["folders"]) == folders
