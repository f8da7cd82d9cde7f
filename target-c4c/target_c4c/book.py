"""Outcomes: what a target notes in the sync store about operations that worked or failed.

Responsible for turning client errors into issues of one record, or into the end of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client import (
    AuthError,
    C4CError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
)
from contact_sync.core.model import Issue, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.model import Link
    from contact_sync.store import Store

    from target_c4c.task import Task


class Book:
    """The store, as the steps of this target use it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key = store.digest_key
        self.counts: dict[str, int] = {}

    def fresh(self, task: Task) -> Task:
        """Give the task the link as it stands in the store now."""
        task.link = self.store.links.get(task.link.link_id) or task.link
        return task

    def save(self, task: Task, link: Link) -> None:
        """Store the link and keep it with the task."""
        task.link = link
        self.store.links.save(link)

    def done(self, task: Task, link: Link, intent: str | None = None) -> None:
        """Store a success: link, intent, hold and issues in one transaction."""
        with self.store.transaction():
            self.save(task, link)
            if intent is not None:
                self.store.intents.close(intent, "done")
            if task.contract.hold:
                self.store.holds.finish_link(task.contract.hold, link.link_id)
            for code in ("rejected", "unavailable", "unknown_outcome", "unresolved_intent"):
                self.store.issues.close(code=code, link_id=link.link_id)
        self.count(task.contract.op.value)

    def failed(self, task: Task, error: C4CError, intent: str | None = None) -> None:
        """Store a failure of this record as an issue.

        Raises:
            AuthError: Nothing else can work either.
            ProtocolError: The same.
        """
        if isinstance(error, UnknownOutcomeError):
            # The intent stays open: the next run finds out what happened before it repeats.
            self.issue(task, "unknown_outcome")
            return
        if intent is not None:
            self.store.intents.close(intent, "failed")
        if isinstance(error, (AuthError, ProtocolError)):
            raise error
        if isinstance(error, RejectedError):
            names = [error.property_name] if error.property_name else []
            self.issue(task, "rejected", names, f"{error.http_status} {error.code}".strip())
        elif isinstance(error, NotFoundError):
            self.ask_again(task.link)
        else:
            self.issue(task, "unavailable")
        self.count("failed")

    def issue(self, task: Task, code: str, fields: Iterable[str] = (), detail: str = "") -> None:
        """Raise an issue about the task's link."""
        self.store.issues.raise_(
            Issue(
                code=code,
                mailbox=task.link.mailbox,
                record_type=task.kind,
                link_id=task.link.link_id,
                exchange_id=task.link.exchange_id,
                c4c_id=task.link.c4c_id,
                fields=tuple(sorted(fields)),
                detail=detail,
            )
        )

    def conflict(
        self, task: Task, conflicts: Iterable[str], kept: Iterable[str], lost: Mapping[str, str]
    ) -> None:
        """Log a conflict with the digest of the value that was dropped, per field."""
        names = sorted(conflicts)
        if not names:
            self.store.issues.close(code="conflict", link_id=task.link.link_id)
            return
        winners = {name: "exchange" if name in set(kept) else "c4c" for name in names}
        detail = "; ".join(f"{n}: {winners[n]} won, dropped {lost.get(n, '?')}" for n in names)
        self.issue(task, "conflict", names, detail)

    def ask_again(self, link: Link) -> None:
        """Ask tap-c4c for the record, so that stage 2 sees it in this session."""
        if link.c4c_id:
            self.store.requests.add(Side.C4C, record_type=link.record_type, remote_id=link.c4c_id)

    def count(self, name: str) -> None:
        """Count an outcome for the run."""
        self.counts[name] = self.counts.get(name, 0) + 1
