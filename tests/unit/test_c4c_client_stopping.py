"""Batches that end early, queries too long for a URL, and users who need no CSRF token."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from c4c_client import (
    AuthError,
    BasicAuth,
    C4CClient,
    C4CError,
    Create,
    Delete,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
    Update,
    Write,
)
from fakes.c4c_calls import (
    CONTACTS,
    HOST,
    MULTIPART,
    PATH,
    client_on,
    listed,
    multipart,
    row,
    single,
)
from fakes.wire import Raw, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

_LINE = re.compile(r"^(GET|POST|PATCH|DELETE) (\S+) HTTP/1\.1\r$", re.MULTILINE)
Inner = tuple[int, Any]


def stopping(answer: Callable[[str, str], Inner], *, stops: bool = True) -> Wire:
    """Answer batches part by part, up to the first failure if it `stops`."""

    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        if not str(request.url).endswith("$batch"):
            return 200, {"x-csrf-token": "T"}, b"{}"
        body = request.body if isinstance(request.body, bytes) else b""
        answers = []
        for method, path in _LINE.findall(body.decode()):
            answers.append(answer(method, unquote(path)))
            if stops and answers[-1][0] >= 400:
                break
        return 202, MULTIPART, multipart(answers)

    return Wire(respond)


def of_key(bad: set[str], status: int) -> Callable[[str, str], Inner]:
    def answer(method: str, path: str) -> Inner:
        found = re.search(r"\('(.)'\)", path)
        key = found[1] if found else "?"
        if key in bad and method != "GET":
            return status, {"error": {"code": "X"}}
        if method == "GET":
            return (status, {}) if key in bad else (200, single(row(key)))
        return 204, None

    return answer


@pytest.mark.parametrize("stops", [True, False])
@pytest.mark.parametrize(
    "bad", [set(some) for n in range(4) for some in itertools.combinations("ABC", n)]
)
def test_i45_reads_that_c4c_left_unanswered_are_asked_for_again(
    bad: set[str],
    stops: bool,  # noqa: FBT001 - of the matrix
) -> None:
    wire = stopping(
        lambda method, path: (
            (200, listed()) if "('" not in path else of_key(bad, 404)(method, path)
        ),
        stops=stops,
    )
    # The check that the collection itself is there.
    found = _with_collection(wire)
    client = client_on(found)
    records = client.get_records(CONTACTS, list("ABC"))
    assert {key for key, record in records.items() if record is None} == bad
    assert all(record is None or record.object_id == key for key, record in records.items())


def _with_collection(wire: Wire) -> Wire:
    inner = wire._answer

    def respond(request: requests.PreparedRequest, number: int) -> Raw:
        if "$top=1" in str(request.url):
            return 200, {}, b'{"d":{"results":[]}}'
        return inner(request, number)

    return Wire(respond)


def test_i7_answers_that_could_be_anybodys_are_nobodys() -> None:
    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        if not str(request.url).endswith("$batch"):
            return 200, {"x-csrf-token": "T"}, b'{"d":{"results":[]}}'
        body = request.body.decode() if isinstance(request.body, bytes) else ""
        keys = re.findall(r"\('(.)'\)", body)
        if len(keys) == 1:
            return 202, MULTIPART, multipart([(200, single(row(keys[0])))])
        # The first part is not answered; the 404 is the second one's, and not the last.
        return 202, MULTIPART, multipart([(404, {}), (200, single(row("C")))])

    with pytest.raises(ProtocolError):
        client_on(Wire(respond)).get_records(CONTACTS, list("ABC"))


GUARDED: dict[str, Callable[[str], Write]] = {
    "update": lambda key: Update(CONTACTS, key, {"LastName": "x"}, 'W/"1"'),
    "delete": lambda key: Delete(CONTACTS, key, 'W/"1"'),
}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 413, 412])
@pytest.mark.parametrize("kind", GUARDED)
@pytest.mark.parametrize("stops", [True, False])
def test_i45_writes_behind_a_refused_one_are_carried_out(
    kind: str,
    status: int,
    stops: bool,  # noqa: FBT001 - of the matrix
) -> None:
    wire = stopping(of_key({"B", "C"}, status), stops=stops)
    results = client_on(wire).execute([GUARDED[kind](key) for key in "ABCD"])
    assert [isinstance(entry.error, C4CError) for entry in results] == [False, True, True, False]


def test_i10_a_create_behind_a_refused_one_is_looked_for_before_it_is_repeated() -> None:
    seen: list[str] = []

    def answer(method: str, _: str) -> Inner:
        seen.append(method)
        return (400, {}) if len(seen) == 2 else (201, single(row(f"R{len(seen)}")))

    wire = stopping(answer)
    results = client_on(wire).execute([Create(CONTACTS, {"LastName": "x"})] * 4)
    assert [type(entry.error) for entry in results] == [
        type(None),
        RejectedError,
        UnknownOutcomeError,
        UnknownOutcomeError,
    ]
    assert len(seen) == 2


@pytest.mark.parametrize("too_long", [True, False], ids=["long", "refused with 414"])
def test_i45_a_query_too_long_for_a_url_goes_inside_a_batch(
    too_long: bool,  # noqa: FBT001 - of the matrix
) -> None:
    limit = 8192 if too_long else 200
    condition = f"LastName eq '{'x' * (8000 if too_long else 300)}'"
    keys = [f"{number:04}" for number in range(5)]

    def page(query: str) -> dict[str, Any]:
        onwards = re.search(r"ObjectID ge '(.*?)'", unquote(query))
        return listed(*(row(key) for key in keys if not onwards or key >= onwards[1]))

    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        url = str(request.url)
        if not url.endswith("$batch"):
            token = {"x-csrf-token": "T"}
            return (414, {}, b"") if len(url) > limit else (200, token, b'{"d":{"results":[]}}')
        body = request.body.decode() if isinstance(request.body, bytes) else ""
        return 202, MULTIPART, multipart([(200, page(path)) for _, path in _LINE.findall(body)])

    found = list(client_on(Wire(respond)).list_records(CONTACTS, filter=condition))
    assert [record.object_id for record in found] == keys


@pytest.mark.parametrize("answer", [400, 403, 404, 405, 410, 500, 501, 503, "no token"])
def test_i45_a_user_who_needs_no_token_writes_without_and_is_asked_once(answer: int | str) -> None:
    asked = []

    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        if str(request.headers.get("x-csrf-token")) == "fetch":
            asked.append(request.url)
            return (200 if answer == "no token" else int(answer)), {}, b"{}"
        assert "x-csrf-token" not in request.headers
        return 202, MULTIPART, multipart([(204, None)])

    client = client_on(Wire(respond), max_retries=0)
    for _ in range(3):
        assert client.execute([Delete(CONTACTS, "A", 'W/"1"')])[0].error is None
    assert len(asked) == 1


def test_a_wrong_password_ends_the_session_at_the_token() -> None:
    wire = Wire(lambda *_: (401, {}, b""))
    (result,) = client_on(wire).execute([Delete(CONTACTS, "A", 'W/"1"')])
    assert isinstance(result.error, AuthError)
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    ("waits", "slept"),
    [(("9", "1"), 9), (("1", "9"), 9), (("1.5", "1"), 2), (("0", "1"), 1)],
)
def test_i33_the_longest_wait_that_a_part_asks_for_counts(
    waits: tuple[str, str], slept: float
) -> None:
    def busy(wait: str) -> bytes:
        head = b"Content-Type: application/http\r\n\r\nHTTP/1.1 429 X\r\nRetry-After: %s\r\n\r\n"
        return b"--b\r\n" + head % wait.encode() + b"\r\n"

    calm = multipart([(200, single(row("A"))), (200, single(row("B")))])
    bodies = [b"".join(map(busy, waits)) + b"--b--\r\n", calm]

    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        if not str(request.url).endswith("$batch"):
            return 200, {"x-csrf-token": "T"}, b"{}"
        return 202, MULTIPART, bodies.pop(0)

    pauses: list[float] = []
    client = C4CClient(
        HOST + PATH, BasicAuth("u", "p"), session=Wire(respond).session(), sleep=pauses.append
    )
    assert len(client.get_records(CONTACTS, ["A", "B"])) == 2
    assert pauses == [slept]
