"""Outcomes: what a target notes in the sync store about operations that worked or failed.

Responsible for storing an outcome as one transaction, and for turning failures of one record into
issues. What a client's error means is told by the target (`Failure`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from contact_sync.core.issues import MAILBOX_CODES, MAILBOX_WRITE_CODES, WRITE_CODES, WRITTEN_TO
from contact_sync.core.model import Issue, RecordType, Side
from contact_sync.store import session_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contact_sync.contract import Contract
    from contact_sync.core.model import Link
    from contact_sync.store import Intent, Store


class FailureKind(str, Enum):
    """What a failed operation means for the run."""

    UNKNOWN = "unknown"
    REJECTED = "rejected"
    GONE = "gone"
    UNAVAILABLE = "unavailable"
    MAILBOX = "mailbox"
    DENIED = "denied"
    FATAL = "fatal"


@dataclass(frozen=True)
class Failure:
    """A client's error, sorted.

    Attributes:
        kind: unknown: the write may have happened; rejected: this record only; gone: the record
            is not there; unavailable: later; mailbox: nothing can be written to this mailbox;
            denied: so it seems of the mailbox, unless another write works (I45); fatal: nothing
            else can work either.
        fields: Vendor properties the service complained about.
        detail: Status and code.
        code: For `mailbox` and `denied`: the issue that names the cause.
    """

    kind: FailureKind
    fields: tuple[str, ...] = ()
    detail: str = ""
    code: str = ""


class Task(Protocol):
    """What the book needs to know of an operation."""

    contract: Contract
    link: Link

    @property
    def kind(self) -> RecordType:
        """Record type of the link."""


def _is_refusal(issue: Issue) -> bool:
    return issue.code == "rejected"


#: Issues that a success of the same link closes.
_TRANSIENT_CODES = (
    *("account_not_found", "rejected", "unavailable", "unknown_outcome"),
    "unresolved_intent",
)


def end_waiting(store: Store, link: Link) -> None:
    """Drop links by which the record of this pair still waits for an item."""
    for entry in store.links.waiting_for_item(link.mailbox, link.c4c_id or ""):
        if entry.link_id != link.link_id:
            store.links.delete(entry.link_id)
            store.issues.close(link_id=entry.link_id)


def cut_off(store: Store, side: Side) -> Iterator[tuple[Intent, Link]]:
    """Yield the writes to a side whose outcome this session has to find out, with their links.

    What a session of another mailbox has announced is not cut off: it is at work beside this one.
    """
    if not store.intents.list_open(side):
        # As a rule; who is at work costs a look at the system's processes.
        return
    elsewhere = store.locks.held_elsewhere(session_owner())
    for intent in store.intents.list_open(side):
        link = store.links.get(intent.link_id)
        # Intents go with their links; one that is gone went between the two looks.
        if link is not None and link.mailbox not in elsewhere:
            yield intent, link


class Book:
    """The store, as the steps of a target use it.

    Attributes:
        counts: Outcome -> number of operations.
        troubled: Mailboxes that cannot be written to, and why; their operations are left for the
            next session.
    """

    def __init__(self, store: Store, side: Side, classify: Callable[[Exception], Failure]) -> None:
        self.store = store
        self.key = store.digest_key
        self.counts: dict[str, int] = {}
        self.troubled: dict[str, Failure] = {}
        self._side = side
        self._classify = classify
        self._writable: set[str] = set()
        self._denied: dict[str, list[tuple[Task, Failure]]] = {}
        self._of_other_side: set[str] | None = None

    def fresh(self, link: Link) -> Link:
        """Return the link as it stands in the store now."""
        return self.store.links.get(link.link_id) or link

    def save(self, task: Task, link: Link) -> None:
        """Store the link and keep it with the task."""
        task.link = link
        self.store.links.save(link)

    def done(self, task: Task, link: Link, intent: str | None = None) -> None:
        """Store a success: link, intent, hold and issues in one transaction."""
        with self.store.transaction():
            self.save(task, link)
            self._close(task, intent)
        self.count(task.contract.op.value)

    def joined(self, task: Task, link: Link) -> None:
        """Store that an item and a record are a pair."""
        with self.store.transaction():
            end_waiting(self.store, link)
            self.done(task, link)
            self.store.issues.close(code="ambiguous_match", link_id=link.link_id)
            self.end_doubt(link)

    def end_doubt(self, link: Link) -> None:
        """Close what was open about an item before it had a link: it has its record now."""
        if link.exchange_id is not None:
            for code in ("ambiguous_match", "linked_record_gone"):
                self.store.issues.close(
                    code=code, mailbox=link.mailbox, exchange_id=link.exchange_id
                )

    def forgotten(self, task: Task, intent: str | None = None) -> None:
        """Store a success after which the link has no meaning any more."""
        with self.store.transaction():
            self._close(task, intent)
            self.store.links.delete(task.link.link_id)
        self.count(task.contract.op.value)

    def failed(
        self,
        task: Task,
        error: Exception,
        intent: str | None = None,
        refused: Iterable[str] = (),
    ) -> None:
        """Store a failure of this record as an issue.

        Args:
            task: The operation.
            error: What the client says.
            intent: Intent of the write that failed.
            refused: Vendor properties that were refused before, and left out since.

        Raises:
            Exception: The error itself, if nothing else can work either.
        """
        failure = self._classify(error)
        failure = replace(failure, fields=tuple(sorted({*failure.fields, *refused})))
        if failure.kind is FailureKind.UNKNOWN:
            # The intent stays open: the next run finds out what happened before it repeats.
            self.one_issue(task, "unknown_outcome", failure.fields)
            return
        if intent is not None:
            self.store.intents.close(intent, "failed")
        if failure.kind is FailureKind.FATAL:
            raise error
        if failure.kind is FailureKind.MAILBOX:
            self.troubled[task.link.mailbox] = failure
            self.ask_again(task.link, Side.C4C)
        elif failure.kind is FailureKind.DENIED:
            self._denied.setdefault(task.link.mailbox, []).append((task, failure))
        elif failure.kind is FailureKind.REJECTED:
            self.one_issue(task, "rejected", failure.fields, failure.detail)
        elif failure.kind is FailureKind.GONE and self._remote(task.link, self._side):
            self.ask_again(task.link, self._side)
        else:
            self.one_issue(task, "unavailable", failure.fields, failure.detail)
        self.count("failed")

    def unreadable(self, task: Task, error: Exception, intent: str | None = None) -> None:
        """Store that what is to be written cannot be read: the issue that its own tap raises.

        A record's pairs are asked for when it is read again (`planning/trouble.py`).

        Raises:
            Exception: The error itself, if nothing else can work either.
        """
        failure = self._classify(error)
        if failure.code or failure.kind is FailureKind.FATAL:
            self.failed(task, error, intent)
            return
        if intent is not None:
            self.store.intents.close(intent, "failed")
        link, kind, detail = task.link, task.kind, failure.detail
        if self._side is Side.C4C:
            of_record = Issue(
                code="unreadable_record",
                mailbox="",
                record_type=kind,
                c4c_id=link.c4c_id,
                detail=detail,
            )
            with self.store.transaction():
                for code in WRITE_CODES:
                    self.store.issues.close(code=code, link_id=link.link_id)
                self.store.issues.raise_(of_record)
        else:
            self.store.issues.raise_(
                Issue(
                    code="unreadable_item",
                    mailbox=link.mailbox,
                    record_type=kind,
                    exchange_id=link.exchange_id,
                    detail=detail,
                )
            )
            self.ask_again(link, Side.C4C)
        self.count("failed")

    def one_issue(
        self, task: Task, code: str, fields: Iterable[str] = (), detail: str = ""
    ) -> None:
        """Raise the one issue about a write that failed; its last cause is the one that counts."""
        with self.store.transaction():
            for other in WRITE_CODES:
                if other != code:
                    self.store.issues.close(code=other, link_id=task.link.link_id)
            self.issue(task, code, fields, f"{WRITTEN_TO[self._side]} {detail}".strip())
        self._still_refused().discard(task.link.link_id)

    def _still_refused(self) -> set[str]:
        """Return the links whose write to the other side failed: a success here does not end it."""
        if self._of_other_side is None:
            mark = WRITTEN_TO[Side.C4C if self._side is Side.EXCHANGE else Side.EXCHANGE]
            issues = [row.issue for row in self.store.issues.list_open()]
            self._of_other_side = {
                issue.link_id or ""
                for issue in issues
                if issue.code in WRITE_CODES and issue.detail.startswith(mark)
            }
        return self._of_other_side

    def tell_troubled(self) -> None:
        """Raise the issues about mailboxes in trouble, one for each.

        A denial is of the record alone where something else can be written to the mailbox now,
        or could when the record was denied before (I45).
        """
        refused = {r.issue.link_id for r in self.store.issues.list_open() if _is_refusal(r.issue)}
        for mailbox, denied in self._denied.items():
            accusing = [failure for _, failure in denied if failure.code]
            if (
                not accusing
                or mailbox in self._writable
                or all(task.link.link_id in refused for task, _ in denied)
            ):
                for task, failure in denied:
                    self.one_issue(task, "rejected", failure.fields, failure.detail)
                denied.clear()
                continue
            for task, _ in denied:
                self.ask_again(task.link, Side.C4C)
            if mailbox not in self.troubled:
                # What else is asked of it is tried all the same.
                self._mailbox_issue(mailbox, accusing[0])
        for mailbox, failure in self.troubled.items():
            self._mailbox_issue(mailbox, failure)

    def _mailbox_issue(self, mailbox: str, failure: Failure) -> None:
        """Raise the one issue about a mailbox in trouble, instead of one per operation (I45)."""
        for code in MAILBOX_CODES - {failure.code}:
            self.store.issues.close(code=code, mailbox=mailbox)
        self.store.issues.raise_(
            Issue(
                code=failure.code,
                mailbox=mailbox,
                record_type=RecordType.CONTACT,
                detail=failure.detail,
            )
        )

    def issue(
        self,
        task: Task,
        code: str,
        fields: Iterable[str] = (),
        detail: str = "",
        *,
        is_linked: bool = True,
    ) -> None:
        """Raise an issue about the task's link; about its item alone where the link ends."""
        self.store.issues.raise_(
            Issue(
                code=code,
                mailbox=task.link.mailbox,
                record_type=task.kind,
                link_id=task.link.link_id if is_linked else None,
                exchange_id=task.link.exchange_id,
                c4c_id=task.link.c4c_id,
                fields=tuple(sorted(fields)),
                detail=detail,
            )
        )

    def conflict(
        self, task: Task, conflicts: Iterable[str], kept: Iterable[str], lost: Mapping[str, str]
    ) -> None:
        """Log a conflict with the digest of the value that was dropped, per field.

        Args:
            task: The operation.
            conflicts: Fields that both sides gave different values.
            kept: Those of them whose Exchange value won.
            lost: Digest of the dropped value per field.
        """
        names = sorted(conflicts)
        if not names:
            return
        winners = {name: "exchange" if name in set(kept) else "c4c" for name in names}
        detail = "; ".join(f"{n}: {winners[n]} won, dropped {lost.get(n, '?')}" for n in names)
        self.issue(task, "conflict", names, detail)

    def overridden(self, task: Task, names: Iterable[str]) -> None:
        """Tell of edits that were undone because their fields do not travel that way."""
        plain, company = set(names) - {"company"}, set(names) & {"company"}
        for code, found in (("read_only_edit", plain), ("company_restored", company)):
            if found:
                self.issue(task, code, found)

    def ask_again(self, link: Link, side: Side) -> None:
        """Ask a tap to read the link's record or item again."""
        remote = self._remote(link, side)
        if remote:
            mailbox = link.mailbox if side is Side.EXCHANGE else ""
            self.store.requests.add(
                side, mailbox=mailbox, record_type=link.record_type, remote_id=remote
            )

    def _remote(self, link: Link, side: Side) -> str | None:
        return link.exchange_id if side is Side.EXCHANGE else link.c4c_id

    def count(self, name: str) -> None:
        """Count an outcome for the run."""
        self.counts[name] = self.counts.get(name, 0) + 1

    def _close(self, task: Task, intent: str | None) -> None:
        if intent is not None:
            self.store.intents.close(intent, "done")
        if task.contract.hold:
            self.store.holds.finish_link(task.contract.hold, task.link.link_id)
        link_id = task.link.link_id
        kept = WRITE_CODES if link_id in self._still_refused() else ()
        closed = [
            self.store.issues.close(code=code, link_id=link_id)
            for code in _TRANSIENT_CODES
            if code not in kept
        ]
        if self._side is Side.EXCHANGE and task.link.mailbox not in self._writable:
            self._writable.add(task.link.mailbox)
            for code in MAILBOX_WRITE_CODES:
                self.store.issues.close(code=code, mailbox=task.link.mailbox)
        if any(closed):
            # It may have been about a write to the other side, and had this side read again.
            self.ask_again(task.link, self._side)
