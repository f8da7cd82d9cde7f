"""Bringing the database to the newest revision: forward only, all or nothing.

Responsible for deciding whether migrations run. Must never touch a database that a newer version,
or something else altogether, has written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.errors import StoreNewerError, StoreUnreadableError

if TYPE_CHECKING:
    from contact_sync.store.database import Database

#: All revisions, oldest first. Known here so that a current store opens without loading Alembic.
REVISIONS = ("0001", "0002")

#: Own name: the store may share a PostgreSQL database with other users of Alembic.
VERSION_TABLE = "sync_store_revision"

# Any number will do as long as it stays: it serialises migrations on PostgreSQL.
_ADVISORY_LOCK = 7_315_201


def upgrade(database: Database) -> None:
    """Run the missing migrations.

    Raises:
        StoreNewerError: The database has a revision that is not known here.
        StoreUnreadableError: The file belongs to another application, or cannot be read.
    """
    with database.read() as connection:
        before = _revision(connection)
    if before == REVISIONS[-1]:
        return
    if before is None and database.is_sqlite:
        database.allow_readers_beside_writer()
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        # Another process may have been faster; only now nobody else can be.
        if _revision(connection) != REVISIONS[-1]:
            _migrate(connection)


def _revision(connection: sa.Connection) -> str | None:
    """Return the revision of the database; None if it is empty."""
    tables = sa.inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise StoreUnreadableError(
                "the file is the database of another application", "give the store its own file"
            )
        return None
    query = sa.select(sa.column("version_num", sa.String)).select_from(sa.table(VERSION_TABLE))
    revision = connection.scalars(query).one_or_none()
    if revision is not None and revision not in REVISIONS:
        raise StoreNewerError(str(revision))
    return revision


def _migrate(connection: sa.Connection) -> None:
    # Slow to import, and needed once in the life of a store.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "contact_sync.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
