"""Looks plain records up in a mailbox by the key of their stream.

Responsible for reading all contact folders, whatever folder a record names: an item that its user
has moved is not created again. Items that are marked private belong to nobody but their owner.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

from contact_sync.core.loading import Hit, key_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contact_sync.core.loading import Column, StreamPlan
    from contact_sync.plain import PlainRecord
    from exchange_client import Contact, ExchangeClient, Folder


def look_up(
    client: ExchangeClient,
    mailbox: str,
    folders: Sequence[Folder],
    plan: StreamPlan,
    records: Sequence[PlainRecord],
) -> dict[int, list[Hit]]:
    """Return position -> the items of a mailbox that bear its key.

    Raises:
        ExchangeError: The mailbox cannot be read.
    """
    hits: dict[int, list[Hit]] = {record.position: [] for record in records}
    if not records:
        return hits
    wanted: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for record in records:
        wanted[record.key].append(record.position)
    for folder in folders:
        for item in client.list_contacts(mailbox, folder.id):
            for key in {} if item.is_private else keys_of(plan, item):
                for position in wanted.get(key, ()):
                    names = plan.names_of(item.properties)
                    hits[position].append(Hit(remote_id=item.id, names=names))
    return hits


def keys_of(plan: StreamPlan, item: Contact) -> set[tuple[str, ...]]:
    """Return the keys that an item answers to: any of its e-mail addresses will do."""
    forms = [set(_forms(column, item.properties)) for column in plan.key]
    return set(product(*forms))


def _forms(column: Column, values: Mapping[str, object]) -> Iterator[str]:
    value = values.get(column.name)
    for entry in value if column.is_email and isinstance(value, list) else [value]:
        form = key_form(column, [entry] if column.is_email else entry)
        if form:
            yield form
