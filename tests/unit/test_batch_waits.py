"""I33: of the waits that the parts of a batch ask for the longest is kept, wherever it stands."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import BasicAuth, C4CClient
from exchange_client import ClientSecret, GraphClient
from exchange_client.gate import Gate
from fakes.c4c_calls import HOST, MULTIPART, PATH, row, single
from fakes.graph_calls import BOX, Clock, Tokens, contact, ok
from fakes.wire import Wire

if TYPE_CHECKING:
    import requests

_WAITS = (9, 1, 4)
orders = pytest.mark.parametrize("waits", list(itertools.permutations(_WAITS)))
_IDS = tuple("ABC")


def _part(status: int, body: Any, **headers: int) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"Content-Type: application/http\r\n\r\nHTTP/1.1 {status} X\r\n{lines}\r\n"
    return b"--b\r\n" + head.encode() + json.dumps(body).encode() + b"\r\n"


@orders
def test_i33_c4c_the_longest_wait_of_a_batch_is_kept(waits: tuple[int, ...]) -> None:
    slept: list[float] = []
    batches = []

    def answer(request: requests.PreparedRequest, _: int) -> tuple[int, dict[str, str], bytes]:
        if request.method == "GET":
            return 200, {"x-csrf-token": "T", "content-type": "application/json"}, b"{}"
        batches.append(len(slept))
        if len(batches) == 1:
            parts = [_part(429, {"error": {}}, Retry_After=wait) for wait in waits]
        else:
            parts = [_part(200, single(row(name))) for name in _IDS]
        return 202, MULTIPART, b"".join(parts) + b"--b--"

    client = C4CClient(
        HOST + PATH,
        BasicAuth("user", "hush-4711"),
        session=Wire(answer).session(),
        sleep=slept.append,
        max_retries=2,
    )
    found = client.get_records("ContactCollection", list(_IDS))
    assert sorted(found) == list(_IDS)
    assert slept == [max(_WAITS)]


@orders
def test_i33_exchange_the_longest_wait_of_a_batch_is_kept(waits: tuple[int, ...]) -> None:
    clock = Clock()
    turns = []

    def answer(_: requests.PreparedRequest, __: int) -> tuple[int, dict[str, str], bytes]:
        turns.append(clock.now)
        busy = {"status": 429, "body": {"error": {"code": "TooManyRequests"}}}
        replies = [{**busy, "headers": {"Retry-After": str(wait)}} for wait in waits]
        if len(turns) > 1:
            replies = [ok(contact(name)) for name in _IDS]
        body = {"responses": [{"id": str(n), **reply} for n, reply in enumerate(replies)]}
        return 200, {"content-type": "application/json"}, json.dumps(body).encode()

    client = GraphClient(
        "contoso.example",
        ClientSecret(client_id="app", client_secret="hush"),
        session=Wire(answer).session(),
        sleep=clock.sleep,
        clock=clock,
        max_retries=2,
    )
    client._api._tokens = Tokens()
    assert sorted(client.get_contacts(BOX, list(_IDS))) == list(_IDS)
    assert turns == [0, max(_WAITS)]


@orders
def test_i33_exchange_a_later_shorter_wait_does_not_open_a_closed_mailbox(
    waits: tuple[int, ...],
) -> None:
    """Answers to requests that ran side by side come in any order."""
    clock = Clock()
    gate = Gate(clock, clock.sleep)
    for wait in waits:
        gate.pause(BOX, wait)
    with gate.enter(BOX, 1):
        assert clock.now == max(_WAITS)
