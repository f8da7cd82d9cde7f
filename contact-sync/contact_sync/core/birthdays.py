"""A birthday is a date; both services store a moment.

Responsible for the spellings of one day. Must never shift a day.

A time stamp means the nearest day: old Outlook stores the local midnight of the day, which in UTC
may be the evening before (22:00Z in Berlin, 15:00Z in Tokyo) or later that day (05:00Z in New
York); newer clients write midnight or 11:59 UTC. So every local midnight from UTC-11:59 to UTC+12
gives the day that was typed. The midnights of UTC+13 and +14 (Samoa, summer in New Zealand) cannot
be told from 11:59 UTC of the day before, which is what Outlook writes today, and lose to it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

#: What services write for "no date": C4C's first and last day, Outlook's 4501.
NO_DATE_YEARS = frozenset({1, 4501, 9999})

_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minute>\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?"
)


def from_timestamp(text: str) -> str | None:
    """Return the day nearest to a timestamp or date as `YYYY-MM-DD`, '' for none.

    A stated offset tells the user's own clock; without one the clock is UTC.

    None if the text is not a date: unreadable is not the same as empty.
    """
    if not text:
        return ""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        day = _nearest_day(match["day"], match["minute"])
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


def _nearest_day(day: str, minute: str | None) -> date:
    moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}")
    if moment.year in NO_DATE_YEARS:
        return moment.date()
    return (moment + timedelta(hours=12)).date()
