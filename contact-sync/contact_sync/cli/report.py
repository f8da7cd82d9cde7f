"""What the commands tell, as plain JSON values; `cli.render` turns them into text.

Responsible for collecting it from the store, and for what counts as "a person has to act".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from contact_sync.core.issues import CODES, MAILBOX_CODES
from contact_sync.core.model import Link, Owes, Severity, Side
from contact_sync.errors import MailboxNotKnownError
from contact_sync.last_words import last_words
from contact_sync.store import EVERYTHING, session_owner
from contact_sync.store.forgetting import forget_mailbox
from contact_sync.store.holds import APPROVED, PENDING, REJECTED
from contact_sync.store.runs import FAILED

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from contact_sync.store import Hold, Intent, IssueRow, RunRow, Store

#: Enough to see the last run of every stage and mailbox.
_RUNS_SEARCHED = 1000


def status(store: Store, *, now: datetime, stale_after: timedelta) -> dict[str, Any]:
    """Return the overview; `needs_a_person` and `reasons` decide `status --check`.

    Args:
        store: The store.
        now: The present time.
        stale_after: A run that has not ended for longer than this hangs.
    """
    links = store.links.list_()
    by_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in links:
        by_type[entry.record_type.value][entry.phase.value] += 1
    open_issues = store.issues.list_open()
    pending = store.holds.list_()
    last_runs = _last_runs(store)
    troubled = _mailboxes(open_issues)
    failures = last_words(store)
    reasons = [
        *(f"mailbox {entry['mailbox']}: {entry['code']}. {entry['remedy']}" for entry in troubled),
        *_reasons_of_issues(open_issues),
        *(f"hold {entry.hold_id} waits for a decision" for entry in pending),
        *(f"{entry.plugin} failed at {_time(entry.at)}: {entry.text}" for entry in failures),
        *_reasons_of_runs(
            last_runs,
            is_session_at_work=store.locks.is_any_held(),
            stale_before=now - stale_after,
        ),
    ]
    return {
        "needs_a_person": bool(reasons),
        "reasons": reasons,
        "mailboxes_in_trouble": troubled,
        "bindings": {side.value: store.binding(side) for side in Side},
        "links": {name: dict(counts) for name, counts in by_type.items()},
        "owed": dict(
            Counter(entry.owes.value for entry in links if entry.owes is not Owes.NOTHING)
        ),
        "open_intents": len(store.intents.list_open()) + len(store.intents.list_updates()),
        "issues": dict(Counter(row.issue.code for row in open_issues)),
        "pending_holds": [entry.hold_id for entry in pending],
        "last_runs": [_run(row) for row in last_runs],
    }


def issues(store: Store) -> dict[str, Any]:
    """Return the open issues, those for a person first."""
    rows = [
        row
        for severity in (Severity.ACTION, Severity.INFO)
        for row in store.issues.list_open(severity)
    ]
    return {"issues": [_issue(row) for row in rows]}


def holds(store: Store) -> dict[str, Any]:
    """Return the holds that are not done."""
    return {"holds": [_hold(entry) for entry in store.holds.list_((PENDING, APPROVED, REJECTED))]}


def forget(store: Store, mailbox: str) -> dict[str, Any]:
    """Forget a mailbox; return what was known of it.

    Raises:
        SessionLockedError: A session works on it.
        MailboxNotKnownError: Nothing is known of it.
    """
    name = mailbox.strip().lower()
    owner = session_owner()
    # Held meanwhile: a session that begins now must not find half of it.
    store.locks.acquire(name, owner)
    try:
        counts = forget_mailbox(store, name)
        if not any(counts.values()):
            store.requests.done(Side.EXCHANGE, name, None, EVERYTHING)
            raise MailboxNotKnownError
    finally:
        store.locks.release(name, owner)
    return {"mailbox": name, "forgotten": counts}


def explain(store: Store, remote_id: str) -> dict[str, Any]:
    """Return all that is known about an Exchange id, an ObjectID (any case) or a link id."""
    ids = {remote_id, remote_id.upper()}
    by_link_id = store.links.get(remote_id)
    links = {
        entry.link_id: entry
        for entry in (
            *([by_link_id] if by_link_id else []),
            *store.links.all_by_exchange_id(remote_id),
            *(entry for name in sorted(ids) for entry in store.links.all_by_c4c_id(name)),
        )
    }
    about = [
        _issue(row)
        for row in store.issues.list_open()
        if row.issue.link_id in links or ids & {row.issue.exchange_id, row.issue.c4c_id}
    ]
    requested = [
        {"side": side.value, "mailbox": entry.mailbox}
        for side in Side
        for entry in store.requests.list_(side)
        if entry.remote_id in ids
    ]
    return {
        "is_known": bool(links or about or requested),
        "links": [_link(store, entry) for entry in links.values()],
        "issues": about,
        "requested": requested,
    }


def _mailboxes(rows: list[IssueRow]) -> list[dict[str, str]]:
    """Return the mailboxes in trouble, each with its cause and what to do about it."""
    return [
        {
            "mailbox": row.issue.mailbox,
            "code": row.issue.code,
            "detail": row.issue.detail,
            "remedy": CODES[row.issue.code].remedy,
        }
        for row in rows
        if row.issue.code in MAILBOX_CODES
    ]


def _reasons_of_issues(rows: list[IssueRow]) -> list[str]:
    counts = Counter(
        row.issue.code
        for row in rows
        if row.severity is Severity.ACTION and row.issue.code not in MAILBOX_CODES
    )
    return [f"{count} open issue(s) {code}" for code, count in sorted(counts.items())]


def _reasons_of_runs(
    rows: list[RunRow], *, is_session_at_work: bool, stale_before: datetime
) -> list[str]:
    failed = [row for row in rows if row.outcome == FAILED]
    cut_off = [row for row in rows if row.outcome is None and not is_session_at_work]
    hanging = [
        row
        for row in rows
        if row.outcome is None and is_session_at_work and row.started_at < stale_before
    ]
    return [
        *(
            f"the run of {row.stage} that began at {_time(row.started_at)} has not ended: "
            "end its processes, then run again"
            for row in hanging
        ),
        *(f"the last run of {row.stage} failed" for row in failed),
        *(f"the last run of {row.stage} was cut off" for row in cut_off),
    ]


def _last_runs(store: Store) -> list[RunRow]:
    """Return the last run of each stage and mailbox, newest first."""
    newest: dict[tuple[str, str], RunRow] = {}
    for row in store.runs.last(_RUNS_SEARCHED):
        newest.setdefault((row.stage, row.mailbox), row)
    return list(newest.values())


def _run(row: RunRow) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "mailbox": row.mailbox,
        "started_at": _time(row.started_at),
        "finished_at": row.finished_at and _time(row.finished_at),
        "outcome": row.outcome,
        "counts": dict(row.counts),
    }


def _issue(row: IssueRow) -> dict[str, Any]:
    code = CODES.get(row.issue.code)
    return {
        **{entry.name: _plain(getattr(row.issue, entry.name)) for entry in fields(row.issue)},
        "severity": row.severity.value,
        "opened_at": _time(row.opened_at),
        "last_seen_at": _time(row.last_seen_at),
        "attempts": row.attempts,
        "next_attempt_at": _time(row.next_attempt_at),
        "meaning": code.meaning if code else "",
        "remedy": code.remedy if code else "",
    }


def _hold(entry: Hold) -> dict[str, Any]:
    return {
        "hold_id": entry.hold_id,
        "state": entry.state,
        "mailbox": entry.mailbox,
        "record_type": entry.record_type.value,
        "side": entry.side.value,
        "reason": entry.reason,
        "created_at": _time(entry.created_at),
        "link_ids": list(entry.link_ids),
    }


def _link(store: Store, entry: Link) -> dict[str, Any]:
    exchange, c4c = entry.base_exchange, entry.base_c4c
    hold = store.holds.of_link(entry.link_id)
    ours = {"base_exchange", "base_c4c"}
    return {
        **{
            item.name: _plain(getattr(entry, item.name))
            for item in fields(entry)
            if item.name not in ours
        },
        "agreed_fields": sorted(exchange.keys() & c4c.keys()),
        "differing_fields": sorted(
            name for name in exchange.keys() & c4c.keys() if exchange[name] != c4c[name]
        ),
        "unknown_in_exchange": sorted(c4c.keys() - exchange.keys()),
        "unknown_in_c4c": sorted(exchange.keys() - c4c.keys()),
        "open_intents": [
            _intent(intent)
            for intent in (*store.intents.list_open(), *store.intents.list_updates())
            if intent.link_id == entry.link_id
        ],
        "hold": hold and _hold(hold),
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return {
        "intent_id": intent.intent_id,
        "side": intent.side.value,
        "kind": intent.kind,
        "opened_at": _time(intent.opened_at),
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _time(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")
