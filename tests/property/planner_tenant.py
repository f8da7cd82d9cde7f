"""The C4C tenant of a case in memory: what the C4C client promises, on plain dicts.

Responsible for versions, If-Match, status, views and read-back that differs from what was written,
and for telling the referee of every write before it happens. Users act through the methods that
begin with `user_`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from c4c_client import (
    C4CRecord,
    Create,
    Delete,
    NotFoundError,
    PreconditionFailedError,
    RejectedError,
    WriteResult,
)
from contact_sync.core.model import RecordType
from contact_sync.core.status import ACTIVE, OBSOLETE, STATUS_PROPERTY
from property.planner_fields import NAMES, TITLE_KEPT, c4c_name
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from c4c_client import Write

TENANT = "c4c.x"

_KINDS = {collection: kind for kind, collection in COLLECTIONS.items()}


class RecordReferee(Protocol):
    """Who is told of every write of the engine, before it takes effect."""

    def record_created(self, kind: RecordType, body: Mapping[str, Any]) -> None:
        """A new record."""

    def record_updated(self, record: Record, body: Mapping[str, Any]) -> None:
        """A change of a record, of its status too."""


@dataclass(slots=True)
class Record:
    """One C4C record.

    Attributes:
        retired_by: "user" or "engine", while it is obsolete.
        left_by_user: It is outside its view because a user changed its territory.
    """

    id: str
    kind: RecordType
    properties: dict[str, Any]
    version: int = 1
    retired_by: str = ""
    left_by_user: bool = False

    @property
    def is_live(self) -> bool:
        return bool(self.properties[STATUS_PROPERTY[self.kind]] != OBSOLETE)

    @property
    def etag(self) -> str:
        return f"e{self.version}"


@dataclass
class Tenant:
    """The tenant of a case; answers as `c4c_client.C4CClient`.

    A view's filter is a text such as `in:north,south`, met by the record's territory.
    """

    clock: Callable[[], str]
    shuffle: Callable[[list[Any]], None]
    records: dict[str, Record] = field(default_factory=dict)
    referee: RecordReferee | None = None
    identity: str = TENANT
    clock_offset: timedelta | None = None
    _count: int = 0

    # -- users -----------------------------------------------------------------------------------

    def user_creates(self, kind: RecordType, properties: Mapping[str, Any]) -> Record:
        return self._create(kind, {"Territory": "north", **properties})

    def user_edits(self, record: Record, **properties: Any) -> None:
        self._change(record, properties)

    def user_sets_status(self, record: Record, status: str) -> None:
        record.retired_by = "user" if status == OBSOLETE else ""
        self._change(record, {STATUS_PROPERTY[record.kind]: status})

    def user_purges(self, record: Record) -> None:
        del self.records[record.id]

    # -- the client's reads ----------------------------------------------------------------------

    def list_records(
        self,
        collection: str,
        *,
        filter: str | None = None,  # noqa: A002 - the client's own name
        select: Sequence[str] = (),
        page_size: int = 1000,
    ) -> Iterator[C4CRecord]:
        del page_size
        kind = _KINDS[collection]
        found = [one for one in self.records.values() if one.kind is kind and _passes(filter, one)]
        self.shuffle(found)
        if select:
            return iter([C4CRecord(one.id, one.etag, {}) for one in found])
        return iter([self._shown(one) for one in found])

    def get_records(
        self, collection: str, object_ids: Sequence[str], failed: object = None
    ) -> dict[str, C4CRecord | None]:
        del failed
        kind = _KINDS[collection]
        found = {one: self.records.get(one) for one in object_ids}
        return {
            one: self._shown(record) if record is not None and record.kind is kind else None
            for one, record in found.items()
        }

    def search(
        self,
        collection: str,
        filters: Sequence[str],
        select: Sequence[str] = (),
        failed: object = None,
        top: object = None,
    ) -> list[list[C4CRecord]]:
        """Answer every filter with the whole collection: hits are checked on our side."""
        del select, failed, top
        found = list(self.list_records(collection))
        return [found for _ in filters]

    # -- the client's writes ---------------------------------------------------------------------

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        return [self._execute(write) for write in writes]

    def _execute(self, write: Write) -> WriteResult:
        referee = self.referee
        if referee is None:
            raise RuntimeError("nobody watches")
        kind = _KINDS[write.collection]
        if isinstance(write, Create):
            referee.record_created(kind, write.properties)
            return WriteResult(self._shown(self._create(kind, _as_c4c_keeps(write.properties))))
        record = self.records.get(write.object_id)
        if record is None:
            return WriteResult(error=NotFoundError("there is none"))
        if write.etag not in (None, record.etag):
            return WriteResult(error=PreconditionFailedError("it moved on"))
        if isinstance(write, Delete):
            return WriteResult(error=RejectedError("master data is not deletable"))
        referee.record_updated(record, write.properties)
        status = write.properties.get(STATUS_PROPERTY[kind])
        if status is not None:
            record.retired_by = "engine" if status == OBSOLETE else ""
        self._change(record, _as_c4c_keeps(write.properties))
        return WriteResult(self._shown(record))

    # -- helpers ---------------------------------------------------------------------------------

    def name_of_account(self, account_id: str) -> str:
        for record in self.records.values():
            if record.kind is RecordType.ACCOUNT and record.properties["AccountID"] == account_id:
                return str(record.properties["Name"])
        return ""

    def _shown(self, record: Record) -> C4CRecord:
        properties = dict(record.properties)
        if record.kind is RecordType.CONTACT:
            account_id = properties.get("AccountID")
            name = self.name_of_account(account_id) if account_id else ""
            properties["AccountFormattedName"] = name
        return C4CRecord(record.id, record.etag, properties)

    def _create(self, kind: RecordType, properties: Mapping[str, Any]) -> Record:
        self._count += 1
        number = f"{self._count:03}"
        object_id = f"{self._count:032}"
        now = self.clock()
        own = {"AccountID": number} if kind is RecordType.ACCOUNT else {}
        stamps = {"ObjectID": object_id, "CreationOn": now, "ChangedOn": now}
        status = {STATUS_PROPERTY[kind]: ACTIVE, "Territory": "north"}
        blank = dict.fromkeys(map(c4c_name, NAMES[kind]), "")
        record = Record(object_id, kind, {**blank, **status, **own, **properties, **stamps})
        self.records[record.id] = record
        return record

    def _change(self, record: Record, properties: Mapping[str, Any]) -> None:
        record.properties.update(properties)
        record.properties["ChangedOn"] = self.clock()
        record.version += 1


def _as_c4c_keeps(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the server makes of a write: titles are cut."""
    kept = dict(properties)
    if title := kept.get("title"):
        kept["title"] = str(title)[:TITLE_KEPT]
    return kept


@lru_cache
def territories(text: str) -> frozenset[str]:
    """Return the territories that a filter such as `in:north,south` shows."""
    return frozenset(text[3:].split(","))


def _passes(text: str | None, record: Record) -> bool:
    if text is None:
        return True
    if text.startswith("in:"):
        return record.properties["Territory"] in territories(text)
    since = text.removeprefix("ChangedOn ge datetimeoffset'").removesuffix("'")
    return str(record.properties["ChangedOn"]) >= since
