"""What both services hold, sorted by person: the black-box view that the oracle judges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.world import COLLECTIONS, FOLDERS, STATUS

from histories.ledger import FIELDS

if TYPE_CHECKING:
    from harness.world import World

OBSOLETE = "4"


@dataclass
class Traces:
    """Everything that bears one person's tag.

    Attributes:
        live: C4C records that are not obsolete: (type, properties with ObjectID).
        over: Obsolete ones.
        managed: Items in managed folders and below: (type of the folder, dump's entry with its
            `mailbox`; so in the other lists).
        elsewhere: Items in other contact folders.
        deleted: Items in Deleted Items.
    """

    live: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    over: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    managed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    elsewhere: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Items in any contact folder."""
        return [*(item for _, item in self.managed), *self.elsewhere]

    def of(self, mailbox: str) -> Traces:
        """Return what one mailbox has to do with: all records, and its own items."""
        return Traces(
            self.live,
            self.over,
            [(kind, item) for kind, item in self.managed if item["mailbox"] == mailbox],
            [item for item in self.elsewhere if item["mailbox"] == mailbox],
            [item for item in self.deleted if item["mailbox"] == mailbox],
        )


def look(world: World) -> dict[str, Traces]:
    """Return the traces of every tag."""
    found: dict[str, Traces] = {}
    dump = world.c4c.dump()
    for kind, collection in COLLECTIONS.items():
        for object_id, padded in dump[collection].items():
            # Some systems fill texts of fixed length with blanks.
            record = {name: v.strip() if isinstance(v, str) else v for name, v in padded.items()}
            traces = found.setdefault(str(record.get("Email") or ""), Traces())
            rows = traces.over if record[STATUS[kind]] == OBSOLETE else traces.live
            rows.append((kind, {**record, "ObjectID": object_id}))
    boxes = world.graph.dump()["mailboxes"]
    for mailbox in world.mailboxes:
        _look_into(world, mailbox, boxes[mailbox], found)
    return found


def _look_into(world: World, mailbox: str, box: dict[str, Any], found: dict[str, Traces]) -> None:
    kinds = _kinds_of_folders(world, mailbox, box["folders"])
    for entry in box["contacts"]:
        item = {**entry, "mailbox": mailbox}
        traces = found.setdefault(tag_of(item), Traces())
        if item["in_deleted_items"]:
            traces.deleted.append(item)
        elif item["folder_id"] in kinds:
            traces.managed.append((kinds[item["folder_id"]], item))
        else:
            traces.elsewhere.append(item)


def tag_of(item: dict[str, Any]) -> str:
    """Return the first e-mail address of an item."""
    addresses = item["properties"].get("emailAddresses") or [{}]
    return str(addresses[0].get("address") or "")


def shown_by_item(kind: str, name: str, item: dict[str, Any]) -> str:
    """Return a field of an item in a form that can be compared."""
    value = item["properties"].get(FIELDS[kind][name][0])
    return comparable(name, value[0] if isinstance(value, list) and value else value or "")


def shown_by_record(kind: str, name: str, record: dict[str, Any]) -> str:
    """Return a field of a record in a form that can be compared."""
    return comparable(name, record.get(FIELDS[kind][name][1]) or "")


def comparable(name: str, value: object) -> str:
    """Return a value without its formatting."""
    text = str(value or "")
    if name in ("phone", "mobile"):
        return re.sub(r"\D", "", text)
    return " ".join(text.split()).rstrip("/") if name == "website" else " ".join(text.split())


def _kinds_of_folders(world: World, mailbox: str, folders: list[dict[str, Any]]) -> dict[str, str]:
    """Return folder id -> type of the managed folders; by the remembered id, then by name."""
    present = {folder["id"]: folder for folder in folders if not folder["is_deleted"]}
    with world.store() as store:
        remembered = store.folders.get(mailbox)
    kinds = {folder_id: kind.value for kind, folder_id in remembered.items()}
    for kind, name in FOLDERS.items():
        for folder_id, folder in present.items():
            if folder["display_name"] == name:
                kinds.setdefault(folder_id, kind)
    return {folder_id: kind for folder_id, kind in kinds.items() if folder_id in present}
