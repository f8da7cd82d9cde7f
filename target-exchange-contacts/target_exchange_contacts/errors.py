"""What an error that ends the run says: cause, setting and remedy in one line."""

from __future__ import annotations

from exchange_client import (
    AuthError,
    FolderGoneError,
    MailboxError,
    NotFoundError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

_PASSING = (ThrottledError, TransientError, UnknownOutcomeError, FolderGoneError, NotFoundError)


def explain(error: Exception) -> FatalAPIError | RetriableAPIError:
    """Turn an error of the client into the SDK's kind, with the remedy in its text."""
    if isinstance(error, AuthError):
        return FatalAPIError(
            f"Cannot sign in: {error}. Check tenant_id, client_id, cloud and the credential "
            "(client_secret, certificate_file or device_code)."
        )
    if isinstance(error, MailboxError):
        return FatalAPIError(
            f"A mailbox cannot be written to: {error}. Or correct the setting mailboxes of tap "
            "and mapper."
        )
    if isinstance(error, _PASSING):
        return RetriableAPIError(
            f"Exchange is not available: {error}. Check authority_url, graph_url and the network, "
            "or run again later."
        )
    return FatalAPIError(f"Exchange gave an unexpected answer: {error}")
