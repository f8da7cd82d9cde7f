"""The delta of one contact folder. Sources: Graph docs, "contact: delta", "Delta query overview".

A cursor is the service's delta link. Options go into the first request of a round only, the
`Prefer` headers into every one. A round ends with a delta link and with nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchange_client import listing
from exchange_client.answers import (
    is_folder_gone,
    is_link_refused,
    is_state_lost,
)
from exchange_client.api import entries_of, folder_gone, query_of
from exchange_client.contact_fields import PROPERTIES, contact_of
from exchange_client.errors import (
    AuthError,
    CursorExpiredError,
    ExchangeError,
    FolderGoneError,
    ProtocolError,
    ThrottledError,
    TransientError,
)
from exchange_client.lookup import get_contacts
from exchange_client.model import Changes, Contact, Found
from exchange_client.reads import folder_path

if TYPE_CHECKING:
    from exchange_client.api import GraphApi


def read_changes(
    api: GraphApi, mailbox: str, folder_id: str, cursor: str | None, page_size: int
) -> Changes:
    """Read one round to its end."""
    is_first = not cursor or listing.is_listed(cursor)
    if not api.has_contact_delta:
        return listing.read(api, mailbox, folder_id, cursor, page_size)
    if cursor and not is_first:
        first = api.own_link(cursor)
    else:
        select = {"$select": ",".join(PROPERTIES)}
        first = folder_path(mailbox, folder_id, "delta") + query_of(select)
    entries: dict[str, dict[str, Any]] = {}
    next_cursor = None
    try:
        for page in api.pages(mailbox, first, page_size=page_size):
            for entry in entries_of(page):
                # Items may repeat within a round: the last entry wins.
                entries[_id_of(entry)] = entry
            next_cursor = page.get("@odata.deltaLink")
    except ExchangeError as error:
        restated = _restated(error, has_cursor=not is_first)
        # Where there is no delta at all, "not found" is about it, not about the folder: that is
        # asked by listing it (microsoft-graph-docs 2163).
        is_asked = is_first and isinstance(restated, FolderGoneError)
        if isinstance(restated, _FINAL) and not is_asked:
            raise restated from None
        return _listing_instead(api, mailbox, folder_id, cursor, page_size, restated)
    if next_cursor is None:
        raise ProtocolError("a delta round without an end", code="no_delta_link")
    return _changes(
        api, mailbox, folder_id, entries, cursor=api.own_link(next_cursor), is_full=is_first
    )


def _changes(  # noqa: PLR0913 - one round, and where it was read
    api: GraphApi,
    mailbox: str,
    folder_id: str,
    entries: dict[str, dict[str, Any]],
    *,
    cursor: str,
    is_full: bool,
) -> Changes:
    removed = [contact_id for contact_id, entry in entries.items() if "@removed" in entry]
    live = {contact_id: e for contact_id, e in entries.items() if "@removed" not in e}
    # An updated item carries "at least" the changed properties: a part is no record.
    partial = [
        contact_id
        for contact_id, entry in live.items()
        if any(name not in entry for name in PROPERTIES)
    ]
    completed = get_contacts(api, mailbox, dict.fromkeys(partial, folder_id))
    contacts: list[Contact] = []
    unreadable: dict[str, ExchangeError] = {}
    for contact_id, entry in live.items():
        contact = completed[contact_id] if contact_id in completed else _contact_of(entry)
        if contact is None:
            removed.append(contact_id)
        elif isinstance(contact, ExchangeError):
            unreadable[contact_id] = contact
        else:
            contacts.append(contact)
    return Changes(
        contacts=contacts, removed=removed, cursor=cursor, is_full=is_full, unreadable=unreadable
    )


def _contact_of(entry: dict[str, Any]) -> Found:
    try:
        return contact_of(entry, is_expanded=False)
    except ProtocolError as error:
        return error


def _listing_instead(  # noqa: PLR0913, PLR0917 - what was asked for, and why it was not had
    api: GraphApi,
    mailbox: str,
    folder_id: str,
    cursor: str | None,
    page_size: int,
    refusal: ExchangeError,
) -> Changes:
    """Read a folder plainly that the service gives no changes of.

    A full mailbox has no room for their state, and a cloud may not know them at all (`cloud:
    china`). The next session tries again.
    """
    try:
        return listing.read(api, mailbox, folder_id, cursor, page_size)
    except (AuthError, FolderGoneError):
        raise
    except ExchangeError:
        raise refusal from None


#: Errors of a round after which a plain listing would not do either, or is not wanted.
_FINAL = (
    AuthError,
    CursorExpiredError,
    FolderGoneError,
    ProtocolError,
    ThrottledError,
)


def _restated(error: ExchangeError, *, has_cursor: bool) -> ExchangeError:
    facts: dict[str, Any] = {
        "code": error.code,
        "status": error.status,
        "request_id": error.request_id,
    }
    if is_folder_gone(error):
        return folder_gone(error)
    if has_cursor and is_link_refused(error):
        return CursorExpiredError("the cursor is not accepted any more", **facts)
    if is_state_lost(error):
        return TransientError("the service forgot a round while it was read", **facts)
    return error


def _id_of(entry: dict[str, Any]) -> str:
    contact_id = entry.get("id")
    if not isinstance(contact_id, str) or not contact_id:
        raise ProtocolError("a change without an id", code="bad_change")
    return contact_id
