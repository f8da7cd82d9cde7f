"""Plain records: what other taps send to a target, without a contract.

Responsible for reading keys and tombstones, for merging records of one key, and for telling which
records failed: by place, id and code, never by a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Issue, RecordType, Side
from contact_sync.errors import ContactSyncError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Mapping

    from contact_sync.store import Store

#: Set in a record that is gone at its source; Singer SDK, "Record Metadata".
DELETED_AT = "_sdc_deleted_at"

#: What ids of both services are made of. Anything else might be personal, and is not repeated.
_ID = re.compile(r"[A-Za-z0-9_=+/-]{1,512}")

_CODES = ("rejected", "invalid_record", "unavailable", "unknown_outcome")


class PlainFailuresError(ContactSyncError):
    """Some plain records were not written; all others were."""

    def __init__(self, failed: int) -> None:
        super().__init__(
            f"{failed} plain records were not written; the lines above name them. No STATE was "
            "emitted: correct the records or their source, then run again."
        )


class UnfitRecordError(ValueError):
    """A record that no service could take.

    Attributes:
        rule: What is wrong, without a value.
        fields: Properties concerned.
    """

    def __init__(self, rule: str, *fields: str) -> None:
        self.rule = rule
        self.fields = fields
        super().__init__(rule)


@dataclass(frozen=True, kw_only=True)
class PlainRecord:
    """One record, or several of one key merged.

    Attributes:
        stream: Where it came from.
        position: Its place in the stream, from 1; of the last one if merged.
        kind: Record type, for issues.
        mailbox: Address, lower case; empty for C4C.
        remote_id: ObjectID or contact id; None for a record to be created.
        properties: Vendor properties, everything that was sent.
        is_deleted: Whether the record is a tombstone.
    """

    stream: str
    position: int
    kind: RecordType
    mailbox: str = ""
    remote_id: str | None
    properties: Mapping[str, Any] = field(repr=False)
    is_deleted: bool


class PlainBook:
    """What became of the plain records of one run.

    Attributes:
        counts: Outcome -> number of records.
        failures: How many were not written.
    """

    def __init__(self, side: Side, store: Store | None, logger: logging.Logger) -> None:
        self.counts: dict[str, int] = {}
        self.failures = 0
        self._side = side
        self._store = store
        self._logger = logger
        self._open = _open_ids(side, store)

    def read(
        self, stream: str, kind: RecordType, records: Iterable[Mapping[str, Any]]
    ) -> list[PlainRecord]:
        """Return the usable records, those of one key merged: later properties win."""
        merged: dict[object, PlainRecord] = {}
        for position, properties in enumerate(records, start=1):
            record = self._parse(stream, kind, position, properties)
            if record is None:
                continue
            key = (record.mailbox, record.remote_id) if record.remote_id else position
            before = merged.get(key)
            if before is not None:
                both = {**before.properties, **record.properties}
                record = replace(record, properties=both)
            merged[key] = record
        return list(merged.values())

    def done(self, record: PlainRecord, outcome: str) -> None:
        """Count a success and close what was open about the record."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if self._store is not None and record.remote_id in self._open:
            for code in _CODES:
                self._store.issues.close(code=code, **self._selector(record.remote_id))

    def unfit(self, record: PlainRecord, error: UnfitRecordError) -> None:
        """Report a record that no service could take."""
        self.failed(record, "invalid_record", fields=error.fields, detail=error.rule)

    def failed(
        self, record: PlainRecord, code: str, *, fields: Iterable[str] = (), detail: str = ""
    ) -> None:
        """Report a record that was not written; with a store it becomes an issue too.

        Args:
            record: The record.
            code: Issue code.
            fields: Vendor properties concerned.
            detail: Status and code of the service, or which rule was broken; never a value.
        """
        self.failures += 1
        self.counts["failed"] = self.counts.get("failed", 0) + 1
        names = tuple(sorted(fields))
        facts = "; ".join(part for part in (detail, ", ".join(names)) if part)
        place = f"record {record.position} of {record.stream}"
        if record.remote_id:
            place += f", id {record.remote_id}"
        self._logger.error("Not written: %s: %s%s", place, code, f" ({facts})" if facts else "")
        if self._store is None:
            return
        ids = self._selector(record.remote_id)
        self._store.issues.raise_(
            Issue(
                code=code,
                mailbox=record.mailbox,
                record_type=record.kind,
                exchange_id=ids.get("exchange_id"),
                c4c_id=ids.get("c4c_id"),
                fields=names,
                detail=detail,
            )
        )

    def _parse(
        self, stream: str, kind: RecordType, position: int, properties: Mapping[str, Any]
    ) -> PlainRecord | None:
        """Read key and tombstone; report a record that lacks them."""
        is_exchange = self._side is Side.EXCHANGE
        remote_id = properties.get("id" if is_exchange else "ObjectID")
        mailbox = properties.get("mailbox") if is_exchange else ""
        is_id = isinstance(remote_id, str) and _ID.fullmatch(remote_id) is not None
        record = PlainRecord(
            stream=stream,
            position=position,
            kind=kind,
            mailbox=mailbox.strip().lower() if isinstance(mailbox, str) else "",
            remote_id=remote_id if is_id else None,
            properties=properties,
            is_deleted=bool(properties.get(DELETED_AT)),
        )
        if remote_id not in (None, "") and not is_id:
            self.failed(record, "invalid_record", detail="its key is no id of this service")
        elif is_exchange and not record.mailbox:
            self.failed(record, "invalid_record", fields=["mailbox"], detail="missing")
        elif record.is_deleted and not is_id:
            self.failed(record, "invalid_record", detail="a tombstone without a key")
        else:
            return record
        return None

    def _selector(self, remote_id: str | None) -> dict[str, str | None]:
        return {"exchange_id" if self._side is Side.EXCHANGE else "c4c_id": remote_id}


def _open_ids(side: Side, store: Store | None) -> set[str | None]:
    """Return the records of which an earlier run said that they could not be written."""
    if store is None:
        return set()
    return {
        row.issue.exchange_id if side is Side.EXCHANGE else row.issue.c4c_id
        for row in store.issues.list_open()
        if row.issue.code in _CODES and row.issue.link_id is None
    } - {None}
