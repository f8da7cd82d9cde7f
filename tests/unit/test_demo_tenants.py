"""Acts and look-ups of the demo, on the emulators in this process."""

from __future__ import annotations

import pytest
from demo import acts
from demo.acts import ALICE, BOB, PERSONAL, ClearsFolder, NewRecord
from demo.snapshot import FOLDERS
from demo.tenants import Tenants
from emulators.c4c.service import C4CService
from emulators.graph.service import GraphService


class Players(Tenants):
    """Tenants with an operator who can be asked what he did."""

    def __init__(self) -> None:
        super().__init__(GraphService().admin, C4CService().admin)
        self.rejected = 0

    def reject_holds(self) -> None:
        self.rejected += 1


@pytest.fixture
def world() -> Players:
    players = Players()
    for mailbox in (ALICE, BOB):
        players.graph.add_mailbox(mailbox)
    return players


def test_items_are_read_with_short_names(world: Players) -> None:
    acts.new_item(
        ALICE,
        "Ann van Ade",
        "contact",
        email="a@x.example",
        phone="030 1",
        businessAddress={"street": "Weg 1", "city": "Ulm", "countryOrRegion": "Germany"},
        categories=["Blue", FOLDERS["contact"]],
    ).do(world)
    item = world.item(ALICE, "Ann van Ade")
    assert item.folder == FOLDERS["contact"]
    assert not item.is_deleted
    names = ("email", "phone", "street", "city", "country", "categories")
    values = ["a@x.example", "030 1", "Weg 1", "Ulm", "Germany", ["Blue"]]
    assert [item.values[name] for name in names] == values
    assert item.values["surname"] == "Ade"


def test_company_is_the_name_of_an_item_without_person(world: Players) -> None:
    acts.new_item(BOB, "Nord & Süd", "account").do(world)
    assert world.item(BOB, "Nord & Süd").values["companyName"] == "Nord & Süd"


def test_records_are_read_with_the_city_of_their_account(world: Players) -> None:
    NewRecord("account", "Nord", {"City": "Kiel", "AdditionalName": "West"}, on="2020-02-03").do(
        world
    )
    NewRecord("contact", "Ann Ade", {"account": "Nord West"}).do(world)
    NewRecord("individual_customer", "Ivo Ida").do(world)
    assert world.record("contact", "Ann Ade").values["account_city"] == "Kiel"
    account = world.record("account", "Nord West")
    assert account.is_live
    assert account.values["CreationOn"] == "/Date(1580716800000)/"
    assert world.record("individual_customer", "Ivo Ida").status == "2"
    assert not world.c4c.now().startswith("2020")


def test_users_act_on_items(world: Players) -> None:
    acts.personal(ALICE, "Ann Ade").do(world)
    acts.edits(ALICE, "Ann Ade", jobTitle="b").do(world)
    acts.categorises(ALICE, "Ann Ade", "Blue", "Red").do(world)
    acts.drags(ALICE, "Ann Ade", "contact").do(world)
    item = world.item(ALICE, "Ann Ade")
    assert (item.folder, item.values["jobTitle"]) == (FOLDERS["contact"], "b")
    assert item.values["categories"] == ["Blue", "Red"]
    acts.drags(ALICE, "Ann Ade", PERSONAL).do(world)
    assert world.item(ALICE, "Ann Ade").folder == PERSONAL
    acts.deletes(ALICE, "Ann Ade").do(world)
    assert world.item(ALICE, "Ann Ade", is_deleted=True)
    acts.restores(ALICE, "Ann Ade", "contact").do(world)
    assert world.item(ALICE, "Ann Ade").folder == FOLDERS["contact"]
    acts.copies(ALICE, "Ann Ade").do(world)
    assert [item.name for item in world.items_in(ALICE, FOLDERS["contact"])] == ["Ann Ade"] * 2
    with pytest.raises(LookupError, match="2 of Ann Ade"):
        world.item(ALICE, "Ann Ade")


def test_users_act_on_records(world: Players) -> None:
    NewRecord("contact", "Ann Ade").do(world)
    acts.changes("contact", "Ann Ade", JobTitle="b").do(world)
    acts.makes_obsolete("contact", "Ann Ade").do(world)
    record = world.record("contact", "Ann Ade")
    assert (record.status, record.values["JobTitle"], record.is_live) == ("4", "b", False)
    acts.removes("contact", "Ann Ade").do(world)
    with pytest.raises(LookupError, match="0 of Ann Ade"):
        world.record("contact", "Ann Ade")


def test_many_items_are_deleted_at_once(world: Players) -> None:
    for name in ("A A", "B B", "C C"):
        acts.new_item(BOB, name, "contact").do(world)
    ClearsFolder(BOB, "contact", 2).do(world)
    assert [item.name for item in world.items() if not item.is_deleted] == ["C C"]


def test_operator_rejects(world: Players) -> None:
    acts.RejectsHolds().do(world)
    assert world.rejected == 1
