"""What the repositories hand out besides `core.model`: rows of the store as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from contact_sync.core.model import Issue, RecordType, Severity, Side


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One write that was announced and whose outcome is not known yet.

    Attributes:
        intent_id: UUID text.
        link_id: Link concerned.
        side: System that is written to.
        kind: create / retire / move / trash / revive / update.
        opened_at: UTC, aware; before the write was sent.
        written: For an update: field -> digest of the value that was sent.
    """

    intent_id: str
    link_id: str
    side: Side
    kind: str
    opened_at: datetime
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IssueRow:
    """One open issue with its history. All times are UTC, aware.

    Attributes:
        issue_id: UUID text.
        issue: What was raised last.
        severity: From `core.issues`; a code that is not listed there needs a person.
        opened_at: When it was raised first.
        last_seen_at: When it was raised last.
        attempts: How often the record was tried, the first time included.
        next_attempt_at: From when on it is worth another try.
    """

    issue_id: str
    issue: Issue
    severity: Severity
    opened_at: datetime
    last_seen_at: datetime
    attempts: int
    next_attempt_at: datetime


@dataclass(frozen=True, kw_only=True)
class Request:
    """One id that a tap is asked to read again.

    Attributes:
        request_id: UUID text; new each time the same id is asked for.
        side: System to read.
        mailbox: Mailbox to read; empty for C4C.
        record_type: Type to read; None where the side does not need it (Exchange).
        remote_id: Exchange id or ObjectID; `*` for everything.
    """

    request_id: str
    side: Side
    mailbox: str
    record_type: RecordType | None
    remote_id: str


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Removals that wait for a person.

    Attributes:
        hold_id: Short, for typing: `h-` and six hex digits.
        mailbox: Mailbox of the links.
        record_type: Type of the links.
        side: System on which the removals would happen.
        reason: Which guard stopped them.
        link_ids: The links that are left, sorted.
        state: pending / approved / rejected / done.
        created_at: UTC, aware.
    """

    hold_id: str
    mailbox: str
    record_type: RecordType
    side: Side
    reason: str
    link_ids: tuple[str, ...]
    state: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run of a stage.

    Attributes:
        run_id: UUID text.
        stage: Name of the stage.
        mailbox: Its mailbox; empty if it serves several.
        started_at: UTC, aware.
        finished_at: None while it runs, or for ever if it was cut off.
        outcome: `ok`, `failed`, or another word of the stage; None like `finished_at`.
        counts: What it did, by name.
    """

    run_id: str
    stage: str
    mailbox: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    counts: Mapping[str, int]
