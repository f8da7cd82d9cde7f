"""Views (C5, C6): records that enter and leave what a mailbox is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Phase, Side
from harness.scenes import (
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    edit_record,
    holds,
    item,
    item_of,
    link_of,
    names,
    obsolete,
    record,
    the_hold,
    values,
)
from harness.world import COLLECTIONS, STATUS, World

if TYPE_CHECKING:
    from pathlib import Path

#: Contacts of the department "Sales" are in the mailbox's view.
SALES = {"name": "sales", "record_type": "contact", "filter": "Department eq 'Sales'"}


def view(**changes: Any) -> list[dict[str, str]]:
    return [{**SALES, **changes}]


def in_view(world: World, name: str, department: str = "Sales") -> str:
    return create_record(world, "contact", name, Department=department)


def test_c1_a_record_outside_the_view_is_not_created(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        in_view(world, "Inside")
        in_view(world, "Outside", "Purchase")
        world.session()
        assert names(world) == ["Inside"]
        assert_quiet(world)


def test_c1_a_record_that_enters_the_view_is_created(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        object_id = in_view(world, "Latecomer", "Purchase")
        world.session()
        edit_record(world, "contact", object_id, Department="Sales")
        world.session()
        assert names(world) == ["Latecomer"]
        assert_quiet(world)


def test_c5_leaving_the_view_trashes_the_item_and_writes_nothing_to_c4c(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_record(world, "contact", ids[0], Department="Purchase")
        before = world.records("contact")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert world.records("contact") == before
        assert names(world) == ["Person 1", "Person 2", "Person 3"]
        assert link_of(world, ids[0]).phase is Phase.ASLEEP
        assert world.issues() == []
        assert_quiet(world)
        edit_record(world, "contact", ids[0], JobTitle="Unseen")
        assert_quiet(world)


def test_c5_re_entering_the_view_wakes_the_link(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_record(world, "contact", ids[0], Department="Purchase")
        world.session()
        edit_record(world, "contact", ids[0], Department="Sales", JobTitle="Back")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert names(world) == ["Person 0", "Person 1", "Person 2", "Person 3"]
        assert link_of(world, ids[0]).phase is Phase.ACTIVE
        assert values(world, item_of(world, ids[0]))["jobTitle"] == "Back"
        assert len(world.records("contact")) == 4
        assert_quiet(world)


def test_c5_an_item_edited_while_its_record_left_the_view_loses_nothing(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_item(world, item_of(world, ids[0]), jobTitle="Edited")
        edit_record(world, "contact", ids[0], Department="Purchase")
        world.session()
        assert record(world, "contact", ids[0])["JobTitle"] == "Edited"
        assert "Person 0" not in names(world)
        assert_quiet(world)


def test_c5_keep_leaves_the_item_and_goes_on_syncing_it(tmp_path: Path) -> None:
    mapper = {"contact": {"on_leave_view": "keep"}}
    with World(tmp_path, mapper=mapper, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_record(world, "contact", ids[0], Department="Purchase")
        world.session()
        item_id = item_of(world, ids[0])
        assert values(world, item_id)["department"] == "Purchase"
        assert link_of(world, ids[0]).phase is Phase.PINNED
        assert_quiet(world)
        edit_item(world, item_id, jobTitle="From Exchange")
        edit_record(world, "contact", ids[0], NickName="From C4C")
        world.session()
        assert record(world, "contact", ids[0])["JobTitle"] == "From Exchange"
        assert values(world, item_id)["nickName"] == "From C4C"
        assert_quiet(world)


def test_c5_a_sleeping_record_that_is_deleted_never_returns(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_record(world, "contact", ids[0], Department="Purchase")
        world.session()
        obsolete(world, "contact", ids[0])
        assert_quiet(world)
        assert_quiet(world)


def test_c6_a_record_created_from_exchange_outside_the_view_stays(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        for number in range(4):
            in_view(world, f"Person {number}")
        world.session()
        item_id = create_item(world, "contact", "Pinned", department="Purchase")
        world.session()
        found = world.record("contact", LastName="Pinned")
        assert found is not None
        assert_quiet(world)
        edit_record(world, "contact", found["ObjectID"], JobTitle="Seen")
        world.session()
        assert values(world, item_id)["jobTitle"] == "Seen"
        assert_quiet(world)


def test_c6_a_pinned_record_that_enters_and_leaves_the_view_follows_the_view(
    tmp_path: Path,
) -> None:
    with World(tmp_path, views=view()) as world:
        for number in range(4):
            in_view(world, f"Person {number}")
        world.session()
        item_id = create_item(world, "contact", "Pinned", department="Purchase")
        world.session()
        found = world.record("contact", LastName="Pinned")
        assert found is not None
        edit_record(world, "contact", found["ObjectID"], Department="Sales")
        world.session()
        assert_quiet(world)
        edit_record(world, "contact", found["ObjectID"], Department="Purchase")
        world.session()
        assert item(world, item_id) is None
        assert record(world, "contact", found["ObjectID"])[STATUS["contact"]] == "2"
        assert_quiet(world)


@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_c6_a_pinned_record_that_is_deleted_takes_its_item_along(tmp_path: Path, how: str) -> None:
    with World(tmp_path, views=view()) as world:
        for number in range(4):
            in_view(world, f"Person {number}")
        world.session()
        item_id = create_item(world, "contact", "Pinned", department="Purchase")
        world.session()
        found = world.record("contact", LastName="Pinned")
        assert found is not None
        if how == "gone":
            world.c4c.remove(COLLECTIONS["contact"], found["ObjectID"])
        else:
            obsolete(world, "contact", found["ObjectID"])
        world.session()
        assert item(world, item_id) is None
        assert_quiet(world)


@pytest.mark.parametrize("order", [1, -1])
def test_c5_a_record_that_another_view_of_the_mailbox_shows_has_not_left(
    tmp_path: Path, order: int
) -> None:
    views = [SALES, {**SALES, "name": "heads", "filter": "JobTitle eq 'Head'"}]
    with World(tmp_path, views=views[::order]) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        edit_record(world, "contact", ids[0], JobTitle="Head")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        edit_record(world, "contact", ids[0], Department="Purchase")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert values(world, item_of(world, ids[0]))["department"] == "Purchase"
        edit_record(world, "contact", ids[0], JobTitle="Clerk")
        world.session()
        assert names(world) == ["Person 1", "Person 2", "Person 3"]
        assert_quiet(world)


def test_c5_a_changed_filter_holds_what_falls_out_of_the_view(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        ids += [in_view(world, "Buyer", "Purchase")]
        world.session()
        world.views = view(filter="Department eq 'Purchase'")
        world.session()
        hold = the_hold(world, "contact", Side.EXCHANGE)
        assert hold.reason == "view_changed"
        assert len(hold.link_ids) == 4
        # Nobody is removed, and the newcomers of the new view arrive at once.
        assert names(world) == ["Buyer", "Person 0", "Person 1", "Person 2", "Person 3"]
        assert_quiet(world)
        with world.store() as store:
            store.holds.approve(hold.hold_id)
        world.session()
        assert names(world) == ["Buyer"]
        assert {link_of(world, object_id).phase for object_id in ids[:4]} == {Phase.ASLEEP}
        assert_quiet(world)


def test_c5_a_filter_changed_back_releases_the_hold(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        for number in range(4):
            in_view(world, f"Person {number}")
        world.session()
        world.views = view(filter="Department eq 'Purchase'")
        world.session()
        assert len(holds(world)) == 1
        world.views = view()
        assert world.session().total == 0
        assert holds(world) == []
        assert len(names(world)) == 4
        assert_quiet(world)


def test_c5_a_rejected_change_of_the_filter_keeps_the_items(tmp_path: Path) -> None:
    with World(tmp_path, views=view()) as world:
        ids = [in_view(world, f"Person {number}") for number in range(4)]
        world.session()
        world.views = view(filter="Department eq 'Purchase'")
        world.session()
        with world.store() as store:
            store.holds.reject(the_hold(world, "contact", Side.EXCHANGE).hold_id)
        world.session()
        assert len(names(world)) == 4
        assert {record(world, "contact", entry)[STATUS["contact"]] for entry in ids} == {"2"}
        assert_quiet(world)
        assert holds(world) == []
        assert holds(world, "rejected") == []
