"""Open intents: what became of writes whose outcome was never stored.

Responsible for finding our own copies again by the link property, which travels in every create.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from contact_sync.book import cut_off
from contact_sync.core import outcome
from contact_sync.core.claims import Claim
from contact_sync.core.model import Issue, Owes, Side
from contact_sync.store import NOT_DONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contact_sync.core.model import Link
    from contact_sync.store import Intent, Store
    from exchange_client import Contact, ExchangeClient


def by_mailbox(store: Store) -> dict[str, list[tuple[Intent, Link]]]:
    """Return the writes to Exchange that were cut off, by mailbox."""
    found: dict[str, list[tuple[Intent, Link]]] = {}
    for intent, link in cut_off(store, Side.EXCHANGE):
        found.setdefault(link.mailbox, []).append((intent, link))
    return found


def resolve(
    client: ExchangeClient, store: Store, pairs: Iterable[tuple[Intent, Link]]
) -> list[Link]:
    """Close the intents that can be explained; the others keep their links out of this run.

    Returns:
        Links of left-over items: sources of moves whose copy was found, to be trashed now.
    """
    left_over: list[Link] = []
    for intent, link in pairs:
        if intent.kind == "trash":
            # Trashing can be repeated: both sides are looked at again.
            _ask_again(store, link)
            store.intents.close(intent.intent_id, "decide again")
        else:
            left_over += _resolve_copy(client, store, intent, link)
    return left_over


def _resolve_copy(client: ExchangeClient, store: Store, intent: Intent, link: Link) -> list[Link]:
    """Look in the managed folder for the item that a create or move was to make."""
    folder_id = store.folders.get(link.mailbox).get(link.record_type)
    text = Claim(store.binding(Side.C4C) or "", link.record_type, link.c4c_id or "").render()
    found = client.find_by_link(link.mailbox, folder_id, text) if folder_id else []
    copies = [item for item in found if item.id != link.exchange_id]
    if len(copies) > 1:
        store.issues.raise_(
            Issue(
                code="unresolved_intent",
                mailbox=link.mailbox,
                record_type=link.record_type,
                link_id=link.link_id,
                exchange_id=link.exchange_id,
                c4c_id=link.c4c_id,
            )
        )
        return []
    left_over: list[Link] = []
    with store.transaction():
        if copies:
            left_over = _adopt(store, link, copies[0])
        for code in ("unresolved_intent", "unknown_outcome"):
            store.issues.close(code=code, link_id=link.link_id)
        store.intents.close(intent.intent_id, "adopted" if copies else NOT_DONE)
    _ask_again(store, store.links.get(link.link_id) or link)
    return left_over


def _adopt(store: Store, link: Link, item: Contact) -> list[Link]:
    """Make the copy the pair's item; the source of a move is a left-over to be trashed."""
    left_over: list[Link] = []
    if link.exchange_id is not None:
        left_over.append(outcome.left_over(link, str(uuid.uuid4()), link.base_exchange))
        store.links.save(*left_over)
    owes = Owes.NOTHING if link.owes in (Owes.MOVE, Owes.CREATE) else link.owes
    store.links.save(
        link.but(
            exchange_id=item.id,
            exchange_version=item.version,
            exchange_folder_id=item.folder_id,
            owes=owes,
        )
    )
    return left_over


def _ask_again(store: Store, link: Link) -> None:
    for side, remote, mailbox in (
        (Side.EXCHANGE, link.exchange_id, link.mailbox),
        (Side.C4C, link.c4c_id, ""),
    ):
        if remote:
            store.requests.add(
                side, mailbox=mailbox, record_type=link.record_type, remote_id=remote
            )
