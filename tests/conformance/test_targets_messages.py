"""What both targets say when nothing can be loaded: one line, exit code 1, nothing written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.contract import PROPERTY
from contact_sync.core.model import Side
from contact_sync.store import Store
from emulators.tls import create_tls
from fakes.plugins import Runner, record, schema, state
from harness.world import ALICE, World
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from contact_sync.singer_io import QuietPlugin

#: Planted in records and settings; must not come out anywhere.
PERSON = "Zebedaeus"
SECRET = "hush-hush-4711"

TARGETS = ("target-c4c", "target-exchange-contacts")


@dataclass
class Desk:
    """One target with sound settings, and messages that it would load."""

    plugin: type[QuietPlugin]
    run: Runner
    world: World
    config: dict[str, Any]
    schema: dict[str, Any]
    good: dict[str, Any]
    operation: dict[str, Any]
    store_path: str

    @property
    def is_c4c(self) -> bool:
        return self.plugin is TargetC4C

    def line(self, *messages: Mapping[str, Any] | bytes, **settings: Any) -> str:
        """Run and return the one line of the failure; a setting of None is left out."""
        config = {**self.config, **settings}
        config = {name: value for name, value in config.items() if value is not None}
        ended = self.run(self.plugin, config, *messages)
        assert self.world.writes() == {"exchange": 0, "c4c": 0}
        for marker in (PERSON, SECRET, ALICE):
            assert marker not in ended.log
        return ended.line()

    def load(self, **settings: Any) -> str:
        """Try to load the good record."""
        return self.line(self.schema, self.good, state(bookmark=1), **settings)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(params=TARGETS)
def desk(
    request: pytest.FixtureRequest,
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    is_c4c = request.param == "target-c4c"
    keys = ("LastName",) if is_c4c else ("mailbox", "surname")
    config = {**world.settings(request.param), "max_retries": 0}
    del config["sync_store"]
    good = {"LastName": PERSON} if is_c4c else {"mailbox": ALICE, "surname": PERSON}
    contract = {"op": "update", "link": "l1", "mailbox": ALICE}
    world.c4c.reset_counters()
    world.graph.reset_counters()
    return Desk(
        plugin=TargetC4C if is_c4c else TargetExchangeContacts,
        run=Runner(caplog, capsys),
        world=world,
        config=config,
        schema=schema("contacts", *keys),
        good=record("contacts", **good),
        operation=record("contacts", **good, **{PROPERTY: contract}),
        store_path=str(tmp_path / "sync.db"),
    )


def test_the_good_record_is_loaded(desk: Desk) -> None:
    ended = desk.run(desk.plugin, desk.config, desk.schema, desk.good, state(bookmark=1))
    assert (ended.exit_code, ended.stdout, ended.errors) == (0, '{"bookmark": 1}\n', [])
    assert sum(desk.world.writes().values()) == 1
    for marker in (PERSON, SECRET, ALICE):
        assert marker not in ended.log


# -- settings --------------------------------------------------------------------------------------


def test_a_missing_setting_is_named(desk: Desk) -> None:
    name = "base_url" if desk.is_c4c else "tenant_id"
    assert desk.load(**{name: None}) == f"Setting `{name}` is missing."


def test_contradictory_settings_are_named(desk: Desk) -> None:
    if desk.is_c4c:
        line = desk.load(auth_method="certificate", certificate_file=desk.world.ca_file)
        assert line == "key_file: required by auth_method certificate"
    else:
        pem = desk.world.ca_file
        line = desk.load(certificate_file=pem, certificate_key_file=pem)
        assert line.startswith("client_secret, certificate_file, device_code: set exactly one")


def test_a_setting_with_another_value_than_allowed_is_named(desk: Desk) -> None:
    name = "auth_method" if desk.is_c4c else "cloud"
    assert desk.load(**{name: SECRET}).startswith(f"Setting `{name}` must be one of: ")


# -- the service -----------------------------------------------------------------------------------


def test_a_wrong_secret_is_told(desk: Desk) -> None:
    line = desk.load(**{"password" if desk.is_c4c else "client_secret": SECRET})
    assert line.startswith("Cannot sign in: ")
    assert ("auth_method" if desk.is_c4c else "client_secret") in line


def test_a_wrong_tenant_is_told(desk: Desk) -> None:
    if desk.is_c4c:
        url = desk.config["base_url"].replace("/sap/c4c/", "/elsewhere/")
        assert desk.load(base_url=url).startswith("base_url: ")
    else:
        line = desk.load(tenant_id="00000000-0000-4000-8000-000000000001")
        assert line.startswith("Cannot sign in: the tenant does not exist in this cloud")


def test_an_unreachable_host_is_told(desk: Desk) -> None:
    nowhere = "https://localhost:1"
    line = desk.load(
        **{"base_url": nowhere} if desk.is_c4c else {"authority_url": nowhere, "graph_url": nowhere}
    )
    assert "is not available: " in line
    assert ("Check base_url" if desk.is_c4c else "Check authority_url, graph_url") in line


def test_an_untrusted_certificate_is_told(desk: Desk, tmp_path: Path) -> None:
    other = create_tls(tmp_path / "other")
    line = desk.load(ca_file=str(other.ca_file))
    assert "certificate" in line
    assert "ca_file" in line


# -- the input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (f'{{"type": "RECORD", "x": "{PERSON}'.encode(), "not a Singer message"),
        (b"\xff\xfe\x00" + PERSON.encode(), "not UTF-8 text"),
        (b'{"type":"STATE","value":' + b'{"a":' * 100_000, "not a Singer message"),
        (f'["{PERSON}"]'.encode(), "not a Singer message"),
        (b"", "not a Singer message"),
        ({"kind": PERSON}, "lacks: type"),
        ({"type": PERSON}, "unknown type"),
        ({"type": "RECORD", "stream": "contacts"}, "lacks: record"),
        ({"type": "RECORD", "stream": [PERSON], "record": {}}, "A RECORD message has no stream"),
        ({"type": "RECORD", "stream": "contacts", "record": PERSON}, "or no record object"),
        ({"type": "SCHEMA", "stream": "contacts", "schema": PERSON}, "or no schema object"),
        ({"type": "SCHEMA", "stream": "contacts", "schema": {}}, "lacks: properties"),
        (
            {"type": "SCHEMA", "stream": "contacts", "schema": {"properties": [PERSON]}},
            "no schema object",
        ),
        ({"type": "STATE", "value": PERSON}, "no state object"),
        ({"type": "STATE"}, "lacks: value"),
        ({"type": "BATCH", "stream": "contacts"}, "BATCH messages are not read"),
    ],
)
def test_malformed_input_is_told_and_nothing_of_it_is_used(
    desk: Desk, bad: dict[str, Any] | bytes, expected: str
) -> None:
    assert expected in desk.line(desk.schema, desk.good, bad, state(bookmark=1))


def test_a_record_before_its_schema_is_told(desk: Desk) -> None:
    assert "of stream contacts came before its SCHEMA message" in desk.line(desk.good)


def test_a_record_of_an_unknown_stream_is_told(desk: Desk) -> None:
    line = desk.line(
        desk.schema, desk.good, schema("orders"), record("orders", name=PERSON), state(bookmark=1)
    )
    assert line.startswith(f"The input has records of a stream that {desk.plugin.name} does not")
    assert "contacts" in line
    assert "Deselect" in line


def test_plain_records_do_not_go_into_streams_of_operations(desk: Desk) -> None:
    line = desk.line(schema("removals", "id"), record("removals", id="1"))
    assert "a stream that" in line


def test_a_schema_alone_is_no_record(desk: Desk) -> None:
    ended = desk.run(desk.plugin, desk.config, schema("orders"), state(bookmark=1))
    assert (ended.exit_code, ended.stdout) == (0, '{"bookmark": 1}\n')


def test_versions_of_tables_are_ignored(desk: Desk) -> None:
    version = {"type": "ACTIVATE_VERSION", "stream": "contacts", "version": 1}
    assert desk.run(desk.plugin, desk.config, desk.schema, version).exit_code == 0


# -- operations and the sync store -----------------------------------------------------------------


def test_operations_without_a_store_are_told(desk: Desk) -> None:
    line = desk.line(desk.schema, desk.good, desk.operation)
    assert line.startswith("Setting `sync_store` is missing: ")


def test_operations_for_the_other_target_are_told(desk: Desk) -> None:
    other = ("mailbox", "id") if desk.is_c4c else ("ObjectID",)
    line = desk.line(schema("contacts", *other, **{PROPERTY: {"type": "object"}}))
    assert line.startswith(f"The operations on the input are not made for {desk.plugin.name}")


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (PERSON, "it is not an object"),
        ({"op": PERSON}, "a member is missing or has the wrong type"),
        ({"op": "update", PERSON: 1}, "it has unknown members"),
    ],
)
def test_an_unreadable_contract_is_told(desk: Desk, contract: object, expected: str) -> None:
    operation = record("contacts", **{PROPERTY: contract})
    line = desk.line(desk.schema, operation, sync_store=desk.store_path)
    assert line.startswith(f"Unreadable {PROPERTY}: {expected}")


def test_an_operation_of_the_other_target_is_told(desk: Desk) -> None:
    name = "trash" if desk.is_c4c else "retire"
    operation = record("contacts", **{PROPERTY: {"op": name}})
    line = desk.line(desk.schema, operation, sync_store=desk.store_path)
    assert f"`{name}` is no operation of {desk.plugin.name}" in line


def test_an_unreadable_store_is_told(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("no database" * 100)
    line = desk.line(desk.schema, desk.good, desk.operation, sync_store=str(broken))
    assert "sync store cannot be used" in line
    assert "sync_store" in line
    assert str(tmp_path) not in line


def test_a_store_of_a_newer_version_is_told(desk: Desk) -> None:
    path = desk.store_path
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sync_store_revision SET version_num = '9999'")
        connection.commit()
    line = desk.line(desk.schema, desk.good, desk.operation, sync_store=path)
    assert "newer version" in line
    assert "sync_store" in line


def test_the_store_of_another_tenant_is_told_before_any_request(desk: Desk) -> None:
    path = desk.store_path
    with Store.open(path) as store:
        store.bind(Side.C4C if desk.is_c4c else Side.EXCHANGE, "other.example")
    line = desk.line(desk.schema, desk.good, desk.operation, sync_store=path)
    assert "belongs to another" in line
    assert not desk.world.c4c.counters()["requests"]
    assert not desk.world.graph.counters()["requests"]


def test_a_mailbox_that_another_session_works_on_is_told(desk: Desk) -> None:
    path = desk.store_path
    with Store.open(path) as store:
        store.locks.acquire(ALICE, "elsewhere:1")
    line = desk.line(desk.schema, desk.good, desk.operation, sync_store=path)
    assert "Another session (elsewhere:1)" in line


@pytest.mark.parametrize("desk", ["target-exchange-contacts"], indirect=True)
@pytest.mark.parametrize(
    ("mailbox", "change", "code"),
    [
        ("nobody@contoso.example", {}, "mailbox_unknown"),
        (ALICE, {"licensed": False}, "mailbox_unlicensed"),
        (ALICE, {"denied": True}, "mailbox_not_writable"),
    ],
)
def test_a_mailbox_that_cannot_be_used_is_told(
    desk: Desk, mailbox: str, change: dict[str, bool], code: str
) -> None:
    folders = {"contact": {"name": "SAP C4C Contacts", "aliases": [], "category": "C"}}
    policy = {"fingerprint": "0"}
    contract = {"op": "prepare", "mailbox": mailbox, "folders": folders, "policy": policy}
    messages = (
        schema("mailboxes", "mailbox", "id", **{PROPERTY: {"type": "object"}}),
        record("mailboxes", mailbox=mailbox, id="", **{PROPERTY: contract}),
        state(bookmark=1),
    )
    desk.world.graph.set_mailbox(ALICE, **change)
    try:
        ended = desk.run(desk.plugin, {**desk.config, "sync_store": desk.store_path}, *messages)
    finally:
        desk.world.graph.set_mailbox(ALICE, licensed=True, denied=False)
    assert (ended.exit_code, ended.errors) == (0, [])
    assert mailbox not in ended.log
    with Store.open(desk.store_path) as store:
        assert [row.issue.code for row in store.issues.list_open()] == [code]


def test_a_stopped_target_emits_no_state(
    desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    target: Any = desk.plugin
    with pytest.raises(SystemExit) as stopped:
        target(config=dict(desk.config))._handle_termination(15, None)
    assert stopped.value.code == 1
    assert "Stopped by signal 15; no STATE was emitted" in caplog.text
    assert capsys.readouterr().out == ""


def test_a_configuration_file_that_cannot_be_read_is_told(desk: Desk, tmp_path: Path) -> None:
    target: Any = desk.plugin
    broken = tmp_path / "config.json"
    broken.write_text(f'{{"password": "{SECRET}"')
    for path in (broken, tmp_path / "missing.json"):
        with pytest.raises(SystemExit) as stopped:
            target.cb_config(None, None, (str(path),))
        text = str(stopped.value.code)
        assert text.startswith("--config: ")
        assert SECRET not in text
