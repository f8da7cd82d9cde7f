"""What the emulated Graph says of items and mailboxes in trouble (I45)."""

from __future__ import annotations

from typing import Any

import pytest

NAMED = "String {6e9c3e3a-53b2-4b4d-9a0f-2a5f1f2b3c4d} Name X"


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


@pytest.mark.parametrize("value", ["default_folder", "all"])
def test_the_flat_path_and_items_of_other_folders(graph: Any, value: str) -> None:
    graph.admin.set_switch("flat_contact_path", value)
    folder = graph.admin.create_folder(graph.box, "Sales")
    inside = graph.admin.create_contact(graph.box, folder, {"givenName": "Ada"})
    outside = graph.admin.create_contact(graph.box, None, {"givenName": "Eve"})
    assert graph.call("GET", f"/contacts/{outside}").status_code == 200
    flat = graph.call("GET", f"/contacts/{inside}").status_code
    assert flat == (200 if value == "all" else 404)
    assert graph.call("GET", f"/contactFolders/{folder}/contacts/{inside}").status_code == 200


@pytest.mark.parametrize(
    "answer",
    ["ErrorInvalidMailboxItemId 404", "ErrorInvalidIdMalformed 400", "ErrorItemNotFound 404"],
)
def test_an_id_of_the_mailbox_before(graph: Any, answer: str) -> None:
    graph.admin.set_switch("foreign_id", answer)
    item = graph.admin.create_contact(graph.box, None, {"givenName": "Ada"})
    graph.admin.replace_mailbox(graph.box)
    code, _, status = answer.partition(" ")
    assert code_of(graph.call("GET", f"/contacts/{item}")) == (int(status), code)


def test_two_quotas_have_one_code(graph: Any) -> None:
    plain, named = {"givenName": "A"}, {"id": NAMED, "value": "1"}
    both = {**plain, "singleValueExtendedProperties": [named]}
    graph.admin.set_mailbox(graph.box, named_full=True)
    assert graph.call("POST", "/contacts", plain).status_code == 201
    refused = graph.call("POST", "/contacts", both)
    assert code_of(refused) == (403, "ErrorQuotaExceeded")
    assert "ID from name" in refused.get_json()["error"]["message"]
    graph.admin.set_mailbox(graph.box, named_full=False, full=True)
    item = graph.admin.create_contact(graph.box, None, plain)
    assert code_of(graph.call("PATCH", f"/contacts/{item}", plain))[0] == 403


def test_delta_may_not_be_offered(graph: Any) -> None:
    graph.admin.set_switch("contact_delta", "absent")
    answer = graph.call("GET", "/contactFolders/contacts/contacts/delta")
    assert code_of(answer) == (400, "ErrorInvalidIdMalformed")
