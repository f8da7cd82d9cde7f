"""Retirements: how a C4C record is "deleted" when its Exchange item is gone.

Responsible for the rule that an edit made in C4C since the last session outlives the deletion
(E5), for conversions (the new record first), and for the intent before every removal.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from c4c_client import (
    Delete,
    NotFoundError,
    PreconditionFailedError,
    RejectedError,
    UnknownOutcomeError,
    Update,
)
from contact_sync.core import merge, outcome
from contact_sync.core.model import Phase, Side
from contact_sync.core.status import OBSOLETE, STATUS_PROPERTY, is_obsolete

from target_c4c.apart import execute, is_unheard, records_for
from target_c4c.failures import of_seen
from target_c4c.updating import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from c4c_client import C4CClient, C4CRecord, Write
    from contact_sync.book import Book

    from target_c4c.task import Task


@dataclass
class _Removal:
    """One removal between rounds."""

    task: Task
    intent: str
    etag: str | None
    deletes: bool
    is_suspect: bool = False
    is_missed: bool = False


class Retiring:
    """Runs retire operations, one collection at a time."""

    def __init__(self, client: C4CClient, book: Book) -> None:
        self._client = client
        self._book = book

    def run(self, tasks: Sequence[Task]) -> None:
        """Bring every task to an end: retired, kept because C4C edited it, or an issue."""
        due = [task for task in tasks if self._is_due(task)]
        for task in [task for task in due if self._is_local(task)]:
            self._book.done(task, outcome.retire(task.link))
            due.remove(task)
        if not due:
            return
        intents = self._book.store.intents.open(
            Side.C4C, "retire", [task.link.link_id for task in due]
        )
        open_ = [
            _Removal(
                task,
                intents[task.link.link_id],
                task.contract.if_match,
                task.contract.policy.get("c4c_delete") == "delete",
            )
            for task in due
        ]
        for _ in range(ROUNDS):
            if not open_:
                return
            open_ = self._round(open_)
        for removal in open_:
            self._book.store.intents.close(removal.intent, "failed")
            self._book.one_issue(removal.task, "unavailable")

    def _is_due(self, task: Task) -> bool:
        if task.link.phase is Phase.RETIRED:
            return False
        if task.contract.requires is None:
            return True
        successor = self._book.store.links.get(task.contract.requires)
        # I41: at every moment one live record; the old one stays until the new one is known.
        return successor is not None and successor.c4c_id is not None

    def _is_local(self, task: Task) -> bool:
        return task.link.c4c_id is None or task.contract.policy.get("c4c_delete") == "unlink"

    def _round(self, removals: list[_Removal]) -> list[_Removal]:
        ready = [removal for removal in removals if removal.etag]
        ready += self._checked([removal for removal in removals if not removal.etag])
        results = execute(self._client, [(self._write(entry), entry.is_suspect) for entry in ready])
        again = []
        for removal, result in zip(ready, results, strict=True):
            error = result.error
            if error is None:
                self._retired(removal, result.record)
            elif isinstance(error, NotFoundError) and not removal.is_missed:
                # Asked, not guessed: only a look by key proves that it is gone (I7).
                removal.etag, removal.is_missed = None, True
                again.append(removal)
            elif isinstance(error, (PreconditionFailedError, UnknownOutcomeError)):
                removal.etag = None
                removal.is_suspect = is_unheard(error)
                again.append(removal)
            elif isinstance(error, (NotFoundError, RejectedError)) and removal.deletes:
                # Master data is `sap:deletable="false"`: status Obsolete instead.
                removal.deletes = False
                again.append(removal)
            else:
                error = of_seen(error) if removal.is_missed else error
                self._book.failed(removal.task, error, removal.intent)
        return again

    def _write(self, removal: _Removal) -> Write:
        task = removal.task
        object_id = task.link.c4c_id or ""
        if removal.deletes:
            return Delete(task.collection, object_id, removal.etag)
        body = {STATUS_PROPERTY[task.kind]: OBSOLETE}
        return Update(task.collection, object_id, body, removal.etag)

    def _checked(self, removals: list[_Removal]) -> Iterator[_Removal]:
        """Yield the removals that still stand after a look at the live records."""
        if not removals:
            return
        wanted = [
            # Of one that may have been carried out already, the next session has to find out.
            (entry.task, entry.task.link.c4c_id or "", None if entry.is_suspect else entry.intent)
            for entry in removals
        ]
        records = records_for(self._client, self._book, wanted)
        for removal in removals:
            task = removal.task
            if (task.link.c4c_id or "") not in records:
                continue  # an issue by now
            record = records.get(task.link.c4c_id or "")
            if record is None or is_obsolete(task.kind, record.properties):
                # I42: deleted on both sides, nothing is left to do.
                self._retired(removal, record)
                continue
            live = task.digests_of(record, self._book.key)
            base = task.base_of(live)
            known = {name: digest for name, digest in live.items() if name in base}
            is_moved = task.facts(record, self._book.key).account_id != (task.link.account_id or "")
            # The account was renamed at most, maybe by us: that is no edit of the contact. Another
            # account is one, whatever its name.
            known.pop("company", None)
            edited = merge.edited_fields(base, known)
            if is_moved and "company" in live:
                edited = tuple(sorted({*edited, "company"}))
            keeps = task.contract.policy.get("delete_vs_edit") != "delete"
            if edited and keeps and task.link.phase is not Phase.CONVERTING:
                self._kept(removal, edited)
            else:
                removal.etag = record.etag
                # No edit vanishes unseen, even where the deletion or the conversion wins; on
                # record before it is lost, for after a crash it cannot be seen any more.
                self._book.conflict(task, edited, edited, {name: live[name] for name in edited})
                yield removal

    def _kept(self, removal: _Removal, edited: tuple[str, ...]) -> None:
        """E5: the edit is the only thing that would be lost, so the item comes back."""
        task = removal.task
        again, *stray = outcome.recreate(task.link, str(uuid.uuid4()))
        # At once: after a crash in between nobody would decide this again, and nobody would know.
        with self._book.store.transaction():
            self._book.store.links.save(*stray)
            self._book.done(task, again, removal.intent)
            self._book.issue(task, "delete_vs_edit", edited)

    def _retired(self, removal: _Removal, record: C4CRecord | None) -> None:
        task = removal.task
        link = outcome.retire(task.link)
        if record is not None:
            changed_at = record.properties.get("ChangedOn")
            link = outcome.see_version(link, changed_at).but(c4c_etag=record.etag)
        self._book.done(task, link, removal.intent)
        self._book.store.issues.close(link_id=link.link_id)
