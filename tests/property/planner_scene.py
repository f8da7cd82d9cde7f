"""Scenes in the planner world: a few pairs, what users do, one session, what must be so.

Responsible for telling in a few lines what a random history found. A scene ends with a world at
rest that no invariant objects to.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Self

from contact_sync.core.guards import Limits
from contact_sync.core.model import Direction, RecordType, Side
from property.planner_config import Config, policy_of
from property.planner_edits import Edits
from property.planner_fields import tiny_contracts
from property.planner_ledger import track
from property.planner_mailbox import BIN, DEFAULT, MAILBOX, Item
from property.planner_referee import Referee
from property.planner_users import Users
from property.planner_world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from contact_sync.core.model import Issue, Link
    from property.planner_tenant import Record

CONTACT, ACCOUNT = RecordType.CONTACT, RecordType.ACCOUNT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER

#: No guard at all: the scene is about something else.
UNGUARDED = Limits(100, 100.0)


class Scene:
    """A world with five pairs of each type, settled, and users who act one by one.

    Args:
        kinds: Types that are played.
        limits: The guard's.
        view: Filter of every type, such as `in:north`.
        count: Pairs of each type.
        policies: Type -> settings; names that are not types are settings of the first type.
    """

    def __init__(
        self,
        *kinds: RecordType,
        limits: Limits = UNGUARDED,
        view: str | None = None,
        count: int = 5,
        policies: dict[RecordType, dict[str, Any]] | None = None,
        **settings: Any,
    ) -> None:
        kinds = kinds or (CONTACT,)
        changed = {**(policies or {}), **({kinds[0]: settings} if settings else {})}
        off = {"direction": Direction.OFF}
        config = Config(
            policies={
                kind: policy_of(kind, **(dict(changed.get(kind, {})) if kind in kinds else off))
                for kind in RecordType
            },
            limits=limits,
            filters=dict.fromkeys(kinds, view),
            kinds=kinds,
        )
        rng = random.Random(1)
        self.world = World(config, rng)
        self.users = Users(self.world, rng)
        self.users.outside = 0.0
        self.referee = Referee(self.world, self.users.ledger)
        track(self.world, self.users.ledger)
        self.users.add_folders()
        self.pairs = {kind: [self.users.add_pair(kind) for _ in range(count)] for kind in kinds}
        self.world.start_settled()
        self._contracts = tiny_contracts()

    def __enter__(self) -> Self:
        self._contracts.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if exc_type is None:
                self.rest()
        finally:
            self._contracts.__exit__(exc_type, exc_value, traceback)

    # -- looking -----------------------------------------------------------------------------------

    def pair(self, kind: RecordType | None = None) -> tuple[Item, Record]:
        """Return a pair; the others are bystanders."""
        return self.pairs[kind or next(iter(self.pairs))][0]

    def link(self, record: Record) -> Link:
        """Return the link of a record."""
        found = self.world.memory.links.by_c4c_id(MAILBOX, record.id)
        assert found is not None
        return found

    def item(self, record: Record) -> Item:
        """Return the item that a record is linked with now."""
        return self.world.mailbox.items[self.link(record).exchange_id or ""]

    def told(self, code: str) -> list[Issue]:
        """Return the issues of a code that were raised so far."""
        return [issue for issue in self.world.memory.raised if issue.code == code]

    def categories(self, item: Item) -> list[str]:
        """Return what an item bears besides `Golf`."""
        return [name for name in item.properties["categories"] if name != "Golf"]

    # -- users -------------------------------------------------------------------------------------

    def types(self, thing: Item | Record, **values: str) -> None:
        """Let a user edit an item or a record."""
        for name, value in values.items():
            self.world.tick()
            if isinstance(thing, Item):
                self.users.type_item(thing, name, value)
            else:
                self.users.type_record(thing, name, value)

    def moves(self, item: Item, folder: str = DEFAULT) -> None:
        """Let a user drag an item to a folder; the default one is no managed one."""
        self.world.tick()
        what = "restore" if item.folder == BIN else "move"
        self.world.mailbox.user_moves(item, folder)
        self.users.note_item(item, what)

    def deletes(self, thing: Item | Record) -> None:
        """Let a user delete an item, or set a record Obsolete."""
        self.world.tick()
        if isinstance(thing, Item):
            self.world.mailbox.user_moves(thing, BIN)
            self.users.note_item(thing, "delete")
        else:
            self.world.tenant.user_sets_status(thing, "4")
            self.users.note_record(thing, "delete")

    def purges(self, record: Record) -> None:
        """Let a record vanish for good."""
        self.world.tick()
        self.world.tenant.user_purges(record)
        self.users.note_record(record, "delete")

    def copies(self, item: Item) -> Item:
        """Let a user copy an item beside itself, link property and all."""
        self.world.tick()
        copy = self.world.mailbox.user_creates(item.folder, item.properties, item.link)
        self.users.note_item(copy, "copy")
        return copy

    def takes_out_a_copy(self, item: Item) -> None:
        """Let a user take the item out and leave a copy of it in the folder."""
        folder = item.folder
        self.moves(item)
        self.world.mailbox.user_moves(self.copies(item), folder)

    def sends(self, record: Record, territory: str) -> None:
        """Let a user move a record to another territory."""
        self.world.tick()
        self.world.tenant.user_edits(record, Territory=territory)
        record.left_by_user = not self.world.in_view(territory, record.kind)
        self.users.note_record(record, "view")

    def decides(self, decision: str) -> None:
        """Let the operator approve or reject every pending hold."""
        memory = self.world.memory
        for hold in memory.holds.list_():
            decide = memory.holds.approve if decision == "approve" else memory.holds.reject
            decide(hold.hold_id)
            for link in filter(None, map(memory.links.get, hold.link_ids)):
                self.users.ledger.note(Side.C4C, decision, link.c4c_id or "")

    # -- sessions ----------------------------------------------------------------------------------

    def session(self, upload: Callable[[], None] | None = None, **acts: Any) -> int:
        """Run a session, with users who act inside it; return how much it wrote."""
        meanwhile = {**({"upload": upload} if upload else {}), **acts}
        self.referee.begin(is_disturbed=bool(meanwhile))
        self.world.session(meanwhile)
        self.referee.end()
        return self.referee.writes

    def goes_on(self) -> None:
        """Let others edit, and sessions read past what happened so far."""
        for _ in range(2):
            for pairs in self.pairs.values():
                self.types(pairs[-1][1], phone=f"typed-{self.world.sessions}")
            self.session()

    def rest(self) -> None:
        """Run sessions until nothing is written any more; no invariant may be broken."""
        for _ in range(4):
            if not self.session():
                break
        assert self.session() == 0
        at_rest = Edits(self.world, self.users.ledger, self.referee.groups())
        assert [*self.referee.violations, *at_rest.violations()] == []
