"""Dates as OData V2 JSON writes them, and as this package hands them on."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

# `Edm.DateTime` and `Edm.DateTimeOffset` look alike: UTC milliseconds. C4C sends no offset;
# where OData V2 allows one, the milliseconds are UTC all the same.
_JSON_DATE = re.compile(r"/Date\((-?\d{1,18})(?:[+-]\d{1,4})?\)/")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - all arithmetic here is UTC without a zone
_MILLISECOND = timedelta(milliseconds=1)


def decode_date(text: str) -> str | None:
    """Turn `/Date(ms)/` into `YYYY-MM-DDTHH:MM:SS.mmmZ`; None if `text` is no such date.

    Adds to the epoch, because `fromtimestamp` fails on the sentinels 0001-01-01 and
    9999-12-31 that C4C stores. What lies outside the years 1 to 9999 is cut to that range.
    """
    found = _JSON_DATE.fullmatch(text)
    if not found:
        return None
    try:
        moment = _EPOCH + int(found[1]) * _MILLISECOND
    except OverflowError:
        moment = datetime.min if int(found[1]) < 0 else datetime.max  # noqa: DTZ901 - as above
    return moment.isoformat(timespec="milliseconds") + "Z"


def to_c4c_date(text: str) -> str:
    """Turn `YYYY-MM-DD` (anything after it is dropped) into what C4C takes for a date.

    The form `YYYY-MM-DDT00:00:00` is the one of the developer guide's sample update.
    Unconfirmed: that `/Date(ms)/` is accepted on input; it is never sent.

    Raises:
        ValueError: `text` does not begin with a calendar date.
    """
    return f"{date.fromisoformat(text[:10]).isoformat()}T00:00:00"
