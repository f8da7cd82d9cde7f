"""What a left-over has that its copy lacks: edits made after it was copied, and a photo.

A move is a copy and a removal. Between the two a user may edit either item, for minutes within a
session, for longer when the session was cut off. Responsible for bringing everything over before
the left-over goes to Deleted Items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core import merge
from contact_sync.core.model import Side
from exchange_client import (
    ContactUpdate,
    ExchangeError,
    PreconditionFailedError,
    UnknownOutcomeError,
)

from target_exchange_contacts.task import Task
from target_exchange_contacts.writing import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.book import Book
    from contact_sync.core.model import Link
    from exchange_client import Contact, ExchangeClient

#: After these the copy is read and merged again.
_MOVED_ON = (PreconditionFailedError, UnknownOutcomeError)


class Carrying:
    """Brings over what is missing, one left-over at a time."""

    def __init__(self, client: ExchangeClient, book: Book) -> None:
        self._client = client
        self._book = book

    def bring_over(
        self, task: Task, source: Contact, base: Mapping[str, str], pair: Link | None
    ) -> None:
        """Bring over what the source got after it was copied.

        Args:
            task: Any operation that knows how the fields are read.
            source: The left-over as just read.
            base: Digests of the source's values when it was copied.
            pair: Link whose item is the copy.

        Raises:
            ExchangeError: Something is still missing; the left-over must stay.
        """
        if pair is None or not pair.phase.is_live or not pair.exchange_id:
            # Nobody is left to bring anything to; Deleted Items keeps it.
            return
        task = Task(task.contract, {}, pair)
        for attempt in range(ROUNDS):
            places = {pair.exchange_id: pair.exchange_folder_id}
            found = self._client.get_contacts(pair.mailbox, [pair.exchange_id], places)
            copy = found[pair.exchange_id]
            if copy is None:
                return
            if isinstance(copy, ExchangeError):
                raise copy
            error = self._merge(task, source, base, copy)
            if error is None:
                self._client.carry_photo(pair.mailbox, source, copy)
                return
            if attempt == ROUNDS - 1 or not isinstance(error, _MOVED_ON):
                raise error

    def _merge(
        self, task: Task, source: Contact, base: Mapping[str, str], copy: Contact
    ) -> ExchangeError | None:
        """Merge the two items; where both were edited the copy wins, for it is the pair's."""
        key = self._book.key
        live, now = task.digests_of(source, key), task.digests_of(copy, key)
        merged = merge.merge_update(
            [name for name in live if name in base and live[name] != base[name]],
            source=live,
            base=base,
            live=now,
            source_side=Side.EXCHANGE,
            on_conflict={},
            exchange_is_newer=False,
        )
        lost = {name: live[name] for name in merged.conflicts}
        self._book.conflict(task, merged.conflicts, merged.conflicts, lost)
        if not merged.write:
            return None
        values = task.fields.from_graph(source.properties)
        patch = task.fields.to_graph({n: values[n] for n in merged.write}, copy.properties)
        update = ContactUpdate(
            id=copy.id, properties=patch, etag=copy.etag, folder_id=copy.folder_id
        )
        (result,) = self._client.update_contacts(task.link.mailbox, [update])
        return result.error
