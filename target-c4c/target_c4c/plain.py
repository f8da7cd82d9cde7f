"""Plain records of any tap: upserts by ObjectID, tombstones to status Obsolete.

Responsible for reading before writing: what C4C holds already is not written, and nothing is
written over a version that was not seen.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from c4c_client import Create, PreconditionFailedError, Update
from contact_sync.book import FailureKind
from contact_sync.core.status import OBSOLETE, STATUS_PROPERTY, is_obsolete
from contact_sync.plain import UnfitRecordError

from target_c4c.failures import classify
from target_c4c.plain_values import is_held, to_body
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from c4c_client import C4CClient, C4CError, C4CRecord, EntityType, Metadata
    from contact_sync.core.model import RecordType
    from contact_sync.plain import PlainBook, PlainRecord

#: How often a record is read and written again that others keep changing.
_ATTEMPTS = 3

_ENTITY_TYPES = ("CorporateAccount", "Contact", "IndividualCustomer")

_CODES = {FailureKind.UNKNOWN: "unknown_outcome", FailureKind.UNAVAILABLE: "unavailable"}


class PlainC4C:
    """Loads plain records into one tenant."""

    def __init__(self, client: C4CClient, book: PlainBook) -> None:
        self._client = client
        self._book = book

    def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
        """Load the records of one stream; failures of single records go to the book.

        Raises:
            C4CError: Nothing can be loaded.
        """
        usable = self._book.read(stream, kind, records)
        self._create(kind, [record for record in usable if record.remote_id is None])
        pending = [record for record in usable if record.remote_id is not None]
        for _ in range(_ATTEMPTS):
            pending = self._update(kind, pending)
        for record in pending:
            self._book.failed(record, "unavailable", detail="changed again and again meanwhile")

    @cached_property
    def _metadata(self) -> Metadata:
        return self._client.get_metadata(_ENTITY_TYPES)

    def _entity(self, kind: RecordType) -> EntityType:
        return self._metadata.entity_type_of(COLLECTIONS[kind])

    def _create(self, kind: RecordType, records: Sequence[PlainRecord]) -> None:
        writes: list[tuple[PlainRecord, Create]] = []
        for record in records:
            creatable = [prop for prop in self._entity(kind).properties if prop.creatable]
            try:
                body = _filled(to_body(creatable, record.properties))
            except UnfitRecordError as error:
                self._book.unfit(record, error)
                continue
            writes.append((record, Create(COLLECTIONS[kind], body)))
        results = self._client.execute([write for _, write in writes]) if writes else []
        for (record, _), result in zip(writes, results, strict=True):
            if result.error is None:
                self._book.done(record, "created")
            else:
                self._refused(record, result.error)

    def _update(self, kind: RecordType, records: Sequence[PlainRecord]) -> list[PlainRecord]:
        """Bring records up to date; return those that moved on between read and write."""
        if not records:
            return []
        ids = [record.remote_id or "" for record in records]
        held = self._client.get_records(COLLECTIONS[kind], ids)
        writes: list[tuple[PlainRecord, Update]] = []
        for record, object_id in zip(records, ids, strict=True):
            found = held[object_id]
            if found is None and not record.is_deleted:
                self._book.failed(record, "rejected", detail="404 no such record")
                continue
            try:
                body = self._changes(kind, record, found)
            except UnfitRecordError as error:
                self._book.unfit(record, error)
                continue
            if found is not None and body:
                write = Update(COLLECTIONS[kind], object_id, body, found.etag)
                writes.append((record, write))
            else:
                self._book.done(record, "unchanged")
        return self._send(writes)

    def _changes(
        self, kind: RecordType, record: PlainRecord, found: C4CRecord | None
    ) -> dict[str, Any]:
        """Return the properties that C4C does not hold yet."""
        if found is None:
            return {}
        if record.is_deleted:
            gone = is_obsolete(kind, found.properties)
            return {} if gone else {STATUS_PROPERTY[kind]: OBSOLETE}
        updatable = [prop for prop in self._entity(kind).properties if prop.updatable]
        body = to_body(updatable, record.properties)
        return {
            prop.name: body[prop.name]
            for prop in updatable
            if prop.name in body
            and not is_held(prop, body[prop.name], found.properties.get(prop.name))
        }

    def _send(self, writes: Sequence[tuple[PlainRecord, Update]]) -> list[PlainRecord]:
        moved_on: list[PlainRecord] = []
        results = self._client.execute([write for _, write in writes]) if writes else []
        for (record, _), result in zip(writes, results, strict=True):
            if result.error is None:
                self._book.done(record, "retired" if record.is_deleted else "updated")
            elif isinstance(result.error, PreconditionFailedError):
                moved_on.append(record)
            else:
                self._refused(record, result.error)
        return moved_on

    def _refused(self, record: PlainRecord, error: C4CError) -> None:
        failure = classify(error)
        if failure.kind is FailureKind.FATAL:
            raise error
        code = _CODES.get(failure.kind, "rejected")
        self._book.failed(record, code, fields=failure.fields, detail=failure.detail)


def _filled(body: Mapping[str, Any]) -> dict[str, Any]:
    filled = {name: value for name, value in body.items() if value not in (None, "")}
    if not filled:
        raise UnfitRecordError("no writable property")
    return filled
