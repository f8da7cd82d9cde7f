"""Items and records that lie beside a pair, and what a pair must not make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    add_record,
    item_by_id,
    items_named,
    link_pair,
    populated,
    record_by_id,
    status,
)
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.world import World

_VIEWS = [{"name": "in", "record_type": "contact", "filter": "NickName ne 'out'"}]


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
