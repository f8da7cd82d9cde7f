"""The C4C client on the C4C emulator in one process: no socket, and every byte is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from c4c_client import BasicAuth, C4CClient
from emulators.c4c.service import C4CService
from fakes.wire import Raw, Wire
from werkzeug.test import Client

if TYPE_CHECKING:
    import requests
    from emulators.c4c.admin import C4CAdmin

HOST = "https://localhost"
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding"})


class Service:
    """One tenant and a client of it.

    Attributes:
        admin: What users and administrators do there.
        client: The client, with few and instant repetitions.
        wire: Every request it sent.
        received: Bytes of all answers.
    """

    def __init__(self, **options: Any) -> None:
        service = C4CService(seed=7)
        self.admin: C4CAdmin = service.admin
        self.received = 0
        self.wire = Wire(self._answer)
        self._http = Client(service.wsgi_app)
        login = service.credentials(HOST)
        self.client = C4CClient(
            f"{HOST}{urlsplit(login['c4c_base_url']).path}",
            BasicAuth(login["c4c_username"], login["c4c_password"]),
            session=self.wire.session(),
            sleep=lambda _: None,
            **{"max_retries": 1, **options},
        )

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Verb and last part of the path of every request."""
        return [
            (str(one.method), urlsplit(str(one.url)).path.rpartition("/")[2])
            for one in self.wire.seen
        ]

    @property
    def sent(self) -> int:
        """Bytes of all requests: their URLs and bodies."""
        return sum(len(str(one.url)) + len(one.body or b"") for one in self.wire.seen)

    def restart_counting(self) -> None:
        self.wire.seen.clear()
        self.received = 0

    def _answer(self, request: requests.PreparedRequest, _: int) -> Raw:
        url = urlsplit(str(request.url))
        answer = self._http.open(
            f"{url.path}?{url.query}",
            method=request.method,
            data=request.body,
            headers=dict(request.headers),
            base_url=HOST,
        )
        headers = {name: value for name, value in answer.headers if name.lower() not in _HOP_BY_HOP}
        self.received += len(answer.data)
        return answer.status_code, headers, answer.data
