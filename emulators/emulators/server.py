"""Serves one emulated service over TLS on the loopback interface, in a background thread."""

from __future__ import annotations

import io
import secrets
import socket
import sys
import threading
import traceback
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, Self

from typing_extensions import override
from werkzeug.datastructures import Headers
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from emulators.admin import AdminProxy, AdminSurface
from emulators.faults import ConnectionCut

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable
    from types import TracebackType

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from emulators.admin import ServiceAdmin
    from emulators.tls import TlsMaterial

HOST = "127.0.0.1"
_HANDSHAKE_SECONDS = 10
_IDLE_SECONDS = 60


class Service(Protocol):
    """One emulated service."""

    @property
    def name(self) -> str:
        """Lower-case name, part of the administration path."""
        ...

    @property
    def admin(self) -> ServiceAdmin:
        """Administration over HTTP and, for tests in the same process, directly."""
        ...

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request.

        Raises:
            ConnectionCut: The connection is to be closed without an answer.
        """
        ...

    def credentials(self, base_url: str) -> dict[str, str]:
        """Return what a client needs, by neutral names (`c4c_base_url`, `graph_client_id`, …).

        Args:
            base_url: Where the service is reached, `https://host:port` without a trailing slash.
        """
        ...


class EmulatorServer:
    """A service on a TLS port; a context manager that starts and stops it."""

    def __init__(self, service: Service, tls: TlsMaterial, port: int = 0) -> None:
        """Bind the port (0 = any free one) without answering yet."""
        self.service = service
        self.admin_token = secrets.token_urlsafe(24)
        self._ca_file = str(tls.ca_file)
        self._http = _TlsServer(self._app(), tls.context, port)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name=service.name, daemon=True
        )

    @property
    def base_url(self) -> str:
        """Address without a trailing slash; `localhost`, so that cookies and TLS names work."""
        return f"https://localhost:{self._http.port}"

    def admin_proxy(self) -> AdminProxy:
        """Return the administration over HTTP, as another process would use it."""
        return AdminProxy(self.base_url, self.service.name, self.admin_token, self._ca_file)

    def _app(self) -> AdminSurface:
        service = self.service
        return AdminSurface(service.wsgi_app, service.name, service.admin, self.admin_token)

    def replace_service(self, service: Service) -> None:
        """Let another service answer from now on, at the same address."""
        self.service = service
        self._http.app = self._app()

    def start(self) -> None:
        """Start answering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, close all connections and wait for the threads."""
        self._http.shutdown()
        self._thread.join()
        self._http.close_connections()

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()


class _TlsServer(ThreadedWSGIServer):
    """Werkzeug's threaded server, with the TLS handshake done in the connection's own thread.

    A client that connects and stays silent therefore cannot block the others.
    """

    def __init__(self, app: WSGIApplication, context: ssl.SSLContext, port: int) -> None:
        super().__init__(HOST, port, app, _Handler)
        self.ssl_context = context
        self._context = context
        self._connections: dict[ssl.SSLSocket, threading.Thread] = {}
        self._connections_lock = threading.Lock()

    @override
    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_HANDSHAKE_SECONDS)
        try:
            connection = self._context.wrap_socket(request, server_side=True)
        except OSError:
            # Port probes and clients that distrust our authority: their problem, not a log line.
            request.close()
            return
        connection.settimeout(_IDLE_SECONDS)
        with self._connections_lock:
            self._connections[connection] = threading.current_thread()
        try:
            super().finish_request(connection, client_address)
        finally:
            with self._connections_lock:
                del self._connections[connection]
            connection.close()

    def close_connections(self) -> None:
        with self._connections_lock:
            open_connections = dict(self._connections)
        for connection in open_connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in open_connections.values():
            thread.join()


class _Handler(WSGIRequestHandler):
    """HTTP/1.1 with connections kept alive.

    Werkzeug closes every connection because it does not drain request bodies; here the body is
    read completely before the application runs, so the next request line is where it should be.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @override
    def run_wsgi(self) -> None:
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        stream = environ["wsgi.input"]
        body = stream.read() if environ.get("wsgi.input_terminated") else stream.read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionCut:
            self._drop()
        except Exception:  # noqa: BLE001 - a defect of the emulator must reach the developer
            traceback.print_exc(file=sys.stderr)
            self._send("500 Emulator defect", Headers(), b"")
        else:
            self._send(status, headers, b"".join(chunks))

    def _send(self, status: str, headers: Headers, content: bytes) -> None:
        code, _, reason = status.partition(" ")
        # `send_response` would add the machine's date to that of the service.
        self.send_response_only(int(code), reason)
        self.send_header("Server", self.version_string())
        if "Date" not in headers:
            self.send_header("Date", self.date_time_string())
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    @override
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: requests carry personal data."""

    @override
    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing: idle connections and cut ones are part of the game."""
