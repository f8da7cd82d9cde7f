"""Where items sit: the folders of each mailbox, and what an item lacks to be in its place.

Responsible for remembering the managed folders by id. Decides nothing about links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core import routing
from contact_sync.core.model import Link, Owes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.planning.session import Session


class Places:
    """The folders of one session, all mailboxes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = session.store
        self._facts: dict[str, list[routing.FolderFact]] = {}
        self._folders: dict[str, routing.Folders] = {}

    def take(self, mailbox: str, record: Mapping[str, Any]) -> None:
        """Take in one folder as the tap saw it."""
        self._facts.setdefault(mailbox, []).append(
            routing.FolderFact(
                record["id"],
                record.get("displayName") or "",
                record.get("parentFolderId"),
                bool(record.get("isDefault")),
            )
        )

    def folders(self, mailbox: str) -> routing.Folders:
        """Return the mailbox's folders; remember the managed ones by id."""
        if mailbox in self._folders:
            return self._folders[mailbox]
        remembered = self._store.folders.get(mailbox)
        facts = self._facts.get(mailbox, [])
        folders = routing.find_folders(facts, self._session.settings.policies, remembered)
        for kind, folder_id in folders.managed.items():
            if remembered.get(kind) != folder_id:
                self._store.folders.set_(mailbox, kind, folder_id)
        for kind in folders.lost - set(folders.managed):
            self._store.folders.forget(mailbox, kind)
        self._folders[mailbox] = folders
        return folders

    def place(self, link: Link, record: Mapping[str, Any]) -> Link:
        """Note what the item lacks: the right folder, the category, the link property."""
        folders = self.folders(link.mailbox)
        if folders.managed.get(link.record_type) != record["parentFolderId"]:
            return link.but(owes=Owes.MOVE)
        policies = self._session.settings.policies
        marked = routing.is_marked(link.record_type, record.get("categories") or [], policies)
        is_stamped = link.phase.is_live and link.owes is Owes.NOTHING
        return link.but(owes=Owes.NOTHING if marked and is_stamped else Owes.STAMP)

    def is_routed_back(self, record: Mapping[str, Any]) -> bool:
        """Whether an item that lies outside the managed folders bears a routing category."""
        folders = self.folders(str(record["mailbox"]).lower())
        return record["parentFolderId"] not in folders.typed and self.bears_routing(record)

    def bears_routing(self, record: Mapping[str, Any]) -> bool:
        """Whether the item bears a routing category of any type."""
        bears = {str(name).strip().casefold() for name in record.get("categories") or []}
        return bool(bears & set(routing.foreign_categories(None, self._session.settings.policies)))


def see(link: Link, record: Mapping[str, Any]) -> Link:
    """Note which item, and which version of it, was seen where."""
    return link.but(
        exchange_id=record["id"],
        exchange_version=record.get("changeKey"),
        exchange_folder_id=record["parentFolderId"],
    )
