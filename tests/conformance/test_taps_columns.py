"""Column names of both taps, as a warehouse sees them: without case, or in snake case."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import EntityType, Property
from fakes.singer import run
from harness import scenes
from harness.world import PLUGINS, World
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.helpers._conformers import snakecase
from tap_c4c.schemas import record_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TAPS = ("tap-c4c", "tap-exchange-contacts")
#: The SDK's own conversions, and the one of `inflection`, which many warehouses use.
FOLDS = {
    "folded": str.casefold,
    "sdk": snakecase,
    "inflection": lambda name: re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).lower(),
}
#: What loaders add to every table if `add_record_metadata` is on, but for tombstones.
METADATA = re.compile("_sdc_(?!deleted_at$)")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.c4c.add_custom_field("Contact", "Etag_KUT")
        world.c4c.add_custom_field("Contact", "ETAG_KUT")
        scenes.create_record(world, "contact", "Lovelace")
        yield world


def doubled(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return how names collide: the fold, and what several of them become."""
    names = list(names)
    return [
        (fold, text)
        for fold, function in FOLDS.items()
        for text, number in Counter(map(function, names)).items()
        if number > 1
    ]


def columns(schema: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the names of a schema, and those of the objects in it."""
    properties = schema.get("properties", {})
    yield list(properties)
    for entry in properties.values():
        yield from columns(entry)
        yield from columns(entry.get("items") or {})


@pytest.mark.parametrize("tap", TAPS)
def test_no_two_columns_of_a_stream_are_one_to_a_warehouse(world: World, tap: str) -> None:
    streams = PLUGINS[tap](config=world.settings(tap)).streams.values()
    assert len(streams) > 2
    for stream in streams:
        for names in columns(stream.schema):
            assert doubled(names) == [], stream.name
            assert not [name for name in names if METADATA.match(name)], stream.name


def test_records_have_no_column_beside_their_schema(world: World) -> None:
    tap = PLUGINS["tap-c4c"](config=world.settings("tap-c4c"))
    (record,) = run(tap).records("contacts")
    assert {*record} <= {*tap.streams["contacts"].schema["properties"]}
    assert record["etag"].startswith('W/"')
    assert "ETag" not in record


_NAMES = st.sampled_from(["etag", "View_Name", "in_view", "ObjectID", "ChangedOn", "Vip_KUT"])


@given(names=st.lists(_NAMES | _NAMES.map(str.upper) | _NAMES.map(str.lower), unique=True))
def test_whatever_a_tenant_declares_its_columns_stay_apart(names: list[str]) -> None:
    declared = tuple(
        Property(name, "Edm.String", None, True, True, True, True)  # noqa: FBT003 - as declared
        for name in names
    )
    shown = record_schema(EntityType("Contact", ("ObjectID",), declared))["properties"]
    assert doubled(shown) == []
    assert {"ObjectID", "ChangedOn", "etag", "view_name", "in_view"} <= {*shown}
    assert {name.casefold() for name in names} <= {name.casefold() for name in shown}
