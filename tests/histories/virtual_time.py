"""One clock for both services, the sync store and the waits of the clients; no chance in ids.

Nothing waits for real: a wait moves the clock. What is patched are the default arguments by which
the product takes its clock, so that no product code knows.
"""

from __future__ import annotations

import random
import threading
import uuid
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from unittest import mock

from c4c_client import C4CClient
from contact_sync.requests import TapRequests
from contact_sync.store import Store
from exchange_client.graph import GraphClient
from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulators.admin import ServiceAdmin
    from harness.world import World

START = datetime(2030, 3, 4, 8, tzinfo=timezone.utc)


class VirtualTime:
    """A clock that stands still unless somebody waits or lets time pass."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = START
        self._worlds: list[World] = []

    def now(self) -> datetime:
        """Return the present time, UTC, aware."""
        with self._lock:
            # Two looks at the clock are never the same moment.
            self._now += timedelta(microseconds=10)
            return self._now

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return (self.now() - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let time pass for everybody."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
        for world in self._worlds:
            world.graph.advance_clock(seconds)
            world.c4c.advance_clock(seconds)

    def skew(self, admin: ServiceAdmin, seconds: float) -> None:
        """Let a service's clock be so far ahead of ours, or behind, from now on."""
        admin.set_clock((self.now() + timedelta(seconds=seconds)).isoformat())

    @contextmanager
    def rule(self, world: World) -> Iterator[None]:
        """Put a world and the product under this clock."""
        self._worlds.append(world)
        world.graph.set_clock(self.now().isoformat())
        world.c4c.set_clock(self.now().isoformat())
        waits = {"sleep": self.sleep, "clock": self.monotonic}
        looks = {"now": self.now}
        # Ids are the same in every play.
        chance = random.Random(1)
        with ExitStack() as patches:
            fresh = patches.enter_context(mock.patch.object(uuid, "uuid4"))
            fresh.side_effect = lambda: uuid.UUID(int=chance.getrandbits(128))
            for function, clocks in (
                (C4CClient.__init__, {**waits, **looks}),
                (TapC4C.__init__, looks),
                (GraphClient.__init__, waits),
                (_plain(Store.open), looks),
                (_plain(TapRequests.open), looks),
            ):
                patches.enter_context(mock.patch.dict(_defaults(function), clocks))
            yield
        self._worlds.remove(world)


def _plain(method: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = method.__func__
    return found


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    found = function.__kwdefaults__
    assert found is not None
    return found
