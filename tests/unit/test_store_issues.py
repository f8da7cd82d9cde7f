"""Issues: one open row each, growing pauses, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.issues import CODES, EVENTS
from contact_sync.core.model import Issue, RecordType, Severity
from contact_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ADA = "ada@contoso.example"
REJECTED = Issue(
    code="rejected",
    mailbox=ADA,
    record_type=RecordType.CONTACT,
    link_id="link",
    exchange_id="item",
    c4c_id="record",
    fields=("city", "email"),
    detail="400",
)
NAMELESS = Issue(code="unavailable", mailbox=ADA, record_type=RecordType.CONTACT, link_id="link")
CONFLICT = Issue(code="conflict", mailbox=ADA, record_type=RecordType.CONTACT, link_id="link")


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


def test_issue_comes_back_as_it_was_raised(store: Store) -> None:
    bare = Issue(code="invalid_record", mailbox="", record_type=RecordType.ACCOUNT)
    store.issues.raise_(REJECTED)
    store.issues.raise_(bare)
    rows = store.issues.list_open()
    assert {row.issue for row in rows} == {REJECTED, bare}
    assert {(row.opened_at, row.last_seen_at, row.attempts) for row in rows} == {(NOON, NOON, 1)}


@pytest.mark.parametrize("code", sorted(CODES))
def test_severity_is_that_of_the_code(store: Store, code: str) -> None:
    store.issues.raise_(replace(REJECTED, code=code))
    assert store.issues.list_open()[0].severity is CODES[code].severity


def test_code_that_is_not_listed_needs_a_person(store: Store) -> None:
    store.issues.raise_(replace(REJECTED, code="of_a_newer_version"))
    assert store.issues.list_open()[0].severity is Severity.ACTION


def test_same_issue_is_one_row_that_tells_the_latest(store: Store, clock: Clock) -> None:
    store.issues.raise_(REJECTED)
    clock.now += timedelta(hours=1)
    store.issues.raise_(replace(REJECTED, fields=("phone",), detail="422"))
    (row,) = store.issues.list_open()
    assert row.issue.fields == ("phone",)
    assert row.issue.detail == "422"
    assert row.opened_at == NOON
    assert row.last_seen_at == clock.now


@pytest.mark.parametrize(
    "change",
    [
        {"code": "conflict"},
        {"mailbox": "bob@contoso.example"},
        {"record_type": RecordType.ACCOUNT},
        {"link_id": None},
        {"exchange_id": "other"},
        {"c4c_id": None},
    ],
)
def test_another_cause_type_or_id_is_another_issue(store: Store, change: dict[str, object]) -> None:
    store.issues.raise_(REJECTED)
    store.issues.raise_(replace(REJECTED, **change))  # type: ignore[arg-type]
    assert len(store.issues.list_open()) == 2


def test_pauses_grow_with_each_attempt_up_to_a_day(store: Store, clock: Clock) -> None:
    store.issues.raise_(REJECTED)
    (row,) = store.issues.list_open()
    assert row.next_attempt_at == NOON, "the first retry belongs to the next session"
    pauses = []
    for _ in range(10):
        clock.now = row.next_attempt_at + timedelta(seconds=1)
        store.issues.raise_(REJECTED)
        (row,) = store.issues.list_open()
        pauses.append((row.next_attempt_at - clock.now) / timedelta(minutes=1))
    assert pauses == [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]
    assert row.attempts == 11


def test_raising_again_before_a_retry_is_due_is_no_attempt(store: Store, clock: Clock) -> None:
    store.issues.raise_(REJECTED)
    clock.now += timedelta(minutes=1)
    store.issues.raise_(REJECTED)
    (due_at,) = (row.next_attempt_at for row in store.issues.list_open())
    clock.now += timedelta(minutes=1)
    store.issues.raise_(REJECTED)
    (row,) = store.issues.list_open()
    assert (row.attempts, row.next_attempt_at) == (2, due_at)
    assert row.last_seen_at == clock.now


def test_pause_of_an_issue_that_is_open_for_years_stays_a_day(store: Store, clock: Clock) -> None:
    store.issues.raise_(REJECTED)
    with store.connection() as connection:
        connection.exec_driver_sql("UPDATE issue SET attempts = 100000")
    clock.now += timedelta(days=1)
    store.issues.raise_(REJECTED)
    assert store.issues.list_open()[0].next_attempt_at == clock.now + timedelta(days=1)


def test_due_issues_are_those_worth_a_retry(store: Store, clock: Clock) -> None:
    store.issues.raise_(CONFLICT)
    store.issues.raise_(REJECTED)
    assert [row.issue for row in store.issues.due(NOON)] == [REJECTED]
    clock.now += timedelta(seconds=1)
    store.issues.raise_(REJECTED)
    assert store.issues.due(clock.now) == []
    assert len(store.issues.due(clock.now + timedelta(minutes=15))) == 1


def test_closed_issue_starts_anew_when_it_comes_back(store: Store, clock: Clock) -> None:
    store.issues.raise_(REJECTED)
    clock.now += timedelta(minutes=1)
    store.issues.raise_(REJECTED)
    assert store.issues.close(link_id="link") == 1
    assert store.issues.list_open() == []
    store.issues.raise_(REJECTED)
    assert store.issues.list_open()[0].attempts == 1


@pytest.mark.parametrize(
    ("selectors", "closed"),
    [
        ({"link_id": "link"}, 2),
        ({"link_id": "link", "code": "rejected"}, 1),
        ({"mailbox": ADA}, 2),
        ({"exchange_id": "item"}, 1),
        ({"c4c_id": "record", "code": "unavailable"}, 0),
    ],
)
def test_closing_takes_the_issues_that_meet_every_condition(
    store: Store, selectors: dict[str, Any], closed: int
) -> None:
    store.issues.raise_(REJECTED)
    store.issues.raise_(NAMELESS)
    assert store.issues.close(**selectors) == closed
    assert len(store.issues.list_open()) == 2 - closed


def test_closing_needs_more_than_a_code(store: Store) -> None:
    with pytest.raises(ValueError, match="which link"):
        store.issues.close(code="rejected")


def test_issues_are_listed_oldest_first_by_severity(store: Store, clock: Clock) -> None:
    store.issues.raise_(CONFLICT)
    clock.now += timedelta(minutes=1)
    store.issues.raise_(REJECTED)
    assert [row.issue for row in store.issues.list_open()] == [CONFLICT, REJECTED]
    assert [row.issue for row in store.issues.list_open(Severity.INFO)] == [CONFLICT]
    assert [row.issue for row in store.issues.list_open(Severity.ACTION)] == [REJECTED]


# -- events ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(EVENTS))
def test_i28_an_event_stays_on_record_for_the_set_days_and_no_longer(
    store: Store, clock: Clock, code: str
) -> None:
    store.issues.raise_(replace(CONFLICT, code=code))
    store.issues.raise_(REJECTED)
    clock.now += timedelta(days=14)
    assert store.issues.close_events(14) == 0
    clock.now += timedelta(seconds=1)
    assert store.issues.close_events(14) == 1
    assert [row.issue for row in store.issues.list_open()] == [REJECTED]


def test_i28_days_of_an_event_count_from_the_last_time_it_happened(
    store: Store, clock: Clock
) -> None:
    store.issues.raise_(CONFLICT)
    clock.now += timedelta(days=10)
    store.issues.raise_(CONFLICT)
    clock.now += timedelta(days=10)
    assert store.issues.close_events(14) == 0
    assert store.issues.close_events(9) == 1


def test_i03_an_event_outlives_its_item_and_its_link(store: Store) -> None:
    store.issues.raise_(replace(CONFLICT, exchange_id="item"))
    described: tuple[dict[str, Any], ...]
    described = ({"link_id": "link"}, {"mailbox": ADA, "exchange_id": "item"})
    for selectors in described:
        assert store.issues.close(**selectors) == 0
    assert len(store.issues.list_open()) == 1
    assert store.issues.close(code="conflict", link_id="link") == 1


def test_i03_a_second_event_hides_nothing_of_the_first(store: Store) -> None:
    first = replace(CONFLICT, fields=("city",), detail="city: c4c won, dropped 1")
    again = replace(
        CONFLICT,
        fields=("city", "phone"),
        detail="city: c4c won, dropped 2; phone: c4c won, dropped 3",
    )
    for event in (first, again, first):
        store.issues.raise_(event)
    (row,) = store.issues.list_open()
    assert row.issue.fields == ("city", "phone")
    assert row.issue.detail == f"{first.detail}; {again.detail}"


def test_an_event_that_happens_for_ever_keeps_the_latest_parts(store: Store) -> None:
    for number in range(300):
        store.issues.raise_(replace(CONFLICT, detail=f"city: dropped {number}"))
    (row,) = store.issues.list_open()
    parts = row.issue.detail.split("; ")
    assert parts == [f"city: dropped {number}" for number in range(200, 300)]
