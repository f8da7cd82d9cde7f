"""I19: a move by category carries every property of an Outlook contact that the API can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchange_client.carried import CARRIED
from exchange_client.contact_fields import WRITABLE, canonical
from harness.rule_scenes import CATEGORY, add_item, item_named, populated
from harness.world import ALICE, FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

_LISTS = {"homePhones": ["030 1", "030 2"], "businessPhones": ["030 3", "030 4"]}
_LISTS |= {"children": ["Kim", "Lou"], "imAddresses": ["im:1", "im:2"]}
_ADDRESS = {"street": "Weg 1", "city": "Ulm", "postalCode": "89073", "countryOrRegion": "Germany"}
_VALUES = {"Boolean": "true", "Integer": "2", "Short": "1", "Double": "0.5"}


def _value(name: str, number: int) -> str:
    kind = name.partition(" ")[0]
    return _VALUES.get(kind, "2026-12-24T08:00:00Z" if kind == "SystemTime" else f"v{number}")


def _properties() -> dict[str, Any]:
    """Return a value for every writable property but those that the scene gives."""
    values: dict[str, Any] = {name: f"x {name}" for name in WRITABLE}
    for name in WRITABLE:
        if name.endswith("Address"):
            values[name] = _ADDRESS
    mails = [{"name": f"Mail {number}", "address": f"m{number}@x.example"} for number in range(3)]
    values |= _LISTS | {"emailAddresses": mails, "birthday": "1980-07-17T22:00:00Z"}
    for name in ("surname", "categories", "companyName"):
        values.pop(name)
    return values


def test_i19_everything_that_has_a_name_is_carried(tmp_path: Path) -> None:
    extended = {name: _value(name, number) for number, name in enumerate(CARRIED)}
    with populated(tmp_path) as world:
        bears = [CATEGORY["contact"]]
        add_item(world, "contact", "Newcomer", categories=bears, **_properties())
        before = item_named(world, "contact", "Newcomer")
        world.graph.edit_contact(ALICE, before["id"], {}, extended=extended)
        world.session()
        after = item_named(world, "contact", "Newcomer")
    assert (after["folder"], after["id"] == before["id"]) == (FOLDERS["contact"], False)
    found = {canonical(name): value for name, value in after["extended"].items()}
    wanted = {canonical(name): value for name, value in extended.items()}
    assert {name: found.get(name) for name in wanted} == wanted
    lived, moved = before["properties"], after["properties"]
    assert moved["birthday"] == "1980-07-18T11:59:00Z"
    same = set(lived) - {"birthday", "categories"}
    assert {name: moved[name] for name in same} == {name: lived[name] for name in same}
