"""What came of a cell of the small world: both sides as seen from outside, and that in words.

Words are said only where the world differs from the dull case: the item in its folder, the record
Active, an active link between them, no issue, every value as it was.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Owes

from harness.rule_scenes import CATEGORY, ITEM_NAME, OBSOLETE, RECORD_NAME
from harness.small_world import FIRST_FIELD, FRIENDS, Cell
from harness.world import ALICE, COLLECTIONS, FOLDERS, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contact_sync.core.model import Issue, Link

    from harness.small_world import SmallWorld

OUTSIDE, DELETED = "outside", "deleted"

#: Whose value a field has.
AUTHORS = {"base": "old", "exchange": "E", "c4c": "C", "common": "S"}
BLANK = "blank"

_KIND_OF_FOLDER = {name: kind for kind, name in FOLDERS.items()}


@dataclass(frozen=True)
class Item:
    """An Outlook item of a cell.

    Attributes:
        place: The record type of its managed folder, `OUTSIDE` or `DELETED`.
        values: Whose values its two fields have.
        marks: Record types whose category it bears.
        has_friends: Whether it bears the user's own category.
    """

    item_id: str
    place: str
    values: tuple[str, str]
    marks: frozenset[str]
    has_friends: bool
    version: str


@dataclass(frozen=True)
class Record:
    """A C4C record of a cell that exists."""

    object_id: str
    kind: str
    is_live: bool
    values: tuple[str, str]
    version: str


@dataclass(frozen=True)
class Sight:
    """A cell: both services, and what the store says about it.

    Attributes:
        item_id: The item that the user in Outlook knows, if any.
        object_id: The record that the user in C4C knows, if any.
    """

    item_id: str | None
    object_id: str | None
    items: tuple[Item, ...]
    records: tuple[Record, ...]
    links: tuple[Link, ...]
    issues: tuple[Issue, ...]

    @property
    def services(self) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
        """Both services alone."""
        return self.items, self.records

    @property
    def known_item(self) -> Item | None:
        """The item that the user in Outlook knows."""
        return next((item for item in self.items if item.item_id == self.item_id), None)

    @property
    def known_record(self) -> Record | None:
        """The record that the user in C4C knows."""
        return next((entry for entry in self.records if entry.object_id == self.object_id), None)

    @property
    def live_records(self) -> list[Record]:
        """Records that are not obsolete."""
        return [record for record in self.records if record.is_live]

    @property
    def managed_items(self) -> list[Item]:
        """Items in any managed folder."""
        return [item for item in self.items if item.place in FOLDERS]

    @property
    def live_links(self) -> list[Link]:
        """Links whose edits are synced."""
        return [link for link in self.links if link.phase.is_live]


def look(small: SmallWorld) -> dict[Cell, Sight]:
    """Look at every cell."""
    by_name = {(cell.kind == "account", cell.name): cell for cell in small.cells}
    items: dict[Cell, list[Item]] = defaultdict(list)
    for entry in small.world.graph.dump()["mailboxes"][ALICE]["contacts"]:
        shown = entry["properties"]
        person = by_name.get((False, str(shown.get(ITEM_NAME["contact"]))))
        cell = person or by_name.get((True, str(shown.get(ITEM_NAME["account"]))))
        assert cell is not None, "an item that belongs to nobody"
        items[cell].append(_item(cell, entry))
    records: dict[Cell, list[Record]] = defaultdict(list)
    rows = small.world.c4c.dump()
    for kind, collection in COLLECTIONS.items():
        for object_id, row in rows[collection].items():
            cell = by_name.get((kind == "account", row[RECORD_NAME[kind]]))
            assert cell is not None, "a record that belongs to nobody"
            records[cell].append(_record(cell, kind, object_id, row))
    owner = {entry.item_id: cell for cell, found in items.items() for entry in found}
    owner.update({entry.object_id: cell for cell, found in records.items() for entry in found})
    for known in (small.items, small.records):
        owner.update({remote_id: cell for cell, remote_id in known.items()})
    with small.world.store() as store:
        links = _by_cell(owner, store.links.list_(ALICE))
        issues = _by_cell(owner, [row.issue for row in store.issues.list_open()])
    return {
        cell: Sight(
            item_id=small.items.get(cell),
            object_id=small.records.get(cell),
            items=tuple(sorted(items[cell], key=lambda item: item.item_id)),
            records=tuple(sorted(records[cell], key=lambda record: record.object_id)),
            links=tuple(links[cell]),
            issues=tuple(sorted(issues[cell], key=lambda issue: issue.code)),
        )
        for cell in small.cells
    }


def _by_cell(owner: dict[str, Cell], entries: Iterable[Any]) -> dict[Cell, list[Any]]:
    found: dict[Cell, list[Any]] = defaultdict(list)
    for entry in entries:
        ids = (entry.exchange_id, entry.c4c_id)
        (cell,) = {owner[remote_id] for remote_id in ids if remote_id in owner}
        found[cell].append(entry)
    return found


def _item(cell: Cell, entry: dict[str, Any]) -> Item:
    shown = entry["properties"]
    place = _KIND_OF_FOLDER.get(entry["folder"], OUTSIDE)
    categories = shown["categories"]
    return Item(
        item_id=entry["id"],
        place=DELETED if entry["in_deleted_items"] else place,
        values=_authors(cell, shown.get(FIRST_FIELD[cell.kind][1]), shown.get("mobilePhone")),
        marks=frozenset(kind for kind, name in CATEGORY.items() if name in categories),
        has_friends=FRIENDS in categories,
        version=entry["change_key"],
    )


def _record(cell: Cell, kind: str, object_id: str, row: dict[str, Any]) -> Record:
    return Record(
        object_id=object_id,
        kind=kind,
        is_live=row[STATUS[kind]] != OBSOLETE,
        values=_authors(cell, row.get(FIRST_FIELD[cell.kind][2]), row.get("Mobile")),
        version=row["etag"],
    )


def _authors(cell: Cell, one: str | None, two: str | None) -> tuple[str, str]:
    """Return who gave the two fields their values; another value is an error."""
    ones = {cell.value(author): short for author, short in AUTHORS.items()}
    phones = {
        _digits(cell.phone(author)): AUTHORS[author] for author in ("base", "exchange", "c4c")
    }
    bare = (one or "").removeprefix("http://").removeprefix("https://")
    return ({**ones, "": BLANK}[bare], {**phones, "": BLANK}[_digits(two)])


def _digits(phone: str | None) -> str:
    return "".join(filter(str.isdigit, phone or ""))


# -- words -----------------------------------------------------------------------------------------


def words(cell: Cell, before: Sight, after: Sight) -> str:
    """Say what came of a cell.

    Args:
        cell: The cell.
        before: As the users left it.
        after: When all is quiet.
    """
    if before.services == after.services:
        parts = ["untouched"]
    else:
        parts = [
            *_item_words(cell, before, after),
            *_record_words(cell, before, after),
            *_field_words(cell, before, after),
        ]
    return "; ".join([*parts, *_link_words(after), *_issue_words(cell, after)])


def _item_words(cell: Cell, before: Sight, after: Sight) -> Iterator[str]:
    was, now = before.known_item, after.known_item
    others = [item for item in after.items if item is not now]
    new = [item for item in others if item.place == cell.kind]
    if new and was is None:
        yield "item created"
    elif new and now is not None and was is not None:
        yield {
            (DELETED, DELETED): "item re-created",
            (OUTSIDE, OUTSIDE): "item re-created, the moved one stays outside",
            (OUTSIDE, DELETED): "item moved into the folder",
        }.get((was.place, now.place), "item moved back")
    elif was is not None and now is not None and now.place != was.place:
        assert now.place == DELETED
        copies = [item for item in others if item.place == DELETED]
        yield "item moved back, then to Deleted Items" if copies else "item to Deleted Items"
    elif now is not None and now.place == OUTSIDE:
        yield "item stays outside"
    elif now is not None and now.place not in (cell.kind, DELETED):
        yield "item stays there"
    if was is not None and now is not None and now.place != DELETED:
        yield from _mark_words(cell, was, now)


def _mark_words(cell: Cell, was: Item, now: Item) -> Iterator[str]:
    own = frozenset({cell.kind})
    if own - was.marks and own <= now.marks:
        yield "category added"
    if now.place == OUTSIDE and was.marks and not now.marks:
        yield "its category taken off"
    elif (was.marks - own) and not (now.marks - own):
        yield "other category taken off"


def _record_words(cell: Cell, before: Sight, after: Sight) -> Iterator[str]:
    was, now = before.known_record, after.known_record
    made = [record for record in after.records if record is not now]
    for record in made:
        assert record.is_live
        if record.kind != cell.kind:
            yield "record of the other type created"
        else:
            yield "record created" if after.object_id is None else "record created anew"
    if was is not None and now is not None and was.is_live is not now.is_live:
        yield "record set Active again" if now.is_live else "record set Obsolete"
    if not after.records and after.object_id is None and before.item_id is not None:
        yield "no record"


def _field_words(cell: Cell, before: Sight, after: Sight) -> Iterator[str]:
    """Name the values that are not the old ones, Exchange's first where the sides differ."""
    sides = [item.values for item in after.items if item.place == cell.kind][:1]
    sides += [record.values for record in after.live_records if record.kind == cell.kind][:1]
    edited = [side.values for side in (before.known_item, before.known_record) if side is not None]
    for position in (0, 1):
        found = [values[position] for values in sides]
        if found and any(values[position] != AUTHORS["base"] for values in [*edited, *sides]):
            shown = found if len({*found}) > 1 else found[:1]
            yield f"{position + 1}={'/'.join(shown)}"


def _link_words(after: Sight) -> Iterator[str]:
    """Name the phase of a pair that is not whole, and what Exchange still has to get."""
    pairs = [link for link in after.links if link.c4c_id is not None]
    phases = sorted({link.phase.value for link in pairs})
    is_whole = bool(after.managed_items) and bool(after.live_records)
    if after.live_records and not pairs:
        yield "not linked"
    elif is_whole is not bool(after.live_links):
        yield "link " + " and ".join(phases)
    elif after.live_records and not is_whole:
        yield from phases
    yield from (f"owes {link.owes.value}" for link in after.links if link.owes is not Owes.NOTHING)


def _issue_words(cell: Cell, after: Sight) -> Iterator[str]:
    numbers = {FIRST_FIELD[cell.kind][0]: "1", "mobile": "2"}
    for issue in after.issues:
        fields = ", ".join(numbers.get(name, name) for name in issue.fields)
        yield f"`{issue.code}`{fields and ' ' + fields}"
