"""Refusals of the service, as it words them."""

from __future__ import annotations

from http import HTTPStatus


class ODataError(Exception):
    """The service refuses a request.

    Attributes:
        status: HTTP status.
        code: `error.code`; often empty or just `ERROR` on the real service.
        message: `error.message.value`.
        headers: Extra headers of the answer.
    """

    def __init__(
        self,
        message: str,
        status: int = HTTPStatus.BAD_REQUEST,
        code: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = int(status)
        self.code = code
        self.headers = headers or {}


def not_found(message: str = "Resource not found") -> ODataError:
    """Return the refusal for an unknown path or key."""
    return ODataError(message, HTTPStatus.NOT_FOUND)


def unknown_property(name: str) -> ODataError:
    """Return the refusal for a property name, worded as reported by c4ciseasy.com."""
    return ODataError(f"Property '{name}' not found")


def invalid_token(position: int) -> ODataError:
    """Return the refusal for a filter that does not parse, worded as in SAP KBA 2310920."""
    return ODataError(f"Invalid token detected at position {position}")


def locked(user: str) -> ODataError:
    """Return the refusal while somebody else edits the object.

    Unconfirmed: status and exact text; SAP KBA 3577788 only says that updates of one record in
    parallel fail with a lock message.
    """
    return ODataError(f"Record is locked by user {user}", HTTPStatus.BAD_REQUEST, "ERROR")
