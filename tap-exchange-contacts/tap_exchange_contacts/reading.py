"""What a pass over a mailbox has to ask for, and what the answers mean. Pure.

Decides which ids must be asked for by GET and whether an item is live or gone. A tombstone rests
on such an answer alone: never on a removal that a delta reported, on a short page, or on a
folder that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exchange_client import Contact, ExchangeError, mailbox_error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from typing import TypeGuard

    from exchange_client import Folder, Found

#: What a mailbox says to an id that is none of its own.
_FOREIGN_IDS = frozenset({"errorinvalidmailboxitemid", "errorinvalididmalformed"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the sync store wants of one mailbox; without a store, nothing.

    Attributes:
        has_store: Whether a store answered at all.
        known: Contact id -> id of the folder it was last seen in (None: not known).
        wanted: Ids that must be read even if nothing changed.
        folder_ids: Managed folders remembered by id.
        is_full_wanted: Whether everything is to be read again.
    """

    has_store: bool = False
    known: Mapping[str, str | None] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()
    folder_ids: frozenset[str] = frozenset()
    is_full_wanted: bool = False

    def remembers(self, contact_id: str) -> bool:
        """Whether the sync has dealt with the item, wherever it is by now."""
        return contact_id in self.known or contact_id in self.wanted


@dataclass(kw_only=True)
class Listing:
    """What the folders of one mailbox reported in this run.

    Attributes:
        seen: Every id that was reported as present, in scope or not.
        removed: Ids that a folder reported as gone from it.
        read_folders: Folders that were read to the end.
        full_folders: Those of them whose whole content was listed.
    """

    seen: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    read_folders: list[str] = field(default_factory=list)
    full_folders: list[str] = field(default_factory=list)


def doubtful_ids(listing: Listing, asked: Asked, cursors: Collection[str]) -> set[str]:
    """Return the ids whose whereabouts the listing leaves open.

    Args:
        listing: What was read.
        asked: What the store knows.
        cursors: Ids of the folders that had a cursor when the run began.
    """
    # A full listing reports no removals: what was remembered in that folder and did not show up
    # may be gone. Items of unknown folder are looked up whenever anything was listed in full.
    searched: set[str | None] = set(listing.full_folders)
    if listing.full_folders:
        searched.add(None)
    remembered = {folder for folder in asked.known.values() if folder is not None}
    searched |= (remembered | set(cursors)) - set(listing.read_folders)
    missing = {contact_id for contact_id, folder in asked.known.items() if folder in searched}
    # Removals of items the store does not know are followed as well: an item that was dragged
    # into a managed folder may be reported by the folder it left, and by no other.
    return (listing.removed | missing | asked.wanted) - listing.seen


def not_shown(ids: Iterable[str], listing: Listing, asked: Asked) -> set[str]:
    """Return those of the ids that their folders, as read in this run, do not show any more."""
    absent = {i for i, folder in asked.known.items() if folder in listing.full_folders}
    return ((listing.removed | absent) - listing.seen).intersection(ids)


def is_another_mailbox(asked: Asked, cursors: Collection[str], tree: Iterable[Folder]) -> bool:
    """Whether another mailbox answers under the address of the one that the store knows.

    No mailbox loses its default folder, and every complete pass has a cursor of it.

    Args:
        asked: What the store knows.
        cursors: Ids of the folders that had a cursor when the run began.
        tree: The folders that are there now.
    """
    is_known = bool(asked.known or asked.folder_ids)
    return is_known and bool(cursors) and {folder.id for folder in tree}.isdisjoint(cursors)


def is_refused_everywhere(asked: Asked, found: Mapping[str, Found]) -> bool:
    """Whether every known id is called one of another mailbox, or of none.

    Items that are merely not found may have been deleted by their user.
    """
    answers = [found.get(contact_id) for contact_id in asked.known if contact_id in found]
    refusals = [answer for answer in answers if isinstance(answer, ExchangeError)]
    return (
        bool(refusals)
        and len(answers) == len(asked.known)
        and not any(isinstance(answer, Contact) for answer in answers)
        and all(error.code.lower() in _FOREIGN_IDS for error in refusals)
    )


def is_live(found: Contact | None, tree: Collection[str]) -> TypeGuard[Contact]:
    """Whether the answer to a GET shows an item that its owner still has among the contacts.

    Args:
        found: The item; None when the service proved that it does not exist.
        tree: Ids of all contact folders. Deleted Items is none of them.
    """
    return found is not None and found.folder_id in tree


def strays(found: Mapping[str, Found], tree: Collection[str]) -> bool:
    """Whether an item sits in a folder that the tree does not have.

    Such a folder is Deleted Items, or a contact folder that is younger than the tree.
    """
    return any(
        isinstance(contact, Contact) and contact.folder_id not in tree for contact in found.values()
    )


def folder_record(mailbox: str, folder: Folder) -> dict[str, Any]:
    """Give the record of a contact folder."""
    return {
        "mailbox": mailbox,
        "id": folder.id,
        "displayName": folder.display_name,
        "parentFolderId": folder.parent_id,
        "isDefault": folder.is_default,
    }


def contact_record(mailbox: str, contact: Contact) -> dict[str, Any]:
    """Give the record of a live contact."""
    return {
        **contact.properties,
        "mailbox": mailbox,
        "id": contact.id,
        "changeKey": contact.version,
        "parentFolderId": contact.folder_id,
        "syncLink": contact.link if contact.is_expanded else None,
        "syncLinkRead": contact.is_expanded,
        "isPrivate": contact.is_private if contact.is_expanded else None,
    }


def tombstone(mailbox: str, contact_id: str, deleted_at: datetime) -> dict[str, Any]:
    """Give the record of a contact that is gone."""
    return {"mailbox": mailbox, "id": contact_id, "_sdc_deleted_at": deleted_at.isoformat()}


def problem(mailbox: str, contact_id: str, error: ExchangeError) -> dict[str, Any]:
    """Give the record of what cannot be read: an item, or with an empty id the mailbox itself."""
    status = "" if error.status is None else str(error.status)
    return {
        "mailbox": mailbox,
        "id": contact_id,
        "problem": "unreadable" if contact_id else mailbox_error(error).reason.value,
        "detail": f"{status} {error.code}".strip(),
    }
