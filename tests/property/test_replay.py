"""I44: the same steps play the same history, ids included, so that a failing one can be shrunk."""

from __future__ import annotations

import json
import re

from histories.ledger import KINDS
from histories.machine import SyncMachine


def _play() -> str:
    state = SyncMachine()
    state.begin(
        population=6,
        has_view=False,
        own={kind: {"on_conflict": "newest"} for kind in KINDS},
        read_only=(),
        boxes=2,
        switches=[],
        palette=["graph cut_after contacts.create", "kill after_commit"],
        chosen=[],
    )
    try:
        for kind in ("account", "contact", "individual_customer"):
            for is_routed in (True, False):
                state.outlook_creates(kind=kind, is_routed=is_routed, where=len(kind))
        state.c4c_creates(kind="contact")
        state.outlook_edits(pick=3, name=1)
        state.outlook_deletes(pick=1)
        state.outlook_drags(pick=4, kind="account")
        state.session(chosen=[(0, 1), (1, 3)])
        state.rest()
        world = [state._world.graph.dump(), state._world.c4c.dump()]
        # The port is the system's choice; it is part of the link property.
        return re.sub(r"localhost:\d+", "localhost", json.dumps(world, indent=1))
    finally:
        state._stack.close()


def test_i44_the_same_steps_play_the_same_history() -> None:
    assert _play() == _play()
