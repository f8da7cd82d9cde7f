"""The cause of a failed session is found at once: `contact-sync status` has its line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.cli import app
from contact_sync.last_words import PLUGINS, last_words, note_failure
from contact_sync.mapper import ContactSyncMapper
from contact_sync.store import Store
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
CLASSES = (TapC4C, TapExchangeContacts, TargetC4C, TargetExchangeContacts, ContactSyncMapper)


def status(path: Path, *arguments: str) -> Result:
    environment = {"CONTACT_SYNC_SYNC_STORE": str(path), "COLUMNS": "300"}
    return CliRunner().invoke(app, ["status", *arguments], env=environment)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Store.open(str(tmp_path / "sync.db")).close()
    return tmp_path / "sync.db"


@pytest.mark.parametrize("plugin", CLASSES, ids=lambda plugin: plugin.name)
def test_each_plugin_leaves_its_last_line(plugin: Any, path: Path) -> None:
    config = path.with_name("config.json")
    config.write_text(json.dumps({"sync_store": str(path), "no_such_setting": 1}), "utf-8")
    with pytest.raises(SystemExit):
        plugin.cli(["--config", str(config)])

    assert plugin.name in PLUGINS
    told = status(path, "--check")
    assert told.exit_code == 1
    assert f"{plugin.name} failed at " in told.stdout
    assert "no_such_setting" in told.stdout


def test_a_later_session_makes_it_old(path: Path) -> None:
    note_failure(str(path), "tap-c4c", "Cannot sign in.", now=lambda: NOON)
    with Store.open(str(path), now=lambda: NOON - timedelta(minutes=1)) as store:
        store.runs.finish(store.runs.start("exchange-to-c4c"), {}, "ok")
        assert [words.text for words in last_words(store)] == ["Cannot sign in."]
    with Store.open(str(path), now=lambda: NOON + timedelta(minutes=1)) as store:
        store.runs.finish(store.runs.start("exchange-to-c4c"), {}, "ok")
        assert last_words(store) == []


@pytest.mark.parametrize("setting", [None, "", 7, "/nowhere/sync.db", "postgresql://x:y@z:w/"])
def test_a_store_that_is_not_there_changes_nothing(setting: object) -> None:
    note_failure(setting, "tap-c4c", "Cannot sign in.")


@pytest.mark.parametrize(
    ("hours", "arguments", "is_told"),
    [
        (72, (), True),
        (7, (), True),
        (5, (), False),
        (7, ("--stale-hours", "8"), False),
        (5, ("--stale-hours", "4.5"), True),
    ],
)
def test_a_run_that_does_not_end_needs_a_person(
    path: Path, hours: int, arguments: tuple[str, ...], *, is_told: bool
) -> None:
    began = datetime.now(timezone.utc) - timedelta(hours=hours)
    with Store.open(str(path), now=lambda: began) as store:
        store.runs.start("c4c-to-exchange")
        # Of a process on another host that may still be at work.
        store.locks.acquire("ada@contoso.example", "elsewhere:1", 3600 * 100)
    told = status(path, "--check", *arguments)
    assert told.exit_code == (1 if is_told else 0)
    assert ("has not ended" in told.stdout) == is_told
