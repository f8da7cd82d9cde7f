"""Administration of an emulated service, in process or over HTTP, by the same method calls.

Over HTTP a public method of the service's `Admin` object is
`POST /_admin/<service>/<method>` with `{"args": [...], "kwargs": {...}}` and the secret token
header; the answer is `{"result": …}`. Arguments and results are therefore JSON values.
"""

from __future__ import annotations

import hmac
import inspect
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.wrappers import Request, Response

from emulators.clock import Clock, parse_instant
from emulators.faults import Fault, FaultScript, for_good

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/_admin/"
TOKEN_HEADER = "X-Emulator-Token"  # noqa: S105 - a header's name
_TIMEOUT_SECONDS = 60


class AdminError(Exception):
    """The administration call was refused; the text says why."""


class ServiceAdmin:
    """What every service offers: its clock and its fault script. Base class of each `Admin`."""

    def __init__(self, clock: Clock, faults: FaultScript) -> None:
        self._clock = clock
        self._faults = faults

    def now(self) -> str:
        """Return the service's present time, ISO 8601 UTC."""
        return self._clock.now().isoformat()

    def set_clock(self, instant: str) -> None:
        """Make the clock virtual, standing at an ISO 8601 instant."""
        self._clock.set(parse_instant(instant))

    def advance_clock(self, seconds: float) -> None:
        """Move the clock; negative values move it back."""
        self._clock.advance(seconds)

    def release_clock(self) -> None:
        """Return to the system's clock."""
        self._clock.release()

    def add_fault(self, **fault: Any) -> int:  # noqa: ANN401 - the attributes of `Fault`
        """Register a fault (attributes of `faults.Fault`) and return its number.

        Raises:
            ValueError: Unknown kind.
            TypeError: Unknown attribute.
        """
        return self._faults.add(Fault(**fault))

    def trouble_for_good(self, answer: str, **conditions: Any) -> int:  # noqa: ANN401 - as above
        """Register a fault that lasts until all are cleared (`faults.for_good`)."""
        return self._faults.add(for_good(answer, **conditions))

    def operations(self) -> list[str]:
        """Return the name of every operation of the service, for faults of each of them."""
        return sorted(self._faults.operations)

    def fault_report(self) -> list[dict[str, Any]]:
        """Return all faults with how often they matched and fired."""
        return self._faults.report()

    def unused_faults(self) -> list[dict[str, Any]]:
        """Return the faults that never fired."""
        return self._faults.unused()

    def clear_faults(self) -> None:
        """Forget all faults."""
        self._faults.clear()


class AdminSurface:
    """WSGI middleware that serves the administration of one service beside the service."""

    def __init__(self, app: WSGIApplication, name: str, admin: ServiceAdmin, token: str) -> None:
        self._app = app
        self._prefix = f"{PREFIX}{name}/"
        self._admin = admin
        self._token = token

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer administration calls, pass on everything else."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        return self._answer(Request(environ), path)(environ, start_response)

    def _answer(self, request: Request, path: str) -> Response:
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return _reply({"error": "administration token missing or wrong"}, HTTPStatus.FORBIDDEN)
        method = self._method(path)
        if method is None or request.method != "POST":
            return _reply({"error": "no such administration method"}, HTTPStatus.NOT_FOUND)
        body = json.loads(request.get_data() or b"{}")
        try:
            result = method(*body.get("args", ()), **body.get("kwargs", {}))
        except (ValueError, TypeError, LookupError) as error:
            text = f"{type(error).__name__}: {error}"
            return _reply({"error": text}, HTTPStatus.BAD_REQUEST)
        return _reply({"result": result}, HTTPStatus.OK)

    def _method(self, path: str) -> Callable[..., Any] | None:
        name = path[len(self._prefix) :] if path.startswith(self._prefix) else ""
        if not name.isidentifier() or name.startswith("_"):
            return None
        method = getattr(self._admin, name, None)
        return method if inspect.ismethod(method) else None


class AdminProxy:
    """Calls the methods of a remote `Admin` as if it were here: `proxy.add_fault(kind="latency")`.

    Attributes are resolved remotely, so `proxy.anything(...)` is a request.
    """

    def __init__(self, base_url: str, service: str, token: str, ca_file: str) -> None:
        """Take the server's address, the service's name, the secret and the CA to trust."""
        self._url = f"{base_url.rstrip('/')}{PREFIX}{service}/"
        self._token = token
        self._ca_file = ca_file

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function that makes the remote call.

        Raises:
            AttributeError: The name is private.
        """
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: object, **kwargs: object) -> Any:  # noqa: ANN401 - any JSON value
            response = requests.post(
                self._url + name,
                json={"args": args, "kwargs": kwargs},
                headers={TOKEN_HEADER: self._token},
                timeout=_TIMEOUT_SECONDS,
                verify=self._ca_file,
                allow_redirects=False,
            )
            answer = response.json()
            if response.status_code != HTTPStatus.OK:
                raise AdminError(answer["error"])
            return answer["result"]

        return call


def _reply(body: dict[str, Any], status: HTTPStatus) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
