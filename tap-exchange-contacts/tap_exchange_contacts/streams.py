"""The streams: which records, in which order, and when the state moves on.

The state of a mailbox moves on in one step, after the last record about it. Until then every
STATE message repeats what was received, so that a run that was cut off is simply repeated.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_LOG_BASED
from typing_extensions import override

from tap_exchange_contacts import reading, schemas, settings
from tap_exchange_contacts.errors import explained

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib.messages import SchemaMessage

    from tap_exchange_contacts.mailbox import Findings
    from tap_exchange_contacts.source import Source


#: Member of a state that tells which sync store it belongs to, and how old that was.
MARK = "store_mark"


class MailboxStream(Stream):
    """A stream over all mailboxes that keeps the SDK's own state handling out of the way."""

    def __init__(self, tap: Tap, source: Source) -> None:
        super().__init__(tap)
        self._source = source

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        told = settings.told(self.config)
        for message in super()._generate_schema_messages():
            # The sync compares it with its own settings, before any record.
            message.schema = {**message.schema, **({"x-settings": told} if told else {})}
            yield message

    @property
    @override
    def partitions(self) -> None:
        """None: the SDK would log each mailbox as the context of its metrics."""
        return None

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Leave the state alone: STATE messages during the run repeat what was received."""

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
        """Yield the records of all mailboxes."""
        raise NotImplementedError


class ContactFoldersStream(MailboxStream):
    """All contact folders, the default folder included."""

    name = "contact_folders"
    primary_keys = ("mailbox", "id")
    schema = schemas.CONTACT_FOLDERS

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        usable = self._source.mailboxes
        # Before anything goes out, if it is known that early.
        self._source.check_any_is_usable()
        for mailbox in usable:
            for folder in self._source.folders(mailbox):
                yield reading.folder_record(mailbox, folder)


class ContactsStream(MailboxStream):
    """Contacts that changed, and tombstones of those that are proven to be gone."""

    name = "contacts"
    primary_keys = ("mailbox", "id")
    schema = schemas.CONTACTS

    def __init__(self, tap: Tap, source: Source) -> None:
        super().__init__(tap, source)
        # Changes come from the mailbox's own log; there is no property to resume by.
        self.forced_replication_method = REPLICATION_LOG_BASED

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        for mailbox in self._source.mailboxes:
            mark = (self._partition(mailbox) or {}).get(MARK)
            findings = self._source.read(mailbox, self._cursors(mailbox), mark)
            if findings is None:
                continue
            for contact in findings.live:
                yield reading.contact_record(mailbox, contact)
            deleted_at = self._source.now()
            for contact_id in findings.gone:
                yield reading.tombstone(mailbox, contact_id, deleted_at)
            if findings.plain_folders:
                self.log(
                    "The service gives no changes of %d folder(s) of a mailbox: listed as a whole",
                    findings.plain_folders,
                )
            self.log(
                "Read a mailbox: %d contacts, %d tombstones, %d of %d folders in full",
                len(findings.live),
                len(findings.gone),
                len(findings.full_folders),
                len(findings.cursors),
            )
            self._source.finished.append(findings)
            if not self._tap.streams[MailboxReadsStream.name].selected:
                self.advance(findings)

    def advance(self, findings: Findings) -> None:
        """Move the state of a mailbox on; everything about it has been emitted."""
        known = self._partition(findings.mailbox)
        partition: dict[str, Any] = known or {"context": {"mailbox": findings.mailbox}}
        if known is None:
            self.stream_state.setdefault("partitions", []).append(partition)
        partition["folders"] = dict(findings.cursors)
        if self._source.mark is None:
            partition.pop(MARK, None)
        else:
            partition[MARK] = self._source.mark
        if self.ABORT_AT_RECORD_COUNT is None:  # a test run answers nobody's request
            self._source.close_requests(findings.mailbox)

    def _cursors(self, mailbox: str) -> dict[str, str]:
        partition = self._partition(mailbox)
        if partition is None or self.replication_method == REPLICATION_FULL_TABLE:
            return {}
        return dict(partition.get("folders") or {})

    def _partition(self, mailbox: str) -> dict[str, Any] | None:
        for partition in self.stream_state.get("partitions", ()):
            if str(partition.get("context", {}).get("mailbox", "")).lower() == mailbox:
                found: dict[str, Any] = partition
                return found
        return None


class MailboxProblemsStream(MailboxStream):
    """What could not be read: items, and mailboxes as a whole; all others go on.

    By its name it comes before the stream that moves the state of a mailbox on.
    """

    name = "mailbox_problems"
    primary_keys = ("mailbox", "id")
    schema = schemas.MAILBOX_PROBLEMS

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        self._source.check_any_is_usable()
        for mailbox, error in self._source.trouble.items():
            self.log("A mailbox was left out: %s", error, level=logging.WARNING)
            yield reading.problem(mailbox, "", error)
        for findings in self._source.finished:
            for contact_id, reason in findings.unreadable.items():
                self.log("An item was left out: %s", reason, level=logging.WARNING)
                yield reading.problem(findings.mailbox, contact_id, reason)


class MailboxReadsStream(MailboxStream):
    """One record for each mailbox that was read to the end: its contacts are complete."""

    name = "mailbox_reads"
    primary_keys = ("mailbox",)
    schema = schemas.MAILBOX_READS

    @override
    def records(self) -> Iterator[dict[str, Any]]:
        contacts = self._tap.streams[ContactsStream.name]
        for findings in self._source.finished:
            yield _read_record(findings, self._source.now())
            # Runs when the SDK asks for the next record: this one has been written.
            if isinstance(contacts, ContactsStream):
                contacts.advance(findings)
        self._source.check_nothing_is_missing()


def _read_record(findings: Findings, read_at: datetime) -> dict[str, Any]:
    return {
        "mailbox": findings.mailbox,
        "read_at": read_at.isoformat(),
        "folders": len(findings.cursors),
        "contacts_emitted": len(findings.live),
        "tombstones": len(findings.gone),
        "is_complete": True,
        "full_folders": findings.full_folders,
    }
