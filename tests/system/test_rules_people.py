"""People stay themselves: one address and other names, claims on records out of sight (I47)."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.claims import Claim
from contact_sync.core.model import RecordType, Side
from exchange_client import LINK_PROPERTY
from harness.scenes import (
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    issue,
    item_of,
    link_of,
    names,
    record,
    values,
)
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

SHARED = "info@mueller.example"
MAIL = {"emailAddresses": [{"address": SHARED, "name": SHARED}]}
SALES = [{"name": "sales", "record_type": "contact", "filter": "Department eq 'Sales'"}]


@pytest.mark.parametrize("winner", ["c4c", "exchange"])
def test_i47_two_people_with_one_address_are_two_pairs(tmp_path: Path, winner: str) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": winner}}) as world:
        world.session()
        bert = create_record(
            world, "contact", "Schmidt", FirstName="Bert", Email=SHARED, JobTitle="Buyer"
        )
        anna = create_item(world, "contact", "Mueller", givenName="Anna", jobTitle="CEO", **MAIL)
        world.settle()
        assert (values(world, anna)["givenName"], values(world, anna)["jobTitle"]) == (
            "Anna",
            "CEO",
        )
        found = record(world, "contact", bert)
        assert (found["FirstName"], found["JobTitle"]) == ("Bert", "Buyer")
        assert values(world, item_of(world, bert))["surname"] == "Schmidt"
        assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 2
        assert world.issues() == []
        assert_quiet(world)


@pytest.mark.parametrize("stage", [1, 2])
@pytest.mark.parametrize(
    ("first", "last", "then"),
    [
        ("A.", "Mueller", "matched"),
        ("ANNA", "Müeller", "matched"),
        (None, "Mueller", "matched"),
        ("Peter", "Mueller", "held"),
        ("Anna", "Schmidt", "held"),
    ],
)
def test_i47_with_one_address_the_names_decide_in_both_stages(
    tmp_path: Path, stage: int, first: str | None, last: str, then: str
) -> None:
    # The view keeps the record out of stage 2: outside it the same table holds.
    with World(tmp_path, views=SALES if stage == 1 else None) as world:
        world.session()
        if stage == 2:
            # Stage 1 has read when the record comes.
            world.mapper = {"contact": {"direction": "to_exchange"}}
        object_id = create_record(world, "contact", "Mueller", FirstName="Anna", Email=SHARED)
        item_id = create_item(world, "contact", last, givenName=first, **MAIL)
        world.session()
        assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 1
        if then == "matched":
            assert item_of(world, object_id) == item_id
            # Which spelling both have from now on is for `on_conflict` to say.
            assert set(world.issues()) <= {"conflict"}
        else:
            assert set(world.issues()) == {"ambiguous_match"}
            assert values(world, item_id)["surname"] == last
            assert record(world, "contact", object_id)["LastName"] == "Mueller"


def test_i47_any_address_of_an_item_finds_its_record(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.session()
        object_id = create_record(world, "contact", "Mueller", FirstName="Anna", Email=SHARED)
        others = [{"address": f"a{number}@x.example"} for number in range(2)]
        addresses = {"emailAddresses": [*others, {"address": SHARED.upper()}]}
        item_id = create_item(world, "contact", "Mueller", givenName="A.", **addresses)
        world.session()
        assert item_of(world, object_id) == item_id
        assert len(world.records("contact")) == 1


@pytest.mark.parametrize("order", list(permutations(("Café Acme", "CAFÉ ACME", "Cafe  Acme")))[:3])
def test_i25_of_new_accounts_with_one_name_one_is_created(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    with World(tmp_path) as world:
        world.session()
        for name in order:
            create_item(world, "account", name)
        world.session()
        assert len(world.records("account")) == 1
        assert world.issues() == ["ambiguous_match"] * 2
        assert_quiet(world)
        assert len(world.records("account")) == 1
        # Another name makes another account of it.
        with world.store() as store:
            linked = {link.exchange_id for link in store.links.list_() if link.phase.is_live}
        waiting = sorted(e["id"] for e in world.items(FOLDERS["account"]) if e["id"] not in linked)
        edit_item(world, waiting[0], companyName="Globex")
        world.settle()
        assert len(world.records("account")) == 2
        assert world.issues() == ["ambiguous_match"]


# -- claims ----------------------------------------------------------------------------------------


def claiming(world: World, object_id: str, last: str, first: str) -> str:
    """Create an item that says of itself which record it stands for."""
    with world.store() as store:
        tenant = store.binding(Side.C4C) or ""
    text = Claim(tenant, RecordType.CONTACT, object_id).render()
    shown = {"surname": last, "givenName": first}
    return world.graph.create_contact(
        ALICE, world.folder_id("contact"), shown, {LINK_PROPERTY: text}
    )


@pytest.mark.parametrize(
    ("first", "last"), [("Carol", "Jones"), ("Carol", "Secret"), ("Sam", "Jones"), ("", "")]
)
def test_i47_a_claim_on_a_record_out_of_sight_shows_nothing_of_it(
    tmp_path: Path, first: str, last: str
) -> None:
    with World(tmp_path, views=SALES) as world:
        world.session()
        object_id = create_record(
            world, "contact", "Secret", FirstName="Sam", JobTitle="Spy", Email=SHARED
        )
        item_id = claiming(world, object_id, last, first)
        before = values(world, item_id)
        assert world.session().writes == {"exchange": 0, "c4c": 0}
        assert issue(world, "ambiguous_match").exchange_id == item_id
        assert values(world, item_id) == before
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert record(world, "contact", object_id)["StatusCode"] == "2"
        assert world.issues() == []


def test_i38_a_claim_on_a_record_out_of_sight_holds_where_the_names_agree(tmp_path: Path) -> None:
    with World(tmp_path, views=SALES) as world:
        world.session()
        object_id = create_record(
            world, "contact", "Abel", FirstName="Anna", Mobile="+49 30 123456"
        )
        item_id = claiming(world, object_id, "ABEL", "A.")
        world.settle()
        assert item_of(world, object_id) == item_id
        assert len(world.records("contact")) == 1
        assert world.issues() == ["conflict"]


def test_a_claim_that_was_held_holds_when_the_record_is_in_view(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.session()
        object_id = create_record(world, "contact", "Abel", FirstName="Anna")
        item_id = claiming(world, object_id, "Abel-Cole", "Anna")
        world.settle()
        assert link_of(world, object_id).exchange_id == item_id
        assert names(world) == ["Abel"]
        assert world.issues() in ([], ["conflict"])


@pytest.mark.parametrize(
    "text",
    [
        "{tenant}/contact/\x1b]0;x\x07\x1b[31mEVIL",
        "{tenant}/contact/" + "A" * 3000,
        "{tenant}/contact/{object_id}/more",
        "other.example/contact/{object_id}",
    ],
)
def test_i51_a_text_that_is_no_claim_is_none(tmp_path: Path, text: str) -> None:
    with World(tmp_path) as world:
        world.session()
        object_id = create_record(world, "contact", "Abel", FirstName="Anna")
        world.session()
        with world.store() as store:
            tenant = store.binding(Side.C4C) or ""
        item_id = world.graph.create_contact(
            ALICE,
            world.folder_id("contact"),
            {"surname": "Jones", "givenName": "Carol"},
            {LINK_PROPERTY: text.format(tenant=tenant, object_id=object_id)},
        )
        world.settle()
        assert world.record("contact", LastName="Jones")
        assert values(world, item_id)["surname"] == "Jones"
        assert world.issues() == []
        assert_quiet(world)


# -- private items, and accounts that change -------------------------------------------------------


@pytest.mark.parametrize("has_name", [True, False])
def test_a_private_item_is_not_joined_with_a_record_that_appears(
    tmp_path: Path, *, has_name: bool
) -> None:
    with World(tmp_path) as world:
        world.session()
        shown: dict[str, Any] = {
            "surname": "Abel",
            "givenName": "Anna" if has_name else None,
            **MAIL,
        }
        item_id = world.graph.create_contact(
            ALICE, world.folder_id("contact"), shown, {"Integer 0x36": "2"}
        )
        before = values(world, item_id)
        object_id = create_record(world, "contact", "Abel", FirstName="Anna", Email=SHARED)
        world.settle()
        assert item_of(world, object_id) != item_id
        assert values(world, item_id) == before
        assert len(world.items(FOLDERS["contact"])) == 2


@pytest.mark.parametrize("names_differ", [True, False])
def test_e5_a_contact_that_gets_another_account_comes_back(
    tmp_path: Path, *, names_differ: bool
) -> None:
    with World(tmp_path) as world:
        accounts = [
            create_record(world, "account", name)
            for name in ("Acme", "Globex" if names_differ else "Acme")
        ]
        numbers = [record(world, "account", found)["AccountID"] for found in accounts]
        object_id = create_record(world, "contact", "Abel", AccountID=numbers[0])
        for number in range(4):
            create_record(world, "contact", f"Bystander {number}")
        world.session()
        world.graph.delete_contact(ALICE, item_of(world, object_id))
        world.c4c.edit("ContactCollection", object_id, {"AccountID": numbers[1]})
        world.session()
        assert record(world, "contact", object_id)["StatusCode"] == "2"
        assert names(world) == ["Abel"]
        assert issue(world, "delete_vs_edit").fields == ("company",)
        edit_item(world, item_of(world, object_id), jobTitle="Head")
        world.settle()
        assert record(world, "contact", object_id)["JobTitle"] == "Head"
