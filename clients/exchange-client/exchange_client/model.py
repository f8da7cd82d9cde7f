"""What goes into and comes out of an `ExchangeClient`.

Values only: no behaviour, nothing of one back end. Personal values stay out of every `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from exchange_client.errors import ExchangeError


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One contact folder of a mailbox.

    Attributes:
        id: Constant, also when the folder is renamed or moved.
        display_name: As the user sees it; localised for the default folder.
        parent_id: Folder above; None where the service does not say.
        is_default: Whether this is the mailbox's own Contacts folder.
    """

    id: str
    display_name: str = field(repr=False)
    parent_id: str | None
    is_default: bool


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One Outlook contact as it was read, or as the server gave it back after a write.

    Attributes:
        id: Immutable id; survives moves within the mailbox, case-sensitive.
        folder_id: Folder the contact sits in now.
        version: Change key, new with every change of the item.
        etag: What a later write sends as `If-Match`; None when the server gave none.
        properties: Graph v1.0 names and shapes (`givenName`, `emailAddresses`,
            `businessAddress`, `lastModifiedDateTime`, ...), without `@odata` keys.
        link: Value of the link property. After a write: the value just written.
        is_private: Whether the owner marked it private or confidential.
        is_expanded: Whether `link` and `is_private` were read. When False, a `link` of
            None and an `is_private` of False mean "not asked for".
    """

    id: str
    folder_id: str
    version: str
    etag: str | None
    properties: dict[str, Any] = field(repr=False)
    link: str | None = None
    is_private: bool = False
    is_expanded: bool = False


#: What a look by id finds: the contact, the proof that there is none, or why it cannot be read.
Found: TypeAlias = Contact | ExchangeError | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What happened in one folder since a cursor.

    Attributes:
        contacts: Items that are in the folder, each once, in no particular order.
        removed: Ids that the service reports as gone from the folder. A hint, no proof:
            the item may have been moved, ask for it by id.
        cursor: Where the next call continues; store it after the contents. Empty: there
            is none, the next call reads everything again.
        is_full: Whether `contacts`, `unchanged` and `unreadable` are the folder's whole content.
        unreadable: Items that are in the folder and cannot be read, and why.
        unchanged: Ids that a listing showed in the version of the last one.
        is_plain: Whether the folder was listed because the service gives no changes of it.
    """

    contacts: list[Contact]
    removed: list[str]
    cursor: str = field(repr=False)
    is_full: bool
    unreadable: dict[str, ExchangeError] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    is_plain: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactCreate:
    """A contact to create in `folder_id`.

    Attributes:
        folder_id: Target folder.
        properties: Writable properties, Graph names and shapes.
        link: Written in the same call; None for none.
        is_alone: Whether it is sent in a batch of its own: the last one got no answer.
    """

    folder_id: str
    properties: dict[str, Any] = field(repr=False)
    link: str | None = None
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactUpdate:
    """Properties to change on one contact; all others stay.

    Attributes:
        id: Contact.
        properties: Changed properties only. Lists and addresses replace what is there.
        etag: Version seen; None to write without a check.
        link: New link; None leaves the link as it is.
        folder_id: Folder it was seen in; None if that is not known.
        is_alone: As for a create.
    """

    id: str
    properties: dict[str, Any] = field(repr=False)
    etag: str | None
    link: str | None = None
    folder_id: str | None = None
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactCopy:
    """A contact to create in another folder from one that exists.

    Attributes:
        source_id: Contact to read; it stays as it is.
        folder_id: Target folder.
        properties: Overrides of the source's properties.
        link: Link of the copy; the source's own link is not carried over.
        source_folder_id: Folder the source was seen in; None if that is not known.
        is_alone: As for a create.
    """

    source_id: str
    folder_id: str
    properties: dict[str, Any] = field(repr=False)
    link: str | None = None
    source_folder_id: str | None = None
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactTrash:
    """A contact to put into Deleted Items.

    Attributes:
        id: Contact.
        etag: Version seen; None to delete without a check.
        folder_id: Folder it was seen in; None if that is not known.
        is_alone: As for a create.
    """

    id: str
    etag: str | None
    folder_id: str | None = None
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one write; lists of outcomes keep the order of the input.

    Attributes:
        contact: The contact as the server gave it back. None for trashed contacts and failures.
        error: Why it failed. A copy whose photo could not be carried over has both: the
            contact exists, the error says what is missing.
    """

    contact: Contact | None = None
    error: ExchangeError | None = None
