"""Answers that are not Graph's: errors of the client's own tree, and no value in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from exchange_client import ClientSecret, GraphClient
from exchange_client.errors import (
    AuthError,
    ExchangeError,
    ProtocolError,
    TransientError,
    UnknownOutcomeError,
)
from fakes.graph_calls import (
    BODIES,
    BOX,
    CALLS,
    FOLDER,
    ODD_HEADERS,
    Clock,
    batch,
    client_on,
    contact,
    ok,
    outcome_of,
    page,
    run,
    said,
)
from fakes.wire import Wire
from harness import hostile
from harness.hostile import CANARY
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    import requests


@pytest.mark.parametrize("name", CALLS)
def test_a_sound_answer_is_no_error(name: str) -> None:
    result = run(CALLS[name], said(200, json.dumps(CALLS[name].sound).encode()))
    assert not isinstance(result, ExchangeError)


@pytest.mark.parametrize("status", [200, 302, 400, 404, 500])
@pytest.mark.parametrize("name", CALLS)
def test_i37_what_is_no_answer_is_an_error_of_the_tree(name: str, status: int) -> None:
    for what, body in BODIES.items():
        result = run(CALLS[name], Wire(lambda *_, body=body: (status, ODD_HEADERS, body)))
        if CALLS[name].is_write and what != "more answers":
            assert all(outcome.error is not None for outcome in result)


@hostile.cases(70)
@given(data=st.data())
def test_i37_spoilt_answers_are_errors_of_the_tree(data: st.DataObject) -> None:
    call = CALLS[data.draw(st.sampled_from([*CALLS]))]
    body = json.dumps(data.draw(hostile.spoilt(call.sound))).encode()
    run(call, said(data.draw(st.sampled_from([200, 200, 200, 404, 429])), body))


@hostile.cases(50)
@given(data=st.data())
def test_spoilt_bytes_are_errors_of_the_tree(data: st.DataObject) -> None:
    call = CALLS[data.draw(st.sampled_from([*CALLS]))]
    run(call, said(200, data.draw(hostile.spoilt_line(call.sound))))


# -- texts -----------------------------------------------------------------------------------------


def test_half_a_surrogate_pair_is_read_as_any_utf8_text_shows_it() -> None:
    texts = {"surname": "Ze\ud83d", "title": "\U0001f600", "department": "\\ud83d"}
    body = json.dumps(page(contact("A", **texts))).encode()
    assert b"\\ud83d\\ude00" in body
    (found,) = CALLS["list"].run(client_on(said(200, body)))
    assert found.properties["surname"] == "Ze\ufffd"
    assert found.properties["title"] == "\U0001f600"
    assert found.properties["department"] == "\\ud83d"


# -- batches ---------------------------------------------------------------------------------------


def test_parts_in_any_order_go_to_their_requests() -> None:
    body = batch(ok(contact("A")), ok(contact("B")))
    body["responses"].reverse()
    found = run(CALLS["get"], said(200, json.dumps(body).encode()))
    assert {key: item.id for key, item in found.items()} == {"A": "A", "B": "B"}


def test_parts_that_are_mixed_up_are_noticed() -> None:
    body = json.dumps(batch(ok(contact("B")), ok(contact("A")))).encode()
    assert isinstance(run(CALLS["get"], said(200, body)), ProtocolError)
    outcomes = run(CALLS["update"], said(200, body))
    assert [type(outcome.error) for outcome in outcomes] == [UnknownOutcomeError] * 2


def test_i10_a_part_that_is_missing_leaves_a_write_unknown() -> None:
    body = json.dumps(batch(ok(contact("A"), 201))).encode()
    wire = said(200, body)
    first, second = run(CALLS["create"], wire)
    assert first.contact is not None
    assert isinstance(second.error, UnknownOutcomeError)
    assert len(wire.seen) == 1


# -- the token service -----------------------------------------------------------------------------

DISCOVERY = {
    "issuer": "https://login.microsoftonline.com/contoso.example/v2.0",
    "authorization_endpoint": "https://login.microsoftonline.com/contoso.example/authorize",
    "token_endpoint": "https://login.microsoftonline.com/contoso.example/token",
}
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}


def sign_in(discovery: bytes, token: bytes, status: int = 200) -> tuple[Wire, Exception | None]:
    def answer(request: requests.PreparedRequest, _: int) -> tuple[int, dict[str, str], bytes]:
        if "graph." in str(request.url):
            return 200, {}, json.dumps(FOLDER).encode()
        is_discovery = "openid-configuration" in str(request.url)
        return (200, {}, discovery) if is_discovery else (status, {}, token)

    wire = Wire(answer)
    clock = Clock()
    client = GraphClient(
        "contoso.example",
        ClientSecret(client_id="app", client_secret="hush-4711"),
        session=wire.session(),
        sleep=clock.sleep,
        clock=clock,
        max_retries=1,
    )
    _, error = outcome_of(lambda: client.check_mailbox(BOX))
    for marker in ("Zeb", "hush"):
        assert marker not in str(error)
    return wire, error


def test_a_sound_token_service_signs_in() -> None:
    assert sign_in(json.dumps(DISCOVERY).encode(), json.dumps(TOKEN).encode())[1] is None


@pytest.mark.parametrize("body", BODIES.values(), ids=[*BODIES])
def test_what_is_no_token_is_an_auth_error(body: bytes) -> None:
    _, error = sign_in(json.dumps(DISCOVERY).encode(), body)
    assert isinstance(error, (AuthError, TransientError))
    _, error = sign_in(body, json.dumps(TOKEN).encode())
    assert isinstance(error, AuthError)


@hostile.cases(25)
@given(data=st.data())
def test_spoilt_tokens_are_errors_of_the_tree(data: st.DataObject) -> None:
    refusal = {"error": "invalid_client", "error_description": f"AADSTS7000215: {CANARY}"}
    sound: dict[str, Any] = data.draw(st.sampled_from([TOKEN, refusal]))
    body = json.dumps(data.draw(hostile.spoilt(sound))).encode()
    sign_in(json.dumps(DISCOVERY).encode(), body, data.draw(st.sampled_from([200, 400, 401])))


def test_a_token_of_several_lines_is_no_token() -> None:
    token = json.dumps({**TOKEN, "access_token": "t\r\nX-Evil: 1"}).encode()
    wire, error = sign_in(json.dumps(DISCOVERY).encode(), token)
    assert isinstance(error, AuthError)
    assert not [request for request in wire.seen if "graph." in str(request.url)]
