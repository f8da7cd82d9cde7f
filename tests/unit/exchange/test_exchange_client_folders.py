from __future__ import annotations

from typing import Any

import pytest
from exchange_client import MailboxError, ProtocolError, RejectedError, TransientError

BOX = "anna@contoso.example"
FOLDERS = f"/users/{BOX}/contactFolders"
CATEGORIES = f"/users/{BOX}/outlook/masterCategories"


def folder(folder_id: str, name: str, parent: str = "D") -> dict[str, str]:
    return {"id": folder_id, "displayName": name, "parentFolderId": parent}


def tree(service: Any, reply: Any, **children: list[dict[str, str]]) -> None:
    service.on("GET", f"{FOLDERS}/contacts", reply(body=folder("D", "Kontakte", "root")))
    for parent, entries in children.items():
        path = FOLDERS if parent == "D" else f"{FOLDERS}/{parent}/childFolders"
        service.on("GET", path, reply(body={"value": entries}))


def test_one_round_trip_per_level(service: Any, reply: Any) -> None:
    tree(
        service,
        reply,
        D=[folder("A", "a"), folder("B", "b")],
        A=[folder("C", "c", "A")],
        B=[],
        C=[],
    )

    found = service.client().list_folders(BOX)

    assert [(f.id, f.parent_id, f.is_default) for f in found] == [
        ("D", "root", True),
        ("A", "D", False),
        ("B", "D", False),
        ("C", "A", False),
    ]
    assert service.batches == [2, 2, 1]
    assert "Kontakte" not in repr(found)


def test_long_levels_are_read_to_their_end(service: Any, reply: Any) -> None:
    link = f"https://graph.microsoft.com/v1.0{FOLDERS}?$skip=1"
    tree(service, reply, A=[], B=[])
    service.on(
        "GET",
        FOLDERS,
        reply(body={"value": [folder("A", "a")], "@odata.nextLink": link}),
        reply(body={"value": [folder("B", "b")]}),
    )

    assert [f.id for f in service.client().list_folders(BOX)] == ["D", "A", "B"]


def test_twenty_parts_to_a_batch(service: Any, reply: Any) -> None:
    names = [f"F{n}" for n in range(45)]
    tree(service, reply, D=[folder(n, n) for n in names], **{n: [] for n in names})

    assert len(service.client().list_folders(BOX)) == 46
    assert service.batches == [2, 20, 20, 5]


def test_a_tree_with_a_hole_is_no_tree(service: Any, reply: Any) -> None:
    tree(service, reply, D=[folder("A", "a")])

    with pytest.raises(TransientError):
        service.client().list_folders(BOX)


def test_a_page_without_a_list_is_not_an_empty_page(service: Any, reply: Any) -> None:
    tree(service, reply)
    service.on("GET", FOLDERS, reply(body={}))

    with pytest.raises(ProtocolError):
        service.client().list_folders(BOX)


def test_create_folder(service: Any, reply: Any) -> None:
    service.on("POST", FOLDERS, reply(201, folder("N", "SAP C4C Contacts")))

    created = service.client().create_folder(BOX, "SAP C4C Contacts")

    assert (created.id, created.parent_id, created.is_default) == ("N", "D", False)


def test_a_taken_name_gives_the_folder_that_has_it(service: Any, reply: Any) -> None:
    service.on("POST", FOLDERS, reply.error(409, "ErrorFolderExists"))
    twins = [folder("2", "work"), folder("3", "Work"), folder("1", "other")]
    service.on("GET", FOLDERS, reply(body={"value": twins}))
    client = service.client()

    assert client.create_folder(BOX, "Work").id == "3"
    assert client.create_folder(BOX, "WORK").id == "2"
    with pytest.raises(RejectedError):
        client.create_folder(BOX, "elsewhere")


def test_categories(service: Any, reply: Any) -> None:
    entries = [
        {"displayName": "Red", "color": "preset0"},
        {"displayName": "Any", "color": "none"},
        {"displayName": "Brown", "color": "preset2"},
    ]
    service.on("GET", CATEGORIES, reply(body={"value": entries}))
    service.on("POST", CATEGORIES, reply(201, {}))
    client = service.client()

    client.create_category(BOX, "red")
    client.create_category(BOX, "New")

    assert client.list_categories(BOX) == ["Red", "Any", "Brown"]
    (posted,) = [seen.body for seen in service.graph_calls() if seen.method == "POST"]
    assert posted == {"displayName": "New", "color": "preset1"}


@pytest.mark.parametrize(
    ("status", "code"), [(409, "ErrorExists"), (400, "ErrorInvalidRequest"), (500, "")]
)
def test_a_category_made_by_somebody_else_meanwhile_will_do(
    service: Any, reply: Any, status: int, code: str
) -> None:
    mine = {"displayName": "Mine", "color": "preset0"}
    service.on("POST", CATEGORIES, reply.error(status, code))
    service.on("GET", CATEGORIES, reply(body={"value": []}), reply(body={"value": [mine]}))

    service.client(max_retries=0).create_category(BOX, "mine")


def test_a_refused_category_is_an_error(service: Any, reply: Any) -> None:
    service.on("POST", CATEGORIES, reply.error(400, "ErrorInvalidRequest"))
    service.on("GET", CATEGORIES, reply(body={"value": []}))

    with pytest.raises(RejectedError):
        service.client().create_category(BOX, "Mine")


@pytest.mark.parametrize(
    ("status", "code"), [(403, "ErrorAccessDenied"), (404, "ResourceNotFound"), (404, "")]
)
def test_no_categories_without_permission(service: Any, reply: Any, status: int, code: str) -> None:
    service.on("GET", CATEGORIES, reply.error(status, code))
    client = service.client()

    assert client.list_categories(BOX) is None
    with pytest.raises(MailboxError):
        client.create_category(BOX, "Mine")


def test_no_categories_in_china(service: Any) -> None:
    client = service.client(cloud="china")

    assert client.list_categories(BOX) is None
    with pytest.raises(MailboxError):
        client.create_category(BOX, "Mine")
    assert service.seen == []
