"""Writes to items that exist: merge with what was just read, write, read back, settle.

Responsible for never overwriting what was not seen, and for the intent before every write: every
item is read right before it is written, and what was read goes along as If-Match. Graph's PATCH
documents no If-Match (Unconfirmed: it is honoured), hence the read is not left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contact_sync.core import merge, outcome
from contact_sync.core.claims import Claim
from contact_sync.core.model import Owes, Phase, Side
from contact_sync.core.newest import is_exchange_newer
from exchange_client import (
    ContactUpdate,
    ExchangeError,
    PreconditionFailedError,
    UnknownOutcomeError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.book import Book
    from exchange_client import Contact, ExchangeClient

    from target_exchange_contacts.task import Task

#: How often an item that moves on meanwhile is merged again before it becomes an issue.
ROUNDS = 4


@dataclass
class Write:
    """One item between rounds.

    Attributes:
        task: The operation; for an update its fields are merged.
        stamps: Whether category and link property are put on the item.
        strips: Whether the routing categories are taken off (the item left the sync).
        written: Fields in the PATCH that is on its way.
        agreed: Fields that already had the wanted value.
        intent: Opened once, before the first PATCH.
        is_alone: Whether the last PATCH got no answer: one of its batch may be the cause (I45).
        folder_id: Where the item was read last.
    """

    task: Task
    stamps: bool = False
    strips: bool = False
    written: tuple[str, ...] = ()
    agreed: tuple[str, ...] = field(default=())
    intent: str | None = None
    is_alone: bool = False
    folder_id: str = ""


def link_text(book: Book, task: Task) -> str:
    """Return the text of the link property for a task's record."""
    tenant = book.store.binding(Side.C4C) or ""
    return Claim(tenant, task.kind, task.link.c4c_id or "").render()


class Writing:
    """Runs updates, stamps and strips of one mailbox, round by round."""

    def __init__(self, client: ExchangeClient, book: Book) -> None:
        self._client = client
        self._book = book

    def run(self, mailbox: str, writes: Sequence[Write]) -> None:
        """Bring every write to an end: written, agreed, or an issue."""
        open_ = [write for write in writes if write.task.item_id]
        for _ in range(ROUNDS):
            if not open_:
                return
            open_ = self._round(mailbox, open_)
        for write in open_:
            if write.strips and self._is_thrown_away(mailbox, write):
                self._vanished(write)
            else:
                self._book.issue(write.task, "unavailable", write.written)

    def _is_thrown_away(self, mailbox: str, write: Write) -> bool:
        """Whether an item that can be read and not written lies in no contact folder any more.

        Deleted Items are such a place: a look by id may still find what lies there.
        """
        tree = {folder.id for folder in self._client.list_folders(mailbox)}
        folder_id = write.folder_id
        is_served = folder_id in tree or self._client.find_folder(mailbox, folder_id, tree)
        return not is_served

    def _round(self, mailbox: str, writes: list[Write]) -> list[Write]:
        items = self._client.get_contacts(
            mailbox,
            [write.task.item_id for write in writes],
            {write.task.item_id: write.task.link.exchange_folder_id for write in writes},
        )
        managed = set(self._book.store.folders.get(mailbox).values())
        updates: list[tuple[Write, ContactUpdate]] = []
        for write in writes:
            item = items.get(write.task.item_id)
            if isinstance(item, ExchangeError):
                self._book.unreadable(write.task, item, write.intent)
                continue
            if item is None or _has_left(write, item, managed):
                self._vanished(write)
                continue
            write.folder_id = item.folder_id
            update = self._prepare(write, item)
            if update is None:
                self._settle(write, item)
            else:
                updates.append((write, update))
        self._announce([write for write, _ in updates])
        outcomes = self._client.update_contacts(mailbox, [update for _, update in updates])
        again = []
        for (write, _), result in zip(updates, outcomes, strict=True):
            if result.contact is not None:
                self._settle(write, result.contact)
            elif isinstance(result.error, (PreconditionFailedError, UnknownOutcomeError)):
                write.is_alone = isinstance(result.error, UnknownOutcomeError)
                again.append(write)
            elif result.error is not None:
                self._book.failed(write.task, result.error, write.intent)
        return again

    def _announce(self, writes: list[Write]) -> None:
        """Put on record what is about to be written, by which the next session knows it as ours.

        All that is asked for, not only this round's part: the next round merges anew.
        """
        new = [write for write in writes if write.intent is None]
        contracts = {write.task.link.link_id: write.task.contract for write in new}
        opened = self._book.store.intents.open_updates(
            Side.EXCHANGE,
            {
                link_id: {name: contract.source[name] for name in contract.fields}
                for link_id, contract in contracts.items()
            },
        )
        for write in new:
            write.intent = opened[write.task.link.link_id]

    def _vanished(self, write: Write) -> None:
        """The item is gone, or taken out: what that means is decided when the tap reports it."""
        task = write.task
        if task.link.phase is Phase.RETIRED:
            self._book.done(task, task.link.but(owes=Owes.NOTHING), write.intent)
            return
        self._book.ask_again(task.link, Side.EXCHANGE)
        self._book.ask_again(task.link, Side.C4C)
        if write.intent is not None:
            self._book.store.intents.close(write.intent, "gone")

    def _prepare(self, write: Write, item: Contact) -> ContactUpdate | None:
        """Merge with the item as just read; None if nothing is left to write."""
        task = write.task
        patch: dict[str, Any] = {}
        link: str | None = None
        if task.contract.fields:
            patch = self._merge(write, item)
        if write.stamps or write.strips:
            patch.update(task.marks(item))
        if write.stamps and item.link != link_text(self._book, task):
            link = link_text(self._book, task)
        if not patch and link is None:
            return None
        return ContactUpdate(
            id=item.id,
            properties=patch,
            etag=item.etag,
            link=link,
            folder_id=item.folder_id,
            is_alone=write.is_alone,
        )

    def _merge(self, write: Write, item: Contact) -> dict[str, Any]:
        task = write.task
        contract = task.contract
        live = task.digests_of(item, self._book.key)
        merged = merge.merge_update(
            contract.fields,
            source=contract.source,
            base=contract.base,
            live=live,
            source_side=Side.C4C,
            on_conflict=contract.on_conflict,
            exchange_is_newer=is_exchange_newer(
                item.properties.get("lastModifiedDateTime"), contract.source_modified_at
            ),
        )
        if merged.conflicts:
            # Only a conflict of this stage is news; stage 1 may have logged one a minute ago.
            lost = set(merged.lost)
            dropped: Mapping[str, str] = {
                name: (contract.source if name in lost else live)[name] for name in merged.conflicts
            }
            self._book.conflict(task, merged.conflicts, merged.lost, dropped)
        if merged.lost:
            self._book.ask_again(task.link, Side.EXCHANGE)
        write.written, write.agreed = merged.write, merged.agreed
        return task.patch(merged.write, item)

    def _settle(self, write: Write, item: Contact) -> None:
        """Store what the item looks like now as the base of the fields that agree."""
        task = write.task
        fields = (*write.written, *write.agreed)
        link = outcome.settle(
            task.link,
            fields,
            exchange=task.digests_of(item, self._book.key),
            c4c=task.contract.source,
        )
        link = outcome.see_item(link, task.facts(item, self._book.key))
        # Where it belongs is decided from what the tap reports: a user may have moved it meanwhile.
        link = link.but(exchange_folder_id=task.link.exchange_folder_id)
        if write.stamps or write.strips:
            link = link.but(owes=Owes.NOTHING)
        self._book.done(task, link, write.intent)


def _has_left(write: Write, item: Contact, managed: set[str]) -> bool:
    """Whether the user took the item out or threw it away since it was seen.

    Written there, C4C's value would count as known to the user who deleted the item (E5).
    """
    return not write.strips and item.folder_id not in {
        *managed,
        write.task.link.exchange_folder_id,
    }
