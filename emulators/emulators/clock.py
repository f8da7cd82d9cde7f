"""Time as the emulated services see it: real, or virtual and moved by the test.

Nothing else in the package reads the system clock.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

TICKS_PER_SECOND = 10_000_000
"""One tick is 100 ns, the precision of C4C time stamps and of Windows file times."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_datetime(ticks: int) -> datetime:
    """Convert ticks since 1970 to an aware UTC datetime (cut to microseconds)."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def to_ticks(moment: datetime) -> int:
    """Convert an aware datetime to ticks since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant with a zone (`Z` allowed) into an aware UTC datetime.

    Raises:
        ValueError: No instant, or one without a zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the instant has no time zone")
    return moment.astimezone(timezone.utc)


class Clock:
    """Thread-safe clock; virtual when given a start, else the system's clock plus a skew."""

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._frozen: int | None = None if start is None else to_ticks(start)
        self._skew = 0
        self._last_stamp = 0

    def ticks(self) -> int:
        """Return the present time in ticks since 1970, UTC."""
        with self._lock:
            return self._ticks()

    def now(self) -> datetime:
        """Return the present time, UTC, aware."""
        return to_datetime(self.ticks())

    def stamp(self) -> int:
        """Return ticks that differ from the stamp before, so that two writes never look alike.

        A clock that was set back is followed; only a standstill is nudged.
        """
        with self._lock:
            ticks = self._ticks()
            if 0 <= self._last_stamp - ticks < TICKS_PER_SECOND:
                ticks = self._last_stamp + 1
            self._last_stamp = ticks
            return ticks

    def set(self, moment: datetime) -> None:
        """Make the clock virtual, standing at this moment."""
        with self._lock:
            self._frozen = to_ticks(moment)
            self._skew = 0

    def advance(self, seconds: float) -> None:
        """Move the clock (backward if negative); a real clock keeps running from there."""
        with self._lock:
            self._skew += round(seconds * TICKS_PER_SECOND)

    def release(self) -> None:
        """Return to the system's clock without skew."""
        with self._lock:
            self._frozen = None
            self._skew = 0

    def sleep(self, seconds: float) -> None:
        """Let time pass: really on a real clock, at once on a virtual one."""
        if self._frozen is None:
            time.sleep(seconds)
        else:
            self.advance(seconds)

    def _ticks(self) -> int:
        base = time.time_ns() // 100 if self._frozen is None else self._frozen
        return base + self._skew
