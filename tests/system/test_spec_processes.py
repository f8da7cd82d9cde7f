"""Every rule of the vendor's page, through the installed programs in a pipe.

Three worlds are played once each; the tests look at what they left behind. The same rules in
finer detail are in the other modules of this folder, in one process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from harness.processes import PipedWorld
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: One worker plays the worlds, or each of them would play them all.
pytestmark = pytest.mark.xdist_group("spec")

KINDS = ("account", "contact", "individual_customer")
CATEGORIES = {
    "account": "Account",
    "contact": "SAP Cloud for Customer SSI",
    "individual_customer": "Individual Customer",
}


@dataclass
class Played:
    """A world after its last session, and what was remembered on the way."""

    world: PipedWorld
    ids: dict[str, str] = field(default_factory=dict)
    writes: list[dict[str, int]] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)

    def session(self) -> None:
        self.writes.append(self.world.session().writes)


def person(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Return Outlook properties that suit a record type."""
    if kind == "account":
        return {"companyName": name, **more}
    return {"givenName": "New", "surname": name, **more}


def key(kind: str) -> str:
    return "Name" if kind == "account" else "LastName"


def add_record(world: PipedWorld, kind: str, name: str, **more: Any) -> str:
    create = getattr(world.c4c, f"create_{kind}")
    return str(create({key(kind): name, STATUS[kind]: "2", **more}))


def item_of(played: Played, object_id: str) -> dict[str, Any] | None:
    """Return the item that bears the link property of a record."""
    hits = [
        item
        for item in played.world.items()
        if any(str(value).endswith(object_id) for value in item["extended"].values())
    ]
    assert len(hits) <= 1
    return hits[0] if hits else None


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A normal mailbox: first sync, then users act on both sides, then nothing happens."""
    with PipedWorld(tmp_path_factory.mktemp("spec")) as world:
        play = Played(world)
        play.ids["acme"] = add_record(world, "account", "Acme GmbH")
        for kind in KINDS:
            for number in range(6):
                play.ids[f"{kind} {number}"] = add_record(world, kind, f"{kind} {number}")
        play.ids["personal"] = world.graph.create_contact(ALICE, None, person("contact", "Mum"))
        play.seen["personal"] = world.item(surname="Mum")
        play.session()
        for kind in KINDS:
            _act_on(play, kind)
        for category in ("Error in SAP Cloud for Customer SSI", "Visit"):
            world.graph.create_contact(
                ALICE, None, person("contact", category, categories=[category])
            )
        world.graph.create_contact(
            ALICE,
            world.folder_id("contact"),
            person("contact", "Employee", companyName="Acme GmbH"),
        )
        play.session()
        play.session()
        yield play


def _act_on(play: Played, kind: str) -> None:
    world = play.world
    folder = world.folder_id(kind)
    collection = COLLECTIONS[kind]
    item = {number: item_of(play, play.ids[f"{kind} {number}"]) or {} for number in range(6)}
    # R1: created in the managed folder, and dragged into it.
    world.graph.create_contact(ALICE, folder, person(kind, f"created {kind}"))
    dragged = world.graph.create_contact(ALICE, None, person(kind, f"dragged {kind}"))
    world.graph.move_contact(ALICE, dragged, folder)
    # R2: categorised in the personal folder.
    world.graph.create_contact(
        ALICE, None, person(kind, f"marked {kind}", categories=[CATEGORIES[kind], "Blue"])
    )
    # E2, E3 twice; C1, C2, C3 twice.
    world.graph.edit_contact(ALICE, item[0]["id"], {"mobilePhone": "+49 170 1234567"})
    world.graph.delete_contact(ALICE, item[1]["id"])
    world.graph.move_contact(ALICE, item[2]["id"], None)
    play.ids[f"new {kind}"] = add_record(world, kind, f"new {kind}")
    world.c4c.edit(collection, play.ids[f"{kind} 3"], {"Email": f"{kind}@new.example"})
    world.c4c.set_status(collection, play.ids[f"{kind} 4"], "4")


@pytest.mark.parametrize("kind", KINDS)
class TestEveryType:
    def test_r1_item_created_in_the_managed_folder(self, played: Played, kind: str) -> None:
        assert played.world.record(kind, **{key(kind): f"created {kind}"})

    def test_r1_item_dragged_into_the_managed_folder(self, played: Played, kind: str) -> None:
        assert played.world.record(kind, **{key(kind): f"dragged {kind}"})

    def test_r2_categorised_item_is_moved_and_synced(self, played: Played, kind: str) -> None:
        record = played.world.record(kind, **{key(kind): f"marked {kind}"})
        assert record is not None
        item = item_of(played, record["ObjectID"])
        assert item is not None
        assert item["folder"] == FOLDERS[kind]
        assert item["properties"]["categories"][:2] == [CATEGORIES[kind], "Blue"]

    def test_e1_new_item_creates_an_active_record(self, played: Played, kind: str) -> None:
        record = played.world.record(kind, **{key(kind): f"created {kind}"})
        assert record is not None
        assert record[STATUS[kind]] == "2"

    def test_e2_edit_in_exchange_goes_to_c4c(self, played: Played, kind: str) -> None:
        record = played.world.records(kind)[played.ids[f"{kind} 0"]]
        assert record["NormalisedMobile"] == "+491701234567"

    def test_e3_deleted_item_retires_the_record(self, played: Played, kind: str) -> None:
        record = played.world.records(kind)[played.ids[f"{kind} 1"]]
        assert record[STATUS[kind]] == "4"

    def test_e3_item_moved_out_retires_the_record(self, played: Played, kind: str) -> None:
        record = played.world.records(kind)[played.ids[f"{kind} 2"]]
        assert record[STATUS[kind]] == "4"

    def test_c1_new_record_appears_in_the_managed_folder(self, played: Played, kind: str) -> None:
        item = item_of(played, played.ids[f"new {kind}"])
        assert item is not None
        assert item["folder"] == FOLDERS[kind]

    def test_c2_edit_in_c4c_goes_to_exchange(self, played: Played, kind: str) -> None:
        item = item_of(played, played.ids[f"{kind} 3"])
        assert item is not None
        assert item["properties"]["emailAddresses"][0]["address"] == f"{kind}@new.example"

    def test_c3_obsolete_record_goes_to_deleted_items(self, played: Played, kind: str) -> None:
        assert item_of(played, played.ids[f"{kind} 4"]) is None

    def test_untouched_record_stays(self, played: Played, kind: str) -> None:
        assert played.world.records(kind)[played.ids[f"{kind} 5"]][STATUS[kind]] == "2"
        assert item_of(played, played.ids[f"{kind} 5"])


def test_r4_personal_contact_is_left_alone(played: Played) -> None:
    assert played.world.item(surname="Mum") == played.seen["personal"]


@pytest.mark.parametrize("category", ["Error in SAP Cloud for Customer SSI", "Visit"])
def test_r5_calendar_categories_route_nothing(played: Played, category: str) -> None:
    item = played.world.item(surname=category)
    assert item is not None
    assert item["folder"] == "Contacts"
    assert played.world.record("contact", LastName=category) is None


def test_cascade_exact_name_links_the_account(played: Played) -> None:
    record = played.world.record("contact", LastName="Employee")
    acme = played.world.records("account")[played.ids["acme"]]
    assert record is not None
    assert record["AccountID"] == acme["AccountID"]


def test_i02_last_session_wrote_nothing(played: Played) -> None:
    assert played.writes[-1] == {"exchange": 0, "c4c": 0}
    assert played.world.issues() == []


@pytest.fixture(scope="module")
def read_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All types read-only: what users do in Outlook is undone from C4C."""
    settings = {kind: {"read_only": True} for kind in KINDS}
    with PipedWorld(tmp_path_factory.mktemp("read-only"), mapper=settings) as world:
        play = Played(world)
        for kind in KINDS:
            for number in range(4):
                play.ids[f"{kind} {number}"] = add_record(world, kind, f"{kind} {number}")
        play.session()
        play.seen["c4c"] = world.c4c.dump()
        for kind in KINDS:
            item = {n: item_of(play, play.ids[f"{kind} {n}"]) or {} for n in range(4)}
            world.graph.create_contact(
                ALICE, world.folder_id(kind), person(kind, f"created {kind}")
            )
            world.graph.edit_contact(ALICE, item[0]["id"], {"mobilePhone": "+49 170 1234567"})
            world.graph.delete_contact(ALICE, item[1]["id"])
            world.graph.move_contact(ALICE, item[2]["id"], None)
        play.session()
        play.session()
        yield play


@pytest.mark.parametrize("kind", KINDS)
class TestReadOnly:
    def test_e1_read_only_new_item_is_removed(self, read_only: Played, kind: str) -> None:
        name = {"companyName" if kind == "account" else "surname": f"created {kind}"}
        assert read_only.world.item(**name) is None
        assert any(name.items() <= i["properties"].items() for i in read_only.world.deleted_items())

    def test_e2_read_only_edit_is_written_over(self, read_only: Played, kind: str) -> None:
        item = item_of(read_only, read_only.ids[f"{kind} 0"])
        assert item is not None
        assert not item["properties"]["mobilePhone"]

    def test_e3_read_only_deleted_item_is_recreated(self, read_only: Played, kind: str) -> None:
        item = item_of(read_only, read_only.ids[f"{kind} 1"])
        assert item is not None
        assert item["folder"] == FOLDERS[kind]

    def test_e3_read_only_item_moved_out_is_recreated(self, read_only: Played, kind: str) -> None:
        in_folder = [
            item
            for item in read_only.world.items(FOLDERS[kind])
            if any(
                str(value).endswith(read_only.ids[f"{kind} 2"])
                for value in item["extended"].values()
            )
        ]
        assert len(in_folder) == 1


def test_i16_read_only_never_writes_to_c4c(read_only: Played) -> None:
    assert read_only.world.c4c.dump() == read_only.seen["c4c"]
    assert all(writes["c4c"] == 0 for writes in read_only.writes)
    assert read_only.writes[-1]["exchange"] == 0


@pytest.fixture(scope="module")
def cascade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Accounts that companies match in every way of the account-linking cascade."""
    with PipedWorld(tmp_path_factory.mktemp("cascade")) as world:
        play = Played(world)
        play.ids["older"] = add_record(world, "account", "Twin AG")
        world.c4c.advance_clock(60)
        play.ids["younger"] = add_record(world, "account", "Twin AG")
        play.ids["northwind"] = add_record(world, "account", "Northwind Traders Ltd")
        play.ids["first"] = add_record(world, "account", "Fabrikam North")
        play.ids["second"] = add_record(world, "account", "Fabrikam South")
        play.session()
        companies = ("Twin AG", "Northwind", "Fabrikam", "Nobody", "")
        for company in companies:
            world.graph.create_contact(
                ALICE,
                world.folder_id("contact"),
                person("contact", f"at {company}", companyName=company),
            )
        world.graph.create_contact(
            ALICE, world.folder_id("account"), person("account", "Brand New Inc")
        )
        world.graph.create_contact(
            ALICE,
            world.folder_id("contact"),
            person("contact", "at Brand New", companyName="Brand New Inc"),
        )
        play.session()
        play.session()
        yield play


@pytest.mark.parametrize(
    ("description", "company", "account"),
    [
        ("several exact: earliest creation date", "Twin AG", "older"),
        ("unique substring", "Northwind", "northwind"),
        ("several substrings: none", "Fabrikam", None),
        ("no relevant account: none", "Nobody", None),
        ("company empty: none", "", None),
    ],
)
def test_cascade_links(
    cascade: Played, description: str, company: str, account: str | None
) -> None:
    record = cascade.world.record("contact", LastName=f"at {company}".strip())
    assert record is not None, description
    expected = ""
    if account is not None:
        expected = cascade.world.records("account")[cascade.ids[account]]["AccountID"]
    assert (record["AccountID"] or "") == expected, description


def test_cascade_account_and_contact_of_the_same_session(cascade: Played) -> None:
    account = cascade.world.record("account", Name="Brand New Inc")
    contact = cascade.world.record("contact", LastName="at Brand New")
    assert account is not None
    assert contact is not None
    assert contact["AccountID"] == account["AccountID"]
    assert cascade.writes[-1] == {"exchange": 0, "c4c": 0}
