"""An update that nobody heard of comes back: it is ours, whatever users did meanwhile.

A session dies after a service has carried out an update and before its outcome is stored. What the
next session reads then differs from the base as if somebody had edited it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.crashes import CrashWorld, Kind, Moment, cuts_at
from harness.rule_scenes import (
    ACTIVE,
    OBSOLETE,
    add_record,
    item_by_id,
    record_by_id,
    record_named,
    status,
)
from harness.scenes import item_of
from harness.snapshots import Snapshot
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CrashWorld, Snapshot]]:
    with CrashWorld(tmp_path_factory.mktemp("echoes")) as world:
        account = add_record(world, "account", "Acme")
        pair = add_record(world, "contact", "Pair", JobTitle="Clerk")
        world.c4c.link(pair, account, is_main=True)
        for number in range(2):
            add_record(world, "contact", f"Bystander {number}")
        world.settle()
        yield world, Snapshot(world)


@pytest.fixture
def world(ground: tuple[CrashWorld, Snapshot]) -> CrashWorld:
    """Give the world of the ground as it was."""
    world, before = ground
    before.put_back(world)
    return world


class Pair:
    """A synced contact with a job title and an account."""

    def __init__(self, world: CrashWorld, **settings: Any) -> None:
        self.world = world
        world.mapper = {"contact": settings}
        self.object_id = record_named(world, "contact", "Pair")["ObjectID"]
        self.item_id = item_of(world, self.object_id)

    def type_in_outlook(self, title: str) -> None:
        self.world.graph.edit_contact(ALICE, self.item_id, {"jobTitle": title})

    def type_in_c4c(self, title: str) -> None:
        self.world.c4c.edit(COLLECTIONS["contact"], self.object_id, {"JobTitle": title})

    def titles(self) -> tuple[str, str]:
        """Return the job title in Outlook and in C4C."""
        item = item_by_id(self.world, self.item_id)["properties"]["jobTitle"]
        return item, record_by_id(self.world, "contact", self.object_id)["JobTitle"]

    def die_at_the_update(self, moment: Moment = Moment.APPLIED) -> None:
        """Let the session that writes to the pair last die at that moment."""
        before = Snapshot(self.world, "pair")
        effects = self.world.play().effects
        write = max(at for at, effect in enumerate(effects) if effect.kind is Kind.WRITE)
        before.put_back(self.world)
        self.world.play(cuts_at(effects, write)[moment])
        with self.world.store() as store:
            assert store.intents.list_updates()

    def rest(self) -> None:
        """Let the next session put things in order, and see that nothing is left to do."""
        self.world.session()
        with self.world.store() as store:
            assert [*store.intents.list_open(), *store.intents.list_updates()] == []
        self.world.settle()


def one_way(direction: str) -> dict[str, Any]:
    return {"fields": {"job_title": {"direction": direction}}}


def test_i13_a_one_way_update_of_an_item_is_no_edit_of_its_user(world: CrashWorld) -> None:
    pair = Pair(world, **one_way("to_exchange"))
    pair.type_in_c4c("Boss")
    pair.die_at_the_update()
    pair.rest()
    assert pair.titles() == ("Boss", "Boss")
    assert world.issues() == []


def test_i13_a_one_way_update_of_a_record_is_no_edit_of_a_user(world: CrashWorld) -> None:
    pair = Pair(world, **one_way("to_c4c"))
    pair.type_in_outlook("Boss")
    pair.die_at_the_update()
    pair.rest()
    assert pair.titles() == ("Boss", "Boss")
    assert world.issues() == []


def test_i13_a_one_way_edit_that_was_never_sent_arrives(world: CrashWorld) -> None:
    pair = Pair(world, **one_way("to_exchange"))
    pair.type_in_c4c("Boss")
    pair.die_at_the_update(Moment.UNSENT)
    pair.rest()
    assert pair.titles() == ("Boss", "Boss")
    assert world.issues() == []


def test_i13_an_edit_against_the_arrow_is_told_after_a_cut_as_well(world: CrashWorld) -> None:
    pair = Pair(world, **one_way("to_exchange"))
    pair.type_in_c4c("Boss")
    pair.die_at_the_update()
    pair.type_in_outlook("Mine")
    pair.rest()
    assert pair.titles() == ("Boss", "Boss")
    assert world.issues() == ["read_only_edit"]


def test_i03_what_is_typed_in_outlook_after_the_cut_is_no_conflict_with_our_own_value(
    world: CrashWorld,
) -> None:
    pair = Pair(world, on_conflict="c4c")
    pair.type_in_outlook("First")
    pair.die_at_the_update()
    pair.type_in_outlook("Second")
    pair.rest()
    assert pair.titles() == ("Second", "Second")
    assert world.issues() == []


def test_i03_what_is_typed_in_c4c_after_the_cut_is_no_conflict_with_our_own_value(
    world: CrashWorld,
) -> None:
    pair = Pair(world, on_conflict="exchange")
    pair.type_in_c4c("First")
    pair.die_at_the_update()
    pair.type_in_c4c("Second")
    pair.rest()
    assert pair.titles() == ("Second", "Second")
    assert world.issues() == []


@pytest.mark.parametrize("write", [Pair.type_in_outlook, Pair.type_in_c4c], ids=["outlook", "c4c"])
def test_i03_an_edit_that_is_taken_back_after_the_cut_is_taken_back_on_both_sides(
    world: CrashWorld, write: Callable[[Pair, str], None]
) -> None:
    pair = Pair(world)
    write(pair, "Boss")
    pair.die_at_the_update()
    write(pair, "Clerk")
    pair.rest()
    assert pair.titles() == ("Clerk", "Clerk")
    assert world.issues() == []


def test_i06_an_item_that_is_deleted_after_the_cut_is_not_kept_for_our_own_edit(
    world: CrashWorld,
) -> None:
    pair = Pair(world)
    pair.type_in_outlook("Boss")
    pair.die_at_the_update()
    world.graph.delete_contact(ALICE, pair.item_id)
    pair.rest()
    assert status(world, "contact", pair.object_id) == OBSOLETE
    assert world.issues() == []


def test_i13_a_record_that_is_retired_after_the_cut_drops_no_edit(world: CrashWorld) -> None:
    pair = Pair(world)
    pair.type_in_c4c("Boss")
    pair.die_at_the_update()
    world.c4c.set_status(COLLECTIONS["contact"], pair.object_id, OBSOLETE)
    pair.rest()
    assert item_by_id(world, pair.item_id)["in_deleted_items"]
    assert world.issues() == []


def test_i11_an_update_whose_item_is_gone_is_closed(world: CrashWorld) -> None:
    pair = Pair(world, read_only=True)
    pair.type_in_c4c("Boss")
    pair.die_at_the_update()
    world.graph.delete_contact(ALICE, pair.item_id)
    pair.rest()
    assert status(world, "contact", pair.object_id) == ACTIVE
    assert world.issues() == []


def test_i13_an_account_that_was_renamed_renames_no_company_back(world: CrashWorld) -> None:
    pair = Pair(world)
    account = record_named(world, "account", "Acme")["ObjectID"]
    world.c4c.edit(COLLECTIONS["account"], account, {"Name": "Acme Europe"})
    pair.die_at_the_update()
    pair.rest()
    assert item_by_id(world, pair.item_id)["properties"]["companyName"] == "Acme Europe"
    assert world.issues() == []
