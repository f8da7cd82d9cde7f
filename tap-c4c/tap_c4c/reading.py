"""What a pass over a record type has to ask for, and what the answers mean. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from c4c_client import IncompleteListingError

from tap_c4c.schemas import CURSOR, KEY, is_free

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from c4c_client import C4CError, C4CRecord

    from tap_c4c.record_types import RecordType, View

# C4C stores 0001-01-01 and 9999-12-31 for "no date"; as a bookmark they would stop the stream
# for good or start it over for ever.
_FIRST_YEAR, _LAST_YEAR = 1971, 9998

#: A time of change is shown in milliseconds, and kept more exactly.
_TICK = timedelta(milliseconds=1)

#: An answer tells its time in whole seconds, and has been on its way for some.
_CLOCK_NOISE = timedelta(minutes=1)

_ANSWER = re.compile(r"C4C answered (\d{3})(?: \(code ([^,)]+))?")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the sync store wants of one record type; without a store, nothing.

    Attributes:
        has_store: Whether a store answered at all.
        known: ObjectIDs that must be accounted for: in a view, elsewhere, or gone.
        wanted: ObjectIDs that must be read even if nothing changed.
        is_full_wanted: Whether everything is to be read again.
    """

    has_store: bool = False
    known: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()
    is_full_wanted: bool = False


def resume_point(
    view: View, state: Mapping[str, Any], overlap: timedelta, *, is_full_wanted: bool
) -> datetime | None:
    """Return from when on changes are read for a view; None if it must be read as a whole.

    A view is read as a whole for the first time, when its filter is another one, and when that
    is asked for.
    """
    bookmark = parse_time(state.get("replication_key_value"))
    if is_full_wanted or bookmark is None or state.get("filter_hash") != view.filter_hash:
        return None
    return bookmark - overlap


def has_clock_moved(before: object, offset: timedelta | None, overlap: timedelta) -> bool:
    """Whether C4C's clock was set anew since the last pass, or ours: times of change mislead then.

    Args:
        before: Seconds that C4C's clock was ahead of ours, as the state has it.
        offset: How far it is ahead now; None: C4C does not tell.
        overlap: How far behind the bookmark an incremental read starts.
    """
    if offset is None or not isinstance(before, (int, float)):
        return False
    return abs(offset.total_seconds() - before) > max(overlap / 2, _CLOCK_NOISE).total_seconds()


def next_bookmark(
    received: str | None,
    latest: str | None,
    duration: timedelta,
    overlap: timedelta,
    began_there: datetime | None = None,
) -> str | None:
    """Return the bookmark after a complete pass; the next one starts the overlap before it.

    Where C4C tells the time, the next pass starts right behind the latest change that was read,
    as soon as that is older than the overlap: whatever bears an earlier time has been committed
    by then, and nothing is read again (I50). The bookmark is never later than C4C's own present
    when the pass began, where a time of change from a clock that ran ahead would hide what
    changes until then; apart from that, never earlier than the received one.

    Args:
        received: Bookmark of the last pass.
        latest: Latest time of change among the records read.
        duration: How long the pass took.
        overlap: How far behind the bookmark the next pass starts.
        began_there: The time in C4C when the pass began; None: C4C does not tell the time.
    """
    was, seen = parse_time(received), parse_time(latest)
    if seen is None:
        if was is None or began_there is None or was <= began_there:
            return received
        seen = was
    elif began_there is not None:
        seen += overlap + _TICK
    elif duration > overlap:
        # A record read early may have changed before a later one was read; the overlap does not
        # reach back that far.
        seen -= duration
    if was is not None:
        seen = max(was, seen)
    if began_there is not None:
        seen = min(seen, began_there)
    return received if seen == was else _format_time(seen)


def latest_change(known: str | None, records: Iterable[C4CRecord]) -> str | None:
    """Return the latest time of change, `known` included."""
    times = [known, *(record.properties.get(CURSOR) for record in records)]
    usable = [(moment, text) for text in times if (moment := parse_time(text)) is not None]
    return max(usable)[1] if usable else None


def parse_time(text: object) -> datetime | None:
    """Read `YYYY-MM-DDTHH:MM:SS[.fff]Z`; None if it is no usable time of change."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def time_text(moment: datetime | None) -> str | None:
    """Give a time as the records have it, so that texts compare like times."""
    return None if moment is None else _format_time(moment)


def is_in_view(view: View, object_id: str, listed: Collection[str]) -> bool:
    """Whether an existing record belongs to a view of which these ids were listed."""
    # Without a filter, to exist is to belong: a listing that lacks the id was too early.
    return view.filter is None or object_id in listed


def ids_to_look_up(asked: Asked, *, emitted: Collection[str], listed: Collection[str]) -> set[str]:
    """Return the ids of a view that the store waits for and that no read has shown.

    Args:
        asked: What the store wants.
        emitted: Ids emitted for this view.
        listed: Ids whose absence would have to be explained.
    """
    return (set(asked.known) - set(listed) | asked.wanted) - set(emitted)


def live_record(record: C4CRecord, view: View, *, in_view: bool) -> dict[str, Any]:
    """Give the record of a business partner that exists."""
    shown = {name: held for name, held in record.properties.items() if is_free(name)}
    return {
        **shown,
        KEY: record.object_id,
        "etag": record.etag,
        "view_name": view.name,
        "in_view": in_view,
    }


def tombstone(object_id: str, view: View, deleted_at: datetime) -> dict[str, Any]:
    """Give the record of a business partner that is gone."""
    return {KEY: object_id, "view_name": view.name, "_sdc_deleted_at": deleted_at.isoformat()}


def problem(record_type: RecordType, view: View, object_id: str, error: C4CError) -> dict[str, Any]:
    """Give the record of what cannot be read: a record, or with an empty id the view itself."""
    # Messages of the client hold statuses, codes and names of properties, and nothing else.
    answered = _ANSWER.search(str(error))
    detail = "incomplete" if isinstance(error, IncompleteListingError) else "no answer"
    return {
        "record_type": record_type.name,
        "view_name": view.name,
        KEY: object_id,
        "problem": "unreadable" if object_id else "refused",
        "detail": " ".join(filter(None, answered.groups())) if answered else detail,
    }


def _format_time(moment: datetime) -> str:
    text = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"
