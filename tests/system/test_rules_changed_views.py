"""I36, I49: whatever in the settings changes what a mailbox sees, removals of it ask first."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Phase, Side
from harness.scenes import (
    assert_quiet,
    create_record,
    edit_record,
    holds,
    item_of,
    link_of,
    names,
    obsolete,
    the_hold,
)
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from pathlib import Path

BOB = "bob@contoso.example"


def _view(name: str, text: str) -> dict[str, str]:
    return {"name": name, "record_type": "contact", "filter": text}


NORTH, SOUTH = _view("north", "Department eq 'North'"), _view("south", "Department eq 'South'")
HEADS = _view("heads", "JobTitle eq 'Head'")

#: What the operator may have set: the views of tap-c4c, and which one the mailbox gets.
SETTINGS: dict[str, tuple[list[dict[str, str]], str]] = {
    "no view": ([], ""),
    "one view": ([NORTH], ""),
    "another view": ([SOUTH], ""),
    "renamed": ([{**NORTH, "name": "the north"}], ""),
    "another filter": ([{**NORTH, "filter": HEADS["filter"]}], ""),
    "two views": ([NORTH, HEADS], ""),
    "one of two": ([NORTH, HEADS], "heads"),
    "the other of two": ([NORTH, HEADS], "north"),
}

#: Department and title of each record; "both" is in two views.
RECORDS = {
    "both": ("North", "Head"),
    "north": ("North", ""),
    "head": ("East", "Head"),
    "south": ("South", ""),
    "none": ("West", ""),
}


def _set(world: World, name: str) -> None:
    views, given = SETTINGS[name]
    entry = {"mailbox": ALICE, "record_type": "contact", "view": given}
    world.views = views
    world.mapper = {"views": [entry]} if given else {}


def _shown(name: str) -> set[str]:
    views, given = SETTINGS[name]
    texts = [view["filter"] for view in views if given in ("", view["name"])]
    shown = set()
    for person, (department, title) in RECORDS.items():
        facts = (f"Department eq '{department}'", f"JobTitle eq '{title}'")
        if not views or any(text in facts for text in texts):
            shown.add(person)
    return shown


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in product(SETTINGS, repeat=2) if pair[0] != pair[1]]
)
def test_i49_what_falls_out_of_sight_asks_first_and_comes_back_as_it_was(
    tmp_path: Path, before: str, after: str
) -> None:
    with World(tmp_path) as world:
        ids = {
            person: create_record(
                world, "contact", person, Department=department, JobTitle=title or None
            )
            for person, (department, title) in RECORDS.items()
        }
        _set(world, before)
        world.session()
        assert set(names(world)) == _shown(before)
        items = {person: item_of(world, ids[person]) for person in _shown(before)}
        fallen = _shown(before) - _shown(after)

        _set(world, after)
        # Where only the mailbox's choice has changed, the tap reads the whole one session later.
        world.settle()
        assert world.deleted_items() == []
        assert set(names(world)) == _shown(before) | _shown(after)
        if fallen:
            hold = the_hold(world, "contact", Side.EXCHANGE)
            assert hold.reason == "view_changed"
            assert set(hold.link_ids) == {link_of(world, ids[one]).link_id for one in fallen}
        else:
            assert holds(world) == []

        _set(world, before)
        world.settle()
        assert world.deleted_items() == []
        assert {person: item_of(world, ids[person]) for person in items} == items
        held = {link_id for hold in holds(world) for link_id in hold.link_ids}
        assert not held & {link_of(world, ids[person]).link_id for person in items}


def _people(world: World, count: int) -> list[str]:
    return [
        create_record(world, "contact", f"Person {number}", Department="North")
        for number in range(count)
    ]


def test_i49_what_was_approved_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = _people(world, 4)
        other = create_record(world, "contact", "Other", Department="South")
        world.session()
        world.views = [NORTH]
        world.session()
        with world.store() as store:
            store.holds.approve(the_hold(world, "contact", Side.EXCHANGE).hold_id)
        world.session()
        assert link_of(world, other).phase is Phase.ASLEEP
        assert names(world) == [f"Person {number}" for number in range(4)]
        assert_quiet(world)
        # The change is over: who leaves now does so by C4C's hand.
        edit_record(world, "contact", ids[0], Department="South")
        world.session()
        assert holds(world) == []
        assert link_of(world, ids[0]).phase is Phase.ASLEEP


def test_i49_what_was_rejected_stays_and_is_not_asked_about_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        _people(world, 3)
        other = create_record(world, "contact", "Other", Department="South")
        world.session()
        world.views = [NORTH]
        world.session()
        with world.store() as store:
            store.holds.reject(the_hold(world, "contact", Side.EXCHANGE).hold_id)
        world.settle()
        assert link_of(world, other).phase.is_live
        assert holds(world) == holds(world, "rejected") == []
        assert world.deleted_items() == []
        assert_quiet(world)


@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_c3_a_record_that_c4c_ended_meanwhile_is_no_matter_of_the_view(
    tmp_path: Path, how: str
) -> None:
    with World(tmp_path) as world:
        ids = _people(world, 4)
        create_record(world, "contact", "Other", Department="South")
        world.session()
        world.views = [NORTH]
        if how == "gone":
            world.c4c.remove(COLLECTIONS["contact"], ids[0])
        else:
            obsolete(world, "contact", ids[0])
        world.session()
        assert names(world) == ["Other", "Person 1", "Person 2", "Person 3"]
        assert len(the_hold(world, "contact", Side.EXCHANGE).link_ids) == 1


class _CutError(Exception):
    pass


@pytest.mark.parametrize("stage", ["tap", "mapper", "target"])
def test_i49_a_session_that_was_cut_off_has_not_used_the_question_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    with World(tmp_path) as world:
        _people(world, 3)
        create_record(world, "contact", "Other", Department="South")
        world.session()
        world.views = [NORTH]
        place = {
            "tap": "tap_c4c.streams._read_record",
            "mapper": "contact_sync.planning.download.Download._removals",
            "target": "contact_sync.singer_target.OrderedTarget._clear_requests",
        }[stage]

        def cut(*_: Any) -> None:
            raise _CutError

        with monkeypatch.context() as patch:
            patch.setattr(place, cut)
            with pytest.raises(_CutError):
                world.session()
        world.settle()
        assert world.deleted_items() == []
        assert the_hold(world, "contact", Side.EXCHANGE).reason == "view_changed"


def test_i49_the_change_is_each_mailboxs_own(tmp_path: Path) -> None:
    with World(tmp_path, (ALICE, BOB), views=[NORTH, HEADS]) as world:
        ids = _people(world, 3)
        head = create_record(world, "contact", "Head", JobTitle="Head")
        world.session()
        entry: Any = {"mailbox": BOB, "record_type": "contact", "view": "north"}
        world.mapper = {"views": [entry]}
        world.settle()
        hold = the_hold(world, "contact", Side.EXCHANGE)
        assert hold.mailbox == BOB
        with world.store() as store:
            link = store.links.by_c4c_id(BOB, head)
        assert link is not None
        assert hold.link_ids == (link.link_id,)
        assert len(world.items(mailbox=ALICE)) == len(ids) + 1
