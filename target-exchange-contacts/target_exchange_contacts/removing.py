"""Removals: items whose C4C record is gone, left the view, or may not exist here.

Responsible for looking at the item once more before it goes to Deleted Items, and for naming the
fields of an edit that a deletion overrides (C4), before it does.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from contact_sync.contract import Op
from contact_sync.core import merge, outcome
from contact_sync.core.model import Owes, Side
from exchange_client import (
    ContactTrash,
    ExchangeError,
    NotFoundError,
    PreconditionFailedError,
    UnknownOutcomeError,
)

from target_exchange_contacts.carrying import Carrying
from target_exchange_contacts.task import Task
from target_exchange_contacts.writing import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contact_sync.book import Book
    from contact_sync.core.model import Link
    from exchange_client import Contact, ExchangeClient


class Removing:
    """Runs trash operations of one mailbox."""

    def __init__(self, client: ExchangeClient, book: Book) -> None:
        self._client = client
        self._book = book
        self._carrying = Carrying(client, book)
        self._strips: list[Task] = []
        #: Links whose removal got no answer: each is sent alone then (I45).
        self._unanswered: set[str] = set()

    def run(self, mailbox: str, tasks: Sequence[Task]) -> list[Task]:
        """Bring every task to an end: in Deleted Items, gone already, or an issue.

        Returns:
            What remains to be stripped: items that their user had taken out of the folder.
        """
        self._strips = []
        due = [task for task in tasks if task.item_id]
        intents = self._book.store.intents.open(
            Side.EXCHANGE, "trash", [task.link.link_id for task in due]
        )
        open_ = due
        for _ in range(ROUNDS):
            if not open_:
                break
            open_ = self._round(mailbox, open_, intents)
        for task in open_:
            self._book.store.intents.close(intents[task.link.link_id], "failed")
            self._book.issue(task, "unavailable")
        return self._strips

    def _round(self, mailbox: str, tasks: list[Task], intents: dict[str, str]) -> list[Task]:
        items = self._client.get_contacts(
            mailbox,
            [task.item_id for task in tasks],
            {task.item_id: task.link.exchange_folder_id for task in tasks},
        )
        present: list[tuple[Task, Contact]] = []
        for task in tasks:
            item = items.get(task.item_id)
            if isinstance(item, ExchangeError):
                self._book.unreadable(task, item, intents[task.link.link_id])
            elif item is None or self._has_left(mailbox, task, item):
                self._finish(task, intents[task.link.link_id], is_outside=item is not None)
            else:
                try:
                    self._save_edits(task, item)
                except ExchangeError as error:
                    self._book.failed(task, error, intents[task.link.link_id])
                else:
                    present.append((task, item))
        outcomes = self._client.trash_contacts(
            mailbox,
            [
                ContactTrash(
                    id=item.id,
                    etag=item.etag,
                    folder_id=item.folder_id,
                    is_alone=task.link.link_id in self._unanswered,
                )
                for task, item in present
            ],
        )
        again = []
        for (task, _), result in zip(present, outcomes, strict=True):
            if result.error is None or isinstance(result.error, NotFoundError):
                self._finish(task, intents[task.link.link_id])
            elif isinstance(result.error, (PreconditionFailedError, UnknownOutcomeError)):
                if isinstance(result.error, UnknownOutcomeError):
                    self._unanswered.add(task.link.link_id)
                again.append(task)
            else:
                self._book.failed(task, result.error, intents[task.link.link_id])
        return again

    def _has_left(self, mailbox: str, task: Task, item: Contact) -> bool:
        """Whether the item is elsewhere by now: trashed already, or taken out by the user.

        Deleting an item that lies in Deleted Items would remove it for good.
        """
        home = {task.link.exchange_folder_id}
        if task.contract.policy.get("after") != "forgotten":
            home |= set(self._book.store.folders.get(mailbox).values())
        return item.folder_id not in home

    def _save_edits(self, task: Task, item: Contact) -> None:
        """See to it that no edit is lost unseen: in Deleted Items nobody knows whose it was.

        Raises:
            ExchangeError: The item must stay for now.
        """
        if task.link.successor is not None:
            pair = self._book.store.links.get(task.link.successor)
            self._carrying.bring_over(task, item, task.link.base_exchange, pair)
            return
        live = task.digests_of(item, self._book.key)
        base = task.contract.base
        edited = merge.edited_fields(base, {n: d for n, d in live.items() if n in base})
        if edited and task.contract.policy.get("after") != "forgotten":
            self._book.issue(task, "deletion_dropped_edit", edited)

    def _finish(self, task: Task, intent: str, *, is_outside: bool = False) -> None:
        """Store the end; an item that its user took out meanwhile is not to be routed back (E7)."""
        match task.contract.policy.get("after"):
            case "asleep":
                if is_outside:
                    stray = outcome.stray(task.link, str(uuid.uuid4()), Owes.STRIP)
                    self._book.store.links.save(stray)
                    self._left_outside(task, stray)
                self._book.done(task, outcome.sleep(task.link), intent)
            case "forgotten":
                self._book.forgotten(task, intent)
            case _:
                owes = Owes.STRIP if is_outside else Owes.NOTHING
                link = outcome.retire(task.link.but(owes=owes))
                self._book.done(task, link, intent)
                if is_outside:
                    self._left_outside(task, link)

    def _left_outside(self, task: Task, link: Link) -> None:
        # On record already, as what the link owes: a run that ends here leaves it to the next.
        contract = replace(task.contract, op=Op.STRIP, link=link.link_id)
        self._strips.append(Task(contract, task.properties, link))
