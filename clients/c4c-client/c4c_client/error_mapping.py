"""Turns refusals into the error tree, keeping only what is safe to show.

The text of a C4C error repeats record content. It is searched here and never copied: a
message holds the status, the error code and the property name, nothing else.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from c4c_client.answers import Answer, decode_json
from c4c_client.errors import (
    AuthError,
    C4CError,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from c4c_client.retry import retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SAFE_CODE = re.compile(r"[A-Za-z0-9_./:-]{1,80}")
_PROPERTY_NAME = re.compile(r"[Pp]roperty '([A-Za-z_][A-Za-z0-9_]{0,79})'")
_STATUS = re.compile(r"C4C answered (\d{3})")
_TARGET = re.compile(r"(?:[^\s]{0,200}/)?([A-Za-z_][A-Za-z0-9_]{0,79})")

# SAP KBA 3577788: parallel work on one object is answered with "locked by user …".
# Unconfirmed: status and exact text. English is asked for with `Accept-Language`; German is
# the other language the text was seen in.
_RECORD_LOCKED = re.compile(r"\block(?:ed)?\s+by\b|\bgesperrt\s+(?:durch|von)\b", re.IGNORECASE)

_BY_STATUS: dict[int, type[C4CError]] = {
    HTTPStatus.UNAUTHORIZED: AuthError,
    HTTPStatus.FORBIDDEN: AuthError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.GONE: NotFoundError,
    HTTPStatus.PRECONDITION_FAILED: PreconditionFailedError,
}
_BUSY = frozenset(
    {
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


def read_error(answer: Answer, action: str) -> C4CError:
    """Return the error for a refused read; `action` says what was asked, without values."""
    return _common_error(answer, action) or _refusal(answer, action)


def write_error(answer: Answer, action: str) -> C4CError:
    """Return the error for a changeset that C4C answered with a refusal.

    A 401 or 403 concerns this record only: the batch around it was let in. A server error
    other than 503 leaves open how far the write got.
    """
    denied = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if answer.status in denied and not is_record_locked(answer):
        return _refusal(answer, action)
    if answer.status in _BUSY - {HTTPStatus.SERVICE_UNAVAILABLE} and not is_record_locked(answer):
        return UnknownOutcomeError(_message(answer, action))
    return _common_error(answer, action) or _refusal(answer, action)


def batch_error(answer: Answer, action: str) -> C4CError:
    """Return the error for a batch that was refused as a whole, so none of its parts ran."""
    error = _common_error(answer, action)
    if isinstance(error, (AuthError, ThrottledError, TransientError)):
        return error
    return ProtocolError(_message(answer, action))


def refusal_of_one(error: C4CError) -> RejectedError:
    """Return the error of a batch of one, where other batches are taken: it is this record's."""
    status = _STATUS.search(str(error))
    return RejectedError(str(error), http_status=int(status[1]) if status else 0)


def is_record_locked(answer: Answer) -> bool:
    """Whether the refusal says that somebody else holds the record."""
    return not answer.is_success and bool(_RECORD_LOCKED.search(_details(answer)[1]))


def is_token_refused(answer: Answer) -> bool:
    """Whether a 403 is about the CSRF token and not about rights."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    if answer.headers.get("x-csrf-token", "").strip().lower() == "required":
        return True
    return b"csrf token" in answer.body.lower()


def _common_error(answer: Answer, action: str) -> C4CError | None:
    """Return the error that status (or a lock) alone decide, None for a plain refusal."""
    status, message = answer.status, _message(answer, action)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ThrottledError(message, retry_after_seconds(answer.headers))
    if status in _BUSY or is_record_locked(answer):
        return TransientError(message)
    if status in _BY_STATUS:
        return _BY_STATUS[status](message)
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # Redirects too: following one would hand credentials to whoever is named there.
        return ProtocolError(message)
    return None


def _refusal(answer: Answer, action: str) -> RejectedError:
    return RejectedError(
        _message(answer, action),
        code=_details(answer)[0],
        http_status=answer.status,
        property_name=_named_property(answer),
    )


def _message(answer: Answer, action: str) -> str:
    code, _ = _details(answer)
    named = _named_property(answer)
    notes = [f"code {code}"] if code else []
    notes += [f"property {named}"] if named else []
    return f"{action}: C4C answered {answer.status}" + (f" ({', '.join(notes)})" if notes else "")


def _named_property(answer: Answer) -> str | None:
    """Return the property that a refusal names, in its text or beside it."""
    named = _PROPERTY_NAME.search(_details(answer)[1])
    if named:
        return named[1]
    for target in _targets(answer):
        # `Phone`, `/Contact/Phone` and `/#TRANSIENT#/Phone` mean one property.
        found = _TARGET.fullmatch(target)
        if found:
            return found[1]
    return None


def _targets(answer: Answer) -> Iterator[str]:
    """Yield what a refusal is about: `error.target`, then those of its details."""
    try:
        error = decode_json(answer.body).get("error")
    except ProtocolError:
        return
    if not isinstance(error, dict):
        return
    inner = error.get("innererror")
    details = inner.get("errordetails") if isinstance(inner, dict) else None
    entries = details if isinstance(details, list) else []
    for entry in [error, *(entry for entry in entries if isinstance(entry, dict))]:
        for name in ("target", "propertyref"):
            if isinstance(entry.get(name), str):
                yield entry[name]


def _details(answer: Answer) -> tuple[str, str]:
    """Return (safe code, raw text) of `{"error": {"code": …, "message": {"value": …}}}`."""
    try:
        error = decode_json(answer.body).get("error")
    except ProtocolError:
        # Atom errors and HTML pages: classified by status, searched for a lock only.
        return "", answer.body.decode("utf-8", "replace")
    if not isinstance(error, dict):
        return "", ""
    code = error.get("code")
    if not isinstance(code, str) or not _SAFE_CODE.fullmatch(code):
        code = ""
    return code, _text(error)


def _text(error: Mapping[str, Any]) -> str:
    message = error.get("message")
    value = message.get("value") if isinstance(message, dict) else message
    return value if isinstance(value, str) else ""
