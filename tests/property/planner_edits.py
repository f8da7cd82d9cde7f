"""What became of every edit, when a world has come to rest: invariants 3, 4 and 5.

Responsible for the oracle of lost updates. An edit is on both sides, or overtaken by a later one,
or the sync has told that it was dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.model import RecordType, Side
from property.planner_checks import AtRest, ids_of
from property.planner_fields import NAMES, agreed, tiny_map
from property.planner_ledger import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from property.planner_ledger import Deed
    from property.planner_tenant import Record

#: Issues by which the sync tells that an edit was overridden.
_DROPPED = frozenset(
    ("read_only_edit", "company_restored", "deletion_dropped_edit", "value_too_long")
)
#: Issues by which it tells that an item was not taken at all.
_WHOLE = frozenset(("missing_name", "missing_last_name", "read_only_new_item"))


class Edits(AtRest):
    """The checks of a world that has come to rest, those of its edits included."""

    def violations(self) -> Iterator[str]:
        """Yield everything that is wrong."""
        yield from super().violations()
        yield from self.check_i03_no_edit_is_lost()
        yield from self.check_i04_i05_conflicts_are_real()

    def check_i03_no_edit_is_lost(self) -> Iterator[str]:
        for deed in self.ledger.deeds:
            if deed.what != "edit" or self._is_off(deed):
                continue
            if self._is_kept(deed) or self._is_superseded(deed):
                continue
            if not self._is_told(deed):
                yield f"I3: {deed.field}={deed.value!r} of {deed.key} ({deed.side.value}) is lost"

    def _is_off(self, deed: Deed) -> bool:
        """Whether the field of this item or record travels neither way."""
        group = self.group(deed.key)
        souls = self.world.mailbox.souls
        kinds = {
            link.record_type
            for link in self.world.memory.links.list_()
            if {link.c4c_id, souls.get(link.exchange_id or "")} & group
        }
        return not any(
            deed.field in NAMES[kind] and self.policy(kind).may_write(side, deed.field)
            for kind in kinds or RecordType
            for side in Side
        )

    def _is_kept(self, deed: Deed) -> bool:
        """Whether the value is on both sides, or where it was typed and nothing is synced."""
        value = agreed(deed.field, deed.value)
        group = self.group(deed.key)
        synced: set[str] = set()
        for link in self.live_links:
            item, record = self.pair(link)
            if link.c4c_id not in group or item is None or record is None:
                continue
            if self._is_excused(link) or item.is_private or self._waits(item):
                continue
            if not self._travels(record, deed.field):
                continue
            synced |= {item.id, record.id}
            shown, stored = item.properties.get(deed.field), self.shown(record, deed.field)
            here, there = shown, stored
            if deed.side is Side.C4C:
                here, there = stored, shown
            if not value and self._met_late(item.soul, record.id):
                return True
            if value == agreed(deed.field, here) and (
                value == agreed(deed.field, there) or not self._leaves(record, deed)
            ):
                return True
        return self._is_still_there(deed, value, group, synced)

    def _travels(self, record: Record, name: str) -> bool:
        policy = self.policy(record.kind)
        if name == "company" and not record.properties.get("AccountID"):
            return False
        ways = (policy.may_write(side, name) for side in Side)
        return name in NAMES[record.kind] and any(ways)

    def _leaves(self, record: Record, deed: Deed) -> bool:
        """Whether what is typed into a field on this side travels to the other."""
        other = Side.EXCHANGE if deed.side is Side.C4C else Side.C4C
        return self.policy(record.kind).may_write(other, deed.field)

    def _is_still_there(self, deed: Deed, value: str, group: set[str], synced: set[str]) -> bool:
        """Whether a thing that is not synced has the value, such as a copy that was taken out."""
        if deed.side is Side.EXCHANGE:
            for item in self.world.mailbox.items.values():
                is_own = item.soul in group and item.id not in synced
                is_same = agreed(deed.field, item.properties.get(deed.field)) == value
                if is_own and is_same and item.trashed_by != "engine":
                    return True
        for key, record in self.world.tenant.records.items():
            is_own = key in group and key not in synced
            if is_own and agreed(deed.field, self.shown(record, deed.field)) == value:
                return True
        return False

    def _is_superseded(self, deed: Deed) -> bool:
        group = self.group(deed.key)
        equal = [
            other
            for other in self.ledger.of(group)
            if (other.field, other.value) == (deed.field, deed.value)
        ]
        return any(map(self._is_overtaken, equal)) or self.world.changes > 0

    def _is_overtaken(self, deed: Deed) -> bool:
        """Whether a user who could know the value has replaced it, or its item or record."""
        later = [d for d in self.ledger.of(self.group(deed.key)) if d.seq > deed.seq]
        for other in later:
            if other.side is deed.side and (
                other.field == deed.field or other.what in ("delete", "move", "restore")
            ):
                return True
            if other.field == deed.field and not self.ledger.is_concurrent(deed, other):
                return True
            if other.field == WHOLE and not self.ledger.is_concurrent(deed, other):
                return True
        return False

    def _is_told(self, deed: Deed) -> bool:
        group = self.group(deed.key)
        acts = [other.what for other in self.ledger.of(group)]
        if not deed.value.strip() and (acts.count("create") > 1 or "reject" in acts):
            # Where two meet, a blank overwrites nothing.
            return True
        records = [r for key, r in self.world.tenant.records.items() if key in group]
        if deed.field == "company" and not any(r.properties.get("AccountID") for r in records):
            # Without an account the company is a note of the user's own.
            return True
        digest = f"<{deed.field}:{tiny_map(RecordType.CONTACT).normalise(deed.field, deed.value)}>"
        for issue in self.world.memory.raised:
            if not {key for one in ids_of(issue) for key in self.group(one)} & group:
                continue
            if issue.code in _WHOLE or (issue.code in _DROPPED and deed.field in issue.fields):
                return True
            if issue.code == "conflict" and digest in issue.detail:
                return True
        return False

    def check_i04_i05_conflicts_are_real(self) -> Iterator[str]:
        """A conflict needs two users who typed different values, not knowing of each other."""
        for issue in self.world.memory.raised:
            if issue.code != "conflict":
                continue
            deeds = list(self.ledger.of({k for one in ids_of(issue) for k in self.group(one)}))
            for name in issue.fields:
                touching = [d for d in deeds if d.field in (name, WHOLE)]
                sides = {deed.side for deed in touching}
                policy = self.policy(issue.record_type)
                goes_both_ways = all(policy.may_write(side, name) for side in Side)
                is_copy = any(deed.what == "copy" for deed in deeds)
                is_free = is_copy or self._keeps_records or self.world.changes
                if len(sides) < 2 and goes_both_ways and not is_free:
                    yield f"I4: conflict about {name} of {issue.c4c_id}, only {sides} acted"
                values = {agreed(name, d.value) for d in touching if d.field == name}
                is_same = len(values) == 1 and (name, *values) in self.ledger.same
                if is_same and not any(d.field == WHOLE for d in touching):
                    yield f"I5: conflict about {name} of {issue.c4c_id}, both typed the same"
