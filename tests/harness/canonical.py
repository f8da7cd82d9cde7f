"""What a world comes to, apart from ids and times: to compare two ways to the same end.

Responsible for saying the same of two worlds that users and operators could not tell apart.
Items and records are called by their names, links by those of their ends; digests stay, as worlds
that are compared have the same key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.world import COLLECTIONS, FOLDERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.core.model import Link

    from harness.world import World

#: Properties of C4C records that no two runs have in common.
_OWN = frozenset(
    {
        *("ObjectID", "ParentObjectID", "etag", "ETag"),
        *("CreationOn", "ChangedOn", "EntityLastChangedOn"),
        *("ContactID", "AccountID", "CustomerID"),
        *("InternalID", "BusinessPartnerID"),
    }
)

Canon = dict[str, Any]


def canon(world: World) -> Canon:
    """Return both sides, the links and what is open, in an order of their own."""
    names = _names(world)
    dump = world.graph.dump()["mailboxes"]
    found: Canon = {
        "c4c": {
            kind: sorted((_record(record) for record in world.records(kind).values()), key=repr)
            for kind in COLLECTIONS
        }
    }
    for mailbox, box in dump.items():
        found[mailbox] = {
            "items": sorted((_item(entry, names) for entry in box["contacts"]), key=repr),
            "folders": sorted(
                (entry["display_name"], entry["is_deleted"]) for entry in box["folders"]
            ),
            "categories": sorted(entry["display_name"] for entry in box["categories"]),
        }
    with world.store() as store:
        found["links"] = sorted((_link(link, names) for link in store.links.list_()), key=repr)
        found["intents"] = [
            (intent.side.value, intent.kind)
            for intent in (*store.intents.list_open(), *store.intents.list_updates())
        ]
        found["issues"] = sorted(
            (
                row.issue.code,
                row.issue.mailbox,
                row.issue.record_type.value,
                names.get(row.issue.exchange_id or "", ""),
                names.get(row.issue.c4c_id or "", ""),
                row.issue.fields,
            )
            for row in store.issues.list_open()
        )
        found["holds"] = sorted(
            (hold.mailbox, hold.record_type.value, hold.side.value, hold.reason, hold.state)
            for hold in store.holds.list_()
        )
    return found


def differences(expected: Canon, found: Canon) -> list[str]:
    """Return one line for each thing that only one of two worlds has."""
    lines: list[str] = []
    _compare("", expected, found, lines)
    return lines


def _compare(place: str, expected: object, found: object, lines: list[str]) -> None:
    if expected == found:
        return
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            _compare(f"{place}/{name}", expected.get(name), found.get(name), lines)
    elif isinstance(expected, list) and isinstance(found, list):
        rest = list(found)
        for entry in expected:
            if entry in rest:
                rest.remove(entry)
            else:
                lines.append(f"{place}: missing {entry}")
        lines += [f"{place}: surplus {entry}" for entry in rest]
    else:
        lines.append(f"{place}: {expected} became {found}")


def _names(world: World) -> dict[str, str]:
    """Return id -> name of every item and record."""
    names = {
        object_id: str(record.get("Name") or record.get("LastName"))
        for kind in COLLECTIONS
        for object_id, record in world.records(kind).items()
    }
    for box in world.graph.dump()["mailboxes"].values():
        for entry in box["contacts"]:
            names[entry["id"]] = _item_name(entry)
    return names


def _item_name(entry: Mapping[str, Any]) -> str:
    place = "trash" if entry["in_deleted_items"] else entry["folder"]
    return f"{entry['properties']['displayName']} in {place}"


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in record.items()
        if name not in _OWN and not name.endswith("UUID") and value not in ("", None)
    }


def _item(entry: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    properties = {name: value for name, value in entry["properties"].items() if value}
    # Exchange adds a folder's name to the categories of some items.
    marks = [name for name in properties.pop("categories", []) if name not in FOLDERS.values()]
    return {
        "place": "trash" if entry["in_deleted_items"] else entry["folder"],
        "categories": marks,
        "extended": {name: _claim(value, names) for name, value in entry["extended"].items()},
        "photo": entry["photo_sha256"],
        **properties,
    }


def _claim(value: str, names: Mapping[str, str]) -> str:
    """Return a link property with the record's name for its id."""
    head, slash, object_id = value.rpartition("/")
    return f"{head}/{names[object_id]}" if slash and object_id in names else value


def _link(link: Link, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "mailbox": link.mailbox,
        "type": link.record_type.value,
        "phase": link.phase.value,
        "owes": link.owes.value,
        "item": names.get(link.exchange_id or "", link.exchange_id and "gone"),
        "record": names.get(link.c4c_id or "", link.c4c_id and "gone"),
        "has_account": link.account_id is not None,
        # Of a pair that is over nobody asks any more.
        "in_view": link.in_view and link.phase.is_live,
        "is_hidden": link.is_hidden,
        "base_exchange": dict(link.base_exchange),
        "base_c4c": dict(link.base_c4c),
    }
