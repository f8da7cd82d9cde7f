"""Bookmarks of tap-c4c: from when on to read, and how far the state may move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from c4c_client import C4CRecord
from hypothesis import given
from hypothesis import strategies as st
from tap_c4c.reading import (
    has_clock_moved,
    latest_change,
    next_bookmark,
    parse_time,
    resume_point,
    time_text,
)
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
    ("description", "received", "latest", "began_there", "expected"),
    [
        ("C4C does not tell the time", AT_9, AT_10, None, AT_10),
        ("settled: right behind the latest", AT_9, AT_10, AT_11, "2026-11-01T10:10:00.001Z"),
        ("settled long ago", AT_9, AT_9, AT_11, "2026-11-01T09:10:00.001Z"),
        ("not settled yet", AT_9, AT_10, "2026-11-01T10:10:00.000Z", "2026-11-01T10:10:00.000Z"),
        ("nothing was read", AT_9, None, AT_10, AT_9),
        ("nothing was read, and the clock is behind", AT_10, None, AT_9, AT_9),
        ("nothing was ever read", None, None, AT_9, None),
        ("a time of change in the future", AT_9, AT_11, AT_10, AT_10),
        ("the bookmark itself is in the future", AT_11, AT_11, AT_10, AT_10),
        ("a clock behind everything", AT_10, AT_11, AT_9, AT_9),
    ],
)
def test_a_bookmark_is_never_in_the_future_of_c4c(
    description: str,
    received: str | None,
    latest: str | None,
    began_there: str | None,
    expected: str | None,
) -> None:
    found = next_bookmark(received, latest, SECOND, OVERLAP, parse_time(began_there))
    assert found == expected, description


@given(
    changes=st.lists(st.integers(0, 600), max_size=30),
    late=st.lists(st.integers(0, 10), min_size=30, max_size=30),
    passes=st.lists(st.integers(0, 900), max_size=12),
)
def test_i50_each_change_is_read_and_none_again_once_it_is_settled(
    changes: list[int], late: list[int], passes: list[int]
) -> None:
    """Minutes of changes, how many later each is committed, and when passes begin."""
    start = parse_time("2026-11-01T00:00:00.000Z")
    assert start is not None
    bookmark: str | None = None
    reads = [0] * len(changes)
    view = View(name="v")
    for began in [*sorted(passes), 1000, 1030, 1060]:
        state = {"replication_key_value": bookmark, "filter_hash": view.filter_hash}
        since = resume_point(view, state, OVERLAP, is_full_wanted=False)
        shown = [
            (number, start + timedelta(minutes=minute))
            for number, minute in enumerate(changes)
            if minute + late[number] <= began
        ]
        found = [(number, at) for number, at in shown if since is None or at >= since]
        for number, _ in found:
            reads[number] += 1
        latest = time_text(max((at for _, at in found), default=None))
        began_there = start + timedelta(minutes=began)
        bookmark = next_bookmark(bookmark, latest, SECOND, OVERLAP, began_there)
    assert not found
    assert all(reads)


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
