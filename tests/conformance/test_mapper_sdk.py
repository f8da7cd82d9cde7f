"""The mapper as a Singer plugin. The SDK has no suite for mappers; this one does their duty."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync import contract
from contact_sync.mapper import ContactSyncMapper
from contact_sync.store import Store, session_owner
from fakes.plugins import Runner, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

BOX = "ada@contoso.example"

#: Planted in records and settings; must not come out in a message for people.
PERSON = "Zebedaeus"

STREAMS = {
    "exchange-to-c4c": (contract.C4C_STREAMS, ["ObjectID"]),
    "c4c-to-exchange": (contract.EXCHANGE_STREAMS, ["mailbox", "id"]),
}
OPENING = {
    "exchange-to-c4c": schema("mailbox_reads", "mailbox"),
    "c4c-to-exchange": schema("view_reads", "record_type", "view_name"),
}


class Mapper:
    """Runs one mapping; `config` may be changed by the test."""

    def __init__(self, run: Runner, mapping: str, folder: Path) -> None:
        self._run = run
        self.mapping = mapping
        self.store_path = str(folder / "sync.db")
        self.config: dict[str, Any] = {
            "mapping": mapping,
            "sync_store": self.store_path,
            "mailboxes": [BOX],
        }
        self.opening = OPENING[mapping]

    def messages(self, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        """Run to a good end; return what was written."""
        ended = self._run(ContactSyncMapper, self.config, *messages)
        assert (ended.exit_code, ended.errors) == (0, [])
        assert PERSON not in ended.log
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def line(self, *messages: dict[str, Any] | bytes, has_output: bool = False) -> str:
        """Run to a failure; return its line. Once schemas are sent there is some output."""
        ended = self._run(ContactSyncMapper, self.config, *messages)
        assert PERSON not in ended.log
        kinds = {json.loads(line)["type"] for line in ended.stdout.splitlines()}
        assert "STATE" not in kinds
        assert bool(kinds) == has_output
        assert ended.exit_code == 1
        (line,) = ended.errors
        assert "\n" not in line
        assert "Unexpected" not in line
        return line


@pytest.fixture(params=[*STREAMS])
def mapper(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Mapper:
    return Mapper(Runner(caplog, capsys), request.param, tmp_path)


# -- as the SDK's suites ask of other plugins ------------------------------------------------------


@pytest.mark.parametrize("output_format", [None, "json", "markdown"])
def test_cli_prints(output_format: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    ContactSyncMapper.print_version()
    ContactSyncMapper.print_about(output_format)
    text = capsys.readouterr().out
    assert "contact-sync v" in text
    for setting in ("mapping", "sync_store", "mailboxes"):
        assert setting in text


def test_schemas_of_all_operations_come_before_anything_else(mapper: Mapper) -> None:
    written = mapper.messages(mapper.opening, mapper.opening, state(seen=1))
    streams, keys = STREAMS[mapper.mapping]
    schemas = [message for message in written if message["type"] == "SCHEMA"]
    assert written[: len(schemas)] == schemas
    assert [message["stream"] for message in schemas] == [*streams]
    for message in schemas:
        assert message["key_properties"] == keys
        assert contract.PROPERTY in message["schema"]["properties"]


def test_records_become_operations_of_declared_streams(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    mapper = Mapper(Runner(caplog, capsys), "exchange-to-c4c", tmp_path)
    written = mapper.messages(
        schema("contact_folders", "mailbox", "id"),
        schema("contacts", "mailbox", "id"),
        schema("mailbox_reads", "mailbox"),
        record("contact_folders", mailbox=BOX, id="f1", displayName="SAP C4C Contacts"),
        record(
            "contacts", mailbox=BOX, id="i1", parentFolderId="f1", surname=PERSON, changeKey="1"
        ),
        record("mailbox_reads", mailbox=BOX),
        state(seen=1),
    )
    operations = [message for message in written if message["type"] == "RECORD"]
    (created,) = [
        message["record"]
        for message in operations
        if message["record"][contract.PROPERTY]["op"] == "create"
    ]
    assert created["LastName"] == PERSON
    assert PERSON not in json.dumps(created[contract.PROPERTY])
    declared = {message["stream"] for message in written if message["type"] == "SCHEMA"}
    assert {message["stream"] for message in operations} <= declared


def test_state_is_held_back_and_only_the_last_one_goes_out(mapper: Mapper) -> None:
    rich = {"bookmarks": {"contacts": {"partitions": [{"cursor": "x"}]}}, "own": {"a": None}}
    written = mapper.messages(mapper.opening, state(seen=1), mapper.opening, state(**rich))
    assert [message["type"] == "STATE" for message in written].index(True) == len(written) - 1
    assert written[-1] == {"type": "STATE", "value": rich}


def test_without_any_input_nothing_is_written(mapper: Mapper) -> None:
    assert mapper.messages() == []


def test_versions_of_tables_are_dropped(mapper: Mapper) -> None:
    version = {"type": "ACTIVATE_VERSION", "stream": "mailbox_reads", "version": 1}
    written = mapper.messages(mapper.opening, version)
    assert {message["type"] for message in written} <= {"SCHEMA", "RECORD"}


def test_a_run_is_booked_and_the_mailbox_locked(mapper: Mapper) -> None:
    mapper.messages(mapper.opening)
    with Store.open(mapper.store_path) as store:
        assert [run.stage for run in store.runs.last(5)] == [mapper.mapping]
        store.locks.acquire(BOX, session_owner())
        with pytest.raises(Exception, match="Another session"):
            store.locks.acquire(BOX, "elsewhere:1")


# -- messages: one line, exit code 1, no STATE -----------------------------------------------------


@pytest.mark.parametrize("name", ["mapping", "sync_store", "mailboxes"])
def test_a_missing_setting_is_named(mapper: Mapper, name: str) -> None:
    del mapper.config[name]
    assert mapper.line(mapper.opening) == f"Setting `{name}` is missing."


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"mapping": PERSON},
            "Setting `mapping` must be one of: exchange-to-c4c, c4c-to-exchange.",
        ),
        ({"mailboxes": []}, "`mailboxes` is empty"),
        (
            {"contact": {"folder": PERSON}, "account": {"folder": PERSON}},
            "Settings `account.folder` and `contact.folder` share a name",
        ),
        (
            {"contact": {"fields": {"company": {"direction": "to_c4c"}}}},
            "Setting `contact.fields.company.direction` can be to_exchange or off",
        ),
        ({"contact": {"direction": PERSON}}, "Setting `contact.direction` must be one of: "),
    ],
)
def test_contradictory_settings_are_named(
    mapper: Mapper, settings: dict[str, Any], expected: str
) -> None:
    mapper.config.update(settings)
    assert expected in mapper.line(mapper.opening)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (f'{{"type": "RECORD", "x": "{PERSON}'.encode(), "not a Singer message"),
        (b"\xff\xfe\x00" + PERSON.encode(), "not UTF-8 text"),
        (b'{"type":"STATE","value":' + b'{"a":' * 100_000, "not a Singer message"),
        ({"type": PERSON}, "unknown type"),
        ({"kind": PERSON}, "lacks: type"),
        ({"type": "STATE", "value": PERSON}, "no state object"),
    ],
)
def test_malformed_input_is_told(
    mapper: Mapper, bad: dict[str, Any] | bytes, expected: str
) -> None:
    line = mapper.line(mapper.opening, bad, state(seen=1), has_output=expected != "not UTF-8 text")
    assert expected in line


def test_a_record_before_any_schema_is_told(mapper: Mapper) -> None:
    line = mapper.line(record(mapper.opening["stream"], name=PERSON))
    assert "came before any SCHEMA message" in line


def test_a_record_without_its_key_is_told(mapper: Mapper) -> None:
    line = mapper.line(
        mapper.opening, record(mapper.opening["stream"], name=PERSON), has_output=True
    )
    assert "lacks one of: " in line


@pytest.mark.parametrize("message", [schema(PERSON), record(PERSON, name=PERSON)])
def test_a_record_of_an_unknown_stream_is_told(mapper: Mapper, message: dict[str, Any]) -> None:
    line = mapper.line(message)
    assert line.startswith(f"Mapping {mapper.mapping} got a stream it does not know. It reads: ")


def test_an_unreadable_store_is_told(mapper: Mapper, tmp_path: Path) -> None:
    (tmp_path / "sync.db").write_text("no database" * 100)
    assert "sync_store" in mapper.line(mapper.opening)


def test_a_store_of_a_newer_version_is_told(mapper: Mapper) -> None:
    Store.open(mapper.store_path).close()
    with closing(sqlite3.connect(mapper.store_path)) as connection:
        connection.execute("UPDATE sync_store_revision SET version_num = '9999'")
        connection.commit()
    line = mapper.line(mapper.opening)
    assert "newer version" in line
    assert "sync_store" in line


def test_a_mailbox_that_another_session_works_on_is_told(mapper: Mapper) -> None:
    with Store.open(mapper.store_path) as store:
        store.locks.acquire(BOX, "elsewhere:1")
    assert "Another session (elsewhere:1)" in mapper.line(mapper.opening)
