"""Scenes of the Exchange rules: bystanders around a scene, and the check that all is quiet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.prototypes import Prototypes
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = tuple(FOLDERS)
CATEGORY = {
    "account": "Account",
    "contact": "SAP Cloud for Customer SSI",
    "individual_customer": "Individual Customer",
}
ACTIVE, OBSOLETE = "2", "4"

#: Property that a record is called by in these scenes.
ITEM_NAME = {"account": "companyName", "contact": "surname", "individual_customer": "surname"}
RECORD_NAME = {"account": "Name", "contact": "LastName", "individual_customer": "LastName"}

_BYSTANDER = "Bystander"

_PROTOTYPES = Prototypes()


@contextmanager
def populated(
    folder: Path,
    mapper: dict[str, Any] | None = None,
    world_class: type[World] = World,
    **world_options: Any,
) -> Iterator[World]:
    """Give a world with four linked bystanders per type; afterwards it must be at rest.

    The bystanders keep the guard of mass deletions out of the scene. A session after the scene
    must write nothing, and no bystander may have been touched by it (I2, I14).
    """

    def make(own: Path) -> World:
        return world_class(own, mapper=mapper, **world_options)

    world = _PROTOTYPES.copy_to(
        folder, repr((world_class, mapper, world_options)), make, _add_bystanders
    )
    before = _bystanders(world)
    assert len(before) == 12 * (1 + len(world.mailboxes))
    yield world
    assert_rest(world)
    assert _bystanders(world) == before


def _add_bystanders(world: World) -> None:
    for kind in KINDS:
        for number in range(4):
            add_record(world, kind, bystander(kind, number))
    world.session()


def bystander(kind: str, number: int = 0) -> str:
    """Return the name of a bystander, different for each type."""
    return f"{_BYSTANDER} {kind} {number}"


def assert_rest(world: World) -> None:
    """Check that a further session writes nothing."""
    assert world.session().writes == {"exchange": 0, "c4c": 0}


def _bystanders(world: World) -> dict[str, str]:
    """Return id -> version of every bystander, on both sides."""
    versions: dict[str, str] = {}
    for kind in KINDS:
        for object_id, record in world.records(kind).items():
            if str(record[RECORD_NAME[kind]]).startswith(_BYSTANDER):
                versions[object_id] = record["etag"]
        for mailbox in world.mailboxes:
            for item in world.items(mailbox=mailbox):
                if str(item["properties"].get(ITEM_NAME[kind])).startswith(_BYSTANDER):
                    versions[item["id"]] = item["change_key"]
    return versions


# -- users ---------------------------------------------------------------------------------------


def add_record(world: World, kind: str, name: str, **properties: Any) -> str:
    """Create a C4C record as a user does; return its ObjectID."""
    create = {
        "account": world.c4c.create_account,
        "contact": world.c4c.create_contact,
        "individual_customer": world.c4c.create_individual_customer,
    }[kind]
    first = {} if kind == "account" else {"FirstName": "Fay"}
    return str(create({**first, RECORD_NAME[kind]: name, **properties}))


def add_item(
    world: World,
    kind: str,
    name: str,
    folder: str | None = None,
    mailbox: str = ALICE,
    **properties: Any,
) -> str:
    """Create an Outlook contact as a user does; None = in the default folder. Return its id."""
    first = {} if kind == "account" else {"givenName": "Fay"}
    body = {**first, ITEM_NAME[kind]: name, **properties}
    return str(world.graph.create_contact(mailbox, folder, body))


def link_pair(world: World, kind: str, name: str = "Pair", **properties: Any) -> tuple[str, str]:
    """Create a C4C record and sync it; return ObjectID and item id."""
    object_id = add_record(world, kind, name, **properties)
    world.session()
    return object_id, str(item_named(world, kind, name)["id"])


# -- looking -------------------------------------------------------------------------------------


def items_named(world: World, kind: str, name: str, mailbox: str = ALICE) -> list[dict[str, Any]]:
    """Return the items in contact folders with this name."""
    return [
        item
        for item in world.items(mailbox=mailbox)
        if item["properties"].get(ITEM_NAME[kind]) == name
    ]


def item_named(world: World, kind: str, name: str, mailbox: str = ALICE) -> dict[str, Any]:
    """Return the only item in a contact folder with this name."""
    (item,) = items_named(world, kind, name, mailbox)
    return item


def item_by_id(world: World, item_id: str, mailbox: str = ALICE) -> dict[str, Any]:
    """Return an item wherever it is, Deleted Items included."""
    entries = world.graph.dump()["mailboxes"][mailbox]["contacts"]
    (item,) = [entry for entry in entries if entry["id"] == item_id]
    return dict(item)


def records_named(world: World, kind: str, name: str) -> dict[str, dict[str, Any]]:
    """Return ObjectID -> record of the C4C records with this name."""
    return {
        object_id: record
        for object_id, record in world.records(kind).items()
        if record[RECORD_NAME[kind]] == name
    }


def record_named(world: World, kind: str, name: str) -> dict[str, Any]:
    """Return the only C4C record with this name; it has `ObjectID` too."""
    ((object_id, record),) = records_named(world, kind, name).items()
    return {**record, "ObjectID": object_id}


def record_by_id(world: World, kind: str, object_id: str) -> dict[str, Any]:
    """Return a C4C record."""
    found = world.c4c.get(COLLECTIONS[kind], object_id)
    assert found is not None
    return dict(found)


def status(world: World, kind: str, object_id: str) -> str:
    """Return the status of a C4C record."""
    return str(record_by_id(world, kind, object_id)[STATUS[kind]])


def categories(item: dict[str, Any]) -> list[str]:
    """Return an item's categories without folder names, which Exchange adds by itself."""
    names = item["properties"]["categories"]
    return [name for name in names if name not in FOLDERS.values()]


def typed_categories(item: dict[str, Any]) -> list[str]:
    """Return the type categories that an item bears."""
    return [name for name in item["properties"]["categories"] if name in CATEGORY.values()]
