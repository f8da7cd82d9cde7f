from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

TYPE = "@odata.type"


@pytest.mark.parametrize(
    "name", ["#microsoft.graph.contact", "microsoft.graph.contact", "#Microsoft.Graph.Contact"]
)
def test_a_body_may_name_its_own_type(graph: Any, name: str) -> None:
    body = {
        TYPE: name,
        "givenName": "Ada",
        "emailAddresses": [{TYPE: "#microsoft.graph.emailAddress", "address": "ada@x.example"}],
        "homeAddress": {TYPE: "#microsoft.graph.physicalAddress", "city": "Ulm"},
    }
    created = graph.post("/contacts", body)
    assert created["emailAddresses"][0]["address"] == "ada@x.example"
    assert created["homeAddress"] == {"city": "Ulm"}
    assert graph.patch(f"/contacts/{created['id']}", {TYPE: name, "title": "Dr"})["title"] == "Dr"
    folder = graph.post(
        "/contactFolders", {TYPE: "microsoft.graph.ContactFolder", "displayName": "N"}
    )
    assert folder["displayName"] == "N"


@pytest.mark.parametrize("name", ["#microsoft.graph.message", "contact", "", 5, None])
def test_a_body_of_another_type_is_refused(graph: Any, name: object) -> None:
    assert graph.refused("POST", "/contacts", {TYPE: name, "givenName": "Ada"})[0] == 400
    assert graph.refused("POST", "/contactFolders", {TYPE: name, "displayName": "N"})[0] == 400


def test_other_annotations_are_refused(graph: Any) -> None:
    for name in ("@odata.etag", "@odata.id", "@odata.context"):
        assert graph.refused("POST", "/contacts", {name: "x", "givenName": "Ada"})[0] == 400


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("displayName eq 'sales'", ["Sales"]),
        ("displayName eq 'O''Neil'", ["O'Neil"]),
        ("startswith(displayName,'S')", ["Sales"]),
        ("displayName eq 'none'", []),
    ],
)
def test_folders_are_found_by_name(graph: Any, condition: str, expected: list[str]) -> None:
    graph.post("/contactFolders", {"displayName": "O'Neil"})
    found = graph.get(f"/contactFolders?$filter={quote(condition)}")["value"]
    assert [folder["displayName"] for folder in found] == expected


@pytest.mark.parametrize("condition", ["id eq 'x'", "displayName eq 5", "displayName eq 'x' or 1"])
def test_folders_are_found_by_nothing_else(graph: Any, condition: str) -> None:
    assert graph.refused("GET", f"/contactFolders?$filter={quote(condition)}")[0] == 400
