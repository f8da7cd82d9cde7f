"""What the sync sends to Graph, and what the emulator answers, against the OpenAPI description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.graph_openapi import description_or_skip
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from pathlib import Path


def test_all_graph_traffic_of_a_busy_session_is_in_the_description(tmp_path: Path) -> None:
    description = description_or_skip()
    with World(tmp_path) as world:
        world.graph.record_traffic()
        ids = [
            world.c4c.create_contact({"FirstName": "A", "LastName": f"Number{number}"})
            for number in range(5)
        ]
        world.session()
        items = {item["properties"]["surname"]: item["id"] for item in world.items()}
        photo = "iVBORw0KGgo="
        marked = {"surname": "Mover", "categories": ["SAP Cloud for Customer SSI"]}
        world.graph.create_contact(ALICE, None, marked, photo_base64=photo)
        world.graph.edit_contact(ALICE, items["Number0"], {"jobTitle": "Boss"})
        world.graph.set_categories(ALICE, items["Number1"], [])
        world.graph.move_contact(ALICE, items["Number2"], None)
        world.c4c.edit(COLLECTIONS["contact"], ids[3], {"Email": "new@x.example"})
        world.c4c.set_status(COLLECTIONS["contact"], ids[4], "4")
        world.session()
        world.session()
        traffic = world.graph.recorded_traffic()
        assert {entry["method"] for entry in traffic} >= {"GET", "POST", "PATCH", "DELETE", "PUT"}
        assert description.check(traffic) == []
