"""C4C records that an item may have become without our hearing of it.

A create whose reply was lost leaves an item that waits for its record, and a record that looks new.
Responsible for not taking it for somebody else's before stage 1 has found out (I10): whether
existing records are matched is a setting, whether our own are known again is not.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from contact_sync.core import matching
from contact_sync.core.model import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.core.model import Link, RecordType
    from contact_sync.planning.session import Session


class Unheard:
    """The creates in C4C whose outcome is not known, at the start of stage 2."""

    def __init__(self, session: Session) -> None:
        self._links: defaultdict[tuple[str, RecordType], list[Link]] = defaultdict(list)
        for intent in session.store.intents.list_open(Side.C4C):
            link = session.store.links.get(intent.link_id)
            if intent.kind == "create" and link is not None and link.c4c_id is None:
                self._links[link.mailbox, link.record_type].append(link)

    def is_waiting(self, mailbox: str, kind: RecordType) -> bool:
        """Whether any item of a mailbox and type waits for a record."""
        return bool(self._links.get((mailbox, kind)))

    def may_be(self, mailbox: str, kind: RecordType, digests: Mapping[str, str]) -> bool:
        """Whether a record may be the one that an item of the mailbox has become.

        Args:
            mailbox: Mailbox that would get an item for the record.
            kind: Type of the record.
            digests: Field -> digest of the record's values.
        """
        links = self._links.get((mailbox, kind), ())
        return any(matching.is_same_identity(link.base_exchange, digests) for link in links)
