"""Values as stored, as read from requests, and as shown in answers.

Stored: text as str (never None), flag as bool, GUID as str or None, decimal as its text or None,
date and instant as ticks of 100 ns since 1970 or None.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TypeAlias

from emulators.c4c.exceptions import ODataError
from emulators.c4c.facts import Kind, PropertyFact
from emulators.clock import to_ticks

Value: TypeAlias = str | bool | int | None

TICKS_PER_MILLISECOND = 10_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T00:00:00")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,7}))?(Z|[+-]\d{2}:\d{2})")
_JSON_DATE = re.compile(r"/Date\((-?\d+)\)/")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DECIMAL_PLACES = Decimal("1e-14")


def blank(kind: Kind) -> Value:
    """Return what an unset property holds: texts and flags are never null."""
    if kind is Kind.TEXT:
        return ""
    return False if kind is Kind.FLAG else None


def parse_date(text: str) -> int | None:
    """Read `YYYY-MM-DDT00:00:00`; None if it is not exactly that."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return to_ticks(datetime.fromisoformat(text).replace(tzinfo=timezone.utc))
    except ValueError:
        return None


def parse_instant(text: str) -> int | None:
    """Read an instant of up to seven decimals with a zone; None if it is none."""
    match = _INSTANT.fullmatch(text)
    if not match:
        return None
    zone = "+00:00" if match[3] == "Z" else match[3]
    try:
        whole = to_ticks(datetime.fromisoformat(match[1] + zone))
    except ValueError:
        return None
    return whole + int((match[2] or "").ljust(7, "0"))


def is_guid(text: str) -> bool:
    """Tell whether the text has the form of a GUID with hyphens."""
    return _GUID.fullmatch(text) is not None


def to_guid(object_id: str) -> str:
    """Write an ObjectID with hyphens.

    In recorded answers the UUID of contacts, accounts and customers is their ObjectID written
    that way. Unconfirmed: that it holds for all records.
    """
    cuts = (0, 8, 12, 16, 20, 32)
    parts = (object_id[start:end] for start, end in pairwise(cuts))
    return "-".join(parts)


def decode(fact: PropertyFact, raw: object, date_input: str, *, null_strings: bool) -> Value:
    """Read a JSON value of a request body.

    Raises:
        ODataError: Wrong type or form.
    """
    if raw is None:
        if fact.kind is Kind.TEXT and not null_strings:
            raise _bad_value(fact)
        return blank(fact.kind)
    if fact.kind is Kind.FLAG:
        if isinstance(raw, bool):
            return raw
        raise _bad_value(fact)
    if not isinstance(raw, str):
        raise _bad_value(fact)
    value = _decode_text(fact.kind, raw, date_input)
    if value is None:
        raise _bad_value(fact)
    return value


def show(fact: PropertyFact, value: Value, *, is_padded: bool = False) -> Value:
    """Return the value as it stands in a JSON answer.

    Milliseconds only (cut, not rounded), as the developer guide's samples show.
    """
    if fact.kind in (Kind.DATE, Kind.INSTANT) and isinstance(value, int):
        return f"/Date({value // TICKS_PER_MILLISECOND})/"
    if is_padded and fact.kind is Kind.TEXT and fact.max_length and isinstance(value, str):
        return value.ljust(fact.max_length)
    return value


def to_iso(ticks: int) -> str:
    """Write an instant with all seven decimals, as etags do."""
    seconds, rest = divmod(ticks, 10_000_000)
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:07d}Z"


def to_etag(ticks: int) -> str:
    """Write the weak etag of a business object that changed at this instant."""
    text = to_iso(ticks).replace(":", "%3A")
    return f"W/\"datetimeoffset'{text}'\""


def _decode_text(kind: Kind, raw: str, date_input: str) -> Value:
    if kind is Kind.TEXT:
        return raw
    if kind is Kind.GUID:
        return raw.upper() if is_guid(raw) else None
    if kind is Kind.DECIMAL:
        try:
            return str(Decimal(raw).quantize(_DECIMAL_PLACES))
        except InvalidOperation:
            return None
    json_date = _JSON_DATE.fullmatch(raw)
    if json_date and date_input == "both":
        return int(json_date[1]) * TICKS_PER_MILLISECOND
    return parse_date(raw) if kind is Kind.DATE else parse_instant(raw)


def _bad_value(fact: PropertyFact) -> ODataError:
    return ODataError(f"Invalid value for property '{fact.name}'")
