"""Plain records of any tap, loaded into the emulators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.store import Store
from fakes.plugins import Ended, Runner, record, schema, state
from harness.world import ALICE, World
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GONE = "00163E0123456789ABCDEF0123456789"
DELETED = {"_sdc_deleted_at": "2026-11-22T10:00:00Z"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


class Loader:
    """Loads records of one stream and counts what was written."""

    def __init__(self, run: Runner, plugin: Any, config: dict[str, Any], admin: Any) -> None:
        self._run = run
        self._plugin = plugin
        self._config = {name: entry for name, entry in config.items() if name != "sync_store"}
        self.admin = admin

    def __call__(
        self,
        *records: dict[str, Any],
        stream: str = "contacts",
        keys: tuple[str, ...] = (),
        **settings: Any,
    ) -> Ended:
        self.admin.reset_counters()
        messages = [record(stream, **properties) for properties in records]
        config = {**self._config, "max_retries": 0, **settings}
        return self._run(self._plugin, config, schema(stream, *keys), *messages, state(seen=1))

    def done(self, *records: dict[str, Any], **options: Any) -> int:
        """Load records that are all fine; return the number of writes."""
        ended = self(*records, **options)
        assert (ended.exit_code, ended.errors) == (0, [])
        assert ended.stdout == '{"seen": 1}\n'
        return self.writes()

    def writes(self) -> int:
        counted = self.admin.counters()["writes"]
        return counted if isinstance(counted, int) else sum(counted.values())


@pytest.fixture
def run(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(caplog, capsys)


def position(line: str) -> int:
    """Return the place of the record that a line tells of."""
    return int(line.split("record ")[1].split(maxsplit=1)[0])


# -- C4C -------------------------------------------------------------------------------------------


@pytest.fixture
def c4c(run: Runner, world: World) -> Loader:
    world.c4c.reset()
    return Loader(run, TargetC4C, world.settings("target-c4c"), world.c4c)


def contact(loader: Loader, object_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = loader.admin.get("ContactCollection", object_id)
    assert found is not None
    return found


def test_c4c_only_what_differs_is_written(c4c: Loader) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Lovelace", "MiddleName": "K"})
    properties = {
        "ObjectID": object_id,
        "LastName": "Lovelace",
        "FirstName": "Ada",
        "BirthDate": "1815-12-10T00:00:00.000Z",
        "EmailInvalidIndicator": False,
        "JobTitle": None,
        "ContactOwnerUUID": None,
        "ChangedOn": "2020-01-01T00:00:00.000Z",
        "etag": "x",
        "_sdc_batched_at": "x",
    }
    assert c4c.done(properties) == 1
    held = contact(c4c, object_id)
    assert (held["FirstName"], held["MiddleName"]) == ("Ada", "K")
    assert c4c.done(properties) == 0


def test_c4c_a_record_of_the_tap_is_held_already(c4c: Loader, world: World) -> None:
    object_id = c4c.admin.create_contact(
        {"LastName": "Lovelace", "BirthDate": "1815-12-10T00:00:00"}
    )
    from c4c_client import settings  # noqa: PLC0415 - the tap's own way of reading

    client = settings.connect(world.settings("target-c4c"))
    shown = client.get_record("ContactCollection", object_id).properties
    assert c4c.done(shown) == 0
    assert c4c.done({**shown, "BirthDate": ""}) == 1
    assert c4c.done({**shown, "BirthDate": None}) == 0


@pytest.mark.parametrize(
    ("stream", "collection", "properties"),
    [
        ("accounts", "CorporateAccountCollection", {"Name": "Ada Ltd", "RoleCode": "CRM000"}),
        ("ContactCollection", "ContactCollection", {"LastName": "Lovelace", "StatusCode": 2}),
        (
            "individual_customers",
            "IndividualCustomerCollection",
            {"LastName": "Lovelace", "RoleCode": "CRM000"},
        ),
    ],
)
def test_c4c_records_that_are_not_there_are_created(
    c4c: Loader, stream: str, collection: str, properties: dict[str, Any]
) -> None:
    keys = ("Name",) if stream == "accounts" else ("LastName",)
    for writes in (1, 0):
        assert c4c.done(properties, stream=stream, keys=keys) == writes
    (held,) = c4c.admin.dump()[collection].values()
    assert {name: held[name] for name in properties} == {
        name: str(value) for name, value in properties.items()
    }


def test_c4c_tombstones_set_records_obsolete_once(c4c: Loader) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Lovelace"})
    tombstone = {"ObjectID": object_id, **DELETED}
    assert c4c.done(tombstone, {"ObjectID": GONE, **DELETED}) == 1
    assert contact(c4c, object_id)["StatusCode"] == "4"
    assert c4c.done(tombstone) == 0


def test_c4c_one_bad_record_is_told_and_the_rest_goes_on(c4c: Loader) -> None:
    locked = c4c.admin.create_contact({"LastName": "Locked"})
    c4c.admin.lock(locked)
    ended = c4c(
        {"ObjectID": GONE, "LastName": "Secretive"},
        {"ObjectID": locked, "LastName": "Secretive"},
        {"Email": "3", "LastName": ["Secretive"]},
        {"Email": "4", "BirthDate": "Secretive"},
        {"Email": "5", "EmailInvalidIndicator": "Secretive"},
        {"Email": "6", "Unknown": "Secretive"},
        {"Email": "7", "FirstName": "Secretive", "LastName": "  "},
        {"Email": "8", "LastName": "Secretive" * 5},
        {"Email": "", "LastName": "Secretive"},
        {"Email": ["Secretive", "10"], "LastName": "Secretive"},
        {"Email": "11", "LastName": "Good"},
        keys=("Email",),
    )
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "Secretive" not in ended.log
    *lines, last = ended.errors
    for line, expected in zip(
        sorted(lines, key=position),
        [
            f"record 1 of contacts, id {GONE}: rejected (404 no such record)",
            f"record 2 of contacts, id {locked}: unavailable",
            "record 3 of contacts: invalid_record (wrong kind of value; LastName)",
            "record 4 of contacts: invalid_record (wrong kind of value; BirthDate)",
            "record 5 of contacts: invalid_record (wrong kind of value; EmailInvalidIndicator)",
            "record 6 of contacts: invalid_record (unknown column; Unknown)",
            "record 7 of contacts: invalid_record (missing; LastName)",
            "record 8 of contacts: value_too_long (too long; LastName)",
            "record 9 of contacts: invalid_record (its key is empty; Email)",
            "record 10 of contacts: invalid_record (wrong kind of value; Email)",
        ],
        strict=True,
    ):
        assert line.startswith(f"Not written: {expected}")
    assert last.startswith("10 plain records were not written")
    names = [held["LastName"] for held in c4c.admin.dump()["ContactCollection"].values()]
    assert sorted(names) == ["Good", "Locked"]


def test_c4c_with_a_store_a_bad_record_is_an_issue(c4c: Loader, tmp_path: Path) -> None:
    path = str(tmp_path / "sync.db")
    object_id = c4c.admin.create_contact({"LastName": "Lovelace"})
    bad, good = ({"ObjectID": object_id, "LastName": name} for name in (["x"], "Byron"))
    assert c4c(bad, sync_store=path).exit_code == 1
    with Store.open(path) as store:
        (issue,) = [row.issue for row in store.issues.list_open()]
        assert (issue.code, issue.c4c_id) == ("invalid_record", object_id)
        assert issue.fields == ("LastName",)
    assert c4c.done(good, sync_store=path) == 1
    with Store.open(path) as store:
        assert store.issues.list_open() == []


# -- Exchange --------------------------------------------------------------------------------------


@pytest.fixture
def exchange(run: Runner, world: World) -> Loader:
    for item in world.items():
        world.graph.delete_contact(ALICE, item["id"])
    world.graph.purge(ALICE)
    settings = world.settings("target-exchange-contacts")
    return Loader(run, TargetExchangeContacts, settings, world.graph)


def items(loader: Loader) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = loader.admin.dump()["mailboxes"][ALICE]["contacts"]
    return found


def test_exchange_only_what_differs_is_written(exchange: Loader) -> None:
    item = exchange.admin.create_contact(ALICE, None, {"surname": "Lovelace", "jobTitle": "Poet"})
    properties = {
        "mailbox": ALICE,
        "id": item,
        "surname": "Lovelace",
        "givenName": "Ada",
        "birthday": "1815-12-10T00:00:00Z",
        "emailAddresses": [{"address": "ada@private.example"}],
        "businessAddress": {"city": "London", "street": None},
        "homePhones": ["1", "2", "3"],
        "title": "",
        "changeKey": "x",
        "lastModifiedDateTime": "2020-01-01T00:00:00Z",
        "isPrivate": False,
        "_sdc_batched_at": "x",
    }
    assert exchange.done(properties) == 1
    (held,) = [entry["properties"] for entry in items(exchange)]
    assert (held["givenName"], held["jobTitle"]) == ("Ada", "Poet")
    assert held["birthday"].startswith("1815-12-10")
    assert exchange.done(properties) == 0


def test_exchange_the_folder_s_own_category_is_no_difference(exchange: Loader) -> None:
    exchange.admin.set_switch("folder_name_category", "all")
    folder = exchange.admin.create_folder(ALICE, "Customers")
    item = exchange.admin.create_contact(ALICE, folder, {"surname": "Lovelace"})
    properties = {"mailbox": ALICE, "id": item, "categories": ["Red"]}
    assert exchange.done(properties) == 1
    assert exchange.done(properties) == 0
    exchange.admin.set_switch("folder_name_category", "some")


def test_exchange_new_records_go_to_their_folder_or_the_default_one(exchange: Loader) -> None:
    folder = exchange.admin.create_folder(ALICE, "Suppliers")
    records = (
        {"mailbox": ALICE, "surname": "A", "parentFolderId": folder},
        {"mailbox": ALICE, "surname": "B", "parentFolderId": "elsewhere"},
    )
    for writes in (2, 0):
        assert exchange.done(*records, keys=("mailbox", "surname")) == writes
    assert {entry["properties"]["surname"]: entry["folder"] for entry in items(exchange)} == {
        "A": "Suppliers",
        "B": "Contacts",
    }


@pytest.mark.parametrize("is_in_deleted_items", [True, False])
def test_i10_exchange_an_id_that_is_gone_makes_no_new_item(
    exchange: Loader, *, is_in_deleted_items: bool
) -> None:
    gone = exchange.admin.create_contact(ALICE, None, {"surname": "Gone"})
    exchange.admin.delete_contact(ALICE, gone)
    if not is_in_deleted_items:
        exchange.admin.purge(ALICE, gone)
    ended = exchange({"mailbox": ALICE, "surname": "C", "id": gone}, keys=("mailbox", "id"))
    assert f"id {gone}: rejected (404 no such item)" in ended.errors[0]
    assert exchange.writes() == 0


def test_exchange_tombstones_put_items_into_deleted_items_once(exchange: Loader) -> None:
    item = exchange.admin.create_contact(ALICE, None, {"surname": "Lovelace"})
    tombstone = {"mailbox": ALICE, "id": item, **DELETED}
    assert exchange.done(tombstone) == 1
    (held,) = items(exchange)
    assert held["in_deleted_items"]
    assert exchange.done(tombstone) == 0


def test_exchange_one_bad_record_is_told_and_the_rest_goes_on(exchange: Loader) -> None:
    ended = exchange(
        {"mailbox": ALICE, "displayName": "1", "surname": ["Secretive"]},
        {"mailbox": ALICE, "displayName": "2", "birthday": "Secretive"},
        {"mailbox": ALICE, "displayName": "3", "emailAddresses": ["Secretive"]},
        {"mailbox": ALICE, "displayName": "4", "businessAddress": "Secretive"},
        {"mailbox": ALICE, "displayName": "5", "Unknown": "Secretive"},
        {
            "mailbox": ALICE,
            "displayName": "6",
            "emailAddresses": [{"address": f"Secretive{n}@x.y"} for n in range(4)],
        },
        {"mailbox": ALICE, "id": "AAkOfAnotherTenant=", "surname": "Secretive"},
        {"mailbox": "secretive@contoso.example", "displayName": "8", "surname": "Secretive"},
        {"mailbox": ALICE, "displayName": " ", "surname": "Secretive"},
        {"mailbox": ALICE, "displayName": "10", "homeAddress": {"town": "Secretive"}},
        {"mailbox": ALICE, "displayName": "11", "surname": "Good"},
        keys=("mailbox", "displayName"),
    )
    assert (ended.exit_code, ended.stdout) == (1, "")
    for text in ("Secretive", "secretive"):
        assert text not in ended.log
    *lines, last = ended.errors
    for line, expected in zip(
        sorted(lines, key=position),
        [
            "record 1 of contacts: invalid_record (wrong shape of value; surname)",
            "record 2 of contacts: invalid_record (wrong shape of value; birthday)",
            "record 3 of contacts: invalid_record (wrong shape of value; emailAddresses)",
            "record 4 of contacts: invalid_record (wrong shape of value; businessAddress)",
            "record 5 of contacts: invalid_record (unknown column; Unknown)",
            "record 6 of contacts: rejected",
            "record 7 of contacts, id AAkOfAnotherTenant=: rejected (400 ErrorInvalidIdMalformed)",
            "record 8 of contacts: rejected (mailbox unknown)",
            "record 9 of contacts: invalid_record (its key is empty; displayName)",
            "record 10 of contacts: invalid_record (wrong shape of value; homeAddress)",
        ],
        strict=True,
    ):
        assert line.startswith(f"Not written: {expected}")
    assert last.startswith("10 plain records were not written")
    assert [entry["properties"]["surname"] for entry in items(exchange)] == ["Good"]


def test_exchange_an_item_that_a_user_edits_meanwhile_is_read_again(exchange: Loader) -> None:
    item = exchange.admin.create_contact(ALICE, None, {"surname": "Lovelace"})
    exchange.admin.add_fault(
        kind="outlook_before",
        method="PATCH",
        options={"call": "edit_contact", "args": [ALICE, item, {"jobTitle": "Poet"}]},
    )
    assert exchange.done({"mailbox": ALICE, "id": item, "surname": "Byron"}) == 1
    (held,) = [entry["properties"] for entry in items(exchange)]
    assert (held["surname"], held["jobTitle"]) == ("Byron", "Poet")
    assert exchange.admin.unused_faults() == []
    exchange.admin.clear_faults()
