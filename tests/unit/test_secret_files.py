"""Secrets that others on the machine may read are told of, once (I51)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import contact_sync.secret_files
import pytest
import tap_c4c.secret_files
import tap_exchange_contacts.secret_files

if TYPE_CHECKING:
    from types import ModuleType

MODULES = (contact_sync.secret_files, tap_c4c.secret_files, tap_exchange_contacts.secret_files)
LOGGER = logging.getLogger("tap-c4c")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__package__)
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700, 0o640, 0o604, 0o620, 0o602, 0o666])
@pytest.mark.parametrize(
    ("name", "file", "setting"),
    [
        ("key_file", "key.pem", "key.pem"),
        ("certificate_key_file", "key.pem", "key.pem"),
        ("token_cache_file", "tokens.json", "tokens.json"),
        ("certificate_file", "app.PFX", "app.PFX"),
        *(("sync_store", f"sync.db{ending}", "sync.db") for ending in ("", "-wal", "-shm", ".key")),
        ("sync_store", "sync.db.key", "sqlite:///"),
        (".env", ".env", ""),
    ],
)
def test_i51_a_secret_for_all_to_read_is_told_of(
    module: ModuleType,
    mode: int,
    name: str,
    file: str,
    setting: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).write_text("hush", "utf-8")
    (tmp_path / file).chmod(mode)
    shown = f"{setting}sync.db" if setting.endswith("///") else str(tmp_path / setting)
    module.warn_of_exposed({name: shown} if setting else {}, LOGGER)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == (1 if mode & 0o066 else 0)
    assert all(name in line and str(tmp_path) not in line for line in lines)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__package__)
def test_i51_a_file_that_a_variable_names_is_told_of(
    module: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "key.pem").touch(0o644)
    (tmp_path / ".env").touch(0o644)
    monkeypatch.setenv("TAP_C4C_KEY_FILE", str(tmp_path / "key.pem"))
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    module.warn_of_exposed({}, LOGGER)
    (line,) = [record.getMessage() for record in caplog.records]
    assert ": .env, key_file. " in line


@pytest.mark.parametrize("value", [None, "", 7, "a\0b", "/nowhere/at/all", "postgresql://u:p@h/d"])
def test_what_is_no_file_is_not_told_of(
    value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    contact_sync.secret_files.warn_of_exposed({"key_file": value, "sync_store": value}, LOGGER)
    assert caplog.records == []


def test_the_three_are_the_same() -> None:
    assert len({Path(str(module.__file__)).read_text("utf-8") for module in MODULES}) == 1
