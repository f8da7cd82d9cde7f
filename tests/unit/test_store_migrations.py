"""Stores of earlier versions: brought up to date with all that they know."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from contact_sync.core.model import Phase, Side
from contact_sync.store import Store
from contact_sync.store import schema as schema_module

if TYPE_CHECKING:
    from pathlib import Path

_ROW = """
INSERT INTO link (link_id, mailbox, record_type, phase, owes, in_view, is_hidden,
                  c4c_superseded, base_exchange, base_c4c)
VALUES (?, 'ada@x', ?, 'active', 'nothing', 1, 0, '[]', ?, ?)
"""
_ROWS = [
    ("both", "contact", '{"first_name":"a","last_name":"l"}', '{"first_name":"b"}'),
    ("one", "contact", '{"last_name":"l"}', "{}"),
    ("account", "account", "{}", '{"name":"n"}'),
]


def _store_of(path: Path, revision: str) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "contact_sync.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_i48_pairs_of_a_store_of_the_first_revision_are_found_by_their_names(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sync.db"
    _store_of(path, schema_module.REVISIONS[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(_ROW, _ROWS)
    with Store.open(str(path)) as store:
        found = {
            (side, names): [link.link_id for link in store.links.by_names("ada@x", side, names)]
            for side in Side
            for names in ("al", "bl", "n")
        }
        assert {names: ids for (_, names), ids in found.items() if ids} == {
            "al": ["both"],
            "bl": ["both"],
            "n": ["account"],
        }
        assert {link.phase for link in store.links.list_()} == {Phase.ACTIVE}
        assert len(store.links.list_()) == len(_ROWS)


def test_a_store_without_links_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    _store_of(path, schema_module.REVISIONS[0])
    with Store.open(str(path)) as store:
        assert store.links.list_() == []
