"""Calls of the C4C client, what a sound service answers to them, and what an unsound one does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from c4c_client import BasicAuth, C4CClient, C4CRecord, Create, Delete, Update
from c4c_client.errors import C4CError
from harness.hostile import CANARY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests
    from fakes.wire import Wire

HOST = "https://tenant.example"
PATH = "/sap/c4c/odata/v1/c4codataapi/"
MULTIPART = {"content-type": "multipart/mixed; boundary=b"}


def client_on(wire: Wire, **options: Any) -> C4CClient:
    return C4CClient(
        HOST + PATH,
        BasicAuth("user", "hush-4711"),
        session=wire.session(),
        sleep=lambda _: None,
        **{"max_retries": 1, **options},
    )


def row(object_id: str, **more: Any) -> dict[str, Any]:
    return {
        "__metadata": {"uri": f"{HOST}:443{PATH}x", "etag": "W/\"datetimeoffset'1'\""},
        "ObjectID": object_id,
        "LastName": CANARY,
        "BirthDate": "/Date(315619200000)/",
        "Latitude": "1.5",
        "ContactIsContactPersonFor": {"__deferred": {"uri": "x"}},
        **more,
    }


def listed(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"d": {"results": list(rows), **more}}


def single(content: Any) -> dict[str, Any]:
    return {"d": {"results": content}}


@dataclass(frozen=True)
class Call:
    """One call of the client and the sound answers to it: the body, or one for each part."""

    run: Callable[[C4CClient], Any]
    body: Any = None
    parts: list[tuple[int, Any]] = field(default_factory=list)

    @property
    def is_write(self) -> bool:
        return bool(self.parts) and self.parts[0][0] != 200

    def encoded(self) -> bytes:
        return multipart(self.parts) if self.parts else json.dumps(self.body).encode()


def part(status: int, body: Any) -> bytes:
    text = b"" if body is None else json.dumps(body).encode()
    inner = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n\r\n%s" % (status, text)
    return b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" + inner


def multipart(parts: list[tuple[int, Any]], boundary: bytes = b"b") -> bytes:
    texts = b"".join(b"--%s\r\n%s\r\n" % (boundary, part(*entry)) for entry in parts)
    return texts + b"--%s--\r\n" % boundary


CONTACTS = "ContactCollection"
CALLS = {
    "get": Call(lambda c: c.get_record(CONTACTS, "A"), single(row("A"))),
    "get many": Call(
        lambda c: c.get_records(CONTACTS, ["A", "B"]),
        parts=[(200, single(row("A"))), (200, single(row("B")))],
    ),
    "list": Call(lambda c: list(c.list_records(CONTACTS)), listed(row("A"), row("B"))),
    "codes": Call(
        lambda c: c.list_codes("XCollection"), listed({"Code": "1", "Description": CANARY})
    ),
    "search": Call(lambda c: c.search(CONTACTS, ["A eq 'b'"]), parts=[(200, listed(row("A")))]),
    "check": Call(lambda c: c.check_connection(), {"d": {"EntitySets": []}}),
    "create": Call(
        lambda c: c.execute([Create(CONTACTS, {"LastName": "x"})] * 2),
        parts=[(201, single(row("A"))), (201, single(row("B")))],
    ),
    "update": Call(
        lambda c: c.execute([Update(CONTACTS, n, {"LastName": "x"}, 'W/"1"') for n in "AB"]),
        parts=[(204, None), (200, single(row("A"))), (204, None), (200, single(row("B")))],
    ),
    "delete": Call(lambda c: c.execute([Delete(CONTACTS, "A", 'W/"1"')]), parts=[(204, None)]),
}

TEXT = CANARY.encode()
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "HTML": b"<html>%s</html>" % TEXT,
    "Atom": b"<error><code>%s</code><message>%s</message></error>" % (TEXT, TEXT),
    "null": b"null",
    "a list": b"[]",
    "deep": b'{"d":' + b"[" * 100_000,
    "deep and closed": b'{"d":{"results":' + b"[" * 900 + b"]" * 900 + b"}}",
    "cut": b'{"d":{"results":[{"ObjectID":"A"',
    "no envelope": b'{"d":"%s"}' % TEXT,
    "no rows": b'{"d":{"results":[5]}}',
    "no number": b'{"d":{"results":[{"ObjectID":"A","X":NaN,"Y":1e999}]}}',
    "too many digits": b'{"d":{"results":[{"ObjectID":"A","X":' + b"9" * 5000 + b"}]}}",
    "a key that is none": b'{"d":{"results":[{"ObjectID":{"a":1}}]}}',
    "an etag that is none": json.dumps(listed(row("A", __metadata={"etag": 5}))).encode(),
    "an etag of two lines": json.dumps(single(row("A", __metadata={"etag": "a\r\nb"}))).encode(),
    "a link that is none": json.dumps(listed(row("A"), __next=5)).encode(),
    "UTF-16": '{"d":1}'.encode("utf-16"),
    "NUL": b"\0" * 9,
    "a code of its own": json.dumps(
        {"error": {"code": CANARY, "message": {"value": f"Property '{CANARY}' {CANARY}"}}}
    ).encode(),
    "a code that is none": json.dumps({"error": {"code": [CANARY], "message": 5}}).encode(),
    "no batch": b"--c\r\nContent-Type: text/plain\r\n\r\n%s\r\n--c--" % TEXT,
    "no part": b"--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b--" % TEXT,
    "an empty batch": b"--b--",
    "an endless boundary": b"--b" + b" " * 200_000 + b"x",
}
ODD_HEADERS = {
    "Location": "https://[",
    "Retry-After": "Fri, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Date": "Fri, 01 Jan 2026 00:00:00 +99999999999999999999",
    "x-csrf-token": "t\u00e9",
    "content-type": "multipart/mixed; boundary*=utf-8''%E2%82%AC",
}


def answering(
    status: int, body: bytes, headers: Mapping[str, str] = MULTIPART
) -> Callable[[requests.PreparedRequest, int], tuple[int, Mapping[str, str], bytes]]:
    """Answer everything but the request for a token."""

    def answer(request: requests.PreparedRequest, _: int) -> tuple[int, Mapping[str, str], bytes]:
        if str(request.headers.get("x-csrf-token")) == "fetch":
            return 200, {"x-csrf-token": "token"}, b"{}"
        return status, headers, body

    return answer


def outcome_of(work: Callable[[], Any]) -> tuple[Any, C4CError | None]:
    """Give a result, or the error of the tree; anything else goes through."""
    try:
        return work(), None
    except C4CError as error:
        return None, error


def run(call: Call, wire: Wire) -> Any:
    """Run; give the result, or the error if it is one of the tree."""
    result, refused = outcome_of(lambda: call.run(client_on(wire)))
    errors = [refused] if refused else []
    if call.is_write and result is not None:
        errors = [entry.error for entry in result if entry.error is not None]
    for error in errors:
        assert isinstance(error, C4CError)
        assert "Zeb" not in str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 500
    for record in _records_in(result):
        assert isinstance(record.object_id, str)
        assert record.etag is None or record.etag.isprintable()
    assert wire.hosts == {HOST}
    assert len(wire.seen) < 50
    return refused or result


def _records_in(result: Any) -> list[C4CRecord]:
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, list):
        return [record for entry in result for record in _records_in(entry)]
    record = getattr(result, "record", result)
    return [record] if isinstance(record, C4CRecord) else []
