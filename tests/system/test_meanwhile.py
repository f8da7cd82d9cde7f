"""Users who act inside a session, between its reads and its writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import ACTIVE, OBSOLETE
from harness.scenes import (
    assert_quiet,
    create_record,
    edit_record,
    item_of,
    populate,
    record,
    values,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path


def _pair(world: World) -> tuple[str, str]:
    object_id = create_record(world, "contact", "Pair", JobTitle="Clerk")
    world.settle()
    return object_id, item_of(world, object_id)


@pytest.mark.parametrize("if_match", ["honoured", "ignored"])
@pytest.mark.parametrize(
    ("description", "typed", "winner", "expected", "issues"),
    [
        ("another field", {"department": "Sales"}, "c4c", ("Chief", "Sales"), []),
        ("the same field", {"jobTitle": "Boss"}, "exchange", ("Boss", ""), ["conflict"]),
        ("the same value", {"jobTitle": "Chief"}, "exchange", ("Chief", ""), []),
    ],
)
def test_i15_an_item_that_is_edited_right_before_its_write_is_merged_anew(
    tmp_path: Path,
    description: str,
    typed: dict[str, str],
    winner: str,
    expected: tuple[str, str],
    issues: list[str],
    if_match: str,
) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": winner}}) as world:
        world.graph.set_switch("if_match", if_match)
        object_id, item_id = _pair(world)
        edit_record(world, "contact", object_id, JobTitle="Chief")
        # Where the service ignores If-Match, the look right before the write is all there is.
        act = {"kind": "outlook_before", "operation": "contacts.get"}
        if if_match == "honoured":
            act = {"kind": "outlook_before", "method": "PATCH"}
        options = {"call": "edit_contact", "args": [ALICE, item_id, typed]}
        world.graph.add_fault(**act, options=options)
        world.session()
        assert world.graph.unused_faults() == []
        world.settle()
        shown, kept = values(world, item_id), record(world, "contact", object_id)
        both = [
            (shown["jobTitle"], shown["department"] or ""),
            (kept["JobTitle"], kept["Department"]),
        ]
        assert both == [expected, expected], description
        assert world.issues() == issues, description
        assert_quiet(world)


@pytest.mark.parametrize(
    ("description", "typed", "winner", "expected", "issues"),
    [
        ("another field", {"Department": "Sales"}, "c4c", ("Boss", "Sales"), []),
        ("the same field", {"JobTitle": "Chief"}, "c4c", ("Chief", ""), ["conflict"]),
        ("the same value", {"JobTitle": "Boss"}, "c4c", ("Boss", ""), []),
    ],
)
def test_i15_a_record_that_is_edited_right_before_its_write_is_merged_anew(
    tmp_path: Path,
    description: str,
    typed: dict[str, str],
    winner: str,
    expected: tuple[str, str],
    issues: list[str],
) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": winner}}) as world:
        object_id, item_id = _pair(world)
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        options: dict[str, Any] = {
            "collection": COLLECTIONS["contact"],
            "object_id": object_id,
            "props": typed,
        }
        world.c4c.add_fault(kind="user_edit", method="PATCH", options=options)
        world.session()
        assert world.c4c.unused_faults() == []
        world.settle()
        shown, kept = values(world, item_id), record(world, "contact", object_id)
        both = [
            (shown["jobTitle"], shown["department"] or ""),
            (kept["JobTitle"], kept["Department"]),
        ]
        assert both == [expected, expected], description
        assert world.issues() == issues, description
        assert_quiet(world)


def test_i13_a_value_that_is_typed_and_taken_back_in_c4c_is_taken_back_in_exchange(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = _pair(world)
        for title in ("Chief", "Clerk"):
            edit_record(world, "contact", object_id, JobTitle=title)
            world.session()
            assert values(world, item_id)["jobTitle"] == title
            assert record(world, "contact", object_id)["JobTitle"] == title
        assert_quiet(world)


def test_i14_an_update_sends_only_what_differs(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = _pair(world)
        edit_record(world, "contact", object_id, JobTitle="Chief", Department="Sales")
        options = {"call": "edit_contact", "args": [ALICE, item_id, {"department": "Sales"}]}
        world.graph.add_fault(kind="outlook_before", operation="contacts.get", options=options)
        world.graph.record_traffic()
        world.session()
        assert world.graph.unused_faults() == []
        sent = [
            entry["body"] for entry in world.graph.recorded_traffic() if entry["method"] == "PATCH"
        ]
        assert sent == [{"jobTitle": "Chief"}]
        assert_quiet(world)


_OWN, _OTHER = FOLDERS["contact"], FOLDERS["individual_customer"]
_EDIT_WINS = ["delete_vs_edit"]


@pytest.mark.parametrize(
    ("target", "if_match", "items", "status", "issues"),
    [
        # Refused, or not found in that folder; looked at again: edited in C4C, and gone (E5).
        (None, "honoured", [("Contacts", "Clerk"), (_OWN, "Chief")], ACTIVE, _EDIT_WINS),
        (None, "ignored", [("Contacts", "Clerk"), (_OWN, "Chief")], ACTIVE, _EDIT_WINS),
        ("deleted", "honoured", [(_OWN, "Chief")], ACTIVE, _EDIT_WINS),
        ("deleted", "ignored", [(_OWN, "Chief")], ACTIVE, _EDIT_WINS),
        # E4, whichever came first.
        ("individual_customer", "honoured", [(_OTHER, "Chief")], OBSOLETE, []),
        ("individual_customer", "ignored", [(_OTHER, "Chief")], OBSOLETE, []),
    ],
)
def test_i20_an_item_that_is_dragged_right_before_its_write_is_not_where_it_was_seen(
    tmp_path: Path,
    target: str | None,
    if_match: str,
    items: list[tuple[str, str]],
    status: str,
    issues: list[str],
) -> None:
    with World(tmp_path) as world:
        world.graph.set_switch("if_match", if_match)
        populate(world, "contact")
        object_id, item_id = _pair(world)
        edit_record(world, "contact", object_id, JobTitle="Chief")
        drag: dict[str, Any] = {"call": "delete_contact", "args": [ALICE, item_id]}
        if target != "deleted":
            place = target and world.folder_id(target)
            drag = {"call": "move_contact", "args": [ALICE, item_id, place]}
        world.graph.add_fault(kind="outlook_before", method="PATCH", options=drag)
        world.session()
        assert world.graph.unused_faults() == []
        world.settle()
        pairs = [entry for entry in world.items() if entry["properties"]["surname"] == "Pair"]
        shown = sorted((entry["folder"], entry["properties"]["jobTitle"]) for entry in pairs)
        assert shown == items
        assert record(world, "contact", object_id)["StatusCode"] == status
        assert world.issues() == issues
        assert_quiet(world)
