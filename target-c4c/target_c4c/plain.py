"""Plain records of any tap: upserts by ObjectID or key, tombstones to status Obsolete.

Responsible for reading before writing: what C4C holds already is not written, nothing is written
over a version that was not seen, and nothing is created that is there (I10). A create whose reply
is lost is looked for, never repeated blindly; a run that was cut off is made good by the next one,
for its look-up finds what was created.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from c4c_client import C4CError, Create, PreconditionFailedError, Update
from contact_sync.book import FailureKind
from contact_sync.core.loading import Hit
from contact_sync.core.status import ACTIVE, OBSOLETE, STATUS_PROPERTY, is_obsolete
from contact_sync.plain import UnfitRecordError, merged_by_id

from target_c4c.failures import classify
from target_c4c.plain_lookup import key_of, look_up
from target_c4c.plain_values import filled, is_held, is_mandatory, to_body
from target_c4c.reading_apart import read_apart
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from c4c_client import C4CClient, C4CRecord, EntityType
    from contact_sync.core.loading import Column, StreamPlan
    from contact_sync.core.model import RecordType
    from contact_sync.plain import PlainBook, PlainRecord

    from target_c4c.plain_columns import TenantTables

#: How often a record is read and written again that others keep changing.
_ATTEMPTS = 3

_CODES = {FailureKind.UNKNOWN: "unknown_outcome", FailureKind.UNAVAILABLE: "unavailable"}


#: What C4C wants to be told of new records; of contacts it wants no role.
_DEFAULT_ROLE = "CRM000"


class PlainC4C:
    """Loads plain records into one tenant."""

    def __init__(self, client: C4CClient, book: PlainBook, tenant: TenantTables) -> None:
        self._client = client
        self._book = book
        self._tenant = tenant
        self._made: dict[tuple[RecordType, tuple[Column, ...], tuple[str, ...]], list[Hit]]
        self._made = defaultdict(list)

    def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
        """Load the records of one stream; failures of single records go to the book.

        Raises:
            C4CError: Nothing can be loaded.
        """
        plan = self._book.plans[stream]
        usable = self._book.read(stream, kind, records)
        keyed = [record for record in usable if record.remote_id is None]
        known, new = self._look_up(plan, keyed)
        known += self._create(plan, kind, new)
        by_id = [record for record in usable if record.remote_id is not None]
        pending = merged_by_id([*by_id, *known], plan)
        for _ in range(_ATTEMPTS):
            pending = self._update(kind, pending)
        for record in pending:
            self._book.failed(record, "unavailable", detail="changed again and again meanwhile")

    def _look_up(
        self, plan: StreamPlan, records: Sequence[PlainRecord]
    ) -> tuple[list[PlainRecord], list[PlainRecord]]:
        """Return the records that exist, with their id, and those that have to be created."""
        hits = read_apart(
            records,
            lambda some: look_up(self._client, plan, some),
            errors=(C4CError,),
            check=self._client.check_connection,
            failed=self._unreadable,
        )
        for record in records:
            # A stream under another name, or a list that lags behind our own write.
            made = self._made.get((record.kind, plan.key, record.key))
            if made and record.position in hits:
                hits[record.position] += made
        return self._book.settle([one for one in records if one.position in hits], hits)

    def _entity(self, kind: RecordType) -> EntityType:
        return self._tenant.entity(kind)

    def _create(
        self, plan: StreamPlan, kind: RecordType, records: Sequence[PlainRecord]
    ) -> list[PlainRecord]:
        """Create records; return those whose reply was lost and that were found."""
        writes: list[tuple[PlainRecord, Create]] = []
        for record in records:
            try:
                body = self._new(plan, kind, record)
            except UnfitRecordError as error:
                self._book.unfit(record, error)
                continue
            writes.append((record, Create(COLLECTIONS[kind], body)))
        results = self._client.execute([write for _, write in writes]) if writes else []
        lost: list[tuple[PlainRecord, C4CError]] = []
        for (record, _), result in zip(writes, results, strict=True):
            if result.record is not None:
                made = Hit(remote_id=result.record.object_id, names=record.names)
                self._made[(kind, plan.key, record.key)].append(made)
            if result.record is not None and key_of(plan, result.record) != record.key:
                # Created all the same: the next run would not find it.
                created = replace(record, remote_id=result.record.object_id)
                detail = "created, but C4C shows its key in another form"
                self._book.failed(created, "rejected", detail=detail)
            elif result.error is None:
                self._book.done(record, "created")
            elif classify(result.error).kind in _CODES:
                lost.append((record, result.error))
            else:
                self._refused(record, result.error)
        return self._found_again(plan, lost)

    def _found_again(
        self, plan: StreamPlan, lost: Sequence[tuple[PlainRecord, C4CError]]
    ) -> list[PlainRecord]:
        """Look for records that may have been created; those that are not there wait for a run."""
        errors = {record.position: error for record, error in lost}
        found, missing = self._look_up(plan, [record for record, _ in lost])
        for record in missing:
            # Lists may lag: only a later run can tell that it was not created.
            self._refused(record, errors[record.position])
        return found

    def _new(self, plan: StreamPlan, kind: RecordType, record: PlainRecord) -> dict[str, Any]:
        """Return what is sent to create a record.

        Raises:
            UnfitRecordError: C4C could not take it, or it would not be found again.
        """
        fixed = [column.name for column in plan.key if not column.is_creatable]
        if fixed:
            raise UnfitRecordError("no record has this key, and C4C alone gives it", *fixed)
        properties = self._entity(kind).properties
        creatable = [prop for prop in properties if prop.creatable]
        body = filled(to_body(creatable, record.properties))
        body.setdefault(STATUS_PROPERTY[kind], ACTIVE)
        if any(prop.name == "RoleCode" and is_mandatory(prop) for prop in properties):
            body.setdefault("RoleCode", _DEFAULT_ROLE)
        missing = [prop.name for prop in properties if is_mandatory(prop) and prop.name not in body]
        if missing:
            raise UnfitRecordError("missing", *missing)
        return body

    def _update(self, kind: RecordType, records: Sequence[PlainRecord]) -> list[PlainRecord]:
        """Bring records up to date; return those that moved on between read and write."""
        held = read_apart(
            records,
            lambda some: self._client.get_records(
                COLLECTIONS[kind], [record.remote_id or "" for record in some]
            ),
            errors=(C4CError,),
            check=self._client.check_connection,
            failed=self._unreadable,
        )
        writes: list[tuple[PlainRecord, Update]] = []
        for record in records:
            object_id = record.remote_id or ""
            if object_id not in held:
                continue
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
        is_gone = is_obsolete(kind, found.properties)
        if record.is_deleted:
            return {} if is_gone else {STATUS_PROPERTY[kind]: OBSOLETE}
        updatable = [prop for prop in self._entity(kind).properties if prop.updatable]
        body = to_body(updatable, record.properties)
        if is_gone and STATUS_PROPERTY[kind] not in body:
            # Somebody ended it in C4C: that is not undone by a column that says nothing of it.
            text = f"its record is Obsolete and stays so; send {STATUS_PROPERTY[kind]} to change it"
            self._book.warn(record, text)
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

    def _unreadable(self, record: PlainRecord, error: Exception) -> None:
        failure = classify(error)
        detail = f"reading it: {failure.detail or type(error).__name__}"
        self._book.failed(record, _CODES.get(failure.kind, "rejected"), detail=detail)

    def _refused(self, record: PlainRecord, error: C4CError) -> None:
        failure = classify(error)
        if failure.kind is FailureKind.FATAL:
            raise error
        code = _CODES.get(failure.kind, "rejected")
        self._book.failed(record, code, fields=failure.fields, detail=failure.detail)
