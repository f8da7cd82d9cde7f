"""Trouble for good in C4C: every operation, every answer, of a record, a view or a type (I45).

Responsible for the cells of the matrix, made from the emulator's own list of operations, and for
playing one: what the others come to, and what is said of the one in trouble.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from emulators.c4c.service import C4CService
from emulators.clock import Clock
from emulators.faults import ANSWERS
from typing_extensions import override

from harness.prototypes import Prototypes
from harness.rule_scenes import (
    ITEM_NAME,
    KINDS,
    RECORD_NAME,
    add_item,
    add_record,
    item_named,
    items_named,
    record_named,
    records_named,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS, NoOverlap, World

if TYPE_CHECKING:
    from pathlib import Path

    from contact_sync.core.model import Issue

#: Whom the trouble hits, per record type: linked, to be created, to be ended, seen by view `odd`.
PAIR, NEW, ENDED, BLOCKED = "Troubleson", "Newson", "Goneson", "Oddson"
#: The same of the others.
OTHER_PAIR, OTHER_NEW, OTHER_ENDED = "Adason", "Freshson", "Byeson"
#: A record that a user of C4C creates.
SHOWN = "Comeson"

_RECORD_VERBS = {
    "list": (NEW,),
    "get": (PAIR,),
    "update": (PAIR,),
    "create": (NEW,),
    "delete": (ENDED,),
    # A batch that fails over what one record holds.
    "$batch": (PAIR, NEW, ENDED),
}
_TYPE_OF = {collection: kind for kind, collection in COLLECTIONS.items()}
#: Value helps that the tap reads for the sync.
_STATE_LISTS = {
    "ContactBusinessAddressStateCodeCollection": "contact",
    "CorporateAccountStateCodeCollection": "account",
    "IndividualCustomerStateCodeCollection": "individual_customer",
}
#: What signs in, and what describes the tenant, is nobody's in particular.
NOT_OF_ONE = frozenset({"root", "token", "$metadata"})
#: Not used by the connectors: other sets, other verbs, and code lists that no session reads.
UNUSED_SETS = frozenset(
    {
        "ContactIsContactPersonForCollection",
        "ContactPersonalAddressCollection",
        "CorporateAccountAddressCollection",
        "CorporateAccountHasContactPersonCollection",
        "IndividualCustomerAddressCollection",
    }
)
UNUSED_VERBS = frozenset({"count", "navigate", "replace"})

#: Field that a user of Outlook edits: of the item, of the record; one value per round.
_EDITED = {
    "contact": ("jobTitle", "JobTitle", "Boss {}"),
    "account": ("businessHomePage", "WebSite", "https://{}.example"),
    "individual_customer": ("businessHomePage", "WebSite", "https://{}.example"),
}

_PROTOTYPES = Prototypes()


def called(kind: str, name: str) -> str:
    """Return the full name: nobody is called like somebody of another type."""
    return f"{name} {kind[:2]}"


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `scope` is `record`, `view` or `type`; `whom` names the record."""

    operation: str
    answer: str
    scope: str
    kind: str
    whom: str = ""

    def __str__(self) -> str:
        whom = f"-{self.whom}-{self.kind}" if self.operation == "$batch" else ""
        return f"{self.operation}-{self.answer.replace(' ', '_')}-{self.scope}{whom}"

    @property
    def verb(self) -> str:
        """What is asked: `list`, `get`, …, `$batch`."""
        return self.operation.rpartition(".")[2]

    @property
    def is_state_list(self) -> bool:
        """Whether a code list is in trouble and no record."""
        return self.operation.partition(".")[0] in _STATE_LISTS


def _short(name: object) -> str:
    return str(name).partition(" ")[0]


def cells() -> list[Cell]:
    """Return the whole matrix: a new operation of the emulator is in it by itself."""
    operations = C4CService(Clock(), 0).admin.operations()
    return [
        Cell(operation, answer, scope, kind, whom)
        for operation, answer in product(operations, ANSWERS)
        for scope, kind in _scopes(operation)
        for whom in (_RECORD_VERBS[operation.rpartition(".")[2]] if scope == "record" else ("",))
    ]


def _scopes(operation: str) -> list[tuple[str, str]]:
    """Return for whom an operation may be in trouble, each with its record type."""
    collection, _, verb = operation.partition(".")
    if operation == "$batch":
        return [("record", kind) for kind in KINDS]
    is_other_list = collection.endswith("CodeCollection") and collection not in _STATE_LISTS
    if operation in NOT_OF_ONE or collection in UNUSED_SETS or verb in UNUSED_VERBS:
        return []
    if is_other_list:
        return []
    if collection in _STATE_LISTS:
        return [("type", _STATE_LISTS[collection])]
    kind = _TYPE_OF[collection]
    views = [("view", kind)] if verb == "list" else []
    return [("record", kind), *views, ("type", kind)]


def share(found: list[Cell], size: int) -> list[Cell]:
    """Return few cells, spread over the matrix: each verb, scope, type and answer is among them.

    A step that has no divisor in common with the number of answers visits all of them.
    """
    step = len(found) // size
    step += not step % len(ANSWERS)
    return found[:: max(step, 1)]


class TroubleWorld(NoOverlap):
    """One mailbox, two views of each type; waits between tries are left out."""

    def __init__(self, folder: Path) -> None:
        sound, odd = ("{} eq '2'", "{} eq '3'")
        super().__init__(
            folder,
            mapper={kind: {"c4c_delete": "delete"} for kind in KINDS},
            views=[
                {"name": name, "record_type": kind, "filter": text.format(STATUS[kind])}
                for kind in KINDS
                for name, text in (("sound", sound), ("odd", odd))
            ],
        )
        # What was left to hang is not counted as being served.
        self.c4c.set_switch("max_parallel", 1000)
        self.round = 0
        #: Seconds that programs wait for C4C.
        self.patience = 60

    @override
    def c4c_settings(self) -> dict[str, Any]:
        return {**super().c4c_settings(), "max_retries": 0, "timeout_seconds": self.patience}

    def open_issues(self) -> list[Issue]:
        """Return what a person must act on."""
        with self.store() as store:
            return [row.issue for row in store.issues.list_open()]

    def make_issues_due(self) -> None:
        """Let the pauses before the next tries pass."""
        with self.store() as store, store.connection() as connection:
            text = "UPDATE issue SET next_attempt_at = '2020-01-01T00:00:00.000000Z'"
            connection.exec_driver_sql(text)

    def let_all_act(self) -> None:
        """Let users of both sides do something for which each operation is needed."""
        for kind in KINDS:
            add_record(self, kind, called(kind, SHOWN))
            folder = self.folder_id(kind)
            for name in (NEW, OTHER_NEW):
                add_item(self, kind, called(kind, name), folder)
            for name in (ENDED, OTHER_ENDED):
                self.graph.delete_contact(ALICE, item_named(self, kind, called(kind, name))["id"])
        self.let_all_edit()

    def let_all_edit(self) -> None:
        """Let users edit one field in Outlook and another one in C4C."""
        self.round += 1
        for kind in KINDS:
            in_item, _, value = _EDITED[kind]
            for name in (PAIR, OTHER_PAIR):
                item = item_named(self, kind, called(kind, name))
                self.graph.edit_contact(ALICE, item["id"], {in_item: value.format(self.round)})
            for name in (OTHER_PAIR, BLOCKED):
                (object_id,) = records_named(self, kind, called(kind, name))
                self.c4c.edit(COLLECTIONS[kind], object_id, {"Email": self.email})

    @property
    def email(self) -> str:
        """The address that users of C4C type in this round."""
        return f"round{self.round}@x.example"

    # -- looking -----------------------------------------------------------------------------

    def is_edited(self, kind: str, name: str) -> bool:
        """Whether the last edit in Outlook is in C4C."""
        _, in_record, value = _EDITED[kind]
        return bool(
            record_named(self, kind, called(kind, name))[in_record] == value.format(self.round)
        )

    def is_shown(self, kind: str, name: str) -> bool:
        """Whether the last edit in C4C is in Outlook."""
        emails = item_named(self, kind, called(kind, name))["properties"]["emailAddresses"]
        return [entry["address"] for entry in emails] == [self.email]

    def names(self, kind: str) -> list[str]:
        """Return the names of the items in the managed folder."""
        found = self.items(FOLDERS[kind])
        return sorted(_short(item["properties"][ITEM_NAME[kind]]) for item in found)

    def live(self, kind: str) -> list[str]:
        """Return the names of the records that are not obsolete."""
        found = self.records(kind).values()
        return sorted(_short(r[RECORD_NAME[kind]]) for r in found if str(r[STATUS[kind]]) != "4")

    # -- trouble -----------------------------------------------------------------------------

    def put_in_trouble(self, cell: Cell) -> int:
        """Register the fault of a cell."""
        conditions: dict[str, Any] = {"operation": cell.operation, "seconds": 5.0}
        where = "content" if cell.verb in ("create", "$batch") else "path"
        if cell.scope == "view":
            conditions["path"] = f"{STATUS[cell.kind]} eq '3'"
        elif cell.whom == NEW:
            # A batch may be of any type; blanks are encoded in its addresses.
            is_batch = cell.verb == "$batch"
            name = called(cell.kind, NEW).replace(" ", "( |%20)") if is_batch else NEW
            conditions[where] = name
        elif cell.whom:
            (object_id,) = records_named(self, cell.kind, called(cell.kind, cell.whom))
            conditions[where] = re.escape(object_id)
        return int(self.c4c.trouble_for_good(cell.answer, **conditions))


def play(folder: Path, cell: Cell) -> None:
    """Play one cell: sessions in trouble, then well again.

    Raises:
        AssertionError: Somebody else was stopped, too much or too little was said, or something
            is missing at the end.
    """
    world = _world(folder, cell)
    world.put_in_trouble(cell)
    try:
        _play_in_trouble(world, cell)
        assert world.c4c.unused_faults() == [], "the operation is needed"
    finally:
        world.c4c.clear_faults()
    # What could not be written waits in its item, which is read when the record was.
    for _ in range(4):
        world.make_issues_due()
        world.session()
    _all_are_well(world)


def _all_are_well(world: TroubleWorld) -> None:
    """Check that what was in trouble is in step as well, once, and nothing is open any more."""
    assert [issue.code for issue in world.open_issues()] == []
    for kind in KINDS:
        everybody = [PAIR, NEW, BLOCKED, OTHER_PAIR, OTHER_NEW, SHOWN]
        assert world.names(kind) == sorted(everybody)
        assert world.live(kind) == sorted(everybody)
        assert world.is_edited(kind, PAIR)
        assert world.is_shown(kind, BLOCKED)


def _play_in_trouble(world: TroubleWorld, cell: Cell) -> None:
    for round_ in range(2):
        if round_:
            world.let_all_edit()
        # The one in trouble may spoil a batch of others once; then it goes alone.
        for _ in range(1 + (cell.answer in _UNHEARD)):
            world.session()
        _others_are_well(world, cell)
        _nothing_is_lost(world, cell)
        _each_is_said_once(world, cell)


#: Answers after which nobody knows what became of a batch.
_UNHEARD = ("500", "reset", "hang")


def _world(folder: Path, cell: Cell) -> TroubleWorld:
    """Return a world in which each operation is going to be needed."""
    world = cast("TroubleWorld", _PROTOTYPES.copy_to(folder, "acted", TroubleWorld, _acted))
    if cell.answer == "hang":
        # Shorter than a hang of the script: the client gives up first.
        world.patience = 2
    if cell.is_state_list:
        with world.store() as store:
            store.settings.set_(f"states:{cell.kind}:tried", "2020-01-01T00:00:00+00:00")
    return world


def _acted(world: World) -> None:
    assert isinstance(world, TroubleWorld)
    for kind in KINDS:
        for name in (PAIR, ENDED, OTHER_PAIR, OTHER_ENDED):
            add_record(world, kind, called(kind, name))
        blocked = add_record(world, kind, called(kind, BLOCKED))
        world.c4c.set_status(COLLECTIONS[kind], blocked, "3")
    world.settle()
    world.let_all_act()


def _others_are_well(world: TroubleWorld, cell: Cell) -> None:
    for kind in KINDS:
        if kind == cell.kind and cell.scope == "type":
            continue
        assert world.is_edited(kind, OTHER_PAIR), kind
        assert world.is_shown(kind, OTHER_PAIR), kind
        assert len(records_named(world, kind, called(kind, OTHER_NEW))) == 1
        assert len(items_named(world, kind, called(kind, SHOWN))) == 1
        assert OTHER_ENDED not in world.live(kind)
        if kind != cell.kind:
            assert world.names(kind) == world.live(kind)
            assert world.is_edited(kind, PAIR)
            assert world.is_shown(kind, BLOCKED)


def _nothing_is_lost(world: TroubleWorld, cell: Cell) -> None:
    kept = {PAIR, NEW, BLOCKED, OTHER_PAIR, OTHER_NEW}
    names, live = world.names(cell.kind), world.live(cell.kind)
    assert kept <= set(names)
    assert kept - {NEW, OTHER_NEW} <= set(live)
    assert len(set(names)) == len(names), "nothing is doubled"
    assert len(set(live)) == len(live), "nothing is doubled"


def _each_is_said_once(world: TroubleWorld, cell: Cell) -> None:
    """Check that what is not in step has one issue, and nothing else has any."""
    issues = world.open_issues()
    assert {issue.record_type.value for issue in issues} <= {cell.kind}
    of_records = [issue for issue in issues if issue.code != "view_refused"]
    said = [issue.link_id or issue.exchange_id or issue.c4c_id for issue in of_records]
    assert len(set(said)) == len(said), [issue.code for issue in issues]
    of_types = [issue for issue in issues if issue.code == "view_refused"]
    assert len(of_types) <= (cell.scope != "record")
    if cell.answer == "401 once" or cell.is_state_list:
        return
    if cell.scope == "view":
        assert len(of_types) == 1
        assert "odd" in of_types[0].detail
        assert of_records == []
    if cell.scope == "record":
        assert len(issues) <= 1, [issue.code for issue in issues]
        is_well = (
            world.is_edited(cell.kind, PAIR)
            and NEW in world.live(cell.kind)
            and ENDED not in world.live(cell.kind)
        )
        assert is_well or issues, "what is not synced is said"
    if cell.scope == "type":
        missing = set(world.names(cell.kind)) ^ set(world.live(cell.kind))
        assert not missing or issues, "what is not synced is said"
