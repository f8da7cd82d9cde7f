"""Keeps every mailbox within what Exchange allows: four requests at a time, quiet when told.

Source: Graph docs, "Throttling limits", Outlook service: per app and mailbox.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange_client.errors import ThrottledError
from exchange_client.retry import MAX_WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

MAX_PARALLEL = 4


@dataclass
class _Lane:
    in_flight: int = 0
    closed_until: float = 0.0


class Gate:
    """Admits requests lane by lane; a lane is a mailbox or the token service.

    Args:
        clock: Monotonic seconds.
        sleep: Waits the given seconds.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._changed = threading.Condition()
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)

    def pause(self, lane: str, seconds: float) -> None:
        """Let nothing into the lane for this long."""
        with self._changed:
            state = self._lanes[lane]
            state.closed_until = max(state.closed_until, self._clock() + seconds)

    @contextmanager
    def enter(self, lane: str, weight: int) -> Generator[None, None, None]:
        """Hold `weight` of the lane's four places; waits for them and for the pause to end.

        Raises:
            ThrottledError: The pause is longer than this client waits.
        """
        self._take(lane, weight)
        try:
            yield
        finally:
            with self._changed:
                self._lanes[lane].in_flight -= weight
                self._changed.notify_all()

    def _take(self, lane: str, weight: int) -> None:
        waited_until = None
        while True:
            with self._changed:
                state = self._lanes[lane]
                while state.in_flight + weight > MAX_PARALLEL:
                    self._changed.wait()
                remaining = state.closed_until - self._clock()
                # One sleep per announced pause: a sleep that returns early ends it as well.
                if remaining <= 0 or state.closed_until == waited_until:
                    state.in_flight += weight
                    return
                waited_until = state.closed_until
            if remaining > MAX_WAIT_SECONDS:
                raise ThrottledError("the service asked to wait", retry_after_seconds=remaining)
            self._sleep(remaining)
