"""The operator of a world: who decides about holds and changes settings.

Responsible for what no user of the two services can do. What was decided is put down in the
ledger: an approved or rejected hold explains what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Direction, Side, Winner

if TYPE_CHECKING:
    import random

    from property.planner_ledger import Ledger
    from property.planner_world import World


class Operator:
    """Whoever runs the sync."""

    def __init__(self, world: World, ledger: Ledger, rng: random.Random) -> None:
        self._world = world
        self._ledger = ledger
        self._rng = rng

    def decide_holds(self, luck: int) -> str:
        """Approve or reject some of the pending holds; return what was done."""
        self._rng.seed(luck)
        memory = self._world.memory
        for hold in memory.holds.list_():
            decision = self._rng.choice(("approve", "reject", "wait"))
            if decision == "wait":
                continue
            decide = memory.holds.approve if decision == "approve" else memory.holds.reject
            decide(hold.hold_id)
            for link in map(memory.links.get, hold.link_ids):
                if link is not None and link.c4c_id is not None:
                    self._ledger.note(Side.C4C, decision, link.c4c_id)
        return "decide_holds"

    def change_settings(self, luck: int) -> str:
        """Change one setting of one type, or a view; return which."""
        self._rng.seed(luck)
        world, rng = self._world, self._rng
        kind = rng.choice(world.config.kinds)
        changes: tuple[dict[str, Any], ...] = (
            {"read_only": not world.config.policies[kind].read_only},
            {"direction": rng.choice(list(Direction))},
            {"exchange_delete": rng.choice(("delete", "hide", "ignore"))},
            {"on_conflict": rng.choice(list(Winner))},
            {"mark_with_category": not world.config.policies[kind].mark_with_category},
        )
        if rng.random() < 0.3:
            text = rng.choice((None, "in:north", "in:south", "in:north,south"))
            world.change_config(world.config.but_filter(kind, text))
            return f"change_settings: {kind.value} is filtered by {text}"
        change = rng.choice(changes)
        world.change_config(world.config.but_policy(kind, **change))
        return f"change_settings: {kind.value} has {change}"
