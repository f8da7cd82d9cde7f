"""The mailbox of a case in memory: what the Exchange client promises, on plain dicts.

Responsible for versions, If-Match, deltas, Deleted Items and read-back that differs from what was
written, and for telling the referee of every write before it happens. Users act through the
methods that begin with `user_`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from exchange_client import Changes, Contact, Folder, FolderGoneError, NotFoundError, Outcome
from exchange_client import PreconditionFailedError as ItemMovedOnError
from property.planner_fields import NAMES, PHONE_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exchange_client import ContactCopy, ContactCreate, ContactTrash, ContactUpdate

MAILBOX = "m@x"
DEFAULT = "f-default"
#: Deleted Items is no contact folder.
BIN = "f-bin"

#: The service shows every property, null where nothing is stored.
_BLANK: dict[str, Any] = dict.fromkeys(name for names in NAMES.values() for name in names)


class ItemReferee(Protocol):
    """Who is told of every write of the engine, before it takes effect."""

    def item_created(self, folder: str, properties: Mapping[str, Any], link: str | None) -> None:
        """A new item."""

    def item_copied(self, source: Item, folder: str, link: str | None) -> None:
        """The copy that a move makes."""

    def item_updated(self, item: Item, patch: Mapping[str, Any], link: str | None) -> None:
        """A change of an item."""

    def item_trashed(self, item: Item) -> None:
        """An item on its way to Deleted Items."""


@dataclass(slots=True)
class Item:
    """One Outlook contact, wherever it is.

    Attributes:
        soul: Survives moves, which give an item another id.
        trashed_by: "user" or "engine", while it lies in Deleted Items.
        is_left_over: It is the source of a move; whoever takes it out again makes a copy.
    """

    id: str
    soul: str
    folder: str
    properties: dict[str, Any]
    link: str | None = None
    is_private: bool = False
    version: int = 1
    trashed_by: str = ""
    is_left_over: bool = False

    def contact(self, *, is_expanded: bool = True) -> Contact:
        version = f"v{self.version}"
        return Contact(
            id=self.id,
            folder_id=self.folder,
            version=version,
            etag=version,
            properties=dict(self.properties),
            link=self.link if is_expanded else None,
            is_private=self.is_private and is_expanded,
            is_expanded=is_expanded,
        )


class Mailbox:
    """The only mailbox of a case; answers as `exchange_client.ExchangeClient`."""

    identity = "exchange.x"

    def __init__(self, clock: Callable[[], str], shuffle: Callable[[list[Any]], None]) -> None:
        self.items: dict[str, Item] = {}
        self.souls: dict[str, str] = {}
        self.folders: dict[str, Folder] = {}
        self.referee: ItemReferee | None = None
        self._log: list[tuple[str, str, bool]] = []
        self._clock = clock
        self._shuffle = shuffle
        self._count = 0
        self.add_folder(DEFAULT, "Contacts", parent=None)

    # -- users -----------------------------------------------------------------------------------

    def add_folder(self, folder_id: str, name: str, parent: str | None = DEFAULT) -> None:
        self.folders[folder_id] = Folder(
            id=folder_id, display_name=name, parent_id=parent, is_default=parent is None
        )

    def user_removes_folder(self, folder_id: str) -> None:
        """Delete a folder: its items are gone, and no delta tells."""
        del self.folders[folder_id]
        for item in [item for item in self.items.values() if item.folder == folder_id]:
            del self.items[item.id]

    def user_creates(
        self, folder: str, properties: Mapping[str, Any], link: str | None = None
    ) -> Item:
        return self._create(folder, properties, link)

    def user_edits(self, item: Item, **properties: Any) -> None:
        self._change(item, properties)

    def user_moves(self, item: Item, folder: str) -> None:
        item.trashed_by = "user" if folder == BIN else ""
        self._move(item, folder)

    def user_purges(self, item: Item) -> None:
        self._log.append((item.folder, item.id, False))
        del self.items[item.id]

    def cursors(self) -> dict[str, str]:
        """Return where a reader of all folders would be now."""
        return {folder_id: str(len(self._log)) for folder_id in self.folders}

    def tree(self, item: Item) -> bool:
        """Whether the item is among the contacts: in a folder, not in Deleted Items."""
        return item.folder in self.folders

    # -- the client's reads ----------------------------------------------------------------------

    def list_folders(self, mailbox: str) -> list[Folder]:
        del mailbox
        return list(self.folders.values())

    def read_changes(self, mailbox: str, folder_id: str, cursor: str | None) -> Changes:
        del mailbox
        if folder_id not in self.folders:
            raise FolderGoneError("the folder is gone")
        if not cursor:
            present = {item.id for item in self.items.values() if item.folder == folder_id}
            removed: list[str] = []
        else:
            events = {
                item_id: is_present
                for folder, item_id, is_present in self._log[int(cursor) :]
                if folder == folder_id
            }
            present = {item_id for item_id, is_present in events.items() if is_present}
            removed = [item_id for item_id, is_present in events.items() if not is_present]
        contacts = [self.items[one].contact(is_expanded=False) for one in present]
        contacts.sort(key=lambda contact: contact.id)
        self._shuffle(contacts)
        return Changes(
            contacts=contacts,
            removed=removed,
            cursor=str(len(self._log)),
            is_full=not cursor,
        )

    def list_contacts(self, mailbox: str, folder_id: str) -> Iterator[Contact]:
        del mailbox
        if folder_id not in self.folders:
            raise FolderGoneError("the folder is gone")
        found = [item.contact() for item in self.items.values() if item.folder == folder_id]
        self._shuffle(found)
        return iter(found)

    def get_contacts(
        self, mailbox: str, ids: Sequence[str], folders: object = None, removed: object = ()
    ) -> dict[str, Contact | None]:
        del folders, removed
        del mailbox
        items = self.items
        return {one: items[one].contact() if one in items else None for one in ids}

    def find_by_link(self, mailbox: str, folder_id: str, link: str) -> list[Contact]:
        return [item for item in self.list_contacts(mailbox, folder_id) if item.link == link]

    # -- the client's writes ---------------------------------------------------------------------

    def create_folder(self, mailbox: str, display_name: str) -> Folder:
        del mailbox
        self._count += 1
        folder_id = f"f-new{self._count}"
        self.add_folder(folder_id, display_name)
        return self.folders[folder_id]

    def list_categories(self, mailbox: str) -> None:
        """None: master categories are no part of these worlds."""
        del mailbox

    def create_contacts(self, mailbox: str, creates: Sequence[ContactCreate]) -> list[Outcome]:
        del mailbox
        outcomes = []
        for create in creates:
            properties = _as_exchange_keeps(create.properties)
            self._told().item_created(create.folder_id, create.properties, create.link)
            item = self._create(create.folder_id, properties, create.link)
            outcomes.append(Outcome(contact=item.contact()))
        return outcomes

    def update_contacts(self, mailbox: str, updates: Sequence[ContactUpdate]) -> list[Outcome]:
        del mailbox
        outcomes = []
        for update in updates:
            item = self.items.get(update.id)
            if item is None:
                outcomes.append(Outcome(error=NotFoundError("there is none")))
            elif update.etag not in (None, f"v{item.version}"):
                outcomes.append(Outcome(error=ItemMovedOnError("it moved on")))
            else:
                self._told().item_updated(item, update.properties, update.link)
                if update.link is not None:
                    item.link = update.link
                self._change(item, _as_exchange_keeps(update.properties))
                outcomes.append(Outcome(contact=item.contact(is_expanded=False)))
        return outcomes

    def copy_contacts(self, mailbox: str, copies: Sequence[ContactCopy]) -> list[Outcome]:
        del mailbox
        outcomes = []
        for copy in copies:
            source = self.items.get(copy.source_id)
            if source is None:
                outcomes.append(Outcome(error=NotFoundError("there is none")))
                continue
            properties = {**source.properties, **copy.properties}
            self._told().item_copied(source, copy.folder_id, copy.link)
            item = self._create(copy.folder_id, properties, copy.link, source)
            outcomes.append(Outcome(contact=item.contact()))
        return outcomes

    def carry_photo(self, mailbox: str, source: Contact, target: Contact) -> None:
        """Bring a photo over; a copy has it already."""

    def trash_contacts(self, mailbox: str, trashes: Sequence[ContactTrash]) -> list[Outcome]:
        del mailbox
        outcomes = []
        for trash in trashes:
            item = self.items.get(trash.id)
            if item is None:
                outcomes.append(Outcome(error=NotFoundError("there is none")))
            elif trash.etag not in (None, f"v{item.version}"):
                outcomes.append(Outcome(error=ItemMovedOnError("it moved on")))
            else:
                self._told().item_trashed(item)
                item.trashed_by = "engine"
                self._move(item, BIN)
                if any(o.soul == item.soul and o.id != item.id for o in self.items.values()):
                    item.is_left_over = True
                outcomes.append(Outcome())
        return outcomes

    # -- helpers ---------------------------------------------------------------------------------

    def _told(self) -> ItemReferee:
        if self.referee is None:
            raise RuntimeError("nobody watches")
        return self.referee

    def _create(
        self,
        folder: str,
        properties: Mapping[str, Any],
        link: str | None,
        source: Item | None = None,
    ) -> Item:
        self._count += 1
        item_id = f"i{self._count:03}"
        now = self._clock()
        stamps = {"createdDateTime": now, "lastModifiedDateTime": now}
        item = Item(
            item_id,
            source.soul if source else f"soul-{item_id}",
            folder,
            {**_BLANK, "categories": [], **properties, **stamps},
            link,
            is_private=source.is_private if source else False,
        )
        self.items[item_id] = item
        self.souls[item_id] = item.soul
        self._log.append((folder, item_id, True))
        return item

    def _change(self, item: Item, properties: Mapping[str, Any]) -> None:
        item.properties.update(properties)
        item.properties["lastModifiedDateTime"] = self._clock()
        item.version += 1
        self._log.append((item.folder, item.id, True))

    def _move(self, item: Item, folder: str) -> None:
        self._log.append((item.folder, item.id, False))
        item.folder = folder
        item.version += 1
        if folder != BIN:
            self._log.append((folder, item.id, True))


def _as_exchange_keeps(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the server makes of a write: phones get a prefix."""
    kept = dict(properties)
    if phone := kept.get("phone"):
        kept["phone"] = PHONE_MARK + str(phone).removeprefix(PHONE_MARK)
    return kept
