"""I22: contacts of two mailboxes linked with one C4C record meet through C4C alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contact_sync.store import session_owner
from harness.crashes import CrashWorld, Cut, Kind
from harness.rule_scenes import (
    ACTIVE,
    OBSOLETE,
    add_item,
    add_record,
    item_named,
    items_named,
    link_pair,
    populated,
    record_by_id,
    record_named,
    status,
)
from harness.snapshots import Snapshot
from harness.world import ALICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOB = "bob@contoso.example"


def test_i22_edit_in_one_mailbox_reaches_the_other_through_c4c(tmp_path: Path) -> None:
    with populated(tmp_path, mailboxes=(ALICE, BOB)) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.settle()
        assert record_by_id(world, "contact", object_id)["JobTitle"] == "Boss"
        theirs = item_named(world, "contact", "Pair", BOB)
        assert theirs["properties"]["jobTitle"] == "Boss"


def test_i22_deletion_in_one_mailbox_reaches_the_other_through_c4c(tmp_path: Path) -> None:
    with populated(tmp_path, mailboxes=(ALICE, BOB)) as world:
        object_id, item_id = link_pair(world, "contact")
        world.graph.delete_contact(ALICE, item_id)
        world.settle()
        assert status(world, "contact", object_id) == OBSOLETE
        assert items_named(world, "contact", "Pair", BOB) == []


def test_i22_new_in_both_mailboxes_is_one_record(tmp_path: Path) -> None:
    with populated(tmp_path, mailboxes=(ALICE, BOB)) as world:
        email = [{"name": "N", "address": "n@x.example"}]
        for mailbox in (ALICE, BOB):
            add_item(
                world,
                "contact",
                "Newcomer",
                world.folder_id("contact", mailbox),
                mailbox,
                emailAddresses=email,
            )
        world.settle()
        record_named(world, "contact", "Newcomer")
        for mailbox in (ALICE, BOB):
            item_named(world, "contact", "Newcomer", mailbox)


def test_i22_hidden_in_one_mailbox_stays_in_the_other(tmp_path: Path) -> None:
    settings = {"contact": {"exchange_delete": "hide"}}
    with populated(tmp_path, mapper=settings, mailboxes=(ALICE, BOB)) as world:
        object_id, item_id = link_pair(world, "contact")
        theirs = item_named(world, "contact", "Pair", BOB)
        world.graph.delete_contact(ALICE, item_id)
        assert world.session().total == 0
        assert item_named(world, "contact", "Pair", BOB) == theirs
        assert status(world, "contact", object_id) == ACTIVE


def test_i22_same_field_edited_in_both_mailboxes_settles_on_one_value(tmp_path: Path) -> None:
    with populated(tmp_path, mailboxes=(ALICE, BOB)) as world:
        object_id, item_id = link_pair(world, "contact", JobTitle="Clerk")
        theirs = item_named(world, "contact", "Pair", BOB)["id"]
        world.graph.edit_contact(ALICE, item_id, {"jobTitle": "Boss"})
        world.graph.edit_contact(BOB, theirs, {"jobTitle": "Chief"})
        world.settle()
        values = {
            record_by_id(world, "contact", object_id)["JobTitle"],
            item_named(world, "contact", "Pair")["properties"]["jobTitle"],
            item_named(world, "contact", "Pair", BOB)["properties"]["jobTitle"],
        }
        assert len(values) == 1
        assert values <= {"Boss", "Chief"}
        assert "conflict" in world.issues()


def _create(world: CrashWorld) -> None:
    add_item(world, "contact", "New", world.folder_id("contact", BOB), mailbox=BOB)


def _update(world: CrashWorld) -> None:
    item = item_named(world, "contact", "Pair", BOB)["id"]
    world.graph.edit_contact(BOB, item, {"jobTitle": "Boss"})


@pytest.mark.parametrize("act", [_create, _update])
def test_i10_what_another_session_has_announced_is_left_to_it(
    tmp_path: Path, act: Callable[[CrashWorld], None]
) -> None:
    with CrashWorld(tmp_path, mailboxes=(ALICE, BOB)) as world:
        add_record(world, "contact", "Pair")
        world.settle()
        act(world)
        before = Snapshot(world)
        effects = world.play().effects
        write = next(at for at, effect in enumerate(effects) if effect.kind is Kind.WRITE)
        before.put_back(world)
        # Announced, and on its way.
        world.play(Cut(write))
        with world.store() as store:
            store.locks.release_all(session_owner())
            store.locks.acquire(BOB, "another-host:1")
            announced = [*store.intents.list_open(), *store.intents.list_updates()]
            assert announced
        world.mailboxes = (ALICE,)
        world.session()
        with world.store() as store:
            assert [*store.intents.list_open(), *store.intents.list_updates()] == announced
            store.locks.release(BOB, "another-host:1")
        world.mailboxes = (ALICE, BOB)
        world.settle()
        with world.store() as store:
            assert [*store.intents.list_open(), *store.intents.list_updates()] == []
