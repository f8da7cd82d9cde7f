"""Text of OData filters: the few forms C4C is known to answer truthfully.

Quotes inside values are doubled here; percent-encoding belongs to whoever builds the URL.
`or` is not offered: C4C refuses it across properties, and was seen to answer an `or` of
several values with an empty success.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def eq(prop: str, value: str | bool | int) -> str:  # noqa: FBT001 - a value, not a switch
    """Return `prop eq value`; text is quoted, a boolean becomes `true` or `false`.

    A `*` inside a text is a wildcard to C4C: the answer may hold more than was asked for.

    Raises:
        ValueError: `prop` is not a property name.
    """
    return f"{_name(prop)} eq {_literal(value)}"


def contains(prop: str, value: str) -> str:
    """Return the wildcard form `prop eq '*value*'` (C4C developer guide: wildcards).

    A `*` inside the value stays a wildcard: C4C has no escape for it, so the answer may hold
    more than was asked for, never less.
    """
    return f"{_name(prop)} eq {_literal(f'*{value}*')}"


def at_least(prop: str, value: str) -> str:
    """Return `prop ge 'value'`."""
    return f"{_name(prop)} ge {_literal(value)}"


def since(prop: str, moment: datetime) -> str:
    """Return `prop ge datetimeoffset'…Z'` for an `Edm.DateTimeOffset` property.

    The literal must be `datetimeoffset`, a `datetime` one is refused (SAP KBA 2310920).

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    text = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{_name(prop)} ge datetimeoffset'{text}Z'"


def all_of(*filters: str | None) -> str | None:
    """Join filters with `and`; empty ones are left out, None if nothing remains.

    A filter that holds an `or` is put in parentheses, the others are not.
    Unconfirmed: that C4C accepts parentheses; they are sent only where the meaning needs them.
    """
    given = [text for text in filters if text and text.strip()]
    if len(given) <= 1:
        return given[0] if given else None
    return " and ".join(f"({text})" if " or " in text.lower() else text for text in given)


def _name(prop: str) -> str:
    if not _PROPERTY.fullmatch(prop):
        raise ValueError("not a property name")
    return prop


def _literal(value: str | bool | int) -> str:  # noqa: FBT001 - a value, not a switch
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"
