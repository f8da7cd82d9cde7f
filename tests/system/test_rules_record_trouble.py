"""A record of C4C in trouble, and the forms that C4C's refusals take: told once, healed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.prototypes import Prototypes
from harness.rule_scenes import (
    add_item,
    add_record,
    item_named,
    items_named,
    record_named,
    records_named,
)
from harness.world import ALICE, COLLECTIONS, Hasty, World
from singer_sdk.exceptions import FatalAPIError, SingerSDKError

if TYPE_CHECKING:
    from pathlib import Path

    from contact_sync.core.model import Issue

_PROTOTYPES = Prototypes()
#: Forms of refusals from which the property that is refused can be read.
NAMING = ("json", "text", "details", "xml")


def settled(folder: Path) -> World:
    """Return a world with four pairs, at rest."""
    return _PROTOTYPES.copy_to(folder, "settled", Hasty, _settle)


def _settle(world: World) -> None:
    for name in ("Odd", "Sound", "Third", "Fourth"):
        add_record(world, "contact", name)
    world.settle()


def issues(world: World) -> list[Issue]:
    with world.store() as store:
        return [row.issue for row in store.issues.list_open()]


def let_pauses_pass(world: World) -> None:
    with world.store() as store, store.connection() as connection:
        connection.exec_driver_sql("UPDATE issue SET next_attempt_at = opened_at")


def edit(world: World, name: str, **properties: Any) -> None:
    item = item_named(world, "contact", name)
    world.graph.edit_contact(ALICE, item["id"], properties)


def heal(world: World) -> None:
    """End all faults, and let sessions pass until nothing is open."""
    world.c4c.clear_faults()
    for _ in range(3):
        let_pauses_pass(world)
        world.session()
    assert issues(world) == []
    assert world.session().total == 0


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("form", [*NAMING, "html", "empty"])
def test_i45_a_refused_field_is_left_out_and_named(
    tmp_path: Path, form: str, *, is_new: bool
) -> None:
    world = settled(tmp_path)
    world.c4c.set_switch("error_body", form)
    message = "Property 'JobTitle' is not allowed"
    fault = {"kind": "status", "status": 400, "count": 0, "message": message}
    world.c4c.add_fault(**fault, content="JobTitle", path="^ContactCollection")
    values = {"jobTitle": "Boss", "department": "Sales"}
    name = "New" if is_new else "Odd"
    if is_new:
        add_item(world, "contact", name, world.folder_id("contact"), **values)
    else:
        edit(world, name, **values)
    edit(world, "Sound", department="Sales")
    for _ in range(2):
        world.session()
        assert record_named(world, "contact", "Sound")["Department"] == "Sales"
        (issue,) = issues(world)
        assert issue.code == "rejected"
        if form in NAMING:
            record = record_named(world, "contact", name)
            assert (record["JobTitle"], record["Department"]) == ("", "Sales")
            assert issue.fields == ("JobTitle",)
        item = item_named(world, "contact", name)["properties"]
        assert (item["jobTitle"], item["department"]) == ("Boss", "Sales")
    heal(world)
    record = record_named(world, "contact", name)
    assert (record["JobTitle"], record["Department"]) == ("Boss", "Sales")


def test_i45_a_field_that_is_accepted_later_is_not_overwritten_meanwhile(tmp_path: Path) -> None:
    """What a user of C4C types into the field that was left out is a conflict like any other."""
    world = settled(tmp_path)
    message = "Property 'JobTitle' is bad"
    fault = {"kind": "status", "status": 400, "count": 0, "message": message}
    world.c4c.add_fault(**fault, content="JobTitle", path="^ContactCollection")
    add_item(world, "contact", "New", world.folder_id("contact"), jobTitle="Boss")
    world.session()
    world.c4c.clear_faults()
    ((object_id, _),) = records_named(world, "contact", "New").items()
    world.c4c.edit(COLLECTIONS["contact"], object_id, {"JobTitle": "Clerk"})
    for _ in range(3):
        let_pauses_pass(world)
        world.session()
    assert record_named(world, "contact", "New")["JobTitle"] == "Clerk"
    assert item_named(world, "contact", "New")["properties"]["jobTitle"] == "Clerk"
    assert [issue.code for issue in issues(world)] == ["conflict"]


@pytest.mark.parametrize("status", [400, 403, 500, 502])
def test_i45_a_record_that_cannot_be_shown_is_told_and_nothing_of_it_removed(
    tmp_path: Path, status: int
) -> None:
    """It spoils every page that it is on; the others of that page are read all the same."""
    world = settled(tmp_path)
    odd = str(record_named(world, "contact", "Odd")["ObjectID"])
    options = {"object_id": odd, "status": status}
    world.c4c.add_fault(kind="broken_row", count=0, options=options)
    for round_ in range(2):
        for name in ("Odd", "Sound", "Third"):
            (object_id,) = records_named(world, "contact", name)
            world.c4c.edit(COLLECTIONS["contact"], object_id, {"Department": f"D{round_}"})
        edit(world, "Fourth", jobTitle=f"Boss{round_}")
        world.session()
        for name in ("Sound", "Third"):
            shown = item_named(world, "contact", name)["properties"]["department"]
            assert shown == f"D{round_}"
        assert record_named(world, "contact", "Fourth")["JobTitle"] == f"Boss{round_}"
        assert items_named(world, "contact", "Odd")
        assert [(issue.code, issue.c4c_id) for issue in issues(world)] == [
            ("unreadable_record", odd)
        ]
    heal(world)
    assert item_named(world, "contact", "Odd")["properties"]["department"] == "D1"


@pytest.mark.parametrize("errors", ["go_on", "stop"])
def test_i45_a_batch_may_stop_at_its_first_failed_part(tmp_path: Path, errors: str) -> None:
    world = settled(tmp_path)
    world.c4c.set_switch("batch_errors", errors)
    odd = str(record_named(world, "contact", "Odd")["ObjectID"])
    world.c4c.trouble_for_good("400", operation="ContactCollection.update", path=odd)
    for name in ("Odd", "Sound", "Third", "Fourth"):
        edit(world, name, jobTitle="Boss")
    add_item(world, "contact", "New", world.folder_id("contact"))
    world.session()
    world.session()
    for name in ("Sound", "Third", "Fourth"):
        assert record_named(world, "contact", name)["JobTitle"] == "Boss"
    assert len(records_named(world, "contact", "New")) == 1
    assert [(issue.code, issue.c4c_id) for issue in issues(world)] == [("rejected", odd)]
    heal(world)
    assert record_named(world, "contact", "Odd")["JobTitle"] == "Boss"


@pytest.mark.parametrize("fetch", ["refused", "empty"])
def test_a_user_who_needs_no_token_writes_without_one(tmp_path: Path, fetch: str) -> None:
    world = settled(tmp_path)
    world.c4c.set_switch("csrf", "none")
    world.c4c.set_switch("csrf_fetch", fetch)
    edit(world, "Odd", jobTitle="Boss")
    world.session()
    assert record_named(world, "contact", "Odd")["JobTitle"] == "Boss"
    assert issues(world) == []


@pytest.mark.parametrize("fetch", ["refused", "empty"])
def test_a_user_who_needs_a_token_and_gets_none_is_told_so(tmp_path: Path, fetch: str) -> None:
    world = settled(tmp_path)
    world.c4c.drop_sessions()
    world.c4c.set_switch("csrf_fetch", fetch)
    edit(world, "Odd", jobTitle="Boss")
    with pytest.raises(FatalAPIError, match=r"403.*communication arrangement"):
        world.session()
    world.c4c.set_switch("csrf_fetch", "served")
    heal(world)
    assert record_named(world, "contact", "Odd")["JobTitle"] == "Boss"


@pytest.mark.parametrize("limit", [400, 8192])
def test_a_view_that_is_too_long_for_an_address_is_read_inside_a_batch(
    tmp_path: Path, limit: int
) -> None:
    terms = " or ".join(f"LastName eq 'Nobody{number:04}'" for number in range(20))
    with Hasty(tmp_path) as world:
        world.views = [
            {"name": "long", "record_type": "contact", "filter": f"LastName eq 'Odd' or {terms}"}
        ]
        world.c4c.set_switch("max_url_length", limit)
        world.c4c.set_switch("unstable_or", value=False)
        add_record(world, "contact", "Odd")
        add_record(world, "contact", "Other")
        world.settle()
        assert items_named(world, "contact", "Odd")
        assert not items_named(world, "contact", "Other")
        assert issues(world) == []


@pytest.mark.parametrize("answer", ["400", "403", "503"])
def test_i45_a_type_that_takes_no_writes_stops_no_other(tmp_path: Path, answer: str) -> None:
    world = settled(tmp_path)
    for verb in ("create", "update"):
        world.c4c.trouble_for_good(answer, operation=f"ContactCollection.{verb}")
    edit(world, "Odd", jobTitle="Boss")
    for kind in ("contact", "account", "individual_customer"):
        add_item(world, kind, f"New {kind}", world.folder_id(kind))
    world.session()
    world.session()
    for kind in ("account", "individual_customer"):
        assert len(records_named(world, kind, f"New {kind}")) == 1
    names = {item_named(world, "contact", name)["id"] for name in ("Odd", "New contact")}
    told = issues(world)
    assert sorted(issue.exchange_id or "" for issue in told) == sorted(names)
    heal(world)
    assert len(records_named(world, "contact", "New contact")) == 1
    assert record_named(world, "contact", "Odd")["JobTitle"] == "Boss"


@pytest.mark.parametrize("answer", ["400", "503", "500"])
def test_i28_an_edit_that_is_taken_back_needs_no_write_any_more(
    tmp_path: Path, answer: str
) -> None:
    world = settled(tmp_path)
    odd = str(record_named(world, "contact", "Odd")["ObjectID"])
    world.c4c.trouble_for_good(answer, operation="ContactCollection.update", path=odd)
    edit(world, "Odd", jobTitle="Boss")
    world.session()
    assert len(issues(world)) == 1
    edit(world, "Odd", jobTitle="")
    world.session()
    assert issues(world) == []


@pytest.mark.parametrize("answer", ["403", "500", "503", "reset"])
def test_i45_a_service_in_trouble_is_nobodys_and_ends_the_session(
    tmp_path: Path, answer: str
) -> None:
    world = settled(tmp_path)
    edit(world, "Odd", jobTitle="Boss")
    world.c4c.trouble_for_good(answer)
    for _ in range(2):
        with pytest.raises(SingerSDKError) as failure:
            world.session()
        assert "\n" not in str(failure.value)
        assert issues(world) == []
    assert len(world.items()) == 4
    heal(world)
    assert record_named(world, "contact", "Odd")["JobTitle"] == "Boss"
