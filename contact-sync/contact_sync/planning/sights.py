"""What each mailbox sees of each record type by the settings, and who asks before it leaves (I49).

Responsible for noticing that a setting has changed what a mailbox sees: a filter, a view added,
removed or renamed, the first view after none, another view given to the mailbox. From then on the
removal of a pair is asked for first (I36), until its record was seen in what the mailbox now sees,
or a person has decided. That is kept per pair, not per session: a session may end too early, and a
tap that reads what changed says nothing of the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Phase, RecordType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from contact_sync.planning.session import Session

_LIVE = tuple(phase for phase in Phase if phase.is_live)


def sight_name(mailbox: str, kind: RecordType) -> str:
    """Return under which name the store keeps what a mailbox sees of a type."""
    return f"sight:{mailbox}:{kind.value}"


def sight_of(hashes: Mapping[str, str]) -> str:
    """Return 16 hex digits that change with the names of views and with their filters."""
    return hashlib.sha256(json.dumps(sorted(hashes.items())).encode()).hexdigest()[:16]


class Sights:
    """The views of one session, and what they mean for each mailbox."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._settings = session.store.settings
        self._named: defaultdict[RecordType, set[str]] = defaultdict(set)
        self._hashes: defaultdict[RecordType, dict[str, str]] = defaultdict(dict)
        self._in_full: set[tuple[RecordType, str]] = set()

    def name(self, kind: RecordType, view: str) -> None:
        """Note a view that the tap has, or that a record was read for."""
        self._named[kind].add(view)

    def read(self, record: Mapping[str, Any]) -> None:
        """Note a view that the tap has read; a record of the stream `view_reads`."""
        kind, view = RecordType(record["record_type"]), str(record["view_name"])
        self.name(kind, view)
        if record.get("is_complete"):
            self._hashes[kind][view] = str(record.get("filter_hash") or "")
        # A tap that does not tell reads in one way only.
        if record.get("was_full", True):
            self._in_full.add((kind, view))

    def is_read(self, mailbox: str, kind: RecordType) -> bool:
        """Whether all that a mailbox sees of a type was read to the end."""
        return all(view in self._hashes[kind] for view in self._views_of(mailbox, kind))

    def settle(self, mailbox: str, kind: RecordType, shown: Collection[str]) -> frozenset[str]:
        """Return the links whose removal asks first; remember what the mailbox sees.

        To be called once everything was read. Where the change is news, all is read again: what
        fell out of sight shows only then.

        Args:
            mailbox: A mailbox, all of whose views of the type were read to the end.
            kind: The type.
            shown: ObjectIDs that a view of the mailbox has shown in this session.
        """
        views = self._views_of(mailbox, kind)
        if not views:
            return frozenset()
        name = sight_name(mailbox, kind)
        now = sight_of({view: self._hashes[kind][view] for view in views})
        is_news = self._settings.get(name) != now
        asking = set((self._settings.get(f"{name}:asking") or "").split())
        if not is_news and not asking:
            return frozenset()
        store = self._session.store
        asking = {
            link.link_id
            for link in store.links.list_(mailbox, kind, phases=_LIVE)
            if link.in_view and (is_news or link.link_id in asking) and link.c4c_id not in shown
        }
        with store.transaction():
            self._settings.set_(name, now)
            self._settings.set_(f"{name}:asking", " ".join(sorted(asking)))
            if is_news and not all((kind, view) in self._in_full for view in views):
                self._session.ask_for_all(kind)
        return frozenset(asking)

    def _views_of(self, mailbox: str, kind: RecordType) -> set[str]:
        wanted = self._session.settings.views.get(mailbox, {}).get(kind)
        return {wanted} if wanted else self._named[kind] - {""}
