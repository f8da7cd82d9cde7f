"""Intents: the write-ahead log of every write to a record or an item.

Two kinds of answers to "what became of it?". Whether a create, a move or a removal happened decides
which items and records there are, so nothing else is done to their links before it is known. An
update changes values only; its intent keeps their digests, by which what we wrote ourselves is told
from what a user typed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.core.model import Side
from contact_sync.errors import StaleIntentError
from contact_sync.store.identifiers import new_id
from contact_sync.store.rows import Intent
from contact_sync.store.tables import intent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from contact_sync.store.database import Database

#: How long a closed intent tells what was written.
_KEPT = timedelta(days=90)

_UPDATE = "update"
#: Outcome of a write whose answer was lost and that, looked for, proved not to have happened.
NOT_DONE = "not done"


class Intents:
    """Writes that were announced; an open one means that the outcome is not known."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def open(self, side: Side, kind: str, link_ids: Sequence[str]) -> dict[str, str]:
        """Announce one write per link; return link id -> intent id.

        The intents are on disk when this returns; the links must have been saved before.

        Args:
            side: System that will be written to.
            kind: create / retire / move / trash / revive.
            link_ids: Links concerned.

        Raises:
            RuntimeError: Called inside a transaction, which could still undo the intents.
        """
        return self._open(side, kind, {link_id: {} for link_id in link_ids})

    def open_updates(self, side: Side, written: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Announce one update per link, all in one transaction; return link id -> intent id.

        Args:
            side: System that will be written to.
            written: Link id -> field -> digest of the value that is about to be sent; no fields
                where only a mark is put on an item.

        Raises:
            RuntimeError: Like `open`.
        """
        return self._open(side, _UPDATE, written)

    def _open(
        self, side: Side, kind: str, written: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        if self._database.is_in_transaction:
            raise RuntimeError("an intent must be durable before the write: no open transaction")
        now = self._now()
        opened = {link_id: new_id() for link_id in written}
        if not opened:
            return opened
        with self._database.write() as connection:
            connection.execute(sa.delete(intent).where(intent.c.closed_at < now - _KEPT))
            connection.execute(
                sa.insert(intent),
                [
                    {
                        "intent_id": intent_id,
                        "link_id": link_id,
                        "side": side.value,
                        "kind": kind,
                        "opened_at": now,
                        "written": dict(written[link_id]),
                    }
                    for link_id, intent_id in opened.items()
                ],
            )
        return opened

    def close(self, intent_id: str, outcome: str) -> None:
        """Record the outcome (done / failed / …) of a write; its digests have served.

        Raises:
            StaleIntentError: The intent is unknown or was closed before.
        """
        still_open = (intent.c.intent_id == intent_id, intent.c.closed_at.is_(None))
        values = {"closed_at": self._now(), "outcome": outcome, "written": {}}
        close = sa.update(intent).where(*still_open).values(values)
        with self._database.write() as connection:
            if connection.execute(close).rowcount != 1:
                raise StaleIntentError(intent_id)

    def not_done(self, side: Side) -> set[str]:
        """Return links with a write whose answer was lost, and that proved not to have happened."""
        found = sa.select(intent.c.link_id).where(intent.c.outcome == NOT_DONE, *_on(side))
        return {row.link_id for row in self._database.fetch(found)}

    def open_for(self, link_id: str) -> list[Intent]:
        """Return the open intents of a link but for updates, oldest first."""
        return self._select(intent.c.link_id == link_id, intent.c.kind != _UPDATE)

    def list_open(self, side: Side | None = None) -> list[Intent]:
        """Return all open intents but for updates, oldest first."""
        return self._select(intent.c.kind != _UPDATE, *_on(side))

    def list_updates(self, side: Side | None = None) -> list[Intent]:
        """Return all updates whose outcome is not known, oldest first."""
        return self._select(intent.c.kind == _UPDATE, *_on(side))

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Intent]:
        query = (
            sa.select(intent)
            .where(intent.c.closed_at.is_(None), *conditions)
            .order_by(intent.c.opened_at, intent.c.intent_id)
        )
        return [
            Intent(
                intent_id=row.intent_id,
                link_id=row.link_id,
                side=Side(row.side),
                kind=row.kind,
                opened_at=row.opened_at,
                written=row.written,
            )
            for row in self._database.fetch(query)
        ]


def _on(side: Side | None) -> list[sa.ColumnElement[bool]]:
    return [] if side is None else [intent.c.side == side.value]
