from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from exchange_client import (
    AuthError,
    ClientSecret,
    ContactCreate,
    ExchangeError,
    GraphClient,
    MailboxError,
    MailboxProblem,
    ProtocolError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from exchange_client.api import path_of
from exchange_client.gate import Gate
from hypothesis import given
from hypothesis import strategies as st
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

if TYPE_CHECKING:
    from pathlib import Path

BOX = "anna@contoso.example"
DEFAULT = f"/users/{BOX}/contactFolders/contacts"
ROOT = "https://graph.microsoft.com/v1.0"


def refused_connection() -> requests.ConnectionError:
    reason = NewConnectionError(HTTPSConnection("graph.microsoft.com"), "refused")
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]  # no pool is needed


def test_a_read_is_repeated_and_waits_as_told(service: Any, reply: Any) -> None:
    service.on(
        "GET",
        DEFAULT,
        reply.error(429, "ApplicationThrottled", Retry_After="1.5"),
        requests.ConnectionError("reset"),
        reply(body={"id": "F"}),
    )

    service.client().check_mailbox(BOX)

    assert service.clock.sleeps == [2.0, 2.0]


def test_a_long_wait_ends_the_call_and_keeps_the_mailbox_closed(service: Any, reply: Any) -> None:
    service.on("GET", DEFAULT, reply.error(429, "TooManyRequests", Retry_After="900"))
    client = service.client()

    with pytest.raises(ThrottledError) as caught:
        client.check_mailbox(BOX)

    assert caught.value.retry_after_seconds == 900
    assert service.clock.sleeps == []


def test_unavailable_closes_the_pooled_connections(service: Any, reply: Any) -> None:
    service.on("GET", DEFAULT, reply(503), reply(body={"id": "F"}))

    service.client().check_mailbox(BOX)

    assert service.closed == 1


def test_a_refused_token_is_replaced_once(service: Any, reply: Any) -> None:
    service.on(
        "GET", DEFAULT, reply.error(401, "InvalidAuthenticationToken"), reply(body={"id": "F"})
    )

    service.client().check_mailbox(BOX)

    tokens = [seen.headers["Authorization"] for seen in service.graph_calls()]
    assert tokens == ["Bearer t0", "Bearer t1"]


def test_a_second_refusal_is_an_error(service: Any, reply: Any) -> None:
    service.on("GET", DEFAULT, reply.error(401, "InvalidAuthenticationToken"))

    with pytest.raises(AuthError):
        service.client().check_mailbox(BOX)

    assert len(service.graph_calls()) == 2


@pytest.mark.parametrize(
    ("description", "fault", "expected", "sends"),
    [
        ("answer lost", requests.ConnectionError("reset"), UnknownOutcomeError, 1),
        ("answer late", requests.ReadTimeout(), UnknownOutcomeError, 1),
        ("answer cut", requests.exceptions.ChunkedEncodingError(), UnknownOutcomeError, 1),
        # And a look whether it is the mailbox.
        ("never connected", refused_connection(), TransientError, 4),
        ("connecting took too long", requests.ConnectTimeout(), TransientError, 4),
    ],
)
def test_a_create_without_an_answer(
    service: Any, description: str, fault: Exception, expected: type[ExchangeError], sends: int
) -> None:
    service.on("POST", "/$batch", fault)
    create = ContactCreate(folder_id="F", properties={"surname": "X"})

    (outcome,) = service.client(max_retries=2).create_contacts(BOX, [create])

    assert isinstance(outcome.error, expected), description
    assert len(service.graph_calls()) == sends


def test_an_untrusted_certificate_is_not_retried(service: Any) -> None:
    fault = requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] for anna")
    service.on("GET", DEFAULT, fault)

    with pytest.raises(ProtocolError, match="ca_file") as caught:
        service.client().check_mailbox(BOX)

    assert "anna" not in str(caught.value)
    assert len(service.graph_calls()) == 1


def test_redirects_are_not_followed(service: Any, reply: Any) -> None:
    service.on("GET", DEFAULT, reply(302, headers={"Location": "https://evil.example/"}))

    with pytest.raises(ProtocolError):
        service.client().check_mailbox(BOX)

    assert all("evil" not in seen.url for seen in service.seen)


@pytest.mark.parametrize(("ca_file", "verify"), [("own.pem", "own.pem"), (None, "env.pem")])
def test_the_ca_setting_wins_over_the_environment(
    service: Any,
    reply: Any,
    monkeypatch: pytest.MonkeyPatch,
    ca_file: str | None,
    verify: str,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "env.pem")
    service.on("GET", DEFAULT, reply(body={"id": "F"}))

    service.client(ca_file=ca_file).check_mailbox(BOX)

    assert {seen.verify for seen in service.seen} == {verify}
    assert any("login." in seen.url for seen in service.seen)


def test_a_netrc_file_does_not_replace_the_token(
    service: Any, reply: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    service.on("GET", DEFAULT, reply(body={"id": "F"}))

    service.client().check_mailbox(BOX)

    assert {seen.headers.get("Authorization") for seen in service.seen} == {None, "Bearer t0"}


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users/x",
        "http://graph.microsoft.com/v1.0/users/x",
        "https://graph.microsoft.com:8443/v1.0/users/x",
        "https://graph.microsoft.com.evil.example/v1.0/users/x",
        "https://graph.microsoft.com@evil.example/v1.0/users/x",
        "https://a@graph.microsoft.com/v1.0/users/x",
        "https://graph.microsoft.com/beta/users/x",
        "https://graph.microsoft.com/v1.0/%2e%2e/beta/users/x",
        "https://graph.microsoft.com:port/v1.0/users/x",
        "/v1.0/users/x",
        7,
    ],
)
def test_foreign_links_are_refused(service: Any, reply: Any, link: object) -> None:
    path = f"/users/{BOX}/contactFolders/F/contacts"
    service.on("GET", path, reply(body={"value": [], "@odata.nextLink": link}))

    with pytest.raises(ProtocolError):
        list(service.client().list_contacts(BOX, "F"))

    assert len(service.graph_calls()) == 1


def test_a_link_that_names_the_default_port_is_ours(service: Any, reply: Any) -> None:
    path = f"/users/{BOX}/contactFolders/F/contacts"
    link = f"https://GRAPH.microsoft.com:443/v1.0{path}?$skip=1"
    service.on(
        "GET", path, reply(body={"value": [], "@odata.nextLink": link}), reply(body={"value": []})
    )

    assert list(service.client().list_contacts(BOX, "F")) == []


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (404, "mailboxNotEnabledForRestApi", MailboxProblem.UNLICENSED),
        (404, "ErrorInvalidUser", MailboxProblem.UNKNOWN),
        (404, "Request_ResourceNotFound", MailboxProblem.UNKNOWN),
        (404, "ResourceNotFound", MailboxProblem.UNKNOWN),
        (403, "ErrorAccessDenied", MailboxProblem.DENIED),
        (403, "Authorization_RequestDenied", MailboxProblem.DENIED),
    ],
)
def test_mailbox_errors(
    service: Any, reply: Any, status: int, code: str, reason: MailboxProblem
) -> None:
    service.on("GET", DEFAULT, reply.error(status, code, request_id="rid-1"))

    with pytest.raises(MailboxError) as caught:
        service.client().check_mailbox(BOX)

    error = caught.value
    assert (error.reason, error.code, error.status, error.request_id) == (
        reason,
        code,
        status,
        "rid-1",
    )
    assert "anna" not in str(error)


@pytest.mark.parametrize(
    ("setting", "options"),
    [
        ("cloud", {"cloud": "mars"}),
        ("tenant", {"tenant": "../common?x"}),
        ("graph_url", {"graph_url": "http://graph.microsoft.com"}),
        ("graph_url", {"graph_url": "https://user:hush@host"}),
        ("authority_url", {"authority_url": "http://login.example"}),
    ],
)
def test_impossible_settings_are_named_before_any_request(
    service: Any, setting: str, options: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: ") as caught:
        service.client(**options)

    assert "hush" not in str(caught.value)
    assert service.seen == []


def test_the_mailbox_is_one_path_segment(service: Any, reply: Any) -> None:
    service.on("GET", "/users/o'b/../x/contactFolders/contacts", reply(body={"id": "F"}))

    service.client().check_mailbox("o'b/../x")

    assert "/users/o%27b%2F..%2Fx/contactFolders" in service.graph_calls()[0].url


@given(parts=st.lists(st.text(min_size=1).filter(lambda t: t not in {".", ".."}), min_size=1))
def test_ids_survive_the_path(parts: list[str]) -> None:
    path = urlsplit(path_of(*parts)).path

    assert [unquote(part) for part in path.split("/")] == ["", "users", *parts]


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_segments_that_change_the_path_are_refused(service: Any, part: str) -> None:
    with pytest.raises(ProtocolError):
        service.client().check_mailbox(part)

    assert service.seen == []


def test_four_requests_at_a_time_per_mailbox() -> None:
    gate = Gate(lambda: 0.0, lambda _: None)
    busy, high, lock = 0, 0, threading.Lock()
    barrier = threading.Barrier(4)

    def work(weight: int) -> None:
        nonlocal busy, high
        with gate.enter("m", weight):
            with lock:
                busy += weight
                high = max(high, busy)
            if weight == 1:
                # Passes only if four get in together.
                barrier.wait(timeout=10)
            with lock:
                busy -= weight

    threads = [threading.Thread(target=work, args=(w,)) for w in [1] * 8 + [4] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)

    assert high == 4
    assert not any(thread.is_alive() for thread in threads)


def test_identity_is_the_tenant() -> None:
    secret = ClientSecret(client_id="a", client_secret="hush")
    client = GraphClient("Contoso.Example", secret)

    assert client.identity == "contoso.example"
    assert "hush" not in repr(secret)
