"""Items that come back, and copies of them (E8, E9): once, and with nothing of old (I3, I10)."""

from __future__ import annotations

import pytest
from contact_sync.core.model import Phase
from property.planner_scene import CONTACT, CUSTOMER, Scene


def test_i03_a_copy_that_takes_the_items_place_brings_no_old_values() -> None:
    with Scene() as scene:
        item, record = scene.pair()
        copy = scene.copies(item)
        scene.session()
        scene.types(item, title="typed-1")
        scene.session()
        assert record.properties["title"] == "typed-1"
        scene.deletes(item)
        scene.rest()
        assert record.properties["title"] == "typed-1"
        assert scene.item(record).id == copy.id


def test_i03_what_was_typed_into_a_copy_beside_the_item_is_told() -> None:
    with Scene() as scene:
        item, record = scene.pair()
        copy = scene.copies(item)
        scene.session()
        scene.types(copy, title="typed-1")
        scene.session()
        scene.deletes(item)
        scene.rest()
        (issue,) = scene.told("conflict")
        assert issue.detail == "title: c4c won, dropped <title:typed-1>"
        assert record.properties["title"] != "typed-1"


def test_i03_a_copy_left_in_the_folder_when_the_item_was_taken_out_brings_no_old_values() -> None:
    with Scene() as scene:
        item, record = scene.pair()
        scene.types(record, title="typed-1")
        scene.session(upload=lambda: scene.takes_out_a_copy(item))
        scene.rest()
        assert record.properties["title"] == "typed-1"


def test_i06_a_copy_beside_an_item_that_left_the_view_is_not_put_back() -> None:
    with Scene(view="in:north") as scene:
        item, record = scene.pair()
        copy = scene.copies(item)
        scene.session()
        scene.sends(record, "south")
        scene.rest()
        assert scene.link(record).phase is Phase.ASLEEP
        assert copy.folder == "f-contact"
        scene.sends(record, "north")
        scene.rest()
        # Back in view: the copy is what there is of it.
        assert scene.link(record).phase.is_live
        assert scene.item(record).id == copy.id


@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_i10_two_copies_of_a_retired_pair_revive_it_once(how: str) -> None:
    with Scene() as scene:
        item, record = scene.pair()
        (scene.purges if how == "gone" else scene.deletes)(record)
        scene.session()
        scene.moves(item, "f-contact")
        scene.copies(item)
        scene.rest()
        live = [one for one in scene.world.tenant.records.values() if one.is_live]
        assert len(live) == 5
        assert len(scene.told("duplicate_of_linked")) > 0


def test_i10_two_returns_under_new_ids_revive_a_pair_once() -> None:
    with Scene() as scene:
        item, record = scene.pair()
        scene.deletes(record)
        scene.session()
        for _ in range(2):
            copy = scene.copies(item)
            scene.world.mailbox.user_moves(copy, "f-contact")
        scene.world.mailbox.user_purges(item)
        scene.rest()
        assert record.is_live
        assert len(scene.told("duplicate_of_linked")) > 0


def test_e09_a_revived_record_needs_its_name() -> None:
    with Scene() as scene:
        item, record = scene.pair()
        scene.purges(record)
        scene.session()
        scene.types(item, last_name="")
        scene.moves(item, "f-contact")
        scene.session()
        assert scene.told("missing_last_name")
        assert len(scene.world.tenant.records) == 4
        scene.types(item, last_name="typed-1")
        scene.rest()
        assert scene.link(scene.world.tenant.records[f"{6:032}"]).phase is Phase.ACTIVE


def test_e09_a_copy_whose_pair_was_converted_is_taken_for_itself_at_once() -> None:
    with Scene(CONTACT, CUSTOMER) as scene:
        item, record = scene.pair(CONTACT)
        scene.copies(item)
        scene.session()
        scene.moves(item, "f-individual_customer")
        scene.rest()
        assert scene.told("linked_record_gone") == []
        assert record.is_live


def test_e09_a_record_that_is_brought_back_stays_though_the_view_lacks_it() -> None:
    with Scene(view="in:north") as scene:
        item, record = scene.pair()
        scene.deletes(record)
        scene.session()
        scene.sends(record, "south")
        scene.session()
        scene.moves(item, "f-contact")
        scene.rest()
        assert record.is_live
        assert item.folder == "f-contact"
        assert scene.link(record).phase.is_live


def test_i36_an_item_that_is_brought_back_stays_though_the_view_was_changed_meanwhile() -> None:
    with Scene(view="in:north", exchange_delete="ignore") as scene:
        item, record = scene.pair()
        scene.world.change_config(scene.world.config.but_filter(CONTACT, "in:south"))
        scene.deletes(item)
        scene.session()
        assert scene.link(record).phase is Phase.ASLEEP
        scene.session()
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.folder == "f-contact"
        assert scene.link(record).phase is Phase.PINNED


@pytest.mark.parametrize("what", ["hide", "ignore"])
@pytest.mark.parametrize("is_known", [True, False])
def test_i48_a_copy_takes_the_place_of_an_item_whose_deletion_changes_nothing(
    what: str, *, is_known: bool
) -> None:
    """Its user removed the item, not we: what is left is the pair's, though the pair sleeps."""
    with Scene(exchange_delete=what) as scene:
        item, record = scene.pair()
        copy = scene.copies(item)
        if is_known:
            scene.rest()
            assert len(scene.told("duplicate_of_linked")) > 0
        scene.deletes(item)
        scene.session()
        scene.rest()
        assert scene.item(record).id == copy.id
        assert scene.link(record).phase.is_live
