"""The C4C emulator in process, on a virtual clock, signed in with token and cookies."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from email.parser import BytesParser
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from emulators.c4c.service import C4CService
from emulators.clock import Clock
from werkzeug.test import Client

ROOT = "/sap/c4c/odata/v1/c4codataapi/"
HOST = "https://localhost"


class PartAnswer(NamedTuple):
    """One part of a batch answer; `parts` for a changeset that succeeded."""

    status: int
    body: Any
    headers: dict[str, str]
    parts: tuple[PartAnswer, ...] = ()


class C4C:
    """Calls the service; verbs return the decoded answer and demand the expected status."""

    def __init__(self) -> None:
        clock = Clock(datetime(2026, 11, 22, 10, tzinfo=timezone.utc))
        self.service = C4CService(clock, seed=7)
        self.admin = self.service.admin
        self.credentials = self.service.credentials(HOST)
        self.login = (self.credentials["c4c_username"], self.credentials["c4c_password"])
        self.http = Client(self.service.wsgi_app)
        self.token = self.fetch_token()

    def fetch_token(self) -> str:
        answer = self.call("GET", "ContactCollection", {"$top": "1"}, token="fetch")
        return str(answer.headers["x-csrf-token"])

    def call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Any:
        """Send one request below the service root and return the response."""
        sent = {"Accept": "application/json", "x-csrf-token": token or self.token}
        content = data
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        url = path if path.startswith("/") else ROOT + path
        return self.http.open(
            url + ("?" + urlencode(query, quote_via=quote) if query else ""),
            method=method,
            data=content,
            headers={**sent, **(headers or {})},
            auth=self.login,
            base_url=HOST,
        )

    def get(self, path: str, status: int = 200, /, **options: str) -> Any:
        """Read; `$` is put before each option. Returns `d.results`, or the error's text."""
        query = {f"${name}": value for name, value in options.items()}
        return self._content(self.call("GET", path, query), status)

    def post(self, path: str, status: int = 201, /, **body: Any) -> Any:
        return self._content(self.call("POST", path, body=body), status)

    def patch(self, path: str, status: int = 204, /, **body: Any) -> Any:
        return self._content(self.call("PATCH", path, body=body), status)

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            self.admin.set_switch(name, value)

    def pages(self, path: str, **options: str) -> list[list[Any]]:
        """Read all pages by following the server's links."""
        query = {f"${name}": value for name, value in options.items()}
        answer = self.call("GET", path, query).get_json()["d"]
        found = [answer["results"]]
        while "__next" in answer:
            answer = self.call("GET", answer["__next"].replace("https://localhost:443", ""))
            answer = answer.get_json()["d"]
            found.append(answer["results"])
        return found

    def batch(self, *items: Any, newline: str = "\r\n") -> Any:
        """Send a batch; an item is a request from `part`, or a list of them as a changeset."""
        text = _multipart([self._item(item) for item in items], "outer")
        data = text.replace("\r\n", newline).encode()
        headers = {"Content-Type": "multipart/mixed; boundary=outer"}
        return self.call("POST", "$batch", data=data, headers=headers)

    def batch_answers(self, *items: Any) -> list[PartAnswer]:
        response = self.batch(*items)
        assert response.status_code == 202
        return _parse(response.headers["Content-Type"], response.get_data())

    @staticmethod
    def part(method: str, target: str, body: Any = None, **headers: str) -> str:
        lines = [f"{method} {target} HTTP/1.1", "Accept: application/json"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append("Content-Type: application/json")
        content = "" if body is None else json.dumps(body)
        head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        return head + "\r\n".join(lines) + "\r\n\r\n" + content

    @staticmethod
    def _item(item: Any) -> str:
        if isinstance(item, str):
            return item
        inner = _multipart(list(item), "inner")
        return f"Content-Type: multipart/mixed; boundary=inner\r\n\r\n{inner}"

    @staticmethod
    def _content(response: Any, status: int) -> Any:
        assert response.status_code == status, response.get_data(as_text=True)
        if status >= 400:
            return response.get_json()["error"]["message"]["value"]
        return response.get_json()["d"]["results"] if response.get_data() else None


def _multipart(blocks: list[str], boundary: str) -> str:
    return "".join(f"--{boundary}\r\n{block}\r\n" for block in blocks) + f"--{boundary}--\r\n"


def _parse(content_type: str, body: bytes) -> list[PartAnswer]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message: Any = BytesParser().parsebytes(head + body)
    answers = []
    for part in message.get_payload():
        if part.is_multipart():
            text = part.as_bytes().partition(b"\n\n")[2]
            inner = tuple(_parse(part["Content-Type"], text))
            answers.append(PartAnswer(inner[0].status, None, {}, inner))
            continue
        line, _, rest = part.get_payload().replace("\r\n", "\n").partition("\n")
        head_text, _, content = rest.partition("\n\n")
        headers = dict(row.split(": ", 1) for row in head_text.split("\n") if row)
        content = json.loads(content) if content.startswith("{") else content
        answers.append(PartAnswer(int(line.split()[1]), content, headers))
    return answers


@pytest.fixture
def c4c() -> C4C:
    """A tenant without rows."""
    return C4C()


@pytest.fixture
def account(c4c: C4C) -> dict[str, Any]:
    """An account in Germany, as the administration shows it."""
    object_id = c4c.admin.create_account({"Name": "Alpha", "CountryCode": "DE", "City": "Bonn"})
    found = c4c.admin.get("CorporateAccountCollection", object_id)
    assert found is not None
    return found
