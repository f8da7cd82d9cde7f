"""A move is a copy and a removal: what users do while only the first half has happened."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from harness.crashes import CrashWorld, Cut, Kind
from harness.rule_scenes import (
    ACTIVE,
    add_item,
    add_record,
    item_by_id,
    items_named,
    record_named,
    status,
)
from harness.scenes import issue
from harness.snapshots import Snapshot
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHOTO = base64.b64encode(b"\xff\xd8\xff\xe0 a photo").decode()
MARK = "SAP Cloud for Customer SSI"

#: Commits after the copy was made: before its outcome is stored, and after.
cuts = pytest.mark.parametrize("commits", [0, 1], ids=["unknown", "known"])


@contextmanager
def cut_off(folder: Path, commits: int, **properties: Any) -> Iterator[tuple[CrashWorld, str, str]]:
    """Give a world whose session died when the copy of an item was made; ids of both items."""
    with CrashWorld(folder) as world:
        for number in range(3):
            add_record(world, "contact", f"Bystander {number}")
        world.session()
        source = add_item(world, "contact", "Mover", categories=[MARK], **properties)
        before = Snapshot(world)
        effects = world.play().effects
        (copied,) = [at for at, effect in enumerate(effects) if effect.label == "POST contacts"]
        outcomes = [at for at, effect in enumerate(effects) if effect.kind is Kind.COMMIT]
        after = [copied, *(at for at in outcomes if at > copied)][commits] + 1
        before.put_back(world)
        world.play(Cut(after))
        (copy,) = [item["id"] for item in items_named(world, "contact", "Mover")
                   if item["id"] != source]  # fmt: skip
        yield world, source, copy
        world.settle()
        assert world.session().total == 0
        assert items_named(world, "contact", "Mover") == [item_by_id(world, copy)]
        assert item_by_id(world, copy)["folder"] == FOLDERS["contact"]
        assert item_by_id(world, source)["in_deleted_items"]
        record = record_named(world, "contact", "Mover")
        assert status(world, "contact", record["ObjectID"]) == ACTIVE
        with world.store() as store:
            assert store.intents.list_open() == []


@cuts
def test_i03_an_edit_of_the_item_that_was_moved_survives(tmp_path: Path, commits: int) -> None:
    with cut_off(tmp_path, commits, jobTitle="Clerk") as (world, source, copy):
        world.graph.edit_contact(ALICE, source, {"jobTitle": "Head"})
        world.settle()
        assert record_named(world, "contact", "Mover")["JobTitle"] == "Head"
        assert item_by_id(world, copy)["properties"]["jobTitle"] == "Head"
        assert world.issues() == []


@cuts
def test_i03_an_edit_of_the_copy_survives(tmp_path: Path, commits: int) -> None:
    with cut_off(tmp_path, commits, jobTitle="Clerk") as (world, _, copy):
        world.graph.edit_contact(ALICE, copy, {"jobTitle": "Head"})
        world.settle()
        assert record_named(world, "contact", "Mover")["JobTitle"] == "Head"
        assert item_by_id(world, copy)["properties"]["jobTitle"] == "Head"
        assert world.issues() == []


@cuts
def test_i04_edits_of_different_fields_of_both_items_survive(tmp_path: Path, commits: int) -> None:
    with cut_off(tmp_path, commits) as (world, source, copy):
        world.graph.edit_contact(ALICE, source, {"jobTitle": "Head"})
        world.graph.edit_contact(ALICE, copy, {"department": "Sales"})
        world.settle()
        record = record_named(world, "contact", "Mover")
        assert (record["JobTitle"], record["Department"]) == ("Head", "Sales")
        shown = item_by_id(world, copy)["properties"]
        assert (shown["jobTitle"], shown["department"]) == ("Head", "Sales")
        assert world.issues() == []


@cuts
def test_i03_edits_of_one_field_of_both_items_are_a_conflict(tmp_path: Path, commits: int) -> None:
    with cut_off(tmp_path, commits) as (world, source, copy):
        world.graph.edit_contact(ALICE, source, {"jobTitle": "From the source"})
        world.graph.edit_contact(ALICE, copy, {"jobTitle": "From the copy"})
        world.settle()
        assert record_named(world, "contact", "Mover")["JobTitle"] == "From the copy"
        assert issue(world, "conflict").fields == ("job_title",)


@cuts
def test_i19_a_photo_comes_along(tmp_path: Path, commits: int) -> None:
    with cut_off(tmp_path, commits) as (world, source, copy):
        world.graph.set_photo(ALICE, source, PHOTO)
        world.settle()
        before = item_by_id(world, source)["photo_sha256"]
        assert before is not None
        assert item_by_id(world, copy)["photo_sha256"] == before


@cuts
def test_i07_the_item_that_was_moved_is_deleted_meanwhile(tmp_path: Path, commits: int) -> None:
    """Who finds two of one person and deletes the old one does not want the person gone."""
    with cut_off(tmp_path, commits) as (world, source, _):
        world.graph.delete_contact(ALICE, source)
        assert world.session().writes["c4c"] == 0


def test_i19_a_photo_that_was_refused_comes_along_later(tmp_path: Path) -> None:
    """The item that was moved stays until its copy has everything."""
    with World(tmp_path) as world:
        add_record(world, "contact", "Bystander")
        world.session()
        source = add_item(world, "contact", "Mover", categories=[MARK])
        world.graph.set_photo(ALICE, source, PHOTO)
        world.graph.add_fault(kind="status", operation="photo.put", status=400)
        world.session()
        assert not item_by_id(world, source)["in_deleted_items"]
        assert issue(world, "rejected").fields == ("photo",)
        world.settle()
        (mover,) = items_named(world, "contact", "Mover")
        assert mover["photo_sha256"] == item_by_id(world, source)["photo_sha256"] is not None
        assert item_by_id(world, source)["in_deleted_items"]
        assert world.issues() == []
        assert world.graph.unused_faults() == []
