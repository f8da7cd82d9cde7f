"""Answers that refuse a request, in Graph's error form.

    GraphError            status, code, message, headers

Each function below names one situation, so that handlers read as rules. Codes are those of the
Graph error pages; `docs/emulators.md` lists the situations.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class GraphError(Exception):
    """A request refused by the service.

    Attributes:
        status: HTTP status.
        code: `error.code`.
        message: `error.message`.
        headers: Extra response headers, such as `Retry-After`.
    """

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


def bad_request(message: str, code: str = "ErrorInvalidRequest") -> GraphError:
    """Return a 400 for a request that can never succeed as it is."""
    return GraphError(400, code, message)


def invalid_property(name: str) -> GraphError:
    """Return the 400 for a property that is read-only or unknown."""
    return GraphError(400, "ErrorInvalidPropertySet", f"The property '{name}' cannot be set.")


def too_many(name: str, limit: int) -> GraphError:
    """Return the 400 for a list longer than its slots (docs-contrib issue 560)."""
    text = f"The number of entries in {name} exceeds the max allowed value of {limit}."
    return GraphError(400, "ErrorInvalidRequest", text)


def malformed_id() -> GraphError:
    """Return the 400 for an id that no service ever issued."""
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def unauthorized(message: str) -> GraphError:
    """Return the 401 for a missing, unknown or expired token."""
    headers = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}
    return GraphError(401, "InvalidAuthenticationToken", message, headers)


def access_denied() -> GraphError:
    """Return the 403 for a missing role or a mailbox outside the app's scope."""
    text = "Access is denied. Check credentials and try again."
    return GraphError(403, "ErrorAccessDenied", text)


def quota_exceeded() -> GraphError:
    """Return the 403 of a full mailbox; deltas need room for their state (issue 5730)."""
    return GraphError(403, "ErrorQuotaExceeded", "The mailbox quota has been exceeded.")


def item_not_found() -> GraphError:
    """Return the 404 for an item or folder that is not there."""
    text = "The specified object was not found in the store."
    return GraphError(404, "ErrorItemNotFound", text)


def foreign_id(answer: str) -> GraphError:
    """Return the refusal of an id that belongs to another mailbox.

    Args:
        answer: Code and status, as the switch `foreign_id` has them.
    """
    code, _, status = answer.partition(" ")
    text = "The item Id doesn't belong to the targeted mailbox."
    return GraphError(int(status), code, text)


def cannot_delete() -> GraphError:
    """Return the 403 for an item that is deleted already (msgraph-sdk-dotnet issue 3047)."""
    return GraphError(403, "ErrorCannotDeleteObject", "The object cannot be deleted.")


def named_properties_exceeded() -> GraphError:
    """Return the 403 of a mailbox without room for named properties (docs issue 12767)."""
    return GraphError(403, "ErrorQuotaExceeded", "Cannot get ID from name.")


def sync_folder_not_found() -> GraphError:
    """Return the 404 for a delta of a folder that is gone."""
    text = "The specified folder could not be found in the store."
    return GraphError(404, "ErrorSyncFolderNotFound", text)


def unknown_user(user: str) -> GraphError:
    """Return the 404 for a user that is not in the tenant; its code depends on the form used."""
    if "@" in user:
        return GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
    text = "Resource does not exist or one of its queried references is not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def no_mailbox() -> GraphError:
    """Return the 404 for a user without an Exchange Online mailbox."""
    text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return GraphError(404, "MailboxNotEnabledForRESTAPI", text)


def folder_exists() -> GraphError:
    """Return the 409 for a folder name that is taken below the same parent."""
    text = "A folder with the specified name already exists."
    return GraphError(409, "ErrorFolderExists", text)


def conflict() -> GraphError:
    """Return the 412 for a version that is not the present one."""
    text = "The send or update operation could not be performed because the change key passed "
    text += "in the request does not match the current change key for the item."
    return GraphError(412, "ErrorIrresolvableConflict", text)


def throttled(retry_after: str) -> GraphError:
    """Return the 429 for more than four requests at a time for one mailbox.

    Args:
        retry_after: Seconds; the real service also sends decimals.
    """
    text = "Application is over its MailboxConcurrency limit."
    return GraphError(429, "ApplicationThrottled", text, {"Retry-After": retry_after})
