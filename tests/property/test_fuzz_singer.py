"""Bad and hostile Singer input of mapper and targets: one clear line, no value, no wrong write."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.contract import PROPERTY
from contact_sync.mapper import ContactSyncMapper
from contact_sync.store import Store
from fakes.plugins import Ended, Runner, record, schema, state
from harness import hostile, scenes
from harness.hostile import CANARY
from harness.world import ALICE, World
from hypothesis import given
from hypothesis import strategies as st
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TARGETS: dict[str, Any] = {
    "target-c4c": TargetC4C,
    "target-exchange-contacts": TargetExchangeContacts,
}

FACTS: dict[str, list[dict[str, Any]]] = {
    "exchange-to-c4c": [
        schema("contact_folders", "mailbox", "id"),
        schema("contacts", "mailbox", "id"),
        schema("mailbox_reads", "mailbox"),
        record("contact_folders", mailbox=ALICE, id="f1", displayName="SAP C4C Contacts"),
        record(
            "contacts",
            mailbox=ALICE,
            id="i1",
            parentFolderId="f1",
            changeKey="EQ==",
            categories=["SAP C4C Contact"],
            surname=CANARY,
            emailAddresses=[{"name": CANARY, "address": "zeb@private.example"}],
            businessPhones=["+49 30 1"],
            businessAddress={"street": "Weg 1", "countryOrRegion": "Germany"},
            birthday="1980-01-02T11:59:00Z",
            isPrivate=False,
            syncLink=None,
        ),
        record("mailbox_reads", mailbox=ALICE, is_complete=True),
        state(bookmarks={"contacts": {"partitions": [{"cursor": "x"}]}}),
    ],
    "c4c-to-exchange": [
        schema("contacts", "ObjectID"),
        schema("view_reads", "record_type", "view_name"),
        record(
            "contacts",
            ObjectID="A" * 32,
            LastName=CANARY,
            Email="zeb@private.example",
            BirthDate="1980-01-02T00:00:00.000Z",
            StatusCode="2",
            AccountID="0001",
            ChangedOn="2026-01-01T00:00:00.000Z",
            etag="W/\"datetimeoffset'2026'\"",
            view_name="all",
            in_view=True,
        ),
        record("view_reads", record_type="contact", view_name="all", is_complete=True),
        state(bookmarks={"contacts": {"partitions": [{"context": {"view": "all"}}]}}),
    ],
}


def decent(ended: Ended) -> bool:
    """Check what every end has in common; tell whether it was a good one."""
    for marker in (CANARY, "zeb@private", "Traceback", "Unexpected"):
        assert marker not in ended.log
    kinds = [json.loads(line).get("type", "STATE") for line in ended.stdout.splitlines()]
    if ended.exit_code == 0:
        assert ended.errors == []
        return True
    assert "STATE" not in kinds
    assert ended.exit_code == 1
    (line,) = [text for text in ended.errors if not text.startswith("Not written: ")]
    assert line
    assert "\n" not in line
    return False


def leaves(value: Any) -> list[str]:
    """Return every text of a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for entry in value for text in leaves(entry)]
    return [value] if isinstance(value, str) else []


# -- the mapper ------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Runs one mapping, each time with the same fresh store."""

    run: Runner
    mapping: str
    fresh: Path
    folder: Path

    def end(self, lines: list[Any]) -> bool:
        """Run; tell whether it was a good end."""
        shutil.copytree(self.fresh, self.folder, dirs_exist_ok=True)
        store = str(self.folder / "sync.db")
        config = {"mapping": self.mapping, "sync_store": store, "mailboxes": [ALICE]}
        ended = self.run(ContactSyncMapper, config, *lines)
        for line in ended.stdout.splitlines():
            body = json.loads(line).get("record", {})
            sent = leaves([body[name] for name in body if name != PROPERTY])
            assert not [text for text in sent if text.startswith(("{'", "['"))]
        return decent(ended)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh")
    Store.open(str(folder / "sync.db")).close()
    return folder


@pytest.fixture(params=[*FACTS])
def desk(
    request: pytest.FixtureRequest,
    fresh: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    return Desk(Runner(caplog, capsys), request.param, fresh, tmp_path)


def test_the_messages_are_sound(desk: Desk) -> None:
    assert desk.end([*FACTS[desk.mapping]])


@hostile.cases(35)
@given(data=st.data())
def test_spoilt_messages_end_the_mapper_in_one_line(desk: Desk, data: st.DataObject) -> None:
    messages: list[Any] = [*FACTS[desk.mapping]]
    at = data.draw(st.integers(0, len(messages) - 1))
    messages[at] = data.draw(hostile.spoilt(messages[at]))
    desk.end(messages)


@hostile.cases(20)
@given(data=st.data())
def test_spoilt_lines_end_the_mapper_in_one_line(desk: Desk, data: st.DataObject) -> None:
    messages: list[Any] = [*FACTS[desk.mapping]]
    at = data.draw(st.integers(0, len(messages) - 1))
    messages[at] = data.draw(hostile.spoilt_line(messages[at]))
    desk.end(messages)


DEEP = {
    "STATE": '{"type":"STATE","value":%s}',
    "RECORD": '{"type":"RECORD","stream":"contacts","record":%s}',
    "SCHEMA": '{"type":"SCHEMA","stream":"contacts","key_properties":[],"schema":%s}',
    "item": f'{{"type":"RECORD","stream":"contacts","record":{{"mailbox":"{ALICE}","id":"i9",'
    '"parentFolderId":"f1","surname":%s}}',
    "record": '{"type":"RECORD","stream":"contacts","record":{"ObjectID":"B","LastName":%s}}',
}


def deep(place: str, depth: int) -> bytes:
    return (DEEP[place] % ('{"a":' * depth + "1" + "}" * depth)).encode()


@pytest.mark.parametrize("depth", [480, 700, 960, 10_000, 100_000])
@pytest.mark.parametrize("place", [*DEEP])
def test_deep_nesting_ends_the_mapper_in_one_line(desk: Desk, depth: int, place: str) -> None:
    is_good = desk.end([*FACTS[desk.mapping], deep(place, depth)])
    # What is not used may be as deep as the parser lets it be.
    assert not is_good or (place in ("STATE", "SCHEMA") and depth < 1000)


# -- the targets -----------------------------------------------------------------------------------


@dataclass
class Dock:
    """One target, the operations that a session had for it, and plain records."""

    run: Runner
    name: str
    world: World
    operations: list[dict[str, Any]]
    folder: Path

    def end(self, lines: list[Any]) -> bool:
        """Run; tell whether it was a good end. Nothing is written after bad input."""
        self.world.graph.reset_counters()
        self.world.c4c.reset_counters()
        copy = self.folder / "store"
        shutil.copytree(self.world.folder / "kept", copy, dirs_exist_ok=True)
        config = {**self.world.settings(self.name), "max_retries": 0}
        ended = self.run(
            TARGETS[self.name], {**config, "sync_store": str(copy / "sync.db")}, *lines
        )
        is_good = decent(ended)
        is_input_sound = is_good or any(text.startswith("Not written") for text in ended.errors)
        assert is_input_sound or self.world.writes() == {"exchange": 0, "c4c": 0}
        held = [*self.world.records("contact").values(), *self.world.items()]
        assert not [text for text in leaves(held) if text.startswith(("{'", "['"))]
        return is_good


@pytest.fixture(scope="module")
def harbour(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, dict[str, list[dict[str, Any]]]]]:
    """A world in which both targets have something to do, and the operations for it."""
    with World(tmp_path_factory.mktemp("world")) as world:
        object_id, item_id = scenes.linked(world, "contact", CANARY, Email="zeb@private.example")
        gone_id = scenes.create_item(world, "contact", f"{CANARY} gone")
        world.session()
        scenes.edit_item(world, item_id, surname=f"{CANARY} 2")
        scenes.create_item(world, "contact", f"{CANARY} new")
        world.graph.delete_contact(ALICE, gone_id)
        upload = world.session().output["exchange-to-c4c"]
        scenes.edit_record(world, "contact", object_id, LastName=f"{CANARY} 3")
        scenes.create_record(world, "contact", f"{CANARY} other")
        download = world.session().output["c4c-to-exchange"]
        kept = world.folder / "kept"
        kept.mkdir()
        for path in world.folder.glob("sync.db*"):
            shutil.copy(path, kept)
        yield (
            world,
            {
                "target-c4c": [json.loads(line) for line in upload.splitlines()],
                "target-exchange-contacts": [json.loads(line) for line in download.splitlines()],
            },
        )


@pytest.fixture(params=[*TARGETS])
def dock(
    request: pytest.FixtureRequest,
    harbour: tuple[World, dict[str, list[dict[str, Any]]]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Dock:
    world, operations = harbour
    return Dock(Runner(caplog, capsys), request.param, world, operations[request.param], tmp_path)


def plain(name: str) -> list[dict[str, Any]]:
    """Return messages of another tap for a target."""
    if name == "target-c4c":
        values: dict[str, Any] = {
            "LastName": CANARY,
            "Email": "plain@private.example",
            "BirthDate": "1980-01-02",
        }
        keys = ["Email"]
    else:
        values = {
            "mailbox": ALICE,
            "surname": CANARY,
            "emailAddresses": [{"address": "plain@private.example"}],
            "categories": ["A"],
        }
        keys = ["mailbox", "emailAddresses"]
    return [schema("contacts", *keys), record("contacts", **values), state(bookmark=1)]


def test_the_operations_are_sound(dock: Dock) -> None:
    kinds = {line["record"][PROPERTY]["op"] for line in dock.operations if "record" in line}
    assert kinds >= ({"create", "update", "retire"} if dock.name == "target-c4c" else {"update"})
    assert dock.end(dock.operations)
    assert dock.end(plain(dock.name))


@hostile.cases(25)
@given(data=st.data())
def test_spoilt_operations_end_the_target_in_one_line(dock: Dock, data: st.DataObject) -> None:
    messages: list[Any] = [*dock.operations]
    at = data.draw(st.integers(0, len(messages) - 1))
    messages[at] = data.draw(hostile.spoilt(messages[at]))
    dock.end(messages)


@hostile.cases(16)
@given(data=st.data())
def test_spoilt_plain_records_end_the_target_in_one_line(dock: Dock, data: st.DataObject) -> None:
    messages: list[Any] = plain(dock.name)
    at = data.draw(st.integers(0, len(messages) - 1))
    messages[at] = data.draw(hostile.spoilt(messages[at]))
    dock.end(messages)


@hostile.cases(12)
@given(data=st.data())
def test_spoilt_lines_end_the_target_in_one_line(dock: Dock, data: st.DataObject) -> None:
    messages: list[Any] = [*dock.operations, *plain(dock.name)]
    at = data.draw(st.integers(0, len(messages) - 1))
    messages[at] = data.draw(hostile.spoilt_line(messages[at]))
    dock.end(messages)


@pytest.mark.parametrize("depth", [960, 100_000])
@pytest.mark.parametrize("place", ["STATE", "RECORD", "SCHEMA", "record"])
def test_deep_nesting_ends_the_target_in_one_line(dock: Dock, depth: int, place: str) -> None:
    dock.end([*plain(dock.name), deep(place, depth)])


def test_i16_an_operation_without_its_contract_is_no_plain_record(dock: Dock) -> None:
    for name in ("drop", "null"):
        messages = [json.loads(json.dumps(message)) for message in dock.operations]
        last = [message for message in messages if message["type"] == "RECORD"][-1]
        if name == "drop":
            del last["record"][PROPERTY]
        else:
            last["record"][PROPERTY] = None
        assert not dock.end(messages)
