"""Section 8: one record that cannot be synced is an issue, stored without names, and passes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
from harness.rule_scenes import (
    ACTIVE,
    OBSOLETE,
    add_item,
    item_by_id,
    item_named,
    link_pair,
    populated,
    record_by_id,
    record_named,
    status,
)
from harness.world import ALICE, COLLECTIONS
from target_c4c.target import TargetC4C

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = {
    "account": ("companyName", "Name", "missing_name"),
    "contact": ("surname", "LastName", "missing_last_name"),
    "individual_customer": ("surname", "LastName", "missing_last_name"),
}


@pytest.mark.parametrize("kind", REQUIRED)
def test_new_item_without_required_value_waits_for_it(tmp_path: Path, kind: str) -> None:
    name, _, code = REQUIRED[kind]
    with populated(tmp_path) as world:
        item_id = add_item(world, kind, "  ", world.folder_id(kind), jobTitle="Boss")
        before = item_by_id(world, item_id)
        assert world.session().total == 0
        assert world.issues() == [code]
        assert item_by_id(world, item_id) == before
        assert world.session().total == 0
        world.graph.edit_contact(ALICE, item_id, {name: "Newcomer"})
        world.session()
        record_named(world, kind, "Newcomer")
        assert world.issues() == []


@pytest.mark.parametrize("kind", REQUIRED)
def test_emptied_required_value_sends_nothing(tmp_path: Path, kind: str) -> None:
    name, in_c4c, code = REQUIRED[kind]
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, kind)
        etag = record_by_id(world, kind, object_id)["etag"]
        world.graph.edit_contact(ALICE, item_id, {name: None, "mobilePhone": "+49 170 1111111"})
        assert world.session().total == 0
        assert world.issues() == [code]
        assert record_by_id(world, kind, object_id)["etag"] == etag
        assert not item_by_id(world, item_id)["properties"][name]
        world.graph.edit_contact(ALICE, item_id, {name: "Renamed"})
        world.session()
        record = record_by_id(world, kind, object_id)
        assert record[in_c4c] == "Renamed"
        assert record["Mobile"].replace(" ", "").endswith("1701111111")
        assert world.issues() == []


def test_issue_closes_when_the_item_is_deleted(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "", world.folder_id("contact"))
        world.session()
        assert world.issues() == ["missing_last_name"]
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert world.issues() == []


def test_issue_closes_when_the_item_leaves_the_sync(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "", world.folder_id("contact"))
        world.session()
        assert world.issues() == ["missing_last_name"]
        world.graph.move_contact(ALICE, item_id, None)
        world.session()
        assert world.issues() == []


def test_too_long_value_stays_in_exchange_and_the_rest_goes_on(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        long = "Senior " * 8
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": long, "department": "Sales"})
        world.session()
        record = record_by_id(world, "contact", object_id)
        assert (record["JobTitle"], record["Department"]) == ("Clerk", "Sales")
        assert item_by_id(world, item_id)["properties"]["jobTitle"].strip() == long.strip()
        assert world.issues() == ["value_too_long"]
        assert world.session().total == 0
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Senior"})
        world.session()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Senior"
        assert world.issues() == []


def test_too_long_value_of_a_new_item_is_left_out(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(
            world, "contact", "Newcomer", world.folder_id("contact"), jobTitle="x" * 41
        )
        world.session()
        assert record_named(world, "contact", "Newcomer")["JobTitle"] == ""
        world.settle()
        assert world.issues() == ["value_too_long"]
        assert item_by_id(world, item_id)["properties"]["jobTitle"] == "x" * 41
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.settle()
        assert record_named(world, "contact", "Newcomer")["JobTitle"] == "Boss"
        assert world.issues() == []


def test_issue_closes_when_the_edit_is_taken_back(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        _, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "x" * 41})
        world.session()
        assert world.issues() == ["value_too_long"]
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Clerk"})
        assert world.session().total == 0
        assert world.issues() == []


def test_too_long_last_name_of_a_new_item_sends_nothing(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        item_id = add_item(world, "contact", "N" * 41, world.folder_id("contact"))
        assert world.session().total == 0
        assert world.issues() == ["value_too_long"]
        world.graph.edit_contact(ALICE, item_id, {"surname": "Newcomer"})
        world.session()
        record_named(world, "contact", "Newcomer")
        assert world.issues() == []


def test_too_long_value_then_edited_in_c4c_is_a_conflict_like_any_other(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "x" * 41})
        world.session()
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Chief"})
        world.settle()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Chief"
        assert item_by_id(world, item_id)["properties"]["jobTitle"] in ("Chief", "x" * 41)


@pytest.mark.parametrize("company_change", ["restore", "relink"])
def test_company_of_a_contact_without_account_is_the_users(
    tmp_path: Path, company_change: str
) -> None:
    with populated(tmp_path, mapper={"contact": {"company_change": company_change}}) as world:
        item_id = add_item(
            world, "contact", "Newcomer", world.folder_id("contact"), companyName="Nobody Ltd"
        )
        world.settle()
        world.graph.edit_contact(ALICE, item_id, {"companyName": "Somebody Ltd"})
        world.session()
        assert world.session().total == 0
        assert item_by_id(world, item_id)["properties"]["companyName"] == "Somebody Ltd"
        assert world.issues() == []


def test_one_locked_record_does_not_stop_the_others(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        locked, locked_item = link_pair(world, "contact", "Locked")
        free, free_item = link_pair(world, "contact", "Free")
        world.c4c.lock(locked)
        for item_id in (locked_item, free_item):
            world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.session()
        assert record_by_id(world, "contact", free)["JobTitle"] == "Boss"
        assert record_by_id(world, "contact", locked)["JobTitle"] == ""
        assert len(world.issues()) == 1
        world.c4c.unlock(locked)
        world.settle()
        assert record_by_id(world, "contact", locked)["JobTitle"] == "Boss"
        assert world.issues() == []


def test_locked_record_is_retired_when_it_is_free(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.c4c.lock(object_id)
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        assert len(world.issues()) == 1
        world.c4c.unlock(object_id)
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_locked_record_is_retired_though_a_session_breaks_off_meanwhile(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact")
        world.c4c.lock(object_id)
        world.graph.delete_contact(ALICE, item_id)
        world.session()
        world.c4c.unlock(object_id)
        dies = mock.patch.object(TargetC4C, "listen", side_effect=ConnectionError)
        with dies, pytest.raises(ConnectionError):
            world.session()
        world.session()
        assert status(world, "contact", object_id) == OBSOLETE
        assert world.issues() == []


def test_locked_record_that_was_edited_outlives_the_deletion_of_its_item(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        world.graph.delete_contact(ALICE, item_id)
        world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Boss"})
        world.c4c.lock(object_id)
        world.session()
        # What lies in Deleted Items is not written to: that would pass for known to its user.
        assert item_by_id(world, item_id)["properties"]["jobTitle"] == "Clerk"
        world.c4c.unlock(object_id)
        world.settle()
        assert status(world, "contact", object_id) == ACTIVE
        assert item_named(world, "contact", "Pair")["properties"]["jobTitle"] == "Boss"
        assert world.issues() == ["delete_vs_edit"]


def test_issues_hold_no_values(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        add_item(world, "contact", "Xanadu" + "N" * 41, world.folder_id("contact"))
        add_item(world, "account", "", world.folder_id("account"), jobTitle="Xanadu")
        world.session()
        with world.store() as store:
            shown = repr(store.issues.list_open())
        assert "anadu" not in shown
        assert "NNN" not in shown


def test_unmapped_country_is_left_alone_and_everything_else_is_synced(tmp_path: Path) -> None:
    with populated(tmp_path) as world:
        address = {"street": "Main Street 5", "city": "Ulm", "countryOrRegion": "Atlantis"}
        item_id = add_item(
            world,
            "individual_customer",
            "Newcomer",
            world.folder_id("individual_customer"),
            businessAddress=address,
        )
        world.settle()
        record = record_named(world, "individual_customer", "Newcomer")
        assert (record["City"], record["CountryCode"]) == ("Ulm", "")
        assert item_by_id(world, item_id)["properties"]["businessAddress"] == address
        assert world.issues() == ["unmapped_country"]
        corrected = {**address, "countryOrRegion": "Deutschland"}
        world.graph.edit_contact(ALICE, item_id, {"businessAddress": corrected})
        world.settle()
        assert record_named(world, "individual_customer", "Newcomer")["CountryCode"] == "DE"
        assert world.issues() == []
        shown = item_by_id(world, item_id)["properties"]["businessAddress"]
        assert shown["countryOrRegion"] == "Deutschland"
