"""Answers that are not C4C's: errors of the client's own tree, and no value in them."""

from __future__ import annotations

import json

import pytest
from c4c_client import ProtocolError, UnknownOutcomeError
from c4c_client.answers import Answer
from c4c_client.credentials import SamlCredentials
from c4c_client.errors import C4CError
from fakes.c4c_calls import (
    BODIES,
    CALLS,
    MULTIPART,
    ODD_HEADERS,
    TEXT,
    Call,
    answering,
    client_on,
    multipart,
    outcome_of,
    row,
    run,
    single,
)
from fakes.wire import Wire
from harness import hostile
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", CALLS)
def test_a_sound_answer_is_no_error(name: str) -> None:
    result = run(CALLS[name], Wire(answering(200, CALLS[name].encoded())))
    assert not isinstance(result, C4CError)
    if CALLS[name].is_write:
        assert [entry.error for entry in result] == [None] * len(result)


@pytest.mark.parametrize("status", [200, 302, 404, 500])
@pytest.mark.parametrize("name", CALLS)
def test_i37_what_is_no_answer_is_an_error_of_the_tree(name: str, status: int) -> None:
    for body in BODIES.values():
        for headers in (MULTIPART, ODD_HEADERS) if status == 200 else (ODD_HEADERS,):
            result = run(CALLS[name], Wire(answering(status, body, headers)))
            if CALLS[name].is_write:
                assert all(entry.error is not None for entry in result)


def test_i37_a_token_that_is_no_token_is_an_error_of_the_tree() -> None:
    for body in BODIES.values():
        for status in (200, 302, 403, 500):
            for call in (CALLS["create"], CALLS["get many"]):
                run(call, Wire(lambda *_, s=status, b=body: (s, ODD_HEADERS, b)))


@hostile.cases(50)
@given(data=st.data())
def test_i37_spoilt_answers_are_errors_of_the_tree(data: st.DataObject) -> None:
    call = CALLS[data.draw(st.sampled_from([*CALLS]))]
    if call.parts:
        parts = [*call.parts]
        at = data.draw(st.integers(0, len(parts) - 1))
        status, body = parts[at]
        spoilt = data.draw(hostile.spoilt(body)) if body else data.draw(hostile.values)
        parts[at] = (data.draw(st.sampled_from([status, status, 400, 404, 500])), spoilt)
        text = multipart(parts)
    else:
        text = json.dumps(data.draw(hostile.spoilt(call.body))).encode()
    run(call, Wire(answering(200, text)))


@hostile.cases(50)
@given(data=st.data())
def test_i37_spoilt_bytes_are_errors_of_the_tree(data: st.DataObject) -> None:
    call = CALLS[data.draw(st.sampled_from([*CALLS]))]
    text = call.encoded()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    foreign = data.draw(
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from([b"", b"\r\n--b--", b"\r\n--b\r\n", b"\r\n\r\n", b"HTTP/1.1 999 X"]),
        )
    )
    run(call, Wire(answering(200, text[:start] + foreign + text[end:])))


# -- batches ---------------------------------------------------------------------------------------


def test_i07_parts_that_are_mixed_up_are_noticed() -> None:
    many = CALLS["get many"]
    swapped = multipart(many.parts[::-1])
    assert isinstance(run(many, Wire(answering(200, swapped))), ProtocolError)
    update = CALLS["update"]
    swapped = multipart([update.parts[n] for n in (0, 3, 2, 1)])
    results = run(update, Wire(answering(200, swapped)))
    assert [type(entry.error) for entry in results] == [UnknownOutcomeError] * 2


@pytest.mark.parametrize("kept", [0, 1])
def test_i07_a_part_that_is_missing_proves_nothing(kept: int) -> None:
    many = CALLS["get many"]
    for text in (multipart(many.parts[:kept]), multipart(many.parts)[: 150 + 400 * kept]):
        assert isinstance(run(many, Wire(answering(200, text))), ProtocolError)


@pytest.mark.parametrize("kept", [0, 1])
def test_i10_a_part_that_is_missing_leaves_a_write_unknown(kept: int) -> None:
    call = CALLS["create"]
    wire = Wire(answering(200, multipart(call.parts[:kept])))
    results = run(call, wire)
    assert [type(entry.error) for entry in results[kept:]] == [UnknownOutcomeError] * (2 - kept)
    assert [request.method for request in wire.seen].count("POST") == 1


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_i10_answers_under_another_boundary_leave_writes_unknown(name: str) -> None:
    text = multipart(CALLS[name].parts, boundary=b"other")
    for headers in (MULTIPART, {"content-type": "application/json"}, {}):
        wire = Wire(answering(200, text, headers))
        results = run(CALLS[name], wire)
        assert {type(entry.error) for entry in results} == {UnknownOutcomeError}
        assert [request.method for request in wire.seen].count("POST") == 1


def test_more_answers_than_requests_leave_writes_unknown() -> None:
    text = multipart(CALLS["create"].parts * 2)
    results = run(CALLS["create"], Wire(answering(200, text)))
    assert {type(entry.error) for entry in results} == {UnknownOutcomeError}


# -- texts -----------------------------------------------------------------------------------------


def test_half_a_surrogate_pair_is_read_as_any_utf8_text_shows_it() -> None:
    texts = {"LastName": "Ze\ud83d", "FirstName": "\U0001f600", "JobTitle": "\\ud83d"}
    body = json.dumps(single(row("A", **texts))).encode()
    assert b"\\ud83d\\ude00" in body
    record = CALLS["get"].run(client_on(Wire(answering(200, body))))
    assert record.properties["LastName"] == "Ze\ufffd"
    assert record.properties["FirstName"] == "\U0001f600"
    assert record.properties["JobTitle"] == "\\ud83d"


# -- metadata and access tokens --------------------------------------------------------------------

EDMX = (
    b'<edmx:Edmx xmlns:edmx="e"><Schema xmlns="s"><EntityType Name="Contact">'
    b'<Property Name="LastName" Type="Edm.String" MaxLength="%s"/></EntityType></Schema>'
    b"</edmx:Edmx>"
)
XML: dict[str, bytes] = {
    **BODIES,
    "an entity": b'<!DOCTYPE a [<!ENTITY b "%s">]><a>&b;</a>' % TEXT,
    "a file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "laughs": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "an unknown encoding": b'<?xml version="1.0" encoding="x-%s"?><a/>' % b"unknown",
    "no encoding of texts": b'<?xml version="1.0" encoding="hex"?><a/>',
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "deep and open": b"<a>" * 100_000,
    "no types": b"<a/>",
}


@pytest.mark.parametrize("document", XML.values(), ids=[*XML])
def test_what_is_no_metadata_is_a_protocol_error(document: bytes) -> None:
    call = Call(lambda client: client.get_metadata(["Contact"]))
    assert isinstance(run(call, Wire(answering(200, document))), ProtocolError)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x", "", "Max", "\u0663", "1e9"])
def test_a_length_that_is_no_number_is_none(length: str) -> None:
    document = EDMX % length.encode()
    metadata = client_on(Wire(answering(200, document))).get_metadata()
    (prop,) = metadata.entity_type("Contact").properties
    assert prop.max_length is None


@pytest.mark.parametrize("lifetime", ["nan", "inf", "x", None, [], 10**400])
def test_an_access_token_without_a_lifetime_is_a_protocol_error(lifetime: object) -> None:
    credentials = SamlCredentials.__new__(SamlCredentials)
    answer = Answer(200, {}, json.dumps({"access_token": "t", "expires_in": lifetime}).encode())
    with pytest.raises(ProtocolError, match="no number"):
        credentials._keep(answer)


@hostile.cases(25)
@given(data=st.data())
def test_spoilt_access_tokens_are_errors_of_the_tree(data: st.DataObject) -> None:
    sound = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
    body = json.dumps(data.draw(hostile.spoilt(sound))).encode()
    credentials = SamlCredentials.__new__(SamlCredentials)
    credentials._clock = lambda: 0.0
    _, refused = outcome_of(lambda: credentials._keep(Answer(200, {}, body)))
    assert refused is None or isinstance(refused, ProtocolError)
    if refused is None:
        assert str(credentials._token).isprintable()
