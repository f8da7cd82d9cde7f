"""A user throws an item away while we are about to: it stays in Deleted Items, never gone for good.

Deleting what lies in Deleted Items removes it for ever (Microsoft Learn, "Delete contact"). Every
place that deletes is played with every act of a user between our read and our DELETE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import (
    CATEGORY,
    OBSOLETE,
    add_item,
    item_by_id,
    items_named,
    link_pair,
    populated,
    records_named,
)
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.world import World

_VIEWS = [{"name": "in", "record_type": "contact", "filter": "NickName ne 'out'"}]


def _moved(world: World) -> str:
    return add_item(world, "contact", "Pair", categories=[CATEGORY["contact"]])


def _ended(world: World) -> str:
    object_id, item_id = link_pair(world, "contact")
    world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
    return item_id


def _out_of_view(world: World) -> str:
    object_id, item_id = link_pair(world, "contact")
    world.c4c.edit(COLLECTIONS["contact"], object_id, {"NickName": "out"})
    return item_id


def _unwanted(world: World) -> str:
    item_id = add_item(world, "individual_customer", "Pair", world.folder_id("individual_customer"))
    acts = {"read_only": True, "first_session_removals": "act"}
    world.mapper = {"individual_customer": acts}
    return item_id


#: What makes us delete an item, and the last call before the DELETE that asks for it.
_SCENES: dict[str, tuple[Callable[[World], str], str]] = {
    "moved": (_moved, "contacts.create"),
    "ended in C4C": (_ended, "contacts.get"),
    "out of view": (_out_of_view, "contacts.get"),
    "read-only": (_unwanted, "contacts.get"),
}
_EDIT = {"jobTitle": "Boss"}
#: Whether the user edits the item before, and whether it is taken out or thrown away.
_ACTS = {
    "thrown away": (False, False),
    "edited and thrown away": (True, False),
    "edited and taken out": (True, True),
}


def _acts(item_id: str, *, is_edited: bool, is_outside: bool) -> list[dict[str, Any]]:
    leaves = {"call": "move_contact", "args": [ALICE, item_id, None]}
    if not is_outside:
        leaves = {"call": "delete_contact", "args": [ALICE, item_id]}
    edits = {"call": "edit_contact", "args": [ALICE, item_id, _EDIT]}
    return [edits, leaves] if is_edited else [leaves]


@pytest.mark.parametrize(("is_edited", "is_outside"), list(_ACTS.values()), ids=list(_ACTS))
@pytest.mark.parametrize("scene", _SCENES)
def test_e3_what_its_user_throws_away_before_our_delete_is_not_deleted_again(
    tmp_path: Path, scene: str, *, is_edited: bool, is_outside: bool
) -> None:
    begin, before = _SCENES[scene]
    with populated(tmp_path, views=_VIEWS) as world:
        item_id = begin(world)
        acts = _acts(item_id, is_edited=is_edited, is_outside=is_outside)
        # The last act right before the DELETE: the one moment that no look can cover.
        for operation, options in zip((before, "contacts.delete")[-len(acts) :], acts, strict=True):
            world.graph.add_fault(kind="outlook_before", operation=operation, options=options)
        world.session()
        assert world.graph.unused_faults() == []
        world.settle()
        # Wherever the rules put it: it exists, with what its user typed last.
        found = item_by_id(world, item_id)
        assert found["properties"]["jobTitle"] == (_EDIT["jobTitle"] if is_edited else None)
        if scene == "moved":
            (copy,) = [item for item in items_named(world, "contact", "Pair") if item != found]
            assert copy["id"] != item_id
            assert len(records_named(world, "contact", "Pair")) == 1
        with world.store() as store:
            assert store.intents.list_open() == []


@pytest.mark.parametrize("scene", _SCENES)
def test_e3_no_delete_is_sent_for_what_lies_in_deleted_items(tmp_path: Path, scene: str) -> None:
    """Whatever the service makes of one: here the item can still be read by its id."""
    begin, _ = _SCENES[scene]
    with populated(tmp_path, views=_VIEWS) as world:
        world.graph.set_switch("flat_contact_path", "all")
        item_id = begin(world)
        (leaves,) = _acts(item_id, is_edited=False, is_outside=False)
        world.graph.add_fault(kind="outlook_before", operation="contacts.delete", options=leaves)
        world.session()
        assert world.graph.unused_faults() == []
        requests = world.graph.counters()["requests"]
        sent = [sum(n.values()) for path, n in requests.items() if path.startswith("DELETE")]
        assert sent == [1]


@pytest.mark.parametrize("path", ["default_folder", "all"])
def test_i45_what_is_thrown_away_before_its_mark_is_taken_off_needs_nobody(
    tmp_path: Path, path: str
) -> None:
    with populated(tmp_path) as world:
        world.graph.set_switch("flat_contact_path", path)
        _, item_id = link_pair(world, "contact")
        world.graph.move_contact(ALICE, item_id, None)
        world.graph.add_fault(
            kind="outlook_before",
            operation="contacts.update",
            options={"call": "delete_contact", "args": [ALICE, item_id]},
        )
        world.session()
        assert world.graph.unused_faults() == []
        world.settle()
        assert world.issues() == []
        assert item_by_id(world, item_id)["in_deleted_items"]
        with world.store() as store:
            assert store.intents.list_updates() == []
