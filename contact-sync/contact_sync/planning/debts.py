"""What Exchange owes already when stage 2 begins: folders, moves, stamps, strips, removals.

Responsible for deriving it from the links, never from a queue that could be lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.contract import Contract, Op, Operation
from contact_sync.core.model import Link, Owes, Phase, Side
from contact_sync.planning.first_sessions import asks_first, hold_removals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contact_sync.planning.exchange_operations import ExchangeOperations
    from contact_sync.planning.session import Session

#: Debts of Exchange that need no C4C record to be paid, and the operation that pays them.
_DEBTS = {
    Owes.MOVE: Op.MOVE,
    Owes.STAMP: Op.STAMP,
    Owes.STRIP: Op.STRIP,
    Owes.TRASH: Op.TRASH,
}


class Debts:
    """The debts of all mailboxes of one session."""

    def __init__(self, session: Session, to_exchange: ExchangeOperations) -> None:
        self._session = session
        self._store = session.store
        self._to_exchange = to_exchange

    def pay(self, mailboxes: Iterable[str]) -> Iterator[Operation]:
        """Yield what is due at the start; first removals of a mailbox are held (E1)."""
        for mailbox in mailboxes:
            hold_removals(self._session, mailbox)
            yield from self._prepare(mailbox)
            for link in self._store.links.list_(mailbox, owes=tuple(_DEBTS)):
                if self.is_due(link):
                    yield self.operation(link)

    def is_due(self, link: Link) -> bool:
        """Whether a link owes something that may be paid now."""
        is_off = self._session.is_off(link.record_type)
        if is_off or link.exchange_id is None or link.owes not in _DEBTS:
            return False
        if self._session.hold_of(link.link_id, Side.EXCHANGE, "pending"):
            return False
        match link.owes:
            case Owes.STRIP:
                return link.phase is Phase.RETIRED
            case Owes.TRASH if asks_first(link):
                # Whoever approved it did so under a rule that may be over.
                is_approved = self._session.hold_of(link.link_id, Side.EXCHANGE, "approved")
                policy = self._session.policy(link.record_type)
                return is_approved is not None and policy.removes_new_items
            case Owes.TRASH:
                return not link.phase.is_live
            case _:
                return link.phase.is_live

    def operation(self, link: Link) -> Operation:
        """Return what pays a debt."""
        is_removal = link.owes is Owes.TRASH
        if is_removal and asks_first(link):
            self._session.raise_issue("read_only_new_item", link.mailbox, link.record_type, link)
        hold = self._session.hold_of(link.link_id, Side.EXCHANGE, "approved")
        return self._to_exchange.build(
            _DEBTS[link.owes],
            link,
            {},
            (),
            "removals" if is_removal else "contacts",
            policy={"after": "forgotten" if is_removal else ""},
            hold=hold.hold_id if hold and is_removal else None,
        )

    def _prepare(self, mailbox: str) -> Iterator[Operation]:
        """Ask for folders and categories once, and again when one is missing or renamed."""
        wanted = self._session.settings.managed_folders
        fingerprint = self._session.settings.managed_folders_hash
        known = {kind.value for kind in self._store.folders.get(mailbox)}
        is_done = self._store.settings.get(f"prepared:{mailbox}") == fingerprint
        if not (is_done and known >= set(wanted)):
            yield Operation(
                stream="mailboxes",
                record={"mailbox": mailbox, "id": mailbox},
                contract=Contract(
                    op=Op.PREPARE,
                    mailbox=mailbox,
                    folders=wanted,
                    policy={"fingerprint": fingerprint},
                ),
            )
