"""Intents: durable before the write, closed once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from contact_sync.core.model import Link, RecordType, Side
from contact_sync.store import StaleIntentError, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db"), now=clock) as opened:
        for link_id in ("1", "2"):
            opened.links.save(Link(link_id=link_id, mailbox="a@b", record_type=RecordType.CONTACT))
        yield opened


def test_intent_is_on_disk_when_open_returns(store: Store, tmp_path: Path) -> None:
    opened = store.intents.open(Side.C4C, "create", ["1", "2"])
    assert set(opened) == {"1", "2"}
    with Store.open(str(tmp_path / "sync.db")) as other:
        found = {entry.link_id: entry for entry in other.intents.list_open()}
    assert {link_id: entry.intent_id for link_id, entry in found.items()} == opened
    assert found["1"].side is Side.C4C
    assert found["1"].kind == "create"
    assert found["1"].opened_at == NOON


def test_intent_inside_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError, match="durable"), store.transaction():
        store.intents.open(Side.C4C, "create", ["1"])
    assert store.intents.list_open() == []


def test_no_links_no_intents(store: Store) -> None:
    assert store.intents.open(Side.C4C, "create", []) == {}


def test_intent_of_a_link_that_was_never_saved_is_refused(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        store.intents.open(Side.C4C, "create", ["1", "unknown"])
    assert store.intents.list_open() == []


def test_closed_intent_is_open_no_more_and_cannot_be_closed_again(store: Store) -> None:
    intent_id = store.intents.open(Side.C4C, "create", ["1"])["1"]
    store.intents.close(intent_id, "done")
    assert store.intents.open_for("1") == []
    with pytest.raises(StaleIntentError) as caught:
        store.intents.close(intent_id, "done")
    assert caught.value.intent_id == intent_id


def test_updates_are_apart_from_writes_that_decide_what_exists(store: Store) -> None:
    written = {"1": {"job_title": "digest"}, "2": {}}
    opened = store.intents.open_updates(Side.C4C, written)
    assert store.intents.list_open() == store.intents.open_for("1") == []
    found = {entry.link_id: entry for entry in store.intents.list_updates(Side.C4C)}
    assert {link_id: entry.intent_id for link_id, entry in found.items()} == opened
    assert {link_id: entry.written for link_id, entry in found.items()} == written
    assert {entry.kind for entry in found.values()} == {"update"}
    assert store.intents.list_updates(Side.EXCHANGE) == []


def test_updates_of_a_batch_are_one_transaction_outside_any_other(store: Store) -> None:
    with pytest.raises(RuntimeError, match="durable"), store.transaction():
        store.intents.open_updates(Side.C4C, {"1": {}})
    with pytest.raises(sa.exc.IntegrityError):
        store.intents.open_updates(Side.C4C, {"1": {}, "unknown": {}})
    assert store.intents.list_updates() == []


def test_closed_update_keeps_no_digests(store: Store) -> None:
    opened = store.intents.open_updates(Side.C4C, {"1": {"job_title": "digest"}})
    store.intents.close(opened["1"], "done")
    assert store.intents.list_updates() == []
    with store.connection() as connection:
        rows = connection.exec_driver_sql("SELECT outcome, written FROM intent").all()
    assert [tuple(row) for row in rows] == [("done", "{}")]


def test_unknown_intent_cannot_be_closed(store: Store) -> None:
    with pytest.raises(StaleIntentError):
        store.intents.close("unknown", "done")


def test_intents_are_listed_by_link_and_by_side_oldest_first(store: Store, clock: Clock) -> None:
    store.intents.open(Side.EXCHANGE, "trash", ["1"])
    clock.now += timedelta(minutes=1)
    store.intents.open(Side.C4C, "retire", ["1", "2"])
    assert [entry.kind for entry in store.intents.open_for("1")] == ["trash", "retire"]
    assert [entry.kind for entry in store.intents.list_open(Side.EXCHANGE)] == ["trash"]
    assert len(store.intents.list_open()) == 3


def test_closed_intents_are_forgotten_after_ninety_days_open_ones_never(
    store: Store, clock: Clock
) -> None:
    intent_id = store.intents.open(Side.C4C, "create", ["1"])["1"]
    store.intents.open(Side.C4C, "create", ["2"])
    store.intents.close(intent_id, "done")
    clock.now += timedelta(days=91)
    store.intents.open(Side.C4C, "create", ["1"])
    with store.connection() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM intent").scalar()
    assert count == 2
    assert [entry.link_id for entry in store.intents.list_open()] == ["2", "1"]
