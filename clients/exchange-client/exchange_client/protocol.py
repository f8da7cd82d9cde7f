"""The seam between the sync and Exchange: what every back end promises.

Nothing here belongs to Microsoft Graph; a back end for on-premises servers (EWS) fits behind it.
All methods raise `AuthError`, `MailboxError`, `ThrottledError`, `TransientError` and
`ProtocolError` as their class texts say. The writing methods put them into the outcomes instead,
so that what was already written is never lost. Whose trouble a refusal is, is asked, not guessed:
a `MailboxError` is about the whole mailbox, any other error of an outcome about that item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from exchange_client.model import (
        Changes,
        Contact,
        ContactCopy,
        ContactCreate,
        ContactTrash,
        ContactUpdate,
        Folder,
        Found,
        Outcome,
    )


class ExchangeClient(Protocol):
    """Contacts of the mailboxes of one tenant. `mailbox` is an SMTP address or a user id."""

    @property
    def identity(self) -> str:
        """Tenant id or domain, lower case."""

    def check_mailbox(self, mailbox: str) -> None:
        """Read next to nothing from the mailbox, to learn whether it can be used."""

    def list_folders(self, mailbox: str) -> list[Folder]:
        """Give the whole tree of contact folders, the default folder first."""

    def find_folder(self, mailbox: str, folder_id: str, tree: Collection[str]) -> Folder | None:
        """Read a folder by its id; None only where it is proven to be no contact folder any more.

        Args:
            mailbox: Whose it is.
            folder_id: The folder.
            tree: Ids of folders known to be contact folders, the default one among them.
        """

    def create_folder(self, mailbox: str, display_name: str) -> Folder:
        """Create a folder below the default one, or give the one that has this name already."""

    def list_categories(self, mailbox: str) -> list[str] | None:
        """Give the names of the master categories; None where they cannot be had."""

    def create_category(self, mailbox: str, name: str) -> None:
        """Add a master category; one that exists under this name (in any case) will do."""

    def read_changes(self, mailbox: str, folder_id: str, cursor: str | None) -> Changes:
        """Read what changed in a folder since `cursor`; None or empty reads everything.

        Raises:
            CursorExpiredError: Call again without a cursor.
            FolderGoneError: The folder does not exist any more.
        """

    def list_contacts(self, mailbox: str, folder_id: str) -> Iterator[Contact]:
        """Yield the contacts of one folder, expanded.

        Raises:
            FolderGoneError: The folder does not exist any more.
        """

    def get_contacts(
        self,
        mailbox: str,
        ids: Sequence[str],
        folders: Mapping[str, str | None] | None = None,
        removed: Collection[str] = frozenset(),
    ) -> dict[str, Found]:
        """Read contacts by id, wherever they sit, expanded.

        Args:
            mailbox: Whose they are.
            ids: The contacts.
            folders: Id -> folder it was last seen in, where that is known.
            removed: Ids that their folders, as just read, do not show any more. Of any other one
                that is not found its folder is listed, for the proof.

        Returns:
            One entry per id. None only where the service proved that the item does not exist; an
            error where this very item cannot be read. What hits the whole mailbox raises.
        """

    def create_contacts(self, mailbox: str, creates: Sequence[ContactCreate]) -> list[Outcome]:
        """Create contacts. After `UnknownOutcomeError`, look with `find_by_link` first."""

    def update_contacts(self, mailbox: str, updates: Sequence[ContactUpdate]) -> list[Outcome]:
        """Change contacts; the outcome holds the whole contact as read back."""

    def copy_contacts(self, mailbox: str, copies: Sequence[ContactCopy]) -> list[Outcome]:
        """Create contacts that carry all data of their sources, photo included."""

    def carry_photo(self, mailbox: str, source: Contact, target: Contact) -> None:
        """Give a contact another one's photo, unless it has one or there is none.

        Raises:
            ExchangeError: It could not be carried over.
        """

    def trash_contacts(self, mailbox: str, trashes: Sequence[ContactTrash]) -> list[Outcome]:
        """Put contacts into Deleted Items; never deletes for good."""

    def find_by_link(self, mailbox: str, folder_id: str, link: str) -> list[Contact]:
        """Give the contacts of a folder that carry exactly this link, expanded.

        Raises:
            FolderGoneError: The folder does not exist any more.
        """
