"""Whose trouble a refusal is, the item's or the mailbox's: asked, not guessed (I45)."""

from __future__ import annotations

from typing import Any

import pytest
from exchange_client import (
    Contact,
    ContactCreate,
    ContactTrash,
    MailboxError,
    MailboxProblem,
    PreconditionFailedError,
    RejectedError,
    TransientError,
)

BOX = "anna@contoso.example"
ITEMS = f"/users/{BOX}/contactFolders/F/contacts"


def item(contact_id: str) -> str:
    return f"/users/{BOX}/contacts/{contact_id}"


def only_default(service: Any, reply: Any) -> None:
    """The mailbox has no folder but the default one: the flat path finds everything there is."""
    folder = {"id": "D", "displayName": "Contacts"}
    service.on("GET", f"/users/{BOX}/contactFolders/contacts", reply(body=folder))
    service.on("GET", f"/users/{BOX}/contactFolders", reply(body={"value": []}))


def create(link: str | None = "L", **properties: Any) -> ContactCreate:
    return ContactCreate(folder_id="F", properties=properties, link=link)


REFUSALS = (
    (404, ""),
    (404, "ErrorFolderNotFound"),
    (410, "ErrorItemNotFound"),
    (400, "ErrorInvalidIdMalformed"),
    (400, "ErrorInvalidRequest"),
    (404, "ErrorInvalidMailboxItemId"),
    (403, "ErrorAccessDenied"),
    (409, ""),
    (413, ""),
    (500, ""),
    (500, "ErrorCorruptData"),
    (500, "ErrorContentConversionFailed"),
    (504, ""),
)
_BROKEN_BOXES = (
    ((404, "MailboxNotEnabledForRESTAPI"), MailboxProblem.UNLICENSED),
    ((404, "ErrorInvalidUser"), MailboxProblem.UNKNOWN),
    ((404, "Request_ResourceNotFound"), MailboxProblem.UNKNOWN),
    ((404, "ErrorItemNotFound"), MailboxProblem.DENIED),
    ((404, "ErrorFolderNotFound"), MailboxProblem.DENIED),
    ((403, "ErrorAccessDenied"), MailboxProblem.DENIED),
    ((500, ""), MailboxProblem.UNAVAILABLE),
    ((503, ""), MailboxProblem.UNAVAILABLE),
)


@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_i45_only_a_proven_absence_is_an_absence_and_a_refusal_is_of_its_item(
    service: Any, reply: Any, entity: Any, status: int, code: str
) -> None:
    service.on("GET", item("1"), reply.error(status, code))
    service.on("GET", item("2"), reply(body=entity("2")))

    found = service.client(max_retries=0).get_contacts(BOX, ["1", "2"])

    refused, read = found["1"], found["2"]
    assert isinstance(refused, (RejectedError, TransientError))
    assert (refused.status, refused.code) == (status, code)
    assert isinstance(read, Contact)


@pytest.mark.parametrize(("answer", "reason"), _BROKEN_BOXES)
@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_i45_whose_trouble_a_refusal_is_is_asked(
    service: Any,
    reply: Any,
    status: int,
    code: str,
    answer: tuple[int, str],
    reason: MailboxProblem,
) -> None:
    service.on("GET", item("1"), reply.error(status, code))
    service.on("GET", f"/users/{BOX}/contactFolders/contacts", reply.error(*answer))

    with pytest.raises(MailboxError) as caught:
        service.client(max_retries=0).get_contacts(BOX, ["1"])

    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Cannot get ID from name.", MailboxProblem.NAMED_PROPERTIES),
        ("The mailbox is full.", MailboxProblem.FULL),
    ],
)
def test_i45_a_full_mailbox_and_a_full_table_of_names_are_told_apart(
    service: Any, reply: Any, text: str, reason: MailboxProblem
) -> None:
    body = {"error": {"code": "ErrorQuotaExceeded", "message": text}}
    service.on("POST", ITEMS, reply(403, body))

    (outcome,) = service.client().create_contacts(BOX, [create()])

    assert isinstance(outcome.error, MailboxError)
    assert outcome.error.reason is reason
    assert text not in str(outcome.error)


def test_i45_a_deletion_that_is_refused_is_looked_at_again(service: Any, reply: Any) -> None:
    service.on("DELETE", item("1"), reply.error(403, "ErrorCannotDeleteObject"))

    (outcome,) = service.client().trash_contacts(BOX, [ContactTrash(id="1", etag=None)])

    assert isinstance(outcome.error, PreconditionFailedError)
