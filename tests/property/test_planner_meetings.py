"""Pairs that meet again: what counts as an edit, and which edits are told (I3, I4)."""

from __future__ import annotations

import pytest
from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, FieldPolicy, Winner
from property.planner_scene import ACCOUNT, CONTACT, Scene

TO_EXCHANGE = {"title": FieldPolicy(direction=Direction.TO_EXCHANGE)}


def test_i04_a_pair_that_meets_again_has_no_conflict_about_a_reformatted_value() -> None:
    """Exchange keeps phones with a mark: different from C4C's, and agreed on."""
    with Scene(limits=Limits(0, 0.0)) as scene:
        item, _ = scene.pair()
        scene.deletes(item)
        scene.session()
        scene.decides("reject")
        scene.session(download=lambda: scene.moves(item, "f-contact"))
        assert scene.told("conflict") == []


def test_i03_an_edit_against_the_arrow_is_told_when_an_item_comes_back() -> None:
    with Scene(fields=TO_EXCHANGE) as scene:
        item, record = scene.pair()
        scene.deletes(record)
        scene.session()
        scene.types(item, title="typed-1")
        scene.moves(item, "f-contact")
        scene.rest()
        assert item.properties["title"] != "typed-1"
        (issue,) = scene.told("read_only_edit")
        assert issue.fields == ("title",)


def test_i03_a_company_typed_into_an_item_that_comes_back_is_told() -> None:
    with Scene(ACCOUNT, CONTACT) as scene:
        item, record = next(
            pair for pair in scene.pairs[CONTACT] if pair[1].properties.get("AccountID")
        )
        scene.deletes(record)
        scene.session()
        scene.types(item, company="typed-1")
        scene.moves(item, "f-contact")
        scene.rest()
        assert scene.told("company_restored")


def test_e05_a_renamed_account_is_no_edit_of_its_contacts() -> None:
    with Scene(ACCOUNT, CONTACT) as scene:
        item, record = next(
            pair for pair in scene.pairs[CONTACT] if pair[1].properties.get("AccountID")
        )
        for account in [r for r in scene.world.tenant.records.values() if r.kind is ACCOUNT]:
            scene.types(account, name=f"typed-{account.id}")
        scene.deletes(item)
        scene.rest()
        assert not record.is_live
        assert scene.told("delete_vs_edit") == []


def test_i03_a_field_that_was_emptied_stays_so_where_exchange_leads_and_its_record_comes_back() -> (
    None
):
    with Scene(direction=Direction.TO_C4C) as scene:
        item, record = scene.pair()
        scene.types(record, phone="typed-1")
        scene.types(item, phone="")
        scene.deletes(record)
        scene.session()
        scene.rest()
        assert record.is_live
        assert record.properties["phone"] == ""


@pytest.mark.parametrize("winner", [Winner.C4C, Winner.EXCHANGE])
def test_i03_emptied_here_and_edited_there_is_a_conflict_when_a_pair_meets_again(
    winner: Winner,
) -> None:
    """A blank overwrites nothing at a first match only; here it is an edit like any other."""
    with Scene(limits=Limits(0, 0.0), on_conflict=winner) as scene:
        item, record = scene.pair()
        scene.types(record, title="typed-1")
        scene.types(item, title="")
        scene.deletes(record)
        scene.session()
        scene.decides("reject")
        scene.rest()
        assert record.is_live
        shown = "typed-1" if winner is Winner.C4C else ""
        assert record.properties["title"] == (item.properties["title"] or "") == shown
        assert [issue.fields for issue in scene.told("conflict")] == [("title",)]


def test_i03_a_value_that_c4c_cannot_take_is_told_when_a_read_only_record_overwrites_it() -> None:
    """It does not travel, and is none the less no blank."""
    with Scene(read_only=True) as scene:
        _, record = scene.pair()
        twin = scene.users.create_item_at(CONTACT, "f-contact")
        names = ("last_name", "email", "phone")
        new = scene.world.tenant.user_creates(
            CONTACT, {**{name: twin.properties[name] for name in names}, "title": "typed-1"}
        )
        scene.users.note_record(new, "create")
        scene.types(twin, title="typed-2-is-much-too-long-for-any-record")
        scene.rest()
        assert twin.properties["title"] == "typed-1"
        assert [issue.fields for issue in scene.told("conflict")] == [("title",)]
        assert record.is_live
