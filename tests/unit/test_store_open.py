"""Opening the store: files, migrations, refusals, bindings, several processes."""

from __future__ import annotations

import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from subprocess import run
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from contact_sync.core.model import Side
from contact_sync.store import (
    BindingError,
    Store,
    StoreError,
    StoreNewerError,
    StoreUnreadableError,
)
from contact_sync.store import schema as schema_module
from contact_sync.store.database import database_url
from contact_sync.store.tables import metadata
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path


def test_new_store_is_private_and_its_folder_is_created(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "sync.db"
    with Store.open(str(path)) as store:
        store.settings.set_("any", "thing")
        files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert files == dict.fromkeys(("sync.db", "sync.db-wal", "sync.db-shm", "sync.db.key"), 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("form", ["{path}", "sqlite:///{path}"])
def test_path_and_url_name_the_same_store(tmp_path: Path, form: str) -> None:
    path = tmp_path / "sync.db"
    with Store.open(str(path)) as store:
        store.settings.set_("any", "thing")
    with Store.open(form.format(path=path)) as store:
        assert store.settings.get("any") == "thing"


def test_migrations_from_scratch_give_the_tables_of_the_code(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    Store.open(str(path)).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        options = {"version_table": schema_module.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == schema_module.REVISIONS[-1]
    engine.dispose()


def test_list_of_revisions_is_that_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "contact_sync.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(item.revision for item in scripts.walk_revisions())[::-1] == (
        schema_module.REVISIONS
    )


def test_current_store_opens_without_migrating(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(str(tmp_path / "sync.db")).close()
    monkeypatch.setattr(schema_module, "_migrate", lambda _: pytest.fail("migrated again"))
    Store.open(str(tmp_path / "sync.db")).close()


def test_failed_migration_leaves_an_empty_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_half_way(connection: sa.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (a)")
        raise OSError("half way")

    with monkeypatch.context() as patch:
        patch.setattr(schema_module, "_migrate", fail_half_way)
        with pytest.raises(OSError, match="half way"):
            Store.open(str(tmp_path / "sync.db"))
    with Store.open(str(tmp_path / "sync.db")) as store:
        assert store.links.list_() == []


def test_store_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    Store.open(str(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sync_store_revision SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreNewerError, match=r"newer version .*9999.* sync_store") as caught:
        Store.open(str(path))
    assert caught.value.revision == "9999"


def test_database_of_another_application_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "meltano.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StoreUnreadableError, match="another application"):
        Store.open(str(path))
    assert path.read_bytes() == before


def test_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(StoreUnreadableError, match=r"not a database.*sync_store"):
        Store.open(str(path))
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "sqlite://",
        ":memory:",
        "mysql://user:hidden@host/db",
        "https://host/path",
        "://",
    ],
)
def test_setting_that_names_no_store_is_refused(setting: str) -> None:
    with pytest.raises(StoreUnreadableError, match="sync_store") as caught:
        Store.open(setting)
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadableError, match="unable to open"):
        Store.open(str(tmp_path))


def test_file_that_cannot_be_created_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnreadableError, match="sync_store"):
        Store.open(str(tmp_path / "file" / "sync.db"))


def test_missing_postgres_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnreadableError, match=r"contact-sync\[postgres\]") as caught:
        Store.open("postgresql://user:hidden@127.0.0.1:1/db", digest_key="ab" * 32)
    assert "hidden" not in str(caught.value)


def test_store_that_must_exist_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadableError, match="no such file"):
        Store.open(str(tmp_path / "sync.db"), must_exist=True)
    assert list(tmp_path.iterdir()) == []


def test_store_binds_to_the_first_tenant_of_each_side(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "sync.db")) as store:
        assert store.binding(Side.C4C) is None
        store.bind(Side.C4C, "My.Crm.Example")
        store.bind(Side.C4C, "my.crm.example")
        store.bind(Side.EXCHANGE, "contoso.example")
        with pytest.raises(BindingError, match=r"my\.crm\.example, not other\.example") as caught:
            store.bind(Side.C4C, "other.example")
        assert caught.value.side == "c4c"
        assert store.binding(Side.C4C) == "my.crm.example"


def test_binding_error_names_no_person(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "sync.db")) as store:
        store.bind(Side.EXCHANGE, "ada@contoso.example")
        with pytest.raises(BindingError) as caught:
            store.bind(Side.EXCHANGE, "bob@contoso.example")
    assert "@" not in str(caught.value)


def test_two_stores_on_one_file_see_each_other_and_wait(tmp_path: Path) -> None:
    path = str(tmp_path / "sync.db")

    def count_up(store: Store) -> None:
        for _ in range(50):
            with store.transaction():
                seen = int(store.settings.get("count") or 0)
                store.settings.set_("count", str(seen + 1))

    with Store.open(path) as one, Store.open(path) as two, ThreadPoolExecutor(4) as pool:
        # Two threads per store: each thread has a transaction of its own.
        list(pool.map(count_up, (one, two, one, two)))
        assert one.settings.get("count") == two.settings.get("count") == "200"


def test_reader_is_not_blocked_by_a_writer(tmp_path: Path) -> None:
    path = str(tmp_path / "sync.db")
    with Store.open(path) as writer, Store.open(path) as reader, writer.transaction():
        writer.settings.set_("any", "thing")
        assert reader.settings.get("any") is None


def test_processes_that_create_one_store_together_agree(tmp_path: Path) -> None:
    code = (
        "import sys; from contact_sync.store import Store\n"
        "with Store.open(sys.argv[1]) as store: print(store.digest_key.hex())"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "sync.db")]
    with ThreadPoolExecutor(3) as pool:
        processes = list(
            pool.map(lambda _: run(command, capture_output=True, text=True, check=False), range(3))
        )
    assert [process.stderr for process in processes] == [""] * 3
    assert len({process.stdout for process in processes}) == 1


def test_errors_of_the_database_become_one_line_without_values(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "sync.db")) as store:
        with store.connection() as connection:
            connection.exec_driver_sql("DROP TABLE folder")
        with pytest.raises(StoreError, match="no such table: folder") as caught:
            store.folders.get("ada@contoso.example")
    assert "ada" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["p@ss", "p@s:s", "@", "a@b/zq", "zq@h:5432/x", "zq:@:", "[zq@"]
)
def test_i51_a_url_that_is_misread_shows_nothing_of_its_password(password: str) -> None:
    with pytest.raises(StoreUnreadableError, match="%40") as caught:
        database_url(f"postgresql://user:{password}@db.example:5432/sync")
    assert "zq" not in str(caught.value)
    assert "p@s" not in str(caught.value)
    assert str(caught.value).isprintable()


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_i51_a_password_that_is_written_as_told_arrives(password: str) -> None:
    url = database_url(f"postgresql://user:{quote(password, safe='')}@db.example:5432/sync")
    assert (url.password, url.host, url.database) == (password, "db.example", "sync")
    assert password not in repr(url) or len(password) < 12
