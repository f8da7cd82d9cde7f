"""A tenant in memory that refuses what it is told to, as target-c4c's client sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from c4c_client import (
    C4CRecord,
    Create,
    PreconditionFailedError,
    RejectedError,
    Update,
    WriteResult,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from c4c_client import C4CError, Write


@dataclass
class RefusingC4C:
    """Answers the methods of `c4c_client.C4CClient` that the target uses.

    Attributes:
        records: ObjectID -> properties.
        versions: ObjectID -> number of writes.
        refused: Properties that are refused by name, one per answer, as C4C does.
        unreadable: ObjectID -> why it cannot be read by key.
        unlisted: Why nothing can be listed; None: it can.
        before: Told of each write before it is carried out; returns its error, if any.
        batches: What was sent, batch by batch.
    """

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unreadable: dict[str, C4CError] = field(default_factory=dict)
    unlisted: C4CError | None = None
    before: Callable[[Write], C4CError | None] = lambda _: None
    batches: list[list[Write]] = field(default_factory=list)
    identity: str = "my000000.example"

    def check_connection(self) -> None:
        """The service answers."""

    def put(self, object_id: str, **properties: Any) -> C4CRecord:
        """Let a user create or change a record."""
        self.records.setdefault(object_id, {"ObjectID": object_id}).update(properties)
        self.versions[object_id] = self.versions.get(object_id, 0) + 1
        return self._shown(object_id)

    def list_records(self, _: str, **__: Any) -> Iterator[C4CRecord]:
        if self.unlisted is not None:
            raise self.unlisted
        yield from map(self._shown, self.records)

    def get_records(
        self, _: str, object_ids: Sequence[str], failed: Callable[[str, C4CError], None]
    ) -> dict[str, C4CRecord | None]:
        for one in object_ids:
            if one in self.unreadable:
                failed(one, self.unreadable[one])
        readable = [one for one in object_ids if one not in self.unreadable]
        return {one: self._shown(one) if one in self.records else None for one in readable}

    def search(self, collection: str, filters: Sequence[str], *_: Any) -> list[list[C4CRecord]]:
        found = list(self.list_records(collection))
        return [found for _ in filters]

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        if writes:
            self.batches.append(list(writes))
        return [self._execute(write) for write in writes]

    def _execute(self, write: Write) -> WriteResult:
        if error := self.before(write):
            return WriteResult(error=error)
        if not isinstance(write, (Create, Update)):
            return WriteResult(error=RejectedError("not deletable", http_status=403))
        hit = sorted(self.refused & write.properties.keys())
        if hit:
            return WriteResult(error=RejectedError("refused", property_name=hit[0]))
        if isinstance(write, Create):
            return WriteResult(self.put(f"new-{len(self.records)}", **write.properties))
        if write.etag not in (None, self._shown(write.object_id).etag):
            return WriteResult(error=PreconditionFailedError("it moved on"))
        return WriteResult(self.put(write.object_id, **write.properties))

    def _shown(self, object_id: str) -> C4CRecord:
        return C4CRecord(object_id, f"v{self.versions[object_id]}", dict(self.records[object_id]))
