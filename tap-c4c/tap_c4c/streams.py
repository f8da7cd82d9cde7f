"""The streams: which records, in which order, and when the state moves on.

The state of a view moves on in one step, after the last record about it. Until then every STATE
message repeats what was received, so that a run that was cut off is simply repeated.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from c4c_client import NotFoundError
from singer_sdk import Stream
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from typing_extensions import override

from tap_c4c import reading, schemas, settings
from tap_c4c.errors import explain_views, explained
from tap_c4c.record_types import RECORD_TYPES
from tap_c4c.source import MARK

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib.messages import SchemaMessage

    from tap_c4c.record_types import RecordType
    from tap_c4c.source import Source
    from tap_c4c.type_pass import ViewRead

_WARN = logging.WARNING


class TenantStream(Stream):
    """A stream of one tenant that keeps the SDK's own state handling out of the way."""

    def __init__(
        self, tap: Tap, source: Source, schema: dict[str, Any] | None = None, name: str = ""
    ) -> None:
        super().__init__(tap, schema=schema, name=name or None)
        self._source = source

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        # Before the first message: the mapper reads the lists when that arrives.
        with explained():
            failed = self._source.refresh_states()
        for name in failed:
            self.log(
                "The list of states %s cannot be read: states are left alone, or compared by the "
                "list that was read before. It is tried again tomorrow.",
                name,
                level=logging.WARNING,
            )
        told = settings.told(self.config)
        for message in super()._generate_schema_messages():
            # The sync compares it with its own settings, before any record.
            message.schema = {**message.schema, **({"x-settings": told} if told else {})}
            yield message

    @property
    @override
    def partitions(self) -> None:
        """None: all views of a record type are read in one pass."""
        return None

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """None: our clock says nothing about the tenant's times of change."""

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Leave the state alone: STATE messages during the run repeat what was received."""

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the state alone: it moves on after the complete pass."""

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK announces a failure at error level before it raises it; the command line
        # reports it once, with its cause.
        super().log(message, *args, level=min(level, logging.WARNING), **kwargs)

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        with explained():
            yield from self.records()

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records of the tenant."""
        raise NotImplementedError


class RecordStream(TenantStream):
    """Business partners of one record type that changed, and tombstones of those that are gone."""

    primary_keys = (schemas.KEY,)
    # One value for the whole object: a change of its address moves it too (SAP KBA 2789959).
    replication_key = schemas.CURSOR

    def __init__(
        self, tap: Tap, source: Source, record_type: RecordType, schema: dict[str, Any]
    ) -> None:
        super().__init__(tap, source, schema, record_type.stream)
        self.record_type = record_type

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        states = {
            entry.get("context", {}).get("view"): entry
            for entry in self.stream_state.get("partitions", ())
        }
        type_pass = self._source.start(
            self.record_type,
            states,
            is_full_wanted=self.replication_method == REPLICATION_FULL_TABLE,
        )
        yield from type_pass.records()
        self._source.started.extend(type_pass.reads)
        done = [read for read in type_pass.reads if read.problem is None]
        for read in done:
            self.log(
                "Read view %s%s: %d records, %d tombstones",
                read.view.name,
                " in full" if read.was_full else "",
                len(read.emitted),
                read.tombstones,
            )
        self._source.finished.extend(done)
        if not self._tap.streams[ViewReadsStream.name].selected:
            for read in done:
                self.advance(read)

    def advance(self, read: ViewRead) -> None:
        """Move the state of a view on; everything about it has been emitted."""
        partitions: list[dict[str, Any]] = self.stream_state.setdefault("partitions", [])
        context = {"view": read.view.name}
        if all(entry.get("context") != context for entry in partitions):
            partitions.append({"context": context})
        partition = next(entry for entry in partitions if entry.get("context") == context)
        partition["filter_hash"] = read.view.filter_hash
        if self._source.mark is None:
            partition.pop(MARK, None)
        else:
            partition[MARK] = self._source.mark
        if read.clock_offset is None:
            partition.pop("clock_offset", None)
        else:
            partition["clock_offset"] = round(read.clock_offset.total_seconds())
        if read.bookmark is not None:
            partition["replication_key"] = schemas.CURSOR
            partition["replication_key_value"] = read.bookmark
        # A test run answers nobody's request.
        if self.ABORT_AT_RECORD_COUNT is None and self._is_last(read):
            self._source.close_requests(self.record_type)

    def _is_last(self, read: ViewRead) -> bool:
        """Whether it is the last view of the record type: requests are made for the type."""
        own = [entry for entry in self._source.started if entry.record_type == self.record_type]
        # What a view in trouble was asked for is still wanted.
        return read is own[-1] and all(entry.problem is None for entry in own)


class ViewProblemsStream(TenantStream):
    """What could not be read: records, and views as a whole; all others go on (I45).

    By its name it comes before the stream that moves the state of a view on.
    """

    name = "view_problems"
    primary_keys = ("record_type", "view_name", schemas.KEY)
    schema = schemas.VIEW_PROBLEMS

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        troubled = [read for read in self._source.started if read.problem is not None]
        if troubled and not self._source.finished:
            raise explain_views([(read.record_type, read.view, read.problem) for read in troubled])
        for read in self._source.started:
            if read.problem is not None:
                self.log("View %s was left out: %s", read.view.name, read.problem, level=_WARN)
                yield reading.problem(read.record_type, read.view, "", read.problem)
            for object_id, error in read.unreadable.items():
                self.log("A record was left out: %s", error, level=_WARN)
                yield reading.problem(read.record_type, read.view, object_id, error)


class ViewReadsStream(TenantStream):
    """One record for each view that was read to the end: its records are complete."""

    name = "view_reads"
    primary_keys = ("record_type", "view_name")
    schema = schemas.VIEW_READS

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        for read in self._source.finished:
            yield _read_record(read, self._source.now())
            # Runs when the SDK asks for the next record: this one has been written.
            stream = self._tap.streams[read.record_type.stream]
            if isinstance(stream, RecordStream):
                stream.advance(read)


class CodeListsStream(TenantStream):
    """What the codes of the three record types stand for, in the language of the user.

    Which lists there are stands in `$metadata` only, so this stream reads it even if a catalog
    was given.
    """

    name = "code_lists"
    primary_keys = ("collection", "context", "code")
    schema = schemas.CODE_LISTS
    selected_by_default = False

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        for collection in self._collections():
            try:
                codes = self._source.codes(collection)
            except NotFoundError:
                self.log("The tenant has no code list %s", collection, level=logging.WARNING)
                continue
            for code in codes:
                yield {
                    "collection": collection,
                    "context": code.context or "",
                    "code": code.code,
                    "description": code.description,
                }

    def _collections(self) -> list[str]:
        types = [self._source.metadata.entity_type(entry.entity_type) for entry in RECORD_TYPES]
        return sorted(
            {prop.value_help for entry in types for prop in entry.properties if prop.value_help}
        )


def _read_record(read: ViewRead, read_at: datetime) -> dict[str, Any]:
    return {
        "record_type": read.record_type.name,
        "view_name": read.view.name,
        "read_at": read_at.isoformat(),
        "is_complete": True,
        "filter_hash": read.view.filter_hash,
        "was_full": read.was_full,
        "read_from": reading.time_text(read.resume_at),
        "read_to": reading.time_text(read.read_to),
        "records_emitted": len(read.emitted),
        "tombstones": read.tombstones,
        "ids_listed": None if read.listed is None else len(read.listed),
    }
