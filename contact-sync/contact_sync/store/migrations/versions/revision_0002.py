"""Pairs are found by the digests of their names: what is made again is known again (E10, C9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Mapping

revision = "0002"
down_revision = "0001"

_LINK = sa.table(
    "link",
    sa.column("link_id", sa.String),
    sa.column("base_exchange", sa.JSON),
    sa.column("base_c4c", sa.JSON),
    sa.column("names_exchange", sa.String),
    sa.column("names_c4c", sa.String),
)


def upgrade() -> None:
    """Add a column per side, filled from the bases that are there, each with an index."""
    for name in ("names_exchange", "names_c4c"):
        op.add_column("link", sa.Column(name, sa.String))
    _fill(op.get_bind())
    for name in ("names_exchange", "names_c4c"):
        op.create_index(f"ix_link_{name}", "link", [name, "mailbox"])


def _fill(connection: sa.Connection) -> None:
    query = sa.select(_LINK.c.link_id, _LINK.c.base_exchange, _LINK.c.base_c4c)
    rows = [
        {
            "one": row.link_id,
            "exchange": _names({**row.base_c4c, **row.base_exchange}),
            "c4c": _names({**row.base_exchange, **row.base_c4c}),
        }
        for row in connection.execute(query)
    ]
    if rows:
        change = sa.update(_LINK).where(_LINK.c.link_id == sa.bindparam("one"))
        values: dict[str, Any] = {
            "names_exchange": sa.bindparam("exchange"),
            "names_c4c": sa.bindparam("c4c"),
        }
        connection.execute(change.values(values), rows)


def _names(digests: Mapping[str, Any]) -> str | None:
    names = ("name",) if "name" in digests else ("first_name", "last_name")
    found = [str(digests.get(name) or "") for name in names]
    return "".join(found) if all(found) else None
