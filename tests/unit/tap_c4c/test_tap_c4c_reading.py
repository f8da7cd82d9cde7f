"""Bookmarks of tap-c4c: from when on to read, and how far the state may move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from c4c_client import C4CRecord
from tap_c4c.reading import has_clock_moved, latest_change, next_bookmark, parse_time, resume_point
from tap_c4c.record_types import RECORD_TYPES, View, views_of

OVERLAP = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
AT_9 = "2026-11-01T09:00:00.000Z"
AT_10 = "2026-11-01T10:00:00.000Z"
AT_11 = "2026-11-01T11:00:00.000Z"


@pytest.mark.parametrize(
    ("description", "received", "latest", "duration", "expected"),
    [
        ("nothing was read", AT_9, None, SECOND, AT_9),
        ("nothing was ever read", None, None, SECOND, None),
        ("first pass", None, AT_10, SECOND, AT_10),
        ("moves on", AT_9, AT_10, SECOND, AT_10),
        ("never back", AT_10, AT_9, SECOND, AT_10),
        ("a pass as long as the overlap", None, AT_10, OVERLAP, AT_10),
        ("a longer one reaches back", None, AT_10, OVERLAP * 6, AT_9),
        ("but never behind the last", AT_10, AT_10, OVERLAP * 6, AT_10),
        ("an unreadable bookmark is replaced", "yesterday", AT_9, SECOND, AT_9),
    ],
)
def test_next_bookmark(
    description: str,
    received: str | None,
    latest: str | None,
    duration: timedelta,
    expected: str | None,
) -> None:
    assert next_bookmark(received, latest, duration, OVERLAP) == expected, description


@pytest.mark.parametrize(
    ("description", "received", "latest", "now_there", "expected"),
    [
        ("C4C does not tell the time", AT_9, AT_10, None, AT_10),
        ("all as usual", AT_9, AT_10, parse_time(AT_11), AT_10),
        ("a time of change in the future", AT_9, AT_11, parse_time(AT_10), AT_10),
        ("the bookmark itself is in the future", AT_11, AT_11, parse_time(AT_10), AT_10),
        ("a clock behind everything", AT_10, AT_11, parse_time(AT_9), AT_9),
    ],
)
def test_a_bookmark_is_never_in_the_future_of_c4c(
    description: str, received: str, latest: str, now_there: datetime | None, expected: str
) -> None:
    found = next_bookmark(received, latest, SECOND, OVERLAP, now_there)
    assert found == expected, description


@pytest.mark.parametrize(
    ("description", "before", "offset", "overlap", "expected"),
    [
        ("as ever", 3600, timedelta(hours=1), OVERLAP, False),
        ("seconds on the way", 0, timedelta(seconds=40), OVERLAP, False),
        ("within half the overlap", 0, timedelta(minutes=-5), OVERLAP, False),
        ("set back", 0, timedelta(minutes=-5, seconds=-1), OVERLAP, True),
        ("set forward", -7200, timedelta(0), OVERLAP, True),
        ("no overlap: a minute is noise", 0, timedelta(minutes=-1), timedelta(0), False),
        ("no overlap", 0, timedelta(minutes=-2), timedelta(0), True),
        ("C4C does not tell the time", 0, None, OVERLAP, False),
        ("it did not tell before", None, timedelta(hours=9), OVERLAP, False),
    ],
)
def test_has_clock_moved(
    description: str,
    before: float | None,
    offset: timedelta | None,
    overlap: timedelta,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert has_clock_moved(before, offset, overlap) is expected, description


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AT_9, datetime(2026, 11, 1, 9, tzinfo=timezone.utc)),
        ("2026-11-01T09:00:00Z", datetime(2026, 11, 1, 9, tzinfo=timezone.utc)),
        ("2026-11-01T10:00:00+01:00", datetime(2026, 11, 1, 9, tzinfo=timezone.utc)),
        ("2026-11-01T09:00:00", datetime(2026, 11, 1, 9, tzinfo=timezone.utc)),
        ("0001-01-01T00:00:00.000Z", None),
        ("9999-12-31T00:00:00.000Z", None),
        ("soon", None),
        (None, None),
        (17, None),
    ],
)
def test_parse_time(text: object, expected: datetime | None) -> None:
    assert parse_time(text) == expected


def test_records_without_a_usable_time_of_change_do_not_move_the_bookmark() -> None:
    times = [None, "9999-12-31T00:00:00.000Z", AT_9]
    records = [C4CRecord("A", None, {"ChangedOn": time}) for time in times]
    assert latest_change(None, records) == AT_9
    assert latest_change(AT_10, records) == AT_10
    assert latest_change(None, []) is None


@pytest.mark.parametrize(
    ("description", "state", "is_full_wanted", "expected"),
    [
        ("no state", {}, False, None),
        (
            "state of the same filter",
            {"replication_key_value": AT_9, "filter_hash": View(name="v").filter_hash},
            False,
            datetime(2026, 11, 1, 8, 50, tzinfo=timezone.utc),
        ),
        (
            "a full read is asked for",
            {"replication_key_value": AT_9, "filter_hash": View(name="v").filter_hash},
            True,
            None,
        ),
        ("other filter", {"replication_key_value": AT_9, "filter_hash": "0"}, False, None),
        ("filter unknown", {"replication_key_value": AT_9}, False, None),
        ("no bookmark", {"filter_hash": View(name="v").filter_hash}, False, None),
    ],
)
def test_resume_point(
    description: str,
    state: dict[str, str],
    is_full_wanted: bool,  # noqa: FBT001 - a column of the table
    expected: datetime | None,
) -> None:
    view = View(name="v")
    found = resume_point(view, state, OVERLAP, is_full_wanted=is_full_wanted)
    assert found == expected, description


def test_a_type_without_views_is_one_view() -> None:
    config = {"views": [{"name": "vips", "record_type": "contact", "filter": " Vip eq true "}]}
    account, contact, _ = RECORD_TYPES
    assert views_of(account, config) == (View(name="all", filter=None),)
    assert views_of(contact, config) == (View(name="vips", filter="Vip eq true"),)
    assert views_of(contact, {}) == (View(name="all"),)


def test_the_filter_hash_is_16_hex_digits_that_follow_the_filter() -> None:
    hashes = {View(name="v", filter=text).filter_hash for text in (None, "a", "b")}
    assert len(hashes) == 3
    assert all(len(value) == 16 and int(value, 16) >= 0 for value in hashes)
