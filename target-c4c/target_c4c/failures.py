"""What an error of the C4C client means for the run."""

from __future__ import annotations

from c4c_client import (
    AuthError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
)
from contact_sync.book import Failure, FailureKind


def classify(error: Exception) -> Failure:
    """Sort an error; everything that is not known to be passing or of one record is fatal."""
    match error:
        case UnknownOutcomeError():
            return Failure(FailureKind.UNKNOWN)
        case RejectedError(code=code, http_status=status, property_name=name):
            fields = (name,) if name else ()
            return Failure(FailureKind.REJECTED, fields, f"{status} {code}".strip())
        case NotFoundError():
            return Failure(FailureKind.GONE)
        case AuthError() | ProtocolError():
            return Failure(FailureKind.FATAL)
    return Failure(FailureKind.UNAVAILABLE)
