"""Errors of the sync that stop a plugin: one line each, with the cause and the remedy.

Responsible for the texts that an operator sees. Must never name a person, a value of a record, a
key or a database URL (it may hold a password).

    ContactSyncError
    ├── StoreError
    │   ├── StoreUnreadableError   the database cannot be opened, read or written
    │   ├── StoreNewerError        a newer version of this software wrote the database
    │   └── StoreKeyError          the digest key is unusable
    ├── BindingError               the store belongs to another tenant
    ├── SessionLockedError         another session works on the mailbox
    ├── HoldError                  there is no such pending hold
    ├── MailboxNotKnownError       the store knows nothing of a mailbox that is to be forgotten
    ├── UnknownMailboxError        the tap read a mailbox that the mapper does not know
    └── StaleIntentError           an intent is unknown or was closed before
"""

from __future__ import annotations


class ContactSyncError(Exception):
    """Root of the errors above."""


class StoreError(ContactSyncError):
    """The sync store cannot be used."""


class StoreUnreadableError(StoreError):
    """The database cannot be opened, read or written."""

    def __init__(
        self, cause: str, remedy: str = "check the path, its permissions and the disk"
    ) -> None:
        super().__init__(f"The sync store cannot be used: {cause}. Setting sync_store: {remedy}.")


class StoreNewerError(StoreError):
    """The database has a revision that this version does not know; nothing was changed.

    Attributes:
        revision: Revision found in the database.
    """

    def __init__(self, revision: str) -> None:
        self.revision = revision
        super().__init__(
            f"The sync store was written by a newer version (revision {revision}). "
            "Update contact-sync, or point the setting sync_store to another store."
        )


class StoreKeyError(StoreError):
    """The digest key is missing where it is required, or is not a key."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"The digest key cannot be used: {cause}. Setting digest_key: {remedy}.")


class BindingError(ContactSyncError):
    """The store belongs to another tenant; nothing was read or written.

    Attributes:
        side: `exchange` or `c4c`.
    """

    def __init__(self, side: str, bound: str, found: str) -> None:
        self.side = side
        super().__init__(
            f"This sync store belongs to another {side} tenant"
            f"{_tenants(bound, found)}. Setting sync_store: use one store per pair of tenants."
        )


class SessionLockedError(ContactSyncError):
    """Another session works on a mailbox.

    Attributes:
        owner: Its `host:pid`.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        super().__init__(
            f"Another session ({owner}) is working on a mailbox of this one. "
            "Wait for its end; the lock of a session that died is taken over."
        )


class HoldError(ContactSyncError):
    """There is no pending hold of that id."""

    def __init__(self, hold_id: str) -> None:
        self.hold_id = hold_id
        super().__init__(
            f"There is no pending hold {hold_id}: it was decided, or replaced by a larger one. "
            "List the holds again."
        )


class MailboxNotKnownError(ContactSyncError):
    """The store knows nothing of a mailbox; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "The sync store knows nothing of this mailbox. Give its address as in the setting "
            "mailboxes."
        )


class UnknownMailboxError(ContactSyncError):
    """The tap read a mailbox that is not among the mapper's; nothing was sent for it."""

    def __init__(self) -> None:
        super().__init__(
            "The tap read a mailbox that the mapper does not know. "
            "Give the setting mailboxes the same value for tap and mapper."
        )


class StaleIntentError(ContactSyncError):
    """An intent is unknown or was closed before.

    Attributes:
        intent_id: The intent.
    """

    def __init__(self, intent_id: str) -> None:
        self.intent_id = intent_id
        super().__init__(f"The intent {intent_id} is unknown or was closed before.")


def _tenants(bound: str, found: str) -> str:
    """Return the two tenants for a message; none at all if one looks like an address."""
    return "" if "@" in bound + found else f" ({bound}, not {found})"
