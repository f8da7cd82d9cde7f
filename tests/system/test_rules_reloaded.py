"""C9: a record that comes back under a new ObjectID is the pair's; the item stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from harness.scenes import (
    assert_quiet,
    create_record,
    holds,
    item_of,
    obsolete,
    record,
    the_hold,
    values,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

MANY = 12


def load(world: World, number: int, kind: str = "contact", **others: Any) -> str:
    """Create a person as a reload does: the same each time, but for a mobile phone."""
    known = {"FirstName": "Anna", "Email": f"a{number}@x.example"} if kind == "contact" else {}
    return create_record(world, kind, f"Abel {number}", **{**known, **others})


def start(world: World, count: int = 1, kind: str = "contact") -> dict[int, str]:
    """Sync some people among bystanders; return their ObjectIDs."""
    ids = {n: load(world, n, kind, Mobile=f"+49 170 123456{n}") for n in range(count)}
    for number in range(4):
        create_record(world, kind, f"Bystander {number}")
    world.session()
    return ids


def end(world: World, object_id: str, how: str, kind: str = "contact") -> None:
    """Let a record end: obsolete, or gone for good."""
    if how == "obsolete":
        obsolete(world, kind, object_id)
    else:
        world.c4c.remove(COLLECTIONS[kind], object_id)


@pytest.mark.parametrize("how", ["obsolete", "gone"])
@pytest.mark.parametrize("is_first_loaded", [True, False])
@pytest.mark.parametrize("kind", ["contact", "account"])
def test_i48_who_is_reloaded_keeps_the_item(
    tmp_path: Path, how: str, kind: str, *, is_first_loaded: bool
) -> None:
    with World(tmp_path) as world:
        old = start(world, kind=kind)[0]
        item_id = item_of(world, old)
        new = load(world, 0, kind) if is_first_loaded else ""
        end(world, old, how, kind)
        new = new or load(world, 0, kind)
        world.session()
        assert item_of(world, new) == item_id
        assert len(world.items(FOLDERS[kind])) == 5
        assert world.deleted_items() == []
        world.settle()
        # What the reload left out comes from Outlook; a blank takes nothing away.
        assert record(world, kind, new)["Mobile"]
        assert values(world, item_id)["mobilePhone"]
        assert world.issues() == []
        world.c4c.edit(COLLECTIONS[kind], new, {"Phone": "+49 30 654321"})
        world.settle()
        assert values(world, item_id)["businessPhones"]
        assert_quiet(world)


@pytest.mark.parametrize("decision", [None, "approve", "reject"])
@pytest.mark.parametrize("how", ["obsolete", "gone"])
def test_i48_a_hold_dissolves_when_they_are_loaded_again(
    tmp_path: Path, how: str, decision: str | None
) -> None:
    with World(tmp_path) as world:
        old = start(world, MANY)
        items = {number: item_of(world, object_id) for number, object_id in old.items()}
        for object_id in old.values():
            end(world, object_id, how)
        world.session()
        hold = the_hold(world, "contact", Side.EXCHANGE)
        new = {number: load(world, number) for number in old}
        if decision is not None:
            with world.store() as store:
                getattr(store.holds, decision)(hold.hold_id)
        world.session()
        assert {number: item_of(world, new[number]) for number in old} == items
        world.settle()
        assert not any(holds(world, name) for name in ("pending", "approved", "rejected"))
        assert len(world.items(FOLDERS["contact"])) == MANY + 4
        assert world.deleted_items() == []
        live = [found for found in world.records("contact").values() if found["StatusCode"] != "4"]
        assert len(live) == MANY + 4
        assert world.issues() == []
        assert_quiet(world)


def test_two_records_of_one_person_that_both_live_are_two_items(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        old = start(world)[0]
        new = load(world, 0)
        world.session()
        assert item_of(world, old) != item_of(world, new)
        assert len(world.items(FOLDERS["contact"])) == 6
        assert world.issues() == []
        assert_quiet(world)


def test_i48_the_copy_of_the_item_names_the_new_record(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        old = start(world)[0]
        item_id = item_of(world, old)
        end(world, old, "gone")
        new = load(world, 0)
        world.settle()
        world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        assert world.session().total == 0
        assert world.issues() == ["duplicate_of_linked"]
        assert item_of(world, new) == item_id


@pytest.mark.parametrize("setting", ["hide", "ignore"])
@pytest.mark.parametrize("how", ["obsolete", "gone"])
def test_i48_whom_the_user_hides_stays_hidden_when_reloaded(
    tmp_path: Path, setting: str, how: str
) -> None:
    with World(tmp_path, mapper={"contact": {"exchange_delete": setting}}) as world:
        old = start(world)[0]
        world.graph.delete_contact(ALICE, item_of(world, old))
        world.session()
        end(world, old, how)
        load(world, 0)
        world.session()
        world.settle()
        assert len(world.items(FOLDERS["contact"])) == 4
        assert_quiet(world)
