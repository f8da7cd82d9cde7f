"""Two ends of a wire for bad answers: an adapter in memory, and a TLS server of raw bytes."""

from __future__ import annotations

import io
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any, Self

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulators.tls import TlsMaterial

Raw = tuple[int, "Mapping[str, str]", bytes]


class EndlessError(Exception):
    """More requests than any client in its right mind would send."""


@dataclass
class _Original:
    """What requests reads cookies from."""

    msg: HTTPMessage

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


class Wire(HTTPAdapter):
    """Answers every request by a function of it and of its number; remembers what it saw.

    Attributes:
        seen: Requests as they would have left this machine.
    """

    def __init__(
        self, answer: Callable[[requests.PreparedRequest, int], Raw], *, limit: int = 3000
    ) -> None:
        super().__init__()
        self.seen: list[requests.PreparedRequest] = []
        self._answer = answer
        self._limit = limit

    @property
    def hosts(self) -> set[str]:
        """Scheme and authority of every request."""
        return {"/".join(str(request.url).split("/")[:3]) for request in self.seen}

    def session(self) -> requests.Session:
        session = requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, self)
        return session

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if len(self.seen) == self._limit:
            raise EndlessError
        self.seen.append(request)
        status, headers, body = self._answer(request, len(self.seen))
        message = HTTPMessage()
        for name, value in headers.items():
            message[name] = value
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
            original_response=_Original(message),  # type: ignore[arg-type]  # as much as is read
        )
        return self.build_response(request, raw)


@dataclass
class RawServer:
    """A TLS server on a loopback port that answers each request with prepared bytes, then closes.

    Attributes:
        answers: One for each request; the last one is repeated.
        seen: Heads of the requests, as text.
    """

    tls: TlsMaterial
    answers: list[bytes] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            @override
            def handle(self) -> None:
                outer.serve(self.rfile, self.wfile)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.socket = self.tls.context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def root(self) -> str:
        return f"https://localhost:{self._server.server_address[1]}"

    def serve(self, source: Any, sink: Any) -> None:
        """Read one request, answer it."""
        head = b""
        while line := source.readline():
            head += line
            if line in (b"\r\n", b"\n"):
                break
        if not head:
            return
        text = head.decode("latin-1")
        sizes = [line for line in text.lower().splitlines() if line.startswith("content-length:")]
        source.read(int(sizes[0].split(":")[1]) if sizes else 0)
        self.seen.append(text)
        sink.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = True

    @override
    def handle_error(self, *_: object) -> None:
        """Say nothing: the client hangs up on some answers."""

    @override
    def get_request(self) -> tuple[Any, Any]:
        try:
            return super().get_request()
        except ssl.SSLError as error:
            raise OSError from error


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Give the bytes of an answer; `length` is what its Content-Length claims."""
    claimed = len(body) if length is None else length
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {claimed}", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body
