"""Bad answers over a real connection: redirects, sizes that lie, answers without end."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import BasicAuth, C4CClient, Create
from c4c_client import ProtocolError as C4CProtocolError
from c4c_client import UnknownOutcomeError as C4CUnknownOutcomeError
from c4c_client import connection as c4c_connection
from c4c_client.errors import C4CError
from emulators.tls import create_tls
from exchange_client import ClientSecret, GraphClient
from exchange_client import transport as exchange_transport
from exchange_client.errors import ExchangeError, ProtocolError, UnknownOutcomeError
from fakes import c4c_calls, graph_calls
from fakes.wire import RawServer, http

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# urllib3 leaves the socket of an answer with two lengths to the garbage collector.
dropped_sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PROTOCOL_ERRORS = (ProtocolError, C4CProtocolError)
UNKNOWN = (UnknownOutcomeError, C4CUnknownOutcomeError)


@dataclass
class Graph:
    """The Graph client on a server of raw bytes."""

    server: RawServer
    body = json.dumps(graph_calls.FOLDER).encode()
    secret = "Authorization: Bearer secret-token"
    before: tuple[bytes, ...] = ()
    module: Any = exchange_transport

    def _client(self) -> GraphClient:
        client = GraphClient(
            "contoso.example",
            ClientSecret(client_id="app", client_secret="hush"),
            graph_url=self.server.root,
            ca_file=str(self.server.tls.ca_file),
            max_retries=1,
            timeout_seconds=20,
            sleep=lambda _: None,
        )
        client._api._tokens = graph_calls.Tokens()
        return client

    def read(self) -> Exception | None:
        """Read something; give the error of the tree, if there is one."""
        return graph_calls.outcome_of(lambda: self._client().check_mailbox(graph_calls.BOX))[1]

    def write(self) -> Exception | None:
        """Create something; give what is said about it."""
        (outcome,) = self._client().create_contacts(graph_calls.BOX, [graph_calls.CREATE])
        return outcome.error


@dataclass
class C4C:
    """The C4C client on a server of raw bytes; it asks for a token before it writes."""

    server: RawServer
    body = json.dumps(c4c_calls.single(c4c_calls.row("A"))).encode()
    secret = "Authorization: Basic "
    before: tuple[bytes, ...] = (http(200, b"{}", "x-csrf-token: token"),)
    module: Any = c4c_connection

    def _client(self) -> C4CClient:
        return C4CClient(
            self.server.root + c4c_calls.PATH,
            BasicAuth("user", "hush-4711"),
            ca_file=str(self.server.tls.ca_file),
            max_retries=1,
            timeout_seconds=20,
            sleep=lambda _: None,
        )

    def read(self) -> Exception | None:
        """Read something; give the error of the tree, if there is one."""
        return c4c_calls.outcome_of(lambda: self._client().get_record(c4c_calls.CONTACTS, "A"))[1]

    def write(self) -> Exception | None:
        """Create something; give what is said about it."""
        (result,) = self._client().execute([Create(c4c_calls.CONTACTS, {"LastName": "x"})])
        return result.error


@pytest.fixture(params=[Graph, C4C])
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Graph | C4C]:
    with RawServer(create_tls(tmp_path)) as server:
        yield request.param(server)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_i37_a_redirect_is_not_followed(caller: Graph | C4C, status: int) -> None:
    good = caller.server
    with RawServer(good.tls) as evil:
        evil.answers = [http(200, caller.body)]
        redirect = http(status, b"", f"Location: {evil.root}/v1.0/me")
        good.answers = [redirect]
        assert isinstance(caller.read(), PROTOCOL_ERRORS)
        assert caller.secret in good.seen[0]
        good.answers = [*caller.before, redirect]
        assert isinstance(caller.write(), (ExchangeError, C4CError))
        assert evil.seen == []


def broken(body: bytes) -> dict[str, bytes]:
    return {
        "a body shorter than it claims": http(200, body, length=len(body) + 9),
        "a body longer than it claims": http(200, body, length=len(body) - 9),
        "a length that is no number": http(200, body).replace(b"Length: ", b"Length: x"),
        "two lengths": http(200, body, "Content-Length: 7"),
        "a chunk that is none": http(200, b"zz\r\n" + body, "Transfer-Encoding: chunked"),
        "a chunk that is cut": http(200, b"ffff\r\n" + body, "Transfer-Encoding: chunked"),
        "gzip that is none": http(200, body, "Content-Encoding: gzip"),
        "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
        "nothing": b"",
        "a head without an end": b"HTTP/1.1 200 OK\r\nX: y",
        "a long header": http(200, body, f"X: {'y' * 70_000}"),
        "many headers": http(200, body, *[f"X-{n}: y" for n in range(300)]),
    }


@dropped_sockets
def test_i10_broken_answers_never_lead_to_a_second_write(caller: Graph | C4C) -> None:
    for what, answer in broken(caller.body).items():
        caller.server.answers = [answer]
        assert "Zeb" not in str(caller.read()), what
        caller.server.answers, caller.server.seen = [*caller.before, answer], []
        assert isinstance(caller.write(), UNKNOWN), what
        sent = [head.split()[0] for head in caller.server.seen]
        assert sent.count("POST") == 1, what


def test_an_answer_without_end_is_given_up(
    caller: Graph | C4C, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.module, "LONGEST_ANSWER_BYTES", 1024 * 1024)
    bomb = http(200, gzip.compress(b" " * 20 * 1024 * 1024), "Content-Encoding: gzip")
    assert len(bomb) < 100_000
    caller.server.answers = [bomb]
    error = caller.read()
    assert isinstance(error, PROTOCOL_ERRORS)
    assert "does not end" in str(error)
    assert len(caller.server.seen) == 1
    caller.server.answers = [*caller.before, bomb]
    assert isinstance(caller.write(), UNKNOWN)


def test_i50_a_small_answer_fills_no_memory(caller: Graph | C4C) -> None:
    body = b"[" + b"[]," * 10_000_000 + b"[]]"
    bomb = http(200, gzip.compress(body), "Content-Encoding: gzip")
    assert len(bomb) < 100_000
    caller.server.answers = [bomb]
    tracemalloc.start()
    try:
        error = caller.read()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, PROTOCOL_ERRORS)
    # The answer as it came, and as text.
    assert peak < 5 * len(body)


def test_i50_a_token_is_short(tmp_path: Path) -> None:
    with RawServer(create_tls(tmp_path)) as server:
        server.answers = [http(200, b" " * 2_000_000)]
        client = GraphClient(
            "contoso.example",
            ClientSecret(client_id="app", client_secret="hush"),
            authority_url=server.root,
            ca_file=str(server.tls.ca_file),
            max_retries=1,
            sleep=lambda _: None,
        )
        error = graph_calls.outcome_of(lambda: client.check_mailbox(graph_calls.BOX))[1]
        assert "does not end" in str(error)
        assert len(server.seen) == 1
