"""E4: an item dragged between managed folders becomes a record of the other type."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import (
    ACTIVE,
    CATEGORY,
    KINDS,
    OBSOLETE,
    categories,
    item_by_id,
    item_named,
    populated,
    record_by_id,
    record_named,
    records_named,
    status,
    typed_categories,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World

NAME = {"account": "Pair Ltd", "contact": "Pair", "individual_customer": "Pair"}


def _linked(world: World, kind: str, **properties: str | None) -> tuple[str, str]:
    """Let a user create an item that can be of any type; return ObjectID and item id."""
    names = {"givenName": "Fay", "surname": "Pair", "companyName": "Pair Ltd"}
    item_id = world.graph.create_contact(
        ALICE, world.folder_id(kind), {**names, "categories": ["Zoo", "Alpha"], **properties}
    )
    world.session()
    return record_named(world, kind, NAME[kind])["ObjectID"], item_id


@pytest.mark.parametrize(("old", "new"), list(permutations(KINDS, 2)))
def test_e4_dragged_item_is_converted(tmp_path: Path, old: str, new: str) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, old, mobilePhone="+49 170 1111111")
        world.graph.move_contact(ALICE, item_id, world.folder_id(new))
        world.session()
        assert status(world, old, object_id) == OBSOLETE
        record = record_named(world, new, NAME[new])
        assert status(world, new, record["ObjectID"]) == ACTIVE
        assert record["Mobile"].replace(" ", "").endswith("1701111111")
        item = item_by_id(world, item_id)
        assert item["folder"] == FOLDERS[new]
        assert categories(item) == ["Zoo", "Alpha", CATEGORY[new]]
        assert world.issues() == []
        world.settle()
        world.graph.edit_contact(ALICE, item_id, {"mobilePhone": "+49 170 2222222"})
        world.session()
        mobile = record_by_id(world, new, record["ObjectID"])["Mobile"]
        assert mobile.replace(" ", "").endswith("1702222222")


def test_e4_converted_there_and_back_revives_the_first_record(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = _linked(world, "contact")
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        other = record_named(world, "individual_customer", "Pair")["ObjectID"]
        world.graph.move_contact(ALICE, item_id, world.folder_id("contact"))
        world.settle()
        assert status(world, "individual_customer", other) == OBSOLETE
        live = [
            record
            for record in records_named(world, "contact", "Pair").values()
            if record["StatusCode"] == ACTIVE
        ]
        assert len(live) == 1
        assert typed_categories(item_by_id(world, item_id)) == [CATEGORY["contact"]]


def test_e4_dragged_while_also_edited(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", nickName="Old")
        world.graph.edit_contact(ALICE, item_id, {"nickName": "New", "surname": "Other"})
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        record = record_named(world, "individual_customer", "Other")
        assert record["NickName"] == "New"


def test_e4_edit_of_the_old_record_meanwhile_is_on_record(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"NickName": "Nick"})
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        with world.store() as store:
            (row,) = store.issues.list_open()
        assert (row.issue.code, row.issue.fields) == ("conflict", ("nick_name",))


def test_e4_dragged_and_stripped_of_its_category(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.graph.set_categories(ALICE, item_id, ["Zoo"])
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        record_named(world, "individual_customer", "Pair")
        assert categories(item_by_id(world, item_id)) == ["Zoo", CATEGORY["individual_customer"]]


def test_e4_dragged_and_dragged_back_between_sessions_is_no_event(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.graph.move_contact(ALICE, item_id, world.folder_id("contact"))
        assert world.session().total == 0
        assert status(world, "contact", object_id) == ACTIVE


def test_e4_old_record_stays_while_the_new_one_cannot_be_created(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName=None)
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        assert world.session().writes["c4c"] == 0
        assert world.issues() == ["missing_name"]
        assert status(world, "contact", object_id) == ACTIVE
        world.graph.edit_contact(ALICE, item_id, {"companyName": "Pair Ltd"})
        world.settle()
        record_named(world, "account", "Pair Ltd")
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_e4_failed_conversion_taken_back_by_the_user(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName=None)
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.session()
        world.graph.move_contact(ALICE, item_id, world.folder_id("contact"))
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.settle()
        record = record_named(world, "contact", "Pair")
        assert (record["ObjectID"], record["JobTitle"]) == (object_id, "Boss")
        assert record["StatusCode"] == ACTIVE
        assert typed_categories(item_by_id(world, item_id)) == [CATEGORY["contact"]]
        assert world.issues() == []


@pytest.mark.parametrize("read_only", ["contact", "account"])
def test_e4_failed_conversion_is_taken_back_when_a_type_becomes_read_only(
    tmp_path: Path, read_only: str
) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName=None)
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.session()
        world.mapper = {read_only: {"read_only": True}}
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        item = item_named(world, "contact", "Pair")
        assert item["folder"] == FOLDERS["contact"]
        assert world.issues() == ["moved_back"]


def test_e4_cut_off_retirement_is_dropped_when_the_type_becomes_read_only(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName="Pair Ltd")
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.c4c.add_fault(
            kind="status", operation="ContactCollection.update", status=503, count=9
        )
        world.session()
        record_named(world, "account", "Pair Ltd")
        world.c4c.clear_faults()
        world.mapper = {"contact": {"read_only": True}}
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert len(world.items(FOLDERS["contact"])) == len(world.records("contact"))


def test_e4_failed_conversion_dragged_on_to_the_third_type(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName=None)
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.session()
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        record_named(world, "individual_customer", "Pair")
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_e4_failed_conversion_then_deleted_retires_the_old_record(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact", companyName=None)
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.session()
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_e4_refused_creation_keeps_the_old_record_until_it_works(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.c4c.set_switch("check_codes", value=True)
        world.mapper = {"individual_customer": {"role_code": "XXXXXX"}}
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.session()
        assert world.issues() == ["rejected"]
        assert status(world, "contact", object_id) == ACTIVE
        assert not records_named(world, "individual_customer", "Pair")
        world.mapper = {}
        world.settle()
        record_named(world, "individual_customer", "Pair")
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_e4_converted_item_matches_an_existing_record_of_the_new_type(tmp_path: Path) -> None:
    views = [
        {"record_type": "account", "name": "some", "filter": "Name ne 'Pair Ltd'"},
    ]
    with populated(tmp_path, views=views) as world:
        object_id, item_id = _linked(world, "individual_customer")
        account = world.c4c.create_account({"Name": "Pair Ltd"})
        world.graph.move_contact(ALICE, item_id, world.folder_id("account"))
        world.settle()
        assert record_named(world, "account", "Pair Ltd")["ObjectID"] == account
        assert status(world, "individual_customer", object_id) == OBSOLETE


def test_e4_record_deleted_in_c4c_meanwhile(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.c4c.set_status(COLLECTIONS["contact"], object_id, OBSOLETE)
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        world.settle()
        record_named(world, "individual_customer", "Pair")
        assert item_by_id(world, item_id)["folder"] == FOLDERS["individual_customer"]


def test_e4_dragged_item_of_a_type_switched_off_is_frozen(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = _linked(world, "contact")
        world.mapper = {"individual_customer": {"direction": "off"}}
        world.graph.move_contact(ALICE, item_id, world.folder_id("individual_customer"))
        assert world.session().total == 0
        assert status(world, "contact", object_id) == ACTIVE
        world.mapper = {}
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        record_named(world, "individual_customer", "Pair")
