"""Items that their users took out, and settings that change what items bear (E3, E7, I20)."""

from __future__ import annotations

import pytest
from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, Phase, Side
from property.planner_mailbox import DEFAULT, MAILBOX
from property.planner_scene import ACCOUNT, CONTACT, Scene


@pytest.mark.parametrize("what", ["hide", "ignore", "delete"])
def test_e07_an_item_that_was_taken_out_loses_its_category(what: str) -> None:
    """Whatever becomes of the record: with the category it would be routed back."""
    with Scene(exchange_delete=what) as scene:
        item, _ = scene.pair()
        scene.moves(item)
        scene.rest()
        assert scene.categories(item) == []


def test_e07_an_item_of_a_type_that_goes_to_c4c_alone_loses_its_category_too() -> None:
    with Scene(direction=Direction.TO_C4C, limits=Limits(0, 0.0)) as scene:
        item, _ = scene.pair()
        scene.moves(item)
        scene.session()
        scene.decides("reject")
        scene.rest()
        assert scene.categories(item) == []


def test_e03_an_item_whose_deletion_is_ignored_stays_away_until_the_record_changes() -> None:
    with Scene(exchange_delete="ignore") as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.world.memory.requests.add(Side.C4C, record_type=CONTACT, remote_id="*")
        assert scene.session() == 0
        assert scene.link(record).phase is Phase.ASLEEP
        scene.types(record, title="typed-1")
        scene.session()
        assert scene.item(record).properties["title"] == "typed-1"


def test_e07_the_item_that_a_copy_replaces_loses_its_category() -> None:
    with Scene(ACCOUNT) as scene:
        item, record = scene.pair()
        copy = scene.copies(item)
        scene.moves(item)
        scene.rest()
        assert scene.item(record).id == copy.id
        assert scene.categories(item) == []


def test_i20_a_category_that_is_switched_on_reaches_every_item() -> None:
    with Scene(mark_with_category=False) as scene:
        item, _ = scene.pair()
        assert scene.categories(item) == []
        scene.world.change_config(scene.world.config.but_policy(CONTACT, mark_with_category=True))
        scene.rest()
        assert scene.categories(item) == ["SAP Cloud for Customer SSI"]


def test_i06_a_record_that_ended_is_not_revived_by_an_item_that_its_user_had_hidden() -> None:
    """Restored and put elsewhere while its record went: its category would bring that back."""
    with Scene(exchange_delete="hide") as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.moves(item, "f-contact")
        scene.moves(item)
        scene.deletes(record)
        scene.session()
        scene.world.memory.requests.add(
            Side.EXCHANGE, mailbox=MAILBOX, record_type=None, remote_id="*"
        )
        scene.rest()
        assert not record.is_live
        assert item.folder == DEFAULT
        assert scene.categories(item) == []
