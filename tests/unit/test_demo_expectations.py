"""The demo's checks find what is wrong, and only that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from demo import expectations as wanted
from demo.acts import ALICE, BOB, PERSONAL
from demo.snapshot import FOLDERS, Item, Record, Snapshot

CONTACTS = FOLDERS["contact"]


def _item(mailbox: str = ALICE, folder: str = CONTACTS, **changes: Any) -> Item:
    found = Item(
        mailbox=mailbox,
        item_id=f"{mailbox}-{folder}",
        name="Ann Ade",
        folder=folder,
        is_deleted=False,
        change_key="k1",
        values={"jobTitle": "a"},
    )
    return replace(found, **changes)


def _record(**changes: Any) -> Record:
    return replace(Record("contact", "1", "Ann Ade", "2", {"JobTitle": "a"}), **changes)


def _synced(*items: Item, **changes: Any) -> Snapshot:
    return replace(Snapshot((_item(ALICE), _item(BOB), *items), (_record(),)), **changes)


NOTHING = Snapshot((), ())
TRASHED = Snapshot(
    (_item(ALICE, "Deleted Items", is_deleted=True), _item(BOB, "Deleted Items", is_deleted=True)),
    (_record(status="4"),),
)
PERSONAL_ONLY = Snapshot((_item(ALICE, PERSONAL),), ())


@pytest.mark.parametrize(
    ("description", "expectation", "right", "wrong"),
    [
        ("item missing", wanted.item("Ann Ade", "contact"), _synced(), NOTHING),
        (
            "item missing in the second mailbox",
            wanted.item("Ann Ade", "contact"),
            _synced(),
            Snapshot((_item(ALICE),), ()),
        ),
        (
            "item twice",
            wanted.item("Ann Ade", "contact"),
            _synced(),
            _synced(_item(ALICE, PERSONAL)),
        ),
        (
            "item twice, and it may be",
            wanted.ItemIn("Ann Ade", CONTACTS, is_only=False),
            _synced(_item(ALICE, PERSONAL)),
            PERSONAL_ONLY,
        ),
        (
            "item in another folder",
            wanted.item("Ann Ade", "contact", (ALICE,)),
            _synced(),
            PERSONAL_ONLY,
        ),
        (
            "value of an item",
            wanted.item("Ann Ade", "contact", (ALICE,), jobTitle="b"),
            Snapshot((_item(values={"jobTitle": "b"}),), ()),
            _synced(),
        ),
        ("item still there", wanted.NoItem("Ann Ade"), TRASHED, _synced()),
        ("item not even in Deleted Items", wanted.NoItem("Ann Ade"), TRASHED, NOTHING),
        ("record missing", wanted.record("contact", "Ann Ade"), _synced(), NOTHING),
        (
            "record of another type",
            wanted.record("contact", "Ann Ade"),
            _synced(),
            _synced(records=(_record(kind="individual_customer"),)),
        ),
        (
            "record twice",
            wanted.record("contact", "Ann Ade"),
            _synced(),
            _synced(records=(_record(), _record(object_id="2"))),
        ),
        (
            "value of a record",
            wanted.record("contact", "Ann Ade", JobTitle="b"),
            _synced(records=(_record(values={"JobTitle": "b"}),)),
            _synced(),
        ),
        (
            "status of a record",
            wanted.obsolete("contact", "Ann Ade"),
            TRASHED,
            _synced(),
        ),
        ("record that must not be", wanted.NoRecord("Ann Ade"), PERSONAL_ONLY, _synced()),
        ("issue", wanted.IssueIs("conflict"), _synced(issues=("conflict",)), _synced()),
        ("hold", wanted.HoldsAre(1), _synced(holds=1), _synced()),
        ("live records", wanted.LiveRecords("contact", 1), _synced(), TRASHED),
    ],
)
def test_expectation_holds_or_fails(
    description: str, expectation: wanted.Expectation, right: Snapshot, wrong: Snapshot
) -> None:
    assert expectation.failures(right) == [], description
    assert expectation.failures(wrong), description


def test_personal_means_there_and_nowhere_else() -> None:
    def failures(now: Snapshot) -> list[str]:
        found = wanted.stays_personal(ALICE, "Ann Ade")
        return [failure for expectation in found for failure in expectation.failures(now)]

    assert failures(PERSONAL_ONLY) == []
    assert failures(_synced())
    assert failures(replace(PERSONAL_ONLY, records=(_record(),)))
    assert failures(Snapshot((_item(ALICE, PERSONAL), _item(BOB, PERSONAL)), ()))


def test_retired_means_obsolete_and_in_deleted_items() -> None:
    first, second = wanted.retired("contact", "Ann Ade")
    assert first.failures(TRASHED) + second.failures(TRASHED) == []
    assert first.failures(_synced())
    assert second.failures(_synced())


@pytest.mark.parametrize(
    ("value", "found", "is_same"),
    [
        ("", None, True),
        (None, "", True),
        ("a", "A", False),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], False),
        ([], ["a"], False),
    ],
)
def test_values_compare(value: object, found: object, is_same: bool) -> None:  # noqa: FBT001
    assert (wanted.differences("x", {"f": value}, {"f": found}) == []) is is_same


@pytest.mark.parametrize(
    ("description", "now"),
    [
        ("an item is missing", Snapshot((_item(ALICE),), (_record(),))),
        ("an item too many", _synced(_item(ALICE, FOLDERS["account"]))),
        ("obsolete, and the items are there", _synced(records=(_record(status="4"),))),
        ("no record", _synced(records=())),
    ],
)
def test_sides_disagree(description: str, now: Snapshot) -> None:
    assert wanted.disagreements(now), description
    assert wanted.disagreements(now, apart={"Ann Ade"}) == [], description


@pytest.mark.parametrize(
    "now", [_synced(), TRASHED, PERSONAL_ONLY, NOTHING, _synced(_item(ALICE, PERSONAL))]
)
def test_sides_agree(now: Snapshot) -> None:
    assert wanted.disagreements(now) == []


def test_touched_personal_contacts_are_found() -> None:
    before = (_item(ALICE, PERSONAL, name="x-mark"), _item(BOB, name="other"))
    assert wanted.left_alone(before, before, "mark") == []
    assert wanted.left_alone(before, (replace(before[0], change_key="k2"),), "mark")
    assert wanted.left_alone(before, (replace(before[0], folder="Deleted Items"),), "mark")
    assert wanted.left_alone(before, (), "mark")


def test_leaked_personal_data_are_found() -> None:
    assert wanted.leaked([_record()], "mark") == []
    assert wanted.leaked([_record(values={"Email": "a@mark.example"})], "mark")
