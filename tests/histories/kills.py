"""Kills a plugin at a chosen point: around a request, or around a commit of the store.

A kill is no exception that a handler could catch: everything that runs in the plugin ends with it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import requests
from contact_sync.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

POINTS = ("before_request", "after_request", "before_commit", "after_commit")


class Killed(BaseException):
    """The plugin is dead."""


class Kill:
    """Kills at the nth passage of a point, once; afterwards every further passage fails as well.

    Attributes:
        point: One of `POINTS`.
        nth: Passage that kills, counted from 1.
        has_fired: Whether it came to that.
    """

    def __init__(self, point: str, nth: int) -> None:
        self.point = point
        self.nth = nth
        self.has_fired = False
        self._is_dead = False
        self._passages = 0
        self._lock = threading.Lock()

    def revive(self) -> None:
        """Let the next plugin live."""
        self._is_dead = False

    def pass_(self, point: str) -> None:
        """Note a passage.

        Raises:
            Killed: This is the one, or the plugin is dead already.
        """
        with self._lock:
            if self._is_dead:
                raise Killed
            if point == self.point and not self.has_fired:
                self._passages += 1
                if self._passages == self.nth:
                    self.has_fired = self._is_dead = True
                    raise Killed

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Watch requests and commits."""
        send, write = requests.Session.send, Database.write

        def killing_send(session: requests.Session, *args: Any, **options: Any) -> Any:
            self.pass_("before_request")
            answer = send(session, *args, **options)
            self.pass_("after_request")
            return answer

        @contextmanager
        def killing_write(database: Database) -> Iterator[sa.Connection]:
            is_outermost = not database.is_in_transaction
            with write(database) as connection:
                yield connection
                if is_outermost:
                    self.pass_("before_commit")
            if is_outermost:
                self.pass_("after_commit")

        with (
            mock.patch.object(requests.Session, "send", killing_send),
            mock.patch.object(Database, "write", killing_write),
        ):
            yield
