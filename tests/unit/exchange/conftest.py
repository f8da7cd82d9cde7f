"""A scripted Graph and token service behind the real `requests` and the real msal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from exchange_client import ClientSecret, GraphClient
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOGIN = "https://login.microsoftonline.com/contoso.example"


@dataclass(frozen=True)
class Reply:
    """One scripted answer; `body` bytes go out as they are."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def error(cls, status: int, code: str, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"error": {"code": code, "message": "text that names anna@contoso.example"}}
        return cls(status, body, named)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived, alone or as a part of a batch."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    verify: Any = None

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.url).path).removeprefix("/v1.0")

    @property
    def query(self) -> str:
        return unquote(urlsplit(self.url).query)


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class Service(BaseAdapter):
    """Answers by method and path; the last answer of a script is repeated for ever.

    A batch is taken apart and its parts are answered by the same scripts, in reverse order,
    unless `/$batch` itself has a script. An answer may be an exception, a function of the
    request, or None: no answer to this part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.seen: list[Seen] = []
        self.parts: list[Seen] = []
        self.batches: list[int] = []
        self.closed = 0
        self._scripts: dict[tuple[str, str], list[Any]] = {}
        self.on("GET", f"{LOGIN}/v2.0/.well-known/openid-configuration", Reply(body=_discovery()))
        self.on(
            "POST",
            f"{LOGIN}/oauth2/v2.0/token",
            *[
                Reply(body={"access_token": f"t{n}", "token_type": "Bearer", "expires_in": 3600})
                for n in range(5)
            ],
        )

    def on(self, method: str, path: str, *answers: Any) -> None:
        self._scripts[method, path] = list(answers)

    def client(self, **options: Any) -> GraphClient:
        session = requests.Session()
        session.mount("https://", self)
        settings = {
            "session": session,
            "sleep": self.clock.sleep,
            "clock": self.clock,
            "page_size": 50,
            **options,
        }
        credentials = settings.pop(
            "credentials", ClientSecret(client_id="app", client_secret="hush")
        )
        return GraphClient(settings.pop("tenant", "contoso.example"), credentials, **settings)

    def graph_calls(self) -> list[Seen]:
        return [seen for seen in self.seen if "login." not in seen.url]

    @override
    def send(
        self, request: requests.PreparedRequest, *_: Any, verify: Any = True, **__: Any
    ) -> requests.Response:
        body = request.body
        is_json = "json" in str(request.headers.get("Content-Type"))
        seen = Seen(
            str(request.method),
            str(request.url),
            request.headers,
            json.loads(body) if is_json and body else body,
            verify,
        )
        self.seen.append(seen)
        reply = self._answer(seen)
        if reply is None and seen.path == "/$batch":
            reply = self._batch(seen.body["requests"])
        if reply is None and seen.path.endswith("/contactFolders/contacts"):
            reply = Reply(body={"id": "default", "displayName": "Contacts"})
        if reply is None:
            reply = Reply.error(404, "ErrorItemNotFound")
        return _response(request, reply)

    @override
    def close(self) -> None:
        self.closed += 1

    def _batch(self, requests_: list[dict[str, Any]]) -> Reply:
        self.batches.append(len(requests_))
        responses = []
        for wire in requests_:
            part = Seen(wire["method"], wire["url"], wire["headers"], wire.get("body"))
            self.parts.append(part)
            if (part.method, part.path) in self._scripts:
                reply = self._answer(part)
            else:
                reply = Reply.error(404, "ErrorItemNotFound")
            if reply is not None:
                answer = {"status": reply.status, "headers": reply.headers, "body": reply.body}
                responses.append({"id": wire["id"], **answer})
        return Reply(body={"responses": responses[::-1]})

    def _answer(self, seen: Seen) -> Reply | None:
        bare_url = seen.url.partition("?")[0]
        script = self._scripts.get((seen.method, bare_url)) or self._scripts.get(
            (seen.method, seen.path)
        )
        if not script:
            return None
        answer: Any = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        result: Reply | None = answer(seen) if callable(answer) else answer
        return result


def _discovery() -> dict[str, str]:
    return {
        "issuer": f"{LOGIN}/v2.0",
        "authorization_endpoint": f"{LOGIN}/oauth2/v2.0/authorize",
        "token_endpoint": f"{LOGIN}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{LOGIN}/oauth2/v2.0/devicecode",
    }


def _response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.headers = CaseInsensitiveDict(reply.headers)
    response.request, response.url = request, str(request.url)
    is_raw = isinstance(reply.body, bytes)
    response._content = reply.body if is_raw else json.dumps(reply.body).encode()
    return response


def contact(contact_id: str, **properties: Any) -> dict[str, Any]:
    """Give a complete contact entity."""
    from exchange_client.contact_fields import PROPERTIES  # noqa: PLC0415 - one name, used once

    defaults: dict[str, Any] = dict.fromkeys(PROPERTIES)
    return {
        **defaults,
        "@odata.etag": f'W/"ck-{contact_id}"',
        "id": contact_id,
        "changeKey": f"ck-{contact_id}",
        "parentFolderId": "F",
        **properties,
    }


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def entity() -> Callable[..., dict[str, Any]]:
    return contact
