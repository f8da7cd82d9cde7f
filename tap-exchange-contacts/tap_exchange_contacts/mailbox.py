"""One pass over one mailbox: deltas of all folders, then the lookups that prove the rest.

Only reads. What may leave the mailbox is decided by `scope.py`, what an answer means by
`reading.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exchange_client import (
    CursorExpiredError,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    MailboxProblem,
)

from tap_exchange_contacts.reading import (
    Listing,
    doubtful_ids,
    is_another_mailbox,
    is_live,
    is_refused_everywhere,
    not_shown,
    strays,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exchange_client import Changes, Contact, ExchangeClient, Folder

    from tap_exchange_contacts.reading import Asked
    from tap_exchange_contacts.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The result of a complete pass.

    Attributes:
        mailbox: Address, lower case.
        live: Contacts to emit, each once.
        gone: Ids proven to be gone, sorted.
        cursors: Folder id -> where the next pass continues. Folders that vanished are not in
            it: their items have been looked up.
        full_folders: Ids of the folders that were listed in full.
        unreadable: Ids of items that exist, or may, and cannot be read, with the reason.
        plain_folders: Number of folders that the service gives no changes of.
    """

    mailbox: str
    live: list[Contact] = field(repr=False)
    gone: list[str]
    cursors: dict[str, str] = field(repr=False)
    full_folders: list[str]
    unreadable: dict[str, ExchangeError]
    plain_folders: int = 0


class MailboxPass:
    """Reads one mailbox once.

    Args:
        client: Back end.
        mailbox: Address, lower case.
        folders: The tree of contact folders.
        scope: Which contacts may leave.
        asked: What the sync store wants.
        cursors: Folder id -> cursor of the last complete pass.
    """

    def __init__(  # noqa: PLR0913 - one value of each kind, all needed
        self,
        client: ExchangeClient,
        mailbox: str,
        *,
        folders: Sequence[Folder],
        scope: Scope,
        asked: Asked,
        cursors: Mapping[str, str],
    ) -> None:
        self._client = client
        self._mailbox = mailbox
        self._folders = folders
        self._scope = scope
        self._asked = asked
        self._old_cursors = cursors
        self._managed = scope.managed(folders)
        self._listing = Listing()
        self._cursors: dict[str, str] = {}
        self._live: dict[str, Contact] = {}
        self._unreadable: dict[str, ExchangeError] = {}
        self._plain_folders = 0

    def read(self) -> Findings:
        """Read everything that changed.

        Raises:
            ExchangeError: Nothing of this pass may be used then.
        """
        if is_another_mailbox(self._asked, self._old_cursors, self._folders):
            raise MailboxError(MailboxProblem.REPLACED)
        for folder in self._folders:
            self._read_folder(folder.id)
        gone = self._look_up()
        return Findings(
            mailbox=self._mailbox,
            live=list(self._live.values()),
            gone=gone,
            cursors=self._cursors,
            full_folders=self._listing.full_folders,
            unreadable=self._unreadable,
            plain_folders=self._plain_folders,
        )

    def _read_folder(self, folder_id: str) -> None:
        try:
            changes = self._read_changes(folder_id)
        except FolderGoneError:
            # Deleted since the tree was read: its items are looked up like those of any
            # folder that vanished.
            return
        for contact in changes.contacts:
            self._take(contact)
        # What a listing passes over as unchanged may be wanted all the same.
        self._listing.seen.update(set(changes.unchanged) - self._asked.wanted)
        for contact_id, reason in changes.unreadable.items():
            self._listing.seen.add(contact_id)
            self._unreadable[contact_id] = reason
        self._plain_folders += changes.is_plain
        self._listing.removed.update(changes.removed)
        self._listing.read_folders.append(folder_id)
        if changes.is_full:
            self._listing.full_folders.append(folder_id)
        self._cursors[folder_id] = changes.cursor

    def _take(self, contact: Contact) -> None:
        # The last entry wins, also over an earlier one from another folder.
        self._live.pop(contact.id, None)
        self._unreadable.pop(contact.id, None)
        if any(folder.id == contact.folder_id for folder in self._folders):
            self._listing.seen.add(contact.id)
            self._admit(contact)
        else:
            # Gone from the folder between its change and the client's look at it.
            self._listing.seen.discard(contact.id)
            self._listing.removed.add(contact.id)

    def _read_changes(self, folder_id: str) -> Changes:
        cursor = None if self._asked.is_full_wanted else self._old_cursors.get(folder_id)
        if cursor:
            try:
                return self._client.read_changes(self._mailbox, folder_id, cursor)
            except CursorExpiredError:
                pass
        return self._client.read_changes(self._mailbox, folder_id, None)

    def _look_up(self) -> list[str]:
        """Ask for the ids in doubt and for new items; return the ids proven to be gone."""
        doubtful = doubtful_ids(self._listing, self._asked, self._old_cursors)
        # A delta shows neither the link property, which the sync must see before it takes an item
        # for new, nor whether the item was marked private since.
        unread = {
            contact_id
            for contact_id, contact in self._live.items()
            if self._asked.has_store and not contact.is_expanded
        }
        asked_for = sorted(doubtful | unread)
        if not asked_for:
            return []
        found = self._client.get_contacts(
            self._mailbox,
            asked_for,
            self._places(asked_for),
            not_shown(asked_for, self._listing, self._asked),
        )
        if is_refused_everywhere(self._asked, found):
            raise MailboxError(MailboxProblem.REPLACED)
        tree = set(self._listing.read_folders)
        if strays(found, tree):
            # A folder that was created a moment ago must not be taken for Deleted Items.
            fresh = self._client.list_folders(self._mailbox)
            tree = {folder.id for folder in fresh}
            self._managed = self._scope.managed(fresh)
        gone = []
        for contact_id in asked_for:
            self._live.pop(contact_id, None)
            contact = found[contact_id]
            if isinstance(contact, ExchangeError):
                # It may be there: nothing is said of it until it can be read again.
                self._unreadable[contact_id] = contact
            elif is_live(contact, tree):
                self._unreadable.pop(contact_id, None)
                self._admit(contact)
            elif self._is_tombstone_wanted(contact_id):
                gone.append(contact_id)
        return gone

    def _places(self, ids: Iterable[str]) -> dict[str, str | None]:
        """Return where each item was seen last."""
        return {
            contact_id: self._live[contact_id].folder_id
            if contact_id in self._live
            else self._asked.known.get(contact_id)
            for contact_id in ids
        }

    def _admit(self, contact: Contact) -> None:
        if self._asked.remembers(contact.id) or self._scope.admits(contact, self._managed):
            self._live[contact.id] = contact

    def _is_tombstone_wanted(self, contact_id: str) -> bool:
        # With a store, nobody waits for the end of an item that never took part.
        return self._asked.remembers(contact_id) or not self._asked.has_store
