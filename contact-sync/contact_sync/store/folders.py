"""Folders: which folder of a mailbox is the managed one of a record type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.core.model import RecordType
from contact_sync.store.tables import folder

if TYPE_CHECKING:
    from contact_sync.store.database import Database


class Folders:
    """Managed folders by their ids, so that renaming one in Outlook breaks nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, mailbox: str) -> dict[RecordType, str]:
        """Return record type -> folder id of one mailbox."""
        query = sa.select(folder).where(folder.c.mailbox == mailbox).order_by(folder.c.record_type)
        return {RecordType(row.record_type): row.folder_id for row in self._database.fetch(query)}

    def set_(self, mailbox: str, record_type: RecordType, folder_id: str) -> None:
        """Remember a managed folder."""
        row = {"mailbox": mailbox, "record_type": record_type.value, "folder_id": folder_id}
        self._database.upsert(folder, [row])

    def forget(self, mailbox: str, record_type: RecordType) -> None:
        """Forget a managed folder, for instance one that is gone."""
        place = (folder.c.mailbox == mailbox, folder.c.record_type == record_type.value)
        with self._database.write() as connection:
            connection.execute(sa.delete(folder).where(*place))
