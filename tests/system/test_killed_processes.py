"""SIGKILL: real programs die while a service has done what they asked for and not said so yet."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from harness.canonical import canon, differences
from harness.crash_scenes import SCENES
from harness.killed import KilledWorld
from harness.snapshots import Snapshot, close_store
from harness.world import STAGES

if TYPE_CHECKING:
    from pathlib import Path

UPLOAD, DOWNLOAD = STAGES


@dataclass(frozen=True)
class Case:
    """One kill.

    Attributes:
        scene: What users did before.
        stage: The pipe that is killed.
        operation: The write that is not answered.
        intent: What was announced before it.
        is_whole_pipe: Whether its parent dies as well, and not the target alone.
    """

    scene: str
    stage: tuple[str, ...]
    operation: str
    intent: str
    is_whole_pipe: bool


CASES = [
    Case("create_in_c4c", UPLOAD, "ContactCollection.create", "create", is_whole_pipe=False),
    Case("retire", UPLOAD, "ContactCollection.update", "retire", is_whole_pipe=True),
    Case("create_in_exchange", DOWNLOAD, "contacts.create", "create", is_whole_pipe=True),
    Case("move", DOWNLOAD, "contacts.create", "move", is_whole_pipe=False),
    Case("update_one_way", DOWNLOAD, "contacts.update", "update", is_whole_pipe=True),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.scene)
def test_i11_the_next_session_ends_in_the_world_of_an_uncut_one(tmp_path: Path, case: Case) -> None:
    scene = SCENES[case.scene]
    with KilledWorld(tmp_path) as world:
        scene.ground(world)
        scene.act(world)
        before = Snapshot(world)
        world.settle()
        expected = canon(world)
        before.put_back(world)
        if case.stage is DOWNLOAD:
            world._stage({}, *UPLOAD)
        assert world.kill(case.stage, case.operation, is_whole_pipe=case.is_whole_pipe) == ""
        # I12: the store is whole, and had announced what has happened.
        assert_store_is_whole(world)
        with world.store() as store:
            intents = [*store.intents.list_open(), *store.intents.list_updates()]
            assert {intent.kind for intent in intents} == {case.intent}
        world.settle()
        assert differences(expected, canon(world)) == []


def assert_store_is_whole(world: KilledWorld) -> None:
    close_store(world)
    connection = sqlite3.connect(world.store_path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
