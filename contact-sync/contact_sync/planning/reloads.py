"""Stage 2: records that may be a pair's own under a new ObjectID, until the views were read (C9).

C4C is reloaded now and then: the same people come back under new ids, and the old records are gone
or obsolete. Responsible for keeping such records until it is known whose record is gone, in
whatever order they were listed. What follows is the download's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core.identity import without_blanks
from contact_sync.core.model import Owes, Phase, Side
from contact_sync.planning.identities import Identities

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from contact_sync.core.model import Link, RecordType
    from contact_sync.planning.session import Session


class Reloads:
    """The records of one session that wait, all mailboxes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._identities = Identities(session, Side.C4C)
        self._waiting: defaultdict[tuple[str, RecordType], list[Mapping[str, Any]]]
        self._waiting = defaultdict(list)
        self._ended: dict[str, Link] = {}
        self._alive: set[str] = set()

    def end(self, link: Link) -> None:
        """Note a pair without an item whose record is gone in this session."""
        if link.phase is Phase.ASLEEP:
            self._ended[link.link_id] = link

    def see(self, link: Link) -> None:
        """Note that the record of a pair was read and lives."""
        if link.phase is Phase.ASLEEP:
            self._alive.add(link.link_id)

    def take(self, mailbox: str, kind: RecordType, record: Mapping[str, Any]) -> bool:
        """Keep a record that no link names if it may be a pair's; tell whether."""
        waits = any(
            link.link_id in self._ended
            or link.phase is Phase.ASLEEP
            or (link.phase.is_live and link.exchange_id is not None)
            for link in self._pairs(mailbox, kind, record)
        )
        if waits:
            self._waiting[mailbox, kind].append(record)
        return waits

    def waiting(self, mailbox: str, kind: RecordType) -> list[Mapping[str, Any]]:
        """Return the records of a mailbox and type that waited, by ObjectID."""
        return sorted(self._waiting.pop((mailbox, kind), ()), key=lambda one: str(one["ObjectID"]))

    def pair_of(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any], gone: Collection[str]
    ) -> Link | None:
        """Return the pair whose record this is: its own is gone.

        Args:
            mailbox: The mailbox.
            kind: Type of the record.
            record: The record.
            gone: Ids of the links whose record is gone or obsolete in this session.
        """
        pairs = self._pairs(mailbox, kind, record)
        live = [link for link in pairs if link.link_id in gone and link.phase.is_live]
        ended = [self._ended[link.link_id] for link in pairs if link.link_id in self._ended]
        found = next(iter([*live, *ended]), None)
        if found is not None:
            self._ended.pop(found.link_id, None)
        return found

    def unknown(self, mailbox: str, kind: RecordType, record: Mapping[str, Any]) -> list[Link]:
        """Return the pairs of the same identity of whose record nothing is known: they sleep."""
        return [
            link
            for link in self._pairs(mailbox, kind, record)
            if link.phase is Phase.ASLEEP and link.link_id not in self._alive
        ]

    def relinked(self, link: Link, record: Mapping[str, Any]) -> Link:
        """Return the pair with its new record; its item is marked with the new id.

        What is blank in the record takes nothing away, as in a first match.
        """
        kind = link.record_type
        digests = self._identities.digests(kind, record)
        is_asleep = link.phase is Phase.ASLEEP
        return without_blanks(link, digests, self._identities.blanks(kind)).but(
            c4c_id=record["ObjectID"],
            c4c_etag=None,
            # One that sleeps wakes when its record changes: to come back is no change.
            c4c_changed_at=record.get("ChangedOn") if is_asleep else None,
            c4c_superseded=(),
            owes=Owes.STAMP if link.owes is Owes.NOTHING and not is_asleep else link.owes,
        )

    def _pairs(self, mailbox: str, kind: RecordType, record: Mapping[str, Any]) -> list[Link]:
        found = self._identities.pairs(mailbox, kind, record)
        return [link for link in found if link.record_type is kind]
