"""Issues: records that could not be synced as asked, one open row each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from contact_sync.core.issues import CODES, EVENTS
from contact_sync.core.model import Issue, RecordType, Severity
from contact_sync.store.identifiers import new_id
from contact_sync.store.rows import IssueRow
from contact_sync.store.tables import issue as issues

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contact_sync.store.database import Database

_KEY = ("code", "mailbox", "record_type", "link_id", "exchange_id", "c4c_id")
_FIRST_PAUSE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(hours=24)

#: What stands between the parts of a detail; an event that happens again and again keeps this
#: many of them.
_PART = "; "
_MAX_PARTS = 100


class Issues:
    """Open issues. An issue whose cause is gone is closed, which removes it.

    Events have no cause that could go: `close` takes one only by its code, `close_events` by age.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def raise_(self, issue: Issue) -> None:
        """Open an issue, or note that an open one is still there.

        Equal means: same code, mailbox, type and ids. The first retry is due at once, that is in
        the next session; an attempt made when one was due doubles the pause. A second event of
        the same kind is added to the first: what was lost earlier stays on record.
        """
        now = self._now()
        key = _key(issue)
        matches = [issues.c[name] == value for name, value in key.items()]
        with self._database.write() as connection:
            seen = connection.execute(sa.select(issues).where(*matches)).one_or_none()
            history = _again(seen, now) if seen else _first(now)
            row = {
                "issue_id": new_id(),
                **key,
                "severity": severity_of(issue.code).value,
                "fields": sorted(issue.fields),
                "detail": issue.detail,
                "last_seen_at": now,
                **history,
            }
            if seen and issue.code in EVENTS:
                row["fields"] = sorted({*seen.fields, *issue.fields})
                row["detail"] = _both(seen.detail, issue.detail)
            self._database.upsert(issues, [row], keys=_KEY)

    def close(  # noqa: PLR0913 - one condition each
        self,
        *,
        code: str | None = None,
        link_id: str | None = None,
        mailbox: str | None = None,
        exchange_id: str | None = None,
        c4c_id: str | None = None,
        record_type: RecordType | None = None,
    ) -> int:
        """Close the open issues that meet every given condition; return how many.

        Events stay open unless the code is given. A `link_id` of "" means: of no link.

        Raises:
            ValueError: Nothing but a code is given; that would close everybody's issues.
        """
        selectors = {
            "link_id": link_id,
            "mailbox": mailbox,
            "exchange_id": exchange_id,
            "c4c_id": c4c_id,
            "record_type": record_type.value if record_type else None,
        }
        given = {name: value for name, value in selectors.items() if value is not None}
        if not given:
            raise ValueError("say which link, mailbox or record the issues belong to")
        if code is not None:
            given["code"] = code
        conditions = [issues.c[name] == value for name, value in given.items()]
        if code is None:
            conditions.append(issues.c.code.not_in(EVENTS))
        with self._database.write() as connection:
            return connection.execute(sa.delete(issues).where(*conditions)).rowcount

    def close_events(self, days: int) -> int:
        """Close the events that were last seen more than so many days ago; return how many."""
        is_old = issues.c.last_seen_at < self._now() - timedelta(days=days)
        with self._database.write() as connection:
            found = connection.execute(sa.delete(issues).where(is_old, issues.c.code.in_(EVENTS)))
            return found.rowcount

    def list_open(self, severity: Severity | None = None) -> list[IssueRow]:
        """Return the open issues, oldest first."""
        return self._select(*([] if severity is None else [issues.c.severity == severity.value]))

    def due(self, now: datetime) -> list[IssueRow]:
        """Return the issues that are worth another try, oldest first.

        Those that only inform are not: the record was synced, there is nothing to repeat.
        """
        return self._select(
            issues.c.next_attempt_at <= now, issues.c.severity == Severity.ACTION.value
        )

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[IssueRow]:
        query = sa.select(issues).where(*conditions)
        rows = self._database.fetch(query.order_by(issues.c.opened_at, issues.c.issue_id))
        return [_to_issue_row(row) for row in rows]


def severity_of(code: str) -> Severity:
    """Return a code's severity; a code that is not listed needs a person."""
    return CODES[code].severity if code in CODES else Severity.ACTION


def _key(issue: Issue) -> dict[str, str]:
    return {
        "code": issue.code,
        "mailbox": issue.mailbox,
        "record_type": issue.record_type.value,
        "link_id": issue.link_id or "",
        "exchange_id": issue.exchange_id or "",
        "c4c_id": issue.c4c_id or "",
    }


def _both(before: str, now: str) -> str:
    """Return the details of two events as one, each part once, the latest last."""
    parts = dict.fromkeys((*before.split(_PART), *now.split(_PART)))
    return _PART.join(list(filter(None, parts))[-_MAX_PARTS:])


def _first(now: datetime) -> dict[str, Any]:
    return {"opened_at": now, "attempts": 1, "next_attempt_at": now}


def _again(seen: sa.Row[Any], now: datetime) -> dict[str, Any]:
    # Raised again before a retry was due: the same attempt, told by another stage or message.
    is_attempt = now > seen.next_attempt_at
    attempts = seen.attempts + is_attempt
    next_attempt_at = now + _pause(attempts) if is_attempt else seen.next_attempt_at
    return {
        "issue_id": seen.issue_id,
        "opened_at": seen.opened_at,
        "attempts": attempts,
        "next_attempt_at": next_attempt_at,
    }


def _pause(attempts: int) -> timedelta:
    # The exponent is bounded before the power is taken: an issue may stay open for years.
    doublings = min(max(attempts - 2, 0), 10)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def _to_issue_row(row: sa.Row[Any]) -> IssueRow:
    return IssueRow(
        issue_id=row.issue_id,
        issue=Issue(
            code=row.code,
            mailbox=row.mailbox,
            record_type=RecordType(row.record_type),
            link_id=row.link_id or None,
            exchange_id=row.exchange_id or None,
            c4c_id=row.c4c_id or None,
            fields=tuple(row.fields),
            detail=row.detail,
        ),
        severity=Severity(row.severity),
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
    )
