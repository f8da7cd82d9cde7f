"""Stage 1: items that are gone or have left their folder (E3, E4, E7), until all was read.

Responsible for collecting proven absences and turning them, behind the guard, into retirements
of C4C records. An absence in a mailbox that was not read to its end is dropped: the tap proves
it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.contract import Contract, Op, Operation
from contact_sync.core import outcome
from contact_sync.core.decide import (
    Verdict,
    decide_absence,
    decide_dragged,
    decide_edited_in_c4c,
)
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contact_sync.planning.copies import Copies
    from contact_sync.planning.session import Session
    from contact_sync.store import Intent


class Absences:
    """Absences of one session, all mailboxes."""

    def __init__(self, session: Session, copies: Copies) -> None:
        self._session = session
        self._copies = copies
        self._store = session.store
        self._absent: dict[str, Link] = {}
        self._outside: set[str] = set()
        self._unsettled: set[str] = set()
        self._read: dict[str, frozenset[RecordType]] = {}

    def complete(self, mailbox: str, lost_folders: frozenset[RecordType]) -> None:
        """Note that a mailbox was read to its end, and which managed folders are missing."""
        self._read[mailbox] = lost_folders

    def note(self, link: Link, *, is_gone: bool = False) -> bool:
        """Note that the item of a link is gone or elsewhere; act at once where nothing is lost.

        Returns:
            Whether there is still something to do about it.
        """
        cut_off = self._own_removals(link) if is_gone else []
        policy = self._session.policy(link.record_type)
        match decide_absence(link, policy, is_ours=bool(cut_off)):
            case Verdict.FORGET:
                self._forget_item(link, is_gone=is_gone)
            case Verdict.REMOVE | Verdict.HIDE:
                if self._session.hold_of(link.link_id, Side.EXCHANGE, "rejected"):
                    # The item that was to be kept has been removed by its user.
                    self._session.release(link, Side.EXCHANGE)
                self._absent[link.link_id] = link
                if not is_gone:
                    self._outside.add(link.link_id)
            case Verdict.RECREATE:
                self._bring_back(link)
            case Verdict.SLEEP:
                with self._store.transaction():
                    self._put_to_sleep(link, in_view=link.in_view and not cut_off)
                    for intent in cut_off:
                        self._store.intents.close(intent.intent_id, "done")
                if cut_off:
                    # Stage 2 finds out why it was removed, and whether that still holds.
                    self._store.requests.add(
                        Side.C4C, record_type=link.record_type, remote_id=link.c4c_id or ""
                    )
        return link.link_id in self._absent

    def _forget_item(self, link: Link, *, is_gone: bool) -> None:
        """Drop a pending link; the record that it was to replace has the item back, which is gone.

        Where a record may have been created for it, that is found out first.
        """
        if not self.forget(link):
            if is_gone:
                self._unsettled.add(link.link_id)
        elif link.exchange_id is not None:
            again = self._store.links.by_exchange_id(link.mailbox, link.exchange_id)
            if again is not None:
                self.note(again)

    def _own_removals(self, link: Link) -> list[Intent]:
        """Return the removals of this item that were announced and whose outcome nobody noted."""
        announced = self._store.intents.open_for(link.link_id)
        return [entry for entry in announced if entry.kind == "trash"]

    def _bring_back(self, link: Link) -> None:
        """Ask for the item again; where the type does not go to Exchange the record lives alone."""
        if self._session.policy(link.record_type).direction.reaches(Side.EXCHANGE):
            self._store.links.save(*outcome.recreate(link, self._session.new_id()))
        else:
            self._put_to_sleep(link)

    def _put_to_sleep(self, link: Link, *, is_hidden: bool = False, in_view: bool = False) -> None:
        """Let a link sleep; its item may lie outside its folder."""
        self._store.links.save(outcome.sleep(link, is_hidden=is_hidden, in_view=in_view))
        self.leave_outside(link)

    def withdraw(self, link: Link) -> bool:
        """Forget an absence: the record lives on under another item id."""
        absent = self._absent.pop(link.link_id, None)
        self.leave_outside(absent or link)
        return absent is not None

    def leave_outside(self, link: Link) -> None:
        """See to it that an item that was the pair's is not routed back by its category (E7)."""
        if link.owes is Owes.STRIP:
            self._store.links.save(outcome.stray(link, self._session.new_id(), Owes.STRIP))

    def is_absent(self, link: Link) -> bool:
        """Whether the item of a link is gone or has left, and its record is to be retired."""
        return link.link_id in self._absent

    def is_unsettled(self, link: Link) -> bool:
        """Whether the item is gone for which a record may have been created: the reply was lost."""
        return link.link_id in self._unsettled

    def is_outside(self, link: Link) -> bool:
        """Whether the item of a link has left its folder and still exists."""
        return link.link_id in self._outside

    def forget(self, link: Link) -> bool:
        """Drop a pending link, unless a create may have happened for it; tell whether.

        The record that it was to replace takes the item back: the conversion never came about.
        """
        if self._store.intents.open_for(link.link_id):
            return False
        replaced = [
            old.but(
                phase=Phase.ACTIVE,
                successor=None,
                exchange_id=link.exchange_id,
                exchange_version=link.exchange_version,
                exchange_folder_id=link.exchange_folder_id,
            )
            for old in self._replaced_by(link)
        ]
        with self._store.transaction():
            self._store.links.delete(link.link_id)
            self._store.links.save(*replaced)
            for old in replaced:
                # What its record went through meanwhile was passed over; and should the session
                # end before what comes of the item is carried out, nothing else would ask for it.
                self._session.read_again(old, Side.C4C)
                self._session.read_again(old, Side.EXCHANGE)
        self._store.issues.close(link_id=link.link_id)
        if link.exchange_id:
            self._session.close_issues_of(link.mailbox, link.exchange_id)
        return True

    def is_off(self, link: Link) -> bool:
        """Whether a pending link was to replace another type's record, and may not now (E4)."""
        policies = self._session.settings.policies
        return not self._store.intents.open_for(link.link_id) and any(
            decide_dragged(policies[old.record_type], policies[link.record_type])
            is not Verdict.CONVERT
            for old in self._replaced_by(link)
        )

    def _replaced_by(self, link: Link) -> list[Link]:
        waiting = self._store.links.list_(link.mailbox, phases=(Phase.CONVERTING,))
        return [old for old in waiting if old.successor == link.link_id]

    def finish(self) -> Iterator[Operation]:
        """Yield the retirements, mailbox by mailbox and type by type."""
        for mailbox in sorted(self._read):
            for kind in RecordType:
                if not self._session.is_off(kind):
                    yield from self._converted(mailbox, kind)
                    yield from self._removed(mailbox, kind)

    def _converted(self, mailbox: str, kind: RecordType) -> Iterator[Operation]:
        """Records that another type's record replaces; no guard, nothing is lost by them."""
        policy = self._session.policy(kind)
        may_retire = policy.direction.reaches(Side.C4C) and not policy.read_only
        for link in self._store.links.list_(mailbox, kind, phases=(Phase.CONVERTING,)):
            successor = self._store.links.get(link.successor or "")
            if may_retire:
                yield self._retirement(link)
            elif successor is None or successor.phase is not Phase.PENDING:
                # Read-only since: the record lives on, so it gets an item of its own again.
                again = link.but(phase=Phase.ACTIVE, owes=Owes.CREATE, successor=None)
                self._store.links.save(again)

    def _removed(self, mailbox: str, kind: RecordType) -> Iterator[Operation]:
        links = [
            link
            for link in self._absent.values()
            if link.mailbox == mailbox and link.record_type is kind
        ]
        for link in self._copies.ask_for(links):
            links.remove(link)
        if not links:
            return
        # At once: a hold that is over while its items are not asked for is never asked about again.
        with self._store.transaction():
            for link in self._session.restore_rejected(links, Side.C4C):
                links.remove(link)
                self._bring_back(link)
        is_folder_lost = kind in self._read[mailbox]
        admitted = self._session.admit(
            mailbox, kind, links, Side.C4C, is_folder_lost=is_folder_lost
        )
        for link in admitted:
            # It was brought back once, and is deleted again: it was meant.
            self._store.issues.close(code="delete_vs_edit", link_id=link.link_id)
            if self._session.policy(kind).exchange_delete == "hide":
                self._session.release(link, Side.C4C)
                self._put_to_sleep(link, is_hidden=True)
                self._store.issues.close(link_id=link.link_id)
            else:
                # Saved before it is emitted: what a moved-out item owes must survive a crash.
                self._store.links.save(link)
                yield self._retirement(link)

    def _retirement(self, link: Link) -> Operation:
        policy = self._session.policy(link.record_type)
        hold = self._session.hold_of(link.link_id, Side.C4C, "approved")
        return Operation(
            stream="removals",
            record={"ObjectID": link.c4c_id},
            contract=Contract(
                op=Op.RETIRE,
                **self._session.terms(link),
                if_match=link.c4c_etag,
                base=dict(link.base_c4c),
                requires=link.successor,
                hold=hold.hold_id if hold else None,
                policy={
                    "c4c_delete": policy.c4c_delete,
                    "delete_vs_edit": decide_edited_in_c4c(policy),
                },
            ),
        )
