"""Requests: ids that a tap is asked to read again although they have not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.core.model import RecordType, Side
from contact_sync.store.identifiers import new_id
from contact_sync.store.rows import Request
from contact_sync.store.seen_settings import SeenSettings
from contact_sync.store.tables import request

if TYPE_CHECKING:
    from collections.abc import Collection

    from contact_sync.store.database import Database

#: Stands for every id.
EVERYTHING = "*"

_READ = "read.{}"
_ERA = "era"


class Requests:
    """Explicit requests; those that follow from links are derived in `contact_sync.requests`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settings = SeenSettings(database)

    def is_first_read(self, side: Side) -> bool:
        """Whether no session has acted on a read of this side yet: the store is new, or was lost.

        A tap's bookmark from before would hide everything that has not changed since.
        """
        return self._settings.get(_READ.format(side.value)) is None

    def mark(self, side: Side) -> str:
        """Return what a tap's state shall bear when the read that begins now has been acted on.

        The form is `era.number`: which store, and which of its reads of this side.
        """
        return f"{self._era()}.{self._reads(side) + 1}"

    def is_behind(self, side: Side, mark: str | None) -> bool:
        """Whether a tap's state knows of reads that this store does not.

        An older copy of the store came back, or it is another one: what was read since must be
        read again. A state that is older than the store only reads some things twice.

        Args:
            side: System that the tap reads.
            mark: What the state bears.
        """
        era, _, number = (mark or "").rpartition(".")
        if era != self._era() or not number.isdigit():
            return True
        if int(number) <= self._reads(side):
            return False
        # Other states of the time that was lost would look old as soon as the numbers catch up.
        self._settings.set_(_ERA, new_id())
        return True

    def _era(self) -> str:
        return self._settings.get(_ERA) or self._settings.keep_first(_ERA, new_id())

    def _reads(self, side: Side) -> int:
        number = self._settings.get(_READ.format(side.value)) or ""
        return int(number) if number.isdigit() else 0

    def add(
        self, side: Side, *, mailbox: str = "", record_type: RecordType | None, remote_id: str
    ) -> None:
        """Ask for an id, or with `*` for everything, to be read again.

        Args:
            side: System to read.
            mailbox: Mailbox to read; required for Exchange, ignored for C4C.
            record_type: Type to read; None means all types, ignored for Exchange.
            remote_id: Exchange id, ObjectID or `*`.

        Raises:
            ValueError: An Exchange request without a mailbox: no tap would serve it.
        """
        if side is Side.EXCHANGE:
            if not mailbox:
                raise ValueError("a request to Exchange needs a mailbox")
            types = [""]
        else:
            # One row per type, because each stream serves and clears its own.
            mailbox = ""
            types = [record_type.value] if record_type else [entry.value for entry in RecordType]
        rows = [
            {
                "side": side.value,
                "mailbox": mailbox,
                "record_type": name,
                "remote_id": remote_id,
                "request_id": new_id(),
                "is_served": False,
            }
            for name in types
        ]
        self._database.upsert(request, rows)

    def list_(self, side: Side) -> list[Request]:
        """Return the open requests to one side, in a fixed order."""
        query = (
            sa.select(request)
            .where(request.c.side == side.value)
            .order_by(request.c.mailbox, request.c.record_type, request.c.remote_id)
        )
        return [
            Request(
                request_id=row.request_id,
                side=Side(row.side),
                mailbox=row.mailbox,
                record_type=RecordType(row.record_type) if row.record_type else None,
                remote_id=row.remote_id,
            )
            for row in self._database.fetch(query)
        ]

    def done(
        self, side: Side, mailbox: str, record_type: RecordType | None, remote_id: str
    ) -> None:
        """Clear a request, whenever it was made. None clears it for all types."""
        conditions = [request.c.side == side.value, request.c.remote_id == remote_id]
        if side is Side.EXCHANGE:
            conditions.append(request.c.mailbox == mailbox)
        elif record_type is not None:
            conditions.append(request.c.record_type == record_type.value)
        with self._database.write() as connection:
            connection.execute(sa.delete(request).where(*conditions))

    def mark_served(self, request_ids: Collection[str]) -> None:
        """Note that a tap has read these; an equal request that was made later stays open."""
        with self._database.write() as connection:
            for request_id in sorted(request_ids):
                connection.execute(
                    sa.update(request)
                    .where(request.c.request_id == request_id)
                    .values(is_served=True)
                )

    def clear_served(self, side: Side) -> None:
        """Clear what the tap of `side` has read; called when the target has acted on it.

        From then on the store is no stranger to the side: see `is_first_read`.
        """
        with self._database.write() as connection:
            self._settings.set_(_READ.format(side.value), str(self._reads(side) + 1))
            connection.execute(
                sa.delete(request).where(request.c.side == side.value, request.c.is_served)
            )
