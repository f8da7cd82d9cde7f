"""Calls of the Graph client, what a sound service answers to them, and what an unsound one does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exchange_client import (
    ClientSecret,
    Contact,
    ContactCopy,
    ContactCreate,
    ContactTrash,
    ContactUpdate,
    GraphClient,
)
from exchange_client.contact_fields import PROPERTIES
from exchange_client.errors import ExchangeError
from fakes.wire import Wire
from harness.hostile import CANARY

if TYPE_CHECKING:
    from collections.abc import Callable

BOX = "ada@contoso.example"
ROOT = "https://graph.microsoft.com"


class Tokens:
    """Gives tokens without asking anybody."""

    def get(self) -> str:
        return "secret-token"

    def renew(self) -> str:
        return "secret-token-2"


class Clock:
    """Seconds that pass only while somebody sleeps."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def client_on(wire: Wire, **options: Any) -> GraphClient:
    clock = Clock()
    client = GraphClient(
        "contoso.example",
        ClientSecret(client_id="app", client_secret="hush"),
        session=wire.session(),
        sleep=clock.sleep,
        clock=clock,
        page_size=50,
        **{"max_retries": 1, **options},
    )
    client._api._tokens = Tokens()
    return client


def contact(contact_id: str, **more: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(PROPERTIES),
        "id": contact_id,
        "parentFolderId": "F",
        "changeKey": f"ck-{contact_id}",
        "@odata.etag": f'W/"ck-{contact_id}"',
        "surname": CANARY,
        "emailAddresses": [{"name": CANARY, "address": "zeb@private.example"}],
        "businessAddress": {"street": CANARY},
        "categories": ["A"],
        "businessPhones": ["1"],
        "birthday": "1980-01-02T11:59:00Z",
        "singleValueExtendedProperties": [{"id": "Integer 0x36", "value": "0"}],
        **more,
    }


def page(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"value": list(entries), "@odata.deltaLink": f"{ROOT}/v1.0/delta?x=1", **more}


def batch(*answers: dict[str, Any]) -> dict[str, Any]:
    return {"responses": [{"id": str(n), **answer} for n, answer in enumerate(answers)]}


def ok(body: Any, status: int = 200) -> dict[str, Any]:
    return {"status": status, "headers": {"Retry-After": "1"}, "body": body}


FOLDER = {"id": "F", "displayName": CANARY, "parentFolderId": "R"}
ERROR = {
    "error": {
        "code": "ErrorItemNotFound",
        "message": CANARY,
        "innerError": {"request-id": "0a-1b", "date": "2026-01-01"},
    }
}


@dataclass(frozen=True)
class Call:
    """One call of the client, and what the service answers to it when it is well."""

    run: Callable[[GraphClient], Any]
    sound: Any
    is_write: bool = False


CURSOR = f"{ROOT}/v1.0/users/{BOX}/contactFolders/F/contacts/delta?$deltatoken=1"
CREATE = ContactCreate(folder_id="F", properties={"surname": "x"}, link="l")
UPDATES = [ContactUpdate(id=n, properties={"surname": "x"}, etag='W/"1"') for n in "AB"]
CALLS = {
    "check": Call(lambda c: c.check_mailbox(BOX), FOLDER),
    "folders": Call(
        lambda c: c.list_folders(BOX), batch(ok({"id": "R", "displayName": "C"}), ok(page()))
    ),
    "create folder": Call(lambda c: c.create_folder(BOX, "N"), FOLDER),
    "categories": Call(
        lambda c: c.list_categories(BOX), page({"id": "1", "displayName": "A", "color": "none"})
    ),
    "create category": Call(
        lambda c: c.create_category(BOX, "N"), page({"id": "1", "displayName": "N"})
    ),
    "changes": Call(lambda c: c.read_changes(BOX, "F", None), page(contact("A"))),
    "more changes": Call(
        lambda c: c.read_changes(BOX, "F", CURSOR),
        page(contact("A"), {"id": "B", "@removed": {"reason": "deleted"}}),
    ),
    "list": Call(lambda c: list(c.list_contacts(BOX, "F")), page(contact("A"), contact("B"))),
    "find": Call(lambda c: c.find_by_link(BOX, "F", "l"), page(contact("A"))),
    "get": Call(
        lambda c: c.get_contacts(BOX, ["A", "B"]), batch(ok(contact("A")), ok(contact("B")))
    ),
    "create": Call(
        lambda c: c.create_contacts(BOX, [CREATE, CREATE]),
        batch(ok(contact("A"), 201), ok(ERROR, 400)),
        is_write=True,
    ),
    "update": Call(
        lambda c: c.update_contacts(BOX, UPDATES),
        batch(ok(contact("A")), ok(contact("B"))),
        is_write=True,
    ),
    "trash": Call(
        lambda c: c.trash_contacts(BOX, [ContactTrash(id="A", etag=None)]),
        batch(ok(None, 204)),
        is_write=True,
    ),
    "copy": Call(
        lambda c: c.copy_contacts(
            BOX, [ContactCopy(source_id="A", folder_id="F", properties={}, link="l")]
        ),
        batch(ok(contact("A"))),
        is_write=True,
    ),
}

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "HTML": f"<html>{CANARY}</html>".encode(),
    "null": b"null",
    "a list": b"[]",
    "deep": b'{"value":' + b"[" * 100_000,
    "deep and closed": b'{"value":' + b"[" * 900 + b"]" * 900 + b"}",
    "cut": b'{"value":[{"id":"A"',
    "no number": b'{"value":[{"id":NaN}],"responses":[{"id":"0","status":1e999}]}',
    "too many digits": b'{"value":' + b"9" * 5000 + b"}",
    "UTF-16": '{"value":[]}'.encode("utf-16"),
    "NUL": b"\0" * 9,
    "no list": json.dumps({"value": CANARY, "responses": CANARY}).encode(),
    "no rows": json.dumps({"value": [5], "responses": [5, None, CANARY]}).encode(),
    "a code of its own": json.dumps(
        {"error": {"code": f"{CANARY} <br>", "innerError": {"request-id": CANARY}}}
    ).encode(),
    "a code that is none": json.dumps({"error": {"code": {CANARY: 1}, "innerError": 5}}).encode(),
    "more answers": json.dumps(batch(*[ok(contact("A"))] * 50)).encode(),
    "odd headers": json.dumps(
        {"responses": [{"id": "0", "status": 429, "headers": [CANARY]}]}
    ).encode(),
    "odd waits": json.dumps(
        {"responses": [{"id": "0", "status": 429, "headers": {"Retry-After": {"a": 1}}}]}
    ).encode(),
}
ODD_HEADERS = {
    "Location": "https://[",
    "Retry-After": "1e999",
    "request-id": CANARY.encode("ascii", "replace").decode(),
    "Content-Type": "text/html; charset=x-unknown",
}


def run(call: Call, wire: Wire) -> Any:
    """Run; give the result, or the error if it is one of the tree."""
    result, refused = outcome_of(lambda: call.run(client_on(wire)))
    errors = [refused] if refused else []
    if refused is None:
        entries = result if call.is_write else []
        errors = [entry.error for entry in entries if entry.error is not None]
        found = [entry.contact for entry in entries if entry.contact is not None]
        for item in [*found, *_contacts_of(result)]:
            assert isinstance(item.id, str)
            assert isinstance(item.version, str)
    for error in errors:
        assert isinstance(error, ExchangeError)
        assert "Zeb" not in str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 500
    assert wire.hosts == {ROOT}
    assert len(wire.seen) < 50
    return refused or result


def outcome_of(work: Callable[[], Any]) -> tuple[Any, ExchangeError | None]:
    """Give a result, or the error of the tree; anything else goes through."""
    try:
        return work(), None
    except ExchangeError as error:
        return None, error


def _contacts_of(result: Any) -> list[Contact]:
    entries = getattr(result, "contacts", result)
    if isinstance(entries, dict):
        entries = list(entries.values())
    return (
        [entry for entry in entries if isinstance(entry, Contact)]
        if isinstance(entries, list)
        else []
    )


def said(status: int, body: bytes, **headers: str) -> Wire:
    return Wire(lambda *_: (status, headers, body))
