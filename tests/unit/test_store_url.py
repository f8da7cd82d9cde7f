"""I51: `sync_store` as a URL with a password: it works, or one line shows nothing of it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import tap_c4c.connect
import tap_exchange_contacts.connect
from contact_sync.cli import app
from contact_sync.mapper import ContactSyncMapper
from contact_sync.store import Store, StoreUnreadableError
from contact_sync.store.database import database_url
from fakes.plugins import Runner, schema
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.exceptions import ConfigurationError
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts
from typer.testing import CliRunner

if TYPE_CHECKING:
    from types import ModuleType

#: Where a password may stand in what is meant to name a database.
_SLIPS = (
    *("postgresql://u:{}@127.0.0.1:1/db", "postgres://{}:p@127.0.0.1:1/db", "postgresql://u:{}"),
    *("postgresql://127.0.0.1:1/db?password={}", "postgresql://u:p@127.0.0.1:{}/db", "{}://x"),
    *("postgresql+asyncpg://u:{}@h/db", "mysql://u:{}@h/db", "jdbc:postgresql://u:{}@h/db"),
    *("sqlite://u:{}@h/db", "sqlite:///x?timeout={}", "sqlite:///x?{}=1", "sqlite:/u:{}@h/db"),
    *("postgresql:/u:{}@h/db", "postgresql:u:{}@h/db", "POSTGRESQL//u:{}@h/db", "u:{}@h/db"),
    *("host=h password={} user=u", "host=h user=u PASSWORD = '{}'", " postgresql:/{}"),
)


@given(
    password=st.text(st.sampled_from("@:%#?[]&=+ ;'\"Z9é"), max_size=5),
    slip=st.sampled_from(_SLIPS),
)
@settings(deadline=None)
def test_i51_a_password_gets_into_no_message_and_no_file_name(password: str, slip: str) -> None:
    """Also without the driver; no part of it is shown, whatever the URL is taken for."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setitem(sys.modules, "psycopg", None)
        given_url = slip.format(f"zqz{password}qzq")
        for must_exist in (False, True):
            with pytest.raises(StoreUnreadableError) as caught:
                Store.open(given_url, digest_key="ab" * 32, must_exist=must_exist)
            text = "".join(traceback.format_exception_only(caught.value))
            assert "zqz" not in text
            assert "qzq" not in text
            assert text.count("\n") == 1
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize("path", ["postgres/sync.db", "a:b.db", "o'neil@home/sync.db", "sqlite.db"])
def test_an_unusual_path_is_a_path(path: str) -> None:
    assert database_url(path).database == path


PLUGINS: dict[Any, dict[str, Any]] = {
    ContactSyncMapper: {"mapping": "exchange-to-c4c", "mailboxes": ["alice@contoso.example"]},
    TargetC4C: {"base_url": "https://c4c.example/", "username": "user", "password": "hush"},
    TargetExchangeContacts: {
        "tenant_id": "contoso.example",
        "client_id": "app",
        "client_secret": "hush",
    },
}


@pytest.fixture(params=_SLIPS)
def sync_store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    slip: str = request.param
    return slip.format("zqz@:/#%qzq")


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_i51_mapper_and_targets_show_nothing_of_it(
    plugin: Any,
    sync_store: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = {**PLUGINS[plugin], "sync_store": sync_store}
    messages = [schema("contacts", "mailbox", "id")] if plugin is ContactSyncMapper else []
    ended = Runner(caplog, capsys)(plugin, config, *messages)
    assert "sync_store" in ended.line()
    assert "zqz" not in ended.log + ended.stdout
    assert "qzq" not in ended.log + ended.stdout


@pytest.mark.parametrize(
    "module", [tap_c4c.connect, tap_exchange_contacts.connect], ids=lambda m: m.__package__
)
def test_i51_taps_show_nothing_of_it(module: ModuleType, sync_store: str) -> None:
    with pytest.raises(ConfigurationError, match="sync_store") as caught:
        module.sync_requests({"sync_store": sync_store}, "contoso.example")
    assert "zqz" not in str(caught.value)
    assert "qzq" not in str(caught.value)


@pytest.mark.parametrize("way", ["option", "variable"])
def test_i51_commands_show_nothing_of_it(way: str, sync_store: str) -> None:
    arguments = ["--sync-store", sync_store] if way == "option" else []
    ran = CliRunner().invoke(
        app,
        ["status", *arguments],
        env={"CONTACT_SYNC_SYNC_STORE": sync_store, "COLUMNS": "300"},
    )
    assert ran.exit_code == 2
    assert len(ran.output.strip().splitlines()) == 1
    assert "zqz" not in ran.output
    assert "qzq" not in ran.output
