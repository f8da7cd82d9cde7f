"""The forms that refusals take, batches that stop, and requests for a token that fail."""

from __future__ import annotations

from typing import Any

import pytest

CONTACTS = "ContactCollection"


@pytest.mark.parametrize(
    ("form", "content_type", "text"),
    [
        ("json", "application/json", '"value": "Property \'Bogus\' not found"'),
        ("text", "application/json", '"message": "Property \'Bogus\' not found"'),
        ("details", "application/json", '"propertyref": "Bogus"'),
        ("xml", "application/xml", "<message xml:lang='en'>Property 'Bogus' not found"),
        ("html", "text/html", "<html>"),
        ("empty", "text/plain", ""),
    ],
)
def test_refusals_take_several_forms(c4c: Any, form: str, content_type: str, text: str) -> None:
    c4c.switch(error_body=form)
    answer = c4c.call("POST", CONTACTS, body={"LastName": "X", "Bogus": "1"})
    assert answer.status_code == 400
    assert answer.content_type.startswith(content_type)
    assert text in answer.get_data(as_text=True)
    assert bool(text) is bool(answer.get_data())


def test_a_scripted_refusal_has_the_form_too(c4c: Any) -> None:
    c4c.switch(error_body="details")
    c4c.admin.add_fault(kind="status", status=400, message="Property 'Phone' is wrong")
    answer = c4c.call("GET", CONTACTS)
    (detail,) = answer.get_json()["error"]["innererror"]["errordetails"]
    assert detail["propertyref"] == "Phone"


@pytest.mark.parametrize(("errors", "statuses"), [("go_on", [200, 404, 200]), ("stop", [200, 404])])
def test_a_batch_may_stop_at_its_first_failed_part(
    c4c: Any, errors: str, statuses: list[int]
) -> None:
    c4c.switch(batch_errors=errors)
    parts = [c4c.part("GET", path) for path in (CONTACTS, "NoSuchCollection", CONTACTS)]
    assert [answer.status for answer in c4c.batch_answers(*parts)] == statuses


def test_a_batch_that_stops_carries_no_later_write_out(c4c: Any) -> None:
    c4c.switch(batch_errors="stop")
    bodies = ({"Bogus": "1"}, {"LastName": "Later"})
    c4c.batch_answers(*([c4c.part("POST", CONTACTS, body)] for body in bodies))
    assert c4c.get(CONTACTS) == []


@pytest.mark.parametrize("fetch", ["refused", "empty"])
def test_no_token_is_handed_out(c4c: Any, fetch: str) -> None:
    c4c.switch(csrf_fetch=fetch)
    answer = c4c.call("GET", CONTACTS, token="fetch")
    assert answer.status_code == (500 if fetch == "refused" else 200)
    assert "x-csrf-token" not in answer.headers
    assert c4c.call("GET", CONTACTS).status_code == 200


@pytest.mark.parametrize("select", ["ObjectID", "ObjectID,LastName", ""])
def test_a_broken_row_spoils_what_shows_it(c4c: Any, select: str) -> None:
    broken, sound = (c4c.admin.create_contact({"LastName": name}) for name in ("Odd", "Sound"))
    options = {"object_id": broken, "status": 502}
    c4c.admin.add_fault(kind="broken_row", count=0, options=options)
    query = {"$select": select} if select else {}
    shows_it = select != "ObjectID"
    assert c4c.call("GET", CONTACTS, query).status_code == (502 if shows_it else 200)
    assert c4c.call("GET", f"{CONTACTS}('{broken}')").status_code == 502
    assert c4c.call("GET", f"{CONTACTS}('{sound}')").status_code == 200
    by_name = {"$filter": "LastName eq 'Sound'"}
    assert c4c.call("GET", CONTACTS, by_name).status_code == 200
