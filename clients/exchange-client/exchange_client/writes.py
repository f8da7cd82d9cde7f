"""Creating, changing and trashing contacts, twenty to a batch.

Sources: Graph docs, "Create contact", "Update contact", "Delete contact".
Unconfirmed: that PATCH honours If-Match; it is sent, and callers compare change keys as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exchange_client.answers import may_be_gone
from exchange_client.batch import Part, PartAnswer, run_batches
from exchange_client.contact_fields import LINK_PROPERTY, contact_of, extended_value, writable
from exchange_client.errors import (
    ExchangeError,
    MailboxError,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    TransientError,
    UnknownOutcomeError,
)
from exchange_client.model import Outcome
from exchange_client.reads import contact_path, expect_id, folder_path
from exchange_client.retry import Safety
from exchange_client.trouble import sorted_out

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from exchange_client.api import GraphApi
    from exchange_client.model import ContactCreate, ContactTrash, ContactUpdate


def create_contacts(api: GraphApi, mailbox: str, creates: Sequence[ContactCreate]) -> list[Outcome]:
    """Create; a fresh item has no sensitivity, so link and privacy are known."""
    parts = [
        replace(
            create_part(mailbox, create.folder_id, create.properties, _link_values(create.link)),
            is_alone=create.is_alone,
        )
        for create in creates
    ]
    return [
        outcome_of(answer, link=create.link, is_expanded=True)
        for create, answer in zip(creates, run_creates(api, mailbox, parts), strict=True)
    ]


def run_creates(api: GraphApi, mailbox: str, parts: Sequence[Part]) -> list[PartAnswer]:
    """Send creates; a denial may be of them all, for it is about no item yet.

    Nor is "not found" about an item: it is the folder that is not there.
    """
    answers = [_without_folder(answer) for answer in run_batches(api, mailbox, parts)]
    told = sorted_out(api, mailbox, answers)
    return [
        answer
        if isinstance(answer, MailboxError) and not isinstance(other, MailboxError)
        else other
        for answer, other in zip(answers, told, strict=True)
    ]


def _without_folder(answer: PartAnswer) -> PartAnswer:
    if isinstance(answer, NotFoundError):
        return TransientError("the folder is not there", code=answer.code, status=answer.status)
    return answer


def update_contacts(api: GraphApi, mailbox: str, updates: Sequence[ContactUpdate]) -> list[Outcome]:
    """Change; the answer cannot be expanded, so of link and privacy only a new link is known."""
    parts = [
        Part(
            method="PATCH",
            path=contact_path(mailbox, update.id, folder_id=update.folder_id),
            safety=Safety.UPDATE,
            body=_body(update.properties, _link_values(update.link)),
            if_match=update.etag,
            is_alone=update.is_alone,
        )
        for update in updates
    ]
    told = [
        _moved_on(answer, update.folder_id)
        for update, answer in zip(updates, run_batches(api, mailbox, parts), strict=True)
    ]
    answers = sorted_out(api, mailbox, told)
    ids = {update.id for update in updates}
    return [
        _expected(outcome_of(answer, link=update.link, is_expanded=False), update.id, ids)
        for update, answer in zip(updates, answers, strict=True)
    ]


def trash_contacts(api: GraphApi, mailbox: str, trashes: Sequence[ContactTrash]) -> list[Outcome]:
    """Delete, which in Outlook means: put into Deleted Items."""
    parts = [
        Part(
            method="DELETE",
            path=contact_path(mailbox, trash.id, folder_id=trash.folder_id),
            safety=Safety.UPDATE,
            if_match=trash.etag,
            is_alone=trash.is_alone,
        )
        for trash in trashes
    ]
    answers = [
        _moved_on(_looked_at_again(answer), trash.folder_id)
        for trash, answer in zip(trashes, run_batches(api, mailbox, parts), strict=True)
    ]
    return [
        Outcome(error=answer if isinstance(answer, ExchangeError) else None)
        for answer in sorted_out(api, mailbox, answers)
    ]


def _looked_at_again(answer: PartAnswer) -> PartAnswer:
    """Have an item looked at again whose deletion was refused: it may be deleted already."""
    if isinstance(answer, ExchangeError) and may_be_gone(answer):
        return PreconditionFailedError(
            "the item may be gone already", code=answer.code, status=answer.status
        )
    return answer


def _moved_on(answer: PartAnswer, folder_id: str | None) -> PartAnswer:
    """Have an item looked at again that its folder does not have: it may be in another by now."""
    if folder_id is not None and isinstance(answer, NotFoundError):
        return PreconditionFailedError(
            "the item is not in its folder", code=answer.code, status=answer.status
        )
    return answer


def create_part(
    mailbox: str,
    folder_id: str,
    properties: Mapping[str, Any],
    extended: Sequence[Mapping[str, str]],
) -> Part:
    """Give the request that creates one contact with its extended properties."""
    return Part(
        method="POST",
        path=folder_path(mailbox, folder_id),
        safety=Safety.CREATE,
        body=_body(properties, extended),
    )


def outcome_of(answer: PartAnswer, *, link: str | None, is_expanded: bool) -> Outcome:
    """Read the contact out of the answer to a write."""
    if isinstance(answer, ExchangeError):
        return Outcome(error=answer)
    try:
        contact = contact_of(answer, is_expanded=False)
    except ProtocolError:
        # It was carried out, but on what, and what came of it, must be looked up.
        return Outcome(error=UnknownOutcomeError("the answer to a write has no contact"))
    return Outcome(contact=replace(contact, link=link, is_expanded=is_expanded))


def _expected(outcome: Outcome, contact_id: str, asked: Collection[str]) -> Outcome:
    try:
        if outcome.contact is not None:
            expect_id(outcome.contact, contact_id, asked)
    except ProtocolError as error:
        return Outcome(error=UnknownOutcomeError(str(error)))
    return outcome


def _link_values(link: str | None) -> list[dict[str, str]]:
    return [] if link is None else [extended_value(LINK_PROPERTY, link)]


def _body(properties: Mapping[str, Any], extended: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    body = writable(properties)
    if extended:
        body["singleValueExtendedProperties"] = list(extended)
    return body
