"""Addresses of contacts, and reading them by folder and by link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange_client.answers import is_folder_gone
from exchange_client.api import folder_gone, path_of, query_of
from exchange_client.contact_fields import EXPAND, LINK_PROPERTY, contact_of, quoted
from exchange_client.errors import ExchangeError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from exchange_client.api import GraphApi
    from exchange_client.model import Contact

_IDS_PER_PAGE = "999"


def contact_path(
    mailbox: str, contact_id: str, *segments: str, folder_id: str | None = None
) -> str:
    """Address a contact in its folder; where that is not known, by its id alone (as Corso does)."""
    if folder_id is None:
        return path_of(mailbox, "contacts", contact_id, *segments)
    return folder_path(mailbox, folder_id, contact_id, *segments)


def folder_path(mailbox: str, folder_id: str, *segments: str) -> str:
    """Address the contacts of one folder; nested folders need no longer path."""
    return path_of(mailbox, "contactFolders", folder_id, "contacts", *segments)


def expect_id(contact: Contact, contact_id: str, asked: Collection[str]) -> Contact:
    """Give the contact unless it is another one that was asked for.

    Its id may differ from the one asked for: that one may be of the classic form.

    Raises:
        ProtocolError: The answers of a batch were mixed up.
    """
    if contact.id != contact_id and contact.id in asked:
        raise ProtocolError("another contact was asked for", code="wrong_contact")
    return contact


def list_contacts(api: GraphApi, mailbox: str, folder_id: str, page_size: int) -> Iterator[Contact]:
    """Yield the contacts of one folder, expanded, each id once."""
    options = {"$top": str(page_size), "$expand": EXPAND}
    yield from _folder_items(api, mailbox, folder_id, options, page_size)


def listed_ids(api: GraphApi, mailbox: str, folder_id: str, wanted: Collection[str]) -> set[str]:
    """Give those of the wanted ids that a listing of a folder shows; none of one that is gone."""
    path = folder_path(mailbox, folder_id) + query_of({"$select": "id", "$top": _IDS_PER_PAGE})
    found: set[str] = set()
    try:
        for entry in api.items(mailbox, path):
            found.update({str(entry.get("id"))}.intersection(wanted))
    except ExchangeError as error:
        if not is_folder_gone(error):
            raise
    return found


def find_by_link(
    api: GraphApi, mailbox: str, folder_id: str, link: str, page_size: int
) -> list[Contact]:
    """Search for the link; the service compares in any case, this function exactly."""
    name, value = quoted(LINK_PROPERTY), quoted(link)
    options = {
        "$filter": f"singleValueExtendedProperties/any(ep:ep/id eq {name} and ep/value eq {value})",
        "$expand": EXPAND,
    }
    found = _folder_items(api, mailbox, folder_id, options, page_size)
    return [contact for contact in found if contact.link == link]


def _folder_items(
    api: GraphApi, mailbox: str, folder_id: str, options: dict[str, str], page_size: int
) -> Iterator[Contact]:
    path = folder_path(mailbox, folder_id) + query_of(options)
    seen: set[str] = set()
    try:
        for entity in api.items(mailbox, path, page_size=page_size):
            contact = contact_of(entity, is_expanded=True)
            # Items that shift while pages are read can show up twice.
            if contact.id not in seen:
                seen.add(contact.id)
                yield contact
    except ExchangeError as error:
        if is_folder_gone(error):
            raise folder_gone(error) from None
        raise
