"""A world as it was a moment ago: both services, the store and the Singer state.

Responsible for taking a copy and for putting it back, so that many endings of one scene begin
alike without being played again. Ids, tokens and clocks run on: nothing is issued twice.
"""

from __future__ import annotations

import copy
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.store import Store

if TYPE_CHECKING:
    from harness.world import World


@dataclass(frozen=True)
class Memory:
    """What the sync remembers between sessions.

    Attributes:
        store: Copy of the database, a file; None if there was none.
        key: Text of the key file.
        state: Singer state by tap.
    """

    store: Path | None
    key: str | None
    state: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, world: World, name: str) -> Memory:
        """Copy the memory between two sessions; `name` tells the copies apart."""
        source, key = Path(world.store_path), Path(f"{world.store_path}.key")
        target = None
        if source.exists():
            close_store(world)
            target = world.folder / f"{name}.backup"
            target.unlink(missing_ok=True)
            _copy_database(source, target)
        text = key.read_text("ascii") if key.exists() else None
        return cls(target, text, copy.deepcopy(world.state))

    def put_back(self, world: World) -> None:
        """Make the memory what it was."""
        self.put_store_back(world)
        self.put_state_back(world)

    def put_store_back(self, world: World) -> None:
        """Restore the database and its key; the Singer state stays as it is."""
        lose_store(world)
        if self.store is not None:
            _copy_database(self.store, Path(world.store_path))
        key = Path(f"{world.store_path}.key")
        key.unlink(missing_ok=True)
        if self.key is not None:
            key.touch(mode=0o600)
            key.write_text(self.key, "ascii")

    def put_state_back(self, world: World) -> None:
        """Restore the Singer state; the store stays as it is."""
        world.state = copy.deepcopy(self.state)


class Snapshot:
    """Everything there is between two sessions."""

    def __init__(self, world: World, name: str = "snapshot") -> None:
        self._memory = Memory.of(world, name)
        self._mailboxes = copy.deepcopy(world.graph._tenant.mailboxes)
        self._records = world.c4c._tenant.world.copy()

    def put_back(self, world: World) -> None:
        """Make the world what it was; scripted faults and the dead past are forgotten."""
        self._memory.put_back(world)
        mailboxes = world.graph._tenant.mailboxes
        mailboxes.clear()
        mailboxes.update(copy.deepcopy(self._mailboxes))
        records = world.c4c._tenant.world
        records._tables = self._records.copy()._tables
        records._indexes.clear()
        world.graph.clear_faults()
        world.c4c.clear_faults()


def lose_store(world: World) -> None:
    """Delete the database; the digest key stays, as it lives elsewhere."""
    if Path(world.store_path).exists():
        close_store(world)
    for path in world.folder.glob("sync.db*"):
        if path.suffix != ".key":
            path.unlink()


def close_store(world: World) -> None:
    """Close the connections that a plugin which was cut off has left open."""
    Store.open(world.store_path, needs_digest_key=False).close()


def _copy_database(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    one, two = sqlite3.connect(source), sqlite3.connect(target)
    try:
        one.backup(two)
    finally:
        one.close()
        two.close()
