"""Reading contacts: by id, by folder, by link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange_client.answers import is_folder_gone, is_proven_absent
from exchange_client.api import folder_gone, path_of, query_of
from exchange_client.batch import read_batches
from exchange_client.contact_fields import EXPAND, LINK_PROPERTY, contact_of, quoted
from exchange_client.errors import (
    ExchangeError,
    MailboxError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    ThrottledError,
)
from exchange_client.trouble import sorted_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from exchange_client.api import GraphApi
    from exchange_client.batch import PartAnswer
    from exchange_client.model import Contact, Found


def contact_path(mailbox: str, contact_id: str, *segments: str) -> str:
    """Address a contact by its id alone, whatever folder it sits in (as Corso does)."""
    return path_of(mailbox, "contacts", contact_id, *segments)


def folder_path(mailbox: str, folder_id: str, *segments: str) -> str:
    """Address the contacts of one folder; nested folders need no longer path."""
    return path_of(mailbox, "contactFolders", folder_id, "contacts", *segments)


def get_contacts(api: GraphApi, mailbox: str, ids: Sequence[str]) -> dict[str, Found]:
    """Read by id, expanded; None only for ids proven not to exist, an error for unreadable ones.

    Raises:
        AuthError: Nothing works for any mailbox.
        MailboxError: The mailbox cannot be used.
        ThrottledError: It cannot be used for now.
    """
    wanted = list(dict.fromkeys(ids))
    query = query_of({"$expand": EXPAND})
    paths = [contact_path(mailbox, contact_id) + query for contact_id in wanted]
    answers = [_absence_told(answer) for answer in read_batches(api, mailbox, paths)]
    found: dict[str, Found] = {}
    for contact_id, answer in zip(wanted, sorted_out(api, mailbox, answers), strict=True):
        if isinstance(answer, (MailboxError, ThrottledError)):
            raise answer
        found[contact_id] = _found(answer, contact_id, wanted)
    return found


def _absence_told(answer: PartAnswer) -> PartAnswer:
    """Keep only a proven absence; any other "not found" may come from a gateway."""
    if isinstance(answer, NotFoundError) and not is_proven_absent(answer):
        return RejectedError(
            "not found, and not said to be absent",
            code=answer.code,
            status=answer.status,
            request_id=answer.request_id,
        )
    return answer


def _found(answer: PartAnswer, contact_id: str, wanted: Collection[str]) -> Found:
    if isinstance(answer, NotFoundError):
        return None
    if isinstance(answer, ExchangeError):
        return answer
    try:
        contact = contact_of(answer, is_expanded=True)
    except ProtocolError as error:
        return RejectedError("an item without a usable form", code=error.code)
    return expect_id(contact, contact_id, wanted)


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
