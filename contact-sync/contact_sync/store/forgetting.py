"""Forgetting a mailbox: its pairs end on our side only, nothing is written to either service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.core.model import Side
from contact_sync.store import tables
from contact_sync.store.rereads import EVERYTHING

if TYPE_CHECKING:
    from contact_sync.store.store import Store

#: Settings of one mailbox: `<name>:<mailbox>`, or with more behind another colon.
_SETTINGS = ("prepared", "covered", "sight")


def forget_mailbox(store: Store, mailbox: str) -> dict[str, int]:
    """Remove all that is known of a mailbox, so that it starts as a first match; return counts.

    Both sides are read from the start for it: a tap's bookmarks would hide what has not changed.

    Args:
        store: The store.
        mailbox: Address, lower case.
    """
    with store.transaction(), store.connection() as connection:
        counts = {
            name: connection.execute(sa.delete(table).where(table.c.mailbox == mailbox)).rowcount
            for name, table in (
                ("holds", tables.hold),
                ("issues", tables.issue),
                ("links", tables.link),
                ("folders", tables.folder),
                ("requests", tables.request),
            )
        }
        named = tables.seen_setting.c.name
        for name in _SETTINGS:
            key = f"{name}:{mailbox}"
            # Not LIKE: an address may hold `_` and `%`.
            is_ours = sa.or_(named == key, sa.func.substr(named, 1, len(key) + 1) == f"{key}:")
            connection.execute(sa.delete(tables.seen_setting).where(is_ours))
        store.requests.add(Side.EXCHANGE, mailbox=mailbox, record_type=None, remote_id=EVERYTHING)
    return counts
