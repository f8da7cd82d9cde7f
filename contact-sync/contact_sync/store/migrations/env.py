"""Alembic's entry point: migrates on the connection that `store.schema` hands over.

There is no offline mode and no own engine, so a migration shares the transaction of the caller.
"""

from __future__ import annotations

from alembic import context

from contact_sync.store.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
