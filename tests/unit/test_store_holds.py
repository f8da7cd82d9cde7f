"""Holds: a person approves exactly the set that was shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Link, RecordType, Side
from contact_sync.store import HoldError, Store
from contact_sync.store import holds as holds_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = "ada@contoso.example"
LINKS = ("1", "2", "3", "4")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as opened:
        opened.links.save(
            *(Link(link_id=name, mailbox=ADA, record_type=RecordType.CONTACT) for name in LINKS)
        )
        yield opened


def put(store: Store, *link_ids: str, side: Side = Side.C4C, reason: str = "guard") -> str:
    return store.holds.put(ADA, RecordType.CONTACT, side, reason, link_ids)


def test_hold_has_a_short_id_and_all_that_was_said(store: Store) -> None:
    hold_id = put(store, "2", "1", "2")
    assert re.fullmatch("h-[0-9a-f]{6}", hold_id)
    (hold,) = store.holds.list_()
    assert (hold.hold_id, hold.mailbox, hold.record_type) == (hold_id, ADA, RecordType.CONTACT)
    assert (hold.side, hold.reason, hold.state) == (Side.C4C, "guard", "pending")
    assert hold.link_ids == ("1", "2")


@pytest.mark.parametrize("again", [("1", "2"), ("2",)])
def test_set_that_is_held_already_keeps_its_id(store: Store, again: tuple[str, ...]) -> None:
    hold_id = put(store, "1", "2")
    assert put(store, *again) == hold_id
    assert store.holds.list_()[0].link_ids == ("1", "2")


def test_grown_set_gets_a_new_id_and_the_old_one_approves_nothing(store: Store) -> None:
    old = put(store, "1", "2")
    new = put(store, "3")
    assert new != old
    (hold,) = store.holds.list_()
    assert hold.link_ids == ("1", "2", "3")
    with pytest.raises(HoldError, match="replaced by a larger one") as caught:
        store.holds.approve(old)
    assert caught.value.hold_id == old
    assert store.holds.list_()[0].state == "pending"


def test_sides_and_reasons_are_held_apart(store: Store) -> None:
    ids = {put(store, "1"), put(store, "1", side=Side.EXCHANGE), put(store, "1", reason="folder")}
    assert len(ids) == 3
    assert store.holds.frozen_links() == {"1"}


def test_new_removals_do_not_join_an_approved_hold(store: Store) -> None:
    approved = put(store, "1")
    store.holds.approve(approved)
    pending = put(store, "2")
    assert pending != approved
    assert [hold.link_ids for hold in store.holds.list_(("approved",))] == [("1",)]
    assert [hold.link_ids for hold in store.holds.list_()] == [("2",)]


def test_decision_thaws_the_links(store: Store) -> None:
    hold_id = put(store, "1", "2")
    assert store.holds.frozen_links() == {"1", "2"}
    store.holds.reject(hold_id)
    assert store.holds.frozen_links() == set()
    found = store.holds.of_link("1")
    assert found is not None
    assert found.state == "rejected"


@pytest.mark.parametrize("first", ["approve", "reject"])
@pytest.mark.parametrize("second", ["approve", "reject"])
def test_hold_is_decided_once(store: Store, first: str, second: str) -> None:
    hold_id = put(store, "1")
    getattr(store.holds, first)(hold_id)
    with pytest.raises(HoldError, match=hold_id):
        getattr(store.holds, second)(hold_id)


def test_unknown_hold_cannot_be_decided(store: Store) -> None:
    with pytest.raises(HoldError):
        store.holds.approve("h-000000")


def test_hold_is_done_when_its_last_link_is(store: Store) -> None:
    hold_id = put(store, "1", "2")
    store.holds.approve(hold_id)
    store.holds.finish_link(hold_id, "1")
    assert [hold.link_ids for hold in store.holds.list_(("approved",))] == [("2",)]
    assert store.holds.of_link("1") is None
    store.holds.finish_link(hold_id, "2")
    store.holds.finish_link(hold_id, "2")
    assert store.holds.list_(("pending", "approved", "rejected")) == []
    assert [hold.hold_id for hold in store.holds.list_(("done",))] == [hold_id]


def test_hold_of_nothing_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="needs links"):
        put(store)


@pytest.mark.parametrize("state", ["pending", "approved"])
def test_hold_whose_links_are_deleted_asks_nobody(store: Store, state: str) -> None:
    hold_id = put(store, "1", "2")
    if state == "approved":
        store.holds.approve(hold_id)
    store.links.delete("1")
    assert [hold.link_ids for hold in store.holds.list_((state,))] == [("2",)]
    store.links.delete("2")
    assert store.holds.list_((state,)) == []


def test_link_without_a_hold(store: Store) -> None:
    assert store.holds.of_link("1") is None
    assert store.holds.frozen_links() == set()


def test_id_that_is_taken_is_not_given_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["h-aaaaaa", "h-aaaaaa", "h-bbbbbb"])
    monkeypatch.setattr(holds_module, "new_hold_id", lambda: next(drawn))
    assert put(store, "1") == "h-aaaaaa"
    assert put(store, "1", reason="folder") == "h-bbbbbb"
