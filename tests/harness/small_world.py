"""The small world: every pair of an Exchange event and a C4C event, on a pair of its own.

Responsible for the events and for playing them: all cells live in one world at once, so that a
whole configuration costs a handful of sessions. What came of a cell is told by
`harness.small_world_outcomes`.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.rule_scenes import CATEGORY, RECORD_NAME
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WINNERS = ("c4c", "exchange", "newest")
DIRECTIONS = ("both", "to_exchange", "to_c4c", "off")

#: A category that routes nothing: the user's own.
FRIENDS = "Friends"

#: Per type: canonical name, Graph property and C4C property of the first edited field.
FIRST_FIELD = {
    "account": ("website", "businessHomePage", "WebSite"),
    "contact": ("job_title", "jobTitle", "JobTitle"),
    "individual_customer": ("nick_name", "nickName", "NickName"),
}

#: The second one, which every type has.
SECOND_FIELD = ("mobile", "mobilePhone", "Mobile")

#: The type into whose managed folder an item of a type is dragged.
NEIGHBOUR = {
    "account": "individual_customer",
    "contact": "individual_customer",
    "individual_customer": "contact",
}

#: The view of each type: `LanguageCode` is mapped to no field, so leaving the view edits nothing.
VIEWS = [
    {"name": "mine", "record_type": kind, "filter": "LanguageCode eq 'EN'"} for kind in COLLECTIONS
]
_INSIDE, _OUTSIDE = "EN", "DE"

START = "2026-03-02T08:00:00+00:00"
_HOUR_SECONDS = 3600

#: Guards so wide that no removal is held.
_WIDE = {"guard_min_removals": 1000, "guard_percent": 100}


class Exchange(Enum):
    """What a user does in Outlook."""

    NOTHING = "nothing"
    NEW = "new in the folder"
    NEW_BY_CATEGORY = "new elsewhere, with the category"
    EDIT_1 = "field 1 edited"
    EDIT_1_SAME = "field 1 edited, to the common value"
    EDIT_2 = "field 2 edited"
    FORMAT = "formatting edited"
    DELETE = "deleted"
    MOVE_OUT = "moved out"
    DRAG = "dragged to another type's folder"
    ADD_ROUTING = "another type's category added"
    ADD_OWN = "a category of one's own added"
    REMOVE = "the type's category removed"


class C4C(Enum):
    """What a user does in C4C, before the user in Outlook acts unless it says otherwise."""

    NOTHING = "nothing"
    NEW = "new"
    NEW_LATER = "new, later than in Exchange"
    NEW_UNSEEN = "new, outside the view"
    EDIT_1 = "field 1 edited"
    EDIT_1_LATER = "field 1 edited, later than in Exchange"
    EDIT_1_SAME = "field 1 edited, to the common value"
    EDIT_2 = "field 2 edited"
    FORMAT = "formatting edited"
    DELETE = "deleted (gone)"
    OBSOLETE = "set Obsolete"
    LEAVE_VIEW = "left the view"


EXCHANGE_NEW = (Exchange.NEW, Exchange.NEW_BY_CATEGORY)
C4C_NEW = (C4C.NEW, C4C.NEW_LATER, C4C.NEW_UNSEEN)
EXCHANGE_LINKED = tuple(event for event in Exchange if event not in EXCHANGE_NEW)
C4C_LINKED = tuple(event for event in C4C if event not in C4C_NEW)
_LATER = (C4C.NEW_LATER, C4C.EDIT_1_LATER)


@dataclass(frozen=True)
class Config:
    """Settings of the types under test; all others have the defaults.

    Attributes:
        read_only: The switch *Keep read-only*.
        direction: Which way the type travels.
        on_conflict: The winner of a conflict.
    """

    read_only: bool = False
    direction: str = "both"
    on_conflict: str = "c4c"

    @property
    def is_frozen(self) -> bool:
        """Whether nothing may travel either way."""
        return self.direction == "off" or (self.read_only and self.direction == "to_c4c")

    def mapper(self, kinds: Sequence[str]) -> dict[str, Any]:
        """Return the mapper's settings in which these types are so configured."""
        # One each: the plugins write their defaults into it.
        policies = {
            kind: {
                "read_only": self.read_only,
                # What a new item is, is asked; what lay there before has tests of its own.
                "first_session_removals": "act",
                "direction": self.direction,
                "on_conflict": self.on_conflict,
            }
            for kind in kinds
        }
        return {**_WIDE, **policies}


@dataclass(frozen=True)
class Cell:
    """One pair and what happens to it on either side."""

    kind: str
    exchange: Exchange
    c4c: C4C
    number: int

    @property
    def name(self) -> str:
        """Last name, or account name; no event edits it."""
        return f"Cell {self.number:04d}"

    @property
    def is_new(self) -> bool:
        """Whether the pair did not exist before."""
        return self.exchange in EXCHANGE_NEW or self.c4c in C4C_NEW

    @property
    def email(self) -> str:
        """E-mail address, by which both sides match."""
        return f"cell{self.number:04d}@x.example"

    def value(self, author: str) -> str:
        """Return the value that `base`, `exchange`, `c4c` or `common` gives to field 1."""
        return f"{author}{self.number:04d}.example"

    def phone(self, author: str) -> str:
        """Return the value that `base`, `exchange` or `c4c` gives to field 2."""
        return f"+49 170 {('base', 'exchange', 'c4c').index(author) + 5}00{self.number:04d}"


#: An event that differs from another by its hour alone, where the hour can matter.
_BESIDE = {
    C4C.EDIT_1_LATER: (Exchange.EDIT_1, Exchange.EDIT_1_SAME),
    C4C.NEW_LATER: EXCHANGE_NEW,
}


def all_pairs() -> list[tuple[Exchange, C4C]]:
    """Return every pair of events that can happen to one pair of records."""
    pairs = [
        *itertools.product(EXCHANGE_LINKED, C4C_LINKED),
        *itertools.product((Exchange.NOTHING,), C4C_NEW),
        *itertools.product(EXCHANGE_NEW, (C4C.NOTHING, *C4C_NEW)),
    ]
    return [(here, there) for here, there in pairs if here in _BESIDE.get(there, (here,))]


def single_pairs() -> list[tuple[Exchange, C4C]]:
    """Return the pairs in which one side does nothing, both do the same, or the item is dragged."""
    return [
        (here, there)
        for here, there in all_pairs()
        if here in (Exchange.NOTHING, Exchange.DRAG)
        or there is C4C.NOTHING
        or here.name == there.name
    ]


def dragged_pairs() -> list[tuple[Exchange, C4C]]:
    """Return the pairs of a type whose items are dragged to another type, and one bystander."""
    pairs = [pair for pair in all_pairs() if pair[0] is Exchange.DRAG]
    return [*pairs, (Exchange.NOTHING, C4C.NOTHING)]


def numbered(*groups: tuple[str, Sequence[tuple[Exchange, C4C]]]) -> list[Cell]:
    """Return the cells of all groups (record type, pairs of events), numbered through."""
    pairs = [(kind, *pair) for kind, pairs in groups for pair in pairs]
    return [Cell(*pair, number) for number, pair in enumerate(pairs)]


class SmallWorld:
    """All cells in one world, which can be put back to an earlier moment.

    Attributes:
        world: Both services; mapper settings are `world.mapper`.
        cells: The cells.
        records: ObjectID per cell, as a user in C4C sees it.
        items: Item id per cell, as a user in Outlook sees it.
    """

    def __init__(self, world: World, cells: Sequence[Cell]) -> None:
        self.world = world
        self.cells = cells
        self.records: dict[Cell, str] = {}
        self.items: dict[Cell, str] = {}
        world.graph.set_clock(START)
        world.c4c.set_clock(START)

    def populate(self) -> None:
        """Create and link the pairs that exist before the events, by default settings."""
        for cell in self.cells:
            if not cell.is_new:
                self.records[cell] = self._create(cell, "base", _INSIDE)
        self.world.mapper = Config().mapper(())
        self.world.session()
        with self.world.store() as store:
            links = {link.c4c_id: link for link in store.links.list_(ALICE)}
        self.items = {
            cell: links[object_id].exchange_id or "" for cell, object_id in self.records.items()
        }
        assert all(self.items.values())
        self.let_pass()

    def act(self) -> None:
        """Let all events happen, an hour between those of C4C and of Exchange."""
        folders = {kind: self.world.folder_id(kind) for kind in COLLECTIONS}
        for cell in self.cells:
            if cell.c4c not in _LATER:
                self._act_c4c(cell)
        self.let_pass()
        for cell in self.cells:
            self._act_exchange(cell, folders)
        self.let_pass()
        for cell in self.cells:
            if cell.c4c in _LATER:
                self._act_c4c(cell)
        self.let_pass()

    def let_pass(self) -> None:
        """Let an hour go by."""
        self.world.graph.advance_clock(_HOUR_SECONDS)
        self.world.c4c.advance_clock(_HOUR_SECONDS)

    # -- users ---------------------------------------------------------------------------------

    def _create(self, cell: Cell, author: str, language: str) -> str:
        create: Callable[[dict[str, Any]], str] = {
            "account": self.world.c4c.create_account,
            "contact": self.world.c4c.create_contact,
            "individual_customer": self.world.c4c.create_individual_customer,
        }[cell.kind]
        first = {} if cell.kind == "account" else {"FirstName": "Fay"}
        return create(
            {
                **first,
                RECORD_NAME[cell.kind]: cell.name,
                "Email": cell.email,
                FIRST_FIELD[cell.kind][2]: cell.value(author),
                "Mobile": cell.phone(author),
                "Phone": f"+49 89 555{cell.number:04d}",
                "LanguageCode": language,
            }
        )

    def _act_c4c(self, cell: Cell) -> None:
        event, c4c, collection = cell.c4c, self.world.c4c, COLLECTIONS[cell.kind]
        if event in C4C_NEW:
            language = _OUTSIDE if event is C4C.NEW_UNSEEN else _INSIDE
            self.records[cell] = self._create(cell, "c4c", language)
            return
        object_id = self.records.get(cell, "")
        one = FIRST_FIELD[cell.kind][2]
        spelt = {"Email": cell.email.upper(), "Phone": f"+49/89/555-{cell.number:04d}"}
        edits: dict[C4C, dict[str, Any]] = {
            C4C.EDIT_1: {one: cell.value("c4c")},
            C4C.EDIT_1_LATER: {one: cell.value("c4c")},
            C4C.EDIT_1_SAME: {one: cell.value("common")},
            C4C.EDIT_2: {"Mobile": cell.phone("c4c")},
            C4C.FORMAT: spelt,
            C4C.LEAVE_VIEW: {"LanguageCode": _OUTSIDE},
        }
        if event in edits:
            c4c.edit(collection, object_id, edits[event])
        elif event is C4C.OBSOLETE:
            c4c.set_status(collection, object_id, "4")
        elif event is C4C.DELETE:
            c4c.remove(collection, object_id)

    def _act_exchange(self, cell: Cell, folders: dict[str, str]) -> None:
        event, graph, item_id = cell.exchange, self.world.graph, self.items.get(cell, "")
        one = FIRST_FIELD[cell.kind][1]
        own = CATEGORY[cell.kind]
        if event in EXCHANGE_NEW:
            is_inside = event is Exchange.NEW
            folder = folders[cell.kind] if is_inside else None
            marks = [] if is_inside else [own]
            body = {**_shown(cell), one: cell.value("exchange"), "categories": marks}
            self.items[cell] = graph.create_contact(ALICE, folder, body)
            return
        spelt = {
            "emailAddresses": [{"address": cell.email.upper()}],
            "businessPhones": [f"+49 (89) 555 {cell.number:04d}"],
        }
        edits: dict[Exchange, dict[str, Any]] = {
            Exchange.EDIT_1: {one: cell.value("exchange")},
            Exchange.EDIT_1_SAME: {one: cell.value("common")},
            Exchange.EDIT_2: {"mobilePhone": cell.phone("exchange")},
            Exchange.FORMAT: spelt,
            Exchange.ADD_ROUTING: {"categories": [own, CATEGORY[NEIGHBOUR[cell.kind]]]},
            Exchange.ADD_OWN: {"categories": [FRIENDS, own]},
            Exchange.REMOVE: {"categories": []},
        }
        if event in edits:
            graph.edit_contact(ALICE, item_id, edits[event])
        elif event is Exchange.DELETE:
            graph.delete_contact(ALICE, item_id)
        elif event is Exchange.MOVE_OUT:
            graph.move_contact(ALICE, item_id, None)
        elif event is Exchange.DRAG:
            graph.move_contact(ALICE, item_id, folders[NEIGHBOUR[cell.kind]])


def _shown(cell: Cell) -> dict[str, Any]:
    name = {"companyName": cell.name}
    if cell.kind != "account":
        name = {"givenName": "Fay", "surname": cell.name}
    return {**name, "emailAddresses": [{"address": cell.email}]}


class Moment:
    """A small world as it was, to which it can be put back any number of times.

    The first sync of all pairs is the dearest session; each configuration begins after it.
    """

    def __init__(self, small: SmallWorld) -> None:
        world = small.world
        self._small = small
        self._mailboxes = copy.deepcopy(world.graph._tenant.mailboxes)
        self._rows = world.c4c._tenant.world.copy()._tables
        self._store = Path(world.store_path).read_bytes()
        self._state = copy.deepcopy(world.state)
        self._now = world.graph.now()
        self._records, self._items = dict(small.records), dict(small.items)

    def restore(self) -> None:
        """Put the world back. No plugin may have the store open."""
        small = self._small
        world = small.world
        world.graph._tenant.mailboxes = copy.deepcopy(self._mailboxes)
        rows = world.c4c._tenant.world
        rows._tables = {name: dict(table) for name, table in self._rows.items()}
        rows._indexes.clear()
        _replace_store(Path(world.store_path), self._store)
        world.state = copy.deepcopy(self._state)
        world.graph.set_clock(self._now)
        world.c4c.set_clock(self._now)
        small.records, small.items = dict(self._records), dict(self._items)


def _replace_store(path: Path, content: bytes) -> None:
    for left_over in path.parent.glob(f"{path.name}-*"):
        left_over.unlink()
    path.write_bytes(content)
