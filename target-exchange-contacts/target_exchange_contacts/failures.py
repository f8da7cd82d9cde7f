"""What an error of the Exchange client means for the run."""

from __future__ import annotations

from http import HTTPStatus

from contact_sync.book import Failure, FailureKind
from exchange_client import (
    AuthError,
    ExchangeError,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
)


def classify(error: Exception) -> Failure:
    """Sort an error; everything that is not known to be passing or of one item is fatal."""
    code = error.code if isinstance(error, ExchangeError) else ""
    status = error.status if isinstance(error, ExchangeError) else None
    detail = f"{status or ''} {code}".strip()
    match error:
        case UnknownOutcomeError():
            return Failure(FailureKind.UNKNOWN)
        case RejectedError():
            is_denied = status == HTTPStatus.FORBIDDEN
            kind = FailureKind.DENIED if is_denied else FailureKind.REJECTED
            return Failure(kind, detail=detail)
        case NotFoundError():
            return Failure(FailureKind.GONE)
        case MailboxError(reason=reason):
            is_denied = reason is MailboxProblem.DENIED
            kind = FailureKind.DENIED if is_denied else FailureKind.MAILBOX
            return Failure(kind, detail=detail, code=_WRITE_CODES[reason])
        case AuthError() | ProtocolError():
            return Failure(FailureKind.FATAL)
    return Failure(FailureKind.UNAVAILABLE, detail=detail)


#: What a refused write says of a mailbox; whether it can be read, stage 1 finds out.
_WRITE_CODES = {
    MailboxProblem.UNKNOWN: "mailbox_unknown",
    MailboxProblem.UNLICENSED: "mailbox_unlicensed",
    MailboxProblem.DENIED: "mailbox_not_writable",
    MailboxProblem.FULL: "mailbox_full",
    MailboxProblem.NAMED_PROPERTIES: "mailbox_named_properties",
    MailboxProblem.REPLACED: "mailbox_replaced",
    MailboxProblem.UNAVAILABLE: "mailbox_not_writable",
}
