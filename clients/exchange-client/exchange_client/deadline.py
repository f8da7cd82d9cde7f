"""A deadline for one whole request: connecting, sending, headers and body together.

requests and urllib3 bound the wait between two pieces of an answer. A server that sends one byte
now and then, or `100 Continue` for ever, holds them as long as it likes. Here a timer shuts the
request's sockets down, whatever is being waited for on them: a handshake, a proxy, a header.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from urllib3 import PoolManager

_here = threading.local()


class LateAnswerError(Exception):
    """The request was not answered to its end in time."""


class Deadline:
    """A block that ends with `LateAnswerError` once its time is over, whatever happened in it.

    What breaks in the block because its sockets were shut down must not be taken for an answer:
    without a length, a body that is cut off looks like one that has ended.

    Args:
        seconds: For the whole block.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._is_over = False
        self._lines: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Start the clock for requests of this thread."""
        _here.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the clock.

        Raises:
            LateAnswerError: The time was over before.
        """
        _here.deadline = None
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()
            if self._is_over:
                raise LateAnswerError from None

    def watch(self, descriptor: int) -> None:
        """Shut the socket of this descriptor down when the time is over."""
        # A handle of our own: TLS takes the first one away, and a connection that is to be closed
        # gives its own up before the body has arrived.
        line = socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM)
        with self._lock:
            self._lines.append(line)
            if self._is_over:
                _shut(line)

    def _expire(self) -> None:
        with self._lock:
            self._is_over = True
            for line in self._lines:
                _shut(line)


class DeadlineAdapter(HTTPAdapter):
    """The adapter of requests, with connections that keep to the deadline of their thread."""

    @override
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        _use_our_pools(self.poolmanager)

    @override
    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        if not str(proxy).lower().startswith("socks"):
            _use_our_pools(manager)
        return manager


class _Connection(HTTPConnection):
    @override
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _watch(connected)
        return connected

    @override
    def request(self, *arguments: Any, **options: Any) -> None:
        if self.sock is not None:
            _watch(self.sock)
        super().request(*arguments, **options)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # ty: ignore[invalid-assignment]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection  # ty: ignore[invalid-assignment]


def _use_our_pools(manager: PoolManager) -> None:
    pools = {"http": _Pool, "https": _TlsPool}
    manager.pool_classes_by_scheme = pools  # ty: ignore[invalid-assignment]


def _watch(connected: socket.socket) -> None:
    deadline: Deadline | None = getattr(_here, "deadline", None)
    if deadline is not None:
        deadline.watch(connected.fileno())


def _shut(line: socket.socket) -> None:
    with suppress(OSError):  # the other end was quicker
        line.shutdown(socket.SHUT_RDWR)
