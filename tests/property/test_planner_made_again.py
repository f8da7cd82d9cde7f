"""I48 over generated worlds: deleted and made again, on either side, in any order, is one pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contact_sync.core.guards import Limits
from contact_sync.core.model import Phase
from contact_sync.core.status import OBSOLETE
from hypothesis import given, settings
from hypothesis import strategies as st
from property.planner_mailbox import BIN, MAILBOX
from property.planner_scene import ACCOUNT, UNGUARDED, Scene

if TYPE_CHECKING:
    from property.planner_mailbox import Item
    from property.planner_tenant import Record

#: What may happen to one pair, step by step; a bar is a session.
ACTS = {
    "typed again": ("delete", "type"),
    "typed again, first": ("type", "delete"),
    "typed again later": ("type", "|", "delete"),
    "imported twice": ("delete", "type", "type"),
    "reloaded": ("end", "load"),
    "reloaded, first": ("load", "end"),
    "purged and reloaded": ("purge", "load"),
    "held, then typed again": ("delete", "|", "type"),
    "held, then reloaded": ("end", "|", "load"),
}
HELD = ("held, then typed again", "held, then reloaded")


class Play:
    """One pair of accounts and what is made of it."""

    def __init__(self, scene: Scene, pair: tuple[Item, Record]) -> None:
        self.scene = scene
        self.item, self.record = pair

    def act(self, what: str) -> None:
        """Let a user do one thing."""
        world = self.scene.world
        world.tick()
        match what:
            case "delete":
                world.mailbox.user_moves(self.item, BIN)
            case "type":
                shown = {"name": self.item.properties["name"], "categories": []}
                world.mailbox.user_creates("f-account", shown)
            case "end":
                world.tenant.user_sets_status(self.record, OBSOLETE)
            case "purge":
                world.tenant.user_purges(self.record)
            case "load":
                name = self.record.properties["Name"]
                world.tenant.user_creates(ACCOUNT, {"Name": name, "Territory": "north"})


def play(
    acts: list[str], order: list[int], limits: Limits, exchange_delete: str = "delete"
) -> Scene:
    """Play what happens to the pairs, mixed; return the scene after some sessions."""
    scene = Scene(ACCOUNT, limits=limits, exchange_delete=exchange_delete)
    with scene._contracts:
        plays = [Play(scene, pair) for pair in scene.pairs[ACCOUNT][: len(acts)]]
        steps = {number: list(ACTS[act]) for number, act in enumerate(acts)}
        while any(steps.values()):
            for number in order:
                while steps.get(number) and steps[number][0] != "|":
                    plays[number].act(steps[number].pop(0))
                    break
            if all(not left or left[0] == "|" for left in steps.values()):
                scene.world.session({})
                for left in steps.values():
                    del left[:1]
        for _ in range(4):
            scene.world.session({})
    return scene


def outcome(scene: Scene) -> tuple[int, int, int, list[str]]:
    """Return live records, items in their folder, live links, pending holds."""
    world = scene.world
    links = world.memory.links.list_(MAILBOX, ACCOUNT)
    return (
        sum(record.is_live for record in world.tenant.records.values()),
        sum(item.folder == "f-account" for item in world.mailbox.items.values()),
        sum(link.phase in (Phase.ACTIVE, Phase.PINNED) for link in links),
        [hold.hold_id for hold in world.memory.holds.list_()],
    )


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(sorted(set(ACTS) - set(HELD))), min_size=1, max_size=3),
    st.permutations(range(3)),
    st.sampled_from(["delete", "hide", "ignore"]),
)
def test_i48_whatever_is_made_again_ends_as_one_pair(
    acts: list[str], order: list[int], exchange_delete: str
) -> None:
    scene = play(acts, order, UNGUARDED, exchange_delete)
    # Only what was imported twice is there twice, and told of.
    surplus = acts.count("imported twice")
    assert outcome(scene) == (5, 5 + surplus, 5, [])
    assert len({issue.exchange_id for issue in scene.told("duplicate_of_linked")}) >= surplus


@pytest.mark.parametrize("act", HELD)
def test_i48_a_hold_dissolves_when_its_pairs_are_made_again(act: str) -> None:
    scene = play([act] * 3, [0, 1, 2], Limits(0, 0.0))
    assert scene.world.memory.holds.list_(("pending", "done"))
    assert outcome(scene) == (5, 5, 5, [])
