"""What either stage does before it looks at a fact: old events are closed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Issue, RecordType, Side
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.download import Download
from contact_sync.planning.session import Session
from contact_sync.planning.upload import Upload
from contact_sync.settings import parse
from contact_sync.store import EVERYTHING, Store
from singer_sdk.exceptions import ConfigValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = "ada@contoso.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db"), now=clock) as opened:
        for code in ("conflict", "unmapped_country", "rejected"):
            opened.issues.raise_(Issue(code=code, mailbox=ADA, record_type=RecordType.CONTACT))
        yield opened


def config(**settings: Any) -> dict[str, Any]:
    """Return the mapper's settings with their defaults."""
    given = {"mapping": "exchange-to-c4c", "mailboxes": [ADA], "sync_store": "sync.db", **settings}
    return dict(ContactSyncMapper(config=given).config)


def begin(store: Store, planner: type[Upload | Download], **settings: Any) -> list[str]:
    """Begin a stage; return the codes that are open then."""
    list(planner(store, parse(config(**settings))).start())
    return sorted(row.issue.code for row in store.issues.list_open())


@pytest.mark.parametrize("planner", [Upload, Download])
@pytest.mark.parametrize(("settings", "days"), [({}, 14), ({"info_issue_days": 3}, 3)])
def test_i28_each_stage_closes_events_after_the_set_days(
    store: Store,
    clock: Clock,
    planner: type[Upload | Download],
    settings: dict[str, int],
    days: int,
) -> None:
    clock.now = NOON + timedelta(days=days)
    assert begin(store, planner, **settings) == ["conflict", "rejected", "unmapped_country"]
    clock.now += timedelta(seconds=1)
    # What has a cause stays open while it lasts, whether or not a person must act.
    assert begin(store, planner, **settings) == ["rejected", "unmapped_country"]


def test_i03_an_event_cannot_be_set_to_vanish_within_its_session() -> None:
    with pytest.raises(ConfigValidationError):
        config(info_issue_days=0)


STATES = (("DE", "09", "Bavaria"),)
MORE_STATES = (*STATES, ("PE", "15", "Pasco"))


def asked_for_all(store: Store, side: Side) -> set[tuple[str, RecordType | None]]:
    """Return whose reading as a whole is asked for; the requests are answered then."""
    found = [one for one in store.requests.list_(side) if one.remote_id == EVERYTHING]
    store.requests.mark_served({one.request_id for one in found})
    store.requests.clear_served(side)
    return {(one.mailbox, one.record_type) for one in found}


@pytest.mark.parametrize("planner", [Upload, Download])
@pytest.mark.parametrize("kind", list(RecordType))
def test_i01_another_list_of_states_has_everything_compared_once(
    store: Store, planner: type[Upload | Download], kind: RecordType
) -> None:
    side = Side.EXCHANGE if planner is Upload else Side.C4C
    for one in RecordType:
        store.states.put(one, STATES)
    begin(store, planner)
    asked_for_all(store, side)
    for rows, is_new in ((STATES, False), (MORE_STATES, True), (None, False), (STATES, True)):
        store.states.put(kind, rows)
        begin(store, planner)
        wanted = (ADA, None) if planner is Upload else ("", kind)
        assert asked_for_all(store, side) == ({wanted} if is_new else set()), rows
        begin(store, planner)
        assert asked_for_all(store, side) == set(), "once"


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("direction", ["both", "to_c4c", "off", None])
@pytest.mark.parametrize("is_read", [True, False])
def test_i13_states_are_a_field_that_is_off_until_their_list_was_read(
    store: Store,
    side: Side,
    direction: str | None,
    is_read: bool,  # noqa: FBT001 - a parameter
) -> None:
    given = (
        {} if direction is None else {"contact": {"fields": {"state": {"direction": direction}}}}
    )
    if is_read:
        store.states.put(RecordType.CONTACT, STATES)
    session = Session(store, parse(config(**given)), side, lambda: "")
    assert ("state" in session.fields(RecordType.CONTACT).names) is (is_read and direction != "off")
