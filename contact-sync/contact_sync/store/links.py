"""Links: the pairs of an Outlook contact and a C4C record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from contact_sync.core.identity import digests_of, names_key
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side
from contact_sync.store.holds import finish_empty
from contact_sync.store.tables import intent, link

if TYPE_CHECKING:
    from collections.abc import Collection

    from contact_sync.store.database import Database

#: When several links name one record: the one that is synced, then what may become so again.
_PREFERENCE = sa.case(
    {
        Phase.ACTIVE.value: 0,
        Phase.PINNED.value: 0,
        Phase.PENDING.value: 1,
        Phase.ASLEEP.value: 2,
        Phase.CONVERTING.value: 3,
    },
    value=link.c.phase,
    else_=4,
)
_NOT_RETIRED = link.c.phase != Phase.RETIRED.value
_LIVE = link.c.phase.in_([phase.value for phase in Phase if phase.is_live])

#: The record has no item, and none is being created for it.
_WAITS_FOR_ITEM = sa.and_(
    link.c.phase == Phase.PENDING.value,
    link.c.exchange_id.is_(None),
    ~sa.exists().where(intent.c.link_id == link.c.link_id, intent.c.closed_at.is_(None)),
)

#: Columns for searching; a link has what they are made from.
_DERIVED = ("names_exchange", "names_c4c")

#: Databases limit the parameters of one statement; beyond this a mailbox is read as a whole.
_MAX_PARAMETERS = 500


class Links:
    """All links of all mailboxes. A link is read and saved as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, link_id: str) -> Link | None:
        """Return one link."""
        return self._first(link.c.link_id == link_id)

    def by_exchange_id(self, mailbox: str, exchange_id: str) -> Link | None:
        """Return the link of an item: one that is not retired first, else a retired one."""
        return self._first(link.c.mailbox == mailbox, link.c.exchange_id == exchange_id)

    def by_c4c_id(self, mailbox: str, c4c_id: str) -> Link | None:
        """Return a mailbox's link of a record: not retired (converting too) first, else retired."""
        return self._first(link.c.mailbox == mailbox, link.c.c4c_id == c4c_id)

    def all_by_c4c_id(self, c4c_id: str) -> list[Link]:
        """Return the links of a record in every mailbox, retired ones too, sorted by id."""
        return self._select(link.c.c4c_id == c4c_id)

    def all_by_exchange_id(self, exchange_id: str) -> list[Link]:
        """Return the links of an item, retired ones too, sorted by id."""
        return self._select(link.c.exchange_id == exchange_id)

    def by_names(self, mailbox: str, side: Side, names: str) -> list[Link]:
        """Return a mailbox's links with these names (`identity.names_key`), retired ones too.

        Args:
            mailbox: Mailbox of the links.
            side: The side on which the names were last seen.
            names: Digests of the names.
        """
        column = link.c.names_exchange if side is Side.EXCHANGE else link.c.names_c4c
        return self._select(link.c.mailbox == mailbox, column == names)

    def contacts_of_account(self, mailbox: str, account_id: str) -> list[Link]:
        """Return the live contacts of an account (AccountID without leading zeros)."""
        return self._select(
            link.c.mailbox == mailbox,
            link.c.account_id == account_id,
            link.c.record_type == RecordType.CONTACT.value,
            _LIVE,
        )

    def list_(
        self,
        mailbox: str | None = None,
        record_type: RecordType | None = None,
        phases: Collection[Phase] | None = None,
        owes: Collection[Owes] | None = None,
    ) -> list[Link]:
        """Return the links that meet every given condition, sorted by link id."""
        conditions: list[sa.ColumnElement[bool]] = []
        if mailbox is not None:
            conditions.append(link.c.mailbox == mailbox)
        if record_type is not None:
            conditions.append(link.c.record_type == record_type.value)
        if phases is not None:
            conditions.append(link.c.phase.in_([phase.value for phase in phases]))
        if owes is not None:
            conditions.append(link.c.owes.in_([debt.value for debt in owes]))
        return self._select(*conditions)

    def live_count(self, mailbox: str, record_type: RecordType) -> int:
        """Count the live links with an item, or with one that is about to be re-created."""
        query = sa.select(sa.func.count()).where(
            link.c.mailbox == mailbox,
            link.c.record_type == record_type.value,
            _LIVE,
            sa.or_(link.c.exchange_id.is_not(None), link.c.owes == Owes.CREATE.value),
        )
        return int(self._database.fetch(query)[0][0])

    def is_linked(self, mailbox: str, c4c_ids: Collection[str]) -> set[str]:
        """Return which of these ObjectIDs have an item in the mailbox, or had one asleep.

        A record that still waits for its item is free: the item may be the one that is asked for.
        """
        asked = set(c4c_ids)
        query = sa.select(link.c.c4c_id).where(
            link.c.mailbox == mailbox,
            _NOT_RETIRED,
            ~_WAITS_FOR_ITEM,
            link.c.c4c_id.is_not(None),
        )
        if len(asked) <= _MAX_PARAMETERS:
            query = query.where(link.c.c4c_id.in_(sorted(asked)))
        return asked.intersection(row[0] for row in self._database.fetch(query))

    def waiting_for_item(self, mailbox: str, c4c_id: str) -> list[Link]:
        """Return the links of a record that has no item yet, and for which none is created."""
        return self._select(link.c.mailbox == mailbox, link.c.c4c_id == c4c_id, _WAITS_FOR_ITEM)

    def waiting_for_record(self, mailbox: str, record_type: RecordType) -> list[Link]:
        """Return the links of items that have no record yet, matched or created."""
        return self._select(
            link.c.mailbox == mailbox,
            link.c.record_type == record_type.value,
            link.c.phase == Phase.PENDING.value,
            link.c.exchange_id.is_not(None),
            link.c.c4c_id.is_(None),
        )

    def linked_items(self, mailbox: str) -> dict[str, str | None]:
        """Return exchange id -> folder id of the links that are not retired."""
        query = (
            sa.select(link.c.exchange_id, link.c.exchange_folder_id)
            .where(link.c.mailbox == mailbox, _NOT_RETIRED, link.c.exchange_id.is_not(None))
            # The preferred link of an item comes last and decides on the folder.
            .order_by(_PREFERENCE.desc(), link.c.link_id.desc())
        )
        return {row.exchange_id: row.exchange_folder_id for row in self._database.fetch(query)}

    def save(self, *links: Link) -> None:
        """Insert or replace whole links, all or none."""
        self._database.upsert(link, [_to_row(entry) for entry in links])

    def delete(self, *link_ids: str) -> None:
        """Remove links with their intents and their places in holds."""
        if not link_ids:
            return
        gone = sa.delete(link).where(link.c.link_id == sa.bindparam("gone"))
        with self._database.write() as connection:
            connection.execute(gone, [{"gone": link_id} for link_id in link_ids])
            finish_empty(connection)

    def _first(self, *conditions: sa.ColumnElement[bool]) -> Link | None:
        query = sa.select(link).where(*conditions).order_by(_PREFERENCE, link.c.link_id).limit(1)
        rows = self._database.fetch(query)
        return _to_link(rows[0]) if rows else None

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Link]:
        query = sa.select(link).where(*conditions).order_by(link.c.link_id)
        return [_to_link(row) for row in self._database.fetch(query)]


def _to_row(entry: Link) -> dict[str, Any]:
    return {
        **vars(entry),
        "record_type": entry.record_type.value,
        "phase": entry.phase.value,
        "owes": entry.owes.value,
        "c4c_superseded": list(entry.c4c_superseded),
        "base_exchange": dict(entry.base_exchange),
        "base_c4c": dict(entry.base_c4c),
        "names_exchange": names_key(digests_of(entry, Side.EXCHANGE)),
        "names_c4c": names_key(digests_of(entry, Side.C4C)),
    }


def _to_link(row: sa.Row[Any]) -> Link:
    columns: dict[str, Any] = {
        **{name: value for name, value in row._mapping.items() if name not in _DERIVED},  # noqa: SLF001 - SQLAlchemy's public name for it
        "record_type": RecordType(row.record_type),
        "phase": Phase(row.phase),
        "owes": Owes(row.owes),
        "c4c_superseded": tuple(row.c4c_superseded),
    }
    return Link(**columns)
