"""What an error of the Exchange client means for the run."""

from __future__ import annotations

from contact_sync.book import Failure, FailureKind
from exchange_client import (
    AuthError,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
)


def classify(error: Exception) -> Failure:
    """Sort an error; everything that is not known to be passing or of one item is fatal."""
    code = error.code if isinstance(error, ExchangeError) else ""
    match error:
        case UnknownOutcomeError():
            return Failure(FailureKind.UNKNOWN)
        case RejectedError():
            return Failure(FailureKind.REJECTED, detail=code)
        case NotFoundError():
            return Failure(FailureKind.GONE)
        case AuthError() | MailboxError() | ProtocolError():
            return Failure(FailureKind.FATAL)
        case FolderGoneError():
            return Failure(FailureKind.UNAVAILABLE, detail=code)
    return Failure(FailureKind.UNAVAILABLE, detail=code)
