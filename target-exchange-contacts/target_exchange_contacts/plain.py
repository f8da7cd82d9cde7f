"""Plain records of any tap: upserts by mailbox and id or key, tombstones to Deleted Items.

Responsible for reading before writing: what an item holds already is not written, nothing is
written over a version that was not seen, and nothing is created that is there (I10). A create whose
reply is lost is looked for, never repeated blindly; a run that was cut off is made good by the next
one, for its look-up finds what was created.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contact_sync.book import FailureKind
from contact_sync.plain import UnfitRecordError, merged_by_id
from exchange_client import (
    ContactCreate,
    ContactTrash,
    ContactUpdate,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    PreconditionFailedError,
    ThrottledError,
    TransientError,
)

from target_exchange_contacts.failures import classify
from target_exchange_contacts.plain_lookup import keys_of, look_up
from target_exchange_contacts.plain_values import is_held, to_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.core.loading import StreamPlan
    from contact_sync.core.model import RecordType
    from contact_sync.plain import PlainBook, PlainRecord
    from exchange_client import Contact, ExchangeClient, Folder, Outcome

#: How often an item is read and written again that others keep changing.
_ATTEMPTS = 3

_CODES = {FailureKind.UNKNOWN: "unknown_outcome", FailureKind.UNAVAILABLE: "unavailable"}


class PlainExchange:
    """Loads plain records into the mailboxes of one tenant."""

    def __init__(self, client: ExchangeClient, book: PlainBook) -> None:
        self._client = client
        self._book = book

    def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
        """Load the records of one stream; failures of single records go to the book.

        Raises:
            ExchangeError: Nothing can be loaded.
        """
        by_mailbox: dict[str, list[PlainRecord]] = defaultdict(list)
        for record in self._book.read(stream, kind, records):
            by_mailbox[record.mailbox].append(record)
        passing: list[tuple[_MailboxLoad, ExchangeError]] = []
        for mailbox, group in by_mailbox.items():
            load = _MailboxLoad(self._client, self._book, mailbox, self._book.plans[stream])
            try:
                load.run(group)
            except MailboxError as error:
                load.give_up("rejected", f"mailbox {error.reason.value}")
            except (FolderGoneError, ThrottledError, TransientError) as error:
                passing.append((load, error))
        if passing and len(passing) == len(by_mailbox):
            raise passing[-1][1]
        for load, cause in passing:
            # In trouble by itself: the others went on (I45).
            load.give_up("unavailable", cause.code)


class _MailboxLoad:
    """The records of one mailbox; `open` are those without an outcome yet, by position."""

    def __init__(
        self, client: ExchangeClient, book: PlainBook, mailbox: str, plan: StreamPlan
    ) -> None:
        self._client = client
        self._book = book
        self._mailbox = mailbox
        self._plan = plan
        self._folders: list[Folder] = []
        self.open: dict[int, PlainRecord] = {}

    def run(self, records: Sequence[PlainRecord]) -> None:
        """Load the records.

        Raises:
            ExchangeError: The mailbox, or Exchange, cannot be used.
        """
        self.open = {record.position: record for record in records}
        self._folders = self._client.list_folders(self._mailbox)
        new = self._find([record for record in records if record.remote_id is None])
        lost = self._create(new)
        missing = self._find([record for record, _ in lost])
        errors = {record.position: error for record, error in lost}
        for record in missing:
            # Lists may lag: only a later run can tell that it was not created.
            self._refused(record, errors[record.position])
        self._merge()
        for _ in range(_ATTEMPTS):
            self._write(list(self.open.values()))
        self.give_up("unavailable", "changed again and again meanwhile")

    def give_up(self, code: str, detail: str) -> None:
        """Report what has no outcome yet."""
        for record in list(self.open.values()):
            self._fail(record, code, detail)

    def _find(self, records: Sequence[PlainRecord]) -> list[PlainRecord]:
        """Give records the ids of their items; return those that have none."""
        hits = look_up(self._client, self._mailbox, self._folders, self._plan, records)
        found, new = self._book.settle(records, hits)
        for record in records:
            del self.open[record.position]
        self.open.update({record.position: record for record in (*found, *new)})
        return new

    def _merge(self) -> None:
        """Let records that turned out to be one item be one record."""
        one = merged_by_id(self.open.values(), self._plan)
        self.open = {record.position: record for record in one}

    def _create(self, records: Sequence[PlainRecord]) -> list[tuple[PlainRecord, ExchangeError]]:
        """Create items; return the records whose item may be there although it failed."""
        writes: list[tuple[PlainRecord, ContactCreate]] = []
        for record in records:
            try:
                write = self._new(record, to_body(record.properties))
            except UnfitRecordError as error:
                self._unfit(record, error)
                continue
            writes.append((record, write))
        lost: list[tuple[PlainRecord, ExchangeError]] = []
        sent = [write for _, write in writes]
        results = self._client.create_contacts(self._mailbox, sent) if sent else []
        for (record, _), result in zip(writes, results, strict=True):
            item = result.contact
            if item is not None and record.key not in keys_of(self._plan, item):
                # Created all the same: the next run would not find it.
                self.open[record.position] = replace(record, remote_id=item.id)
                detail = "created, but Exchange shows its key in another form"
                self._fail(self.open[record.position], "rejected", detail)
            elif result.error is None:
                self._done(record, "created")
            elif classify(result.error).kind in _CODES:
                lost.append((record, result.error))
            else:
                self._refused(record, result.error)
        return lost

    def _write(self, records: Sequence[PlainRecord]) -> None:
        """Write what is still open; records that moved on between read and write stay open."""
        if not records:
            return
        found = self._read(records)
        plans: dict[str, list[tuple[PlainRecord, Any]]] = defaultdict(list)
        for record in [entry for entry in records if entry.position in self.open]:
            item = self._in_sight(found.get(record.remote_id or ""))
            try:
                outcome, write = self._change(record, item)
            except UnfitRecordError as error:
                self._unfit(record, error)
                continue
            plans[outcome].append((record, write))
        for record, _ in plans["unchanged"]:
            self._done(record, "unchanged")
        for outcome, send in (
            ("updated", self._client.update_contacts),
            ("trashed", self._client.trash_contacts),
        ):
            if plans[outcome]:
                outcomes = send(self._mailbox, [write for _, write in plans[outcome]])
                self._book_all(outcome, [record for record, _ in plans[outcome]], outcomes)

    def _read(self, records: Sequence[PlainRecord]) -> dict[str, Contact | None]:
        """Return the items by id; ids that cannot be read become failures."""
        by_id = {record.remote_id: record for record in records if record.remote_id}
        found = self._client.get_contacts(self._mailbox, list(by_id)) if by_id else {}
        items: dict[str, Contact | None] = {}
        for item_id, item in found.items():
            if isinstance(item, ExchangeError):
                self._refused(by_id[item_id], item)
            else:
                items[item_id] = item
        return items

    def _change(self, record: PlainRecord, item: Contact | None) -> tuple[str, object]:
        """Return what a success will be called, and the write that brings it about.

        Raises:
            UnfitRecordError: A property cannot hold its value.
        """
        if record.is_deleted:
            if item is None:
                return "unchanged", None
            return "trashed", ContactTrash(id=item.id, etag=item.etag, folder_id=item.folder_id)
        body = to_body(record.properties)
        if item is None:
            # A new item would have another id: each run would make one more.
            raise UnfitRecordError("404 no such item", code="rejected")
        folder = next(folder for folder in self._folders if folder.id == item.folder_id)
        changes = {
            name: value
            for name, value in body.items()
            if not is_held(name, value, item.properties.get(name), folder.display_name)
        }
        if not changes:
            return "unchanged", None
        return "updated", ContactUpdate(
            id=item.id, properties=changes, etag=item.etag, folder_id=item.folder_id
        )

    def _in_sight(self, item: Contact | None) -> Contact | None:
        """Return the item if it sits in a contact folder: one in Deleted Items counts as gone."""
        folder_ids = {folder.id for folder in self._folders}
        return item if item is not None and item.folder_id in folder_ids else None

    def _new(self, record: PlainRecord, body: Mapping[str, Any]) -> ContactCreate:
        wanted = record.properties.get("parentFolderId")
        default = next(folder.id for folder in self._folders if folder.is_default)
        # The folder of another mailbox means nothing here.
        is_known = any(folder.id == wanted for folder in self._folders)
        filled = {name: value for name, value in body.items() if value}
        if not filled:
            raise UnfitRecordError("no writable property")
        return ContactCreate(folder_id=str(wanted) if is_known else default, properties=filled)

    def _book_all(
        self, outcome: str, records: Sequence[PlainRecord], outcomes: Sequence[Outcome]
    ) -> None:
        for record, result in zip(records, outcomes, strict=True):
            if result.error is None:
                self._done(record, outcome)
            elif not isinstance(result.error, PreconditionFailedError):
                self._refused(record, result.error)

    def _refused(self, record: PlainRecord, error: ExchangeError) -> None:
        failure = classify(error)
        if isinstance(error, MailboxError) or failure.kind is FailureKind.FATAL:
            raise error
        code = _CODES.get(failure.kind, "rejected")
        self._fail(record, code, failure.detail or error.code, *failure.fields)

    def _unfit(self, record: PlainRecord, error: UnfitRecordError) -> None:
        del self.open[record.position]
        self._book.unfit(record, error)

    def _done(self, record: PlainRecord, outcome: str) -> None:
        del self.open[record.position]
        self._book.done(record, outcome)

    def _fail(self, record: PlainRecord, code: str, detail: str, *fields: str) -> None:
        del self.open[record.position]
        self._book.failed(record, code, fields=fields, detail=detail)
