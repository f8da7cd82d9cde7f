"""Locks: one session at a time per mailbox."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.errors import SessionLockedError
from contact_sync.store.tables import session_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contact_sync.store.database import Database

_START_TIME_FIELD = 19  # the 22nd of /proc/PID/stat, counted behind the command name; proc(5)


class Locks:
    """Locks by mailbox, kept across the processes of one session."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def acquire(self, mailbox: str, owner: str, ttl_seconds: float = 900) -> None:
        """Take or renew the lock of a mailbox.

        The lock of a process of this host that has died is taken over at once, that of one that
        is certainly still running never; in doubt (another host) the time to live decides.

        Raises:
            SessionLockedError: Another session holds it.
        """
        now = self._now()
        mine = {
            "mailbox": mailbox,
            "owner": owner,
            "expires_at": now + timedelta(seconds=ttl_seconds),
        }
        query = sa.select(session_lock).where(session_lock.c.mailbox == mailbox)
        insert = self._database.insert(session_lock).values(mine)
        with self._database.write() as connection:
            seen = connection.execute(query).one_or_none()
            if seen and seen.owner != owner and _is_held(seen.owner, seen.expires_at, now):
                raise SessionLockedError(seen.owner)
            # Only the lock that was judged is replaced: where the look did not keep others from
            # writing (PostgreSQL), one of two sessions that start together finds the other's.
            judged = session_lock.c.owner == (seen.owner if seen else owner)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["mailbox"], set_=mine, where=judged)
            )
            holder = connection.execute(query).one().owner
            if holder != owner:
                raise SessionLockedError(holder)

    def release(self, mailbox: str, owner: str) -> None:
        """Give the lock back; nothing happens if this owner does not hold it."""
        held = (session_lock.c.mailbox == mailbox, session_lock.c.owner == owner)
        with self._database.write() as connection:
            connection.execute(sa.delete(session_lock).where(*held))

    def release_all(self, owner: str) -> None:
        """Give up every lock of a session; the end of a pipeline calls it."""
        with self._database.write() as connection:
            connection.execute(sa.delete(session_lock).where(session_lock.c.owner == owner))

    def is_any_held(self) -> bool:
        """Return whether a session is at work."""
        return bool(self._held())

    def held_elsewhere(self, owner: str) -> set[str]:
        """Return the mailboxes that sessions of other owners are at work on."""
        return {mailbox for mailbox, holder in self._held().items() if holder != owner}

    def _held(self) -> dict[str, str]:
        now = self._now()
        rows = self._database.fetch(sa.select(session_lock))
        return {row.mailbox: row.owner for row in rows if _is_held(row.owner, row.expires_at, now)}


def session_owner() -> str:
    """Return the owner that all plugins of one `meltano run` share: their parent process.

    The form is `host:pid:start`. The start tells a process from a later one with its number; it is
    left out where the system does not show it.
    """
    pid = os.getppid()
    start = _start_of(pid)
    return ":".join([socket.gethostname(), str(pid), *([start] if start else [])])


def _is_held(owner: str, expires_at: datetime, now: datetime) -> bool:
    is_running = _is_running(owner)
    return expires_at > now if is_running is None else is_running


def _is_running(owner: str) -> bool | None:
    """Return whether the owner's process runs; None if that cannot be known here."""
    host, _, process = owner.partition(":")
    pid, _, start = process.partition(":")
    # Only POSIX has a signal that does nothing.
    if host != socket.gethostname() or not pid.isdigit() or os.name != "posix":
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return (_start_of(int(pid)) == start) if start else None


def _start_of(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[_START_TIME_FIELD]
