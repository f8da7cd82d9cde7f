"""What a tenant holds: mailboxes, folders, contacts, and the log that deltas are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class Contact:
    """One Outlook contact.

    Attributes:
        immutable_id: Constant for the item's life.
        classic_id: Changes with each move.
        folder_id: Present folder; that of Deleted Items after a deletion.
        number: Position among the items ever created in the mailbox, from 1.
        properties: Stored form, see `fields.py`.
        extended: Canonical extended property id -> value.
        change_key: Differs after each change.
        changed_at: Sequence number of the last change in the mailbox.
        property_changed_at: Property name -> sequence number of its last change.
        moved_at: Sequence number of the last move or the creation.
    """

    immutable_id: str
    classic_id: str
    folder_id: str
    number: int
    properties: dict[str, Any]
    extended: dict[str, str]
    photo: bytes | None
    change_key: str
    created: datetime
    modified: datetime
    changed_at: int
    moved_at: int
    property_changed_at: dict[str, int] = field(default_factory=dict)


@dataclass
class Folder:
    """One contact folder, or Deleted Items, which is none.

    Attributes:
        parent_id: That of the two built-in folders is the mailbox's root, which is not held here.
    """

    id: str
    display_name: str
    parent_id: str


@dataclass(frozen=True)
class LogEntry:
    """One event in a folder, in the order of `sequence`.

    Attributes:
        kind: `created`, `changed`, `arrived` (by a move) or `removed`.
        contact: The item; its state is read when an answer is made.
        classic_id: The item's id of the default form at the time.
    """

    sequence: int
    at: datetime
    folder_id: str
    kind: str
    contact: Contact
    classic_id: str


@dataclass
class MasterCategory:
    """One entry of the mailbox's category list."""

    id: str
    display_name: str
    color: str


@dataclass
class Mailbox:
    """One user's mailbox.

    Attributes:
        user_id: Directory object id (GUID).
        address: User principal name, lower case.
        is_licensed: False answers as a mailbox outside Exchange Online.
        is_denied: True answers as a mailbox outside the app's scope.
        is_full: True refuses deltas, creates and updates.
        is_named_full: True refuses writes of named extended properties.
        foreign: Ids of the mailbox that was here before under the same address.
        contacts: By immutable id, those in Deleted Items included.
        aliases: Present classic id -> immutable id.
        log: Events of all folders by folder id.
        sequence: Number of the last event.
        delta_epoch: Tokens of an earlier epoch have expired.
    """

    user_id: str
    address: str
    default_folder_id: str
    deleted_folder_id: str
    is_licensed: bool = True
    is_denied: bool = False
    is_full: bool = False
    is_named_full: bool = False
    foreign: set[str] = field(default_factory=set)
    folders: dict[str, Folder] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    categories: dict[str, MasterCategory] = field(default_factory=dict)
    log: dict[str, list[LogEntry]] = field(default_factory=dict)
    sequence: int = 0
    created_count: int = 0
    delta_epoch: int = 0

    def find(self, contact_id: str) -> Contact | None:
        """Return the item with this id of either form, wherever it lies."""
        return self.contacts.get(self.aliases.get(contact_id, contact_id))

    def knows(self, any_id: str) -> bool:
        """Tell whether an id is one of an item or a folder of this mailbox."""
        return self.find(any_id) is not None or any_id in self.folders

    def is_deleted_folder(self, folder_id: str) -> bool:
        """Tell whether a folder is Deleted Items or lies in it."""
        at = folder_id
        while at in self.folders and at != self.deleted_folder_id:
            at = self.folders[at].parent_id
        return at == self.deleted_folder_id

    def child_folders(self, parent_id: str) -> list[Folder]:
        """Return the folders directly below a folder, in order of creation."""
        return [folder for folder in self.folders.values() if folder.parent_id == parent_id]

    def contacts_in(self, folder_id: str) -> list[Contact]:
        """Return the items of one folder, in order of creation."""
        return [item for item in self.contacts.values() if item.folder_id == folder_id]
