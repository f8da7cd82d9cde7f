"""What an error of the C4C client means for the run."""

from __future__ import annotations

import re

from c4c_client import (
    AuthError,
    C4CError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnknownOutcomeError,
)
from contact_sync.book import Failure, FailureKind

_ANSWER = re.compile(r"C4C answered (\d{3})(?: \(code ([^,)]+))?")


def answer_of(error: C4CError) -> str:
    """Return status and code of a refusal, "" if none came; texts of C4C are never kept."""
    found = _ANSWER.search(str(error))
    return " ".join(filter(None, found.groups())) if found else ""


def of_one(error: C4CError) -> C4CError:
    """Return the error as one of this record alone: the service itself was seen to answer."""
    if isinstance(error, (AuthError, NotFoundError, ProtocolError)):
        status = answer_of(error)[:3]
        return RejectedError(str(error), http_status=int(status or 0))
    return error


def of_seen(error: C4CError) -> C4CError:
    """Return the error of a write to a record that was seen just before: it is there (I7)."""
    return of_one(error) if isinstance(error, NotFoundError) else error


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
        case C4CError():
            return Failure(FailureKind.UNAVAILABLE, detail=answer_of(error) or "no answer")
    return Failure(FailureKind.UNAVAILABLE)
