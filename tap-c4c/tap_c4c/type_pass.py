"""One pass over one record type: full reads, the shared incremental read, id sweeps, lookups.

Only reads. What an answer means is decided by `reading.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from c4c_client import C4CError, NotFoundError, RejectedError, filters

from tap_c4c import reading
from tap_c4c.errors import explain_filter
from tap_c4c.schemas import CURSOR, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from c4c_client import C4CClient, C4CRecord

    from tap_c4c.record_types import RecordType, View

_LOOKUP_CHUNK = 500


@dataclass(kw_only=True)
class ViewRead:
    """What was read for one view; complete once the pass has ended.

    Attributes:
        record_type: Record type of the view.
        view: The view.
        resume_at: From when on changes are read; None: the view is read as a whole.
        listed: Ids in the view; None if they were not listed.
        emitted: Ids of the live records emitted.
        tombstones: Number of tombstones emitted.
        problem: Why the view cannot be read; None if it was read to its end.
        unreadable: Records that cannot be read, and why.
        latest: Latest time of change seen; None: no record was read.
        bookmark: Bookmark of the pass before; once complete, the next pass's.
        read_to: Once complete, from when on the next pass reads changes.
        clock_offset: How far C4C's clock is ahead of ours; None: it does not tell.
    """

    record_type: RecordType
    view: View
    resume_at: datetime | None
    bookmark: str | None
    latest: str | None = None
    read_to: datetime | None = None
    listed: set[str] | None = None
    emitted: set[str] = field(default_factory=set)
    tombstones: int = 0
    problem: C4CError | None = None
    unreadable: dict[str, C4CError] = field(default_factory=dict)
    clock_offset: timedelta | None = None

    @property
    def was_full(self) -> bool:
        """Whether the view was read as a whole."""
        return self.resume_at is None


class TypePass:
    """Reads one record type once, for all its views.

    Args:
        client: Client of the tenant.
        record_type: What to read.
        views: Its views.
        states: View name -> its state (`replication_key_value`, `filter_hash`, `clock_offset`).
        asked: What the sync store wants.
        overlap: How far behind the bookmark an incremental read starts.
        now: The clock, aware.
        monotonic: Seconds, to measure how long the pass takes.
    """

    def __init__(  # noqa: PLR0913 - one value of each kind, all needed
        self,
        client: C4CClient,
        record_type: RecordType,
        *,
        views: Sequence[View],
        states: Mapping[str, Mapping[str, Any]],
        asked: reading.Asked,
        overlap: timedelta,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._record_type = record_type
        self._asked = asked
        self._overlap = overlap
        self._now = now
        self._monotonic = monotonic
        self._states = {view.name: states.get(view.name, {}) for view in views}
        self.reads = [
            ViewRead(
                record_type=record_type,
                view=view,
                bookmark=self._states[view.name].get("replication_key_value"),
                resume_at=reading.resume_point(
                    view,
                    self._states[view.name],
                    overlap,
                    is_full_wanted=asked.is_full_wanted,
                ),
            )
            for view in views
        ]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield everything to emit; afterwards `reads` is complete."""
        started = self._monotonic()
        for read in self.reads:
            if read.was_full:
                yield from self._tried([read], self._read_whole(read))
        changed = [read for read in self.reads if not read.was_full]
        if changed:
            yield from self._tried(changed, self._read_changes(changed))
        duration = timedelta(seconds=self._monotonic() - started)
        sound = [read for read in self.reads if read.problem is None]
        yield from self._tried(sound, self._look_up(sound))
        self._move_on(duration, timedelta(seconds=self._monotonic() - started))

    def _move_on(self, duration: timedelta, since_start: timedelta) -> None:
        """Set what the next pass starts with."""
        offset = self._client.clock_offset
        # Told back from the present: our clock may have been set meanwhile.
        began_there = None if offset is None else self._now() + offset - since_start
        for read in self.reads:
            read.clock_offset = offset
            read.bookmark = reading.next_bookmark(
                read.bookmark, read.latest, duration, self._overlap, began_there
            )
            bookmark = reading.parse_time(read.bookmark)
            read.read_to = None if bookmark is None else bookmark - self._overlap

    def _tried(
        self, reads: Sequence[ViewRead], records: Iterator[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Yield what can be read; trouble of some views stops no others (I45).

        Without a sync store nobody would hear of it: it is raised.
        """
        try:
            yield from records
        except C4CError as error:
            if not self._asked.has_store:
                raise
            # Whether these views are in trouble or the whole service is asked, not guessed.
            self._client.check_connection()
            for read in reads:
                read.problem = read.problem or error

    def _read_whole(self, read: ViewRead) -> Iterator[dict[str, Any]]:
        read.listed = set()
        for record in self._readable([read], read.view.filter, read.listed):
            read.listed.add(record.object_id)
            read.latest = reading.latest_change(read.latest, [record])
            yield self._emit(read, record)

    def _read_changes(self, reads: list[ViewRead]) -> Iterator[dict[str, Any]]:
        """Read once what changed, in the views or not, and ask each view for its ids."""
        since = min(read.resume_at for read in reads if read.resume_at is not None)
        changed = list(self._readable(reads, filters.since(CURSOR, since)))
        if self._has_clock_moved(reads):
            for read in reads:
                read.resume_at = None
                yield from self._tried([read], self._read_whole(read))
            return
        for read in reads:
            yield from self._tried([read], self._show_changes(read, changed))

    def _show_changes(
        self, read: ViewRead, changed: Sequence[C4CRecord]
    ) -> Iterator[dict[str, Any]]:
        """Ask a view for its ids, and yield what changed."""
        read.latest = reading.latest_change(read.latest, changed)
        if read.view.filter or self._asked.has_store:
            # After the changes: what entered the view since then comes with the next pass.
            read.listed = {
                record.object_id for record in self._list(read.view, read.view.filter, (KEY,))
            }
        for record in changed:
            # The sync must also see what its links lost sight of; nobody else needs it.
            if self._asked.has_store or self._is_in_view(read, record.object_id):
                yield self._emit(read, record)

    def _has_clock_moved(self, reads: Iterable[ViewRead]) -> bool:
        offset = self._client.clock_offset
        return any(
            reading.has_clock_moved(
                self._states[read.view.name].get("clock_offset"), offset, self._overlap
            )
            for read in reads
        )

    def _readable(
        self, reads: Sequence[ViewRead], condition: str | None, listed: set[str] | None = None
    ) -> Iterator[C4CRecord]:
        """List records; those that spoil the listing for the others are found and left out."""
        seen: set[str] = set()
        try:
            for record in self._list(reads[0].view, condition):
                seen.add(record.object_id)
                yield record
        except C4CError:
            if not self._asked.has_store:
                raise
            self._client.check_connection()
        else:
            return
        # If not even the ids can be listed, it is no record's trouble.
        ids = [record.object_id for record in self._list(reads[0].view, condition, (KEY,))]
        if listed is not None:
            listed.update(ids)
        missing = [object_id for object_id in ids if object_id not in seen]
        for start in range(0, len(missing), _LOOKUP_CHUNK):
            found = self._get(reads, missing[start : start + _LOOKUP_CHUNK])
            yield from (record for record in found.values() if record is not None)

    def _get(self, reads: Sequence[ViewRead], ids: Sequence[str]) -> dict[str, C4CRecord | None]:
        """Read by key; what cannot be read is noted for its views, and left out."""
        if not self._asked.has_store:
            return self._client.get_records(self._record_type.collection, ids)

        def failed(object_id: str, error: C4CError) -> None:
            for read in reads:
                read.unreadable[object_id] = error

        return self._client.get_records(self._record_type.collection, ids, failed)

    def _look_up(self, reads: Sequence[ViewRead]) -> Iterator[dict[str, Any]]:
        """Ask by key for what the store waits for; a 404 is the only proof that it is gone."""
        anywhere = set().union(*(read.listed or () for read in self.reads))
        awaited = {
            read.view.name: reading.ids_to_look_up(
                self._asked,
                emitted=read.emitted | read.unreadable.keys(),
                # A record that another view shows is not missing. Whole reads are rare, and
                # account for each record of their own.
                listed=(read.listed or ()) if read.was_full else anywhere,
            )
            for read in reads
        }
        ids = iter(sorted(set().union(*awaited.values())))
        while chunk := list(islice(ids, _LOOKUP_CHUNK)):
            found = self._get(reads, chunk)
            for read in reads:
                for object_id in chunk:
                    if object_id in awaited[read.view.name] and object_id in found:
                        yield from self._account_for(read, object_id, found[object_id], anywhere)

    def _account_for(
        self, read: ViewRead, object_id: str, record: C4CRecord | None, listed: set[str]
    ) -> Iterator[dict[str, Any]]:
        if record is not None:
            yield self._emit(read, record)
        elif object_id in listed and self._asked.has_store:
            # A view has just shown it: it is there, and its own address is in trouble (I7).
            read.unreadable[object_id] = NotFoundError("C4C answered 404")
        else:
            read.tombstones += 1
            yield reading.tombstone(object_id, read.view, self._now())

    def _emit(self, read: ViewRead, record: C4CRecord) -> dict[str, Any]:
        read.emitted.add(record.object_id)
        in_view = self._is_in_view(read, record.object_id)
        return reading.live_record(record, read.view, in_view=in_view)

    def _is_in_view(self, read: ViewRead, object_id: str) -> bool:
        return reading.is_in_view(read.view, object_id, read.listed or ())

    def _list(
        self, view: View, condition: str | None, select: Sequence[str] = ()
    ) -> Iterator[C4CRecord]:
        records = self._client.list_records(
            self._record_type.collection, filter=condition, select=select
        )
        try:
            yield from records
        except RejectedError as error:
            if self._asked.has_store:
                raise
            raise explain_filter(self._record_type, view, error) from None
