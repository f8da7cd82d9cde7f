"""What must hold when a world has come to rest.

Responsible for the invariants that speak of whole worlds: 1, 10, 20 and 42. Each
check yields texts that begin with the number of its invariant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from contact_sync.core import claims
from contact_sync.core.model import Direction, FieldPolicy, Owes, Phase, RecordType, Severity, Side
from property.planner_fields import agreed, c4c_name, tiny_map
from property.planner_mailbox import MAILBOX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contact_sync.core.model import Issue, Link, TypePolicy
    from property.planner_ledger import Groups, Ledger
    from property.planner_mailbox import Item
    from property.planner_tenant import Record
    from property.planner_world import World


@dataclass
class AtRest:
    """A world that has come to rest, and the oracle's memory of it."""

    world: World
    ledger: Ledger
    groups: Groups

    def violations(self) -> Iterator[str]:
        """Yield everything that is wrong."""
        yield from self.check_i01_pairs_agree()
        yield from self.check_i01_nobody_is_left_out()
        yield from self.check_i10_one_counterpart()
        yield from self.check_i20_placement()
        yield from self.check_i42_deleted_on_both_sides()

    # -- looking -----------------------------------------------------------------------------------

    @cached_property
    def live_links(self) -> list[Link]:
        return [link for link in self.world.memory.links.list_() if link.phase.is_live]

    @cached_property
    def held(self) -> set[str]:
        # A rejected removal stays where the other side may not be written to.
        holds = self.world.memory.holds.list_(("pending", "rejected"))
        return {link_id for hold in holds for link_id in hold.link_ids}

    @cached_property
    def troubled(self) -> set[str]:
        """Ids of links, items and records with an open issue that a person has to act on."""
        rows = self.world.memory.issues.list_open(Severity.ACTION)
        ids = {one for row in rows for one in ids_of(row.issue)}
        links = {
            link.link_id for link in self.world.memory.links.list_() if link.exchange_id in ids
        }
        return ids | links | {key for one in ids for key in self.group(one)}

    def group(self, key: str) -> set[str]:
        """Return the group of an item id, a soul or an ObjectID."""
        return self.groups.of(self.world.mailbox.souls.get(key, key))

    def pair(self, link: Link) -> tuple[Item | None, Record | None]:
        """Return item and record of a link, as far as they live."""
        item = self.world.mailbox.items.get(link.exchange_id or "")
        record = self.world.tenant.records.get(link.c4c_id or "")
        in_tree = item is not None and self.world.mailbox.tree(item)
        return (item if in_tree else None, record if record and record.is_live else None)

    def policy(self, kind: RecordType) -> TypePolicy:
        return self.world.config.policies[kind]

    def _is_excused(self, link: Link) -> bool:
        return (
            link.link_id in self.held
            or self.world.is_frozen(link.record_type)
            or bool({link.link_id, link.exchange_id, link.c4c_id} & self.troubled)
        )

    # -- I1 ----------------------------------------------------------------------------------------

    def check_i01_pairs_agree(self) -> Iterator[str]:
        for link in self.live_links:
            if self._is_excused(link):
                continue
            item, record = self.pair(link)
            if item is None or record is None:
                yield f"I1: {link.link_id} lives without {'item' if item is None else 'record'}"
            elif not item.is_private and not self._waits(item):
                yield from self._compare(link, item, record)

    def _waits(self, item: Item) -> bool:
        """Whether an item was dragged to a type that is frozen: it waits there."""
        located = self.world.kind_of_folder(item.folder)
        return located is not None and self.world.is_frozen(located)

    def _compare(self, link: Link, item: Item, record: Record) -> Iterator[str]:
        policy = self.policy(link.record_type)
        for name in tiny_map(link.record_type).names:
            if not (policy.may_write(Side.C4C, name) or policy.may_write(Side.EXCHANGE, name)):
                continue
            directions = policy.fields.get(name, FieldPolicy()).direction
            if directions is not Direction.BOTH and self.world.changes:
                # It may have travelled neither way before; then both values stand as they were.
                continue
            shown = item.properties.get(name)
            stored = self.shown(record, name)
            if name == "company" and not self._has_account(record):
                continue
            if agreed(name, shown) != agreed(name, stored) and not self._was_never_given(
                link, name, source_value=stored if policy.may_write(Side.EXCHANGE, name) else shown
            ):
                yield f"I1: {name} of {link.exchange_id}/{link.c4c_id}: {shown!r} != {stored!r}"

    def _has_account(self, record: Record) -> bool:
        """Whether the record shows the name of an account that lives."""
        number = record.properties.get("AccountID")
        accounts = [r for r in self.world.tenant.records.values() if r.kind is RecordType.ACCOUNT]
        if self.world.is_frozen(RecordType.ACCOUNT):
            return False
        return any(r.is_live and r.properties["AccountID"] == number for r in accounts)

    def _was_never_given(self, link: Link, name: str, source_value: object) -> bool:
        """Whether a one-way field has had no value at its source: a blank overwrites nothing."""
        policy = self.policy(link.record_type)
        up, down = (policy.may_write(side, name) for side in (Side.C4C, Side.EXCHANGE))
        source = Side.EXCHANGE if up else Side.C4C
        soul = self.world.mailbox.souls.get(link.exchange_id or "", "")
        has_met_late = self._met_late(soul, link.c4c_id or "")
        if agreed(name, source_value):
            return False
        if up and down:
            # What once went one way only may have been left like that.
            return has_met_late and self.world.changes > 0
        if has_met_late:
            return True
        deeds = self.ledger.of({soul if up else link.c4c_id or ""})
        return not any(d.side is source and d.field == name for d in deeds)

    def _met_late(self, soul: str, c4c_id: str) -> bool:
        """Whether two that users had made met: then a blank overwrites nothing either."""
        made = {deed.key for deed in self.ledger.of({soul, c4c_id}) if deed.what == "create"}
        return len(made) > 1

    def shown(self, record: Record, name: str) -> object:
        if name == "company":
            account_id = record.properties.get("AccountID")
            return self.world.tenant.name_of_account(account_id) if account_id else ""
        return record.properties.get(c4c_name(name))

    def check_i01_nobody_is_left_out(self) -> Iterator[str]:
        # What its user hid, or took out for the time being, is known and left alone.
        asleep = self.world.memory.links.list_(phases=(Phase.ASLEEP,))
        # Whatever its pair has become: the removal waits for the operator, or was refused.
        asked = self.world.memory.holds.list_(("pending", "rejected"))
        pending = {one for hold in asked for one in hold.link_ids}
        waiting = [link for one in pending if (link := self.world.memory.links.get(one))]
        items = {link.exchange_id for link in (*self.live_links, *asleep, *waiting)}
        for item in self.world.mailbox.items.values():
            kind = self.routed(item)
            if kind is None or item.is_private or item.id in items | self.troubled:
                continue
            if self.world.is_frozen(kind) or self._is_tagged_again(item):
                continue
            policy = self.policy(kind)
            if policy.direction.reaches(Side.C4C) and not policy.read_only:
                yield f"I1: item {item.id} is eligible and has no live link"
            elif policy.read_only and policy.read_only_new_item == "trash":
                yield f"I1: item {item.id} of a read-only type has no live link and stays"
        records = {link.c4c_id for link in self.live_links}
        for record in self.world.tenant.records.values():
            reaches = self.policy(record.kind).direction.reaches(Side.EXCHANGE)
            in_view = self.world.in_view(record.properties["Territory"], record.kind)
            is_missed = record.is_live and record.id not in records | self.troubled
            if is_missed and reaches and in_view and not self._may_sleep(record):
                yield f"I1: record {record.id} is in view and has no live link"

    def _is_tagged_again(self, item: Item) -> bool:
        """Whether a user gave a category to an item whose pair slept, and has another by now."""
        claim = claims.parse(item.link)
        records = {link.c4c_id for link in self.live_links}
        is_marked = any(deed.what == "mark" for deed in self.ledger.of({item.soul}))
        return claim is not None and claim.c4c_id in records and is_marked

    def _may_sleep(self, record: Record) -> bool:
        link = self.world.memory.links.by_c4c_id(MAILBOX, record.id)
        policy = self.policy(record.kind)
        if link is None or self.world.changes:
            return self.world.changes > 0
        if link.phase is Phase.RETIRED:
            return self._keeps_records
        if link.phase is Phase.CONVERTING:
            return link.successor in self.troubled
        return link.phase is Phase.ASLEEP and policy.exchange_delete in ("hide", "ignore")

    def routed(self, item: Item) -> RecordType | None:
        """Return the type of an item by R1 to R5, as a second opinion."""
        if not self.world.mailbox.tree(item):
            return None
        by_folder = self.world.kind_of_folder(item.folder)
        if by_folder is not None:
            return by_folder
        found = {
            kind
            for kind in RecordType
            if {self.policy(kind).category, *self.policy(kind).category_aliases}
            & set(item.properties["categories"])
        }
        return found.pop() if len(found) == 1 else None

    # -- I10, I20, I42 -----------------------------------------------------------------------------

    @property
    def _keeps_records(self) -> bool:
        """Whether removals and conversions leave records of some type as they are."""
        return any(self.policy(kind).c4c_delete == "unlink" for kind in RecordType)

    def check_i10_one_counterpart(self) -> Iterator[str]:
        for link in self.live_links:
            group = self.group(link.c4c_id or link.link_id)
            deeds = {(deed.side, deed.what) for deed in self.ledger.of(group)}
            made_two = {(Side.EXCHANGE, "copy"), (Side.C4C, "restore")}
            if deeds & made_two or self._keeps_records:
                continue
            records = [
                key for key in group if (r := self.world.tenant.records.get(key)) and r.is_live
            ]
            items = [
                item.id
                for item in self.world.mailbox.items.values()
                if item.soul in group
                and (kind := self.routed(item)) is not None
                and not self.world.is_frozen(kind)
                and item.id not in self.troubled
                and not item.is_private
            ]
            if len(records) > 1:
                yield f"I10: {link.exchange_id} has the records {sorted(records)}"
            if len(items) > 1:
                yield f"I10: {link.c4c_id} has the items {sorted(items)}"

    def check_i20_placement(self) -> Iterator[str]:
        routing = {kind: self.policy(kind).category for kind in RecordType}
        folders = self.world.memory.folders.get(MAILBOX)
        for link in self.live_links:
            item, _ = self.pair(link)
            if item is None or self._is_excused(link) or item.is_private:
                continue
            if self._waits(item):
                continue
            if link.owes is not Owes.NOTHING:
                yield f"I20: {link.link_id} still owes {link.owes.value}"
            if item.folder != folders.get(link.record_type):
                yield f"I20: {item.id} of {link.record_type.value} sits in {item.folder}"
            borne = [name for name in item.properties["categories"] if name in routing.values()]
            wanted = [routing[link.record_type]]
            if not self.policy(link.record_type).mark_with_category and not borne:
                continue
            if borne != wanted:
                yield f"I20: {item.id} bears {borne}, not {wanted}"

    def check_i42_deleted_on_both_sides(self) -> Iterator[str]:
        for link in self.live_links:
            item, record = self.pair(link)
            if item is None and record is None and not self._is_excused(link):
                yield f"I42: {link.link_id} lives, both of its sides are gone"


def ids_of(issue: Issue) -> set[str]:
    return {one for one in (issue.link_id, issue.exchange_id, issue.c4c_id) if one}
