"""Types that go one way or nowhere: what happens to that which may not travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from harness.rule_scenes import (
    ACTIVE,
    OBSOLETE,
    add_item,
    add_record,
    item_by_id,
    items_named,
    link_pair,
    record_by_id,
    record_named,
    records_named,
    status,
)
from harness.scenes import issue, link_of, the_hold
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

    from contact_sync.core.model import Phase


def to_c4c(**settings: Any) -> dict[str, Any]:
    # A new one each time: the plugins write their defaults into it.
    return {"direction": "to_c4c", **settings}


def pair(world: World, kind: str, name: str = "Pair", **properties: Any) -> tuple[str, str]:
    """Link a pair beside a bystander, without whom the guard would see an emptied folder."""
    add_record(world, kind, f"Beside {name}")
    return link_pair(world, kind, name, **properties)


# -- to_c4c: Exchange leads ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "vanishes"), [("account", True), ("contact", False), ("individual_customer", True)]
)
def test_c3_to_c4c_a_deleted_record_is_made_good_from_its_item(
    tmp_path: Path, kind: str, *, vanishes: bool
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = pair(world, kind)
        world.mapper = {kind: to_c4c()}
        world.session()
        if vanishes:
            world.c4c.remove(COLLECTIONS[kind], object_id)
        else:
            world.c4c.set_status(COLLECTIONS[kind], object_id, OBSOLETE)
        before = item_by_id(world, item_id)["properties"]
        world.session()  # stage 1 of the next one has the item's values
        world.settle()
        record = record_named(world, kind, "Pair")
        assert status(world, kind, record["ObjectID"]) == ACTIVE
        assert (record["ObjectID"] == object_id) is not vanishes
        assert item_by_id(world, item_id)["properties"] == before
        world.mapper = {}
        world.settle()


def test_i03_to_c4c_an_edit_outlives_the_deletion_of_its_record(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = pair(world, "contact", JobTitle="Clerk")
        world.mapper = {"contact": to_c4c()}
        world.session()
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.session()
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"
        assert world.issues() == []


def test_i03_to_c4c_an_edit_in_c4c_is_written_over_and_on_record(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, _ = pair(world, "contact", JobTitle="Clerk")
        world.mapper = {"contact": to_c4c()}
        world.session()
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        world.session()
        world.settle()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Clerk"
        found = issue(world, "read_only_edit")
        assert (found.fields, found.c4c_id) == (("job_title",), object_id)


def test_e5_to_c4c_the_deletion_wins_and_the_edit_is_on_record(tmp_path: Path) -> None:
    """No item can be made again where nothing goes to Exchange."""
    with World(tmp_path) as world:
        object_id, item_id = pair(world, "contact")
        world.mapper = {"contact": to_c4c()}
        world.session()
        items = len(world.items())
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        assert issue(world, "conflict").fields == ("job_title",)
        assert len(world.items()) == items - 1


def test_i17_to_c4c_a_sleeping_pair_is_not_woken(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = pair(world, "contact")
        world.mapper = {"contact": to_c4c(exchange_delete="ignore")}
        world.session()
        items = len(world.items())
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        assert world.session().total == 0
        assert len(world.items()) == items - 1
        assert status(world, "contact", object_id) == ACTIVE


def test_i17_to_c4c_a_rejected_deletion_brings_no_item_back(tmp_path: Path) -> None:
    """The record lives on, as the operator wished; nothing is written to Exchange."""
    with World(tmp_path) as world:
        pair(world, "contact")
        world.mapper = {"contact": to_c4c()}
        world.session()
        items = world.items(FOLDERS["contact"])
        for entry in items:
            world.graph.delete_contact(ALICE, entry["id"])
        assert world.session().total == 0
        with world.store() as store:
            store.holds.reject(the_hold(world, "contact", Side.C4C).hold_id)
        assert world.session().total == 0
        assert world.session().total == 0
        assert world.items(FOLDERS["contact"]) == []
        for entry in items:
            world.graph.restore_contact(ALICE, entry["id"], world.folder_id("contact"))
        world.settle()


# -- read-only and to_c4c: nothing can travel ------------------------------------------------------


def test_i16_read_only_and_to_c4c_is_frozen(tmp_path: Path) -> None:
    kind = "contact"
    with World(tmp_path) as world:
        edited, edited_item = pair(world, kind, "Edited")
        deleted, deleted_item = pair(world, kind, "Deleted")
        obsolete, obsolete_item = pair(world, kind, "Obsolete")
        stripped, stripped_item = pair(world, kind, "Stripped")
        world.mapper = {kind: to_c4c(read_only=True)}
        assert world.session().total == 0
        world.graph.edit_contact(ALICE, edited_item, {"mobilePhone": "+49 170 1111111"})
        world.graph.delete_contact(ALICE, deleted_item)
        world.c4c.set_status(COLLECTIONS[kind], obsolete, OBSOLETE)
        world.graph.set_categories(ALICE, stripped_item, [])
        world.c4c.remove(COLLECTIONS[kind], stripped)
        add_item(world, kind, "Newcomer", world.folder_id(kind))
        assert world.session().total == 0
        assert world.session().total == 0
        assert world.issues() == []
        assert items_named(world, kind, "Obsolete")[0]["id"] == obsolete_item
        assert not records_named(world, kind, "Newcomer")
        world.mapper = {}
        world.settle()
        assert status(world, kind, deleted) == OBSOLETE
        assert record_by_id(world, kind, edited)["Mobile"].replace(" ", "").endswith("1701111111")


# -- read-only: an item that would have to be made again -------------------------------------------


def test_c5_read_only_deleted_item_of_a_record_that_left_the_view_sleeps(tmp_path: Path) -> None:
    views = [{"record_type": "contact", "name": "some", "filter": "LanguageCode eq 'EN'"}]
    with World(tmp_path, mapper={"contact": {"read_only": True}}, views=views) as world:
        ids = [
            world.c4c.create_contact({"LastName": f"Person {number}", "LanguageCode": "EN"})
            for number in range(4)
        ]
        world.session()
        item_id = link_of(world, ids[0]).exchange_id or ""
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS["contact"], ids[0], {"LanguageCode": "DE"})
        assert world.session().total == 0
        assert _phase(world, ids[0]) == "asleep"
        assert world.session().total == 0
        world.c4c.edit(COLLECTIONS["contact"], ids[0], {"LanguageCode": "EN"})
        world.settle()
        assert len(items_named(world, "contact", "Person 0")) == 1
        assert _phase(world, ids[0]) == "active"


def test_i03_read_only_edit_is_on_record_when_its_record_leaves_the_view(tmp_path: Path) -> None:
    views = [{"record_type": "contact", "name": "some", "filter": "LanguageCode eq 'EN'"}]
    with World(tmp_path, mapper={"contact": {"read_only": True}}, views=views) as world:
        ids = [
            world.c4c.create_contact({"LastName": f"Person {number}", "LanguageCode": "EN"})
            for number in range(4)
        ]
        world.session()
        item_id = link_of(world, ids[0]).exchange_id or ""
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.c4c.edit(COLLECTIONS["contact"], ids[0], {"LanguageCode": "DE"})
        world.settle()
        assert item_by_id(world, item_id)["in_deleted_items"]
        assert issue(world, "read_only_edit").fields == ("job_title",)


def _phase(world: World, object_id: str) -> str:
    phase: Phase = link_of(world, object_id).phase
    return phase.value
