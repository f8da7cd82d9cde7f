"""When a request to C4C is sent again."""

from __future__ import annotations

import pytest
from c4c_client.retry import retry_after_seconds, retry_decision

AFTER_9 = {"retry-after": "9"}


@pytest.mark.parametrize(
    ("description", "status", "headers", "attempt", "on_read", "on_write"),
    [
        ("success", 200, {}, 0, None, None),
        ("refusal", 400, {}, 0, None, None),
        ("changed meanwhile", 412, {}, 0, None, None),
        ("redirect", 307, {}, 0, None, None),
        ("throttled", 429, {}, 0, 1, 1),
        ("throttled, time named", 429, AFTER_9, 3, 9, 9),
        ("throttled, third time", 429, {}, 2, 4, 4),
        ("throttled for too long", 429, {"retry-after": "301"}, 0, None, None),
        ("throttled, no number", 429, {"retry-after": "soon"}, 0, 1, 1),
        ("server error", 500, {}, 0, 1, None),
        ("bad gateway", 502, {}, 1, 2, None),
        ("bad gateway, time named", 502, AFTER_9, 1, 9, None),
        ("not available", 503, {}, 0, 1, None),
        ("not available, time named", 503, AFTER_9, 0, 9, 9),
        ("gateway timeout", 504, {}, 0, 1, None),
        ("connection broke", None, {}, 0, 1, None),
        ("patience ends", 429, AFTER_9, 5, None, None),
    ],
)
def test_retry_decision(
    description: str,
    status: int | None,
    headers: dict[str, str],
    attempt: int,
    on_read: float | None,
    on_write: float | None,
) -> None:
    assert retry_decision(status, headers, attempt) == on_read, description
    assert retry_decision(status, headers, attempt, has_writes=True) == on_write, description


def test_backoff_is_capped() -> None:
    assert retry_decision(503, {}, 30, max_retries=99) == 60


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1.5"}, 2),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 10:00:30 GMT",
                "date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            30,
        ),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 09:00:00 GMT",
                "date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            0,
        ),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_seconds(headers) == expected
