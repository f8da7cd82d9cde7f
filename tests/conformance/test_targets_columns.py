"""Plain streams: which columns and keys are refused, and what is said of others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fakes.loading import NUMBER, Loading, Person
from fakes.plugins import Ended, Runner, record, schema
from harness.world import PLUGINS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = ("target-c4c", "target-exchange-contacts")
TEXT = {"type": ["string", "null"]}
ADA = Person("Ada", "Able", "ada@private.example", "A-1")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


class Desk(Loading):
    """A target that is given SCHEMA messages."""

    def declare(self, keys: tuple[str, ...] | None, *columns: str, **settings: Any) -> Ended:
        """Load Ada from a stream with these columns beside her own."""
        person = self.columns(ADA)
        names = dict.fromkeys((*person, *columns), TEXT)
        declared = {**schema("contacts", **names), "key_properties": keys and [*keys]}
        return self.run(declared, record("contacts", **person), **settings)

    def refused(self, keys: tuple[str, ...] | None, *columns: str, **settings: Any) -> str:
        """Return the one line that refuses a stream; nothing was written."""
        ended = self.declare(keys, *columns, **settings)
        line = ended.line()
        assert self.writes() == 0
        assert line.startswith("Stream contacts has ")
        assert line.endswith("nothing was written.")
        return line


@pytest.fixture(params=TARGETS)
def desk(
    request: pytest.FixtureRequest,
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    desk = Desk(world, request.param, Runner(caplog, capsys))
    desk.empty()
    if desk.is_c4c:
        desk.admin.add_custom_field("Contact", "Secret_KUT", is_filterable=False)
        desk.admin.add_custom_field("Contact", "Born_KUT", kind="date")
    return desk


only_c4c = pytest.mark.parametrize("desk", ["target-c4c"], indirect=True)
only_exchange = pytest.mark.parametrize("desk", ["target-exchange-contacts"], indirect=True)


# -- columns ---------------------------------------------------------------------------------------


@only_c4c
@pytest.mark.parametrize(
    ("unknown", "shown"),
    [
        ("BusinessAddressCityy", "BusinessAddressCityy (nearest: BusinessAddressCity)"),
        ("lastname", "lastname (nearest: LastName)"),
        ("E-Mail", "(unprintable name) (nearest: Email)"),
        ("CustomerNumber_KUTT", f"CustomerNumber_KUTT (nearest: {NUMBER})"),
        ("xyzzy", "xyzzy."),
        ("\x1b[31mEVIL", "(unprintable name)."),
    ],
)
def test_c4c_an_unknown_column_is_refused_with_the_nearest_name(
    desk: Desk, unknown: str, shown: str
) -> None:
    line = desk.refused(desk.keys("email"), unknown)
    assert f"columns that C4C does not know: {shown}" in line
    assert "set `unknown_columns` to `ignore`" in line


@only_exchange
@pytest.mark.parametrize(
    ("unknown", "shown"),
    [
        ("givenname", "givenname (nearest: givenName)"),
        ("companyname", "companyname (nearest: companyName)"),
        ("mobilephone", "mobilephone (nearest: mobilePhone)"),
        ("LastName", "LastName"),
    ],
)
def test_exchange_an_unknown_column_is_refused_with_the_nearest_name(
    desk: Desk, unknown: str, shown: str
) -> None:
    assert f"that Exchange does not know: {shown}" in desk.refused(desk.keys("email"), unknown)


def test_an_unknown_column_can_be_allowed_and_is_said(desk: Desk) -> None:
    ended = desk.declare(desk.keys("email"), "Cityy", unknown_columns="ignore")
    assert (ended.exit_code, ended.errors, desk.writes()) == (0, [], 1)
    assert "not written (`unknown_columns`): Cityy" in ended.log


def test_a_column_beside_the_schema_fails_its_record_alone(desk: Desk) -> None:
    bob = desk.columns(Person("Bob", "Baker", "bob@private.example"))
    ended = desk.load(desk.keys("email"), {**desk.columns(ADA), "Cityy": "x"}, bob)
    assert "record 1 of contacts: invalid_record (unknown column" in ended.errors[0]
    assert [one.first for one in desk.people()] == ["Bob"]
    allowed = desk.load(
        desk.keys("email"), {**desk.columns(ADA), "Cityy": "x"}, bob, unknown_columns="ignore"
    )
    assert (allowed.exit_code, desk.writes()) == (0, 1)


@only_exchange
@pytest.mark.parametrize(
    "broken", [{"businessAddress": {"town": "Ulm"}}, {"emailAddresses": [{"adress": "a@b.c"}]}]
)
def test_exchange_an_unknown_part_of_a_value_is_not_dropped(
    desk: Desk, broken: dict[str, Any]
) -> None:
    ended = desk.load(desk.keys("last"), {**desk.columns(ADA), **broken})
    assert f"invalid_record (wrong shape of value; {next(iter(broken))})" in ended.errors[0]
    assert desk.writes() == 0


@pytest.mark.parametrize("prefixed", ["_sdc_batched_at", "_sdc_sequence", "_sdc_extracted_at"])
def test_columns_of_the_sdk_are_no_columns_of_the_service(desk: Desk, prefixed: str) -> None:
    ended = desk.declare(desk.keys("email"), prefixed)
    assert (ended.exit_code, desk.writes()) == (0, 1)


def test_what_is_not_written_is_said_once_a_stream(desk: Desk) -> None:
    fixed, once, facts = (
        (["ChangedOn", "ETag", "StatusCodeText"], ["ContactID"], ["etag", "view_name", "in_view"])
        if desk.is_c4c
        else (["changeKey", "createdDateTime"], ["parentFolderId"], ["syncLink", "isPrivate"])
    )
    ended = desk.declare(desk.keys("email"), *fixed, *once, *facts)
    assert ended.exit_code == 0
    service = "C4C" if desk.is_c4c else "Exchange"
    for names, what in (
        (fixed, f"are set by {service} itself and not written"),
        (once, "are written with new records only"),
        (facts, "are facts of the tap and not written"),
    ):
        line = f"Stream contacts: these columns {what}: {', '.join(names)}"
        assert ended.log.count(line) == 1


# -- keys ------------------------------------------------------------------------------------------


@only_c4c
@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("Emial", "Emial (unknown, nearest: Email)"),
        ("Secret_KUT", "Secret_KUT (not filterable)"),
        ("BusinessAddressStateCodeTextUpdatable", "(not filterable)"),
        ("ETag", "ETag (no text)"),
        ("BirthDate", "BirthDate (no text)"),
        ("Born_KUT", "Born_KUT (no text)"),
        ("EmailInvalidIndicator", "(no text)"),
        ("Phone", "Phone (shown in another form than it was sent)"),
        ("Mobile", "Mobile (shown in another form than it was sent)"),
        ("etag", "etag (unknown, nearest: ETag)"),
        ("_sdc_sequence", "_sdc_sequence (unknown"),
    ],
)
def test_c4c_a_key_that_cannot_be_looked_up_is_refused(desk: Desk, key: str, why: str) -> None:
    for keys in ((key,), ("LastName", key)):
        line = desk.refused(keys)
        assert "key_properties by which C4C cannot be searched: " in line
        assert why in line
        assert "ObjectID" in line


@only_exchange
@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("surnam", "surnam (unknown, nearest: surname)"),
        ("categories", "categories (a list)"),
        ("businessPhones", "businessPhones (a list)"),
        ("homeAddress", "homeAddress (an object)"),
        ("birthday", "birthday (no text)"),
        ("changeKey", "changeKey (set by Exchange itself)"),
        ("personalNotes", "personalNotes (shown in another form"),
        ("syncLink", "syncLink (unknown"),
    ],
)
def test_exchange_a_key_that_cannot_be_looked_up_is_refused(desk: Desk, key: str, why: str) -> None:
    for keys in ((key,), ("mailbox", key), ("mailbox", "surname", key)):
        line = desk.refused(keys)
        assert "key_properties by which Exchange cannot be searched: " in line
        assert why in line
        assert "mailbox and id" in line


@pytest.mark.parametrize("keys", [(), None])
def test_i10_a_stream_without_a_key_is_refused(desk: Desk, keys: tuple[str, ...] | None) -> None:
    line = desk.refused(keys)
    assert "has no key_properties: loaded twice, it would create every record twice" in line


@only_exchange
def test_i10_a_mailbox_is_no_key(desk: Desk) -> None:
    assert "has no key_properties" in desk.refused(("mailbox",))


@pytest.mark.parametrize("keys", [(), None])
def test_a_stream_without_a_key_that_has_ids_is_loaded_by_them(
    desk: Desk, keys: tuple[str, ...] | None
) -> None:
    id_name, title = ("ObjectID", "JobTitle") if desk.is_c4c else ("id", "jobTitle")
    known = desk.put(ADA)
    declared = {**schema("contacts", **{id_name: TEXT}), "key_properties": keys and [*keys]}
    rows = [
        desk.columns(ADA, **{id_name: known, title: "Poet"}),
        desk.columns(Person("Ben", "Baker")),
    ]
    ended = desk.run(declared, *(record("contacts", **row) for row in rows))
    assert f"record 2 of contacts: invalid_record (its key is empty; {id_name})" in ended.errors[0]
    assert (desk.writes(), desk.people()) == (1, [ADA])


@pytest.mark.parametrize("broken", ["Email", {"a": 1}, [1], [["Email"]], 7])
def test_key_properties_that_are_no_list_of_names_are_refused(desk: Desk, broken: object) -> None:
    ended = desk.run({**schema("contacts"), "key_properties": broken})
    assert "key_properties that are no list of names" in ended.line()


def test_a_stream_that_changes_its_key_is_refused(desk: Desk) -> None:
    ended = desk.run(
        schema("contacts", *desk.keys("email")),
        record("contacts", **desk.columns(ADA)),
        schema("contacts", *desk.keys("last")),
    )
    assert "Stream contacts was declared twice, with different key_properties." in ended.line()
    assert desk.writes() == 0


def test_a_version_is_not_acted_upon_and_that_is_said_once(desk: Desk) -> None:
    desk.put(ADA)
    version = {"type": "ACTIVATE_VERSION", "stream": "contacts", "version": 1}
    ended = desk.run(schema("contacts", *desk.keys("email")), version, version)
    assert ended.log.count("ACTIVATE_VERSION is not acted upon") == 1
    assert desk.people() == [ADA]


@pytest.mark.parametrize("name", TARGETS)
def test_no_setting_of_tables_is_promised(name: str) -> None:
    """Those of the SDK that would do nothing: how tables are loaded, deleted from, extended."""
    about = json.dumps(
        [PLUGINS[name].config_jsonschema["properties"], *map(str, PLUGINS[name].capabilities)]
    )
    for text in (
        *("load_method", "add_record_metadata", "hard_delete", "hard-delete", "activate-version"),
        *("batch_size_rows", "process_activate_version_messages", "validate_records"),
    ):
        assert text not in about


@pytest.mark.parametrize(
    "name",
    ["load_method", "add_record_metadata", "hard_delete", "validate_records", "unknown_column"],
)
def test_i46_a_setting_of_tables_is_refused(desk: Desk, name: str) -> None:
    line = desk.declare(desk.keys("email"), **{name: "upsert"}).line()
    assert f"`{name}`" in line
    assert desk.writes() == 0


def test_a_broken_line_is_told_by_its_number_and_nothing_is_written(desk: Desk) -> None:
    messages = schema("contacts", *desk.keys("email")), record("contacts", **desk.columns(ADA))
    ended = desk.run(*messages, b'{"type": "RECORD", "stream": "contacts", "rec')
    assert ended.line() == "Line 3 of the input is not a Singer message (a JSON object)."
    assert desk.writes() == 0


# -- C4C into C4C ----------------------------------------------------------------------------------


def test_what_tap_c4c_reads_target_c4c_takes(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(world, "target-c4c", Runner(caplog, capsys))
    desk.empty()
    desk.put(ADA)
    settings = {k: v for k, v in world.settings("tap-c4c").items() if k != "sync_store"}
    PLUGINS["tap-c4c"](config=settings).sync_all()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    own = [line for line in lines if line.get("stream") in {"accounts", "contacts"}]
    ended = desk.run(*own)
    assert (ended.exit_code, ended.errors, desk.writes()) == (0, [], 0)
    said = [line for line in ended.log.splitlines() if "Stream contacts: these columns" in line]
    assert len(said) == 3
    assert desk.run(*lines).line().startswith("The input has records of a stream that target-c4c")
