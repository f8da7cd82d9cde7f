"""One day of two-way work under readings of the services that are not the emulators' defaults.

Every switch that is set here is a trap of the fact sheets (`docs/emulators.md`); the day must end
the same under each of them: nothing lost, nothing doubled, quiet.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from harness import scenes
from harness.rule_scenes import item_by_id
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS, World
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

if TYPE_CHECKING:
    from pathlib import Path

READINGS: dict[str, dict[str, dict[str, Any]]] = {
    "loose": {
        "graph": {
            "if_match": "ignored",
            "delta_removed_reason": "changed",
            "delta_partial_updates": False,
            "delta_extended_changes": True,
            "folder_name_category": "all",
            "email_name_filled": False,
            "slot_overflow": "refused",
        },
        "c4c": {
            "page_size": 3,
            "max_top": 2,
            "short_pages": True,
            "blank_padding": True,
            "leading_zeros": True,
            "next_link_host": "elsewhere.example",
            "children_touch_root": True,
            "null_strings": True,
            "delete_status": 405,
        },
    },
    "strict": {
        "graph": {
            "delta_replays": True,
            "list_repeats_row": True,
            "delta_immutable_add_hidden": True,
            "delta_expiry": "ErrorInvalidIdMalformed",
            "folder_name_category": "all",
            "folder_name_category_late": True,
            "deleted_items_readable": False,
        },
        "c4c": {
            "stale_reads": 2,
            "inlinecount": False,
            "require_if_match": True,
            "obsolete_read_only": True,
            "links_touch_account": False,
        },
    },
}


@pytest.mark.parametrize("reading", READINGS)
def test_i01_a_day_ends_the_same_however_the_services_are(reading: str, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        for service, switches in READINGS[reading].items():
            for name, value in switches.items():
                getattr(world, service).set_switch(name, value)
        day = Day(world)
        day.morning()
        day.noon()
        day.evening()
        assert world.graph.counters()["throttled"] == 0
        assert not world.graph.unused_faults()
        assert not world.c4c.unused_faults()


class Day:
    """What users and sessions do in a world, and what must have come of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        scenes.populate(world, "account", "contact")
        self.alpha = scenes.create_record(world, "account", "Alpha", CountryCode="DE")
        number = world.records("account")[self.alpha]["AccountID"]
        self.ada = scenes.create_record(
            world,
            "contact",
            "Ada",
            AccountID=number,
            Email="ada@x.example",
            Phone="+49 30 123456",
            BirthDate="1980-01-02T00:00:00",
        )
        self.carl = scenes.create_record(world, "contact", "Carl")
        world.settle(5)
        self.items = {key: scenes.item_of(world, key) for key in (self.alpha, self.ada, self.carl)}

    def shown(self, object_id: str) -> dict[str, Any]:
        """Return the values of the item of a record."""
        return scenes.values(self.world, scenes.item_of(self.world, object_id))

    def kept(self, object_id: str) -> dict[str, Any]:
        """Return the texts of a contact record, without the padding that some tenants add."""
        record = scenes.record(self.world, "contact", object_id)
        return {name: str(value).strip() for name, value in record.items()}

    def morning(self) -> None:
        """Edits on both sides, and by others between read and write (I4, I15)."""
        world = self.world
        scenes.edit_item(world, self.items[self.ada], jobTitle="Lead")
        scenes.edit_item(world, self.items[self.carl], mobilePhone="+49 170 1")
        scenes.edit_record(world, "contact", self.ada, FirstName="Ada-Marie")
        world.c4c.add_fault(
            kind="user_edit",
            operation="ContactCollection.update",
            options={
                "collection": COLLECTIONS["contact"],
                "object_id": self.ada,
                "props": {"Department": "Sales"},
            },
        )
        world.graph.add_fault(
            kind="status", operation="contacts.update", status=412, code="ErrorIrresolvableConflict"
        )
        world.settle(5)
        assert self.shown(self.ada) == self.shown(self.ada) | {
            "jobTitle": "Lead",
            "givenName": "Ada-Marie",
            "department": "Sales",
        }
        assert (self.kept(self.ada)["JobTitle"], self.kept(self.ada)["Department"]) == (
            "Lead",
            "Sales",
        )
        assert self.kept(self.carl)["Mobile"]

    def noon(self) -> None:
        """People come and go on both sides (I6, I10)."""
        world = self.world
        scenes.create_item(world, "contact", "Bob", companyName="Alpha")
        dora = scenes.create_record(world, "contact", "Dora")
        leaving, retired = self._bystanders()
        world.graph.delete_contact(ALICE, scenes.item_of(world, leaving))
        scenes.obsolete(world, "contact", retired)
        world.settle(5)
        (bob,) = [key for key in world.records("contact") if self.kept(key)["LastName"] == "Bob"]
        account = str(world.records("account")[self.alpha]["AccountID"]).strip()
        assert self.kept(bob)["AccountID"] == account
        assert self.shown(dora)["surname"] == "Dora"
        assert self.kept(leaving)["StatusCode"] == self.kept(retired)["StatusCode"] == "4"
        assert scenes.names(world) == ["Ada", "Bob", "Carl", "Dora"]
        assert len(world.items(FOLDERS["contact"])) == 6
        assert world.issues() == []

    def evening(self) -> None:
        """All tokens and sessions have ended; a child row and a late commit still count."""
        world = self.world
        world.graph.expire_tokens()
        world.graph.expire_delta_tokens()
        world.c4c.drop_sessions()
        (address,) = [
            key
            for key, row in world.c4c.dump()["CorporateAccountAddressCollection"].items()
            if row["ParentObjectID"].strip() == self.alpha
        ]
        world.c4c.edit("CorporateAccountAddressCollection", address, {"City": "Ulm"})
        world.c4c.advance_clock(-60)
        scenes.edit_record(world, "contact", self.carl, NickName="Late")
        world.c4c.advance_clock(60)
        world.graph.bump_change_key(ALICE, self.items[self.ada])
        world.settle(5)
        assert self.shown(self.alpha)["businessAddress"]["city"] == "Ulm"
        assert self.shown(self.carl)["nickName"] == "Late"
        assert world.issues() == []

    def _bystanders(self) -> tuple[str, str]:
        found = [
            key
            for key, row in self.world.records("contact").items()
            if row["LastName"].startswith("Bystander")
        ]
        return found[0], found[1]


def test_i13_an_address_that_exchange_does_not_take_for_one_is_no_echo(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id = scenes.create_record(world, "contact", "Roe", Email="no address")
        world.settle(4)
        assert scenes.record(world, "contact", object_id)["Email"] == "no address"
        scenes.edit_item(world, scenes.item_of(world, object_id), jobTitle="Lead")
        world.settle(4)
        record = scenes.record(world, "contact", object_id)
        assert (record["Email"], record["JobTitle"]) == ("no address", "Lead")


@pytest.mark.parametrize("kind", ["account", "contact", "individual_customer"])
def test_i31_a_list_that_lags_takes_back_nothing_that_was_just_written(
    tmp_path: Path, kind: str
) -> None:
    with World(tmp_path) as world:
        object_id = scenes.create_record(world, kind, "Roe")
        world.settle()
        world.c4c.set_switch("stale_reads", 7)
        item_id = scenes.item_of(world, object_id)
        scenes.edit_item(world, item_id, mobilePhone="+49 6221 5550001")
        for _ in range(3):
            world.session()
            assert item_by_id(world, item_id)["properties"]["mobilePhone"] == "+49 6221 5550001"
        assert world.issues() == []
        # What C4C's users did meanwhile comes when the lists have caught up.
        scenes.edit_record(world, kind, object_id, Mobile="+49 6221 5550002")
        world.c4c.catch_up()
        world.settle()
        assert item_by_id(world, item_id)["properties"]["mobilePhone"] == "+49 6221 5550002"


@pytest.mark.parametrize("kind", scenes.KINDS)
@pytest.mark.parametrize("is_edited", [False, True])
def test_i31_a_list_that_lags_does_not_end_what_was_just_brought_back(
    tmp_path: Path, kind: str, *, is_edited: bool
) -> None:
    with World(tmp_path) as world:
        scenes.create_record(world, kind, "Doe")
        object_id = scenes.create_record(world, kind, "Roe")
        world.settle()
        item_id = scenes.item_of(world, object_id)
        scenes.obsolete(world, kind, object_id)
        world.settle()
        world.c4c.set_switch("stale_reads", 9)
        if is_edited:
            scenes.edit_item(world, item_id, mobilePhone="+49 6221 5550001")
        world.graph.restore_contact(ALICE, item_id, world.folder_id(kind))
        for _ in range(3):
            world.session()
            assert not item_by_id(world, item_id)["in_deleted_items"]
        assert scenes.record(world, kind, object_id)[STATUS[kind]] == "2"


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_i32_a_clock_of_c4c_that_is_set_anew_hides_nothing(tmp_path: Path, seconds: int) -> None:
    with World(tmp_path) as world:
        ada = scenes.create_record(world, "contact", "Ada")
        world.settle()

        def title() -> object:
            return item_by_id(world, scenes.item_of(world, ada))["properties"]["jobTitle"]

        world.c4c.advance_clock(seconds)
        scenes.edit_record(world, "contact", ada, JobTitle="Head")
        scenes.create_record(world, "contact", "Bob")
        world.settle()
        assert scenes.names(world) == ["Ada", "Bob"]
        assert title() == "Head"
        # Back again: what bears a time of the excursion stands in nobody's way.
        world.c4c.advance_clock(-seconds)
        scenes.edit_record(world, "contact", ada, JobTitle="Chair")
        world.settle()
        assert title() == "Chair"
        scenes.edit_record(world, "contact", ada, JobTitle="Guest")
        world.settle()
        assert title() == "Guest"


PAGES: list[tuple[str, dict[str, Any]]] = [
    *(
        ("c4c", {"kind": kind, "operation": "ContactCollection.list"})
        for kind in ("short_page", "empty_page", "repeat_next", "duplicate_row", "maintenance")
    ),
    ("graph", {"kind": "truncate", "operation": "contacts.delta", "options": {"keep": 1}}),
    ("graph", {"kind": "repeat_link", "operation": "contacts.delta"}),
]


def test_i07_a_page_that_is_cut_or_repeated_removes_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.c4c.set_switch("page_size", 3)
        scenes.populate(world, "contact", count=7)
        world.settle(3)
        before = (world.records("contact"), world.items())
        for service, fault in PAGES:
            admin = getattr(world, service)
            world.graph.expire_delta_tokens()
            world.state.clear()
            # Every page, since the client may ask for another one when a page looks odd.
            admin.add_fault(**fault, count=0)
            with contextlib.suppress(FatalAPIError, RetriableAPIError):
                world.session()
            assert not admin.unused_faults(), fault
            admin.clear_faults()
            world.session()
            assert (world.records("contact"), world.items()) == before, fault
            assert world.issues() == []


@pytest.mark.parametrize("kind", scenes.KINDS)
def test_i32_a_record_that_was_revived_by_a_clock_set_back_returns(
    tmp_path: Path, kind: str
) -> None:
    with World(tmp_path) as world:
        scenes.populate(world, kind)
        object_id = scenes.create_record(world, kind, "Roe")
        world.settle()
        item_id = scenes.item_of(world, object_id)
        scenes.obsolete(world, kind, object_id)
        world.settle()
        assert item_by_id(world, item_id)["in_deleted_items"]
        ended = scenes.link_of(world, object_id).c4c_changed_at
        world.c4c.advance_clock(-7200)
        scenes.edit_record(world, kind, object_id, **{STATUS[kind]: "2"})
        world.settle()
        assert "Roe" in scenes.names(world, kind)
        # Known as replaced: a list that lags shows it once more, and ends nothing.
        assert ended in scenes.link_of(world, object_id).c4c_superseded
