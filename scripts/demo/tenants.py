"""Both tenants as their users see them: people and records found by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from demo.snapshot import Item, Record, read_items, read_records

if TYPE_CHECKING:
    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

_T = TypeVar("_T")


class Tenants:
    """The administration of both emulators, and look-ups in it."""

    def __init__(self, graph: GraphAdmin, c4c: C4CAdmin) -> None:
        self.graph = graph
        self.c4c = c4c

    def items(self) -> tuple[Item, ...]:
        """Return all Outlook contacts."""
        return read_items(self.graph.dump())

    def records(self) -> tuple[Record, ...]:
        """Return all records of the three types."""
        return read_records(self.c4c.dump())

    def items_in(self, mailbox: str, folder: str) -> list[Item]:
        """Return the items of a folder by name."""
        found = [item for item in self.items() if (item.mailbox, item.folder) == (mailbox, folder)]
        return sorted(found, key=lambda item: item.name)

    def item(self, mailbox: str, name: str, *, is_deleted: bool = False) -> Item:
        """Return the only item of that name.

        Raises:
            LookupError: There is none, or more than one.
        """
        wanted = (mailbox, name, is_deleted)
        found = [i for i in self.items() if (i.mailbox, i.name, i.is_deleted) == wanted]
        return _only(found, name)

    def record(self, kind: str, name: str) -> Record:
        """Return the only record of that name.

        Raises:
            LookupError: There is none, or more than one.
        """
        return _only([r for r in self.records() if (r.kind, r.name) == (kind, name)], name)

    def folder_id(self, mailbox: str, name: str) -> str | None:
        """Return the id of a folder, which is created if it is missing; None: the default one."""
        for folder in self.graph.dump()["mailboxes"][mailbox]["folders"]:
            if folder["display_name"] == name and not folder["is_deleted"]:
                return None if folder["is_default"] else str(folder["id"])
        return self.graph.create_folder(mailbox, name)


def _only(found: list[_T], name: str) -> _T:
    if len(found) != 1:
        raise LookupError(f"{len(found)} of {name}")
    return found[0]
