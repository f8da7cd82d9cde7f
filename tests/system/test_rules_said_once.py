"""I46: names that tap and mapper both have agree, or the session ends at once."""

from __future__ import annotations

from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from harness.scenes import create_record, names
from harness.world import ALICE, COLLECTIONS, World
from singer_sdk.exceptions import ConfigValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BOB = "bob@contoso.example"
SALES = {"name": "sales", "record_type": "contact", "filter": "Department eq 'Sales'"}


class _SaidTwiceWorld(World):
    """A world whose tap is told what the test says, whatever the mapper's settings are."""

    tap: Mapping[str, Any] = MappingProxyType({})

    def settings(self, plugin: str) -> dict[str, Any]:
        own = self.tap if plugin == "tap-exchange-contacts" else {}
        return {**super().settings(plugin), **own}


def _refused(world: World) -> str:
    """Return the lines of a session that must end before it writes or books anything."""
    with pytest.raises(ConfigValidationError) as caught:
        world.session()
    assert world.writes() == {"exchange": 0, "c4c": 0}
    with world.store() as store:
        assert store.runs.last(5) == []
    text = "; ".join(caught.value.errors)
    for value in (ALICE, BOB, "Kunde", "Kundschaft"):
        assert value not in text
    return text


CHANGES = {
    "folder": "Kundschaft",
    "folder_aliases": ["Kundschaft"],
    "category": "Kunde",
    "category_aliases": ["Kunde"],
}
LIST_OF = {"folder": "managed_folders", "category": "routing_categories"}


@pytest.mark.parametrize(("kind", "setting"), list(product(COLLECTIONS, CHANGES)))
def test_i46_a_name_that_the_tap_was_not_told_is_refused(
    tmp_path: Path, kind: str, setting: str
) -> None:
    with _SaidTwiceWorld(tmp_path) as world:
        world.tap = world._names()
        world.mapper = {kind: {setting: CHANGES[setting]}}
        text = _refused(world)
        assert f"Setting `{kind}.{setting}` of contact-sync" in text
        assert f"`{LIST_OF[setting.removesuffix('_aliases')]}` of tap-exchange-contacts" in text
        world.tap = {}
        world.session()


@pytest.mark.parametrize("setting", ["managed_folders", "routing_categories"])
def test_i46_a_name_that_only_the_tap_was_told_is_refused(tmp_path: Path, setting: str) -> None:
    with _SaidTwiceWorld(tmp_path) as world:
        world.tap = {setting: [*world._names()[setting], "Kunde"]}
        assert f"Setting `{setting}` of tap-exchange-contacts has a name that" in _refused(world)


def test_i46_spelling_is_no_difference_and_a_frozen_type_need_not_be_told(tmp_path: Path) -> None:
    with _SaidTwiceWorld(tmp_path) as world:
        told = world._names()
        world.tap = {name: [f" {text.upper()}" for text in texts] for name, texts in told.items()}
        world.session()
        world.mapper = {"account": {"direction": "off"}}
        world.tap = {
            "managed_folders": [n for n in told["managed_folders"] if "Account" not in n],
            "routing_categories": [n for n in told["routing_categories"] if "Account" not in n],
        }
        world.session()


@pytest.mark.parametrize("boxes", [[ALICE], [ALICE, BOB, "carol@contoso.example"]])
def test_i46_mailboxes_that_differ_are_refused(tmp_path: Path, boxes: list[str]) -> None:
    with _SaidTwiceWorld(tmp_path, (ALICE, BOB)) as world:
        world.graph.add_mailbox("carol@contoso.example")
        world.tap = {"mailboxes": boxes}
        assert "Settings `mailboxes` of contact-sync and of tap-exchange" in _refused(world)


def test_i46_every_contact_of_the_mailbox_is_no_scope_of_the_sync(tmp_path: Path) -> None:
    with _SaidTwiceWorld(tmp_path) as world:
        world.tap = {"scope": "all"}
        assert "Setting `scope` of tap-exchange-contacts must be `managed`" in _refused(world)


@pytest.mark.parametrize(
    "views", [[], [SALES], [{**SALES, "record_type": "account", "filter": ""}]]
)
def test_i46_a_view_that_tap_c4c_does_not_have_ends_the_second_stage(
    tmp_path: Path, views: list[dict[str, str]]
) -> None:
    view = "sales" if views != [SALES] else "sails"
    entry = {"mailbox": ALICE, "record_type": "contact", "view": view}
    with World(tmp_path, mapper={"views": [entry]}, views=views) as world:
        create_record(world, "contact", "Person", Department="Sales")
        with pytest.raises(ConfigValidationError) as caught:
            world.session()
        assert "Setting `views` of contact-sync gives a mailbox a view of `contact`" in str(
            caught.value.errors
        )
        assert world.writes() == {"exchange": 0, "c4c": 0}
        world.views = [{**SALES, "name": view}]
        world.session()
        assert names(world) == ["Person"]


def test_i46_a_custom_field_of_a_property_that_c4c_does_not_have_is_refused(tmp_path: Path) -> None:
    custom = {"shoe_size": {"exchange": "profession", "c4c": "ShoeSize_KUT"}}
    with World(tmp_path, mapper={"contact": {"custom_fields": custom}}) as world:
        with pytest.raises(ConfigValidationError) as caught:
            world.session()
        assert "Setting `contact.custom_fields.shoe_size.c4c` names a property" in str(
            caught.value.errors
        )
        assert world.writes() == {"exchange": 0, "c4c": 0}


def test_i46_a_tap_that_tells_nothing_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_c4c.settings.told", lambda _: {})
    monkeypatch.setattr("tap_exchange_contacts.settings.told", lambda _: {})
    with World(tmp_path) as world:
        create_record(world, "contact", "Person")
        output = world.session().output
        assert names(world) == ["Person"]
    assert "x-settings" not in "".join(output.values())


def test_i37_addresses_are_not_told(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        output = world.session().output
    schemas = [line for text in output.values() for line in text.splitlines() if '"SCHEMA"' in line]
    assert any("x-settings" in line for line in schemas)
    assert not any(ALICE in line for line in schemas)
