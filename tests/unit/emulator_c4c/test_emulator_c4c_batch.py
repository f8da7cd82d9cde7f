from __future__ import annotations

from typing import Any

import pytest


def test_reads_and_writes_in_one_batch(c4c: Any) -> None:
    create = c4c.part("POST", "ContactCollection", {"LastName": "Byron"}, Content_ID="1")
    read = c4c.part("GET", "ContactCollection?$filter=LastName%20eq%20'Byron'")
    answers = c4c.batch_answers(read, [create], read)
    assert [answer.status for answer in answers] == [200, 201, 200]
    assert len(answers[0].body["d"]["results"]) == 0
    created = answers[1].parts[0]
    assert created.body["d"]["results"]["LastName"] == "Byron"
    assert "ContactCollection('" in created.headers["location"]
    assert len(answers[2].body["d"]["results"]) == 1


def test_a_changeset_is_taken_back_as_a_whole(c4c: Any) -> None:
    good = c4c.part("POST", "ContactCollection", {"LastName": "Byron"})
    bad = c4c.part("POST", "ContactCollection", {"LastName": ""})
    answers = c4c.batch_answers([good, bad], [good])
    assert [(answer.status, len(answer.parts)) for answer in answers] == [(400, 0), (201, 1)]
    assert "mandatory" in answers[0].body["error"]["message"]["value"]
    assert len(c4c.get("ContactCollection")) == 1
    assert c4c.admin.counters()["writes"] == {"create ContactCollection": 1}


def test_if_match_works_inside(c4c: Any) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    path = f"ContactCollection('{object_id}')"
    etag = c4c.get(path)["__metadata"]["etag"]
    first = c4c.part("PATCH", path, {"FirstName": "Ada"}, If_Match=etag)
    second = c4c.part("PATCH", path, {"FirstName": "Bob"}, If_Match=etag)
    answers = c4c.batch_answers([first], c4c.part("GET", path), [second])
    assert [answer.status for answer in answers] == [204, 200, 412]
    assert answers[1].body["d"]["results"]["FirstName"] == "Ada"
    assert answers[1].headers["etag"] != etag


def test_the_same_parts_are_counted_singly(c4c: Any) -> None:
    c4c.admin.reset_counters()
    read = c4c.part("GET", "ContactCollection")
    c4c.batch_answers(read, read)
    assert c4c.admin.counters()["requests"] == {"GET ContactCollection": 2, "POST $batch": 1}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/sap/c4c/odata/v1/c4codataapi/ContactCollection", 404),
        ("https://localhost/ContactCollection", 404),
        ("ContactCollection?$search=Ada", 400),
        ("ContactCollection('x')", 404),
        ("$batch", 404),
    ],
)
def test_refused_parts(c4c: Any, target: str, status: int) -> None:
    assert c4c.batch_answers(c4c.part("GET", target))[0].status == status


def test_writes_need_a_changeset_and_reads_none(c4c: Any) -> None:
    create = c4c.part("POST", "ContactCollection", {"LastName": "Byron"})
    answers = c4c.batch_answers(create, [c4c.part("GET", "ContactCollection")])
    assert [answer.status for answer in answers] == [400, 400]


def test_inner_requests_choose_their_own_format(c4c: Any) -> None:
    part = c4c.part("GET", "ContactCollection").replace("Accept: application/json\r\n", "")
    (answer,) = c4c.batch_answers(part)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")


def test_a_part_without_headers_still_needs_its_empty_line(c4c: Any) -> None:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    line = "GET ContactCollection?$format=json HTTP/1.1\r\n"
    assert c4c.batch_answers(head + line + "\r\n")[0].status == 200
    assert c4c.batch(head + line).status_code == 400


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Content-Transfer-Encoding: binary\r\n", ""),
        ("application/http", "text/plain"),
        ("ContactCollection HTTP", "Contact Collection HTTP"),
        ("GET ", "MERGE "),
        ("Accept: application/json", "Accept"),
        ("Accept: application/json\r\n", "Accept: application/json\n"),
    ],
)
def test_malformed_parts_refuse_the_whole_batch(c4c: Any, old: str, new: str) -> None:
    part = c4c.part("GET", "ContactCollection").replace(old, new)
    assert c4c.batch(part).status_code == 400


def test_bare_line_feeds_are_refused(c4c: Any) -> None:
    part = c4c.part("GET", "ContactCollection")
    assert c4c.batch(part).status_code == 202
    assert c4c.batch(part, newline="\n").status_code == 400


def test_batches_are_posted_as_multipart(c4c: Any) -> None:
    assert c4c.call("GET", "$batch").status_code == 405
    assert c4c.call("POST", "$batch", body={}).status_code == 400


def test_faults_reach_into_batches(c4c: Any) -> None:
    create = c4c.part("POST", "ContactCollection", {"LastName": "Byron"})
    read = c4c.part("GET", "ContactCollection")
    c4c.admin.add_fault(kind="status", status=503, operation="ContactCollection.create", nth=2)
    c4c.admin.add_fault(kind="status", status=500, operation="ContactCollection.list")
    answers = c4c.batch_answers([create], [create, create], read)
    assert [answer.status for answer in answers] == [201, 503, 500]
    assert len(c4c.get("ContactCollection")) == 1


def test_a_cut_after_a_changeset_keeps_it(c4c: Any) -> None:
    create = c4c.part("POST", "ContactCollection", {"LastName": "Byron"})
    for kind, rows in (("cut_before", 0), ("cut_after", 2)):
        c4c.admin.add_fault(kind=kind, operation="ContactCollection.create", nth=2)
        with pytest.raises(ConnectionError):
            c4c.batch([create, create], [create])
        c4c.admin.clear_faults()
        assert len(c4c.get("ContactCollection")) == rows


def test_a_lost_batch_answer_keeps_all_of_it(c4c: Any) -> None:
    create = c4c.part("POST", "ContactCollection", {"LastName": "Byron"})
    c4c.admin.add_fault(kind="cut_after", operation="$batch")
    with pytest.raises(ConnectionError):
        c4c.batch([create], [create])
    assert len(c4c.get("ContactCollection")) == 2


def test_content_length_of_a_part_is_honoured(c4c: Any) -> None:
    body = '{"LastName": "Byron"}'
    part = c4c.part("POST", "ContactCollection", Content_Length=str(len(body)))
    part = part.replace("Accept:", "Content-Type: application/json\r\nAccept:")
    assert c4c.batch_answers([f"{part}{body}\r\n\r\n"])[0].status == 201
