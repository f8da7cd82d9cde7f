"""Moves into the managed folder: create there, remember, then trash the source.

Graph has no move for contacts. Responsible for the order in which nothing can be lost: the copy
carries the link property, its id is stored together with a left-over link for the source, and
only then the source goes to Deleted Items.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from contact_sync.core import outcome
from contact_sync.core.model import Owes, Side
from exchange_client import (
    ContactCopy,
    ContactTrash,
    ExchangeError,
    NotFoundError,
    PreconditionFailedError,
)

from target_exchange_contacts.carrying import Carrying
from target_exchange_contacts.task import Task
from target_exchange_contacts.writing import Write, link_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contact_sync.book import Book
    from contact_sync.core.model import Link
    from exchange_client import Contact, ExchangeClient


class Moving:
    """Runs move operations of one mailbox."""

    def __init__(self, client: ExchangeClient, book: Book) -> None:
        self._client = client
        self._book = book
        self._carrying = Carrying(client, book)

    def run(self, mailbox: str, tasks: Sequence[Task]) -> list[Write]:
        """Bring every task to an end; return stamps for items that are in place already."""
        if not tasks:
            return []
        items = self._client.get_contacts(
            mailbox,
            [task.item_id for task in tasks],
            {task.item_id: task.link.exchange_folder_id for task in tasks},
        )
        folders = self._book.store.folders.get(mailbox)
        moves: list[tuple[Task, Contact]] = []
        stamps: list[Write] = []
        for task in tasks:
            item = items.get(task.item_id)
            if isinstance(item, ExchangeError):
                self._book.unreadable(task, item)
            elif item is None:
                self._book.ask_again(task.link, Side.EXCHANGE)
            elif item.folder_id == folders.get(task.kind):
                stamps.append(Write(task, stamps=True))
            elif item.folder_id != task.link.exchange_folder_id:
                # Moved by its user since it was read, maybe to Deleted Items: to be decided anew.
                self._book.ask_again(task.link, Side.EXCHANGE)
            elif task.kind in folders:
                moves.append((task, item))
        self._copy(mailbox, moves)
        return stamps

    def _copy(self, mailbox: str, moves: list[tuple[Task, Contact]]) -> None:
        if not moves:
            return
        folders = self._book.store.folders.get(mailbox)
        intents = self._book.store.intents.open(
            Side.EXCHANGE, "move", [task.link.link_id for task, _ in moves]
        )
        not_done = self._book.store.intents.not_done(Side.EXCHANGE)
        outcomes = self._client.copy_contacts(
            mailbox,
            [
                ContactCopy(
                    source_id=item.id,
                    folder_id=folders[task.kind],
                    properties=task.marks(item),
                    link=link_text(self._book, task),
                    source_folder_id=item.folder_id,
                    is_alone=task.link.link_id in not_done,
                )
                for task, item in moves
            ],
        )
        sources: list[tuple[Task, Contact, Link]] = []
        for (task, item), result in zip(moves, outcomes, strict=True):
            intent = intents[task.link.link_id]
            if result.contact is None:
                if result.error is not None:
                    self._book.failed(task, result.error, intent)
                continue
            base = task.digests_of(item, self._book.key)
            left_over = outcome.left_over(task.link, str(uuid.uuid4()), base)
            link = outcome.see_item(task.link, task.facts(result.contact, self._book.key))
            with self._book.store.transaction():
                self._book.store.links.save(left_over)
                self._book.done(task, link.but(owes=Owes.NOTHING), intent)
            if result.error is None:
                sources.append((task, item, left_over))
            else:
                # The photo did not come along: the source stays until it has.
                self._book.issue(Task(task.contract, {}, left_over), "rejected", ["photo"])
        self._trash(mailbox, sources)

    def _trash(self, mailbox: str, sources: list[tuple[Task, Contact, Link]]) -> None:
        outcomes = self._client.trash_contacts(
            mailbox,
            [
                ContactTrash(id=item.id, etag=item.etag, folder_id=item.folder_id)
                for _, item, _ in sources
            ],
        )
        for (task, item, left_over), result in zip(sources, outcomes, strict=True):
            error: Exception | None = result.error
            if isinstance(error, PreconditionFailedError):
                error = self._catch_up(task, item, left_over)
            if error is None or isinstance(error, NotFoundError):
                self._book.store.links.delete(left_over.link_id)

    def _catch_up(self, task: Task, before: Contact, left_over: Link) -> Exception | None:
        """The user edited the source while it was copied: bring the edit over, then trash it."""
        mailbox = left_over.mailbox
        places = {before.id: before.folder_id}
        now = self._client.get_contacts(mailbox, [before.id], places).get(before.id)
        if isinstance(now, ExchangeError):
            return now
        if now is None or now.folder_id != before.folder_id:
            # Gone already; deleting it in Deleted Items would remove it for good.
            return None
        try:
            self._carrying.bring_over(task, now, left_over.base_exchange, task.link)
        except ExchangeError as error:
            return error
        trash = ContactTrash(id=now.id, etag=now.etag, folder_id=now.folder_id)
        (result,) = self._client.trash_contacts(mailbox, [trash])
        return result.error
