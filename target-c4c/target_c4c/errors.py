"""What an error that ends the run says: cause, setting and remedy in one line."""

from __future__ import annotations

from c4c_client import AuthError, NotFoundError, ThrottledError, TransientError, UnknownOutcomeError
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError


def explain(error: Exception) -> FatalAPIError | RetriableAPIError:
    """Turn an error of the client into the SDK's kind, with the remedy in its text."""
    match error:
        case AuthError():
            return FatalAPIError(
                f"Cannot sign in: {error}. Check auth_method and its settings, and that the "
                "service is ticked in the user's communication arrangement."
            )
        case ThrottledError() | TransientError() | UnknownOutcomeError():
            return RetriableAPIError(
                f"C4C is not available: {error}. Check base_url and the network, or run again "
                "later."
            )
        case NotFoundError():
            return FatalAPIError(
                f"base_url: {error}. Check the service root, and the services ticked in the "
                "communication arrangement."
            )
    return FatalAPIError(f"C4C gave an unexpected answer: {error}. Check base_url and ca_file.")
