"""Links of a C4C service that lead elsewhere, or nowhere: no other host, and an end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import ProtocolError
from fakes.c4c_calls import CALLS, CONTACTS, HOST, PATH, listed, row, run
from fakes.wire import Wire
from harness import hostile
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    import requests

NEXT = f"{PATH}XCollection?$skiptoken=1001"
OWN = [
    f"{HOST}:443{NEXT}",
    f"https://evil.example{NEXT}",
    f"https://tenant.example@evil.example{NEXT}",
    f"http://evil.example{NEXT}",
    f"https://evil.example:1{NEXT}#x",
    f"https://tenant.example\\@evil.example{NEXT}",
    "XCollection?$skiptoken=1001",
]
ELSEWHERE = [
    f"https://evil.example/?{NEXT}",
    f"{HOST}{PATH}YCollection?$skiptoken=1001",
    f"{HOST}{PATH}../XCollection?$skiptoken=1001",
    f"{HOST}{PATH}%2e%2e/XCollection?$skiptoken=1001",
    f"{HOST}{PATH}XCollection",
    f"{HOST}{PATH}XCollection?",
    f"{HOST}{PATH}XCollection?$skiptoken=1 HTTP/1.1",
    f"{HOST}{PATH}XCollection?a=1\x00",
    "//evil.example/XCollection?a=1",
    "https://[",
    "file:///etc/passwd?a=1",
    "?$skiptoken=1",
]


def linked(link: Any) -> Wire:
    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        more = {"__next": link} if number == 1 else {}
        return 200, {}, json.dumps(listed({"Code": str(number)}, **more)).encode()

    return Wire(answer)


@pytest.mark.parametrize("link", OWN, ids=ascii)
def test_i37_a_link_is_followed_on_our_own_host_alone(link: str) -> None:
    wire = linked(link)
    assert len(run(CALLS["codes"], wire)) == 2
    assert str(wire.seen[1].url).startswith(f"{HOST}{NEXT}")


@pytest.mark.parametrize("link", ELSEWHERE, ids=ascii)
def test_i37_a_link_to_elsewhere_is_not_followed(link: str) -> None:
    wire = linked(link)
    assert isinstance(run(CALLS["codes"], wire), ProtocolError)
    assert len(wire.seen) == 1


@hostile.cases(50)
@given(
    link=st.text(st.characters(max_codepoint=0x2FFF), max_size=12).flatmap(
        lambda text: st.sampled_from([f"{HOST}{NEXT}{text}", f"https://{text}{NEXT}"])
    )
)
def test_i37_no_spelling_of_a_link_reaches_another_host(link: str) -> None:
    run(CALLS["codes"], linked(link))


@pytest.mark.parametrize("rows", [[], [{"Code": "1"}]])
def test_i26_pages_that_bring_nothing_new_end(rows: list[dict[str, str]]) -> None:
    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        body = listed(*rows, __next=f"{HOST}{PATH}XCollection?$skiptoken={number}")
        return 200, {}, json.dumps(body).encode()

    assert isinstance(run(CALLS["codes"], Wire(answer)), ProtocolError)


def test_i26_a_listing_that_brings_nothing_new_ends() -> None:
    def answer(_: requests.PreparedRequest, number: int) -> tuple[int, dict[str, str], bytes]:
        # No order and no filter by key; links that never end.
        link = f"{HOST}{PATH}{CONTACTS}?$skiptoken={number}"
        return 200, {}, json.dumps(listed(row("B"), row("A"), __next=link)).encode()

    assert isinstance(run(CALLS["list"], Wire(answer)), ProtocolError)
