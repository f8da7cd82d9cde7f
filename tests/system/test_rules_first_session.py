"""E1, I36: what lay in a mailbox before a type was read-only there is nobody's new item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from harness.scenes import assert_quiet, create_record, holds, the_hold
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from pathlib import Path

    from contact_sync.store import Hold

BOB = "bob@contoso.example"
READ_ONLY: dict[str, Any] = {kind: {"read_only": True} for kind in COLLECTIONS}


def _private(world: World, name: str = "Plumber", mailbox: str = ALICE) -> str:
    """A private contact with an everyday category, outside every managed folder."""
    properties = {"surname": name, "companyName": name, "categories": ["Account"]}
    return str(world.graph.create_contact(mailbox, None, properties))


def _lies_there(world: World, item_id: str, mailbox: str = ALICE) -> bool:
    return item_id in {entry["id"] for entry in world.items(mailbox=mailbox)}


def _held(world: World) -> Hold:
    hold = the_hold(world, "account", Side.EXCHANGE)
    assert hold.reason == "first_session"
    return hold


def _decide(world: World, decision: str) -> None:
    with world.store() as store:
        getattr(store.holds, decision)(_held(world).hold_id)


def test_e1_what_lies_there_in_the_first_session_is_held_and_untouched(tmp_path: Path) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)
        before = world.items()
        world.session()
        assert [entry for entry in world.items() if entry["id"] == item_id] == before
        assert len(_held(world).link_ids) == 1
        assert world.records("account") == {}
        assert world.issues() == []
        world.graph.reset_counters()
        assert_quiet(world)
        assert len(holds(world)) == 1


def test_e1_many_are_one_hold(tmp_path: Path) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        for number in range(7):
            _private(world, f"Friend {number}")
        world.session()
        assert len(_held(world).link_ids) == 7
        assert_quiet(world)


def test_e1_approved_it_goes_to_deleted_items(tmp_path: Path) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)
        world.session()
        _decide(world, "approve")
        assert world.session().writes == {"exchange": 1, "c4c": 0}
        assert [entry["id"] for entry in world.deleted_items()] == [item_id]
        assert world.issues() == ["read_only_new_item"]
        assert holds(world) == holds(world, "approved") == []
        assert_quiet(world)


@pytest.mark.parametrize("is_asked_again", [False, True])
def test_e1_rejected_it_stays_for_good(tmp_path: Path, *, is_asked_again: bool) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)
        world.session()
        _decide(world, "reject")
        assert_quiet(world)
        if is_asked_again:
            # A full read, and an edit: it is still nobody's new item.
            world.state.clear()
        world.graph.edit_contact(ALICE, item_id, {"personalNotes": "edited"})
        assert_quiet(world)
        assert_quiet(world)
        assert _lies_there(world, item_id)
        assert holds(world) == []


def test_e1_after_the_first_session_a_new_item_is_a_new_item(tmp_path: Path) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        _private(world)
        world.session()
        late = _private(world, "Latecomer")
        world.session()
        assert not _lies_there(world, late)
        assert len(_held(world).link_ids) == 1


def test_e1_the_setting_may_let_it_act_at_once(tmp_path: Path) -> None:
    mapper = {"account": {"read_only": True, "first_session_removals": "act"}}
    with World(tmp_path, mapper=mapper) as world:
        item_id = _private(world)
        world.session()
        assert not _lies_there(world, item_id)
        assert holds(world) == []


def test_e1_a_mailbox_that_is_added_has_a_first_session_of_its_own(tmp_path: Path) -> None:
    with World(tmp_path, (ALICE, BOB), mapper=READ_ONLY) as world:
        world.mailboxes = (ALICE,)
        world.session()
        old, new = _private(world, mailbox=BOB), _private(world)
        world.mailboxes = (ALICE, BOB)
        world.session()
        assert _lies_there(world, old, BOB)
        assert not _lies_there(world, new)
        assert _held(world).mailbox == BOB


def test_e1_a_type_that_becomes_read_only_later_has_one_too(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        # Without a company it is not sent: it lies there unlinked.
        item_id = world.graph.create_contact(ALICE, None, {"categories": ["Account"]})
        world.session()
        assert world.issues() == ["missing_name"]
        world.mapper = READ_ONLY
        for _ in range(4):
            world.session()
        assert _lies_there(world, item_id)
        assert len(_held(world).link_ids) == 1
        late = _private(world, "Latecomer")
        world.session()
        assert not _lies_there(world, late)


def test_e1_a_type_left_alone_so_far_has_one_too(tmp_path: Path) -> None:
    leave = {"account": {"read_only": True, "read_only_new_item": "leave"}}
    with World(tmp_path, mapper=leave) as world:
        item_id = _private(world)
        world.settle()
        world.mapper = READ_ONLY
        for _ in range(4):
            world.session()
        assert _lies_there(world, item_id)
        assert len(_held(world).link_ids) == 1


@pytest.mark.parametrize("decision", [None, "approve", "reject"])
def test_e1_a_type_that_is_read_only_no_more_takes_it_like_any_other(
    tmp_path: Path, decision: str | None
) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)
        world.session()
        if decision is not None:
            _decide(world, decision)
        world.mapper = {}
        # The first session notices that the rule has changed, the second one reads everything.
        for _ in range(4):
            world.session()
        assert_quiet(world)
        assert [entry["Name"] for entry in world.records("account").values()] == ["Plumber"]
        assert len(world.items()) == 1
        assert all(not holds(world, state) for state in ("pending", "approved", "rejected"))
        # Moved to its managed folder as every item with a category: a copy, then the original goes.
        assert {entry["id"] for entry in world.deleted_items()} <= {item_id}


@pytest.mark.parametrize("act", ["deleted", "uncategorised"])
def test_e1_what_its_user_takes_out_meanwhile_is_no_question_any_more(
    tmp_path: Path, act: str
) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)
        world.session()
        if act == "deleted":
            world.graph.delete_contact(ALICE, item_id)
        else:
            world.graph.edit_contact(ALICE, item_id, {"categories": []})
        assert_quiet(world)
        assert holds(world) == []


@pytest.mark.parametrize("decision", [None, "reject"])
def test_e1_a_record_that_appears_for_it_ends_the_question(
    tmp_path: Path, decision: str | None
) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        _private(world)
        world.session()
        if decision is not None:
            _decide(world, decision)
        create_record(world, "account", "Plumber")
        for _ in range(3):
            world.session()
        assert len(world.items()) == 1
        assert all(not holds(world, state) for state in ("pending", "approved", "rejected"))
        assert_quiet(world)


@pytest.mark.parametrize(
    "place",
    [
        "contact_sync.planning.absences.Absences.finish",
        "contact_sync.singer_target.OrderedTarget._session",
        "contact_sync.singer_target.OrderedTarget._clear_requests",
        "contact_sync.planning.debts.hold_removals",
    ],
)
def test_e1_a_first_session_that_was_cut_off_is_still_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with World(tmp_path, mapper=READ_ONLY) as world:
        item_id = _private(world)

        def cut(*_: Any) -> None:
            raise InterruptedError

        with monkeypatch.context() as patch:
            patch.setattr(place, cut)
            with pytest.raises(InterruptedError):
                world.session()
        world.settle()
        assert _lies_there(world, item_id)
        assert len(_held(world).link_ids) == 1
