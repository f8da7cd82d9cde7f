"""A small C4C that answers reads, searches and writes of contacts, part by part."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import requests
from c4c_client import (
    BasicAuth,
    C4CClient,
    Create,
    Update,
)
from requests.adapters import BaseAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

ROOT = "https://tenant.example/x/"
CONTACTS = "ContactCollection"
Inner = tuple[int, Any]


def response(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made._content = body
    return made


@dataclass
class Tenant(BaseAdapter):
    """Answers single reads and batches; `on_batch` and `on_part` may answer in its place."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    on_batch: Callable[[int, requests.PreparedRequest], requests.Response | None] | None = None
    on_part: Callable[[str, str], Inner | None] | None = None
    on_answer: Callable[[bytes], bytes] = lambda body: body
    batches: list[list[str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def close(self) -> None:
        pass

    def client(self, **settings: Any) -> C4CClient:
        session = requests.Session()
        session.mount("https://", self)
        auth = BasicAuth("user", "password")
        return C4CClient(ROOT, auth, session=session, sleep=self.waits.append, **settings)

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # options unused
        if request.method == "GET":
            path = unquote((request.url or "").removeprefix(ROOT))
            status, content = self.answer("GET", path, {}, b"")
            return response(status, json.dumps(content).encode(), x_csrf_token="T")
        assert isinstance(request.body, bytes)
        parts = list(inner_requests(request.headers["Content-Type"], request.body))
        self.batches.append([f"{method} {path}" for method, path, _, _ in parts])
        instead = self.on_batch(len(self.batches), request) if self.on_batch else None
        if instead is not None:
            instead.request = request
            return instead
        answers = [encoded(part[0], *self.answer(*part)) for part in parts]
        body = b"".join(b"--b\r\n" + answer + b"\r\n" for answer in answers) + b"--b--"
        return response(202, self.on_answer(body), content_type="multipart/mixed; boundary=b")

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Inner:
        instead = self.on_part(method, path) if self.on_part else None
        if instead is not None:
            return instead
        if method == "POST":
            record = {"ObjectID": f"N{len(self.records)}", "v": 1, **json.loads(body)}
            self.records[record["ObjectID"]] = record
            return 201, shown(record)
        key = re.match(r"ContactCollection\('(.*?)'\)", path)
        return self.on_key(method, key[1], headers, body) if key else self.found(path)

    def found(self, path: str) -> Inner:
        asked = re.search(r"(Email|ObjectID) eq '(.*?)'", path)
        found = [r for r in self.records.values() if not asked or r.get(asked[1]) == asked[2]]
        return 200, {"d": {"results": [shown(record)["d"]["results"] for record in found]}}

    def on_key(self, method: str, key: str, headers: dict[str, str], body: bytes) -> Inner:
        stored = self.records.get(key)
        if stored is None:
            return 404, {"error": {}}
        if method == "GET":
            return 200, shown(stored)
        if headers.get("If-Match", (etag := f'W/"{stored["v"]}%3A"')) != etag:
            return 412, {"error": {}}
        if method == "DELETE":
            del self.records[key]
        else:
            stored.update({**json.loads(body), "v": stored["v"] + 1})
        return 204, None


def shown(record: dict[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in record.items() if name != "v"}
    return {"d": {"results": {"__metadata": {"etag": f'W/"{record["v"]}%3A"'}, **properties}}}


def encoded(method: str, status: int, content: Any) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    part = b"Content-Type: application/http\r\n\r\nHTTP/1.1 %d X\r\n\r\n%b" % (status, body)
    if method == "GET" or status >= 400:
        return part
    return b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + part + b"\r\n--c--\r\n"


def inner_requests(
    content_type: str, body: bytes
) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Yield method, decoded path, headers and body of all parts, in order."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts: list[Message] = [part for part in message.walk() if not part.is_multipart()]
    for part in parts:
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        head, _, content = payload.partition(b"\r\n\r\n")
        line, *lines = head.decode().split("\r\n")
        method, path, _ = line.split(" ")
        headers = dict(text.split(": ", 1) for text in lines)
        yield method, unquote(path), headers, content


def people(*keys: str) -> dict[str, dict[str, Any]]:
    return {key: {"ObjectID": key, "LastName": f"Name {key}", "v": 1} for key in keys}


def error(status: int, text: str = "") -> Inner:
    return status, {"error": {"code": "E", "message": {"value": text}}}


def create(name: str = "Roe") -> Create:
    return Create(CONTACTS, {"LastName": name})


def update(key: str, etag: str | None = None) -> Update:
    return Update(CONTACTS, key, {"LastName": "New"}, etag)
