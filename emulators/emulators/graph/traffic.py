"""Counts calls, limits them per mailbox, and records them for comparison with an OpenAPI file."""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions

if TYPE_CHECKING:
    from collections.abc import Generator

    from emulators.graph.switches import Switches

RECORD_LIMIT = 5000


class Counters:
    """Calls by operation; thread-safe.

    Operations are named by method and path template. Parts of a batch count as `inner`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: Counter[str] = Counter()
        self._requests: dict[str, Counter[str]] = {}

    def count_request(self, method: str, template: str, *, is_inner: bool) -> None:
        """Count one request or one part of a batch."""
        with self._lock:
            entry = self._requests.setdefault(f"{method} {template}", Counter())
            entry["inner" if is_inner else "top"] += 1
            if template.endswith(("/delta", "/delta()")):
                self._numbers["delta_calls"] += 1

    def count(self, what: str) -> None:
        """Add one to `batches`, `writes`, `throttled` or `token_requests`."""
        with self._lock:
            self._numbers[what] += 1

    def report(self) -> dict[str, Any]:
        """Return all numbers as JSON."""
        names = ("batches", "delta_calls", "throttled", "token_requests", "writes")
        with self._lock:
            requests = {
                key: {"top": entry["top"], "inner": entry["inner"]}
                for key, entry in sorted(self._requests.items())
            }
            return {name: self._numbers[name] for name in names} | {"requests": requests}

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._numbers.clear()
            self._requests.clear()


class Recorder:
    """Keeps the last requests with their answers, when switched on."""

    def __init__(self) -> None:
        self.is_on = False
        self._records: deque[dict[str, Any]] = deque(maxlen=RECORD_LIMIT)

    def add(self, record: dict[str, Any]) -> None:
        """Keep one exchange."""
        if self.is_on:
            self._records.append(record)

    def records(self) -> list[dict[str, Any]]:
        """Return what was kept, oldest first."""
        return list(self._records)

    def clear(self) -> None:
        """Forget what was kept."""
        self._records.clear()


class MailboxSlots:
    """At most four requests at a time for one mailbox (Graph throttling limits, Outlook)."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()

    @contextmanager
    def occupy(self, user: str) -> Generator[None]:
        """Hold one slot while a request is served.

        Raises:
            GraphError: 429, all slots are taken.
        """
        with self._lock:
            if self._busy[user] >= self._switches.mailbox_concurrency:
                raise exceptions.throttled(self._switches.retry_after)
            self._busy[user] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[user] -= 1
