"""Trouble for good: every operation of Graph, every answer, of one item or one mailbox (I45).

Responsible for the cells of the matrix, made from the emulator's own list of operations, and for
playing one: what the others come to, and what is said of the one in trouble.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from emulators.clock import Clock
from emulators.faults import ANSWERS
from emulators.graph.service import GraphService

from harness.prototypes import Prototypes
from harness.troubled_world import (
    ALICE,
    BOB,
    EDITED,
    NEW,
    OBSOLETE,
    TOSSED,
    TroubledWorld,
    moved,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World

MAILBOX = "mailbox"
_MOVED = moved(BOB)[0]
_PHOTO_OF_MOVED = "hello"

#: What is asked of an item in a batch that fails over it, and how it stands in that batch.
_IN_BATCHES = {
    EDITED[0]: '"PATCH", "url": "[^"]*{id}',
    OBSOLETE[0]: '"DELETE", "url": "[^"]*{id}',
    TOSSED[0]: '"GET", "url": "[^"]*{id}',
    NEW[0]: '"surname": *"{name}"',
    _MOVED: '"surname": *"{name}"',
}
#: Operations that are about one item, and the items for which they are needed: one of each kind.
_OF_ITEMS = {
    "contacts.get": (EDITED[0], OBSOLETE[0], TOSSED[0], _MOVED),
    "contacts.update": (EDITED[0],),
    "contacts.delete": (OBSOLETE[0], _MOVED),
    "contacts.create": (NEW[0], _MOVED),
    "photo.get": (_MOVED,),
    "photo.put": (_MOVED,),
    "batch": tuple(_IN_BATCHES),
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

#: Longer than the patience of the client.
_HANG_SECONDS = 1.5

_PROTOTYPES = Prototypes()


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `whom` is the surname of an item in Bob's mailbox, or `mailbox`."""

    operation: str
    answer: str
    whom: str

    def __str__(self) -> str:
        return f"{self.operation}-{self.answer.replace(' ', '_')}-{self.whom}"


#: Trouble that only one mailbox has work for, and a denial that could be anybody's.
_ALWAYS = (
    Cell("categories.list", "500", MAILBOX),
    Cell("contacts.create", "403", NEW[0]),
    Cell("contacts.create", "404", MAILBOX),
    Cell("folders.create", "503", MAILBOX),
    Cell("batch", "500", MAILBOX),
    # Lost together with their neighbours, each session, unless they are sent alone.
    *(Cell("batch", "reset", whom) for whom in _IN_BATCHES),
    # What "not found" and "gone" say of an item that is there, and of one that is not.
    *(Cell("contacts.get", "404", whom) for whom in _OF_ITEMS["contacts.get"]),
    Cell("photo.get", "410", _MOVED),
)


def operations() -> list[str]:
    """Return what the emulator knows: a new operation is in the matrix by itself."""
    return GraphService(clock=Clock(), seed=0).admin.operations()


def cells() -> list[Cell]:
    """Return the whole matrix."""
    return [
        Cell(operation, answer, whom)
        for operation, answer in product(operations(), ANSWERS)
        if operation not in NOT_OF_ONE | UNUSED
        for whom in (*_OF_ITEMS.get(operation, ()), MAILBOX)
    ]


def cover(found: list[Cell]) -> list[Cell]:
    """Return few cells that have each operation of each one, and each answer, at least once."""
    pairs = list(dict.fromkeys((cell.operation, cell.whom) for cell in found))
    answers = list(ANSWERS)
    return [
        *(
            Cell(operation, answers[number % len(answers)], whom)
            for number, (operation, whom) in enumerate(pairs)
        ),
        *_ALWAYS,
    ]


def play(folder: Path, cell: Cell) -> None:
    """Play one cell: three sessions in trouble, the last one after all pauses; then well again.

    Raises:
        AssertionError: Somebody else was stopped, too much or too little was said, or something
            is missing at the end.
    """
    world = world_of(folder, is_new=cell.operation.startswith(_OF_NEW_MAILBOXES))
    _put_in_trouble(world, cell)
    present = _present(world)
    try:
        for number in range(3):
            world.session()
            if cell.answer == "hang":
                # What else is in that batch takes effect when the client has given up already.
                time.sleep(_HANG_SECONDS)
            _nothing_is_removed(world, cell, present)
            if number:
                _others_are_well(world, cell)
                _each_is_told_once(world, cell)
                world.let_pauses_pass()
        assert world.graph.unused_faults() == [], "the operation is needed"
    finally:
        world.graph.clear_faults()
    for _ in range(5):
        world.let_pauses_pass()
        is_at_rest = world.session().total == 0 and world.said() == []
        if is_at_rest and not _behind(world, cell, ALICE) | _behind(world, cell, BOB):
            return
    behind = {mailbox: _behind(world, cell, mailbox) for mailbox in (ALICE, BOB)}
    raise AssertionError(f"not at rest: {behind} {world.said()}")


def world_of(folder: Path, *, is_new: bool) -> TroubledWorld:
    """Return a world in which each operation is going to be needed."""
    key, prepare = ("new", _untouched) if is_new else ("acted", _acted)
    return cast("TroubledWorld", _PROTOTYPES.copy_to(folder, key, TroubledWorld, prepare))


def _untouched(world: World) -> None:
    pass


def _acted(world: World) -> None:
    assert isinstance(world, TroubledWorld)
    world.settle(4)
    world.let_users_act()


def _put_in_trouble(world: TroubledWorld, cell: Cell) -> None:
    """Register the fault of a cell."""
    conditions: dict[str, Any] = {"operation": cell.operation, "seconds": _HANG_SECONDS}
    if cell.operation == "batch":
        conditions["content"] = _content(world, cell)
    else:
        conditions["path"] = f"users/{re.escape(BOB)}(/|$)"
    if cell.whom != MAILBOX and cell.operation != "batch":
        if cell.operation == "contacts.create":
            conditions["content"] = f'"surname": *"{cell.whom}"'
        elif cell.operation == "photo.put":
            conditions["content"] = _PHOTO_OF_MOVED
        else:
            conditions["path"] += f".*{_id_of(world, cell.whom)}"
    world.graph.trouble_for_good(cell.answer, **conditions)


def _content(world: TroubledWorld, cell: Cell) -> str:
    """Return how Bob, or one of his items, stands in the parts of a batch."""
    if cell.whom == MAILBOX:
        return re.escape(quote(BOB))
    item_id = re.escape(quote(_id_of(world, cell.whom))) if cell.whom != NEW[0] else ""
    part = _IN_BATCHES[cell.whom].replace("{id}", item_id).replace("{name}", cell.whom)
    return f"(?s)(?=.*{re.escape(quote(BOB))}).*{part}"


def _id_of(world: TroubledWorld, surname: str) -> str:
    items = [*world.items(mailbox=BOB), *world.deleted_items(BOB)]
    (found,) = [item["id"] for item in items if item["properties"]["surname"] == surname]
    return str(found)


def _present(world: TroubledWorld) -> set[str]:
    return {item["id"] for item in world.items(mailbox=BOB)}


def _nothing_is_removed(world: TroubledWorld, cell: Cell, present: set[str]) -> None:
    assert present - _present(world) <= world.removable(BOB), "nothing of it is removed"
    retired = {name for name, r in world.by_name().items() if r["StatusCode"] != "2"}
    # "Not found" to a look by id, and shown by no folder, is the proof that an item is gone (I7).
    proofs = {"contacts.get": {"404", "401 once"}, "batch": {"401 once"}}
    is_unproven = cell.answer not in proofs.get(cell.operation, ANSWERS)
    kept = {cell.whom} if cell.whom != MAILBOX else set(TOSSED)
    proven = set(TOSSED) - (kept if is_unproven else set())
    assert retired <= {*OBSOLETE, *proven}, "nothing of it is removed"


def _others_are_well(world: TroubledWorld, cell: Cell) -> None:
    assert _behind(world, cell, ALICE) == set(), world.said()
    assert world.told(ALICE) == Counter(), world.said()
    if cell.whom != MAILBOX:
        assert _behind(world, cell, BOB) <= {cell.whom}, world.said()


def _each_is_told_once(world: TroubledWorld, cell: Cell) -> None:
    """One issue for the mailbox, or one for each item that is really behind."""
    behind, told = _behind(world, cell, BOB), world.told(BOB)
    if cell.whom != MAILBOX:
        assert told == Counter(behind), (behind, world.said())
    elif told != Counter([""]):
        # Items that cannot be read are told of, whether or not something is to be done with them.
        assert behind <= told.keys(), (behind, world.said())
        assert set(told.values()) <= {1}, world.said()
        assert "" not in told, world.said()
    assert behind or told != Counter([""]), "nothing is in the way of anything"


def _behind(world: TroubledWorld, cell: Cell, mailbox: str) -> set[str]:
    """Return who is behind; an item of which the service says that it has no photo has none."""
    behind = world.behind(mailbox)
    if (cell.operation, cell.answer) == ("photo.get", "404") and mailbox == BOB:
        behind -= {name for name in moved(BOB) if world.lacks_photo_alone(BOB, name)}
    return behind
