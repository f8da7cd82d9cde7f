"""`make emulators`: the environment file, calls by hand, start and stop."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
import serve_emulators
from emulators.__main__ import main
from emulators.c4c.service import C4CService
from emulators.environment import (
    PLUGIN_NAMES,
    PREFIX,
    plugin_names,
    read_env_file,
    write_env_file,
)
from emulators.server import EmulatorServer
from emulators.tls import create_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_environment_file_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    write_env_file(path, {"ca_file": "/a b'c=d", "c4c_admin_url": "https://x"}, plugin_names)
    assert read_env_file(path) == {
        "EMULATOR_CA_FILE": "/a b'c=d",
        "GRAPH_CA_FILE": "/a b'c=d",
        "C4C_CA_FILE": "/a b'c=d",
        "EMULATOR_C4C_ADMIN_URL": "https://x",
    }


def test_every_name_is_one_of_the_project() -> None:
    project = (serve_emulators.ROOT / "meltano.yml").read_text("utf-8")
    names = {name for variables in PLUGIN_NAMES.values() for name in variables}
    own = {name for name in names if not name.startswith((PREFIX, "MELTANO_"))}
    # Not an alias: the variable that Meltano itself makes of the mapper's setting.
    missing = {name for name in own if f"env_aliases: [{name}]" not in project}
    assert not missing


@pytest.fixture
def env_file(tmp_path: Path) -> Iterator[Path]:
    tls = create_tls(tmp_path / "tls")
    path = tmp_path / ".env"
    with EmulatorServer(C4CService(), tls) as server:
        settings = {
            "ca_file": str(tls.ca_file),
            "c4c_admin_url": server.base_url,
            "c4c_admin_token": server.admin_token,
        }
        write_env_file(path, settings, plugin_names)
        yield path


def test_call_acts_and_prints_json(env_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["call", "--env-file", str(env_file), "c4c", "create_account", '{"Name": "Nord"}'])
    object_id = json.loads(capsys.readouterr().out)
    collection = "CorporateAccountCollection"
    main(["call", "--env-file", str(env_file), "c4c", "get", collection, object_id])
    assert json.loads(capsys.readouterr().out)["Name"] == "Nord"


def test_refused_call_says_why(env_file: Path) -> None:
    arguments = ["c4c", "set_status", "ContactCollection", "X", "4"]
    with pytest.raises(SystemExit, match=r"Refused: .*no Contact X"):
        main(["call", "--env-file", str(env_file), *arguments])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(serve_emulators, "FOLDER", tmp_path / ".emulators")
    monkeypatch.setattr(serve_emulators, "ENV_FILE", tmp_path / ".env")
    return tmp_path


def test_start_leaves_the_users_own_env_alone(place: Path) -> None:
    (place / ".env").write_text("C4C_PASSWORD=real\n")
    with pytest.raises(SystemExit, match="not the emulators' own"):
        serve_emulators.start()
    assert (place / ".env").read_text() == "C4C_PASSWORD=real\n"
    assert not (place / ".emulators").exists()


def test_another_process_of_that_number_is_not_ours(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / ".emulators").mkdir()
    (place / ".emulators" / "pid").write_text(str(os.getpid()))
    assert serve_emulators.running_process() is None
    serve_emulators.stop()
    assert "do not run" in capsys.readouterr().out


def test_start_and_stop(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serve_emulators.start()
    try:
        values = read_env_file(place / ".env")
        assert json.loads(values["CONTACT_SYNC_MAILBOXES"]) == [
            "alice@contoso.example",
            "bob@contoso.example",
        ]
        assert values["CONTACT_SYNC_STORE"] == str(place / ".emulators" / "contact-sync.db")
        assert stat.S_IMODE((place / ".env").stat().st_mode) == 0o600
        assert stat.S_IMODE((place / ".emulators").stat().st_mode) == 0o700
        serve_emulators.start()
        assert "run already" in capsys.readouterr().out
        main(["call", "--env-file", str(place / ".env"), "c4c", "dump"])
        assert len(json.loads(capsys.readouterr().out)["ContactCollection"]) == 160
    finally:
        serve_emulators.stop()
    assert serve_emulators.running_process() is None
