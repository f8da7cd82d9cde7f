"""What a tap is asked to read: derived from links, intents, holds and issues."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Issue, Link, Owes, Phase, RecordType, Side
from contact_sync.requests import TapRequests
from contact_sync.store import BindingError, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ADA = "ada@contoso.example"
BOB = "bob@contoso.example"
CONTACT = RecordType.CONTACT
AGREED = {"base_exchange": {"email": "1"}, "base_c4c": {"email": "1"}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db"), now=lambda: NOON) as opened:
        for side in Side:
            opened.requests.clear_served(side)  # as after a first session
        yield opened


@pytest.fixture
def exchange(store: Store, tmp_path: Path) -> Iterator[TapRequests]:
    assert store
    tap = TapRequests.open(
        str(tmp_path / "sync.db"), "exchange", "contoso.example", now=lambda: NOON
    )
    yield tap
    tap.close()


@pytest.fixture
def c4c(store: Store, tmp_path: Path) -> Iterator[TapRequests]:
    assert store
    tap = TapRequests.open(str(tmp_path / "sync.db"), Side.C4C, "my.crm.example", now=lambda: NOON)
    yield tap
    tap.close()


def link(name: str, phase: Phase = Phase.ACTIVE, **others: object) -> Link:
    """Make a settled link of item `<name>-item` and record `<name>-record`."""
    base = Link(
        link_id=name,
        mailbox=ADA,
        record_type=CONTACT,
        phase=phase,
        exchange_id=f"{name}-item",
        exchange_folder_id="folder",
        c4c_id=f"{name}-record",
        in_view=True,
    )
    return base.but(**{**AGREED, **others})


def issue(name: str, code: str = "rejected") -> Issue:
    return Issue(
        code=code,
        mailbox=ADA,
        record_type=CONTACT,
        exchange_id=f"{name}-item",
        c4c_id=f"{name}-record",
    )


def test_tap_binds_the_store(store: Store, exchange: TapRequests, tmp_path: Path) -> None:
    assert exchange
    assert store.binding(Side.EXCHANGE) == "contoso.example"
    with pytest.raises(BindingError):
        TapRequests.open(str(tmp_path / "sync.db"), "exchange", "other.example")


def test_tap_makes_no_key_even_if_it_is_first(tmp_path: Path) -> None:
    TapRequests.open(str(tmp_path / "first.db"), "c4c", "my.crm.example", "not a key").close()
    assert not (tmp_path / "first.db.key").exists()


def test_empty_store_asks_for_nothing(exchange: TapRequests, c4c: TapRequests) -> None:
    assert exchange.known_contacts(ADA) == {}
    assert exchange.managed_folder_ids(ADA) == set()
    assert exchange.wanted_contacts(ADA) == set()
    assert not exchange.wants_full_read(ADA)
    assert c4c.known_records(CONTACT) == set()
    assert c4c.wanted_records("contact") == set()
    assert not c4c.wants_full_read("contact")


def test_new_or_lost_store_wants_everything_once(tmp_path: Path) -> None:
    path = str(tmp_path / "new.db")
    tap = TapRequests.open(path, "exchange", "contoso.example", now=lambda: NOON)
    try:
        assert tap.wants_full_read(ADA)
        tap.read_done(ADA)
        assert tap.wants_full_read(ADA), "the target has not acted on it yet"
        with Store.open(path, now=lambda: NOON) as opened:
            opened.requests.clear_served(Side.C4C)
            assert tap.wants_full_read(ADA), "that was the other side"
            opened.requests.clear_served(Side.EXCHANGE)
        assert not tap.wants_full_read(ADA)
    finally:
        tap.close()


def test_a_state_is_not_behind_while_store_and_state_move_on_together(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    first = exchange.mark()
    assert exchange.mark() == first, "nothing was acted on yet"
    store.requests.clear_served(Side.C4C)
    assert exchange.mark() == first, "that was the other side"
    store.requests.clear_served(Side.EXCHANGE)
    second = exchange.mark()
    assert not exchange.is_behind(first)
    store.requests.clear_served(Side.EXCHANGE)
    assert not exchange.is_behind(second)
    assert not exchange.is_behind(first), "an older state only reads more"
    assert c4c.mark() != exchange.mark()


@pytest.mark.parametrize("mark", [None, "", "7", "era.", "era.x", "0123456789abcdef.1"])
def test_a_state_of_another_store_is_not_trusted(exchange: TapRequests, mark: str | None) -> None:
    assert exchange.is_behind(mark)


def test_a_store_that_came_back_from_a_backup_knows_less_than_the_state(
    store: Store, exchange: TapRequests
) -> None:
    lost = [exchange.mark()]
    store.requests.clear_served(Side.EXCHANGE)
    store.requests.clear_served(Side.EXCHANGE)
    lost.append(exchange.mark())
    # As an older copy of the store would have it.
    store.settings.set_("read.exchange", "1")
    assert exchange.is_behind(lost[1])
    for _ in range(9):
        store.requests.clear_served(Side.EXCHANGE)
    assert exchange.is_behind(lost[1]), "also when the numbers have caught up"
    assert exchange.is_behind(lost[0])
    assert not exchange.is_behind(f"{exchange.mark().split('.')[0]}.3")


def test_settled_links_are_known_and_not_asked_for(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.links.save(link("a"), link("b", Phase.PINNED))
    assert exchange.known_contacts(ADA) == {"a-item": "folder", "b-item": "folder"}
    assert exchange.wanted_contacts(ADA) == set()
    assert c4c.known_records(CONTACT) == {"a-record", "b-record"}
    assert c4c.wanted_records(CONTACT) == set()


def test_known_are_links_of_the_scope(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.links.save(
        link("retired", Phase.RETIRED),
        link("asleep", Phase.ASLEEP),
        link("unseen", in_view=False),
        link("bobs", mailbox=BOB),
        link("other", record_type=RecordType.ACCOUNT),
    )
    assert set(exchange.known_contacts(ADA)) == {"asleep-item", "unseen-item", "other-item"}
    assert c4c.known_records(CONTACT) == {"bobs-record", "unseen-record"}
    assert c4c.known_records("account") == {"other-record"}


def test_managed_folders_are_those_of_the_mailbox(store: Store, exchange: TapRequests) -> None:
    store.folders.set_(ADA, CONTACT, "contacts")
    store.folders.set_(ADA, RecordType.ACCOUNT, "accounts")
    store.folders.set_(BOB, CONTACT, "bobs")
    assert exchange.managed_folder_ids(ADA) == {"contacts", "accounts"}


@pytest.mark.parametrize(
    ("entry", "is_wanted_in_exchange", "is_wanted_in_c4c"),
    [
        (link("x", Phase.PENDING), True, False),
        (link("x", Phase.PENDING, c4c_id=None, base_c4c={}), True, False),
        (link("x", Phase.PENDING, exchange_id=None, base_exchange={}), False, True),
        (link("x", exchange_id=None), False, True),
        (link("x", Phase.PINNED, exchange_id=None), False, True),
        (link("x", owes=Owes.CREATE), False, True),
        (link("x", owes=Owes.MOVE), False, False),
        (link("x", base_exchange={}), True, False),
        (link("x", base_c4c={}), False, True),
        (link("x", base_exchange={}, base_c4c={}), False, False),
        (link("x", Phase.ASLEEP, base_exchange={}), False, False),
        (link("x", Phase.ASLEEP, exchange_id=None), False, False),
        (link("x", Phase.RETIRED, base_c4c={}), False, False),
        (link("x", Phase.CONVERTING, exchange_id=None), False, False),
    ],
)
def test_wanted_follows_from_the_link(
    store: Store,
    exchange: TapRequests,
    c4c: TapRequests,
    *,
    entry: Link,
    is_wanted_in_exchange: bool,
    is_wanted_in_c4c: bool,
) -> None:
    store.links.save(entry)
    assert exchange.wanted_contacts(ADA) == ({"x-item"} if is_wanted_in_exchange else set())
    assert c4c.wanted_records(CONTACT) == ({"x-record"} if is_wanted_in_c4c else set())
    assert exchange.wanted_contacts(BOB) == set()
    assert c4c.wanted_records(RecordType.ACCOUNT) == set()


def test_source_of_a_write_that_was_cut_off_is_read_again(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.links.save(link("up"), link("down"), link("done"))
    store.intents.open(Side.C4C, "retire", ["up"])
    store.intents.open(Side.EXCHANGE, "trash", ["down"])
    store.intents.close(store.intents.open(Side.C4C, "retire", ["done"])["done"], "done")
    assert exchange.wanted_contacts(ADA) == {"up-item"}
    assert c4c.wanted_records(CONTACT) == {"down-record"}


def test_i13_both_sides_of_an_update_that_was_cut_off_are_read_again(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.links.save(link("up"), link("down"), link("done"))
    store.intents.open_updates(Side.C4C, {"up": {"job_title": "digest"}})
    store.intents.open_updates(Side.EXCHANGE, {"down": {"job_title": "digest"}})
    store.intents.close(store.intents.open_updates(Side.C4C, {"done": {}})["done"], "done")
    assert exchange.wanted_contacts(ADA) == {"up-item", "down-item"}
    assert c4c.wanted_records(CONTACT) == {"up-record", "down-record"}


@pytest.mark.parametrize(
    ("state", "is_wanted"),
    [("pending", True), ("approved", True), ("rejected", True), ("done", False)],
)
def test_links_of_a_hold_are_read_again(
    store: Store, exchange: TapRequests, c4c: TapRequests, state: str, *, is_wanted: bool
) -> None:
    store.links.save(link("x"))
    hold_id = store.holds.put(ADA, CONTACT, Side.C4C, "guard", ["x"])
    if state in ("approved", "done"):
        store.holds.approve(hold_id)
    if state == "rejected":
        store.holds.reject(hold_id)
    if state == "done":
        store.holds.finish_link(hold_id, "x")
    assert exchange.wanted_contacts(ADA) == ({"x-item"} if is_wanted else set())
    assert c4c.wanted_records(CONTACT) == ({"x-record"} if is_wanted else set())


def test_records_with_an_issue_are_read_again_when_it_is_due(
    tmp_path: Path, exchange: TapRequests, c4c: TapRequests
) -> None:
    with Store.open(str(tmp_path / "sync.db"), now=lambda: NOON - timedelta(minutes=5)) as earlier:
        earlier.issues.raise_(issue("due"))
        earlier.issues.raise_(issue("info", "conflict"))
        earlier.issues.raise_(issue("later"))
    with Store.open(str(tmp_path / "sync.db"), now=lambda: NOON - timedelta(minutes=1)) as again:
        again.issues.raise_(issue("later"))
    assert exchange.wanted_contacts(ADA) == {"due-item"}
    assert exchange.wanted_contacts(BOB) == set()
    assert c4c.wanted_records(CONTACT) == {"due-record"}
    assert c4c.wanted_records(RecordType.ACCOUNT) == set()


def test_issue_without_remote_ids_asks_for_nothing(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.issues.raise_(Issue(code="invalid_record", mailbox=ADA, record_type=CONTACT))
    assert exchange.wanted_contacts(ADA) == set()
    assert c4c.wanted_records(CONTACT) == set()


def test_explicit_requests_stay_until_the_target_has_acted(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    store.requests.add(Side.C4C, record_type=CONTACT, remote_id="record")
    for _ in range(2):
        assert exchange.wanted_contacts(ADA) == {"item"}
        assert c4c.wanted_records(CONTACT) == {"record"}
    assert c4c.wanted_records(RecordType.ACCOUNT) == set()
    exchange.read_done(ADA)
    c4c.read_done()
    assert exchange.wanted_contacts(ADA) == {"item"}, "the run may still die"
    store.requests.clear_served(Side.EXCHANGE)
    assert exchange.wanted_contacts(ADA) == set()
    assert c4c.wanted_records(CONTACT) == {"record"}, "the other side's target has not acted"
    store.requests.clear_served(Side.C4C)
    assert c4c.wanted_records(CONTACT) == set()


def test_full_read_is_asked_for_by_a_star(
    store: Store, exchange: TapRequests, c4c: TapRequests
) -> None:
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="*")
    store.requests.add(Side.C4C, record_type=None, remote_id="*")
    assert exchange.wants_full_read(ADA)
    assert not exchange.wants_full_read(BOB)
    assert exchange.wanted_contacts(ADA) == set()
    assert all(c4c.wants_full_read(record_type) for record_type in RecordType)
    exchange.read_done(ADA)
    c4c.read_done(RecordType.CONTACT)
    store.requests.clear_served(Side.EXCHANGE)
    store.requests.clear_served(Side.C4C)
    assert not exchange.wants_full_read(ADA)
    assert [record_type for record_type in RecordType if c4c.wants_full_read(record_type)] == [
        RecordType.ACCOUNT,
        RecordType.INDIVIDUAL_CUSTOMER,
    ]


def test_pass_clears_only_what_it_has_been_told(store: Store, exchange: TapRequests) -> None:
    for mailbox in (ADA, BOB):
        store.requests.add(Side.EXCHANGE, mailbox=mailbox, record_type=None, remote_id="item")
    exchange.wanted_contacts(ADA)
    # Asked for again while the tap was reading, and one that only another question shows.
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="item")
    store.requests.add(Side.EXCHANGE, mailbox=ADA, record_type=None, remote_id="*")
    exchange.read_done(ADA)
    exchange.read_done(ADA)
    exchange.read_done(BOB)
    store.requests.clear_served(Side.EXCHANGE)
    assert exchange.wanted_contacts(ADA) == {"item"}
    assert exchange.wants_full_read(ADA)
    assert exchange.wanted_contacts(BOB) == {"item"}
