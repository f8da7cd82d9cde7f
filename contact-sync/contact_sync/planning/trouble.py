"""What could not be read: one issue for each, and nothing removed, nothing forgotten (I45).

Responsible for the issues about items and mailboxes in trouble, and for leaving a mailbox alone
until it can be read again. Of a mailbox that was left out the taps' bookmarks have moved on; when
it is back, `planning/coverage.py` sees the gap and has all of C4C read for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core.guards import MAILBOX_REPLACED
from contact_sync.core.issues import MAILBOX_CODES, MAILBOX_READ_CODES, WRITE_CODES, mailbox_code
from contact_sync.core.model import Issue, Phase, RecordType, Side
from contact_sync.store.forgetting import forget_mailbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from contact_sync.planning.session import Session
    from contact_sync.store import Hold

#: Status and code of a service; whatever else a tap may say is left out.
_DETAIL = re.compile(r"[A-Za-z0-9_. -]{1,100}")


class Trouble:
    """Items and mailboxes in trouble, of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._issues = session.store.issues
        self._holds = session.store.holds

    def begin(self) -> None:
        """Forget the pairs of replaced mailboxes whose hold was approved: matched anew."""
        for hold in self._replaced(("approved",)):
            forget_mailbox(self._session.store, hold.mailbox)

    def take(self, mailbox: str, record: Mapping[str, Any]) -> None:
        """Take in that an item, or with an empty id the mailbox itself, could not be read."""
        exchange_id = str(record.get("id") or "")
        code = "unreadable_item" if exchange_id else mailbox_code(str(record.get("problem")))
        if not exchange_id:
            # One open issue for each: the cause may be another one than last time.
            for other in MAILBOX_CODES - {code}:
                self._issues.close(code=other, mailbox=mailbox)
            if code == MAILBOX_REPLACED:
                self._hold(mailbox)
        detail = str(record.get("detail") or "")
        link = self._session.store.links.by_exchange_id(mailbox, exchange_id or "")
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
        for code in MAILBOX_READ_CODES:
            self._issues.close(code=code, mailbox=mailbox)
        for hold in self._replaced(("pending", "approved", "rejected")):
            if hold.mailbox == mailbox:
                # The mailbox of these pairs is back.
                for link_id in hold.link_ids:
                    self._holds.finish_link(hold.hold_id, link_id)

    def _replaced(self, states: Collection[str]) -> list[Hold]:
        return [hold for hold in self._holds.list_(states) if hold.reason == MAILBOX_REPLACED]

    def _hold(self, mailbox: str) -> None:
        """Hold all pairs of a mailbox that another one has taken the place of.

        Nothing is proven about an item that the new mailbox does not know (I7). The hold is one for
        all types; a person who rejected it is not asked again.
        """
        held = self._replaced(("pending", "approved", "rejected"))
        links = self._session.store.links.list_(mailbox)
        ids = [link.link_id for link in links if link.phase is not Phase.RETIRED]
        if ids and not any(hold.mailbox == mailbox for hold in held):
            self._holds.put(mailbox, RecordType.CONTACT, Side.EXCHANGE, MAILBOX_REPLACED, ids)
        elif not ids:
            forget_mailbox(self._session.store, mailbox)


class ViewTrouble:
    """Records and views of C4C in trouble, of one session: one issue for each, for all mailboxes.

    Of the views of a record type one issue tells, which names those that are in trouble now.
    """

    def __init__(self, session: Session) -> None:
        self._store = session.store
        self._issues = session.store.issues
        self._refused: defaultdict[RecordType, dict[str, str]] = defaultdict(dict)
        self._read: set[RecordType] = set()
        self._unreadable = {
            row.issue.c4c_id
            for row in self._issues.list_open()
            if row.issue.code == "unreadable_record"
        }

    def take(self, record: Mapping[str, Any]) -> None:
        """Take in that a record, or with an empty ObjectID the view, could not be read."""
        kind = RecordType(record["record_type"])
        detail = str(record.get("detail") or "")
        detail = detail if _DETAIL.fullmatch(detail) else ""
        object_id = str(record.get("ObjectID") or "")
        if not object_id:
            self._refused[kind][str(record["view_name"])] = detail
            return
        self._unreadable.add(object_id)
        with self._store.transaction():
            # One issue for each: that nothing can be written either comes of it, or can wait.
            for link in self._store.links.all_by_c4c_id(object_id):
                for code in WRITE_CODES:
                    self._issues.close(code=code, link_id=link.link_id)
            self._raise("unreadable_record", kind, detail, object_id)

    def is_read(self, object_id: str) -> None:
        """Note that a record was read, or proved to be gone."""
        if object_id not in self._unreadable:
            return
        self._unreadable.discard(object_id)
        with self._store.transaction():
            self._issues.close(code="unreadable_record", c4c_id=object_id)
            # What could not be written to it waits in the items.
            for link in self._store.links.all_by_c4c_id(object_id):
                if link.exchange_id is not None:
                    self._store.requests.add(
                        Side.EXCHANGE,
                        mailbox=link.mailbox,
                        record_type=link.record_type,
                        remote_id=link.exchange_id,
                    )

    def view_read(self, kind: RecordType) -> None:
        """Note that a view of a type was read to its end."""
        self._read.add(kind)

    def finish(self) -> None:
        """Raise what is in trouble; close what is over, once the type was read again."""
        for kind in RecordType:
            refused = self._refused[kind]
            if refused:
                views = "; ".join(f"{name} {refused[name]}".strip() for name in sorted(refused))
                self._raise("view_refused", kind, views, None)
            elif kind in self._read:
                self._issues.close(code="view_refused", mailbox="", record_type=kind)

    def _raise(self, code: str, kind: RecordType, detail: str, object_id: str | None) -> None:
        issue = Issue(code=code, mailbox="", record_type=kind, c4c_id=object_id, detail=detail)
        self._issues.raise_(issue)


def troubled_mailboxes(session: Session) -> frozenset[str]:
    """Return the mailboxes that could not be read when it was tried last."""
    return frozenset(
        row.issue.mailbox
        for row in session.store.issues.list_open()
        if row.issue.code in MAILBOX_READ_CODES
    )
