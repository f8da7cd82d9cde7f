"""Plain records: what other taps send to a target, without a contract.

Responsible for reading keys and tombstones, for merging records of one key, and for telling which
records failed: by place, id and code, never by a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contact_sync.core.loading import (
    Doubtful,
    Found,
    Hit,
    choose,
    key_form,
    key_text,
    nearest,
    safe_name,
)
from contact_sync.core.model import Issue, RecordType, Side
from contact_sync.errors import ContactSyncError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Mapping, Sequence

    from contact_sync.core.loading import Names, StreamPlan
    from contact_sync.store import Store

#: Set in a record that is gone at its source; Singer SDK, "Record Metadata".
DELETED_AT = "_sdc_deleted_at"

#: What ids of both services are made of. Anything else might be personal, and is not repeated.
_ID = re.compile(r"[A-Za-z0-9_=+/-]{1,512}")

_CODES = (
    *("rejected", "invalid_record", "unavailable", "unknown_outcome"),
    *("ambiguous_match", "value_too_long"),
)


class PlainFailuresError(ContactSyncError):
    """Some plain records were not written; all others were."""

    def __init__(self, failed: int) -> None:
        super().__init__(
            f"{failed} plain records were not written; the lines above name them. No STATE was "
            "emitted: correct them or their source, then run again. The others are found by their "
            "key then, and none is written twice."
        )


class UnfitRecordError(ValueError):
    """A record that no service could take.

    Attributes:
        rule: What is wrong, without a value.
        fields: Properties concerned.
        code: Issue code.
    """

    def __init__(self, rule: str, *fields: str, code: str = "invalid_record") -> None:
        self.rule = rule
        self.fields = fields
        self.code = code
        super().__init__(rule)


@dataclass(frozen=True, kw_only=True)
class PlainRecord:
    """One record, or several of one key merged.

    Attributes:
        stream: Where it came from.
        position: Its place in the stream, from 1; of the last one if merged.
        kind: Record type, for issues.
        mailbox: Address, lower case; empty for C4C.
        remote_id: ObjectID or contact id; None if the key has to be looked up.
        key: Values to look it up by, in the form that is compared; empty with an id.
        names: Its names, where the key alone is no proof.
        properties: Vendor properties, everything that was sent.
        is_deleted: Whether the record is a tombstone.
    """

    stream: str
    position: int
    kind: RecordType
    mailbox: str = ""
    remote_id: str | None
    key: tuple[str, ...] = field(default=(), repr=False)
    names: Names | None = field(default=None, repr=False)
    properties: Mapping[str, Any] = field(repr=False)
    is_deleted: bool


class PlainBook:
    """What became of the plain records of one run.

    Attributes:
        counts: Outcome -> number of records.
        failures: How many were not written.

    Args:
        side: The service that is written to.
        store: The sync store, if there is one.
        logger: Where failures are told.
        plans: Stream -> how it is loaded.
    """

    def __init__(
        self,
        side: Side,
        store: Store | None,
        logger: logging.Logger,
        plans: Mapping[str, StreamPlan],
    ) -> None:
        self.counts: dict[str, int] = {}
        self.failures = 0
        self.plans = plans
        self._side = side
        self._store = store
        self._logger = logger
        self._open = _open_ids(side, store)

    def read(
        self, stream: str, kind: RecordType, records: Iterable[Mapping[str, Any]]
    ) -> list[PlainRecord]:
        """Return the usable records, those of one key merged: later properties win."""
        merged: dict[object, list[PlainRecord]] = {}
        for position, properties in enumerate(records, start=1):
            record = self._parse(stream, kind, position, properties)
            if record is not None:
                same_key = merged.setdefault((record.mailbox, record.remote_id or record.key), [])
                self._merge_into(same_key, record)
        return [record for same_key in merged.values() for record in same_key]

    def settle(
        self, records: Iterable[PlainRecord], hits: Mapping[int, Sequence[Hit]]
    ) -> tuple[list[PlainRecord], list[PlainRecord]]:
        """Say which records exist, after a look-up by key.

        Args:
            records: Those that were looked up.
            hits: Position -> records of the service that bear the key.

        Returns:
            Those that exist, with their id; those that have to be created. Doubtful ones are
            reported, and tombstones of what is not there are done.
        """
        known, new = [], []
        for record in records:
            choice = choose(record.names, hits.get(record.position, ()))
            if isinstance(choice, Found):
                known.append(replace(record, remote_id=choice.remote_id))
            elif isinstance(choice, Doubtful):
                ids = " ".join(one for one in choice.remote_ids if _ID.fullmatch(one))
                self.failed(record, "ambiguous_match", detail=f"{choice.why}: {ids}")
            elif record.is_deleted:
                self.done(record, "unchanged")
            else:
                new.append(record)
        return known, new

    def done(self, record: PlainRecord, outcome: str) -> None:
        """Count a success and close what was open about the record."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if self._store is not None and record.remote_id in self._open:
            for code in _CODES:
                selector: dict[str, Any] = {**self._selector(record.remote_id)}
                self._store.issues.close(code=code, **selector)

    def unfit(self, record: PlainRecord, error: UnfitRecordError) -> None:
        """Report a record that no service could take."""
        self.failed(record, error.code, fields=error.fields, detail=error.rule)

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
        place = _place(record)
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

    def warn(self, record: PlainRecord, text: str) -> None:
        """Tell of a record that was written, but not as its sender may expect."""
        self._logger.warning("Written, but look at it: %s: %s", _place(record), text)

    def close(self) -> None:
        """Close the issues of records without an id, if all of this run's were written."""
        if self._store is None or self.failures or not self.counts:
            return
        for row in self._store.issues.list_open():
            issue = row.issue
            ids = issue.link_id or issue.exchange_id or issue.c4c_id
            if issue.code in _CODES and not ids:
                self._store.issues.close(
                    code=issue.code, mailbox=issue.mailbox, link_id="", exchange_id="", c4c_id=""
                )

    def _parse(
        self, stream: str, kind: RecordType, position: int, properties: Mapping[str, Any]
    ) -> PlainRecord | None:
        """Read key and tombstone; report a record that lacks them."""
        is_exchange = self._side is Side.EXCHANGE
        plan = self.plans[stream]
        remote_id = properties.get(plan.table.id_name)
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
        unknown = [] if plan.allows_unknown else [n for n in properties if not plan.is_known(n)]
        if unknown:
            near = nearest(unknown[0], plan.table.columns)
            detail = "unknown column" + (f", nearest to the first: {near}" if near else "")
            self.failed(record, "invalid_record", fields=map(safe_name, unknown), detail=detail)
        elif remote_id not in (None, "") and not is_id:
            self.failed(record, "invalid_record", detail="its key is no id of this service")
        elif is_exchange and not record.mailbox:
            self.failed(record, "invalid_record", fields=["mailbox"], detail="missing")
        else:
            return record if is_id else self._keyed(record, plan)
        return None

    def _keyed(self, record: PlainRecord, plan: StreamPlan) -> PlainRecord | None:
        """Read the key of a record without an id; report one whose key is not whole."""
        values = record.properties
        forms = {column.name: key_form(column, values.get(column.name)) for column in plan.key}
        wrong = [name for name, form in forms.items() if form is None]
        empty = [name for name, form in forms.items() if form == ""] or (
            [] if plan.key else [plan.table.id_name]
        )
        if wrong:
            self.failed(record, "invalid_record", fields=wrong, detail="wrong kind of value")
        elif empty:
            what = "a tombstone without a key" if record.is_deleted else "its key is empty"
            self.failed(record, "invalid_record", fields=empty, detail=what)
        else:
            # Written as it is searched for: the next run must find it.
            texts = {
                column.name: key_text(column, values[column.name])
                for column in plan.key
                if not isinstance(values[column.name], list)
            }
            return replace(
                record,
                key=tuple(form for form in forms.values() if form),
                names=plan.names_of(values),
                properties={**values, **texts},
            )
        return None

    def _merge_into(self, same_key: list[PlainRecord], record: PlainRecord) -> None:
        """Merge a record into the one that it repeats; one key may still be two people."""
        before = [Hit(remote_id=str(at), names=one.names) for at, one in enumerate(same_key)]
        choice = choose(record.names, before, is_one_source=True)
        if isinstance(choice, Found):
            at = int(choice.remote_id)
            same_key[at] = merged(same_key[at], record, self.plans[record.stream])
        elif isinstance(choice, Doubtful):
            positions = " ".join(str(same_key[int(at)].position) for at in choice.remote_ids)
            detail = f"{choice.why}: record {positions} of this run"
            self.failed(record, "ambiguous_match", detail=detail)
        else:
            same_key.append(record)

    def _selector(self, remote_id: str | None) -> dict[str, str | None]:
        return {"exchange_id" if self._side is Side.EXCHANGE else "c4c_id": remote_id}


def merged(before: PlainRecord, record: PlainRecord, plan: StreamPlan) -> PlainRecord:
    """Return two records of one key as one: what the later one says wins."""
    both = {**before.properties, **record.properties}
    names = record.names and plan.names_of(both)
    return replace(record, properties=both, names=names)


def merged_by_id(records: Iterable[PlainRecord], plan: StreamPlan) -> list[PlainRecord]:
    """Merge records that turned out to be one, in the order in which they came."""
    found: dict[str | None, PlainRecord] = {}
    for record in sorted(records, key=lambda record: record.position):
        before = found.get(record.remote_id)
        found[record.remote_id] = record if before is None else merged(before, record, plan)
    return list(found.values())


def _place(record: PlainRecord) -> str:
    place = f"record {record.position} of {record.stream}"
    return place + (f", id {record.remote_id}" if record.remote_id else "")


def _open_ids(side: Side, store: Store | None) -> set[str | None]:
    """Return the records of which an earlier run said that they could not be written."""
    if store is None:
        return set()
    return {
        row.issue.exchange_id if side is Side.EXCHANGE else row.issue.c4c_id
        for row in store.issues.list_open()
        if row.issue.code in _CODES and row.issue.link_id is None
    } - {None}
