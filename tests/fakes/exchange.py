"""A mailbox in memory that answers the reading methods of `exchange_client.ExchangeClient`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exchange_client import (
    Changes,
    Contact,
    CursorExpiredError,
    Folder,
    FolderGoneError,
    MailboxError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from exchange_client import MailboxProblem

DEFAULT = "default"
DELETED_ITEMS = "deleted-items"


@dataclass
class FakeItem:
    """One contact; `folder_id` may be `DELETED_ITEMS`."""

    id: str
    folder_id: str
    properties: dict[str, Any]
    link: str | None = None
    is_private: bool = False
    version: int = 1

    def contact(self, *, is_expanded: bool) -> Contact:
        return Contact(
            id=self.id,
            folder_id=self.folder_id,
            version=f"v{self.version}",
            etag=f'W/"v{self.version}"',
            properties=dict(self.properties),
            link=self.link if is_expanded else None,
            is_private=self.is_private and is_expanded,
            is_expanded=is_expanded,
        )


@dataclass
class FakeMailbox:
    """Folders, items and the change log that deltas are cut from.

    Attributes:
        log: (folder id, item id, is present), oldest first; a cursor is a position in it.
        expired: Folders whose cursors are refused.
        gone_on_read: Folders that are listed but answer as deleted.
    """

    folders: dict[str, Folder] = field(default_factory=dict)
    items: dict[str, FakeItem] = field(default_factory=dict)
    log: list[tuple[str, str, bool]] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    gone_on_read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.add_folder(DEFAULT, "Contacts", is_default=True)

    def add_folder(
        self, folder_id: str, name: str, *, parent: str | None = DEFAULT, is_default: bool = False
    ) -> None:
        self.folders[folder_id] = Folder(
            id=folder_id,
            display_name=name,
            parent_id=None if is_default else parent,
            is_default=is_default,
        )

    def remove_folder(self, folder_id: str) -> None:
        """Delete a folder: it lies in Deleted Items with its items, and no delta tells."""
        del self.folders[folder_id]

    def add(
        self, item_id: str, folder_id: str = DEFAULT, *, link: str | None = None, **properties: Any
    ) -> FakeItem:
        item = FakeItem(item_id, folder_id, {"givenName": item_id, **properties}, link)
        self.items[item_id] = item
        self.log.append((folder_id, item_id, True))
        return item

    def edit(self, item_id: str, **properties: Any) -> None:
        item = self.items[item_id]
        item.properties.update(properties)
        item.version += 1
        self.log.append((item.folder_id, item_id, True))

    def move(self, item_id: str, folder_id: str, *, is_add_reported: bool = True) -> None:
        item = self.items[item_id]
        self.log.append((item.folder_id, item_id, False))
        item.folder_id = folder_id
        if is_add_reported:
            self.log.append((folder_id, item_id, True))

    def trash(self, item_id: str) -> None:
        self.move(item_id, DELETED_ITEMS, is_add_reported=False)

    def purge(self, item_id: str) -> None:
        self.trash(item_id)
        del self.items[item_id]

    def report_removed(self, item_id: str) -> None:
        """Report a removal that did not happen (the trap of A -> B -> A)."""
        self.log.append((self.items[item_id].folder_id, item_id, False))


class FakeExchange:
    """The mailboxes of one tenant.

    Attributes:
        calls: (method, mailbox, argument), in order.
        before: Hooks by method name, run once before it answers: users who act meanwhile.
        failures: Method name, or `method mailbox` -> what to raise.
    """

    identity = "contoso.example"

    def __init__(self, **mailboxes: FakeMailbox) -> None:
        self.mailboxes = {f"{name}@contoso.example": box for name, box in mailboxes.items()}
        self.problems: dict[str, MailboxProblem] = {}
        self.failures: dict[str, Exception] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.before: dict[str, Callable[[], None]] = {}

    def count(self, method: str) -> int:
        return sum(call[0] == method for call in self.calls)

    def asked_ids(self) -> set[str]:
        return {
            contact_id for call in self.calls if call[0] == "get_contacts" for contact_id in call[2]
        }

    def check_mailbox(self, mailbox: str) -> None:
        self._called("check_mailbox", mailbox, None)
        if mailbox in self.problems:
            raise MailboxError(self.problems[mailbox])

    def list_folders(self, mailbox: str) -> list[Folder]:
        self._called("list_folders", mailbox, None)
        if mailbox in self.problems:
            raise MailboxError(self.problems[mailbox])
        return list(self.mailboxes[mailbox].folders.values())

    def find_folder(self, mailbox: str, folder_id: str, tree: Collection[str]) -> Folder | None:
        self._called("find_folder", mailbox, folder_id)
        folder = self.mailboxes[mailbox].folders.get(folder_id)
        return folder if folder is not None and folder.parent_id in tree else None

    def read_changes(self, mailbox: str, folder_id: str, cursor: str | None) -> Changes:
        self._called("read_changes", mailbox, (folder_id, cursor))
        box = self.mailboxes[mailbox]
        if folder_id in box.gone_on_read or folder_id not in box.folders:
            raise FolderGoneError("the folder is gone")
        if cursor and folder_id in box.expired:
            raise CursorExpiredError("the cursor is not accepted any more")
        if not cursor:
            present = [item for item in box.items.values() if item.folder_id == folder_id]
            return self._changes(box, present, [], is_full=True)
        events = {
            item_id: is_present
            for folder, item_id, is_present in box.log[int(cursor) :]
            if folder == folder_id
        }
        present = [
            box.items[item_id]
            for item_id, is_present in events.items()
            if is_present and box.items[item_id].folder_id == folder_id
        ]
        removed = [item_id for item_id, is_present in events.items() if not is_present]
        return self._changes(box, present, removed, is_full=False)

    def get_contacts(
        self, mailbox: str, ids: Sequence[str], folders: object = None, removed: object = ()
    ) -> dict[str, Contact | None]:
        del folders, removed
        self._called("get_contacts", mailbox, tuple(ids))
        items = self.mailboxes[mailbox].items
        return {
            contact_id: items[contact_id].contact(is_expanded=True) if contact_id in items else None
            for contact_id in ids
        }

    def _changes(
        self, box: FakeMailbox, present: list[FakeItem], removed: list[str], *, is_full: bool
    ) -> Changes:
        return Changes(
            contacts=[item.contact(is_expanded=False) for item in present],
            removed=removed,
            cursor=str(len(box.log)),
            is_full=is_full,
        )

    def _called(self, method: str, mailbox: str, argument: Any) -> None:
        self.calls.append((method, mailbox, argument))
        if method in self.before:
            self.before.pop(method)()
        for key in (method, f"{method} {mailbox}"):
            if key in self.failures:
                raise self.failures[key]


@dataclass
class FakeContactRequests:
    """What a sync store would answer to tap-exchange-contacts, for one mailbox."""

    known: dict[str, str | None] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)
    folder_ids: set[str] = field(default_factory=set)
    full: bool = False
    done: list[str] = field(default_factory=list)

    def known_contacts(self, mailbox: str) -> dict[str, str | None]:
        del mailbox
        return dict(self.known)

    def wanted_contacts(self, mailbox: str) -> set[str]:
        del mailbox
        return set(self.wanted)

    def managed_folder_ids(self, mailbox: str) -> set[str]:
        del mailbox
        return set(self.folder_ids)

    def wants_full_read(self, mailbox: str) -> bool:
        del mailbox
        return self.full

    def is_behind(self, mark: str | None) -> bool:
        return mark not in (None, "mark")

    def mark(self) -> str:
        return "mark"

    def read_done(self, mailbox: str) -> None:
        self.done.append(mailbox)
