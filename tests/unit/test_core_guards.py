"""When planned removals wait for a person: `core/guards.py`."""

from __future__ import annotations

import pytest
from contact_sync.core.guards import Limits, Situation, hold_reason


@pytest.mark.parametrize(
    ("description", "planned", "live", "lost", "changed", "expected"),
    [
        ("nothing planned", 0, 0, True, True, None),
        ("within the minimum", 5, 100, False, False, None),
        ("within the share", 20, 100, False, False, None),
        ("over the share", 21, 100, False, False, "too_many_removals"),
        ("over the minimum of a small folder", 6, 10, False, False, "too_many_removals"),
        ("everything", 3, 3, False, False, "folder_empty"),
        ("folder missing", 1, 100, True, False, "folder_missing"),
        ("filter changed", 1, 100, False, True, "view_changed"),
    ],
)
def test_i08_i09_i36_guard(
    description: str,
    planned: int,
    live: int,
    lost: bool,  # noqa: FBT001 - a column of a table
    changed: bool,  # noqa: FBT001 - a column of a table
    expected: str | None,
) -> None:
    situation = Situation(planned=planned, live=live, is_folder_lost=lost, is_view_changed=changed)
    assert hold_reason(situation, Limits()) == expected, description
