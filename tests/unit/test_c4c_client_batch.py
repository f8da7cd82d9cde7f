"""The `$batch` format of the C4C client, checked with the standard library's MIME parser."""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from c4c_client import ProtocolError
from c4c_client.answers import Answer
from c4c_client.batch import Part, decode_batch, encode_batch, json_body
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from email.message import Message

# The first draw of text builds tables, which says nothing about these tests.
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

NASTY = st.one_of(
    st.text(),
    st.sampled_from(
        ["a\r\n--batch_x--\r\n", "\r\n\r\nGET x HTTP/1.1\r\n", "--changeset_1", "\x00"]
    ),
)
PROPERTIES = st.dictionaries(st.sampled_from(["LastName", "Note", "Email"]), NASTY, max_size=3)


def mime_parts(content_type: str, body: bytes) -> list[Message]:
    head = b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    return subparts(message_from_bytes(head + body))


def subparts(message: Message) -> list[Message]:
    parts = message.get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if not isinstance(part, str)]


def payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@patient
@given(st.lists(PROPERTIES, min_size=1, max_size=4))
def test_no_value_can_leave_its_part(records: list[dict[str, str]]) -> None:
    parts = [
        part
        for record in records
        for part in (
            Part("PATCH", "ContactCollection('A')", {"If-Match": 'W/"1"'}, json_body(record)),
            Part("GET", "ContactCollection('A')?$format=json", {"Accept": "application/json"}),
        )
    ]
    outer = mime_parts(*encode_batch(parts))
    assert len(outer) == 2 * len(records)
    for record, changeset, read in zip(records, outer[::2], outer[1::2], strict=True):
        (write,) = subparts(changeset)
        assert write.get_content_type() == "application/http"
        head, _, body = payload(write).partition(b"\r\n\r\n")
        assert head.splitlines()[:2] == [
            b"PATCH ContactCollection('A') HTTP/1.1",
            b'If-Match: W/"1"',
        ]
        assert json.loads(body) == record
        assert payload(read).startswith(b"GET ContactCollection('A')?$format=json HTTP/1.1\r\n")


def test_lines_end_with_crlf_and_two_blank_lines_follow_a_get() -> None:
    _, body = encode_batch([Part("GET", "A?$format=json", {"Accept": "application/json"})])
    assert body.count(b"\n") == body.count(b"\r\n")
    assert b"Accept: application/json\r\n\r\n\r\n--batch_" in body


def test_boundaries_are_new_each_time() -> None:
    parts = [Part("DELETE", "A('1')")]
    assert encode_batch(parts) != encode_batch(parts)


@pytest.mark.parametrize(
    ("path", "headers"),
    [("A HTTP/1.1\r\nX: y", {}), ("A('1')", {"If-Match": "x\r\nX-Other: y"})],
)
def test_paths_and_headers_cannot_bring_lines_of_their_own(
    path: str, headers: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="control"):
        Part("DELETE", path, headers)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_json_does_not_know_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_body({"Latitude": value})


def http_part(status: int, body: bytes, end: bytes = b"\r\n") -> bytes:
    lines = [
        b"Content-Type: application/http",
        b"Content-Transfer-Encoding: binary",
        b"",
        b"HTTP/1.1 %d Whatever" % status,
        b"Content-Type: application/json",
        b"ETag: W/1",
        b"",
        body,
    ]
    return end.join(lines)


def multipart(boundary: bytes, parts: list[bytes], end: bytes = b"\r\n") -> bytes:
    opened = b"".join(b"--" + boundary + end + part + end for part in parts)
    return opened + b"--" + boundary + b"--" + end


def changeset(part: bytes, end: bytes = b"\r\n") -> bytes:
    head = end.join([b'Content-Type: multipart/mixed; boundary="cs 1"', b"Content-Length: 9", b""])
    return head + end + multipart(b"cs 1", [part], end)


def batch_answer(body: bytes, content_type: str = "multipart/mixed; boundary=b1") -> Answer:
    return Answer(202, {"content-type": content_type}, body)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@patient
@given(values=st.lists(NASTY, min_size=1, max_size=4))
def test_answers_come_out_as_they_went_in(end: bytes, values: list[str]) -> None:
    bodies = [
        json.dumps({"d": value}, ensure_ascii=False).encode("utf-8", "replace") for value in values
    ]
    parts = [
        part
        for body in bodies
        for part in (http_part(200, body, end), changeset(http_part(201, body, end), end))
    ]
    batch = decode_batch(batch_answer(multipart(b"b1", parts, end)))
    assert batch.is_complete
    assert [part.status for part in batch.answers] == [200, 201] * len(values)
    assert [part.body.strip(b"\r\n") for part in batch.answers[::2]] == bodies
    assert [part.body.strip(b"\r\n") for part in batch.answers[1::2]] == bodies
    assert all(part.headers["etag"] == "W/1" for part in batch.answers)


def test_a_refused_changeset_answers_with_a_single_part() -> None:
    parts = [
        http_part(400, b"{}"),
        changeset(b"Content-Type: application/http\r\n\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    ]
    batch = decode_batch(batch_answer(b"preamble\r\n" + multipart(b"b1", parts) + b"epilogue"))
    assert [(part.status, part.body) for part in batch.answers] == [(400, b"{}"), (204, b"")]


def test_a_cut_answer_keeps_the_parts_that_are_whole() -> None:
    whole = multipart(b"b1", [http_part(204, b""), http_part(204, b"")])
    batch = decode_batch(batch_answer(whole[:-30]))
    assert (len(batch.answers), batch.is_complete) == (1, False)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<html>"),
        ("", b""),
        ("multipart/mixed", b"--b1--"),
        (
            "multipart/mixed; boundary=b1",
            multipart(b"b1", [b"Content-Type: text/plain\r\n\r\nhello"]),
        ),
        (
            "multipart/mixed; boundary=b1",
            multipart(b"b1", [b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c--"]),
        ),
    ],
)
def test_what_is_no_batch_answer_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_batch(batch_answer(body, content_type))
