"""What looks like a deletion and is none: lost permissions, changed settings, second thoughts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.cli import app
from contact_sync.core.model import Side
from harness.scenes import (
    assert_quiet,
    create_record,
    edit_item,
    edit_record,
    holds,
    item_of,
    link_of,
    names,
    populate,
    record,
    the_hold,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS, World
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

KINDS = tuple(COLLECTIONS)


def _people(world: World, count: int) -> list[str]:
    ids = [create_record(world, "contact", f"Person {number:02}") for number in range(count)]
    world.session()
    return ids


def _cli(world: World, *arguments: str) -> tuple[int, str]:
    place = {"CONTACT_SYNC_SYNC_STORE": world.store_path}
    result = CliRunner().invoke(app, list(arguments), env=place)
    return result.exit_code, result.output


def _live(world: World) -> dict[str, int]:
    return {
        kind: sum(row[STATUS[kind]] == "2" for row in world.records(kind).values())
        for kind in KINDS
    }


# -- permissions -----------------------------------------------------------------------------------


class _HastyWorld(World):
    """A world whose programs give up soon, as waiting is not what is looked at."""

    def exchange_settings(self) -> dict[str, Any]:
        return {**super().exchange_settings(), "max_retries": 1}


@pytest.mark.parametrize("status", [403, 404, 500])
def test_i07_a_folder_that_cannot_be_read_removes_nothing(tmp_path: Path, status: int) -> None:
    with _HastyWorld(tmp_path) as world:
        populate(world)
        live, items = _live(world), len(world.items())
        path = f"{world.folder_id('contact')}.*delta"
        world.graph.add_fault(kind="status", status=status, path=path, count=0)
        # Listed as a whole instead, or its items are looked up.
        world.session()
        assert world.graph.unused_faults() == []
        assert (_live(world), len(world.items())) == (live, items)
        world.graph.clear_faults()
        world.settle()
        assert (_live(world), len(world.items())) == (live, items)


def test_i07_items_that_answer_404_all_at_once_are_held(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        _people(world, 9)
        world.state.clear()
        # The listing of the folder is short, and every look-up by id is refused.
        world.graph.add_fault(
            kind="truncate",
            operation="contacts.delta",
            path=world.folder_id("contact"),
            options={"keep": 0},
        )
        world.graph.add_fault(kind="status", operation="contacts.get", status=404, count=0)
        assert world.session().writes["c4c"] == 0
        assert world.graph.unused_faults() == []
        assert len(the_hold(world, "contact", Side.C4C).link_ids) == 9
        world.graph.clear_faults()
        world.settle()
        assert holds(world) == []
        assert len(names(world)) == 9


@pytest.mark.parametrize("kind", KINDS)
def test_i07_records_that_our_user_may_not_see_any_more_are_held(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        populate(world, kind, count=8)
        hidden = list(world.records(kind))
        world.c4c.hide(hidden)
        assert world.session().total == 0
        assert len(the_hold(world, kind, Side.EXCHANGE).link_ids) == 8
        assert len(world.items(FOLDERS[kind])) == 8
        world.c4c.unhide(hidden)
        assert_quiet(world)
        assert holds(world) == []


# -- settings --------------------------------------------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "folder renamed in the settings": {"contact": {"folder": "Kontakte aus C4C"}},
    "folder of another type": {
        "contact": {"folder": "SAP C4C Accounts"},
        "account": {"folder": "SAP C4C Contacts"},
    },
    "category": {"contact": {"category": "CRM"}},
    "no category": {"contact": {"mark_with_category": False}},
    "type off": {"contact": {"direction": "off"}, "account": {"direction": "off"}},
    "one way up": {"contact": {"direction": "to_c4c"}},
    "one way down": {"contact": {"direction": "to_exchange"}},
    "read-only": {"contact": {"read_only": True}, "individual_customer": {"read_only": True}},
    "field off": {"contact": {"fields": {"job_title": {"direction": "off"}}}},
    "region": {"region": "DE"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_i36_a_changed_setting_removes_nothing(tmp_path: Path, change: str) -> None:
    with World(tmp_path) as world:
        populate(world)
        items, live = len(world.items()), _live(world)
        world.mapper = CHANGES[change]
        world.settle()
        assert (len(world.items()), _live(world)) == (items, live)
        assert world.deleted_items() == []
        world.mapper = {}
        world.settle()
        assert (len(world.items()), _live(world)) == (items, live)


def test_i36_a_mailbox_taken_from_the_settings_is_left_alone(tmp_path: Path) -> None:
    boxes = (ALICE, "bob@contoso.example")
    with World(tmp_path, boxes) as world:
        populate(world)
        before = world.items(mailbox=boxes[1])
        live = _live(world)
        world.mailboxes = (ALICE,)
        (one, *_) = world.items(FOLDERS["contact"])
        edit_item(world, one["id"], jobTitle="Edited")
        world.settle()
        assert world.items(mailbox=boxes[1]) == before
        assert _live(world) == live
        world.mailboxes = boxes
        world.settle()
        shown = [entry["properties"].get("jobTitle") for entry in world.items(mailbox=boxes[1])]
        assert shown.count("Edited") == 1


# -- decisions -------------------------------------------------------------------------------------


def test_i08_the_operator_sees_what_is_held_and_why(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = _people(world, 8)
        for object_id in ids[:6]:
            world.graph.delete_contact(ALICE, item_of(world, object_id))
        world.session()
        code, text = _cli(world, "holds", "--json")
        (hold,) = json.loads(text)["holds"]
        assert code == 0
        assert (hold["reason"], hold["side"], hold["record_type"]) == (
            "too_many_removals",
            "c4c",
            "contact",
        )
        assert set(hold["link_ids"]) == {link_of(world, object_id).link_id for object_id in ids[:6]}
        assert _cli(world, "status", "--check")[0] != 0
        assert _cli(world, "approve", hold["hold_id"])[0] == 0
        assert world.session().writes["c4c"] == 6
        assert _cli(world, "status", "--check")[0] == 0


def test_i08_an_approval_spares_what_was_edited_or_came_back_meanwhile(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = _people(world, 15)
        items = [item_of(world, object_id) for object_id in ids]
        for item_id in items[:6]:
            world.graph.delete_contact(ALICE, item_id)
        world.session()
        hold = the_hold(world, "contact", Side.C4C)
        assert _cli(world, "approve", hold.hold_id)[0] == 0
        world.graph.restore_contact(ALICE, items[0], world.folder_id("contact"))
        edit_record(world, "contact", ids[1], JobTitle="Still needed")
        world.settle()
        status = {object_id: record(world, "contact", object_id)["StatusCode"] for object_id in ids}
        assert [object_id for object_id in ids if status[object_id] == "4"] == ids[2:6]
        assert names(world) == [f"Person {n:02}" for n in range(15) if n not in range(2, 6)]
        assert holds(world, "approved") == []
        assert world.issues() == ["delete_vs_edit"]
