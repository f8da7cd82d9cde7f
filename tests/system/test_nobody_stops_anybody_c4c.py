"""I45: one record that C4C refuses to search for, read, create or write stops no other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from emulators.faults import ANSWERS
from harness.rule_scenes import add_item, add_record, item_named, records_named, status
from harness.world import ALICE, NoOverlap, World
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What is asked of the record in trouble: attributes of the fault, `{id}` its ObjectID.
OPERATIONS: dict[str, dict[str, Any]] = {
    "create": {"method": "POST", "path": "^ContactCollection", "content": "Odd"},
    "search": {"method": "GET", "path": r"LastName eq 'Odd'"},
    "update": {"method": "PATCH", "path": "{id}"},
    "read": {"method": "GET", "path": r"Collection\('{id}'\)"},
}
#: One of each kind that the client tells apart.
TRIED = ("400", "403", "404", "500", "reset")
#: Asked for by its key and not found: that is the proof that a record is gone (I7).
PROOF = ("read", "404")
FIELD = "JobTitle"


class Hasty(NoOverlap):
    """A world whose programs give up soon, as waiting is not what is looked at."""

    @override
    def c4c_settings(self) -> dict[str, Any]:
        return {**super().c4c_settings(), "max_retries": 0}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Hasty(tmp_path) as made:
        for name in ("Pair", "Sound"):
            add_record(made, "contact", name)
        made.settle()
        yield made


@pytest.mark.parametrize(
    ("operation", "answer"),
    [pair for pair in itertools.product(OPERATIONS, TRIED) if pair != PROOF],
)
def test_i45_a_record_in_trouble_stops_no_other(world: World, operation: str, answer: str) -> None:
    (pair,) = records_named(world, "contact", "Pair")
    conditions = {
        name: str(value).replace("{id}", pair) for name, value in OPERATIONS[operation].items()
    }
    world.c4c.add_fault(**{**ANSWERS[answer], **conditions})
    folder = world.folder_id("contact")
    for name in ("Odd", "New"):
        add_item(world, "contact", name, folder)
    for round_ in range(2):
        for name in ("Pair", "Sound"):
            item = item_named(world, "contact", name)
            world.graph.edit_contact(ALICE, item["id"], {"jobTitle": f"Boss{round_}"})
        world.session()
        world.session()
        ((_, sound),) = records_named(world, "contact", "Sound").items()
        assert sound[FIELD] == f"Boss{round_}"
        assert len(records_named(world, "contact", "New")) == 1
    assert status(world, "contact", pair) == "2"
    world.c4c.clear_faults()
    world.settle()
    for name in ("New", "Pair", "Sound"):
        assert len(records_named(world, "contact", name)) == 1, name
        item_named(world, "contact", name)
