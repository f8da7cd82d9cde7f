"""Copies of linked items (E8): which are known to lie there, and what may become of them.

Responsible for telling a copy that lay beside the pair's item all along from an item that comes
back. A copy takes the item's place when a user removes the item; where we removed it, because its
record was ended in C4C or left the view, the copy says nothing about what its user wants.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core import merge, outcome
from contact_sync.core.model import Link, Phase, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.planning.session import Session

_CODE = "duplicate_of_linked"


class Copies:
    """The copies that were on record when a session began, all mailboxes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._originals: dict[str, str | None] = {}
        self._unread: dict[tuple[str, str | None], set[str]] = defaultdict(set)
        for row in session.store.issues.list_open():
            if row.issue.code == _CODE and row.issue.exchange_id:
                self._originals[row.issue.exchange_id] = row.issue.c4c_id
                self._unread[row.issue.mailbox, row.issue.c4c_id].add(row.issue.exchange_id)

    def read(self, mailbox: str, exchange_id: str) -> None:
        """Note that an item was read in this session, or is gone."""
        if exchange_id in self._originals:
            self._unread[mailbox, self._originals[exchange_id]].discard(exchange_id)

    def ask_for(self, links: Iterable[Link]) -> list[Link]:
        """Ask for items whose copies were not read yet, together with these; return their links.

        Whether a copy still lies there decides what becomes of the record.
        """
        found = []
        for link in links:
            copies = self._unread.get((link.mailbox, link.c4c_id))
            if copies:
                found.append(link)
                for exchange_id in sorted({*copies, link.exchange_id or ""} - {""}):
                    self._session.ask_again(link.mailbox, link.record_type, exchange_id)
        return found

    def report(self, link: Link, exchange_id: str) -> None:
        """Say that an item is a copy of this pair's."""
        if self._originals.get(exchange_id, link.c4c_id) != link.c4c_id:
            self.close(link.mailbox, exchange_id)
        self._session.raise_issue(
            _CODE, link.mailbox, link.record_type, exchange_id=exchange_id, c4c_id=link.c4c_id
        )

    def close(self, mailbox: str, exchange_id: str) -> None:
        """Say no longer that an item is a copy."""
        self._session.close_issue(_CODE, mailbox, exchange_id)

    def is_copy_of(self, link: Link, exchange_id: str) -> bool:
        """Whether an item was on record as a copy of this pair's."""
        return exchange_id in self._originals and self._originals[exchange_id] == link.c4c_id

    def stays_one(self, link: Link, exchange_id: str) -> bool:
        """Whether an item is still a copy, though its pair has no item any more: we removed it."""
        if exchange_id not in self._originals:
            return False
        if link.phase is Phase.RETIRED:
            return link.successor is None
        return link.phase is Phase.ASLEEP and not (link.is_hidden or link.in_view)

    def outdated(self, link: Link, record: Mapping[str, Any], *, is_outside: bool) -> Link:
        """Return the link for a copy that takes the item's place: C4C has what was agreed since."""
        if record["id"] not in self._originals and not is_outside:
            return link
        kind = link.record_type
        fields, policy = self._session.fields(kind), self._session.policy(kind)
        now = fields.digests(self._session.store.digest_key, fields.from_graph(record))
        edited = merge.edited_fields(link.base_exchange, now)
        dropped = [name for name in edited if policy.may_write(Side.EXCHANGE, name)]
        if dropped:
            detail = "; ".join(f"{name}: c4c won, dropped {now[name]}" for name in dropped)
            self._session.raise_issue(
                "conflict", link.mailbox, kind, link, fields=dropped, detail=detail
            )
        return outcome.owe(link, dropped, Side.EXCHANGE, now)
