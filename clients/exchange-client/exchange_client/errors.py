"""Everything that can go wrong, grouped by what the caller should do about it.

Messages carry codes, status and request ids. They never carry names, addresses, ids of
people, URLs or server texts, since those may hold personal data.

    ExchangeError
    ├── ThrottledError           wait `retry_after_seconds`, then run again
    ├── TransientError           run again later; nothing was written
    ├── PreconditionFailedError  the item moved on: re-read, re-merge, write again
    ├── NotFoundError            this item does not exist (any more)
    ├── RejectedError            this record only: data the server refuses
    ├── AuthError                nothing works until somebody acts on the remedy
    ├── MailboxError             this mailbox only; `reason` has the cause, the text the remedy
    ├── CursorExpiredError       read the folder again from the start (`cursor=None`)
    ├── FolderGoneError          the folder does not exist any more
    ├── ProtocolError            the server answered something that is not the protocol
    └── UnknownOutcomeError      a write was sent, its answer is lost: look before repeating
"""

from __future__ import annotations

import enum


class ExchangeError(Exception):
    """Root of the tree.

    Attributes:
        code: The service's error code (`ErrorItemNotFound`, `AADSTS7000215`), or our own
            snake_case code where the service gave none.
        status: HTTP status, None when there was no answer.
        request_id: The service's id of the failed request, for a support case.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        facts = [
            f"{name} {value}"
            for name, value in (("code", code), ("status", status), ("request-id", request_id))
            if value
        ]
        super().__init__(f"{message} ({', '.join(facts)})" if facts else message)
        self.code = code
        self.status = status
        self.request_id = request_id


class ThrottledError(ExchangeError):
    """The service asked to slow down for longer than this client waits by itself.

    Attributes:
        retry_after_seconds: How long to stay quiet.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float,
        code: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.retry_after_seconds = retry_after_seconds


class TransientError(ExchangeError):
    """The service or the network failed in spite of retries; nothing was written."""


class PreconditionFailedError(ExchangeError):
    """The item is not in the version the write was made for (412, irresolvable conflict)."""


class NotFoundError(ExchangeError):
    """The addressed item does not exist."""


class RejectedError(ExchangeError):
    """The service refuses this record as it is; sending it again is useless."""


class AuthError(ExchangeError):
    """No token, or a token the service does not accept. The message says what to do."""


class MailboxProblem(enum.Enum):
    """Why a mailbox cannot be used, or cannot be written to."""

    UNKNOWN = "unknown"
    UNLICENSED = "unlicensed"
    DENIED = "denied"
    FULL = "full"
    NAMED_PROPERTIES = "named_properties"
    REPLACED = "replaced"
    UNAVAILABLE = "unavailable"


_MAILBOX_REMEDIES = {
    MailboxProblem.UNKNOWN: "no such user: check the mailbox address",
    MailboxProblem.UNLICENSED: "the user has no Exchange Online mailbox: assign a licence",
    MailboxProblem.DENIED: "access denied: grant the app the permission Contacts.ReadWrite, "
    "or include the mailbox in its Exchange RBAC scope",
    MailboxProblem.FULL: "the mailbox is full: make room in it, or raise its quota",
    MailboxProblem.NAMED_PROPERTIES: "the mailbox can take no more named properties: move it to "
    "another database, or ask Microsoft's support to raise that quota",
    MailboxProblem.REPLACED: "another mailbox has taken its place: approve or reject its hold",
    MailboxProblem.UNAVAILABLE: "the service does not serve this mailbox: try again later, or "
    "check it in the Exchange admin centre",
}


class MailboxError(ExchangeError):
    """One mailbox cannot be used; others may.

    Attributes:
        reason: Why.
    """

    def __init__(
        self,
        reason: MailboxProblem,
        *,
        code: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(_MAILBOX_REMEDIES[reason], code=code, status=status, request_id=request_id)
        self.reason = reason


class CursorExpiredError(ExchangeError):
    """The stored cursor is not accepted any more; nothing is known about removals."""


class FolderGoneError(ExchangeError):
    """The folder was deleted; this says nothing about the items that were in it."""


class ProtocolError(ExchangeError):
    """An answer that no promise of the protocol covers: foreign links, broken JSON, redirects."""


class UnknownOutcomeError(ExchangeError):
    """A write was sent, its answer did not arrive: it may have happened. Never just repeat it."""


def mailbox_error(error: ExchangeError) -> MailboxError:
    """Restate an error that hit a mailbox as a whole, so that other mailboxes can go on.

    Raises:
        AuthError: Nothing works for any mailbox.
    """
    if isinstance(error, AuthError):
        raise error
    if isinstance(error, MailboxError):
        return error
    return MailboxError(
        MailboxProblem.UNAVAILABLE,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
    )
