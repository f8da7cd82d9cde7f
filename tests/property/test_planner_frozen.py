"""What a link passes over while it is frozen, asleep or converting is caught up with (I1, I3)."""

from __future__ import annotations

from typing import Any

from contact_sync.core.guards import Limits
from contact_sync.core.model import Phase, RecordType
from property.planner_mailbox import BIN, DEFAULT
from property.planner_scene import ACCOUNT, CONTACT, CUSTOMER, Scene

GUARDED = Limits(0, 0.0)


def test_i03_an_edit_made_while_a_removal_is_held_arrives_when_the_item_comes_back() -> None:
    with Scene(limits=GUARDED) as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.types(record, title="typed-1")
        scene.goes_on()
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.properties["title"] == "typed-1"


def test_i01_a_record_that_ended_while_a_removal_was_held_ends_its_pair() -> None:
    with Scene(limits=GUARDED) as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.deletes(record)
        scene.goes_on()
        scene.decides("reject")
        scene.moves(item, "f-contact")
        scene.session()
        scene.decides("approve")
        scene.rest()
        assert scene.link(record).phase is Phase.RETIRED
        assert item.folder == BIN


def test_i01_an_item_that_left_while_its_removal_was_held_is_not_forgotten() -> None:
    """E3 is proved once: when the hold ends, the item has to be looked at again."""
    with Scene(limits=GUARDED) as scene:
        item, record = scene.pair()
        scene.deletes(record)
        scene.session()
        scene.moves(item)
        scene.session()
        scene.world.tenant.user_sets_status(record, "2")
        scene.users.note_record(record, "restore")
        scene.session()
        scene.session()
        assert scene.world.memory.holds.list_()
        scene.decides("approve")
        scene.rest()
        assert not record.is_live


def test_e03_an_item_that_the_operator_kept_may_still_be_deleted_by_its_user() -> None:
    with Scene(view="in:north", limits=Limits(0, 0.0)) as scene:
        item, record = scene.pair()
        scene.sends(record, "south")
        scene.session()
        scene.decides("reject")
        scene.deletes(item)
        scene.session()
        scene.decides("approve")
        scene.rest()
        assert not record.is_live


def test_i03_a_record_whose_conversion_was_given_up_is_read_again() -> None:
    with Scene(ACCOUNT, CONTACT) as scene:
        item, record = scene.pair(CONTACT)
        scene.moves(item, "f-account")
        scene.session()
        assert scene.told("missing_name")
        scene.types(record, email="typed-1")
        scene.goes_on()
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.properties["email"] == "typed-1"


def test_i01_a_pair_that_wakes_in_exchange_is_compared_with_c4c() -> None:
    with Scene(exchange_delete="hide") as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.types(record, title="typed-1")
        scene.goes_on()
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.properties["title"] == "typed-1"


def test_e04_a_hidden_item_that_is_dragged_to_a_read_only_type_is_moved_back() -> None:
    policies: dict[RecordType, dict[str, Any]] = {
        CUSTOMER: {"exchange_delete": "hide"},
        CONTACT: {"read_only": True},
    }
    with Scene(CUSTOMER, CONTACT, policies=policies) as scene:
        item, record = scene.pair(CUSTOMER)
        scene.moves(item)
        scene.session()
        assert item.folder == DEFAULT
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.folder == BIN
        assert scene.item(record).folder == "f-individual_customer"


def test_i36_an_item_that_comes_back_stays_though_the_view_was_changed_while_it_was_held() -> None:
    with Scene(limits=GUARDED) as scene:
        item, record = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.world.change_config(scene.world.config.but_filter(CONTACT, "in:south"))
        scene.session()
        scene.session()
        scene.moves(item, "f-contact")
        scene.session()
        scene.rest()
        assert item.folder == "f-contact"
        assert scene.link(record).phase is Phase.PINNED
