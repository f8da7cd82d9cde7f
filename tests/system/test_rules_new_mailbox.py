"""C1: a mailbox that comes later, or comes back, gets all that its views show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.rule_scenes import add_record, items_named
from harness.world import ALICE, NoOverlap

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World

BOB = "bob@contoso.example"
KINDS = ("account", "contact", "individual_customer")


def _age(world: World) -> None:
    """Let what is there lie far behind the bookmark of the tap."""
    for number in range(2):
        for kind in KINDS:
            add_record(world, kind, f"Later{number} {kind}")
        world.settle()


def _seen(world: World, mailbox: str, name: str) -> dict[str, int]:
    return {kind: len(items_named(world, kind, f"{name} {kind}", mailbox)) for kind in KINDS}


def test_c1_a_mailbox_that_is_added_gets_what_was_there_before(tmp_path: Path) -> None:
    with NoOverlap(tmp_path) as world:
        for kind in KINDS:
            add_record(world, kind, f"Early {kind}")
        world.settle()
        _age(world)
        world.graph.add_mailbox(BOB)
        world.mailboxes = (ALICE, BOB)
        world.session()
        assert _seen(world, BOB, "Early") == dict.fromkeys(KINDS, 1)
        world.settle()
        assert world.session().total == 0


def test_c1_a_mailbox_that_was_away_gets_what_came_meanwhile(tmp_path: Path) -> None:
    with NoOverlap(tmp_path, mailboxes=(ALICE, BOB)) as world:
        add_record(world, "contact", "Early")
        world.settle()
        world.mailboxes = (ALICE,)
        for kind in KINDS:
            add_record(world, kind, f"Meanwhile {kind}")
        _age(world)
        world.mailboxes = (ALICE, BOB)
        world.settle()
        for name in ("Meanwhile", "Later0", "Later1"):
            assert _seen(world, BOB, name) == dict.fromkeys(KINDS, 1)
            assert _seen(world, ALICE, name) == dict.fromkeys(KINDS, 1)


@pytest.mark.parametrize("is_added", [True, False], ids=["added", "settled"])
def test_i50_only_a_mailbox_that_is_new_has_everything_read(
    tmp_path: Path, *, is_added: bool
) -> None:
    with NoOverlap(tmp_path) as world:
        _age(world)
        if is_added:
            world.graph.add_mailbox(BOB)
            world.mailboxes = (ALICE, BOB)
        output = world.session().output["tap-c4c"]
        assert ('"was_full":true' in output.replace(" ", "")) is is_added
