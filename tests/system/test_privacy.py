"""Marked values in every field must stay inside the Singer records (I37)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from harness.processes import PipedWorld
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "zqxcanary"


def canary(kind: str = "") -> str:
    return f"{CANARY}{kind}{uuid.uuid4().hex[:8]}"


def marked_item(**more: Any) -> dict[str, Any]:
    address = {"street": canary(), "city": canary(), "state": canary(), "postalCode": "8" * 9}
    return {
        "givenName": canary(),
        "surname": canary(),
        "middleName": canary(),
        "nickName": canary(),
        "companyName": canary(),
        "jobTitle": canary(),
        "department": canary(),
        "personalNotes": canary(),
        "spouseName": canary(),
        "businessHomePage": f"https://{canary()}.example/",
        "emailAddresses": [{"address": f"{canary()}@x.example", "name": canary()}],
        "businessPhones": [canary("phone")],
        "businessAddress": address,
        "categories": [],
        **more,
    }


def marked_record(**more: Any) -> dict[str, Any]:
    return {
        "FirstName": canary(),
        "LastName": canary(),
        "MiddleName": canary(),
        "Email": f"{canary()}@y.example",
        "JobTitle": canary(),
        **more,
    }


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_i37_no_marked_value_outside_the_records(tmp_path: Path, level: str) -> None:
    with PipedWorld(tmp_path) as world:
        world.env = {"LOGLEVEL": level}
        ids = [world.c4c.create_contact(marked_record()) for _ in range(4)]
        world.graph.create_contact(ALICE, None, marked_item())
        results = [world.session()]
        folder = world.folder_id("contact")
        # New items good and bad, an ambiguous one, a conflict, a refusal and a deletion.
        world.graph.create_contact(ALICE, folder, marked_item())
        world.graph.create_contact(ALICE, folder, marked_item(surname=canary("x" * 60)))
        world.graph.create_contact(ALICE, folder, marked_item(surname=""))
        world.graph.create_contact(
            ALICE, None, marked_item(categories=["Account", "Individual Customer"])
        )
        items = {item["properties"]["surname"]: item["id"] for item in world.items()}
        records = world.records("contact")
        world.graph.edit_contact(
            ALICE, items[records[ids[0]]["LastName"]], {"jobTitle": canary("e")}
        )
        world.c4c.edit(COLLECTIONS["contact"], ids[0], {"JobTitle": canary("c")})
        world.graph.delete_contact(ALICE, items[records[ids[1]]["LastName"]])
        world.c4c.edit(COLLECTIONS["contact"], ids[1], {"JobTitle": canary("d")})
        world.c4c.add_fault(
            kind="status", operation="ContactCollection.create", status=400, message=canary()
        )
        results.append(world.session())
        results.append(world.session())
        assert world.issues(), "the bad records must have been noticed"
        _search(world, results)


def _search(world: PipedWorld, results: list[Any]) -> None:
    for result in results:
        assert CANARY not in result.output["stderr"]
        for name, text in result.output.items():
            for line in text.splitlines():
                if name != "stderr" and '"type":"RECORD"' not in line.replace(" ", ""):
                    assert CANARY not in line, f"{name}: {line[:40]}"
    assert any(CANARY in result.output["tap-c4c"] for result in results), "the search works"
    for path in world.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name
