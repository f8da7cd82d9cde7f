"""Master categories of a mailbox. Source: Graph docs, "List masterCategories", "outlookCategory".

They need the permission MailboxSettings, which an operator may rightly withhold; contacts can
bear category names without it.
"""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from exchange_client.api import path_of
from exchange_client.errors import (
    AuthError,
    ExchangeError,
    MailboxError,
    MailboxProblem,
    ThrottledError,
)
from exchange_client.retry import Safety

if TYPE_CHECKING:
    from exchange_client.api import GraphApi

_COLOURS = tuple(f"preset{number}" for number in range(25))
UNAVAILABLE_CODE = "no_master_categories"
# 400: a cloud that does not know the segment at all.
_UNAVAILABLE = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST})


def list_categories(api: GraphApi, mailbox: str) -> list[str] | None:
    """Give the names, or None when the list is out of reach."""
    entries = _entries(api, mailbox)
    return None if entries is None else [entry["displayName"] for entry in entries]


def create_category(api: GraphApi, mailbox: str, name: str) -> None:
    """Add a name with the least used colour, unless it is there.

    Unconfirmed: the error for a name that exists (409 expected); so after any error of this
    one record the list decides.

    Raises:
        MailboxError: The list is out of reach.
    """
    entries = _entries(api, mailbox)
    if entries is None:
        raise MailboxError(MailboxProblem.DENIED, code=UNAVAILABLE_CODE)
    if _has(entries, name):
        return
    uses = Counter(str(entry.get("color")) for entry in entries)
    body = {"displayName": name, "color": min(_COLOURS, key=lambda colour: uses[colour])}
    try:
        # The name is unique in the mailbox: a repetition cannot make a second one.
        api.post(mailbox, _path(mailbox), body, safety=Safety.REPEATABLE)
    except (AuthError, MailboxError, ThrottledError):
        raise
    except ExchangeError:
        if not _has(_entries(api, mailbox) or [], name):
            raise


def _path(mailbox: str) -> str:
    return path_of(mailbox, "outlook", "masterCategories")


def _entries(api: GraphApi, mailbox: str) -> list[dict[str, Any]] | None:
    try:
        entries = api.items(mailbox, _path(mailbox))
        return [entry for entry in entries if isinstance(entry.get("displayName"), str)]
    except ExchangeError as error:
        if error.status in _UNAVAILABLE:
            return None
        raise


def _has(entries: list[dict[str, Any]], name: str) -> bool:
    return any(entry["displayName"].casefold() == name.casefold() for entry in entries)
