"""What both sides must look like after a session, as data, and the checks. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from demo.acts import ALICE, BOB, FIRST_NAMES, PERSONAL
from demo.snapshot import FOLDERS, OBSOLETE, STATUS_NAMES, Item, Record, Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

BOTH = (ALICE, BOB)


class Expectation:
    """One thing that must be true."""

    def failures(self, now: Snapshot) -> list[str]:
        """Say what is not as expected; empty if all is."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """Whose rows are worth showing."""
        return ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the values worth showing."""
        return ()


@dataclass(frozen=True)
class OfName(Expectation):
    """One thing that must be true of whoever has this name."""

    name: str

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class ItemIn(OfName):
    """In each mailbox exactly one item has the name: in this folder, with these values.

    Attributes:
        is_only: None may lie in other folders either.
    """

    folder: str
    values: Mapping[str, Any] = field(default_factory=dict)
    mailboxes: tuple[str, ...] = BOTH
    is_only: bool = True

    @override
    def failures(self, now: Snapshot) -> list[str]:
        found: list[str] = []
        for mailbox in self.mailboxes:
            where = f"{FIRST_NAMES[mailbox]}'s {self.name}"
            items = now.live_items(mailbox, self.name)
            if not self.is_only:
                items = [item for item in items if item.folder == self.folder]
            if len(items) != 1:
                found.append(f"{where}: {len(items)} items instead of one")
                continue
            if items[0].folder != self.folder:
                found.append(f"{where}: in {items[0].folder}, not in {self.folder}")
            found += differences(where, self.values, items[0].values)
        return found

    @property
    @override
    def shown(self) -> tuple[str, ...]:
        return tuple(self.values)


@dataclass(frozen=True)
class NoItem(OfName):
    """No item of the name outside Deleted Items; `is_trashed`: one lies there."""

    mailboxes: tuple[str, ...] = BOTH
    is_trashed: bool = True

    @override
    def failures(self, now: Snapshot) -> list[str]:
        found: list[str] = []
        for mailbox in self.mailboxes:
            where = f"{FIRST_NAMES[mailbox]}'s {self.name}"
            if now.live_items(mailbox, self.name):
                found.append(f"{where}: still there")
            if self.is_trashed and not now.items_named(self.name, mailbox):
                found.append(f"{where}: not in Deleted Items")
        return found


@dataclass(frozen=True)
class RecordIs(OfName):
    """Exactly one record of the type has the name: with this status and these values."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = "2"

    @override
    def failures(self, now: Snapshot) -> list[str]:
        where = f"C4C's {self.kind} {self.name}"
        records = now.records_named(self.name, self.kind)
        if len(records) != 1:
            return [f"{where}: {len(records)} records instead of one"]
        found = differences(where, self.values, records[0].values)
        if records[0].status != self.status:
            is_now, wanted = STATUS_NAMES[records[0].status], STATUS_NAMES[self.status]
            found.append(f"{where}: {is_now}, not {wanted}")
        return found

    @property
    @override
    def shown(self) -> tuple[str, ...]:
        return tuple(self.values)


@dataclass(frozen=True)
class NoRecord(OfName):
    """C4C has no record of the name, of no type and in no status."""

    @override
    def failures(self, now: Snapshot) -> list[str]:
        count = len(now.records_named(self.name))
        return [f"C4C has {count} records of {self.name}, none expected"] if count else []


@dataclass(frozen=True)
class IssueIs(Expectation):
    """An issue of the code is open."""

    code: str

    @override
    def failures(self, now: Snapshot) -> list[str]:
        return [] if self.code in now.issues else [f"no open issue {self.code}"]


@dataclass(frozen=True)
class HoldsAre(Expectation):
    """So many removals-on-hold wait for a person."""

    count: int

    @override
    def failures(self, now: Snapshot) -> list[str]:
        return [] if now.holds == self.count else [f"{now.holds} holds instead of {self.count}"]


@dataclass(frozen=True)
class LiveRecords(Expectation):
    """At least so many records of a type are live."""

    kind: str
    minimum: int

    @override
    def failures(self, now: Snapshot) -> list[str]:
        count = sum(record.kind == self.kind and record.is_live for record in now.records)
        return [] if count >= self.minimum else [f"only {count} live records of {self.kind}"]


def item(
    name: str,
    kind: str,
    mailboxes: tuple[str, ...] = BOTH,
    **values: Any,  # noqa: ANN401 - Graph properties
) -> Expectation:
    """Expect one item in the managed folder of a record type."""
    return ItemIn(name, FOLDERS[kind], values, mailboxes)


def stays_personal(mailbox: str, name: str) -> tuple[Expectation, ...]:
    """Expect an item where it was, and nothing of it anywhere else."""
    others = tuple(other for other in BOTH if other != mailbox)
    return (
        ItemIn(name, PERSONAL, {}, (mailbox,)),
        NoItem(name, others, is_trashed=False),
        NoRecord(name),
    )


def record(kind: str, name: str, **values: Any) -> Expectation:  # noqa: ANN401 - OData properties
    """Expect one active record."""
    return RecordIs(name, kind, values)


def obsolete(kind: str, name: str) -> Expectation:
    """Expect one obsolete record."""
    return RecordIs(name, kind, {}, OBSOLETE)


def retired(kind: str, name: str) -> tuple[Expectation, ...]:
    """Expect the record obsolete and its items in Deleted Items of both mailboxes."""
    return (obsolete(kind, name), NoItem(name))


def differences(where: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Compare values; lists in any order; no value is as good as an empty one."""
    return [
        f"{where}: {name} is {found.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if not _is_same(value, found.get(name))
    ]


def disagreements(now: Snapshot, apart: Collection[str] = ()) -> list[str]:
    """Say where the sides do not show the same: each live record has one item per mailbox.

    Args:
        now: Both sides.
        apart: Names that are left out on purpose.
    """
    wanted = Counter(
        (mailbox, FOLDERS[record.kind], record.name)
        for record in now.records
        for mailbox in BOTH
        if record.is_live
    )
    managed = set(FOLDERS.values())
    found = Counter(
        (item.mailbox, item.folder, item.name)
        for item in now.items
        if item.folder in managed and not item.is_deleted
    )
    return [
        f"{FIRST_NAMES[mailbox]}, {folder}: {found[key]} items of {name}, {wanted[key]} expected"
        for key in sorted(wanted.keys() | found.keys())
        for mailbox, folder, name in [key]
        if wanted[key] != found[key] and name not in apart
    ]


def left_alone(before: Iterable[Item], now: Iterable[Item], mark: str) -> list[str]:
    """Say which personal items (their name has the mark) were touched: version or folder."""
    states = {item.item_id: (item.change_key, item.folder) for item in now}
    return [
        f"{FIRST_NAMES[item.mailbox]}'s personal contact {item.name} was touched"
        for item in before
        if mark in item.name and states.get(item.item_id) != (item.change_key, item.folder)
    ]


def leaked(records: Iterable[Record], mark: str) -> list[str]:
    """Say which C4C records bear the mark of personal contacts."""
    return [
        f"C4C's {record.kind} {record.object_id} bears personal data"
        for record in records
        if any(mark in str(value) for value in record.values.values())
    ]


def _is_same(wanted: object, found: object) -> bool:
    if isinstance(wanted, list) and isinstance(found, list):
        return sorted(wanted) == sorted(found)
    return (found or "") == (wanted or "")
