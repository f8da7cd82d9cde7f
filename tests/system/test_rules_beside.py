"""Items and records that lie beside a pair, and what a pair must not make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import (
    ACTIVE,
    add_item,
    add_record,
    item_by_id,
    items_named,
    link_pair,
    populated,
    record_by_id,
    records_named,
    status,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.world import World

_SENSITIVITY = "Integer 0x36"
_VIEWS = [{"name": "in", "record_type": "contact", "filter": "NickName ne 'out'"}]

#: What makes item and record one person: by the e-mail address, or by names and company.
_SIGNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "e-mail": (
        {"emailAddresses": [{"address": "fay@pair.example", "name": "Fay"}]},
        {"Email": "fay@pair.example"},
    ),
    "name": ({}, {}),
}


@pytest.mark.parametrize("sign", _SIGNS)
@pytest.mark.parametrize("kind", FOLDERS)
def test_private_item_is_not_joined_with_a_record_that_appears(
    tmp_path: Path, kind: str, sign: str
) -> None:
    of_item, of_record = _SIGNS[sign]
    with populated(tmp_path) as world:
        item_id = add_item(world, kind, "Pair", world.folder_id(kind), **of_item, jobTitle="Spy")
        world.graph.edit_contact(ALICE, item_id, {}, {_SENSITIVITY: "2"})
        before = item_by_id(world, item_id)
        object_id = add_record(world, kind, "Pair", **of_record, Phone="+49 89 1234567")
        world.settle()
        # The record gets an item of its own; nothing of the private one is read or written.
        assert item_by_id(world, item_id) == before
        assert len(items_named(world, kind, "Pair")) == 2
        assert list(records_named(world, kind, "Pair")) == [object_id]


def test_e5_contact_that_got_another_account_in_c4c_comes_back(tmp_path: Path) -> None:
    """Another account is an edit of the contact; the account's new name is none."""
    with populated(tmp_path) as world:
        accounts = [add_record(world, "account", f"Firm {number}") for number in range(2)]
        numbers = [record_by_id(world, "account", key)["AccountID"] for key in accounts]
        object_id, item_id = link_pair(world, "contact", AccountID=numbers[0])
        assert item_by_id(world, item_id)["properties"]["companyName"] == "Firm 0"
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"AccountID": numbers[1]})
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        (again,) = items_named(world, "contact", "Pair")
        assert status(world, "contact", object_id) == ACTIVE
        assert again["properties"]["companyName"] == "Firm 1"
        assert world.issues() == ["delete_vs_edit"]


def test_e3_contact_whose_account_was_renamed_in_c4c_does_not_come_back(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        account = add_record(world, "account", "Firm 0")
        number = record_by_id(world, "account", account)["AccountID"]
        object_id, item_id = link_pair(world, "contact", AccountID=number)
        world.c4c.edit(COLLECTIONS["account"], account, {"Name": "Firm 1"})
        # A property that nobody maps: the record has another version, so it is looked at.
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"GenderCode": "1"})
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert items_named(world, "contact", "Pair") == []
        assert status(world, "contact", object_id) != ACTIVE
        assert world.issues() == []


def _by_its_user(world: World, item_id: str, object_id: str) -> None:
    assert object_id
    world.graph.delete_contact(ALICE, item_id)


def _by_the_view(world: World, item_id: str, object_id: str) -> None:
    assert item_id
    world.c4c.edit(COLLECTIONS["contact"], object_id, {"NickName": "out"})


@pytest.mark.parametrize(
    ("exchange_delete", "remove", "takes_its_place"),
    [
        ("ignore", _by_its_user, True),
        ("hide", _by_its_user, True),
        ("ignore", _by_the_view, False),
        ("hide", _by_the_view, False),
    ],
)
def test_e8_copy_beside_a_pair_that_fell_asleep(
    tmp_path: Path,
    exchange_delete: str,
    remove: Callable[[World, str, str], None],
    *,
    takes_its_place: bool,
) -> None:
    """A copy takes the item's place where its user removed the item, not where we did."""
    mapper = {"contact": {"exchange_delete": exchange_delete}}
    with populated(tmp_path, mapper, views=_VIEWS) as world:
        object_id, item_id = link_pair(world, "contact")
        copy_id = world.graph.copy_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert world.issues() == ["duplicate_of_linked"]
        remove(world, item_id, object_id)
        world.settle()
        world.graph.edit_contact(ALICE, copy_id, {"jobTitle": "Boss"})
        world.settle()
        world.session()
        assert item_by_id(world, item_id)["in_deleted_items"]
        with world.store() as store:
            link = store.links.by_c4c_id(ALICE, object_id)
        assert link is not None
        assert (link.exchange_id == copy_id) is takes_its_place, link
