"""How Outlook lists a person: file-as and display name (section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import item_by_id, link_pair, populated, record_by_id
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMER = "individual_customer"


def _properties(world: World, item_id: str) -> dict[str, Any]:
    return dict(item_by_id(world, item_id)["properties"])


@pytest.mark.parametrize("kind", ["contact", CUSTOMER])
@pytest.mark.parametrize("derived", [True, False])
def test_a_new_person_is_filed_under_the_last_name(
    tmp_path: Path, kind: str, *, derived: bool
) -> None:
    with populated(tmp_path) as world:
        world.graph.set_switch("file_as_derived", derived)
        object_id, item_id = link_pair(world, kind, FirstName="Ann")
        last = record_by_id(world, kind, object_id)["LastName"]
        assert _properties(world, item_id)["fileAs"] == f"{last}, Ann"
        world.graph.edit_contact(ALICE, item_id, {"fileAs": "Chosen", "displayName": "Aunt Ann"})
        world.settle()
        world.c4c.edit(COLLECTIONS[kind], object_id, {"Email": "ann@new.example"})
        world.settle()
        item = _properties(world, item_id)
        assert (item["fileAs"], item["displayName"]) == ("Chosen", "Aunt Ann")
