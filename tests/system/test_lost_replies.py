"""Writes whose reply is lost, before or after they took effect: nothing lost, nothing doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = ("cut_before", "cut_after")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        for number in range(5):
            world.c4c.create_contact({"FirstName": "Known", "LastName": f"Person{number}"})
        world.settle()
        yield world


def _settled(world: World) -> None:
    world.settle(sessions=5)
    assert world.graph.unused_faults() == world.c4c.unused_faults() == []
    assert world.issues() == []
    with world.store() as store:
        assert store.intents.list_open() == []


def _names(world: World) -> list[str]:
    """Names of everything the mailbox ever held, Deleted Items included."""
    entries = [*world.items(), *world.deleted_items()]
    return sorted(str(entry["properties"]["surname"]) for entry in entries)


@pytest.mark.parametrize("kind", KINDS)
def test_i10_lost_reply_to_a_create_in_c4c(world: World, kind: str) -> None:
    for number in range(3):
        name = {"givenName": "New", "surname": f"Item{number}"}
        world.graph.create_contact(ALICE, world.folder_id("contact"), name)
    world.c4c.add_fault(kind=kind, operation="ContactCollection.create", nth=2)
    _settled(world)
    assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 8


@pytest.mark.parametrize(
    ("description", "settings", "item"),
    [
        ("matching is off", {"match_existing": False}, {"givenName": "New", "surname": "Item"}),
        ("a last name matches nobody", {}, {"surname": "Item"}),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_i10_lost_reply_to_a_create_where_nothing_is_matched(
    world: World, kind: str, description: str, settings: dict[str, bool], item: dict[str, str]
) -> None:
    """What was created unheard is found by its intent alone."""
    world.mapper = {"contact": settings}
    world.graph.create_contact(ALICE, world.folder_id("contact"), item)
    world.c4c.add_fault(kind=kind, operation="ContactCollection.create")
    world.session()
    _settled(world)
    found = len(world.records("contact")), len(world.items(FOLDERS["contact"]))
    assert found == (6, 6), description


def test_i10_lost_replies_to_the_creates_of_two_who_are_alike(world: World) -> None:
    """Of two records for two items each is right; where values differ, they decide."""
    for title in ("Clerk", "Boss"):
        item = {"givenName": "New", "surname": "Twin", "jobTitle": title}
        world.graph.create_contact(ALICE, world.folder_id("contact"), item)
    world.c4c.add_fault(kind="cut_after", operation="ContactCollection.create", nth=2)
    world.session()
    assert world.issues() == ["unknown_outcome", "unknown_outcome"]
    _settled(world)
    assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 7
    twins = [found for found in world.records("contact").values() if found["LastName"] == "Twin"]
    assert sorted(found["JobTitle"] for found in twins) == ["Boss", "Clerk"]


@pytest.mark.parametrize("kind", KINDS)
def test_i10_lost_reply_to_a_create_in_exchange(world: World, kind: str) -> None:
    for number in range(3):
        world.c4c.create_contact({"FirstName": "New", "LastName": f"Record{number}"})
    world.graph.add_fault(kind=kind, operation="contacts.create", nth=2)
    _settled(world)
    assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 8


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", ["contacts.create", "contacts.delete"])
def test_i11_lost_reply_within_a_move(world: World, kind: str, operation: str) -> None:
    for number in range(3):
        item = {"surname": f"Mover{number}", "categories": ["SAP Cloud for Customer SSI"]}
        world.graph.create_contact(ALICE, None, item)
    world.graph.add_fault(kind=kind, operation=operation, nth=2)
    _settled(world)
    assert len(world.records("contact")) == len(world.items()) == 8
    # Each source went to Deleted Items once, and none was removed for good.
    assert [name for name in _names(world) if name.startswith("Mover")] == [
        f"Mover{number}" for number in range(3) for _ in ("copy", "source")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_i06_lost_reply_to_a_removal_in_exchange(world: World, kind: str) -> None:
    (object_id, *_) = world.records("contact")
    world.c4c.set_status("ContactCollection", object_id, "4")
    world.graph.add_fault(kind=kind, operation="contacts.delete")
    _settled(world)
    assert len(world.items(FOLDERS["contact"])) == 4
    assert len(world.deleted_items()) == 1, "trashed once, not removed for good"


@pytest.mark.parametrize("kind", KINDS)
def test_i06_lost_reply_to_a_retirement_in_c4c(world: World, kind: str) -> None:
    (item, *_) = world.items(FOLDERS["contact"])
    world.graph.delete_contact(ALICE, item["id"])
    world.c4c.add_fault(kind=kind, operation="ContactCollection.update")
    _settled(world)
    statuses = sorted(record["StatusCode"] for record in world.records("contact").values())
    assert statuses == ["2", "2", "2", "2", "4"]


@pytest.mark.parametrize("kind", KINDS)
def test_i13_lost_reply_to_an_update(world: World, kind: str) -> None:
    one, two, *_ = world.items(FOLDERS["contact"])
    world.graph.edit_contact(ALICE, one["id"], {"jobTitle": "Boss"})
    record = world.record("contact", LastName=two["properties"]["surname"])
    assert record is not None
    world.c4c.edit("ContactCollection", record["ObjectID"], {"JobTitle": "Clerk"})
    world.c4c.add_fault(kind=kind, operation="ContactCollection.update")
    world.graph.add_fault(kind=kind, operation="contacts.update")
    _settled(world)
    titles = sorted(record["JobTitle"] for record in world.records("contact").values())
    shown = sorted(item["properties"]["jobTitle"] or "" for item in world.items())
    assert titles == shown == ["", "", "", "Boss", "Clerk"]
