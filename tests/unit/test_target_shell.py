"""The Singer side of both targets: order, nothing before the end of the input, STATE last."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.contract import PROPERTY, Op
from contact_sync.core.loading import Column, Table
from contact_sync.core.model import RecordType, Side
from contact_sync.singer_target import OrderedTarget
from contact_sync.store import Store, session_owner
from fakes.plugins import record, schema, state
from singer_sdk.exceptions import FatalAPIError
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from contact_sync.plain import PlainBook

BOX = "ada@contoso.example"


class TrainError(Exception):
    """The fake service's error."""


@dataclass
class Train:
    """A service that notes what is loaded; loading stream `fails` fails."""

    identity: str = "train.example"
    loads: list[tuple[str, str, list[str]]] = field(default_factory=list)
    fails: str = ""
    counts: dict[str, int] = field(default_factory=lambda: {"update": 1})

    def load(self, how: str, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        self.loads.append((how, stream, [str(record["id"]) for record in records]))
        if stream == self.fails:
            raise TrainError


class _Operations:
    def __init__(self, train: Train) -> None:
        self._train = train

    @property
    def counts(self) -> Mapping[str, int]:
        return self._train.counts

    def run(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        self._train.load("operations", stream, records)


class _Plain:
    def __init__(self, train: Train, book: PlainBook) -> None:
        self._train = train
        self._book = book

    def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
        self._train.load("plain", stream, records)
        for entry in self._book.read(stream, kind, records):
            if entry.properties.get("bad"):
                self._book.failed(entry, "rejected", fields=["b", "a"], detail="400")
            else:
                self._book.done(entry, "created")


class TargetTrain(OrderedTarget[Train]):
    """A target for tests."""

    name = "target-train"
    config_jsonschema = {  # noqa: RUF012 - a ClassVar of the base
        "type": "object",
        "properties": {"sync_store": {"type": "string"}, "digest_key": {"type": "string"}},
    }
    side = Side.EXCHANGE
    operation_streams = ("first", "second", "third")
    operation_key = ("id",)
    operations = frozenset({Op.UPDATE})
    plain_streams = {"second": RecordType.CONTACT, "fourth": RecordType.CONTACT}  # noqa: RUF012
    client_errors = TrainError

    @override
    @classmethod
    def problems(cls, config: Mapping[str, Any]) -> list[str]:
        return []

    @override
    def connect(self) -> Train:
        return Train()

    @override
    def table_of(self, client: Train, kind: RecordType) -> Table:
        columns = {name: Column(name=name) for name in ("a", "b", "bad", "surname")}
        return Table(service="Train", id_name="id", columns=columns, scope=frozenset({"mailbox"}))

    @override
    def operations_with(self, client: Train, store: Store) -> _Operations:
        return _Operations(client)

    @override
    def plain_records_with(self, client: Train, book: PlainBook) -> _Plain:
        return _Plain(client, book)

    @override
    def explain(self, error: Exception) -> FatalAPIError:
        return FatalAPIError("the train is late")


def load(train: Train, *messages: Mapping[str, Any], **config: Any) -> str:
    """Run a target over messages; return what it wrote to stdout."""
    source = io.StringIO("".join(f"{json.dumps(message)}\n" for message in messages))
    buffer = io.StringIO()
    with redirect_stdout(buffer):
        TargetTrain(client=train, config=config).listen(source)
    return buffer.getvalue()


def operation(stream: str, number: str, mailbox: str = BOX) -> dict[str, Any]:
    contract = {"op": "update", "link": number, "mailbox": mailbox}
    return record(stream, id=number, **{PROPERTY: contract})


def plain(stream: str, number: str, **more: Any) -> dict[str, Any]:
    return record(stream, id=number, mailbox=BOX, **more)


SCHEMAS = tuple(schema(stream, "id") for stream in ("fourth", "third", "second", "first"))


@pytest.fixture
def store_path(tmp_path: Path) -> str:
    return str(tmp_path / "sync.db")


def test_streams_are_worked_through_in_their_own_order(store_path: str) -> None:
    train = Train()
    output = load(
        train,
        *SCHEMAS,
        plain("fourth", "4"),
        operation("third", "3"),
        operation("second", "2"),
        plain("second", "p"),
        state(early=1),
        operation("first", "1"),
        operation("second", "2b"),
        state(late=1),
        sync_store=store_path,
    )
    assert train.loads == [
        ("operations", "first", ["1"]),
        ("operations", "second", ["2", "2b"]),
        ("plain", "second", ["p"]),
        ("operations", "third", ["3"]),
        ("plain", "fourth", ["4"]),
        ("operations", "fourth", []),
    ]
    assert output == '{"late": 1}\n'


def test_a_later_schema_does_not_split_a_stream(store_path: str) -> None:
    train = Train()
    again = schema("second", "id", surname={"type": "string"})
    load(train, *SCHEMAS, plain("second", "1"), again, plain("second", "2"), sync_store=store_path)
    assert ("plain", "second", ["1", "2"]) in train.loads


def test_nothing_is_drained_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    train = Train()
    monkeypatch.setattr(TargetTrain, "_MAX_RECORD_AGE_IN_MINUTES", -1.0)
    monkeypatch.setattr("singer_sdk.sinks.Sink.MAX_SIZE_DEFAULT", 2)
    load(train, *SCHEMAS, *(plain("second", str(number)) for number in range(5)))
    assert train.loads == [("plain", "second", ["0", "1", "2", "3", "4"])]


def test_without_a_store_only_plain_records_are_loaded() -> None:
    train = Train()
    assert load(train, *SCHEMAS, plain("second", "1"), state(a=1)) == '{"a": 1}\n'
    assert train.loads == [("plain", "second", ["1"])]


def test_open_intents_are_looked_at_even_if_there_is_nothing_to_do(store_path: str) -> None:
    train = Train()
    assert load(train, sync_store=store_path) == ""
    assert train.loads == [("operations", "fourth", [])]


def test_a_run_is_booked_and_the_locks_are_given_back(store_path: str) -> None:
    with Store.open(store_path) as store:
        store.locks.acquire(BOX, session_owner())
    load(Train(), *SCHEMAS, operation("first", "1"), plain("second", "2"), sync_store=store_path)
    with Store.open(store_path) as store:
        (run,) = store.runs.last(5)
        assert (run.stage, run.outcome) == ("target-train", "ok")
        assert run.counts == {"update": 1, "created": 1}
        assert not store.locks.is_any_held()
        assert store.binding(Side.EXCHANGE) == "train.example"


def test_a_fatal_error_emits_no_state_and_is_booked(store_path: str) -> None:
    train = Train(fails="second")
    messages = (*SCHEMAS, operation("second", "2"), operation("third", "3"), state(a=1))
    buffer = io.StringIO()
    with redirect_stdout(buffer), pytest.raises(FatalAPIError, match="the train is late"):
        load(train, *messages, sync_store=store_path)
    assert buffer.getvalue() == ""
    assert [entry[1] for entry in train.loads] == ["second"]
    with Store.open(store_path) as store:
        assert [run.outcome for run in store.runs.last(5)] == ["failed"]
        assert not store.locks.is_any_held()


@pytest.mark.parametrize(
    ("messages", "left"), [((), {"served", "waiting"}), ((state(a=1),), {"waiting"})]
)
def test_served_requests_are_cleared_when_the_stages_before_came_to_their_end(
    store_path: str, messages: tuple[dict[str, Any], ...], left: set[str]
) -> None:
    with Store.open(store_path) as store:
        store.requests.add(Side.C4C, record_type=RecordType.CONTACT, remote_id="served")
        store.requests.mark_served([row.request_id for row in store.requests.list_(Side.C4C)])
        store.requests.add(Side.C4C, record_type=RecordType.CONTACT, remote_id="waiting")
    load(Train(), *messages, sync_store=store_path)
    with Store.open(store_path) as store:
        assert {row.remote_id for row in store.requests.list_(Side.C4C)} == left


def test_a_bad_plain_record_is_told_the_rest_goes_on_and_state_stays_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    train = Train()
    messages = [*SCHEMAS, plain("second", "1", bad="secret"), plain("fourth", "2"), state(a=1)]
    with pytest.raises(Exception, match="1 plain records were not written") as failure:
        load(train, *messages)
    assert "No STATE was emitted" in str(failure.value)
    assert [entry[1] for entry in train.loads] == ["second", "fourth"]
    (line,) = [entry.getMessage() for entry in caplog.records if entry.levelno == logging.ERROR]
    assert line == "Not written: record 1 of second, id 1: rejected (400; a, b)"


def test_with_a_store_a_bad_plain_record_is_an_issue_until_it_is_written(store_path: str) -> None:
    with pytest.raises(Exception, match="were not written"):
        load(Train(), *SCHEMAS, plain("second", "1", bad=True), sync_store=store_path)
    with Store.open(store_path) as store:
        (issue,) = [row.issue for row in store.issues.list_open()]
        assert [run.outcome for run in store.runs.last(1)] == ["failed"]
    assert (issue.code, issue.mailbox, issue.exchange_id) == ("rejected", BOX, "1")
    assert (issue.fields, issue.detail) == (("a", "b"), "400")
    load(Train(), *SCHEMAS, plain("second", "1"), sync_store=store_path)
    with Store.open(store_path) as store:
        assert store.issues.list_open() == []


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"id": "ada@private.example", "mailbox": BOX}, "its key is no id of this service"),
        ({"id": 7, "mailbox": BOX}, "its key is no id of this service"),
        ({"id": "1"}, "missing; mailbox"),
        ({"mailbox": BOX, "_sdc_deleted_at": "2026-11-22"}, "a tombstone without a key; id"),
    ],
)
def test_a_plain_record_without_a_usable_key_is_told_without_its_values(
    properties: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    properties = {"id": None, **properties}
    with pytest.raises(Exception, match="were not written"):
        load(Train(), *SCHEMAS, record("second", **properties))
    assert f"invalid_record ({reason})" in caplog.text
    assert "private" not in caplog.text


def test_records_of_one_key_are_merged() -> None:
    merged: list[tuple[Mapping[str, Any], bool]] = []

    class Keeping(_Plain):
        @override
        def run(self, stream: str, kind: RecordType, records: Sequence[Mapping[str, Any]]) -> None:
            found = self._book.read(stream, kind, records)
            merged.extend((entry.properties, entry.is_deleted) for entry in found)

    class KeepingTarget(TargetTrain):
        @override
        def plain_records_with(self, client: Train, book: PlainBook) -> _Plain:
            return Keeping(client, book)

    messages = [
        schema("second", "id"),
        record("second", id="1", mailbox=BOX, a=1, b=1),
        record("second", id="1", mailbox=BOX.upper(), b=2),
        record("second", id="2", mailbox=BOX),
        record("second", id="2", mailbox=BOX, _sdc_deleted_at="2026-11-22T00:00:00Z"),
        record("second", id="3", mailbox=BOX, _sdc_deleted_at="2026-11-22T00:00:00Z"),
        record("second", id="3", mailbox=BOX, _sdc_deleted_at=None),
    ]
    source = io.StringIO("".join(f"{json.dumps(message)}\n" for message in messages))
    KeepingTarget(client=Train(), config={}).listen(source)
    assert [(shown.get("a"), shown.get("b"), gone) for shown, gone in merged] == [
        (1, 2, False),
        (None, None, True),
        (None, None, False),
    ]
