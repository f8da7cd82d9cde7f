"""What leaves the clients for any text: read back by other parsers, it is the same again."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from c4c_client import Create, Delete, Update, filters
from exchange_client import ContactCreate, ContactTrash, ContactUpdate
from exchange_client.api import path_of, query_of
from exchange_client.contact_fields import LINK_PROPERTY
from exchange_client.errors import ProtocolError
from fakes import c4c_calls, graph_calls
from fakes.wire import Wire
from harness import hostile
from hypothesis import assume, example, given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from email.message import Message

    import requests

#: Halves of surrogate pairs are read as U+FFFD; none can be asked to go into a URL.
utf8 = hostile.texts.map(lambda text: text.encode("utf-8", "replace").decode())
records = st.dictionaries(
    st.sampled_from(["LastName", "FirstName", "Email"]), hostile.texts, min_size=1
)


def sent(wire: Wire) -> list[requests.PreparedRequest]:
    """Return what was sent, without the request for a token."""
    return [r for r in wire.seen if r.headers.get("x-csrf-token") != "fetch"]


# -- `$batch` of C4C, read by the standard library's MIME parser -----------------------------------


def inner_requests(request: requests.PreparedRequest) -> list[tuple[str, dict[str, str], bytes]]:
    """Return request line, headers and body of each request, as MIME and HTTP lines have them."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
    return [_http(part) for part in _leaves(message_from_bytes(head + body))]


def _leaves(message: Message) -> list[Message]:
    assert message.defects == []
    if not message.is_multipart():
        return [message]
    parts = message.get_payload()
    assert isinstance(parts, list)
    return [leaf for part in parts if not isinstance(part, str) for leaf in _leaves(part)]


def _http(part: Message) -> tuple[str, dict[str, str], bytes]:
    assert part.get_content_type() == "application/http"
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    head, _, body = payload.partition(b"\r\n\r\n")
    line, *lines = head.decode("ascii").split("\r\n")
    pairs = [text.partition(": ") for text in lines]
    assert all(colon for _, colon, _ in pairs)
    return line, {name: value for name, _, value in pairs}, body


@hostile.cases(25)
@given(bodies=st.lists(records, min_size=1, max_size=4), key=utf8)
@example(bodies=[{"LastName": name} for name in hostile.NAMES.values()], key="A")
def test_i03_a_batch_holds_the_writes_and_nothing_else(
    bodies: list[dict[str, str]], key: str
) -> None:
    wire = Wire(c4c_calls.answering(200, b""))
    writes = [
        write
        for body in bodies
        for write in (
            Create("ContactCollection", body),
            Update("ContactCollection", key, body, "W/\"datetimeoffset'1%3A2'\""),
            Delete("ContactCollection", key, None),
        )
    ]
    c4c_calls.client_on(wire, batch_size=500).execute(writes)
    (request,) = sent(wire)
    found = inner_requests(request)
    assert len(found) == 4 * len(bodies)
    for number, body in enumerate(bodies):
        create, update, read, delete = found[4 * number : 4 * number + 4]
        assert create[0] == "POST ContactCollection HTTP/1.1"
        assert set(create[1]) == {"Accept", "odata-no-codedescs", "Content-Type", "Content-Length"}
        assert json.loads(create[2]) == body
        assert len(create[2].strip()) == int(create[1]["Content-Length"])
        assert (update[0].split(" ")[0], json.loads(update[2])) == ("PATCH", body)
        assert update[1]["If-Match"] == "W/\"datetimeoffset'1%3A2'\""
        assert (read[0].split(" ")[0], delete[0].split(" ")[0]) == ("GET", "DELETE")
        for line in (update[0], read[0], delete[0]):
            _, target, version = line.split(" ")
            assert version == "HTTP/1.1"
            assert key_of(target.partition("?")[0]) == key


def key_of(path: str) -> str:
    """Read `Collection('key')`: percent-decoded, then quotes taken as OData doubles them."""
    match = re.fullmatch(r"[A-Za-z]+\((.*)\)", unquote(path, errors="strict"), re.DOTALL)
    assert match
    value, rest = literal(match[1])
    assert rest == ""
    return value


# -- filters, read by a parser of their own --------------------------------------------------------


def literal(text: str) -> tuple[str, str]:
    """Read one quoted text; return it and what follows."""
    assert text[0] == "'"
    value, at = "", 1
    while True:
        end = text.index("'", at)
        value += text[at:end]
        if text[end + 1 : end + 2] != "'":
            return value, text[end + 1 :]
        value += "'"
        at = end + 2


def terms(text: str) -> list[tuple[str, str, str]]:
    """Read `property operator 'text' and …`."""
    found = []
    while True:
        name, operator, rest = text.split(" ", 2)
        value, rest = literal(rest)
        found.append((name, operator, value))
        if not rest:
            return found
        assert rest.startswith(" and ")
        text = rest.removeprefix(" and ")


def filter_of(url: str) -> str:
    parts = urlsplit(url)
    assert parts.fragment == ""
    options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True, errors="strict")
    assert set(options) <= {"$filter", "$format", "$inlinecount", "$orderby", "$select"}
    (text,) = options["$filter"]
    return text


@hostile.cases(30)
@given(last=utf8, first=utf8, part=utf8)
@example(last="' or 1 eq 1 or '", first="&$filter=x#", part="*%27+")
def test_i38_a_filter_asks_for_the_text_and_nothing_else(last: str, first: str, part: str) -> None:
    # A word of its own inside a text must not be taken for an operator.
    assume(" or " not in f"{last}{first}{part}".lower())
    condition = filters.all_of(
        filters.eq("LastName", last), filters.eq("FirstName", first), filters.contains("Name", part)
    )
    wanted = [("LastName", "eq", last), ("FirstName", "eq", first), ("Name", "eq", f"*{part}*")]
    single = Wire(c4c_calls.answering(200, b'{"d":{"results":[]}}'))
    list(c4c_calls.client_on(single).list_records("ContactCollection", filter=condition))
    assert terms(filter_of(str(sent(single)[0].url))) == wanted
    batched = Wire(c4c_calls.answering(200, b""))
    c4c_calls.outcome_of(
        lambda: c4c_calls.client_on(batched).search("ContactCollection", [condition or ""])
    )
    ((line, _, body),) = inner_requests(sent(batched)[0])
    method, target, version = line.split(" ")
    assert (method, version, body.strip()) == ("GET", "HTTP/1.1", b"")
    assert terms(filter_of(target)) == wanted


@pytest.mark.parametrize("name", ["Zeb\ud83d", "\ude00Zeb"])
def test_half_a_surrogate_pair_is_not_asked_for(name: str) -> None:
    wire = Wire(c4c_calls.answering(200, b""))
    with pytest.raises(ValueError, match="surrogates"):
        c4c_calls.client_on(wire).search("ContactCollection", [filters.eq("LastName", name)])
    assert not wire.seen


@hostile.cases(25)
@given(keys=st.lists(utf8.filter(bool), min_size=1, max_size=3, unique=True))
def test_i07_a_read_by_key_asks_for_that_key(keys: list[str]) -> None:
    wire = Wire(c4c_calls.answering(200, b""))
    c4c_calls.outcome_of(lambda: c4c_calls.client_on(wire).get_records("ContactCollection", keys))
    asked = [line.split(" ")[1] for line, _, _ in inner_requests(sent(wire)[0])]
    assert [key_of(path.partition("?")[0]) for path in asked] == keys


@hostile.cases(30)
@given(etag=hostile.texts.filter(lambda text: not (text.isascii() and text.isprintable())))
@example(etag='W/"1"\r\nX-Evil: 1')
def test_i15_an_etag_that_is_no_header_is_not_sent(etag: str) -> None:
    wire = Wire(c4c_calls.answering(200, b""))
    with pytest.raises(ValueError, match="control characters"):
        c4c_calls.client_on(wire).execute([Update("ContactCollection", "A", {"X": "y"}, etag)])
    assert not wire.seen


# -- Graph: paths, filters, JSON batches -----------------------------------------------------------


@hostile.cases(50)
@given(mailbox=utf8, contact_id=utf8)
@example(mailbox="a@b", contact_id="../../evil")
@example(mailbox="..", contact_id="x")
def test_i22_an_id_stays_in_its_segment(mailbox: str, contact_id: str) -> None:
    refused: ProtocolError | None = None
    path = ""
    try:
        path = path_of(mailbox, "contacts", contact_id) + query_of({"$select": "id"})
    except ProtocolError as error:
        refused = error
    assert (refused is not None) == bool({mailbox, contact_id} & {"", ".", ".."})
    if refused is None:
        parts = urlsplit(f"https://graph.microsoft.com/v1.0{path}")
        segments = [unquote(text, errors="strict") for text in parts.path.split("/")]
        assert segments == ["", "v1.0", "users", mailbox, "contacts", contact_id]
        assert (parts.query, parts.fragment) == ("$select=id", "")


@hostile.cases(30)
@given(link=utf8)
def test_i38_a_search_by_link_asks_for_the_link_and_nothing_else(link: str) -> None:
    wire = graph_calls.said(200, json.dumps(graph_calls.page()).encode())
    graph_calls.client_on(wire).find_by_link(graph_calls.BOX, "F", link)
    (request,) = wire.seen
    parts = urlsplit(str(request.url))
    options = parse_qs(parts.query, strict_parsing=True, errors="strict")
    assert (set(options), parts.fragment) == ({"$filter", "$expand"}, "")
    head, rest = options["$filter"][0].split("ep/id eq ", 1)
    name, rest = literal(rest)
    assert (head, name) == ("singleValueExtendedProperties/any(ep:", LINK_PROPERTY)
    value, rest = literal(rest.removeprefix(" and ep/value eq "))
    assert (value, rest) == (link, ")")


@hostile.cases(25)
@given(name=hostile.texts, link=hostile.texts, etag=hostile.texts)
def test_i03_a_json_batch_holds_the_writes_and_nothing_else(
    name: str, link: str, etag: str
) -> None:
    wire = graph_calls.said(200, b"{}")
    client, box = graph_calls.client_on(wire, max_retries=0), graph_calls.BOX
    client.create_contacts(
        box, [ContactCreate(folder_id="F", properties={"surname": name}, link=link)]
    )
    client.update_contacts(box, [ContactUpdate(id="A", properties={"surname": name}, etag=etag)])
    client.trash_contacts(box, [ContactTrash(id="A", etag=etag)])
    create, update, trash = [_only_request(request) for request in wire.seen]
    assert create["body"] == {
        "surname": name,
        "singleValueExtendedProperties": [{"id": LINK_PROPERTY, "value": link}],
    }
    assert (update["body"], update["headers"]["If-Match"]) == ({"surname": name}, etag)
    assert ("body" in trash, trash["headers"]["If-Match"]) == (False, etag)
    urls = {unquote(request["url"]) for request in (update, trash)}
    assert urls == {f"/users/{box}/contacts/A"}


def _only_request(request: requests.PreparedRequest) -> dict[str, Any]:
    assert isinstance(request.body, bytes)
    assert request.body.isascii()
    assert b"\n" not in request.body
    content: dict[str, Any] = json.loads(request.body)
    (only,) = content["requests"]
    assert isinstance(only, dict)
    return only
