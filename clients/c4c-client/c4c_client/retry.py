"""Decides whether and when a request is sent again; pure, without clock or sleep."""

from __future__ import annotations

import math
import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_BACKOFF_SECONDS = 60.0
LONGEST_RETRY_AFTER_SECONDS = 300.0

# RFC 9110 has whole seconds; some servers send fractions. Signs and exponents are none.
_SECONDS = re.compile(r"\d{1,9}(\.\d*)?", re.ASCII)

# 500 is among them because key reads were seen to answer it now and then.
_WORTH_ANOTHER_READ = frozenset(
    {
        None,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


def retry_decision(
    status: int | None,
    headers: Mapping[str, str],
    attempt: int,
    *,
    has_writes: bool = False,
    max_retries: int = 5,
) -> float | None:
    """Return the seconds to wait before sending the same request again; None: give up.

    Args:
        status: HTTP status; None if the connection broke.
        headers: Of the answer, names in lower case or looked up without regard to case.
        attempt: How often the request was repeated already, from 0.
        has_writes: The request may have changed something. It is repeated only if it
            `was_turned_away`.
        max_retries: Repetitions allowed.
    """
    if attempt >= max_retries or status not in _WORTH_ANOTHER_READ:
        return None
    if has_writes and not was_turned_away(status, headers):
        return None
    asked_for = retry_after_seconds(headers)
    if asked_for is None:
        return min(LONGEST_BACKOFF_SECONDS, 2.0**attempt)
    return asked_for if asked_for <= LONGEST_RETRY_AFTER_SECONDS else None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`: seconds, rounded up, or a date counted from the answer's own `Date`."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        # Rounded up: a request that comes too early is turned away again.
        return float(math.ceil(float(text)))
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (OverflowError, TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def was_turned_away(status: int | None, headers: Mapping[str, str]) -> bool:
    """Whether the server says that it did not start: 429, or 503 with `Retry-After`."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in headers
