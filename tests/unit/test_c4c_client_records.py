"""Reading and writing records in batches, against a small tenant in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from c4c_client import (
    AuthError,
    Create,
    Delete,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
    Update,
    Write,
)
from fakes.c4c_tenant import (
    CONTACTS,
    ROOT,
    Inner,
    Tenant,
    create,
    encoded,
    error,
    people,
    response,
    shown,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_records_are_read_by_key_in_batches_and_only_404_is_none() -> None:
    tenant = Tenant(people("A", "B", "C"))
    found = tenant.client(batch_size=1).get_records(CONTACTS, ["A", "X", "C", "A"])
    assert list(found) == ["A", "X", "C"]
    names = [record and record.properties["LastName"] for record in found.values()]
    assert names == ["Name A", None, "Name C"]
    # The last one asks whether the missing one is listed.
    assert [len(batch) for batch in tenant.batches] == [2, 1, 1]


def test_no_keys_no_request() -> None:
    tenant = Tenant()
    assert tenant.client().get_records(CONTACTS, []) == {}
    assert tenant.client().search(CONTACTS, []) == []
    assert tenant.client().execute([]) == []
    assert not tenant.batches


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (error(400), RejectedError),
        (error(403), AuthError),
        (error(429), ThrottledError),
        (error(503), TransientError),
        ((200, shown(people("B")["B"])), ProtocolError),
        ((200, {"d": {"results": []}}), ProtocolError),
    ],
)
def test_a_part_that_failed_is_an_error_not_an_absence(
    part: Inner, expected: type[Exception]
) -> None:
    tenant = Tenant(people("A"), on_part=lambda _, path: part if "('A')" in path else None)
    with pytest.raises(expected):
        tenant.client(max_retries=1).get_records(CONTACTS, ["A"])


def test_only_busy_parts_are_asked_for_again() -> None:
    busy = [error(429), error(503)]
    tenant = Tenant(
        people("A", "B"),
        on_part=lambda _, path: busy.pop() if "('A')" in path and busy else None,
    )
    found = tenant.client().get_records(CONTACTS, ["A", "B"])
    assert None not in found.values()
    assert [len(batch) for batch in tenant.batches] == [2, 1, 1]
    assert tenant.waits == [1, 2]


def test_a_read_batch_with_missing_answers_is_an_error() -> None:
    tenant = Tenant(people("A", "B"), on_answer=lambda body: body[:-60])
    with pytest.raises(ProtocolError):
        tenant.client().get_records(CONTACTS, ["A", "B"])


def test_searches_answer_in_the_order_asked() -> None:
    tenant = Tenant(people("B", "A", "C"))
    tenant.records["A"]["Email"] = tenant.records["B"]["Email"] = "a+b@x"
    found = tenant.client().search(CONTACTS, ["Email eq 'none'", "Email eq 'a+b@x'"], ["Email"])
    assert [[record.object_id for record in records] for records in found] == [[], ["A", "B"]]
    asked = "GET ContactCollection?$select=ObjectID,Email&$filter=Email eq '{}'&$format=json"
    assert tenant.batches == [[asked.format("none"), asked.format("a+b@x")]]


def test_a_search_with_more_pages_is_read_to_the_end() -> None:
    def first_of_two(_: str, path: str) -> Inner | None:
        if "$orderby" in path or "$filter" not in path:
            return None
        return 200, {"d": {"results": [], "__next": f"{ROOT}{CONTACTS}?$skiptoken=2"}}

    tenant = Tenant(people("A"), on_part=first_of_two)
    (found,) = tenant.client().search(CONTACTS, ["LastName ne ''"])
    assert [record.object_id for record in found] == ["A"]


def test_each_write_has_a_changeset_and_updates_are_read_back() -> None:
    tenant = Tenant(people("A", "B"))
    client = tenant.client()
    writes: list[Write] = [create(), update("A", 'W/"1%3A"'), Delete(CONTACTS, "B", None)]
    created, updated, deleted = client.execute(writes)
    assert tenant.batches == [
        [
            "POST ContactCollection",
            "PATCH ContactCollection('A')",
            "GET ContactCollection('A')?$format=json",
            "DELETE ContactCollection('B')",
        ]
    ]
    assert created.record is not None
    assert created.record.object_id == "N2"
    assert created.record.etag == 'W/"1%3A"'
    assert updated.record is not None
    assert updated.record.properties["LastName"] == "New"
    assert updated.record.etag == 'W/"2%3A"'
    assert (deleted.record, deleted.error) == (None, None)
    assert "B" not in tenant.records


def test_a_changed_record_fails_its_precondition_and_stops_nothing_else() -> None:
    tenant = Tenant(people("A", "B"))
    stale, fresh = tenant.client().execute([update("A", 'W/"0%3A"'), update("B", 'W/"1%3A"')])
    assert isinstance(stale.error, PreconditionFailedError)
    assert stale.record is None
    assert fresh.record is not None
    assert tenant.records["A"]["LastName"] == "Name A"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (error(400, "Property 'X' not found"), RejectedError),
        (error(400, "Object is locked by user Jane Roe"), TransientError),
        (error(403), RejectedError),
        (error(404), NotFoundError),
        (error(500), UnknownOutcomeError),
        (error(503), TransientError),
    ],
)
def test_a_refused_write_gets_its_own_error(part: Inner, expected: type[Exception]) -> None:
    tenant = Tenant(people("A"), on_part=lambda method, _: part if method == "PATCH" else None)
    refused, created = tenant.client().execute([update("A"), create()])
    assert type(refused.error) is expected
    assert "Roe" not in str(refused.error)
    assert created.record is not None
    assert len(tenant.batches) == 1


def test_writes_are_split_into_batches() -> None:
    tenant = Tenant()
    results = tenant.client(batch_size=2).execute([create(str(number)) for number in range(5)])
    assert [len(batch) for batch in tenant.batches] == [2, 2, 1]
    names = [result.record.properties["LastName"] for result in results if result.record]
    assert names == ["0", "1", "2", "3", "4"]


def raising(failure: Exception) -> Callable[[int, requests.PreparedRequest], None]:
    def fail(number: int, _: requests.PreparedRequest) -> None:
        if number == 2:
            raise failure

    return fail


@pytest.mark.parametrize("failure", [requests.ConnectionError(), requests.ReadTimeout()])
def test_a_lost_answer_leaves_only_its_own_batch_unknown(failure: Exception) -> None:
    tenant = Tenant(on_batch=raising(failure))
    results = tenant.client(batch_size=1).execute([create(), create(), create()])
    kinds = [type(result.error) for result in results]
    assert kinds == [type(None), UnknownOutcomeError, type(None)]
    assert len(tenant.batches) == 3
    assert not tenant.waits


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (response(500), UnknownOutcomeError),
        (response(502), UnknownOutcomeError),
        (response(503), UnknownOutcomeError),
        (response(504), UnknownOutcomeError),
        (response(200, b"<html>", content_type="text/html"), UnknownOutcomeError),
        (response(202, b"", content_type="multipart/mixed; boundary=b"), UnknownOutcomeError),
        (response(503, retry_after="900"), TransientError),
        (response(400), ProtocolError),
        (response(403, b"no right"), AuthError),
        (response(307, location="https://x.example"), ProtocolError),
    ],
)
def test_a_batch_answered_otherwise(answer: requests.Response, expected: type[Exception]) -> None:
    tenant = Tenant(on_batch=lambda _, __: answer)
    results = tenant.client().execute([create(), update("A")])
    assert [type(result.error) for result in results] == [expected, expected]
    asked = [
        ["GET ContactStatusCodeCollection?$top=1&$format=json"]
    ]  # Is it one of the two, or does C4C take no batches?
    assert tenant.batches[1:] == (asked if expected in (AuthError, ProtocolError) else [])


@pytest.mark.parametrize("turned_away", [response(429), response(503, retry_after="1")])
def test_a_batch_turned_away_is_sent_again(turned_away: requests.Response) -> None:
    tenant = Tenant(on_batch=lambda number, _: turned_away if number == 1 else None)
    (result,) = tenant.client().execute([create()])
    assert result.record is not None
    assert tenant.waits == [1]


def test_after_a_batch_refused_as_a_whole_nothing_more_is_sent() -> None:
    tenant = Tenant(on_batch=lambda number, _: response(403) if number >= 2 else None)
    results = tenant.client(batch_size=1).execute([create(), create(), create()])
    assert [type(result.error) for result in results] == [type(None), AuthError, AuthError]
    assert tenant.batches[2:] == [["GET ContactStatusCodeCollection?$top=1&$format=json"]]


def test_writes_without_an_answer_are_unknown_the_others_are_not() -> None:
    tenant = Tenant(on_answer=lambda body: body[: body.index(b"N1")])
    first, second = tenant.client().execute([create(), create()])
    assert first.record is not None
    assert isinstance(second.error, UnknownOutcomeError)


def test_more_answers_than_requests_are_not_trusted() -> None:
    extra = b"--b\r\n" + encoded("GET", 200, {}) + b"\r\n--b--"
    tenant = Tenant(on_answer=lambda body: body.removesuffix(b"--b--") + extra)
    (result,) = tenant.client().execute([create()])
    assert isinstance(result.error, UnknownOutcomeError)


def test_a_create_that_shows_no_record_is_unknown() -> None:
    tenant = Tenant(on_part=lambda method, _: (201, None) if method == "POST" else None)
    (result,) = tenant.client().execute([create()])
    assert isinstance(result.error, UnknownOutcomeError)


@pytest.mark.parametrize("times", [1, 2])
def test_an_update_that_could_not_be_read_back_is_read_once_more(times: int) -> None:
    failures = [error(400)] * times
    tenant = Tenant(
        people("A"),
        on_part=lambda method, path: (
            failures.pop() if method == "GET" and "('A')" in path and failures else None
        ),
    )
    (result,) = tenant.client().execute([update("A")])
    assert (result.record is not None) == (times == 1)
    assert isinstance(result.error, UnknownOutcomeError) == (times == 2)


@pytest.mark.parametrize(
    "write",
    [
        Create(CONTACTS, {"When": object()}),
        Create("Contact Collection", {}),
        Update(CONTACTS, "A", {}, 'W/"1"\r\nX: y'),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(write: Create | Update) -> None:
    tenant = Tenant()
    with pytest.raises((TypeError, ValueError)):
        tenant.client(batch_size=1).execute([create(), write])
    assert not tenant.batches
