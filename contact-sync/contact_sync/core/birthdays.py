"""A birthday is a date; both services store a moment.

Responsible for the three spellings of one day. Must never shift a day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

#: What services write for "no date": C4C's first and last day, Outlook's 4501.
NO_DATE_YEARS = frozenset({1, 4501, 9999})

_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minute>\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|(?P<offset>[+-]\d{2}:\d{2}))?)?"
)


def from_timestamp(text: str) -> str | None:
    """Return the UTC date of a timestamp or date as `YYYY-MM-DD`, '' for none.

    None if the text is not a date: unreadable is not the same as empty.
    """
    if not text:
        return ""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        day = _utc_date(match["day"], match["minute"], match["offset"])
    except (ValueError, OverflowError):
        return None
    return "" if day.year in NO_DATE_YEARS else day.isoformat()


def to_graph(day: str) -> str:
    """Return the timestamp to write to Graph for a day (`YYYY-MM-DD`).

    11:59 UTC, as Outlook-compatible clients write it: midnight shifts by a day in some of them.
    """
    return f"{day}T11:59:00Z"


def to_c4c(day: str) -> str:
    """Return the `Edm.DateTime` to write to C4C for a day: its midnight, without a zone."""
    return f"{day}T00:00:00"


def _utc_date(day: str, minute: str | None, offset: str | None) -> date:
    moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}{offset or '+00:00'}")
    # Subtracting keeps year 1 from overflowing in a conversion that would not change the day.
    return (moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())).date()
