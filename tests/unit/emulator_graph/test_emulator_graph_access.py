from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest
from emulators.faults import ConnectionCut
from emulators.graph.service import GraphService

DENIED = (403, "ErrorAccessDenied")


def test_roles_open_operations(graph: Any) -> None:
    categories = "/outlook/masterCategories"
    graph.admin.set_app_roles(["Contacts.Read", "MailboxSettings.Read"])
    assert graph.get("/contacts")["value"] == []
    assert graph.get(categories)["value"] == []
    assert graph.refused("POST", "/contacts", {}) == DENIED
    assert graph.refused("POST", categories, {"displayName": "A"}) == DENIED

    graph.admin.set_app_roles(["Contacts.ReadWrite"])
    assert graph.post("/contacts", {})["id"]
    assert graph.refused("GET", categories) == DENIED

    graph.admin.set_app_roles([])
    assert graph.refused("GET", "/contacts") == DENIED


def test_mailboxes_that_cannot_be_read(graph: Any) -> None:
    graph.admin.add_mailbox("old@contoso.example", licensed=False)
    graph.admin.add_mailbox("boss@contoso.example")
    graph.admin.set_mailbox("boss@contoso.example", denied=True)
    unknown = "/users/nobody@contoso.example/contacts"
    unknown_id = "/users/00000000-0000-4000-8000-000000000000/contacts"

    assert graph.refused("GET", unknown) == (404, "ErrorInvalidUser")
    assert graph.refused("GET", unknown_id) == (404, "Request_ResourceNotFound")
    unlicensed = graph.refused("GET", "/users/old@contoso.example/contacts")
    assert unlicensed == (404, "MailboxNotEnabledForRESTAPI")
    assert graph.refused("GET", "/users/boss@contoso.example/contacts") == DENIED


def test_a_mailbox_is_named_by_address_in_any_case_or_by_id(graph: Any) -> None:
    user_id = graph.admin.dump()["mailboxes"][graph.box]["user_id"]

    for user in (graph.box.upper(), user_id):
        assert graph.get(f"/users/{user}/contacts")["value"] == []


def test_errors_have_the_shape_of_graph(graph: Any) -> None:
    answer = graph.call("GET", "/contacts/nonsense", headers={"client-request-id": "mine"})

    error = answer.get_json()["error"]
    assert set(error) == {"code", "message", "innerError"}
    assert error["innerError"]["client-request-id"] == "mine"
    assert error["innerError"]["date"] == "2026-11-22T10:00:00"
    assert answer.headers["request-id"]
    assert answer.headers["client-request-id"] == "mine"


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [(b"{", "application/json", 400), (b"{}", "text/plain", 415), (b"[]", "application/json", 400)],
)
def test_bodies_that_cannot_be_read(
    graph: Any, data: bytes, content_type: str, status: int
) -> None:
    refused = graph.refused("POST", "/contacts", data=data, content_type=content_type)
    assert refused[0] == status


def test_four_requests_at_a_time_for_one_mailbox(graph: Any) -> None:
    graph.admin.add_mailbox("bob@contoso.example")
    user_id = graph.admin.dump()["mailboxes"][graph.box]["user_id"]
    slots = graph.service._dispatcher._slots
    with ExitStack() as busy:
        for _ in range(4):
            busy.enter_context(slots.occupy(user_id))

        fifth = graph.call("GET", "/contacts")

        assert graph.get("/users/bob@contoso.example/contacts")["value"] == []
    assert (fifth.status_code, fifth.headers["Retry-After"]) == (429, "1.5")
    assert "MailboxConcurrency" in fifth.get_json()["error"]["message"]
    assert graph.get("/contacts")["value"] == []


def test_a_scripted_conflict(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    graph.admin.add_fault(kind="status", status=412, operation="contacts.update")

    refused = graph.refused("PATCH", f"/contacts/{item}", {"surname": "x"})

    assert refused == (412, "ErrorIrresolvableConflict")
    assert graph.patch(f"/contacts/{item}", {"surname": "x"})["surname"] == "x"


def test_an_empty_or_html_failure(graph: Any) -> None:
    graph.admin.add_fault(kind="status", status=504, body="empty")
    graph.admin.add_fault(kind="status", status=503, body="html", nth=2)

    empty, html = graph.call("GET", "/contacts"), graph.call("GET", "/contacts")

    assert (empty.status_code, empty.data) == (504, b"")
    assert (html.status_code, html.mimetype) == (503, "text/html")


def test_an_answer_is_lost_after_the_commit(graph: Any) -> None:
    graph.admin.add_fault(kind="cut_after", operation="contacts.create")

    with pytest.raises(ConnectionCut):
        graph.call("POST", "/contacts", {"givenName": "Ada"})

    assert len(graph.get("/contacts")["value"]) == 1


def test_users_act_between_two_requests(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    graph.admin.add_fault(
        kind="outlook_before",
        operation="contacts.update",
        options={"call": "edit_contact", "args": [graph.box, item, {"surname": "King"}]},
    )
    etag = {"If-Match": graph.get(f"/contacts/{item}")["@odata.etag"]}

    refused = graph.refused("PATCH", f"/contacts/{item}", {"jobTitle": "x"}, headers=etag)

    assert refused == (412, "ErrorIrresolvableConflict")
    with pytest.raises(ValueError, match="unknown administration method"):
        graph.admin.add_fault(kind="outlook_after", options={"call": "nonsense"})


def test_pages_can_be_cut_short_or_link_to_themselves(graph: Any) -> None:
    for number in range(4):
        graph.add(givenName=str(number))
    graph.admin.add_fault(kind="truncate", operation="contacts.list", options={"keep": 1})
    graph.admin.add_fault(kind="repeat_link", operation="contacts.list", nth=2)

    short = graph.get("/contacts?$top=2")
    looping = graph.get("/contacts?$top=2")

    assert (len(short["value"]), "@odata.nextLink" in short) == (1, False)
    assert graph.get(looping["@odata.nextLink"])["value"] == looping["value"]


def test_counters(graph: Any) -> None:
    graph.admin.reset_counters()
    item = graph.post("/contacts", {})["id"]
    graph.get(f"/contacts/{item}")
    graph.delta(graph.sales)
    graph.batch({"method": "GET", "url": f"/users/{graph.box}/contacts/{item}"})
    graph.refused("PATCH", f"/contacts/{item}", {"id": "x"})

    counted = graph.admin.counters()

    assert (counted["writes"], counted["batches"], counted["delta_calls"]) == (1, 1, 1)
    one = counted["requests"]["GET /users/{user-id}/contacts/{contact-id}"]
    assert one == {"top": 1, "inner": 1}


def test_traffic_is_recorded_without_tokens(graph: Any) -> None:
    graph.admin.record_traffic()
    graph.post("/contacts", {"givenName": "Ada"})
    graph.batch({"method": "GET", "url": f"/users/{graph.box}/contacts?$top=1"})
    graph.admin.record_traffic(on=False)
    graph.get("/contacts")

    create, inner, batch = graph.admin.recorded_traffic()

    assert (create["status"], create["body"]) == (201, {"givenName": "Ada"})
    assert (inner["is_inner"], inner["query"]) == (True, {"$top": "1"})
    assert batch["template"] == "/$batch"
    assert graph.token not in json.dumps([create, inner, batch])


def test_administration_refuses_what_does_not_exist(graph: Any) -> None:
    with pytest.raises(LookupError):
        graph.admin.create_contact("nobody@contoso.example", None, {})
    with pytest.raises(LookupError):
        graph.admin.create_contact(graph.box, "nowhere", {})
    with pytest.raises(LookupError):
        graph.admin.delete_contact(graph.box, "nothing")
    with pytest.raises(ValueError, match="cannot be set"):
        graph.add(gender="x")
    with pytest.raises(ValueError, match="exists"):
        graph.admin.add_mailbox(graph.box)
    for name, value in (("nonsense", 1), ("if_match", "x"), ("batch_shuffled", "yes")):
        with pytest.raises(ValueError, match=name):
            graph.admin.set_switch(name, value)


def test_a_dump_is_json_and_equal_for_equal_histories(graph: Any) -> None:
    graph.add(graph.sales, givenName="Ada")
    first = json.dumps(graph.admin.dump(), sort_keys=True)

    again = type(graph)()
    again.add(again.sales, givenName="Ada")

    assert json.dumps(again.admin.dump(), sort_keys=True) == first
    assert GraphService(seed=1).credentials("x") != GraphService(seed=2).credentials("x")


def test_emptying_deleted_items(graph: Any) -> None:
    item, other = graph.add(givenName="Ada"), graph.add(graph.sales, givenName="Eve")
    graph.admin.delete_contact(graph.box, item)
    graph.admin.delete_folder(graph.box, graph.sales)

    graph.admin.purge(graph.box)

    assert graph.admin.dump()["mailboxes"][graph.box]["contacts"] == []
    for gone in (item, other):
        assert graph.refused("GET", f"/contacts/{gone}") == (404, "ErrorItemNotFound")
