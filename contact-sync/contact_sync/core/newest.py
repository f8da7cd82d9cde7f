"""`on_conflict: newest`: which side was changed last.

Responsible for the one comparison of the two services' times, for both stages and for first
matches. Never trusts less than a whole second: C4C keeps no fractions, so what happened within one
second has no order, and C4C's value stays. So it does where a time is missing or no time.
"""

from __future__ import annotations

from datetime import datetime, timezone


def is_exchange_newer(item_changed_at: object, record_changed_at: object) -> bool:
    """Whether the Outlook item was changed after the C4C record, by whole seconds.

    Args:
        item_changed_at: `lastModifiedDateTime`, ISO 8601.
        record_changed_at: `ChangedOn`, ISO 8601. Both are UTC unless they say otherwise.
    """
    item, record = _second(item_changed_at), _second(record_changed_at)
    return item is not None and record is not None and item > record


def _second(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
