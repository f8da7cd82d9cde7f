"""What can go wrong between us and C4C, grouped by what the caller should do next.

    C4CError
    ├── ThrottledError            wait `retry_after_seconds`, then send again
    ├── TransientError            send again later (server busy, record locked)
    ├── PreconditionFailedError   read the record again, decide anew
    ├── NotFoundError             the key is not (or no longer) there
    ├── RejectedError             this record only: C4C refused its content
    ├── AuthError                 stop: credentials, or rights of the user
    ├── ProtocolError             stop: the answer is not what this client understands
    │   └── IncompleteListingError    what a listing lacks proves nothing
    └── UnknownOutcomeError       a write was sent, its answer was lost: look before repeating

Messages hold statuses, error codes and property names, never values, bodies or URLs with
queries: C4C repeats record content in its error texts.
"""

from __future__ import annotations


class C4CError(Exception):
    """Root of all errors this package raises on purpose.

    Attributes:
        is_everybodys: C4C was asked whether it takes anything of the kind, and does not: it is no
            trouble of single records.
    """

    is_everybodys = False


class ThrottledError(C4CError):
    """C4C asked us to slow down and kept doing so.

    Attributes:
        retry_after_seconds: What the server asked for; None if it named no time.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TransientError(C4CError):
    """Nothing was changed, and the same request may succeed later."""


class PreconditionFailedError(C4CError):
    """The record changed since the version named in `If-Match` (HTTP 412)."""


class NotFoundError(C4CError):
    """The record, collection or type asked for by key does not exist."""


class RejectedError(C4CError):
    """C4C understood the request and refused it; sending it again is pointless.

    Attributes:
        code: Error code of C4C, "" if it gave none that is safe to show.
        http_status: HTTP status of the answer or of the part of a batch.
        property_name: The property C4C complained about, None if it named none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        http_status: int = 400,
        property_name: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = http_status
        self.property_name = property_name


class AuthError(C4CError):
    """Credentials were refused, or the user lacks a right or a ticked service."""


class ProtocolError(C4CError):
    """The answer cannot be C4C's OData V2 as this client knows it."""


class IncompleteListingError(ProtocolError):
    """The pages of a listing repeat rows or fall short: what they lack may well be there."""


class UnknownOutcomeError(C4CError):
    """A write left this machine and its answer never came; it may have happened or not."""
