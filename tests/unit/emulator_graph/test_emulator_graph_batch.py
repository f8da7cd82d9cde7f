from __future__ import annotations

import base64
from typing import Any

import pytest
from emulators.faults import ConnectionCut


def reads(graph: Any, count: int) -> list[dict[str, Any]]:
    return [{"method": "GET", "url": f"/users/{graph.box}/contacts"} for _ in range(count)]


def numbered(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"requests": [{"id": str(at), **entry} for at, entry in enumerate(entries)]}


def create(graph: Any, name: str, **more: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"/users/{graph.box}/contacts",
        "headers": {"Content-Type": "application/json"},
        "body": {"givenName": name},
        **more,
    }


def test_twenty_requests_are_answered_in_any_order(graph: Any) -> None:
    answers = graph.post("/$batch", numbered(reads(graph, 20)))["responses"]

    ids = [answer["id"] for answer in answers]
    assert ids != sorted(ids, key=int)
    assert sorted(ids, key=int) == [str(number) for number in range(20)]
    assert {answer["status"] for answer in answers} == {200}
    assert graph.refused("POST", "/$batch", numbered(reads(graph, 21))) == (400, "BadRequest")


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{"id": "1", "method": "GET"}],
        [{"id": "1", "method": "HEAD", "url": "/users"}],
        [{"id": "1", "method": "GET", "url": "https://localhost/v1.0/users"}],
        [{"id": "1", "method": "POST", "url": "/$batch"}],
        [{"id": "1", "method": "GET", "url": "/a"}, {"id": "1", "method": "GET", "url": "/a"}],
        [{"id": "1", "method": "POST", "url": "/users/x/contacts", "body": {}}],
        [{"id": "1", "method": "GET", "url": "/a", "dependsOn": ["0"]}],
        [
            {"id": "1", "method": "GET", "url": "/a"},
            {"id": "2", "method": "GET", "url": "/a", "dependsOn": ["1"]},
            {"id": "3", "method": "GET", "url": "/a"},
        ],
    ],
)
def test_batches_that_are_refused_as_a_whole(graph: Any, entries: list[dict[str, Any]]) -> None:
    assert graph.refused("POST", "/$batch", {"requests": entries}) == (400, "BadRequest")


def test_preferences_belong_to_each_part(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    url = f"/users/{graph.box}/contacts/{item}?$select=givenName"
    with_header = {"method": "GET", "url": url, "headers": {"Prefer": 'IdType="ImmutableId"'}}

    answers = graph.batch(with_header, {"method": "GET", "url": url})

    assert answers["0"]["body"]["id"] == item
    assert answers["1"]["body"]["id"] != item
    assert answers["0"]["body"]["givenName"] == "Ada"


def test_parts_succeed_and_fail_on_their_own(graph: Any) -> None:
    answers = graph.batch(
        create(graph, "Ada"),
        create(graph, "Eve", headers={"Content-Type": "text/plain"}, body="e30="),
        {"method": "GET", "url": f"/users/{graph.box}/contacts/nonsense"},
        {"method": "GET", "url": "/nothing"},
        {"method": "GET", "url": f"users/{graph.box}/contacts/$count"},
    )

    assert [answers[str(n)]["status"] for n in range(5)] == [201, 415, 400, 400, 200]
    assert answers["2"]["body"]["error"]["code"] == "ErrorInvalidIdMalformed"


def test_binary_bodies_are_base64(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    url = f"/users/{graph.box}/contacts/{item}/photo/$value"
    text = base64.b64encode(b"jpeg").decode()
    put = {"method": "PUT", "url": url, "headers": {"Content-Type": "image/jpeg"}, "body": text}

    answers = graph.batch(put, {"method": "GET", "url": url, "dependsOn": ["0"]})

    assert (answers["0"]["status"], answers["1"]["body"]) == (200, text)
    assert answers["1"]["headers"]["Content-Type"] == "image/jpeg"


def test_what_depends_on_a_failure_fails(graph: Any) -> None:
    bad = create(graph, "x", body={"id": "x"})

    answers = graph.batch(
        create(graph, "Ada"), {**bad, "dependsOn": ["0"]}, create(graph, "Eve", dependsOn=["1"])
    )

    assert [answers[str(n)]["status"] for n in range(3)] == [201, 400, 424]
    assert len(graph.get("/contacts")["value"]) == 1


def test_a_part_can_be_throttled_by_script(graph: Any) -> None:
    graph.admin.add_fault(
        kind="status", status=429, operation="contacts.list", headers={"Retry-After": "7"}
    )

    answers = graph.batch(*reads(graph, 3))

    (hit,) = [answer for answer in answers.values() if answer["status"] == 429]
    assert hit["headers"]["Retry-After"] == "7"
    assert hit["body"]["error"]["code"] == "ApplicationThrottled"
    assert graph.admin.unused_faults() == []


def test_a_batch_uses_up_to_four_slots_of_the_mailbox(graph: Any) -> None:
    graph.switch(mailbox_concurrency=2)

    answers = graph.batch(*reads(graph, 8))

    statuses = sorted(answer["status"] for answer in answers.values())
    assert statuses == [200] * 4 + [429] * 4
    assert graph.admin.counters()["throttled"] == 4
    serial = [{**entry, "dependsOn": [str(at - 1)]} for at, entry in enumerate(reads(graph, 8))]
    del serial[0]["dependsOn"]
    assert {answer["status"] for answer in graph.batch(*serial).values()} == {200}


def test_a_cut_part_takes_the_answer_of_the_whole_batch(graph: Any) -> None:
    graph.admin.add_fault(kind="cut_after", operation="contacts.create", nth=2)
    with pytest.raises(ConnectionCut):
        graph.batch(*[create(graph, str(n)) for n in range(3)])
    assert len(graph.get("/contacts")["value"]) == 3

    graph.admin.add_fault(kind="cut_before", operation="contacts.create", nth=2)
    with pytest.raises(ConnectionCut):
        graph.batch(*[create(graph, str(n)) for n in range(3)])
    assert len(graph.get("/contacts")["value"]) == 5


def test_a_batch_itself_can_fail(graph: Any) -> None:
    graph.admin.add_fault(kind="status", status=503, operation="batch")

    assert graph.refused("POST", "/$batch", numbered(reads(graph, 1))) == (
        503,
        "serviceNotAvailable",
    )


def test_order_is_kept_when_the_shuffle_is_off(graph: Any) -> None:
    graph.switch(batch_shuffled=False)

    answers = graph.post("/$batch", numbered(reads(graph, 20)))["responses"]

    assert [answer["id"] for answer in answers] == [str(number) for number in range(20)]
