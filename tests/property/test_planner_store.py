"""The store of the planner worlds answers as the real one does: the same calls, the same answers.

Ids that a store draws itself are compared by what they stand for. Left out is what the fake
does not promise: transactions that are undone, pauses between retries, and events that grow old.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from contact_sync.core.issues import EVENTS
from contact_sync.core.model import Issue, Link, Owes, Phase, RecordType, Side
from contact_sync.errors import HoldError, StaleIntentError
from contact_sync.store import NOT_DONE, Store
from contact_sync.store.tables import metadata
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.planner_store import START, MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    Call = Callable[["Desk"], object]

# Few of each, so that calls meet.
MAILBOXES = ("ada@x", "bob@x")
LINKS = ("l1", "l2", "l3")
ITEMS = ("i1", "i2")
RECORDS = ("s1", "s2")
ACCOUNTS = ("7", "8")
NAMES = ("11", "21", "1", "2")
STATES = ("pending", "approved", "rejected", "done")
CODES = ("conflict", "rejected", "ambiguous_match", min(EVENTS))


@dataclass
class Desk:
    """One store and what a caller has kept of its answers."""

    store: Any
    marks: list[str] = field(default_factory=list)

    def holds(self) -> list[Any]:
        return sorted(self.store.holds.list_(STATES), key=_seen_hold)

    def intents(self) -> list[Any]:
        found = (*self.store.intents.list_open(), *self.store.intents.list_updates())
        return sorted(found, key=_seen_intent)

    def requests(self) -> list[Any]:
        return [entry for side in Side for entry in self.store.requests.list_(side)]


def _seen_hold(hold: Any) -> tuple[Any, ...]:
    return (hold.created_at, hold.mailbox, hold.record_type, hold.side, hold.reason, hold.link_ids)


def _seen_intent(intent: Any) -> tuple[Any, ...]:
    written = tuple(sorted(intent.written.items()))
    return (intent.opened_at, intent.link_id, intent.side, intent.kind, written)


def _seen_issue(row: Any) -> tuple[Any, ...]:
    return (row.issue, row.severity, row.opened_at, row.last_seen_at)


def _seen_request(entry: Any) -> tuple[Any, ...]:
    return (entry.side, entry.mailbox, entry.record_type, entry.remote_id)


# -- what may be called -------------------------------------------------------------------------


def _optional(values: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


mailboxes = st.sampled_from((*MAILBOXES[:1] * 3, *MAILBOXES))
kinds = st.sampled_from(RecordType)
sides = st.sampled_from(Side)
picks = st.integers(0, 5)


def named(link_id: str) -> st.SearchStrategy[Link]:
    return st.builds(
        Link,
        link_id=st.just(link_id),
        mailbox=mailboxes,
        record_type=kinds,
        phase=st.sampled_from(Phase),
        owes=st.sampled_from(Owes),
        exchange_id=st.sampled_from((*ITEMS[:1], *ITEMS, None)),
        exchange_version=_optional(("v1",)),
        exchange_folder_id=_optional(("f1", "f2")),
        c4c_id=st.sampled_from((*RECORDS[:1], *RECORDS, None)),
        c4c_etag=_optional(("e1",)),
        account_id=_optional(ACCOUNTS),
        in_view=st.booleans(),
        successor=_optional(LINKS),
        base_exchange=st.dictionaries(
            st.sampled_from(("email", "title", "first_name", "last_name")), st.just("1")
        ),
        base_c4c=st.dictionaries(st.sampled_from(("first_name", "name")), st.sampled_from("12")),
    )


links = st.sampled_from(LINKS).flatmap(named)

issues = st.builds(
    Issue,
    code=st.sampled_from(CODES),
    mailbox=mailboxes,
    record_type=kinds,
    link_id=_optional(LINKS),
    exchange_id=_optional(ITEMS),
    c4c_id=_optional(RECORDS),
    fields=st.lists(st.sampled_from(("email", "title")), unique=True).map(tuple),
    detail=st.sampled_from(("", "one", "two", "one; two")),
)


def _save(entries: Sequence[Link]) -> Call:
    return lambda desk: desk.store.links.save(*entries)


def _delete(ids: list[str]) -> Call:
    return lambda desk: desk.store.links.delete(*ids)


def _announce(side: Side, kind: str, wanted: list[str]) -> Call:
    def call(desk: Desk) -> object:
        known = [one for one in wanted or LINKS if desk.store.links.get(one) is not None]
        if kind != "update":
            return sorted(desk.store.intents.open(side, kind, known))
        written = {one: {"title": one} for one in known}
        return sorted(desk.store.intents.open_updates(side, written))

    return call


def _close_intent(pick: int) -> Call:
    def call(desk: Desk) -> object:
        found = desk.intents()
        name = found[pick % len(found)].intent_id if found else "none"
        return desk.store.intents.close(name, NOT_DONE if pick % 2 else "done")

    return call


def _raise(issue: Issue) -> Call:
    return lambda desk: desk.store.issues.raise_(issue)


def _close_issue(pick: int, names: list[str]) -> Call:
    def call(desk: Desk) -> object:
        found = desk.store.issues.list_open()
        issue = found[pick % len(found)].issue if found else None
        return desk.store.issues.close(**{name: getattr(issue, name, None) for name in names})

    return call


def _hold(mailbox: str, kind: RecordType, side: Side, reason: str, wanted: list[str]) -> Call:
    def call(desk: Desk) -> object:
        before = {hold.hold_id for hold in desk.holds()}
        known = [one for one in wanted or LINKS if desk.store.links.get(one) is not None]
        return desk.store.holds.put(mailbox, kind, side, reason, known) in before

    return call


def _decide(how: str, pick: int) -> Call:
    def call(desk: Desk) -> object:
        found = desk.holds()
        name = found[pick % len(found)].hold_id if found else "none"
        return getattr(desk.store.holds, how)(name)

    return call


def _finish(pick: int, link_id: str) -> Call:
    def call(desk: Desk) -> object:
        found = desk.holds()
        return found and desk.store.holds.finish_link(found[pick % len(found)].hold_id, link_id)

    return call


def _ask(side: Side, mailbox: str, kind: RecordType | None, remote_id: str) -> Call:
    return lambda desk: desk.store.requests.add(
        side, mailbox=mailbox, record_type=kind, remote_id=remote_id
    )


def _serve(pick: int, side: Side | None) -> Call:
    def call(desk: Desk) -> object:
        if side is not None:
            return desk.store.requests.clear_served(side)
        found = desk.requests()
        return desk.store.requests.mark_served([one.request_id for one in found[: pick + 1]])

    return call


def _mark(side: Side) -> Call:
    def call(desk: Desk) -> object:
        mark = desk.store.requests.mark(side)
        eras = [one.rpartition(".")[0] for one in (*desk.marks, mark)]
        desk.marks.append(mark)
        return mark.rpartition(".")[2], eras.index(eras[-1])

    return call


def _behind(side: Side, pick: int, more: int) -> Call:
    def call(desk: Desk) -> object:
        if not desk.marks:
            return desk.store.requests.is_behind(side, None)
        era, _, number = desk.marks[pick % len(desk.marks)].rpartition(".")
        return desk.store.requests.is_behind(side, f"{era}.{int(number) + more}")

    return call


def _folder(mailbox: str, kind: RecordType, folder_id: str | None) -> Call:
    if folder_id is None:
        return lambda desk: desk.store.folders.forget(mailbox, kind)
    return lambda desk: desk.store.folders.set_(mailbox, kind, folder_id)


def _set(name: str, value: str) -> Call:
    return lambda desk: desk.store.settings.set_(name, value)


wanted_ids = st.sampled_from(("*", *ITEMS))
some_links = st.lists(st.sampled_from(LINKS), unique=True)
holds = st.builds(
    _hold,
    st.just(MAILBOXES[0]),
    st.just(RecordType.CONTACT),
    st.just(Side.C4C),
    st.sampled_from(("many", "many", "view")),
    some_links,
)
bookkeeping = st.one_of(
    st.builds(_ask, sides, st.sampled_from(("", *MAILBOXES)), st.none() | kinds, wanted_ids),
    st.builds(_serve, picks, st.none() | sides),
    st.builds(_mark, sides),
    st.builds(_behind, sides, picks, st.integers(0, 1)),
    st.builds(_folder, mailboxes, kinds, _optional(("f1", "f2"))),
    st.builds(_set, st.sampled_from(("view", "prepared")), st.sampled_from(("1", "2"))),
)
calls = st.one_of(
    bookkeeping,
    bookkeeping,
    st.builds(_save, st.lists(links, min_size=1, max_size=3)),
    st.builds(_delete, st.lists(st.sampled_from(LINKS), max_size=2, unique=True)),
    st.builds(_announce, sides, st.sampled_from(("create", "trash", "update")), some_links),
    st.builds(_close_intent, picks),
    st.builds(_raise, issues),
    st.builds(
        _close_issue,
        picks,
        st.lists(
            st.sampled_from(("code", "mailbox", "link_id", "exchange_id", "c4c_id")),
            max_size=2,
            unique=True,
        ),
    ),
    holds,
    holds,
    st.builds(_decide, st.sampled_from(("approve", "reject")), picks),
    st.builds(_finish, picks, st.sampled_from(LINKS)),
)
#: What a history begins with: every link there is, so that the calls concern something.
beginnings = st.tuples(*(st.builds(_save, st.tuples(named(one))) for one in LINKS))


# -- what they answer ---------------------------------------------------------------------------


def _answer(call: Call, desk: Desk) -> object:
    try:
        return call(desk)
    except (StaleIntentError, HoldError, ValueError) as error:
        return type(error)


def _found(desk: Desk) -> Iterator[object]:
    """What depends on several links at once: looked at after every call."""
    links_ = desk.store.links
    yield [links_.by_exchange_id(MAILBOXES[0], one) for one in ITEMS]
    yield [links_.by_c4c_id(MAILBOXES[0], one) for one in RECORDS]
    yield [links_.waiting_for_item(MAILBOXES[0], one) for one in RECORDS]
    yield links_.linked_items(MAILBOXES[0])


def _link_reads(desk: Desk) -> Iterator[object]:
    links_ = desk.store.links
    yield [links_.get(one) for one in LINKS]
    yield links_.list_()
    yield [links_.list_(phases=(phase,)) for phase in Phase]
    yield links_.list_(owes=(Owes.MOVE, Owes.STRIP))
    yield [links_.all_by_c4c_id(one) for one in RECORDS]
    yield [
        links_.by_names(mailbox, side, names)
        for mailbox in MAILBOXES
        for side in Side
        for names in NAMES
    ]
    yield [links_.all_by_exchange_id(one) for one in ITEMS]
    for mailbox in MAILBOXES:
        yield [links_.by_exchange_id(mailbox, one) for one in ITEMS]
        yield [links_.by_c4c_id(mailbox, one) for one in RECORDS]
        yield [links_.waiting_for_item(mailbox, one) for one in RECORDS]
        yield [links_.contacts_of_account(mailbox, one) for one in ACCOUNTS]
        yield links_.is_linked(mailbox, RECORDS)
        yield links_.linked_items(mailbox)
        for kind in RecordType:
            yield links_.list_(mailbox, kind)
            yield links_.live_count(mailbox, kind)
            yield links_.waiting_for_record(mailbox, kind)


def _other_reads(desk: Desk) -> Iterator[object]:
    store = desk.store
    yield list(map(_seen_intent, desk.intents()))
    for side in Side:
        yield sorted(map(_seen_intent, store.intents.list_open(side)))
        yield sorted(map(_seen_intent, store.intents.list_updates(side)))
        yield sorted(store.intents.not_done(side))
        yield list(map(_seen_request, store.requests.list_(side)))
        yield store.requests.is_first_read(side)
    yield [sorted(map(_seen_intent, store.intents.open_for(one))) for one in LINKS]
    yield [_seen_issue(row) for row in store.issues.list_open()]
    yield [_seen_issue(row) for row in store.issues.due(START + timedelta(days=2))]
    yield [_seen_hold(hold) for hold in store.holds.list_(("pending",))]
    yield [(*_seen_hold(hold), hold.state) for hold in desk.holds()]
    yield [store.folders.get(mailbox) for mailbox in MAILBOXES]
    yield [store.settings.get(name) for name in ("view", "prepared")]


class Clock:
    """Both stores' time: each call has a second of its own, so that "oldest" is told apart."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Clock]]:
    clock = Clock()
    path: Path = tmp_path_factory.mktemp("store") / "sync.db"
    with Store.open(str(path), now=clock) as store:
        yield store, clock


def _empty(store: Store) -> None:
    with store.connection() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@given(beginnings, st.lists(calls, min_size=15, max_size=40))
@settings(
    max_examples=40,
    derandomize=True,
    # Ten calls too many are read sooner than a database has shrunk them.
    phases=[hypothesis.Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_i44_both_stores_give_the_same_answers(
    real: tuple[Store, Clock], beginning: tuple[Call, ...], history: list[Call]
) -> None:
    store, clock = real
    _empty(store)
    one, other = Desk(MemoryStore()), Desk(store)
    for call in (*beginning, *history):
        clock.now += timedelta(seconds=1)
        one.store.now = clock.now
        assert _answer(call, one) == _answer(call, other)
        assert list(_found(one)) == list(_found(other))
    assert list(_link_reads(one)) == list(_link_reads(other))
    assert list(_other_reads(one)) == list(_other_reads(other))
