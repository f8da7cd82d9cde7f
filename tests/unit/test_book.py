"""The book of a target: what a success means for the issues of its link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from contact_sync.book import Book, Failure, FailureKind
from contact_sync.contract import Contract, Op
from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.store import Store

if TYPE_CHECKING:
    from pathlib import Path

LINK = Link(
    link_id="link",
    mailbox="ada@contoso.example",
    record_type=RecordType.CONTACT,
    phase=Phase.ACTIVE,
    exchange_id="item",
    c4c_id="record",
)


@dataclass
class _Task:
    contract: Contract
    link: Link
    kind: RecordType = RecordType.CONTACT


@pytest.mark.parametrize(("side", "asked"), [(Side.EXCHANGE, "item"), (Side.C4C, "record")])
def test_i03_a_success_that_closes_an_issue_has_its_side_read_again(
    tmp_path: Path, side: Side, asked: str
) -> None:
    """The issue may have been the only reason to try the write to the other side again."""
    task = _Task(Contract(op=Op.UPDATE, link="link", mailbox=LINK.mailbox), LINK)
    with Store.open(str(tmp_path / "sync.db")) as store:
        store.links.save(LINK)
        book = Book(store, side, lambda _: Failure(FailureKind.UNAVAILABLE))
        book.done(task, LINK)
        assert store.requests.list_(side) == []
        book.failed(task, ConnectionError())
        assert [row.issue.code for row in store.issues.list_open()] == ["unavailable"]
        book.done(task, LINK)
        assert store.issues.list_open() == []
        assert [request.remote_id for request in store.requests.list_(side)] == [asked]


def _denial(code: str) -> Failure:
    return Failure(FailureKind.DENIED, detail="403 ErrorAccessDenied", code=code)


@pytest.mark.parametrize("first", ["denied", "written"])
def test_i45_a_denial_is_of_the_record_where_another_write_works(
    tmp_path: Path, first: str
) -> None:
    """Whether Exchange lets the app write at all, only another write can tell."""
    other = replace(LINK, link_id="other", exchange_id="other")
    denied = _Task(Contract(op=Op.CREATE, link="link", mailbox=LINK.mailbox), LINK)
    written = _Task(Contract(op=Op.UPDATE, link="other", mailbox=LINK.mailbox), other)
    with Store.open(str(tmp_path / "sync.db")) as store:
        for link in (LINK, other):
            store.links.save(link)
        book = Book(store, Side.EXCHANGE, lambda _: _denial("mailbox_not_writable"))
        if first == "written":
            book.done(written, other)
        book.failed(denied, PermissionError())
        assert book.troubled == {}
        if first == "denied":
            book.tell_troubled()
            assert _open_codes(store) == ["mailbox_not_writable"]
            book.done(written, other)
        book.tell_troubled()
        assert _open_codes(store) == ["rejected"]
        # In the next session nothing else is written: it is the same record's trouble still.
        book = Book(store, Side.EXCHANGE, lambda _: _denial("mailbox_not_writable"))
        book.failed(denied, PermissionError())
        book.tell_troubled()
        assert _open_codes(store) == ["rejected"]


def test_i45_denials_of_items_alone_accuse_no_mailbox(tmp_path: Path) -> None:
    task = _Task(Contract(op=Op.UPDATE, link="link", mailbox=LINK.mailbox), LINK)
    with Store.open(str(tmp_path / "sync.db")) as store:
        store.links.save(LINK)
        book = Book(store, Side.EXCHANGE, lambda _: _denial(""))
        book.failed(task, PermissionError())
        book.tell_troubled()
        assert _open_codes(store) == ["rejected"]


def _open_codes(store: Store) -> list[str]:
    return [row.issue.code for row in store.issues.list_open()]


@pytest.mark.parametrize("failed", Side)
@pytest.mark.parametrize("written", Side)
def test_i45_a_success_ends_the_issue_about_a_write_to_its_own_side_alone(
    tmp_path: Path, failed: Side, written: Side
) -> None:
    """What C4C refuses is not in step, whatever is written to the item meanwhile."""
    task = _Task(Contract(op=Op.UPDATE, link="link", mailbox=LINK.mailbox), LINK)
    with Store.open(str(tmp_path / "sync.db")) as store:
        store.links.save(LINK)
        failure = Failure(FailureKind.REJECTED, detail="400")
        Book(store, failed, lambda _: failure).failed(task, ValueError())
        Book(store, written, lambda _: failure).done(task, LINK)
        assert _open_codes(store) == ([] if written is failed else ["rejected"])
        Book(store, failed, lambda _: failure).done(task, LINK)
        assert _open_codes(store) == []
