"""Deleting (section 5 of the rules): who wins, what the guard holds, what a person may decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Phase, Side
from harness.scenes import (
    KINDS,
    assert_quiet,
    create_record,
    edit_item,
    edit_record,
    holds,
    issue,
    item_of,
    link_of,
    linked,
    names,
    obsolete,
    record,
    the_hold,
    values,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS, World

if TYPE_CHECKING:
    from pathlib import Path


def people(world: World, count: int, kind: str = "contact") -> list[str]:
    """Create and sync records, sorted by name; return their ObjectIDs."""
    ids = [create_record(world, kind, f"Person {number:02}") for number in range(count)]
    world.session()
    return ids


def delete_items(world: World, ids: list[str]) -> None:
    for object_id in ids:
        world.graph.delete_contact(ALICE, item_of(world, object_id))


def statuses(world: World, ids: list[str], kind: str = "contact") -> set[str]:
    return {record(world, kind, object_id)[STATUS[kind]] for object_id in ids}


def decide(world: World, hold_id: str, decision: str) -> None:
    with world.store() as store:
        (store.holds.approve if decision == "approve" else store.holds.reject)(hold_id)


# -- one deletion ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_guard_lets_a_single_deletion_pass(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Doomed")
        world.graph.delete_contact(ALICE, item_id)
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert statuses(world, [object_id], kind) == {"4"}
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_i42_deleted_on_both_sides_ends_silently(tmp_path: Path, kind: str, how: str) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Doomed")
        world.graph.delete_contact(ALICE, item_id)
        if how == "gone":
            world.c4c.remove(COLLECTIONS[kind], object_id)
        else:
            obsolete(world, kind, object_id)
        assert world.session().total == 0
        assert world.issues() == []
        assert holds(world) == []
        assert link_of(world, object_id).phase is Phase.RETIRED
        assert_quiet(world)


def test_i42_deleted_on_both_sides_ends_silently_however_many_they_are(tmp_path: Path) -> None:
    """The guard protects records; those that are gone already need none."""
    with World(tmp_path) as world:
        ids = people(world, 4)
        delete_items(world, ids)
        for object_id in ids:
            world.c4c.remove(COLLECTIONS["contact"], object_id)
        world.session()
        world.session()
        assert world.records("contact") == {}
        assert_quiet(world)


@pytest.mark.parametrize("kind", KINDS)
def test_e5_an_edit_in_c4c_outlives_the_deletion_in_exchange(tmp_path: Path, kind: str) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Saved")
        world.graph.delete_contact(ALICE, item_id)
        edit_record(world, kind, object_id, Mobile="+49 170 123456")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert names(world, kind) == ["Saved"]
        assert values(world, item_of(world, object_id))["mobilePhone"]
        assert issue(world, "delete_vs_edit").fields == ("mobile",)
        assert_quiet(world)


def test_e5_the_deletion_wins_where_it_is_set_to(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"delete_vs_edit": "delete"}}) as world:
        object_id, item_id = linked(world, "contact", "Doomed")
        world.graph.delete_contact(ALICE, item_id)
        edit_record(world, "contact", object_id, JobTitle="Edited")
        world.session()
        assert statuses(world, [object_id]) == {"4"}
        assert names(world) == []
        assert_quiet(world)


def test_e5_a_change_of_an_unmapped_property_does_not_save_a_record(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Doomed")
        world.graph.delete_contact(ALICE, item_id)
        edit_record(world, "contact", object_id, DepartmentCode="0001")
        world.session()
        assert statuses(world, [object_id]) == {"4"}
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("how", ["delete", "unlink"])
def test_guard_knows_other_ways_to_delete_in_c4c(tmp_path: Path, how: str) -> None:
    with World(tmp_path, mapper={"contact": {"c4c_delete": how}}) as world:
        object_id, item_id = linked(world, "contact", "Doomed")
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        # Master data refuses a real deletion; unlink leaves the record as it is.
        assert statuses(world, [object_id]) == {"4" if how == "delete" else "2"}
        assert names(world) == []
        assert_quiet(world)


# -- thresholds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "removed", "is_held"),
    [(8, 5, False), (8, 6, True), (30, 6, False), (30, 7, True)],
)
@pytest.mark.parametrize("side", [Side.C4C, Side.EXCHANGE])
def test_i08_more_removals_than_allowed_are_held(
    tmp_path: Path,
    side: Side,
    count: int,
    removed: int,
    is_held: bool,  # noqa: FBT001
) -> None:
    with World(tmp_path) as world:
        ids = people(world, count)
        if side is Side.C4C:
            delete_items(world, ids[:removed])
        else:
            for object_id in ids[:removed]:
                obsolete(world, "contact", object_id)
        result = world.session()
        assert result.total == (0 if is_held else removed)
        if is_held:
            assert the_hold(world, "contact", side).reason == "too_many_removals"
            assert len(the_hold(world, "contact", side).link_ids) == removed
        else:
            assert holds(world) == []
        assert_quiet(world)


def test_i08_the_limits_are_settings(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"guard_min_removals": 1, "guard_percent": 0}) as world:
        ids = people(world, 8)
        delete_items(world, ids[:1])
        assert world.session().writes == {"exchange": 0, "c4c": 1}
        delete_items(world, ids[1:3])
        assert world.session().total == 0
        assert len(the_hold(world, "contact", Side.C4C).link_ids) == 2
        assert_quiet(world)


def test_i08_everything_else_goes_on_and_held_links_are_frozen(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 8)
        delete_items(world, ids[:6])
        edit_item(world, item_of(world, ids[7]), jobTitle="Edited")
        create_record(world, "contact", "Newcomer")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 1}
        before = record(world, "contact", ids[0])
        edit_record(world, "contact", ids[1], JobTitle="Edited meanwhile")
        assert_quiet(world)
        assert record(world, "contact", ids[0]) == before
        assert names(world) == ["Newcomer", "Person 06", "Person 07"]


# -- decisions -------------------------------------------------------------------------------------


def test_i08_approved_removals_in_c4c_are_exactly_the_set_that_was_shown(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 15)
        delete_items(world, ids[:6])
        world.session()
        hold = the_hold(world, "contact", Side.C4C)
        decide(world, hold.hold_id, "approve")
        # Seven more since: they are a set of their own.
        delete_items(world, ids[6:13])
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 6}
        assert statuses(world, ids[:6]) == {"4"}
        assert statuses(world, ids[6:]) == {"2"}
        assert len(the_hold(world, "contact", Side.C4C).link_ids) == 7
        assert_quiet(world)


def test_i08_approved_removals_in_exchange_are_exactly_the_set_that_was_shown(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        ids = people(world, 15)
        for object_id in ids[:6]:
            obsolete(world, "contact", object_id)
        world.session()
        decide(world, the_hold(world, "contact", Side.EXCHANGE).hold_id, "approve")
        for object_id in ids[6:13]:
            obsolete(world, "contact", object_id)
        result = world.session()
        assert result.writes == {"exchange": 6, "c4c": 0}
        assert names(world) == [f"Person {number:02}" for number in range(6, 15)]
        assert len(the_hold(world, "contact", Side.EXCHANGE).link_ids) == 7
        assert_quiet(world)


def test_e7_an_approved_removal_strips_what_was_taken_out_meanwhile(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 6)
        for object_id in ids:
            obsolete(world, "contact", object_id)
        world.session()
        taken = item_of(world, ids[0])
        world.graph.move_contact(ALICE, taken, None)
        world.session()
        decide(world, the_hold(world, "contact", Side.EXCHANGE).hold_id, "approve")
        assert world.session().writes == {"exchange": 6, "c4c": 0}
        (item,) = [entry for entry in world.items() if entry["id"] == taken]
        assert item["properties"]["categories"] == []
        assert_quiet(world)


def test_i08_rejected_removals_in_c4c_bring_the_items_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 8)
        delete_items(world, ids[:6])
        world.session()
        decide(world, the_hold(world, "contact", Side.C4C).hold_id, "reject")
        result = world.session()
        assert result.writes == {"exchange": 6, "c4c": 0}
        assert len(names(world)) == 8
        assert statuses(world, ids) == {"2"}
        assert [holds(world), holds(world, "rejected")] == [[], []]
        assert_quiet(world)


@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_i08_rejected_removals_in_exchange_bring_the_records_back(tmp_path: Path, how: str) -> None:
    with World(tmp_path) as world:
        ids = people(world, 8)
        for object_id in ids[:6]:
            if how == "gone":
                world.c4c.remove(COLLECTIONS["contact"], object_id)
            else:
                obsolete(world, "contact", object_id)
        world.session()
        decide(world, the_hold(world, "contact", Side.EXCHANGE).hold_id, "reject")
        world.session()
        assert len(names(world)) == 8
        live = [found for found in world.records("contact").values() if found["StatusCode"] == "2"]
        assert sorted(found["LastName"] for found in live) == names(world)
        assert [holds(world), holds(world, "rejected")] == [[], []]
        assert_quiet(world)


def test_i16_rejected_removals_of_a_read_only_type_keep_the_items(tmp_path: Path) -> None:
    """Nothing may be written to C4C, so the items stay beside records that are Obsolete."""
    with World(tmp_path, mapper={"contact": {"read_only": True}}) as world:
        ids = people(world, 8)
        for object_id in ids[:6]:
            obsolete(world, "contact", object_id)
        world.session()
        decide(world, the_hold(world, "contact", Side.EXCHANGE).hold_id, "reject")
        assert_quiet(world)
        assert len(names(world)) == 8
        assert statuses(world, ids[:6]) == {"4"}


def test_i08_items_that_come_back_leave_the_hold(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 8)
        items = [item_of(world, object_id) for object_id in ids]
        delete_items(world, ids[:6])
        world.session()
        for item_id in items[:2]:
            world.graph.restore_contact(ALICE, item_id, world.folder_id("contact"))
        assert world.session().total == 0
        assert len(the_hold(world, "contact", Side.C4C).link_ids) == 4
        decide(world, the_hold(world, "contact", Side.C4C).hold_id, "approve")
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 4}
        assert statuses(world, ids[:2]) == {"2"}
        assert_quiet(world)


def test_i08_records_that_come_back_leave_the_hold(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 8)
        for object_id in ids[:6]:
            obsolete(world, "contact", object_id)
        world.session()
        item_id = item_of(world, ids[0])
        edit_item(world, item_id, categories=[])
        assert world.session().total == 0
        for object_id in ids[:2]:
            world.c4c.set_status(COLLECTIONS["contact"], object_id, "2")
        # What was owed to it while it was held is due at once.
        assert world.session().writes == {"exchange": 1, "c4c": 0}
        (item,) = [entry for entry in world.items() if entry["id"] == item_id]
        assert item["properties"]["categories"] != []
        assert len(the_hold(world, "contact", Side.EXCHANGE).link_ids) == 4
        assert_quiet(world)


# -- folders that are empty or missing -------------------------------------------------------------


def test_i09_an_emptied_folder_is_held(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = people(world, 3)
        delete_items(world, ids)
        assert world.session().total == 0
        assert the_hold(world, "contact", Side.C4C).reason == "folder_empty"
        assert statuses(world, ids) == {"2"}
        assert_quiet(world)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_i09_a_missing_folder_is_held(tmp_path: Path, decision: str) -> None:
    with World(tmp_path) as world:
        ids = people(world, 3)
        world.graph.delete_folder(ALICE, world.folder_id("contact"))
        result = world.session()
        assert result.writes["c4c"] == 0
        hold = the_hold(world, "contact", Side.C4C)
        assert hold.reason == "folder_missing"
        assert_quiet(world)
        decide(world, hold.hold_id, decision)
        world.session()
        if decision == "approve":
            assert statuses(world, ids) == {"4"}
            assert world.items(FOLDERS["contact"]) == []
        else:
            assert statuses(world, ids) == {"2"}
            assert len(names(world)) == 3
        assert_quiet(world)


def test_i09_a_folder_that_comes_back_ends_the_hold(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        people(world, 3)
        folder_id = world.folder_id("contact")
        world.graph.delete_folder(ALICE, folder_id)
        world.session()
        world.graph.restore_folder(ALICE, folder_id)
        world.settle()
        assert holds(world) == []
        assert len(world.items()) == 3
        assert statuses(world, list(world.records("contact"))) == {"2"}
        assert_quiet(world)


def test_i08_types_and_sides_are_held_apart(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        contacts = people(world, 8)
        customers = people(world, 8, "individual_customer")
        delete_items(world, contacts[:6])
        delete_items(world, customers[:1])
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert len(the_hold(world, "contact", Side.C4C).link_ids) == 6
        assert_quiet(world)
