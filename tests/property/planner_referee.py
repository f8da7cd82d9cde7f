"""Watches every write of the engine and judges it before it takes effect.

Responsible for the invariants that speak of single writes: 6, 7, 8, 9, 13, 14, 16, 17, 18, 21, 36
and 41. What users did is taken from the ledger and from the services, never from the product; the
store is asked only which link a write belongs to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core import claims
from contact_sync.core.model import Direction, Phase, RecordType, Side
from contact_sync.core.status import ACTIVE, OBSOLETE, STATUS_PROPERTY
from property.planner_fields import NAMES, REQUIRED, agreed, c4c_name
from property.planner_ledger import WHOLE, Groups
from property.planner_mailbox import BIN, MAILBOX, Item
from property.planner_store import is_counted
from property.planner_world import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.model import Link
    from property.planner_ledger import Deed, Ledger
    from property.planner_tenant import Record
    from property.planner_world import World


class Referee:
    """Judges one case.

    Attributes:
        violations: What was found, each beginning with the number of its invariant.
        writes: Writes of the running session.
        total: Writes of all sessions.
    """

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.violations: list[str] = []
        self.writes = 0
        self.total = 0
        self._world = world
        self._ledger = ledger
        self._updates: Counter[str] = Counter()
        self._removed: defaultdict[tuple[Side, RecordType], set[str]] = defaultdict(set)
        self._before: list[Link] = []
        self._managed: dict[RecordType, str] = {}
        self._is_disturbed = False
        world.mailbox.referee = self
        world.tenant.referee = self

    # -- sessions --------------------------------------------------------------------------------

    def begin(self, *, is_disturbed: bool) -> None:
        """Forget the last session's counts; `is_disturbed`: users will act inside this one."""
        self._is_disturbed = is_disturbed
        self.writes = 0
        self._updates.clear()
        self._removed.clear()
        self._before = self._world.memory.links.list_()
        self._managed = self._world.memory.folders.get(MAILBOX)

    def end(self) -> None:
        """Judge what only shows at the end of a session: the guards (I8, I9) and I14."""
        limits = self._world.config.limits
        now = self._world.memory.links.list_()
        for (side, kind), links in self._removed.items():
            removed = len(links)
            live = max(len(_counted(known, kind) | links) for known in (self._before, now))
            allowed = max(limits.min_removals, limits.percent / 100 * live)
            if removed > allowed:
                self._wrong("I8", f"{removed} of {live} {kind.value}s removed in {side.value}")
            if removed >= live:
                self._wrong("I9", f"every {kind.value} removed in {side.value}")
        for key, count in self._updates.items():
            if count > 1 and not self._is_disturbed:
                self._wrong("I14", f"{key} updated {count} times in one session")

    # -- Exchange --------------------------------------------------------------------------------

    def item_created(self, folder: str, properties: Mapping[str, Any], link: str | None) -> None:
        self._count()
        claim = claims.parse(link)
        if claim is None:
            self._wrong("I10", "an item was created without its link property")
            return
        kind = claim.record_type
        if not self._policy(kind).direction.reaches(Side.EXCHANGE):
            self._wrong("I17", f"an item of {kind.value} was created against the direction")
        if self._world.kind_of_folder(folder) is not kind:
            self._wrong("I20", f"a new {kind.value} was put into {folder}")
        self._check_arrows(Side.EXCHANGE, kind, properties)
        record = self._world.tenant.records.get(claim.c4c_id)
        if not self._world.standing.get(claim.c4c_id, Standing()).is_live:
            self._wrong("I6", f"an item was created for the dead record {claim.c4c_id}")
        elif record is not None:
            self._check_return(record)

    def item_copied(self, source: Item, folder: str, link: str | None) -> None:
        self._count()
        claim = claims.parse(link)
        if claim is None or self._world.kind_of_folder(folder) is not claim.record_type:
            self._wrong("I20", f"{source.id} was moved to {folder} as {link}")
        if source.folder == BIN:
            self._wrong("I6", f"{source.id} was taken out of Deleted Items")

    def item_updated(self, item: Item, patch: Mapping[str, Any], link: str | None) -> None:
        self._count()
        self._updates[item.id] += 1
        found = self._world.memory.links.by_exchange_id(MAILBOX, item.id)
        if found is None:
            self._wrong("I18", f"{item.id} has no link and was written to")
            return
        same = [name for name, value in patch.items() if (item.properties.get(name) or "") == value]
        if same or (not patch and link in (None, item.link)):
            self._wrong("I14", f"{item.id}: {same or 'nothing'} written although equal")
        self._check_arrows(Side.EXCHANGE, found.record_type, patch)

    def item_trashed(self, item: Item) -> None:
        self._count()
        link = self._world.memory.links.by_exchange_id(MAILBOX, item.id)
        if link is None:
            self._wrong("I18", f"{item.id} has no link and was trashed")
            return
        if item.folder == BIN:
            self._wrong("I7", f"{item.id} lies in Deleted Items and was deleted for good")
        if self._policy(link.record_type).direction is Direction.OFF:
            self._wrong("I36", f"{item.id} is of a frozen type and was trashed")
        if not link.phase.is_live:
            self._check_left_over(item, link)
            return
        is_approved = self._is_approved(link)
        if not is_approved:
            self._removed[Side.EXCHANGE, link.record_type].add(link.link_id)
        record = self._world.tenant.records.get(link.c4c_id or "")
        stood = self._world.standing.get(link.c4c_id or "", Standing())
        if stood.is_live and stood.is_in_view:
            self._wrong("I7", f"{item.id} was trashed, its record {link.c4c_id} is there")
        elif stood.is_live and not stood.left_by_user and not is_approved:
            self._wrong("I36", f"{item.id} was trashed because a view was changed")
        elif not stood.is_live and record is not None and record.retired_by == "engine":
            self._wrong("I7", f"{item.id} was trashed after our own retirement of {record.id}")

    def _check_left_over(self, item: Item, link: Link) -> None:
        """Only the source of a move, or a new item of a read-only type, goes without a witness."""
        others = [
            other
            for other in self._world.mailbox.items.values()
            if other.soul == item.soul and other.id != item.id and self._world.mailbox.tree(other)
        ]
        if link.phase is Phase.PENDING and link.is_hidden and not self._is_approved(link):
            self._wrong("I36", f"{item.id} lay there first and was trashed unasked")
        policy = self._policy(link.record_type)
        is_refused = policy.read_only and policy.read_only_new_item == "trash"
        if not others and not is_refused:
            self._wrong("I7", f"{item.id} was trashed without a witness ({link.phase.value})")

    # -- C4C -------------------------------------------------------------------------------------

    def record_created(self, kind: RecordType, body: Mapping[str, Any]) -> None:
        self._count()
        self._check_read_only(kind)
        self._check_arrows(Side.C4C, kind, body)
        if not body.get(c4c_name(REQUIRED[kind])):
            self._wrong("I14", f"a {kind.value} was created without its name")

    def record_updated(self, record: Record, body: Mapping[str, Any]) -> None:
        self._count()
        self._check_read_only(record.kind)
        self._check_arrows(Side.C4C, record.kind, body)
        links = self._world.memory.links.all_by_c4c_id(record.id)
        if not links:
            self._wrong("I18", f"{record.id} has no link and was written to")
            return
        same = [
            name for name, value in body.items() if (record.properties.get(name) or "") == value
        ]
        if same or not body:
            self._wrong("I14", f"{record.id}: {same or 'nothing'} written although equal")
        status = body.get(STATUS_PROPERTY[record.kind])
        if status is None:
            self._updates[record.id] += 1
            self._check_origin(record, body)
        elif status == OBSOLETE:
            self._check_retirement(record, links)
        elif status == ACTIVE:
            self._check_revival(record)

    def _check_origin(self, record: Record, body: Mapping[str, Any]) -> None:
        """I13, I21: C4C is written only where somebody in Exchange gave a reason."""
        deeds = self._deeds_of(record.id)
        policy = self._policy(record.kind)
        touched = {
            d.field
            for d in deeds
            # Where a field goes to C4C only, an edit there is undone.
            if d.side is Side.EXCHANGE or not policy.may_write(Side.EXCHANGE, d.field)
        }
        by_property = {c4c_name(name): name for name in NAMES[record.kind]}
        for prop in body:
            name = by_property.get(prop, "company")
            if not touched & {name, WHOLE} and not self._was_changed():
                self._wrong("I13", f"{record.id}: {name} written, nobody edited it in Exchange")

    def _check_retirement(self, record: Record, links: list[Link]) -> None:
        converting = [link for link in links if link.phase is Phase.CONVERTING]
        if converting:
            successors = [self._world.memory.links.get(e.successor or "") for e in converting]
            records = [self._world.tenant.records.get(s.c4c_id or "") for s in successors if s]
            if not any(found is not None and found.is_live for found in records):
                self._wrong("I41", f"{record.id} was retired before its successor lived")
            return
        for link in links:
            if not link.phase.is_live:
                continue
            if not self._is_approved(link):
                self._removed[Side.C4C, link.record_type].add(link.link_id)
                if self._managed.get(link.record_type) not in self._world.folder_ids:
                    self._wrong("I9", f"{record.id} was retired for want of a folder")
            self._check_witness(record, link)
        if not any(link.phase.is_live for link in links):
            self._wrong("I7", f"{record.id} was retired without a live link")

    def _check_witness(self, record: Record, link: Link) -> None:
        place = self._world.places.get(link.exchange_id or "", BIN)
        item = self._world.mailbox.items.get(link.exchange_id or "")
        if self._world.kind_of_folder(place) is not None:
            self._wrong("I7", f"{record.id} was retired, its item {link.exchange_id} is there")
        if item is not None and place == BIN and item.trashed_by == "engine":
            self._wrong("I7", f"{record.id} was retired because of our own removal")
        gone = ("delete", "move", "restore")
        if not any(d.side is Side.EXCHANGE and d.what in gone for d in self._deeds_of(record.id)):
            self._wrong("I7", f"{record.id} was retired, nobody removed its item")

    def _check_revival(self, record: Record) -> None:
        returns = ("restore", "move", "copy", "reject")
        # Where Exchange leads, a record that was deleted under its item comes back.
        leads = not self._policy(record.kind).direction.reaches(Side.EXCHANGE)
        if not leads and not any(d.what in returns for d in self._deeds_of(record.id)):
            self._wrong("I6", f"{record.id} was set Active again, nobody brought its item back")

    def _check_return(self, record: Record) -> None:
        """I6: an item that its user removed comes back only where the rules say so."""
        deeds = self._deeds_of(record.id)
        removals = [
            d.seq for d in deeds if d.side is Side.EXCHANGE and d.what in ("delete", "move")
        ]
        if not removals:
            return
        policy = self._policy(record.kind)
        keeps = policy.read_only or not policy.direction.reaches(Side.C4C) or self._was_changed()
        calls = [
            d
            for d in deeds
            if d.side is Side.C4C
            and (
                self._reaches(d.seq, removals[-1])
                or self._is_unseen(d)
                or self._was_dragged_on(d, removals)
            )
        ]
        if not (keeps or calls):
            self._wrong("I6", f"an item came back for {record.id}, which was deleted in Exchange")

    def _reaches(self, call: int, removal: int) -> bool:
        """Whether an act in C4C was not yet settled when the item was removed."""
        settled = [written for _, written in self._ledger.arrivals[Side.C4C] if written < removal]
        return call > (settled[-1] if settled else 0)

    def _was_dragged_on(self, deed: Deed, removals: list[int]) -> bool:
        """Whether an edit that was typed alike on both sides may not have been compared yet.

        An item that was dragged to another type, and on from there, has left a conversion that
        was never finished; until then nobody looked at its record.
        """
        is_same = (deed.field, deed.value) in self._ledger.same
        return is_same and sum(seq > deed.seq for seq in removals) > 1

    def _is_unseen(self, deed: Deed) -> bool:
        """Whether a value typed in C4C never reached an item, which a conversion may cause."""
        items = self._world.mailbox.items.values()
        value = agreed(deed.field, deed.value)
        return deed.what == "edit" and not any(
            agreed(deed.field, item.properties.get(deed.field)) == value for item in items
        )

    # -- both --------------------------------------------------------------------------------------

    def _check_read_only(self, kind: RecordType) -> None:
        policy = self._policy(kind)
        if policy.read_only:
            self._wrong("I16", f"C4C was written to, {kind.value} is read-only")
        if not policy.direction.reaches(Side.C4C):
            self._wrong("I17", f"C4C was written to, {kind.value} goes {policy.direction.value}")

    def _check_arrows(self, side: Side, kind: RecordType, written: Mapping[str, Any]) -> None:
        policy = self._policy(kind)
        for name in NAMES[kind]:
            prop = name if side is Side.EXCHANGE else c4c_name(name)
            if prop in written and not policy.may_write(side, name):
                self._wrong("I17", f"{name} of {kind.value} written to {side.value}")

    def _deeds_of(self, key: str) -> list[Any]:
        return list(self._ledger.of(self.groups().of(key)))

    def groups(self) -> Groups:
        """Return which souls and records belong together by now."""
        souls = self._world.mailbox.souls
        return Groups((souls[item], record) for item, record in self._world.memory.pairs)

    def _is_approved(self, link: Link) -> bool:
        holds = self._world.memory.holds.list_(("approved",))
        return any(link.link_id in hold.link_ids for hold in holds)

    def _policy(self, kind: RecordType) -> Any:
        return self._world.config.policies[kind]

    def _was_changed(self) -> bool:
        return self._world.changes > 0

    def _count(self) -> None:
        self.writes += 1
        self.total += 1

    def _wrong(self, number: str, text: str) -> None:
        self.violations.append(f"{number}: {text} (session {self._world.sessions})")


def _counted(links: Iterable[Link], kind: RecordType) -> set[str]:
    return {link.link_id for link in links if link.record_type is kind and is_counted(link)}
