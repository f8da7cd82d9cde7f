"""What could not be read: one issue for each, and nothing removed, nothing forgotten (I45).

Responsible for the issues about items and mailboxes in trouble, and for leaving a mailbox alone
until it can be read again. Of a mailbox that was left out the taps' bookmarks have moved on; when
it is back, `planning/coverage.py` sees the gap and has all of C4C read for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from contact_sync.core.issues import MAILBOX_READ_CODES, mailbox_code
from contact_sync.core.model import Issue, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.planning.session import Session

#: Status and code of a service; whatever else a tap may say is left out.
_DETAIL = re.compile(r"[A-Za-z0-9_. -]{1,100}")


class Trouble:
    """Items and mailboxes in trouble, of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._issues = session.store.issues

    def take(self, mailbox: str, record: Mapping[str, Any]) -> None:
        """Take in that an item, or with an empty id the mailbox itself, could not be read."""
        exchange_id = str(record.get("id") or "")
        code = "unreadable_item" if exchange_id else mailbox_code(str(record.get("problem")))
        if not exchange_id:
            # One open issue for each: the cause may be another one than last time.
            self._close(mailbox, but=code)
        detail = str(record.get("detail") or "")
        link = exchange_id and self._session.store.links.by_exchange_id(mailbox, exchange_id)
        self._issues.raise_(
            Issue(
                code=code,
                mailbox=mailbox,
                record_type=link.record_type if link else RecordType.CONTACT,
                exchange_id=exchange_id or None,
                detail=detail if _DETAIL.fullmatch(detail) else "",
            )
        )

    def is_over(self, mailbox: str) -> None:
        """Note that a mailbox was read to its end."""
        self._close(mailbox)

    def _close(self, mailbox: str, but: str | None = None) -> None:
        for code in MAILBOX_READ_CODES:
            if code != but:
                self._issues.close(code=code, mailbox=mailbox)


def troubled_mailboxes(session: Session) -> frozenset[str]:
    """Return the mailboxes that could not be read when it was tried last."""
    return frozenset(
        row.issue.mailbox
        for row in session.store.issues.list_open()
        if row.issue.code in MAILBOX_READ_CODES
    )
