"""What both taps say when nothing can be read: one line, exit code 1, no record emitted."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from contact_sync.store import Store
from emulators.graph.directory import ROLES
from emulators.tls import create_tls
from fakes.plugins import Ended, TapRunner
from harness.processes import program
from harness.world import ALICE, World
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from singer_sdk import Tap

#: Planted in records and settings; must not come out anywhere.
PERSON = "Zebedaeus"
SECRET = "hush-hush-4711"
NOBODY = "nobody@contoso.example"

C4C, EXCHANGE = "tap-c4c", "tap-exchange-contacts"
only_c4c = pytest.mark.parametrize("desk", [C4C], indirect=True)
only_exchange = pytest.mark.parametrize("desk", [EXCHANGE], indirect=True)


@dataclass
class Desk:
    """One tap with sound settings, and a tenant with something to read."""

    plugin: type[Tap]
    run_tap: TapRunner
    world: World
    folder: Path
    config: dict[str, Any]

    @property
    def is_c4c(self) -> bool:
        return self.plugin is TapC4C

    @property
    def store_path(self) -> str:
        return str(self.folder / "sync.db")

    def config_file(self, **settings: Any) -> Path:
        """Write the settings; one of None is left out."""
        config = {**self.config, **settings}
        path = self.folder / "config.json"
        path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
        return path

    def run(self, *arguments: str, **settings: Any) -> Ended:
        ended = self.run_tap(self.plugin, self.config_file(**settings), *arguments)
        assert_private(ended.log)
        assert not self.world.c4c.unused_faults()
        assert not self.world.graph.unused_faults()
        return ended

    def line(self, **settings: Any) -> str:
        """Run and return the one line of the failure."""
        return self.run(**settings).line("SCHEMA")


def assert_private(log: str) -> None:
    for marker in (PERSON, SECRET, ALICE, NOBODY, "Traceback"):
        assert marker not in log


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.c4c.create_contact({"LastName": PERSON})
        world.graph.create_contact(ALICE, None, {"surname": PERSON, "categories": ["Account"]})
        yield world


@pytest.fixture(params=[C4C, EXCHANGE])
def desk(
    request: pytest.FixtureRequest,
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    config = {**world.settings(request.param), "max_retries": 0}
    del config["sync_store"]
    world.c4c.reset_counters()
    world.graph.reset_counters()
    plugin = TapC4C if request.param == C4C else TapExchangeContacts
    return Desk(plugin, TapRunner(caplog, capsys), world, tmp_path, config)


@pytest.fixture
def other_ca(tmp_path: Path) -> str:
    """An authority that signed none of the certificates."""
    return str(create_tls(tmp_path / "other").ca_file)


def test_with_sound_settings_records_are_read(desk: Desk) -> None:
    ended = desk.run()
    assert (ended.exit_code, ended.errors) == (0, [])
    assert PERSON in ended.stdout


# -- settings --------------------------------------------------------------------------------------


def test_a_missing_setting_is_named(desk: Desk) -> None:
    name = "base_url" if desk.is_c4c else "tenant_id"
    assert desk.line(**{name: None}) == f"{name}: is missing"


@only_exchange
def test_all_missing_settings_are_named_at_once(desk: Desk) -> None:
    line = desk.line(mailboxes=None, client_id=None)
    assert line == "mailboxes: is missing; client_id: is missing"


def test_contradictory_settings_are_named(desk: Desk) -> None:
    if desk.is_c4c:
        line = desk.line(auth_method="certificate", certificate_file=desk.world.ca_file)
        assert line == "key_file: required by auth_method certificate"
    else:
        pem = desk.world.ca_file
        line = desk.line(certificate_file=pem, certificate_key_file=pem)
        assert line.startswith("client_secret, certificate_file, device_code: set exactly one")


def test_a_setting_with_another_value_than_allowed_is_named(desk: Desk) -> None:
    name = "auth_method" if desk.is_c4c else "cloud"
    assert desk.line(**{name: SECRET}).startswith(f"{name}: must be one of ")


@only_c4c
def test_discovery_with_a_missing_setting_is_one_line_too(desk: Desk) -> None:
    line = desk.run("--discover", base_url=None).line()
    assert line.endswith("base_url: is missing")


@pytest.mark.parametrize("content", [f'{{"password": "{SECRET}"', f'["{SECRET}"]', None])
def test_a_configuration_file_that_cannot_be_read_is_told(desk: Desk, content: str | None) -> None:
    path = desk.folder / "broken.json"
    if content is not None:
        path.write_text(content)
    ended = desk.run_tap(desk.plugin, path)
    assert_private(ended.log)
    assert ended.line().startswith("--config: a file is not there, or is no JSON object.")


# -- the service -----------------------------------------------------------------------------------


def test_a_wrong_secret_is_told(desk: Desk) -> None:
    line = desk.line(**{"password" if desk.is_c4c else "client_secret": SECRET})
    assert line.startswith("Cannot sign in: ")
    if desk.is_c4c:
        assert "C4C answered 401. Check auth_method and its settings" in line
    else:
        assert "the client secret is wrong" in line
        assert "AADSTS7000215" in line


def test_a_wrong_tenant_is_told(desk: Desk) -> None:
    if desk.is_c4c:
        url = desk.config["base_url"].replace("/sap/c4c/", "/elsewhere/")
        assert desk.line(base_url=url).startswith("base_url: ")
    else:
        line = desk.line(tenant_id="00000000-0000-4000-8000-000000000001")
        assert line.startswith("Cannot sign in: the tenant does not exist in this cloud")


@only_exchange
@pytest.mark.parametrize(
    ("mailbox", "change", "expected"),
    [
        (NOBODY, {}, "no such user: check the mailbox address"),
        (ALICE, {"licensed": False}, "the user has no Exchange Online mailbox"),
        (ALICE, {"denied": True}, "include the mailbox in its Exchange RBAC scope"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_told_by_its_position(
    desk: Desk, mailbox: str, change: dict[str, bool], expected: str
) -> None:
    admin = desk.world.graph
    admin.set_mailbox(ALICE, **change)
    try:
        line = desk.line(mailboxes=[mailbox])
    finally:
        admin.set_mailbox(ALICE, licensed=True, denied=False)
    assert line.startswith("mailboxes[0]: ")
    assert expected in line


def test_a_missing_permission_is_told(desk: Desk) -> None:
    if desk.is_c4c:
        desk.world.c4c.add_fault(
            kind="status", operation="CorporateAccountCollection.list", status=403, message=PERSON
        )
        line = desk.line()
        assert "service is ticked in the user's communication arrangement" in line
    else:
        desk.world.graph.set_app_roles([])
        try:
            line = desk.line()
        finally:
            desk.world.graph.set_app_roles(sorted(ROLES))
        assert "grant the app the permission Contacts.ReadWrite" in line


@pytest.mark.parametrize(
    ("desk", "setting"),
    [(C4C, "base_url"), (EXCHANGE, "authority_url"), (EXCHANGE, "graph_url")],
    indirect=["desk"],
)
def test_an_unreachable_host_is_told(desk: Desk, setting: str) -> None:
    if setting == "graph_url":
        # Tokens are made for one Graph service; the emulator would refuse another one.
        desk.world.graph.add_fault(kind="cut_before", path=r"users|batch", count=0)
        line = desk.line()
        desk.world.graph.clear_faults()
    else:
        line = desk.line(**{setting: "https://localhost:1"})
    assert "is not available: " in line
    assert setting in line
    assert "run again later" in line


def test_an_untrusted_certificate_is_told(desk: Desk, other_ca: str) -> None:
    line = desk.line(ca_file=other_ca)
    assert "certificate" in line
    assert "ca_file" in line


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_setting_ca_file_wins_over_the_environment(
    desk: Desk, other_ca: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, other_ca)
    assert desk.run().exit_code == 0
    monkeypatch.setenv(variable, desk.world.ca_file)
    assert "ca_file" in desk.line(ca_file=other_ca)


def test_a_page_instead_of_data_is_told(desk: Desk) -> None:
    if desk.is_c4c:
        desk.world.c4c.add_fault(kind="maintenance", operation="$metadata")
        assert "gave an unexpected answer: C4C's metadata declares no entity type" in desk.line()
    else:
        desk.world.graph.add_fault(kind="status", path=r"\$batch", status=200, body="html")
        assert "Check authority_url, graph_url" in desk.line()


@only_c4c
def test_a_page_instead_of_records_is_told(desk: Desk) -> None:
    desk.world.c4c.add_fault(
        kind="maintenance", operation="CorporateAccountCollection.list", count=0
    )
    line = desk.line()
    desk.world.c4c.clear_faults()
    assert line == (
        "C4C gave an unexpected answer: C4C's answer is not JSON. Check base_url and ca_file."
    )


@only_exchange
@pytest.mark.parametrize("setting", ["authority_url", "graph_url"])
def test_a_root_that_is_no_such_service_is_told(desk: Desk, setting: str) -> None:
    line = desk.line(**{setting: f"{desk.config[setting]}/portal"})
    assert line.startswith("Cannot sign in: ")
    assert setting in line


# -- the sync store --------------------------------------------------------------------------------


def test_an_unreadable_store_is_told(desk: Desk) -> None:
    broken = desk.folder / "broken.db"
    broken.write_text("no database" * 100)
    line = desk.line(sync_store=str(broken))
    assert line.startswith("The sync store cannot be used: ")
    assert "Setting sync_store: " in line
    assert str(desk.folder) not in line


def test_a_store_of_a_newer_version_is_told(desk: Desk) -> None:
    Store.open(desk.store_path).close()
    with closing(sqlite3.connect(desk.store_path)) as connection:
        connection.execute("UPDATE sync_store_revision SET version_num = '9999'")
        connection.commit()
    line = desk.line(sync_store=desk.store_path)
    assert "newer version" in line
    assert "sync_store" in line


def test_the_store_of_another_tenant_is_told_before_any_record_is_read(desk: Desk) -> None:
    with Store.open(desk.store_path) as store:
        store.bind(Side.C4C if desk.is_c4c else Side.EXCHANGE, "other.example")
    line = desk.line(sync_store=desk.store_path)
    assert line.startswith("This sync store belongs to another ")
    assert "Setting sync_store: " in line
    assert not [name for name in desk.world.c4c.counters()["requests"] if "Collection" in name]
    assert not desk.world.graph.counters()["requests"]


# -- the installed programs ------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["secret", "network", "certificate", "store"])
def test_the_program_says_it_in_one_line_at_debug_level_too(
    desk: Desk, broken: str, other_ca: str
) -> None:
    roots = ("base_url",) if desk.is_c4c else ("authority_url", "graph_url")
    settings = {
        "secret": {"password" if desk.is_c4c else "client_secret": SECRET},
        "network": dict.fromkeys(roots, "https://localhost:1"),
        "certificate": {"ca_file": other_ca},
        "store": {"sync_store": other_ca},
    }
    done = subprocess.run(
        [program(desk.plugin.name), "--config", str(desk.config_file(**settings[broken]))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "LOGLEVEL": "DEBUG", "REQUESTS_CA_BUNDLE": desk.world.ca_file},
    )
    errors = [text for text in done.stderr.splitlines() if "| ERROR " in text]
    assert_private(done.stderr)
    assert desk.config["password" if desk.is_c4c else "client_secret"] not in done.stderr
    assert Ended(done.returncode, done.stdout, errors, done.stderr).line("SCHEMA")
