"""Services that never come to an end: one byte now and then, wherever a request can wait for one.

A server here speaks each part of an exchange as slowly as it likes: handshake, status line,
headers, body, `100 Continue`, a proxy's answer. What must come of it is one sort of error in time.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import c4c_client.deadline
import exchange_client.deadline
import pytest
from c4c_client import BasicAuth, C4CClient, Create
from c4c_client import TransientError as C4CTransientError
from c4c_client import UnknownOutcomeError as C4CUnknownOutcomeError
from emulators.tls import create_tls
from exchange_client import ClientSecret, GraphClient, TransientError, UnknownOutcomeError
from fakes import c4c_calls, graph_calls
from fakes.wire import http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from emulators.tls import TlsMaterial

TIMEOUT = 0.4
#: Far from what a server that is believed would take, near enough to see that the setting counts.
PATIENCE = 15 * TIMEOUT
_PAUSE = 0.05

HEAD = b"HTTP/1.1 200 OK\r\n"
SLOW_PARTS: dict[str, tuple[bytes, bytes]] = {
    "status line": (b"", b"HTTP/1.1 200 " + b"O" * 60_000),
    "header": (HEAD, b"X-Slow: " + b"y" * 60_000),
    "headers": (HEAD, b"X: y\r\n" * 10_000),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
    "body with a length": (HEAD + b"Content-Length: 99999\r\n\r\n", b"{" * 99_999),
    "body without a length": (HEAD + b"\r\n", b"{" * 99_999),
    "body of a connection that closes": (HEAD + b"Connection: close\r\n\r\n", b"{" * 99_999),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n" * 10_000),
    "headers after a length": (HEAD + b"Content-Length: 2\r\n", b"X-Y: z\r\n" * 9_999),
}


class SlowServer:
    """Accepts connections; gives each to a function in a thread of its own."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._is_over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept)]
        self.port = self._listener.getsockname()[1]

    @contextmanager
    def running(self) -> Iterator[SlowServer]:
        self._threads[0].start()
        try:
            yield self
        finally:
            self._is_over.set()
            for thread in self._threads:
                thread.join()
            self._listener.close()

    def drip(self, line: Any, text: bytes) -> None:
        """Send a text one byte at a time until the other end has gone, or should have."""
        ends = time.monotonic() + 2 * PATIENCE
        for number in range(len(text)):
            if self._is_over.is_set() or time.monotonic() > ends:
                return
            line.sendall(text[number : number + 1])
            time.sleep(_PAUSE)

    def _accept(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                self._threads.append(
                    threading.Thread(target=self._one, args=self._listener.accept())
                )
                self._threads[-1].start()

    def _one(self, line: socket.socket, _: object) -> None:
        line.settimeout(5)
        with line, suppress(OSError):
            self._serve(line)


def slow_service(tls: TlsMaterial, answers: list[tuple[bytes, bytes]]) -> SlowServer:
    """A TLS server; of each answer it sends the first part at once and the second by and by."""
    waiting = list(answers)

    def serve(line: socket.socket) -> None:
        with tls.context.wrap_socket(line, server_side=True) as secure:
            while secure.recv(65536):
                at_once, slowly = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                secure.sendall(at_once)
                server.drip(secure, slowly)

    server = SlowServer(serve)
    return server


class Graph:
    before: tuple[tuple[bytes, bytes], ...] = ()
    transient, unknown = TransientError, UnknownOutcomeError

    def __init__(self, root: str, tls: TlsMaterial, timeout: float = TIMEOUT) -> None:
        self.client = GraphClient(
            "contoso.example",
            ClientSecret(client_id="app", client_secret="hush"),
            graph_url=root,
            ca_file=str(tls.ca_file),
            max_retries=1,
            timeout_seconds=timeout,
            sleep=lambda _: None,
        )
        self.client._api._tokens = graph_calls.Tokens()

    def read(self) -> Exception | None:
        return graph_calls.outcome_of(lambda: self.client.check_mailbox(graph_calls.BOX))[1]

    def write(self) -> Exception | None:
        (outcome,) = self.client.create_contacts(graph_calls.BOX, [graph_calls.CREATE])
        return outcome.error


class C4C:
    before = ((http(200, b"{}", "x-csrf-token: token", "Connection: keep-alive"), b""),)
    transient, unknown = C4CTransientError, C4CUnknownOutcomeError

    def __init__(self, root: str, tls: TlsMaterial, timeout: float = TIMEOUT) -> None:
        self.client = C4CClient(
            root + c4c_calls.PATH,
            BasicAuth("user", "hush-4711"),
            ca_file=str(tls.ca_file),
            max_retries=1,
            timeout_seconds=timeout,
            sleep=lambda _: None,
        )

    def read(self) -> Exception | None:
        return c4c_calls.outcome_of(lambda: self.client.get_record(c4c_calls.CONTACTS, "A"))[1]

    def write(self) -> Exception | None:
        (result,) = self.client.execute([Create(c4c_calls.CONTACTS, {"LastName": "x"})])
        return result.error


CALLERS = (Graph, C4C)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsMaterial:
    return create_tls(tmp_path_factory.mktemp("tls"))


def timed(work: Callable[[], Exception | None]) -> tuple[Exception | None, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("part", sorted(SLOW_PARTS))
def test_i26_a_slow_answer_ends_in_time(
    caller: type[Graph | C4C], part: str, tls: TlsMaterial
) -> None:
    with slow_service(tls, [SLOW_PARTS[part]]).running() as server:
        error, seconds = timed(caller(f"https://localhost:{server.port}", tls).read)
    assert isinstance(error, caller.transient)
    assert seconds < PATIENCE


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("part", ["continue", "header", "body without a length"])
def test_i10_a_slow_answer_to_a_write_leaves_its_outcome_open(
    caller: type[Graph | C4C], part: str, tls: TlsMaterial
) -> None:
    answers = [*caller.before, SLOW_PARTS[part]]
    with slow_service(tls, answers).running() as server:
        error, seconds = timed(caller(f"https://localhost:{server.port}", tls).write)
    assert isinstance(error, caller.unknown)
    assert seconds < PATIENCE


@pytest.mark.parametrize("caller", CALLERS)
def test_i26_a_handshake_without_end_ends_in_time(
    caller: type[Graph | C4C], tls: TlsMaterial
) -> None:
    # The head of a TLS record that is never filled.
    record = bytes((22, 3, 3, 64, 0)) + b"\2" * 16_000
    server = SlowServer(lambda line: server.drip(line, record))
    with server.running():
        error, seconds = timed(caller(f"https://localhost:{server.port}", tls).read)
    assert isinstance(error, caller.transient)
    assert seconds < PATIENCE


@pytest.mark.parametrize("caller", CALLERS)
def test_i26_a_proxy_without_end_ends_in_time(
    caller: type[Graph | C4C], tls: TlsMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        server.drip(line, b"HTTP/1.1 200 Connection established\r\n" + b"X: y\r\n" * 9_999)

    server = SlowServer(serve)
    with server.running():
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
        error, seconds = timed(caller("https://tenant.example", tls).read)
    assert isinstance(error, caller.transient)
    assert seconds < PATIENCE


@pytest.mark.parametrize("caller", CALLERS)
def test_a_connection_that_was_used_before_keeps_to_the_deadline(
    caller: type[Graph | C4C], tls: TlsMaterial
) -> None:
    good = http(200, b"[]", "Connection: keep-alive")
    answers = [(good, b""), SLOW_PARTS["header"]]
    with slow_service(tls, answers).running() as server:
        sender = caller(f"https://localhost:{server.port}", tls)
        assert sender.read() is not None
        error, seconds = timed(sender.read)
    assert isinstance(error, caller.transient)
    assert seconds < PATIENCE


@pytest.mark.parametrize("caller", CALLERS)
def test_requests_in_time_leave_nothing_behind(caller: type[Graph | C4C], tls: TlsMaterial) -> None:
    answers = [(http(200, b"[]", "Connection: keep-alive"), b"")]
    with slow_service(tls, answers).running() as server:
        sender = caller(f"https://localhost:{server.port}", tls, timeout=20)
        before = threading.active_count()
        for _ in range(20):
            sender.read()
        # The server's thread of the one connection; a timer that was stopped ends by itself.
        ends = time.monotonic() + 10
        while threading.active_count() > before + 1 and time.monotonic() < ends:
            time.sleep(0.01)
        assert threading.active_count() <= before + 1


@pytest.mark.parametrize("module", [c4c_client.deadline, exchange_client.deadline])
def test_a_deadline_ends_a_wait_on_any_socket(module: ModuleType) -> None:
    here, there = socket.socketpair()
    with here, there:
        deadline = module.Deadline(0.05)
        with pytest.raises(module.LateAnswerError), deadline:
            assert _read_watched(deadline, here) == b""
        late = module.Deadline(0.01)
        with pytest.raises(module.LateAnswerError), late:
            assert _read_watched(late, there, after=0.2) == b""


def _read_watched(deadline: Any, line: socket.socket, after: float = 0.0) -> bytes:
    time.sleep(after)
    deadline.watch(line.fileno())
    return line.recv(1)


def test_the_two_deadlines_are_the_same() -> None:
    """The clients do not know each other; what one learns the other must learn too."""
    texts = {
        Path(str(module.__file__)).read_text("utf-8")
        for module in (c4c_client.deadline, exchange_client.deadline)
    }
    assert len(texts) == 1


def test_tls_is_still_verified(tls: TlsMaterial, tmp_path: Path) -> None:
    other = create_tls(tmp_path)
    assert isinstance(other.context, ssl.SSLContext)
    with slow_service(tls, [(http(200, b"[]"), b"")]).running() as server:
        for caller in CALLERS:
            error = caller(f"https://localhost:{server.port}", other).read()
            assert "certificate" in str(error)
