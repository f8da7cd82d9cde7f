"""Whether changes lie between what a mailbox had seen of a view and the next read of it."""

from __future__ import annotations

import pytest
from contact_sync.core.coverage import Window, is_gap

MONDAY, TUESDAY, WEDNESDAY = (f"2026-11-{day}T12:00:00.000Z" for day in (23, 24, 25))


@pytest.mark.parametrize("covered_until", [None, "", MONDAY, WEDNESDAY])
def test_c1_a_view_that_was_read_as_a_whole_leaves_nothing_out(covered_until: str | None) -> None:
    assert not is_gap(covered_until, Window(since=None, until=TUESDAY))


@pytest.mark.parametrize(
    ("description", "covered_until", "expected"),
    [
        ("never took part", None, True),
        ("took part when the view was empty", "", True),
        ("was away", MONDAY, True),
        ("reaches to where this read begins", TUESDAY, False),
        ("overlaps", WEDNESDAY, False),
    ],
)
def test_c1_changes_since_a_time_may_leave_a_gap(
    description: str, covered_until: str | None, *, expected: bool
) -> None:
    window = Window(since=TUESDAY, until=WEDNESDAY)
    assert is_gap(covered_until, window) is expected, description
