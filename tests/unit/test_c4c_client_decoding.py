"""Dates, envelopes, filters, URLs, metadata and error mapping of the C4C client."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from c4c_client import (
    AuthError,
    C4CError,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
    filters,
    to_c4c_date,
)
from c4c_client.answers import Answer, read_page, read_record
from c4c_client.dates import decode_date
from c4c_client.error_mapping import batch_error, read_error, write_error
from c4c_client.metadata_xml import parse_metadata
from c4c_client.urls import entity_path, next_path, service_root, tenant_identity, with_options
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = "https://tenant.example/sap/c4c/odata/v1/c4codataapi/"


def answer(content: object, status: int = 200, **headers: str) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(status, headers, body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Date(1422997623532)/", "2015-02-03T21:07:03.532Z"),
        ("/Date(0)/", "1970-01-01T00:00:00.000Z"),
        ("/Date(-1)/", "1969-12-31T23:59:59.999Z"),
        ("/Date(-62135769600000)/", "0001-01-01T00:00:00.000Z"),
        ("/Date(253402214400000)/", "9999-12-31T00:00:00.000Z"),
        ("/Date(1422997623532+0060)/", "2015-02-03T21:07:03.532Z"),
        ("/Date(-999999999999999999)/", "0001-01-01T00:00:00.000Z"),
        ("/Date(999999999999999999)/", "9999-12-31T23:59:59.999Z"),
        ("PT13H00M00S", None),
        ("see /Date(0)/", None),
    ],
)
def test_dates_become_utc_text(text: str, expected: str | None) -> None:
    assert decode_date(text) == expected


@pytest.mark.parametrize("text", ["1980-02-29", "1980-02-29T00:00:00.000Z"])
def test_a_date_is_written_with_midnight(text: str) -> None:
    assert to_c4c_date(text) == "1980-02-29T00:00:00"


def test_a_text_that_is_no_date_is_not_written() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        to_c4c_date("29.02.1980")


ROW = {
    "__metadata": {"etag": "W/\"datetimeoffset'2016-04-27T23%3A07%3A31.6809330Z'\""},
    "ObjectID": "00163E0DBD9E1ED596ED4A8E7BB1A5E1",
    "LastName": "Doe   ",
    "FirstName": "",
    "BirthDate": None,
    "ChangedOn": "/Date(0)/",
    "VIP": False,
    "Latitude": "-12.08694900000000",
    "ContactTextCollection": {"__deferred": {"uri": "…"}},
    "Addresses": {"results": [{"ObjectID": "X"}]},
    "Team": [{"ObjectID": "Y"}],
}


@pytest.mark.parametrize(
    "envelope", [{"d": {"results": ROW}}, {"d": ROW}], ids=["C4C's own form", "plain OData V2"]
)
def test_a_single_record_is_read_from_both_envelopes(envelope: object) -> None:
    record = read_record(answer(envelope))
    assert record.object_id == ROW["ObjectID"]
    assert record.etag == "W/\"datetimeoffset'2016-04-27T23%3A07%3A31.6809330Z'\""
    assert record.properties == {
        "ObjectID": "00163E0DBD9E1ED596ED4A8E7BB1A5E1",
        "LastName": "Doe",
        "FirstName": "",
        "BirthDate": None,
        "ChangedOn": "1970-01-01T00:00:00.000Z",
        "VIP": False,
        "Latitude": "-12.08694900000000",
    }


def test_a_record_without_etag_takes_that_of_the_header() -> None:
    record = read_record(answer({"d": {"ObjectID": "A"}}, etag='W/"1"'))
    assert record.etag == 'W/"1"'


def test_values_stay_out_of_the_repr_of_a_record() -> None:
    assert "Doe" not in repr(read_record(answer({"d": ROW})))


@pytest.mark.parametrize("envelope", [{"d": {"results": [ROW]}}, {"d": [ROW]}])
def test_a_collection_is_a_list(envelope: object) -> None:
    page = read_page(answer(envelope))
    assert page.rows == [ROW]
    assert page.next_link is None


def test_control_characters_inside_json_are_tolerated() -> None:
    body = b'{"d": {"results": [{"ObjectID": "A", "Note": "one\x0btwo\nthree"}]}}'
    assert read_page(answer(body)).rows[0]["Note"] == "one\x0btwo\nthree"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Secret Person</html>",
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"error": {}}',
        b'{"d": 1}',
        b'{"d": {"results": {"ObjectID": "Secret Person"}}}',
        b'{"d": {"results": ["Secret Person"]}}',
        b'{"d": {"results": [], "__next": 7}}',
    ],
)
def test_anything_but_a_collection_is_a_protocol_error_without_the_body(body: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_page(answer(body))
    assert "Secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("content", [{"d": {"results": [ROW]}}, {"d": {"LastName": "Doe"}}])
def test_a_list_or_a_row_without_key_is_no_record(content: object) -> None:
    with pytest.raises(ProtocolError):
        read_record(answer(content))


def test_filters() -> None:
    moment = datetime(2026, 1, 2, 4, 4, 5, 678901, tzinfo=timezone(timedelta(hours=1)))
    assert filters.eq("Email", "o'neil@example.org") == "Email eq 'o''neil@example.org'"
    assert filters.eq("Flag", value=True) == "Flag eq true"
    assert filters.eq("Count", 3) == "Count eq 3"
    assert filters.contains("Name", "O'Neil") == "Name eq '*O''Neil*'"
    assert filters.at_least("ObjectID", "AB") == "ObjectID ge 'AB'"
    assert (
        filters.since("ChangedOn", moment)
        == "ChangedOn ge datetimeoffset'2026-01-02T03:04:05.678901Z'"
    )


def test_filters_refuse_what_is_no_property_and_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="property"):
        filters.eq("Email eq 'x' or Name", "y")
    with pytest.raises(ValueError, match="time zone"):
        filters.since("ChangedOn", datetime(2026, 1, 1))  # noqa: DTZ001 - the point


@pytest.mark.parametrize(
    ("given_filters", "expected"),
    [
        ((), None),
        ((None, ""), None),
        (("A eq '1'", None), "A eq '1'"),
        (("A eq '1' or A eq '2'",), "A eq '1' or A eq '2'"),
        (("A eq '1'", "B eq '2'"), "A eq '1' and B eq '2'"),
        (("A eq '1' or A eq '2'", "B eq '2'"), "(A eq '1' or A eq '2') and B eq '2'"),
    ],
)
def test_all_of_keeps_the_meaning(
    given_filters: tuple[str | None, ...], expected: str | None
) -> None:
    assert filters.all_of(*given_filters) == expected


@pytest.mark.parametrize(
    ("base_url", "root", "identity"),
    [
        (ROOT, ROOT, "tenant.example"),
        (ROOT.rstrip("/"), ROOT, "tenant.example"),
        ("https://My1.Example:443/x", "https://My1.Example:443/x/", "my1.example"),
        ("https://my1.example:8443/x", "https://my1.example:8443/x/", "my1.example:8443"),
        ("http://127.0.0.1:8080/x/", "http://127.0.0.1:8080/x/", "127.0.0.1:8080"),
    ],
)
def test_service_root_and_identity(base_url: str, root: str, identity: str) -> None:
    assert service_root(base_url) == root
    assert tenant_identity(root) == identity


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "tenant.example",
        "http://tenant.example/x",
        "https://user:secret@tenant.example/x",
        "https://tenant.example/x?a=b",
        "https://tenant.example/x#a",
    ],
)
def test_a_service_root_that_would_leak_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        service_root(base_url)


def test_keys_and_option_values_are_encoded() -> None:
    assert entity_path("ContactCollection", "a'b/c\r\n") == "ContactCollection('a''b%2Fc%0D%0A')"
    path = with_options("ContactCollection", {"$filter": "Email eq 'a+b&c@x'", "$select": "A,B"})
    assert path == (
        "ContactCollection?$filter=Email%20eq%20%27a%2Bb%26c%40x%27&$select=A,B&$format=json"
    )
    with pytest.raises(ValueError, match="collection"):
        entity_path("../Contact", "x")


@pytest.mark.parametrize(
    "link",
    [
        "https://tenant.example:443/sap/c4c/odata/v1/c4codataapi/ContactCollection?$skiptoken=1001",
        "https://other.example/sap/c4c/odata/v1/c4codataapi/ContactCollection?$skiptoken=1001",
        "ContactCollection?$skiptoken=1001",
    ],
)
def test_a_next_link_is_rebuilt_on_our_own_host(link: str) -> None:
    assert next_path(ROOT, "ContactCollection", link) == (
        "ContactCollection?$skiptoken=1001&$format=json"
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://tenant.example/other/ContactCollection?$skiptoken=1001",
        "OtherCollection?$skiptoken=1001",
        "ContactCollection",
        "ContactCollection?a=b c",
        "https://[broken/ContactCollection?a=b",
    ],
)
def test_a_next_link_to_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(ProtocolError):
        next_path(ROOT, "ContactCollection", link)


METADATA = b"""<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">
 <edmx:DataServices>
  <Schema Namespace="c4codata" xmlns="http://schemas.microsoft.com/ado/2008/09/edm"
    xmlns:sap="http://www.sap.com/Protocols/SAPData" xmlns:c4c="http://www.sap.com/Protocols/C4CData">
   <EntityType Name="Thing"><Key><PropertyRef Name="ObjectID"/></Key>
    <Property Name="ObjectID" Type="Edm.String" Nullable="false" MaxLength="70"
      sap:creatable="false" sap:updatable="false" sap:filterable="true"/>
    <Property Name="StateCode" Type="Edm.String" MaxLength="6" sap:label="State"
      c4c:value-help="StateCollection" c4c:context-property="CountryCode"/>
    <Property Name="BirthDate" Type="Edm.DateTime" sap:display-format="Date"/>
   </EntityType>
   <EntityContainer Name="c"><EntitySet Name="ThingCollection" EntityType="c4codata.Thing"/>
    <EntitySet Name="LostCollection" EntityType="c4codata.Lost"/></EntityContainer>
  </Schema>
 </edmx:DataServices>
</edmx:Edmx>"""


def test_metadata_names_types_properties_and_collections() -> None:
    metadata = parse_metadata(METADATA)
    thing = metadata.entity_type_of("ThingCollection")
    assert thing is metadata.entity_type("Thing")
    assert thing.key == ("ObjectID",)
    key, state, birth = thing.properties
    assert (key.max_length, key.nullable, key.creatable, key.updatable) == (70, False, False, False)
    assert (state.label, state.value_help, state.context_property) == (
        "State",
        "StateCollection",
        "CountryCode",
    )
    assert (state.nullable, state.creatable, state.filterable) == (True, True, True)
    assert (birth.max_length, birth.display_format) == (None, "Date")
    assert thing.property("StateCode") is state
    assert thing.property("Other") is None


def test_what_the_metadata_does_not_declare_is_not_found() -> None:
    metadata = parse_metadata(METADATA)
    with pytest.raises(NotFoundError):
        metadata.entity_type("Lost")
    with pytest.raises(NotFoundError):
        metadata.entity_type_of("LostCollection")
    with pytest.raises(NotFoundError):
        metadata.entity_type_of("NoCollection")


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    ],
)
def test_metadata_that_is_none_or_defines_entities_is_refused(document: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_metadata(document)


def refusal(status: int, text: str = "Jane Roe", code: str = "ERROR", **headers: str) -> Answer:
    error = {"code": code, "message": {"lang": "en", "value": text}}
    return answer({"error": error}, status, **headers)


LOCKED = "Record is locked by user Jane Roe"
HTML = Answer(502, {}, b"<html>Jane Roe</html>")


@pytest.mark.parametrize(
    ("refused", "on_read", "on_write", "on_batch"),
    [
        (refusal(301), ProtocolError, ProtocolError, ProtocolError),
        (refusal(400), RejectedError, RejectedError, ProtocolError),
        (refusal(400, LOCKED), TransientError, TransientError, TransientError),
        (refusal(401), AuthError, RejectedError, AuthError),
        (refusal(403), AuthError, RejectedError, AuthError),
        (refusal(403, LOCKED), TransientError, TransientError, TransientError),
        (refusal(404), NotFoundError, NotFoundError, ProtocolError),
        (refusal(410), NotFoundError, NotFoundError, ProtocolError),
        (refusal(412), PreconditionFailedError, PreconditionFailedError, ProtocolError),
        (refusal(429), ThrottledError, ThrottledError, ThrottledError),
        (refusal(500), TransientError, UnknownOutcomeError, TransientError),
        (refusal(500, LOCKED), TransientError, TransientError, TransientError),
        (HTML, TransientError, UnknownOutcomeError, TransientError),
        (refusal(503), TransientError, TransientError, TransientError),
        (refusal(501), ProtocolError, ProtocolError, ProtocolError),
    ],
)
def test_refusals_are_grouped_by_what_to_do_next(
    refused: Answer,
    on_read: type[C4CError],
    on_write: type[C4CError],
    on_batch: type[C4CError],
) -> None:
    errors = [mapped(refused, "do it") for mapped in (read_error, write_error, batch_error)]
    assert [type(error) for error in errors] == [on_read, on_write, on_batch]
    assert not any("Roe" in f"{error} {vars(error)}" for error in errors)


def test_a_rejection_carries_code_status_and_property_but_no_text() -> None:
    error = write_error(refusal(400, "Property 'Foo' not found: Jane Roe", "CX/1"), "create")
    assert isinstance(error, RejectedError)
    assert (error.code, error.http_status, error.property_name) == ("CX/1", 400, "Foo")
    assert str(error) == "create: C4C answered 400 (code CX/1, property Foo)"


def test_a_code_that_might_be_content_is_dropped() -> None:
    error = read_error(refusal(400, code="Jane Roe"), "read")
    assert isinstance(error, RejectedError)
    assert error.code == ""


def test_throttling_says_how_long() -> None:
    error = read_error(refusal(429, **{"retry-after": "7"}), "read")
    assert isinstance(error, ThrottledError)
    assert error.retry_after_seconds == 7


@pytest.mark.parametrize("content", [{"error": "Jane Roe"}, {"error": {"message": "Jane Roe"}}, {}])
def test_odd_error_bodies_are_survived(content: object) -> None:
    error = read_error(answer(content, 400), "read")
    assert str(error) == "read: C4C answered 400"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=200))
def test_no_body_breaks_the_error_mapping(body: bytes) -> None:
    assert isinstance(write_error(Answer(400, {}, body), "update"), C4CError)


def test_i50_metadata_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ProtocolError, match="does not end"):
        parse_metadata(b"<a>" + b"<b/>" * 500_001 + b"</a>")
