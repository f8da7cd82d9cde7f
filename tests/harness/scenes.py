"""First steps that many scenes share, and questions that many of them ask at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Link, RecordType, Side

from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from contact_sync.core.model import Issue
    from contact_sync.store import Hold

KINDS = ("account", "contact", "individual_customer")


def create_record(world: World, kind: str, name: str, **properties: Any) -> str:
    """Create a C4C record of any type; `name` is its last name, or the account's name."""
    if kind == "account":
        return world.c4c.create_account({"Name": name, **properties})
    create = {
        "contact": world.c4c.create_contact,
        "individual_customer": world.c4c.create_individual_customer,
    }[kind]
    return create({"LastName": name, **properties})


def create_item(world: World, kind: str, name: str, **properties: Any) -> str:
    """Create an item in the managed folder of a type, which must exist already."""
    shown = {"companyName": name} if kind == "account" else {"surname": name}
    return world.graph.create_contact(ALICE, world.folder_id(kind), {**shown, **properties})


def populate(world: World, *kinds: str, count: int = 4) -> None:
    """Let bystanders be synced, so that the guards let single removals of these types pass."""
    for kind in kinds or KINDS:
        for number in range(count):
            create_record(world, kind, f"Bystander {number}")
    world.session()


def linked(world: World, kind: str, name: str, **properties: Any) -> tuple[str, str]:
    """Create a record among bystanders and sync it; return ObjectID and item id."""
    object_id = create_record(world, kind, name, **properties)
    populate(world, kind)
    return object_id, item_of(world, object_id)


def item_of(world: World, object_id: str) -> str:
    """Return the id of the item that a record is linked with."""
    found = link_of(world, object_id).exchange_id
    assert found is not None
    return found


def link_of(world: World, object_id: str) -> Link:
    """Return the link of a record."""
    with world.store() as store:
        found = store.links.by_c4c_id(ALICE, object_id)
    assert found is not None
    return found


def item(world: World, item_id: str) -> dict[str, Any] | None:
    """Return the dump's entry of an item that is not in Deleted Items."""
    return next((entry for entry in world.items() if entry["id"] == item_id), None)


def values(world: World, item_id: str) -> dict[str, Any]:
    """Return the Graph properties of an item that must exist."""
    found = item(world, item_id)
    assert found is not None
    return dict(found["properties"])


def names(world: World, kind: str = "contact") -> list[str]:
    """Return the sorted names of the items in the folder of a type, bystanders left out."""
    name = "companyName" if kind == "account" else "surname"
    shown = [str(entry["properties"].get(name)) for entry in world.items(FOLDERS[kind])]
    return sorted(entry for entry in shown if not entry.startswith("Bystander"))


def record(world: World, kind: str, object_id: str) -> dict[str, Any]:
    """Return the properties of a C4C record."""
    return world.records(kind)[object_id]


def edit_record(world: World, kind: str, object_id: str, **properties: Any) -> None:
    """Edit a C4C record as a user."""
    world.c4c.edit(COLLECTIONS[kind], object_id, properties)


def edit_item(world: World, item_id: str, **properties: Any) -> None:
    """Edit an item as a user."""
    world.graph.edit_contact(ALICE, item_id, properties)


def obsolete(world: World, kind: str, object_id: str) -> None:
    """Let a user set a record Obsolete."""
    world.c4c.set_status(COLLECTIONS[kind], object_id, "4")


def issue(world: World, code: str) -> Issue:
    """Return the only open issue of a code."""
    with world.store() as store:
        (found,) = [row.issue for row in store.issues.list_open() if row.issue.code == code]
    return found


def holds(world: World, state: str = "pending") -> list[Hold]:
    """Return the holds in a state."""
    with world.store() as store:
        return store.holds.list_((state,))


def the_hold(world: World, kind: str, side: Side) -> Hold:
    """Return the only pending hold, which must be for removals of a type on a side."""
    (found,) = holds(world)
    assert (found.record_type, found.side) == (RecordType(kind), side)
    return found


def assert_quiet(world: World) -> None:
    """A further session writes nothing on either side."""
    assert world.session().writes == {"exchange": 0, "c4c": 0}
