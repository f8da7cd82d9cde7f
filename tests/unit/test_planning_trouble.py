"""A record of C4C in trouble: one issue, and what waits for it in its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.issues import WRITE_CODES
from contact_sync.core.model import Issue, Link, Phase, RecordType, Side
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.download import Download
from contact_sync.settings import parse
from contact_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAILBOXES = ("ada@contoso.example", "bob@contoso.example")
CONTACT = RecordType.CONTACT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as opened:
        for mailbox in MAILBOXES:
            opened.links.save(
                Link(
                    link_id=f"link {mailbox}",
                    mailbox=mailbox,
                    record_type=CONTACT,
                    phase=Phase.ACTIVE,
                    exchange_id=f"item {mailbox}",
                    c4c_id="record",
                )
            )
        yield opened


def read(store: Store, stream: str, **record: Any) -> None:
    """Let stage 2 take in one fact, and end."""
    given = {"mapping": "c4c-to-exchange", "mailboxes": [*MAILBOXES], "sync_store": "sync.db"}
    planner = Download(store, parse(dict(ContactSyncMapper(config=given).config)))
    list(planner.start())
    list(planner.record(stream, {"ObjectID": "record", "view_name": "contact", **record}))
    list(planner.finish())


def codes(store: Store) -> list[str]:
    return [row.issue.code for row in store.issues.list_open()]


@pytest.mark.parametrize("code", WRITE_CODES)
def test_i45_a_record_in_trouble_has_one_issue(store: Store, code: str) -> None:
    for mailbox in MAILBOXES:
        store.issues.raise_(
            Issue(
                code=code,
                mailbox=mailbox,
                record_type=CONTACT,
                link_id=f"link {mailbox}",
                exchange_id=f"item {mailbox}",
                c4c_id="record",
            )
        )
    problem = {"record_type": "contact", "problem": "unreadable", "detail": "500"}
    read(store, "view_problems", **problem)
    assert codes(store) == ["unreadable_record"]


def test_i45_when_it_is_read_again_its_items_are(store: Store) -> None:
    """What could not be written to it waits there, and nothing else may ask for them."""
    problem = {"record_type": "contact", "problem": "unreadable", "detail": "500"}
    read(store, "view_problems", **problem)
    assert store.requests.list_(Side.EXCHANGE) == []
    read(store, "contacts", _sdc_deleted_at="2026-11-22T08:00:00+00:00")
    assert codes(store) == []
    asked = store.requests.list_(Side.EXCHANGE)
    assert {(entry.mailbox, entry.remote_id) for entry in asked} == {
        (mailbox, f"item {mailbox}") for mailbox in MAILBOXES
    }
