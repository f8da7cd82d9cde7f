"""Locks: one session per mailbox; a dead one keeps nobody out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contact_sync.store import SessionLockedError, Store, session_owner
from contact_sync.store import locks as locks_module

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ADA = "ada@contoso.example"
HOST = socket.gethostname()
FAR = "other-host:1"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db"), now=clock) as opened:
        yield opened


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_owner_names_the_parent_on_this_host() -> None:
    assert session_owner().startswith(f"{HOST}:{os.getppid()}")
    assert session_owner() == session_owner()


def test_mailboxes_of_other_sessions_are_named_while_they_are_at_work(
    store: Store, clock: Clock
) -> None:
    store.locks.acquire(ADA, FAR, ttl_seconds=60)
    store.locks.acquire("mine@contoso.example", session_owner())
    assert store.locks.held_elsewhere(session_owner()) == {ADA}
    clock.now += timedelta(seconds=61)
    assert store.locks.held_elsewhere(session_owner()) == set()


def test_second_session_is_refused_and_told_by_whom(store: Store, tmp_path: Path) -> None:
    store.locks.acquire(ADA, FAR)
    with Store.open(str(tmp_path / "sync.db"), now=lambda: NOON) as other:
        with pytest.raises(SessionLockedError, match=FAR) as caught:
            other.locks.acquire(ADA, "third-host:1")
        other.locks.acquire("bob@contoso.example", "third-host:1")
    assert caught.value.owner == FAR
    assert "@" not in str(caught.value)


def test_released_lock_is_free_but_only_its_owner_releases_it(store: Store) -> None:
    store.locks.acquire(ADA, FAR)
    store.locks.release(ADA, "third-host:1")
    assert store.locks.is_any_held()
    store.locks.release(ADA, FAR)
    assert not store.locks.is_any_held()
    store.locks.acquire(ADA, "third-host:1")


def test_lock_of_another_host_expires_unless_it_is_renewed(store: Store, clock: Clock) -> None:
    store.locks.acquire(ADA, FAR, ttl_seconds=60)
    clock.now += timedelta(seconds=50)
    store.locks.acquire(ADA, FAR, ttl_seconds=60)
    clock.now += timedelta(seconds=50)
    with pytest.raises(SessionLockedError):
        store.locks.acquire(ADA, "third-host:1")
    clock.now += timedelta(seconds=10)
    assert not store.locks.is_any_held()
    store.locks.acquire(ADA, "third-host:1")


@pytest.mark.parametrize("start", ["", ":12345"])
def test_lock_of_a_dead_process_is_taken_over_at_once(
    store: Store, dead_pid: int, start: str
) -> None:
    store.locks.acquire(ADA, f"{HOST}:{dead_pid}{start}")
    assert not store.locks.is_any_held()
    store.locks.acquire(ADA, FAR)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system shows no start time of processes"
)


@needs_proc
def test_lock_of_a_running_process_never_expires(store: Store, clock: Clock) -> None:
    store.locks.acquire(ADA, session_owner(), ttl_seconds=1)
    clock.now += timedelta(days=1)
    with pytest.raises(SessionLockedError):
        store.locks.acquire(ADA, FAR)


@needs_proc
def test_number_of_a_dead_process_that_is_used_again_keeps_nobody_out(store: Store) -> None:
    store.locks.acquire(ADA, f"{HOST}:{os.getpid()}:1")
    store.locks.acquire(ADA, FAR)


def test_process_without_a_known_start_is_trusted_until_expiry(store: Store, clock: Clock) -> None:
    store.locks.acquire(ADA, f"{HOST}:{os.getpid()}", ttl_seconds=60)
    with pytest.raises(SessionLockedError):
        store.locks.acquire(ADA, FAR)
    clock.now += timedelta(seconds=60)
    store.locks.acquire(ADA, FAR)


@pytest.mark.parametrize("owner", [HOST, f"{HOST}:x", f"{HOST}:{10**30}", "a:b:c:d", ""])
def test_owner_that_cannot_be_judged_is_trusted_until_expiry(
    store: Store, clock: Clock, owner: str
) -> None:
    store.locks.acquire(ADA, owner, ttl_seconds=60)
    assert store.locks.is_any_held()
    clock.now += timedelta(seconds=60)
    assert not store.locks.is_any_held()


def test_process_of_another_user_counts_as_running(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setattr(locks_module, "_start_of", lambda _: "77")
    store.locks.acquire(ADA, f"{HOST}:4242:77", ttl_seconds=1)
    clock.now += timedelta(days=1)
    assert store.locks.is_any_held()


def test_owner_without_a_start_where_the_system_hides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks_module, "_start_of", lambda _: "")
    assert session_owner() == f"{HOST}:{os.getppid()}"
