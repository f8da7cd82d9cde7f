"""I45: a view or record of C4C that cannot be read stops nobody, is named once, loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulators.faults import ANSWERS
from harness.rule_scenes import add_item, add_record, items_named, record_named
from harness.world import Hasty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.world import World

VIEWS = [
    {"name": "sound", "record_type": "contact", "filter": "StatusCode eq '2'"},
    {"name": "odd", "record_type": "contact", "filter": "StatusCode eq '3'"},
]
#: What is refused for good, and what is asked of it.
PLACES = {
    "view": {"path": r"ContactCollection\?.*StatusCode eq '3'"},
    "type": {"path": r"^ContactCollection"},
}
#: One of each kind that the client tells apart.
REFUSALS = ("400", "403", "404", "503", "reset")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Hasty(tmp_path, views=VIEWS) as made:
        for kind in ("contact", "individual_customer"):
            for number in range(3):
                add_record(made, kind, f"Known{number}", MiddleName="M")
        made.settle()
        yield made


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        *((answer, "view" if number % 2 else "type") for number, answer in enumerate(REFUSALS)),
        ("400", "view"),
    ],
)
def test_i45_a_view_or_type_that_c4c_refuses_stops_no_other(
    world: World, answer: str, place: str
) -> None:
    world.c4c.add_fault(**{**ANSWERS[answer], **PLACES[place]})
    add_record(world, "individual_customer", "New")
    add_item(world, "individual_customer", "Typed", world.folder_id("individual_customer"))
    for _ in range(2):
        world.session()
        assert world.issues().count("view_refused") == 1
    assert items_named(world, "individual_customer", "New")
    assert record_named(world, "individual_customer", "Typed")
    for number in range(3):
        assert items_named(world, "contact", f"Known{number}"), "nothing of it is removed"
    world.c4c.clear_faults()
    world.session()
    assert "view_refused" not in world.issues()
    assert world.session().total == 0


def test_i7_a_listing_that_cannot_be_whole_takes_nothing_away(world: World) -> None:
    for number in range(6):
        add_record(world, "contact", f"More{number}", MiddleName="M")
    world.settle()
    for switch, value in (("orderby", "ignored"), ("order", "shuffled"), ("page_size", 2)):
        world.c4c.set_switch(switch, value)
    add_item(world, "individual_customer", "Typed", world.folder_id("individual_customer"))
    for _ in range(2):
        world.session()
        assert world.issues().count("view_refused") >= 1
        assert set(world.issues()) == {"view_refused"}
    for number in range(6):
        assert items_named(world, "contact", f"More{number}"), "nothing of it is removed"
    assert record_named(world, "individual_customer", "Typed")
    for switch, value in (("orderby", "honoured"), ("page_size", 1000)):
        world.c4c.set_switch(switch, value)
    world.session()
    assert world.issues() == []
    assert world.session().total == 0
