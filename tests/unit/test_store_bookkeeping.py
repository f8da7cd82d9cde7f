"""Requests, folders, runs and seen settings."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import RecordType, Side
from contact_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ADA = "ada@contoso.example"
BOB = "bob@contoso.example"


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
        yield opened


def asked(store: Store, side: Side) -> list[tuple[str, RecordType | None, str]]:
    return [
        (entry.mailbox, entry.record_type, entry.remote_id) for entry in store.requests.list_(side)
    ]


def test_request_is_listed_once_for_its_side(store: Store) -> None:
    for _ in range(2):
        store.requests.add(
            Side.C4C, mailbox=ADA, record_type=RecordType.CONTACT, remote_id="record"
        )
        store.requests.add(
            Side.EXCHANGE, mailbox=ADA, record_type=RecordType.CONTACT, remote_id="item"
        )
    assert asked(store, Side.C4C) == [("", RecordType.CONTACT, "record")]
    assert asked(store, Side.EXCHANGE) == [(ADA, None, "item")]


def test_request_for_any_type_is_one_per_type(store: Store) -> None:
    store.requests.add(Side.C4C, record_type=None, remote_id="*")
    assert {entry[1] for entry in asked(store, Side.C4C)} == set(RecordType)


def test_request_to_exchange_needs_a_mailbox(store: Store) -> None:
    with pytest.raises(ValueError, match="mailbox"):
        store.requests.add(Side.EXCHANGE, record_type=None, remote_id="*")


def test_done_clears_what_it_names(store: Store) -> None:
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    store.requests.add(Side.EXCHANGE, mailbox=BOB, record_type=None, remote_id="item")
    store.requests.add(Side.C4C, record_type=None, remote_id="record")
    store.requests.done(Side.EXCHANGE, ADA, None, "item")
    store.requests.done(Side.C4C, "", RecordType.ACCOUNT, "record")
    assert asked(store, Side.EXCHANGE) == [(BOB, None, "item")]
    assert {entry[1] for entry in asked(store, Side.C4C)} == {
        RecordType.CONTACT,
        RecordType.INDIVIDUAL_CUSTOMER,
    }
    store.requests.done(Side.C4C, "", None, "record")
    assert asked(store, Side.C4C) == []


def test_clearing_spares_an_equal_request_that_was_made_later(store: Store) -> None:
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    (first,) = store.requests.list_(Side.EXCHANGE)
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    store.requests.mark_served({first.request_id})
    store.requests.clear_served(Side.EXCHANGE)
    (second,) = store.requests.list_(Side.EXCHANGE)
    store.requests.mark_served({second.request_id})
    store.requests.clear_served(Side.EXCHANGE)
    assert store.requests.list_(Side.EXCHANGE) == []


def test_folders_are_remembered_by_mailbox_and_type(store: Store) -> None:
    store.folders.set_(ADA, RecordType.CONTACT, "old")
    store.folders.set_(ADA, RecordType.CONTACT, "contacts")
    store.folders.set_(ADA, RecordType.ACCOUNT, "accounts")
    store.folders.set_(BOB, RecordType.CONTACT, "bobs")
    assert store.folders.get(ADA) == {
        RecordType.CONTACT: "contacts",
        RecordType.ACCOUNT: "accounts",
    }
    store.folders.forget(ADA, RecordType.CONTACT)
    assert store.folders.get(ADA) == {RecordType.ACCOUNT: "accounts"}
    assert store.folders.get(BOB) == {RecordType.CONTACT: "bobs"}


def test_runs_are_listed_newest_first(store: Store, clock: Clock) -> None:
    first = store.runs.start("exchange-to-c4c", ADA)
    clock.now += timedelta(minutes=1)
    second = store.runs.start("c4c-to-exchange")
    store.runs.finish(second, {"updates": 3}, "ok")
    latest, earlier = store.runs.last(5)
    assert (latest.run_id, latest.stage, latest.mailbox) == (second, "c4c-to-exchange", "")
    assert (latest.outcome, latest.counts, latest.finished_at) == (
        "ok",
        {"updates": 3},
        clock.now,
    )
    assert (earlier.run_id, earlier.started_at) == (first, NOON)
    assert (earlier.outcome, earlier.finished_at, earlier.counts) == (None, None, {})
    assert [row.run_id for row in store.runs.last(1)] == [second]


def test_runs_are_forgotten_after_ninety_days(store: Store, clock: Clock) -> None:
    store.runs.start("old")
    clock.now += timedelta(days=91)
    store.runs.start("new")
    assert [row.stage for row in store.runs.last(5)] == ["new"]


def test_seen_setting_is_the_last_one(store: Store) -> None:
    assert store.settings.get("view.contact") is None
    store.settings.set_("view.contact", "hash-1")
    store.settings.set_("view.contact", "hash-2")
    assert store.settings.get("view.contact") == "hash-2"
    assert store.settings.keep_first("view.contact", "hash-3") == "hash-2"
    assert store.settings.keep_first("view.account", "hash-3") == "hash-3"


def test_times_without_a_zone_are_refused(store: Store, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - the point of the test
    with pytest.raises(Exception, match="aware"):
        store.runs.start("stage")


def test_times_are_stored_as_text_in_utc(store: Store, clock: Clock) -> None:
    clock.now = NOON.astimezone(timezone(timedelta(hours=2)))
    run_id = store.runs.start("stage")
    with store.connection() as connection:
        text = connection.exec_driver_sql("SELECT started_at FROM run").scalar()
    assert text == "2026-11-22T12:00:00.000000Z"
    assert store.runs.last(1)[0].started_at == NOON
    assert store.runs.last(1)[0].run_id == run_id
