"""Links of a Graph service that lead elsewhere, or nowhere: no other host, and an end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from exchange_client import api
from exchange_client.errors import ProtocolError
from fakes.graph_calls import BOX, CALLS, ROOT, client_on, contact, outcome_of, page, run, said
from fakes.wire import Wire
from harness import hostile
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    import requests

ELSEWHERE = [
    "https://evil.example/v1.0/x",
    "http://graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com:444/v1.0/x",
    "https://graph.microsoft.com@evil.example/v1.0/x",
    "https://graph.microsoft.com:443@evil.example/v1.0/x",
    "https://user@graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com.evil.example/v1.0/x",
    "https://graph.microsoft.com\\@evil.example/v1.0/x",
    "https://evil.example\\@graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com#@evil.example/v1.0/x",
    "https://evil.example?graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com\t@evil.example/v1.0/x",
    "//evil.example/v1.0/x",
    "/v1.0/x",
    "https:///evil.example/v1.0/x",
    "https://graph.microsoft.com/v1.0/../evil",
    "https://graph.microsoft.com/v1.0/%2e%2e/evil",
    "https://graph.microsoft.com/v1.0",
    "https://graph.microsoft.com/beta/x",
    "https://gra\u2100ph.microsoft.com/v1.0/x",
    "https://\u1d33raph.microsoft.com/v1.0/x",
    "https://graph\u3002microsoft.com/v1.0/x",
    "https://[::1]/v1.0/x",
    "https://[",
    "https://graph.microsoft.com:x/v1.0/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "",
    5,
    True,
    {"href": "https://graph.microsoft.com/v1.0/x"},
]


@pytest.mark.parametrize("key", ["@odata.nextLink", "@odata.deltaLink"])
@pytest.mark.parametrize("link", ELSEWHERE, ids=ascii)
def test_i37_a_link_to_elsewhere_is_not_followed(link: Any, key: str) -> None:
    body = json.dumps({"value": [contact("A")], key: link}).encode()
    for name in ("changes", "list", "categories"):
        wire = said(200, body)
        result = run(CALLS[name], wire)
        if key == "@odata.nextLink" or name == "changes":
            assert isinstance(result, ProtocolError)
        assert len(wire.seen) == 1


# An empty cursor reads everything.
@pytest.mark.parametrize("link", [link for link in ELSEWHERE if link != ""], ids=ascii)
def test_i37_a_cursor_to_elsewhere_is_not_followed(link: Any) -> None:
    wire = said(200, b"{}")
    with pytest.raises(ProtocolError):
        client_on(wire).read_changes(BOX, "F", link)
    assert not wire.seen


@given(
    host=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF), max_size=8),
    before=st.sampled_from(["", "x@", "x:y@", "evil.example\\", "evil.example/", "evil.example?"]),
    after=st.sampled_from(["", ":443", ".", ".evil.example", "\\@evil.example", "@evil.example"]),
)
@hostile.cases(60)
def test_i37_no_spelling_of_a_link_reaches_another_host(host: str, before: str, after: str) -> None:
    link = f"https://{before}graph.microsoft.com{host}{after}/v1.0/x"

    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        more = {"@odata.nextLink": link} if number == 1 else {}
        return 200, {}, json.dumps({"value": [contact("A")], **more}).encode()

    wire = Wire(answer)
    _, refused = outcome_of(lambda: list(client_on(wire).list_contacts(BOX, "F")))
    assert len(wire.seen) == (2 if refused is None else 1)
    assert wire.hosts <= {ROOT, f"{ROOT}:443"}


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the client lose its patience sooner than it does."""
    assert 200 < api._MAX_IDLE_PAGES < 10_000
    monkeypatch.setattr(api, "_MAX_IDLE_PAGES", 20)
    return 20


def test_i26_empty_pages_end(patience: int) -> None:
    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        link = f"{ROOT}/v1.0/next?{number}"
        return 200, {}, json.dumps({"value": [], "@odata.nextLink": link}).encode()

    wire = Wire(answer)
    with pytest.raises(ProtocolError, match="do not end"):
        list(client_on(wire).list_contacts(BOX, "F"))
    assert patience < len(wire.seen) < patience + 5


def test_i26_pages_that_only_repeat_themselves_end(patience: int) -> None:
    body = page(contact("A"), contact("B"))
    del body["@odata.deltaLink"]

    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, json.dumps({**body, "@odata.nextLink": f"{ROOT}/v1.0/n?{number}"}).encode()

    wire = Wire(answer)
    with pytest.raises(ProtocolError, match="do not end"):
        client_on(wire).read_changes(BOX, "F", None)
    assert patience < len(wire.seen) < patience + 5


def test_some_empty_pages_are_no_end() -> None:
    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        more = {"@odata.nextLink": f"{ROOT}/v1.0/next?{number}"} if number < 200 else {}
        entries = [contact("A")] if number in (1, 200) else []
        return 200, {}, json.dumps({"value": entries, **more}).encode()

    assert [item.id for item in client_on(Wire(answer)).list_contacts(BOX, "F")] == ["A"]
