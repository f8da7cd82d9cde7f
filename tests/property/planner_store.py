"""A sync store of plain dicts: the small interface that planners, taps and targets use.

Responsible for answering like `contact_sync.store.Store` without a database, some hundred times
faster. `test_planner_store.py` plays the same calls to both and compares the answers.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timezone
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from contact_sync.core.identity import digests_of, names_key
from contact_sync.core.model import Issue, Link, Owes, Phase, RecordType, Side
from contact_sync.store.state_lists import StateLists
from property.planner_rows import (
    MemoryHolds,
    MemoryIntents,
    MemoryIssues,
    MemoryRequests,
    Tables,
    take_out,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager

    from contact_sync.store.seen_settings import SeenSettings

START = datetime(2026, 1, 1, tzinfo=timezone.utc)

#: Phase -> rank when several links name one item or record.
_PREFERENCE = {
    Phase.ACTIVE: 0,
    Phase.PINNED: 0,
    Phase.PENDING: 1,
    Phase.ASLEEP: 2,
    Phase.CONVERTING: 3,
    Phase.RETIRED: 4,
}

_LINK_ID = attrgetter("link_id")


class MemoryStore:
    """The store of one case.

    Attributes:
        now: The clock; set by the world.
        raised: Every issue that was ever raised, in order; the open ones are rows like any other.
        pairs: Every (item id, ObjectID) that a link ever held together, in order.
    """

    digest_key = b"planner"

    def __init__(self) -> None:
        self.now = START
        self.raised: list[Issue] = []
        self.pairs: dict[tuple[str, str], None] = {}
        self._rows = Tables()
        self._count = 0
        self.links = MemoryLinks(self._rows, self.pairs)
        self.intents = MemoryIntents(self._rows, self)
        self.issues = MemoryIssues(self._rows, self)
        self.requests = MemoryRequests(self._rows, self)
        self.holds = MemoryHolds(self._rows, self)
        self.folders = MemoryFolders(self._rows)
        self.settings = MemorySettings(self._rows)
        # Nobody has read one: states are no field of these worlds.
        self.states = StateLists(cast("SeenSettings", self.settings), lambda: self.now)

    @property
    def locks(self) -> MemoryStore:
        return self

    def held_elsewhere(self, owner: str) -> set[str]:
        """No other session is at work."""
        del owner
        return set()

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def bind(self, side: Side, identity: str) -> None:
        self.settings.set_(f"binding.{side.value}", identity)

    def binding(self, side: Side) -> str | None:
        return self.settings.get(f"binding.{side.value}")

    def new_id(self) -> str:
        self._count += 1
        return f"id-{self._count:04}"

    def snapshot(self) -> tuple[Any, ...]:
        """Return all that a session without work must leave as it was."""
        rows = self._rows
        return (
            dict(rows.links),
            dict(rows.intents),
            {key: row.issue for key, row in rows.issues.items()},
            set(rows.requests),
            {hold_id: (hold.link_ids, hold.state) for hold_id, hold in rows.holds.items()},
            {mailbox: dict(folders) for mailbox, folders in rows.folders.items()},
            {name: value for name, value in rows.settings.items() if not name.startswith("read.")},
        )


class MemoryLinks:
    """See `contact_sync.store.links.Links`."""

    def __init__(self, rows: Tables, pairs: dict[tuple[str, str], None]) -> None:
        self._rows = rows
        self._pairs = pairs

    def get(self, link_id: str) -> Link | None:
        return self._rows.links.get(link_id)

    def by_exchange_id(self, mailbox: str, exchange_id: str) -> Link | None:
        return _preferred(
            [
                link
                for link in self._rows.links.values()
                if link.exchange_id == exchange_id and link.mailbox == mailbox
            ]
        )

    def by_c4c_id(self, mailbox: str, c4c_id: str) -> Link | None:
        return _preferred(
            [
                link
                for link in self._rows.links.values()
                if link.c4c_id == c4c_id and link.mailbox == mailbox
            ]
        )

    def all_by_c4c_id(self, c4c_id: str) -> list[Link]:
        return _by_id(link for link in self._rows.links.values() if link.c4c_id == c4c_id)

    def all_by_exchange_id(self, exchange_id: str) -> list[Link]:
        return _by_id(link for link in self._rows.links.values() if link.exchange_id == exchange_id)

    def by_names(self, mailbox: str, side: Side, names: str) -> list[Link]:
        return _by_id(
            link
            for link in self._rows.links.values()
            if link.mailbox == mailbox and names_key(digests_of(link, side)) == names
        )

    def contacts_of_account(self, mailbox: str, account_id: str) -> list[Link]:
        return _by_id(
            link
            for link in self._rows.links.values()
            if link.account_id == account_id
            and link.mailbox == mailbox
            and link.record_type is RecordType.CONTACT
            and link.phase.is_live
        )

    def list_(
        self,
        mailbox: str | None = None,
        record_type: RecordType | None = None,
        phases: Collection[Phase] | None = None,
        owes: Collection[Owes] | None = None,
    ) -> list[Link]:
        return _by_id(
            link
            for link in self._rows.links.values()
            if (mailbox is None or link.mailbox == mailbox)
            and (record_type is None or link.record_type is record_type)
            and (phases is None or link.phase in phases)
            and (owes is None or link.owes in owes)
        )

    def live_count(self, mailbox: str, record_type: RecordType) -> int:
        return sum(
            is_counted(link)
            for link in self._rows.links.values()
            if link.mailbox == mailbox and link.record_type is record_type
        )

    def is_linked(self, mailbox: str, c4c_ids: Collection[str]) -> set[str]:
        return {
            link.c4c_id
            for link in self._rows.links.values()
            if link.c4c_id is not None
            and link.c4c_id in c4c_ids
            and link.mailbox == mailbox
            and link.phase is not Phase.RETIRED
            and not self._waits_for_item(link)
        }

    def waiting_for_item(self, mailbox: str, c4c_id: str) -> list[Link]:
        return _by_id(
            link
            for link in self._rows.links.values()
            if link.c4c_id == c4c_id and link.mailbox == mailbox and self._waits_for_item(link)
        )

    def waiting_for_record(self, mailbox: str, record_type: RecordType) -> list[Link]:
        return _by_id(
            link
            for link in self._rows.links.values()
            if link.phase is Phase.PENDING
            and link.mailbox == mailbox
            and link.record_type is record_type
            and link.exchange_id is not None
            and link.c4c_id is None
        )

    def linked_items(self, mailbox: str) -> dict[str, str | None]:
        found = [
            link
            for link in self._rows.links.values()
            if link.phase is not Phase.RETIRED
            and link.mailbox == mailbox
            and link.exchange_id is not None
        ]
        # The preferred link of an item comes last and decides on the folder.
        found.sort(key=_rank, reverse=True)
        return {link.exchange_id or "": link.exchange_folder_id for link in found}

    def save(self, *links: Link) -> None:
        for link in links:
            self._rows.links[link.link_id] = link
            if link.exchange_id and link.c4c_id:
                self._pairs[link.exchange_id, link.c4c_id] = None

    def delete(self, *link_ids: str) -> None:
        rows = self._rows
        for link_id in link_ids:
            rows.links.pop(link_id, None)
            for intent in [one for one in rows.intents.values() if one.link_id == link_id]:
                del rows.intents[intent.intent_id]
            rows.not_done -= {(side, link_id) for side in Side}
            for hold in list(rows.holds.values()):
                take_out(rows, hold, link_id)

    def _waits_for_item(self, link: Link) -> bool:
        return (
            link.phase is Phase.PENDING
            and link.exchange_id is None
            and not any(intent.link_id == link.link_id for intent in self._rows.intents.values())
        )


class MemoryFolders:
    """See `contact_sync.store.folders.Folders`."""

    def __init__(self, rows: Tables) -> None:
        self._rows = rows

    def get(self, mailbox: str) -> dict[RecordType, str]:
        return dict(self._rows.folders.get(mailbox, {}))

    def set_(self, mailbox: str, record_type: RecordType, folder_id: str) -> None:
        self._rows.folders.setdefault(mailbox, {})[record_type] = folder_id

    def forget(self, mailbox: str, record_type: RecordType) -> None:
        self._rows.folders.get(mailbox, {}).pop(record_type, None)


class MemorySettings:
    """See `contact_sync.store.seen_settings.SeenSettings`."""

    def __init__(self, rows: Tables) -> None:
        self._rows = rows

    def get(self, name: str) -> str | None:
        return self._rows.settings.get(name)

    def set_(self, name: str, value: str) -> None:
        self._rows.settings[name] = value


def is_counted(link: Link) -> bool:
    """Whether the guard counts a link among the live ones of its type."""
    return link.phase.is_live and (link.exchange_id is not None or link.owes is Owes.CREATE)


def _rank(link: Link) -> tuple[int, str]:
    return (_PREFERENCE[link.phase], link.link_id)


def _preferred(links: list[Link]) -> Link | None:
    if len(links) < 2:
        return links[0] if links else None
    return min(links, key=_rank)


def _by_id(links: Iterable[Link]) -> list[Link]:
    found = list(links)
    if len(found) > 1:
        found.sort(key=_LINK_ID)
    return found
