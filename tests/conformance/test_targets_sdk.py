"""The SDK's standard suite for both targets, against the emulators.

Most standard tests load streams of their own (`test_array_data`, ...). These targets refuse streams
that they do not know, on purpose: nothing may be lost silently. Each such test is left out below
with that reason and replaced by one of the same name that says the same in the vendor's words.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from harness.world import ALICE, World
from singer_sdk.testing import get_target_test_class
from singer_sdk.testing.suites import SingerTestSuite, target_tests
from singer_sdk.testing.target_tests import (
    TargetCliPrintsTest,
    TargetInvalidSchemaTest,
    TargetRecordBeforeSchemaTest,
)
from singer_sdk.testing.templates import TargetTestTemplate
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_UNCHANGED = (TargetCliPrintsTest, TargetInvalidSchemaTest, TargetRecordBeforeSchemaTest)

_REFUSED = "its streams are not ours and would be refused; replaced by one in vendor names"

#: Standard test -> why it is left out.
LEFT_OUT = {
    "array_data": _REFUSED,
    "camelcase": _REFUSED,
    "camelcase_complex_schema": _REFUSED,
    "duplicate_records": _REFUSED,
    "encoded_string_data": _REFUSED,
    "no_primary_keys": _REFUSED,
    "optional_attributes": _REFUSED,
    "pk_updates": _REFUSED,
    "record_missing_fields": _REFUSED,
    "record_missing_key_property": "a record without its key is a record to be created, no error; "
    "replaced by one that shows it",
    "schema_no_properties": _REFUSED,
    "schema_updates": _REFUSED,
    "special_chars_in_attributes": _REFUSED,
}

# Filled by the fixtures, before the suite makes its targets.
C4C_CONFIG: dict[str, Any] = {}
EXCHANGE_CONFIG: dict[str, Any] = {}

#: Stands for the id of a record that is there before the run.
_KNOWN_ID = "KNOWN-ID"

_LAST_NAMES = ["απλή συμβολοσειρά", "简单的字串", 'quoted "string"', "back\\slash", "💡"]


class _C4CRows:
    """Contacts of the emulated tenant."""

    def __init__(self, world: World) -> None:
        self._admin: Any = world.c4c

    def create(self) -> str:
        return str(self._admin.create_contact({"LastName": "Old"}))

    def rows(self) -> list[dict[str, Any]]:
        return list(self._admin.dump()["ContactCollection"].values())


class _ExchangeRows:
    """Contacts of the emulated mailbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self) -> str:
        admin: Any = self._world.graph
        return str(admin.create_contact(ALICE, None, {"surname": "Old"}))

    def rows(self) -> list[dict[str, Any]]:
        return [item["properties"] for item in self._world.items()]


class _LoadTest(TargetTestTemplate):
    """Loads messages and compares what the service holds afterwards.

    Attributes:
        messages: Of one run.
        expected: Records that must be there, each by some of its properties; no others may be.
    """

    messages: tuple[dict[str, Any], ...]
    expected: tuple[dict[str, Any], ...]

    @override
    def test(self) -> None:
        text = "".join(f"{json.dumps(message)}\n" for message in self.messages)
        if _KNOWN_ID in text:
            text = text.replace(_KNOWN_ID, self.resource.create())
        self.runner.input_io = io.StringIO(text)
        self.runner.sync_all()

    @override
    def validate(self) -> None:
        shown = [{name: row[name] for name in self.expected[0]} for row in self.resource.rows()]
        assert sorted(shown, key=json.dumps) == sorted(self.expected, key=json.dumps)


def _schema(stream: str, *keys: str, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": [*keys]}


def _record(stream: str, **record: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": stream, "record": record}


def _suite(**cases: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> list[Any]:
    own = [
        type(name, (_LoadTest,), {"name": name, "messages": messages, "expected": expected})
        for name, (messages, expected) in cases.items()
    ]
    assert {*cases} == {*LEFT_OUT}, "one replacement for each test that is left out"
    return [SingerTestSuite(kind="target", tests=[*_UNCHANGED, *own])]


_TEXT = {"type": ["string", "null"]}
_C4C = _schema("contacts", "LastName", LastName=_TEXT, FirstName=_TEXT)


def _c4c(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return [_C4C, *(_record("contacts", **record) for record in records)]


C4C_CASES: dict[str, Any] = {
    # C4C has no arrays: what it has no property for is left out.
    "array_data": (_c4c({"LastName": "A", "Fruits": ["apple"]}), [{"LastName": "A"}]),
    "camelcase": (
        [
            _schema("ContactCollection", "LastName", LastName=_TEXT),
            _record("ContactCollection", LastName="A"),
        ],
        [{"LastName": "A"}],
    ),
    "camelcase_complex_schema": (
        [
            _schema("contacts", "LastName", LastName={"anyOf": [_TEXT, {"type": "object"}]}),
            _record("contacts", LastName="A"),
        ],
        [{"LastName": "A"}],
    ),
    "duplicate_records": (
        _c4c(*({"ObjectID": _KNOWN_ID, "LastName": name} for name in ("One", "Two", "Three"))),
        [{"LastName": "Three"}],
    ),
    "encoded_string_data": (
        _c4c(*({"LastName": name} for name in _LAST_NAMES)),
        [{"LastName": name} for name in _LAST_NAMES],
    ),
    "no_primary_keys": (
        [_schema("contacts"), *2 * [_record("contacts", ObjectID=_KNOWN_ID, LastName="A")]],
        [{"LastName": "A"}],
    ),
    "optional_attributes": (
        _c4c({"LastName": "A", "FirstName": "Ada"}, {"LastName": "B"}),
        [{"LastName": "A", "FirstName": "Ada"}, {"LastName": "B", "FirstName": ""}],
    ),
    "pk_updates": (
        [
            *_c4c({"LastName": "A"}),
            _schema("contacts", "LastName", LastName=_TEXT),
            _record("contacts", LastName="B"),
        ],
        [{"LastName": "A"}, {"LastName": "B"}],
    ),
    "record_missing_fields": (
        _c4c({"ObjectID": _KNOWN_ID, "FirstName": "Ada"}),
        [{"LastName": "Old", "FirstName": "Ada"}],
    ),
    "record_missing_key_property": (
        _c4c({"ObjectID": _KNOWN_ID, "FirstName": "Ada"}),
        [{"LastName": "Old", "FirstName": "Ada"}],
    ),
    "schema_no_properties": (
        [_schema("contacts", "LastName"), _record("contacts", LastName="A")],
        [{"LastName": "A"}],
    ),
    "schema_updates": (
        [
            *_c4c({"LastName": "A"}),
            _schema("contacts", "LastName", LastName=_TEXT, JobTitle=_TEXT),
            _record("contacts", LastName="B", Email="b@example.org"),
        ],
        [{"LastName": "A", "Email": ""}, {"LastName": "B", "Email": "b@example.org"}],
    ),
    "special_chars_in_attributes": (
        _c4c({"LastName": "A", "agent:os:version": "1", "what?!": {"a:b": 1}}),
        [{"LastName": "A"}],
    ),
}

_GRAPH = _schema("contacts", "mailbox", "surname", givenName=_TEXT, surname=_TEXT)


def _graph(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return [_GRAPH, *(_record("contacts", mailbox=ALICE, **record) for record in records)]


EXCHANGE_CASES: dict[str, Any] = {
    "array_data": (
        _graph({"surname": "A", "businessPhones": ["1", "2"], "categories": ["Red", "Blue"]}),
        [{"surname": "A", "businessPhones": ["1", "2"], "categories": ["Red", "Blue"]}],
    ),
    "camelcase": (_graph({"givenName": "Ada", "surname": "A"}), [{"givenName": "Ada"}]),
    "camelcase_complex_schema": (
        [
            _schema(
                "contacts", "mailbox", "surname", businessAddress={"anyOf": [{"type": "object"}]}
            ),
            _record(
                "contacts",
                mailbox=ALICE,
                surname="A",
                businessAddress={"city": "Ulm", "street": None},
            ),
        ],
        [{"businessAddress": {"city": "Ulm"}}],
    ),
    "duplicate_records": (
        _graph(*({"id": _KNOWN_ID, "surname": name} for name in ("One", "Two", "Three"))),
        [{"surname": "Three"}],
    ),
    "encoded_string_data": (
        _graph(*({"surname": name} for name in _LAST_NAMES)),
        [{"surname": name} for name in _LAST_NAMES],
    ),
    "no_primary_keys": (
        [
            _schema("contacts"),
            *2 * [_record("contacts", mailbox=ALICE, id=_KNOWN_ID, surname="A")],
        ],
        [{"surname": "A"}],
    ),
    "optional_attributes": (
        _graph({"surname": "A", "givenName": "Ada"}, {"surname": "B"}),
        [{"surname": "A", "givenName": "Ada"}, {"surname": "B", "givenName": None}],
    ),
    "pk_updates": (
        [
            *_graph({"surname": "A"}),
            _schema("contacts", "surname", surname=_TEXT),
            _record("contacts", mailbox=ALICE, surname="B"),
        ],
        [{"surname": "A"}, {"surname": "B"}],
    ),
    "record_missing_fields": (
        _graph({"id": _KNOWN_ID, "givenName": "Ada"}),
        [{"surname": "Old", "givenName": "Ada"}],
    ),
    "record_missing_key_property": (
        _graph({"id": _KNOWN_ID, "givenName": "Ada"}),
        [{"surname": "Old", "givenName": "Ada"}],
    ),
    "schema_no_properties": (
        [
            _schema("contacts", "mailbox", "surname"),
            _record("contacts", mailbox=ALICE, surname="A"),
        ],
        [{"surname": "A"}],
    ),
    "schema_updates": (
        [
            *_graph({"surname": "A"}),
            _schema("contacts", "mailbox", "surname", surname=_TEXT, jobTitle=_TEXT),
            _record("contacts", mailbox=ALICE, surname="B", jobTitle="Poet"),
        ],
        [{"surname": "A", "jobTitle": None}, {"surname": "B", "jobTitle": "Poet"}],
    ),
    "special_chars_in_attributes": (
        _graph({"surname": "A", "agent:os:version": "1", "what?!": {"a:b": 1}}),
        [{"surname": "A"}],
    ),
}


def test_every_standard_test_is_run_or_left_out_with_a_reason() -> None:
    standard = {test.name for test in target_tests.tests}
    assert {test.name for test in _UNCHANGED} | {*LEFT_OUT} == standard


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        # What the services have no property for is left out, as the SDK's tests expect.
        C4C_CONFIG.update(world.settings("target-c4c"), unknown_columns="ignore")
        EXCHANGE_CONFIG.update(world.settings("target-exchange-contacts"), unknown_columns="ignore")
        yield world


@pytest.mark.usefixtures("world")
class TestTargetC4C(
    get_target_test_class(  # type: ignore[misc] # the SDK makes the class at run time
        TargetC4C,
        config=C4C_CONFIG,
        custom_suites=_suite(**C4C_CASES),
        include_target_tests=False,
        parse_env_config=False,
    )
):
    @pytest.fixture
    def resource(self, world: World) -> _C4CRows:
        return _C4CRows(world)


@pytest.mark.usefixtures("world")
class TestTargetExchangeContacts(
    get_target_test_class(  # type: ignore[misc] # the SDK makes the class at run time
        TargetExchangeContacts,
        config=EXCHANGE_CONFIG,
        custom_suites=_suite(**EXCHANGE_CASES),
        include_target_tests=False,
        parse_env_config=False,
    )
):
    @pytest.fixture
    def resource(self, world: World) -> _ExchangeRows:
        return _ExchangeRows(world)
