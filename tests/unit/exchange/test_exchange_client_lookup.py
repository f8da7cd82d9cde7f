"""Asking for contacts by id: the folder's path, the flat path, and what is proof (I7, I45)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from exchange_client import ContactTrash, ContactUpdate, PreconditionFailedError

BOX = "anna@contoso.example"
ROOT = f"/users/{BOX}"
FOLDERS = ("A", "B", "C")


def in_folder(folder: str, contact_id: str) -> str:
    return f"{ROOT}/contactFolders/{folder}/contacts/{contact_id}"


@pytest.fixture
def tree(service: Any, reply: Any) -> None:
    folders = [{"id": one, "displayName": one} for one in FOLDERS]
    default = {"id": "D", "displayName": "Contacts"}
    service.on("GET", f"{ROOT}/contactFolders/contacts", reply(body=default))
    service.on("GET", f"{ROOT}/contactFolders", reply(body={"value": folders}))
    for one in FOLDERS:
        path = f"{ROOT}/contactFolders/{one}"
        service.on("GET", f"{path}/childFolders", reply(body={"value": []}))
        service.on("GET", f"{path}/contacts", reply(body={"value": []}))


def not_found(reply: Any) -> Any:
    return reply.error(404, "ErrorItemNotFound")


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("is_wide", "seen_in", "sits_in"),
    list(product([True, False], ["A", "B", None], ["D", "A", "B", "C", None])),
)
def test_i07_an_item_is_found_wherever_it_sits(
    service: Any,
    reply: Any,
    entity: Any,
    is_wide: bool,  # noqa: FBT001 - a parameter
    seen_in: str | None,
    sits_in: str | None,
) -> None:
    """Whether the flat path spans folders or not: found where it is, gone only if nowhere."""
    for one in FOLDERS:
        service.on("GET", in_folder(one, "1"), not_found(reply))
    if sits_in in FOLDERS:
        found = reply(body=entity("1", parentFolderId=sits_in))
        service.on("GET", in_folder(sits_in, "1"), found)
    flat = sits_in is not None and (is_wide or sits_in == "D")
    answer = reply(body=entity("1", parentFolderId=sits_in)) if flat else not_found(reply)
    service.on("GET", f"{ROOT}/contacts/1", answer)
    # Another item by which the flat path can be tried.
    service.on("GET", in_folder("C", "9"), reply(body=entity("9", parentFolderId="C")))
    wide = reply(body=entity("9", parentFolderId="C")) if is_wide else not_found(reply)
    service.on("GET", f"{ROOT}/contacts/9", wide)

    answers = service.client().get_contacts(BOX, ["1", "9"], {"1": seen_in, "9": "C"})

    assert getattr(answers["1"], "folder_id", None) == sits_in
    assert answers["9"].folder_id == "C"


@pytest.mark.usefixtures("tree")
def test_i07_an_item_that_moves_while_folders_are_asked_is_no_item_that_is_gone(
    service: Any, reply: Any, entity: Any
) -> None:
    service.on("GET", f"{ROOT}/contacts/1", not_found(reply))
    here = reply(body=entity("1", parentFolderId="A"))
    # Dragged from C to A after A has answered.
    service.on("GET", in_folder("A", "1"), not_found(reply), here)
    service.on("GET", in_folder("B", "1"), not_found(reply))
    service.on("GET", in_folder("C", "1"), not_found(reply))

    answers = service.client().get_contacts(BOX, ["1"])

    assert answers["1"].folder_id == "A"


@pytest.mark.usefixtures("tree")
def test_i45_one_item_that_is_refused_is_named_and_the_others_are_read(
    service: Any, reply: Any, entity: Any
) -> None:
    service.on("GET", in_folder("A", "1"), reply.error(403, "ErrorAccessDenied"))
    service.on("GET", in_folder("A", "2"), reply(body=entity("2", parentFolderId="A")))

    answers = service.client().get_contacts(BOX, ["1", "2"], {"1": "A", "2": "A"})

    assert answers["1"].code == "ErrorAccessDenied"
    assert answers["2"].id == "2"


@pytest.mark.usefixtures("tree")
def test_i45_a_part_whose_token_is_refused_once_is_sent_again(
    service: Any, reply: Any, entity: Any
) -> None:
    found = reply(body=entity("1", parentFolderId="A"))
    service.on("GET", in_folder("A", "1"), reply.error(401, "InvalidAuthenticationToken"), found)

    answers = service.client().get_contacts(BOX, ["1"], {"1": "A"})

    assert answers["1"].id == "1"


@pytest.mark.usefixtures("tree")
def test_i07_writes_go_to_the_folder_and_its_not_found_is_looked_into(
    service: Any, reply: Any
) -> None:
    for method in ("PATCH", "DELETE"):
        service.on(method, in_folder("A", "1"), not_found(reply))
    client = service.client()
    updates = [ContactUpdate(id="1", properties={"surname": "x"}, etag=None, folder_id="A")]
    trashes = [ContactTrash(id="1", etag=None, folder_id="A")]
    for outcome in (*client.update_contacts(BOX, updates), *client.trash_contacts(BOX, trashes)):
        assert isinstance(outcome.error, PreconditionFailedError)
    assert {part.path for part in service.parts} == {in_folder("A", "1")}
