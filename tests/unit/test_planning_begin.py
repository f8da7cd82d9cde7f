"""What either stage does before it looks at a fact: old events are closed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Issue, RecordType
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.download import Download
from contact_sync.planning.upload import Upload
from contact_sync.settings import parse
from contact_sync.store import Store
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
