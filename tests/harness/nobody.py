"""Trouble for good: every operation of Graph, every answer, of one item or one mailbox (I45).

Responsible for the cells of the matrix, made from the emulator's own list of operations, and for
playing one: what the others come to, and what is said of the one in trouble.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from emulators.clock import Clock
from emulators.faults import ANSWERS
from emulators.graph.service import GraphService
from typing_extensions import override

from harness.prototypes import Prototypes
from harness.world import COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

ALICE, BOB = "alice@contoso.example", "bob@contoso.example"
#: Surname of the record and the item in trouble, in Bob's mailbox.
TROUBLED = "Troubleson"
_PHOTO = "aGVsbG8="

#: Operations that are about one item, and how a fault finds it: by its id or by its body.
_OF_ITEMS = {
    "contacts.get": "path",
    "contacts.update": "path",
    "contacts.delete": "path",
    "contacts.create": "content",
    "photo.get": "path",
}
#: Needed once, for a mailbox that is new.
_OF_NEW_MAILBOXES = ("folders.create", "categories.")
#: What signs in is nobody's in particular; the others are not used by the connectors.
NOT_OF_ONE = frozenset({"entra.openid-configuration", "entra.token", "entra.devicecode"})
UNUSED = frozenset(
    {
        "contacts.count",
        "contacts.permanent_delete",
        "folders.count",
        "folders.update",
        "folders.delete",
        "folders.permanent_delete",
        "categories.count",
        "categories.get",
        "categories.update",
        "categories.delete",
    }
)

_PROTOTYPES = Prototypes()


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `scope` is `item` or `mailbox`."""

    operation: str
    answer: str
    scope: str

    def __str__(self) -> str:
        return f"{self.operation}-{self.answer.replace(' ', '_')}-{self.scope}"


#: Trouble that only one mailbox has work for, and a denial that could be anybody's.
_ALWAYS = (
    Cell("categories.list", "500", "mailbox"),
    Cell("contacts.create", "403", "item"),
    Cell("contacts.create", "404", "mailbox"),
    Cell("folders.create", "503", "mailbox"),
    Cell("batch", "500", "mailbox"),
)


def cells() -> list[Cell]:
    """Return the whole matrix: a new operation of the emulator is in it by itself."""
    operations = GraphService(clock=Clock(), seed=0).admin.operations()
    return [
        Cell(operation, answer, scope)
        for operation, answer, scope in product(operations, ANSWERS, ("item", "mailbox"))
        if operation not in NOT_OF_ONE | UNUSED and (scope == "mailbox" or operation in _OF_ITEMS)
    ]


def cover(found: list[Cell]) -> list[Cell]:
    """Return few cells that have each operation of each scope, and each answer, at least once."""
    pairs = list(dict.fromkeys((cell.operation, cell.scope) for cell in found))
    answers = list(ANSWERS)
    return [
        *(
            Cell(operation, answers[number % len(answers)], scope)
            for number, (operation, scope) in enumerate(pairs)
        ),
        *_ALWAYS,
    ]


class TroubleWorld(World):
    """Two mailboxes with equal records; waits between tries are left out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, mailboxes=(ALICE, BOB))
        # What was left to hang is not counted as being served.
        self.graph.set_switch("mailbox_concurrency", 1000)
        for mailbox in (ALICE, BOB):
            self.graph.create_folder(mailbox, "Private")
        for name in (TROUBLED, "Adason", "Goneson"):
            self.c4c.create_contact({"FirstName": "A", "LastName": name})

    @override
    def exchange_settings(self) -> dict[str, Any]:
        # Shorter than a hang of the script: the client gives up first.
        return {**super().exchange_settings(), "max_retries": 0, "timeout_seconds": 1}

    def named(self, mailbox: str) -> dict[str, dict[str, Any]]:
        """Return surname -> item of the managed folder of contacts."""
        found = self.items(FOLDERS["contact"], mailbox)
        return {item["properties"]["surname"]: item for item in found}

    def codes(self, mailbox: str) -> list[str]:
        """Return what a person must act on, of a mailbox."""
        with self.store() as store:
            rows = store.issues.list_open()
        return [row.issue.code for row in rows if row.issue.mailbox == mailbox]

    def said(self, mailbox: str) -> list[str]:
        """Return what the open issues of a mailbox are about; "" is the mailbox itself."""
        with self.store() as store:
            issues = [row.issue for row in store.issues.list_open()]
        return [i.exchange_id or i.link_id or "" for i in issues if i.mailbox == mailbox]

    def statuses(self) -> dict[str, str]:
        """Return surname -> status of the records."""
        records = self.records("contact").values()
        return {str(record["LastName"]): str(record["StatusCode"]) for record in records}

    def let_all_act(self) -> None:
        """Let users of both sides do something for which each operation is needed."""
        records = self.records("contact")
        ids = {str(record["LastName"]): object_id for object_id, record in records.items()}
        for name in (TROUBLED, "Adason"):
            self.c4c.edit(COLLECTIONS["contact"], ids[name], {"JobTitle": f"{name}'s"})
        self.c4c.set_status(COLLECTIONS["contact"], ids["Goneson"], "4")
        self.c4c.create_contact({"FirstName": "N", "LastName": "Newson"})
        for mailbox in (ALICE, BOB):
            whose = mailbox[:3]
            category = "SAP Cloud for Customer SSI"
            properties = {"givenName": whose, "surname": f"{whose}moved", "categories": [category]}
            self.graph.create_contact(mailbox, None, properties, photo_base64=_PHOTO)

    def troubled_item(self, cell: Cell) -> str:
        """Return the id of an item for which the operation of a cell is needed."""
        if cell.operation == "photo.get":
            moved = self.item(BOB, surname="bobmoved")
            assert moved is not None
            return str(moved["id"])
        name = "Goneson" if cell.operation == "contacts.delete" else TROUBLED
        return str(self.named(BOB)[name]["id"])

    def put_in_trouble(self, cell: Cell) -> int:
        """Register the fault of a cell."""
        conditions: dict[str, Any] = {"operation": cell.operation, "seconds": 3.0}
        if cell.operation == "batch":
            # As it stands in the addresses of the parts.
            conditions["content"] = re.escape(quote(BOB))
        else:
            conditions["path"] = f"users/{re.escape(BOB)}(/|$)"
        if cell.scope == "item":
            item = self.troubled_item(cell)
            if _OF_ITEMS[cell.operation] == "path":
                conditions["path"] += f".*{item}"
            else:
                conditions["content"] = '"surname": *"Newson"'
        return self.graph.trouble_for_good(cell.answer, **conditions)


def play(folder: Path, cell: Cell) -> None:
    """Play one cell: two sessions in trouble, then well again.

    Raises:
        AssertionError: Somebody else was stopped, too much or too little was said, or something
            is missing at the end.
    """
    world = _world(folder, cell)
    world.put_in_trouble(cell)
    try:
        _play_in_trouble(world, cell)
        assert world.graph.unused_faults() == [], "the operation is needed"
    finally:
        world.graph.clear_faults()
    for _ in range(4):
        world.session()
    assert world.named(ALICE).keys() == _wanted(world, ALICE)
    # "Not found" to a look by id is the service's proof that an item is gone (I7).
    if (cell.operation, cell.answer) != ("contacts.get", "404"):
        assert world.named(BOB).keys() == _wanted(world, BOB)
    # An item that could be read again waits for its next try, after a pause.
    assert set(world.codes(BOB)) <= {"unreadable_item", "delete_vs_edit"}


def _play_in_trouble(world: TroubleWorld, cell: Cell) -> None:
    if cell.operation.startswith(_OF_NEW_MAILBOXES):
        world.session()
    before = {item["id"] for item in world.items(mailbox=BOB)}
    kept = before - {world.named(BOB).get("Goneson", {}).get("id")}
    for _ in range(2):
        world.session()
        _others_are_well(world, cell)
        present = {item["id"] for item in world.items(mailbox=BOB)}
        left = {i for i in kept - present if i not in _moved(world)}
        assert not left, "nothing of it is removed"
        assert all(s == "2" for n, s in world.statuses().items() if n != "Goneson")
    said = world.said(BOB)
    assert len(set(said)) == len(said), f"one issue for each: {world.codes(BOB)}"
    assert cell.scope == "mailbox" or len(said) <= 1
    is_proof = cell.operation == "contacts.get" and cell.answer == "404"
    if world.named(BOB).keys() != _wanted(world, BOB) and cell.answer != "401 once":
        assert said or is_proof, "what is not synced is said"
    assert world.codes(ALICE) == []


def _world(folder: Path, cell: Cell) -> TroubleWorld:
    """Return a world in which each operation is going to be needed."""
    if cell.operation.startswith(_OF_NEW_MAILBOXES):
        return cast("TroubleWorld", _PROTOTYPES.copy_to(folder, "new", TroubleWorld, _untouched))
    return cast("TroubleWorld", _PROTOTYPES.copy_to(folder, "acted", TroubleWorld, _acted))


def _untouched(world: World) -> None:
    pass


def _acted(world: World) -> None:
    assert isinstance(world, TroubleWorld)
    world.settle(4)
    world.let_all_act()


def _moved(world: TroubleWorld) -> set[str]:
    """Return what lies in Deleted Items because its copy is in the managed folder."""
    copies = {name for name in world.named(BOB) if name.endswith("moved")}
    deleted = world.deleted_items(BOB)
    return {item["id"] for item in deleted if item["properties"]["surname"] in copies}


def _wanted(world: TroubleWorld, mailbox: str) -> set[str]:
    del mailbox
    return {name for name, status in world.statuses().items() if status == "2"}


def _others_are_well(world: TroubleWorld, cell: Cell) -> None:
    mine = world.named(ALICE)
    assert mine.keys() >= _wanted(world, ALICE) - {"bobmoved"}
    if "Newson" in mine:
        assert mine["Adason"]["properties"]["jobTitle"] == "Adason's"
        assert "alimoved" in world.statuses()
        assert "Goneson" not in mine
    if cell.scope == "item":
        others = world.named(BOB)
        assert others["Adason"]["properties"]["jobTitle"] == "Adason's"
        assert "bobmoved" in world.statuses()
