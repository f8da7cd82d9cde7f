"""Turns answers into values or into the errors of `errors.py`; the code tables live here.

Sources: Graph docs, "Error responses"; codes as seen by clients in use (Corso, Evolution).
Codes differ in case between texts and wire, so they are compared in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from exchange_client import json_text
from exchange_client.errors import (
    AuthError,
    ExchangeError,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
)
from exchange_client.retry import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

# Codes and ids of requests go into messages, so nothing else may pass for one.
_SAFE = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")

_MAILBOX_PROBLEMS = {
    "mailboxnotenabledforrestapi": MailboxProblem.UNLICENSED,
    "errorinvaliduser": MailboxProblem.UNKNOWN,
    "request_resourcenotfound": MailboxProblem.UNKNOWN,
    "resourcenotfound": MailboxProblem.UNKNOWN,
    "erroraccessdenied": MailboxProblem.DENIED,
}
_QUOTA_CODE = "errorquotaexceeded"
# "Cannot get ID from name.": not the mailbox is full, but its table of named properties is
# (msgraph-sdk-java issues 764, 765, 767). The code is the same, so the text has to tell.
_NAMED_PROPERTIES_TEXT = "id from name"
# 403, but about the item: one that is deleted already, with immutable ids, is no trouble of the
# mailbox (msgraph-sdk-dotnet issue 3047).
_ITEM_REFUSED = "errorcannot"
_CANNOT_DELETE_CODE = "errorcannotdeleteobject"
ITEM_NOT_FOUND_CODE = "erroritemnotfound"
_FOLDER_GONE_CODES = frozenset({ITEM_NOT_FOUND_CODE, "errorsyncfoldernotfound"})
_FOREIGN_ID_CODES = frozenset({"errorinvalidmailboxitemid", "errorinvalididmalformed"})
_STATE_LOST_CODES = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid"})

_Kind = tuple[type[ExchangeError], str]
_OTHER_VERSION: _Kind = (PreconditionFailedError, "the item is in another version")
_NOT_FOUND: _Kind = (NotFoundError, "not found")
_SERVICE_FAILED: _Kind = (TransientError, "the service failed")
_KIND_BY_CODE: dict[str, _Kind] = {"errorirresolvableconflict": _OTHER_VERSION}
_KIND_BY_STATUS: dict[int, _Kind] = {
    HTTPStatus.UNAUTHORIZED: (
        AuthError,
        "the token was refused: check the app's permissions and tenant",
    ),
    HTTPStatus.NOT_FOUND: _NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: _SERVICE_FAILED,
    HTTPStatus.GONE: _NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED: _OTHER_VERSION,
    HTTPStatus.FAILED_DEPENDENCY: _SERVICE_FAILED,
}


@dataclass(frozen=True)
class Failure:
    """The facts of an answer that is no success; never its text."""

    status: int
    code: str
    request_id: str | None
    retry_after_seconds: float | None
    is_about_names: bool = False


def parse_object(content: bytes) -> dict[str, Any]:
    """Decode a JSON object; control characters inside strings are tolerated (seen in notes).

    Raises:
        ProtocolError: Not a JSON object.
    """
    try:
        value = json_text.loads(content.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        # The decoder's message quotes the document.
        raise ProtocolError("the answer is no JSON") from None
    if not isinstance(value, dict):
        raise ProtocolError("the answer is no JSON object")
    return value


def safe(text: object) -> str:
    """Give a code or id if it looks like one, else ""."""
    return text if isinstance(text, str) and _SAFE.fullmatch(text) else ""


def failure_of(status: int, headers: Mapping[str, str], body: object) -> Failure:
    """Pick code and request id out of a Graph error body of any shape."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    inner = error.get("innerError") or error.get("innererror")
    inner = inner if isinstance(inner, dict) else {}
    lowered = {name.lower(): value for name, value in headers.items()}
    request_id = lowered.get("request-id") or inner.get("request-id")
    return Failure(
        status=status,
        code=safe(error.get("code")),
        request_id=safe(request_id) or None,
        retry_after_seconds=parse_retry_after(headers),
        is_about_names=_NAMED_PROPERTIES_TEXT in str(error.get("message")).lower(),
    )


def error_for(failure: Failure) -> ExchangeError:
    """Choose the error that tells the caller how to go on."""
    facts: dict[str, Any] = {
        "code": failure.code,
        "status": failure.status,
        "request_id": failure.request_id,
    }
    code, status = failure.code.lower(), failure.status
    wait = failure.retry_after_seconds
    is_forbidden = status == HTTPStatus.FORBIDDEN
    if is_forbidden and code == _QUOTA_CODE:
        is_names = failure.is_about_names
        problem = MailboxProblem.NAMED_PROPERTIES if is_names else MailboxProblem.FULL
        return MailboxError(problem, **facts)
    if is_forbidden and code.startswith(_ITEM_REFUSED):
        return RejectedError("the service refuses to do that to this item", **facts)
    if code in _MAILBOX_PROBLEMS or is_forbidden:
        problem = _MAILBOX_PROBLEMS.get(code, MailboxProblem.DENIED)
        return MailboxError(problem, **facts)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None
    ):
        return ThrottledError("the service asked to wait", retry_after_seconds=wait or 0.0, **facts)
    # The code goes first: the conflict comes with changing statuses.
    kind, text = _KIND_BY_CODE.get(code) or _KIND_BY_STATUS.get(status) or _kind_by_class(status)
    return kind(text, **facts)


def _kind_by_class(status: int) -> _Kind:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _SERVICE_FAILED
    if status >= HTTPStatus.BAD_REQUEST:
        return RejectedError, "the service refused the request"
    return ProtocolError, "unexpected answer; redirects are not followed"


def is_proven_absent(error: ExchangeError) -> bool:
    """Whether the service said that this very item does not exist.

    A bare 404 is no proof: it can come from a gateway or from a wrong mailbox.
    """
    return (
        isinstance(error, NotFoundError)
        and error.status == HTTPStatus.NOT_FOUND
        and error.code.lower() == ITEM_NOT_FOUND_CODE
    )


def is_foreign_id(error: ExchangeError) -> bool:
    """Whether an id that the service once gave is said to be none of this mailbox.

    The status is not documented: 404 and 400 are expected (msal-js issue 7264).
    """
    return error.code.lower() in _FOREIGN_ID_CODES


def may_be_gone(error: ExchangeError) -> bool:
    """Whether a DELETE was refused as one of an item that is deleted already would be."""
    return error.code.lower() == _CANNOT_DELETE_CODE


def is_folder_gone(error: ExchangeError) -> bool:
    """Whether a call on a folder failed because the folder does not exist."""
    return error.code.lower() in _FOLDER_GONE_CODES


def is_state_lost(error: ExchangeError) -> bool:
    """Whether the service forgot the state of a delta round."""
    return error.status == HTTPStatus.GONE or error.code.lower() in _STATE_LOST_CODES


def is_link_refused(error: ExchangeError) -> bool:
    """Whether a stored delta link cannot be continued.

    The link came from the service itself: a plain 400 can only mean that it no longer knows it.
    """
    return is_state_lost(error) or (
        isinstance(error, RejectedError) and error.status == HTTPStatus.BAD_REQUEST
    )
