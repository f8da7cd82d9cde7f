"""Holds: removals that wait until a person approves exactly that set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from contact_sync.core.model import RecordType, Side
from contact_sync.errors import HoldError
from contact_sync.store.identifiers import new_hold_id
from contact_sync.store.rows import Hold
from contact_sync.store.tables import hold, hold_link

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from contact_sync.store.database import Database

PENDING = "pending"
APPROVED = "approved"
REJECTED = "rejected"
DONE = "done"


class Holds:
    """Sets of links whose removal a guard stopped."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def put(
        self,
        mailbox: str,
        record_type: RecordType,
        side: Side,
        reason: str,
        link_ids: Iterable[str],
    ) -> str:
        """Hold the removals of these links; return the id of the hold.

        They join the pending hold of the same mailbox, type, side and reason. If that grows by
        this, it gets a new id: who approves the old one approves nothing they have not seen.

        Raises:
            ValueError: There are no links.
        """
        asked = set(link_ids)
        if not asked:
            raise ValueError("a hold needs links")
        same = {
            "mailbox": mailbox,
            "record_type": record_type.value,
            "side": side.value,
            "reason": reason,
            "state": PENDING,
        }
        with self._database.write() as connection:
            pending = self._select(*(hold.c[name] == value for name, value in same.items()))
            known = {link_id for entry in pending for link_id in entry.link_ids}
            if pending and asked <= known:
                return pending[0].hold_id
            for entry in pending:
                connection.execute(sa.delete(hold).where(hold.c.hold_id == entry.hold_id))
            hold_id = self._free_id(connection)
            connection.execute(
                sa.insert(hold), [{"hold_id": hold_id, **same, "created_at": self._now()}]
            )
            places = [{"hold_id": hold_id, "link_id": entry} for entry in sorted(asked | known)]
            connection.execute(sa.insert(hold_link), places)
        return hold_id

    def list_(self, states: Collection[str] = (PENDING,)) -> list[Hold]:
        """Return the holds in these states, oldest first."""
        return self._select(hold.c.state.in_(sorted(states)))

    def approve(self, hold_id: str) -> None:
        """Allow the removals of a pending hold.

        Raises:
            HoldError: It is unknown or not pending.
        """
        self._decide(hold_id, APPROVED)

    def reject(self, hold_id: str) -> None:
        """Refuse the removals of a pending hold: the records are restored.

        Raises:
            HoldError: It is unknown or not pending.
        """
        self._decide(hold_id, REJECTED)

    def frozen_links(self) -> set[str]:
        """Return the links in pending holds."""
        return {link_id for entry in self.list_() for link_id in entry.link_ids}

    def of_link(self, link_id: str) -> Hold | None:
        """Return the hold that a link is in, if it is not done; the oldest if there are several."""
        inside = sa.select(hold_link.c.hold_id).where(hold_link.c.link_id == link_id)
        entries = self._select(hold.c.state != DONE, hold.c.hold_id.in_(inside))
        return entries[0] if entries else None

    def finish_link(self, hold_id: str, link_id: str) -> None:
        """Take a link out of a hold: removed, restored or come back. An empty hold is done."""
        place = (hold_link.c.hold_id == hold_id, hold_link.c.link_id == link_id)
        with self._database.write() as connection:
            connection.execute(sa.delete(hold_link).where(*place))
            finish_empty(connection)

    def _decide(self, hold_id: str, state: str) -> None:
        pending = (hold.c.hold_id == hold_id, hold.c.state == PENDING)
        with self._database.write() as connection:
            if (
                connection.execute(sa.update(hold).where(*pending).values(state=state)).rowcount
                != 1
            ):
                raise HoldError(hold_id)

    def _free_id(self, connection: sa.Connection) -> str:
        taken = set(connection.scalars(sa.select(hold.c.hold_id)))
        return next(name for name in iter(new_hold_id, None) if name not in taken)

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Hold]:
        query = (
            sa.select(hold, hold_link.c.link_id)
            .select_from(hold.outerjoin(hold_link))
            .where(*conditions)
            .order_by(hold.c.created_at, hold.c.hold_id, hold_link.c.link_id)
        )
        entries: dict[str, tuple[sa.Row[Any], list[str]]] = {}
        for row in self._database.fetch(query):
            link_ids = entries.setdefault(row.hold_id, (row, []))[1]
            if row.link_id is not None:
                link_ids.append(row.link_id)
        return [_to_hold(row, link_ids) for row, link_ids in entries.values()]


def finish_empty(connection: sa.Connection) -> None:
    """Mark the holds as done that have lost their last link."""
    is_empty = ~sa.exists().where(hold_link.c.hold_id == hold.c.hold_id)
    connection.execute(sa.update(hold).where(hold.c.state != DONE, is_empty).values(state=DONE))


def _to_hold(row: sa.Row[Any], link_ids: list[str]) -> Hold:
    return Hold(
        hold_id=row.hold_id,
        mailbox=row.mailbox,
        record_type=RecordType(row.record_type),
        side=Side(row.side),
        reason=row.reason,
        link_ids=tuple(link_ids),
        state=row.state,
        created_at=row.created_at,
    )
