"""Our own updates whose outcome was never stored, found again in what a tap reads.

A session that dies between an update and its outcome leaves a record that differs from the base as
if a user had edited it. Responsible for telling the two apart before anything is decided on the
record, and for closing the update's intent: once the record was seen, its outcome is known.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core import merge, outcome
from contact_sync.core.model import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.core.model import Link, RecordType
    from contact_sync.planning.session import Session
    from contact_sync.store import Intent


class Echoes:
    """The updates of one side that were cut off, until their items or records are seen."""

    def __init__(self, session: Session, side: Side) -> None:
        self._session = session
        self._store = session.store
        self._side = side
        self._other = Side.C4C if side is Side.EXCHANGE else Side.EXCHANGE
        self._waiting: defaultdict[str, list[Intent]] = defaultdict(list)
        for intent in self._store.intents.list_updates(side):
            link = self._store.links.get(intent.link_id)
            # Another session may be at work on other mailboxes: its updates are not cut off.
            if link is not None and link.mailbox in session.settings.mailboxes:
                self._waiting[self._remote_id(link, intent)].append(intent)

    def begin(self) -> None:
        """Close what no record can answer: its link names none any more."""
        for intent in self._waiting.pop("", ()):
            self._store.intents.close(intent.intent_id, "record gone")

    def hear(self, remote_id: str, record: Mapping[str, Any]) -> None:
        """Make what is ours in a record the base of its fields.

        Args:
            remote_id: Id of the item or record.
            record: The fact as the tap states it, tombstones included.
        """
        for intent in self._waiting.pop(remote_id, ()):
            link = self._store.links.get(intent.link_id)
            if link is None:  # its intents went with it
                continue
            is_gone = bool(record.get("_sdc_deleted_at"))
            live = {} if is_gone else self._digests(link.record_type, record)
            ours = merge.echoes([intent.written], live)
            with self._store.transaction():
                if ours:
                    self._store.links.save(outcome.hear(link, ours))
                    # It may have gone on from there, compared with a base that was too old.
                    self._session.read_again(link, self._other)
                self._store.intents.close(intent.intent_id, "done" if ours else "not seen")

    def _remote_id(self, link: Link, intent: Intent) -> str:
        if not intent.written:
            # What only marks an item is looked at again anyway.
            return ""
        return (link.exchange_id if self._side is Side.EXCHANGE else link.c4c_id) or ""

    def _digests(self, kind: RecordType, record: Mapping[str, Any]) -> dict[str, str]:
        fields = self._session.fields(kind)
        read = fields.from_graph if self._side is Side.EXCHANGE else fields.from_c4c
        return fields.digests(self._store.digest_key, read(record))
