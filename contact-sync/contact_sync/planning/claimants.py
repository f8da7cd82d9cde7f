"""Stage 1: items without a link that may stand for a record, until the whole mailbox was read.

An item says so itself by its link property, or it is known by who it is: it has the identity of a
pair of its mailbox (E10). Whether it is a copy, a return or new shows only at the end. Responsible
for telling these apart in whatever order the items were listed; what follows is the upload's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from contact_sync.core import claims
from contact_sync.core.decide import Verdict, decide_dragged
from contact_sync.core.identity import Twin, choose_twin, without_blanks
from contact_sync.core.model import Phase, RecordType, Side
from contact_sync.planning.identities import Identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contact_sync.contract import Operation
    from contact_sync.core.model import Link
    from contact_sync.planning.absences import Absences
    from contact_sync.planning.copies import Copies
    from contact_sync.planning.session import Session


class Steps(Protocol):
    """What can become of an item; the upload's."""

    def first(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """It is new, or stands for a record that no link of the mailbox names."""

    def adopt(
        self, link: Link, record: Mapping[str, Any], fields: Iterable[str]
    ) -> Iterator[Operation]:
        """It is the pair's."""

    def compare(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """It is the pair's, which slept."""

    def revive(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """It is that of a pair that is over."""

    def act(
        self,
        verdict: Verdict,
        link: Link | None,
        kind: RecordType | None,
        mailbox: str,
        record: Mapping[str, Any],
    ) -> Iterator[Operation]:
        """It is the pair's, in the folder of another type."""

    def woken(self, link: Link) -> Link:
        """Return a sleeping link awake."""


class Claimants:
    """The items of one session that wait for the end of their mailboxes.

    Attributes:
        revived: Links that were brought back in this session: they have their item.
    """

    def __init__(self, steps: Steps, session: Session, copies: Copies, absences: Absences) -> None:
        self._steps = steps
        self._session = session
        self._store = session.store
        self._copies = copies
        self._absences = absences
        self.identities = Identities(session, Side.EXCHANGE)
        self._waiting: list[tuple[RecordType, Mapping[str, Any]]] = []
        self.revived: set[str] = set()

    def take(self, mailbox: str, kind: RecordType, record: Mapping[str, Any]) -> bool:
        """Keep an item until the end if it may stand for a record; tell whether."""
        waits = self.claim_of(mailbox, record) is not None or bool(
            self.identities.pairs(mailbox, kind, record)
        )
        if waits:
            self._waiting.append((kind, record))
        else:
            self._copies.close(mailbox, record["id"])
        return waits

    def finish(self) -> Iterator[Operation]:
        """Yield what becomes of the items that waited."""
        # Of several copies the oldest is the pair's item, in whatever order they were listed.
        for kind, record in sorted(self._waiting, key=lambda waiting: _age(waiting[-1])):
            mailbox = str(record["mailbox"]).lower()
            claim = self.claim_of(mailbox, record)
            if claim is None:
                yield from self._made_again(mailbox, kind, record)
            else:
                yield from self._claimant(mailbox, kind, claim, record)

    def claim_of(self, mailbox: str, record: Mapping[str, Any]) -> claims.Claim | None:
        """Return which record an item stands for: what it says itself, or what is remembered.

        An item that left its folder at once never got the link property.
        """
        claim = claims.parse(record.get("syncLink"), self._store.binding(Side.C4C))
        known = self._store.links.by_exchange_id(mailbox, record["id"])
        if claim is None and known is not None and known.successor is not None:
            pair = self._store.links.get(known.successor)
            if pair is not None and pair.c4c_id:
                return claims.Claim("", pair.record_type, pair.c4c_id)
        return claim

    def unlinked_claim(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> claims.Claim | None:
        """Return the claim on a record of this type that no link of the mailbox names."""
        claim = self.claim_of(mailbox, record)
        if claim is None or claim.record_type is not kind:
            return None
        return None if self._store.links.by_c4c_id(mailbox, claim.c4c_id) else claim

    # -- the item says so itself ---------------------------------------------------------------

    def _claimant(
        self, mailbox: str, kind: RecordType, claim: claims.Claim, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """An item without link that stands for a record: a copy, a return, or a lost store.

        Args:
            mailbox: Its mailbox.
            kind: Type that the item is routed to, maybe not the one that it stands for.
            claim: The record that it stands for.
            record: The item.
        """
        link = self._store.links.by_c4c_id(mailbox, claim.c4c_id)
        if link is not None:
            # Whether the claim holds was asked while nobody knew of the record.
            self._session.close_issue("ambiguous_match", mailbox, record["id"])
        if link is not None and self._copies.stays_one(link, record["id"]):
            self._copies.report(link, record["id"])
            return
        if link is None or (claim.record_type is not kind and link.phase is Phase.RETIRED):
            # Nobody knows of the record: the target asks it. Or what the item was is over, and now
            # it is what its folder says (R1).
            yield from self._steps.first(mailbox, kind, record)
        elif link.phase is Phase.CONVERTING or link.link_id in self.revived:
            self._copies.report(link, record["id"])
            return
        elif self._absences.withdraw(link) or (
            link.phase is not Phase.RETIRED and link.exchange_id in (None, record["id"])
        ):
            yield from self._returned(link, kind, record)
        elif link.phase is Phase.RETIRED:
            self._absences.leave_outside(link)
            yield from self._steps.revive(link, record)
        elif link.phase is Phase.ASLEEP and link.record_type is kind:
            yield from self._steps.compare(self._outdated(link, record), record)
        elif self._store.intents.open_for(link.link_id):
            # A move or creation was cut off: stage 2 finds out which item is the real one.
            self._session.ask_again(mailbox, link.record_type, record["id"])
        else:
            self._copies.report(link, record["id"])
            return
        self._copies.close(mailbox, record["id"])

    def _returned(
        self, link: Link, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """The same record under a new id: the pair goes on with this item."""
        if link.record_type is kind:
            link = self._outdated(link, record)
            yield from self._steps.adopt(link, record, self._session.fields(kind).names)
        else:
            yield from self._dragged(link, kind, record)

    def _dragged(
        self, link: Link, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        policies = self._session.settings.policies
        verdict = decide_dragged(policies[link.record_type], policies[kind])
        yield from self._steps.act(verdict, link, kind, link.mailbox, record)

    def _outdated(self, link: Link, record: Mapping[str, Any]) -> Link:
        return self._copies.outdated(link, record, is_outside=self._absences.is_outside(link))

    # -- it is known by who it is --------------------------------------------------------------

    def _made_again(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """E10: an item with the identity of a pair: deleted and made again, or a second one."""
        pairs = self.identities.pairs(mailbox, kind, record)
        twins = [self._twin(link, record["id"]) for link in pairs]
        fate, twin = choose_twin(kind, twins)
        if twin is None:
            self._copies.close(mailbox, record["id"])
            yield from self._steps.first(mailbox, kind, record)
        elif fate == "wait":
            self._session.ask_again(mailbox, kind, record["id"])
        elif fate == "copy":
            self._copies.report(twin, record["id"])
        else:
            self._absences.withdraw(twin)
            self._session.release(twin, Side.C4C)
            self._copies.close(mailbox, record["id"])
            yield from self._relinked(self._store.links.get(twin.link_id) or twin, kind, record)

    def _relinked(
        self, link: Link, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """The item is the pair's from now on; nothing is created and nothing is retired (I48)."""
        if link.record_type is not kind:
            yield from self._dragged(link, kind, record)
            return
        digests = self.identities.digests(kind, record)
        link = without_blanks(self._steps.woken(link), digests, self.identities.blanks(kind))
        yield from self._steps.adopt(link, record, self._session.fields(kind).names)

    def _twin(self, link: Link, exchange_id: str) -> Twin:
        is_absent = self._absences.is_absent(link)
        return Twin(
            link=link,
            is_gone=is_absent or link.exchange_id is None or self._is_held(link),
            is_unsettled=self._absences.is_unsettled(link)
            or (not is_absent and bool(self._store.intents.open_for(link.link_id))),
            is_copied=link.link_id in self.revived
            or (
                self._copies.is_copy_of(link, exchange_id)
                and self._copies.stays_one(link, exchange_id)
            ),
        )

    def _is_held(self, link: Link) -> bool:
        states = ("pending", "approved", "rejected")
        return any(self._session.hold_of(link.link_id, Side.C4C, state) for state in states)


def _age(record: Mapping[str, Any]) -> tuple[str, str]:
    return (str(record.get("createdDateTime") or ""), record["id"])
