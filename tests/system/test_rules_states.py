"""States by the tenant's own list: never a guessed code, never a blocked record (section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import RecordType
from harness.rule_scenes import (
    CATEGORY,
    add_item,
    item_by_id,
    item_named,
    link_pair,
    populated,
    record_by_id,
    record_named,
)
from harness.world import ALICE, COLLECTIONS, World

CUSTOMER = "individual_customer"

if TYPE_CHECKING:
    from pathlib import Path


CODES = [
    ("Deutschland", "Bayern", "09"),
    ("Germany", "Bavaria", "09"),
    ("DE", "NRW", "05"),
    ("USA", "Calif.", "CA"),
    ("United States", "Washington DC", "DC"),
    ("Peru", "Pasco", "15"),
]
NO_CODE = [
    ("Morocco", "Rabat-Salé-Kénitra"),
    ("Peru", "PAS-2"),
    ("Peru", "04"),
    ("France", "Bayern"),
    ("Japan", "Tokyo"),
]


def _address(world: World, item_id: str) -> dict[str, Any]:
    return dict(item_by_id(world, item_id)["properties"]["businessAddress"])


def _type(world: World, item_id: str, country: str, state: str) -> None:
    shown = {**_address(world, item_id), "state": state, "countryOrRegion": country}
    world.graph.edit_contact(ALICE, item_id, {"businessAddress": shown})


@pytest.mark.parametrize(("country", "state", "code"), CODES)
def test_i01_a_state_becomes_the_tenants_code(
    tmp_path: Path, country: str, state: str, code: str
) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, City="X")
        _type(world, item_id, country, state)
        world.settle()
        assert record_by_id(world, CUSTOMER, object_id)["StateCode"] == code
        assert _address(world, item_id)["state"] == state, "what was typed stays"
        assert world.issues() == []
        assert world.session().total == 0


@pytest.mark.parametrize(("country", "state"), NO_CODE)
def test_i27_a_state_without_a_code_blocks_nothing(
    tmp_path: Path, country: str, state: str
) -> None:
    address = {"city": "X", "state": state, "countryOrRegion": country}
    with populated(tmp_path) as world:
        folder = world.folder_id(CUSTOMER)
        item_id = add_item(world, CUSTOMER, "Newcomer", folder, businessAddress=address)
        world.settle()
        record = record_named(world, CUSTOMER, "Newcomer")
        assert (record["StateCode"], record["City"]) == ("", "X")
        assert world.issues() == ["unmapped_state"]
        world.graph.edit_contact(ALICE, item_id, {"nickName": "Later"})
        world.settle()
        assert record_named(world, CUSTOMER, "Newcomer")["NickName"] == "Later"
        assert _address(world, item_id)["state"] == state
        _type(world, item_id, "Germany", "Bavaria")
        world.settle()
        assert record_named(world, CUSTOMER, "Newcomer")["StateCode"] == "09"
        assert world.issues() == []


@pytest.mark.parametrize("kind", ["account", CUSTOMER])
def test_i13_outlook_shows_the_description(tmp_path: Path, kind: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(
            world, kind, CountryCode="PE", StateCode="15", City="Cerro de Pasco"
        )
        assert _address(world, item_id)["state"] == "Pasco"
        assert world.session().total == 0
        world.c4c.edit(COLLECTIONS[kind], object_id, {"StateCode": "12"})
        world.settle()
        assert _address(world, item_id)["state"] == "Lima"
        assert record_by_id(world, kind, object_id)["StateCode"] == "12"
        assert world.session().total == 0


def test_i27_a_new_country_takes_the_old_ones_state_along(tmp_path: Path) -> None:
    """C4C refuses a code beside another country; the text stays in Outlook."""
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, CountryCode="DE", StateCode="09")
        _type(world, item_id, "Japan", "Bayern")
        world.settle()
        record = record_by_id(world, CUSTOMER, object_id)
        assert (record["CountryCode"], record["StateCode"]) == ("JP", "")
        assert _address(world, item_id)["state"] == "Bayern"
        assert world.issues() == ["unmapped_state"]
        _type(world, item_id, "Germany", "Bayern")
        world.settle()
        record = record_by_id(world, CUSTOMER, object_id)
        assert (record["CountryCode"], record["StateCode"]) == ("DE", "09")
        assert world.issues() == []


def _forget_lists(world: World, *, also_lists: bool) -> None:
    """Let the next session read the lists, as if none, or old ones, were there."""
    with world.store() as store:
        for kind in RecordType:
            store.settings.set_(f"states:{kind.value}:tried", "2026-01-01T00:00:00+00:00")
            if also_lists:
                store.settings.forget(f"states:{kind.value}")


def test_i13_a_first_session_without_lists_and_one_with_them(tmp_path: Path) -> None:
    """The field waits until the list can be read; nothing is emptied or guessed meanwhile."""
    with populated(tmp_path) as world:
        world.c4c.set_switch("state_lists", "refused")
        _forget_lists(world, also_lists=True)
        address = {"city": "X", "state": "Pasco", "countryOrRegion": "Peru"}
        folder = world.folder_id(CUSTOMER)
        item_id = add_item(world, CUSTOMER, "Newcomer", folder, businessAddress=address)
        object_id, other_id = link_pair(world, CUSTOMER, CountryCode="PE", StateCode="15")
        world.settle()
        assert record_named(world, CUSTOMER, "Newcomer")["StateCode"] == ""
        assert not _address(world, other_id).get("state")
        assert _address(world, item_id)["state"] == "Pasco"
        assert set(world.issues()) == {"unmapped_state"}
        world.c4c.set_switch("state_lists", "served")
        _forget_lists(world, also_lists=False)
        for _ in range(4):  # noticed, asked for, read again, at rest
            world.session()
        assert record_named(world, CUSTOMER, "Newcomer")["StateCode"] == "15"
        assert _address(world, other_id)["state"] == "Pasco"
        assert record_by_id(world, CUSTOMER, object_id)["StateCode"] == "15"
        assert world.issues() == []
        assert world.session().total == 0


def test_i01_states_of_the_very_first_session_are_not_forgotten(tmp_path: Path) -> None:
    """Its first stage knows no list yet."""
    address = {"city": "X", "state": "Bavaria", "countryOrRegion": "Germany"}
    with World(tmp_path) as world:
        add_item(world, CUSTOMER, "Early", categories=[CATEGORY[CUSTOMER]], businessAddress=address)
        for _ in range(5):
            world.session()
        assert record_named(world, CUSTOMER, "Early")["StateCode"] == "09"
        assert item_named(world, CUSTOMER, "Early")["properties"]["businessAddress"] == address
        assert world.issues() == []
        assert world.session().total == 0


def test_i02_a_list_that_cannot_be_read_again_stays_in_force(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, CUSTOMER, CountryCode="PE", StateCode="15")
        world.c4c.set_switch("state_lists", "refused")
        _forget_lists(world, also_lists=False)
        world.settle()
        _type(world, item_id, "Peru", "Lima")
        world.settle()
        assert record_by_id(world, CUSTOMER, object_id)["StateCode"] == "12"
        assert world.issues() == []
