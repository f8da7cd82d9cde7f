"""What users do, as data: each act can be told in one line and carried out on the emulators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import override

from demo.snapshot import COLLECTIONS, FOLDERS, OBSOLETE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

    from demo.snapshot import Item, Record

PERSONAL = "Contacts"
ALICE = "alice@contoso.example"
BOB = "bob@contoso.example"
FIRST_NAMES = {ALICE: "Alice", BOB: "Bob"}


class World(Protocol):
    """What an act needs of the stage."""

    graph: GraphAdmin
    c4c: C4CAdmin

    def item(self, mailbox: str, name: str, *, is_deleted: bool = False) -> Item:
        """Return the only item of that name."""
        ...

    def record(self, kind: str, name: str) -> Record:
        """Return the only record of that name."""
        ...

    def items_in(self, mailbox: str, folder: str) -> list[Item]:
        """Return the items of a folder by name."""
        ...

    def folder_id(self, mailbox: str, name: str) -> str | None:
        """Return the id of a folder, which is created if it is missing; None: the default one."""
        ...

    def reject_holds(self) -> None:
        """Let the operator reject all holds."""
        ...


class Act:
    """One thing a user does."""

    def tell(self) -> str:
        """Say it in one line."""
        raise NotImplementedError

    def do(self, world: World) -> None:
        """Do it."""
        raise NotImplementedError


@dataclass(frozen=True)
class NewItem(Act):
    """A user creates an Outlook contact; `folder` is a record type or a folder's name."""

    mailbox: str
    name: str
    folder: str
    values: Mapping[str, Any]

    @override
    def tell(self) -> str:
        place = FOLDERS.get(self.folder, self.folder)
        return f"{FIRST_NAMES[self.mailbox]} creates {self.name} in {place}{_told(self.values)}"

    @override
    def do(self, world: World) -> None:
        folder = world.folder_id(self.mailbox, FOLDERS.get(self.folder, self.folder))
        world.graph.create_contact(self.mailbox, folder, _deep(self.values))


@dataclass(frozen=True)
class ItemAct(Act):
    """A user does something with an Outlook contact.

    Attributes:
        words: What, with a gap for the name.
        how: Does it, given the world and the item.
        is_deleted: The item lies in Deleted Items.
    """

    mailbox: str
    name: str
    words: str
    how: Callable[[World, Item], object]
    is_deleted: bool = False

    @override
    def tell(self) -> str:
        return f"{FIRST_NAMES[self.mailbox]} {self.words.format(self.name)}"

    @override
    def do(self, world: World) -> None:
        self.how(world, world.item(self.mailbox, self.name, is_deleted=self.is_deleted))


@dataclass(frozen=True)
class NewRecord(Act):
    """A user of C4C creates a record.

    Attributes:
        on: Day of its creation, ISO 8601; None = now.
    """

    kind: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    on: str | None = None

    @override
    def tell(self) -> str:
        day = f" (on {self.on})" if self.on else ""
        return f"In C4C: new {self.kind} {self.name}{_told(self.values)}{day}"

    @override
    def do(self, world: World) -> None:
        create = {
            "account": world.c4c.create_account,
            "contact": world.c4c.create_contact,
            "individual_customer": world.c4c.create_individual_customer,
        }[self.kind]
        values = dict(self.values)
        if "account" in values:
            values["AccountID"] = world.record("account", values.pop("account")).values["AccountID"]
        if self.on:
            world.c4c.set_clock(f"{self.on}T08:00:00Z")
        create({**_named(self.kind, self.name), **values})
        world.c4c.release_clock()


@dataclass(frozen=True)
class RecordAct(Act):
    """A user of C4C does something with a record."""

    kind: str
    name: str
    words: str
    how: Callable[[World, Record], object]

    @override
    def tell(self) -> str:
        return f"In C4C: {self.words.format(self.name)}"

    @override
    def do(self, world: World) -> None:
        self.how(world, world.record(self.kind, self.name))


@dataclass(frozen=True)
class ClearsFolder(Act):
    """A user deletes many items of a managed folder at once."""

    mailbox: str
    kind: str
    count: int

    @override
    def tell(self) -> str:
        name = FIRST_NAMES[self.mailbox]
        return f"{name} deletes {self.count} items in {FOLDERS[self.kind]}"

    @override
    def do(self, world: World) -> None:
        for item in world.items_in(self.mailbox, FOLDERS[self.kind])[: self.count]:
            world.graph.delete_contact(self.mailbox, item.item_id)


class RejectsHolds(Act):
    """The operator refuses the removals that wait for a decision."""

    @override
    def tell(self) -> str:
        return "The operator: contact-sync reject ID"

    @override
    def do(self, world: World) -> None:
        world.reject_holds()


def edits(mailbox: str, name: str, **values: Any) -> Act:  # noqa: ANN401 - Graph properties
    """Change properties of an item."""
    return ItemAct(
        mailbox,
        name,
        f"edits {{}}{_told(values)}",
        lambda world, item: world.graph.edit_contact(mailbox, item.item_id, _deep(values)),
    )


def drags(mailbox: str, name: str, folder: str) -> Act:
    """Move an item to a folder: a record type, or a folder's name."""
    place = FOLDERS.get(folder, folder)
    return ItemAct(
        mailbox,
        name,
        f"drags {{}} to {place}",
        lambda world, item: world.graph.move_contact(
            mailbox, item.item_id, world.folder_id(mailbox, place)
        ),
    )


def restores(mailbox: str, name: str, folder: str) -> Act:
    """Move an item from Deleted Items to the folder of a record type."""
    place = FOLDERS[folder]
    return ItemAct(
        mailbox,
        name,
        f"takes {{}} out of Deleted Items, back to {place}",
        lambda world, item: world.graph.restore_contact(
            mailbox, item.item_id, world.folder_id(mailbox, place)
        ),
        is_deleted=True,
    )


def deletes(mailbox: str, name: str) -> Act:
    """Delete an item."""
    return ItemAct(
        mailbox,
        name,
        "deletes {}",
        lambda world, item: world.graph.delete_contact(mailbox, item.item_id),
    )


def categorises(mailbox: str, name: str, *categories: str) -> Act:
    """Replace the categories of an item."""
    return ItemAct(
        mailbox,
        name,
        f"sets the categories of {{}} to: {', '.join(categories) or 'none'}",
        lambda world, item: world.graph.set_categories(mailbox, item.item_id, categories),
    )


def copies(mailbox: str, name: str) -> Act:
    """Copy an item within its folder."""
    return ItemAct(
        mailbox,
        name,
        "copies {}",
        lambda world, item: world.graph.copy_contact(
            mailbox, item.item_id, world.folder_id(mailbox, item.folder)
        ),
    )


def changes(kind: str, name: str, **values: Any) -> Act:  # noqa: ANN401 - OData properties
    """Change properties of a record."""
    return RecordAct(
        kind,
        name,
        f"{{}} is changed{_told(values)}",
        lambda world, record: world.c4c.edit(COLLECTIONS[kind], record.object_id, dict(values)),
    )


def makes_obsolete(kind: str, name: str) -> Act:
    """Set a record's status to Obsolete."""
    return RecordAct(
        kind,
        name,
        "{} is set to Obsolete",
        lambda world, record: world.c4c.set_status(COLLECTIONS[kind], record.object_id, OBSOLETE),
    )


def removes(kind: str, name: str) -> Act:
    """Remove a record without a trace, as a data-protection run does."""
    return RecordAct(
        kind,
        name,
        "{} is removed by the data-protection run",
        lambda world, record: world.c4c.remove(COLLECTIONS[kind], record.object_id),
    )


def personal(mailbox: str, name: str, **values: Any) -> Act:  # noqa: ANN401 - Graph properties
    """Create a contact in the user's personal folder."""
    return NewItem(mailbox, name, PERSONAL, {**_split(name), **values})


def new_item(mailbox: str, name: str, kind: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    """Create a contact, or for an account a company, in a managed folder."""
    own = {"companyName": name} if kind == "account" else _split(name)
    return NewItem(mailbox, name, kind, {**own, **values})


def _split(name: str) -> dict[str, str]:
    first, _, last = name.rpartition(" ")
    return {"givenName": first, "surname": last}


def _named(kind: str, name: str) -> dict[str, str]:
    if kind == "account":
        return {"Name": name}
    first, _, last = name.rpartition(" ")
    return {"FirstName": first, "LastName": last}


def _deep(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the short names of `snapshot.Item.values` into Graph's shapes."""
    deep = dict(values)
    if "email" in deep:
        deep["emailAddresses"] = [{"address": deep.pop("email")}]
    if "phone" in deep:
        deep["businessPhones"] = [deep.pop("phone")]
    return deep


def _told(values: Mapping[str, Any]) -> str:
    told = {name: value for name, value in values.items() if name not in {"givenName", "surname"}}
    if not told:
        return ""
    return ": " + ", ".join(f"{name} = {value!r}" for name, value in told.items())
