"""Small facts by name: what the store is bound to, and settings as last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.store.tables import seen_setting

if TYPE_CHECKING:
    from contact_sync.store.database import Database


class SeenSettings:
    """A small key/value table. Values are hashes, ids and plain words, never personal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return the value seen last."""
        query = sa.select(seen_setting.c.value).where(seen_setting.c.name == name)
        rows = self._database.fetch(query)
        return str(rows[0].value) if rows else None

    def set_(self, name: str, value: str) -> None:
        """Remember a value."""
        self._database.upsert(seen_setting, [{"name": name, "value": value}])

    def forget(self, name: str) -> None:
        """Forget a value."""
        with self._database.write() as connection:
            connection.execute(sa.delete(seen_setting).where(seen_setting.c.name == name))

    def keep_first(self, name: str, value: str) -> str:
        """Remember a value unless there is one; return the one that now holds."""
        insert = self._database.insert(seen_setting).values(name=name, value=value)
        with self._database.write() as connection:
            connection.execute(insert.on_conflict_do_nothing())
            return self.get(name) or value
